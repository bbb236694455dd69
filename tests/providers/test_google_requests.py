"""What Google is asked for, as its own server's side reads it, and what is made of its answers."""

from dataclasses import replace

import numpy as np
import pytest
from google.cloud.speech_v2.types import RecognizeRequest
from grpc import StatusCode

from kotoserver.domain.errors import BadSettings, ProviderFailed
from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip, Recognition, RecognitionRequest
from kotoserver.domain.speech import SLOW_RATE, SpeechRequest
from kotoserver.providers.google_stt import GoogleRecognizer
from kotoserver.providers.google_tts import GoogleSynthesizer
from tests.providers.google_speech_server import (
    PROJECT,
    GoogleSpeechServer,
    Odd,
    heard,
    portion,
    serving_google_speech,
    settings_of,
    word,
)
from tests.providers.google_tts_server import serving_google_tts

CLIP = AudioClip(
    samples=np.array([0, 0.5, -0.5, 2.0, -2.0] * 4_000, np.float32),
    voiced_seconds=1.0,
    loudness=0.2,
    media_type="audio/wav",
)


async def recognized(server: GoogleSpeechServer, *phrases: str, model: str = "short") -> Recognition:
    ears = GoogleRecognizer(settings_of(server.settings.endpoint or "", model), deadline_seconds=7.0)
    try:
        return await ears.recognize(RecognitionRequest(clip=CLIP, phrases=phrases))
    finally:
        await ears.close()


async def asked(*phrases: str, model: str = "short") -> RecognizeRequest:
    async with serving_google_speech(heard(portion("네"))) as server:
        await recognized(server, *phrases, model=model)
    [request] = server.requests
    return request


def hints(request: RecognizeRequest) -> dict[str, float]:
    """Phrase -> boost."""
    phrase_sets = request.config.adaptation.phrase_sets
    return {phrase.value: phrase.boost for each in phrase_sets for phrase in each.inline_phrase_set.phrases}


async def test_korean_is_asked_for_and_never_left_to_detection():
    request = await asked()
    assert list(request.config.language_codes) == ["ko-KR"]
    assert request.config.model == "short"


async def test_the_project_is_named_where_the_service_routes_by_it():
    async with serving_google_speech(heard()) as server:
        await recognized(server)
    name = f"projects/{PROJECT}/locations/global/recognizers/_"
    assert server.requests[0].recognizer == name
    assert [route.replace("%2F", "/") for route in server.routes] == [f"recognizer={name}"]


async def test_the_deadline_goes_along():
    async with serving_google_speech(heard()) as server:
        await recognized(server)
    assert server.deadlines[0] == pytest.approx(7.0, abs=1.0)


async def test_sound_goes_as_bare_samples_and_its_rate_is_told():
    request = await asked()
    decoding = request.config.explicit_decoding_config
    assert decoding.sample_rate_hertz == SAMPLE_RATE
    assert decoding.audio_channel_count == 1
    assert np.frombuffer(request.content, "<i2")[:5].tolist() == [0, 16383, -16383, 32767, -32767]


async def test_what_the_turn_expects_goes_as_boosted_phrases_each_once():
    request = await asked("라떼 한 잔 주세요", "얼마예요?", "얼마예요?", "")
    assert hints(request) == {"라떼 한 잔 주세요": 10.0, "얼마예요?": 10.0}


async def test_a_phrase_that_the_service_would_refuse_is_left_out():
    assert list(hints(await asked("가" * 101, "네"))) == ["네"]


async def test_without_phrases_nothing_is_adapted():
    assert not (await asked()).config.adaptation.phrase_sets


async def test_readings_words_and_their_confidence_are_asked_for():
    features = (await asked()).config.features
    assert features.max_alternatives >= 3
    assert (features.enable_word_time_offsets, features.enable_word_confidence) == (True, True)


@pytest.mark.parametrize(
    ("model", "times", "phrases"),
    [("chirp", True, {}), ("chirp_2", True, {"네": 0.0}), ("chirp_3", False, {"네": 0.0})],
)
async def test_a_chirp_is_asked_only_for_what_it_has(model: str, times: bool, phrases: dict[str, float]):
    request = await asked("네", model=model)
    features = request.config.features
    assert (features.enable_word_time_offsets, features.enable_word_confidence) == (times, False)
    assert hints(request) == phrases


async def test_other_readings_come_behind_the_best_and_are_less_sure():
    async with serving_google_speech(heard(portion("두 잔", "두잔", "두 장", "두 잔", confidence=0.9))) as server:
        recognition = await recognized(server)
    assert [each.text for each in recognition.hypotheses] == ["두 잔", "두잔", "두 장"]
    sure = [each.confidence for each in recognition.hypotheses]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] == pytest.approx(0.9)
    assert sure[1] < sure[0]


async def test_portions_are_one_text_whose_confidence_is_their_mean_by_length():
    portions = portion("여섯 글자다", confidence=0.9), portion("세글자", confidence=0.3)
    async with serving_google_speech(heard(*portions)) as server:
        recognition = await recognized(server)
    assert [each.text for each in recognition.hypotheses] == ["여섯 글자다 세글자"]
    assert recognition.confidence == pytest.approx((0.9 * 6 + 0.3 * 3) / 9)


