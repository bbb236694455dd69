"""The console's pages as a browser's server sees them: who is signed in, what is sent, what goes wrong kindly."""

import asyncio
import re
from collections.abc import AsyncIterator
from http.cookies import Morsel
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml

from kotoserver.domain.learner import Role
from kotoserver.transport.console.answering import POLICY
from kotoserver.transport.console.static import StaticFiles
from kotoserver.transport.console.views import waterfall
from kotoserver.transport.console.visitors import COOKIE
from tests import sounds
from tests.apps import Guest, Koto, serving

WEB = Path(__file__).parents[2] / "web"
PAGES = (
    "/console/",
    "/console/play/cafe",
    "/console/sessions",
    "/console/lab",
    "/console/studio/scene/cafe/lines",
    "/console/studio/scene/cafe/sentences",
    "/console/account",
    "/console/classes",
    "/console/lessons",
    "/console/lessons/new",
    "/console/users",
    "/console/audit",
    "/console/server",
    "/console/sign-in",
)


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


async def test_the_studio_lets_through_its_editors_own_styles_by_a_nonce_that_is_another_each_time(koto: Koto):
    nonces = set()
    for _ in range(2):
        answer = await get(koto, "/console/studio/scene/cafe")
        found = re.search(r'"nonce": "([\w-]{20,})"', await answer.text())
        assert found is not None
        nonces.add(found[1])
        assert answer.headers["Content-Security-Policy"] == POLICY.replace(
            "style-src 'self'", f"style-src 'self' 'nonce-{found[1]}'"
        )
    assert len(nonces) == 2


async def test_a_page_over_the_limit_says_when_to_come_back_and_a_script_is_told_in_json(tmp_path: Path):
    async with serving(tmp_path, KOTO_LIMITS="requests=2") as koto:
        for _ in range(2):
            await get(koto, "/console/")
        refused = await get(koto, "/console/sessions?q=latte", headers={"Accept": "text/html,*/*"})
        page = await refused.text()
        assert (refused.status, refused.content_type) == (429, "text/html")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert "A moment, please" in page
        assert '<a class="button strong" href="/console/sessions?q=latte">' in page
        assert "Sign in" not in page, "it is not known who looks"
        assert refused.headers["Content-Security-Policy"] == POLICY
        script = await koto.http.post("/console/token")
        assert (script.status, (await script.json())["error"]["code"]) == (429, "too_fast")
        api = await koto.http.get("/koto-api/me", headers={"Accept": "text/html"})
        assert (api.status, api.content_type) == (429, "application/json")


async def test_in_development_the_first_visit_makes_an_admin_kept_in_a_strict_cookie(koto: Koto):
    first = await get(koto, "/console/")
    cookie: Morsel[str] = first.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/console")
    again = await get(koto, "/console/")
    assert COOKIE not in again.cookies
    learners = [await koto.services.accounts.learner(await token_on(page)) for page in (first, again)]
    assert learners[0] == learners[1]
    assert learners[0].role is Role.ADMIN


async def test_in_development_a_cookie_that_is_none_of_ours_is_replaced(koto: Koto):
    answer = await get(koto, "/console/", headers={"Cookie": f"{COOKIE}=nonsense"})
    assert answer.status == 200
    assert answer.cookies[COOKIE].value


async def test_the_cookie_is_no_token_for_the_api(koto: Koto):
    cookie = (await get(koto, "/console/")).cookies[COOKIE].value
    answer = await koto.http.get("/koto-api/me", headers={"Authorization": f"Bearer {cookie}"})
    assert answer.status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"Via": "1.1 somewhere"},
        {"Host": "rebound.example"},
        {"Host": "[::1"},
    ],
    ids=str,
)
async def test_in_development_whoever_comes_by_way_of_others_is_nobody(koto: Koto, headers: dict[str, str]):
    answer = await koto.http.get("/console/users", headers=headers, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/console/sign-in?next=/console/users")
    assert COOKIE not in answer.cookies


async def test_a_link_from_another_site_does_not_replace_the_guest(koto: Koto):
    answer = await get(koto, "/console/", headers={"Sec-Fetch-Site": "cross-site"})
    assert COOKIE not in answer.cookies
    assert 'http-equiv="refresh"' in await answer.text()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/console/nowhere", "There is nothing here"),
        ("/console/play/moon", "There is nothing here"),
        ("/console/play/cafe?pack=ko-xx", "There is nothing here"),
        ("/console/sessions/sess_unknown", "There is nothing here"),
        ("/console/play/cafe?session=sess_unknown", "There is nothing here"),
        ("/console/studio/scene/moon/lines", "There is nothing here"),
        ("/console/studio/scene/moon/sentences", "There is nothing here"),
        ("/console/classes/class_unknown", "There is nothing here"),
        ("/console/lessons/les_unknown", "There is nothing here"),
    ],
)
async def test_what_is_not_there_is_a_friendly_page(koto: Koto, path: str, words: str):
    answer = await get(koto, path)
    assert answer.status == 404
    assert answer.content_type == "text/html"
    assert words in await answer.text()


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


