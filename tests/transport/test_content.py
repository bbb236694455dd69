"""What editors do over HTTP, from opening a draft to learners playing it."""

import io
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from kotoserver.domain.learner import Role
from kotoserver.settings import ROOT
from tests.apps import Guest, Koto, serving

FILE = "scenes/cafe/scene.yaml"


@pytest.fixture
async def koto(tmp_path: Path) -> AsyncIterator[Koto]:
    """A server over copies of the scenes and packs."""
    for name in ("scenes", "langpacks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    folders = {"KOTO_SCENES_DIR": str(tmp_path / "scenes"), "KOTO_LANGPACKS_DIR": str(tmp_path / "langpacks")}
    async with serving(tmp_path / "data", **folders) as koto:
        await koto.services.speech.close()  # else the authored lines would be spoken meanwhile
        yield koto


@pytest.fixture
async def editor(koto: Koto) -> Guest:
    return await koto.member(Role.EDITOR)


async def done(guest: Guest, method: str, path: str, status: int = 200, **kwargs: Any) -> Any:
    answer = await guest.call(method, path, **kwargs)
    assert answer.status == status, await answer.text()
    return await answer.json()


async def opened(editor: Guest, file: str = FILE) -> Any:
    return await editor.get("/content/draft", params={"file": file})


async def test_a_draft_is_opened_checked_saved_published_and_played(koto: Koto, editor: Guest):
    draft = await opened(editor)
    text = draft["text"].replace('"뭐 드릴까요?"', '"뭘 드릴까요?"')
    found = await done(editor, "POST", "/content/lint", json={"scene_id": "cafe", "unsaved": {FILE: text}})
    stale = {(each["code"], each["file"].split("/")[1]) for each in found["findings"]}
    assert found["errors"] == 0
    assert stale == {("W11", "ko-en"), ("W11", "ko-id"), ("W11", "ko-ko")}, (
        "each meaning was written for other words"
    )

    saved = await done(editor, "PUT", "/content/draft", json={**draft, "text": text})
    assert saved["digest"] != draft["digest"]
    diff = await editor.get("/content/scenes/cafe/diff")
    assert [(each["kind"], each["name"], each["sort"]) for each in diff["changes"]] == [
        ("line", "L030", "changed")
    ]

    body = {"name": "a better greeting", "note": "뭐 → 뭘"}
    revision = await done(editor, "POST", "/content/scenes/cafe/publish", 201, json=body)
    assert revision["by"] == editor.learner_id
    history = await editor.get("/content/scenes/cafe/history")
    assert history["entries"][-1] == revision
    opened_by_a_learner = await (await koto.guest()).get("/scenes/cafe?pack=ko-id")
    assert opened_by_a_learner["version"] == revision["version"]


async def test_a_scene_is_begun_checked_and_not_begun_twice(editor: Guest):
    wanted = {"id": "library", "title": "도서관에서", "background": "cafe_table_day", "packs": ["ko-en", "ko-en"]}
    begun = await done(editor, "POST", "/content/scenes", 201, json=wanted)
    assert begun["files"] == [
        "scenes/library/scene.yaml",
        "scenes/library/tests.yaml",
        "langpacks/ko-en/scenes/library.yaml",
    ]
    found = await done(editor, "POST", "/content/lint", json={"scene_id": "library"})
    assert found["errors"] == 0
    again = await done(editor, "POST", "/content/scenes", 409, json=wanted)
    assert again["error"]["code"] == "scene_exists"


@pytest.mark.parametrize("wrong", [{"id": "../x"}, {"id": "Library"}, {"title": ""}, {"topik": 7}, {"packs": []}])
async def test_a_scene_is_not_begun_from_what_is_no_id_title_or_level(editor: Guest, wrong: dict[str, Any]):
    wanted = {"id": "library", "title": "도서관에서", "background": "cafe_table_day", "packs": ["ko-en"]}
    assert (await editor.call("POST", "/content/scenes", json=wanted | wrong)).status == 400


async def test_text_editors_are_told_every_format_and_every_name_with_what_it_is(editor: Guest):
    told = await editor.get("/content/vocabulary")
    assert told["schemas"].keys() == {"scene/1", "scene-tests/1", "langpack/1", "langpack-scene/1"}
    rule = told["schemas"]["scene/1"]["$defs"]["RuleSource"]["properties"]
    assert rule["go"]["description"] == "A turn, `again` or `finish`."
    names = told["names"]
    assert names["grammar"]["juseyo"] == "N 주세요 · TOPIK 1"
    assert names["codes"]["SLOT_WRONG"] == "{slot} {got} {want}"
    assert names["packs"].keys() == {"ko-en", "ko-id", "ko-ko"}
    assert all(
        told["names"][sort] for sort in ("emotions", "anims", "props", "backgrounds", "voices", "common", "ui")
    )


async def test_a_broken_catalog_takes_names_away_and_nothing_else(editor: Guest, tmp_path: Path):
    (tmp_path / "scenes" / "catalog" / "cues.yaml").write_text("schema: cues/1\n")
    told = await editor.get("/content/vocabulary")
    assert told["names"].keys() == {"packs"}
    assert "scene/1" in told["schemas"]


async def test_findings_come_with_a_fix_and_in_the_editors_language(editor: Guest):
    draft = await opened(editor)
    text = draft["text"].replace("  - id: order\n    goal:", "  - id: order\n    gaol:", 1)

    found = await done(
        editor, "POST", "/content/lint", json={"scene_id": "cafe", "unsaved": {FILE: text}, "language": "id"}
    )

    (finding,) = [each for each in found["findings"] if each["code"] == "E05"]
    assert finding["sentence"] == "Kunci `gaol` tidak dikenal di sini; maksudmu `goal`?"
    (edit,) = finding["fix"]
    line = text.split("\n")[edit["line"] - 1]
    mended = line[: edit["column"] - 1] + edit["text"] + line[edit["end_column"] - 1 :]
    assert mended.strip().startswith("goal:")


async def test_of_two_editors_the_second_gets_both_texts(koto: Koto, editor: Guest):
    draft, other = await opened(editor), await koto.member(Role.EDITOR)
    await done(other, "PUT", "/content/draft", json={**draft, "text": draft["text"] + "# theirs\n"})

    refused = await editor.call("PUT", "/content/draft", json={**draft, "text": draft["text"] + "# mine\n"})

    assert refused.status == 409
    error = (await refused.json())["error"]
    assert error["code"] == "draft_changed"
    assert error["details"]["theirs"].endswith("# theirs\n")
    assert error["details"]["yours"].endswith("# mine\n")
    assert error["details"]["finding"]["code"] == "E26"
    assert (await opened(editor))["digest"] == error["details"]["digest"]


async def test_a_draft_with_errors_is_not_published(editor: Guest):
    draft = await opened(editor)
    text = draft["text"].replace("voice: ko-f-02", "voice: ko-f-99")
    await done(editor, "PUT", "/content/draft", json={**draft, "text": text})

    refused = await editor.call("POST", "/content/scenes/cafe/publish", json={"name": "x"})

    assert refused.status == 400
    error = (await refused.json())["error"]
    assert (error["code"], "E20" in str(error["details"])) == ("draft_has_errors", True)


async def test_a_draft_whose_example_fails_its_turn_is_not_published(editor: Guest):
    draft = await opened(editor)
    text = draft["text"].replace('"라떼 두 잔 주세요."', '"내일 학교에 가요."')
    await done(editor, "PUT", "/content/draft", json={**draft, "text": text})

    refused = await editor.call("POST", "/content/scenes/cafe/publish", json={"name": "x"})

    assert "E24" in await refused.text()


async def test_going_back_is_an_entry_more_and_live_at_once(koto: Koto, editor: Guest):
    before = (await editor.get("/content/langpacks/ko-id/history"))["entries"]

    after = await done(editor, "POST", "/content/langpacks/ko-id/revert", json={"version": 2, "note": "x"})

    assert after["entries"][:-1] == before
    assert (after["entries"][-1]["version"], after["entries"][-1]["action"]) == (2, "revert")
    assert koto.services.catalog.pack("ko-id").version == 2


async def test_a_table_goes_out_and_comes_back(editor: Guest):
    path = "/content/langpacks/ko-id/scenes/cafe/table"
    answer = await editor.call("GET", path)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="cafe.ko-id.csv"'
    table = (await answer.read()).replace(b"Mau pesan apa?", b"Pesan apa?")

    tried = await done(editor, "POST", path + "?dry_run=true", data=form(table))
    assert (tried["changed"], tried["written"]) == (["lines/L030"], False)
    taken = await done(editor, "POST", path, data=form(table))

    assert taken["written"]
    assert "L030: Pesan apa?" in (await opened(editor, "langpacks/ko-id/scenes/cafe.yaml"))["text"]
    workbook = await editor.call("GET", path.replace("/table", "/workbook"))
    assert (await workbook.read()).startswith(b"PK")


def form(table: bytes) -> aiohttp.FormData:
    data = aiohttp.FormData()
    data.add_field("table", table, filename="cafe.csv", content_type="text/csv")
    return data


async def test_every_draft_is_listed_and_covered(editor: Guest):
    drafts = (await editor.get("/content/drafts"))["drafts"]
    assert {(each["kind"], each["id"]) for each in drafts} >= {("scene", "cafe"), ("pack", "ko-id")}
    assert FILE in next(each for each in drafts if each["id"] == "cafe")["files"]

    covered = (await editor.get("/content/coverage", params={"scene_id": "cafe"}))["covered"]
    assert [(each["pack"], each["percent"]) for each in covered] == [
        ("ko-id", 100),
        ("ko-en", 100),
        ("ko-ko", 100),
    ]


async def test_ids_are_filled_in(editor: Guest):
    draft = await opened(editor)
    text = draft["text"].replace("- { id: H010, kind: think }", "- { kind: think }", 1)
    await done(editor, "PUT", "/content/draft", json={**draft, "text": text})

    given = await done(editor, "POST", "/content/scenes/cafe/ids")

    assert given["ids"] != ["H010"], "an id that was published is not given again"
    assert f"- {{ id: {given['ids'][0]}, kind: think }}" in (await opened(editor))["text"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/content/drafts", None),
        ("GET", "/content/draft?file=scenes/cafe/scene.yaml", None),
        ("PUT", "/content/draft", {"file": FILE, "text": "", "digest": ""}),
        ("POST", "/content/lint", {}),
        ("POST", "/content/scenes/cafe/publish", {"name": "x"}),
        ("POST", "/content/scenes/cafe/revert", {"version": 1}),
        ("POST", "/content/langpacks/ko-id/revert", {"version": 1}),
        ("GET", "/content/langpacks/ko-id/scenes/cafe/table", None),
    ],
)
async def test_nobody_else_may(koto: Koto, method: str, path: str, body: object):
    for stranger in (await koto.guest(), await koto.member(Role.TEACHER)):
        refused = await stranger.call(method, path, json=body)

        assert refused.status == 403
        assert (await refused.json())["error"]["code"] == "wrong_role"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/content/draft?file=scenes/catalog/cues.yaml", 404),
        ("GET", "/content/draft?file=scenes/../../etc/passwd", 404),
        ("GET", "/content/scenes/moon/history", 404),
        ("GET", "/content/scenes/cafe/diff?before=99", 404),
        ("GET", "/content/scenes/cafe/diff?before=x", 400),
        ("GET", "/content/langpacks/ko-fr/history", 404),
        ("GET", "/content/coverage?scene_id=moon", 404),
    ],
)
async def test_what_is_not_there_is_one_sentence(editor: Guest, method: str, path: str, status: int):
    refused = await editor.call(method, path)

    assert refused.status == status
    assert (await refused.json())["error"]["message"]


async def test_a_large_draft_is_taken_and_a_huge_one_is_not(editor: Guest):
    draft = await opened(editor)
    padding = "# a comment that makes the file longer\n" * 5_000

    saved = await done(editor, "PUT", "/content/draft", json={**draft, "text": draft["text"] + padding})
    assert saved["text"].endswith(padding)

    body = io.BytesIO(json.dumps({**saved, "text": "x" * 9_000_000}).encode())
    huge = await editor.call("PUT", "/content/draft", data=body, headers={"Content-Type": "application/json"})
    assert huge.status == 413
