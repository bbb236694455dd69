"""Accounts, roles, classes, lessons and limits, as clients meet them."""

import asyncio
import io
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import ClientResponse

from kotoserver.blobs import open_blobs
from kotoserver.domain.learner import Role
from kotoserver.services.audit import OPERATOR
from kotoserver.services.limits import ADDRESS_TIMES, MOST_LIVE_EACH
from kotoserver.transport.rest.table import OPERATIONS
from tests import sounds
from tests.apps import Guest, Koto, serving

EMAIL, PASSWORD = "sari@example.org", "kopi susu gula aren"
LESSON = {"title": "Di kafe", "goal": "Memesan minuman", "scenes": ["cafe"], "published": True}


@pytest.fixture
async def koto(tmp_path: Path) -> AsyncIterator[Koto]:
    async with serving(tmp_path) as koto:
        yield koto


async def refusal(answer: ClientResponse) -> tuple[int, str]:
    return answer.status, (await answer.json())["error"]["code"]


async def told(answer: ClientResponse, status: int = 200) -> Any:
    assert answer.status == status, await answer.text()
    return await answer.json()


# ── every door is closed by default ──────────────────────────────────────────────────────────


def address(path: str) -> str:
    """The path with ids of nothing in it."""
    return "/koto-api" + re.sub(r"\{\w+\}", "none_such", path.replace("{file}", "0.mp3"))


async def test_nobody_gets_through_a_door_without_signing_in(koto: Koto):
    for operation in OPERATIONS:
        answer = await koto.http.request(operation.method, address(operation.path))
        closed = answer.status == 401
        assert closed is not operation.public or operation.path.startswith("/auth/"), operation


async def test_a_door_opens_to_the_roles_that_it_names_and_to_no_other(koto: Koto):
    people = {role: await koto.member(role) for role in Role}
    for operation in OPERATIONS:
        if operation.public or operation.roles == frozenset(Role):
            continue
        for role, person in people.items():
            answer = await person.call(operation.method, address(operation.path).removeprefix("/koto-api"))
            body = await answer.json() if answer.status >= 400 else {}
            shut = (answer.status, body.get("error", {}).get("code")) == (403, "wrong_role")
            assert shut is (role not in operation.roles), (operation.path, role, body)


# ── an account ───────────────────────────────────────────────────────────────────────────────


async def test_a_guest_keeps_what_they_played_when_they_take_an_account(koto: Koto):
    guest = await koto.guest()
    session_id = await guest.open()
    kept = await told(await guest.call("PUT", "/me/credentials", json={"email": EMAIL, "password": PASSWORD}))
    login = await koto.http.post("/koto-api/auth/login", json={"email": EMAIL, "password": PASSWORD})
    signed_in = await told(login)
    assert signed_in["learner_id"] == kept["learner_id"] == guest.learner_id
    again = Guest(koto, signed_in["token"], guest.learner_id)
    assert (await again.get("/me"))["email"] == EMAIL
    assert [each["session_id"] for each in (await again.get("/sessions"))["sessions"]] == [session_id]
    assert await refusal(await guest.call("GET", "/me")) == (401, "token_expired")


async def test_tokens_are_renewed_and_signed_out(koto: Koto):
    signed_in = await told(await koto.http.post("/koto-api/auth/guest", json={}), 201)
    renewed = await told(
        await koto.http.post("/koto-api/auth/refresh", json={"refresh_token": signed_in["refresh_token"]})
    )
    assert (await Guest(koto, renewed["token"], "").get("/me"))["learner_id"] == signed_in["learner_id"]
    token = {"refresh_token": renewed["refresh_token"]}
    assert (await koto.http.post("/koto-api/auth/logout", json=token)).status == 204
    assert await refusal(await koto.http.post("/koto-api/auth/refresh", json=token)) == (401, "token_expired")


async def test_a_wrong_password_is_refused_and_after_many_there_is_a_wait(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="sign_ins=2") as koto:
        wrong = {"email": EMAIL, "password": PASSWORD}
        for _ in range(2):
            answer = await koto.http.post("/koto-api/auth/login", json=wrong)
            assert await refusal(answer) == (401, "wrong_password")
        answer = await koto.http.post("/koto-api/auth/login", json=wrong)
        assert await refusal(answer) == (429, "too_fast")
        assert 1 <= int(answer.headers["Retry-After"]) <= 60


