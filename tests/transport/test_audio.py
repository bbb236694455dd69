"""A learner's voice, from the upload to the NPC's answer, as a client meets it."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from kotoserver.audio.decode import decode_audio
from kotoserver.blobs import open_blobs
from kotoserver.domain.errors import ProviderFailed
from kotoserver.domain.events import FRAME_LIMIT
from kotoserver.domain.hearing import Hypothesis, Recognition
from kotoserver.domain.learner import Caller
from kotoserver.domain.receipt import Receipt, Stage
from kotoserver.domain.utterance import Spoken, Utterance
from kotoserver.providers.scripted import ScriptedRecognizer
from kotoserver.settings import S3Settings
from tests import sounds
from tests.apps import Frame, Guest, Koto, Live, hearing, serving


@pytest.fixture(scope="module")
def speech() -> bytes:
    return asyncio.run(sounds.webm())


@pytest.fixture
def ears() -> ScriptedRecognizer:
    return ScriptedRecognizer()


@pytest.fixture
async def koto(tmp_path: Path, ears: ScriptedRecognizer) -> AsyncIterator[Koto]:
    async with hearing(tmp_path, ears) as koto:
        yield koto


@pytest.fixture
async def guest(koto: Koto) -> Guest:
    return await koto.guest()


def heard(*said: tuple[str, float]) -> Recognition:
    hypotheses = tuple(Hypothesis(text=text, confidence=confidence) for text, confidence in said)
    return Recognition(hypotheses=hypotheses, engine="scripted", engine_version="1")


async def post(guest: Guest, content: bytes, session_id: str, key: str | None = None, **fields: str) -> Any:
    form = aiohttp.FormData({"session_id": session_id, **fields})
    form.add_field("audio", io.BytesIO(content), filename="speech.webm", content_type="audio/webm")
    headers = {"Idempotency-Key": key} if key else {}
    return await guest.call("POST", "/audio/upload", data=form, headers=headers)


async def upload(guest: Guest, content: bytes, session_id: str, key: str | None = None, **fields: str) -> str:
    answer = await post(guest, content, session_id, key, **fields)
    assert answer.status == 202, await answer.text()
    body = await answer.json()
    assert set(body) == {"audio_id", "status"}
    return str(body["audio_id"])


async def error_of(answer: aiohttp.ClientResponse) -> tuple[int, str]:
    return answer.status, (await answer.json())["error"]["code"]


async def speak(live: Live, session_id: str, audio_id: str, turn_id: str = "t1") -> None:
    await live.send({"type": "audio_uploaded", "audio_id": audio_id, "session_id": session_id, "turn_id": turn_id})


async def open_live(guest: Guest) -> tuple[str, Live]:
    session_id = await guest.open()
    live = await guest.live(session_id)
    await live.until("npc_line")
    return session_id, live


# ── a spoken turn ────────────────────────────────────────────────────────────────────────────


async def test_a_spoken_turn_tells_what_was_heard_how_good_it_was_and_what_the_npc_says(
    guest: Guest, speech: bytes
):
    session_id, live = await open_live(guest)
    audio_id = await upload(guest, speech, session_id)
    before = len(live.frames)
    await speak(live, session_id, audio_id)
    await live.until("npc_line")
    transcript, judged, line = live.frames[before:]
    assert transcript["type"] == "transcript"
    assert (transcript["heard"], transcript["audio_id"]) == ("speech", audio_id)
    assert transcript["text"] == live.koto.answers[live.ready["turn"]]
    assert 0 < transcript["confidence"] <= 1
    assert (judged["type"], judged["result"], judged["audio_id"]) == ("evaluation_complete", "accept", audio_id)
    assert (line["type"], line["turn_id"], line["tts_url"]) == ("npc_line", "t1", judged["tts_url"])
    assert all(len(text.encode()) < FRAME_LIMIT for text in live.texts)


async def test_a_whole_scene_is_finished_by_voice(guest: Guest, speech: bytes):
    session_id, live = await open_live(guest)
    for number in range(30):
        await speak(live, session_id, await upload(guest, speech, session_id), f"t{number}")
        await live.until("evaluation_complete")
        if any(frame["type"] == "scene_ended" for frame in await live.settled()):
            break
    assert (await guest.get(f"/sessions/{session_id}"))["state"] == "finished"


async def test_an_upload_that_names_its_turn_is_played_at_once(guest: Guest, speech: bytes):
    session_id, live = await open_live(guest)
    audio_id = await upload(guest, speech, session_id, turn_id="my-turn")
    judged = await live.until("evaluation_complete")
    assert (judged["turn_id"], judged["audio_id"]) == ("my-turn", audio_id)
    await guest.koto.services.voice.settle()
    recording = await guest.get(f"/audio/{audio_id}")
    assert (recording["status"], recording["turn_id"]) == ("heard", "my-turn")


async def test_the_turn_keeps_its_recording_its_times_and_its_receipts(guest: Guest, speech: bytes):
    session_id, live = await open_live(guest)
    audio_id = await upload(guest, speech, session_id)
    await speak(live, session_id, audio_id)
    await live.until("evaluation_complete")
    await guest.koto.services.play.settle()
    turn = await guest.get(f"/sessions/{session_id}/turns/t1")
    assert turn["audio_id"] == audio_id
    assert {"decode", "stt", "evaluate", "store", "speech"} <= set(turn["timings"])
    assert [receipt["stage"] for receipt in turn["receipts"]][-2:] == ["evaluate", "tts"]


async def test_the_conversation_goes_on_while_a_recording_is_heard(tmp_path: Path, speech: bytes):
    gate = asyncio.Event()
    async with hearing(tmp_path, ScriptedRecognizer(gate=gate)) as koto:
        guest = await koto.guest()
        session_id, live = await open_live(guest)
        await speak(live, session_id, await upload(guest, speech, session_id))
        await live.send({"type": "ping"})
        await live.until("pong")
        gate.set()
        await live.until("evaluation_complete")


async def test_a_learner_who_leaves_stops_the_hearing_and_may_ask_again(tmp_path: Path, speech: bytes):
    gate = asyncio.Event()
    ears = ScriptedRecognizer(gate=gate)
    async with hearing(tmp_path, ears) as koto:
        guest = await koto.guest()
        session_id, live = await open_live(guest)
        audio_id = await upload(guest, speech, session_id)
        await speak(live, session_id, audio_id)
        await live.settled()
        await live.send({"type": "leave"})
        await live.closed()
        gate.set()
        assert (await guest.get(f"/audio/{audio_id}"))["status"] == "processing"
        assert ears.heard == 0
        again = await guest.live(session_id)
        await speak(again, session_id, audio_id)
        assert (await again.until("evaluation_complete"))["audio_id"] == audio_id


async def test_a_recording_whose_session_is_erased_while_it_is_heard_ends_the_connection(
    tmp_path: Path, speech: bytes
):
    """What went wrong cannot be written down any more, so it is told by the close code."""
    gate = asyncio.Event()
    async with hearing(tmp_path, ScriptedRecognizer(gate=gate)) as koto:
        guest = await koto.guest()
        session_id, live = await open_live(guest)
        await speak(live, session_id, await upload(guest, speech, session_id))
        await live.settled()
        assert (await guest.call("DELETE", f"/sessions/{session_id}")).status == 204
        gate.set()
        assert await live.closed() == 4404


# ── asked twice ──────────────────────────────────────────────────────────────────────────────


async def test_the_same_recording_again_brings_the_same_frames_and_pays_nobody_twice(
    guest: Guest, ears: ScriptedRecognizer, speech: bytes
):
    session_id, live = await open_live(guest)
    audio_id = await upload(guest, speech, session_id)
    await speak(live, session_id, audio_id)
    first = await live.until("evaluation_complete")
    await live.settled()
    before = len(live.frames)
    await speak(live, session_id, audio_id)
    await live.until("npc_line")
    again = live.frames[before:]
    assert first in again
    assert [frame["type"] for frame in again] == ["transcript", "evaluation_complete", "npc_line"]
    assert ears.heard == 1


async def test_two_requests_at_once_are_one_turn(guest: Guest, ears: ScriptedRecognizer, speech: bytes):
    session_id, live = await open_live(guest)
    audio_id = await upload(guest, speech, session_id)
    await asyncio.gather(*(speak(live, session_id, audio_id) for _ in range(3)))
    await live.until("evaluation_complete")
    await live.settled()
    assert ears.heard == 1
    assert len((await guest.get(f"/sessions/{session_id}/turns"))["turns"]) == 1


async def test_an_upload_again_under_its_key_is_the_same_recording(guest: Guest, speech: bytes):
    session_id = await guest.open()
    first = await upload(guest, speech, session_id, key="k1")
    assert await upload(guest, speech, session_id, key="k1") == first
    assert await upload(guest, speech, session_id, key="k2") != first
    together = await asyncio.gather(*(upload(guest, speech, session_id, key="k3") for _ in range(4)))
    assert len(set(together)) == 1


async def test_a_key_is_not_used_for_another_recording(guest: Guest, speech: bytes):
    session_id = await guest.open()
    await upload(guest, speech, session_id, key="k1")
    answer = await post(guest, sounds.silence(), session_id, key="k1")
    assert await error_of(answer) == (409, "idempotency_key_reused")


async def test_a_key_is_not_used_for_another_session_or_another_turn(guest: Guest, speech: bytes, tmp_path: Path):
    session_id, other = await guest.open(), await guest.open()
    first = await upload(guest, speech, session_id, key="k1", turn_id="t1")
    for answer in (
        await post(guest, speech, other, key="k1", turn_id="t1"),
        await post(guest, speech, session_id, key="k1", turn_id="t2"),
    ):
        assert await error_of(answer) == (409, "idempotency_key_reused")
    assert await upload(guest, speech, session_id, key="k1", turn_id="t1") == first
    await guest.koto.services.voice.settle()
    assert await upload(guest, speech, session_id, key="k1", turn_id="t1") == first
    assert await recordings_in(tmp_path) == {}, "what was refused or sent again is not kept"


@pytest.mark.parametrize("key", ["", " ", "k" * 201])
async def test_a_key_has_some_characters_and_not_too_many(guest: Guest, speech: bytes, tmp_path: Path, key: str):
    form = aiohttp.FormData({"session_id": await guest.open()})
    form.add_field("audio", io.BytesIO(speech), filename="speech.webm")
    answer = await guest.call("POST", "/audio/upload", data=form, headers={"Idempotency-Key": key})
    assert await error_of(answer) == (400, "bad_idempotency_key")
    assert await recordings_in(tmp_path) == {}


async def test_a_turn_id_that_was_used_is_refused_before_anybody_is_paid(
    guest: Guest, ears: ScriptedRecognizer, speech: bytes
):
    session_id, live = await open_live(guest)
    await live.say("네", "t1")
    await speak(live, session_id, await upload(guest, speech, session_id), "t1")
    assert (await live.until("error"))["code"] == "turn_id_reused"
    assert ears.requests == []


async def test_a_turn_that_was_stored_when_the_server_died_is_told_and_not_paid_again(
    guest: Guest, ears: ScriptedRecognizer, speech: bytes
):
    """The turn is in the database, and what became of the recording is not."""
    session_id = await guest.open()
    audio_id = await upload(guest, speech, session_id)
    caller = Caller(learner_id=guest.learner_id)
    spoken = Spoken(audio_id=audio_id, confidence=0.9)
    answer = guest.koto.answers[(await guest.get(f"/sessions/{session_id}"))["turn"]]
    await guest.koto.services.play.hear(caller, session_id, Utterance(turn_id="t1", text=answer, spoken=spoken))
    live = await guest.live(session_id)
    await live.settled()
    await speak(live, session_id, audio_id, "t1")
    assert (await live.until("evaluation_complete"))["audio_id"] == audio_id
    await live.settled()
    assert ears.requests == []
    assert (await guest.get(f"/audio/{audio_id}"))["status"] == "heard"


# ── nobody spoke, or not clearly ─────────────────────────────────────────────────────────────


async def test_silence_is_no_turn_and_pays_nobody(guest: Guest, ears: ScriptedRecognizer):
    session_id, live = await open_live(guest)
    audio_id = await upload(guest, sounds.silence(), session_id)
    await speak(live, session_id, audio_id)
    told = await live.until("transcript")
    assert (told["heard"], told["text"], told["audio_id"]) == ("unheard", "", audio_id)
    assert "mikrofon" in told["message"]
    assert await live.settled() == []
    assert ears.requests == []
    assert (await guest.get(f"/sessions/{session_id}/turns"))["turns"] == []
    assert (await guest.get(f"/sessions/{session_id}"))["tries"] == 0


async def test_what_engines_make_up_in_silence_is_no_turn(guest: Guest, ears: ScriptedRecognizer, speech: bytes):
    ears.hear_next(heard(("시청해 주셔서 감사합니다.", 0.9)))
    session_id, live = await open_live(guest)
    await speak(live, session_id, await upload(guest, speech, session_id))
    assert (await live.until("transcript"))["heard"] == "unheard"


async def test_what_was_not_heard_for_certain_is_asked_and_judged_once_confirmed(
    guest: Guest, ears: ScriptedRecognizer, speech: bytes
):
    session_id, live = await open_live(guest)
    wanted = live.koto.answers[live.ready["turn"]]
    ears.hear_next(heard((wanted.rstrip(".") + "용", 0.4), ("하나도 모르겠네", 0.2)))
    audio_id = await upload(guest, speech, session_id)
    await speak(live, session_id, audio_id)
    asked = await live.until("transcript")
    assert asked["heard"] == "unsure"
    assert 2 <= len(asked["choices"]) <= 3
    assert wanted in asked["choices"]
    assert await live.settled() == []
    assert (await guest.get(f"/sessions/{session_id}/turns"))["turns"] == []
    await live.send({"type": "user_text", "turn_id": "t1", "text": wanted, "audio_id": audio_id})
    judged = await live.until("evaluation_complete")
    assert (judged["result"], judged["audio_id"]) == ("accept", audio_id)
    await live.settled()
    assert (await guest.get(f"/audio/{audio_id}"))["status"] == "heard"


async def ask_about(guest: Guest, ears: ScriptedRecognizer, speech: bytes) -> tuple[str, Live, str]:
    """A session whose learner is asked what they said: the session, its connection, the recording."""
    session_id, live = await open_live(guest)
    took = Receipt(stage=Stage.STT, provider="google", milliseconds=812.5, audio_seconds=2.5, cost_usd=0.0008)
    ears.hear_next(replace(heard(("네 주문 할래용", 0.4)), receipt=took))
    audio_id = await upload(guest, speech, session_id)
    await speak(live, session_id, audio_id)
    assert (await live.until("transcript"))["heard"] == "unsure"
    return session_id, live, audio_id


async def test_a_turn_whose_words_were_confirmed_tells_what_hearing_them_took(
    guest: Guest, ears: ScriptedRecognizer, speech: bytes
):
    session_id, live, audio_id = await ask_about(guest, ears, speech)
    await live.send({"type": "user_text", "turn_id": "t1", "text": "네, 주문할게요.", "audio_id": audio_id})
    await live.until("evaluation_complete")
    await guest.koto.services.play.settle()
    receipts = (await guest.get(f"/sessions/{session_id}/turns/t1"))["receipts"]
    assert [receipt["stage"] for receipt in receipts] == ["stt", "evaluate", "tts"]
    assert (receipts[0]["provider"], receipts[0]["cost_usd"]) == ("google", 0.0008)


async def test_words_confirmed_again_bring_the_same_frames_and_other_words_are_refused(
    tmp_path: Path, ears: ScriptedRecognizer, speech: bytes
):
    """Also where the words were judged in another spelling than they were confirmed in."""
    async with hearing(tmp_path, ears, EVAL_PROVIDER="local") as koto:
        guest = await koto.guest()
        session_id, live, audio_id = await ask_about(guest, ears, speech)
        confirmed = {"type": "user_text", "turn_id": "t1", "text": "네, 주문할께요", "audio_id": audio_id}
        await live.send(confirmed)
        judged = await live.until("evaluation_complete")
        assert judged["transcript"] != confirmed["text"]
        await live.settled()
        await live.send(confirmed)
        assert await live.until("evaluation_complete") == judged
        await live.settled()
        await live.send({**confirmed, "text": "아니요, 괜찮아요"})
        error = await live.until("error")
        assert (error["code"], error["turn_id"], error["retryable"]) == ("turn_id_reused", "t1", False)
        assert len((await guest.get(f"/sessions/{session_id}/turns"))["turns"]) == 1


async def test_one_recording_is_one_turn(guest: Guest, ears: ScriptedRecognizer, speech: bytes):
    _, live, audio_id = await ask_about(guest, ears, speech)
    confirmed = {"type": "user_text", "turn_id": "t1", "text": "네, 주문할게요.", "audio_id": audio_id}
    await live.send(confirmed)
    await live.until("evaluation_complete")
    await live.settled()
    await live.send({**confirmed, "turn_id": "t2"})
    error = await live.until("error")
    assert (error["code"], error["turn_id"], error["retryable"]) == ("audio_used", "t2", False)
    assert (await guest.get(f"/audio/{audio_id}"))["turn_id"] == "t1"


async def test_words_that_come_with_a_recording_count_as_an_answer_where_nobody_heard_it(
    tmp_path: Path, speech: bytes
):
    async with serving(tmp_path, KOTO_LIMITS="turns=1") as koto:
        guest = await koto.guest()
        session_id, live = await open_live(guest)
        for turn_id in ("t1", "t2"):
            audio_id = await upload(guest, speech, session_id)
            said = {"type": "user_text", "turn_id": turn_id, "text": "네, 주문할게요.", "audio_id": audio_id}
            await live.send(said)
        assert await live.closed() == 4429
        assert [frame["turn_id"] for frame in live.frames if frame["type"] == "evaluation_complete"] == ["t1"]


async def test_spelling_is_the_recognisers_and_not_the_learners(tmp_path: Path, speech: bytes):
    ears = ScriptedRecognizer([heard(("아이스아메리카노 한잔 주세요", 0.97))])
    async with hearing(tmp_path, ears, EVAL_PROVIDER="local") as koto:
        guest = await koto.guest()
        session_id, live = await open_live(guest)
        await live.say(live.koto.answers[live.ready["turn"]])
        await speak(live, session_id, await upload(guest, speech, session_id), "spoken")
        judged = await live.until("evaluation_complete")
        assert not any(code.startswith(("SPACE", "SPELL")) for code in judged["codes"])


async def test_ears_that_fail_are_told_and_the_recording_can_be_heard_later(
    guest: Guest, ears: ScriptedRecognizer, speech: bytes
):
    ears.hear_next(ProviderFailed("no engine answered", code="unavailable"))
    session_id, live = await open_live(guest)
    audio_id = await upload(guest, speech, session_id)
    await speak(live, session_id, audio_id)
    error = await live.until("error")
    assert (error["code"], error["retryable"], error["turn_id"]) == ("unavailable", True, "t1")
    await speak(live, session_id, audio_id)
    assert (await live.until("evaluation_complete"))["audio_id"] == audio_id


async def test_broken_ears_never_touch_the_voice(guest: Guest, ears: ScriptedRecognizer, speech: bytes):
    ears.hear_next(*[ProviderFailed("no engine answered")] * 5)
    session_id, live = await open_live(guest)
    await speak(live, session_id, await upload(guest, speech, session_id))
    await live.until("error")
    frames = await live.say(live.koto.answers[live.ready["turn"]])
    line = next(frame for frame in frames if frame["type"] == "npc_line")
    sound = await guest.koto.http.get(line["tts_url"])
    assert (sound.status, sound.content_type) == (200, "audio/mpeg")


async def test_without_ears_a_recording_is_refused_with_what_to_do(tmp_path: Path, speech: bytes):
    async with serving(tmp_path) as koto:
        guest = await koto.guest()
        session_id, live = await open_live(guest)
        await speak(live, session_id, await upload(guest, speech, session_id))
        error = await live.until("error")
        assert (error["code"], error["retryable"]) == ("no_speech_recognition", False)


# ── bad uploads ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_audio"), (b"hello" * 100, "unknown_audio"), (b"#EXTM3U\nfile:///etc/passwd\n", "unknown_audio")],
)
async def test_what_is_no_recording_is_refused_and_leaves_nothing(
    guest: Guest, tmp_path: Path, content: bytes, code: str
):
    answer = await post(guest, content, await guest.open())
    assert await error_of(answer) == (400, code)
    assert await recordings_in(tmp_path) == {}


async def test_a_recording_that_is_too_large_is_refused_while_it_is_read(tmp_path: Path):
    async with serving(tmp_path, KOTO_UPLOAD_MB="1") as koto:
        guest = await koto.guest()
        answer = await post(guest, b"OggS" + bytes(1_000_000), await guest.open())
        assert await error_of(answer) == (413, "audio_too_large")
        assert await recordings_in(tmp_path) == {}


async def test_what_is_no_recording_is_refused_by_its_beginning(guest: Guest):
    """The rest never comes, and the answer does."""
    session_id = await guest.open()

    async def form() -> AsyncIterator[bytes]:
        yield f'--b\r\nContent-Disposition: form-data; name="session_id"\r\n\r\n{session_id}\r\n'.encode()
        yield b'--b\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\n' + b"text" * 200_000
        await answered.wait()

    answered = asyncio.Event()
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await guest.call("POST", "/audio/upload", data=form(), headers=headers)
    answered.set()
    assert await error_of(answer) == (400, "unknown_audio")


async def test_a_recording_of_several_pieces_is_stored_as_it_came(guest: Guest, tmp_path: Path):
    content = sounds.wav(1.0, rate=192_000, channels=8)
    assert len(content) > 3_000_000
    audio_id = await upload(guest, content, await guest.open(), turn_id="t1")
    assert await recordings_in(tmp_path) == {audio_id: content}
    await guest.koto.services.voice.settle()
    assert (await guest.get(f"/audio/{audio_id}"))["status"] == "unheard"


# ── recordings that decoding refuses ─────────────────────────────────────────────────────────


async def test_a_recording_that_cannot_be_read_is_told_as_its_turn_and_by_its_id(
    guest: Guest, speech: bytes, tmp_path: Path
):
    session_id, live = await open_live(guest)
    audio_id = await upload(guest, speech[:60], session_id, turn_id="t1")
    error = await live.until("error")
    assert (error["code"], error["turn_id"], error["retryable"]) == ("broken_audio", "t1", False)
    recording = await guest.get(f"/audio/{audio_id}")
    assert (recording["status"], recording["failure"]) == ("unreadable", "broken_audio")
    assert recording["download_url"] is None
    assert await recordings_in(tmp_path) == {}
    assert (await guest.get(f"/sessions/{session_id}/turns"))["turns"] == []
    await speak(live, session_id, await upload(guest, speech, session_id), "t1")
    assert (await live.until("evaluation_complete"))["turn_id"] == "t1"


async def test_a_recording_that_cannot_be_read_is_refused_each_time_it_is_to_be_played(
    guest: Guest, ears: ScriptedRecognizer, speech: bytes
):
    session_id, live = await open_live(guest)
    audio_id = await upload(guest, speech[:60], session_id)
    for turn_id in ("t1", "t2"):
        await speak(live, session_id, audio_id, turn_id)
        error = await live.until("error")
        assert (error["code"], error["turn_id"]) == ("broken_audio", turn_id)
    assert ears.requests == []


async def test_nobody_needs_to_ask_for_a_recording_to_be_found_unreadable(guest: Guest, speech: bytes):
    audio_id = await upload(guest, speech[:60], await guest.open())
    await guest.koto.services.uploads.settle()
    assert (await guest.get(f"/audio/{audio_id}"))["failure"] == "broken_audio"


async def test_an_unreadable_recording_again_under_its_key_is_the_same_one(guest: Guest, speech: bytes):
    session_id = await guest.open()
    audio_id = await upload(guest, speech[:60], session_id, key="k1")
    await guest.koto.services.uploads.settle()
    answer = await (await post(guest, speech[:60], session_id, key="k1")).json()
    assert answer == {"audio_id": audio_id, "status": "unreadable"}


async def test_a_recording_that_is_too_long_is_refused(tmp_path: Path, ears: ScriptedRecognizer):
    async with hearing(tmp_path, ears, KOTO_UPLOAD_SECONDS="1") as koto:
        guest = await koto.guest()
        session_id, live = await open_live(guest)
        audio_id = await upload(guest, sounds.silence(3.0), session_id, turn_id="t1")
        assert (await live.until("error"))["code"] == "audio_too_long"
        assert (await guest.get(f"/audio/{audio_id}"))["failure"] == "audio_too_long"


async def test_how_long_a_recording_is_is_known_once_it_was_heard(guest: Guest, speech: bytes):
    session_id = await guest.open()
    audio_id = await upload(guest, speech, session_id)
    assert (await guest.get(f"/audio/{audio_id}"))["seconds"] is None
    await guest.koto.services.voice.hear(Caller(learner_id=guest.learner_id), session_id, audio_id)
    seconds = decode_audio(speech, most_seconds=30).seconds
    assert (await guest.get(f"/audio/{audio_id}"))["seconds"] == round(seconds, 3)


async def test_a_form_without_its_fields_is_refused(guest: Guest, speech: bytes):
    no_session = aiohttp.FormData()
    no_session.add_field("audio", speech, filename="a.webm")
    only_session = aiohttp.FormData({"session_id": await guest.open(), "turn_id": "t1"})
    only_session.add_field("extra", b"1", filename="b")
    for form in (no_session, only_session):
        answer = await guest.call("POST", "/audio/upload", data=form)
        assert await error_of(answer) == (400, "bad_form")
    answer = await guest.call("POST", "/audio/upload", json={"audio": "x"})
    assert await error_of(answer) == (400, "bad_form")


async def test_a_form_that_breaks_off_is_refused_and_leaves_nothing(guest: Guest, speech: bytes, tmp_path: Path):
    session_id = await guest.open()
    head = (
        f'--b\r\nContent-Disposition: form-data; name="session_id"\r\n\r\n{session_id}\r\n'
        '--b\r\nContent-Disposition: form-data; name="audio"; filename="a"\r\n\r\n'
    )
    body = head.encode() + speech[: len(speech) // 2]
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await guest.call("POST", "/audio/upload", data=body, headers=headers)
    assert answer.status == 400
    assert await recordings_in(tmp_path) == {}


async def test_an_upload_belongs_to_a_session_of_ones_own(koto: Koto, guest: Guest, speech: bytes, tmp_path: Path):
    theirs = await (await koto.guest()).open()
    assert await error_of(await post(guest, speech, theirs)) == (403, "not_yours")
    assert await error_of(await post(guest, speech, "sess_none")) == (404, "no_such_session")
    assert await error_of(await post(guest, speech, await guest.open(), turn_id="not an id")) == (
        400,
        "bad_turn_id",
    )
    assert await recordings_in(tmp_path) == {}


async def test_a_recording_is_played_in_its_own_session_only(guest: Guest, speech: bytes):
    first, live = await open_live(guest)
    second = await guest.open()
    audio_id = await upload(guest, speech, second)
    await speak(live, first, audio_id)
    assert (await live.until("error"))["code"] == "wrong_session"
    await speak(live, second, audio_id)
    assert (await live.until("error"))["code"] == "wrong_session"
    await speak(live, first, "aud_none")
    assert (await live.until("error"))["code"] == "no_such_audio"


# ── given back, and forgotten ────────────────────────────────────────────────────────────────


async def recordings_in(data_dir: Path) -> dict[str, bytes | None]:
    """Id -> what is kept of it, as another program sees it."""
    blobs = open_blobs(data_dir / "blobs")
    kept = {info.key.rpartition("/")[2]: await blobs.get(info.key) async for info in blobs.list("recordings/")}
    await blobs.close()
    return kept


async def agree(guest: Guest, keep: bool = True) -> Frame:
    answer = await guest.call("PATCH", "/me", json={"keep_recordings": keep})
    assert answer.status == 200
    return dict(await answer.json())


async def play_one(guest: Guest, speech: bytes) -> tuple[str, str]:
    """A turn by voice; asked about twice, since the second answer waits for all that the first one does."""
    session_id, live = await open_live(guest)
    audio_id = await upload(guest, speech, session_id)
    for _ in range(2):
        await speak(live, session_id, audio_id)
        await live.until("evaluation_complete")
    await guest.koto.services.voice.settle()
    return session_id, audio_id


async def test_without_consent_a_recording_goes_once_it_is_judged(guest: Guest, speech: bytes, tmp_path: Path):
    _, audio_id = await play_one(guest, speech)
    assert await recordings_in(tmp_path) == {}
    answer = await guest.call("GET", f"/audio/download/{audio_id}")
    assert await error_of(answer) == (404, "audio_not_kept")
    assert (await guest.get(f"/audio/{audio_id}"))["download_url"] is None


async def test_with_consent_a_learner_hears_their_own_recording_again(guest: Guest, speech: bytes):
    assert (await agree(guest))["keep_recordings"] is True
    _, audio_id = await play_one(guest, speech)
    answer = await guest.call("GET", f"/audio/download/{audio_id}")
    assert (answer.status, answer.content_type, await answer.read()) == (200, "audio/webm", speech)
    part = await guest.call("GET", f"/audio/download/{audio_id}", headers={"Range": "bytes=4-9"})
    assert (part.status, await part.read()) == (206, speech[4:10])


def on_s3(s3_settings: S3Settings) -> dict[str, str]:
    return {
        "MINIO_ENDPOINT": s3_settings.endpoint,
        "MINIO_ACCESS_KEY": s3_settings.access_key.reveal(),
        "MINIO_SECRET_KEY": s3_settings.secret_key.reveal(),
        "MINIO_BUCKET": s3_settings.bucket,
    }


async def test_a_recording_on_an_s3_server_that_clients_do_not_reach_comes_through_ours(
    tmp_path: Path, ears: ScriptedRecognizer, speech: bytes, s3_settings: S3Settings
):
    async with hearing(tmp_path, ears, **on_s3(s3_settings)) as koto:
        guest = await koto.guest()
        await agree(guest)
        _, audio_id = await play_one(guest, speech)
        answer = await guest.call("GET", f"/audio/download/{audio_id}", allow_redirects=False)
        assert (answer.status, await answer.read()) == (200, speech)


async def test_with_an_s3_server_in_reach_a_recording_is_downloaded_from_there(
    tmp_path: Path, ears: ScriptedRecognizer, speech: bytes, s3_settings: S3Settings
):
    environ = {**on_s3(s3_settings), "MINIO_PUBLIC_ENDPOINT": f"http://{s3_settings.endpoint}"}
    async with hearing(tmp_path, ears, **environ) as koto, aiohttp.ClientSession() as anybody:
        guest = await koto.guest()
        await agree(guest)
        _, audio_id = await play_one(guest, speech)
        answer = await guest.call("GET", f"/audio/download/{audio_id}", allow_redirects=False)
        assert (answer.status, answer.headers["Cache-Control"]) == (302, "no-store")
        link = answer.headers["Location"]
        assert s3_settings.endpoint in link
        assert "X-Amz-Expires=3600" in link
        assert await (await anybody.get(link)).read() == speech
        path = f"/audio/download/{audio_id}?here=true"
        here = await guest.call("GET", path, allow_redirects=False)
        assert (here.status, await here.read()) == (200, speech)
        other = await koto.guest()
        for closed in (f"/audio/download/{audio_id}", path):
            refused = await other.call("GET", closed, allow_redirects=False)
            assert await error_of(refused) == (403, "not_yours")


async def test_nobody_else_hears_a_recording(koto: Koto, guest: Guest, speech: bytes):
    await agree(guest)
    _, audio_id = await play_one(guest, speech)
    other = await koto.guest()
    for path in (f"/audio/{audio_id}", f"/audio/download/{audio_id}"):
        assert await error_of(await other.call("GET", path)) == (403, "not_yours")
        assert await error_of(await koto.http.get(f"/koto-api{path}")) == (401, "not_signed_in")
    assert await error_of(await other.call("GET", "/audio/download/aud_none")) == (404, "no_such_audio")


async def test_taking_consent_back_forgets_what_was_kept(guest: Guest, speech: bytes, tmp_path: Path):
    await agree(guest)
    _, audio_id = await play_one(guest, speech)
    assert len(await recordings_in(tmp_path)) == 1
    await agree(guest, keep=False)
    assert await recordings_in(tmp_path) == {}
    answer = await guest.call("GET", f"/audio/download/{audio_id}")
    assert await error_of(answer) == (404, "audio_not_kept")


@pytest.mark.parametrize("erased", ["session", "learner"])
async def test_recordings_go_with_their_session_and_their_learner(
    guest: Guest, speech: bytes, tmp_path: Path, erased: str
):
    await agree(guest)
    session_id, _ = await play_one(guest, speech)
    assert len(await recordings_in(tmp_path)) == 1
    path = f"/sessions/{session_id}" if erased == "session" else "/me"
    assert (await guest.call("DELETE", path)).status == 204
    assert await recordings_in(tmp_path) == {}


async def test_a_recording_whose_time_is_over_is_forgotten(
    guest: Guest, koto: Koto, speech: bytes, tmp_path: Path
):
    await agree(guest)
    _, audio_id = await play_one(guest, speech)
    assert await koto.services.recordings.forget_overdue() == 0
    koto.clock.move(days=31)
    assert await koto.services.recordings.forget_overdue() == 1
    assert await recordings_in(tmp_path) == {}
    assert await error_of(await guest.call("GET", f"/audio/{audio_id}")) == (404, "no_such_audio")


async def test_what_a_server_that_died_in_an_upload_left_is_forgotten(
    guest: Guest, koto: Koto, speech: bytes, tmp_path: Path
):
    await agree(guest)
    _, audio_id = await play_one(guest, speech)
    stray = tmp_path / "blobs" / "recordings" / guest.learner_id / "aud_half"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"half of it")
    blobs = open_blobs(tmp_path / "blobs")
    await blobs.put(f"recordings/{guest.learner_id}/aud_whole", b"all of it", "audio/webm")
    await blobs.close()
    assert await koto.services.recordings.forget_strays() == 0
    koto.clock.move(days=1)
    assert await koto.services.recordings.forget_strays() == 2
    assert list(await recordings_in(tmp_path)) == [audio_id]


async def test_nothing_that_was_heard_is_logged(
    guest: Guest, ears: ScriptedRecognizer, speech: bytes, caplog: pytest.LogCaptureFixture
):
    ears.hear_next(heard(("비밀스러운 문장이에요", 0.9)), ProviderFailed("no engine answered"))
    session_id, live = await open_live(guest)
    for turn_id in ("t1", "t2"):
        await speak(live, session_id, await upload(guest, speech, session_id), turn_id)
        await live.next()
    await live.settled()
    assert "비밀" in json.dumps(live.frames, ensure_ascii=False)
    assert "비밀" not in caplog.text
