"""What editors type, and what they get to read."""

import json
import shutil
from pathlib import Path

import pytest

from kotoserver.settings import ROOT
from tests.processes import run


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, str]:
    """One scene with its packs."""
    shutil.copytree(ROOT / "scenes" / "catalog", tmp_path / "scenes" / "catalog")
    shutil.copytree(ROOT / "scenes" / "cafe", tmp_path / "scenes" / "cafe")
    others = shutil.ignore_patterns("airport.yaml", "cafe_friend.yaml", "convenience_store.yaml")
    shutil.copytree(ROOT / "langpacks", tmp_path / "langpacks", ignore=others)
    return {"KOTO_SCENES_DIR": str(tmp_path / "scenes"), "KOTO_LANGPACKS_DIR": str(tmp_path / "langpacks")}


def edit(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "scenes" / "cafe" / "scene.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_findings_are_told_in_the_language_that_is_asked_for(tmp_path: Path, folders: dict[str, str]):
    edit(tmp_path, "start: greet", "start: moon")

    told = {
        language: run(tmp_path, "scenes", "lint", "cafe", "--quick", "--language", language, **folders).stdout
        for language in ("en", "ko", "id")
    }

    assert "but no turn has that id" in told["en"]
    assert "그런 턴이 없어요" in told["ko"]
    assert "tidak ada giliran dengan id itu" in told["id"]


def test_findings_are_there_for_programs_too(tmp_path: Path, folders: dict[str, str]):
    edit(tmp_path, "goal: 인사하고", "gaol: 인사하고")

    checked = run(tmp_path, "scenes", "lint", "cafe", "--quick", "--json", **folders)

    answer = json.loads(checked.stdout)
    assert checked.returncode == 1
    (finding,) = answer["findings"]
    assert (finding["code"], finding["severity"]) == ("E05", "error")
    assert finding["fix"][0]["text"] == "goal"


def test_what_is_safe_to_mend_is_mended(tmp_path: Path, folders: dict[str, str]):
    edit(tmp_path, "goal: 인사하고", "gaol: 인사하고")

    mended = run(tmp_path, "scenes", "lint", "cafe", "--quick", "--fix", **folders)

    assert mended.returncode == 0
    assert "fixed scenes/cafe/scene.yaml" in mended.stdout
    assert mended.stdout.endswith("no findings\n")


def test_a_scene_is_renamed_numbered_and_compared(tmp_path: Path, folders: dict[str, str]):
    edit(tmp_path, "- { id: H010, kind: think }", "- { kind: think }")

    given = run(tmp_path, "scenes", "ids", "cafe", **folders)
    renamed = run(tmp_path, "scenes", "rename", "cafe", "turn", "temp", "heat", **folders)
    compared = run(tmp_path, "scenes", "diff", "cafe", "2", "3", **folders)
    text = run(tmp_path, "scenes", "diff", "cafe", "2", "3", "--text", **folders)

    assert given.stdout.startswith("gave H0")
    assert "heat in " in renamed.stdout
    assert "+ rule sold_out 3" in compared.stdout
    assert text.stdout.startswith("--- cafe 2\n+++ cafe 3\n")


def test_a_translator_gets_a_table_and_sends_it_back(tmp_path: Path, folders: dict[str, str]):
    table = tmp_path / "cafe.xlsx"

    out = run(tmp_path, "langpacks", "export", "ko-id", "cafe", "--out", str(table), **folders)
    back = run(tmp_path, "langpacks", "import", "ko-id", "cafe", str(table), **folders)
    covered = run(tmp_path, "scenes", "coverage", **folders)

    assert out.stdout.startswith("wrote ")
    assert (back.returncode, back.stdout) == (0, "changed 0 meanings\n")
    assert "100 %" in covered.stdout


def test_a_table_that_is_not_there_is_one_sentence(tmp_path: Path, folders: dict[str, str]):
    refused = run(tmp_path, "langpacks", "import", "ko-id", "cafe", "nowhere.csv", **folders)

    assert (refused.returncode, refused.stderr.count("Traceback")) == (1, 0)
    assert "nowhere.csv" in refused.stderr


def test_going_back_is_told_by_the_history(tmp_path: Path, folders: dict[str, str]):
    run(tmp_path, "scenes", "revert", "cafe", "1", "--note", "too long", "--by", "minji", **folders)

    told = run(tmp_path, "scenes", "history", "cafe", **folders).stdout.splitlines()

    assert told[0].startswith("*    1  revert")
    assert told[0].endswith("minji         back to version 1 (too long)")


def test_voices_get_their_script_and_walkers_their_report(tmp_path: Path, folders: dict[str, str]):
    script = run(tmp_path, "scenes", "voice-over", "cafe", **folders)
    walked = run(tmp_path, "scenes", "walk", "cafe", "--walks", "12", **folders)

    assert script.stdout.startswith("id,speaker,korean,cue,note\nL010,민지,")
    assert "{" not in script.stdout, "what holds a placeholder cannot be recorded"
    assert walked.stdout.startswith("cafe: 12 walks")