# ── what belongs to somebody ─────────────────────────────────────────────────────────────────


async def test_what_a_learner_did_is_read_by_them_their_teacher_and_admins_only(koto: Koto):
    learner, teacher = await koto.guest(), await koto.member(Role.TEACHER)
    stranger = await koto.member(Role.TEACHER)
    editor, admin = await koto.member(Role.EDITOR), await koto.member(Role.ADMIN)
    session_id = await learner.open()
    await learner.say(session_id, "네", "t1")
    made = await told(await teacher.call("POST", "/classes", json={"name": "Malam"}), 201)
    typed = f" {made['code'][:4].lower()}-{made['code'][4:]} "
    joined = await told(await learner.call("POST", "/classes/join", json={"code": typed}))
    assert (joined["class_id"], joined["code"]) == (made["class_id"], None)
    reads = [f"/sessions/{session_id}{rest}" for rest in ("", "/turns", "/turns/t1", "/events", "/recap")]
    reads.append(f"/sessions?learner_id={learner.learner_id}")
    form = aiohttp.FormData({"session_id": session_id})
    form.add_field("audio", io.BytesIO(await sounds.webm()), filename="a")
    audio_id = (await told(await learner.call("POST", "/audio/upload", data=form), 202))["audio_id"]
    reads += [f"/audio/{audio_id}", f"/audio/download/{audio_id}", f"/audio/download/{audio_id}?here=true"]
    for path in reads:
        for may in (learner, teacher, admin):
            assert (await may.call("GET", path)).status == 200, path
        for may_not in (stranger, editor, await koto.guest()):
            assert await refusal(await may_not.call("GET", path)) == (403, "not_yours"), path
    acts: list[tuple[str, str, Any]] = [
        ("POST", f"/sessions/{session_id}/turns", {"turn_id": "t2", "text": "네"}),
        ("PATCH", f"/sessions/{session_id}", {"state": "abandoned"}),
        ("DELETE", f"/sessions/{session_id}", None),
    ]
    for method, path, body in acts:
        for reader in (teacher, admin):
            assert await refusal(await reader.call(method, path, json=body)) == (403, "not_yours"), path
    await learner.call("DELETE", f"/classes/{made['class_id']}/members/{learner.learner_id}")
    assert await refusal(await teacher.call("GET", reads[0])) == (403, "not_yours")


async def test_a_teacher_lists_their_learners_sessions_and_an_admin_everybodys(koto: Koto):
    learner, other, teacher = await koto.guest(), await koto.guest(), await koto.member(Role.TEACHER)
    admin = await koto.member(Role.ADMIN)
    own, others = await learner.open(), await other.open("airport")
    made = await told(await teacher.call("POST", "/classes", json={"name": "Malam"}), 201)
    await learner.call("POST", "/classes/join", json={"code": made["code"]})

    async def listed(who: Guest, query: str = "") -> set[str]:
        found = await who.get(f"/sessions?everyone=true{query}")
        return {each["session_id"] for each in found["sessions"]}

    assert await listed(teacher) == {own}
    assert await listed(admin) == {own, others}
    assert await listed(admin, "&scene_id=airport") == {others}
    assert await listed(admin, "&state=finished") == set()
    assert await refusal(await learner.call("GET", "/sessions?everyone=true")) == (403, "wrong_role")


async def test_a_class_is_nobody_elses_business(koto: Koto):
    learner, teacher, other = await koto.guest(), await koto.member(Role.TEACHER), await koto.member(Role.TEACHER)
    made = await told(await teacher.call("POST", "/classes", json={"name": "Malam"}), 201)
    await learner.call("POST", "/classes/join", json={"code": made["code"]})
    path = f"/classes/{made['class_id']}"
    shown = await teacher.get(path)
    assert [each["learner_id"] for each in shown["learners"]] == [learner.learner_id]
    for method in ("GET", "DELETE"):
        assert await refusal(await other.call(method, path)) == (404, "no_such_class")
    gone = await other.call("DELETE", f"{path}/members/{learner.learner_id}")
    assert await refusal(gone) == (404, "no_such_class")
    assert [each["class_id"] for each in (await learner.get("/classes"))["classes"]] == [made["class_id"]]
    assert (await teacher.call("DELETE", path)).status == 204
    assert (await learner.get("/classes"))["classes"] == []


