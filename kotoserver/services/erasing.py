"""Erasing: a learner, a session, and what nobody came back to, with all that was said in it, everywhere.

What is spoken back to a learner is made of authored words only, so the cache of speech holds nothing of theirs.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from kotoserver.domain.audit import Action
from kotoserver.domain.errors import (
    Conflict,
    KotoError,
    NotFound,
    TooFast,
    changed_meanwhile,
)
from kotoserver.domain.learner import Caller
from kotoserver.domain.session import SessionState
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock
from kotoserver.ports.storage import SessionFilter, Storage
from kotoserver.services.audit import AuditService
from kotoserver.services.recordings import forget_bytes_of
from kotoserver.services.sessions import SessionKeeper, send_away
from kotoserver.settings import AccountSettings

SWEEP_SECONDS = 3600.0
_SILENT_DAYS = 31
"""A guest who never played and whose tokens have all expired is kept no longer, whatever the retention is."""

log = logging.getLogger(__name__)


class ErasingService:
    def __init__(
        self,
        *,
        storage: Storage,
        blobs: BlobStore,
        bus: Bus,
        audit: AuditService,
        clock: Clock,
        settings: AccountSettings,
    ) -> None:
        self._storage = storage
        self._blobs = blobs
        self._bus = bus
        self._keeper = SessionKeeper(storage, bus, clock)
        self._audit = audit
        self._clock = clock
        self._settings = settings
        self._sweeper: asyncio.Task[None] | None = None

    async def erase_learner(self, actor: Caller, learner_id: str) -> None:
        """Forgets the learner with recordings, sessions, turns, sign-ins and classes.

        The bytes go first: were the database emptied before a store that fails, nobody would know of them.
        """
        await self.send_away(learner_id)
        await forget_bytes_of(self._blobs, learner_id)
        await self._storage.erase_learner(learner_id)
        # An upload that was under way has lost its learner by now, so what it wrote meanwhile is all there is.
        await forget_bytes_of(self._blobs, learner_id)
        who = replace(actor, address="") if actor.learner_id == learner_id else actor
        await self._audit.note(who, Action.USER_ERASED, learner_id)

    async def erase_session(self, caller: Caller, session_id: str) -> None:
        """Forgets one of the caller's own sessions, and all that was said in it with the sound of it.

        NotFound code `no_such_session`; NotAllowed for somebody else's.
        """
        await self._forget_session(caller, session_id)
        await self._audit.note(caller, Action.SESSION_ERASED, session_id)

    async def _forget_session(
        self, caller: Caller, session_id: str, *, unchanged_since: datetime | None = None
    ) -> None:
        async with self._keeper.one_at_a_time(session_id):
            session = await self._keeper.find(caller, session_id)
            if unchanged_since is not None and session.updated_at >= unchanged_since:
                raise changed_meanwhile("session")
            recordings = await self._storage.list_recordings(session_id)
            await self._storage.erase_session(session_id)
        await asyncio.gather(*(self._blobs.delete(recording.key) for recording in recordings))

    async def send_away(self, learner_id: str) -> None:
        """Closes the live connections of a learner on every server; one that does not hear of it ends with the
        learner's next frame."""
        active = await self._storage.list_sessions(
            learner_id, only=SessionFilter(state=SessionState.ACTIVE), limit=100
        )
        for session in active.sessions:
            await send_away(self._bus, session.id)

    async def forget(self) -> int:
        """Erases what is past its time: sessions, guests, sign-ins, review links, audit; how many sessions."""
        now = self._clock.now()
        await self._storage.forget_sign_ins(now)
        await self._storage.forget_reviews(now)
        await self._storage.forget_audit(now - timedelta(days=self._settings.audit_days))
        sessions = await self._forget_sessions() if self._settings.retention_days else 0
        await self._forget_guests()
        return sessions

    async def _forget_sessions(self) -> int:
        since = self._clock.now() - timedelta(days=self._settings.retention_days)
        forgotten = 0
        while stale := await self._storage.list_stale_sessions(since):
            gone = 0
            for session_id, learner_id in stale:
                with self._tolerated():
                    await self._forget_session(Caller(learner_id=learner_id), session_id, unchanged_since=since)
                    gone += 1
            forgotten += gone
            if gone == 0:  # whatever holds them may have let go by the next sweep
                break
        return forgotten

    async def _forget_guests(self) -> None:
        since = self._clock.now() - timedelta(days=max(_SILENT_DAYS, self._settings.retention_days))
        while silent := await self._storage.list_silent_guests(since):
            for learner_id in silent:
                await forget_bytes_of(self._blobs, learner_id)
                await self._storage.erase_learner(learner_id)

    @contextmanager
    def _tolerated(self) -> Iterator[None]:
        """One that another server forgot first, or that somebody just came back to, does not keep the others."""
        try:
            yield
        except (NotFound, Conflict, TooFast) as passing:
            log.info("a session was not forgotten now: %s", passing.code)

    def open(self) -> None:
        """Begins to forget what is past its time."""
        self._sweeper = asyncio.create_task(self._sweep())

    async def close(self) -> None:
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)

    async def _sweep(self) -> None:
        while True:
            try:
                await self.forget()
            except KotoError as failure:
                log.warning("what is past its time could not be forgotten: %s", failure.code)
            except Exception:  # the outermost rim of the sweeper
                log.exception("forgetting failed in a way nobody expected")
            await asyncio.sleep(SWEEP_SECONDS)
