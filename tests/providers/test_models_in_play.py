"""A language model inside the whole server, from the environment to the frame."""

from pathlib import Path

import pytest

from kotoserver.bootstrap.judging import rescore_session
from kotoserver.settings import Settings
from tests.apps import serving
from tests.providers.model_server import MODEL, ModelServer, Reply, serving_models

ODD = "제 친구가 여기 커피가 그렇게 맛있다고 하던데요"


def environ(server: ModelServer, policy: str) -> dict[str, str]:
    return {"EVAL_PROVIDER": policy, "EVAL_MODEL_URL": f"{server.address}/v1", "EVAL_MODEL_NAME": MODEL}


@pytest.mark.parametrize("policy", ["openai_compatible,local", "cascade"])
async def test_a_model_that_is_away_costs_a_learner_nothing(tmp_path: Path, policy: str):
    async with serving_models(script=[Reply(status=503)]) as server:
        async with serving(tmp_path, **environ(server, policy)) as koto:
            guest = await koto.guest()
            frames = await guest.say(await guest.open(), ODD, "t1")
        [judged] = [frame for frame in frames if frame["type"] == "evaluation_complete"]
        assert judged["degraded"] == "openai_compatible: unavailable"
        assert [question["learner"] for question in server.questions] == [ODD]
        assert server.questions[0]["setting"]["language"] == "id"


async def test_a_cascade_plays_the_model_answers_without_asking_anybody(tmp_path: Path):
    async with serving_models() as server, serving(tmp_path, **environ(server, "cascade")) as koto:
        guest = await koto.guest()
        live = await guest.live(await guest.open())
        ended = await live.play_to_the_end()
        await live.socket.close()
    assert ended["result"] == "pass"
    assert server.questions == []


async def test_judging_a_session_again_asks_no_model(tmp_path: Path):
    async with serving_models() as server:
        settings = {"KOTO_DATA_DIR": str(tmp_path), **environ(server, "cascade")}
        async with serving(tmp_path, **environ(server, "cascade")) as koto:
            guest = await koto.guest()
            session_id = await guest.open()
            await guest.say(session_id, ODD, "t1")
        assert len(server.questions) == 1
        _session, [turn] = await rescore_session(Settings.from_environ(settings), session_id)
        assert turn.now.engine == "local"
        assert not turn.broken
        assert len(server.questions) == 1
