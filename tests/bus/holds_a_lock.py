"""A program that takes a lock and keeps it until it is killed: `holds_a_lock.py REDIS_URL NAME LEASE_SECONDS`.

It prints `held` once it has it.
"""

import asyncio
import sys

from kotoserver.bus.redis import RedisBus


async def main(url: str, name: str, lease_seconds: float) -> None:
    async with RedisBus(url, lease_seconds=lease_seconds).lock(name, wait_seconds=0):
        sys.stdout.write("held\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
