"""Speech that comes in parts: when another voice may still take over, and when it is too late for that."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, KotoError, ProviderFailed, TooFast
from kotoserver.domain.receipt import Stage
from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.providers.pocket import PocketPurse
from kotoserver.providers.policy import FallbackSynthesizer, patience_with
from tests.providers.timed_engines import DOWN, LINE, NEVER, SILENCE, After, StreamingVoice, TimedVoice, sound
from tests.virtual_time import LoopClock, virtually

PATIENCE = patience_with(Stage.TTS, "google", {})
GOOD = ((0.3, sound()), (0.3, sound()))


def voice(*parts: tuple[float, Speech | KotoError], name: str = "first") -> StreamingVoice:
    return StreamingVoice(name=name, parts=parts)


def speaking(
    *engines: StreamingVoice | TimedVoice, price: float = 0.0, budget: float = 1.0
) -> FallbackSynthesizer:
    clock = LoopClock()
    prices = {"first": lambda _: price} if price else {}
    return FallbackSynthesizer(engines, clock, PATIENCE, prices=prices, purse=PocketPurse(budget, budget, clock))


async def heard(chain: FallbackSynthesizer, request: SpeechRequest = LINE) -> Sequence[Speech]:
    return [part async for part in chain.stream(request)]


def now() -> float:
    return asyncio.get_running_loop().time()


@virtually
async def test_parts_are_handed_on_as_they_are_made_and_a_receipt_at_the_end():
    parts = await heard(speaking(voice(*GOOD)))
    assert [part.seconds for part in parts] == [0.5, 0.5, 0.0]
    receipt = parts[-1].receipt
    assert receipt is not None
    assert (receipt.provider, receipt.milliseconds, receipt.first_output_milliseconds) == ("first", 600.0, 300.0)
    assert (receipt.audio_seconds, receipt.characters, receipt.fallback) == (1.0, len(LINE.text), None)


@virtually
async def test_an_engine_without_parts_gives_its_sound_whole():
    parts = await heard(speaking(TimedVoice()))
    assert [part.seconds for part in parts] == [0.5, 0.0]


@virtually
async def test_another_voice_takes_over_before_anything_was_heard():
    silent_then_broken = voice((0.1, SILENCE), (0.1, DOWN))
    parts = await heard(speaking(silent_then_broken, voice(*GOOD, name="second")))
    assert [part.degraded for part in parts] == ["first: provider_failed"] * 3
    assert parts[0].pcm == sound().pcm


@virtually
async def test_no_other_voice_takes_over_once_something_was_heard():
    breaks, second = voice((0.1, sound()), (0.1, DOWN)), voice(*GOOD, name="second")
    chain = speaking(breaks, second)
    async with aclosing(chain.stream(LINE)) as parts:  # type: ignore[type-var]
        assert (await anext(parts)).seconds == 0.5
        with pytest.raises(ProviderFailed):
            await anext(parts)
    assert second.asked == 0
    assert chain.states()[0].failures == 1


@virtually
async def test_the_first_part_that_can_be_heard_has_two_and_a_half_seconds():
    drips_silence = voice(*[(0.5, SILENCE)] * 100)
    chain = speaking(drips_silence, voice(*GOOD, name="second"))
    async with aclosing(chain.stream(LINE)) as parts:  # type: ignore[type-var]
        first = await anext(parts)
    assert now() == pytest.approx(2.0 + 0.3)
    assert first.degraded == "first: too_late"
    assert drips_silence.under_way == 0


@virtually
async def test_silence_before_the_first_sound_is_kept():
    parts = await heard(speaking(voice((0.1, SILENCE), (0.1, sound()), (0.1, SILENCE))))
    assert [part.silent for part in parts[:-1]] == [True, False, True]


@pytest.mark.parametrize("parts", [(), ((0.1, Speech(pcm=b"", sample_rate=16_000)),), ((0.1, SILENCE),)])
@virtually
async def test_a_stream_of_nothing_is_a_failure(parts: Sequence[tuple[float, Speech]]):
    last = (await heard(speaking(voice(*parts), voice(*GOOD, name="second"))))[-1]
    assert last.degraded == "first: silent_speech"


@virtually
async def test_the_whole_stream_has_the_total_time():
    drips = voice(*[(1.0, sound())] * 100)
    with pytest.raises(ProviderFailed) as late:
        await heard(speaking(drips))
    assert late.value.code == "too_late"
    assert now() == pytest.approx(PATIENCE.total_seconds)
    assert drips.under_way == 0


@virtually
async def test_the_time_that_a_listener_takes_is_not_the_engines():
    chain = speaking(voice(*GOOD, name="listened"))
    parts: list[Speech] = []
    async for part in chain.stream(LINE):
        parts.append(part)
        await asyncio.sleep(60)
    assert len(parts) == 3
    measured = telemetry.REGISTRY.get_sample_value(
        "koto_provider_seconds_sum", {"stage": "tts", "provider": "listened"}
    )
    assert measured == pytest.approx(0.6)


@virtually
async def test_whoever_stops_listening_frees_the_engine_and_blames_nobody():
    first = voice(*[(0.1, sound())] * 9)
    chain = speaking(first)
    async with aclosing(chain.stream(LINE)) as parts:  # type: ignore[type-var]
        await anext(parts)
    state = chain.states()[0]
    assert (first.under_way, state.asked_now, state.failures) == (0, 0, 0)


@virtually
async def test_whoever_leaves_while_waiting_frees_the_engine():
    first = voice((NEVER, sound()))
    chain = speaking(first)
    listener = asyncio.create_task(heard(chain))
    await asyncio.sleep(1)
    listener.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listener
    assert (first.under_way, chain.states()[0].failures) == (0, 0)


@virtually
async def test_the_last_voice_is_asked_once_more_after_a_quick_failure():
    first = voice((0.0, DOWN))
    with pytest.raises(ProviderFailed):
        await heard(speaking(first))
    assert first.asked == 2
    assert now() == pytest.approx(0.1)


@virtually
async def test_a_text_without_words_is_nobodys_fault():
    first, second = voice((0.0, BadInput("nothing to say"))), voice(*GOOD, name="second")
    chain = speaking(first, second)
    with pytest.raises(BadInput):
        await heard(chain)
    assert (second.asked, chain.states()[0].failures) == (0, 0)


@virtually
async def test_a_voice_beyond_the_budget_is_passed_over():
    parts = await heard(speaking(voice(*GOOD), voice(*GOOD, name="second"), price=0.2, budget=0.1))
    receipt = parts[-1].receipt
    assert receipt is not None
    assert (receipt.fallback, receipt.cost_usd) == ("first: over_budget", 0.0)


@virtually
async def test_a_stream_is_paid_once_and_characters_are_counted():
    def spoken() -> float:
        return telemetry.REGISTRY.get_sample_value("koto_provider_characters_total", {"provider": "first"}) or 0.0

    before = spoken()
    parts = await heard(speaking(voice(*GOOD), price=0.06, budget=0.1))
    receipt = parts[-1].receipt
    assert receipt is not None
    assert receipt.cost_usd == pytest.approx(0.06)
    assert spoken() - before == len(LINE.text)


@virtually
async def test_full_voices_are_told_at_once():
    with pytest.raises(TooFast):
        await heard(speaking(voice((0.0, TooFast("full", code="busy")))))


@virtually
async def test_a_whole_answer_has_a_receipt_too():
    speech = await speaking(TimedVoice(usual=After(0.5))).synthesize(LINE)
    assert speech.receipt is not None
    assert (speech.receipt.stage, speech.receipt.milliseconds) == (Stage.TTS, 500.0)
    assert (speech.receipt.audio_seconds, speech.receipt.characters) == (0.5, len(LINE.text))
