"""A program that stays in a room until it is killed: `is_present.py REDIS_URL ROOM LEASE_SECONDS`.

It prints `held` once it is there.
"""

import asyncio
import sys

from kotoserver.bus.redis import RedisBus


async def main(url: str, room: str, lease_seconds: float) -> None:
    async with RedisBus(url, lease_seconds=lease_seconds).present(room, "elsewhere"):
        sys.stdout.write("held\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
