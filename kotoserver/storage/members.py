"""People in SQL: accounts, sign-ins, classes and the audit."""

from collections.abc import Sequence
from datetime import datetime

from kotoserver.domain.audit import Action, AuditEntry
from kotoserver.domain.classroom import Classroom, Member
from kotoserver.domain.errors import Conflict, NotFound, changed_meanwhile
from kotoserver.domain.learner import Learner, Role, SignIn
from kotoserver.ports.members import AuditPage, LearnerPage, MemberStore
from kotoserver.storage import rows
from kotoserver.storage.database import Database, NothingMatched, Write
from kotoserver.storage.paging import page_of
from kotoserver.storage.sql import Query

ADD_LEARNER = Query("add_learner")
FIND_LEARNER = Query("find_learner")
FIND_LEARNER_BY_EMAIL = Query("find_learner_by_email")
LIST_LEARNERS = Query("list_learners")
UPDATE_LEARNER = Query("update_learner")
ERASE_LEARNER = Query("erase_learner")
ERASE_SPENDING = Query("erase_spending")
SET_CONSENT = Query("set_consent")
LIST_SILENT_GUESTS = Query("list_silent_guests")
SET_CREDENTIALS = Query("set_credentials")
FIND_PASSWORD = Query("find_password")
REPLACE_PASSWORD = Query("replace_password")
ADD_SIGN_IN = Query("add_sign_in")
FIND_SIGN_IN = Query("find_sign_in")
RENEW_SIGN_IN = Query("renew_sign_in")
END_SIGN_IN = Query("end_sign_in")
END_SIGN_INS = Query("end_sign_ins")
SIGN_OUT_LEARNER = Query("sign_out_learner")
FORGET_ADDRESSES = Query("forget_addresses")
FORGET_SIGN_INS = Query("forget_sign_ins")
ADD_CLASS = Query("add_class")
FIND_CLASS = Query("find_class")
FIND_CLASS_BY_CODE = Query("find_class_by_code")
LIST_CLASSES = Query("list_classes")
ERASE_CLASS = Query("erase_class")
JOIN_CLASS = Query("join_class")
LEAVE_CLASS = Query("leave_class")
LIST_MEMBERS = Query("list_members")
TEACHES = Query("teaches")
ADD_AUDIT = Query("add_audit")
LIST_AUDIT = Query("list_audit")
FORGET_AUDIT = Query("forget_audit")


