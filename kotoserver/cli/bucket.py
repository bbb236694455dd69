"""`kotoserver bucket`: the bucket of an S3 server, made ahead of the first start."""

import argparse
import asyncio

from kotoserver import telemetry
from kotoserver.bootstrap.upkeep import prepare_bucket
from kotoserver.settings import Settings


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "bucket",
        help="make the bucket for recordings and speech",
        description="Makes the bucket of MINIO_BUCKET where it is missing, and makes sure that nobody reads it "
        "without a key. `serve` does the same at its start; run this ahead of it, with keys that may make "
        "buckets, where the server's own may not.",
    )
    parser.set_defaults(run=_bucket)


def _bucket(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    telemetry.set_up_logging(settings.log)
    if settings.s3 is None:
        print("MINIO_ENDPOINT is not set: recordings and speech are files, and need no bucket")
        return 0
    asyncio.run(prepare_bucket(settings))
    print(f"the bucket {settings.s3.bucket} is there, and private")
    return 0
