"""The desk at which drafts are read and written, one job after the other.

Everything runs in one thread of its own: the proof-reader is not to be shared, and reading a scene with it takes
longer than the loop may wait. The proof-reader is loaded when it is asked for first.
"""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from kotoserver.content.drafts import Folders, slot_words
from kotoserver.domain.errors import StorageFailed, TooFast
from kotoserver.ports.proofreading import Proofreader

Answer = TypeVar("Answer")

MOST_WAITING = 32
"""Questions that may wait for the one thread; more editors than that do not type at once."""


class Desk:
    def __init__(self, folders: Folders, open_proofreader: Callable[[], Proofreader]) -> None:
        self.folders = folders
        self._open_proofreader = open_proofreader
        self._proofreader: Proofreader | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="content")
        self._waiting = 0

    async def close(self) -> None:
        """Ends what is under way and lets go of the proof-reader, some 300 MB."""
        await asyncio.to_thread(self._thread.shutdown, cancel_futures=True)
        self._proofreader = None

    async def work(self, job: Callable[[], Answer]) -> Answer:
        """Runs the job in the desk's thread.

        TooFast code `busy` when too much waits; StorageFailed when the folders cannot be written.
        """
        if self._waiting >= MOST_WAITING:
            raise TooFast("Too many editors' questions wait; try again in a moment.", code="busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, job)
        except OSError as error:
            why = error.strerror or str(error)
            raise StorageFailed(f"The folders of the content cannot be used: {why}.", retryable=False) from error
        finally:
            self._waiting -= 1

    def proofreader(self, folders: Folders, more_words: Collection[str] = ()) -> Proofreader:
        """For jobs only: it knows the words of these drafts, and more. Loading takes a second the first time."""
        if self._proofreader is None:
            self._proofreader = self._open_proofreader()
        self._proofreader.know(slot_words(folders) | set(more_words))
        return self._proofreader
