"""A server that is not installed is no silent pass."""

import pytest

from tests.servers import find_program, require


def test_a_missing_server_skips_with_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Redis is not installed: apt-get install redis-server"):
        require("Redis", "apt-get install redis-server")


def test_a_missing_server_is_a_failure_in_ci(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="Redis is not installed"):
        require("Redis", "apt-get install redis-server")


def test_a_program_that_is_nowhere_is_not_found():
    assert find_program("no-such-server") is None
