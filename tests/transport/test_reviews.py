"""Links by which people without an account play one draft, and nothing else."""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from kotoserver.domain.learner import Role
from kotoserver.services.audit import OPERATOR
from kotoserver.services.keys import Keyring, kept_secret
from tests.apps import Guest, Koto, serving
from tests.transport.test_content import FILE, done, editor, koto, opened

__all__ = ["editor", "koto"]

REVIEWS = "/content/scenes/cafe/reviews"


async def link(editor: Guest, **body: Any) -> Any:
    made = await done(editor, "POST", REVIEWS, 201, json=body)
    return {**made, "token": made["url"].rsplit("/", 1)[1]}


async def tried(koto: Koto, token: str, *acts: str | None, **more: Any) -> aiohttp.ClientResponse:
    """As anybody: without a token of an account and without a cookie."""
    return await koto.http.post(f"/koto-api/reviews/{token}/try", json={"acts": list(acts), **more})


async def refusal(answer: aiohttp.ClientResponse) -> tuple[int, str]:
    return answer.status, (await answer.json())["error"]["code"]


async def test_whoever_has_the_link_plays_the_draft_without_an_account(koto: Koto, editor: Guest):
    made = await link(editor, note="for Minji")
    answer = await tried(koto, made["token"], "네, 주문할게요", None, pack="ko-id")
    assert answer.status == 200
    assert "Set-Cookie" not in answer.headers
    played = await answer.json()
    ready, hint = played["steps"]
    assert (ready["judged"]["verdict"], ready["after"]["turn"], ready["said"][0]["ko"]) == (
        "accept",
        "order",
        "네, 감사합니다.",
    )
    assert ready["said"][0]["meaning"]
    assert hint["hint"]["text"]
    assert "rules" not in ready, "the reasons are for editors"


async def test_the_page_asks_for_no_account_and_remembers_nobody(koto: Koto, editor: Guest):
    made = await link(editor)
    page = await koto.http.get(f"/console/review/{made['token']}", headers={"X-Forwarded-For": "203.0.113.9"})
    text = await page.text()
    assert page.status == 200
    assert "카페에서 주문하기" in text
    assert 'name="koto-token" content=""' in text
    assert "/console/studio" not in text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"


async def test_the_draft_stays_as_it_stood_when_the_link_was_made(koto: Koto, editor: Guest):
    made = await link(editor)
    draft = await opened(editor)
    text = draft["text"].replace('"어서 오세요! 주문 도와드릴까요?"', '"어서 오세요! 뭘 드릴까요?"')
    await done(editor, "PUT", "/content/draft", json={**draft, "text": text})
    before = await (await tried(koto, made["token"])).json()
    after = await (await tried(koto, (await link(editor))["token"])).json()
    assert before["opening"][0]["ko"] == "어서 오세요! 주문 도와드릴까요?"
    assert after["opening"][0]["ko"] == "어서 오세요! 뭘 드릴까요?"


async def test_a_link_made_by_nobody_opens_nothing(koto: Koto, editor: Guest):
    token = (await link(editor))["token"]
    review_id, lapses, seal = token.split(".")
    longer = f"{review_id}.{int(lapses) + 86_400}.{seal}"
    other = f"{review_id[:-1]}{'0' if review_id[-1] != '0' else '1'}.{lapses}.{seal}"
    forged = [longer, other, f"{review_id}.{lapses}.{'0' * 64}", review_id, f"{review_id}..{seal}", "x", "a.b.c"]
    for each in (*forged, token.upper(), token + "0", editor.token):
        assert await refusal(await tried(koto, each)) == (404, "no_such_review"), each
        assert (await koto.http.get(f"/console/review/{each}")).status == 404


async def test_a_link_lapses(tmp_path: Path, koto: Koto, editor: Guest):
    made = await link(editor, days=1)
    ends = datetime.fromisoformat(made["expires_at"])
    review_id, lapses, seal = made["token"].split(".")
    assert int(lapses) == int(ends.timestamp())
    keys = Keyring(kept_secret(tmp_path / "data"))
    assert keys.seal(f"review {review_id} {lapses}") == seal
    past = int(lapses) - 2 * 86_400
    old = f"{review_id}.{past}.{keys.seal(f'review {review_id} {past}')}"
    assert await refusal(await tried(koto, old)) == (403, "review_expired")
    page = await koto.http.get(f"/console/review/{old}")
    assert (page.status, "lapsed" in await page.text()) == (403, True)


