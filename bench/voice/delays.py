"""How long the pretended ears take: times drawn like those published for Google's streaming recognition."""

import math
import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import NormalDist

PUBLISHED = {0.5: 0.878, 0.95: 1.155, 0.99: 1.570}
"""Share of the answers -> seconds within which they come; for English."""

_KNOTS = [(NormalDist().inv_cdf(share), math.log(seconds)) for share, seconds in PUBLISHED.items()]


def google_like(seed: int) -> Iterator[float]:
    """Seconds for ever, the same ones for the same seed.

    Each hundredth of the distribution comes once in every hundred, in random order, so that a short run has
    the published quantiles too.
    """
    drawn = random.Random(seed)
    while True:
        hundred = [(rank + drawn.uniform(0.001, 0.999)) / 100 for rank in range(100)]
        drawn.shuffle(hundred)
        for share in hundred:
            yield seconds_at(NormalDist().inv_cdf(share))


def seconds_at(score: float) -> float:
    """The quantile that belongs to a score of the normal distribution.

    One lognormal cannot pass through all three published points (it would put P95 at 1.27 s with P99 at 1.47),
    so the logarithm runs straight from one point to the next, and on beyond the last.
    """
    pieces = list(pairwise(_KNOTS))
    piece = next((each for each in pieces if score < each[1][0]), pieces[-1])
    (left, low), (right, high) = piece
    return math.exp(low + (high - low) * (score - left) / (right - left))


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest rank; not a number when there are no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")
