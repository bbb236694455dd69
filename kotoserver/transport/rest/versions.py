"""Editing by two people: a thing's revision is its ETag, and a change says which one it read (RFC 9110)."""

from aiohttp import web

from kotoserver.domain.errors import BadInput, Conflict


def etag(revision: int) -> str:
    return f'"{revision}"'


def is_known(request: web.Request, revision: int) -> bool:
    """Whether the client has this revision already (`If-None-Match`)."""
    return etag(revision) in _tags(request.headers.get("If-None-Match", ""))


def read_at(request: web.Request) -> int:
    """The revision of `If-Match`. Conflict code `if_match_required` without one; BadInput `bad_etag`."""
    revision = read_at_if_told(request)
    if revision is None:
        raise Conflict(
            "Send `If-Match` with the ETag that you read, so that nobody's change is lost.",
            code="if_match_required",
            retryable=False,
        )
    return revision


def read_at_if_told(request: web.Request) -> int | None:
    """The revision of `If-Match`; None without the header or for `*`. BadInput code `bad_etag`."""
    told = request.headers.get("If-Match", "*").strip()
    if told == "*":
        return None
    number = told.strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 19 and told == etag(int(number))):
        raise BadInput('`If-Match` must be an ETag as it was answered, such as `"3"`.', code="bad_etag")
    return int(number)


def _tags(header: str) -> set[str]:
    return {tag.strip().removeprefix("W/") for tag in header.split(",")}
