"""The one table: what was found, what was aimed at, and how the two compare."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    what: str
    found: float
    unit: str
    aim: float | None = None
    """None: told for the context."""
    at_least: bool = False
    """More is better; otherwise less is."""
    note: str = ""

    @property
    def met(self) -> bool:
        return self.aim is None or (self.found >= self.aim if self.at_least else self.found <= self.aim)


_WIDE = 52


def print_head() -> None:
    print(f"{'':{_WIDE}}  {'found':>9}  {'aim':>9}  {'ratio':>6}")


def print_row(row: Row) -> None:
    found = f"{row.found:9.3g}" if abs(row.found) < 100 else f"{row.found:9.0f}"
    aim, ratio, verdict = "", "", ""
    if row.aim is not None:
        aim = f"{'>=' if row.at_least else '<='} {row.aim:g}"
        ratio = f"{row.found / row.aim:.2f}" if row.aim else ""
        verdict = "met" if row.met else "MISSED"
    told = f"{row.what:{_WIDE}}  {found}  {aim:>9}  {ratio:>6}  {row.unit:<8} {verdict:<6}  {row.note}"
    print(told.rstrip(), flush=True)
