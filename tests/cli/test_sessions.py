"""Judging stored sessions again from the command line."""

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from kotoserver.domain.evaluation import Verdict
from kotoserver.providers.scripted import ScriptedEvaluator
from tests.apps import Koto, judging, serving
from tests.processes import run
from tests.small_scene import said

ROOT = Path(__file__).parents[2]
WORDS = "아메리카노을 한 개 줘"


async def play(koto: Koto, *sentences: str) -> str:
    """A session of the café in which these were said."""
    guest = await koto.guest()
    session_id = await guest.open()
    for number, text in enumerate(sentences):
        await guest.say(session_id, text, f"t{number}")
    return session_id


@pytest.fixture
async def misjudged(tmp_path: Path) -> str:
    """A session whose one turn the engine judged otherwise than it does now, at the same version."""
    sternly = replace(
        said(WORDS, intent=None, score=7, verdict=Verdict.RETRY), engine="scripted", engine_version="1"
    )
    async with judging(tmp_path, ScriptedEvaluator({WORDS: sternly})) as koto:
        return await play(koto, WORDS)


async def test_a_session_judged_again_by_the_real_engine_is_identical(tmp_path: Path):
    async with serving(tmp_path, EVAL_PROVIDER="local") as koto:
        session_id = await play(koto, "네, 주문할게요.", WORDS, "라떼 한잔주세요", "hello", "네?")
    told = run(tmp_path, "sessions", "rescore", session_id, EVAL_PROVIDER="local")
    assert told.returncode == 0, told.stderr
    assert f"{session_id}: scene cafe version " in told.stdout
    assert told.stdout.count("identical") == 6
    assert "turns: 5, all identical" in told.stdout


async def test_a_session_judged_again_with_no_other_scene_there_is_identical(tmp_path: Path):
    async with serving(tmp_path, EVAL_PROVIDER="local") as koto:
        session_id = await play(koto, "네, 주문할게요.", WORDS, "교통카드로 라떼 한 잔 주세요", "체크카드 돼요?")
    alone = tmp_path / "scenes"
    for folder in ("catalog", "cafe"):
        copytree(ROOT / "scenes" / folder, alone / folder)
    told = run(tmp_path, "sessions", "rescore", session_id, EVAL_PROVIDER="local", KOTO_SCENES_DIR=str(alone))
    assert told.returncode == 0, told.stderr
    assert "turns: 4, all identical" in told.stdout
    assert "Note:" not in told.stdout


def test_the_same_engine_contradicting_itself_fails(tmp_path: Path, misjudged: str):
    told = run(tmp_path, "sessions", "rescore", misjudged)
    assert told.returncode == 1
    assert "differs in " in told.stdout
    assert "score: 7 → 0" in told.stdout
    assert "not identical: 1, 1 of them by the same engine" in told.stdout


def test_another_engine_may_differ_and_is_noted(tmp_path: Path, misjudged: str):
    told = run(tmp_path, "sessions", "rescore", misjudged, EVAL_PROVIDER="local")
    assert told.returncode == 0, told.stderr
    assert "Note: judged by scripted 1 when it was played and by local " in told.stdout


def test_what_was_said_is_shown_only_when_asked_for(tmp_path: Path, misjudged: str):
    quiet = run(tmp_path, "sessions", "rescore", misjudged, EVAL_PROVIDER="local")
    assert quiet.stderr == ""
    for word in WORDS.split():
        assert word not in quiet.stdout
    told = run(tmp_path, "sessions", "rescore", misjudged, "--show-text", EVAL_PROVIDER="local")
    assert f"said: {WORDS}" in told.stdout
    assert "corrected: None → " in told.stdout


def test_an_unknown_session_is_one_sentence(tmp_path: Path):
    assert run(tmp_path, "migrate").returncode == 0
    refused = run(tmp_path, "sessions", "rescore", "sess_0")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert "sess_0" in refused.stderr


def test_help_says_what_is_compared_and_what_the_exit_status_means(tmp_path: Path):
    told = run(tmp_path, "sessions", "rescore", "--help").stdout
    for word in ("identical", "exit status", "--show-text", "DATABASE_URL"):
        assert word in told
    assert run(tmp_path, "sessions").returncode == 2
