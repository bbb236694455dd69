"""The calls behind the studio's graph and simulator, over the project's own café."""

from typing import Any

import pytest

from tests.apps import Guest, Koto
from tests.transport.test_content import FILE, done, editor, koto, opened

__all__ = ["editor", "koto"]

CAFE = "/content/scenes/cafe"
TESTS = "scenes/cafe/tests.yaml"


async def tried(editor: Guest, *acts: str | None, **more: Any) -> Any:
    return await done(editor, "POST", f"{CAFE}/try", json={"acts": list(acts), **more})


async def test_a_graph_shows_the_draft_in_the_window_with_places_and_words(editor: Guest):
    text = (await opened(editor))["text"]
    unsaved = {FILE: text.replace("go: sold_out", "go: nowhere", 1)}
    graph = await done(editor, "POST", f"{CAFE}/graph", json={"unsaved": unsaved, "language": "ko"})
    greet = graph["turns"][0]
    rule = greet["rules"][0]
    assert (graph["basis"], graph["start"], greet["id"], rule["go"]) == ("draft", "greet", "greet", "nowhere")
    assert rule["words"][0] == "의도: order_drink"
    assert "when:" in text.split("\n")[rule["place"]["line"] - 1]
    assert greet["tested"] is None, "what has errors is not tried out"
    saved = await done(editor, "POST", f"{CAFE}/graph", json={})
    assert all(turn["tested"] and turn["reachable"] for turn in saved["turns"])
    assert {each["id"]: each["tested"] for each in saved["endings"]}["great"]


async def test_a_draft_that_cannot_be_read_is_stood_for_by_what_it_was_before(editor: Guest):
    text = (await opened(editor))["text"]
    before, broken = (
        text.replace("- id: greet", "- id: hello", 1).replace("start: greet", "start: hello"),
        "a: b: c",
    )
    for path, body in (("graph", {}), ("try", {"acts": []})):
        answers = [
            await done(editor, "POST", f"{CAFE}/{path}", json={"unsaved": {FILE: broken}, **more, **body})
            for more in ({"before": before}, {})
        ]
        assert [each["basis"] for each in answers] == ["before", "saved"]
        starts = [each["start"] if path == "graph" else each["begins"]["turn"] for each in answers]
        assert starts == ["hello", "greet"]


async def test_a_scene_whose_every_text_has_errors_is_not_played(editor: Guest):
    draft = await opened(editor)
    await done(editor, "PUT", "/content/draft", json={**draft, "text": "schema: scene/1\n"})
    refused = await editor.call("POST", f"{CAFE}/try", json={"acts": []})
    assert (refused.status, (await refused.json())["error"]["code"]) == (400, "draft_has_errors")
    refused = await editor.call("POST", "/content/scenes/none_such/try", json={"acts": []})
    assert (refused.status, (await refused.json())["error"]["code"]) == (404, "no_such_scene")


async def test_a_way_shows_what_the_learner_meets_and_why(editor: Guest):
    way = await tried(editor, "네, 주문할게요", "아메리카노 하나 줘", None, pack="ko-id")
    ready, casual, hint = way["steps"]
    assert [line["line_id"] for line in way["opening"]] == ["L010"]
    assert way["opening"][0]["meaning"]
    assert (ready["cause"], ready["go"], ready["after"]["turn"]) == ("rule", "order", "order")
    taken = next(rule for rule in casual["rules"] if rule["state"] == "taken")
    above, below = casual["rules"][taken["number"] - 2], casual["rules"][taken["number"]]
    assert (taken["number"], casual["go"]) == (casual["rule"], "again")
    assert all(part["holds"] for part in taken["parts"])
    assert (above["state"], below["state"]) == ("refused", "not_asked")
    assert {"words": "means ask_menu", "found": "it was taken for order_drink", "holds": False} in above["parts"]
    assert [item["code"] for item in casual["judged"]["items"]] == ["LEVEL_TOO_LOW"]
    assert "아메리카노 하나 주세요" in casual["judged"]["items"][0]["message"]
    assert (hint["text"], hint["hint"]["kind"], hint["judged"]) == (None, "words", None)
    assert way["mistakes"]


