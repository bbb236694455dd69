"""The REST API, as a client meets it."""

import asyncio
import itertools
import json
from dataclasses import replace
from pathlib import Path
from traceback import format_exception

import pytest

from kotoserver.domain.errors import BadInput
from kotoserver.storage import open_storage
from kotoserver.transport.rest.models.turns import TurnBody
from kotoserver.transport.rest.operations import read_json
from tests.apps import Guest, Koto

OPEN_CALLS = ["/scenes", "/scenes/cafe", "/openapi.json", "/frames.json", "/asyncapi.json"]


async def error_of(answer) -> tuple[int, str]:
    return answer.status, (await answer.json())["error"]["code"]


async def test_a_guest_signs_in_and_is_who_they_are(koto: Koto):
    answer = await koto.http.post("/koto-api/auth/guest", json={"native": "id", "name": "Sari"})
    signed_in = await answer.json()
    assert answer.status == 201
    assert set(signed_in) == {
        "token",
        "learner_id",
        "expires_at",
        "refresh_token",
        "refresh_expires_at",
    }
    me = await koto.http.get("/koto-api/me", headers={"Authorization": f"Bearer {signed_in['token']}"})
    assert (await me.json())["name"] == "Sari"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "bad_json"),
        (b"\xff\xfe", "bad_json"),
        (b"[]", "bad_request"),
        (b'{"nativ": "id"}', "bad_request"),
        (b'{"native": "not a tag"}', "bad_request"),
        (b'{"name": 7}', "bad_request"),
        (b'{"name": "\\u0000"}', "bad_name"),
        (json.dumps({"name": "x" * 61}).encode(), "bad_name"),
    ],
)
async def test_a_body_that_cannot_be_used_has_a_code(koto: Koto, body: bytes, code: str):
    assert await error_of(await koto.http.post("/koto-api/auth/guest", data=body)) == (400, code)


async def test_a_body_that_is_too_large_is_refused(guest: Guest):
    session_id = await guest.open()
    answer = await guest.call("POST", f"/sessions/{session_id}/turns", data=b" " * 70_000)
    assert await error_of(answer) == (413, "body_too_large")


async def test_what_is_not_there_is_said_in_our_words(guest: Guest):
    assert await error_of(await guest.call("GET", "/nothing")) == (404, "not_found")
    answer = await guest.call("PUT", "/sessions")
    assert await error_of(answer) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, POST"
    assert await error_of(await guest.call("GET", "/scenes/moon")) == (404, "no_such_scene")
    assert await error_of(await guest.call("GET", "/scenes/cafe?version=999")) == (404, "no_such_scene")
    assert await error_of(await guest.call("GET", "/scenes?pack=ko-xx")) == (404, "no_such_pack")
    assert await error_of(await guest.call("GET", "/sessions/sess_0/recap")) == (404, "no_such_session")
    opening = {"scene_id": "cafe", "pack": "ko-id", "lesson_id": "les_1"}
    assert await error_of(await guest.call("POST", "/sessions", json=opening)) == (404, "no_such_lesson")


@pytest.mark.parametrize("path", OPEN_CALLS)
async def test_open_calls_need_no_token(koto: Koto, path: str):
    assert (await koto.http.get(f"/koto-api{path}")).status == 200


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer ", "Basic eDp5", "Bearer not.a.token"])
async def test_everything_else_needs_a_valid_one(koto: Koto, header: str | None):
    headers = {"Authorization": header} if header else {}
    answer = await koto.http.get("/koto-api/sessions", headers=headers)
    assert await error_of(answer) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_scene_tells_what_a_client_needs_and_no_answers(koto: Koto):
    scene = await (await koto.http.get("/koto-api/scenes/cafe?pack=ko-id")).json()
    assert scene["title_native"]
    assert len(scene["turns"]) >= 6
    assert {"retry", "hint", "slow"} <= set(scene["ui"])
    told = json.dumps(scene, ensure_ascii=False)
    assert not [answer for answer in koto.answers.values() if answer in told]


async def test_a_whole_scene_can_be_played_without_a_socket(guest: Guest):
    session_id = await guest.open()
    session = await guest.get(f"/sessions/{session_id}")
    number = 0
    while session["state"] == "active":
        number += 1
        frames = await guest.say(session_id, guest.koto.answers[session["turn"]], f"t{number}")
        session = await guest.get(f"/sessions/{session_id}")
    assert frames[-1]["type"] == "scene_ended"
    assert (session["state"], session["result"]) == ("finished", "pass")
    recap = await guest.get(f"/sessions/{session_id}/recap")
    assert len(recap["turns"]) == number
    assert recap["grammar"]
    assert recap["score"] == session["score"] > 0
    events = (await guest.get(f"/sessions/{session_id}/events"))["events"]
    assert [event["seq"] for event in events] == list(range(1, session["last_seq"] + 1))


