"""What a request says about the trace that it is part of."""

from aiohttp import web

from kotoserver import telemetry


def trace_of(request: web.Request) -> telemetry.TraceContext | None:
    """None when it names none, or names it more than once."""
    parents = request.headers.getall("traceparent", [])
    states = request.headers.getall("tracestate", [])
    return telemetry.read_trace(parents[0], ",".join(states)) if len(parents) == 1 else None
