"""A scene's texts side by side over HTTP: read, written cell by cell, accepted, and heard."""

import shutil
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from kotoserver.domain.learner import Role
from kotoserver.settings import ROOT
from tests.apps import Guest, Koto, serving

LINES = "/content/scenes/cafe/lines"
GREETING = "어서 오세요! 주문 도와드릴까요?"
MEANT = "Selamat datang! Boleh saya bantu pesanannya?"


@pytest.fixture
async def koto(tmp_path: Path) -> AsyncIterator[Koto]:
    """A server over copies of the scenes and packs."""
    for name in ("scenes", "langpacks"):
        shutil.copytree(ROOT / name, tmp_path / name)
    folders = {"KOTO_SCENES_DIR": str(tmp_path / "scenes"), "KOTO_LANGPACKS_DIR": str(tmp_path / "langpacks")}
    async with serving(tmp_path / "data", TTS_PROVIDER="scripted,espeak", **folders) as koto:
        yield koto


@pytest.fixture
async def editor(koto: Koto) -> Guest:
    return await koto.member(Role.EDITOR)


async def told(guest: Guest, method: str, path: str, body: object, status: int = 200) -> Any:
    answer = await guest.call(method, path, json=body)
    assert answer.status == status, await answer.text()
    return await answer.json()


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in (folder / "langpacks").rglob("*.yaml")} | {
        path: path.read_bytes() for path in (folder / "scenes").rglob("*.yaml")
    }


def row(lines: Any, row_id: str = "lines/L010") -> Any:
    return next(each for each in lines["rows"] if each["id"] == row_id)


def column(lines: Any, name: str = "ko-id") -> Any:
    return next(each for each in lines["columns"] if each["id"] == name)


def one(text: str, was: str, row_id: str = "lines/L010", name: str = "ko-id") -> dict[str, object]:
    return {"column": name, "cells": [{"id": row_id, "text": text, "was": was}]}


async def write(editor: Guest, text: str, was: str, row_id: str = "lines/L010", name: str = "ko-id") -> Any:
    return await told(editor, "PUT", LINES, one(text, was, row_id, name))


async def test_every_text_stands_beside_its_meanings_as_the_scene_goes(editor: Guest):
    lines = await editor.get(LINES)
    ids = [each["id"] for each in lines["rows"]]
    assert ids[:6] == ["title", "brief", "goals/greet", "lines/L010", "lines/L011", "hints/H010"]
    assert len(ids) == len(set(ids))
    greeting = row(lines)
    assert (greeting["kind"], greeting["turn"], greeting["speaker"]) == ("line", "greet", "민지")
    assert (greeting["voice"], greeting["pace"]) == ("ko-f-02", 0.95)
    assert greeting["cue"] == {"emotion": "smile", "anim": "bow", "prop": None}
    assert (greeting["cells"]["ko"]["text"], greeting["cells"]["ko-id"]["text"]) == (GREETING, MEANT)
    assert row(lines, "lines/L043")["spoken"].endswith("아메리카노 한 잔이요.")
    assert row(lines, "hints/H010")["cells"]["ko"]["state"] == "none"
    assert [each["id"] for each in lines["columns"]] == ["ko", "ko-id", "ko-en", "ko-ko"]


@pytest.mark.parametrize("scene_id", ["cafe", "convenience_store", "airport", "cafe_friend"])
async def test_the_table_counts_as_the_coverage_does(editor: Guest, scene_id: str):
    lines = await editor.get(f"/content/scenes/{scene_id}/lines")
    covered = (await editor.get("/content/coverage", params={"scene_id": scene_id}))["covered"]
    assert [(each["id"], each["texts"], each["percent"]) for each in lines["columns"][1:]] == [
        (each["pack"], each["texts"], each["percent"]) for each in covered
    ]


