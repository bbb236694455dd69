"""Everything that is remembered, in SQL that runs on SQLite and on Postgres alike."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from kotoserver.domain.errors import Conflict, NotFound, StorageFailed
from kotoserver.domain.events import StoredEvent
from kotoserver.domain.receipt import Receipt
from kotoserver.domain.recording import Recording
from kotoserver.domain.session import Session
from kotoserver.domain.speech import SpeechRequest
from kotoserver.ports.storage import ALL, SchemaState, SessionFilter, SessionPage, SpokenLine, Storage, TurnRecord
from kotoserver.storage import rows
from kotoserver.storage.database import Database, NothingMatched, Write
from kotoserver.storage.lessons import SqlLessons
from kotoserver.storage.members import SqlMembers
from kotoserver.storage.paging import page_of
from kotoserver.storage.reviews import SqlReviews
from kotoserver.storage.sentences import SqlSentences
from kotoserver.storage.sql import Dialect, Query, compare, load_migrations
from kotoserver.storage.watched import WatchedDatabase

ADD_SESSION = Query("add_session")
UPDATE_SESSION = Query("update_session")
FIND_SESSION = Query("find_session")
LIST_SESSIONS = Query("list_sessions")
SEARCH_SESSIONS = Query("search_sessions")
LIST_ALL_SESSIONS = Query("list_all_sessions")
SEARCH_ALL_SESSIONS = Query("search_all_sessions")
SEARCH_SESSIONS_BY_TRIGRAMS = Query("search_sessions_by_trigrams")
SEARCH_ALL_SESSIONS_BY_TRIGRAMS = Query("search_all_sessions_by_trigrams")
LIST_STALE_SESSIONS = Query("list_stale_sessions")
ERASE_SESSION = Query("erase_session")
ADD_TURN = Query("add_turn")
UNDO_TURN = Query("undo_turn")
FIND_TURN = Query("find_turn")
LAST_TURN = Query("last_turn")
LIST_TURNS = Query("list_turns")
ADD_TIMINGS = Query("add_timings")
ADD_EVENT = Query("add_event")
LIST_EVENTS = Query("list_events")
ADD_SPEECH = Query("add_speech")
FIND_SPEECH = Query("find_speech")
SET_RECEIPTS = Query("set_receipts")
ADD_RECORDING = Query("add_recording")
FIND_RECORDING = Query("find_recording")
FIND_RECORDING_BY_KEY = Query("find_recording_by_key")
LIST_RECORDINGS = Query("list_recordings")
LIST_OVERDUE_RECORDINGS = Query("list_overdue_recordings")
UPDATE_RECORDING = Query("update_recording")
FAIL_RECORDING = Query("fail_recording")
FORGET_RECORDINGS = Query("forget_recordings")
ERASE_RECORDING = Query("erase_recording")
ADD_SPENDING = Query("add_spending")
FIND_SPENDING = Query("find_spending")
FORGET_SPENDING = Query("forget_spending")
CHECK = Query("check")
HAS_SCHEMA = Query("has_schema")
LIST_MIGRATIONS = Query("list_migrations")
TOUCH = Query("touch")
TELL_TIME = Query("tell_time")

TRIGRAM = 3
"""Characters."""
LAST_SEQ = 2**63 - 1
"""The greatest number that a BIGINT holds."""
LEAST_ROOM = 1_000_000
"""Bytes; a turn takes up to 50,000 with its indexes, and several are stored between two looks."""
KEYS_KEPT = 20_000
"""Speech keys that are remembered as stored, so that a scene's lines are not written at every turn."""


