"""A clock that was never set, or that has drifted away from the machines beside it."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from kotoserver.domain.checkup import State, difference_of_clocks, refuse_impossible_clock
from kotoserver.domain.errors import BadSettings
from kotoserver.settings import S3Settings
from tests.processes import run, running_server
from tests.servers import fresh_database, require

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def at(moment: str) -> dict[str, str]:
    """The environment of a program that believes this moment, such as `-3h` from now."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        require("libfaketime", "apt-get install faketime")
    return {"LD_PRELOAD": str(found[0]), "FAKETIME": moment, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


@pytest.mark.parametrize("now", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2106, 2, 7, tzinfo=UTC)])
def test_a_time_that_cannot_be_is_refused(now: datetime):
    with pytest.raises(BadSettings, match="which cannot be; set it"):
        refuse_impossible_clock(now)
    refuse_impossible_clock(NOON)


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        (0, State.GOOD),
        (1.9, State.GOOD),
        (-2, State.DOUBTFUL),
        (59, State.DOUBTFUL),
        (60, State.BROKEN),
        (-9000, State.BROKEN),
    ],
)
def test_clocks_may_differ_by_a_breath(seconds: float, state: State):
    found = difference_of_clocks("database", NOON + timedelta(seconds=seconds), NOON)
    assert found.state is state
    if state is not State.GOOD:
        assert ("ahead of" if seconds > 0 else "behind") in found.sentence


def test_a_server_does_not_start_in_1971(tmp_path: Path):
    refused = run(tmp_path, "serve", "--port", "0", **at("@1971-03-01 10:00:00"))
    assert refused.returncode == 1
    assert refused.stderr.startswith("kotoserver: The clock of this machine says 1971-03-01")
    assert refused.stderr.count("\n") == 1
    assert not (tmp_path / "koto.sqlite3").exists()


async def test_a_server_whose_clock_is_not_the_databases_says_so_and_plays_on(tmp_path: Path, postgres_url: str):
    async with fresh_database(postgres_url) as url:
        with running_server(tmp_path, DATABASE_URL=url, **at("-3h")) as address:
            answer = await asyncio.to_thread(requests.get, f"{address}/health/ready", timeout=10)
            (clock,) = [check for check in answer.json()["checks"] if check["kind"] == "clock"]
            assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
            told = re.match(r"The clock of this machine is (\d+) s behind that of the database", clock["detail"])
            assert told is not None
            assert 10_790 <= int(told[1]) <= 10_810
            guest = await asyncio.to_thread(requests.post, f"{address}/koto-api/auth/guest", json={}, timeout=10)
            assert guest.status_code == 201


async def test_the_check_up_holds_the_clock_against_every_store(
    tmp_path: Path, postgres_url: str, redis_url: str, s3_settings: S3Settings
):
    stores = {
        "REDIS_URL": redis_url,
        "MINIO_ENDPOINT": s3_settings.endpoint,
        "MINIO_ACCESS_KEY": s3_settings.access_key.reveal(),
        "MINIO_SECRET_KEY": s3_settings.secret_key.reveal(),
        "MINIO_BUCKET": s3_settings.bucket,
    }
    async with fresh_database(postgres_url) as url:
        stores["DATABASE_URL"] = url
        assert run(tmp_path, "migrate", **stores).returncode == 0
        good = run(tmp_path, "doctor", **stores)
        behind = run(tmp_path, "doctor", **stores, **at("-10m"))
    assert good.returncode == 0, good.stdout
    for store in ("database", "redis", "blobs"):
        assert f"ok  clock and {store}: " in good.stdout, good.stdout
        told = re.search(rf"!!  clock and {store}: The clock of this machine is (\d+) s behind", behind.stdout)
        assert told is not None, behind.stdout
        assert 590 <= int(told[1]) <= 610
    assert behind.returncode == 1
