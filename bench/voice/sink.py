"""The floor to compare uploads with: a bare aiohttp server that reads the form and forgets it.

`python -m bench.voice.sink FOLDER` writes each file there and flushes it to the disk before it answers, as
whoever keeps recordings must.
"""

import asyncio
import os
import sys
from pathlib import Path
from uuid import uuid4

from aiohttp import BodyPartReader, web

CHUNK_BYTES = 65_536


class Sink:
    def __init__(self, folder: Path | None) -> None:
        """None: what comes is forgotten."""
        self._folder = folder

    async def take(self, request: web.Request) -> web.Response:
        size = 0
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            chunks = []
            while chunk := await part.read_chunk(CHUNK_BYTES):
                size += len(chunk)
                chunks.append(chunk)
            if self._folder is not None and part.filename:
                await asyncio.to_thread(_keep, self._folder / uuid4().hex, chunks)
        return web.json_response({"audio_id": f"aud_{size}", "status": "processing"}, status=202)


def _keep(path: Path, chunks: list[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(chunks)
        file.flush()
        os.fsync(file.fileno())


async def main(folder: Path | None) -> None:
    app = web.Application(client_max_size=100_000_000)
    app.router.add_post("/koto-api/audio/upload", Sink(folder).take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"sink at http://127.0.0.1:{runner.addresses[0][1]}/", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
