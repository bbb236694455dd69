"""`kotoserver play`: a scene in the terminal, on the same services as everything else."""

import argparse
import asyncio
import json
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from kotoserver import telemetry
from kotoserver.bootstrap.server import open_services
from kotoserver.domain.errors import KotoError
from kotoserver.domain.evaluation import DiffKind, Evaluation
from kotoserver.domain.learner import Caller
from kotoserver.domain.session import Session, SessionState
from kotoserver.domain.utterance import read_utterance
from kotoserver.services.bundle import Services
from kotoserver.settings import Settings

HELP = """\
  type your answer in Korean and press Enter
  /hint    the next hint          /repeat  hear the line again (in words)
  /retry   take the last turn again        /quit    leave"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "play",
        help="play a scene in the terminal",
        description="Plays a scene by text. What you say is judged and stored just as in the game.",
        epilog="While playing:\n" + HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scene", help="id of the scene, such as cafe")
    parser.add_argument("--pack", default="ko-id", help="language pack (default: ko-id)")
    parser.set_defaults(run=_play)


def _play(chosen: argparse.Namespace) -> int:
    settings = replace(Settings.from_environ(), log="readable")
    usual = settings.log_level == "info"  # a line about every turn would stand among those of the scene
    telemetry.set_up_logging("readable", "warning" if usual else settings.log_level)
    return asyncio.run(_play_scene(settings, chosen.scene, chosen.pack))


async def _play_scene(settings: Settings, scene_id: str, pack_id: str) -> int:
    async with open_services(settings) as services:
        signed_in = await services.accounts.sign_in_guest(name="terminal")
        caller = Caller(learner_id=signed_in.learner.id)
        session = await services.play.start(caller, scene_id, pack_id)
        playable = services.play.playable(session)
        print(f"\n{playable.scene.title} · {playable.words.title}\n{playable.words.brief}\n\n{HELP}\n")
        table = Table(services, caller, session.id)
        await table.show_news()
        return await table.play()


class Table:
    """Where a person at a terminal and the scene meet; remembers only how far it has shown the events."""

    def __init__(self, services: Services, caller: Caller, session_id: str) -> None:
        self._services = services
        self._caller = caller
        self._session_id = session_id
        self._shown = 0
        self._turns = count(1)

    async def play(self) -> int:
        """Until the scene is over or the person leaves."""
        while True:
            session = await self._session()
            if session.progress.state is not SessionState.ACTIVE:
                return 0
            narrator = self._services.play.narrator(session)
            print(f"\n  ◎ {narrator.playable.words.goals[session.progress.turn]}")
            words = await _asked()
            if words is None or words == "/quit":
                print("\nThe session is kept; goodbye.")
                return 0
            await self._answer(words)

    async def show_news(self) -> None:
        """Prints every event that was not shown yet."""
        for event in await self._services.play.events(self._session_id, after=self._shown):
            _show(json.loads(event.frame))
            self._shown = event.seq

    async def _answer(self, words: str) -> None:
        play = self._services.play
        try:
            match words:
                case "/hint":
                    await play.give_hint(self._caller, self._session_id)
                case "/repeat":
                    await play.repeat(self._caller, self._session_id, slowly=False)
                case "/retry":
                    await play.take_back(self._caller, self._session_id)
                case _ if words.startswith("/"):
                    print(HELP)
                case _:
                    await self._say(words)
            await self.show_news()
        except KotoError as error:
            print(f"  {error.message}")

    async def _say(self, words: str) -> None:
        utterance = read_utterance(f"terminal-{next(self._turns)}", words)
        played = await self._services.play.hear(self._caller, self._session_id, utterance)
        _show_diff(played.record.evaluation)

    async def _session(self) -> Session:
        return await self._services.play.session(self._caller, self._session_id)


async def _asked() -> str | None:
    """A line from the person; None at the end of the input.

    The thread is a daemon: nothing can wake it, and Ctrl-C should not wait for one more line.
    """
    loop = asyncio.get_running_loop()
    typed: asyncio.Future[str | None] = loop.create_future()

    def hand_over(words: str | None) -> None:
        if not typed.cancelled():
            typed.set_result(words)

    def wait_for_a_line() -> None:
        loop.call_soon_threadsafe(hand_over, _ask())

    threading.Thread(target=wait_for_a_line, name="person", daemon=True).start()
    return await typed


def _ask() -> str | None:
    """A line from the person; None at the end of the input."""
    while True:
        try:
            words = input("  나: ").strip()
        except EOFError:
            return None
        if words:
            return words


def _show(frame: Mapping[str, Any]) -> None:
    match frame["type"]:
        case "npc_line":
            print(f"\n  ❝ {frame['ko']}\n    {_dim(frame['meaning'])}")
        case "evaluation_complete":
            mark = {"accept": "✓", "accept_with_feedback": "✓", "retry": "↺"}.get(frame["result"], "·")
            score = "" if frame["result"] == "not_scored" else f" {frame['score']}"
            print(f"\n  {mark}{score}  {frame['feedback']}")
        case "hint":
            print(f"\n  ☞ {frame['text']}" + (f"  {frame['ko']}" if "ko" in frame else ""))
        case "scene_ended":
            print(f"\n  ── {frame['result']} · {frame['score']} ──")
        case "error":
            print(f"\n  {frame['message']}")


def _show_diff(evaluation: Evaluation) -> None:
    """The learner's own words with what was taken out and put in."""
    if evaluation.corrected is None:
        return
    signs = {
        DiffKind.KEEP: "{0}",
        DiffKind.DELETE: "[-{0}-]",
        DiffKind.INSERT: "[+{1}+]",
        DiffKind.REPLACE: "[-{0}-][+{1}+]",
    }
    print("  " + "".join(signs[part.kind].format(part.learner, part.corrected) for part in evaluation.diff))


def _dim(text: str) -> str:
    return f"\x1b[2m{text}\x1b[0m" if sys.stdout.isatty() else text
