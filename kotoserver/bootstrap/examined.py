"""One thing that a check-up looks at, whatever becomes of the look."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from kotoserver.domain.checkup import Finding, State
from kotoserver.domain.errors import KotoError

EXAMINED_SECONDS = 30.0
"""How long one thing may take in a check-up: an engine loads its model."""


async def examined(about: str, check: Callable[[], Awaitable[str | Finding | None]]) -> AsyncIterator[Finding]:
    """One finding; `check` gives one, a sentence on what is good or nothing, and raises what is wrong."""
    try:
        async with asyncio.timeout(EXAMINED_SECONDS):
            told = await check()
    except KotoError as error:
        yield Finding(about=about, state=State.BROKEN, sentence=error.told_in_full)
    except TimeoutError:
        sentence = f"It gave no answer within {EXAMINED_SECONDS:g} s."
        yield Finding(about=about, state=State.BROKEN, sentence=sentence)
    except Exception as error:  # noqa: BLE001  # the outermost rim of one look, and the others go on
        yield Finding(about=about, state=State.BROKEN, sentence=_unexpected(error))
    else:
        yield told if isinstance(told, Finding) else Finding(about=about, state=State.GOOD, sentence=told or WELL)


WELL = "It answers."


def _unexpected(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"It cannot be looked at ({error.strerror}); see the setting that names it."
    return f"It failed in a way nobody expected ({type(error).__name__}); report that, it is a bug."