async def test_codes_of_classes_cannot_be_tried_out(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="joins=2") as koto:
        guest = await koto.guest()
        for _ in range(2):
            answer = await guest.call("POST", "/classes/join", json={"code": "ABCD2345"})
            assert await refusal(answer) == (404, "no_such_class")
        answer = await guest.call("POST", "/classes/join", json={"code": "ABCD2345"})
        assert await refusal(answer) == (429, "too_fast")


# ── lessons ──────────────────────────────────────────────────────────────────────────────────


async def test_a_lesson_is_written_found_changed_and_removed(koto: Koto):
    teacher, learner = await koto.member(Role.TEACHER), await koto.guest()
    made = await teacher.call("POST", "/lessons", json=LESSON)
    lesson = await told(made, 201)
    path = f"/lessons/{lesson['lesson_id']}"
    assert made.headers["ETag"] == '"1"'
    assert (lesson["mine"], (await learner.get(path))["mine"]) == (True, False)
    found = (await learner.get("/lessons?q=KAFE"))["lessons"]
    assert [each["lesson_id"] for each in found] == [lesson["lesson_id"]]
    assert (await learner.get("/lessons?scene_id=airport"))["lessons"] == []
    changed = await teacher.call(
        "PUT", path, json={**LESSON, "scenes": ["airport", "cafe"]}, headers={"If-Match": '"1"'}
    )
    assert (await told(changed))["scenes"] == ["airport", "cafe"]
    assert changed.headers["ETag"] == '"2"'
    assert (await learner.call("GET", path, headers={"If-None-Match": '"2"'})).status == 304
    assert (await teacher.call("DELETE", path)).status == 204
    assert await refusal(await learner.call("GET", path)) == (404, "no_such_lesson")


async def test_of_two_who_edit_a_lesson_the_second_is_told(koto: Koto):
    teacher, editor = await koto.member(Role.TEACHER), await koto.member(Role.EDITOR)
    lesson = await told(await teacher.call("POST", "/lessons", json=LESSON), 201)
    path, seen = f"/lessons/{lesson['lesson_id']}", {"If-Match": '"1"'}
    assert (await editor.call("PUT", path, json={**LESSON, "title": "A"}, headers=seen)).status == 200
    late = await teacher.call("PUT", path, json={**LESSON, "title": "B"}, headers=seen)
    assert await refusal(late) == (412, "changed_meanwhile")
    assert await refusal(await teacher.call("DELETE", path, headers=seen)) == (412, "changed_meanwhile")
    assert await refusal(await teacher.call("PUT", path, json=LESSON)) == (428, "if_match_required")
    for bad in ("1", '"x"', 'W/"1"', '"01"'):
        refused = await teacher.call("PUT", path, json=LESSON, headers={"If-Match": bad})
        assert await refusal(refused) == (400, "bad_etag")
    assert (await teacher.get(path))["title"] == "A"


async def test_a_draft_is_not_there_for_others(koto: Koto):
    teacher, other = await koto.member(Role.TEACHER), await koto.member(Role.TEACHER)
    editor = await koto.member(Role.EDITOR)
    lesson = await told(await teacher.call("POST", "/lessons", json={**LESSON, "published": False}), 201)
    path = f"/lessons/{lesson['lesson_id']}"
    assert await refusal(await other.call("GET", path)) == (404, "no_such_lesson")
    assert (await other.get("/lessons"))["lessons"] == []
    assert (await editor.get(path))["lesson_id"] == lesson["lesson_id"]


async def test_somebody_elses_lesson_is_not_changed(koto: Koto):
    teacher, other = await koto.member(Role.TEACHER), await koto.member(Role.TEACHER)
    lesson = await told(await teacher.call("POST", "/lessons", json=LESSON), 201)
    path = f"/lessons/{lesson['lesson_id']}"
    refused = await other.call("PUT", path, json=LESSON, headers={"If-Match": '"1"'})
    assert await refusal(refused) == (403, "not_yours")
    assert await refusal(await other.call("DELETE", path)) == (403, "not_yours")


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"scenes": ["moon"]}, 404, "no_such_scene"),
        ({"scenes": ["cafe", "cafe"]}, 400, "bad_lesson"),
        ({"title": "  "}, 400, "bad_lesson"),
        ({"scenes": []}, 400, "bad_request"),
        ({"goal": "x" * 501}, 400, "bad_request"),
    ],
)
async def test_a_lesson_has_a_title_and_scenes_that_can_be_played(
    koto: Koto, wrong: dict[str, Any], status: int, code: str
):
    teacher = await koto.member(Role.TEACHER)
    assert await refusal(await teacher.call("POST", "/lessons", json={**LESSON, **wrong})) == (status, code)


