from datetime import UTC, datetime
from pathlib import Path

import pytest

from kotoserver.content import revisions
from kotoserver.content.library import open_library
from kotoserver.domain.errors import ContentBroken, NotFound
from tests.content.conftest import Workshop

SCENES = ("airport", "cafe", "cafe_friend", "convenience_store")


def test_what_is_published_is_served(workshop: Workshop):
    library = open_library(workshop.scenes, workshop.packs)

    assert library.scene_ids() == SCENES
    assert library.pack_ids() == ("ko-en", "ko-id", "ko-ko")
    assert library.scene("cafe").title == "카페에서 주문하기"
    assert library.pack("ko-id").scenes["cafe"].title == "Memesan di kafe"
    assert library.problems() == ()


def test_a_scene_is_compiled_once(workshop: Workshop):
    library = open_library(workshop.scenes, workshop.packs)

    assert library.scene("cafe") is library.scene("cafe", library.scene("cafe").version)


def test_a_scene_that_is_not_there_is_not_found(workshop: Workshop):
    library = open_library(workshop.scenes, workshop.packs)

    for scene_id, version in (("moon", None), ("moon", 1), ("cafe", 999), ("../cafe", 1), ("catalog", None)):
        with pytest.raises(NotFound) as caught:
            library.scene(scene_id, version)
        assert caught.value.code == "no_such_scene"


def test_a_pack_that_is_not_there_is_not_found(workshop: Workshop):
    with pytest.raises(NotFound) as caught:
        open_library(workshop.scenes, workshop.packs).pack("ko-fr")
    assert caught.value.code == "no_such_pack"


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path):
    library = open_library(tmp_path / "scenes", tmp_path / "langpacks")

    assert library.scene_ids() == ()
    assert library.problems() == ()


def test_a_draft_that_does_not_parse_leaves_the_published_scene_alone(workshop: Workshop):
    (workshop.scenes / "cafe" / "scene.yaml").write_text("turns: [", "utf-8")
    (workshop.packs / "ko-id" / "pack.yaml").write_bytes(b"\xff\xfe")

    library = open_library(workshop.scenes, workshop.packs)

    assert library.scene("cafe").turns
    assert library.problems() == ()


def test_a_changed_catalog_leaves_the_published_scene_alone(workshop: Workshop):
    before = open_library(workshop.scenes, workshop.packs).scene("cafe")
    for path in (workshop.scenes / "catalog").iterdir():
        path.write_text("", "utf-8")

    assert open_library(workshop.scenes, workshop.packs).scene("cafe") == before


def test_an_altered_version_is_refused_by_name(workshop: Workshop):
    published = workshop.scenes / "cafe" / "versions" / "0001.yaml"
    published.write_text(published.read_text("utf-8") + "\n", "utf-8")
    library = open_library(workshop.scenes, workshop.packs)

    with pytest.raises(ContentBroken, match=r"0001\.yaml was changed after it was published"):
        library.scene("cafe", 1)


def test_a_broken_pack_does_not_remember_who_asked_for_it(workshop: Workshop):
    (workshop.packs / "ko-id" / "history.yaml").write_text("entries: 7", "utf-8")
    library = open_library(workshop.scenes, workshop.packs)

    depths = set()
    for _ in range(3):
        with pytest.raises(ContentBroken) as refused:
            library.pack("ko-id")
        depths.add(len(refused.traceback))
    assert len(depths) == 1


def test_one_broken_pack_stops_no_other(workshop: Workshop):
    (workshop.packs / "ko-id" / "history.yaml").write_text("entries: 7", "utf-8")

    library = open_library(workshop.scenes, workshop.packs)

    assert library.pack_ids() == ("ko-en", "ko-ko")
    assert library.scene_ids() == SCENES
    with pytest.raises(ContentBroken):
        library.pack("ko-id")
    problems = [str(each) for each in library.problems()]
    assert any("langpacks/ko-id" in problem and "E01" in problem for problem in problems)
    assert any("needs this pack, which is not served" in problem for problem in problems)


def test_a_published_file_that_does_not_compile_comes_with_its_findings(workshop: Workshop):
    at = datetime(2026, 1, 1, tzinfo=UTC)
    revisions.publish(workshop.scenes / "odd", 1, b"schema: scene/1\n", at=at, by="", name="", note="")

    library = open_library(workshop.scenes, workshop.packs)

    assert library.scene_ids() == SCENES
    with pytest.raises(ContentBroken) as caught:
        library.scene("odd")
    assert caught.value.details is not None
    assert "E06" in str(caught.value.details["diagnostics"])
