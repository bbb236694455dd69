"""A sentence that learners really said becomes part of a scene's draft: an example, a look-alike, or a new intent.

Only the place where it belongs is written; comments and the way the file is laid out stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from kotoserver.content.cells import NoSuchCell, added_to_block, added_to_list
from kotoserver.content.diagnostics import Edit, Report
from kotoserver.content.drafts import Folders
from kotoserver.content.edits import apply_edits
from kotoserver.content.saving import OpenedDraft, open_draft, save_draft
from kotoserver.content.scalars import as_scalar
from kotoserver.content.scene_schema import SCENE_SCHEMA, IntentSource, SceneSource
from kotoserver.content.tree import Block, Document, Path
from kotoserver.domain.errors import BadInput, NotFound
from kotoserver.domain.likeness import bare


class TakenAs(StrEnum):
    EXAMPLE = "example"
    """Something that the intent means."""
    NOT_THIS = "not_this"
    """Something that looks like the intent and is another."""
    NEW_INTENT = "new_intent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Where the draft is another now."""

    file: str
    line: int
    added: int
    """Lines that the file has more; what stands below moved down by so many."""
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnIntents:
    """What a turn of the draft knows already."""

    turn: str
    goal: str
    intents: Mapping[str, tuple[str, ...]]
    """Intent -> its examples."""
    not_this: Mapping[str, tuple[str, ...]]

    def knows(self, sentence: str) -> bool:
        said = bare(sentence)
        known = (*self.intents.values(), *self.not_this.values())
        return any(bare(each) == said for sentences in known for each in sentences)


def draft_intents(folders: Folders, scene_id: str) -> tuple[TurnIntents, ...]:
    """Every turn of the draft. NotFound code `no_such_draft`, BadInput code `unreadable_draft`."""
    _, source, _ = _opened(folders, scene_id)
    return tuple(
        TurnIntents(
            turn=turn.id,
            goal=turn.goal,
            intents={each: intent.examples for each, intent in turn.learner.expect.items()},
            not_this={each: intent.not_this for each, intent in turn.learner.expect.items()},
        )
        for turn in source.turns
    )


def take_sentence(
    folders: Folders, scene_id: str, turn_id: str, sentence: str, taken_as: TakenAs, intent: str
) -> Taken:
    """Writes the sentence into the draft and saves it.

    NotFound codes `no_such_draft`, `no_such_turn`, `no_such_intent`; BadInput codes `unreadable_draft`,
    `known_sentence` (the turn has it already), `intent_taken`, `not_editable`; Conflict code `draft_changed`.
    """
    opened, source, document = _opened(folders, scene_id)
    turns = [each.id for each in source.turns]
    if turn_id not in turns:
        raise NotFound(f"The draft of {scene_id} has no turn {turn_id}.", code="no_such_turn")
    at = turns.index(turn_id)
    expect = source.turns[at].learner.expect
    _refuse_known(expect, sentence)
    path: Path = ("turns", at, "learner", "expect")
    if taken_as is TakenAs.NEW_INTENT:
        if intent in expect:
            raise BadInput(f"The turn has an intent {intent} already.", code="intent_taken")
        edit = _new_intent(document, path, intent, sentence)
    else:
        if intent not in expect:
            raise NotFound(f"The turn {turn_id} has no intent {intent}.", code="no_such_intent")
        key = "examples" if taken_as is TakenAs.EXAMPLE else "not_this"
        edit = _added(document, (*path, intent), key, sentence)
    text = apply_edits("\n".join(document.lines), [edit])
    saved = save_draft(folders, opened.file, text, opened.digest)
    line = edit.start.line + (1 if edit.text.startswith(("\n", "\r\n")) else 0)
    return Taken(file=saved.file, line=line, added=edit.text.count("\n"), digest=saved.digest)


def _opened(folders: Folders, scene_id: str) -> tuple[OpenedDraft, SceneSource, Document]:
    opened = open_draft(folders, f"{folders.scenes.name}/{scene_id}/scene.yaml")
    report = Report()
    read = folders.memory.read(SceneSource, SCENE_SCHEMA, opened.text, opened.file, report)
    if read is None:
        raise BadInput(f"{opened.file} cannot be read: {report.diagnostics[0]}", code="unreadable_draft")
    return opened, *read


def _refuse_known(expect: Mapping[str, IntentSource], sentence: str) -> None:
    for intent_id, intent in expect.items():
        if any(bare(each) == bare(sentence) for each in (*intent.examples, *intent.not_this)):
            raise BadInput(f"The turn has this sentence already, under {intent_id}.", code="known_sentence")


def _added(document: Document, path: Path, key: str, sentence: str) -> Edit:
    block = document.at(path)
    try:
        if isinstance(block, Block) and block.get(key):
            return added_to_list(document, (*path, key), sentence)
    except NoSuchCell as error:
        raise _no_place(document, path) from error
    if not isinstance(block, Block):
        raise _no_place(document, path)
    return added_to_block(document, block, key, _list_of(sentence))


def _new_intent(document: Document, path: Path, intent: str, sentence: str) -> Edit:
    block = document.at(path)
    if not isinstance(block, Block) or not block:
        raise _no_place(document, path)
    if block.flow:
        return added_to_block(document, block, intent, f"{{ examples: {_list_of(sentence)} }}")
    column = block.key_marks[next(iter(block))].column
    edit = added_to_block(document, block, intent, "")
    inner = " " * (column + 1)
    broken = "\r\n" if edit.text.startswith("\r") else "\n"
    return Edit(edit.start, edit.end, f"{edit.text.rstrip()}{broken}{inner}examples: {_list_of(sentence)}")


def _list_of(sentence: str) -> str:
    written = as_scalar(sentence, flow=True)
    return f"[{written}]" if written[:1] in "\"'" else f'["{written}"]'


def _no_place(document: Document, path: Path) -> BadInput:
    where = ".".join(map(str, path))
    return BadInput(f"{document.file} has no place for it at {where}; edit its text instead.", code="not_editable")
