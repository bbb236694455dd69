"""From settings to the blob store."""

from pathlib import Path

from kotoserver.blobs.links import Links
from kotoserver.blobs.local import LocalBlobs
from kotoserver.domain.errors import BadSettings
from kotoserver.domain.recording import ALL_RECORDINGS
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.clock import SystemClock
from kotoserver.settings import S3Settings, Secret


def open_blobs(root: Path, *, s3: S3Settings | None = None, secret: Secret | None = None) -> BlobStore:
    """Files under `root`, or a bucket of an S3 server where one is set.

    `secret` signs addresses of files; None: none are handed out. Connects at the first use. BadSettings where the
    S3 client is not installed.
    """
    if s3 is None:
        links = Links(secret, SystemClock()) if secret else None
        return LocalBlobs(root, links, together=ALL_RECORDINGS)
    try:
        from kotoserver.blobs.s3 import S3Blobs  # the client is an optional extra
    except ModuleNotFoundError as error:
        raise BadSettings(
            "MINIO_ENDPOINT is set, but the S3 client is missing: pip install 'kotoserver[s3]'."
        ) from error
    return S3Blobs(s3)