async def test_a_revoked_link_works_no_more(koto: Koto, editor: Guest):
    first, second = await link(editor), await link(editor, note="two")
    assert (await tried(koto, first["token"])).status == 200
    listed = await editor.get(REVIEWS)
    assert [(each["review_id"], each["note"]) for each in listed["reviews"]] == [
        (second["review_id"], "two"),
        (first["review_id"], ""),
    ]
    assert listed["reviews"][1]["url"] == first["url"]
    colleague = await koto.member(Role.EDITOR)
    assert (await colleague.call("DELETE", f"/content/reviews/{first['review_id']}")).status == 204
    assert await refusal(await tried(koto, first["token"])) == (404, "no_such_review")
    assert (await tried(koto, second["token"])).status == 200
    again = await colleague.call("DELETE", f"/content/reviews/{first['review_id']}")
    assert await refusal(again) == (404, "no_such_review")


async def test_a_link_opens_no_other_scene_and_nothing_else(koto: Koto, editor: Guest):
    token = (await link(editor))["token"]
    for extra in ({"scene_id": "airport"}, {"beginning": {"turn": "pay"}}, {"unsaved": {FILE: ""}}):
        assert await refusal(await tried(koto, token, **extra)) == (400, "bad_request")
    as_token = {"Authorization": f"Bearer {token}"}
    for path in ("/me", "/content/drafts", "/sessions", "/content/scenes/airport/reviews"):
        assert (await koto.http.get(f"/koto-api{path}", headers=as_token)).status == 401
    airport = await done(editor, "POST", "/content/scenes/airport/reviews", 201, json={})
    other = airport["url"].rsplit("/", 1)[1]
    assert (await (await tried(koto, other)).json())["begins"]["turn"] != "greet"
    assert (await (await tried(koto, token)).json())["begins"]["turn"] == "greet"


async def test_making_and_revoking_are_written_down(koto: Koto, editor: Guest):
    made = await link(editor, days=3)
    await editor.call("DELETE", f"/content/reviews/{made['review_id']}")
    page = await koto.services.users.audit(OPERATOR, about=made["review_id"])
    told = [(each.action.value, each.actor_id, dict(each.details)) for each in page.entries]
    assert told == [
        ("review_link_revoked", editor.learner_id, {"scene": "cafe"}),
        ("review_link_made", editor.learner_id, {"scene": "cafe", "days": "3"}),
    ]


@pytest.mark.parametrize("days", [0, 31, -1, "7", 1.5])
async def test_a_link_works_for_thirty_days_at_most(editor: Guest, days: object):
    refused = await editor.call("POST", REVIEWS, json={"days": days})
    assert await refusal(refused) == (400, "bad_request")


async def test_a_draft_with_errors_gets_no_link(editor: Guest):
    draft = await opened(editor)
    await done(editor, "PUT", "/content/draft", json={**draft, "text": "schema: scene/1\n"})
    assert await refusal(await editor.call("POST", REVIEWS, json={})) == (400, "draft_has_errors")
    none = await editor.call("POST", "/content/scenes/none_such/reviews", json={})
    assert await refusal(none) == (404, "no_such_scene")


async def test_one_address_plays_only_so_fast(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="reviews=2") as koto:
        editor = await koto.member(Role.EDITOR)
        token = (await link(editor))["token"]
        for _ in range(2):
            assert (await tried(koto, token)).status == 200
        assert await refusal(await tried(koto, token)) == (429, "too_fast")
        assert (await koto.http.get(f"/console/review/{token}")).status == 429


async def test_what_lapsed_is_forgotten(tmp_path: Path, koto: Koto, editor: Guest):
    lapsed, made = await link(editor), await link(editor)
    with sqlite3.connect(tmp_path / "data" / "koto.sqlite3") as database:
        past = ("2020-01-01T00:00:00.000000+00:00", lapsed["review_id"])
        database.execute("UPDATE reviews SET expires_at = ? WHERE review_id = ?", past)
    await koto.services.erasing.forget()
    assert await refusal(await tried(koto, lapsed["token"])) == (404, "no_such_review")
    assert (await tried(koto, made["token"])).status == 200
