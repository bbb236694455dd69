"""Traces as a collector gets them: OTLP over HTTP from a server process, decoded from the protobuf that came."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.processes import run, start, stop
from tests.providers.model_server import ModelServer, serving_models
from tests.servers import free_port

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
OFF_TOPIC = "오늘은 마법양탄자가 정말 좋네요."
HEADER = "planted-key-of-the-collector"


@dataclass
class Collector:
    bodies: list[bytes] = field(default_factory=list)
    keys: set[str | None] = field(default_factory=set)
    address: str = ""

    async def take(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/x-protobuf"
        self.keys.add(request.headers.get("x-key"))
        self.bodies.append(await request.read())
        return web.Response()

    def spans(self) -> list[Span]:
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def service(self) -> str:
        [told, *_] = ExportTraceServiceRequest.FromString(self.bodies[0]).resource_spans
        return next(each.value.string_value for each in told.resource.attributes if each.key == "service.name")


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.take)
    server = TestServer(app)
    await server.start_server()
    collector.address = str(server.make_url("")).rstrip("/")
    try:
        yield collector
    finally:
        await server.close()


async def play(folder: Path, models: ModelServer, collector: str, **environ: str) -> float:
    """One turn within a trace, about which a model is asked; the seconds that the server took to end."""
    process, address = await asyncio.to_thread(
        start,
        folder,
        EVAL_PROVIDER="openai_compatible,local",
        EVAL_MODEL_URL=f"{models.address}/v1",
        EVAL_MODEL_NAME="qwen3",
        OTEL_EXPORTER_OTLP_ENDPOINT=collector,
        OTEL_EXPORTER_OTLP_HEADERS=f"x-key={HEADER}",
        **environ,
    )
    try:
        async with aiohttp.ClientSession(address) as http:
            async with http.post("/koto-api/auth/guest", json={}) as answer:
                token = (await answer.json())["token"]
            headers = {"Authorization": f"Bearer {token}"}
            body = {"scene_id": "cafe", "pack": "ko-id"}
            async with http.post("/koto-api/sessions", json=body, headers=headers) as answer:
                session_id = (await answer.json())["session_id"]
            headers["traceparent"] = f"00-{TRACE}-{PARENT}-01"
            turn = {"turn_id": "t1", "text": OFF_TOPIC}
            async with http.post(f"/koto-api/sessions/{session_id}/turns", json=turn, headers=headers) as answer:
                assert answer.status == 200
    finally:
        began = asyncio.get_running_loop().time()
        await asyncio.to_thread(stop, process)
    return asyncio.get_running_loop().time() - began


async def test_a_turn_is_a_tree_of_spans_in_the_trace_that_the_client_named(tmp_path: Path):
    async with serving_models() as models, collecting() as collector:
        await play(tmp_path, models, collector.address)
    spans = [span for span in collector.spans() if span.trace_id.hex() == TRACE]
    names = {span.span_id: span.name for span in spans}
    tree: dict[str, set[str]] = defaultdict(set)
    for span in spans:
        tree[names.get(span.parent_span_id, span.parent_span_id.hex())].add(span.name)
    request = "POST /koto-api/sessions/{session_id}/turns"
    assert tree[PARENT] == {request}
    assert tree[request] == {"turn"}
    assert {"queue", "read", "evaluate", "decide", "store", "publish", "evaluate openai_compatible"} <= tree[
        "turn"
    ]
    asked = next(span for span in spans if span.name == "evaluate openai_compatible")
    assert models.traces == [f"00-{TRACE}-{asked.span_id.hex()}-01"]
    assert asked.kind == Span.SPAN_KIND_CLIENT
    assert all(span.end_time_unix_nano >= span.start_time_unix_nano > 0 for span in spans)
    assert all(span.status.code != Status.STATUS_CODE_ERROR for span in spans)


async def test_the_collector_is_told_who_sends_and_no_word_of_a_learner(tmp_path: Path):
    async with serving_models() as models, collecting() as collector:
        await play(tmp_path, models, collector.address, OTEL_SERVICE_NAME="koto-jakarta")
    assert collector.service() == "koto-jakarta"
    assert collector.keys == {HEADER}
    everything = b"".join(collector.bodies)
    assert "마법양탄자".encode() not in everything
    assert models.questions


async def test_a_trace_that_its_beginner_does_not_keep_may_still_be_kept_by_choice(tmp_path: Path):
    async with serving_models() as models, collecting() as collector:
        await play(tmp_path, models, collector.address, OTEL_TRACES_SAMPLER="always_off")
    assert collector.spans() == []
    assert models.traces[0] is not None
    assert models.traces[0].endswith("-00")


async def test_a_collector_that_is_away_keeps_nobody_waiting(tmp_path: Path):
    async with serving_models() as models:
        seconds = await play(tmp_path, models, f"http://127.0.0.1:{free_port()}")
    assert seconds < 10


def test_a_collector_that_is_no_address_is_said_in_a_sentence(tmp_path: Path):
    told = run(tmp_path, "serve", "--port", "0", OTEL_EXPORTER_OTLP_ENDPOINT="collector:4317")
    assert told.returncode != 0
    assert "OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https address" in told.stderr
