"""What every part of the REST API's bodies shares."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, StringConstraints

from kotoserver.domain.events import timestamp
from kotoserver.transport.rest.operations import Model

Time = Annotated[datetime, PlainSerializer(timestamp, return_type=str, when_used="json")]
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _with_zone(text: object) -> object:
    """Only times as RFC 3339 writes them: no bare numbers, and never without a zone."""
    if not isinstance(text, str) or _RFC_3339.fullmatch(text) is None:
        raise ValueError("not a time such as 2026-05-04T03:02:01Z")
    return text


def _in_utc(at: datetime) -> datetime:
    """The same moment; the first and the last day of the calendar hold some that UTC cannot name."""
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("a time outside the calendar") from error


AskedTime = Annotated[datetime, BeforeValidator(_with_zone), AfterValidator(_in_utc)]
Language = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
ContentId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class ErrorBody(Model):
    code: str
    message: str
    details: dict[str, Any] | None = None


class ErrorAnswer(Model):
    error: ErrorBody


class Versioned(Model):
    id: str
    version: int
