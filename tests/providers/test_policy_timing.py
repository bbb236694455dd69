"""Deadlines, the retry, breakers with their probes, and hedges, to the second."""

import asyncio
from dataclasses import replace

import pytest

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, KotoError, ProviderFailed, TooFast
from kotoserver.domain.hearing import Recognition
from kotoserver.domain.receipt import Receipt, Stage
from kotoserver.providers.pocket import PocketPurse
from kotoserver.providers.policy import NO_FAULT, FallbackRecognizer, FallbackSynthesizer, Patience, patience_with
from tests.providers.timed_engines import DOWN, HANGS, LINE, After, TimedEars, TimedVoice, clip
from tests.virtual_time import LoopClock, virtually

REMOTE = patience_with(Stage.STT, "google", {})
WHISPER = patience_with(Stage.STT, "whisper", {})
PLAIN = replace(REMOTE, hedged=False)


def ears(
    *engines: TimedEars,
    patience: Patience = PLAIN,
    budget: float = 1.0,
    learner_budget: float = 1.0,
    prices: dict[str, float] | None = None,
) -> FallbackRecognizer:
    clock = LoopClock()
    purse = PocketPurse(budget, learner_budget, clock)
    return FallbackRecognizer(engines, clock, patience, prices=prices or {}, purse=purse)


async def timed(hearing: FallbackRecognizer, **request: object) -> tuple[Recognition, float]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    heard = await hearing.recognize(clip(**request))  # type: ignore[arg-type]
    return heard, loop.time() - began


def receipt(heard: Recognition) -> Receipt:
    assert heard.receipt is not None
    return heard.receipt


async def break_down(hearing: FallbackRecognizer, engine: TimedEars) -> None:
    """Until the breaker of the chain's first engine opens."""
    engine.script = [After(0, DOWN)] * 3
    for _ in range(3):
        await hearing.recognize(clip())


def late_check() -> ProviderFailed:
    """What a service has worked on, and bills."""
    return ProviderFailed("no answer in time", code="too_late")


def counted(metric: str, **labels: str) -> float:
    return telemetry.REGISTRY.get_sample_value(metric, {"stage": "stt", **labels}) or 0.0


# ── deadlines ────────────────────────────────────────────────────────────────────────────────


@virtually
async def test_a_stalled_engine_is_left_after_two_and_a_half_seconds():
    first, second = TimedEars(usual=HANGS), TimedEars(name="second")
    heard, took = await timed(ears(first, second))
    assert took == pytest.approx(2.0 + 0.5)
    assert receipt(heard).fallback == "first: too_late"
    assert first.under_way == 0


@virtually
async def test_an_engine_that_refuses_costs_no_time():
    heard, took = await timed(ears(TimedEars(usual=After(0, DOWN)), TimedEars(name="second")))
    assert took == pytest.approx(0.5)
    assert receipt(heard).fallback == "first: provider_failed"


@virtually
async def test_an_engine_that_rests_costs_no_time():
    first = TimedEars()
    hearing = ears(first, TimedEars(name="second"))
    await break_down(hearing, first)
    heard, took = await timed(hearing)
    assert took == pytest.approx(0.5)
    assert receipt(heard).fallback == "first: rests"
    await hearing.close()


@virtually
async def test_the_last_engine_has_all_the_time_that_is_left():
    heard, took = await timed(ears(TimedEars(usual=HANGS), TimedEars(name="second", usual=After(3.4))))
    assert took == pytest.approx(2.0 + 3.4)
    assert receipt(heard).provider == "second"


@virtually
async def test_all_together_have_the_total_time():
    engines = [TimedEars(name=str(number), usual=HANGS) for number in range(5)]
    loop = asyncio.get_running_loop()
    with pytest.raises(ProviderFailed, match="0: too_late; 1: too_late; 2: too_late"):
        await ears(*engines).recognize(clip())
    assert loop.time() == pytest.approx(6.0)
    assert [engine.under_way for engine in engines] == [0] * 5


@virtually
async def test_long_speech_is_given_more_time():
    heard, took = await timed(ears(TimedEars(usual=After(4.4)), TimedEars(name="second")), seconds=30.0)
    assert receipt(heard).provider == "first"
    assert took == pytest.approx(4.4)


