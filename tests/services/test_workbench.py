import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kotoserver.content.library import open_library
from kotoserver.content.publishing import Publication, publish_scene
from kotoserver.domain.errors import NotAllowed, NotFound
from kotoserver.domain.learner import Caller, Role
from kotoserver.providers.local import LocalEvaluator
from kotoserver.providers.scripted import ScriptedEvaluator
from kotoserver.services.catalog import CatalogService
from kotoserver.services.judging import Question
from kotoserver.services.workbench import WorkbenchService

ROOT = Path(__file__).parents[2]
EDITOR = Caller(learner_id="lrn_1", role=Role.EDITOR)
ORDER = {"scene": "cafe", "turn": "order"}


@pytest.fixture
def catalog() -> CatalogService:
    return CatalogService(open_library(ROOT / "scenes", ROOT / "langpacks"))


@pytest.fixture
async def workbench(catalog: CatalogService):
    judge = LocalEvaluator()
    yield WorkbenchService(catalog, judge)
    await judge.close()


def asked(text: str, **fields: object) -> Question:
    return Question.model_validate({"learner": text, **fields})


@pytest.mark.parametrize("role", [Role.LEARNER, Role.TEACHER])
async def test_only_editors_may_try_the_judge(catalog: CatalogService, role: Role):
    workbench = WorkbenchService(catalog, ScriptedEvaluator())
    with pytest.raises(NotAllowed) as refused:
        await workbench.evaluate(Caller(learner_id="lrn_1", role=role), asked("네", **ORDER), None)
    assert refused.value.code == "editors_only"


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMIN])
async def test_editors_and_admins_may(catalog: CatalogService, role: Role):
    workbench = WorkbenchService(catalog, ScriptedEvaluator())
    told = await workbench.evaluate(Caller(learner_id="lrn_1", role=role), asked("네", **ORDER), None)
    assert told["verdict"] == "retry"
    assert told["feedback"] is None


async def test_a_turn_of_a_scene_is_judged_in_the_words_of_a_pack(workbench: WorkbenchService):
    told = await workbench.evaluate(EDITOR, asked("라떼을 한 잔 주세요.", **ORDER), "ko-en")
    assert told["codes"] == ["PARTICLE_ALLOMORPH"]
    assert told["corrected"] == "라떼를 한 잔 주세요."
    assert told["feedback"] == ["“라떼” ends in a vowel, so it takes “를”, not “을”."]


async def test_what_is_right_gets_the_sentence_of_its_verdict(workbench: WorkbenchService):
    told = await workbench.evaluate(EDITOR, asked("라떼 한 잔 주세요.", **ORDER), "ko-en")
    assert (told["items"], told["feedback"]) == ([], ["Well done, that fits!"])


async def test_what_misses_the_turn_is_told_its_goal(workbench: WorkbenchService):
    told = await workbench.evaluate(EDITOR, asked("저는 학교에 갔어요.", **ORDER), "ko-en")
    assert told["verdict"] == "retry"
    assert "Your task: Name the drink" in told["feedback"][0]


async def test_examples_of_ones_own_need_no_scene(workbench: WorkbenchService):
    question = asked("저는 학교에 갔어요.", examples=["물 한 잔 주세요."], id=7)
    told = await workbench.evaluate(EDITOR, question, "ko-en")
    assert told["id"] == 7
    assert "Your task: 물 한 잔 주세요." in told["feedback"][0]
    missing = asked("한 잔 주세요.", examples=["물 한 잔 주세요."], slots={"water": ["물"]})
    for sentence in (await workbench.evaluate(EDITOR, missing, "ko-en"))["feedback"]:
        assert "{" not in sentence


@pytest.mark.parametrize(
    ("fields", "pack", "code"),
    [
        ({"scene": "moon", "turn": "order"}, None, "no_such_scene"),
        ({"scene": "cafe", "turn": "moon"}, None, "no_such_turn"),
        (ORDER, "ko-xx", "no_such_pack"),
        ({"examples": ["네."]}, "ko-xx", "no_such_pack"),
    ],
)
async def test_what_is_not_there_has_a_code(catalog: CatalogService, fields: dict, pack: str | None, code: str):
    workbench = WorkbenchService(catalog, ScriptedEvaluator())
    with pytest.raises(NotFound) as refused:
        await workbench.evaluate(EDITOR, asked("네", **fields), pack)
    assert refused.value.code == code


async def test_a_turn_is_judged_as_learners_with_that_pack_play_it(tmp_path: Path):
    for folder in ("scenes", "langpacks"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    draft = tmp_path / "scenes" / "cafe" / "scene.yaml"
    draft.write_text(draft.read_text("utf-8").replace("id: L030,", "id: L999,"), "utf-8")
    for part in (tmp_path / "langpacks").glob("*/scenes/cafe.yaml"):
        part.write_text(part.read_text("utf-8").replace("  L030: ", "  L999: "), "utf-8")
    now = Publication(at=datetime(2026, 5, 4, tzinfo=UTC), by="minji", name="a test")
    publish_scene(tmp_path / "scenes", tmp_path / "langpacks", "cafe", now)
    workbench = WorkbenchService(
        CatalogService(open_library(tmp_path / "scenes", tmp_path / "langpacks")), ScriptedEvaluator()
    )
    for pack in (None, "ko-en"):
        told = await workbench.evaluate(EDITOR, asked("라떼 두 잔 주세요.", **ORDER), pack)
        assert told["verdict"] == "accept"