async def test_a_cell_is_written_where_it_stands_and_nothing_else_changes(editor: Guest, tmp_path: Path):
    file = tmp_path / "langpacks" / "ko-id" / "scenes" / "cafe.yaml"
    before = file.read_text("utf-8")
    lines = await write(editor, "Halo: mau  pesan\napa?", MEANT)
    assert row(lines)["cells"]["ko-id"]["text"] == "Halo: mau pesan apa?"
    assert file.read_text("utf-8") == before.replace(MEANT, '"Halo: mau pesan apa?"')


@pytest.mark.parametrize("odd", ["crlf", "byte order mark", "apart"])
async def test_files_of_other_programs_are_written_all_the_same(editor: Guest, tmp_path: Path, odd: str):
    file = tmp_path / "langpacks" / "ko-id" / "scenes" / "cafe.yaml"
    before = file.read_text("utf-8")
    changed = {
        "crlf": before.replace("\n", "\r\n"),
        "byte order mark": "\ufeff" + before,
        "apart": unicodedata.normalize("NFD", before),
    }[odd]
    file.write_bytes(changed.encode())
    lines = await write(editor, "Halo!", MEANT)
    assert row(lines)["cells"]["ko-id"]["text"] == "Halo!"
    after = file.read_bytes().decode("utf-8-sig")
    assert unicodedata.normalize("NFC", after.replace("\r\n", "\n")) == before.replace(MEANT, "Halo!")
    assert after.count("\r\n") == changed.count("\r\n")


async def test_other_korean_makes_meanings_stale_until_each_is_changed_or_found_to_fit(editor: Guest):
    lines = await write(editor, "어서 오세요! 뭘 도와드릴까요?", GREETING, name="ko")
    assert {each["id"]: each["stale"] for each in lines["columns"]} == {
        "ko": 0,
        "ko-id": 1,
        "ko-en": 1,
        "ko-ko": 1,
    }
    assert row(lines)["cells"]["ko-id"]["state"] == "stale"

    lines = await write(editor, "Selamat datang!", MEANT)
    assert row(lines)["cells"]["ko-id"]["state"] == "fine"
    body = {"pack": "ko-en", "ids": ["lines/L010"]}
    lines = await told(editor, "POST", f"{LINES}/still-fits", body)
    assert row(lines)["cells"]["ko-en"]["state"] == "fine"
    assert row(lines)["cells"]["ko-ko"]["state"] == "stale"
    assert (column(lines, "ko-en")["percent"], column(lines, "ko-ko")["percent"]) == (100, 99)


async def test_a_text_taken_out_is_missing_and_may_be_put_back(editor: Guest):
    lines = await write(editor, "", MEANT)
    assert row(lines)["cells"]["ko-id"]["state"] == "missing"
    assert column(lines)["missing"] == 1
    lines = await write(editor, MEANT, "")
    assert (row(lines)["cells"]["ko-id"]["text"], column(lines)["percent"]) == (MEANT, 100)


async def test_two_editors_of_one_file_meet_only_in_the_same_cell(koto: Koto, editor: Guest):
    other = await koto.member(Role.EDITOR)
    await write(editor, "Halo!", MEANT)
    await write(other, "Ya, mau pesan.", "Ya, saya mau pesan.", "lines/L011")

    refused = (await told(other, "PUT", LINES, one("Hai!", MEANT), 409))["error"]

    assert refused["code"] == "draft_changed"
    assert refused["details"]["cells"] == [{"id": "lines/L010", "yours": "Hai!", "theirs": "Halo!"}]
    lines = await editor.get(LINES)
    assert row(lines)["cells"]["ko-id"]["text"] == "Halo!"
    assert row(lines, "lines/L011")["cells"]["ko-id"]["text"] == "Ya, mau pesan."


