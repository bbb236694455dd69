"""Trying the judge over REST, as an editor does."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kotoserver.bootstrap.judging import open_judge
from kotoserver.cli.evaluate import answers
from kotoserver.domain.learner import Role
from kotoserver.settings import Settings
from tests.apps import Guest, Koto, serving

QUESTION = {"scene_id": "cafe", "turn": "order", "text": "라떼 두 잔 주세요."}


@pytest.fixture
async def koto(tmp_path: Path) -> AsyncIterator[Koto]:
    async with serving(tmp_path) as koto:
        yield koto


@pytest.fixture
async def editor(koto: Koto) -> Guest:
    return await koto.member(Role.EDITOR)


async def test_a_learner_is_refused(koto: Koto):
    answer = await (await koto.guest()).call("POST", "/evaluate", json=QUESTION)
    assert answer.status == 403
    assert (await answer.json())["error"]["code"] == "editors_only"


async def test_nobody_signed_in_is_refused(koto: Koto):
    assert (await koto.http.post("/koto-api/evaluate", json=QUESTION)).status == 401


async def test_an_editor_gets_the_judgement_and_nothing_is_stored(editor: Guest):
    answer = await editor.call("POST", "/evaluate", json={**QUESTION, "id": "q1", "pack": "ko-id"})
    told = await answer.json()
    assert answer.status == 200, told
    assert (told["id"], told["verdict"], told["score"]) == ("q1", "accept", 100)
    assert told["slots"]["drink"]["value"] == "latte"
    assert len(told["feedback"]) == 1
    assert (await editor.get("/sessions"))["sessions"] == []


async def test_a_line_of_the_batch_command_is_a_body_too(tmp_path: Path):
    line = {"id": 2, "npc_line": "뭐 드릴까요?", "expected": ["물 한 잔 주세요."], "learner": "물을 한 개 줘"}
    async with serving(tmp_path, EVAL_PROVIDER="local") as koto:
        editor = await koto.member(Role.EDITOR)
        told = await (await editor.call("POST", "/evaluate", json=line)).json()
    assert told.pop("feedback") is None
    judged = batch(line)
    assert told.pop("engine").startswith(judged.pop("engine"))
    assert told == judged


def batch(line: dict[str, Any]) -> dict[str, Any]:
    """What `kotoserver evaluate` answers this line."""
    (answer,) = answers([json.dumps(line).encode()], {}, open_judge(Settings.from_environ({})))
    return dict(json.loads(json.dumps(answer)))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "bad_request"),
        ({"text": "네"}, "bad_request"),
        ({"text": "네", "scene_id": "cafe"}, "bad_request"),
        ({**QUESTION, "text": "가" * 301}, "bad_request"),
        ({**QUESTION, "pack": 7}, "bad_request"),
        ({**QUESTION, "id": True}, "bad_request"),
        ({**QUESTION, "txt": "네"}, "bad_request"),
        ({"text": "네", "examples": ["네."], "target_level": "rude"}, "bad_request"),
        ({**QUESTION, "scene_id": "moon"}, "no_such_scene"),
        ({**QUESTION, "turn": "moon"}, "no_such_turn"),
        ({**QUESTION, "pack": "ko-xx"}, "no_such_pack"),
    ],
)
async def test_a_question_that_cannot_be_judged_has_a_code(editor: Guest, body: dict[str, Any], code: str):
    answer = await editor.call("POST", "/evaluate", json=body)
    assert answer.status in {400, 404}
    assert (await answer.json())["error"]["code"] == code
