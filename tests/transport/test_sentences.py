"""What learners said that a scene did not understand, as those who write the scene meet it."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from kotoserver.domain.learner import Role
from kotoserver.settings import ROOT
from tests.apps import Guest, Koto, serving

SENTENCES = "/content/scenes/cafe/sentences"
ODD = "와이파이 비밀번호가 뭐예요?"


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


async def said(koto: Koto, *sentences: str) -> Guest:
    """Somebody new who says all this at the beginning of the café."""
    guest = await koto.guest()
    for sentence in sentences:
        await guest.say(await guest.open(), sentence, "t1")
    return guest


def listed(told: Any) -> list[str]:
    return [each["text"] for turn in told["turns"] for each in turn["sentences"]]


async def done(guest: Guest, method: str, path: str, body: object, status: int = 200) -> Any:
    answer = await guest.call(method, path, json=body)
    assert answer.status == status, await answer.text()
    return await answer.json() if status != 204 else None


def take(text: str = ODD, taken_as: str = "example", intent: str = "ready", turn: str = "greet") -> dict[str, str]:
    return {"turn": turn, "text": text, "taken_as": taken_as, "intent": intent}


async def test_editors_see_what_several_learners_said_and_never_who(koto: Koto, editor: Guest):
    near = "와이파이 비밀번호 뭐예요?"
    learners = [
        await said(koto, ODD, ODD + "!", "네, 주문할게요."),
        await said(koto, ODD, near),
        await said(koto, near),
    ]
    alone = await said(koto, "저는 자카르타에서 온 사리예요")
    told = await editor.get(SENTENCES)
    (turn,) = told["turns"]
    (group,) = turn["sentences"]
    assert (turn["turn"], group["text"], group["times"], group["learners"]) == ("greet", ODD, 5, 3)
    assert {each["text"] for each in group["variants"]} == {ODD, ODD + "!", near}
    assert "order_drink" in turn["intents"]
    assert (told["held_back"], told["fewest"]) == (1, 2)
    whole = json.dumps(told)
    assert not any(each.learner_id in whole for each in [*learners, alone])
    assert "sess_" not in whole


async def test_sentences_that_differ_in_a_name_are_each_somebodys_own(koto: Koto, editor: Guest):
    for name in ("사리", "아리", "마리"):
        await said(koto, f"안녕하세요, 제 이름은 {name}예요")
    told = await editor.get(SENTENCES)
    assert (listed(told), told["held_back"]) == ([], 3)


async def test_admins_may_read_sessions_and_see_the_rest_as_well(koto: Koto):
    await said(koto, "저는 사리예요")
    told = await (await koto.member(Role.ADMIN)).get(SENTENCES)
    assert (listed(told), told["held_back"]) == (["저는 사리예요"], 0)


async def test_numbers_and_addresses_are_hidden(koto: Koto):
    await said(koto, "제 번호는 010-1234-5678이에요", "제 메일은 sari@example.org 예요")
    told = await (await koto.member(Role.ADMIN)).get(SENTENCES)
    assert sorted(listed(told)) == ["제 메일은 ••• 예요", "제 번호는 •••이에요"]


async def test_what_is_erased_is_not_seen_any_more(koto: Koto, editor: Guest):
    one, other = await said(koto, ODD), await said(koto, ODD)
    assert listed(await editor.get(SENTENCES)) == [ODD]
    assert (await one.call("DELETE", "/me")).status == 204
    told = await editor.get(SENTENCES)
    assert (listed(told), told["held_back"]) == ([], 1)
    assert (await other.call("DELETE", "/me")).status == 204
    assert (await editor.get(SENTENCES))["held_back"] == 0


async def test_a_sentence_becomes_an_example_and_is_not_asked_about_again(
    koto: Koto, editor: Guest, tmp_path: Path
):
    for _ in range(2):
        await said(koto, ODD)
    file = tmp_path / "scenes" / "cafe" / "scene.yaml"
    before = file.read_text("utf-8")
    taken = await done(editor, "POST", SENTENCES, take())
    after = file.read_text("utf-8")
    assert (taken["file"], after.split("\n")[taken["line"] - 1].count(ODD)) == ("scenes/cafe/scene.yaml", 1)
    assert after.replace(f', "{ODD}"', "", 1) == before
    assert listed(await editor.get(SENTENCES)) == []
    again = await done(editor, "POST", SENTENCES, take(ODD.replace("?", " ?")), 400)
    assert again["error"]["code"] == "known_sentence"


async def test_a_look_alike_and_a_new_intent_are_written_where_they_belong(editor: Guest, tmp_path: Path):
    file = tmp_path / "scenes" / "cafe" / "scene.yaml"
    await done(editor, "POST", SENTENCES, take("주문은 뭐예요?", "not_this"))
    new = await done(editor, "POST", SENTENCES, take(ODD, "new_intent", "ask_wifi"))
    text = file.read_text("utf-8")
    assert '          not_this: ["주문은 뭐예요?"]\n        greet_back:' in text
    assert f'        ask_wifi:\n          examples: ["{ODD}"]\n      model:' in text
    assert text.split("\n")[new["line"] - 1] == "        ask_wifi:"
    found = await done(editor, "POST", "/content/lint", {"scene_id": "cafe"})
    assert {each["code"] for each in found["findings"] if each["severity"] == "error"} == set()
    assert "W03" in {each["code"] for each in found["findings"]}, "the new intent has no rule yet"


async def test_what_the_draft_takes_by_now_is_told(koto: Koto, editor: Guest):
    for _ in range(2):
        await said(koto, "라떼 한 잔 주문하고 싶은데요.")
    (group,) = (await editor.get(SENTENCES))["turns"][0]["sentences"]
    assert group["now"] == "order_drink"


async def test_a_sentence_put_aside_stays_so_and_may_be_taken_up_again(koto: Koto, editor: Guest):
    for _ in range(2):
        await said(koto, ODD)
    body: dict[str, object] = {"turn": "greet", "texts": [ODD]}
    await done(editor, "PUT", f"{SENTENCES}/ignored", body, 204)
    (group,) = (await editor.get(SENTENCES))["turns"][0]["sentences"]
    assert group["ignored"]
    await done(editor, "PUT", f"{SENTENCES}/ignored", {**body, "ignored": False}, 204)
    (group,) = (await editor.get(SENTENCES))["turns"][0]["sentences"]
    assert not group["ignored"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (take(turn="moon"), 404, "no_such_turn"),
        (take(intent="moon"), 404, "no_such_intent"),
        (take(taken_as="new_intent"), 400, "intent_taken"),
        (take("네, 주문할게요!"), 400, "known_sentence"),
        (take("  "), 400, "empty_text"),
        (take("가\0나"), 400, "control_characters"),
        (take("가" * 301), 400, "bad_request"),
        (take(intent="Ask Wifi", taken_as="new_intent"), 400, "bad_request"),
        (take(taken_as="rule"), 400, "bad_request"),
    ],
)
async def test_what_cannot_be_taken_changes_nothing(
    editor: Guest, tmp_path: Path, body: object, status: int, code: str
):
    file = tmp_path / "scenes" / "cafe" / "scene.yaml"
    before = file.read_bytes()
    assert (await done(editor, "POST", SENTENCES, body, status))["error"]["code"] == code
    assert file.read_bytes() == before


async def test_a_scene_that_is_not_there_has_no_sentences(editor: Guest):
    for path in ("/content/scenes/moon/sentences", "/content/scenes/..%2Fcafe/sentences"):
        assert (await editor.call("GET", path)).status == 404
    assert (await editor.call("GET", f"{SENTENCES}?days=0")).status == 400


async def test_with_one_learner_enough_everything_is_shown(tmp_path: Path):
    async with serving(tmp_path, KOTO_SENTENCE_LEARNERS="1") as koto:
        await said(koto, ODD)
        assert listed(await (await koto.member(Role.EDITOR)).get(SENTENCES)) == [ODD]
