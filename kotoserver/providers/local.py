"""The built-in judge behind the Evaluator port: one Kiwi in one thread, bounded work, kept expectations."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from kotoserver.domain.errors import ProviderFailed, TooFast
from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.engine import ENGINE_NAME, ENGINE_VERSION, judge, prepare
from kotoserver.ports.providers import Evaluator
from kotoserver.providers.kiwi import KiwiAnalyzer, kiwi_version

_Answer = TypeVar("_Answer")

MOST_WAITING = 64
"""Utterances that may wait; at a few milliseconds each that is a fifth of a second."""
MOST_PREPARED = 256
"""Expectations kept ready: every turn of a dozen scenes in several versions."""


class LocalEvaluator(Evaluator):
    """Kiwi is loaded in the worker thread at the first use, or ahead of it through `check`."""

    def __init__(self, *, most_waiting: int = MOST_WAITING, most_prepared: int = MOST_PREPARED) -> None:
        self.name = ENGINE_NAME
        self.version = f"{ENGINE_VERSION} ({kiwi_version()})"
        self._most_waiting = most_waiting
        self._most_prepared = most_prepared
        self._waiting = 0
        self._analyzer: KiwiAnalyzer | None = None
        self._prepared: OrderedDict[str, tuple[Expectation, Prepared]] = OrderedDict()
        # One thread: Kiwi keeps the interpreter's lock for most of its work, so a second gains nothing.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="korean")
        self._closed = False

    async def evaluate(self, text: str, expectation: Expectation) -> Evaluation:
        return await self._work(lambda: self._judge(text, expectation))

    async def prepare(self, expectation: Expectation) -> None:
        await self._work(lambda: self._prepare(expectation))

    async def check(self) -> None:
        """Loads Kiwi when that has not happened yet."""
        await self._work(self._load)

    async def close(self) -> None:
        self._closed = True
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        self._prepared.clear()
        self._analyzer = None

    async def _work(self, job: Callable[[], _Answer]) -> _Answer:
        if self._closed:
            raise ProviderFailed("The Korean evaluator was closed.", retryable=False)
        if self._waiting >= self._most_waiting:
            raise TooFast("Too many utterances wait for the Korean evaluator; try again in a moment.", code="busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, job)
        finally:
            self._waiting -= 1

    def _judge(self, text: str, expectation: Expectation) -> Evaluation:
        try:
            evaluation = judge(text, self._prepare(expectation))
        finally:
            if self._analyzer is not None:
                self._analyzer.forget()  # what a learner said stays nowhere but in the database
        return replace(evaluation, engine_version=self.version)

    def _prepare(self, expectation: Expectation) -> Prepared:
        """Only the worker thread comes here, so the cache needs no lock."""
        kept = self._prepared.get(expectation.key)
        if kept is not None and (kept[0] is expectation or kept[0] == expectation):
            self._prepared.move_to_end(expectation.key)
            return kept[1]
        prepared = prepare(expectation, self._load())
        self._prepared[expectation.key] = (expectation, prepared)
        self._prepared.move_to_end(expectation.key)
        while len(self._prepared) > self._most_prepared:
            self._prepared.popitem(last=False)
        return prepared

    def _load(self) -> KiwiAnalyzer:
        if self._analyzer is None:
            try:
                self._analyzer = KiwiAnalyzer()
            except (OSError, RuntimeError, ValueError) as broken:
                raise ProviderFailed("The Korean analyser could not be loaded.", retryable=False) from broken
        return self._analyzer
