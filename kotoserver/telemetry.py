"""What the server tells its operators: log lines with ids, and every metric by name.

A log line names requests, sessions and turns by id and errors by code. What a learner said never
reaches a log: no function here takes it, and of an exception that nobody expected only its kind and the
places it went through are written, for its message may quote the value that broke something.
"""

import asyncio
import json
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()

_FAST = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

TURNS = Counter("koto_turns", "Utterances judged, by result.", ["result"], registry=REGISTRY)
STAGES = Histogram(
    "koto_turn_stage_seconds",
    "Time a turn spends in each stage: queue, evaluate, decide, store, publish, speech, perceived.",
    ["stage"],
    buckets=_FAST,
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
    buckets=_FAST,
    registry=REGISTRY,
)
SPEECH_CACHE_BYTES = Gauge("koto_speech_cache_bytes", "Bytes of speech kept.", registry=REGISTRY)
SPEECH_EVICTIONS = Counter("koto_speech_evictions", "Speech files dropped to stay in bounds.", registry=REGISTRY)
OPEN_SOCKETS = Gauge("koto_open_sockets", "WebSocket connections open now.", registry=REGISTRY)
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
    "koto_event_loop_lag_seconds", "How late the event loop wakes a sleeper.", buckets=_FAST, registry=REGISTRY
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
    buckets=_FAST,
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
SPEECH_BUDGET_LEFT = Gauge(
    "koto_speech_budget_left_usd", "US dollars that all servers may spend on speech today.", registry=REGISTRY
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
REQUESTS = Counter(
    "koto_http_requests", "HTTP requests, by route and status.", ["method", "route", "status"], registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "koto_http_request_seconds", "Time to answer an HTTP request.", ["route"], buckets=_FAST, registry=REGISTRY
)

_context: ContextVar[dict[str, str]] = ContextVar("log_context", default={})  # noqa: B039  # never mutated


@contextmanager
def log_ids(**ids: str) -> Iterator[None]:
    """Adds ids (`request_id`, `session_id`, `turn_id`) to every log line of this task."""
    token = _context.set({**_context.get(), **ids})
    try:
        yield
    finally:
        _context.reset(token)


class _Wordless(logging.Formatter):
    """Writes exceptions without the values in them."""

    def formatException(  # noqa: N802  # the name is the library's
        self,
        ei: "tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]",
    ) -> str:
        return "" if ei[1] is None else "".join(_without_values(ei[1], set())).rstrip("\n")


class JsonLines(_Wordless):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_context.get(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class ReadableLines(_Wordless):
    """For a person at a terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s%(ids)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        ids = " ".join(f"{name}={value}" for name, value in _context.get().items())
        record.ids = f"  [{ids}]" if ids else ""
        return super().format(record)


def set_up_logging(style: str) -> None:
    """`style` is `json` or `readable`; lines go to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else ReadableLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    logging.getLogger("asyncio").addFilter(_names_only)


_SAY_NAMES_ONLY = (AttributeError, ImportError, NameError)
"""Python's own messages in these hold names of the program and no values."""


def _without_values(error: BaseException, seen: set[int]) -> Iterator[str]:
    """Where `error` and those behind it came from, and their kinds."""
    seen.add(id(error))
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None and id(before) not in seen:
        yield from _without_values(before, seen)
        yield "\nand then:\n\n"
    yield from traceback.format_tb(error.__traceback__)
    yield f"{_kind(error)}\n"
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield "\namong them:\n\n"
            yield from _without_values(inner, seen)


def _kind(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, _SAY_NAMES_ONLY):
        return f"{name}: {error}"
    if isinstance(error, OSError) and error.errno is not None:
        return f"{name}: {error.strerror}"  # a disk that is full
    return name


def _names_only(record: logging.LogRecord) -> bool:
    """asyncio writes out tasks and callbacks with what they hold; what happened, and where, is enough."""
    if record.levelno >= logging.ERROR:
        record.msg, record.args = re.split(r"[<(\n]", record.getMessage(), maxsplit=1)[0].rstrip(), ()
    return True


async def watch_loop_lag(every_seconds: float = 0.25) -> None:
    """Measures for ever how late the loop wakes a sleeper; cancel it to stop."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + every_seconds
        await asyncio.sleep(every_seconds)
        LOOP_LAG.observe(max(0.0, loop.time() - due))
