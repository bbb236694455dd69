"""The bucket that is made ahead of the first start."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from minio import Minio

from kotoserver.settings import S3Settings
from tests.processes import run
from tests.servers import s3_server


def environ(s3: S3Settings) -> dict[str, str]:
    return {
        "MINIO_ENDPOINT": s3.endpoint,
        "MINIO_ACCESS_KEY": s3.access_key.reveal(),
        "MINIO_SECRET_KEY": s3.secret_key.reveal(),
        "MINIO_BUCKET": s3.bucket,
    }


def test_the_bucket_is_made_once_and_found_the_next_time(tmp_path: Path, s3_settings: S3Settings):
    fresh = replace(s3_settings, bucket=f"koto-{uuid4().hex}")
    for _ in range(2):
        made = run(tmp_path, "bucket", **environ(fresh))
        assert (made.returncode, made.stdout) == (0, f"the bucket {fresh.bucket} is there, and private\n")
    keys = {"access_key": fresh.access_key.reveal(), "secret_key": fresh.secret_key.reveal()}
    client = Minio(fresh.endpoint, secure=False, **keys)
    assert client.bucket_exists(fresh.bucket)
    client.remove_bucket(fresh.bucket)


def test_a_bucket_that_anybody_may_read_is_refused(tmp_path: Path):
    with s3_server(lets_anybody_in=True) as open_to_all:
        refused = run(tmp_path, "bucket", **environ(open_to_all))
    assert refused.returncode == 1
    assert refused.stderr.startswith("kotoserver: Anyone may read the bucket")
    assert refused.stderr.count("\n") == 1


def test_a_server_that_does_not_answer_is_one_plain_sentence(tmp_path: Path):
    refused = run(
        tmp_path, "bucket", MINIO_ENDPOINT="127.0.0.1:1", MINIO_ACCESS_KEY="koto", MINIO_SECRET_KEY="swordfish"
    )
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("kotoserver: The S3 server does not answer")


def test_without_an_s3_server_none_is_needed(tmp_path: Path):
    told = run(tmp_path, "bucket")
    assert (told.returncode, told.stdout.split(":")[0]) == (0, "MINIO_ENDPOINT is not set")
