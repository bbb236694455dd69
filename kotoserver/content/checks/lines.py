"""Lines, hints and ids: each id once (E08), each `use` with a line to use (E21), each line with a voice (E22)."""

from collections.abc import Iterator

from kotoserver.content.diagnostics import Fix
from kotoserver.content.findings import Findings
from kotoserver.content.fresh_ids import FreshIds
from kotoserver.content.scene_schema import SaySource, SceneSource
from kotoserver.content.sentences import phrase
from kotoserver.content.tree import Path


def says(source: SceneSource) -> Iterator[tuple[Path, SaySource]]:
    """Every line that an NPC says, with its place in the file."""
    for index, turn in enumerate(source.turns):
        for number, line in enumerate(turn.npc):
            yield ("turns", index, "npc", number), line
        for number, rule in enumerate(turn.then):
            if rule.say:
                yield ("turns", index, "then", number, "say"), rule.say
    for index, ending in enumerate(source.endings):
        yield ("endings", index, "say"), ending.say


def check_lines(source: SceneSource, findings: Findings, fresh: FreshIds | None = None) -> None:
    """With `fresh`, an id that is used twice comes with a new one."""
    _check_shapes(source, findings)
    _check_ids(source, findings, fresh)
    _check_uses(source, findings)
    _check_speakers(source, findings)


def _check_shapes(source: SceneSource, findings: Findings) -> None:
    for path, say in says(source):
        if say.use and (say.id or say.ko or say.note):
            findings.at("E06.use_and_text", path)
        elif not say.use and not (say.id and say.ko):
            findings.at("E06.no_text", path)


def _check_ids(source: SceneSource, findings: Findings, fresh: FreshIds | None) -> None:
    seen: set[tuple[str, str]] = set()
    for kind, each, path in _ids(source):
        if (kind, each) in seen:
            fix: Fix = ()
            if fresh is not None and kind in ("line", "hint"):
                fix = findings.document.rewritten(findings.document.mark(path), fresh.after(each))
            findings.at("E08.twice", path, fix, kind=phrase(f"kind.{kind}"), id=each)
        seen.add((kind, each))


def _ids(source: SceneSource) -> Iterator[tuple[str, str, Path]]:
    for path, say in says(source):
        if say.id:
            yield "line", say.id, (*path, "id")
    for index, turn in enumerate(source.turns):
        yield "turn", turn.id, ("turns", index, "id")
        yield "line", turn.learner.model.id, ("turns", index, "learner", "model", "id")
        for number, hint in enumerate(turn.learner.hints):
            yield "hint", hint.id, ("turns", index, "learner", "hints", number, "id")
    for index, ending in enumerate(source.endings):
        yield "ending", ending.id, ("endings", index, "id")


def _check_uses(source: SceneSource, findings: Findings) -> None:
    written = {say.id for _, say in says(source) if say.id}
    for path, say in says(source):
        if say.use and say.use not in written:
            findings.at("E21", (*path, "use"), id=say.use)


def _check_speakers(source: SceneSource, findings: Findings) -> None:
    for path, say in says(source):
        if say.by and say.by not in source.npcs:
            findings.at("E22.nobody", (*path, "by"), by=say.by)
        elif not say.by and not say.use and len(source.npcs) > 1:
            findings.at("E22.who", path)
    for index, turn in enumerate(source.turns):
        if turn.learner.model.by is not None:
            path = ("turns", index, "learner", "model", "by")
            findings.at("E22.learner", path)
