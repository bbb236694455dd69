"""What one question to an engine costs, put aside before it is asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kotoserver.domain.errors import KotoError
from kotoserver.ports.purse import Hold, Purse


@asynccontextmanager
async def paying(purse: Purse, payer: str | None, usd: float) -> AsyncIterator[Hold]:
    """The hold says what was spent in the end: what nobody waited out is billed, a refusal is not."""
    async with purse.hold(payer, usd) as hold:
        try:
            yield hold
        except KotoError as failure:
            if failure.code != "too_late":
                hold.spent = 0.0
            raise
