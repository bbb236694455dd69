"""The provider lab over HTTP: engines side by side, broken on purpose, and exchanged for one session."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from kotoserver.domain.learner import Role
from tests import sounds
from tests.apps import Guest, Koto, serving

LINE = "따뜻한 라떼 한 잔 주세요."


@pytest.fixture(scope="module")
def clip() -> bytes:
    return asyncio.run(sounds.webm())


@pytest.fixture
async def koto(tmp_path: Path) -> AsyncIterator[Koto]:
    """A server on its own machine, with two voices and ears; nobody asks them anything but the test."""
    async with serving(tmp_path, TTS_PROVIDER="espeak,scripted", STT_PROVIDER="scripted") as koto:
        await koto.services.speech.close()  # else the authored lines would be spoken meanwhile
        yield koto


@pytest.fixture
async def guest(koto: Koto) -> Guest:
    return await koto.guest()


async def done(guest: Guest, method: str, path: str, **kwargs: Any) -> Any:
    answer = await guest.call(method, path, **kwargs)
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def speak(guest: Guest, engine: str | None = None, text: str = LINE) -> Any:
    return await done(guest, "POST", "/lab/speak", json={"text": text, "engine": engine})


async def hear(guest: Guest, clip: bytes, **fields: str) -> aiohttp.ClientResponse:
    form = aiohttp.FormData(fields)
    form.add_field("audio", clip, filename="clip", content_type="audio/webm")
    return await guest.call("POST", "/lab/hear", data=form)


async def break_engine(guest: Guest, engine: str, kind: str | None, stage: str = "tts", **more: Any) -> Any:
    body = {"stage": stage, "engine": engine, "kind": kind, **more}
    return await done(guest, "PUT", "/lab/faults", json=body)


async def refusal(answer: aiohttp.ClientResponse) -> tuple[int, str]:
    return answer.status, (await answer.json())["error"]["code"]


async def test_every_engine_is_listed_in_the_order_in_which_it_is_asked(guest: Guest):
    lab = await guest.get("/lab")
    assert lab["development"]
    assert "ko-f-02" in lab["voices"]
    engines = [(each["stage"], each["name"], each["resting"], each["fault"]) for each in lab["engines"]]
    assert engines == [
        ("stt", "scripted", False, None),
        ("tts", "espeak", False, None),
        ("tts", "scripted", False, None),
    ]


@pytest.mark.parametrize("engine", ["espeak", "scripted"])
async def test_a_text_is_spoken_by_each_voice_alone_with_what_it_took(guest: Guest, engine: str):
    spoken = await speak(guest, engine)
    sound = b64decode(spoken["sound"])
    assert len(sound) == spoken["bytes"] > 1000
    assert spoken["seconds"] > 0.5
    assert spoken["milliseconds"] > 0
    receipt = spoken["receipt"]
    assert (receipt["provider"], receipt["fallback"], receipt["characters"]) == (engine, None, len(LINE))


async def test_the_same_text_is_asked_anew_each_time(guest: Guest):
    await speak(guest, "espeak")
    assert not (await speak(guest, "espeak"))["receipt"]["cached"]


async def test_a_broken_voice_is_shown_as_broken_and_learners_are_spoken_to_by_the_next(guest: Guest):
    lab = await break_engine(guest, "espeak", "fail")
    assert [each["fault"] for each in lab["engines"] if each["name"] == "espeak"] == [
        {"kind": "fail", "questions": None}
    ]
    alone = await speak(guest, "espeak")
    assert (alone["sound"], alone["error"]["code"]) == (None, "provider_failed")
    together = await speak(guest)
    assert (together["receipt"]["provider"], together["receipt"]["fallback"]) == (
        "scripted",
        "espeak: provider_failed",
    )


@pytest.mark.parametrize("file", ["mp3", "ogg", "json"])
async def test_what_a_lesser_voice_says_in_between_is_not_kept_by_clients(guest: Guest, koto: Koto, file: str):
    """Its address is that of the usual voice, which speaks again once it is mended."""
    address = f"/koto-api/speech/{koto.services.speech.line(LINE, 'ko-f-02').key}.{file}"
    await break_engine(guest, "espeak", "fail")
    lesser = await koto.http.get(address)
    assert (lesser.status, lesser.headers["Cache-Control"], "ETag" in lesser.headers) == (200, "no-store", False)
    await break_engine(guest, "espeak", None)
    await koto.http.get(address.replace(".json", ".mp3"))  # a mouth follows the sound that was made last
    usual = await koto.http.get(address)
    assert (usual.status, "immutable" in usual.headers["Cache-Control"]) == (200, True)
    assert await usual.read() != await lesser.read()


async def test_a_voice_that_answers_with_silence_is_fallen_back_from(guest: Guest):
    await break_engine(guest, "espeak", "silence", questions=1)
    assert (await speak(guest))["receipt"]["fallback"] == "espeak: silent_speech"


async def test_a_fault_wears_off_after_its_questions(guest: Guest):
    await break_engine(guest, "espeak", "silence", questions=1)
    await speak(guest)
    assert (await speak(guest))["receipt"]["provider"] == "espeak"
    assert all(each["fault"] is None for each in (await guest.get("/lab"))["engines"])


async def test_a_mended_voice_speaks_again(guest: Guest):
    await break_engine(guest, "espeak", "fail")
    await break_engine(guest, "espeak", None)
    assert (await speak(guest, "espeak"))["error"] is None


async def test_a_voice_that_keeps_failing_rests_and_the_lab_says_since_when(guest: Guest):
    await break_engine(guest, "espeak", "fail")
    for _ in range(10):
        await speak(guest)
    espeak = next(each for each in (await guest.get("/lab"))["engines"] if each["name"] == "espeak")
    assert espeak["resting"]
    assert espeak["since"]
    assert (await speak(guest))["receipt"]["fallback"] == "espeak: rests"


async def test_a_clip_is_heard_by_an_engine_alone_and_not_kept(guest: Guest, tmp_path: Path, clip: bytes):
    answer = await hear(guest, clip, engine="scripted")
    assert answer.status == 200, await answer.text()
    body = await answer.json()
    assert body["error"] is None
    assert body["receipt"]["provider"] == "scripted"
    assert body["seconds"] == pytest.approx(body["receipt"]["audio_seconds"], abs=0.001)
    assert body["voiced_seconds"] > 0.3
    assert clip not in files_below(tmp_path)


def files_below(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_broken_ears_are_shown_with_why(guest: Guest, clip: bytes):
    await break_engine(guest, "scripted", "silence", stage="stt")
    body = await (await hear(guest, clip)).json()
    assert body["hypotheses"] == []
    assert "scripted: empty_answer" in body["error"]["message"]


async def test_a_file_that_is_no_sound_is_refused(guest: Guest):
    assert await refusal(await hear(guest, b"no sound at all")) == (400, "unknown_audio")


async def test_an_engine_that_is_not_asked_here_cannot_be_tried_broken_or_chosen(guest: Guest, clip: bytes):
    session = await guest.open()
    spoken = await guest.call("POST", "/lab/speak", json={"text": LINE, "engine": "piper"})
    heard = await hear(guest, clip, engine="espeak")
    broken = await guest.call("PUT", "/lab/faults", json={"stage": "tts", "engine": "piper", "kind": "fail"})
    chosen = await guest.call("PUT", f"/lab/sessions/{session}", json={"stage": "stt", "engine": "espeak"})
    for answer in (spoken, heard, broken, chosen):
        assert await refusal(answer) == (404, "no_such_engine")


async def test_one_session_speaks_with_another_voice_and_the_others_do_not(guest: Guest, koto: Koto):
    session, other = await guest.open(), await guest.open()
    chosen = await done(guest, "PUT", f"/lab/sessions/{session}", json={"stage": "tts", "engine": "scripted"})
    assert chosen == {"chosen": {"tts": "scripted"}}
    speakers = {}
    for each in (session, other):
        await guest.say(each, koto.answers["greet"], "t1")
        await koto.services.play.settle()
        turn = await guest.get(f"/sessions/{each}/turns/t1")
        speakers[each] = next(receipt for receipt in turn["receipts"] if receipt["stage"] == "tts")
    assert speakers[session]["provider"] == "scripted"
    assert speakers[other]["provider"] != "scripted"
    back = await done(guest, "PUT", f"/lab/sessions/{session}", json={"stage": "tts", "engine": None})
    assert back == {"chosen": {}}


async def test_a_session_of_somebody_else_keeps_its_engines(guest: Guest, koto: Koto):
    session = await guest.open()
    other = await koto.guest()
    answer = await other.call("PUT", f"/lab/sessions/{session}", json={"stage": "tts", "engine": "scripted"})
    assert await refusal(answer) == (403, "not_yours")


@pytest.mark.parametrize(
    "environ", [{"KOTO_HOST": "0.0.0.0"}, {"KOTO_PUBLIC_URL": "https://koto.example"}], ids=["host", "public"]
)
async def test_where_others_are_served_the_lab_is_for_editors_and_breaks_nothing(
    tmp_path: Path, environ: dict[str, str], clip: bytes
):
    async with serving(tmp_path, STT_PROVIDER="scripted", **environ) as koto:
        guest, editor = await koto.guest(), await koto.member(Role.EDITOR)
        assert await refusal(await guest.call("GET", "/lab")) == (403, "editors_only")
        assert await refusal(await hear(guest, clip)) == (403, "editors_only")
        assert not (await editor.get("/lab"))["development"]
        assert (await speak(editor, "scripted"))["error"] is None
        fault = {"stage": "tts", "engine": "scripted", "kind": "fail"}
        assert await refusal(await editor.call("PUT", "/lab/faults", json=fault)) == (403, "development_only")
