"""The console's pages as a browser's server sees them: who is signed in, what is sent, what goes wrong kindly."""

import re
from http.cookies import Morsel
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from kotoserver.bootstrap import register_member
from kotoserver.domain.learner import Role
from kotoserver.settings import Settings
from kotoserver.transport.console.answering import POLICY
from kotoserver.transport.console.static import StaticFiles
from kotoserver.transport.console.views import waterfall
from tests.apps import Guest, Koto, serving

WEB = Path(__file__).parents[2] / "web"
PAGES = ("/console/", "/console/play/cafe", "/console/sessions", "/console/lab")


async def get(koto: Koto, path: str, **kwargs: Any) -> aiohttp.ClientResponse:
    return await koto.http.get(path, allow_redirects=False, **kwargs)


async def token_on(answer: aiohttp.ClientResponse) -> str:
    """The token that the page hands to its scripts."""
    found = re.search(r'<meta name="koto-token" content="([^"]+)"', await answer.text())
    assert found is not None
    return found[1]


async def visitor(koto: Koto) -> Guest:
    """A guest whose cookie this client holds."""
    token = await token_on(await get(koto, "/console/"))
    me = await (await koto.http.get("/koto-api/me", headers={"Authorization": f"Bearer {token}"})).json()
    return Guest(koto, token, me["learner_id"])


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_may_load_nothing_from_another_host_and_run_no_inline_script(koto: Koto, path: str):
    answer = await get(koto, path)
    assert answer.status == 200
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "unsafe" not in POLICY
    assert answer.headers["Cache-Control"] == "no-store"
    page = await answer.text()
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    assert re.findall(r"<script(?![^>]*(?:src=|application/json))", page) == []
    assert re.findall(r"\sstyle=|\son\w+=", page) == []


async def test_the_first_visit_makes_a_guest_kept_in_a_strict_cookie(koto: Koto):
    first = await get(koto, "/console/")
    cookie: Morsel[str] = first.cookies["koto_guest"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/console")
    again = await get(koto, "/console/")
    assert "koto_guest" not in again.cookies
    assert await token_on(again) == cookie.value


async def test_a_cookie_that_is_no_token_gets_a_new_guest(koto: Koto):
    answer = await get(koto, "/console/", headers={"Cookie": "koto_guest=nonsense"})
    assert answer.status == 200
    assert answer.cookies["koto_guest"].value == await token_on(answer)


async def test_a_link_from_another_site_does_not_replace_the_guest(koto: Koto):
    answer = await get(koto, "/console/", headers={"Sec-Fetch-Site": "cross-site"})
    assert "koto_guest" not in answer.cookies
    assert 'http-equiv="refresh"' in await answer.text()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/console/nowhere", "There is nothing here"),
        ("/console/play/moon", "There is nothing here"),
        ("/console/play/cafe?pack=ko-xx", "There is nothing here"),
        ("/console/sessions/sess_unknown", "There is nothing here"),
        ("/console/play/cafe?session=sess_unknown", "There is nothing here"),
    ],
)
async def test_what_is_not_there_is_a_friendly_page(koto: Koto, path: str, words: str):
    answer = await get(koto, path)
    assert answer.status == 404
    assert answer.content_type == "text/html"
    assert words in await answer.text()


async def test_somebody_elses_session_is_a_friendly_refusal(koto: Koto, guest: Guest):
    session_id = await guest.open()
    for path in (f"/console/sessions/{session_id}", f"/console/play/cafe?session={session_id}"):
        answer = await get(koto, path)
        assert answer.status == 403
        assert "belongs to somebody else" in await answer.text()


async def test_a_time_that_cannot_be_read_is_a_friendly_page(koto: Koto):
    answer = await get(koto, "/console/sessions?before=yesterday")
    assert answer.status == 400
    assert "cannot be read" in await answer.text()


async def test_a_session_page_shows_every_answer_and_only_its_owner_is_shown_it(koto: Koto):
    someone = await visitor(koto)
    session_id = await someone.open()
    await someone.say(session_id, koto.answers["greet"], "t1")
    await someone.say(session_id, "<b>소가 넘어갑니다</b>", "t2")
    page = await (await get(koto, f"/console/sessions/{session_id}")).text()
    assert koto.answers["greet"] in page
    assert "&lt;b&gt;소가" in page
    assert "<b>소가" not in page
    assert "evaluate" in page
    listed = await (await get(koto, "/console/sessions?q=넘어")).text()
    assert session_id in listed
    assert session_id not in await (await get(koto, "/console/sessions?q=바다")).text()
    assert session_id in await (await get(koto, "/console/")).text()


async def test_older_sessions_are_a_page_away(koto: Koto):
    someone = await visitor(koto)
    opened = {await someone.open() for _ in range(27)}
    page = await (await get(koto, "/console/sessions")).text()
    older = re.search(r'href="(/console/sessions\?before=[^"]+)"', page)
    assert older is not None
    rest = await (await get(koto, older[1].replace("&amp;", "&"))).text()
    assert {each for each in opened if each in page} | {each for each in opened if each in rest} == opened


