"""Playing, with the clock in the test's hand."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kotoserver.bootstrap.server import open_services
from kotoserver.domain.errors import BadInput
from kotoserver.domain.learner import Caller
from kotoserver.domain.utterance import read_utterance
from kotoserver.ports.clock import Clock
from kotoserver.providers.scripted import ScriptedEvaluator
from kotoserver.services.play import PlayService
from kotoserver.settings import Settings
from tests.apps import playing


class HeldClock(Clock):
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self._at = datetime(2026, 5, 4, tzinfo=UTC)

    def move(self, seconds: float) -> None:
        self._at += timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self._at

    def seconds(self) -> float:
        return self._at.timestamp()


class Game:
    """A learner in a session."""

    def __init__(self, play: PlayService, caller: Caller, session_id: str, clock: HeldClock) -> None:
        self.play, self.caller, self.session_id, self.clock = play, caller, session_id, clock

    async def seconds_played(self) -> float:
        return (await self.play.session(self.caller, self.session_id)).progress.seconds_played


@pytest.fixture
async def game(tmp_path: Path) -> AsyncIterator[Game]:
    environ = {"KOTO_DATA_DIR": str(tmp_path), "TTS_PROVIDER": "scripted", "EVAL_PROVIDER": "scripted"}
    clock = HeldClock()
    async with (
        open_services(Settings.from_environ(environ)) as services,
        playing(services, tmp_path, ScriptedEvaluator(), clock=clock) as play,
    ):
        guest = await services.accounts.sign_in_guest()
        caller = Caller(learner_id=guest.learner.id)
        session = await play.start(caller, "cafe", "ko-id")
        yield Game(play, caller, session.id, clock)


async def test_time_spent_on_hints_repeats_and_mistakes_counts_as_played(game: Game):
    game.clock.move(20)
    await game.play.give_hint(game.caller, game.session_id)
    game.clock.move(10)
    await game.play.repeat(game.caller, game.session_id, slowly=True)
    game.clock.move(5)
    await game.play.report(game.session_id, game.caller, BadInput("No."), None)
    game.clock.move(4)
    await game.play.hear(game.caller, game.session_id, read_utterance("t1", "네"))
    assert await game.seconds_played() == 39


async def test_a_clock_that_lags_behind_takes_no_time_away(game: Game):
    game.clock.move(-5)
    await game.play.hear(game.caller, game.session_id, read_utterance("t1", "네"))
    assert await game.seconds_played() == 0


async def test_a_break_counts_only_in_part(game: Game):
    game.clock.move(86_400)
    await game.play.hear(game.caller, game.session_id, read_utterance("t1", "네"))
    assert await game.seconds_played() == 60