async def test_a_session_page_shows_who_heard_an_answer_instead_of_whom_and_what_it_cost(tmp_path: Path):
    nobody = {"STT_URL": "http://127.0.0.1:1/v1", "STT_MODEL": "away"}
    stt = {"STT_PROVIDER": "openai_compatible,scripted", "PROVIDER_PRICES": "stt.scripted=0.6", **nobody}
    async with serving(tmp_path, **stt) as koto:
        someone = await visitor(koto)
        session_id = await someone.open()
        form = aiohttp.FormData({"session_id": session_id, "turn_id": "t1"})
        form.add_field("audio", await sounds.webm("네, 주문할게요."), filename="answer.webm")
        assert (await someone.call("POST", "/audio/upload", data=form)).status == 202
        await koto.services.voice.settle()
        page = await (await get(koto, f"/console/sessions/{session_id}")).text()
    [row] = re.findall(r"<tr[^>]*><td>stt</td>.*?</tr>", page)
    assert "<td>scripted" in row
    assert "after openai_compatible: unavailable" in row
    assert re.search(r">[12]\.[0-9] s<", row)
    assert re.search(r">\$0\.0[23]000<", row)


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
    assert COOKIE not in answer.cookies


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


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Koto]:
    """A server that others can reach."""
    async with serving(tmp_path, KOTO_HOST="0.0.0.0") as koto:
        yield koto


def own(koto: Koto) -> dict[str, str]:
    """What a browser says of a form on our own page."""
    return {"Origin": str(koto.http.make_url("/")).rstrip("/")}


async def post(koto: Koto, path: str, **form: str) -> aiohttp.ClientResponse:
    return await koto.http.post(path, data=form, headers=own(koto), allow_redirects=False)


async def test_where_others_are_served_nobody_is_signed_in_by_themselves(served: Koto):
    for path in ("/console/", "/console/sessions", "/console/users", "/console/lab", "/console/account"):
        answer = await served.http.get(path, allow_redirects=False)
        assert (answer.status, COOKIE in answer.cookies) == (303, False), path
    shown = await get(served, "/console/sign-in")
    assert 'name="password"' in await shown.text()


async def test_somebody_signs_in_by_password_and_out_again(served: Koto):
    await served.services.accounts.add(Role.EDITOR, email="minji@example.org", password="kopi susu gula aren")
    wrong = await post(served, "/console/sign-in", email="minji@example.org", password="something else")
    page = await wrong.text()
    assert (wrong.status, COOKIE in wrong.cookies) == (401, False)
    assert "E-mail or password is wrong." in page
    assert 'value="minji@example.org"' in page
    entered = await post(
        served,
        "/console/sign-in",
        email="minji@example.org",
        password="kopi susu gula aren",
        next="/console/lab",
    )
    assert (entered.status, entered.headers["Location"]) == (303, "/console/lab")
    assert (await get(served, "/console/lab")).status == 200
    cookie = entered.cookies[COOKIE].value
    assert (await post(served, "/console/sign-out")).status == 303
    again = await served.http.get("/console/lab", headers={"Cookie": f"{COOKIE}={cookie}"}, allow_redirects=False)
    assert again.status == 303


async def test_an_editor_signs_in_with_a_token(served: Koto):
    token = (await served.member(Role.EDITOR)).token
    wrong = await post(served, "/console/sign-in", token="nonsense")
    assert (wrong.status, COOKIE in wrong.cookies) == (401, False)
    assert (await post(served, "/console/sign-in", token=token)).status == 303
    assert (await get(served, "/console/lab")).status == 200