class SqlStorage(SqlMembers, SqlLessons, SqlSentences, SqlReviews, Storage):
    """The storage port over any `Database`."""

    def __init__(self, database: Database) -> None:
        self._watched = WatchedDatabase(database)
        self._database: Database = self._watched
        self._stored_keys: set[str] = set()
        """Nothing ever removes a speech key from the database, so what is here stays true."""

    async def open_session(
        self, session: Session, events: Sequence[StoredEvent], spoken: Sequence[SpokenLine]
    ) -> None:
        fresh = self._not_stored(spoken)
        await self._database.write(Write(ADD_SESSION, [rows.session_row(session)]), *_told(events), *_noted(fresh))
        self._keep_keys(fresh)

    async def save_session(
        self,
        session: Session,
        *,
        read_at: int,
        events: Sequence[StoredEvent] = (),
        turn: TurnRecord | None = None,
        undo_turn: str | None = None,
        spoken: Sequence[SpokenLine] = (),
    ) -> None:
        writes = [_moved_on(session, read_at)]
        if turn is not None:
            writes.append(Write(ADD_TURN, [rows.turn_row(turn)]))
        if undo_turn is not None:
            writes.append(Write(UNDO_TURN, [(session.id, undo_turn)]))
        fresh = self._not_stored(spoken)
        try:
            await self._database.write(*writes, *_told(events), *_noted(fresh))
        except NothingMatched:
            raise await self._why_not_saved(session.id) from None
        self._keep_keys(fresh)

    async def _why_not_saved(self, session_id: str) -> Conflict | NotFound:
        if await self.find_session(session_id) is None:
            return NotFound("There is no such session any more.", code="no_such_session")
        return Conflict("This session was changed meanwhile; read it again and decide anew.")

    async def find_session(self, session_id: str) -> Session | None:
        found = await self._database.fetch(FIND_SESSION, session_id)
        return rows.session_of(found[0]) if found else None

    async def list_sessions(
        self,
        learner_id: str | None,
        *,
        words: str | None = None,
        only: SessionFilter = ALL,
        before: datetime | None = None,
        limit: int = 20,
    ) -> SessionPage:
        whose = only.teacher_id if learner_id is None else learner_id
        of_all = learner_id is None

        async def read(until: datetime, many: int) -> list[Session]:
            asked = (whose, until, many, only.state.value if only.state else "", only.scene_id, only.lesson_id)
            if words:
                query, sought = self._search_for(words, of_all)
                found = await self._database.fetch(query, *asked, sought)
            else:
                found = await self._database.fetch(LIST_ALL_SESSIONS if of_all else LIST_SESSIONS, *asked)
            return [rows.session_of(row) for row in found]

        sessions, next_before = await page_of(read, lambda each: each.started_at, before=before, limit=limit)
        return SessionPage(sessions=sessions, next_before=next_before)

    def _search_for(self, words: str, of_all: bool) -> tuple[Query, str]:
        """SQLite has to be told to ask its trigrams, and words of one or two characters have none."""
        if self._database.dialect is Dialect.SQLITE and len(rows.folded(words)) >= TRIGRAM:
            return SEARCH_ALL_SESSIONS_BY_TRIGRAMS if of_all else SEARCH_SESSIONS_BY_TRIGRAMS, rows.phrase(words)
        return SEARCH_ALL_SESSIONS if of_all else SEARCH_SESSIONS, rows.holding(words)

    async def list_stale_sessions(self, since: datetime, limit: int = 100) -> Sequence[tuple[str, str]]:
        found = await self._database.fetch(LIST_STALE_SESSIONS, since, limit)
        return [(str(row["session_id"]), str(row["learner_id"])) for row in found]

    async def erase_session(self, session_id: str) -> None:
        await self._database.erase(Write(ERASE_SESSION, [(session_id,)]))

    async def find_turn(self, session_id: str, turn_id: str) -> TurnRecord | None:
        found = await self._database.fetch(FIND_TURN, session_id, turn_id)
        return rows.turn_of(found[0]) if found else None

    async def last_turn(self, session_id: str) -> TurnRecord | None:
        found = await self._database.fetch(LAST_TURN, session_id)
        return rows.turn_of(found[0]) if found else None

    async def list_turns(self, session_id: str) -> Sequence[TurnRecord]:
        return [rows.turn_of(row) for row in await self._database.fetch(LIST_TURNS, session_id)]

    async def add_timings(self, session_id: str, turn_id: str, timings: Mapping[str, float]) -> None:
        await self._database.write(Write(ADD_TIMINGS, [(session_id, turn_id, rows.timings_json(timings))]))

    async def set_receipts(self, session_id: str, turn_id: str, receipts: Sequence[Receipt]) -> None:
        await self._database.write(Write(SET_RECEIPTS, [(session_id, turn_id, rows.receipts_json(receipts))]))

    async def add_recording(self, recording: Recording) -> None:
        await self._database.write(Write(ADD_RECORDING, [rows.recording_row(recording)]))

    async def find_recording(self, audio_id: str) -> Recording | None:
        found = await self._database.fetch(FIND_RECORDING, audio_id)
        return rows.recording_of(found[0]) if found else None

    async def find_recording_by_key(self, learner_id: str, idempotency_key: str) -> Recording | None:
        found = await self._database.fetch(FIND_RECORDING_BY_KEY, learner_id, idempotency_key)
        return rows.recording_of(found[0]) if found else None

    async def list_recordings(self, session_id: str) -> Sequence[Recording]:
        return [rows.recording_of(row) for row in await self._database.fetch(LIST_RECORDINGS, session_id)]

    async def list_overdue_recordings(self, at: datetime, limit: int = 100) -> Sequence[Recording]:
        found = await self._database.fetch(LIST_OVERDUE_RECORDINGS, at, limit)
        return [rows.recording_of(row) for row in found]

    async def update_recording(self, recording: Recording) -> None:
        await self._database.write(Write(UPDATE_RECORDING, [rows.recording_outcome(recording)]))

    async def fail_recording(self, audio_id: str, failure: str) -> None:
        await self._database.write(Write(FAIL_RECORDING, [(audio_id, failure)]))

    async def forget_recordings(self, learner_id: str) -> None:
        await self._database.write(Write(FORGET_RECORDINGS, [(learner_id,)]))

    async def erase_recording(self, audio_id: str) -> None:
        await self._database.write(Write(ERASE_RECORDING, [(audio_id,)]))

    async def list_events(
        self, session_id: str, *, after: int = 0, up_to: int | None = None, limit: int = 500
    ) -> Sequence[StoredEvent]:
        last = LAST_SEQ if up_to is None else min(up_to, LAST_SEQ)
        found = await self._database.fetch(LIST_EVENTS, session_id, min(after, LAST_SEQ), last, limit)
        return [rows.event_of(row) for row in found]

    async def remember_speech(self, spoken: Sequence[SpokenLine]) -> None:
        fresh = self._not_stored(spoken)
        await self._database.write(*_noted(fresh))
        self._keep_keys(fresh)

    def _not_stored(self, spoken: Sequence[SpokenLine]) -> list[SpokenLine]:
        return [line for line in spoken if line.key not in self._stored_keys]

    def _keep_keys(self, stored: Sequence[SpokenLine]) -> None:
        if len(self._stored_keys) > KEYS_KEPT:
            self._stored_keys.clear()
        self._stored_keys.update(line.key for line in stored)

    async def find_speech(self, key: str) -> SpeechRequest | None:
        found = await self._database.fetch(FIND_SPEECH, key)
        return rows.speech_of(found[0]) if found else None

    async def add_spending(self, day: date, usd_by_payer: Mapping[str, float]) -> None:
        """In the order of the payers, so that two processes cannot wait for each other."""
        rows_of_day = [(day.isoformat(), payer, usd) for payer, usd in sorted(usd_by_payer.items())]
        await self._database.write(Write(ADD_SPENDING, rows_of_day))

    async def find_spending(self, day: date, payer: str) -> float:
        found = await self._database.fetch(FIND_SPENDING, day.isoformat(), payer)
        return float(found[0]["usd"]) if found else 0.0

    async def forget_spending(self, before: date) -> None:
        await self._database.write(Write(FORGET_SPENDING, [(before.isoformat(),)]))

    async def migrate(self) -> Sequence[str]:
        return await self._database.migrate(load_migrations(self._database.dialect))

    async def schema(self) -> SchemaState:
        known = load_migrations(self._database.dialect)
        applied = []
        if await self._database.exists() and await self._database.fetch(HAS_SCHEMA):
            applied = [(row["name"], row["digest"]) for row in await self._database.fetch(LIST_MIGRATIONS)]
        compared = compare(known, applied)
        missing = tuple(migration.name for migration in compared.missing)
        return SchemaState(applied=tuple(name for name, _ in applied), missing=missing, newer=compared.newer)

    async def check_writing(self) -> None:
        await self._database.write(Write(TOUCH, [()]))

    async def check(self) -> None:
        """Reads, and looks whether there is room for a turn.

        Once a write was refused, one that changes nothing tells whether the database takes any again.
        """
        await self._database.fetch(CHECK)
        room = await self._database.room()
        if room is not None and room < LEAST_ROOM:
            raise StorageFailed(f"The disk of the database is full: {room // 1000} kB are left.")
        if self._watched.refused_last:
            await self._database.write(Write(TOUCH, [()]))

    async def clock(self) -> datetime | None:
        if self._database.dialect is Dialect.SQLITE:
            return None
        found: datetime = (await self._database.fetch(TELL_TIME))[0]["at"]
        return found

    async def close(self) -> None:
        await self._database.close()


def _moved_on(session: Session, read_at: int) -> Write:
    progress = rows.progress_json(session.progress)
    row = (session.id, progress, session.revision, session.last_seq, session.updated_at, read_at)
    return Write(UPDATE_SESSION, [row], must_match=True)


def _told(events: Sequence[StoredEvent]) -> list[Write]:
    return [Write(ADD_EVENT, [rows.event_row(event) for event in events])] if events else []


def _noted(spoken: Sequence[SpokenLine]) -> list[Write]:
    """In the order of the keys, so that two transactions with the same keys cannot wait for each other."""
    in_order = sorted(spoken, key=lambda line: line.key)
    return [Write(ADD_SPEECH, [rows.speech_row(line) for line in in_order])] if spoken else []
