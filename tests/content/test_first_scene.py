"""`docs/first-scene.md` promises a scene without findings to whoever does what it says: here it is done."""

import re
from pathlib import Path

import pytest

from kotoserver.content.authoring import give_scene_ids
from kotoserver.content.desk import lint_folders
from kotoserver.content.drafts import Folders
from kotoserver.content.starting import Beginning, start_scene
from kotoserver.ports.proofreading import Proofreader
from tests.content.conftest import ROOT, Workshop

SCENE, TESTS, PACK = (
    "scenes/library/scene.yaml",
    "scenes/library/tests.yaml",
    "langpacks/ko-en/scenes/library.yaml",
)


@pytest.fixture
def blocks() -> list[str]:
    """What the page shows to be written, in its order."""
    text = (ROOT / "docs" / "first-scene.md").read_text("utf-8")
    return re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_a_first_scene_written_as_the_page_says_has_no_finding(
    desk: Workshop, proofreader: Proofreader, blocks: list[str]
):
    folders = Folders(scenes=desk.scenes, langpacks=desk.packs)
    wanted = Beginning(
        scene_id="library",
        title="도서관에서 책 빌리기",
        topik=1,
        background="cafe_table_day",
        packs=("ko-en",),
    )
    start_scene(folders, wanted)
    slots, turn, goal, lines, hints, names, words, say, play = blocks

    desk.edit(SCENE, "slots: {}\n", slots)
    desk.edit(SCENE, "  - id: part\n", f"{turn}  - id: part\n")
    desk.edit(SCENE, "        go: part\n", "        go: borrow\n")
    desk.edit(SCENE, "        go: part\n", "        go: borrow\n")
    assert give_scene_ids(folders, "library")

    desk.edit(PACK, "goals:\n", f"goals:\n{goal}")
    desk.edit(PACK, "lines:\n", f"lines:\n{lines}")
    desk.edit(PACK, "hints:\n", f"hints:\n{hints}")
    desk.edit(PACK, "slots: {}\nslot_names: {}\nslot_questions: {}\n", names)
    desk.edit(PACK, "words:\n", f"words:\n{words}")
    desk.edit(PACK, "title: 도서관에서 책 빌리기  # TODO the title in English", "title: At the library")
    desk.edit(PACK, "  # TODO who and where the learner is", "")

    tests = folders.path_of(TESTS)
    rows, _ = tests.read_text("utf-8").split("play:\n")
    rows = re.sub(r"(turn: greet.*)go: part", r"\1go: borrow", rows)
    Path(tests).write_text(rows.replace("say:\n", f"say:\n{say}") + play, "utf-8")

    assert [str(each) for each in lint_folders(folders, "library", proofreader)] == []
