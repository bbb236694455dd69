"""Review links: whoever has one plays one draft as it stood then, without an account and without any other access.

A link holds the review's id, the moment at which it lapses and a seal over both that only this server's keys can
make. So nobody tries ids out, nothing in the database opens a draft by itself, and a lapsed link is refused
without asking it. The draft lies in the database, where every server finds it; revoking a link removes it there.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from kotoserver.content.rehearsal import Act, Rehearsal, Way, rehearse
from kotoserver.content.snapshots import OpenedSnapshot, open_snapshot, take_snapshot
from kotoserver.domain.audit import Action
from kotoserver.domain.errors import NotAllowed, NotFound
from kotoserver.domain.learner import Caller
from kotoserver.domain.review import Review
from kotoserver.ports.clock import Clock
from kotoserver.ports.reviews import ReviewStore
from kotoserver.services.audit import AuditService
from kotoserver.services.desk import Desk
from kotoserver.services.ids import new_id
from kotoserver.services.keys import Keyring
from kotoserver.services.limits import LimitsService, Use
from kotoserver.services.rehearsing import Stage
from kotoserver.services.workbench import refuse_all_but_editors

MOST_DAYS = 30
MOST_OPEN = 16
"""Drafts that are kept ready for those who play them now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewLink:
    review: Review
    token: str
    """The last part of the link's address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReview:
    review: Review
    draft: OpenedSnapshot

    def stage(self, pack_id: str | None) -> Stage:
        """In the words of the pack, or of the first that there is."""
        packs = self.draft.packs
        pack = packs.get(pack_id or "") or next(iter(packs.values()), None)
        return Stage(scene=self.draft.scene, pack=pack)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPlayed:
    rehearsal: Rehearsal
    stage: Stage


class ReviewsService:
    """Making, listing and revoking are for editors: NotAllowed code `editors_only` for anybody else."""

    def __init__(
        self,
        *,
        desk: Desk,
        store: ReviewStore,
        keys: Keyring,
        limits: LimitsService,
        audit: AuditService,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._store = store
        self._keys = keys
        self._limits = limits
        self._audit = audit
        self._clock = clock
        self._opened: OrderedDict[str, OpenedSnapshot] = OrderedDict()

    async def make(self, caller: Caller, scene_id: str, *, days: int, note: str) -> ReviewLink:
        """A link to the draft as it is saved now. Raises what `take_snapshot` raises."""
        refuse_all_but_editors(caller)
        snapshot = await self._desk.work(partial(take_snapshot, self._desk.folders, scene_id))
        now = self._clock.now()
        review = Review(
            id=new_id("rev"),
            scene_id=scene_id,
            made_by=caller.learner_id,
            note=note,
            made_at=now,
            expires_at=now.replace(microsecond=0) + timedelta(days=days),
        )
        await self._store.add_review(review, snapshot)
        await self._audit.note(caller, Action.REVIEW_LINK_MADE, review.id, scene=scene_id, days=str(days))
        return self._link(review)

    async def list(self, caller: Caller, scene_id: str) -> Sequence[ReviewLink]:
        """The links to drafts of a scene that work now, the latest first."""
        refuse_all_but_editors(caller)
        return [self._link(review) for review in await self._store.list_reviews(scene_id, self._clock.now())]

    async def revoke(self, caller: Caller, review_id: str) -> None:
        """Ends a link, whoever made it. NotFound code `no_such_review`."""
        refuse_all_but_editors(caller)
        review = await self._store.find_review(review_id)
        if review is None:
            raise _no_such_review()
        await self._store.erase_review(review_id)
        await self._audit.note(caller, Action.REVIEW_LINK_REVOKED, review_id, scene=review.scene_id)

    async def open(self, token: str, address: str) -> OpenReview:
        """What a link leads to, for whoever has it.

        NotFound code `no_such_review` for one that was revoked or never made; NotAllowed code `review_expired`;
        TooFast for an address that asks too often.
        """
        await self._limits.count(Use.REVIEWS, address)
        review = await self._store.find_review(self._review_id(token))
        if review is None:
            raise _no_such_review()
        return OpenReview(review=review, draft=await self._draft(review.id))

    async def play(self, token: str, address: str, pack_id: str | None, acts: Sequence[Act]) -> ReviewPlayed:
        """Goes a way through that draft from its beginning. Raises what `open` raises."""
        opened = await self.open(token, address)
        rehearsal = await self._desk.work(partial(self._rehearse, opened, acts))
        return ReviewPlayed(rehearsal=rehearsal, stage=opened.stage(pack_id))

    def _rehearse(self, opened: OpenReview, acts: Sequence[Act]) -> Rehearsal:
        scene = opened.draft.scene
        words = {way for slot in scene.slots.values() for ways in slot.values.values() for way in ways}
        proofreader = self._desk.proofreader(self._desk.folders, words | set(scene.shortcuts))
        return rehearse(scene, Way(acts=acts), proofreader.judge, mark=f"{opened.review.id} ")

    async def _draft(self, review_id: str) -> OpenedSnapshot:
        """Kept while it is played, the one not asked for longest being let go."""
        known = self._opened.get(review_id)
        if known is None:
            snapshot = await self._store.find_snapshot(review_id)
            if snapshot is None:
                raise _no_such_review()
            known = self._opened[review_id] = await self._desk.work(partial(open_snapshot, snapshot))
            if len(self._opened) > MOST_OPEN:
                self._opened.popitem(last=False)
        self._opened.move_to_end(review_id)
        return known

    def _link(self, review: Review) -> ReviewLink:
        lapses = int(review.expires_at.timestamp())
        seal = self._keys.seal(_sealed(review.id, lapses))
        return ReviewLink(review=review, token=f"{review.id}.{lapses}.{seal}")

    def _review_id(self, token: str) -> str:
        review_id, _, rest = token.partition(".")
        lapses, _, seal = rest.partition(".")
        if not lapses.isascii() or not lapses.isdigit() or not self._keys.sealed(_sealed(review_id, lapses), seal):
            raise _no_such_review()
        if self._clock.now() >= datetime.fromtimestamp(int(lapses), UTC):
            raise NotAllowed("This review link has lapsed; ask for a new one.", code="review_expired")
        return review_id


def _sealed(review_id: str, lapses: int | str) -> str:
    """What the seal is over; nothing else that the keys seal begins so."""
    return f"review {review_id} {lapses}"


def _no_such_review() -> NotFound:
    return NotFound("This review link does not work; it may have been revoked.", code="no_such_review")
