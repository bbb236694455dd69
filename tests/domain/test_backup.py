from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kotoserver.domain.backup import KEPT_DAYS, to_throw_away

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def made(*days_ago: int) -> dict[str, datetime]:
    return {f"b{days}": NOW - timedelta(days=days) for days in days_ago}


def test_backups_of_a_week_are_kept():
    assert to_throw_away(made(0, 1, 6, 7, 8, 30), NOW) == ["b30", "b8"]


def test_the_newest_stays_however_old_it_is():
    assert to_throw_away(made(30, 40), NOW) == ["b40"]
    assert to_throw_away({}, NOW) == []


@given(st.sets(st.integers(0, 400), min_size=1))
def test_something_is_always_left_and_nothing_young_goes(days: set[int]):
    gone = set(to_throw_away(made(*days), NOW))
    assert f"b{min(days)}" not in gone
    assert gone == {f"b{each}" for each in days if each > KEPT_DAYS} - {f"b{min(days)}"}
