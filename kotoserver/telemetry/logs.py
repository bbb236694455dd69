"""Log lines: one JSON object for each event, with the ids of what it belongs to.

A log line names requests, sessions, turns and traces by id and errors by code. What a learner said never
reaches a log: no function here takes it, and of an exception that nobody expected only its kind and the
places it went through are written, for its message may quote the value that broke something.
"""

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

from kotoserver.telemetry.tracing import Fact, current_trace, span

REQUESTS_LOGGER = "kotoserver.requests"
"""A line for each request: for a machine to count, too much for a person at a terminal."""

_context: ContextVar[dict[str, str]] = ContextVar("log_context", default={})  # noqa: B039  # never mutated


@contextmanager
def log_ids(**ids: str) -> Iterator[None]:
    """Adds ids (`request_id`, `session_id`, `turn_id`) to every log line of this task."""
    token = _context.set({**_context.get(), **ids})
    try:
        yield
    finally:
        _context.reset(token)


@contextmanager
def turn(session_id: str, turn_id: str) -> Iterator[None]:
    """One turn of a session, in the log and in its trace."""
    ids = {"session_id": session_id, "turn_id": turn_id}
    with span("turn", **ids), log_ids(**ids):
        yield


def tell(log: logging.Logger, event: str, *, level: int = logging.INFO, **facts: Fact) -> None:
    """One event with what there is to say about it: ids, codes and numbers, never what somebody said."""
    log.log(level, event, extra={"facts": facts})


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
            **_ids(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class ReadableLines(_Wordless):
    """For a person at a terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s%(ids)s", "%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        told = {**_context.get(), **getattr(record, "facts", {})}
        ids = " ".join(f"{name}={value}" for name, value in told.items())
        record.ids = f"  [{ids}]" if ids else ""
        return super().format(record)


def _ids() -> dict[str, str]:
    trace = current_trace()
    traced = {} if trace is None else {"trace_id": trace.trace_id, "span_id": trace.span_id}
    return {**_context.get(), **traced}


def set_up_logging(style: str, level: str = "info") -> None:
    """`style` is `json` or `readable`; lines go to standard error.

    `level` is for our own lines. Libraries tell what goes wrong and no more: below that some of them write out
    what passes through them.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else ReadableLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("kotoserver").setLevel(level.upper())
    logging.getLogger(REQUESTS_LOGGER).setLevel(logging.NOTSET if style == "json" else logging.WARNING)
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