class SqlMembers(MemberStore):
    """The members port over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ── accounts ─────────────────────────────────────────────────────────────────────────────

    async def add_learner(self, learner: Learner) -> None:
        await self._database.write(Write(ADD_LEARNER, [rows.learner_row(learner)]))

    async def find_learner(self, learner_id: str) -> Learner | None:
        found = await self._database.fetch(FIND_LEARNER, learner_id)
        return rows.learner_of(found[0]) if found else None

    async def find_learner_by_email(self, email: str) -> Learner | None:
        found = await self._database.fetch(FIND_LEARNER_BY_EMAIL, email)
        return rows.learner_of(found[0]) if found else None

    async def list_learners(
        self, *, words: str = "", role: Role | None = None, before: datetime | None = None, limit: int = 50
    ) -> LearnerPage:
        async def read(until: datetime, many: int) -> list[Learner]:
            held, wanted = rows.holding(words), role.value if role else ""
            return [
                rows.learner_of(row)
                for row in await self._database.fetch(LIST_LEARNERS, until, many, wanted, held)
            ]

        learners, next_before = await page_of(read, lambda each: each.created_at, before=before, limit=limit)
        return LearnerPage(learners=learners, next_before=next_before)

    async def update_learner(self, learner: Learner, *, read_at: int) -> None:
        row = (
            learner.id,
            learner.name,
            learner.role.value,
            learner.blocked,
            rows.learner_words(learner),
            learner.revision,
            read_at,
        )
        try:
            await self._database.write(Write(UPDATE_LEARNER, [row], must_match=True))
        except NothingMatched:
            if await self.find_learner(learner.id) is None:
                raise NotFound("There is no such user any more.", code="no_such_user") from None
            raise changed_meanwhile("user") from None

    async def erase_learner(self, learner_id: str) -> None:
        erased = [(learner_id,)]
        await self._database.erase(
            Write(ERASE_LEARNER, erased), Write(ERASE_SPENDING, erased), Write(FORGET_ADDRESSES, erased)
        )

    async def set_consent(self, learner_id: str, keep_recordings: bool) -> None:
        await self._database.write(Write(SET_CONSENT, [(learner_id, keep_recordings)]))

    async def list_silent_guests(self, since: datetime, limit: int = 100) -> Sequence[str]:
        found = await self._database.fetch(LIST_SILENT_GUESTS, since, since, limit)
        return [str(row["learner_id"]) for row in found]

    async def set_credentials(self, learner_id: str, *, email: str, password: str) -> None:
        words = rows.folded(email)
        await self._database.write(Write(SET_CREDENTIALS, [(learner_id, email, password, words)]))

    async def find_password(self, learner_id: str) -> str | None:
        found = await self._database.fetch(FIND_PASSWORD, learner_id)
        return found[0]["password"] if found else None

    async def replace_password(self, learner_id: str, password: str) -> None:
        await self._database.write(Write(REPLACE_PASSWORD, [(learner_id, password)]))

    # ── sign-ins ─────────────────────────────────────────────────────────────────────────────

    async def add_sign_in(self, sign_in: SignIn) -> None:
        await self._database.write(Write(ADD_SIGN_IN, [rows.sign_in_row(sign_in)]))

    async def find_sign_in(self, sign_in_id: str) -> SignIn | None:
        found = await self._database.fetch(FIND_SIGN_IN, sign_in_id)
        return rows.sign_in_of(found[0]) if found else None

    async def renew_sign_in(self, sign_in: SignIn) -> None:
        row = (sign_in.id, sign_in.generation, sign_in.renewed_at, sign_in.expires_at)
        try:
            await self._database.write(Write(RENEW_SIGN_IN, [row], must_match=True))
        except NothingMatched:
            raise Conflict("This sign-in was renewed or ended meanwhile.") from None

    async def end_sign_in(self, sign_in_id: str) -> None:
        await self._database.write(Write(END_SIGN_IN, [(sign_in_id,)]))

    async def end_sign_ins(self, learner_id: str, *, at: datetime) -> None:
        await self._database.write(
            Write(SIGN_OUT_LEARNER, [(learner_id, at)]), Write(END_SIGN_INS, [(learner_id,)])
        )

    async def forget_sign_ins(self, before: datetime) -> None:
        await self._database.write(Write(FORGET_SIGN_INS, [(before,)]))

    # ── classes ──────────────────────────────────────────────────────────────────────────────

    async def add_class(self, classroom: Classroom) -> None:
        row = (classroom.id, classroom.teacher_id, classroom.name, classroom.code, classroom.created_at)
        await self._database.write(Write(ADD_CLASS, [row]))

    async def find_class(self, class_id: str) -> Classroom | None:
        found = await self._database.fetch(FIND_CLASS, class_id)
        return rows.class_of(found[0]) if found else None

    async def find_class_by_code(self, code: str) -> Classroom | None:
        found = await self._database.fetch(FIND_CLASS_BY_CODE, code)
        return rows.class_of(found[0]) if found else None

    async def list_classes(self, learner_id: str) -> Sequence[Classroom]:
        return [rows.class_of(row) for row in await self._database.fetch(LIST_CLASSES, learner_id)]

    async def erase_class(self, class_id: str) -> None:
        await self._database.write(Write(ERASE_CLASS, [(class_id,)]))

    async def join_class(self, class_id: str, learner_id: str, at: datetime) -> None:
        await self._database.write(Write(JOIN_CLASS, [(class_id, learner_id, at)]))

    async def leave_class(self, class_id: str, learner_id: str) -> None:
        await self._database.write(Write(LEAVE_CLASS, [(class_id, learner_id)]))

    async def list_members(self, class_id: str) -> Sequence[Member]:
        found = await self._database.fetch(LIST_MEMBERS, class_id)
        return [Member(learner=rows.learner_of(row), joined_at=row["joined_at"]) for row in found]

    async def teaches(self, teacher_id: str, learner_id: str) -> bool:
        return bool(await self._database.fetch(TEACHES, teacher_id, learner_id))

    # ── the audit ────────────────────────────────────────────────────────────────────────────

    async def add_audit(self, entry: AuditEntry) -> None:
        await self._database.write(Write(ADD_AUDIT, [rows.audit_row(entry)]))

    async def list_audit(
        self, *, action: Action | None = None, about: str = "", before: datetime | None = None, limit: int = 100
    ) -> AuditPage:
        async def read(until: datetime, many: int) -> list[AuditEntry]:
            wanted = action.value if action else ""
            found = await self._database.fetch(LIST_AUDIT, until, many, wanted, about)
            return [rows.audit_of(row) for row in found]

        entries, next_before = await page_of(read, lambda each: each.at, before=before, limit=limit)
        return AuditPage(entries=entries, next_before=next_before)

    async def forget_audit(self, before: datetime) -> None:
        await self._database.write(Write(FORGET_AUDIT, [(before,)]))
