import pytest
from aiohttp.test_utils import make_mocked_request

from kotoserver.transport.ranges import ranged_response

CONTENT = b"0123456789"


@pytest.mark.parametrize(
    ("asked", "status", "body", "content_range"),
    [
        (None, 200, CONTENT, None),
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=4-", 206, b"456789", "bytes 4-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=8-99", 206, b"89", "bytes 8-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=5-2", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=0-1,4-5", 200, CONTENT, None),
        ("lines=1-2", 200, CONTENT, None),
        (f"bytes={'9' * 5000}-", 200, CONTENT, None),
    ],
)
def test_a_range_of_a_file(asked: str | None, status: int, body: bytes | None, content_range: str | None):
    request = make_mocked_request("GET", "/", headers={"Range": asked} if asked else {})
    response = ranged_response(request, CONTENT, "audio/mpeg")
    assert (response.status, response.body) == (status, body)
    assert response.headers.get("Content-Range") == content_range
