"""The floor to compare uploads with: a bare aiohttp server that reads the form and forgets it."""

import asyncio

from aiohttp import BodyPartReader, web


async def take(request: web.Request) -> web.Response:
    size = 0
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        while chunk := await part.read_chunk(65_536):
            size += len(chunk)
    return web.json_response({"audio_id": f"aud_{size}", "status": "processing"}, status=202)


async def main() -> None:
    app = web.Application(client_max_size=100_000_000)
    app.router.add_post("/koto-api/audio/upload", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"sink at http://127.0.0.1:{runner.addresses[0][1]}/", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
