"""Spans on their way to a collector, by OpenTelemetry's own exporter: an extra, and off unless it is set.

Where to, with which headers, how many of them and under which name is said by the standard `OTEL_…` variables,
which the library reads itself. What goes there is what goes into the log: ids, codes and numbers.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    Tracer,
    TraceState,
    set_span_in_context,
)
from opentelemetry.trace import Span as OtelSpan

from kotoserver import __version__
from kotoserver.telemetry.tracing import Exported, Exporter, Fact, TraceContext, export_to

FLUSH_MILLISECONDS = 3_000
"""For what was not sent yet when the server ends; a collector that is away keeps nobody waiting for longer."""
_KINDS = {"server": SpanKind.SERVER, "client": SpanKind.CLIENT, "internal": SpanKind.INTERNAL}
_PREFIX = "koto."


@contextmanager
def exporting_by_otlp() -> Iterator[None]:
    """Spans begun inside go to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` names."""
    provider = TracerProvider(resource=_resource())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    export_to(_OtelExporter(provider.get_tracer("kotoserver", __version__)))
    try:
        yield
    finally:
        export_to(None)
        provider.force_flush(FLUSH_MILLISECONDS)
        provider.shutdown()


def _resource() -> Resource:
    """`OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` count where they are set."""
    told = Resource.create()
    ours = {SERVICE_VERSION: __version__}
    if str(told.attributes[SERVICE_NAME]).startswith("unknown_service"):
        ours[SERVICE_NAME] = "kotoserver"
    return told.merge(Resource(ours))


class _OtelExporter(Exporter):
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def begin(
        self,
        name: str,
        kind: str,
        parent: TraceContext | None,
        facts: Mapping[str, Fact],
        began: int | None = None,
    ) -> Exported:
        context = Context() if parent is None else set_span_in_context(_standing_in(parent), Context())
        return _OtelSpan(
            self._tracer.start_span(name, context, kind=_KINDS[kind], attributes=_named(facts), start_time=began)
        )


class _OtelSpan(Exported):
    def __init__(self, span: OtelSpan) -> None:
        self._span = span
        told = span.get_span_context()
        self.context = TraceContext(
            trace_id=f"{told.trace_id:032x}",
            span_id=f"{told.span_id:016x}",
            sampled=told.trace_flags.sampled,
            state=told.trace_state.to_header(),
        )

    def note(self, facts: Mapping[str, Fact]) -> None:
        self._span.set_attributes(_named(facts))

    def end(self, failure: str | None, at: int | None = None) -> None:
        if failure is not None:
            self._span.set_status(StatusCode.ERROR)
            self._span.set_attribute("error.type", failure)
        self._span.end(at)


def _named(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {f"{_PREFIX}{name}": value for name, value in facts.items()}


def _standing_in(parent: TraceContext) -> NonRecordingSpan:
    return NonRecordingSpan(
        SpanContext(
            trace_id=int(parent.trace_id, 16),
            span_id=int(parent.span_id, 16),
            is_remote=True,
            trace_flags=TraceFlags(TraceFlags.SAMPLED if parent.sampled else TraceFlags.DEFAULT),
            trace_state=TraceState.from_header([parent.state]),
        )
    )
