"""Keeping sessions: whose they are, one change at a time, stored before anyone hears of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, NotAllowed, NotFound
from kotoserver.domain.events import StoredEvent, store_form
from kotoserver.domain.learner import Caller
from kotoserver.domain.session import Session, SessionState, pass_time
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock
from kotoserver.ports.storage import Storage, TurnRecord
from kotoserver.services.access import AccessService
from kotoserver.services.telling import Change

TURN_WAIT_SECONDS = 10.0
"""How long a turn waits for the one before it in the same session."""


def session_channel(session_id: str) -> str:
    """The bus channel on which the events of a session are spread, as `SEQ FRAME`."""
    return f"session:{session_id}"


AWAY = "away"
"""The message on a session's channel that ends its connections: their learner may not play any more."""


async def send_away(bus: Bus, session_id: str) -> None:
    """Ends the session's live connections on every server. Raises StorageFailed."""
    await bus.publish(session_channel(session_id), AWAY)


class SessionKeeper:
    def __init__(self, storage: Storage, bus: Bus, clock: Clock) -> None:
        self._storage = storage
        self._access = AccessService(storage)
        self._bus = bus
        self._clock = clock

    async def find(self, caller: Caller, session_id: str) -> Session:
        """The caller's own session. NotFound code `no_such_session`; NotAllowed when it is another learner's."""
        session = await self._found(session_id)
        if session.learner_id != caller.learner_id:
            raise NotAllowed("This session belongs to somebody else.")
        return session

    async def readable(self, caller: Caller, session_id: str) -> Session:
        """The session, for its learner, their teachers and admins. Raises as `find` does for others."""
        session = await self._found(session_id)
        await self._access.refuse_strangers(caller, session.learner_id, "session")
        return session

    async def _found(self, session_id: str) -> Session:
        session = await self._storage.find_session(session_id)
        if session is None:
            raise NotFound("There is no such session.", code="no_such_session")
        return session

    @asynccontextmanager
    async def one_at_a_time(self, session_id: str) -> AsyncIterator[None]:
        """Whoever is inside is the only one who changes this session, in any process."""
        async with self._bus.lock(f"turn:{session_id}", wait_seconds=TURN_WAIT_SECONDS):
            yield

    @asynccontextmanager
    async def changing(self, caller: Caller, session_id: str) -> AsyncIterator[Session]:
        """The session as it stands now, held for a change; BadInput when the scene is over."""
        async with self.one_at_a_time(session_id):
            session = await self.find(caller, session_id)
            refuse_finished(session)
            yield self.after_pause(session)

    def pause(self, session: Session) -> float:
        """Seconds since anything happened in the session."""
        return (self._clock.now() - session.updated_at).total_seconds()

    def after_pause(self, session: Session) -> Session:
        """What happens between two utterances ends one pause and begins another; both count as played."""
        if session.progress.state is not SessionState.ACTIVE:
            return session
        return replace(session, progress=pass_time(session.progress, self.pause(session)))

    async def save(
        self,
        session: Session,
        change: Change,
        *,
        turn: TurnRecord | None = None,
        undo_turn: str | None = None,
    ) -> list[StoredEvent]:
        """Stores the change with its numbered frames, all or nothing."""
        now = self._clock.now()
        events = [
            store_form(session.id, frame, seq=seq, at=now)
            for seq, frame in enumerate(change.frames, session.last_seq + 1)
        ]
        saved = replace(
            session,
            progress=change.progress,
            revision=session.revision + 1,
            last_seq=session.last_seq + len(events),
            updated_at=now,
        )
        await self._storage.save_session(
            saved,
            read_at=session.revision,
            events=events,
            turn=turn,
            undo_turn=undo_turn,
            spoken=change.spoken,
        )
        if saved.progress.state is SessionState.FINISHED and session.progress.state is SessionState.ACTIVE:
            telemetry.SESSIONS.labels("finished").inc()
        return events

    async def spread(self, events: Sequence[StoredEvent]) -> None:
        """Tells everyone who listens to their session; whoever misses it finds it in storage."""
        if events:
            frames = (f"{event.seq} {event.frame}" for event in events)
            await self._bus.publish(session_channel(events[0].session_id), *frames)

    async def save_and_spread(self, session: Session, change: Change, *, undo_turn: str | None = None) -> None:
        """Stores the change, then tells."""
        await self.spread(await self.save(session, change, undo_turn=undo_turn))


def refuse_finished(session: Session) -> None:
    """BadInput code `scene_over` unless the scene is being played."""
    if session.progress.state is not SessionState.ACTIVE:
        raise BadInput("This scene is over; start a new session to play it again.", code="scene_over")