async def test_a_turn_sent_again_answers_what_is_stored(guest: Guest):
    session_id = await guest.open()
    first = await guest.say(session_id, "네", "t1")
    assert await guest.say(session_id, "네", "t1") == first
    answer = await guest.call("POST", f"/sessions/{session_id}/turns", json={"turn_id": "t1", "text": "아니요"})
    assert await error_of(answer) == (409, "turn_id_reused")


async def test_the_same_turn_sent_at_the_same_time_is_judged_once(guest: Guest):
    session_id = await guest.open()
    answers = await asyncio.gather(*(guest.say(session_id, "네", "t1") for _ in range(8)))
    assert all(answer == answers[0] for answer in answers)
    assert (await guest.get(f"/sessions/{session_id}"))["learner_turns"] == 1


async def test_different_turns_at_the_same_time_are_taken_one_after_the_other(guest: Guest):
    session_id = await guest.open()
    await asyncio.gather(*(guest.say(session_id, "메뉴 좀 볼게요.", f"t{number}") for number in range(6)))
    turns = (await guest.get(f"/sessions/{session_id}/turns"))["turns"]
    assert [turn["number"] for turn in turns] == list(range(1, len(turns) + 1))
    ranges = [(turn["first_seq"], turn["last_seq"]) for turn in turns]
    assert all(before[1] + 1 == after[0] for before, after in itertools.pairwise(ranges))


@pytest.mark.parametrize(
    ("turn_id", "text", "code"),
    [
        ("t", "", "empty_text"),
        ("t", "가" * 10_000, "text_too_long"),
        ("t", "네\x07", "control_characters"),
        ("no spaces", "네", "bad_turn_id"),
    ],
)
async def test_words_that_cannot_be_heard_change_nothing(guest: Guest, turn_id: str, text: str, code: str):
    session_id = await guest.open()
    before = await guest.get(f"/sessions/{session_id}")
    answer = await guest.call("POST", f"/sessions/{session_id}/turns", json={"turn_id": turn_id, "text": text})
    assert await error_of(answer) == (400, code)
    assert await guest.get(f"/sessions/{session_id}") == before


async def test_nothing_of_mine_is_readable_by_somebody_else(koto: Koto, guest: Guest):
    session_id = await guest.open()
    await guest.say(session_id, "네", "t1")
    stranger = await koto.guest()
    for path in ("", "/turns", "/turns/t1", "/events", "/recap"):
        answer = await stranger.call("GET", f"/sessions/{session_id}{path}")
        assert await error_of(answer) == (403, "not_yours")
    for method, path, body in (
        ("PATCH", "", {"state": "abandoned"}),
        ("DELETE", "", None),
        ("POST", "/turns", {"turn_id": "x", "text": "네"}),
    ):
        answer = await stranger.call(method, f"/sessions/{session_id}{path}", json=body)
        assert await error_of(answer) == (403, "not_yours")
    assert (await stranger.get("/sessions"))["sessions"] == []
    assert (await stranger.get("/sessions?q=네"))["sessions"] == []


async def test_my_sessions_are_found_by_what_i_said(guest: Guest):
    spoken, silent = await guest.open(), await guest.open()
    await guest.say(spoken, "라떼 주세요", "t1")
    listed = (await guest.get("/sessions"))["sessions"]
    assert [session["session_id"] for session in listed] == [silent, spoken]
    found = (await guest.get("/sessions", params={"q": "라떼"}))["sessions"]
    assert [session["session_id"] for session in found] == [spoken]


async def test_a_list_goes_on_where_it_stopped(guest: Guest):
    opened = [await guest.open() for _ in range(5)]
    first = await guest.get("/sessions?limit=3")
    rest = await guest.get("/sessions", params={"limit": 3, "before": first["next_before"]})
    listed = [session["session_id"] for session in first["sessions"] + rest["sessions"]]
    assert listed == opened[::-1]
    assert rest["next_before"] is None


