"""A line of TCP to a server that can be made bad on purpose: cut, slow, silent, or closed in one direction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

PIECE = 65_536


@dataclass(eq=False)
class _Pair:
    """One connection of a client, and ours to the server for it."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    left: float
    """Bytes that may still come from the server before the line breaks."""
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    def cut(self) -> None:
        for writer in (self.client, self.server):
            writer.transport.abort()


class Proxy:
    """Passes on what comes, as badly as it is told; changes hold for open connections and for new ones."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._server_port = port
        self._pairs: set[_Pair] = set()
        self._flows = asyncio.Event()
        self._flows.set()
        self.port = 0
        self.refuses = False
        """New connections are cut at once."""
        self.delay_seconds = 0.0
        """For each piece, in each direction."""
        self.breaks_after: float = float("inf")
        """Bytes from the server after which a new connection is cut."""

    @property
    def connections(self) -> int:
        return len(self._pairs)

    def cut(self) -> None:
        """Resets every connection."""
        for pair in tuple(self._pairs):
            pair.cut()

    def cut_at_the_next_answer(self) -> None:
        """The server does what it was asked, and its answer never arrives."""
        for pair in self._pairs:
            pair.left = 0

    def half_close(self) -> None:
        """Tells every client that the server says no more, and the server nothing."""
        for pair in tuple(self._pairs):
            with suppress(OSError, RuntimeError):
                pair.client.write_eof()

    def stall(self) -> None:
        """Passes nothing on; nobody is told."""
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    async def __aenter__(self) -> "Proxy":
        self._listening = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.close()
        self.flow()
        while self._pairs:
            self.cut()
            await asyncio.wait([task for pair in self._pairs for task in pair.tasks])
        await self._listening.wait_closed()

    async def _connected(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        if self.refuses:
            to_client.transport.abort()
            return
        try:
            from_server, to_server = await asyncio.open_connection(self._host, self._server_port)
        except OSError:
            to_client.transport.abort()
            return
        pair = _Pair(to_client, to_server, self.breaks_after)
        self._pairs.add(pair)
        pair.tasks = [
            asyncio.create_task(self._pass_on(from_client, to_server)),
            asyncio.create_task(self._pass_back(from_server, pair)),
        ]
        await asyncio.wait(pair.tasks)
        pair.cut()
        self._pairs.discard(pair)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, RuntimeError):
            while piece := await reader.read(PIECE):
                await self._held_up()
                writer.write(piece)
                await writer.drain()
            await self._flows.wait()
            writer.write_eof()

    async def _pass_back(self, reader: asyncio.StreamReader, pair: _Pair) -> None:
        with suppress(OSError, RuntimeError):
            while piece := await reader.read(PIECE):
                await self._held_up()
                if len(piece) >= pair.left:
                    pair.client.write(piece[: int(pair.left)])
                    await pair.client.drain()
                    pair.cut()
                    return
                pair.left -= len(piece)
                pair.client.write(piece)
                await pair.client.drain()
            await self._flows.wait()
            pair.client.write_eof()

    async def _held_up(self) -> None:
        await self._flows.wait()
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)


@asynccontextmanager
async def line_to(address: str) -> AsyncIterator[Proxy]:
    """A line to `host:port`."""
    host, _, port = address.rpartition(":")
    async with Proxy(host, int(port)) as proxy:
        yield proxy