async def test_a_scene_is_played_for_a_lesson_that_holds_it(koto: Koto):
    teacher, learner = await koto.member(Role.TEACHER), await koto.guest()
    lesson = await told(await teacher.call("POST", "/lessons", json=LESSON), 201)
    opening = {"scene_id": "cafe", "pack": "ko-id", "lesson_id": lesson["lesson_id"]}
    opened = await told(await learner.call("POST", "/sessions", json=opening), 201)
    listed = (await learner.get(f"/sessions?lesson_id={lesson['lesson_id']}"))["sessions"]
    assert [each["session_id"] for each in listed] == [opened["session_id"]]
    wrong = await learner.call("POST", "/sessions", json={**opening, "scene_id": "airport"})
    assert await refusal(wrong) == (400, "not_in_lesson")
    none = await learner.call("POST", "/sessions", json={**opening, "lesson_id": "les_none"})
    assert await refusal(none) == (404, "no_such_lesson")


async def test_a_session_is_left_only_as_it_was_read(koto: Koto):
    guest = await koto.guest()
    session_id = await guest.open()
    await guest.say(session_id, "네", "t1")
    path, body = f"/sessions/{session_id}", {"state": "abandoned"}
    stale = await guest.call("PATCH", path, json=body, headers={"If-Match": '"1"'})
    assert await refusal(stale) == (412, "changed_meanwhile")
    known = (await guest.call("GET", path)).headers["ETag"]
    left = await told(await guest.call("PATCH", path, json=body, headers={"If-Match": known}))
    assert left["state"] == "abandoned"


# ── what admins do ───────────────────────────────────────────────────────────────────────────


async def test_an_admin_changes_a_role_and_it_counts_at_once(koto: Koto):
    admin, learner = await koto.member(Role.ADMIN), await koto.guest()
    path = f"/users/{learner.learner_id}"
    known = (await admin.call("GET", path)).headers["ETag"]
    changed = await admin.call("PATCH", path, json={"role": "teacher"}, headers={"If-Match": known})
    assert (await told(changed))["role"] == "teacher"
    assert (await learner.call("POST", "/classes", json={"name": "Malam"})).status == 201
    late = await admin.call("PATCH", path, json={"role": "learner"}, headers={"If-Match": known})
    assert await refusal(late) == (412, "changed_meanwhile")
    entries = (await admin.get(f"/audit?about={learner.learner_id}"))["entries"]
    assert [(each["action"], each["actor_id"], each["details"]) for each in entries] == [
        ("role_changed", admin.learner_id, {"from": "learner", "to": "teacher"})
    ]


async def test_the_last_admin_stays(koto: Koto):
    admin = await koto.member(Role.ADMIN)
    path = f"/users/{admin.learner_id}"
    for change in ({"role": "learner"}, {"blocked": True}):
        assert await refusal(await admin.call("PATCH", path, json=change)) == (409, "last_admin")
    assert await refusal(await admin.call("DELETE", path)) == (409, "last_admin")
    await koto.member(Role.ADMIN)
    assert (await admin.call("PATCH", path, json={"role": "learner"})).status == 200