async def test_a_guest_plays_and_sees_nothing_of_others(served: Koto):
    assert (await post(served, "/console/sign-in", guest="1")).headers["Location"] == "/console/"
    assert (await get(served, "/console/play/cafe")).status == 200
    for path in ("/console/lab", "/console/users", "/console/audit", "/console/server"):
        assert (await get(served, path)).status == 403, path
    assert (await get(served, "/console/sessions?of=everyone")).status == 403
    home = await (await get(served, "/console/")).text()
    assert "/console/users" not in home


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/koto-api/me",
        "http://[",
        "/console/\\elsewhere.example",
        "",
    ],
)
async def test_signing_in_leads_to_no_other_site(served: Koto, elsewhere: str):
    entered = await post(served, "/console/sign-in", guest="1", next=elsewhere)
    assert entered.headers["Location"] == "/console/"


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://elsewhere.example"}, {"Origin": "null"}, {"Origin": "http://[::1"}, {}]
)
@pytest.mark.parametrize("path", ["/console/sign-in", "/console/sign-out", "/console/token", "/console/account"])
async def test_another_sites_form_does_nothing(koto: Koto, path: str, headers: dict[str, str]):
    before = await token_on(await get(koto, "/console/"))
    answer = await koto.http.post(path, data={"guest": "1"}, headers=headers, allow_redirects=False)
    assert answer.status == 403
    assert COOKIE not in answer.cookies
    after = await token_on(await get(koto, "/console/"))
    learners = [await koto.services.accounts.learner(token) for token in (before, after)]
    assert learners[0] == learners[1]


async def test_a_page_that_was_open_for_long_gets_another_token(koto: Koto):
    page = await get(koto, "/console/")
    fresh = (await (await post(koto, "/console/token")).json())["token"]
    learners = [await koto.services.accounts.learner(token) for token in (await token_on(page), fresh)]
    assert learners[0] == learners[1]


async def test_behind_tls_the_cookie_is_for_tls_only(tmp_path: Path):
    async with serving(tmp_path, KOTO_PUBLIC_URL="https://koto.example") as koto:
        headers = {"Origin": "https://koto.example"}
        entered = await koto.http.post(
            "/console/sign-in", data={"guest": "1"}, headers=headers, allow_redirects=False
        )
        assert entered.cookies[COOKIE]["secure"]


async def test_admins_see_people_the_audit_and_the_server(koto: Koto):
    learner = await koto.member(Role.LEARNER, name="<b>Sari</b>")
    users = await (await get(koto, "/console/users?q=sari")).text()
    assert learner.learner_id in users
    assert "&lt;b&gt;Sari" in users
    assert (await get(koto, "/console/users?role=nobody")).status == 400
    admin_token = await token_on(await get(koto, "/console/"))
    await koto.http.delete(
        f"/koto-api/users/{learner.learner_id}", headers={"Authorization": f"Bearer {admin_token}"}
    )
    audit = await (await get(koto, "/console/audit?action=user_erased")).text()
    assert learner.learner_id in audit
    server = await (await get(koto, "/console/server")).text()
    assert "sqlite" in server
    assert "learner requests" in server


async def test_somebody_elses_session_is_a_friendly_refusal(served: Koto):
    session_id = await (await served.guest()).open()
    await post(served, "/console/sign-in", guest="1")
    for path in (f"/console/sessions/{session_id}", f"/console/play/cafe?session={session_id}"):
        answer = await get(served, path)
        assert answer.status == 403
        assert "This belongs to somebody else" in await answer.text()


async def test_a_form_that_cannot_be_read_is_told(served: Koto):
    for content_type, body in (
        ("application/x-www-form-urlencoded; charset=bogus", b"guest=1"),
        ("application/x-www-form-urlencoded", b"email=\xff&password=x"),
        ("multipart/form-data; boundary=x", b"--x\r\nnothing"),
    ):
        headers = {**own(served), "Content-Type": content_type}
        answer = await served.http.post("/console/sign-in", data=body, headers=headers)
        assert answer.status in (400, 401), content_type
        assert "Sign in" in await answer.text()


async def test_a_form_that_comes_in_drops_is_not_waited_for(tmp_path: Path):
    answered = asyncio.Event()

    async def drops() -> AsyncIterator[bytes]:
        yield b"guest"
        await answered.wait()

    async with serving(tmp_path, KOTO_BODY_SECONDS="1") as koto:
        headers = {**own(koto), "Content-Type": "application/x-www-form-urlencoded"}
        answer = await koto.http.post("/console/sign-in", data=drops(), headers=headers)
        assert answer.status == 408
        answered.set()


async def test_an_account_gets_its_password_without_a_script(served: Koto):
    await post(served, "/console/sign-in", guest="1")
    weak = await post(served, "/console/account", email="sari@example.org", password="short")
    assert "10 to 200 characters" in await weak.text()
    kept = await post(served, "/console/account", email="sari@example.org", password="kopi susu gula aren")
    assert (kept.status, kept.headers["Location"]) == (303, "/console/account")
    assert "sari@example.org" in await (await get(served, "/console/account")).text()
