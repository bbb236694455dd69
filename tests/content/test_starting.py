"""A scene that was just begun: it can be played as it is, and says itself what is left to do."""

import shutil
from datetime import UTC, datetime

import pytest

from kotoserver.content.desk import lint_folders
from kotoserver.content.drafts import Folders
from kotoserver.content.publishing import Publication, publish_scene
from kotoserver.content.starting import Beginning, start_scene
from kotoserver.domain.errors import BadInput, Conflict, NotFound
from kotoserver.ports.proofreading import Proofreader
from tests.content.conftest import Workshop

PACKS = ("ko-en", "ko-id")


def folders_of(desk: Workshop) -> Folders:
    return Folders(scenes=desk.scenes, langpacks=desk.packs)


def library(**other: object) -> Beginning:
    wanted = {"scene_id": "library", "title": "도서관: 책 빌리기", "topik": 1, "background": "cafe_table_day"}
    return Beginning(**{**wanted, "packs": PACKS, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize("topik", [1, 6])
def test_it_has_no_finding_but_what_is_left_to_do(desk: Workshop, proofreader: Proofreader, topik: int):
    files = start_scene(folders_of(desk), library(topik=topik))
    found = lint_folders(folders_of(desk), "library", proofreader)
    assert {each.code for each in found} == {"W25"}
    assert {each.file for each in found} == {f"langpacks/{pack}/scenes/library.yaml" for pack in PACKS}
    assert files[:2] == ("scenes/library/scene.yaml", "scenes/library/tests.yaml")


def test_it_can_be_published_as_it_is(desk: Workshop, proofreader: Proofreader):
    start_scene(folders_of(desk), library())
    publication = Publication(at=datetime(2026, 11, 28, tzinfo=UTC), by="minji", name="first", note="")
    assert publish_scene(desk.scenes, desk.packs, "library", publication, proofreader).version == 1


def test_a_title_is_written_so_that_yaml_reads_it_back(desk: Workshop, proofreader: Proofreader):
    start_scene(folders_of(desk), library(title='"요: #1", 예\n- 아니요'))
    assert {each.code for each in lint_folders(folders_of(desk), "library", proofreader)} == {"W25"}


def test_a_language_without_words_of_its_own_begins_in_english(desk: Workshop):
    shutil.copytree(desk.packs / "ko-en", desk.packs / "ko-fr")
    start_scene(folders_of(desk), library(packs=("ko-fr",)))
    text = (desk.packs / "ko-fr" / "scenes" / "library.yaml").read_text("utf-8")
    assert "pack: ko-fr\n" in text
    assert "greet: Greet politely." in text


def test_what_is_there_already_stays_as_it_is(desk: Workshop):
    before = (desk.scenes / "tiny" / "scene.yaml").read_bytes()
    with pytest.raises(Conflict) as refused:
        start_scene(folders_of(desk), library(scene_id="tiny"))
    assert refused.value.code == "scene_exists"
    assert (desk.scenes / "tiny" / "scene.yaml").read_bytes() == before


def test_a_translation_that_was_there_before_its_scene_is_not_overwritten(desk: Workshop):
    (desk.packs / "ko-id" / "scenes" / "library.yaml").write_text("# mine\n")
    with pytest.raises(Conflict):
        start_scene(folders_of(desk), library())
    assert not (desk.scenes / "library").exists()
    assert (desk.packs / "ko-id" / "scenes" / "library.yaml").read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("wrong", "refusal", "code"),
    [({"background": "moon"}, BadInput, "not_in_catalog"), ({"packs": ("ko-xx",)}, NotFound, "no_such_pack")],
)
def test_names_that_nobody_knows_begin_nothing(
    desk: Workshop, wrong: dict[str, object], refusal: type[BadInput | NotFound], code: str
):
    with pytest.raises(refusal) as refused:
        start_scene(folders_of(desk), library(**wrong))
    assert refused.value.code == code
    assert not (desk.scenes / "library").exists()