@virtually
async def test_a_stalled_engine_of_our_own_is_not_waited_for_alone():
    """Whisper may take eight seconds on a slow machine; while little is known of it, another is asked at 2.0."""
    heard, took = await timed(ears(TimedEars(usual=HANGS), TimedEars(name="second"), patience=WHISPER))
    assert took == pytest.approx(2.0 + 0.5)
    assert receipt(heard).fallback == "first: slow"


# ── the one retry ────────────────────────────────────────────────────────────────────────────


@virtually
async def test_the_last_engine_is_asked_once_more_after_a_quick_failure():
    only = TimedEars(script=[After(0.2, DOWN)])
    heard, took = await timed(ears(only))
    assert (only.asked, receipt(heard).fallback) == (2, None)
    assert took == pytest.approx(0.2 + 0.1 + 0.5)


@virtually
async def test_it_is_asked_only_once_more():
    only = TimedEars(usual=After(0.1, DOWN))
    with pytest.raises(ProviderFailed):
        await ears(only).recognize(clip())
    assert only.asked == 2


@pytest.mark.parametrize(
    "failure",
    [
        HANGS,
        After(0.4, DOWN),
        After(0, ProviderFailed("the credentials are wrong", retryable=False)),
        After(0, ProviderFailed("not these words", code="blocked")),
        After(0, TooFast("full", code="busy")),
    ],
)
@virtually
async def test_nobody_is_asked_again_who_was_late_or_slow_or_refused(failure: After):
    only = TimedEars(script=[failure])
    with pytest.raises(KotoError):
        await ears(only).recognize(clip())
    assert only.asked == 1


@virtually
async def test_a_fallback_comes_before_a_retry():
    first, second = TimedEars(script=[After(0, DOWN)]), TimedEars(name="second")
    heard, _ = await timed(ears(first, second))
    assert (first.asked, receipt(heard).provider) == (1, "second")


@virtually
async def test_what_is_wrong_with_the_question_is_wrong_for_all():
    first, second = TimedEars(script=[After(0, BadInput("no sound"))]), TimedEars(name="second")
    with pytest.raises(BadInput):
        await ears(first, second).recognize(clip())
    assert second.asked == 0


# ── answers that are none ────────────────────────────────────────────────────────────────────


@virtually
async def test_that_nobody_spoke_is_an_answer():
    second = TimedEars(name="second")
    heard, _ = await timed(ears(TimedEars(usual=After(0.5, "nobody")), second))
    assert (heard.hypotheses, second.asked) == ((), 0)


@virtually
async def test_empty_words_are_a_failure():
    heard, _ = await timed(ears(TimedEars(usual=After(0.5, " ")), TimedEars(name="second")))
    assert receipt(heard).fallback == "first: empty_answer"


@virtually
async def test_control_characters_in_an_answer_are_not_what_was_said():
    """The learner is not told that their words hold control characters, which they never spoke."""
    heard, _ = await timed(ears(TimedEars(usual=After(0.5, "\x00라떼 \x1b한 잔\ud83d"))))
    assert heard.text == "라떼 한 잔"
    heard, _ = await timed(ears(TimedEars(usual=After(0.5, "\x00")), TimedEars(name="second")))
    assert receipt(heard).fallback == "first: empty_answer"


@virtually
async def test_an_engine_that_breaks_in_an_unknown_way_is_fallen_back_from(caplog: pytest.LogCaptureFixture):
    heard, _ = await timed(ears(TimedEars(usual=After(0, ValueError("안녕"))), TimedEars(name="second")))
    assert receipt(heard).fallback == "first: provider_failed"
    assert "ValueError" in caplog.text
    assert "안녕" not in caplog.text


@virtually
async def test_an_engine_whose_connection_was_cancelled_is_fallen_back_from():
    heard, _ = await timed(ears(TimedEars(usual=After(0, asyncio.CancelledError())), TimedEars(name="second")))
    assert receipt(heard).fallback == "first: provider_failed"


# ── breakers and probes ──────────────────────────────────────────────────────────────────────


