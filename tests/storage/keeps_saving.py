"""A program that stores turns until it is killed: `keeps_saving.py DATABASE_URL`.

It prints the number of each turn after the save was acknowledged.
"""

import asyncio
import sys
from dataclasses import replace
from itertools import count
from pathlib import Path

from kotoserver.storage import open_storage
from tests.stored import event, learner, session, spoken, turn


async def main(url: str) -> None:
    storage = open_storage(url, data_dir=Path())
    await storage.migrate()
    await storage.add_learner(learner())
    await storage.open_session(session(), [], [])
    for number in count(1):
        await storage.save_session(
            replace(session(), revision=number + 1, last_seq=2 * number),
            read_at=number,
            turn=turn(number),
            events=[event(2 * number - 1), event(2 * number)],
            spoken=[spoken(f"key_{number}")],
        )
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