async def test_without_a_confidence_that_of_the_words_counts():
    words = word("두", 0.1, 0.3, 0.5), word("잔", 0.3, 0.6, 0.7)
    async with serving_google_speech(heard(portion("두 잔", confidence=0.0, words=words))) as server:
        recognition = await recognized(server)
    assert recognition.confidence == pytest.approx(0.6)
    assert [(each.text, each.start_seconds, each.end_seconds) for each in recognition.words] == [
        ("두", 0.1, 0.3),
        ("잔", 0.3, 0.6),
    ]


async def test_without_any_confidence_a_modest_one_is_assumed():
    async with serving_google_speech(heard(portion("두 잔", confidence=0.0))) as server:
        assert (await recognized(server)).confidence == 0.75


async def test_a_portion_of_blanks_is_nothing():
    async with serving_google_speech(heard(portion("  "))) as server:
        assert (await recognized(server)).hypotheses == ()


async def test_more_than_a_minute_is_not_even_sent():
    clip = AudioClip(
        samples=np.zeros(61 * SAMPLE_RATE, np.float32), voiced_seconds=9.0, loudness=0.1, media_type="audio/wav"
    )
    async with serving_google_speech() as server:
        ears = GoogleRecognizer(server.settings)
        with pytest.raises(ProviderFailed) as refused:
            await ears.recognize(RecognitionRequest(clip=clip))
        await ears.close()
    assert (refused.value.code, refused.value.retryable) == ("refused_input", False)
    assert server.requests == []


def test_without_a_project_google_hears_nothing():
    settings = settings_of("127.0.0.1:1")
    with pytest.raises(BadSettings, match="GOOGLE_CLOUD_PROJECT"):
        GoogleRecognizer(replace(settings, project=None))


async def test_a_line_is_asked_for_in_the_voice_that_is_authored_and_at_its_pace():
    async with serving_google_tts() as server:
        voice = GoogleSynthesizer(server.settings, {"ko-m-01": "ko-KR-Neural2-C"})
        await voice.synthesize(SpeechRequest(text="어서 오세요!", voice="ko-m-01", rate=SLOW_RATE))
        await voice.close()
    [request] = server.requests
    assert request.input.text == "어서 오세요!"
    assert (request.voice.language_code, request.voice.name) == ("ko-KR", "ko-KR-Neural2-C")
    assert request.audio_config.speaking_rate == pytest.approx(SLOW_RATE)


async def test_a_voice_that_nobody_authored_is_still_a_korean_one():
    async with serving_google_tts() as server:
        voice = GoogleSynthesizer(server.settings)
        await voice.synthesize(SpeechRequest(text="네", voice="ko-f-09"))
        await voice.close()
    assert server.requests[0].voice.name.startswith("ko-KR-")


async def test_a_pace_beyond_the_service_is_its_own_fastest():
    async with serving_google_tts() as server:
        voice = GoogleSynthesizer(server.settings)
        await voice.synthesize(SpeechRequest(text="네", voice="ko-f-02", rate=3.0))
        await voice.close()
    assert server.requests[0].audio_config.speaking_rate == 2.0


async def test_a_long_text_goes_in_pieces_that_the_service_takes_and_nothing_is_lost():
    text = "아메리카노주세요. " * 200
    async with serving_google_tts() as server:
        voice = GoogleSynthesizer(server.settings)
        await voice.synthesize(SpeechRequest(text=text, voice="ko-f-02"))
        await voice.close()
    pieces = [request.input.text for request in server.requests]
    assert len(pieces) == 2
    assert all(len(piece.encode()) <= 5_000 for piece in pieces)
    assert " ".join(pieces) == text.strip()


async def test_only_voices_that_can_are_asked_to_stream():
    voices = {"ko-f-01": "ko-KR-Chirp3-HD-Kore", "ko-f-02": "ko-KR-Neural2-B"}
    async with serving_google_tts() as server:
        voice = GoogleSynthesizer(server.settings, voices)
        for voice_id in voices:
            parts = [part async for part in voice.stream(SpeechRequest(text="어서 오세요!", voice=voice_id))]
            assert sum(part.seconds for part in parts) > 0.3
        await voice.close()
    [[config, *inputs]] = server.streams
    assert config.streaming_config.voice.name == "ko-KR-Chirp3-HD-Kore"
    assert [each.input.text for each in inputs] == ["어서 오세요!"]
    assert [request.voice.name for request in server.requests] == ["ko-KR-Neural2-B"]


def test_other_voices_are_another_version():
    settings = settings_of("127.0.0.1:1")
    versions = {
        GoogleSynthesizer(settings, voices).version
        for voices in ({}, {"ko-f-01": "ko-KR-Neural2-A"}, {"ko-f-01": "ko-KR-Neural2-B"})
    }
    assert len(versions) == 3


async def test_a_stream_that_breaks_in_the_middle_has_given_what_came_and_then_says_so():
    tone = (np.sin(np.arange(4_000) * 0.1) * 9_000).astype("<i2").tobytes()
    async with serving_google_tts(tone[:3_001], tone[3_001:], Odd(status=StatusCode.UNAVAILABLE)) as server:
        voice = GoogleSynthesizer(server.settings, {"ko-f-01": "ko-KR-Chirp3-HD-Kore"})
        parts = voice.stream(SpeechRequest(text="어서 오세요!", voice="ko-f-01"))
        assert (await anext(parts)).pcm + (await anext(parts)).pcm == tone
        with pytest.raises(ProviderFailed) as failed:
            await anext(parts)
        await voice.close()
    assert failed.value.code == "unavailable"