@virtually
async def test_a_resting_engine_is_probed_at_growing_intervals_until_it_works():
    first = TimedEars(checks=[DOWN] * 6)
    hearing = ears(first, TimedEars(name="second"))
    await break_down(hearing, first)
    began, asked = asyncio.get_running_loop().time(), first.asked
    await asyncio.sleep(500)
    waits = [later - earlier for earlier, later in zip([began, *first.checked_at], first.checked_at, strict=False)]
    assert waits[1:] == pytest.approx([10, 20, 40, 80, 120, 120])
    assert first.asked == asked
    heard, _ = await timed(hearing)
    assert receipt(heard).provider == "first"


@virtually
async def test_the_first_probe_comes_after_the_rest_that_is_set():
    first = TimedEars()
    patience = replace(PLAIN, rest_seconds=7.0)
    hearing = ears(first, TimedEars(name="second", usual=After(0)), patience=patience)
    await break_down(hearing, first)
    await asyncio.sleep(7.1)
    assert first.checked_at == pytest.approx([7.0])


@virtually
async def test_a_probe_that_meets_a_full_engine_found_it_working():
    first = TimedEars(checks=[TooFast("full", code="busy")])
    hearing = ears(first, TimedEars(name="second"))
    await break_down(hearing, first)
    await asyncio.sleep(6)
    assert not hearing.states()[0].resting


@virtually
async def test_a_probe_whose_own_sound_is_refused_found_nothing_working():
    first = TimedEars(checks=[ProviderFailed("no such model", code="refused_input")])
    hearing = ears(first, TimedEars(name="second"))
    await break_down(hearing, first)
    await asyncio.sleep(6)
    assert hearing.states()[0].resting
    await hearing.close()


@virtually
async def test_probes_are_paid_out_of_everybodys_purse_and_by_no_learner():
    """A second costs a cent: the day has money for three probes of the six, and the learner for two questions."""
    first = TimedEars(checks=[late_check()] * 6)
    hearing = ears(first, TimedEars(name="second"), prices={"first": 0.6}, budget=0.035, learner_budget=0.02)
    before = counted("koto_provider_cost_usd_total", provider="first")
    await break_down(hearing, first)
    await asyncio.sleep(300)
    spent = counted("koto_provider_cost_usd_total", provider="first") - before
    assert spent == pytest.approx(0.03)
    assert len(first.checked_at) == 3
    await hearing.close()


@virtually
async def test_a_check_that_the_engine_refuses_costs_nothing():
    first = TimedEars(checks=[DOWN])
    hearing = ears(first, prices={"first": 0.6})
    before = counted("koto_provider_cost_usd_total", provider="first")
    with pytest.raises(ProviderFailed):
        await hearing.check()
    assert counted("koto_provider_cost_usd_total", provider="first") == before
    await hearing.check()
    assert counted("koto_provider_cost_usd_total", provider="first") == pytest.approx(before + 0.01)


@virtually
async def test_a_probe_that_hangs_is_given_up():
    class HangingCheck(TimedEars):
        async def check(self) -> None:
            await super().check()
            if len(self.checked_at) == 1:
                await asyncio.Event().wait()

    first = HangingCheck()
    hearing = ears(first, TimedEars(name="second", usual=After(0)))
    await break_down(hearing, first)
    await asyncio.sleep(100)
    assert first.checked_at == pytest.approx([5.0, 5.0 + PLAIN.total_seconds + 10.0])
    assert not hearing.states()[0].resting


@virtually
async def test_an_engine_on_trial_rests_longer_after_one_more_failure():
    first = TimedEars()
    hearing = ears(first, TimedEars(name="second", usual=After(0)))
    await break_down(hearing, first)
    await asyncio.sleep(6)
    first.script = [After(0, DOWN)]
    await hearing.recognize(clip())
    assert hearing.states()[0].resting
    await asyncio.sleep(9.9)
    assert len(first.checked_at) == 1
    await asyncio.sleep(0.2)
    assert len(first.checked_at) == 2


@virtually
async def test_a_success_forgets_all_failures():
    first = TimedEars()
    hearing = ears(first, TimedEars(name="second", usual=After(0)))
    await break_down(hearing, first)
    await asyncio.sleep(6)
    await hearing.recognize(clip())
    assert hearing.states()[0].failures == 0


