"""`kotoserver evaluate`: the evaluator over a file of sentences."""

import argparse
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from pydantic_core import from_json, to_json

from kotoserver.bootstrap.judging import Judge, open_judge, published_scenes
from kotoserver.domain.errors import BadInput, KotoError
from kotoserver.domain.scene import Scene
from kotoserver.services.judging import expectation_for, judgement, read_question
from kotoserver.settings import Settings

EXAMPLE = """\
each line is a JSON object, with examples to judge against or a turn of a published scene:
  {"id": 1, "npc_line": "뭐 드릴까요?", "examples": ["라떼 한 잔 주세요."], "learner": "라떼을 한 잔 줘"}
  {"id": 2, "scene": "cafe", "turn": "order", "learner": "아메리카노 한 개 주세요"}
optional: "slots" {name: [ways to say it]}, "synonyms" {word: [others]}, "target_level" (haeyo, hapsyo,
banmal or 해요체, 합쇼체, 반말), "also_ok" [levels]; null is as good as none; other names: "expected" for
"examples", "text" for "learner", "scene_id" for "scene"; blank lines are passed over

each answer stands on the line of its question: verdict, score, bars, level, intent, slots, codes, items,
corrected, diff, natural, id. A line that cannot be judged gets {"id", "error": {"code", "message"}}, and the
exit status is then 1.
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "evaluate",
        help="judge sentences from a file",
        description="Judges every line of a JSON Lines file with the built-in evaluator, in order.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--jsonl", metavar="FILE", required=True, help="the questions; - reads standard input")
    parser.set_defaults(run=_evaluate)


def _evaluate(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    scenes = published_scenes(settings)
    judge = open_judge(settings)
    failed = 0
    with _lines(chosen.jsonl) as lines:
        for answer in answers(lines, scenes, judge):
            failed += "error" in answer
            sys.stdout.buffer.write(to_json(answer, inf_nan_mode="null") + b"\n")
    sys.stdout.flush()
    return 1 if failed else 0


def answers(lines: Iterable[bytes], scenes: dict[str, Scene], judge: Judge) -> Iterator[dict[str, Any]]:
    """One answer for each line that is not blank."""
    for line in lines:
        # Files that were joined with `cat` have a mark of byte order in their midst.
        said = line.removeprefix(BOM_UTF8).strip()
        if said:
            yield _answer(said, scenes, judge)


def _answer(line: bytes, scenes: dict[str, Scene], judge: Judge) -> dict[str, Any]:
    try:
        question = read_question(line)
        return judgement(question, judge(question.learner, expectation_for(question, scenes)))
    except KotoError as error:
        return {"id": _id_of(line), "error": {"code": error.code, "message": error.message}}


def _id_of(line: bytes) -> Any:
    """The id of a line that could not be read as a question, as far as it has one."""
    try:
        found = from_json(line, allow_inf_nan=False)
    except ValueError:
        return None
    return found.get("id") if isinstance(found, dict) else None


@contextmanager
def _lines(name: str) -> Iterator[BinaryIO]:
    """As bytes, so that what is not UTF-8 is told of the line it stands in."""
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        file = open(name, "rb")  # noqa: SIM115  # closed two lines down
    except OSError as error:
        raise BadInput(
            f"The file {name} cannot be read: {error.strerror or error}.", code="no_such_file"
        ) from error
    with file:
        yield file