@pytest.mark.parametrize("before", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_a_time_that_utc_cannot_name_is_refused(guest: Guest, before: str):
    assert await error_of(await guest.call("GET", "/sessions", params={"before": before})) == (400, "bad_request")


@pytest.mark.parametrize("body", [b'{"turn_id": 3, "text": "\xeb\xb9\x84"}', b'{"text": "\xeb\xb9\x84'])
def test_what_was_in_a_bad_body_is_not_in_its_traceback(body: bytes):
    with pytest.raises(BadInput) as refused:
        read_json(TurnBody, body)
    assert "비" not in "".join(format_exception(refused.value))


async def test_a_session_whose_scene_is_gone_does_not_hide_the_others(guest: Guest, tmp_path: Path):
    kept = await guest.open()
    storage = open_storage("", data_dir=tmp_path)
    session = await storage.find_session(kept)
    assert session is not None
    lost = replace(session, id="sess_lost", scene_version=999)
    await storage.open_session(lost, [], [])
    await storage.close()
    listed = {each["session_id"]: each["goal"] for each in (await guest.get("/sessions"))["sessions"]}
    assert set(listed) == {kept, "sess_lost"}
    assert listed["sess_lost"] == ""
    assert listed[kept]


async def test_a_session_that_was_left_takes_no_more_turns(guest: Guest):
    session_id = await guest.open()
    answer = await guest.call("PATCH", f"/sessions/{session_id}", json={"state": "abandoned"})
    assert (await answer.json())["state"] == "abandoned"
    answer = await guest.call("POST", f"/sessions/{session_id}/turns", json={"turn_id": "t", "text": "네"})
    assert await error_of(answer) == (400, "scene_over")


async def test_erasing_forgets_everything(guest: Guest):
    kept, gone = await guest.open(), await guest.open()
    assert (await guest.call("DELETE", f"/sessions/{gone}")).status == 204
    assert await error_of(await guest.call("GET", f"/sessions/{gone}")) == (404, "no_such_session")
    assert (await guest.call("DELETE", "/me")).status == 204
    assert await error_of(await guest.call("GET", f"/sessions/{kept}")) == (401, "not_signed_in")
    storage = guest.koto.services.play._storage
    assert await storage.find_session(kept) is None


async def test_a_turn_is_told_in_full(guest: Guest):
    session_id = await guest.open()
    turn_of_scene = (await guest.get(f"/sessions/{session_id}"))["turn"]
    await guest.say(session_id, guest.koto.answers[turn_of_scene], "t1")
    turn = await guest.get(f"/sessions/{session_id}/turns/t1")
    assert turn["result"] == "accept"
    assert turn["engine"] == {"name": "scripted", "version": "1"}
    assert turn["bars"] == [{"name": "task", "score": 100}]
    assert turn["feedback"]
    assert {"queue", "read", "evaluate", "decide"} <= set(turn["timings"])


async def test_speech_has_its_address_before_its_sound_and_can_be_kept_for_ever(guest: Guest):
    session_id = await guest.open()
    line = (await guest.get(f"/sessions/{session_id}/events"))["events"][-1]
    answer = await guest.koto.http.get(line["tts_url"])
    assert answer.status == 200
    assert answer.content_type == "audio/mpeg"
    assert "immutable" in answer.headers["Cache-Control"]
    whole = await answer.read()
    part = await guest.koto.http.get(line["tts_url"], headers={"Range": "bytes=0-99"})
    assert (part.status, await part.read()) == (206, whole[:100])
    wav = await guest.koto.http.get(line["tts_url"].replace(".mp3", ".wav"))
    assert (await wav.read())[:4] == b"RIFF"


@pytest.mark.parametrize("file", ["nothing.mp3", "0" * 32 + ".mp3", "../secret.mp3", "0" * 32 + ".exe", "x"])
async def test_speech_that_is_not_known_is_not_found(koto: Koto, file: str):
    answer = await koto.http.get(f"/koto-api/speech/{file}")
    assert answer.status == 404


async def test_a_game_on_another_origin_may_use_the_api(koto: Koto):
    asked = await koto.http.options(
        "/koto-api/sessions",
        headers={"Origin": "https://game.example", "Access-Control-Request-Method": "POST"},
    )
    assert asked.status == 204
    assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
    answer = await koto.http.get("/koto-api/scenes", headers={"Origin": "https://game.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_the_socket_address_follows_the_request(guest: Guest):
    answer = await guest.call("POST", "/sessions", json={"scene_id": "cafe", "pack": "ko-id"})
    opened = await answer.json()
    host = f"{guest.koto.http.host}:{guest.koto.http.port}"
    assert opened["ws_url"] == f"ws://{host}/koto/ws/session/{opened['session_id']}"
