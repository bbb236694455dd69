"""Whatever engines do, and whenever learners leave."""

import asyncio
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from kotoserver.domain.errors import KotoError, ProviderFailed, TooFast
from kotoserver.domain.receipt import Stage
from kotoserver.providers.pocket import PocketPurse
from kotoserver.providers.policy import FallbackRecognizer, FallbackSynthesizer, Patience, patience_with
from tests.providers.timed_engines import DOWN, HANGS, LINE, After, StreamingVoice, TimedEars, clip, sound
from tests.virtual_time import LoopClock, virtually

SECONDS = st.sampled_from([0.0, 0.05, 0.2, 0.9, 2.4, 2.6, 5.9, 7.0])
REFUSES = [TooFast("full", code="busy"), ProviderFailed("no money", code="over_budget")]
FAILS = [DOWN, ValueError("broken"), asyncio.CancelledError(), ProviderFailed("x", code="bad_answer")]
ANSWERS = st.one_of(st.sampled_from(["네", "nobody", ""]), st.sampled_from([*REFUSES, *FAILS]))
HAPPENS = st.one_of(st.builds(After, SECONDS, ANSWERS), st.just(HANGS))
REMOTE = patience_with(Stage.STT, "google", {})
PATIENCE = st.builds(
    lambda hedged, at_once, probed: replace(REMOTE, hedged=hedged, at_once=at_once, probed=probed),
    st.booleans(),
    st.integers(1, 4),
    st.booleans(),
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[TimedEars], Patience]:
    """Up to three ears, each with a script and with checks that fail or not."""
    engines = [
        TimedEars(
            name=f"engine{number}",
            usual=draw(HAPPENS),
            script=draw(st.lists(HAPPENS, max_size=6)),
            checks=draw(st.lists(st.sampled_from([None, DOWN]), max_size=4)),
        )
        for number in range(draw(st.integers(1, 3)))
    ]
    return engines, draw(PATIENCE)


LEARNERS = st.lists(st.tuples(SECONDS, st.one_of(st.none(), SECONDS)), min_size=1, max_size=8)
"""When each comes, and after how many seconds they leave; None: they wait."""


async def _hears(hearing: FallbackRecognizer, comes: float, leaves: float | None) -> float | None:
    """How long a learner waited for an answer or a failure; None for who left."""
    await asyncio.sleep(comes)
    loop = asyncio.get_running_loop()
    began = loop.time()
    asking = asyncio.create_task(hearing.recognize(clip()))
    done, _ = await asyncio.wait([asking], timeout=leaves)
    if not done:
        asking.cancel()
        await asyncio.wait([asking])
        assert asking.cancelled()
        return None
    failure = asking.exception()
    assert failure is None or isinstance(failure, KotoError)
    return loop.time() - began


@settings(max_examples=300)
@given(worlds(), LEARNERS)
@virtually
async def test_no_task_is_left_no_deadline_missed_and_every_place_freed(
    world: tuple[list[TimedEars], Patience], learners: list[tuple[float, float | None]]
):
    """`virtually` fails a test that leaves a task."""
    engines, patience = world
    hearing = FallbackRecognizer(engines, LoopClock(), patience)
    waited = await asyncio.gather(*(_hears(hearing, comes, leaves) for comes, leaves in learners))
    assert all(each is None or each <= patience.total_seconds + 1e-6 for each in waited)
    assert [engine.under_way for engine in engines] == [0] * len(engines)
    assert [state.asked_now for state in hearing.states()] == [0] * len(engines)
    await hearing.close()


REFUSING = st.builds(After, SECONDS.filter(lambda seconds: seconds < 1), st.sampled_from(["네", *REFUSES]))


@settings(max_examples=100)
@given(st.lists(st.lists(REFUSING, min_size=1, max_size=8), min_size=1, max_size=3), PATIENCE)
@virtually
async def test_refusals_never_count_as_failures(scripts: list[list[After]], patience: Patience):
    engines = [
        TimedEars(name=f"engine{number}", usual=script[0], script=script) for number, script in enumerate(scripts)
    ]
    hearing = FallbackRecognizer(engines, LoopClock(), replace(patience, hedged=False))
    await asyncio.gather(*(_hears(hearing, at, None) for at in range(8)))
    assert [(state.failures, state.resting) for state in hearing.states()] == [(0, False)] * len(engines)


@settings(max_examples=100)
@given(
    st.lists(st.floats(0.001, 0.9).map(lambda usd: round(usd, 3)), min_size=1, max_size=3),
    st.floats(0.0, 1.0),
    st.integers(1, 20),
)
@virtually
async def test_no_budget_is_ever_overdrawn(prices: list[float], budget: float, learners: int):
    engines = [TimedEars(name=f"engine{number}") for number in range(len(prices))]
    clock = LoopClock()
    hearing = FallbackRecognizer(
        engines,
        clock,
        REMOTE,
        prices={engine.name: price * 20 for engine, price in zip(engines, prices, strict=True)},
        purse=PocketPurse(budget, 1.0, clock),
    )
    await asyncio.gather(*(_hears(hearing, 0.0, None) for _ in range(learners)))
    spent = sum(engine.asked * price for engine, price in zip(engines, prices, strict=True))
    assert spent <= budget + 1e-9


PARTS = st.lists(
    st.tuples(SECONDS, st.sampled_from([sound(), sound(level=0), DOWN, TooFast("full", code="busy")])), max_size=5
)


@settings(max_examples=200)
@given(st.lists(PARTS, min_size=1, max_size=3), st.one_of(st.none(), st.integers(0, 3)))
@virtually
async def test_a_stream_keeps_its_time_and_one_voice_and_leaves_nothing(
    scripts: list[list[tuple[float, object]]], listens_to: int | None
):
    """`listens_to`: after so many parts the listener goes."""
    engines = [
        StreamingVoice(name=f"engine{number}", parts=script)  # type: ignore[arg-type]
        for number, script in enumerate(scripts)
    ]
    speaking = FallbackSynthesizer(engines, LoopClock(), REMOTE)
    loop = asyncio.get_running_loop()
    reasons: set[str | None] = set()
    stream = speaking.stream(LINE)
    try:
        count = 0
        async for part in stream:
            reasons.add(part.degraded)
            count += 1
            if count == listens_to:
                break
    except KotoError:
        pass
    finally:
        await stream.aclose()  # type: ignore[attr-defined]
    assert len(reasons) <= 1
    assert loop.time() <= REMOTE.total_seconds + 1e-6
    assert [engine.under_way for engine in engines] == [0] * len(engines)
    await speaking.close()
