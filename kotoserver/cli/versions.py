"""`kotoserver scenes history | diff | revert`, and the same for `langpacks`."""

import argparse
import getpass
from collections.abc import Callable, Sequence

from kotoserver.content.drafts import Folders
from kotoserver.content.revisions import Revision
from kotoserver.content.versions import Difference, compare_packs, compare_scenes, history_of, revert
from kotoserver.ports.clock import SystemClock
from kotoserver.settings import Settings

Compare = Callable[[Folders, str, str, str], Difference]


def add_version_commands(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", kind: str, compare: Compare
) -> None:
    """`kind` is `scene` or `pack`."""
    history = commands.add_parser(
        "history",
        help=f"what of a {kind} was published, by whom and why",
        description="Newest first; a star marks the live version. A revert is an entry of its own.",
    )
    history.add_argument("id", help=f"id of the {kind}")
    history.set_defaults(run=lambda chosen: _history(kind, chosen))

    diff = commands.add_parser(
        "diff",
        help="what changed between two versions",
        description="Compares two of: a version's number, `live`, `draft`. By meaning (lines, rules, intents, "
        "endings …), or as text with --text.",
    )
    diff.add_argument("id", help=f"id of the {kind}")
    diff.add_argument("before", nargs="?", default="live", help="default: live")
    diff.add_argument("after", nargs="?", default="draft", help="default: draft")
    diff.add_argument("--text", action="store_true", help="the files line by line")
    diff.set_defaults(run=lambda chosen: _diff(compare, chosen))

    back = commands.add_parser(
        "revert",
        help="make an older version live again",
        description="Adds an entry to the history; nothing is taken away, and the draft stays as it is. Sessions "
        "being played stay on theirs.",
    )
    back.add_argument("id", help=f"id of the {kind}")
    back.add_argument("version", type=int, help="number of the version")
    back.add_argument("--by", default=None, help="who reverts (default: the name of this account)")
    back.add_argument("--note", default="", help="why, for the history")
    back.set_defaults(run=lambda chosen: _revert(kind, chosen))


def add_commands(
    scenes: "argparse._SubParsersAction[argparse.ArgumentParser]",
    packs: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    add_version_commands(scenes, "scene", compare_scenes)
    add_version_commands(packs, "pack", compare_packs)


def _folders() -> Folders:
    settings = Settings.from_environ()
    return Folders(scenes=settings.scenes_dir, langpacks=settings.langpacks_dir)


def _history(kind: str, chosen: argparse.Namespace) -> int:
    entries = history_of(_folders(), kind, chosen.id)
    for line in history_lines(entries):
        print(line)
    if not entries:
        print(f"{chosen.id} was never published")
    return 0


def history_lines(entries: Sequence[Revision]) -> list[str]:
    newest = list(reversed(entries))
    return [
        f"{'*' if at == 0 else ' '} {entry.version:4d}  {entry.action.value:8} {entry.at:%Y-%m-%d %H:%M}  "
        f"{entry.by:12}  {entry.name}{f' ({entry.note})' if entry.note and entry.note != entry.name else ''}"
        for at, entry in enumerate(newest)
    ]


def _diff(compare: Compare, chosen: argparse.Namespace) -> int:
    found = compare(_folders(), chosen.id, chosen.before, chosen.after)
    if chosen.text:
        print(found.text, end="")
    else:
        for change in found.changes:
            print(change)
    if not found.changes and not chosen.text:
        print(f"nothing differs in meaning between {chosen.before} and {chosen.after}")
    return 0


def _revert(kind: str, chosen: argparse.Namespace) -> int:
    by = chosen.by or getpass.getuser()
    revert(_folders(), kind, chosen.id, chosen.version, at=SystemClock().now(), by=by, note=chosen.note)
    print(f"{chosen.id} is live at version {chosen.version} again")
    return 0
