"""The two regions of docs/operations.md: the settings that stand there make two servers that share nothing."""

import re
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from kotoserver.settings import ROOT
from tests.apps import Koto, serving

PLAN = (ROOT / "docs/operations.md").read_text("utf-8").partition("**Two regions**")[2].partition("\n- **")[0]
ROWS = [line.strip("|").split("|") for line in PLAN.splitlines() if line.startswith("|")]
SETTING = re.compile(r"`([A-Z_]+)=([^`]+)`")


def settings_of(column: int) -> dict[str, str]:
    """What the plan sets for one region, and a secret of its own as it asks for."""
    found = dict(pair for row in ROWS for pair in SETTING.findall(row[column]))
    return {**found, "KOTO_SECRET": f"a secret of region {column} alone, and long enough"}


async def region(stack: AsyncExitStack, folder: Path, column: int) -> Koto:
    return await stack.enter_async_context(serving(folder / str(column), **settings_of(column)))


def test_the_plan_names_what_differs():
    names = {"KOTO_REGION", "KOTO_PUBLIC_URL", "KOTO_MEDIA_URL", "GOOGLE_SPEECH_LOCATION"}
    for column in (1, 2):
        assert names <= settings_of(column).keys()
    assert not set(settings_of(1).values()) & set(settings_of(2).values())


@pytest.mark.parametrize("home", [1, 2])
async def test_each_region_tells_its_name_and_its_own_addresses(tmp_path: Path, home: int):
    planned = settings_of(home)
    async with AsyncExitStack() as stack:
        koto = await region(stack, tmp_path, home)
        assert (await (await koto.http.get("/health")).json())["region"] == planned["KOTO_REGION"]
        guest = await koto.guest()
        answer = await guest.call("POST", "/sessions", json={"scene_id": "cafe", "pack": "ko-id"})
        opened = await answer.json()
        events = (await guest.get(f"/sessions/{opened['session_id']}/events"))["events"]
    host = planned["KOTO_PUBLIC_URL"].removeprefix("https://")
    assert opened["ws_url"].startswith(f"wss://{host}/")
    lines = [event["tts_url"] for event in events if event.get("tts_url")]
    assert lines
    assert all(line.startswith(f"{planned['KOTO_MEDIA_URL']}/koto-api/speech/") for line in lines)


async def test_a_learner_of_one_region_is_nobody_in_the_other(tmp_path: Path):
    async with AsyncExitStack() as stack:
        jakarta, seoul = [await region(stack, tmp_path, column) for column in (1, 2)]
        learner = await jakarta.guest()
        session_id = await learner.open()
        headers = {"Authorization": f"Bearer {learner.token}"}
        for path in ("/koto-api/me", f"/koto-api/sessions/{session_id}"):
            assert (await jakarta.http.get(path, headers=headers)).status == 200
            assert (await seoul.http.get(path, headers=headers)).status == 401
