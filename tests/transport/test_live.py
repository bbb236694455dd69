"""The socket, as a client meets it."""

import json

import pytest

from kotoserver.domain.events import FRAME_LIMIT
from kotoserver.ports.bus import QUEUE_SIZE
from kotoserver.services.sessions import session_channel
from kotoserver.transport.live.throttle import BURST
from tests.apps import Frame, Guest, Koto, Live


async def test_a_scene_is_played_to_its_end_with_numbers_that_have_no_gap(guest: Guest):
    session_id = await guest.open()
    live = await guest.live(session_id)
    ended = await live.play_to_the_end()
    assert live.frames[0]["type"] == "session_ready"
    assert live.numbers == list(range(1, len(live.numbers) + 1))
    assert (ended["result"], ended["recap_url"]) == ("pass", f"/koto-api/sessions/{session_id}/recap")
    assert all(len(text.encode()) < FRAME_LIMIT for text in live.texts)
    assert (await guest.get(f"/sessions/{session_id}"))["state"] == "finished"


async def test_one_turn_tells_what_was_heard_how_good_it_was_and_what_the_npc_says(guest: Guest):
    live = await guest.live(await guest.open())
    await live.until("npc_line")
    frames = await live.say(live.koto.answers[live.ready["turn"]], "my-turn")
    assert [frame["type"] for frame in frames[:3]] == ["transcript", "evaluation_complete", "npc_line"]
    heard, judged, line = frames[:3]
    assert heard["turn_id"] == judged["turn_id"] == line["turn_id"] == "my-turn"
    assert judged["result"] == "accept"
    assert judged["tts_url"] == line["tts_url"]
    assert line["meaning"]
    assert line["romanization"].isascii()


async def test_a_client_that_was_cut_off_hears_exactly_what_it_missed(guest: Guest):
    session_id = await guest.open()
    whole = await guest.live(session_id)
    await whole.until("npc_line")
    await whole.say(whole.koto.answers[whole.ready["turn"]])
    await whole.send({"type": "hint"})
    await whole.until("hint")
    texts = {json.loads(text)["seq"]: text for text in whole.texts if '"seq"' in text}
    last = max(texts)
    for seen in range(1, last + 1):
        again = await guest.live(session_id, last_seq=seen)
        assert again.ready["seq"] == seen
        assert again.ready["last_seq"] == last
        await again.settled()
        replayed = [text for text in again.texts[1:] if "pong" not in text]
        assert replayed == [texts[seq] for seq in range(seen + 1, last + 1)]
        await again.socket.close()


async def test_a_number_from_the_future_is_taken_for_the_last_one(guest: Guest):
    session_id = await guest.open()
    live = await guest.live(session_id, last_seq=10_000)
    assert live.ready["seq"] == live.ready["last_seq"]
    assert await live.settled() == []


async def test_the_same_turn_again_gets_the_same_frames_and_moves_nothing(guest: Guest):
    session_id = await guest.open()
    live = await guest.live(session_id)
    await live.until("npc_line")
    text = live.koto.answers[live.ready["turn"]]
    first = await live.say(text, "t-same")
    second = await live.say(text, "t-same")
    assert second == first
    assert len((await guest.get(f"/sessions/{session_id}/turns"))["turns"]) == 1


async def test_the_same_turn_id_with_other_words_is_refused(guest: Guest):
    live = await guest.live(await guest.open())
    await live.say("네", "t-same")
    await live.send({"type": "user_text", "turn_id": "t-same", "text": "아니요"})
    error = await live.until("error")
    assert (error["code"], error["turn_id"], error["retryable"]) == ("turn_id_reused", "t-same", False)


