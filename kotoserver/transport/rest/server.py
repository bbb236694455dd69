"""The REST call by which admins watch one process: what is wrong, and its last hours."""

import math
import os
import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal

from kotoserver import __version__, telemetry
from kotoserver.domain.checkup import Finding, State
from kotoserver.domain.engines import EngineState
from kotoserver.services.limits import LimitsService
from kotoserver.services.lookout import Lookout, figures
from kotoserver.services.pulse import Stretch
from kotoserver.services.wellbeing import BOUNDS, Fullness, findings
from kotoserver.transport.rest.models.server import (
    DiskView,
    NoticeView,
    PlotLineView,
    PlotView,
    ProcessView,
    ServerAnswer,
    ServerQuery,
    StoreView,
    WatchedEngineView,
)
from kotoserver.transport.rest.operations import Call

MOST_POINTS = 180
PROCESS_NAME = f"{socket.gethostname()}, process {os.getpid()}"
_SPOKEN = {"stt": "ears", "tts": "voice", "evaluate": "judge"}
Values = list[float | None]


async def show_server(call: Call) -> ServerAnswer:
    query: ServerQuery = call.query
    services = call.services
    return await server_answer(services.lookout, services.limits, hours=query.hours)


async def server_answer(lookout: Lookout, limits: LimitsService, *, hours: int) -> ServerAnswer:
    """The figures of this process; live sessions are those of all."""
    stretch = lookout.pulse.stretch(hours * 3600, MOST_POINTS)
    live, budgets = await limits.count_live(), _budgets()
    fullness = [
        Fullness(about="live sessions", taken=live, most=limits.most_live, told="KOTO_MOST_LIVE"),
        *(
            Fullness(about="money", taken=spent, most=budget, told=f"today's budget for {on}")
            for on, (spent, budget) in budgets.items()
        ),
    ]
    return ServerAnswer(
        process=ProcessView(name=PROCESS_NAME, version=__version__, since=lookout.since, at=datetime.now(UTC)),
        findings=[_finding(each) for each in findings(lookout, fullness)],
        times=[datetime.fromtimestamp(at, UTC) for at in stretch.times()],
        plots=_plots(stretch, budgets, limits.most_live),
        engines=[_engine(state, stretch) for state in lookout.engines()],
        stores=_stores(lookout, stretch),
        disks=[DiskView(name=room.name, free=room.free, size=room.size) for room in lookout.rooms],
        backup_hours=lookout.backup_age_hours(),
        live=live,
        most_live=limits.most_live,
    )


def _finding(found: Finding) -> NoticeView:
    state: Literal["broken", "doubtful"] = "broken" if found.state is State.BROKEN else "doubtful"
    return NoticeView(about=found.about, state=state, sentence=found.sentence)


def _budgets() -> dict[str, tuple[float, float]]:
    """What it is for -> US dollars spent today, and the budget."""
    budgets = {
        sample.labels["on"]: sample.value for family in telemetry.BUDGET.collect() for sample in family.samples
    }
    now = figures()
    return {on: (now.get(f"spent {on}", 0.0), budget) for on, budget in budgets.items()}


def _plots(stretch: Stretch, budgets: dict[str, tuple[float, float]], most_live: int) -> list[PlotView]:
    def milliseconds(name: str, share: float) -> Values:
        return _values([value * 1000 for value in stretch.quantile(name, share, BOUNDS)])

    def quantiles(name: str) -> list[PlotLineView]:
        return [PlotLineView(name=f"p{share}", values=milliseconds(name, share / 100)) for share in (50, 95)]

    asked = [stretch.gained(f"speech {answer}") for answer in ("hit", "joined", "miss")]
    return [
        PlotView(
            id="turns",
            title="Turns",
            unit="a minute",
            lines=[PlotLineView(name="judged", values=_values(stretch.per_minute("turns")))],
            empty="Nobody has said anything yet.",
        ),
        PlotView(
            id="judged", title="From line to judgement", unit="ms", lines=quantiles("judged"), empty="No turn yet."
        ),
        PlotView(id="evaluate", title="Evaluation", unit="ms", lines=quantiles("evaluate"), empty="No turn yet."),
        PlotView(
            id="money",
            title="Spent today",
            unit="usd",
            lines=[PlotLineView(name=on, values=_values(stretch.value(f"spent {on}"))) for on in budgets],
            limit=max((budget for spent, budget in budgets.values() if spent > budget / 2), default=None),
            empty="Nothing costs money.",
        ),
        PlotView(
            id="speech",
            title="Speech that was kept",
            unit="share",
            lines=[PlotLineView(name="hit", values=_values([_share(*each) for each in zip(*asked, strict=True)]))],
            empty="Nobody has asked for a line yet.",
        ),
        PlotView(
            id="sockets",
            title="Open sockets",
            unit="count",
            lines=[PlotLineView(name="open", values=_values(stretch.highest("sockets")))],
            limit=most_live,
            empty="Nobody is connected.",
        ),
        PlotView(
            id="requests",
            title="Requests",
            unit="a minute",
            lines=[
                PlotLineView(name="all", values=_values(stretch.per_minute("requests"))),
                PlotLineView(name="failed", values=_values(stretch.per_minute("requests failed"))),
            ],
            empty="No request yet.",
        ),
        PlotView(
            id="lag",
            title="Event loop, how late",
            unit="ms",
            lines=[PlotLineView(name="p99", values=milliseconds("lag", 0.99))],
            limit=100,
            empty="Not measured yet.",
        ),
        PlotView(
            id="memory",
            title="Memory",
            unit="bytes",
            lines=[PlotLineView(name="resident", values=_values(stretch.highest("memory")))],
            empty="This system does not tell.",
        ),
    ]


def _engine(state: EngineState, stretch: Stretch) -> WatchedEngineView:
    of = f"{state.stage} {state.name}"
    return WatchedEngineView(
        stage=_SPOKEN[state.stage.value],
        name=state.name,
        resting=state.resting,
        failures=state.failures,
        p50_ms=_milliseconds(state.p50_seconds),
        p95_ms=_milliseconds(state.p95_seconds),
        calls=_sum(stretch.gained(f"calls {of}")),
        failed=_sum(stretch.gained(f"failed {of}")),
        passed_on=_sum(stretch.gained(f"passed {of}")),
        calls_a_minute=_values(stretch.per_minute(f"calls {of}")),
    )


def _stores(lookout: Lookout, stretch: Stretch) -> list[StoreView]:
    views = []
    for state in lookout.stores:
        failure = lookout.last_failure(state.kind)
        views.append(
            StoreView(
                kind=state.kind,
                name=state.name,
                ok=state.ok,
                needed=state.needed,
                ms=state.ms,
                detail=state.detail,
                failed_at=failure.at if failure else None,
                failed_with=failure.detail if failure else None,
                failed_times=failure.times if failure else 0,
                up=_values(stretch.lowest(f"up {state.kind} {state.name}")),
            )
        )
    return views


def _values(found: Sequence[float]) -> Values:
    """As JSON knows them, with as many digits as anybody sees."""
    return [None if math.isnan(value) else float(f"{value:.4g}") for value in found]


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _sum(gains: Sequence[float]) -> float:
    return sum(gain for gain in gains if not math.isnan(gain))


def _share(hits: float, joined: float, misses: float) -> float:
    """Of the lines that were asked for, those that need not be made; NaN when none was asked for."""
    known = [0.0 if math.isnan(each) else each for each in (hits, joined, misses)]
    return known[0] / sum(known) if sum(known) else math.nan