async def test_of_several_cells_all_are_written_or_none(editor: Guest):
    cells = [
        {"id": "lines/L011", "text": "Ya!", "was": "Ya, saya mau pesan."},
        {"id": "lines/L010", "text": "Hai!", "was": "something that is not there"},
    ]
    await told(editor, "PUT", LINES, {"column": "ko-id", "cells": cells}, 409)
    assert row(await editor.get(LINES), "lines/L011")["cells"]["ko-id"]["text"] == "Ya, saya mau pesan."


async def test_other_placeholders_than_the_korean_has_are_saved_and_found_at_their_place(editor: Guest):
    lines = await write(editor, "Baik, {minuman}, ya.", "Baik, {drink}, ya.", "lines/L012")
    cell = row(lines, "lines/L012")["cells"]["ko-id"]
    assert cell["text"] == "Baik, {minuman}, ya."
    (finding,) = [each for each in lines["findings"] if each["code"] == "E18"]
    assert (finding["file"], finding["line"]) == (column(lines)["file"], cell["line"])


async def test_the_first_text_of_a_pack_begins_its_file(editor: Guest, tmp_path: Path):
    file = tmp_path / "langpacks" / "ko-id" / "scenes" / "cafe.yaml"
    file.unlink()
    lines = await editor.get(LINES)
    assert (column(lines)["there"], column(lines)["percent"]) == (False, 0)
    cells = [{"id": each, "text": f"teks {each}", "was": ""} for each in ("title", "lines/L010", "lines/L011")]
    lines = await told(editor, "PUT", LINES, {"column": "ko-id", "cells": cells})
    assert (column(lines)["there"], column(lines)["missing"]) == (True, column(lines)["texts"] - 2)
    assert file.read_text("utf-8").endswith(
        "schema: langpack-scene/1\npack: ko-id\nscene: cafe\nscene_version: 1\n"
        "title: teks title\nlines:\n  L010: teks lines/L010\n  L011: teks lines/L011\n"
    )


async def test_a_pack_that_cannot_be_read_says_why_and_is_left_alone(editor: Guest, tmp_path: Path):
    file = tmp_path / "langpacks" / "ko-id" / "scenes" / "cafe.yaml"
    file.write_text("title: 'never closed\n", "utf-8")
    lines = await editor.get(LINES)
    assert "cafe.yaml:" in column(lines)["problem"]
    assert row(lines)["cells"]["ko-id"]["editable"] is False
    assert row(lines)["cells"]["ko-en"]["text"] == "Welcome! May I take your order?"
    refused = await told(editor, "PUT", LINES, one("Halo!", ""), 400)
    assert refused["error"]["code"] == "unreadable_draft"
    assert file.read_text("utf-8") == "title: 'never closed\n"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (one("x", "", "lines/L999"), 404, "no_such_text"),
        (one("x", "", "../../etc"), 404, "no_such_text"),
        (one("x", MEANT, name="ko-fr"), 404, "no_such_pack"),
        (one("x" * 1_001, MEANT), 400, "bad_request"),
        (one("null\0byte", MEANT), 400, "control_characters"),
        (one("", GREETING, name="ko"), 400, "empty_text"),
        (one("x", "", "hints/H010", "ko"), 400, "not_editable"),
        (one("라떼", "라떼", "words/라떼/mean", "ko"), 400, "not_editable"),
        (one("Hai!", "of an hour ago"), 409, "draft_changed"),
        ({"column": "ko-id", "cells": []}, 400, "bad_request"),
        ({"column": "ko-id", "cells": [{"id": "lines/L010", "text": "x"}]}, 400, "bad_request"),
    ],
)
async def test_what_cannot_be_written_is_refused_and_nothing_is_lost(
    editor: Guest, tmp_path: Path, body: object, status: int, code: str
):
    before = files_in(tmp_path)
    refused = await told(editor, "PUT", LINES, body, status)
    assert refused["error"]["code"] == code
    assert files_in(tmp_path) == before


