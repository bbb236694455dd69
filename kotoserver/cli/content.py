"""`kotoserver scenes …` and `kotoserver langpacks …`: checking, trying out and publishing what authors write."""

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Callable, Sequence

from kotoserver import telemetry
from kotoserver.bootstrap.judging import open_judge, open_judge_and_analyzer, open_proofreader
from kotoserver.cli.authoring import add_pack_commands, add_scene_commands
from kotoserver.cli.versions import Compare
from kotoserver.cli.versions import add_commands as add_version_commands
from kotoserver.cli.walk import add_command as add_walk_command
from kotoserver.content.desk import lint_folders, run_trials
from kotoserver.content.diagnostics import Diagnostic, errors, finding_as_json
from kotoserver.content.drafts import Folders, compile_drafts, draft_ids
from kotoserver.content.fixing import Fixed, fix_drafts, write_fixed
from kotoserver.content.publishing import Publication, publish_pack, publish_scene
from kotoserver.content.sentences import LANGUAGES, Language
from kotoserver.content.versions import compare_packs, compare_scenes
from kotoserver.domain.errors import KotoError, NotFound
from kotoserver.korean.trying.robustness import try_examples
from kotoserver.ports.clock import SystemClock
from kotoserver.settings import Settings


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    scenes = _subject(commands, "scenes", "check, test and publish scenes")
    checked = scenes.add_parser(
        "lint",
        help="check drafts",
        description="Checks the drafts of scenes and packs, and reads their Korean with the real evaluator. Every "
        "finding has a code, a file, a line and a column; all come in one pass. docs/lint explains each code. The "
        "exit status is 1 when there is an error; warnings leave it 0.",
    )
    checked.add_argument("scene", nargs="?", help="only this scene and its packs")
    checked.add_argument("--quick", action="store_true", help="leave out what it takes the evaluator to see")
    checked.add_argument("--fix", action="store_true", help="first mend what can be mended without asking")
    checked.add_argument("--json", action="store_true", help="one JSON object with every finding and its fix")
    _add_language(checked)
    checked.set_defaults(run=_lint)
    tried = scenes.add_parser(
        "test",
        help="hold drafts against their tests.yaml and their own examples",
        description="Runs every row of tests.yaml through the real evaluator, and every example and model answer "
        "through its own turn, where it must score 100 without an item.",
    )
    tried.add_argument("scene", nargs="?", help="only this scene")
    _add_language(tried)
    tried.set_defaults(run=_test)
    _add_mistakes(scenes)
    published = scenes.add_parser(
        "publish",
        help="publish the draft of a scene as a new version",
        description="Writes the draft as an immutable, numbered version and makes it the live one. Sessions being "
        "played stay on theirs. Its lines are spoken and kept, so that play never waits for them. Publish a scene "
        "first, then the packs that translate it.",
    )
    published.add_argument("scene", help="id of the scene")
    published.add_argument(
        "--without-speech",
        action="store_true",
        help="do not speak its lines now; the server does it when it starts, or when somebody asks for them",
    )
    _add_publication(published)
    published.set_defaults(run=_publish_scene)

    add_scene_commands(scenes)
    add_walk_command(scenes)

    packs = _subject(commands, "langpacks", "translate and publish language packs")
    pack = packs.add_parser("publish", help="publish the draft of a pack as a new version")
    pack.add_argument("pack", help="id of the pack, such as ko-id")
    _add_publication(pack)
    pack.set_defaults(run=_publish_pack)
    add_pack_commands(packs)
    add_version_commands(scenes, packs)


def _add_mistakes(scenes: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = scenes.add_parser(
        "mistakes",
        help="try a draft with the mistakes that learners make",
        description="Puts learners' mistakes (particles, endings, counters, spelling …) into every example of the "
        "scene, says each example in other good ways too, and prints what the evaluator misses of the first and "
        "finds fault with in the second. Reading for editors: the exit status is 0 unless the draft is broken.",
    )
    parser.add_argument("scene", help="id of the scene")
    parser.add_argument("--turn", metavar="ID", help="only the examples of this turn")
    parser.set_defaults(run=_mistakes)


def _subject(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, summary: str
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary.capitalize()}, in the folders of KOTO_SCENES_DIR and KOTO_LANGPACKS_DIR.",
    )
    parser.set_defaults(parser=parser)
    return parser.add_subparsers(title="commands", metavar="COMMAND")


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of the sentences (default: en)")


_BAR_WIDTH = 30


