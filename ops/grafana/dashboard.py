"""The dashboard, written down once: `python ops/grafana/dashboard.py` writes dashboards/koto.json from it.

A panel is a title, what it says, its unit, and queries with their legends. `$__rate_interval` is Grafana's own.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_uppercase
from typing import Any

TARGET = Path(__file__).parent / "dashboards/koto.json"
SOURCE = {"type": "prometheus", "uid": "${source}"}
COLUMNS = 24
ENGINE = "{{stage}} {{provider}}"
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Panel:
    title: str
    says: str
    queries: dict[str, str]
    """Query -> legend."""
    unit: str = "short"
    width: int = 8
    kind: str = "timeseries"
    """`timeseries` or `stat`."""
    turns_red: float | None = None
    """Value from which on it is drawn red."""
    low_is_bad: bool = False
    stacked: bool = False
    most: float | None = None


@dataclass(frozen=True, kw_only=True)
class Row:
    title: str
    panels: list[Panel] = field(default_factory=list)


def rate(counter: str, by: str = "", where: str = "") -> str:
    grouped = f" by ({by})" if by else ""
    return f"sum{grouped} (rate({counter}{where}[$__rate_interval]))"


def a_minute(counter: str, by: str = "") -> str:
    return f"60 * {rate(counter, by)}"


def quantile(share: float, histogram: str, by: str = "", where: str = "") -> str:
    grouped = f"{by}, le" if by else "le"
    return f"histogram_quantile({share}, sum by ({grouped}) (rate({histogram}_bucket{where}[$__rate_interval])))"


GLANCE = Row(
    title="At a glance",
    panels=[
        Panel(
            title="Processes",
            says="Processes of the server that answer.",
            queries={'sum(up{job="koto"})': ""},
            kind="stat",
            width=3,
            turns_red=1,
            low_is_bad=True,
        ),
        Panel(
            title="Playing now",
            says="Live sessions of all processes.",
            queries={"max(koto_live_connections)": ""},
            kind="stat",
            width=3,
        ),
        Panel(
            title="Turns a minute",
            says="Answers of learners that were judged.",
            queries={a_minute("koto_turns_total"): ""},
            kind="stat",
            width=3,
        ),
        Panel(
            title="Line to judgement",
            says="19 of 20 typed turns are judged within this time.",
            queries={'koto:turn_seconds:p95_5m{by="text"}': ""},
            unit="s",
            kind="stat",
            width=3,
            turns_red=1,
        ),
        Panel(
            title="Requests that fail",
            says="By our own fault (5xx).",
            queries={"koto:error_share:5m": ""},
            unit="percentunit",
            kind="stat",
            width=3,
            turns_red=0.02,
        ),
        Panel(
            title="Budget used today",
            says="The fuller of the two purses, speech and models.",
            queries={"max(koto:budget_used:ratio)": ""},
            unit="percentunit",
            kind="stat",
            width=3,
            turns_red=0.8,
        ),
        Panel(
            title="Newest backup",
            says="Its age.",
            queries={"koto:backup_age_seconds": ""},
            unit="s",
            kind="stat",
            width=3,
            turns_red=176_400,
        ),
        Panel(
            title="Alerts",
            says="That fire now.",
            queries={'sum(ALERTS{alertstate="firing"}) or vector(0)': ""},
            kind="stat",
            width=3,
            turns_red=1,
        ),
    ],
)
TURNS = Row(
    title="Turns",
    panels=[
        Panel(
            title="Turns a minute, by result",
            says="What learners said, as it was judged; unheard are recordings without speech.",
            queries={a_minute("koto_turns_total", "result"): "{{result}}"},
            stacked=True,
        ),
        Panel(
            title="From line to judgement",
            says="From the text, or the end of the recording, until the judgement is told.",
            queries={
                quantile(0.5, "koto_turn_seconds", "by"): "{{by}} p50",
                quantile(0.95, "koto_turn_seconds", "by"): "{{by}} p95",
                quantile(0.99, "koto_turn_seconds", "by"): "{{by}} p99",
            },
            unit="s",
        ),
        Panel(
            title="Stages of a turn, p95",
            says="`speech` is the line that follows, `perceived` what clients measured until they heard it.",
            queries={quantile(0.95, "koto_turn_stage_seconds", "stage"): "{{stage}}"},
            unit="s",
        ),
        Panel(
            title="Sessions an hour",
            says="Begun, finished, left.",
            queries={f"3600 * {rate('koto_sessions_total', 'what')}": "{{what}}"},
        ),
        Panel(
            title="Recordings a minute, as heard",
            says="Speech, unsure, unheard or unreadable.",
            queries={a_minute("koto_recordings_heard_total", "heard"): "{{heard}}"},
            stacked=True,
        ),
        Panel(
            title="Recordings a minute, by container",
            says="As they were uploaded.",
            queries={a_minute("koto_recordings_total", "media_type"): "{{media_type}}"},
            stacked=True,
        ),
    ],
)
ENGINES = Row(
    title="Engines",
    panels=[
        Panel(
            title="Questions a minute",
            says="How they ended: answered, lost (another was quicker), left (nobody waits), or a failure.",
            queries={
                a_minute("koto_provider_calls_total", "stage, provider, outcome"): f"{ENGINE} {{{{outcome}}}}"
            },
            stacked=True,
        ),
        Panel(
            title="Time until an answer, p95",
            says="Of each engine by itself.",
            queries={quantile(0.95, "koto_provider_seconds", "stage, provider"): ENGINE},
            unit="s",
        ),
        Panel(
            title="Failures",
            says="Share of what an engine was asked that failed by its own fault.",
            queries={"koto:engine_failure_share:5m": ENGINE},
            unit="percentunit",
            most=1,
        ),
        Panel(
            title="Fallbacks a minute",
            says="Answers that came from a later engine, by why this one gave none.",
            queries={
                a_minute("koto_provider_fallbacks_total", "stage, provider, reason"): f"{ENGINE} {{{{reason}}}}"
            },
        ),
        Panel(
            title="Left alone",
            says="1 while the breaker of an engine is open.",
            queries={"max by (stage, provider) (koto_provider_rests)": ENGINE},
            most=1,
        ),
        Panel(
            title="Asked twice",
            says="Questions a minute that went to the next engine too because this one was slow.",
            queries={a_minute("koto_provider_hedges_total", "stage, provider"): ENGINE},
        ),
        Panel(
            title="Language models, requests a minute",
            says="By what became of them.",
            queries={a_minute("koto_model_calls_total", "model, outcome"): "{{model}} {{outcome}}"},
        ),
        Panel(
            title="Settled without a model",
            says="Turns a minute of which the local judge was sure.",
            queries={a_minute("koto_model_calls_saved_total"): "saved"},
        ),
        Panel(
            title="Judged by less than was set",
            says="Turns a minute, by the reason.",
            queries={a_minute("koto_model_degraded_total", "reason"): "{{reason}}"},
        ),
    ],
)
COST = Row(
    title="Cost",
    panels=[
        Panel(
            title="Spent today",
            says="Of the day's budget (UTC); on speech by all processes, on models by each.",
            queries={
                "max by (on) (koto_budget_spent_usd)": "{{on}}",
                "max by (on) (koto_budget_usd)": "budget for {{on}}",
            },
            unit="currencyUSD",
        ),
        Panel(
            title="US dollars an hour",
            says="By the price tables.",
            queries={
                f"3600 * {rate('koto_provider_cost_usd_total', 'stage, provider')}": "{{stage}} {{provider}}",
                f"3600 * {rate('koto_model_cost_usd_total', 'model')}": "model {{model}}",
            },
            unit="currencyUSD",
            stacked=True,
        ),
        Panel(
            title="What it is spent on, a minute",
            says="Tokens, characters and seconds of sound.",
            queries={
                a_minute("koto_model_tokens_total", "model, kind"): "{{model}} tokens {{kind}}",
                a_minute("koto_provider_characters_total", "provider"): "{{provider}} characters",
                a_minute("koto_provider_audio_seconds_total", "stage, provider"): "{{stage}} {{provider}} seconds",
            },
        ),
    ],
)
SPEECH = Row(
    title="Speech",
    panels=[
        Panel(
            title="Lines asked for, a minute",
            says="hit: kept from before; joined: somebody else was waiting for it already; miss: made anew.",
            queries={a_minute("koto_speech_requests_total", "answer"): "{{answer}}"},
            stacked=True,
        ),
        Panel(
            title="Share that was kept",
            says="Over an hour.",
            queries={"koto:speech_kept_share:1h": "hit"},
            unit="percentunit",
            most=1,
            width=4,
        ),
        Panel(
            title="Making a line, p95",
            says="Speaking and encoding.",
            queries={quantile(0.95, "koto_synthesis_seconds", "provider"): "{{provider}}"},
            unit="s",
            width=6,
        ),
        Panel(
            title="Kept speech",
            says="And files dropped an hour to stay within KOTO_SPEECH_CACHE_MB.",
            queries={
                "max(koto_speech_cache_bytes)": "bytes",
                f"3600 * {rate('koto_speech_evictions_total')}": "dropped an hour",
            },
            unit="bytes",
            width=6,
        ),
    ],
)
LEARNERS = Row(
    title="Learners and sockets",
    panels=[
        Panel(
            title="Live",
            says="Sessions of all processes, and how many there may be.",
            queries={
                "max(koto_live_connections)": "live sessions",
                "max(koto_live_connections_limit)": "KOTO_MOST_LIVE",
                "sum(koto_live_learners)": "learners",
            },
        ),
        Panel(
            title="Open sockets",
            says="By process.",
            queries={"koto_open_sockets": "{{instance}}"},
            stacked=True,
        ),
        Panel(
            title="Sockets closed, a minute",
            says="1000 goodbye, 1001 we go away, 1006 cut off, 4409 replaced; docs/websocket.md has the others.",
            queries={a_minute("koto_sockets_closed_total", "code"): "{{code}}"},
        ),
        Panel(
            title="Refused by a limit, a minute",
            says="KOTO_LIMITS, by what was asked for too often.",
            queries={a_minute("koto_refused_uses_total", "use"): "{{use}}"},
        ),
        Panel(
            title="Errors told to clients, a minute",
            says="By code; docs/errors.md explains each.",
            queries={a_minute("koto_errors_total", "code"): "{{code}}"},
        ),
        Panel(
            title="Requests a second",
            says="By status.",
            queries={rate("koto_http_requests_total", "status"): "{{status}}"},
            stacked=True,
        ),
        Panel(
            title="Slowest calls, p95",
            says="The eight slowest routes.",
            queries={f"topk(8, {quantile(0.95, 'koto_http_request_seconds', 'route')})": "{{route}}"},
            unit="s",
            width=12,
        ),
    ],
)
STORES = Row(
    title="Stores",
    panels=[
        Panel(
            title="Answers its check",
            says="1 for yes. Without the bus or the blobs play goes on, though worse.",
            queries={"min by (kind, name) (koto_dependency_up)": "{{kind}} ({{name}})"},
            most=1,
        ),
        Panel(
            title="Time of a check",
            says="The smallest thing that can be asked of each.",
            queries={"max by (kind, name) (koto_dependency_check_seconds)": "{{kind}} ({{name}})"},
            unit="s",
        ),
        Panel(
            title="Connections to Postgres",
            says="0 on SQLite.",
            queries={
                "sum(koto_database_connections_in_use)": "in use",
                "sum(koto_database_connections_open)": "open",
                "sum(koto_database_connections_limit)": "at most",
            },
        ),
        Panel(
            title="Without Redis",
            says="Processes that go on by themselves, and calls a minute that they answered in its place.",
            queries={
                "sum(koto_bus_away)": "processes",
                a_minute("koto_bus_stand_ins_total", "call"): "{{call}}",
            },
        ),
        Panel(
            title="Room on the disks",
            says="Of the data and of the backups.",
            queries={
                "min by (disk) (koto_disk_free_bytes)": "{{disk}}",
                "min by (disk) (koto_disk_size_bytes)": "{{disk}}, size",
            },
            unit="bytes",
        ),
        Panel(
            title="Age of the newest backup",
            says="An alert comes after 49 hours.",
            queries={"koto:backup_age_seconds": "age"},
            unit="s",
        ),
    ],
)
PROCESS = Row(
    title="Processes and machine",
    panels=[
        Panel(
            title="Event loop, p99",
            says="How late it wakes a sleeper: above a tenth of a second something blocks it.",
            queries={"koto:loop_lag_seconds:p99_5m": "{{instance}}"},
            unit="s",
            turns_red=0.1,
        ),
        Panel(
            title="Memory",
            says="Resident, of each process.",
            queries={'process_resident_memory_bytes{job="koto"}': "{{instance}}"},
            unit="bytes",
        ),
        Panel(
            title="CPU",
            says="Of one core, of each process.",
            queries={'rate(process_cpu_seconds_total{job="koto"}[$__rate_interval])': "{{instance}}"},
            unit="percentunit",
        ),
        Panel(
            title="Open files",
            says="Sockets count too.",
            queries={
                'process_open_fds{job="koto"}': "{{instance}}",
                'min(process_max_fds{job="koto"})': "at most",
            },
        ),
        Panel(
            title="Machine",
            says="Memory and the fullest disks.",
            queries={
                "1 - koto:host_memory_free:ratio": "memory {{instance}}",
                "topk(3, 1 - koto:host_disk_free:ratio)": "{{mountpoint}}",
            },
            unit="percentunit",
            most=1,
        ),
        Panel(
            title="Version and start",
            says="Since when each process runs which version.",
            queries={
                'time() - process_start_time_seconds{job="koto"}': "{{instance}} up",
                "koto_server_info": "{{instance}}: {{version}}",
            },
            unit="s",
        ),
        Panel(
            title="The site from outside",
            says="1 while it answers over TLS; none without an edge.",
            queries={'probe_success{job="edge"}': "{{instance}}"},
            most=1,
        ),
        Panel(
            title="Certificate",
            says="Time until it ends.",
            queries={"koto:certificate_seconds_left": "{{instance}}"},
            unit="s",
            turns_red=1_209_600,
            low_is_bad=True,
        ),
    ],
)
ROWS = (GLANCE, TURNS, ENGINES, COST, SPEECH, LEARNERS, STORES, PROCESS)


def queries() -> Iterator[str]:
    """Every query of every panel."""
    for row in ROWS:
        for panel in row.panels:
            yield from panel.queries


def dashboard() -> Json:
    return {
        "uid": "koto",
        "title": "Korean Together",
        "description": "kotoserver at a glance. Generated: change ops/grafana/dashboard.py instead.",
        "tags": ["koto"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "source", "label": "Source", "type": "datasource", "query": "prometheus"}]
        },
        "annotations": {
            "list": [
                {
                    "name": "Alerts",
                    "datasource": SOURCE,
                    "enable": True,
                    "iconColor": "red",
                    "expr": 'ALERTS{alertstate="firing", severity="critical"}',
                    "titleFormat": "{{alertname}}",
                }
            ]
        },
        "panels": list(_placed()),
    }


def _placed() -> Iterator[Json]:
    number = y = 0
    for row in ROWS:
        number += 1
        yield {
            "id": number,
            "type": "row",
            "title": row.title,
            "collapsed": False,
            "panels": [],
            "gridPos": _at(0, y, COLUMNS, 1),
        }
        y += 1
        x, height = 0, 4 if row is GLANCE else 8
        for panel in row.panels:
            if x + panel.width > COLUMNS:
                x, y = 0, y + height
            number += 1
            yield {"id": number, "gridPos": _at(x, y, panel.width, height), **_drawn(panel)}
            x += panel.width
        y += height


def _at(x: int, y: int, width: int, height: int) -> Json:
    return {"x": x, "y": y, "w": width, "h": height}


def _drawn(panel: Panel) -> Json:
    return {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.says,
        "datasource": SOURCE,
        "targets": [
            {
                "refId": letter,
                "datasource": SOURCE,
                "expr": query,
                "legendFormat": legend or "__auto",
            }
            for letter, (query, legend) in zip(ascii_uppercase, panel.queries.items(), strict=False)
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel),
    }


def _defaults(panel: Panel) -> Json:
    good, bad = ("red", "green") if panel.low_is_bad else ("green", "red")
    steps = [{"color": good, "value": None}]
    if panel.turns_red is not None:
        steps.append({"color": bad, "value": panel.turns_red})
    drawn: Json = {"unit": panel.unit, "min": 0, "thresholds": {"mode": "absolute", "steps": steps}}
    if panel.most is not None:
        drawn["max"] = panel.most
    if panel.kind == "stat":
        return {**drawn, "color": {"mode": "thresholds"}}
    return {
        **drawn,
        "color": {"mode": "palette-classic"},
        "custom": {
            "lineWidth": 1,
            "fillOpacity": 25 if panel.stacked else 8,
            "showPoints": "never",
            "stacking": {"mode": "normal" if panel.stacked else "none"},
            "thresholdsStyle": {"mode": "off" if panel.turns_red is None else "line"},
        },
    }


def _options(panel: Panel) -> Json:
    if panel.kind == "stat":
        return {"reduceOptions": {"calcs": ["lastNotNull"]}, "graphMode": "area", "colorMode": "value"}
    return {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi", "sort": "desc"}}


def text() -> str:
    return json.dumps(dashboard(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    TARGET.write_text(text(), "utf-8")
