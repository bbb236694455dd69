"""Takes up what is published while the server runs, by whatever hand: the console, the command line, or git."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from kotoserver.content.library import Library
from kotoserver.domain.errors import KotoError
from kotoserver.domain.scene import Scene

log = logging.getLogger(__name__)

SECONDS_BETWEEN_LOOKS = 1.0

TakeUp = Callable[[Sequence[Scene]], Awaitable[None]]


class ReloadingService:
    """Swaps the live version of a scene or pack; sessions being played stay on the version they began with."""

    def __init__(self, library: Library, take_up: TakeUp) -> None:
        """`take_up` does for a new version what the server does for every scene at its start."""
        self._library = library
        self._take_up = take_up
        self._looking = asyncio.Lock()

    async def look(self) -> None:
        """Compares the folders with what is served, off the loop; one look at a time."""
        async with self._looking:
            refreshed = await asyncio.to_thread(self._library.refresh)
        for each in (*refreshed.scenes, *refreshed.packs):
            log.info("content: %s has another live version now", each)
        scenes = [self._library.scene(scene_id) for scene_id in refreshed.scenes]
        if scenes:
            await self._take_up(scenes)

    async def keep_looking(self) -> None:
        """Until it is cancelled. A folder that cannot be read now is looked at again a moment later."""
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            try:
                await self.look()
            except (KotoError, OSError) as failure:
                log.warning("content: could not take up what was published: %s", failure)
