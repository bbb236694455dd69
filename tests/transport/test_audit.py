"""Who published, took back, and signed in wrongly is written down, and admins read it."""

import shutil
from pathlib import Path

from kotoserver.domain.learner import Role
from kotoserver.settings import ROOT
from tests.apps import Guest, Koto, serving

FILE = "scenes/cafe/scene.yaml"
EMAIL, PASSWORD = "sari@example.org", "kopi susu gula aren"


async def written_down(koto: Koto, action: str) -> list[tuple[str, str, dict[str, str], str]]:
    """Newest first: by whom, about what, its details, from where."""
    admin: Guest = await koto.member(Role.ADMIN)
    entries = (await admin.get(f"/audit?action={action}"))["entries"]
    return [(each["actor_id"], each["subject"], each["details"], each["address"]) for each in entries]


async def test_who_published_and_who_took_it_back_is_written_down(tmp_path: Path):
    for name in ("scenes", "langpacks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    folders = {"KOTO_SCENES_DIR": str(tmp_path / "scenes"), "KOTO_LANGPACKS_DIR": str(tmp_path / "langpacks")}
    async with serving(tmp_path / "data", **folders) as koto:
        await koto.services.speech.close()  # else the authored lines would be spoken meanwhile
        editor, other = await koto.member(Role.EDITOR), await koto.member(Role.EDITOR)
        draft = await editor.get("/content/draft", params={"file": FILE})
        text = draft["text"].replace('"뭐 드릴까요?"', '"뭘 드릴까요?"')
        assert (await editor.call("PUT", "/content/draft", json={**draft, "text": text})).status == 200
        published = await editor.call("POST", "/content/scenes/cafe/publish", json={"name": "anew"})
        version = (await published.json())["version"]
        back = {"version": version - 1, "note": "not yet"}
        assert (await other.call("POST", "/content/scenes/cafe/revert", json=back)).status < 300
        here = "127.0.0.1"
        assert await written_down(koto, "content_published") == [
            (editor.learner_id, "cafe", {"kind": "scene", "version": str(version)}, here)
        ]
        assert await written_down(koto, "content_reverted") == [
            (other.learner_id, "cafe", {"kind": "scene", "version": str(version - 1)}, here)
        ]


async def test_a_wrong_sign_in_is_written_down_wherever_it_was_tried(tmp_path: Path):
    async with serving(tmp_path, KOTO_HOST="0.0.0.0") as koto:
        owner = await koto.services.accounts.add(Role.LEARNER, email=EMAIL, password=PASSWORD)
        wrong = {"email": EMAIL, "password": "something else"}
        assert (await koto.http.post("/koto-api/auth/login", json=wrong)).status == 401
        own = {"Origin": str(koto.http.make_url("/")).rstrip("/")}
        assert (await koto.http.post("/console/sign-in", data=wrong, headers=own)).status == 401
        stranger = {"email": "nobody@example.org", "password": "something else"}
        assert (await koto.http.post("/koto-api/auth/login", json=stranger)).status == 401
        tries = await written_down(koto, "sign_in_failed")
        assert [(by, about, address) for by, about, _, address in tries] == [
            ("", "", "127.0.0.1"),
            ("", owner.id, "127.0.0.1"),
            ("", owner.id, "127.0.0.1"),
        ]
        assert "something else" not in str(tries)