def _add_publication(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--by", default=None, help="who publishes (default: the name of this account)")
    parser.add_argument("--note", default="", help="what changed, for the history")


def _lint(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    folders = Folders(scenes=settings.scenes_dir, langpacks=settings.langpacks_dir)
    fixed = fix_drafts(folders, chosen.scene) if chosen.fix else None
    if fixed is not None:
        write_fixed(folders, fixed)
    proofreader = None if chosen.quick else open_proofreader(settings, folders)
    found = lint_folders(folders, chosen.scene, proofreader)
    if chosen.json:
        print(json.dumps(_as_json(found, fixed, chosen.language), ensure_ascii=False, indent=1))
        return 1 if errors(found) else 0
    for finding in fixed.findings if fixed else ():
        print(f"fixed {finding.line_in(chosen.language)}")
    return _tell(found, "no findings", chosen.language)


def _as_json(found: Sequence[Diagnostic], fixed: Fixed | None, language: Language) -> dict[str, object]:
    return {
        "errors": len(errors(found)),
        "warnings": len(found) - len(errors(found)),
        "findings": [finding_as_json(each, language) for each in found],
        "fixed": [finding_as_json(each, language) for each in (fixed.findings if fixed else ())],
    }


def _test(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    scene_ids = [chosen.scene] if chosen.scene else draft_ids(settings.scenes_dir)
    judge = open_judge(settings)
    found = [
        diagnostic
        for scene_id in scene_ids
        for diagnostic in run_trials(settings.scenes_dir, settings.langpacks_dir, scene_id, judge)
    ]
    return _tell(found, f"{', '.join(scene_ids)}: every row and every example holds", chosen.language)


def _mistakes(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    draft = compile_drafts(settings.scenes_dir, settings.langpacks_dir).scenes.get(chosen.scene)
    if draft is None:
        raise NotFound(f"There is no scene {chosen.scene}.", code="no_such_scene")
    if draft.scene is None:
        return _tell(draft.diagnostics, "")
    judge, analyzer = open_judge_and_analyzer(settings)
    tried = try_examples(draft.scene, chosen.turn, judge, analyzer)
    turn = ""
    for surprise in tried.surprises:
        if surprise.turn != turn:
            turn = surprise.turn
            print(f"turn {turn}")
        found = ", ".join(surprise.codes) or "nothing"
        print(f"  {surprise.kind:28} {surprise.text}  ({surprise.verdict.value}; found {found})")
    missed = sum(not each.alarm for each in tried.surprises)
    alarms = len(tried.surprises) - missed
    print(f"{missed} of {tried.mistakes} mistakes missed, {alarms} false alarms in {tried.variants} good variants")
    return 0


def _publish_scene(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    proofreader = open_proofreader(settings)
    _tell_changes(chosen.scene, compare_scenes)
    revision = publish_scene(
        settings.scenes_dir, settings.langpacks_dir, chosen.scene, _publication(chosen), proofreader
    )
    print(f"{chosen.scene} is live at version {revision.version}")
    if not chosen.without_speech:
        from kotoserver.bootstrap.speaking import render_scene  # sound and stores, which nothing else here needs

        telemetry.set_up_logging(settings.log)
        asyncio.run(render_scene(settings, chosen.scene, _bar(f"speaking the lines of {chosen.scene}")))
    return 0


def _bar(what: str) -> Callable[[int, int], None]:
    """Progress on standard error: a bar that is redrawn at a terminal, and only its end elsewhere."""

    def show(done: int, of: int) -> None:
        if sys.stderr.isatty():
            filled = _BAR_WIDTH * done // max(of, 1)
            bar = "█" * filled + "░" * (_BAR_WIDTH - filled)
            print(f"\r{what} {bar} {done}/{of}", end="\n" if done == of else "", file=sys.stderr, flush=True)
        elif done == of:
            print(f"{what}: {done} of {of}", file=sys.stderr)

    return show


def _publish_pack(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    _tell_changes(chosen.pack, compare_packs)
    revision = publish_pack(settings.scenes_dir, settings.langpacks_dir, chosen.pack, _publication(chosen))
    print(f"{chosen.pack} is live at version {revision.version}")
    return 0


def _tell_changes(each: str, compare: Compare) -> None:
    """What differs from the live version, before it is published; a first version has nothing to differ from."""
    settings = Settings.from_environ()
    folders = Folders(scenes=settings.scenes_dir, langpacks=settings.langpacks_dir)
    try:
        changes = compare(folders, each, "live", "draft").changes
    except KotoError:
        return  # never published, or a draft with errors, which publishing tells
    for change in changes:
        print(change)


def _publication(chosen: argparse.Namespace) -> Publication:
    who = chosen.by or getpass.getuser()
    note = chosen.note or (input("what changed? ") if sys.stdin.isatty() else "")
    return Publication(at=SystemClock().now(), by=who, name=note or "published", note=note)


def _tell(found: Sequence[Diagnostic], nothing: str, language: Language = "en") -> int:
    """Prints the findings in order of file and line; 1 when there is an error among them."""
    for diagnostic in sorted(found, key=lambda each: (each.file, each.line, each.column, each.code)):
        print(diagnostic.line_in(language))
    wrong = len(errors(found))
    warnings = len(found) - wrong
    print(f"{wrong} errors, {warnings} warnings" if found else nothing)
    return 1 if wrong else 0
