"""What changed between versions, in words; and going back without losing anything."""

from datetime import UTC, datetime

import pytest

from kotoserver.content import revisions
from kotoserver.content.authoring import accept_meanings
from kotoserver.content.desk import lint
from kotoserver.content.diagnostics import Diagnostic
from kotoserver.content.differences import Sort
from kotoserver.content.drafts import Folders
from kotoserver.content.library import open_library
from kotoserver.content.publishing import Publication, publish_pack, publish_scene
from kotoserver.content.versions import compare_packs, compare_scenes, history_of, revert
from kotoserver.domain.errors import BadInput, ContentBroken, NotFound
from tests.content.conftest import Workshop

AT = datetime(2026, 11, 28, 9, 30, tzinfo=UTC)
SCENE = "scenes/cafe/scene.yaml"


@pytest.fixture
def folders(workshop: Workshop) -> Folders:
    return Folders(scenes=workshop.scenes, langpacks=workshop.packs)


def draft_changes(folders: Folders) -> list[str]:
    return [str(change) for change in compare_scenes(folders, "cafe", "live", "draft").changes]


def test_a_draft_that_was_just_published_differs_in_nothing(folders: Folders):
    difference = compare_scenes(folders, "cafe", "live", "draft")

    assert (difference.changes, difference.text) == ((), "")


def test_another_wording_is_one_changed_line(folders: Folders, workshop: Workshop):
    workshop.edit(SCENE, 'ko: "뭐 드릴까요?"', 'ko: "뭘 드릴까요?"')

    assert draft_changes(folders) == [
        "~ line L030: barista: 뭐 드릴까요? [friendly ready_pos] → barista: 뭘 드릴까요? [friendly ready_pos]"
    ]
    assert '+      - { id: L030, ko: "뭘 드릴까요?"' in compare_scenes(folders, "cafe", "live", "draft").text


def test_a_rule_put_in_between_leaves_those_below_it_alone(folders: Folders, workshop: Workshop):
    workshop.edit(
        SCENE,
        "      - when: { tries_at_least: 3 }\n",
        "      - when: { missing: pay, tries_below: 2 }\n        go: again\n      - when: { tries_at_least: 3 }\n",
    )

    changes = compare_scenes(folders, "cafe", "live", "draft").changes

    assert [(change.kind, change.sort, change.after) for change in changes] == [
        ("rule", Sort.ADDED, "when missing pay, tries below 2, go again")
    ]


def test_intents_examples_endings_and_limits_are_told_apart(folders: Folders, workshop: Workshop):
    workshop.edit(SCENE, '"안녕하세요.", ', "")
    workshop.edit(SCENE, "score_at_least: 97", "score_at_least: 95")
    workshop.edit(SCENE, "minutes: 15", "minutes: 16")

    changes = compare_scenes(folders, "cafe", "live", "draft").changes

    assert {(change.kind, change.sort) for change in changes} == {
        ("example", Sort.REMOVED),
        ("ending", Sort.CHANGED),
        ("setting", Sort.CHANGED),
    }


def test_a_meaning_that_changed_is_told_with_its_scene(folders: Folders, workshop: Workshop):
    workshop.edit("langpacks/ko-id/scenes/cafe.yaml", "L030: Mau pesan apa?", "L030: Pesan apa?")

    changes = compare_packs(folders, "ko-id", "live", "draft").changes

    assert [str(change) for change in changes] == ["~ meaning cafe L030: Mau pesan apa? → Pesan apa?"]


@pytest.mark.parametrize("pack_id", ["ko-id", "ko-en", "ko-ko"])
def test_a_pack_that_was_published_as_it_stands_differs_in_nothing_from_its_draft(folders: Folders, pack_id: str):
    assert compare_packs(folders, pack_id, "live", "draft").text == ""


def test_only_the_lines_of_a_pack_that_changed_are_told_as_text(folders: Folders, workshop: Workshop):
    workshop.edit("langpacks/ko-id/scenes/cafe.yaml", "L030: Mau pesan apa?", "L030: Pesan apa?")

    text = compare_packs(folders, "ko-id", "live", "draft").text

    told = [line for line in text.splitlines()[2:] if line[0] in "+-"]
    assert told == ["-  L030: Mau pesan apa?", "+  L030: Pesan apa?"]


def test_a_revert_is_a_new_entry_and_the_draft_stays(folders: Folders, workshop: Workshop):
    before, draft = history_of(folders, "scene", "cafe"), (workshop.scenes / "cafe" / "scene.yaml").read_bytes()

    revert(folders, "scene", "cafe", 1, at=AT, by="minji", note="too long")

    entries = history_of(folders, "scene", "cafe")
    assert entries[:-1] == before
    assert (entries[-1].version, entries[-1].action, entries[-1].by) == (1, revisions.Action.REVERT, "minji")
    assert open_library(folders.scenes, folders.langpacks).scene("cafe").version == 1
    assert (workshop.scenes / "cafe" / "scene.yaml").read_bytes() == draft


