"""A search gives the same sessions on both databases: those in which an utterance holds the words."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kotoserver.ports.storage import Storage
from kotoserver.storage import open_storage
from kotoserver.storage.rows import folded
from tests.servers import fresh_database
from tests.stored import learner, session, turn

Pair = tuple[Storage, Storage]
ALPHABET = "가나다커피 aAßÄé%_\\'\"*^-:☕👍🏽\u1100\u1161\u11a8"
"""Few letters, so that words meet; those that a LIKE, a phrase of FTS5 or Unicode's folding could trip over."""
TEXTS = st.text(st.sampled_from(ALPHABET), min_size=1, max_size=12)


@pytest.fixture
async def pair(postgres_url: str, tmp_path: Path) -> AsyncIterator[Pair]:
    async with fresh_database(postgres_url) as url:
        both = (open_storage("", data_dir=tmp_path), open_storage(url, data_dir=tmp_path))
        for storage in both:
            await storage.migrate()
        yield both
        for storage in both:
            await storage.close()


async def hear_again(storage: Storage, texts: list[str]) -> None:
    """One session for each text, and nothing else."""
    await storage.erase_learner("lrn_1")
    await storage.add_learner(learner())
    for number, text in enumerate(texts):
        opened = session(f"sess_{number}", minute=number)
        await storage.open_session(opened, [], [])
        said = turn(1, text, session_id=opened.id)
        await storage.save_session(replace(opened, revision=2), read_at=1, turn=said)


async def found_by(storage: Storage, whose: str | None, words: str) -> list[str]:
    return [each.id for each in (await storage.list_sessions(whose, words=words)).sessions]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=1, max_size=6), choice=st.data())
async def test_both_find_what_holds_the_words(pair: Pair, texts: list[str], choice: st.DataObject):
    """Words of one letter and of many, from what was said and from elsewhere."""
    from_what_was_said = choice.draw(st.sampled_from(texts))
    start = choice.draw(st.integers(0, len(from_what_was_said) - 1))
    piece = from_what_was_said[start : choice.draw(st.integers(start + 1, len(from_what_was_said)))]
    for storage in pair:
        await hear_again(storage, texts)
    for words in (piece, choice.draw(TEXTS), choice.draw(st.text(st.sampled_from(ALPHABET), min_size=3))):
        expected = [f"sess_{n}" for n in range(len(texts)) if folded(words) in folded(texts[n])][::-1]
        for storage in pair:
            assert await found_by(storage, "lrn_1", words) == expected
            assert await found_by(storage, None, words) == expected
