"""The last hours in figures: what is kept, what is forgotten, and what is drawn of it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.services.pulse import KEPT_LOOKS, MOST_SERIES, Pulse, bucket_name, quantile

BOUNDS = (0.1, 1.0, math.inf)


def looked(*looks: dict[str, float], kept: int = KEPT_LOOKS) -> Pulse:
    """One look every ten seconds."""
    pulse = Pulse(kept)
    for number, figures in enumerate(looks):
        pulse.note(1000.0 + 10 * number, figures)
    return pulse


def test_a_count_is_drawn_as_what_was_gained_a_minute():
    stretch = looked({"turns": 5}, {"turns": 6}, {"turns": 6}).stretch(3600, 100)
    assert stretch.times() == [1000.0, 1010.0, 1020.0]
    assert stretch.per_minute("turns")[1:] == [6.0, 0.0]
    assert math.isnan(stretch.per_minute("turns")[0])


def test_a_count_that_begins_later_began_at_nothing():
    stretch = looked({}, {"turns": 3}).stretch(3600, 100)
    assert stretch.gained("turns")[1:] == [3.0]


def test_of_what_was_never_noted_nothing_is_drawn():
    stretch = looked({}, {}).stretch(3600, 100)
    assert all(math.isnan(value) for value in stretch.value("sockets") + stretch.per_minute("turns"))
    assert looked().stretch(3600, 100).value("sockets") == []


def test_a_point_of_several_looks_shows_the_worst_of_them():
    pulse = looked(*({"up": float(look != 3), "sockets": float(look == 1)} for look in range(9)))
    stretch = pulse.stretch(80, 2)
    assert stretch.times() == [1000.0, 1040.0, 1080.0]
    assert stretch.lowest("up") == [1.0, 0.0, 1.0]
    assert stretch.highest("sockets") == [0.0, 1.0, 0.0]


def test_what_was_drawn_does_not_change_when_time_goes_on():
    pulse = looked(*({"turns": float(look * look)} for look in range(100)))
    before = pulse.stretch(600, 10)
    drawn = dict(zip(before.times(), before.gained("turns"), strict=True))
    pulse.note(2000.0, {"turns": 10_000.0})
    after = pulse.stretch(600, 10)
    for at, gained in zip(after.times()[1:], after.gained("turns")[1:], strict=True):
        assert at not in drawn or drawn[at] == gained or math.isnan(drawn[at])


def test_the_oldest_looks_are_forgotten():
    pulse = looked(*({"turns": float(look)} for look in range(10)), kept=4)
    stretch = pulse.stretch(3600, 100)
    assert stretch.value("turns") == [6.0, 7.0, 8.0, 9.0]
    assert stretch.times() == [1060.0, 1070.0, 1080.0, 1090.0]


def test_memory_is_bounded_whatever_is_noted():
    pulse = looked({f"engine {number}": 1.0 for number in range(10 * MOST_SERIES)})
    assert pulse.bytes_kept == 8 * KEPT_LOOKS * (MOST_SERIES + 1) < 2_800_000


def test_percentiles_are_those_of_the_time_that_a_point_stands_for():
    quick = {bucket_name("evaluate", bound): 100.0 for bound in BOUNDS}
    slow = {**quick, bucket_name("evaluate", 1.0): 110.0, bucket_name("evaluate", math.inf): 110.0}
    stretch = looked({}, quick, slow, slow).stretch(3600, 100)
    median = stretch.quantile("evaluate", 0.5, BOUNDS)
    assert median[1] == pytest.approx(0.05)
    assert median[2] == pytest.approx(0.55)
    assert math.isnan(median[3])  # nothing was measured


@given(st.lists(st.integers(0, 50), min_size=3, max_size=3), st.floats(0.01, 1.0))
def test_a_percentile_lies_within_the_bounds(counts: list[int], share: float):
    below = [float(sum(counts[: bucket + 1])) for bucket in range(3)]
    found = quantile(below, BOUNDS, share)
    assert math.isnan(found) if not below[-1] else 0 <= found <= 1.0


def test_what_happened_lately_is_one_gain():
    pulse = looked(*({"requests failed": float(max(0, look - 60))} for look in range(70)))
    assert pulse.lately(50).gained("requests failed")[-1] == 5.0
    assert looked().lately(50).gained("requests failed") == []
