"""Looking back: a learner's sessions, their turns in full, and recaps."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from kotoserver.domain.errors import NotFound
from kotoserver.domain.learner import TEACHERS, Caller, Role
from kotoserver.domain.session import Session
from kotoserver.ports.storage import ALL, SessionFilter, SessionPage, Storage, TurnRecord
from kotoserver.services.access import AccessService, refuse_other_roles
from kotoserver.services.play import PlayService
from kotoserver.services.recap import Recap, recap_of


class HistoryService:
    def __init__(self, storage: Storage, play: PlayService) -> None:
        self._storage = storage
        self._access = AccessService(storage)
        self._play = play

    async def sessions(
        self,
        caller: Caller,
        *,
        of: str | None = None,
        words: str | None = None,
        only: SessionFilter = ALL,
        before: datetime | None = None,
        limit: int = 20,
    ) -> SessionPage:
        """Sessions of a learner (the caller when None), newest first; with `words`, where an utterance holds them.

        NotAllowed when the caller may not read what that learner did.
        """
        learner_id = of or caller.learner_id
        await self._access.refuse_strangers(caller, learner_id, "list")
        return await self._storage.list_sessions(learner_id, words=words, only=only, before=before, limit=limit)

    async def everyones_sessions(
        self,
        caller: Caller,
        *,
        words: str | None = None,
        only: SessionFilter = ALL,
        before: datetime | None = None,
        limit: int = 20,
    ) -> SessionPage:
        """Sessions of all learners for an admin, of their own learners for a teacher.

        NotAllowed code `wrong_role` for others.
        """
        refuse_other_roles(caller, TEACHERS)
        if caller.role is not Role.ADMIN:
            only = replace(only, teacher_id=caller.learner_id)
        return await self._storage.list_sessions(None, words=words, only=only, before=before, limit=limit)

    async def turns(self, caller: Caller, session_id: str) -> tuple[Session, Sequence[TurnRecord]]:
        """The session with every turn, in order."""
        session = await self._play.readable(caller, session_id)
        return session, await self._storage.list_turns(session_id)

    async def turn(self, caller: Caller, session_id: str, turn_id: str) -> tuple[Session, TurnRecord]:
        """One turn. NotFound code `no_such_turn`."""
        session = await self._play.readable(caller, session_id)
        record = await self._storage.find_turn(session_id, turn_id)
        if record is None:
            raise NotFound("There is no such turn.", code="no_such_turn")
        return session, record

    async def recap(self, caller: Caller, session_id: str) -> Recap:
        """The summary of a session."""
        session, records = await self.turns(caller, session_id)
        return recap_of(session, records, self._play.narrator(session))
