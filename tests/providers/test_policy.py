import asyncio

import pytest

from kotoserver.domain.errors import BadInput, KotoError, ProviderFailed, TooFast
from kotoserver.domain.speech import Speech, SpeechRequest
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import Synthesizer
from kotoserver.providers.policy import NO_FAULT, FallbackSynthesizer, Patience
from kotoserver.providers.scripted import ScriptedSynthesizer
from tests.providers.clocks import HeldClock

NETWORK = ProviderFailed("no answer", code="provider_failed")
LINE = SpeechRequest(text="네.", voice="ko-f-02")


class First(ScriptedSynthesizer):
    name = "first"


class Second(ScriptedSynthesizer):
    name = "second"
    version = "7"


class Mute(ScriptedSynthesizer):
    name = "mute"

    async def synthesize(self, request: SpeechRequest) -> Speech:
        return Speech(pcm=b"", sample_rate=16_000)


class Unchecked(ScriptedSynthesizer):
    """Answers learners, and fails whoever only looks whether it works."""

    name = "unchecked"

    async def check(self) -> None:
        raise NETWORK


def stuck() -> First:
    return First(gate=asyncio.Event())


def chain(*engines: Synthesizer, clock: Clock | None = None, **patience: float) -> FallbackSynthesizer:
    return FallbackSynthesizer(engines, clock or HeldClock(), Patience(**patience))


async def test_the_first_engine_answers_when_it_can():
    second = Second()
    speech = await chain(First(), second).synthesize(LINE)
    assert speech.degraded is None
    assert second.spoken == 0


async def test_the_next_engine_answers_when_one_fails_and_says_why():
    speech = await chain(First(failures=[NETWORK]), Second()).synthesize(LINE)
    assert speech.degraded == "first: provider_failed"


async def test_what_a_check_met_is_kept_until_the_engine_works():
    voice = chain(Unchecked())
    with pytest.raises(ProviderFailed):
        await voice.check()
    assert [state.trouble for state in voice.states()] == ["no answer"]
    await voice.synthesize(LINE)
    assert [state.trouble for state in voice.states()] == [None]


async def test_silence_is_a_failure():
    speech = await chain(Mute(), Second()).synthesize(LINE)
    assert speech.degraded == "mute: silent_speech"


async def test_the_next_engine_answers_when_one_is_late():
    speech = await chain(stuck(), Second(), first_seconds=0.01).synthesize(LINE)
    assert speech.degraded == "first: too_late"


async def test_the_total_time_bounds_them_all_together():
    engines = [stuck() for _ in range(5)]
    started = asyncio.get_running_loop().time()
    with pytest.raises(ProviderFailed):
        await chain(*engines, total_seconds=0.0).synthesize(LINE)
    assert asyncio.get_running_loop().time() - started < 1


async def test_when_all_fail_the_failure_names_each():
    with pytest.raises(ProviderFailed, match="first: provider_failed; second: provider_failed"):
        await chain(First(failures=[NETWORK]), Second(failures=[NETWORK])).synthesize(LINE)


@pytest.mark.parametrize("refusal", [BadInput("nothing"), TooFast("too many requests")])
async def test_a_refusal_is_no_failure_and_asks_nobody_else(refusal: KotoError):
    second = Second()
    with pytest.raises(type(refusal)):
        await chain(First(failures=[refusal]), second).synthesize(LINE)
    assert second.spoken == 0


async def test_an_engine_that_failed_three_times_rests_for_half_a_minute():
    clock, first = HeldClock(), First(failures=[NETWORK] * 3)
    voice = chain(first, Second(), clock=clock)
    for _ in range(3):
        await voice.synthesize(LINE)
    assert (await voice.synthesize(LINE)).degraded == "first: rests"
    clock.at += 29.9
    assert (await voice.synthesize(LINE)).degraded == "first: rests"
    assert first.spoken == 0
    clock.at += 0.1
    assert (await voice.synthesize(LINE)).degraded is None


@pytest.mark.parametrize("code", sorted(NO_FAULT))
async def test_a_refusal_for_the_words_or_the_purse_brings_no_rest(code: str):
    first = First()
    voice = chain(first, Second())
    await voice.synthesize(LINE)
    first.fail_next(*[ProviderFailed("not these words", code=code)] * 5)
    for _ in range(5):
        assert (await voice.synthesize(LINE)).degraded == f"first: {code}"
    assert (await voice.synthesize(LINE)).degraded is None


async def test_an_engine_that_answered_nothing_yet_and_refuses_what_it_is_asked_rests():
    """It may be set up wrongly: a model that the service does not know is refused like this too."""
    refusals = [ProviderFailed("not these words", code="refused_input")] * 3
    voice = chain(First(failures=refusals), Second())
    for _ in range(3):
        assert (await voice.synthesize(LINE)).degraded == "first: refused_input"
    assert (await voice.synthesize(LINE)).degraded == "first: rests"


async def test_what_no_engine_takes_is_not_to_be_asked_again():
    refusal = ProviderFailed("not these words", code="refused_input")
    with pytest.raises(ProviderFailed) as refused:
        await chain(First(failures=[refusal]), Second(failures=[refusal])).synthesize(LINE)
    assert (refused.value.code, refused.value.retryable) == ("refused_input", False)


async def test_one_failure_after_the_rest_brings_the_next_rest():
    clock = HeldClock()
    voice = chain(First(failures=[NETWORK] * 4), Second(), clock=clock)
    for _ in range(3):
        await voice.synthesize(LINE)
    clock.at += 30
    assert (await voice.synthesize(LINE)).degraded == "first: provider_failed"
    assert (await voice.synthesize(LINE)).degraded == "first: rests"


async def test_a_success_forgets_the_failures_before_it():
    first = First(failures=[NETWORK] * 2)
    voice = chain(first, Second())
    await voice.synthesize(LINE)
    await voice.synthesize(LINE)
    assert (await voice.synthesize(LINE)).degraded is None
    first.fail_next(NETWORK)
    assert (await voice.synthesize(LINE)).degraded == "first: provider_failed"
    assert (await voice.synthesize(LINE)).degraded is None


async def test_when_all_rest_all_are_asked():
    first, second = First(failures=[NETWORK] * 3), Second(failures=[NETWORK] * 3)
    voice = chain(first, second)
    for _ in range(3):
        with pytest.raises(ProviderFailed):
            await voice.synthesize(LINE)
    assert (await voice.synthesize(LINE)).degraded is None


def test_name_and_version_tell_all_engines():
    voice = chain(First(), Second())
    assert (voice.name, voice.version) == ("first,second", "1,7")


async def test_one_working_engine_is_enough_for_the_check():
    closed = First()
    await closed.close()
    await chain(closed, Second()).check()
    with pytest.raises(ProviderFailed):
        await chain(closed).check()


async def test_closing_closes_all():
    first, second = First(), Second()
    await chain(first, second).close()
    for engine in (first, second):
        with pytest.raises(ProviderFailed):
            await engine.check()


def test_a_chain_of_nothing_is_an_error():
    with pytest.raises(ValueError, match="needs an engine"):
        chain()
