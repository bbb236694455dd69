"""What the server tells its operators: every metric by name in one list, log lines with ids, and traces.

Labels take few values, all known here or in the settings: never an id, never a word of a learner.
"""

import asyncio

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector

from kotoserver.telemetry.logs import REQUESTS_LOGGER as REQUESTS_LOGGER
from kotoserver.telemetry.logs import log_ids as log_ids
from kotoserver.telemetry.logs import set_up_logging as set_up_logging
from kotoserver.telemetry.logs import tell as tell
from kotoserver.telemetry.logs import turn as turn
from kotoserver.telemetry.tracing import TraceContext as TraceContext
from kotoserver.telemetry.tracing import belonging_to as belonging_to
from kotoserver.telemetry.tracing import current_trace as current_trace
from kotoserver.telemetry.tracing import outgoing as outgoing
from kotoserver.telemetry.tracing import read_trace as read_trace
from kotoserver.telemetry.tracing import record_past as record_past
from kotoserver.telemetry.tracing import span as span

REGISTRY = CollectorRegistry()

SERVER = Info("koto_server", "Which version this process runs.", registry=REGISTRY)
PROCESS = ProcessCollector(registry=REGISTRY)
"""CPU, memory, open files and the start, as the system counts them."""

FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds, from half a millisecond to an engine's last deadline."""

