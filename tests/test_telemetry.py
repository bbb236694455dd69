import asyncio
import gc
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator

import pytest

from kotoserver import telemetry

SECRET = "비밀이에요"

log = logging.getLogger("tests.telemetry")


@pytest.fixture(params=["json", "readable"])
def logged(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], str]]:
    """What the server's own logging has written so far."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    root.handlers.clear()  # or the library would close those of the test runner
    telemetry.set_up_logging(request.param)

    def written() -> str:
        text = stream.getvalue()
        return json.dumps(json.loads(text), ensure_ascii=False) if request.param == "json" else text

    yield written
    root.handlers[:] = before
    root.setLevel(level)


def break_over(words: str) -> None:
    try:
        {}[words]
    except KeyError as missing:
        raise ValueError(f"no rule for {words}") from missing


def test_an_exception_nobody_expected_is_logged_without_the_words_that_broke_something(
    logged: Callable[[], str],
):
    try:
        break_over(SECRET)
    except ValueError:
        log.exception("a turn failed")
    text = logged()
    assert "a turn failed" in text
    assert text.index("KeyError") < text.index("ValueError")
    assert "break_over" in text
    assert SECRET not in text


def test_every_exception_of_a_group_is_named(logged: Callable[[], str]):
    try:
        raise ExceptionGroup(SECRET, [KeyError(SECRET), UnicodeError(SECRET)])
    except ExceptionGroup:
        log.exception("some work failed")
    text = logged()
    assert "KeyError" in text
    assert "UnicodeError" in text
    assert SECRET not in text


def test_what_is_no_word_of_anybody_is_still_told(logged: Callable[[], str]):
    try:
        raise OSError(28, "No space left on device", SECRET)
    except OSError:
        log.exception("a file was not written")
    text = logged()
    assert "No space left on device" in text
    assert SECRET not in text


def test_exceptions_that_are_each_others_cause_are_each_named_once(logged: Callable[[], str]):
    one, other = KeyError(SECRET), ValueError(SECRET)
    one.__cause__, other.__cause__ = other, one
    log.error("turning round", exc_info=one)
    text = logged()
    assert (text.count("KeyError"), text.count("ValueError")) == (1, 1)


def test_a_task_that_nobody_waited_for_is_logged_without_its_words(logged: Callable[[], str]):
    async def forget_one() -> None:
        task = asyncio.create_task(asyncio.to_thread(break_over, SECRET))
        await asyncio.wait([task])

    asyncio.run(forget_one())
    gc.collect()
    text = logged()
    assert "Task exception was never retrieved" in text
    assert "break_over" in text
    assert SECRET not in text


def test_a_callback_that_broke_is_logged_without_its_arguments(logged: Callable[[], str]):
    async def call_soon() -> None:
        asyncio.get_running_loop().call_soon(break_over, SECRET)
        await asyncio.sleep(0)

    asyncio.run(call_soon())
    text = logged()
    assert "Exception in callback break_over" in text
    assert SECRET not in text
