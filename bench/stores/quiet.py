"""Waiting until a server has rendered the lines of its scenes, which it does behind everything else."""

import asyncio

import aiohttp

QUIET_SECONDS = 1.5
MOST_SECONDS = 120.0


async def until_quiet(http: aiohttp.ClientSession, address: str) -> None:
    """Returns when the speech that is kept has not grown for a moment."""
    kept = -1.0
    async with asyncio.timeout(MOST_SECONDS):
        while (now := await _bytes_kept(http, address)) != kept:
            kept = now
            await asyncio.sleep(QUIET_SECONDS)


async def _bytes_kept(http: aiohttp.ClientSession, address: str) -> float:
    async with http.get(f"{address}/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("koto_speech_cache_bytes "))
