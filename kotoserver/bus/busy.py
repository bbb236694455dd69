"""The error of a lock that is not free in time."""

from kotoserver.domain.errors import TooFast


def busy(name: str) -> TooFast:
    return TooFast(f"Something else is being done with {name}; try again in a moment.", code="busy")