@virtually
async def test_when_all_rest_all_are_asked_and_the_one_that_answers_rests_no_more():
    first, second = TimedEars(usual=After(0, DOWN)), TimedEars(name="second", usual=After(0, DOWN))
    hearing = ears(first, second)
    for _ in range(3):
        with pytest.raises(ProviderFailed):
            await hearing.recognize(clip())
    assert [state.resting for state in hearing.states()] == [True, True]
    first.usual = After(0.5)
    heard, _ = await timed(hearing)
    assert receipt(heard).provider == "first"
    assert [state.resting for state in hearing.states()] == [False, True]
    await hearing.close()


@virtually
async def test_closing_ends_the_probes():
    first = TimedEars(checks=[DOWN] * 100)
    hearing = ears(first, TimedEars(name="second"))
    await break_down(hearing, first)
    await hearing.close()
    assert first.closed
    await asyncio.sleep(1000)
    assert first.checked_at == []


@pytest.mark.parametrize("code", sorted(NO_FAULT))
@virtually
async def test_a_refusal_never_brings_a_rest(code: str):
    first = TimedEars()
    hearing = ears(first, TimedEars(name="second"))
    await hearing.recognize(clip())
    first.usual = After(0, ProviderFailed("no", code=code))
    for _ in range(10):
        await hearing.recognize(clip())
    assert (hearing.states()[0].failures, hearing.states()[0].resting) == (0, False)


@virtually
async def test_broken_ears_leave_the_voice_alone():
    """The same server may hear and speak: that it hears nothing says nothing about its voice."""
    hears, speaks = TimedEars(), TimedVoice()
    hearing = ears(hears, TimedEars(name="second"))
    speaking = FallbackSynthesizer([speaks, TimedVoice(name="second")], LoopClock(), PLAIN)
    await break_down(hearing, hears)
    speech = await speaking.synthesize(LINE)
    assert (speech.degraded, speaks.asked) == (None, 1)
    assert [state.resting for state in (hearing.states()[0], speaking.states()[0])] == [True, False]
    assert counted("koto_provider_rests", provider="first") == 1
    assert counted("koto_provider_rests", stage="tts", provider="first") == 0
    await hearing.close()


@virtually
async def test_states_tell_how_quick_an_engine_is():
    hearing = ears(TimedEars())
    for _ in range(19):
        await hearing.recognize(clip())
    assert hearing.states()[0].p95_seconds is None
    await hearing.recognize(clip())
    state = hearing.states()[0]
    assert (state.stage, state.name, state.since, state.asked_now) == (Stage.STT, "first", None, 0)
    assert (state.p50_seconds, state.p95_seconds) == (pytest.approx(0.5), pytest.approx(0.5))


# ── checks for whoever watches ───────────────────────────────────────────────────────────────


@virtually
async def test_one_working_engine_is_enough_and_a_hanging_one_is_not_waited_for():
    class Hanging(TimedEars):
        async def check(self) -> None:
            await asyncio.Event().wait()

    await ears(Hanging(), TimedEars(name="second")).check()
    assert asyncio.get_running_loop().time() == 0


@virtually
async def test_a_remote_engine_that_answered_a_moment_ago_is_not_asked_whether_it_works():
    first = TimedEars()
    hearing = ears(first)
    await hearing.recognize(clip())
    await hearing.check()
    assert first.checked_at == []
    await asyncio.sleep(61)
    await hearing.check()
    await hearing.check()
    assert len(first.checked_at) == 1


@virtually
async def test_an_engine_that_failed_since_is_asked():
    first = TimedEars(checks=[DOWN])
    hearing = ears(first)
    await hearing.recognize(clip())
    first.usual = After(0, DOWN)
    with pytest.raises(ProviderFailed):
        await hearing.recognize(clip())
    with pytest.raises(ProviderFailed, match="connection refused"):
        await hearing.check()


def test_our_own_engines_are_always_asked():
    assert [patience_with(Stage.TTS, engine, {}).trusted_seconds for engine in ("espeak", "piper")] == [0.0, 0.0]


# ── hedging ──────────────────────────────────────────────────────────────────────────────────