async def test_a_second_socket_replaces_the_first(guest: Guest):
    session_id = await guest.open()
    first = await guest.live(session_id)
    second = await guest.live(session_id)
    assert await first.closed() == 4409
    assert await second.say("네")


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json at all", "not_json"),
        ('{"type": "dance"}', "unknown_frame"),
        ('{"type": "user_text", "text": "네"}', "bad_frame"),
        ('{"type": "ping", "x": "' + "가" * 5000 + '"}', "frame_too_large"),
        ('{"type": "user_text", "turn_id": "t", "text": ""}', "empty_text"),
        ('{"type": "user_text", "turn_id": "t", "text": "   "}', "empty_text"),
        ('{"type": "user_text", "turn_id": "t", "text": "' + "a" * 301 + '"}', "text_too_long"),
        ('{"type": "user_text", "turn_id": "t", "text": "' + "가" * 10_000 + '"}', "frame_too_large"),
        (r'{"type": "user_text", "turn_id": "t", "text": "네\u0000"}', "control_characters"),
        ('{"type": "user_text", "turn_id": "", "text": "네"}', "bad_turn_id"),
        ('{"type": "retry"}', "nothing_to_retry"),
        ('{"type": "playback_started", "turn_id": "none", "perceived_ms": 5}', "no_such_turn"),
        ('{"type": "hello", "token": "again"}', "already_signed_in"),
        ('{"type": "audio_uploaded", "audio_id": "aud_1", "session_id": "s"}', "wrong_session"),
    ],
)
async def test_a_frame_that_cannot_be_used_is_answered_and_the_socket_stays_open(
    guest: Guest, frame: str, code: str
):
    session_id = await guest.open()
    live = await guest.live(session_id)
    await live.settled()
    await live.socket.send_str(frame)
    error = await live.until("error")
    assert error["code"] == code
    assert error["message"].endswith((".", "…"))
    assert error["seq"] == live.numbers[-2] + 1
    assert await live.say("네")
    assert (await guest.get(f"/sessions/{session_id}"))["learner_turns"] == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"type": "retry"}, "nothing_to_retry"),
        ({"type": "user_text", "text": "네"}, "bad_turn_id"),
        ({"type": "playback_started", "perceived_ms": 5}, "no_such_turn"),
        ({"type": "audio_uploaded", "audio_id": "aud_1", "session_id": "s"}, "wrong_session"),
    ],
)
async def test_what_is_no_turn_id_is_not_repeated_in_the_answer(guest: Guest, fields: Frame, code: str):
    """It may be longer than the frame that would repeat it."""
    live = await guest.live(await guest.open())
    for turn_id in ("x" * 3_000, "\x01" * 500, "../../etc"):
        await live.send({**fields, "turn_id": turn_id})
        error = await live.until("error")
        assert (error["code"], error.get("turn_id")) == (code, None)
    assert await live.say("네")


async def test_a_binary_frame_is_answered_and_the_socket_stays_open(guest: Guest):
    live = await guest.live(await guest.open())
    await live.socket.send_bytes(b"\x00\x01")
    assert (await live.until("error"))["code"] == "not_text"
    assert await live.say("네")


@pytest.mark.parametrize(
    "text", ["hello, one coffee please", "コーヒーをください", "커피 ☕️ 👍🏽", "\u202e거꾸로", "ㅋㅋㅋ", "…"]
)
async def test_any_script_is_heard(guest: Guest, text: str):
    live = await guest.live(await guest.open())
    frames = await live.say(text)
    assert frames[-1]["type"] != "error"
    assert next(frame for frame in frames if frame["type"] == "transcript")["text"] == text


@pytest.mark.parametrize(
    "first", ['{"type": "ping"}', "nonsense", '{"type": "user_text", "turn_id": "t", "text": "네"}']
)
async def test_whoever_does_not_say_hello_first_is_shown_out(guest: Guest, first: str):
    live = Live(await guest.socket(await guest.open()), guest.koto)
    await live.socket.send_str(first)
    assert await live.closed() == 4401
    assert live.frames == []


async def test_whoever_says_nothing_is_not_waited_for(guest: Guest):
    live = Live(await guest.socket(await guest.open()), guest.koto)
    assert await live.closed() == 4408
    assert live.frames == []


async def test_a_wrong_token_is_shown_out(guest: Guest):
    live = Live(await guest.socket(await guest.open()), guest.koto)
    await live.send({"type": "hello", "token": "forged"})
    assert await live.closed() == 4401


async def test_somebody_elses_session_is_closed_to_me(koto: Koto, guest: Guest):
    session_id = await (await koto.guest()).open()
    live = Live(await guest.socket(session_id), koto)
    await live.send({"type": "hello", "token": guest.token})
    assert await live.closed() == 4403
    assert live.frames == []


async def test_an_unknown_session_is_closed(guest: Guest):
    live = Live(await guest.socket("sess_nowhere"), guest.koto)
    await live.send({"type": "hello", "token": guest.token})
    assert await live.closed() == 4404


async def test_a_flood_of_frames_is_cut_off(guest: Guest):
    live = await guest.live(await guest.open())
    for _ in range(BURST * 3):
        await live.send({"type": "ping"})
    assert await live.closed() == 4429


async def test_leaving_closes_kindly_and_the_session_can_be_resumed(guest: Guest):
    session_id = await guest.open()
    live = await guest.live(session_id)
    await live.send({"type": "leave"})
    assert await live.closed() == 1000
    assert (await guest.live(session_id)).ready["state"] == "active"


async def test_hints_come_rung_by_rung(guest: Guest):
    live = await guest.live(await guest.open())
    kinds = []
    for _ in range(8):
        await live.send({"type": "hint"})
        hint = await live.until("hint")
        kinds.append(hint["kind"])
        if hint["step"] == hint["of"]:
            break
    assert kinds[0] == "think"
    assert kinds[-1] == "answer"
    assert hint["ko"] == live.koto.answers[live.ready["turn"]]
    assert hint["tts_url"].endswith(".mp3")


