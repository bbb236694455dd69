"""The `.sql` files: each has its sentence, each is used, and migrations are taken in order."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from kotoserver.domain.errors import BadSettings
from kotoserver.storage.sql import Dialect, Migration, Query, load_migrations, still_to_apply

FOLDER = files("kotoserver.storage")
QUERIES = sorted(each.name.removesuffix(".sql") for each in (FOLDER / "queries").iterdir())
MODULES = "\n".join(each.read_text("utf-8") for each in FOLDER.iterdir() if each.name.endswith(".py"))
FIRST = Migration(name="0001_first", script="CREATE TABLE a (b TEXT);")
SECOND = Migration(name="0002_second", script="CREATE TABLE c (d TEXT);")


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_has_a_sentence_above_it(name: str):
    first, *rest = (FOLDER / "queries" / f"{name}.sql").read_text("utf-8").splitlines()
    assert re.fullmatch(r"-- [A-Z].*[.]", first)
    assert rest


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_is_used(name: str):
    assert f'"{name.partition(".")[0]}"' in MODULES


def test_a_query_that_must_differ_has_a_text_for_each_database():
    assert "json_patch" in Query("add_timings").text(Dialect.SQLITE)
    assert "||" in Query("add_timings").text(Dialect.POSTGRES)


def test_a_query_is_read_without_its_comment():
    assert Query("find_learner").text(Dialect.SQLITE).startswith("SELECT learner_id")


def test_migrations_are_taken_in_the_order_of_their_numbers(tmp_path: Path):
    for name in ("0010_c.sql", "0002_b.sql", "0001_a.sql", "README"):
        (tmp_path / name).write_text("-- nothing", encoding="utf-8")
    assert [each.name for each in load_migrations(Dialect.SQLITE, tmp_path)] == ["0001_a", "0002_b", "0010_c"]


def test_a_migration_of_one_database_is_not_taken_for_the_other(tmp_path: Path):
    for name in ("0001_a.sql", "0002_b.sqlite.sql", "0003_c.postgres.sql", "0003_c.sqlite.sql"):
        (tmp_path / name).write_text(f"-- {name}", encoding="utf-8")
    here, there = (load_migrations(dialect, tmp_path) for dialect in (Dialect.SQLITE, Dialect.POSTGRES))
    assert [each.name for each in here] == ["0001_a", "0002_b", "0003_c"]
    assert [each.name for each in there] == ["0001_a", "0003_c"]
    assert (here[2].script, there[1].script) == ("-- 0003_c.sqlite.sql", "-- 0003_c.postgres.sql")


def test_our_migrations_are_numbered_without_a_gap():
    names = {each.name for dialect in Dialect for each in load_migrations(dialect)}
    assert sorted(int(name.partition("_")[0]) for name in names) == list(range(1, len(names) + 1))


def test_what_was_applied_is_not_applied_again():
    assert still_to_apply([FIRST, SECOND], [(FIRST.name, FIRST.digest)]) == (SECOND,)


def test_a_migration_changed_after_it_was_applied_is_named():
    with pytest.raises(BadSettings, match=r"0001_first\.sql was changed"):
        still_to_apply([FIRST], [(FIRST.name, SECOND.digest)])


def test_a_database_from_which_a_newer_program_took_something_away_is_not_touched():
    with pytest.raises(BadSettings, match=r"0002_without_first\.sql, which this version does not know"):
        still_to_apply([FIRST], [(FIRST.name, FIRST.digest), ("0002_without_first", SECOND.digest)])


def test_a_database_to_which_a_newer_program_only_added_is_used_as_it_is():
    assert still_to_apply([FIRST], [(FIRST.name, FIRST.digest), (SECOND.name, SECOND.digest)]) == ()


def test_a_database_of_another_line_of_versions_is_not_touched():
    with pytest.raises(BadSettings, match=r"0001_another\.sql, which this version does not know"):
        still_to_apply([FIRST, SECOND], [("0001_another", FIRST.digest)])