TURNS = Counter("koto_turns", "Utterances judged, by result.", ["result"], registry=REGISTRY)
STAGES = Histogram(
    "koto_turn_stage_seconds",
    "Time a turn spends in each stage: queue, evaluate, decide, store, publish, speech, perceived.",
    ["stage"],
    buckets=FAST,
    registry=REGISTRY,
)
TURN_SECONDS = Histogram(
    "koto_turn_seconds",
    "Time from a learner's line (its text, or the end of its recording) to its judgement, by text or voice.",
    ["by"],
    buckets=FAST,
    registry=REGISTRY,
)
SESSIONS = Counter("koto_sessions", "Sessions, by what happened to them.", ["what"], registry=REGISTRY)
RECORDINGS = Counter("koto_recordings", "Recordings uploaded, by container.", ["media_type"], registry=REGISTRY)
HEARD = Counter(
    "koto_recordings_heard",
    "Recordings listened to: speech, unsure, unheard or unreadable.",
    ["heard"],
    registry=REGISTRY,
)
SPEECH_REQUESTS = Counter(
    "koto_speech_requests",
    "Speech asked for, by how it was answered: hit, miss or joined.",
    ["answer"],
    registry=REGISTRY,
)
SYNTHESIS = Histogram(
    "koto_synthesis_seconds",
    "Time to synthesise and encode one line.",
    ["provider"],
    buckets=FAST,
    registry=REGISTRY,
)
SPEECH_CACHE_BYTES = Gauge("koto_speech_cache_bytes", "Bytes of speech kept.", registry=REGISTRY)
SPEECH_EVICTIONS = Counter("koto_speech_evictions", "Speech files dropped to stay in bounds.", registry=REGISTRY)
OPEN_SOCKETS = Gauge("koto_open_sockets", "WebSocket connections open now.", registry=REGISTRY)
LIVE_CONNECTIONS = Gauge(
    "koto_live_connections", "Sessions played live now, by all servers together.", registry=REGISTRY
)
LIVE_LIMIT = Gauge("koto_live_connections_limit", "KOTO_MOST_LIVE.", registry=REGISTRY)
LIVE_LEARNERS = Gauge("koto_live_learners", "Learners with a live session on this process now.", registry=REGISTRY)
DEPENDENCY_UP = Gauge(
    "koto_dependency_up",
    "1 while a store (database, bus, blobs), the content or the clock passes its check.",
    ["kind", "name"],
    registry=REGISTRY,
)
DEPENDENCY_SECONDS = Gauge(
    "koto_dependency_check_seconds", "Time that the last check took.", ["kind", "name"], registry=REGISTRY
)
POOL_OPEN = Gauge("koto_database_connections_open", "Connections to Postgres; 0 on SQLite.", registry=REGISTRY)
POOL_IN_USE = Gauge("koto_database_connections_in_use", "Those that do something now.", registry=REGISTRY)
POOL_LIMIT = Gauge("koto_database_connections_limit", "KOTO_POOL_MAX; 0 on SQLite.", registry=REGISTRY)
DISK_FREE = Gauge(
    "koto_disk_free_bytes", "Room left where the data and the backups are kept.", ["disk"], registry=REGISTRY
)
DISK_SIZE = Gauge("koto_disk_size_bytes", "Size of the same disks.", ["disk"], registry=REGISTRY)
LAST_BACKUP = Gauge(
    "koto_last_backup_timestamp_seconds",
    "When the newest backup in KOTO_BACKUP_DIR was finished; 0 for none.",
    registry=REGISTRY,
)
REFUSED_USES = Counter(
    "koto_refused_uses", "What was refused because a limit on use was reached.", ["use"], registry=REGISTRY
)
SOCKETS_CLOSED = Counter(
    "koto_sockets_closed", "WebSocket connections closed, by code.", ["code"], registry=REGISTRY
)
LOOP_LAG = Histogram(
    "koto_event_loop_lag_seconds", "How late the event loop wakes a sleeper.", buckets=FAST, registry=REGISTRY
)
MODEL_CALLS = Counter(
    "koto_model_calls",
    "Requests to language models, by outcome: used, refused (broke the schema), blocked, failed, unfinished.",
    ["model", "outcome"],
    registry=REGISTRY,
)
MODEL_CALLS_SAVED = Counter(
    "koto_model_calls_saved", "Turns that the local judge settled without a language model.", registry=REGISTRY
)
MODEL_TOKENS = Counter(
    "koto_model_tokens", "Tokens used, asked or answered.", ["model", "kind"], registry=REGISTRY
)
MODEL_COST = Counter(
    "koto_model_cost_usd", "US dollars spent, by our own count of tokens.", ["model"], registry=REGISTRY
)
MODEL_DEGRADED = Counter(
    "koto_model_degraded",
    "Turns judged by less than was configured, by the reason.",
    ["reason"],
    registry=REGISTRY,
)
PROVIDER_CALLS = Counter(
    "koto_provider_calls",
    "Questions to engines, by how they ended: answered, lost (another was quicker), left (nobody waits any more), "
    "or the code of the failure.",
    ["stage", "provider", "outcome"],
    registry=REGISTRY,
)
PROVIDER_SECONDS = Histogram(
    "koto_provider_seconds",
    "Time until an engine's whole answer.",
    ["stage", "provider"],
    buckets=FAST,
    registry=REGISTRY,
)
PROVIDER_FALLBACKS = Counter(
    "koto_provider_fallbacks",
    "Answers that did not come from this engine, though it stands before the one that gave it, by the reason.",
    ["stage", "provider", "reason"],
    registry=REGISTRY,
)
PROVIDER_HEDGES = Counter(
    "koto_provider_hedges",
    "Questions put to the next engine because this one was slow.",
    ["stage", "provider"],
    registry=REGISTRY,
)
PROVIDER_RESTS = Gauge(
    "koto_provider_rests", "1 while an engine is left alone.", ["stage", "provider"], registry=REGISTRY
)
PROVIDER_COST = Counter(
    "koto_provider_cost_usd", "US dollars, by the price table.", ["stage", "provider"], registry=REGISTRY
)
PROVIDER_CHARACTERS = Counter("koto_provider_characters", "Text spoken.", ["provider"], registry=REGISTRY)
PROVIDER_AUDIO_SECONDS = Counter(
    "koto_provider_audio_seconds", "Sound heard or made.", ["stage", "provider"], registry=REGISTRY
)
BUDGET = Gauge(
    "koto_budget_usd",
    "US dollars that may be spent in a day of UTC, on speech or models.",
    ["on"],
    registry=REGISTRY,
)
BUDGET_SPENT = Gauge(
    "koto_budget_spent_usd",
    "US dollars spent or put aside today: on speech by all servers, on models by this process.",
    ["on"],
    registry=REGISTRY,
)
BUS_AWAY = Gauge(
    "koto_bus_away", "1 while Redis does not answer and this process goes on by itself.", registry=REGISTRY
)
BUS_STAND_INS = Counter(
    "koto_bus_stand_ins",
    "Calls of the bus that this process answered in place of Redis.",
    ["call"],
    registry=REGISTRY,
)
ERRORS = Counter("koto_errors", "Errors answered to clients, by code.", ["code"], registry=REGISTRY)
ERRORS.labels("internal")  # stands at 0 from the start, or nobody would see the first bug as an increase
REQUESTS = Counter(
    "koto_http_requests", "HTTP requests, by route and status.", ["method", "route", "status"], registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "koto_http_request_seconds", "Time to answer an HTTP request.", ["route"], buckets=FAST, registry=REGISTRY
)


async def watch_loop_lag(every_seconds: float = 0.25) -> None:
    """Measures for ever how late the loop wakes a sleeper; cancel it to stop."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every_seconds
        await asyncio.sleep(every_seconds)
        LOOP_LAG.observe(max(0.0, loop.time() - due))
