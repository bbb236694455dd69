"""What a supervisor and Prometheus see."""

from kotoserver.domain.errors import ProviderFailed, StorageFailed
from kotoserver.ports.clock import SystemClock
from kotoserver.services.health import Dependency, HealthService
from tests.apps import Guest, Koto


async def test_a_live_server_says_so(koto: Koto):
    assert (await (await koto.http.get("/health")).json())["status"] == "ok"


async def test_a_ready_server_names_each_dependency_with_its_latency(koto: Koto):
    answer = await koto.http.get("/health/ready")
    body = await answer.json()
    assert (answer.status, body["status"]) == (200, "ok")
    assert [check["kind"] for check in body["checks"]] == [
        "database",
        "bus",
        "blobs",
        "voice",
        "evaluator",
        "content",
        "clock",
    ]
    assert all(check["state"] == "ok" and check["ms"] >= 0 for check in body["checks"])


async def test_a_broken_dependency_is_named_and_does_not_hide_the_others():
    async def works() -> None:
        return

    async def fails() -> None:
        raise ProviderFailed("the voice is hoarse")

    dependencies = (
        Dependency(kind="database", name="sqlite", check=works),
        Dependency(kind="voice", name="espeak", check=fails),
    )
    report = await HealthService(dependencies, SystemClock()).report()
    assert not report.ok
    assert [(state.name, state.ok, state.detail) for state in report.states] == [
        ("sqlite", True, None),
        ("espeak", False, "the voice is hoarse"),
    ]


async def test_a_server_that_is_about_to_stop_is_not_ready_and_asks_nobody(koto: Koto):
    koto.services.health.drain()
    answer = await koto.http.get("/health/ready")
    assert (answer.status, await answer.json()) == (503, {"status": "draining", "checks": []})
    assert (await koto.http.get("/health")).status == 200


async def test_what_play_goes_on_without_makes_a_server_degraded_and_not_dead():
    async def works() -> None:
        return

    async def fails() -> None:
        raise StorageFailed("Redis is away")

    database = Dependency(kind="database", name="sqlite", check=works)
    bus = Dependency(kind="bus", name="redis", check=fails, needed=False)
    report = await HealthService((database, bus), SystemClock()).report()
    assert (report.ok, report.degraded) == (True, True)
    dead = Dependency(kind="database", name="postgres", check=fails)
    report = await HealthService((dead, bus), SystemClock()).report()
    assert (report.ok, report.degraded) == (False, False)


async def test_the_metrics_count_turns_stages_sockets_and_errors(guest: Guest):
    live = await guest.live(await guest.open())
    await live.say("네")
    await live.send({"type": "retry"})
    await live.send({"type": "dance"})
    await live.until("error")
    await guest.koto.services.play.settle()
    text = await (await guest.koto.http.get("/metrics")).text()
    for sample in (
        "koto_turns_total{result=",
        'koto_turn_stage_seconds_count{stage="evaluate"}',
        'koto_turn_stage_seconds_count{stage="store"}',
        "koto_open_sockets 1.0",
        'koto_errors_total{code="unknown_frame"}',
        "koto_event_loop_lag_seconds_count",
        "koto_speech_requests_total",
        'koto_http_requests_total{method="POST",route="/koto-api/sessions",status="201"}',
    ):
        assert sample in text, sample


async def test_redirections_and_missing_pages_are_counted_like_every_answer(koto: Koto):
    missing = await koto.http.get("/console/static/0/nothing.css")
    assert (missing.status, missing.headers["X-Content-Type-Options"]) == (404, "nosniff")
    assert (await koto.http.get("/console", allow_redirects=False)).status == 302
    text = await (await koto.http.get("/metrics")).text()
    assert 'koto_http_requests_total{method="GET",route="/console",status="302"}' in text
    assert 'koto_http_requests_total{method="GET",route="/console/static/{version}/{path}",status="404"}' in text


async def test_methods_that_clients_think_of_do_not_multiply_the_metrics(koto: Koto):
    await koto.http.request("PROPFIND", "/health")
    told = await (await koto.http.get("/metrics")).text()
    assert "PROPFIND" not in told
    assert 'method="other"' in told
