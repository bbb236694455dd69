"""The report of the quality benchmark: what counts as worse, and what as noise."""

from bench.quality.measures import Share
from bench.quality.report import Figure, as_json, regressions, strains, table, tolerance


def share(
    right: int, asked: int, *, words: str = "same", target: float | None = 90, at_most: bool = False
) -> Share:
    made = Share(name="measure", target=target, at_most=at_most)
    for place in range(asked):
        made.count(place < right, f"{words} {place}", "")
    return made


def test_any_drop_over_the_same_sentences_is_worse():
    last = as_json([share(100, 100)], [], "local 1")
    assert list(regressions([share(100, 100)], last)) == []
    assert len(list(regressions([share(99, 100)], last))) == 1


def test_other_sentences_may_differ_by_their_noise():
    last = as_json([share(90, 100)], [], "local 1")
    assert list(regressions([share(86, 100, words="other")], last)) == []
    assert len(list(regressions([share(80, 100, words="other")], last))) == 1


def test_more_false_alarms_are_worse_and_fewer_are_not():
    last = as_json([share(5, 1000, at_most=True)], [], "local 1")
    assert len(list(regressions([share(6, 1000, at_most=True)], last))) == 1
    assert list(regressions([share(4, 1000, at_most=True)], last)) == []


def test_what_must_be_perfect_has_no_noise():
    last = as_json([share(100, 100, target=100)], [], "local 1")
    assert len(list(regressions([share(99, 100, words="other", target=100)], last))) == 1


def test_few_sentences_make_much_noise():
    assert tolerance(90, 50) > 8 > 1 > tolerance(90, 5000) > 0.8
    assert tolerance(100, 5000) == 0.5


def test_time_is_only_warned_about():
    slow = Figure(name="turn", value=9, target=15, unit="ms")
    last = as_json([], [Figure(name="turn", value=3, target=15, unit="ms")], "local 1")
    assert len(list(strains([slow], last))) == 1
    assert list(regressions([], last)) == []


def test_the_table_names_what_is_below_its_target():
    assert any("below target" in line for line in table([share(80, 100)], []))
    assert not any("below target" in line for line in table([share(95, 100)], []))
