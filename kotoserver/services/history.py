"""Looking back: a learner's sessions, their turns in full, and recaps."""

from collections.abc import Sequence
from datetime import datetime

from kotoserver.domain.errors import NotFound
from kotoserver.domain.learner import Caller
from kotoserver.domain.session import Session
from kotoserver.ports.storage import SessionPage, Storage, TurnRecord
from kotoserver.services.play import PlayService
from kotoserver.services.recap import Recap, recap_of


class HistoryService:
    def __init__(self, storage: Storage, play: PlayService) -> None:
        self._storage = storage
        self._play = play

    async def sessions(
        self, caller: Caller, *, words: str | None = None, before: datetime | None = None, limit: int = 20
    ) -> SessionPage:
        """The caller's own sessions, newest first; with `words`, those where an utterance holds them."""
        return await self._storage.list_sessions(caller.learner_id, words=words, before=before, limit=limit)

    async def turns(self, caller: Caller, session_id: str) -> tuple[Session, Sequence[TurnRecord]]:
        """The session with every turn, in order."""
        session = await self._play.session(caller, session_id)
        return session, await self._storage.list_turns(session_id)

    async def turn(self, caller: Caller, session_id: str, turn_id: str) -> tuple[Session, TurnRecord]:
        """One turn. NotFound code `no_such_turn`."""
        session = await self._play.session(caller, session_id)
        record = await self._storage.find_turn(session_id, turn_id)
        if record is None:
            raise NotFound("There is no such turn.", code="no_such_turn")
        return session, record

    async def recap(self, caller: Caller, session_id: str) -> Recap:
        """The summary of a session."""
        session, records = await self.turns(caller, session_id)
        return recap_of(session, records, self._play.narrator(session))
