"""A rehearsal kept as rows of `tests.yaml`: written behind those that are there, which stay as they are.

A way from the beginning of the scene to an ending becomes one row of `play`; any other way becomes a row of `say`
for each answer, so that it holds wherever the scene is changed elsewhere.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kotoserver.content.diagnostics import Report
from kotoserver.content.drafts import Folders
from kotoserver.content.rehearsal import Beginning, Cause, Rehearsal, Rehearsed
from kotoserver.content.saving import OpenedDraft, save_draft
from kotoserver.content.scalars import as_scalar
from kotoserver.content.tree import Document, Items
from kotoserver.content.trial_schema import TRIALS_SCHEMA, TrialsSource
from kotoserver.domain.errors import BadInput
from kotoserver.domain.levels import SpeechFit
from kotoserver.domain.scene import Scene, SlotFill

Row = tuple[str, ...]
"""The lines of one item of a list, without what is in front of them."""

_ITEM = re.compile(r"(?P<indent> *)- ")
_HEAD = """\
# yaml-language-server: $schema=../schema/scene-tests.1.json
schema: {schema}
scene: {scene}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRows:
    saved: OpenedDraft
    added: int
    """0 where every row was there already."""


def keep_as_test(
    folders: Folders, rehearsal: Rehearsal, beginning: Beginning, name: str, opened_digest: str
) -> KeptRows:
    """Writes the rows and saves the file, what of it is unsaved included.

    BadInput codes `nothing_to_keep`, `tests_unreadable`; Conflict code `draft_changed` as in `save_draft`.
    """
    scene_id = rehearsal.scene.id
    file = f"{folders.scenes.name}/{scene_id}/tests.yaml"
    content = folders.tests(scene_id, Report())
    head = _HEAD.format(schema=TRIALS_SCHEMA, scene=scene_id)
    text = head if content is None else content.decode("utf-8-sig", "replace")
    said = [step for step in rehearsal.steps if step.text is not None and step.cause is not Cause.LIMIT]
    if not said:
        raise BadInput("Nothing was said yet that could be kept as a test.", code="nothing_to_keep")
    known = _read(text, file, folders)[0]
    ending = said[-1].step.progress.ending
    if beginning.is_plain and ending is not None:
        section, rows = "play", [_play_row(rehearsal, said, name, ending)]
        if any(row.learner == tuple(step.text for step in said) for row in known.play):
            rows = []
    else:
        asked = [(row.turn, row.text, row.given, row.tries) for row in known.say]
        section, rows = "say", [_say_row(rehearsal.scene, step) for step in said if _question(step) not in asked]
    longer = with_rows(text, file, section, rows, folders) if rows else text
    return KeptRows(saved=save_draft(folders, file, longer, opened_digest), added=len(rows))


def with_rows(text: str, file: str, section: str, rows: Sequence[Row], folders: Folders) -> str:
    """The text with rows behind the last of a section, which is made where there is none.

    BadInput code `tests_unreadable` when that cannot be done without changing what is there.
    """
    before, document = _read(text, file, folders)
    place = _behind_last_row(document, section)
    lines = text.split("\n")
    if place is not None:
        at, indent = place
        longer = "\n".join([*lines[:at], *_items(rows, indent), *lines[at:]])
    elif section not in document.root:
        longer = "\n".join([text.rstrip("\n"), "", f"{section}:", *_items(rows, "  "), ""])
    else:
        raise _unreadable(file)
    if not _only_longer(before, _read(longer, file, folders)[0], len(rows)):
        raise _unreadable(file)
    return longer


def _read(text: str, file: str, folders: Folders) -> tuple[TrialsSource, Document]:
    read = folders.memory.read(TrialsSource, TRIALS_SCHEMA, text, file, Report())
    if read is None:
        raise _unreadable(file)
    return read


def _items(rows: Sequence[Row], indent: str) -> Iterator[str]:
    for first, *others in rows:
        yield f"{indent}- {first}"
        yield from (f"{indent}  {line}" for line in others)


def _behind_last_row(document: Document, section: str) -> tuple[int, str] | None:
    """How many lines stand before the place, and how rows are indented; None when there is no list of lines."""
    rows = document.root.get(section)
    if not isinstance(rows, Items) or not rows:
        return None
    item = _ITEM.match(document.lines[rows.marks[0].line - 1])
    if item is None:
        return None
    indent = item["indent"]
    at = document.end_of(rows.marks[-1], rows[-1]).line
    while at < len(document.lines) and re.match(rf"{indent} +[^\s#]|\s*[}}\]]", document.lines[at]):
        at += 1  # what closes the row: brackets on a line of their own
    return at, indent


def _only_longer(before: TrialsSource, after: TrialsSource, rows: int) -> bool:
    kept = after.say[: len(before.say)] == before.say and after.play[: len(before.play)] == before.play
    return kept and len(after.say) + len(after.play) == len(before.say) + len(before.play) + rows


def _play_row(rehearsal: Rehearsal, said: Sequence[Rehearsed], name: str, ending: str) -> Row:
    visits = [rehearsal.opening.progress.turn]
    for step in said:
        if step.step.progress.turn != visits[-1]:
            visits.append(step.step.progress.turn)
    learner = ", ".join(_text(str(step.text)) for step in said)
    return (
        f"name: {as_scalar(name)}",
        f"learner: [{learner}]",
        f"visits: [{', '.join(visits)}]",
        f"ends: {ending}",
    )


def _question(step: Rehearsed) -> tuple[str, str | None, Mapping[str, SlotFill], int]:
    """What tells one row of `say` from another."""
    before = step.before
    given = {slot: held.value for slot, held in before.slots.items()}
    return before.turn, step.text, given, before.tries


def _say_row(scene: Scene, step: Rehearsed) -> Row:
    turn, text, given, tries = _question(step)
    parts = [f"turn: {turn}", f"text: {_text(str(text))}"]
    parts += [f"given: {_fills(given)}"] if given else []
    parts += [f"tries: {tries}"] if tries else []
    return (f"{{ {', '.join(parts)}, expect: {{ {', '.join(_expected(scene, step))} }} }}",)


def _expected(scene: Scene, step: Rehearsed) -> Iterator[str]:
    evaluation = step.evaluation
    if evaluation is None:
        raise ValueError("only of what was said something can be expected")
    if evaluation.intent is not None:
        yield f"intent: {evaluation.intent}"
    if evaluation.filled():
        yield f"slots: {_fills(evaluation.filled())}"
    if evaluation.speech is not SpeechFit.FITS:
        yield f"speech: {evaluation.speech.value}"
    yield f"verdict: {evaluation.verdict.value}"
    answer = scene.turn(step.before.turn).rules[step.rule].say if step.rule is not None else step.step.said[0].line
    if answer is not None:
        yield f"says: {answer.id}"
    yield f"go: {step.step.go}"


def _fills(fills: Mapping[str, SlotFill]) -> str:
    return "{ " + ", ".join(f"{slot}: {fill}" for slot, fill in fills.items()) + " }"


def _text(text: str) -> str:
    """Always in quotation marks, as the other rows are."""
    text = " ".join(text.split())
    scalar = as_scalar(text, flow=True)
    return scalar if scalar[:1] in "\"'" else f'"{text}"'


def _unreadable(file: str) -> BadInput:
    return BadInput(
        f"No row can be added to {file} as it stands: mend its findings, and write one row a line.",
        code="tests_unreadable",
    )
