"""Database, Redis, S3 and backups."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from kotoserver.domain.errors import BadSettings
from kotoserver.settings.values import Secret, user_path, web_address, whole_number

_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
"""What every S3 server takes for a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """The connections of one process to Postgres."""

    most: int = 20
    idle_seconds: int = 30
    connect_seconds: int = 2
    queue_seconds: int = 5
    """How long a query waits for a free connection."""
    command_seconds: int = 10
    """How long one statement may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Settings:
    endpoint: str
    access_key: Secret
    secret_key: Secret
    bucket: str
    region: str = "us-east-1"
    """What servers of one's own go by; named, it need not be asked for before the first request."""
    public_endpoint: str | None = None
    """Where clients reach it; None when they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    folder: Path
    keys: tuple[str, ...]
    """Public keys of age; empty: in clear."""


def with_password(url: str, password: str) -> Secret | None:
    """The address; with this password where it has none."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        bare = bool(parts.netloc) and parts.password is None
    except ValueError:  # refused by whoever opens it, with a better sentence
        bare = False
    if not (bare and password):
        return Secret(url)
    user, _, host = parts.netloc.rpartition("@")
    return Secret(urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}")))


def read_pool(values: Mapping[str, str]) -> PoolSettings:
    def seconds(name: str) -> int:
        return whole_number(name, values[name], 1, 3600)

    return PoolSettings(
        most=whole_number("KOTO_POOL_MAX", values["KOTO_POOL_MAX"], 1, 1000),
        idle_seconds=seconds("KOTO_POOL_IDLE_SECONDS"),
        connect_seconds=seconds("KOTO_POOL_CONNECT_SECONDS"),
        queue_seconds=seconds("KOTO_POOL_QUEUE_SECONDS"),
        command_seconds=seconds("KOTO_POOL_COMMAND_SECONDS"),
    )


def read_s3(values: Mapping[str, str]) -> S3Settings | None:
    if not values["MINIO_ENDPOINT"]:
        return None
    missing = [name for name in ("MINIO_ACCESS_KEY", "MINIO_SECRET_KEY") if not values[name]]
    if missing:
        raise BadSettings(f"MINIO_ENDPOINT is set, so {' and '.join(missing)} must be set too.")
    if not _BUCKET.fullmatch(values["MINIO_BUCKET"]):
        raise BadSettings(
            "MINIO_BUCKET must be 3 to 63 small letters, digits, points and hyphens, "
            f"not {values['MINIO_BUCKET']!r}."
        )
    return S3Settings(
        endpoint=values["MINIO_ENDPOINT"],
        access_key=Secret(values["MINIO_ACCESS_KEY"]),
        secret_key=Secret(values["MINIO_SECRET_KEY"]),
        bucket=values["MINIO_BUCKET"],
        region=values["MINIO_REGION"],
        public_endpoint=web_address("MINIO_PUBLIC_ENDPOINT", values["MINIO_PUBLIC_ENDPOINT"]),
    )


def read_backups(values: Mapping[str, str]) -> BackupSettings:
    given = values["KOTO_BACKUP_DIR"]
    beside = user_path("KOTO_DATA_DIR", values["KOTO_DATA_DIR"]) / "backups"
    folder = user_path("KOTO_BACKUP_DIR", given) if given else beside
    keys = tuple(key.strip() for key in values["KOTO_BACKUP_KEYS"].split(",") if key.strip())
    if any(not key.startswith("age1") for key in keys):
        raise BadSettings("KOTO_BACKUP_KEYS must be public keys of age, such as age1q7u5xvz….")
    return BackupSettings(folder=folder.absolute(), keys=keys)
