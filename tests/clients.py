"""Clients of the edge: they believe its certificate, find every name here, and end with their connections."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from tests.servers import Edge


@asynccontextmanager
async def client_of(
    edge: Edge, *, address: str = "127.0.0.1", auto_decompress: bool = True
) -> AsyncIterator[aiohttp.ClientSession]:
    """A session that comes from this address. aiohttp itself does not wait for the end of TLS connections."""
    sockets: list[socket.socket] = []

    def from_address(info: Any) -> socket.socket:
        family, kind, protocol, _, _ = info
        made = socket.socket(family, kind, protocol)
        made.bind((address, 0))
        sockets.append(made)
        return made

    connector = aiohttp.TCPConnector(
        ssl=edge.trust, resolver=_OnThisMachine(), socket_factory=from_address, limit=0
    )
    session = aiohttp.ClientSession(edge.address, connector=connector, auto_decompress=auto_decompress)
    async with session:
        yield session
    async with asyncio.timeout(10):
        while any(each.fileno() != -1 for each in sockets):  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0)


class _OnThisMachine(AbstractResolver):
    """Gives one address, so that a connection is tried once."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """There is nothing to end."""