async def test_the_languages_to_choose_from_call_themselves_by_name(koto: Koto):
    page = await (await get(koto, "/console/?pack=ko-ko")).text()
    shown = dict(re.findall(r'<a href="/console/\?pack=([a-z-]+)"[^>]*>([^<]+)</a>', page))
    assert shown == {
        "ko-en": "Korean for speakers of English",
        "ko-id": "Bahasa Korea untuk penutur bahasa Indonesia",
        "ko-ko": "한국어로 배우는 한국어",
    }
    assert re.findall(r'pack=([a-z-]+)" aria-current="true"', page) == ["ko-ko"]
    assert "카페에서 음료 주문하기" in page


async def test_an_empty_shelf_says_so(koto: Koto):
    page = await (await get(koto, "/console/?pack=ko-xx")).text()
    assert "No scene is published for this language" in page


async def test_every_link_leads_somewhere(koto: Koto):
    for path in PAGES:
        page = await (await get(koto, path)).text()
        for link in set(re.findall(r'<a [^>]*href="(/[^"#]*)', page)):
            assert (await get(koto, link.replace("&amp;", "&"))).status == 200, link


async def test_a_file_may_be_kept_for_ever_under_the_address_of_its_content(koto: Koto):
    page = await (await get(koto, "/console/")).text()
    addresses = set(re.findall(r'(?:src|href)="(/console/static/[^"#]+)', page))
    assert len(addresses) > 5
    for address in addresses:
        answer = await get(koto, address)
        assert answer.status == 200, address
        assert "immutable" in answer.headers["Cache-Control"]
    old = re.sub(r"static/\w+/", "static/0000/", min(addresses))
    assert (await get(koto, old)).headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["fonts/OFL.txt", "fonts/build.py", "../templates/home.html", "%2e%2e/x.css", ""])
async def test_only_files_for_browsers_are_served(koto: Koto, path: str):
    assert (await get(koto, f"/console/static/0000/{path}")).status == 404


def test_a_changed_file_changes_every_address(tmp_path: Path):
    (tmp_path / "a.css").write_text("a {}")
    before = StaticFiles(tmp_path).url("a.css")
    (tmp_path / "a.css").write_text("b {}")
    assert StaticFiles(tmp_path).url("a.css") != before


def test_an_address_of_a_missing_file_is_refused():
    with pytest.raises(KeyError):
        StaticFiles(WEB / "static").url("css/missing.css")


async def test_reading_about_the_api_does_not_make_a_visitor_somebody_else(koto: Koto):
    await visitor(koto)
    answer = await get(koto, "/koto-api/docs")
    assert answer.status == 200
    assert "koto_guest" not in answer.cookies


@pytest.mark.parametrize("before", ["yesterday", "0001-01-01T00:00:00+14:00"])
async def test_a_time_that_cannot_be_read_gets_a_kind_page(koto: Koto, before: str):
    assert (await get(koto, "/console/sessions", params={"before": before})).status == 400


def test_stages_follow_each_other_and_fill_the_row():
    bars = waterfall({"queue": 1.0, "evaluate": 6.0, "store": 2.0, "speech": 1.0, "perceived": 90.0})
    assert [(bar.name, bar.start, bar.width) for bar in bars[:4]] == [
        ("queue", 0.0, 10.0),
        ("evaluate", 10.0, 60.0),
        ("store", 70.0, 20.0),
        ("speech", 90.0, 10.0),
    ]
    assert bars[4].server_share == 10.0


def test_a_turn_without_timings_has_no_waterfall():
    assert waterfall({}) == ()


def test_every_word_that_the_simulator_shows_is_in_the_catalogue_of_words():
    """The packs are checked against that catalogue by the compiler."""
    known = set(yaml.safe_load((WEB.parent / "scenes" / "catalog" / "ui.yaml").read_text())["keys"])
    used = set(re.findall(r'data-ui="(\w+)"', (WEB / "templates" / "play.html").read_text()))
    for script in (WEB / "static" / "js" / "play").glob("*.js"):
        text = script.read_text()
        for asked in re.findall(r"\bword\(([^()`]+)", text):
            used |= set(re.findall(r'"(\w+)"', asked))
        for prefix in re.findall(r"word\(`(\w+)\$\{", text):
            assert any(key.startswith(prefix) for key in known), prefix
    assert used <= known


async def test_an_editor_signs_in_with_a_token_and_sees_the_lab_where_others_are_served(tmp_path: Path):
    settings = Settings.from_environ({"KOTO_DATA_DIR": str(tmp_path)})
    token = (await register_member(settings, Role.EDITOR, None)).token
    async with serving(tmp_path, KOTO_HOST="0.0.0.0") as koto:
        closed = await get(koto, "/console/lab")
        assert closed.status == 403
        assert 'action="/console/sign-in"' in await closed.text()
        own = {"Origin": str(koto.http.make_url("/")).rstrip("/")}
        wrong = await koto.http.post("/console/sign-in", data={"token": "nonsense"}, headers=own)
        assert (wrong.status, "koto_guest" in wrong.cookies) == (401, False)
        signed_in = await koto.http.post(
            "/console/sign-in", data={"token": token}, headers=own, allow_redirects=False
        )
        assert (signed_in.status, signed_in.headers["Location"]) == (303, "/console/lab")
        assert (await get(koto, "/console/lab")).status == 200


async def test_another_sites_form_signs_nobody_in(koto: Koto):
    token = (await koto.guest()).token
    for headers in ({"Origin": "https://elsewhere.example"}, {}):
        answer = await koto.http.post("/console/sign-in", data={"token": token}, headers=headers)
        assert answer.status == 403
        assert "koto_guest" not in answer.cookies
