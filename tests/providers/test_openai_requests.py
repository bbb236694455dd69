"""What servers with OpenAI's protocol are asked for, and what is made of their answers."""

from dataclasses import replace

import numpy as np
import pytest

from kotoserver.domain.hearing import SAMPLE_RATE, AudioClip, Recognition, RecognitionRequest
from kotoserver.domain.speech import SLOW_RATE, Speech, SpeechRequest
from kotoserver.providers.openai_stt import OpenAiRecognizer
from kotoserver.providers.openai_tts import OpenAiSynthesizer
from kotoserver.settings import SpeechServerSettings
from tests.providers.google_tts_server import wav
from tests.providers.openai_speech_server import (
    KEY,
    Answer,
    OpenAiSpeechServer,
    serving_openai_speech,
    verbose,
)

CLIP = AudioClip(
    samples=np.array([0, 0.5, -0.5, 2.0, -2.0] * 4_000, np.float32),
    voiced_seconds=1.0,
    loudness=0.2,
    media_type="audio/wav",
)
LOUD = (np.sin(np.arange(16_000) * 0.1) * 9_000).astype("<i2").tobytes()


async def recognized(settings: SpeechServerSettings, *phrases: str, times: int = 1) -> Recognition:
    """The last of so many answers."""
    ears = OpenAiRecognizer(settings)
    try:
        for _ in range(times):
            recognition = await ears.recognize(RecognitionRequest(clip=CLIP, phrases=phrases))
    finally:
        await ears.close()
    return recognition


async def heard(told: object) -> Recognition:
    """What is made of that JSON."""
    async with serving_openai_speech(Answer(json=told)) as server:
        return await recognized(server.settings)


async def spoken(server: OpenAiSpeechServer, request: SpeechRequest, times: int = 1, **voices: str) -> Speech:
    voice = OpenAiSynthesizer(server.settings, {name.replace("_", "-"): told for name, told in voices.items()})
    try:
        for _ in range(times):
            speech = await voice.synthesize(request)
    finally:
        await voice.close()
    return speech


async def test_korean_is_asked_for_without_chance_and_with_all_details():
    async with serving_openai_speech() as server:
        await recognized(server.settings)
    [upload] = server.uploads
    assert upload.all("model") == ["whisper-ko"]
    assert upload.all("language") == ["ko"]
    assert upload.all("temperature") == ["0"]
    assert upload.all("response_format") == ["verbose_json"]
    assert sorted(upload.all("timestamp_granularities[]")) == ["segment", "word"]
    assert server.keys == {KEY}


async def test_the_clip_goes_as_a_wav_file():
    async with serving_openai_speech() as server:
        await recognized(server.settings)
    [upload] = server.uploads
    assert upload.file_type == "audio/wav"
    assert upload.file[:4] == b"RIFF"
    assert int.from_bytes(upload.file[24:28], "little") == SAMPLE_RATE
    assert np.frombuffer(upload.file[44:], "<i2")[:5].tolist() == [0, 16383, -16383, 32767, -32767]


async def test_whole_sentences_are_the_prompt_as_many_as_whisper_reads():
    long = "가" * 100
    async with serving_openai_speech() as server:
        await recognized(server.settings, "얼마예요?", long, long, "네", long)
    [prompt] = server.uploads[0].all("prompt")
    assert prompt == f"얼마예요? {long} {long} 네"


async def test_without_phrases_there_is_no_prompt():
    async with serving_openai_speech() as server:
        await recognized(server.settings)
    assert server.uploads[0].all("prompt") == []


@pytest.mark.parametrize(
    ("refuses", "requests", "details"),
    [
        (set(), 2, ("verbose_json", 2)),
        ({"word"}, 3, ("verbose_json", 0)),
        ({"verbose_json"}, 4, ("json", 0)),
    ],
)
async def test_a_server_that_refuses_details_is_asked_for_less_and_never_again_for_more(
    refuses: set[str], requests: int, details: tuple[str, int]
):
    async with serving_openai_speech(refuses=frozenset(refuses)) as server:
        assert (await recognized(server.settings, "네", times=2)).text == "네"
    last = server.uploads[-1]
    assert len(server.uploads) == requests
    assert (last.all("response_format")[0], len(last.all("timestamp_granularities[]"))) == details


async def test_a_text_alone_is_believed_modestly():
    recognition = await heard({"text": " 두 잔 "})
    assert (recognition.text, recognition.confidence, recognition.words) == ("두 잔", 0.75, ())


async def test_confidence_is_the_mean_probability_of_a_token():
    recognition = await heard(verbose("두 잔 주세요", avg_logprob=-0.5))
    assert recognition.confidence == pytest.approx(0.6065, abs=0.001)
    assert [word.text for word in recognition.words] == ["두", "잔", "주세요"]
    assert recognition.words[1].start_seconds == 0.5
    assert recognition.words[1].confidence == 0.8


async def test_words_within_segments_are_words_too():
    told = verbose("두 잔")
    told["segments"][0]["words"] = told.pop("words")
    assert [word.text for word in (await heard(told)).words] == ["두", "잔"]


@pytest.mark.parametrize("doubt", [{"no_speech_prob": 0.7}, {"avg_logprob": -1.2}, {"compression_ratio": 3.0}])
async def test_an_echo_of_silence_is_nobody_speaking(doubt: dict[str, float]):
    recognition = await heard(verbose("시청해 주셔서 감사합니다", **doubt))
    assert (recognition.hypotheses, recognition.words) == ((), ())