async def test_an_admin_adds_somebody_who_signs_in(koto: Koto):
    admin = await koto.member(Role.ADMIN)
    body = {"role": "editor", "name": "Minji", "email": EMAIL, "password": PASSWORD}
    made = await told(await admin.call("POST", "/users", json=body), 201)
    login = await koto.http.post("/koto-api/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert (await told(login))["learner_id"] == made["user_id"]
    assert await refusal(await admin.call("POST", "/users", json=body)) == (409, "email_taken")
    half = await admin.call("POST", "/users", json={"role": "editor", "email": "x@example.org"})
    assert await refusal(half) == (400, "half_an_account")
    assert [each["user_id"] for each in (await admin.get("/users?q=minji"))["users"]] == [made["user_id"]]


async def test_somebody_who_is_blocked_is_sent_away_from_a_live_scene(koto: Koto):
    admin, learner = await koto.member(Role.ADMIN), await koto.guest()
    live = await learner.live(await learner.open())
    blocked = await admin.call("PATCH", f"/users/{learner.learner_id}", json={"blocked": True})
    assert (await told(blocked))["blocked"]
    assert await live.closed() == 4401
    assert await refusal(await learner.call("GET", "/me")) == (403, "blocked")


async def test_an_admin_signs_somebody_out(koto: Koto):
    admin, learner = await koto.member(Role.ADMIN), await koto.guest()
    assert (await admin.call("DELETE", f"/users/{learner.learner_id}/sign-ins")).status == 204
    assert await refusal(await learner.call("GET", "/me")) == (401, "token_expired")
    assert await refusal(await admin.call("GET", "/users/lrn_none")) == (404, "no_such_user")


async def test_an_open_socket_ends_once_its_sign_in_was_ended(koto: Koto):
    """Also where no message says so: the scene is over, and the password was changed by the learner elsewhere."""
    guest = await koto.guest()
    finished = await guest.open()
    await guest.call("PATCH", f"/sessions/{finished}", json={"state": "abandoned"})
    live, other = await guest.live(finished), await guest.live(await guest.open())
    await guest.call("PUT", "/me/credentials", json={"email": EMAIL, "password": PASSWORD})
    for socket in (live, other):
        await socket.send({"type": "repeat"})
        assert await socket.closed() == 4401


async def test_two_admins_cannot_take_each_other_away(koto: Koto):
    admins = [await koto.member(Role.ADMIN) for _ in range(2)]
    changes = [
        one.call("PATCH", f"/users/{other.learner_id}", json={"role": "learner"})
        for one, other in (admins, admins[::-1])
    ]
    assert sorted(answer.status for answer in await asyncio.gather(*changes)) in ([200, 403], [200, 409])
    assert len((await koto.services.users.list(OPERATOR, role=Role.ADMIN)).learners) == 1


async def test_the_last_admin_does_not_erase_themselves(koto: Koto):
    admin = await koto.member(Role.ADMIN)
    assert await refusal(await admin.call("DELETE", "/me")) == (409, "last_admin")


# ── being forgotten ──────────────────────────────────────────────────────────────────────────

MARKER = "zweiundvierzigmalrhabarber"


def traces(folder: Path) -> list[str]:
    """Where in the data folder the marker can still be read: rows of every table, and bytes of every file."""
    found = []
    with sqlite3.connect(folder / "koto.sqlite3") as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            rows = database.execute(f'SELECT * FROM "{table}"').fetchall()
            found += [f"table {table}" for row in rows if MARKER in str(row)]
    files = (path for path in folder.rglob("*") if path.is_file())
    return found + [f"file {path.name}" for path in files if MARKER.encode() in path.read_bytes()]


@pytest.mark.parametrize("by", ["the learner", "an admin"])
async def test_what_a_learner_said_is_nowhere_once_they_are_erased(tmp_path: Path, by: str):
    async with serving(tmp_path, STT_PROVIDER="scripted") as koto:
        signed_in = await told(await koto.http.post("/koto-api/auth/guest", json={"name": MARKER}), 201)
        learner = Guest(koto, signed_in["token"], signed_in["learner_id"])
        session_id = await learner.open()
        await learner.say(session_id, f"{MARKER} 한 잔 주세요", "t1")
        await learner.call("PATCH", "/me", json={"keep_recordings": True})
        recorded = aiohttp.FormData({"session_id": session_id, "turn_id": "t2"})
        recorded.add_field("audio", io.BytesIO(await sounds.webm() + MARKER.encode() * 1000), filename=MARKER)
        assert (await learner.call("POST", "/audio/upload", data=recorded)).status == 202
        await koto.services.voice.settle()
        assert any("small" in trace for trace in traces(tmp_path)), "a recording can be found at first"
        await learner.call("PUT", "/me/credentials", json={"email": f"{MARKER}@example.org", "password": PASSWORD})
        login = {"email": f"{MARKER}@example.org", "password": PASSWORD}
        learner.token = (await told(await koto.http.post("/koto-api/auth/login", json=login)))["token"]
        assert traces(tmp_path)
        if by == "the learner":
            assert (await learner.call("DELETE", "/me")).status == 204
        else:
            admin = await koto.member(Role.ADMIN)
            assert (await admin.call("DELETE", f"/users/{learner.learner_id}")).status == 204
        assert await refusal(await learner.call("GET", "/me")) == (401, "not_signed_in")
        assert traces(tmp_path) == []


def make_old(folder: Path, *session_ids: str) -> None:
    past = "2020-01-01T00:00:00.000000+00:00"
    with sqlite3.connect(folder / "koto.sqlite3") as database:
        for session_id in session_ids:
            database.execute(
                "UPDATE sessions SET started_at = ?, updated_at = ? WHERE session_id = ?", (past, past, session_id)
            )


async def test_where_a_learner_came_from_is_not_kept_once_they_erased_themselves(koto: Koto):
    learner = await koto.guest()
    await learner.call("DELETE", f"/sessions/{await learner.open()}")
    await learner.call("DELETE", "/me")
    page = await koto.services.users.audit(OPERATOR, about=learner.learner_id)
    assert [(each.action, each.address) for each in page.entries] == [("user_erased", ""), ("session_erased", "")]


async def test_a_session_is_forgotten_once_nobody_came_back_for_long(tmp_path: Path):
    async with serving(tmp_path, KOTO_RETENTION_DAYS="1") as koto:
        guest = await koto.guest()
        old, new = await guest.open(), await guest.open()
        make_old(tmp_path, old)
        assert await koto.services.erasing.forget() == 1
        assert await refusal(await guest.call("GET", f"/sessions/{old}")) == (404, "no_such_session")
        assert (await guest.get(f"/sessions/{new}"))["session_id"] == new


# ── limits ───────────────────────────────────────────────────────────────────────────────────


async def test_turns_are_limited_over_rest_and_over_the_socket_together(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="turns=2") as koto:
        guest = await koto.guest()
        session_id = await guest.open()
        live = await guest.live(session_id)
        await live.say("네")
        frames = await guest.say(session_id, "네", "rest")
        body = {"turn_id": "late", "text": "네"}
        answer = await guest.call("POST", f"/sessions/{session_id}/turns", json=body)
        assert await refusal(answer) == (429, "too_fast")
        assert await guest.say(session_id, "네", "rest") == frames, "a turn that is sent again is no other turn"
        await live.send({"type": "user_text", "turn_id": "late", "text": "네"})
        assert await live.closed() == 4429
        stored = await guest.get(f"/sessions/{session_id}/events")
        assert stored["last_seq"] == frames[-1]["seq"], "what was refused is not written down"
        other = await koto.guest()
        assert await other.say(await other.open(), "네", "t1"), "another learner's turns are their own"


async def test_hints_and_repetitions_are_limited(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="helps=2") as koto:
        guest = await koto.guest()
        live = await guest.live(await guest.open())
        for kind in ("hint", "repeat", "repeat"):
            await live.send({"type": kind})
        assert await live.closed() == 4429


async def test_uploads_are_limited(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="uploads=1") as koto:
        guest = await koto.guest()
        codes = [
            (await refusal(await guest.call("POST", "/audio/upload", data={"audio": io.BytesIO(b"no sound")})))[1]
            for _ in range(2)
        ]
        assert codes[1] == "too_fast"
        assert codes[0] != "too_fast"


async def test_uploads_are_limited_by_address_too(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="uploads=1") as koto:
        for _ in range(ADDRESS_TIMES):
            guest = await koto.guest()
            answer = await guest.call("POST", "/audio/upload", data={"audio": io.BytesIO(b"no sound")})
            assert answer.status == 400
        late = await (await koto.guest()).call("POST", "/audio/upload", data={"audio": io.BytesIO(b"no sound")})
        assert await refusal(late) == (429, "too_fast")
        assert int(late.headers["Retry-After"]) >= 1


async def test_frames_of_all_sockets_of_a_learner_are_limited_together(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="frames=3") as koto:
        guest = await koto.guest()
        lives = [await guest.live(await guest.open()) for _ in range(2)]
        for live in lives:
            await live.send({"type": "ping"})
            await live.until("pong")
        first, second = lives
        await first.settled()
        await second.send({"type": "ping"})
        assert await second.closed() == 4429
        other = await koto.guest()
        assert await (await other.live(await other.open())).settled() is not None


async def test_one_learner_does_not_take_all_the_room(koto: Koto):
    guest, other = await koto.guest(), await koto.guest()
    for _ in range(MOST_LIVE_EACH):
        await guest.live(await guest.open())
    full = await guest.socket(await guest.open())
    await full.send_str(json.dumps({"type": "hello", "token": guest.token}))
    await full.receive()
    assert full.close_code == 1013
    assert (await other.live(await other.open())).ready


async def test_requests_are_limited_by_learner_and_by_address(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="learner_requests=3,requests=8") as koto:
        guest, other = await koto.guest(), await koto.guest()
        for _ in range(3):
            await guest.get("/me")
        assert await refusal(await guest.call("GET", "/me")) == (429, "too_fast")
        await other.get("/me")
        last = await other.call("GET", "/me")
        assert last.status == 200
        refused = await other.call("GET", "/me")
        assert await refusal(refused) == (429, "too_fast")
        assert int(refused.headers["Retry-After"]) >= 1
        assert (await koto.http.get("/health")).status == 200


async def test_when_too_many_play_the_next_is_told_busy(tmp_path: Path):
    async with serving(tmp_path, KOTO_MOST_LIVE="1") as koto:
        guest, other = await koto.guest(), await koto.guest()
        live = await guest.live(await guest.open())
        full = await other.socket(await other.open())
        await full.send_str(json.dumps({"type": "hello", "token": other.token}))
        message = await full.receive()
        assert (full.close_code, str(message.extra).startswith("busy")) == (1013, True)
        await live.send({"type": "leave"})
        assert await live.closed() == 1000
        async with asyncio.timeout(5):
            while await koto.services.limits.count_live():  # noqa: ASYNC110  # the room tells nobody
                await asyncio.sleep(0)
        await other.live(await other.open())


async def test_admins_see_the_limits_and_what_was_refused(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="joins=1") as koto:
        admin, guest = await koto.member(Role.ADMIN), await koto.guest()
        for _ in range(3):
            await guest.call("POST", "/classes/join", json={"code": "ABCD2345"})
        shown = await admin.get("/limits")
        joins = next(each for each in shown["limits"] if each["use"] == "joins")
        assert joins == {"use": "joins", "per": "learner", "a_minute": 1, "refused": 2}
        assert (shown["live"], shown["most_live"]) == (0, 2000)


async def test_a_body_that_comes_in_drops_is_not_waited_for(tmp_path: Path):
    answered = asyncio.Event()

    async def drops() -> AsyncIterator[bytes]:
        yield b"{"
        await answered.wait()

    async with serving(tmp_path, KOTO_BODY_SECONDS="1") as koto:
        headers = {"Content-Type": "application/json"}
        answer = await koto.http.post("/koto-api/auth/guest", data=drops(), headers=headers)
        assert await refusal(answer) == (408, "body_too_slow")
        answered.set()


async def test_a_form_that_comes_in_drops_is_not_waited_for(tmp_path: Path):
    """It has six times as long as a body without a file, wherever a file may be sent."""
    answered = asyncio.Event()

    async def drops(field: str) -> AsyncIterator[bytes]:
        yield f'--b\r\nContent-Disposition: form-data; name="{field}"; filename="a"\r\n\r\nOggS'.encode()
        await answered.wait()

    async with serving(tmp_path, STT_PROVIDER="scripted", KOTO_BODY_SECONDS="1") as koto:
        editor = await koto.member(Role.EDITOR)
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        forms = {
            "/audio/upload": "audio",
            "/lab/hear": "audio",
            "/content/langpacks/ko-id/scenes/cafe/table": "table",
        }
        answers = [editor.call("POST", path, data=drops(field), headers=headers) for path, field in forms.items()]
        for answer in await asyncio.gather(*answers):
            assert await refusal(answer) == (408, "upload_too_slow"), answer.url
        answered.set()
        blobs = open_blobs(tmp_path / "blobs")
        assert [info.key async for info in blobs.list("recordings/")] == []
        await blobs.close()


@pytest.mark.parametrize("text", ["'; DROP TABLE learners; --", "../../etc/passwd", "%00", "a" * 5000, "\u0000"])
async def test_what_looks_like_an_attack_is_only_text(koto: Koto, text: str):
    guest, admin = await koto.guest(), await koto.member(Role.ADMIN)
    for path in ("/lessons", "/sessions", "/users", "/audit"):
        parameter = "about" if path == "/audit" else "q"
        answer = await admin.call("GET", path, params={parameter: text})
        assert answer.status in (200, 400), path
    for path in ("/lessons/", "/sessions/", "/audio/", "/classes/", "/speech/"):
        answer = await admin.call("GET", path + text.replace("/", "%2F").replace("\u0000", "%00"))
        assert answer.status in (400, 404), path
    assert (await guest.get("/me"))["learner_id"] == guest.learner_id
