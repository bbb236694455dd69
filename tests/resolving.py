"""Names of this machine, by IPv4 alone, so that a connection is tried once and at one address."""

import socket

from aiohttp.abc import AbstractResolver, ResolveResult


class OnThisMachine(AbstractResolver):
    """Finds every name here."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None:
        """There is nothing to end."""
