"""The audit: who did what, written down where the database keeps it."""

import logging

from kotoserver.domain.audit import Action, AuditEntry
from kotoserver.domain.learner import Caller
from kotoserver.ports.clock import Clock
from kotoserver.ports.members import MemberStore
from kotoserver.services.ids import new_id

OPERATOR = Caller(learner_id="command line")
"""Whoever uses the command line on the server's own machine."""
NOBODY = Caller(learner_id="")
"""Somebody who is not signed in."""

log = logging.getLogger(__name__)


class AuditService:
    def __init__(self, members: MemberStore, clock: Clock) -> None:
        self._members = members
        self._clock = clock

    async def note(self, actor: Caller, action: Action, subject: str = "", **details: str) -> None:
        """Writes it down, in the database and as a line of the log. Raises StorageFailed."""
        entry = AuditEntry(
            id=new_id("audit"),
            at=self._clock.now(),
            actor_id=actor.learner_id,
            action=action,
            subject=subject,
            address=actor.address,
            details=details,
        )
        log.info("audit: %s by %s on %s", action.value, entry.actor_id or "nobody", subject or "nothing")
        await self._members.add_audit(entry)