async def known_at(seconds: float, hearing: FallbackRecognizer, first: TimedEars) -> None:
    """Lets the chain learn that its first engine takes so long."""
    first.usual = After(seconds)
    for _ in range(20):
        await hearing.recognize(clip())


@virtually
async def test_the_next_is_asked_too_when_one_is_slower_than_usual():
    first, second = TimedEars(), TimedEars(name="second")
    hearing = ears(first, second, patience=REMOTE)
    await known_at(0.8, hearing, first)
    hedges = counted("koto_provider_hedges_total", provider="first")
    first.script = [After(2.0)]
    heard, took = await timed(hearing)
    assert took == pytest.approx(0.8 + 0.5)
    assert (receipt(heard).provider, receipt(heard).fallback) == ("second", "first: slow")
    assert first.under_way == 0
    assert counted("koto_provider_hedges_total", provider="first") == hedges + 1


@virtually
async def test_the_slow_one_may_still_win_and_the_other_is_stopped():
    first, second = TimedEars(), TimedEars(name="second")
    hearing = ears(first, second, patience=REMOTE)
    await known_at(0.8, hearing, first)
    first.script = [After(1.0)]
    heard, took = await timed(hearing)
    assert (receipt(heard).provider, receipt(heard).fallback) == ("first", None)
    assert took == pytest.approx(1.0)
    assert (second.asked, second.under_way) == (1, 0)
    assert hearing.states()[1].failures == 0


@virtually
async def test_answers_that_were_not_waited_for_count_as_slow_ones():
    """Otherwise the slow twentieth would vanish from the record, and ever more would be hedged."""
    first = TimedEars()
    hearing = ears(first, TimedEars(name="second"), patience=REMOTE)
    await known_at(0.8, hearing, first)
    first.script = [After(2.0)] * 2
    for _ in range(2):
        await hearing.recognize(clip())
    assert hearing.states()[0].p95_seconds == pytest.approx(0.8 + 0.5)


@virtually
async def test_an_engine_whose_times_are_not_known_is_not_hedged_before_it_stalls():
    first, second = TimedEars(usual=After(1.9)), TimedEars(name="second")
    await ears(first, second, patience=REMOTE).recognize(clip())
    assert second.asked == 0


@virtually
async def test_a_very_quick_engine_is_hedged_after_a_third_of_a_second_at_the_earliest():
    first, second = TimedEars(), TimedEars(name="second")
    hearing = ears(first, second, patience=REMOTE)
    await known_at(0.01, hearing, first)
    first.script = [After(0.29)]
    await hearing.recognize(clip())
    assert second.asked == 0


@virtually
async def test_an_engine_that_is_always_too_slow_comes_to_rest():
    first = TimedEars()
    hearing = ears(first, TimedEars(name="second"), patience=REMOTE)
    await known_at(0.8, hearing, first)
    first.usual = HANGS
    for _ in range(3):
        await hearing.recognize(clip())
    assert hearing.states()[0].resting
    await hearing.close()


@virtually
async def test_no_hedge_goes_to_an_engine_that_the_budget_does_not_pay_for():
    first, paid = TimedEars(), TimedEars(name="paid")
    hearing = ears(first, paid, patience=REMOTE, prices={"paid": 0.6}, budget=0.02)
    await known_at(0.8, hearing, first)
    first.script = [After(1.9)]
    heard, took = await timed(hearing)
    assert (receipt(heard).provider, paid.asked) == ("first", 0)
    assert took == pytest.approx(1.9)


@virtually
async def test_a_hedge_that_fails_leaves_the_slow_one_its_chance():
    first, second = TimedEars(), TimedEars(name="second", usual=After(0, DOWN))
    hearing = ears(first, second, patience=REMOTE)
    await known_at(0.8, hearing, first)
    first.script = [After(1.9)]
    heard, _ = await timed(hearing)
    assert (receipt(heard).provider, second.asked) == ("first", 1)


@virtually
async def test_voices_are_never_hedged():
    assert not patience_with(Stage.TTS, "google", {}).hedged
    assert REMOTE.hedged


# ── places ───────────────────────────────────────────────────────────────────────────────────


