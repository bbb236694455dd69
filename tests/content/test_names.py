"""Ids that the tool gives, and renames that take every reference with them."""

import re
from dataclasses import replace

import pytest

from kotoserver.content.checks.texts import now_accepted
from kotoserver.content.desk import lint, run_trials
from kotoserver.content.diagnostics import Report
from kotoserver.content.drafts import Folders, compile_folders, used_ids
from kotoserver.content.edits import apply_edits
from kotoserver.content.fresh_ids import FreshIds, written_ids
from kotoserver.content.giving_ids import give_ids
from kotoserver.content.locks import read_lock, write_lock
from kotoserver.content.renaming import Kind, rename, write_renamed
from kotoserver.content.source import read_document
from kotoserver.domain.errors import BadInput, NotFound
from tests.content.conftest import Workshop


def with_ids(text: str, used: frozenset[str] = frozenset()) -> tuple[str, tuple[str, ...]]:
    document = read_document(text, "scene.yaml", Report())
    assert document is not None
    written = {each for each, _ in written_ids(document.root)}
    given = give_ids(document, FreshIds(written | used))
    return apply_edits(text, given.edits), given.ids


TURNS = """\
turns:
  - id: greet
    npc:
      - { ko: "어서 오세요!" }   # a comment
      - { id: L012, ko: "네?" }
    learner:
      model: { ko: "안녕하세요." }
      hints:
        - { kind: think }
        - { kind: answer }
    then:
      - when: otherwise
        say:
          ko: "좋아요."
        go: pay
  - id: pay
    npc: { ko: "카드요?" }
    learner: { model: { ko: "네." } }
    then:
      - { when: otherwise, say: { use: L012 }, go: finish }
endings:
  - { id: good, say: { ko: "감사합니다." } }
"""


def test_new_ids_lie_in_the_block_of_their_turn_and_the_next_turn_begins_the_next_block():
    text, given = with_ids(TURNS)

    assert given == ("L013", "L014", "L015", "H010", "H011", "L020", "L021", "L030")
    assert '- { id: L013, ko: "어서 오세요!" }   # a comment' in text
    assert '        say:\n          id: L015\n          ko: "좋아요."\n' in text
    assert re.sub(r"id: [LH]\d+(, |\n *)", "", text) == re.sub(r"id: [LH]\d+(, |\n *)", "", TURNS)


def test_nothing_is_given_twice_and_nothing_where_all_have_one():
    text, _ = with_ids(TURNS)

    assert with_ids(text) == (text, ())


def test_retired_ids_are_passed_over():
    _, given = with_ids(TURNS, frozenset({"L013", "L021", "L030", "H010"}))

    assert given == ("L014", "L015", "L016", "H011", "H012", "L040", "L041", "L050")


def test_a_block_that_is_full_goes_on_in_the_next_that_is_free():
    fresh = FreshIds({f"L{n:03d}" for n in range(10, 20)} | {"L025"})

    assert [fresh.after("L015"), fresh.after("L030")] == ["L030", "L031"]


@pytest.fixture
def folders(workshop: Workshop) -> Folders:
    return Folders(scenes=workshop.scenes, langpacks=workshop.packs)


RENAMES = [
    (Kind.TURN, "temp", "hot_or_cold"),
    (Kind.LINE, "L012", "L017"),
    (Kind.HINT, "H030", "H034"),
    (Kind.SLOT, "drink", "beverage"),
    (Kind.INTENT, "order_drink", "order"),
    (Kind.NPC, "barista", "minji"),
    (Kind.ENDING, "great", "wonderful"),
]


@pytest.mark.parametrize(("kind", "old", "new"), RENAMES, ids=[each[0] for each in RENAMES])
def test_a_rename_takes_every_reference_with_it(folders: Folders, kind: Kind, old: str, new: str):
    new = "L195" if kind is Kind.LINE else new
    before = compile_folders(folders, "cafe").scenes["cafe"].scene

    renamed = rename(folders, "cafe", kind, old, new)
    write_renamed(folders, "cafe", renamed, kind, old, new)

    found = lint(folders.scenes, folders.langpacks, "cafe")
    assert [each.line_in("en") for each in found] == []
    after = compile_folders(folders, "cafe").scenes["cafe"].scene
    assert before is not None
    assert after is not None
    assert len(after.lines()) == len(before.lines())
    assert [len(turn.rules) for turn in after.turns] == [len(turn.rules) for turn in before.turns]
    for content in renamed.files.values():
        assert "#" in content.decode()


def test_after_a_rename_the_scenes_own_tests_still_hold(folders: Folders, proofreader):
    for kind, old, new in (
        (Kind.TURN, "temp", "heat"),
        (Kind.SLOT, "drink", "beverage"),
        (Kind.LINE, "L012", "L195"),
    ):
        write_renamed(folders, "cafe", rename(folders, "cafe", kind, old, new), kind, old, new)

    assert run_trials(folders.scenes, folders.langpacks, "cafe", proofreader.judge) == []


def test_the_lock_of_a_pack_follows_a_rename(folders: Folders):
    folder = folders.langpacks / "ko-id"
    scene = compile_folders(folders, "cafe")
    compiled = scene.scenes["cafe"].scene
    assert compiled is not None
    lock = now_accepted(compiled, scene.packs["ko-id"].parts["cafe"][0], {})
    write_lock(folder, lock)

    write_renamed(
        folders, "cafe", rename(folders, "cafe", Kind.SLOT, "drink", "beverage"), Kind.SLOT, "drink", "beverage"
    )

    after = read_lock(folder)
    assert after["cafe", "slots", "beverage.latte"] == lock["cafe", "slots", "drink.latte"]
    assert len(after) == len(lock)


@pytest.mark.parametrize(
    ("kind", "old", "new", "code"),
    [
        (Kind.TURN, "moon", "sun", "no_such_name"),
        (Kind.TURN, "temp", "size", "bad_new_name"),
        (Kind.TURN, "temp", "again", "bad_new_name"),
        (Kind.TURN, "temp", "Hot", "bad_new_name"),
        (Kind.LINE, "L012", "L013", "bad_new_name"),
        (Kind.LINE, "L012", "line", "bad_new_name"),
        (Kind.NPC, "order", "x", "no_such_name"),
    ],
)
def test_a_name_that_is_taken_or_none_is_refused(folders: Folders, kind: Kind, old: str, new: str, code: str):
    with pytest.raises((NotFound, BadInput)) as caught:
        rename(folders, "cafe", kind, old, new)

    assert caught.value.code == code


def test_an_id_that_was_ever_published_is_not_given_to_another_line(folders: Folders):
    retired = max(used_ids(folders.scenes / "cafe"))

    with pytest.raises(BadInput):
        rename(
            folders,
            "cafe",
            Kind.LINE if retired[0] == "L" else Kind.HINT,
            "L012" if retired[0] == "L" else "H030",
            retired,
        )


def test_nothing_is_renamed_while_one_of_the_files_cannot_be_read(folders: Folders):
    (folders.langpacks / "ko-en" / "scenes" / "cafe.yaml").write_text("lines: [", "utf-8")

    with pytest.raises(BadInput) as caught:
        rename(folders, "cafe", Kind.TURN, "temp", "heat")

    assert caught.value.code == "unreadable_draft"


def test_a_scene_that_is_not_there_has_nothing_to_rename(folders: Folders):
    with pytest.raises(NotFound):
        rename(replace(folders), "moon", Kind.TURN, "a", "b")
