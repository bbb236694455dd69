"""Whatever lies in the folders is a finding with its place, nothing is lost, and the other scenes stay usable."""

import codecs
import os
import signal
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from kotoserver.content import revisions
from kotoserver.content.desk import lint
from kotoserver.content.library import open_library
from tests.content.conftest import Workshop

FILE = "scenes/tiny/scene.yaml"


def utf16(text: str) -> bytes:
    return text.encode("utf-16")


def latin1_inside(text: str) -> bytes:
    return text.encode().replace("장면".encode(), b"sc\xe8ne")


def conflict(text: str) -> bytes:
    return text.replace(
        "start: order\n", "<<<<<<< ours\nstart: order\n=======\nstart: pay\n>>>>>>> theirs\n"
    ).encode()


def anchors(text: str) -> bytes:
    return (text + "x: &a [*a]\n").encode()


def deep(text: str) -> bytes:
    return (text + "x: " + "[" * 5_000 + "\n").encode()


def ten_megabytes(text: str) -> bytes:
    return (text + "# long\n" * 1_500_000).encode()


def nothing(text: str) -> bytes:
    return b""


def tabs(text: str) -> bytes:
    return text.replace("  - id: order", "\t- id: order").encode()


def null_bytes(text: str) -> bytes:
    return text.replace("start: order", "start: \x00order").encode()


@pytest.mark.parametrize(
    ("spoil", "key", "line"),
    [
        (utf16, "E01.utf16", 1),
        (latin1_inside, "E01.not_utf8", 4),
        (conflict, "E01.merge_conflict", 19),
        (anchors, "E01.anchor", 54),
        (deep, "E01.brackets", 54),
        (ten_megabytes, "E01.too_long", 1),
        (nothing, "E06.no_keys", 1),
        (tabs, "E01.tab", 21),
        (null_bytes, "E01.invisible", 19),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_a_file_that_is_no_scene_is_a_finding_at_its_place(
    desk: Workshop, spoil: Callable[[str], bytes], key: str, line: int
):
    path = desk.scenes / "tiny" / "scene.yaml"
    path.write_bytes(spoil(path.read_text("utf-8")))
    before = path.read_bytes()

    found = [each for each in lint(desk.scenes, desk.packs, "tiny") if each.file == FILE]

    assert (found[0].key, found[0].line) == (key, line)
    assert path.read_bytes() == before


@pytest.mark.parametrize("spoil", [utf16, deep, conflict, ten_megabytes])
def test_the_same_holds_for_tests_and_packs(desk: Workshop, proofreader, spoil: Callable[[str], bytes]):
    for path in (desk.scenes / "tiny" / "tests.yaml", desk.packs / "ko-en" / "scenes" / "tiny.yaml"):
        whole = path.read_bytes()
        path.write_bytes(spoil(whole.decode() + "start: order\n"))

        found = lint(desk.scenes, desk.packs, proofreader=proofreader)

        assert any(each.code == "E01" and each.file.endswith(path.name) for each in found), path.name
        path.write_bytes(whole)


def test_windows_line_endings_and_a_byte_order_mark_are_no_mistake(desk: Workshop, proofreader):
    for path in (desk.scenes / "tiny" / "scene.yaml", desk.packs / "ko-en" / "scenes" / "tiny.yaml"):
        path.write_bytes(codecs.BOM_UTF8 + path.read_bytes().replace(b"\n", b"\r\n"))

    assert lint(desk.scenes, desk.packs, proofreader=proofreader) == []


def test_letters_typed_apart_mean_the_same(desk: Workshop, proofreader):
    path = desk.scenes / "tiny" / "scene.yaml"
    path.write_text(unicodedata.normalize("NFD", path.read_text("utf-8")), "utf-8")

    found = lint(desk.scenes, desk.packs, "tiny", proofreader)

    assert [(each.key, each.line) for each in found] == [("W27", 4)]


def test_a_link_out_of_the_folder_is_not_read(desk: Workshop, tmp_path: Path):
    outside = tmp_path / "outside.yaml"
    path = desk.scenes / "tiny" / "scene.yaml"
    outside.write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(outside)

    found = [each for each in lint(desk.scenes, desk.packs, "tiny") if each.file == FILE]

    assert [each.key for each in found] == ["E01.link"]


def test_a_folder_that_is_a_link_out_is_not_read_either(desk: Workshop, tmp_path: Path):
    (desk.scenes / "tiny").rename(tmp_path / "tiny")
    (desk.scenes / "tiny").symlink_to(tmp_path / "tiny")

    assert "E01.link" in {each.key for each in lint(desk.scenes, desk.packs, "tiny")}


def test_one_spoilt_scene_leaves_the_others_alone(workshop: Workshop):
    (workshop.scenes / "airport" / "scene.yaml").write_bytes(b"\xff\xfe\x00")
    (workshop.scenes / "airport" / "versions" / "0001.yaml").write_bytes(b"")

    assert lint(workshop.scenes, workshop.packs, "cafe") == []
    assert "cafe" in open_library(workshop.scenes, workshop.packs).scene_ids()


@pytest.mark.parametrize("publishes", [1, 3, 8])
def test_a_process_killed_while_it_publishes_leaves_whole_versions(desk: Workshop, publishes: int):
    command = [sys.executable, "-m", "tests.content.keeps_publishing", str(desk.scenes), str(desk.packs)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as publishing:
        assert publishing.stdout is not None
        for _ in range(publishes):
            acknowledged = int(publishing.stdout.readline())
        os.kill(publishing.pid, signal.SIGKILL)
        rest = [line for line in publishing.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        acknowledged = int(rest[-1]) if rest else acknowledged
    folder = desk.scenes / "tiny"

    history = revisions.read_history(folder)

    live = revisions.live_version(history)
    assert live in (acknowledged, acknowledged + 1)
    for entry in history:
        assert revisions.read_version(folder, history, entry.version)
    assert open_library(desk.scenes, desk.packs).scene("tiny").version == live
    left = {each.code for each in lint(desk.scenes, desk.packs, "tiny")}
    assert left <= {"W28"}, "at most a version that the history does not name yet"