@virtually
async def test_questions_beyond_the_places_of_an_engine_go_to_the_next_at_once():
    hearing = ears(TimedEars(), TimedEars(name="second"), patience=replace(PLAIN, at_once=2))
    heard = await asyncio.gather(*(timed(hearing) for _ in range(4)))
    assert [receipt(each).provider for each, _ in heard] == ["first", "first", "second", "second"]
    assert receipt(heard[2][0]).fallback == "first: busy"
    assert all(took == pytest.approx(0.5) for _, took in heard)


@virtually
async def test_when_every_place_is_taken_the_learner_is_told_at_once():
    hearing = ears(TimedEars(), TimedEars(name="second"), patience=replace(PLAIN, at_once=1))
    outcomes = await asyncio.gather(*(timed(hearing) for _ in range(3)), return_exceptions=True)
    [refused] = [each for each in outcomes if isinstance(each, BaseException)]
    assert isinstance(refused, TooFast)
    assert refused.code == "busy"
    assert [state.failures for state in hearing.states()] == [0, 0]


@virtually
async def test_an_engine_that_is_full_makes_it_worth_coming_back_though_another_is_broken():
    full = TimedEars(name="second", usual=After(0, TooFast("full", code="busy")))
    with pytest.raises(TooFast, match="first: provider_failed; second: busy"):
        await ears(TimedEars(usual=After(0, DOWN)), full).recognize(clip())


@virtually
async def test_places_are_free_again_afterwards():
    hearing = ears(
        TimedEars(script=[After(0, DOWN)]), TimedEars(name="second"), patience=replace(PLAIN, at_once=1)
    )
    for _ in range(3):
        await hearing.recognize(clip())
    assert [state.asked_now for state in hearing.states()] == [0, 0]


# ── a learner who leaves ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("leaves_after", [0.1, 1.0, 2.1])
@virtually
async def test_whoever_leaves_leaves_nothing_running_and_blames_nobody(leaves_after: float):
    """Before the hedge, during it, and after it."""
    first, second = TimedEars(), TimedEars(name="second")
    hearing = ears(first, second, patience=REMOTE)
    await known_at(0.8, hearing, first)
    first.usual = second.usual = HANGS
    learner = asyncio.create_task(timed(hearing))
    await asyncio.sleep(min(leaves_after, 1.9))
    learner.cancel()
    with pytest.raises(asyncio.CancelledError):
        await learner
    assert (first.under_way, second.under_way) == (0, 0)
    assert [(state.failures, state.asked_now) for state in hearing.states()] == [(0, 0), (0, 0)]


@virtually
async def test_a_call_that_a_learner_left_is_counted_as_left_and_paid():
    first = TimedEars(name="leavable", usual=HANGS)
    hearing = ears(first, prices={"leavable": 0.6})
    learner = asyncio.create_task(timed(hearing))
    await asyncio.sleep(1)
    learner.cancel()
    with pytest.raises(asyncio.CancelledError):
        await learner
    assert counted("koto_provider_calls_total", provider="leavable", outcome="left") == 1
    assert counted("koto_provider_cost_usd_total", provider="leavable") == pytest.approx(0.03)


# ── receipts, money and counts ───────────────────────────────────────────────────────────────


@virtually
async def test_a_receipt_tells_who_answered_what_it_took_and_what_it_cost():
    first, second = TimedEars(usual=HANGS), TimedEars(name="second")
    heard, _ = await timed(ears(first, second, prices={"second": 0.016}), seconds=2.5)
    assert receipt(heard) == Receipt(
        stage=Stage.STT,
        provider="second",
        milliseconds=2500.0,
        fallback="first: too_late",
        audio_seconds=2.5,
        cost_usd=pytest.approx(3 * 0.016 / 60),  # type: ignore[arg-type]
    )


@virtually
async def test_an_answer_that_nobody_waited_out_is_paid_too_and_a_refused_one_is_not():
    heard, _ = await timed(
        ears(TimedEars(usual=HANGS), TimedEars(name="second"), prices={"first": 0.6, "second": 0.06})
    )
    assert receipt(heard).cost_usd == pytest.approx(3 * 0.66 / 60)
    heard, _ = await timed(
        ears(TimedEars(usual=After(0, DOWN)), TimedEars(name="second"), prices={"first": 0.6, "second": 0.06})
    )
    assert receipt(heard).cost_usd == pytest.approx(3 * 0.06 / 60)


