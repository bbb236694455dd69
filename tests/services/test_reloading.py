"""What is published beside a running server is live a moment later, and nobody in a scene notices."""

import json
import shutil
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from kotoserver.content.library import Library, open_library
from kotoserver.content.publishing import Publication, publish_scene
from kotoserver.domain.scene import Scene
from kotoserver.ports.clock import SystemClock
from kotoserver.services.reloading import ReloadingService
from kotoserver.settings import ROOT
from tests.processes import run, running_server

PATIENCE_SECONDS = 30.0


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name in ("scenes", "langpacks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def call(address: str, path: str, token: str = "", body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    with urllib.request.urlopen(urllib.request.Request(address + path, data, headers), timeout=10) as answer:
        return json.loads(answer.read())


def greet_otherwise(folders: Path) -> None:
    draft = folders / "scenes" / "cafe" / "scene.yaml"
    text = draft.read_text("utf-8")
    assert '"뭐 드릴까요?"' in text
    draft.write_text(text.replace('"뭐 드릴까요?"', '"뭘 드릴까요?"'), "utf-8")


def test_a_scene_published_by_the_command_line_is_live_in_the_running_server(folders: Path):
    environ = {"KOTO_SCENES_DIR": str(folders / "scenes"), "KOTO_LANGPACKS_DIR": str(folders / "langpacks")}
    with running_server(folders / "data", **environ) as address:
        token = call(address, "/koto-api/auth/guest", body={})["token"]
        session = call(address, "/koto-api/sessions", token, {"scene_id": "cafe", "pack": "ko-id"})
        before = session["scene"]["version"]
        greet_otherwise(folders)

        told = run(folders / "data", "scenes", "publish", "cafe", "--without-speech", "--note", "뭘", **environ)

        assert told.returncode == 0, told.stderr
        assert "~ line L030" in told.stdout
        deadline = time.monotonic() + PATIENCE_SECONDS
        while call(address, "/koto-api/scenes/cafe?pack=ko-id")["version"] == before:
            assert time.monotonic() < deadline, "the server did not take up the new version"
        assert call(address, f"/koto-api/sessions/{session['session_id']}", token)["scene"]["version"] == before
        new = call(address, "/koto-api/sessions", token, {"scene_id": "cafe", "pack": "ko-id"})
        assert new["scene"]["version"] == before + 1


async def test_only_what_changed_is_taken_up(folders: Path):
    library = open_library(folders / "scenes", folders / "langpacks")
    taken: list[Scene] = []

    async def take_up(scenes: list[Scene]) -> None:
        taken.extend(scenes)

    reloading = ReloadingService(library, take_up)  # type: ignore[arg-type]
    await reloading.look()
    assert taken == []
    greet_otherwise(folders)
    publish(folders)

    await reloading.look()
    await reloading.look()

    assert [scene.id for scene in taken] == ["cafe"]
    assert taken[0].turn("order").npc[0].ko == "뭘 드릴까요?"


def publish(folders: Path) -> None:
    publication = Publication(at=SystemClock().now(), by="minji", name="x")
    publish_scene(folders / "scenes", folders / "langpacks", "cafe", publication)


def test_a_new_version_that_is_broken_leaves_the_old_one_live_and_is_told(folders: Path):
    library = open_library(folders / "scenes", folders / "langpacks")
    before = library.scene("cafe")
    greet_otherwise(folders)
    publish(folders)
    (folders / "scenes" / "cafe" / "versions" / f"{before.version + 1:04d}.yaml").write_text("cut short", "utf-8")

    assert library.refresh().scenes == ()

    assert library.scene("cafe") is before
    assert any("was changed after it was published" in each.sentence for each in library.problems())


def test_a_scene_that_is_published_for_the_first_time_appears(folders: Path):
    shutil.move(folders / "scenes" / "airport", folders / "airport")
    library: Library = open_library(folders / "scenes", folders / "langpacks")
    assert "airport" not in library.scene_ids()

    shutil.move(folders / "airport", folders / "scenes" / "airport")

    assert library.refresh().scenes == ("airport",)
    assert "airport" in library.scene_ids()
