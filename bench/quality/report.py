"""The committed report: what a run comes to, and in what it is worse than the last one written down.

Noise, measure by measure. Shares: the evaluator is deterministic, so over the same sentences (told by their
digest) any drop is real and the tolerance is 0. When scenes or generators changed, other sentences were
asked, and a share may differ by two standard errors of its own size, at least half a point. An example
against itself is never tolerated below 100. Time and memory depend on the machine and on what else runs on
it: they are compared as ratios, and only warned about.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

from bench.quality.measures import Share

LEAST_TOLERANCE = 0.5
"""Percentage points, where the sentences are not the same."""
SLOWER, BIGGER = 2.0, 1.2
"""Ratios to the last report from which a run warns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Something measured that depends on the machine."""

    name: str
    value: float
    target: float
    """At most."""
    unit: str
    ratio: float = SLOWER


def table(shares: list[Share], figures: list[Figure]) -> Iterator[str]:
    yield f"{'measure':44} {'found':>9} {'target':>9}   of"
    for share in shares:
        sign = "≤" if share.at_most else "≥"
        target = f"{sign} {share.target:g} %" if share.target is not None else ""
        yield f"{share.name:44} {share.percent:7.1f} % {target:>9}   {share.asked:<6} {_below(share)}".rstrip()
    for figure in figures:
        yield f"{figure.name:44} {figure.value:6.1f} {figure.unit:>2} {f'≤ {figure.target:g} {figure.unit}':>9}"


def _below(share: Share) -> str:
    if share.target is None:
        return ""
    missed = share.percent > share.target if share.at_most else share.percent < share.target
    return "below target" if missed else ""


def as_json(shares: list[Share], figures: list[Figure], engine: str) -> dict[str, Any]:
    return {
        "engine": engine,
        "shares": {
            share.name: {
                "percent": round(share.percent, 2),
                "target": share.target,
                "of": share.asked,
                "sentences": share.sentences,
            }
            for share in shares
        },
        "figures": {
            figure.name: {"value": round(figure.value, 2), "target": figure.target, "unit": figure.unit}
            for figure in figures
        },
    }


def read_report(path: Path) -> Mapping[str, Any]:
    """Empty when nothing was written down yet."""
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def regressions(shares: list[Share], last: Mapping[str, Any]) -> Iterator[str]:
    """Shares that are worse than in the last report by more than noise."""
    written = last.get("shares", {})
    for share in shares:
        if share.name not in written:
            continue
        before = written[share.name]
        same = before["sentences"] == share.sentences
        room = 0.0 if same or share.target == 100 else tolerance(before["percent"], share.asked)
        worse = (share.percent - before["percent"]) * (1 if share.at_most else -1)
        if round(worse, 2) > round(room, 2):
            yield (
                f"{share.name}: {before['percent']:.2f} % before, {share.percent:.2f} % now, "
                f"{room:.2f} points are noise"
            )


def tolerance(percent: float, asked: int) -> float:
    """Two standard errors of a share, in percentage points."""
    p = percent / 100
    return max(LEAST_TOLERANCE, 200 * sqrt(p * (1 - p) / asked)) if asked else LEAST_TOLERANCE


def strains(figures: list[Figure], last: Mapping[str, Any]) -> Iterator[str]:
    """Time and memory well beyond the last report's."""
    written = last.get("figures", {})
    for figure in figures:
        before = written.get(figure.name, {}).get("value")
        if before and figure.value > figure.ratio * before:
            yield f"{figure.name}: {before:g} {figure.unit} before, {figure.value:.1f} {figure.unit} now"
