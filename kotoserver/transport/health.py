"""What a supervisor asks: alive, ready, and the metrics."""

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from kotoserver import __version__, telemetry
from kotoserver.services.health import DependencyState, HealthReport, HealthService

HEALTH: web.AppKey[HealthService] = web.AppKey("health", HealthService)
ALIVE: web.AppKey[dict[str, str]] = web.AppKey("alive", dict[str, str])


def add_health(app: web.Application, health: HealthService, region: str | None = None) -> None:
    """Registers `/health`, `/health/ready` and `/metrics`."""
    app[HEALTH] = health
    app[ALIVE] = {"status": "ok", "version": __version__, **({"region": region} if region else {})}
    app.router.add_get("/health", _alive)
    app.router.add_get("/health/ready", _ready)
    app.router.add_get("/metrics", _metrics)


async def _alive(request: web.Request) -> web.Response:
    return web.json_response(request.app[ALIVE])


async def _ready(request: web.Request) -> web.Response:
    """200 when play works, if need be `degraded`; 503 when it does not, or the server is about to stop."""
    report = await request.app[HEALTH].report()
    checks = [
        {
            "name": state.name,
            "kind": state.kind,
            "state": _state(state),
            "ms": state.ms,
            "detail": state.detail,
        }
        for state in report.states
    ]
    body = {"status": _word(report), "checks": checks}
    return web.json_response(body, status=200 if report.ok else 503)


def _word(report: HealthReport) -> str:
    if report.draining:
        return "draining"
    if report.degraded:
        return "degraded"
    return "ok" if report.ok else "failed"


def _state(state: DependencyState) -> str:
    if state.ok:
        return "ok"
    return "failed" if state.needed else "degraded"


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(body=generate_latest(telemetry.REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})
