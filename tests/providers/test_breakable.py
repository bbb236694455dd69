"""Engines that are broken on purpose, and whom somebody prefers: what the policy makes of both."""

from dataclasses import replace

import pytest

from kotoserver.domain.engines import Fault, FaultKind, Preference
from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.receipt import Stage
from kotoserver.domain.speech import Speech
from kotoserver.providers.breakable import BreakableRecognizer, BreakableSynthesizer, FaultBoard
from kotoserver.providers.policy import FallbackRecognizer, FallbackSynthesizer, patience_with
from tests.providers.timed_engines import LINE, TimedEars, TimedVoice, clip
from tests.virtual_time import LoopClock, virtually

PATIENCE = patience_with(Stage.STT, "google", {})


class World:
    """Two ears and two voices under the policy, and the board on which they are broken."""

    def __init__(self) -> None:
        self.board = FaultBoard()
        self.ears = [TimedEars(name="first"), TimedEars(name="second")]
        self.voices = [TimedVoice(name="first"), TimedVoice(name="second")]
        clock = LoopClock()
        self.hearing = FallbackRecognizer(
            [BreakableRecognizer(each, self.board) for each in self.ears], clock, PATIENCE
        )
        self.speaking = FallbackSynthesizer(
            [BreakableSynthesizer(each, self.board) for each in self.voices], clock, PATIENCE
        )

    def break_first(self, stage: Stage, kind: FaultKind, questions: int | None = None) -> None:
        self.board.put(stage, "first", Fault(kind=kind, questions=questions))

    async def hear(self, preference: Preference | None = None) -> tuple[str, str | None]:
        """Who heard, and why not the first."""
        heard = await self.hearing.recognize(replace(clip(), preference=preference))
        assert heard.receipt is not None
        return heard.receipt.provider, heard.receipt.fallback

    async def parts(self) -> list[Speech]:
        return [part async for part in self.speaking.stream(LINE)]


@pytest.mark.parametrize(
    ("kind", "reason"), [("fail", "provider_failed"), ("hang", "too_late"), ("silence", "empty_answer")]
)
@virtually
async def test_broken_ears_are_fallen_back_from_however_they_are_broken(kind: str, reason: str):
    world = World()
    world.break_first(Stage.STT, FaultKind(kind))
    assert await world.hear() == ("second", f"first: {reason}")
    assert world.ears[0].asked == 0
    await world.hearing.close()


@pytest.mark.parametrize(
    ("kind", "reason"), [("fail", "provider_failed"), ("hang", "too_late"), ("silence", "silent_speech")]
)
@virtually
async def test_a_broken_voice_is_fallen_back_from_however_it_is_broken(kind: str, reason: str):
    world = World()
    world.break_first(Stage.TTS, FaultKind(kind))
    assert (await world.speaking.synthesize(LINE)).degraded == f"first: {reason}"
    assert {part.degraded for part in await world.parts()} == {f"first: {reason}"}
    await world.speaking.close()


@virtually
async def test_broken_ears_leave_the_voice_alone():
    world = World()
    world.break_first(Stage.STT, FaultKind.FAIL)
    assert (await world.speaking.synthesize(LINE)).degraded is None
    await world.speaking.close()


@virtually
async def test_a_fault_lasts_for_as_many_questions_as_it_is_told():
    world = World()
    world.break_first(Stage.TTS, FaultKind.SILENCE, questions=2)
    spoken = [(await world.speaking.synthesize(LINE)).degraded for _ in range(3)]
    assert spoken == ["first: silent_speech", "first: silent_speech", None]
    await world.speaking.close()


@virtually
async def test_a_probe_finds_an_engine_broken_until_it_is_mended():
    board = FaultBoard()
    voice, ears = BreakableSynthesizer(TimedVoice(), board), BreakableRecognizer(TimedEars(), board)
    for stage, engine in ((Stage.TTS, voice), (Stage.STT, ears)):
        board.put(stage, "first", Fault(kind=FaultKind.SILENCE))
        with pytest.raises(ProviderFailed, match="on purpose"):
            await engine.check()
        board.mend(stage, "first")
        await engine.check()


@virtually
async def test_whoever_is_preferred_is_asked_first_and_the_others_stand_in():
    world = World()
    assert await world.hear(Preference(engine="second")) == ("second", None)
    world.board.put(Stage.STT, "second", Fault(kind=FaultKind.FAIL))
    assert await world.hear(Preference(engine="second")) == ("first", "second: provider_failed")
    assert await world.hear() == ("first", None)
    await world.hearing.close()


@virtually
async def test_nobody_stands_in_for_an_engine_that_is_asked_alone():
    world = World()
    world.break_first(Stage.STT, FaultKind.FAIL)
    with pytest.raises(ProviderFailed, match="first: provider_failed"):
        await world.hear(Preference(engine="first", alone=True))
    assert world.ears[1].asked == 0
    await world.hearing.close()


@virtually
async def test_a_preference_for_an_engine_that_is_not_there_counts_for_nothing():
    world = World()
    assert await world.hear(Preference(engine="third", alone=True)) == ("first", None)
    await world.hearing.close()


@virtually
async def test_closing_reaches_the_engines():
    world = World()
    await world.hearing.close()
    await world.speaking.close()
    assert all(each.closed for each in (*world.ears, *world.voices))
