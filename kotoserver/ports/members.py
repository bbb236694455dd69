"""What is remembered of people: accounts, sign-ins, classes, and who did what."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kotoserver.domain.audit import Action, AuditEntry
from kotoserver.domain.classroom import Classroom, Member
from kotoserver.domain.learner import Learner, Role, SignIn


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerPage:
    learners: tuple[Learner, ...]
    """Newest first."""
    next_before: datetime | None
    """Pass as `before` for the next page; None on the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    entries: tuple[AuditEntry, ...]
    """Newest first."""
    next_before: datetime | None


class MemberStore(ABC):
    """Every method raises StorageFailed when the database does not answer."""

    @abstractmethod
    async def add_learner(self, learner: Learner) -> None: ...

    @abstractmethod
    async def find_learner(self, learner_id: str) -> Learner | None: ...

    @abstractmethod
    async def find_learner_by_email(self, email: str) -> Learner | None:
        """`email` as it is compared (`domain.email`)."""

    @abstractmethod
    async def list_learners(
        self, *, words: str = "", role: Role | None = None, before: datetime | None = None, limit: int = 50
    ) -> LearnerPage:
        """Everybody; with `words`, those whose e-mail, name or id holds that text (any case)."""

    @abstractmethod
    async def update_learner(self, learner: Learner, *, read_at: int) -> None:
        """Stores name, role, blocked and revision.

        Conflict when the stored revision is not `read_at`; NotFound code `no_such_user`.
        """

    @abstractmethod
    async def erase_learner(self, learner_id: str) -> None:
        """Removes the learner with all sessions, turns, events, sign-ins and classes, what they cost, and the
        addresses they came from."""

    @abstractmethod
    async def set_consent(self, learner_id: str, keep_recordings: bool) -> None:
        """Notes whether the learner's recordings may be kept."""

    @abstractmethod
    async def list_silent_guests(self, since: datetime, limit: int = 100) -> Sequence[str]:
        """Ids of guests from before `since` who have neither sessions nor a live sign-in."""

    @abstractmethod
    async def set_credentials(self, learner_id: str, *, email: str, password: str) -> None:
        """Stores e-mail and hashed password; Conflict when another account has that e-mail."""

    @abstractmethod
    async def find_password(self, learner_id: str) -> str | None:
        """The hashed password; None for a guest."""

    @abstractmethod
    async def replace_password(self, learner_id: str, password: str) -> None:
        """Stores the same password hashed anew."""

    @abstractmethod
    async def add_sign_in(self, sign_in: SignIn) -> None: ...

    @abstractmethod
    async def find_sign_in(self, sign_in_id: str) -> SignIn | None: ...

    @abstractmethod
    async def renew_sign_in(self, sign_in: SignIn) -> None:
        """Stores generation and times; Conflict when another process renewed it first, or it has ended."""

    @abstractmethod
    async def end_sign_in(self, sign_in_id: str) -> None: ...

    @abstractmethod
    async def end_sign_ins(self, learner_id: str, *, at: datetime) -> None:
        """On all devices, and all tokens that were made before `at`."""

    @abstractmethod
    async def forget_sign_ins(self, before: datetime) -> None:
        """Removes those that expired before that instant."""

    @abstractmethod
    async def add_class(self, classroom: Classroom) -> None:
        """Conflict when another class has the code."""

    @abstractmethod
    async def find_class(self, class_id: str) -> Classroom | None: ...

    @abstractmethod
    async def find_class_by_code(self, code: str) -> Classroom | None: ...

    @abstractmethod
    async def list_classes(self, learner_id: str) -> Sequence[Classroom]:
        """Those that the learner teaches or belongs to, newest first."""

    @abstractmethod
    async def erase_class(self, class_id: str) -> None: ...

    @abstractmethod
    async def join_class(self, class_id: str, learner_id: str, at: datetime) -> None:
        """Joining twice is joining once."""

    @abstractmethod
    async def leave_class(self, class_id: str, learner_id: str) -> None: ...

    @abstractmethod
    async def list_members(self, class_id: str) -> Sequence[Member]:
        """In the order of joining."""

    @abstractmethod
    async def teaches(self, teacher_id: str, learner_id: str) -> bool:
        """Whether the learner belongs to a class of that teacher."""

    @abstractmethod
    async def add_audit(self, entry: AuditEntry) -> None: ...

    @abstractmethod
    async def list_audit(
        self, *, action: Action | None = None, about: str = "", before: datetime | None = None, limit: int = 100
    ) -> AuditPage:
        """`about`: the id of an actor or a subject; empty for all."""

    @abstractmethod
    async def forget_audit(self, before: datetime) -> None:
        """Removes what is older."""
