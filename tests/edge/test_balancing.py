"""Whom the edge sends a request to, seen from small servers of the test's own behind the real Caddy."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from tests.clients import client_of
from tests.servers import Edge, edge_server, free_port


class Process:
    """A server that says who it is, and is as ready as it is told to be."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port = free_port()
        self.ready = True
        self.dies = False
        """Whether it breaks the connection when it has read a request."""
        self.asked = 0
        """How often it was asked whether it is ready."""
        self.served: list[tuple[str, bytes]] = []
        """Path and body of everything that reached it."""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/health/ready", self._tell_ready)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def noticed(self, ready: bool) -> None:
        """Until the edge has asked and been answered so, and had time to act on it: it asked once more."""
        self.ready = ready
        asked = self.asked
        await until(lambda: self.asked >= asked + 2)

    async def _tell_ready(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(status=200 if self.ready else 503)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if "Upgrade" in request.headers:
            return await self._talk(request)
        self.served.append((request.path, await request.read()))
        if self.dies:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(text=self.name)

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        """Says its name once more for every frame."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for _ in socket:
            await socket.send_str(self.name)
        return socket


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  # what the edge does has no event to wait for
            await asyncio.sleep(0.01)


@asynccontextmanager
async def behind_the_edge() -> AsyncIterator[tuple[Process, Process, Edge, aiohttp.ClientSession]]:
    one, other = Process("one"), Process("other")
    await one.start()
    await other.start()
    with edge_server([f"127.0.0.1:{each.port}" for each in (one, other)]) as edge:
        async with client_of(edge) as http:
            yield one, other, edge, http
    await one.stop()
    await other.stop()


async def said(http: aiohttp.ClientSession, body: bytes = b"hello") -> str:
    """Who answers a call that must not be made twice."""
    async with http.post("/koto-api/sessions", data=body) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def test_who_is_not_ready_gets_nothing_new_until_it_is_again():
    async with behind_the_edge() as (one, _, _, http):
        await one.noticed(ready=False)
        assert {await said(http) for _ in range(20)} == {"other"}
        await one.noticed(ready=True)
        assert {await said(http) for _ in range(20)} == {"one", "other"}


async def test_when_nobody_is_ready_whoever_is_there_answers_all_the_same():
    async with behind_the_edge() as (one, other, _, http):
        await asyncio.gather(one.noticed(ready=False), other.noticed(ready=False))
        answers = await asyncio.gather(*(said(http, b"with a body") for _ in range(20)))
        assert set(answers) == {"one", "other"}
        assert {body for _, body in one.served + other.served} == {b"with a body"}


async def test_sockets_stay_where_they_are_when_a_process_is_not_ready_and_are_opened_when_none_is():
    async with behind_the_edge() as (one, other, _, http), http.ws_connect("/koto/ws/session/sess_1") as early:
        await early.send_str("who are you?")
        name = await early.receive_str(timeout=10)
        await asyncio.gather(one.noticed(ready=False), other.noticed(ready=False))
        await early.send_str("and now?")
        assert await early.receive_str(timeout=10) == name
        async with http.ws_connect("/koto/ws/session/sess_2") as late:
            await late.send_str("who are you?")
            assert await late.receive_str(timeout=10) in {"one", "other"}


async def test_who_cannot_be_reached_is_passed_over_without_the_client_hearing_of_it():
    async with behind_the_edge() as (one, _, _, http):
        await one.stop()
        assert {await said(http) for _ in range(20)} == {"other"}


async def test_while_a_server_is_started_anew_its_clients_wait_and_are_served():
    async with behind_the_edge() as (one, other, _, http):
        await one.stop()
        await other.stop()
        waiting = asyncio.create_task(said(http, b"patient"))
        await until(lambda: refused(other))
        await one.start()
        assert await waiting == "one"
        assert one.served == [("/koto-api/sessions", b"patient")]


def refused(process: Process) -> bool:
    """Whether nobody listens at its port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", process.port)) != 0


async def test_what_was_handed_over_and_lost_is_asked_for_again_only_where_that_is_harmless():
    async with behind_the_edge() as (one, other, _, http):
        one.dies = other.dies = True
        async with http.post("/koto-api/sessions", data=b"once") as answer:
            assert answer.status == 502
            assert (await answer.json())["error"]["code"] == "unavailable"
        assert [body for _, body in one.served + other.served] == [b"once"]
        one.dies = other.dies = False
        await until_both_are_back(one, other, http)
        one.dies = True
        one.served.clear()
        while not one.served:
            async with http.get("/koto-api/scenes") as answer:
                assert (answer.status, await answer.text()) == (200, "other")


async def until_both_are_back(one: Process, other: Process, http: aiohttp.ClientSession) -> None:
    """A failure keeps a process out for five seconds."""
    async with asyncio.timeout(20):
        while {await said(http) for _ in range(4)} != {"one", "other"}:
            pass


async def test_words_that_a_learner_looked_for_are_in_no_log():
    async with behind_the_edge() as (one, other, edge, http):
        await asyncio.gather(one.noticed(ready=False), other.noticed(ready=False))
        one.dies = other.dies = True
        async with http.post("/koto-api/sessions", params={"q": "비밀", "limit": "7"}) as answer:
            assert answer.status == 503
        await until(lambda: "limit=7" in edge.log.read_text())
        assert "비밀" not in edge.log.read_text()
        assert "%EB%B9%84" not in edge.log.read_text()


@pytest.mark.parametrize("path", ["/koto/ws/session/sess_1", "/koto/", "/koto-api/scenes", "/health"])
async def test_what_is_public_is_passed_on(path: str):
    async with behind_the_edge() as (one, other, _, http), http.get(path) as answer:
        assert answer.status == 200
        assert [each for each, _ in one.served + other.served] == [path]