async def test_a_scene_that_is_not_there_or_cannot_be_read_is_one_sentence(editor: Guest, tmp_path: Path):
    missing = await editor.call("GET", "/content/scenes/moon/lines")
    assert (missing.status, (await missing.json())["error"]["code"]) == (404, "no_such_draft")
    (tmp_path / "scenes" / "cafe" / "scene.yaml").write_text("schema: scene/1\n", "utf-8")
    unreadable = await editor.call("GET", LINES)
    error = (await unreadable.json())["error"]
    assert (unreadable.status, error["code"]) == (400, "unreadable_draft")
    assert error["details"]["findings"][0]["code"] == "E06"


async def test_a_table_that_is_tried_out_tells_what_each_text_would_become(editor: Guest):
    form = aiohttp.FormData()
    table = f"id,korean,meaning\nlines/L010,{GREETING},Hai!\n".encode()
    form.add_field("table", table, filename="cafe.csv", content_type="text/csv")
    path = "/content/langpacks/ko-id/scenes/cafe/table?dry_run=true"
    answer = await editor.call("POST", path, data=form)
    tried = await answer.json()
    assert tried["changes"] == [{"id": "lines/L010", "before": MEANT, "after": "Hai!"}]
    assert not tried["written"]


# ── hearing ──────────────────────────────────────────────────────────────────────────────────


async def test_a_text_is_heard_and_stays_where_its_mouth_is_too(koto: Koto, editor: Guest):
    body = {"text": "안녕하세요? 반갑습니다.", "voice": "ko-m-01", "rate": 0.8, "provider": "espeak"}
    answer = await editor.call("POST", "/content/speech", json=body)
    assert (answer.status, answer.content_type) == (200, "audio/mpeg")
    sound = await answer.read()
    assert len(sound) > 1_000
    address = answer.headers["Content-Location"]
    again = await koto.http.get(address)
    assert await again.read() == sound
    track = await (await koto.http.get(address.replace(".mp3", ".json"))).json()
    assert track["track"]
    assert (await (await editor.call("POST", "/content/speech", json=body)).read()) == sound


async def test_voice_rate_and_engine_each_make_another_sound(editor: Guest):
    plain: dict[str, object] = {"text": "안녕하세요?", "voice": "ko-f-02", "provider": "espeak"}
    ways = [plain, {**plain, "voice": "ko-m-03"}, {**plain, "rate": 0.6}, {**plain, "provider": "scripted"}]
    addresses = set()
    for body in ways:
        answer = await editor.call("POST", "/content/speech", json=body)
        assert answer.status == 200, await answer.text()
        addresses.add(answer.headers["Content-Location"])
    assert len(addresses) == len(ways)


@pytest.mark.parametrize("audio_format", ["mp3", "wav", "ogg"])
async def test_a_preview_comes_in_every_format(editor: Guest, audio_format: str):
    answer = await editor.call("POST", "/content/speech", json={"text": "네.", "format": audio_format})
    assert answer.status == 200
    assert answer.headers["Content-Location"].endswith(f".{audio_format}")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "네.", "voice": "ko-x-99"}, 404, "no_such_voice"),
        ({"text": "네.", "provider": "google"}, 404, "no_such_engine"),
        ({"text": " … "}, 400, "nothing_to_say"),
        ({"text": "네" * 301}, 400, "bad_request"),
        ({"text": "네.", "rate": 5}, 400, "bad_request"),
        ({"text": "네.", "format": "flac"}, 400, "bad_request"),
    ],
)
async def test_what_cannot_be_spoken_is_one_sentence(editor: Guest, body: object, status: int, code: str):
    assert (await told(editor, "POST", "/content/speech", body, status))["error"]["code"] == code


async def test_previews_are_limited_like_other_sentences(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="evaluations=1") as koto:
        editor = await koto.member(Role.EDITOR)
        statuses = [(await editor.call("POST", "/content/speech", json={"text": "네."})).status for _ in range(2)]
    assert statuses == [200, 429]
