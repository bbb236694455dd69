"""Findings that hardly anybody meets, each by the sentence that is told; they take more than one bad file."""

import re
from datetime import UTC, datetime

import pytest

from kotoserver.content.compiler import compile_published_pack, compile_published_scene
from kotoserver.content.desk import lint
from kotoserver.content.diagnostics import Diagnostic
from kotoserver.content.library import open_library
from kotoserver.content.publishing import Publication, publish_pack, publish_scene
from kotoserver.ports.proofreading import Proofreader
from tests.content.conftest import Workshop

SCENE, PACK = "scenes/tiny/scene.yaml", "langpacks/ko-en/pack.yaml"
PUBLICATION = Publication(at=datetime(2026, 3, 1, tzinfo=UTC), by="minji", name="first", note="")


def found(desk: Workshop, proofreader: Proofreader | None = None) -> list[Diagnostic]:
    return lint(desk.scenes, desk.packs, proofreader=proofreader)


def told(findings: list[Diagnostic]) -> list[tuple[str, str, int]]:
    return [(each.key, each.file, each.line) for each in findings]


@pytest.fixture
def published(desk: Workshop) -> Workshop:
    """The smallest scene and its pack, served."""
    publish_scene(desk.scenes, desk.packs, "tiny", PUBLICATION)
    publish_pack(desk.scenes, desk.packs, "ko-en", PUBLICATION)
    return desk


def published_again(desk: Workshop) -> None:
    publish_scene(desk.scenes, desk.packs, "tiny", PUBLICATION)


def line_with(desk: Workshop, file: str, words: str) -> int:
    lines = (desk.scenes.parent / file).read_text("utf-8").split("\n")
    return next(number for number, line in enumerate(lines, 1) if words in line)


# ── files ──────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_in_the_place_of_a_file_cannot_be_read(desk: Workshop):
    voices = desk.scenes / "catalog" / "voices.yaml"
    voices.unlink()
    voices.mkdir()

    assert ("E01.unreadable", "scenes/catalog/voices.yaml", 1) in told(found(desk))


def test_a_history_that_names_one_version_twice_with_different_contents_is_told(published: Workshop):
    history = published.scenes / "tiny" / "history.yaml"
    first = history.read_text("utf-8")
    entry = first.split("entries:\n")[1]
    digest = re.findall('sha256: "(.+)"', entry)[0]
    history.write_text(first + entry.replace(digest, digest[::-1]), "utf-8")

    assert ("E27.two_hashes", "scenes/tiny/history.yaml", 1) in told(found(published))


def test_a_published_file_that_was_altered_is_not_served_and_says_so(published: Workshop):
    version = published.scenes / "tiny" / "versions" / "0001.yaml"
    version.write_text(version.read_text("utf-8").replace("아주", "매우"), "utf-8")

    problems = open_library(published.scenes, published.packs).problems()

    assert [(each.key, each.file) for each in problems] == [("E01.not_served", "scenes/tiny")]


# ── scenes ─────────────────────────────────────────────────────────────────────────────────────


def test_an_id_that_was_given_up_is_never_used_again(published: Workshop):
    published.edit(SCENE, "L020", "L030")
    published.edit("langpacks/ko-en/scenes/tiny.yaml", "L020", "L030")
    published_again(published)
    published.edit(SCENE, "L012", "L020")

    line = line_with(published, SCENE, "L020")
    assert ("E08.retired", SCENE, line) in told(found(published))


def test_a_scene_without_tests_is_told(desk: Workshop, proofreader: Proofreader):
    (desk.scenes / "tiny" / "tests.yaml").unlink()

    assert told(found(desk, proofreader)) == [("W24.no_tests", "scenes/tiny/tests.yaml", 1)]


def test_a_published_scene_carries_its_repair_moves(published: Workshop):
    text = (published.scenes / "tiny" / "versions" / "0001.yaml").read_text("utf-8")
    without = text.replace("    ask_repeat:\n", "    ask_again:\n")
    assert without != text

    findings = compile_published_scene(without, "tiny version 1").diagnostics

    assert [each.key for each in findings] == ["E20.not_pinned"]


# ── packs ──────────────────────────────────────────────────────────────────────────────────────


def test_a_pack_has_the_id_of_its_folder(desk: Workshop):
    desk.edit(PACK, "id: ko-en", "id: ko-uk")
    desk.edit("langpacks/ko-en/scenes/tiny.yaml", "pack: ko-en", "pack: ko-uk")

    assert ("E06.pack_folder", PACK, 1) in told(found(desk))


def test_a_pack_of_a_scene_has_a_file_for_it(desk: Workshop):
    (desk.packs / "ko-en" / "scenes" / "tiny.yaml").unlink()

    assert "E19.no_scene_file" in [each.key for each in found(desk)]


def test_a_feedback_sentence_for_a_code_that_there_is_not_is_told(desk: Workshop):
    desk.edit(PACK, "feedback:\n", "feedback:\n  TOO_LOUD: Speak lower.\n")

    assert told(found(desk)) == [("W13.code", PACK, line_with(desk, PACK, "TOO_LOUD"))]


def test_a_feedback_sentence_uses_what_comes_with_its_code(desk: Workshop):
    desk.edit(PACK, "  NOT_KOREAN: ", '  NOT_KOREAN: "{volume}" #')

    assert ("E18.not_supplied", PACK, line_with(desk, PACK, "{volume}")) in told(found(desk))


def test_a_published_pack_carries_its_scenes(published: Workshop):
    text = (published.packs / "ko-en" / "versions" / "0001.yaml").read_text("utf-8")

    findings = compile_published_pack(text.split("\npinned:")[0], "ko-en version 1").diagnostics

    assert [each.key for each in findings] == ["E06.not_pinned"]


def test_a_scene_whose_pack_is_not_served_is_told(desk: Workshop):
    publish_scene(desk.scenes, desk.packs, "tiny", PUBLICATION)

    problems = open_library(desk.scenes, desk.packs).problems()

    assert [(each.key, each.file) for each in problems] == [("E19.not_served", "langpacks/ko-en")]


def test_a_scene_published_ahead_of_its_pack_is_told_by_what_it_lacks(published: Workshop):
    published.edit(SCENE, "L021", "L031")
    published.edit("langpacks/ko-en/scenes/tiny.yaml", "L021", "L031")
    published_again(published)

    (problem,) = open_library(published.scenes, published.packs).problems()

    assert (problem.key, problem.file) == ("E19.untranslated", "langpacks/ko-en")
    assert "L031" in problem.sentence
