import re
from datetime import UTC, datetime

import pytest

from kotoserver.content import revisions
from kotoserver.content.library import open_library
from kotoserver.content.publishing import Publication, publish_pack, publish_scene
from kotoserver.domain.errors import BadInput, Conflict, ContentBroken, NotFound
from tests.content.conftest import Workshop

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = Publication(at=AT, by="minji", name='a "better" greeting', note="뭐 드릴까요? → 뭘 드릴까요?\n(two lines)")
PACKS = ("ko-id", "ko-en", "ko-ko")
OLD_LINE, NEW_LINE = 'ko: "뭐 드릴까요?"', 'ko: "뭘 드릴까요?"'


def publish_new_greeting(workshop: Workshop) -> revisions.Revision:
    workshop.edit("scenes/cafe/scene.yaml", OLD_LINE, NEW_LINE)
    return publish_scene(workshop.scenes, workshop.packs, "cafe", TODAY)


def test_publishing_raises_the_number_and_goes_live(workshop: Workshop):
    before = open_library(workshop.scenes, workshop.packs).scene("cafe")

    revision = publish_new_greeting(workshop)

    live = open_library(workshop.scenes, workshop.packs).scene("cafe")
    assert revision.version == live.version == before.version + 1
    assert live.turn("order").npc[0].ko == "뭘 드릴까요?"
    assert f"version: {live.version}\n" in (workshop.scenes / "cafe" / "scene.yaml").read_text("utf-8")


def test_publishing_changes_nothing_in_the_draft_but_its_number(workshop: Workshop):
    path = workshop.scenes / "cafe" / "scene.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()

    revision = publish_scene(workshop.scenes, workshop.packs, "cafe", TODAY)

    assert path.read_bytes() == re.sub(rb"\nversion: \d+\r", b"\nversion: %d\r" % revision.version, before)
    assert open_library(workshop.scenes, workshop.packs).scene("cafe").version == revision.version


def test_a_session_can_stay_with_the_version_it_began_with(workshop: Workshop):
    before = open_library(workshop.scenes, workshop.packs).scene("cafe")

    publish_new_greeting(workshop)

    assert open_library(workshop.scenes, workshop.packs).scene("cafe", before.version) == before


def test_a_new_line_is_a_problem_until_the_packs_are_published_too(workshop: Workshop):
    workshop.edit("scenes/cafe/scene.yaml", 'id: L030, ko: "뭐 드릴까요?"', 'id: L032, ko: "뭐로 하시겠어요?"')
    for pack in PACKS:
        workshop.edit(f"langpacks/{pack}/scenes/cafe.yaml", "  L030: ", "  L032: ")

    publish_scene(workshop.scenes, workshop.packs, "cafe", TODAY)

    problems = open_library(workshop.scenes, workshop.packs).problems()
    assert [each.code for each in problems] == ["E19"] * len(PACKS)
    assert "without a meaning: L032" in problems[0].sentence
    for pack in PACKS:
        publish_pack(workshop.scenes, workshop.packs, pack, TODAY)
    assert open_library(workshop.scenes, workshop.packs).problems() == ()


def test_a_published_scene_keeps_the_repair_moves_it_was_published_with(workshop: Workshop):
    publish_new_greeting(workshop)
    workshop.edit("scenes/catalog/common_intents.yaml", "네, 다시 말씀드릴게요.", "다시요?")

    scene = open_library(workshop.scenes, workshop.packs).scene("cafe")

    assert scene.common[0].say.ko == "네, 다시 말씀드릴게요."


def test_a_published_pack_keeps_its_scene_files(workshop: Workshop):
    revision = publish_pack(workshop.scenes, workshop.packs, "ko-id", TODAY)
    before = open_library(workshop.scenes, workshop.packs).pack("ko-id")
    workshop.edit("langpacks/ko-id/scenes/cafe.yaml", "Memesan di kafe", "Minum kopi")

    after = open_library(workshop.scenes, workshop.packs).pack("ko-id")

    assert after == before
    assert after.version == revision.version
    assert after.scenes["cafe"].title == "Memesan di kafe"


def test_a_pack_tells_which_version_of_each_scene_it_was_published_for(workshop: Workshop):
    path = workshop.packs / "ko-id" / "scenes" / "cafe.yaml"
    before = path.read_text("utf-8")
    scene = publish_new_greeting(workshop)

    publish_pack(workshop.scenes, workshop.packs, "ko-id", TODAY)

    published = open_library(workshop.scenes, workshop.packs).pack("ko-id")
    assert published.scenes["cafe"].scene_version == scene.version
    assert path.read_text("utf-8") == re.sub(r"(?m)^scene_version: \d+", f"scene_version: {scene.version}", before)


