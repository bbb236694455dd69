"""A server that speaks the wire protocols of language models, for as long as a test needs one."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from kotoserver.providers.gemini import GeminiModel
from kotoserver.providers.language_model import LanguageModel
from kotoserver.providers.openai_compatible import OpenAiCompatibleModel
from kotoserver.settings import Secret

KEY = "key-of-the-tests"
MODEL = "gemini-3.5-flash-lite"
USED = (1_000, 200)
"""Tokens that each reply says it took, asked and answered."""

Question = Mapping[str, Any]


def agree(question: Question) -> str:
    """The opinion of a judge that has nothing to add."""
    proven = question["proven"]
    return opinion(verdict=proven["verdict"], score=proven["score"], intent=proven["intent"])


def opinion(**told: Any) -> str:
    """A whole answer; what is not told is as good as possible."""
    whole = {
        "verdict": "accept",
        "score": 100,
        "intent": "none",
        "restated": None,
        "remarks": [],
        "corrected": None,
        "natural": None,
    }
    return json.dumps({**whole, **told}, ensure_ascii=False)


def remark(code: str, **params: str) -> dict[str, Any]:
    return {"code": code, "params": [{"name": name, "value": value} for name, value in params.items()]}


@dataclass
class ModelServer:
    """Answers what it is told to; the script's entries go first, one for each request."""

    judge: Callable[[Question], str] = agree
    script: list["Reply | str"] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    """What it was asked, in order."""
    bodies: list[Mapping[str, Any]] = field(default_factory=list)
    keys: set[str | None] = field(default_factory=set)
    traces: list[str | None] = field(default_factory=list)
    """`traceparent` of each request."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    address: str = ""

    def next_reply(self, body: Mapping[str, Any], question: str, key: str | None) -> "Reply | str":
        self.bodies.append(body)
        self.questions.append(json.loads(question))
        self.keys.add(key)
        self.asked.set()
        return self.script.pop(0) if self.script else self.judge(self.questions[-1])


@dataclass(frozen=True)
class Reply:
    """Anything but an answer."""

    status: int = 200
    body: str | None = None
    """Sent as it is."""
    blocked: bool = False
    stopped: bool = False
    """Blocked in the middle of a good answer."""
    slow: str | None = None
    """A good answer, byte by byte."""
    hangs: bool = False
    dribbles: bool = False
    """Sends a space for ever, so that something always arrives."""


async def gemini(request: web.Request) -> web.StreamResponse:
    server = request.app[SERVER]
    body = await request.json()
    server.traces.append(request.headers.get("traceparent"))
    [content] = body["contents"]
    reply = server.next_reply(body, content["parts"][0]["text"], request.headers.get("x-goog-api-key"))
    if isinstance(reply, Reply):
        if reply.blocked:
            return web.json_response({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": _used()})
        if reply.stopped:
            return web.json_response(_candidate('{"verdict": "acc', "SAFETY"))
        if reply.slow is not None:
            return await _slowly(request, _candidate(reply.slow))
        error = {"error": {"code": reply.status, "message": "no", "status": "UNAVAILABLE"}}
        return await _odd(request, reply, error)
    return web.json_response(_candidate(reply))


def _candidate(text: str, why_finished: str = "STOP") -> dict[str, Any]:
    content = {"role": "model", "parts": [{"text": text}]}
    candidate = {"content": content, "finishReason": why_finished, "index": 0}
    return {"candidates": [candidate], "usageMetadata": _used()}


def _used() -> dict[str, int]:
    return {"promptTokenCount": USED[0], "candidatesTokenCount": USED[1] - 50, "thoughtsTokenCount": 50}


async def chat(request: web.Request) -> web.StreamResponse:
    server = request.app[SERVER]
    body = await request.json()
    server.traces.append(request.headers.get("traceparent"))
    _system, user = body["messages"]
    reply = server.next_reply(
        body, user["content"], request.headers.get("Authorization", "").removeprefix("Bearer ")
    )
    if isinstance(reply, Reply):
        if reply.blocked:
            return web.json_response(_completion("", "content_filter"))
        if reply.stopped:
            return web.json_response(_completion('{"verdict": "acc', "content_filter"))
        if reply.slow is not None:
            return await _slowly(request, _completion(reply.slow))
        return await _odd(request, reply, {"error": {"message": "no", "code": reply.status}})
    return web.json_response(_completion(reply))


def _completion(text: str, why_finished: str = "stop") -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": why_finished}
    usage = {"prompt_tokens": USED[0], "completion_tokens": USED[1], "total_tokens": sum(USED)}
    return {"object": "chat.completion", "choices": [choice], "usage": usage}


async def _slowly(request: web.Request, answer: Mapping[str, Any]) -> web.StreamResponse:
    stream = web.StreamResponse()
    stream.content_type = "application/json"
    await stream.prepare(request)
    for byte in json.dumps(answer).encode():
        await stream.write(bytes([byte]))
        await asyncio.sleep(0)
    await stream.write_eof()
    return stream


async def _odd(request: web.Request, reply: Reply, error: Mapping[str, Any]) -> web.StreamResponse:
    if reply.hangs:
        await asyncio.Event().wait()
    if reply.dribbles:
        stream = web.StreamResponse()
        stream.content_type = "application/json"
        await stream.prepare(request)
        while True:
            await stream.write(b" ")
            await asyncio.sleep(0)
    if reply.body is not None:
        return web.Response(status=reply.status, text=reply.body, content_type="application/json")
    return web.json_response(error, status=reply.status)


SERVER = web.AppKey("server", ModelServer)


@asynccontextmanager
async def serving_models(**told: Any) -> AsyncIterator[ModelServer]:
    app = web.Application()
    app[SERVER] = ModelServer(**told)
    app.router.add_post(f"/{{version:v1(beta)?}}/models/{MODEL}:generateContent", gemini)
    app.router.add_post("/v1/chat/completions", chat)
    server = TestServer(app)
    await server.start_server(shutdown_timeout=0)
    app[SERVER].address = str(server.make_url("")).rstrip("/")
    try:
        yield app[SERVER]
    finally:
        await server.close()


def gemini_at(server: ModelServer) -> LanguageModel:
    return GeminiModel(MODEL, Secret(KEY), address=server.address)


def chat_at(server: ModelServer) -> LanguageModel:
    return OpenAiCompatibleModel(f"{server.address}/v1", "qwen3", Secret(KEY))


CLIENTS: Mapping[str, Callable[[ModelServer], LanguageModel]] = {"gemini": gemini_at, "openai_compatible": chat_at}
