"""The errors of a lock that is not free in time, and of a room that is full."""

from kotoserver.domain.errors import TooFast


def busy(name: str) -> TooFast:
    return TooFast(f"Something else is being done with {name}; try again in a moment.", code="busy")


def full(room: str) -> TooFast:
    return TooFast(f"There is no room left among the {room}; try again in a moment.", code="busy")
