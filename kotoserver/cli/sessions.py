"""`kotoserver sessions …`: what an operator may ask about stored sessions."""

import argparse
import asyncio
from collections.abc import Callable, Mapping, Sequence

from kotoserver.bootstrap.judging import rescore_session
from kotoserver.domain.evaluation import Evaluation
from kotoserver.domain.session import Session
from kotoserver.services.rescoring import RescoredTurn, codes, engine
from kotoserver.settings import Settings

RESCORE = """\
Judges every stored turn of a session again, against the scene at the session's own version and
with the evaluator of EVAL_PROVIDER, and tells for each turn whether the result is identical:
verdict, score, bars, speech level, intent, slots, codes, items, correction and diff.
Nothing is stored, and no language model is asked: a turn that one has judged is compared with what
the local evaluator says, as another engine.
The database is that of DATABASE_URL, or the SQLite file in KOTO_DATA_DIR.

What the learner said is not shown, nor what repeats it, unless --show-text asks for it.
"""

OUTCOMES = """\
exit status:
  0   every result is identical, or was given by another engine or version of it
  1   the same version of the same engine gave another result, or there is no such session

example:
  kotoserver sessions rescore sess_4f0c9a
"""

_TELLING: Mapping[str, Callable[[Evaluation], str]] = {
    "verdict": lambda evaluation: evaluation.verdict.value,
    "score": lambda evaluation: str(evaluation.score),
    "bars": lambda evaluation: ", ".join(f"{bar.name.value} {bar.score}" for bar in evaluation.bars) or "none",
    "level_found": lambda evaluation: evaluation.level_found.value,
    "level_wanted": lambda evaluation: evaluation.level_wanted.value,
    "speech": lambda evaluation: evaluation.speech.value,
    "intent": lambda evaluation: evaluation.intent or "none",
    "codes": lambda evaluation: ", ".join(codes(evaluation)) or "none",
}
"""Parts of a result that hold none of the learner's words, and how each is written."""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sessions = commands.add_parser(
        "sessions",
        help="look into stored sessions",
        description="Looks into the sessions of the database that the settings name.",
    )
    sessions.set_defaults(parser=sessions)
    rescored = sessions.add_subparsers(title="commands", metavar="COMMAND").add_parser(
        "rescore",
        help="judge the turns of a session again and compare",
        description=RESCORE,
        epilog=OUTCOMES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    rescored.add_argument("session", metavar="SESSION_ID", help="id of the session, such as sess_4f0c9a")
    rescored.add_argument("--show-text", action="store_true", help="show the learner's words and full differences")
    rescored.set_defaults(run=_rescore)


def _rescore(chosen: argparse.Namespace) -> int:
    session, turns = asyncio.run(rescore_session(Settings.from_environ(), chosen.session))
    for line in report(session, turns, show_text=chosen.show_text):
        print(line)
    return 1 if any(turn.broken for turn in turns) else 0


def report(session: Session, turns: Sequence[RescoredTurn], *, show_text: bool) -> list[str]:
    """What is printed: the session, a line for each turn with its differences, and the sum."""
    lines = [
        f"{session.id}: scene {session.scene_id} version {session.scene_version}, "
        f"pack {session.pack_id} version {session.pack_version}"
    ]
    for turn in turns:
        lines += _tell(turn, show_text=show_text)
    return [*lines, *_notes(turns), _sum(turns)]


def _tell(turn: RescoredTurn, *, show_text: bool) -> list[str]:
    record = turn.record
    undone = ", taken back" if record.undone else ""
    outcome = f"differs in {', '.join(turn.differences)}" if turn.differences else "identical"
    said = [f"     said: {record.text}"] if show_text else []
    changes = [_change(name, record.evaluation, turn.now, show_text=show_text) for name in turn.differences]
    return [
        f"{record.number:3}  {record.scene_turn} ({record.turn_id}{undone}): {outcome} "
        f"[{record.evaluation.verdict.value} {record.evaluation.score}, {engine(record.evaluation)}]",
        *said,
        *(change for change in changes if change),
    ]


def _change(name: str, then: Evaluation, now: Evaluation, *, show_text: bool) -> str:
    """Then and now of one part; empty for a part that would show the learner's words."""
    if name in _TELLING:
        return f"     {name}: {_TELLING[name](then)} → {_TELLING[name](now)}"
    if show_text:
        return f"     {name}: {getattr(then, name)} → {getattr(now, name)}"
    return ""


def _notes(turns: Sequence[RescoredTurn]) -> list[str]:
    """One sentence for each engine that is not the one of today."""
    others = {(engine(turn.record.evaluation), engine(turn.now)) for turn in turns if not turn.same_engine}
    return [
        f"Note: judged by {then} when it was played and by {now} today; another version may judge differently."
        for then, now in sorted(others)
    ]


def _sum(turns: Sequence[RescoredTurn]) -> str:
    if not turns:
        return "Nothing was said in this session."
    differing = sum(bool(turn.differences) for turn in turns)
    if not differing:
        return f"turns: {len(turns)}, all identical"
    broken = sum(turn.broken for turn in turns)
    verdict = f", {broken} of them by the same engine, which must not be" if broken else ""
    return f"turns: {len(turns)}, not identical: {differing}{verdict}"
