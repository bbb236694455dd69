"""Traces: what is believed of a context that comes from outside, and how spans hang together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver import telemetry

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
PARENT = f"00-{TRACE}-{SPAN}-01"


def test_a_context_is_told_on_as_it_came():
    context = telemetry.read_trace(PARENT, "congo=t61rcWkgMzE, rojo=00f067aa0ba902b7")
    assert context is not None
    assert context.headers() == {"traceparent": PARENT, "tracestate": "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"}


def test_of_a_later_version_what_is_known_is_read():
    context = telemetry.read_trace(f"cc-{TRACE}-{SPAN}-01-what-comes-later")
    assert context is not None
    assert context.parent == PARENT


@pytest.mark.parametrize("flags", ["00", "02", "fe"])
def test_whoever_does_not_keep_a_trace_is_believed(flags: str):
    context = telemetry.read_trace(f"00-{TRACE}-{SPAN}-{flags}")
    assert context is not None
    assert not context.sampled


@pytest.mark.parametrize(
    "parent",
    [
        None,
        "",
        "안녕",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[1:]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01 ; drop",
        f"00-{TRACE}-{SPAN}-01\n",
        f"cc-{TRACE}-{SPAN}-01more",
    ],
)
def test_a_context_that_is_malformed_is_none(parent: str | None):
    assert telemetry.read_trace(parent) is None


@pytest.mark.parametrize(
    "state",
    [
        "novalue",
        "UPPER=1",
        "a=1,a=2",
        "a=1;b\x00=2",
        "a=한국어",
        "a=" + "x" * 600,
        ",".join(f"a{number}=1" for number in range(33)),
        "a=1\r\nX-Evil: 1",
    ],
)
def test_a_state_that_is_malformed_is_told_to_nobody(state: str):
    context = telemetry.read_trace(PARENT, state)
    assert context is not None
    assert context.headers() == {"traceparent": PARENT}


@given(parent=st.text(), state=st.text())
def test_nothing_that_a_client_sends_breaks_or_gets_into_a_header(parent: str, state: str):
    context = telemetry.read_trace(parent, state) or telemetry.read_trace(PARENT, state)
    assert context is not None
    assert all(0x20 <= ord(letter) < 0x7F for value in context.headers().values() for letter in value)


def test_a_span_within_a_span_belongs_to_the_same_trace():
    with telemetry.span("outer") as outer, telemetry.span("inner") as inner:
        assert inner.context.trace_id == outer.context.trace_id
        assert inner.context.span_id != outer.context.span_id
        assert telemetry.outgoing() == {"traceparent": inner.context.parent}
    assert telemetry.current_trace() is None
    assert telemetry.outgoing() == {}


def test_each_span_outside_of_a_trace_begins_its_own():
    with telemetry.belonging_to(None), telemetry.span("one") as one:
        pass
    with telemetry.span("other") as other:
        pass
    assert one.context.trace_id != other.context.trace_id


def test_a_span_knows_by_which_code_it_failed():
    from kotoserver.domain.errors import ProviderFailed

    with pytest.raises(ProviderFailed), telemetry.span("question") as asked:
        raise ProviderFailed("it was late", code="too_late")
    assert asked.failure == "too_late"


async def test_a_stream_that_another_task_closes_leaves_no_trouble_behind():
    async def parts() -> AsyncIterator[int]:
        with telemetry.span("stream"):
            yield 1
            yield 2

    async with aclosing(parts()) as stream:
        assert await asyncio.create_task(anext(stream)) == 1
    assert telemetry.current_trace() is None
