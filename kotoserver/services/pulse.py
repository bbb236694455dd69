"""The last hours of this process in figures, kept in memory for the page that shows them.

One look every ten seconds, kept for six hours, in at most `MOST_SERIES` columns of eight bytes a look: at most
2.8 MB. What a metric counts is kept as it stands at each look, so any stretch can be drawn exactly afterwards,
percentiles included. Nothing here survives the process.
"""

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

LOOK_SECONDS = 10.0
KEPT_LOOKS = 2160
"""Six hours."""
MOST_SERIES = 160

NAN = math.nan


class Pulse:
    """Figures by name; one that was not there in a look is NaN in it."""

    def __init__(self, kept_looks: int = KEPT_LOOKS) -> None:
        self._kept = kept_looks
        self._times = array("d", [NAN]) * kept_looks
        self._columns: dict[str, array[float]] = {}
        self._looks = 0

    @property
    def looks(self) -> int:
        """How many there were, those forgotten included."""
        return self._looks

    @property
    def bytes_kept(self) -> int:
        return self._times.itemsize * self._kept * (1 + len(self._columns))

    def note(self, at: float, figures: Mapping[str, float]) -> None:
        """One look; `at` in seconds since 1970. Names beyond `MOST_SERIES` are not taken."""
        for name in figures:
            if name not in self._columns and len(self._columns) < MOST_SERIES:
                self._columns[name] = array("d", [NAN]) * self._kept
        slot = self._looks % self._kept
        self._times[slot] = at
        for name, column in self._columns.items():
            column[slot] = figures.get(name, NAN)
        self._looks += 1

    def stretch(self, seconds: float, most_points: int) -> "Stretch":
        """The last `seconds`, in at most so many points."""
        newest = self._looks - 1
        begin = max(0, self._looks - self._kept, newest - int(seconds / LOOK_SECONDS))
        step = max(1, math.ceil((newest - begin) / most_points))
        # Always the same looks of a stretch, so that what was drawn does not change when time goes on.
        ends = [look for look in range(begin, self._looks) if look % step == 0]
        return Stretch(self, ends, step)

    def lately(self, seconds: float) -> "Stretch":
        """The last `seconds` as one point after another: what was gained since is the last."""
        newest = self._looks - 1
        first = max(0, self._looks - self._kept, newest - int(seconds / LOOK_SECONDS))
        return Stretch(self, sorted({first, newest}) if self._looks else [], max(1, newest - first))

    def at(self, look: int) -> float:
        return self._times[look % self._kept]

    def names(self) -> Iterable[str]:
        return self._columns

    def figures(self, name: str, looks: Iterable[int]) -> list[float]:
        column = self._columns.get(name)
        return [NAN if column is None else column[look % self._kept] for look in looks]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Points, each of which stands for the looks since the point before it."""

    pulse: Pulse
    ends: Sequence[int]
    """The look that each point ends with."""
    step: int

    def times(self) -> list[float]:
        return [self.pulse.at(look) for look in self.ends]

    def value(self, name: str) -> list[float]:
        return self.pulse.figures(name, self.ends)

    def lowest(self, name: str) -> list[float]:
        """The worst of each point where less is worse: a store that was away for one look."""
        return self._over(name, min)

    def highest(self, name: str) -> list[float]:
        return self._over(name, max)

    def gained(self, name: str) -> list[float]:
        """By how much a count grew up to each point; NaN for the first."""
        counts = self.pulse.figures(name, self.ends)
        return [NAN, *(_gain(before, after) for before, after in pairwise(counts))] if counts else []

    def per_minute(self, name: str) -> list[float]:
        times = self.times()
        gains = self.gained(name)
        passed = [NAN, *(after - before for before, after in pairwise(times))]
        return [gain / seconds * 60 if seconds else NAN for gain, seconds in zip(gains, passed, strict=False)]

    def quantile(self, name: str, share: float, bounds: Sequence[float]) -> list[float]:
        """Of a histogram whose buckets were noted as `name≤bound`; NaN where nothing was measured."""
        gains = [self.gained(bucket_name(name, bound)) for bound in bounds]
        return [quantile([bucket[point] for bucket in gains], bounds, share) for point in range(len(self.ends))]

    def _over(self, name: str, of: Callable[[list[float]], float]) -> list[float]:
        worst = []
        for end in self.ends:
            looks = range(max(0, end - self.step + 1), end + 1)
            known = [each for each in self.pulse.figures(name, looks) if not math.isnan(each)]
            worst.append(of(known) if known else NAN)
        return worst


def bucket_name(name: str, bound: float) -> str:
    return f"{name}≤{bound:g}"


def quantile(below: Sequence[float], bounds: Sequence[float], share: float) -> float:
    """From a histogram's cumulative counts, as Prometheus does it: evenly within a bucket."""
    if not below or math.isnan(below[-1]) or below[-1] <= 0:
        return NAN
    rank = share * below[-1]
    bucket = next(number for number, count in enumerate(below) if count >= rank)
    if math.isinf(bounds[bucket]):
        return bounds[bucket - 1]
    lower, under = (bounds[bucket - 1], below[bucket - 1]) if bucket else (0.0, 0.0)
    inside = below[bucket] - under
    return lower + (bounds[bucket] - lower) * ((rank - under) / inside if inside else 1.0)


def _gain(before: float, after: float) -> float:
    """A count that begins within the stretch began at nothing."""
    if math.isnan(after):
        return NAN
    return after if math.isnan(before) else max(0.0, after - before)
