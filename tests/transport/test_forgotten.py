"""Nothing of an erased learner, or of what was said too long ago, is left in any store."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import aiohttp
import asyncpg
import pytest
from minio import Minio
from redis.asyncio import Redis

from kotoserver.domain.learner import Role
from kotoserver.settings import S3Settings
from tests import sounds
from tests.apps import Guest, Koto, serving
from tests.servers import fresh_database

MARKER = "zweiundvierzigmalrhabarber"
PASSWORD = "kopi susu gula aren"


@dataclass(frozen=True)
class Stores:
    """Postgres, Redis and S3, and what in them still tells of the learner."""

    database_url: str
    redis_url: str
    s3: S3Settings

    @property
    def environ(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "MINIO_ENDPOINT": self.s3.endpoint,
            "MINIO_ACCESS_KEY": self.s3.access_key.reveal(),
            "MINIO_SECRET_KEY": self.s3.secret_key.reveal(),
            "MINIO_BUCKET": self.s3.bucket,
        }

    async def traces(self) -> list[str]:
        return [*await self._in_tables(), *await self._in_redis(), *self._in_bucket()]

    async def make_old(self) -> None:
        await self._run("UPDATE sessions SET started_at = '2020-01-01Z', updated_at = '2020-01-01Z'")

    async def _in_tables(self) -> list[str]:
        tables = [row[0] for row in await self._run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        assert {"learners", "turns", "events", "recordings", "audit"} <= set(tables)
        found = {table: await self._run(f'SELECT each::text FROM "{table}" AS each') for table in tables}
        return [f"table {table}" for table, rows in found.items() if any(MARKER in row[0] for row in rows)]

    async def _in_redis(self) -> list[str]:
        async with Redis.from_url(self.redis_url, decode_responses=True) as redis:
            keys = [key async for key in redis.scan_iter("*")]
            texts = [await redis.get(key) or "" for key in keys if await redis.type(key) == "string"]
        return [f"redis {text}" for text in (*keys, *texts) if MARKER in text]

    def _in_bucket(self) -> list[str]:
        """Whose recordings does not matter: nobody else made any."""
        client = Minio(
            self.s3.endpoint,
            access_key=self.s3.access_key.reveal(),
            secret_key=self.s3.secret_key.reveal(),
            secure=False,
        )
        kept = client.list_objects(self.s3.bucket, prefix="recordings/", recursive=True)
        return [f"object {each.object_name}" for each in kept]

    async def _run(self, statement: str) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(statement))
        finally:
            await connection.close()


@pytest.fixture
async def stores(postgres_url: str, redis_url: str, s3_settings: S3Settings) -> AsyncIterator[Stores]:
    bucket = replace(s3_settings, bucket=f"koto-{uuid4().hex}")
    async with fresh_database(postgres_url) as database_url:
        yield Stores(database_url, redis_url, bucket)


async def played(koto: Koto) -> Guest:
    """A learner with an account, who said something and had a recording kept."""
    learner = await koto.guest()
    session_id = await learner.open()
    await learner.call("PATCH", "/me", json={"keep_recordings": True})
    await learner.say(session_id, f"{MARKER} 한 잔 주세요", "t1")
    form = aiohttp.FormData({"session_id": session_id, "turn_id": "t2"})
    form.add_field("audio", io.BytesIO(await sounds.webm()), filename=MARKER)
    uploaded = await learner.call("POST", "/audio/upload", data=form, headers={"Idempotency-Key": MARKER})
    assert uploaded.status == 202
    await koto.services.voice.settle()
    return learner


@pytest.mark.parametrize("by", ["the learner", "an admin"])
async def test_an_erased_learner_is_in_no_table_no_bucket_and_no_key(tmp_path: Path, stores: Stores, by: str):
    async with serving(tmp_path, STT_PROVIDER="scripted", **stores.environ) as koto:
        learner = await played(koto)
        credentials = {"email": f"{MARKER}@example.org", "password": PASSWORD}
        signed_in = await (await learner.call("PUT", "/me/credentials", json=credentials)).json()
        learner.token = signed_in["token"]
        kinds = {trace.split()[0] for trace in await stores.traces()}
        assert kinds == {"table", "object"}, "the learner can be found where they are looked for"
        if by == "the learner":
            erased = await learner.call("DELETE", "/me")
        else:
            admin = await koto.member(Role.ADMIN)
            erased = await admin.call("DELETE", f"/users/{learner.learner_id}")
        assert erased.status == 204
        assert await stores.traces() == []


async def test_what_was_said_too_long_ago_is_in_no_table_no_bucket_and_no_key(tmp_path: Path, stores: Stores):
    environ = {"STT_PROVIDER": "scripted", "KOTO_RETENTION_DAYS": "30", **stores.environ}
    async with serving(tmp_path, **environ) as koto:
        learner = await played(koto)
        assert await koto.services.erasing.forget() == 0
        assert await stores.traces()
        await stores.make_old()
        assert await koto.services.erasing.forget() == 1
        assert await stores.traces() == []
        assert (await learner.get("/me"))["learner_id"] == learner.learner_id, "the account is still used"