def test_the_history_tells_who_did_what_when_and_why(workshop: Workshop):
    revision = publish_new_greeting(workshop)

    history = revisions.read_history(workshop.scenes / "cafe")

    assert history[-1].at == AT
    assert history[-1].by == "minji"
    assert history[-1].name == 'a "better" greeting'
    assert history[-1].note == "뭐 드릴까요? → 뭘 드릴까요?(two lines)"
    assert history[-1].sha256 == revision.sha256


def test_a_draft_with_an_error_is_not_published(workshop: Workshop):
    workshop.edit("scenes/cafe/scene.yaml", "voice: ko-f-02", "voice: ko-f-99")
    before = revisions.read_history(workshop.scenes / "cafe")

    with pytest.raises(BadInput) as caught:
        publish_scene(workshop.scenes, workshop.packs, "cafe", TODAY)

    assert caught.value.code == "draft_has_errors"
    assert caught.value.details is not None
    assert "E20" in str(caught.value.details["diagnostics"])
    assert revisions.read_history(workshop.scenes / "cafe") == before


def test_a_scene_without_a_complete_translation_is_not_published(workshop: Workshop):
    workshop.edit("langpacks/ko-en/scenes/cafe.yaml", "  L030: What can I get you?\n", "")

    with pytest.raises(BadInput) as caught:
        publish_scene(workshop.scenes, workshop.packs, "cafe", TODAY)

    assert "E19" in str(caught.value.details)


def test_a_pack_is_checked_against_the_live_scene(workshop: Workshop):
    workshop.edit("scenes/cafe/scene.yaml", OLD_LINE, 'ko: "{count} 잔 드릴까요?"')

    revision = publish_pack(workshop.scenes, workshop.packs, "ko-en", TODAY)

    assert open_library(workshop.scenes, workshop.packs).pack("ko-en").version == revision.version


def test_the_first_publish_needs_nothing_published(workshop: Workshop):
    workshop.forget_versions()

    assert publish_scene(workshop.scenes, workshop.packs, "cafe", TODAY).version == 1
    for pack in PACKS:
        assert publish_pack(workshop.scenes, workshop.packs, pack, TODAY).version == 1
    assert open_library(workshop.scenes, workshop.packs).problems() == ()


def test_what_does_not_exist_cannot_be_published(workshop: Workshop):
    with pytest.raises(NotFound):
        publish_scene(workshop.scenes, workshop.packs, "moon", TODAY)
    with pytest.raises(NotFound):
        publish_pack(workshop.scenes, workshop.packs, "ko-fr", TODAY)


def test_an_id_that_was_retired_is_not_used_again(workshop: Workshop):
    workshop.edit("scenes/cafe/scene.yaml", "H012, kind: start", "H014, kind: start")
    for pack in PACKS:
        workshop.edit(f"langpacks/{pack}/scenes/cafe.yaml", "  H012: ", "  H014: ")
    publish_scene(workshop.scenes, workshop.packs, "cafe", TODAY)
    workshop.edit("scenes/cafe/scene.yaml", "H014, kind: start", "H012, kind: start")
    for pack in PACKS:
        workshop.edit(f"langpacks/{pack}/scenes/cafe.yaml", "  H014: ", "  H012: ")

    with pytest.raises(BadInput) as caught:
        publish_scene(workshop.scenes, workshop.packs, "cafe", TODAY)

    assert "E08" in str(caught.value.details)


def test_a_revert_adds_an_entry_and_takes_nothing_away(workshop: Workshop):
    folder = workshop.scenes / "cafe"
    first = open_library(workshop.scenes, workshop.packs).scene("cafe").version
    publish_new_greeting(workshop)
    before = revisions.read_history(folder)

    revisions.revert(folder, first, at=AT, by="minji", note="too stiff")

    assert revisions.read_history(folder)[:-1] == before
    assert open_library(workshop.scenes, workshop.packs).scene("cafe").version == first


def test_a_number_is_never_used_again_even_after_a_crash(workshop: Workshop):
    folder = workshop.scenes / "cafe"
    (folder / "versions" / "0007.yaml").write_bytes(b"cut short")

    assert publish_new_greeting(workshop).version == 8


def test_of_two_who_publish_at_once_one_is_told(workshop: Workshop):
    folder = workshop.scenes / "cafe"
    (folder / "versions" / "0009.yaml").write_bytes(b"theirs")

    with pytest.raises(Conflict):
        revisions.publish(folder, 9, b"ours", at=AT, by="", name="", note="")

    assert (folder / "versions" / "0009.yaml").read_bytes() == b"theirs"


def test_a_history_with_an_impossible_time_is_broken(workshop: Workshop):
    workshop.edit("scenes/cafe/history.yaml", 'at: "20', 'at: "yesterday 20')

    with pytest.raises(ContentBroken, match=r"history\.yaml"):
        revisions.read_history(workshop.scenes / "cafe")