async def test_of_two_segments_the_doubtful_one_is_left_out_with_its_words():
    told = verbose("두 잔")
    echo = {**told["segments"][0], "start": 1.0, "end": 2.0, "text": " 감사합니다", "no_speech_prob": 0.9}
    told["segments"].append(echo)
    told["words"].append({"word": "감사합니다", "start": 1.2, "end": 1.9})
    told["text"] = "두 잔 감사합니다"
    recognition = await heard(told)
    assert recognition.text == "두 잔"
    assert [word.text for word in recognition.words] == ["두", "잔"]


async def test_other_readings_come_behind_the_best_where_the_server_tells_them():
    told = verbose("두 잔 주세요", avg_logprob=-0.5)
    told["alternatives"] = [
        {"text": "두 잔 주세요", "confidence": 0.6065},
        {"text": " 두 장  주세요 ", "confidence": 0.3},
        {"text": "두 잔 줘", "confidence": 0.9},
        {"text": "", "confidence": 0.1},
    ]
    readings = [(each.text, each.confidence) for each in (await heard(told)).hypotheses]
    assert readings == [
        ("두 잔 주세요", pytest.approx(0.6065, abs=0.001)),
        ("두 장 주세요", 0.3),
        ("두 잔 줘", pytest.approx(0.6065, abs=0.001)),
    ]


async def test_of_a_reading_in_part_no_others_are_taken():
    told = verbose("두 잔 주세요")
    told["segments"].append({**told["segments"][0], "text": "시청해 주셔서 감사합니다", "no_speech_prob": 0.9})
    told["alternatives"] = [{"text": "두 장 주세요", "confidence": 0.3}]
    assert len((await heard(told)).hypotheses) == 1


@pytest.mark.parametrize("alternatives", ["none", {"a": 1}, [1], [{"transcript": "네"}], [{"text": "네요"}], None])
async def test_fields_that_a_server_adds_do_no_harm(alternatives: object):
    told = {"text": "네", "usage": {"seconds": 1}, "x": [1], "alternatives": alternatives}
    assert [each.text for each in (await heard(told)).hypotheses] == ["네"]


async def test_a_line_is_asked_for_in_the_voice_that_is_authored_and_at_its_pace():
    async with serving_openai_speech() as server:
        request = SpeechRequest(text="어서 오세요!", voice="ko-f-01", rate=SLOW_RATE)
        await spoken(server, request, ko_f_01="af_heart")
    [line] = server.lines
    assert line == {
        "model": "whisper-ko",
        "input": "어서 오세요!",
        "voice": "af_heart",
        "response_format": "wav",
        "speed": SLOW_RATE,
    }


@pytest.mark.parametrize(
    ("model", "voice"), [("tts-1", "alloy"), ("gpt-4o-mini-tts", "alloy"), ("piper", "ko-f-01")]
)
async def test_a_voice_that_nobody_authored_is_our_own_id_but_for_openais_models(model: str, voice: str):
    async with serving_openai_speech() as server:
        mouth = OpenAiSynthesizer(replace(server.settings, model=model))
        await mouth.synthesize(SpeechRequest(text="네", voice="ko-f-01"))
        await mouth.close()
    assert server.lines[0]["voice"] == voice


async def test_a_server_without_headers_is_asked_for_bare_samples_and_from_then_on_only_so():
    async with serving_openai_speech(refuses=frozenset({"wav"})) as server:
        speech = await spoken(server, SpeechRequest(text="네", voice="ko-f-01"), times=2)
    assert [line["response_format"] for line in server.lines] == ["wav", "pcm", "pcm"]
    assert speech.sample_rate == 24_000


async def test_the_rate_is_what_the_header_says():
    async with serving_openai_speech(Answer(body=wav(LOUD, 22_050), media_type="audio/wav")) as server:
        speech = await spoken(server, SpeechRequest(text="네", voice="ko-f-01"))
    assert (speech.sample_rate, speech.pcm) == (22_050, LOUD)


@pytest.mark.parametrize("size", [0, 0x7FFFFFFF, 0xFFFFFFFF])
async def test_a_header_that_does_not_know_the_length_is_followed_by_all_that_comes(size: int):
    whole = wav(LOUD, 16_000, said_size=size)
    parts = [whole[:21], whole[21:57], whole[57:60], *(whole[at : at + 777] for at in range(60, len(whole), 777))]
    async with serving_openai_speech(Answer(parts=parts, media_type="audio/wav")) as server:
        assert (await spoken(server, SpeechRequest(text="네", voice="ko-f-01"))).pcm == LOUD


async def test_a_stream_gives_whole_samples_as_they_arrive():
    whole = wav(LOUD, 16_000)
    parts = [whole[at : at + 999] for at in range(0, len(whole), 999)]
    async with serving_openai_speech(Answer(parts=parts, media_type="audio/wav")) as server:
        mouth = OpenAiSynthesizer(server.settings)
        speeches = [part async for part in mouth.stream(SpeechRequest(text="네", voice="ko-f-01"))]
        await mouth.close()
    assert len(speeches) > 1
    assert all(len(speech.pcm) % 2 == 0 for speech in speeches)
    assert b"".join(speech.pcm for speech in speeches) == LOUD