def test_a_pack_is_reverted_the_same_way(folders: Folders):
    revert(folders, "pack", "ko-id", 2, at=AT, by="minji", note="")

    assert open_library(folders.scenes, folders.langpacks).pack("ko-id").version == 2


@pytest.mark.parametrize("version", ["99", "0", "x", "-1", "draftt"])
def test_a_version_that_is_not_there_cannot_be_compared(folders: Folders, version: str):
    with pytest.raises(NotFound) as caught:
        compare_scenes(folders, "cafe", version, "live")

    assert caught.value.code == "no_such_version"


@pytest.mark.parametrize("each", ["moon", "", "..", "../langpacks", "catalog"])
def test_a_scene_that_is_not_there_has_no_history(folders: Folders, each: str):
    with pytest.raises(NotFound):
        history_of(folders, "scene", each)


def test_a_draft_with_errors_cannot_be_compared(folders: Folders, workshop: Workshop):
    workshop.edit(SCENE, "start: greet", "start: moon")

    with pytest.raises(BadInput):
        compare_scenes(folders, "cafe", "live", "draft")


def stale_in(folders: Folders, pack_id: str) -> list[Diagnostic]:
    found = lint(folders.scenes, folders.langpacks, "cafe")
    return [each for each in found if each.code == "W11" and f"/{pack_id}/" in each.file]


def test_a_pack_published_over_a_stale_meaning_keeps_it_stale(folders: Folders, workshop: Workshop):
    publication = Publication(at=AT, by="minji", name="x")
    publish_pack(folders.scenes, folders.langpacks, "ko-id", publication)
    workshop.edit(SCENE, 'ko: "뭐 드릴까요?"', 'ko: "몇 잔 드릴까요?"')
    publish_scene(folders.scenes, folders.langpacks, "cafe", publication)
    for _ in range(2):
        found = stale_in(folders, "ko-id")
        assert [(each.file, "몇 잔" in each.sentence) for each in found] == [
            ("langpacks/ko-id/scenes/cafe.yaml", True)
        ]
        publish_pack(folders.scenes, folders.langpacks, "ko-id", publication)

    assert accept_meanings(folders, "ko-id", "cafe", ["L030"]) == 1
    assert stale_in(folders, "ko-id") == []


def test_a_meaning_that_changed_with_its_korean_is_not_stale(folders: Folders, workshop: Workshop):
    publish_pack(folders.scenes, folders.langpacks, "ko-id", Publication(at=AT, by="minji", name="x"))
    workshop.edit(SCENE, 'ko: "뭐 드릴까요?"', 'ko: "몇 잔 드릴까요?"')
    workshop.edit("langpacks/ko-id/scenes/cafe.yaml", "L030: Mau pesan apa?", "L030: Mau berapa gelas?")

    assert stale_in(folders, "ko-id") == []


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"cafe": []}',
        b'{"cafe": {"lines": {"L010": 3}}}',
        b'{"cafe": {"lines": {"L010": {}}}}',
        b"[" * 100_000,
        b'<<<<<<< ours\n{}\n=======\n{"cafe": {}}\n>>>>>>> theirs\n',
    ],
)
def test_a_lock_that_cannot_be_read_is_told_and_never_written_over(
    folders: Folders, workshop: Workshop, damaged: bytes
):
    lock = workshop.packs / "ko-id" / ".lock.json"
    lock.write_bytes(damaged)
    before = history_of(folders, "pack", "ko-id")

    found = [each for each in lint(folders.scenes, folders.langpacks, "cafe") if each.code == "E27"]

    assert [(each.key, each.file) for each in found] == [("E27.lock", "langpacks/ko-id/.lock.json")]
    with pytest.raises(ContentBroken):
        accept_meanings(folders, "ko-id", "cafe")
    with pytest.raises(BadInput):
        publish_pack(folders.scenes, folders.langpacks, "ko-id", Publication(at=AT, by="minji", name="x"))
    assert history_of(folders, "pack", "ko-id") == before
    assert lock.read_bytes() == damaged


@pytest.mark.parametrize("file", ["history.yaml", "versions/0001.yaml"])
def test_what_was_published_is_not_read_through_a_link(folders: Folders, workshop: Workshop, file: str):
    path = workshop.scenes / "cafe" / file
    path.rename(workshop.scenes.parent / "elsewhere.yaml")
    path.symlink_to(workshop.scenes.parent / "elsewhere.yaml")

    found = [each for each in lint(folders.scenes, folders.langpacks, "cafe") if each.code == "E27"]

    assert [each.file for each in found] == [f"scenes/cafe/{file}"]
