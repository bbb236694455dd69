"""Two editors never overwrite each other, and a draft is never seen half written."""

import os
import signal
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from kotoserver.content.drafts import Folders
from kotoserver.content.saving import ABSENT, open_draft, save_draft
from kotoserver.domain.errors import BadInput, Conflict, NotFound
from tests.content.conftest import Workshop

FILE = "scenes/tiny/scene.yaml"
CHANGED = Path(__file__).parent / "bad" / "E26_file_changed_since_it_was_opened.yaml"


@pytest.fixture
def folders(desk: Workshop) -> Folders:
    return Folders(scenes=desk.scenes, langpacks=desk.packs)


def test_a_draft_is_saved_against_what_was_opened(folders: Folders):
    opened = open_draft(folders, FILE)

    saved = save_draft(folders, FILE, opened.text.replace("아주 작은", "더 작은"), opened.digest)

    assert open_draft(folders, FILE) == saved
    assert saved.digest != opened.digest


def test_of_two_editors_the_second_is_shown_both_texts_and_nothing_is_lost(folders: Folders):
    opened = open_draft(folders, FILE)
    theirs = CHANGED.read_text("utf-8").split("\n", 1)[1]
    save_draft(folders, FILE, theirs, opened.digest)
    yours = opened.text.replace("음료를 주문하세요", "마실 것을 주문하세요")

    with pytest.raises(Conflict) as caught:
        save_draft(folders, FILE, yours, opened.digest)

    assert caught.value.code == "draft_changed"
    details = caught.value.details or {}
    assert (details["yours"], details["theirs"]) == (yours, theirs)
    finding = details["finding"]
    assert isinstance(finding, dict)
    expected = CHANGED.read_text("utf-8").split("\n", 1)[0]
    assert f"# expect {finding['code']} {finding['line']}:{finding['column']}" == expected
    assert open_draft(folders, FILE).text == theirs
    assert save_draft(folders, FILE, yours, str(details["digest"])).text == yours


def test_a_new_file_is_saved_only_where_none_is(folders: Folders):
    file = "scenes/tiny/layout.json"

    save_draft(folders, file, "{}", ABSENT)

    with pytest.raises(Conflict):
        save_draft(folders, file, "{ }", ABSENT)


@pytest.mark.parametrize(
    "file",
    [
        "scenes/tiny/versions/0001.yaml",
        "scenes/tiny/history.yaml",
        "scenes/catalog/cues.yaml",
        "scenes/../secret/scene.yaml",
        "scenes/moon/scene.yaml",
        "langpacks/ko-en/scenes/../../../x.yaml",
        "elsewhere/tiny/scene.yaml",
        "",
    ],
)
def test_only_drafts_can_be_opened_and_saved(folders: Folders, file: str):
    with pytest.raises(NotFound):
        open_draft(folders, file)
    with pytest.raises(NotFound):
        save_draft(folders, file, "x", ABSENT)


def test_a_link_out_of_the_folder_is_no_draft(folders: Folders, tmp_path: Path):
    outside = tmp_path / "outside.yaml"
    outside.write_text("secret: 1\n", "utf-8")
    (folders.scenes / "tiny" / "scene.yaml").unlink()
    (folders.scenes / "tiny" / "scene.yaml").symlink_to(outside)

    with pytest.raises(NotFound):
        open_draft(folders, FILE)


def test_letters_typed_apart_are_put_together_when_a_draft_is_saved(folders: Folders):
    opened = open_draft(folders, FILE)

    save_draft(folders, FILE, unicodedata.normalize("NFD", opened.text), opened.digest)

    assert open_draft(folders, FILE) == opened


def test_a_draft_of_many_megabytes_is_not_saved(folders: Folders):
    with pytest.raises(BadInput):
        save_draft(folders, FILE, "가" * 2_000_000, open_draft(folders, FILE).digest)


@pytest.mark.parametrize("saves", [1, 7, 40])
def test_a_process_killed_while_it_saves_leaves_a_whole_draft(folders: Folders, saves: int):
    command = [sys.executable, "-m", "tests.content.keeps_saving", str(folders.scenes), str(folders.langpacks)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as saving:
        assert saving.stdout is not None
        for _ in range(saves):
            acknowledged = int(saving.stdout.readline())
        os.kill(saving.pid, signal.SIGKILL)
        rest = saving.stdout.read()
        acknowledged += sum(line.endswith("\n") for line in rest.splitlines(keepends=True))

    text = open_draft(folders, FILE).text

    assert text.endswith("# the end\n")
    assert f"# save {acknowledged}\n" in text or f"# save {acknowledged + 1}\n" in text
    again = open_draft(folders, FILE)
    assert save_draft(folders, FILE, again.text + "\n", again.digest)
