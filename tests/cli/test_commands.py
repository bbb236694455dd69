"""What a person types, and what they get to read."""

import argparse
import json
import pkgutil
import re
import shutil
from importlib import import_module
from pathlib import Path

from kotoserver import cli
from kotoserver.__main__ import COMMANDS
from kotoserver.settings import ROOT
from tests.processes import run


def test_help_tells_what_there_is(tmp_path: Path):
    told = run(tmp_path, "--help")
    assert told.returncode == 0
    for word in ("serve", "migrate", "play", "scenes", "langpacks", "sessions", "token", "examples:"):
        assert word in told.stdout
    for command in (
        ["serve"],
        ["play"],
        ["scenes"],
        ["scenes", "lint"],
        ["scenes", "test"],
        ["scenes", "mistakes"],
        ["scenes", "publish"],
    ):
        assert run(tmp_path, *command, "--help").stdout.count("\n") > 5


def test_every_command_is_found_in_the_module_that_has_it():
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(cli.__path__):
        add_commands = getattr(import_module(f"kotoserver.cli.{module.name}"), "add_commands", None)
        if add_commands is None or module.name == "versions":  # its own stand under `scenes`
            continue
        commands = argparse.ArgumentParser().add_subparsers()
        add_commands(commands)
        found |= dict.fromkeys(commands.choices, module.name)
    assert found == COMMANDS


def test_a_scene_is_played_in_the_terminal_with_the_real_judge(tmp_path: Path):
    said = ["네, 주문할게요.", "/hint", "아메리카노 한 잔 줘", "/retry", "/help", "", "/quit"]
    played = run(tmp_path, "play", "cafe", typed="\n".join(said) + "\n", EVAL_PROVIDER="local")
    assert played.returncode == 0, played.stderr
    assert "어서 오세요" in played.stdout
    assert "☞" in played.stdout
    assert "[-줘-][+주세요+]" in played.stdout
    assert "The session is kept" in played.stdout


def test_an_unknown_scene_is_one_sentence(tmp_path: Path):
    refused = run(tmp_path, "play", "moon")
    assert (refused.returncode, refused.stderr.count("Traceback")) == (1, 0)
    assert "moon" in refused.stderr


def test_lint_names_file_line_and_column_and_fails(tmp_path: Path):
    scenes = tmp_path / "scenes"
    shutil.copytree(ROOT / "scenes", scenes)
    draft = scenes / "cafe" / "scene.yaml"
    lines = draft.read_text("utf-8").splitlines()
    number = next(index for index, line in enumerate(lines) if line.startswith("start:"))
    lines[number] = "start: nowhere"
    draft.write_text("\n".join(lines), "utf-8")
    checked = run(tmp_path, "scenes", "lint", "cafe", KOTO_SCENES_DIR=str(scenes))
    assert checked.returncode == 1
    assert f"cafe/scene.yaml:{number + 1}:" in checked.stdout
    assert " E09 " in checked.stdout


def test_an_editor_tries_a_draft_with_learners_mistakes(tmp_path: Path):
    tried = run(tmp_path, "scenes", "mistakes", "cafe", "--turn", "pay")
    assert tried.returncode == 0, tried.stderr
    assert "mistakes missed, " in tried.stdout.splitlines()[-1]
    assert run(tmp_path, "scenes", "mistakes", "cafe", "--turn", "moon").returncode == 1
    assert run(tmp_path, "scenes", "mistakes", "moon").returncode == 1


def test_our_own_drafts_hold(tmp_path: Path):
    assert run(tmp_path, "scenes", "lint").returncode == 0
    tried = run(tmp_path, "scenes", "test")
    assert tried.returncode == 0, tried.stdout


def test_a_draft_is_published_as_the_next_version(tmp_path: Path):
    scenes, packs = tmp_path / "scenes", tmp_path / "langpacks"
    shutil.copytree(ROOT / "scenes", scenes)
    shutil.copytree(ROOT / "langpacks", packs)
    folders = {"KOTO_SCENES_DIR": str(scenes), "KOTO_LANGPACKS_DIR": str(packs)}
    before = sorted((scenes / "cafe" / "versions").iterdir())
    published = run(tmp_path, "scenes", "publish", "cafe", "--by", "minji", "--note", "a test", **folders)
    assert published.returncode == 0, published.stderr
    after = sorted((scenes / "cafe" / "versions").iterdir())
    assert after[: len(before)] == before
    assert len(after) == len(before) + 1
    assert f"version {len(after)}" in published.stdout
    assert re.search(r"speaking the lines of cafe: (\d+) of \1", published.stderr)
    assert len(list((tmp_path / "blobs" / "speech").glob("*.mp3"))) > 50
    assert run(tmp_path, "langpacks", "publish", "ko-id", **folders).returncode == 0


def test_sentences_from_a_file_are_judged_in_order_and_bad_lines_are_told(tmp_path: Path):
    lines = [
        {"id": 1, "npc_line": "뭐 드릴까요?", "examples": ["라떼 한 잔 주세요."], "learner": "라떼 한 잔 주세요"},
        {
            "id": 2,
            "npc_line": "뭐 드릴까요?",
            "examples": ["라떼 한 잔 주세요."],
            "learner": "라떼을 한 잔 주세요",
        },
        {"id": 3, "learner": "네"},
        {"id": 4, "scene": "cafe", "turn": "order", "learner": "아메리카노 한 잔 주세요."},
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\nnonsense\n", "utf-8"
    )
    judged = run(tmp_path, "evaluate", "--jsonl", str(questions))
    assert judged.returncode == 1
    answers = [json.loads(line) for line in judged.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [1, 2, 3, 4, None]
    assert [answer.get("verdict") for answer in answers[:2]] == ["accept", "accept_with_feedback"]
    assert "PARTICLE_ALLOMORPH" in answers[1]["codes"]
    assert answers[1]["corrected"] == "라떼를 한 잔 주세요"
    assert answers[3]["score"] == 100
    assert [answer["error"]["code"] for answer in (answers[2], answers[4])] == ["bad_line", "bad_json"]
    again = run(tmp_path, "evaluate", "--jsonl", "-", typed=questions.read_text("utf-8"))
    assert again.stdout == judged.stdout


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path):
    refused = run(tmp_path, "evaluate", "--jsonl", str(tmp_path / "none.jsonl"))
    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
