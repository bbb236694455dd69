"""What every storage keeps of links to drafts."""

from dataclasses import replace
from datetime import timedelta

from kotoserver.domain.review import Review, Snapshot
from kotoserver.ports.storage import Storage
from tests.stored import BEGINNING

SNAPSHOT = Snapshot(
    scene='schema: scene/1\nid: cafe\ntitle: "카페 \\"둘\\""\n', packs={"ko-id": "네\n", "ko-en": ""}
)


def review(number: int, *, scene: str = "cafe", days: int = 7) -> Review:
    made = BEGINNING + timedelta(minutes=number)
    return Review(
        id=f"rev_{number}",
        scene_id=scene,
        made_by="lrn_1",
        note="for Minji",
        made_at=made,
        expires_at=made + timedelta(days=days),
    )


async def test_a_review_and_its_draft_are_found_as_stored(storage: Storage):
    await storage.add_review(review(1), SNAPSHOT)
    assert await storage.find_review("rev_1") == review(1)
    assert await storage.find_snapshot("rev_1") == SNAPSHOT
    assert await storage.find_review("rev_2") is None
    assert await storage.find_snapshot("rev_2") is None


async def test_only_those_of_the_scene_that_have_not_lapsed_are_listed(storage: Storage):
    for each in (review(1), review(2, days=1), review(3), review(4, scene="airport")):
        await storage.add_review(each, SNAPSHOT)
    later = BEGINNING + timedelta(days=2)
    assert [each.id for each in await storage.list_reviews("cafe", BEGINNING)] == ["rev_3", "rev_2", "rev_1"]
    assert [each.id for each in await storage.list_reviews("cafe", later)] == ["rev_3", "rev_1"]
    assert await storage.list_reviews("cafe", review(3).expires_at) == []


async def test_one_that_is_erased_is_gone_with_its_draft(storage: Storage):
    await storage.add_review(review(1), SNAPSHOT)
    await storage.add_review(review(2), SNAPSHOT)
    for _ in range(2):
        await storage.erase_review("rev_1")
    assert (await storage.find_review("rev_1"), await storage.find_snapshot("rev_1")) == (None, None)
    assert await storage.find_review("rev_2") == review(2)


async def test_those_that_lapsed_are_forgotten(storage: Storage):
    await storage.add_review(review(1), SNAPSHOT)
    await storage.add_review(replace(review(2), expires_at=BEGINNING), SNAPSHOT)
    await storage.forget_reviews(BEGINNING + timedelta(seconds=1))
    assert [await storage.find_review(each) is None for each in ("rev_1", "rev_2")] == [False, True]
