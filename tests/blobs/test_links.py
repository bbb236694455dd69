"""Addresses of our own: what they lead to, and that only this server makes them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kotoserver.blobs import open_blobs
from kotoserver.blobs.links import PATH, Links
from kotoserver.domain.errors import BadInput, NotAllowed, NotFound
from kotoserver.ports.blobs import Linked
from kotoserver.ports.clock import SystemClock
from kotoserver.settings import Secret

SECRET = Secret("a secret of more than thirty-two characters")
SOUND = Linked(key="recordings/lrn_1/aud_1", media_type="audio/webm")


class HandClock(SystemClock):
    """A clock that stands still unless it is put forward."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 28, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def links(clock: HandClock) -> Links:
    return Links(SECRET, clock)


def made(links: Links, seconds: int = 3600) -> str:
    """The last part of an address of the sound."""
    url = links.url(SOUND.key, seconds, SOUND.media_type)
    assert url.startswith(PATH)
    return url.removeprefix(PATH)


def refusal(links: Links, link: str) -> str:
    with pytest.raises(NotAllowed) as caught:
        links.linked(link)
    return caught.value.code


def test_an_address_leads_to_what_it_was_made_for(links: Links):
    assert links.linked(made(links)) == SOUND


def test_another_process_with_the_same_secret_knows_the_address(links: Links, clock: HandClock):
    assert Links(SECRET, clock).linked(made(links)) == SOUND


def test_an_address_works_until_its_time_is_over(links: Links, clock: HandClock):
    link = made(links, seconds=3600)
    clock.at += timedelta(seconds=3599.9)
    assert links.linked(link) == SOUND
    clock.at += timedelta(seconds=0.1)
    assert refusal(links, link) == "link_expired"


def test_an_address_made_with_another_secret_is_refused(links: Links, clock: HandClock):
    other = Links(Secret("another secret of more than thirty-two characters"), clock)
    assert refusal(links, made(other)) == "bad_link"


@given(place=st.integers(0, 200), letter=st.sampled_from("ABCabc012-_.=/ é"))
def test_an_address_that_was_changed_anywhere_is_refused(place: int, letter: str):
    links = Links(SECRET, HandClock())
    link = made(links)
    place %= len(link)
    changed = link[:place] + letter + link[place + 1 :]
    if changed != link:
        assert refusal(links, changed) == "bad_link"


@pytest.mark.parametrize("link", ["", ".", "a", "a.b", "a.b.c", "é.é", "A" * 5000, f"{'A' * 40}.{'A' * 43}"])
def test_what_is_no_address_is_refused(links: Links, link: str):
    assert refusal(links, link) == "bad_link"


def test_an_address_has_one_way_to_be_written(links: Links):
    link = made(links)
    for other in (f"{link}=", link.replace(".", "=."), f"{link}.", f" {link}"):
        assert refusal(links, other) == "bad_link"


def test_an_address_tells_nothing_of_the_secret(links: Links):
    assert SECRET.reveal()[:8] not in made(links)


async def test_files_hand_out_addresses_only_with_a_secret(tmp_path: Path):
    without, signing = open_blobs(tmp_path), open_blobs(tmp_path, secret=SECRET)
    assert await without.presigned_url("a", 60, "audio/webm") is None
    with pytest.raises(NotFound):
        without.linked("a.b")
    url = await signing.presigned_url("a", 60, "audio/webm")
    assert url is not None
    assert signing.linked(url.removeprefix(PATH)) == Linked(key="a", media_type="audio/webm")
    with pytest.raises(BadInput):
        await signing.presigned_url("../a", 60, "audio/webm")
    for blobs in (without, signing):
        await blobs.close()
