"""Bad lines to Postgres, Redis, S3 and the learners, for a few seconds: see bench/faults for a long run."""

from bench.faults.run import run
from bench.faults.world import Stores
from kotoserver.settings import S3Settings
from tests.servers import fresh_database


async def test_bad_lines_lose_and_double_nothing(postgres_url: str, redis_url: str, s3_settings: S3Settings):
    async with fresh_database(postgres_url) as database:
        stores = Stores(postgres=database, redis=redis_url, s3=s3_settings)
        outcome = await run(
            stores, seconds=5.0, learners=8, seed=5, evaluator="scripted", most_seconds=0.8, pause_seconds=0.05
        )
    assert outcome.weathered
    assert outcome.acknowledged >= 8
    assert (outcome.lost, outcome.doubled, outcome.gaps, outcome.uploads_lost) == ([], [], [], [])
    assert outcome.unhandled == []