@virtually
async def test_an_answer_that_lost_against_a_quicker_one_is_paid_too():
    first, second = TimedEars(), TimedEars(name="second")
    hearing = ears(
        first, second, patience=REMOTE, prices={"first": 0.6, "second": 0.06}, budget=9, learner_budget=9
    )
    await known_at(0.8, hearing, first)
    first.script = [After(2.0)]
    heard, _ = await timed(hearing)
    assert receipt(heard).provider == "second"
    assert receipt(heard).cost_usd == pytest.approx(3 * 0.66 / 60)


@virtually
async def test_an_engine_without_a_price_answers_when_the_budget_is_used_up():
    paid = TimedEars(name="paid")
    hearing = ears(paid, TimedEars(name="own"), prices={"paid": 0.6}, budget=0.05)
    answers = [receipt((await timed(hearing))[0]) for _ in range(3)]
    assert [each.provider for each in answers] == ["paid", "own", "own"]
    assert answers[1].fallback == "paid: over_budget"
    assert hearing.states()[0].failures == 0


@virtually
async def test_one_learner_cannot_use_up_what_is_there_for_all():
    hearing = ears(
        TimedEars(name="paid"), TimedEars(name="own"), prices={"paid": 0.6}, budget=1.0, learner_budget=0.03
    )
    providers = [receipt((await timed(hearing, payer=payer))[0]).provider for payer in ("a", "a", "b", "b")]
    assert providers == ["paid", "own", "paid", "own"]


@virtually
async def test_without_any_free_engine_the_budget_is_the_reason():
    hearing = ears(TimedEars(name="paid"), prices={"paid": 0.6}, budget=0.01)
    with pytest.raises(ProviderFailed) as refused:
        await hearing.recognize(clip())
    assert (refused.value.code, refused.value.retryable) == ("over_budget", False)


@virtually
async def test_questions_at_the_same_time_cannot_overdraw_the_budget():
    paid = TimedEars(name="paid")
    hearing = ears(paid, TimedEars(name="own"), prices={"paid": 0.6}, budget=0.10)
    await asyncio.gather(*(hearing.recognize(clip()) for _ in range(10)))
    assert paid.asked == 3


@virtually
async def test_everything_is_counted():
    def counts() -> list[float]:
        one = {"provider": "counted"}
        return [
            counted("koto_provider_calls_total", **one, outcome="answered"),
            counted("koto_provider_calls_total", provider="other", outcome="too_late"),
            counted("koto_provider_seconds_count", **one),
            counted("koto_provider_fallbacks_total", provider="other", reason="too_late"),
            counted("koto_provider_audio_seconds_total", **one),
            counted("koto_provider_cost_usd_total", **one),
        ]

    before = counts()
    hearing = ears(TimedEars(name="other", usual=HANGS), TimedEars(name="counted"), prices={"counted": 0.6})
    await hearing.recognize(clip())
    assert [after - had for after, had in zip(counts(), before, strict=True)] == pytest.approx(
        [1, 1, 1, 1, 3.0, 0.03]
    )


# ── what may be set ──────────────────────────────────────────────────────────────────────────


def test_every_number_of_an_engine_can_be_set():
    policy = {
        "stt.google.total": 9.0,
        "stt.google.first": 1.5,
        "stt.google.at_once": 3.0,
        "stt.google.failures": 0.0,
        "stt.google.rest": 60.0,
        "stt.google.hedge": 0.0,
    }
    patience = patience_with(Stage.STT, "google", policy)
    assert (patience.total_seconds, patience.first_seconds, patience.rest_seconds) == (9.0, 1.5, 60.0)
    assert (patience.at_once, patience.failures_in_a_row, patience.hedged) == (3, 1, False)
    assert patience_with(Stage.TTS, "google", policy) == patience_with(Stage.TTS, "google", {})


@pytest.mark.parametrize(
    "patience",
    [patience_with(stage, engine, {}) for stage in Stage for engine in ("google", "openai_compatible", "piper")],
)
def test_by_default_a_stalled_engine_is_left_in_time(patience: Patience):
    assert patience.first_seconds <= 2.5
