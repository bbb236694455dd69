"""What is published is spoken before anybody plays it."""

import asyncio
import shutil
from pathlib import Path

from kotoserver.domain.learner import Role
from kotoserver.settings import ROOT
from tests.apps import Koto, serving

FILE = "scenes/cafe/scene.yaml"
ANEW = "뭘 드릴까요?"


async def test_the_lines_of_a_version_are_spoken_when_it_is_published_and_nobody_asks_for_them(tmp_path: Path):
    for name in ("scenes", "langpacks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    folders = {"KOTO_SCENES_DIR": str(tmp_path / "scenes"), "KOTO_LANGPACKS_DIR": str(tmp_path / "langpacks")}
    async with serving(tmp_path / "data", **folders) as koto:
        editor = await koto.member(Role.EDITOR)
        draft = await editor.get("/content/draft", params={"file": FILE})
        text = draft["text"].replace('"뭐 드릴까요?"', f'"{ANEW}"')
        assert text != draft["text"]
        assert (await editor.call("PUT", "/content/draft", json={**draft, "text": text})).status == 200
        sound = tmp_path / "data" / "blobs" / "speech" / f"{key_of(koto)}.mp3"
        assert not sound.exists()
        assert (await editor.call("POST", "/content/scenes/cafe/publish", json={"name": "anew"})).status == 201
        async with asyncio.timeout(60):
            while not sound.exists():  # noqa: ASYNC110  # it is spoken behind everything else, and tells nobody
                await asyncio.sleep(0.05)


def key_of(koto: Koto) -> str:
    """Of the new line, in the voice and at the pace of the one who says it."""
    scene = koto.services.catalog.playable("cafe", "ko-id").scene
    asked = next(line for line in scene.lines() if line.ko == "뭐 드릴까요?")
    npc = scene.npcs[asked.by]
    return koto.services.speech.line(ANEW, npc.voice, npc.pace).key