async def test_the_line_is_repeated_at_its_pace_or_slowly(guest: Guest):
    live = await guest.live(await guest.open())
    line = (await live.settled())[-1]
    await live.send({"type": "repeat"})
    again = await live.until("npc_line")
    await live.send({"type": "repeat", "slow": True})
    slowly = await live.until("npc_line")
    assert again["line_id"] == slowly["line_id"] == line["line_id"]
    assert again["tts_url"] == line["tts_url"] != slowly["tts_url"]


async def test_a_turn_can_be_taken_again_even_after_the_end(guest: Guest):
    session_id = await guest.open()
    live = await guest.live(session_id)
    await live.play_to_the_end()
    await live.send({"type": "user_text", "turn_id": "late", "text": "네"})
    assert (await live.until("error"))["code"] == "scene_over"
    await live.send({"type": "retry"})
    line = await live.until("npc_line")
    session = await guest.get(f"/sessions/{session_id}")
    assert (session["state"], session["turn"]) == ("active", line["turn"])
    turns = (await guest.get(f"/sessions/{session_id}/turns"))["turns"]
    assert [turn["undone"] for turn in turns] == [False] * (len(turns) - 1) + [True]
    assert (await live.say(live.koto.answers[line["turn"]]))[-1]["type"] == "scene_ended"


async def test_taking_a_named_turn_back_twice_takes_back_one(guest: Guest):
    session_id = await guest.open()
    live = await guest.live(session_id)
    await live.say("메뉴 좀 볼게요.", "t1")
    await live.say("메뉴 좀 볼게요.", "t2")
    for _ in range(2):
        await live.send({"type": "retry", "turn_id": "t2"})
    await live.settled()
    turns = (await guest.get(f"/sessions/{session_id}/turns"))["turns"]
    assert [(turn["turn_id"], turn["undone"]) for turn in turns] == [("t1", False), ("t2", True)]
    await live.send({"type": "retry", "turn_id": "t0"})
    assert (await live.until("error"))["code"] == "nothing_to_retry"


async def test_the_clients_own_wait_is_kept_with_the_turn(guest: Guest):
    session_id = await guest.open()
    live = await guest.live(session_id)
    await live.say("네", "t1")
    await live.send({"type": "playback_started", "turn_id": "t1", "perceived_ms": 123.5})
    await live.settled()
    await live.koto.services.play.settle()
    timings = (await guest.get(f"/sessions/{session_id}/turns/t1"))["timings"]
    assert timings["perceived"] == 123.5
    assert {"queue", "evaluate", "decide", "store", "publish", "speech"} <= set(timings)


async def test_when_the_server_goes_away_it_says_so(guest: Guest):
    live = await guest.live(await guest.open())
    await live.koto.http.server.runner.shutdown()
    assert await live.closed() == 1001


@pytest.mark.parametrize("heard", range(6))
async def test_a_cut_at_any_step_of_a_turn_loses_nothing_and_repeats_nothing(guest: Guest, heard: int):
    session_id = await guest.open()
    cut = await guest.live(session_id)
    await cut.settled()
    words = {"type": "user_text", "turn_id": "t1", "text": cut.koto.answers[cut.ready["turn"]]}
    await cut.send(words)
    for _ in range(heard):
        if cut.frames[-1]["type"] == "npc_line" and len(cut.numbers) > 5:
            break
        await cut.next()
    await cut.socket.close()
    again = await guest.live(session_id, last_seq=cut.numbers[-1])
    await again.send(words)  # whoever was cut off cannot know whether it arrived
    await again.settled()
    new = [frame for frame in again.frames[1:] if "seq" in frame and frame["seq"] > cut.numbers[-1]]
    seen = {frame["seq"]: frame for frame in [*cut.frames[1:], *new] if "seq" in frame}
    stored = (await guest.get(f"/sessions/{session_id}/events"))["events"]
    assert list(seen.values()) == stored[1:]
    assert (await guest.get(f"/sessions/{session_id}"))["learner_turns"] == 1


async def test_a_reader_that_lags_behind_is_let_go_and_can_come_back(guest: Guest):
    session_id = await guest.open()
    live = await guest.live(session_id)
    await live.settled()
    for number in range(QUEUE_SIZE + 2):
        await live.koto.services.bus.publish(session_channel(session_id), f"{1000 + number} {{}}")
    assert await live.closed() == 1013
    again = await guest.live(session_id, last_seq=live.numbers[-1])
    assert await again.say("네")
