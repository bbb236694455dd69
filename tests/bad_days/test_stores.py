"""Stores that are not there at the start, or that take no writes later."""

import asyncio
import signal
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from tests.bad_days.test_disk import Learner, play_until_refused
from tests.processes import run, running_server
from tests.servers import fresh_database, restartable_postgres


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"DATABASE_URL": "postgresql://koto:swordfish@127.0.0.1:1/koto"}, "Postgres does not answer"),
        ({"DATABASE_URL": "postgresql://koto:swordfish@no-such-host.invalid/koto"}, "Postgres does not answer"),
        (
            {"MINIO_ENDPOINT": "127.0.0.1:1", "MINIO_ACCESS_KEY": "koto", "MINIO_SECRET_KEY": "swordfish"},
            "The S3 server does not answer",
        ),
        ({"DATABASE_URL": "sqlite:////proc/koto.sqlite3"}, "The database koto.sqlite3 cannot be used"),
    ],
)
def test_a_store_that_is_not_there_stops_the_start_with_a_sentence(
    tmp_path: Path, environ: dict[str, str], sentence: str
):
    refused = run(tmp_path, "serve", "--port", "0", **environ)
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith(f"kotoserver: {sentence}"), refused.stderr
    assert "Traceback" not in refused.stderr
    assert "swordfish" not in refused.stderr
    assert "Korean Together is at" not in refused.stdout


async def test_a_postgres_that_takes_no_writes_is_told_and_nothing_acknowledged_is_lost(
    tmp_path: Path, postgres_url: str
):
    """As a standby, or a disk that an administrator has closed."""
    async with fresh_database(postgres_url) as url, aiohttp.ClientSession() as http, asyncio.timeout(60):
        with running_server(tmp_path, DATABASE_URL=url, KOTO_LIMITS="turns=0") as address:
            learner = Learner(http, address)
            await learner.enter()
            assert await learner.say("first") == (200, "")
            await close_for_writing(postgres_url, url, "on")
            acknowledged = await play_until_refused(learner)
            # Connections that were ended just now are refused first, and only then what is to be written.
            while await learner.ready() != (503, "failed"):
                assert await learner.say(f"t{len(acknowledged)}") == (503, "storage_failed")
            assert await learner.turns() == ["first", *acknowledged]
            await close_for_writing(postgres_url, url, "off")
            while await learner.ready() != (200, "ok"):
                pass
            assert await learner.say(f"t{len(acknowledged)}") == (200, "")


async def test_the_page_that_says_what_is_wrong_says_it_without_a_database_too(tmp_path: Path):
    """When nobody can be let in, since nobody is known."""
    with restartable_postgres() as (url, postgres):
        environ = {"DATABASE_URL": url, "STT_PROVIDER": "openai_compatible", "STT_MODEL": "x"}
        with running_server(tmp_path, STT_URL="http://127.0.0.1:1/v1", **environ) as address:
            async with aiohttp.ClientSession() as http:
                async with http.get(f"{address}/health/ready") as answer:  # without ears learners type on
                    assert (answer.status, (await answer.json())["status"]) == (200, "degraded")
                async with http.get(f"{address}/console/server") as answer:
                    assert answer.status == 200
                await asyncio.to_thread(postgres.stop, signal.SIGKILL)
                async with http.get(f"{address}/console/server") as answer:
                    page = await answer.text()
                    assert answer.status == 503
                async with http.post(f"{address}/koto-api/auth/guest", json={}) as answer:
                    told_to_learners = await answer.text()
                    assert answer.status == 503
    assert "Nobody can be signed in while the database is away." in page
    assert "<b>database</b> Postgres does not answer. See whether it runs, and check DATABASE_URL." in page
    assert "<b>ears</b> The recognition server did not answer" in page
    assert "DATABASE_URL" not in told_to_learners


async def close_for_writing(server_url: str, database_url: str, value: str) -> None:
    """For every connection from now on; those that are open end."""
    name = database_url.rpartition("/")[2]
    administrator = await asyncpg.connect(server_url)
    try:
        await administrator.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}")
        await administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
        )
    finally:
        await administrator.close()
