"""From a database URL to the storage."""

from pathlib import Path
from urllib.parse import urlsplit

from kotoserver.domain.errors import BadSettings
from kotoserver.ports.storage import Storage
from kotoserver.settings import PoolSettings
from kotoserver.storage.database import Database
from kotoserver.storage.sqlite import SqliteDatabase
from kotoserver.storage.storage import SqlStorage

DEFAULT_FILE = "koto.sqlite3"
DEFAULT_POOL = PoolSettings()


def open_storage(database_url: str, *, data_dir: Path, pool: PoolSettings = DEFAULT_POOL) -> Storage:
    """The storage at `sqlite:///relative`, `sqlite:////absolute` or `postgresql://user:password@host/name`.

    `sqlite://` (or nothing) is `koto.sqlite3` in the data folder. Connects at the first use. BadSettings
    for any other URL, and for Postgres where its driver is not installed.
    """
    return SqlStorage(open_database(database_url, data_dir=data_dir, pool=pool))


def open_database(database_url: str, *, data_dir: Path, pool: PoolSettings = DEFAULT_POOL) -> Database:
    """The database below the storage of `open_storage`."""
    scheme, _, rest = (database_url or "sqlite://").partition("://")
    match scheme:
        case "sqlite":
            return SqliteDatabase(_file(rest, data_dir))
        case "postgresql" | "postgres":
            return _postgres(database_url, pool)
        case _:
            raise BadSettings(
                "DATABASE_URL must begin with `sqlite://` or `postgresql://`, such as "
                "`sqlite:///koto.sqlite3` or `postgresql://koto:password@localhost:5433/koto`."
            )


def _file(rest: str, data_dir: Path) -> Path:
    """`/relative/path` or `//absolute/path`, as SQLAlchemy made it the custom."""
    if rest in ("", "/"):
        return data_dir / DEFAULT_FILE
    if not rest.startswith("/") or "?" in rest or ":memory:" in rest:
        raise BadSettings(
            "DATABASE_URL has three slashes before a relative file (`sqlite:///koto.sqlite3`) and four "
            "before an absolute one (`sqlite:////var/lib/koto/koto.sqlite3`)."
        )
    return Path(rest[1:]).expanduser()


def _postgres(database_url: str, pool: PoolSettings) -> Database:
    if not _well_formed(database_url):
        raise BadSettings("DATABASE_URL must look like `postgresql://koto:password@localhost:5433/koto`.")
    try:
        from kotoserver.storage.postgres import PostgresDatabase  # the driver is an optional extra
    except ModuleNotFoundError as error:
        raise BadSettings(
            "DATABASE_URL names Postgres, but its driver is missing: pip install 'kotoserver[postgres]'."
        ) from error
    return PostgresDatabase(database_url, pool)


def _well_formed(database_url: str) -> bool:
    """Whether host, port and name can be told apart; asks nobody."""
    try:
        parts = urlsplit(database_url)
        return parts.port != 0 and len(parts.path) > 1 and bool(parts.hostname or "host=" in parts.query)
    except ValueError:
        return False
