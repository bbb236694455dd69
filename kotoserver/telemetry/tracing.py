"""Which work belongs together, across programs: W3C trace contexts, and the spans within this process.

A trace context that comes from outside is believed for its ids and nothing else: it names no person, opens
nothing, and one that is malformed is as good as none. Without an exporter a span is no more than an id in the log.
"""

import random
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Protocol

Fact = str | int | float | bool

_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_STATE_KEY = r"[a-z0-9][a-z0-9_\-*/]{0,255}(?:@[a-z][a-z0-9_\-*/]{0,13})?"
_STATE_VALUE = r"[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]"
_STATE_MEMBER = re.compile(rf"{_STATE_KEY}={_STATE_VALUE}")
_MOST_MEMBERS = 32
_MOST_STATE = 512
"""Characters of `tracestate` that are passed on; the standard asks for at least as many."""
_SAMPLED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceContext:
    """One span's place in a trace (https://www.w3.org/TR/trace-context/)."""

    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits."""
    sampled: bool = True
    """Whether whoever began the trace keeps it."""
    state: str = ""
    """What other programs want to be told again, as it came."""

    @property
    def parent(self) -> str:
        """As the header `traceparent`."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    def headers(self) -> dict[str, str]:
        """For a request to another program."""
        return {"traceparent": self.parent, **({"tracestate": self.state} if self.state else {})}


class Exported(Protocol):
    """A span that somebody collects."""

    context: TraceContext

    def note(self, facts: Mapping[str, Fact]) -> None: ...

    def end(self, failure: str | None, at: int | None = None) -> None:
        """`failure`: a code; `at`: nanoseconds since 1970, None for now."""


class Exporter(Protocol):
    def begin(
        self,
        name: str,
        kind: str,
        parent: TraceContext | None,
        facts: Mapping[str, Fact],
        began: int | None = None,
    ) -> Exported:
        """`kind` is `server`, `client` or `internal`; `began` in nanoseconds since 1970, None for now."""


@dataclass(slots=True)
class Span:
    """Work under way."""

    context: TraceContext
    exported: Exported | None = None
    failure: str | None = field(default=None)
    """The code of what went wrong."""

    def note(self, **facts: Fact) -> None:
        """Says more about it: ids, codes and numbers, never what a learner said."""
        if self.exported is not None:
            self.exported.note(facts)


@dataclass(slots=True)
class _Export:
    to: Exporter | None = None


_current: ContextVar[TraceContext | None] = ContextVar("trace", default=None)
_export = _Export()


def export_to(exporter: Exporter | None) -> None:
    """From now on spans are collected by `exporter`; None: by nobody."""
    _export.to = exporter


def current_trace() -> TraceContext | None:
    return _current.get()


def outgoing() -> dict[str, str]:
    """Headers that tell another program which trace it works for; none outside of a span."""
    context = _current.get()
    return context.headers() if context is not None else {}


def read_trace(parent: str | None, state: str | None = None) -> TraceContext | None:
    """The context that another program sent; None when it sent none or one that is malformed."""
    found = _PARENT.fullmatch((parent or "").strip(" \t"))
    if found is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    if version == "ff" or (version == "00" and more) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    sampled = bool(int(flags, 16) & _SAMPLED)
    return TraceContext(trace_id=trace_id, span_id=span_id, sampled=sampled, state=_read_state(state or ""))


def _read_state(state: str) -> str:
    """`tracestate` as it is passed on; empty when any of it is malformed, as the standard has it."""
    members = [member for part in state.split(",") if (member := part.strip(" \t"))]
    keys = [member.partition("=")[0] for member in members]
    good = len(keys) == len(set(keys)) <= _MOST_MEMBERS and all(map(_STATE_MEMBER.fullmatch, members))
    joined = ",".join(members)
    return joined if good and len(joined) <= _MOST_STATE else ""


@contextmanager
def belonging_to(context: TraceContext | None) -> Iterator[None]:
    """Spans begun inside belong to that trace; with None each begins its own."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def span(name: str, kind: str = "internal", **facts: Fact) -> Iterator[Span]:
    """A part of the work of this trace, which is begun here where there is none.

    What is raised inside counts as its failure, by the code that it has, else by its kind.
    """
    parent = _current.get()
    exported = _export.to.begin(name, kind, parent, facts) if _export.to is not None else None
    opened = Span(exported.context if exported is not None else _within(parent), exported)
    token = _current.set(opened.context)
    try:
        yield opened
    except BaseException as failure:
        opened.failure = opened.failure or str(getattr(failure, "code", type(failure).__name__))
        raise
    finally:
        with suppress(ValueError):  # a stream that is closed by another task than began it
            _current.reset(token)
        if exported is not None:
            exported.end(opened.failure)


def record_past(name: str, seconds: float) -> None:
    """A part of the current span that ends just now and took so long."""
    if _export.to is not None:
        now = time.time_ns()
        _export.to.begin(name, "internal", _current.get(), {}, now - round(seconds * 1e9)).end(None, now)


def _within(parent: TraceContext | None) -> TraceContext:
    """Ids need to be different, not secret."""
    span_id = f"{random.getrandbits(64) or 1:016x}"
    if parent is None:
        return TraceContext(trace_id=f"{random.getrandbits(128) or 1:032x}", span_id=span_id)
    return TraceContext(trace_id=parent.trace_id, span_id=span_id, sampled=parent.sampled, state=parent.state)