async def test_a_way_is_gone_again_after_a_change_and_leads_elsewhere(editor: Guest):
    text = (await opened(editor))["text"]
    changed = text.replace("intent: ready, speech: too_casual", "intent: ready, speech: fits", 1)
    before = await tried(editor, "네, 주문할게요", "따뜻한 라떼 큰 걸로 한 잔 주세요")
    after = await tried(editor, "네, 주문할게요", "따뜻한 라떼 큰 걸로 한 잔 주세요", unsaved={FILE: changed})
    assert before["steps"][0]["rule"] != after["steps"][0]["rule"]
    assert after["steps"][0]["said"][0]["line_id"] == "L019"


async def test_what_a_pack_does_not_say_yet_is_left_open(editor: Guest):
    text = (await opened(editor))["text"]
    line = '- { id: L010, ko: "어서 오세요! 주문 도와드릴까요?", cue: { emotion: smile, anim: bow } }'
    more = text.replace(line, f'{line}\n      - {{ id: L999, ko: "네.", cue: {{ emotion: calm }} }}', 1)
    way = await tried(editor, unsaved={FILE: more}, pack="ko-en")
    assert [(said["line_id"], said["meaning"] is None) for said in way["opening"]] == [
        ("L010", False),
        ("L999", True),
    ]
    assert (await tried(editor, pack="xx-yy"))["opening"][0]["meaning"] is None


@pytest.mark.parametrize(
    ("beginning", "code"),
    [
        ({"turn": "none_such"}, "no_such_turn"),
        ({"slots": {"drink": "soup"}}, "no_such_slot"),
        ({"tries": 99}, "bad_request"),
        ({"score": 101}, "bad_request"),
    ],
)
async def test_a_way_begins_only_where_there_is_something(editor: Guest, beginning: Any, code: str):
    refused = await editor.call("POST", f"{CAFE}/try", json={"acts": [], "beginning": beginning})
    assert (await refused.json())["error"]["code"] == code


async def test_synthetic_learners_warm_the_ways_they_go(editor: Guest):
    heat = await done(editor, "POST", f"{CAFE}/heat", json={})
    assert heat["entered"]["greet"] == heat["walks"] == sum(heat["ended"].values()) == 60
    assert heat["entered"]["sold_out"] < heat["entered"]["order"]
    assert {(each["turn"], each["rule"]) for each in heat["taken"]} >= {("greet", 10)}
    assert heat == await done(editor, "POST", f"{CAFE}/heat", json={})


async def test_a_way_is_kept_as_a_test_that_holds(editor: Guest):
    draft = await opened(editor, TESTS)
    unsaved = {TESTS: draft["text"] + "# not saved before\n"}
    body = {"acts": ["네, 주문할게요", "아메리카노 한 잔 줘"], "name": "x", "digest": draft["digest"]}
    kept = await done(editor, "POST", f"{CAFE}/tests", json={**body, "unsaved": unsaved})
    assert kept["added"] == 1, "what the first row of the tests says already is not said again"
    assert kept["draft"] == await opened(editor, TESTS)
    assert kept["draft"]["text"].endswith("# not saved before\n")
    found = await done(editor, "POST", "/content/lint", json={"scene_id": "cafe"})
    assert found["errors"] == 0
    refused = await editor.call("POST", f"{CAFE}/tests", json={**body, "acts": ["커피요"]})
    assert (refused.status, (await refused.json())["error"]["code"]) == (409, "draft_changed")


async def test_positions_are_saved_as_a_draft_and_come_with_the_graph(editor: Guest):
    first = await done(editor, "POST", f"{CAFE}/graph", json={})
    assert first["layout"] == {"digest": "", "places": {}}
    text = '{"schema": "scene-layout/1", "turns": {"greet": [10, 20]}}'
    body = {"file": "scenes/cafe/layout.json", "text": text, "digest": ""}
    saved = await done(editor, "PUT", "/content/draft", json=body)
    second = await done(editor, "POST", f"{CAFE}/graph", json={})
    assert second["layout"] == {"digest": saved["digest"], "places": {"greet": [10, 20]}}


async def test_none_of_it_is_for_learners(koto: Koto):
    guest = await koto.guest()
    for path in ("graph", "heat", "try", "tests"):
        assert (await guest.call("POST", f"{CAFE}/{path}", json={})).status == 403
