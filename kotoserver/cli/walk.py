"""`kotoserver scenes walk`: synthetic learners play a draft, and a report tells where it fails them."""

import argparse
from collections import Counter
from collections.abc import Iterator
from statistics import median

from kotoserver.bootstrap.judging import open_judge_and_analyzer
from kotoserver.content.desk import said_in_tests
from kotoserver.content.differences import rule_words
from kotoserver.content.drafts import Folders, compile_folders
from kotoserver.domain.errors import BadInput, NotFound
from kotoserver.domain.scene import Scene
from kotoserver.korean.trying.walks import Kind, WalkReport, walk_scene
from kotoserver.settings import Settings

MOST_TOLD = 12
"""Examples of one kind of trouble; the first few show what is wrong."""
_FEW_HELPED = 0.34
"""Hints that help fewer than a third of those who follow them are named."""
_MANY_GAVE_UP = 0.1


def add_command(scenes: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = scenes.add_parser(
        "walk",
        help="let synthetic learners play a draft some hundreds of times",
        description="Six kinds of learners (fluent, inventive, slipping, casual, lost, stubborn) play the draft "
        "to its end. The report names rules that nobody took, answers that led nowhere, useless hints, "
        "and walks that were too long. The exit status is 1 when a learner who tries ran into a limit of the "
        "scene, or an ending was never reached.",
    )
    parser.add_argument("scene", help="id of the scene")
    parser.add_argument("--walks", type=int, default=300, help="how many (default: 300)")
    parser.add_argument("--seed", type=int, default=0, help="another number plays other walks (default: 0)")
    parser.set_defaults(run=_walk)


def _walk(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    folders = Folders(scenes=settings.scenes_dir, langpacks=settings.langpacks_dir)
    result = compile_folders(folders, chosen.scene).scenes.get(chosen.scene)
    if result is None:
        raise NotFound(f"There is no scene {chosen.scene}.", code="no_such_scene")
    if result.scene is None:
        raise BadInput(f"The draft of {chosen.scene} has errors; lint tells them.", code="draft_has_errors")
    if not 1 <= chosen.walks <= 100_000:
        raise BadInput("--walks must be from 1 to 100000.")
    judge, analyzer = open_judge_and_analyzer(settings)
    said = said_in_tests(folders, chosen.scene)
    report = walk_scene(result.scene, judge, analyzer, walks=chosen.walks, seed=chosen.seed, said=said)
    for line in report_lines(result.scene, report):
        print(line)
    cut = any(walk.by_limit and walk.kind is not Kind.STUBBORN for walk in report.walks)
    failed = cut or report.endings_never_reached
    return 1 if failed else 0


def report_lines(scene: Scene, report: WalkReport) -> Iterator[str]:
    """The report as a person reads it."""
    limit = scene.limits.learner_turns
    yield f"{scene.id}: {len(report.walks)} walks, at most {limit} answers each"
    yield f"  {'learners':10} {'walks':>5}  {'answers':>7}  {'longest':>7}  endings"
    for kind in Kind:
        walks = [walk for walk in report.walks if walk.kind is kind]
        if walks:
            ends = Counter(walk.ending for walk in walks)
            told = ", ".join(f"{ending} {count}" for ending, count in ends.most_common())
            answers = [walk.answers for walk in walks]
            yield f"  {kind.value:10} {len(walks):5}  {median(answers):7.0f}  {max(answers):7}  {told}"
    yield from _section("endings that nobody reached", report.endings_never_reached)
    yield from _section("turns that nobody entered", report.never_entered)
    cut = [f"{walk.kind.value}: {' '.join(walk.path)}" for walk in report.walks if walk.by_limit]
    yield from _section("walks that ran into a limit of the scene", cut)
    yield from _section("rules that nobody took", [_rule(scene, turn, at) for turn, at in report.never_taken])
    yield from _section(
        "answers that the scene teaches and that led nowhere",
        [f"{each.turn}: {each.text} (taken for {each.intent})" for each in report.stuck],
    )
    yield from _section(
        "turns that learners who spoke well had to be carried through",
        [
            f"{turn}: {tally.of - tally.good} of {tally.of}"
            for turn, tally in report.given_up.items()
            if 1 - tally.share > _MANY_GAVE_UP
        ],
    )
    yield from _section(
        "hints that did not help",
        [
            f"{hint}: {tally.good} of {tally.of} got on"
            for hint, tally in report.hints.items()
            if tally.share < _FEW_HELPED and not _is_a_thought(scene, hint)
        ],
    )


def _section(title: str, lines: "tuple[str, ...] | list[str]") -> Iterator[str]:
    if not lines:
        return
    yield f"{title}: {len(lines)}"
    yield from (f"  {line}" for line in lines[:MOST_TOLD])
    if len(lines) > MOST_TOLD:
        yield f"  … and {len(lines) - MOST_TOLD} more"


def _rule(scene: Scene, turn_id: str, at: int) -> str:
    return f"{turn_id} rule {at + 1}: {rule_words(scene.turn(turn_id).rules[at])}"


def _is_a_thought(scene: Scene, hint_id: str) -> bool:
    """A hint to think about gives no words, so nobody can be seen to follow it."""
    hints = (hint for turn in scene.turns for hint in turn.hints)
    return any(hint.id == hint_id and hint.ko is None and hint.kind.value == "think" for hint in hints)
