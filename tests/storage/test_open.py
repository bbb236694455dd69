"""Which URLs name which database, and what is said about the others."""

import subprocess
import sys
from pathlib import Path

import pytest

from kotoserver.domain.errors import BadSettings
from kotoserver.storage import open_storage
from kotoserver.storage.open import open_database
from kotoserver.storage.sql import Dialect


@pytest.mark.parametrize("url", ["", "sqlite://", "sqlite:///"])
async def test_without_a_path_the_file_is_in_the_data_folder(url: str, tmp_path: Path):
    storage = open_storage(url, data_dir=tmp_path)
    await storage.migrate()
    await storage.close()
    assert (tmp_path / "koto.sqlite3").is_file()


async def test_three_slashes_are_relative_to_where_the_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    storage = open_storage("sqlite:///here.sqlite3", data_dir=tmp_path / "data")
    await storage.migrate()
    await storage.close()
    assert (tmp_path / "here.sqlite3").is_file()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://koto:hunter2@localhost:5433/koto",
        "postgres://koto@localhost/koto",
        "postgresql:///koto?host=/var/run/postgresql",
    ],
)
def test_a_postgres_url_is_postgres(url: str, tmp_path: Path):
    assert open_database(url, data_dir=tmp_path).dialect is Dialect.POSTGRES


@pytest.mark.parametrize(
    "url",
    [
        "koto.sqlite3",
        "mysql://koto:hunter2@localhost/koto",
        "sqlite://koto.sqlite3",
        "sqlite:///:memory:",
        "sqlite:///koto.sqlite3?mode=ro",
        "postgresql://",
        "postgresql://koto:hunter2@localhost",
        "postgresql://koto:hunter2@localhost:port/koto",
        "postgresql://koto:hunter2@[::1/koto",
    ],
)
def test_any_other_url_is_refused_with_an_example_and_without_its_password(url: str, tmp_path: Path):
    with pytest.raises(BadSettings, match=r"DATABASE_URL .*(sqlite|postgresql)://") as caught:
        open_storage(url, data_dir=tmp_path)
    assert "hunter2" not in caught.value.message


def test_postgres_without_its_driver_names_the_extra():
    program = (
        "import sys; sys.modules['asyncpg'] = None; from pathlib import Path; "
        "from kotoserver.storage import open_storage; "
        "open_storage('postgresql://koto@localhost/koto', data_dir=Path())"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "BadSettings" in ran.stderr
    assert "pip install 'kotoserver[postgres]'" in ran.stderr
