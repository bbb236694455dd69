"""Playing a scene: what happens when a learner says something.

Everything a client hears of is stored first, in one transaction with its number; the bus only
spreads the news. So a killed process loses nothing that was acknowledged, and a client that was
cut off finds exactly what it missed in storage.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from kotoserver import telemetry
from kotoserver.domain.errors import BadInput, Conflict, KotoError, NotFound
from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.domain.events import SessionReady, StoredEvent, store_form
from kotoserver.domain.learner import Caller
from kotoserver.domain.receipt import Receipt, Stage
from kotoserver.domain.session import (
    SaidLine,
    Session,
    SessionState,
    Step,
    advance,
    begin,
    next_hint,
    say,
    take_back,
)
from kotoserver.domain.utterance import Utterance
from kotoserver.korean.heard import Hearing
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock
from kotoserver.ports.providers import Evaluator
from kotoserver.ports.storage import SpokenLine, Storage, TurnRecord
from kotoserver.services.catalog import CatalogService, Playable
from kotoserver.services.chores import Chores
from kotoserver.services.engine_choices import EngineChoices
from kotoserver.services.ids import new_id
from kotoserver.services.limits import LimitsService, Use
from kotoserver.services.narration import Narrator
from kotoserver.services.sessions import SessionKeeper, refuse_finished
from kotoserver.services.speech import SpeechService
from kotoserver.services.stopwatch import Stopwatch
from kotoserver.services.telling import Change, tell, tell_turn

P = ParamSpec("P")
T = TypeVar("T")

_RECENT_EVENTS = 16
"""How far back the line to repeat is looked for: more than one turn ever says."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedTurn:
    record: TurnRecord
    events: Sequence[StoredEvent]
    """The frames it produced."""
    fresh: bool
    """False when the client sent a turn again and got what is stored."""


def to_its_end(
    change: "Callable[Concatenate[PlayService, P], Coroutine[Any, Any, T]]",
) -> "Callable[Concatenate[PlayService, P], Coroutine[Any, Any, T]]":
    """What was begun is stored and told to everyone, even when whoever asked for it goes away meanwhile."""

    @wraps(change)
    async def begun(self: "PlayService", /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.shield(self._chores.begin(change(self, *args, **kwargs)))

    return begun


class PlayService:
    def __init__(
        self,
        *,
        storage: Storage,
        bus: Bus,
        catalog: CatalogService,
        evaluator: Evaluator,
        speech: SpeechService,
        clock: Clock,
        choices: EngineChoices | None = None,
        limits: LimitsService | None = None,
    ) -> None:
        """`limits` None: nobody counts."""
        self._storage = storage
        self._keeper = SessionKeeper(storage, bus, clock)
        self._catalog = catalog
        self._evaluator = evaluator
        self._speech = speech
        self._clock = clock
        self._choices = choices or EngineChoices()
        self._limits = limits
        self._chores = Chores()

    async def start(self, caller: Caller, scene_id: str, pack_id: str, *, lesson_id: str | None = None) -> Session:
        """Opens a scene: the NPC says its first line. The session stays on these versions for ever."""
        playable = self._catalog.playable(scene_id, pack_id)
        narrator = Narrator(playable, self._speech)
        step = begin(playable.scene)
        now = self._clock.now()
        session = Session(
            id=new_id("sess"),
            learner_id=caller.learner_id,
            scene_id=scene_id,
            scene_version=playable.scene.version,
            pack_id=pack_id,
            pack_version=playable.pack.version,
            progress=step.progress,
            revision=1,
            last_seq=1 + len(step.said),
            started_at=now,
            updated_at=now,
            lesson_id=lesson_id,
        )
        change = tell(narrator, step)
        frames = (narrator.ready(session, last_seq=session.last_seq), *change.frames)
        events = [store_form(session.id, frame, seq=seq, at=now) for seq, frame in enumerate(frames, 1)]
        await self._storage.open_session(session, events, change.spoken)
        self._speech.warm(change.spoken)
        telemetry.SESSIONS.labels("started").inc()
        telemetry.tell(log, "a session was opened", session_id=session.id, scene=scene_id)
        return session

    @to_its_end
    async def hear(self, caller: Caller, session_id: str, utterance: Utterance) -> PlayedTurn:
        """Judges what the learner said, moves the scene on, stores it all, and tells everyone listening.

        The same `turn_id` again gives the stored turn. BadInput codes `scene_over`, `turn_id_reused`;
        Conflict when another turn of this session was stored meanwhile; TooFast after too many a minute.
        """
        watch = Stopwatch(self._clock)
        async with self._keeper.one_at_a_time(session_id):
            watch.lap("queue")
            session = await self.session(caller, session_id)
            known = await self._storage.find_turn(session_id, utterance.turn_id)
            if known is not None:
                return await self._heard_before(known, utterance)
            refuse_finished(session)
            if self._limits is not None and utterance.spoken is None:  # a recording was counted when it was heard
                await self._limits.count_caller(Use.TURNS, caller)
            narrator = self._narrator(session)
            scene = narrator.playable.scene
            watch.lap("read")
            evaluation = await self._judge(utterance, narrator.playable.expectation(session.progress.turn))
            watch.lap("evaluate")
            step = advance(session.progress, scene, evaluation, seconds=self._keeper.pause(session))
            change = tell_turn(narrator, session, utterance, evaluation, step)
            watch.lap("decide")
            record = self._turn_record(session, utterance, evaluation, step, change, watch)
            events = await self._keeper.save(session, change, turn=record)
            watch.lap("store")
            await self._keeper.spread(events)
            watch.lap("publish")
        self._count(evaluation, utterance, {**record.timings, **watch.laps()})
        self._chores.begin(self._finish_timings(record, change.spoken, watch))
        return PlayedTurn(record=record, events=events, fresh=True)

    def _count(self, evaluation: Evaluation, utterance: Utterance, laps: Mapping[str, float]) -> None:
        """`laps`: milliseconds by stage up to here, from the recording on where there is one."""
        verdict, milliseconds = evaluation.verdict.value, sum(laps.values())
        telemetry.TURNS.labels(verdict).inc()
        telemetry.TURN_SECONDS.labels("voice" if utterance.spoken else "text").observe(milliseconds / 1000)
        telemetry.tell(
            log, "a turn was judged", verdict=verdict, engine=evaluation.engine, ms=round(milliseconds, 1)
        )

    async def _judge(self, utterance: Utterance, expectation: Expectation) -> Evaluation:
        """Spoken words are judged as they sound: their spelling is the recogniser's and not the learner's."""
        evaluation = await self._evaluator.evaluate(utterance.text, expectation)
        if utterance.spoken is None or evaluation.corrected is None or not evaluation.only_in_writing:
            return evaluation
        return await self._evaluator.evaluate(evaluation.corrected, expectation)

    @to_its_end
    async def tell_unheard(
        self, caller: Caller, session_id: str, turn_id: str, audio_id: str, hearing: Hearing
    ) -> Sequence[StoredEvent]:
        """Stores and tells that nothing was heard in a recording, or asks what was; nothing is judged."""
        async with self._keeper.changing(caller, session_id) as session:
            asked = self._narrator(session).not_heard(turn_id, audio_id, hearing)
            events = await self._keeper.save(session, Change(progress=session.progress, frames=(asked,)))
            await self._keeper.spread(events)
        telemetry.TURNS.labels(hearing.heard.value).inc()
        return events

    @to_its_end
    async def give_hint(self, caller: Caller, session_id: str) -> None:
        """The next rung of the current turn's ladder. BadInput codes `scene_over`, `no_hints`."""
        async with self._keeper.changing(caller, session_id) as session:
            narrator = self._narrator(session)
            progress, hint = next_hint(session.progress, narrator.playable.scene)
            if hint is None:
                raise BadInput("This turn has no hints.", code="no_hints")
            model = narrator.spoken(narrator.model(progress.turn, progress))
            change = Change(progress=progress, frames=(narrator.hint(hint, progress),), spoken=(model,))
            await self._keeper.save_and_spread(session, change)

    @to_its_end
    async def repeat(self, caller: Caller, session_id: str, *, slowly: bool) -> None:
        """The NPC says its last line again."""
        async with self._keeper.changing(caller, session_id) as session:
            narrator = self._narrator(session)
            said = replace(await self._last_said(session, narrator.playable), slowly=slowly)
            change = Change(
                progress=session.progress,
                frames=(narrator.line(said, session.progress),),
                spoken=(narrator.spoken(said),),
            )
            await self._keeper.save_and_spread(session, change)
        self._speech.warm(change.spoken)

    @to_its_end
    async def take_back(self, caller: Caller, session_id: str, turn_id: str | None = None) -> None:
        """Takes the last turn back, even the one that ended the scene: the NPC asks again.

        With `turn_id` that turn and no other, so that asking twice takes back one. BadInput codes
        `nothing_to_retry`, and `scene_over` for an abandoned session.
        """
        async with self._keeper.one_at_a_time(session_id):
            session = await self.session(caller, session_id)
            if session.progress.state is SessionState.ABANDONED:
                refuse_finished(session)
            last = await self._storage.last_turn(session_id)
            if turn_id is not None and await self._is_undone(session_id, turn_id):
                return
            if last is None or turn_id not in (None, last.turn_id):
                raise BadInput("There is no such turn to take again.", code="nothing_to_retry")
            narrator = self._narrator(session)
            scene = narrator.playable.scene
            before = take_back(session.progress, last.before)
            said = tuple(say(scene, before, line) for line in scene.turn(before.turn).npc)
            change = tell(narrator, Step(progress=before, said=said))
            await self._keeper.save_and_spread(session, change, undo_turn=last.turn_id)
        self._speech.warm(change.spoken)

    async def abandon(self, caller: Caller, session_id: str) -> Session:
        """Ends a session without an ending; one that is over stays as it is."""
        async with self._keeper.one_at_a_time(session_id):
            session = await self.session(caller, session_id)
            if session.progress.state is not SessionState.ACTIVE:
                return session
            progress = replace(session.progress, state=SessionState.ABANDONED)
            await self._keeper.save(session, Change(progress=progress, frames=()))
            telemetry.SESSIONS.labels("abandoned").inc()
        return await self.session(caller, session_id)

    async def session(self, caller: Caller, session_id: str) -> Session:
        """The caller's own session. NotFound code `no_such_session`; NotAllowed when it is another learner's."""
        return await self._keeper.find(caller, session_id)

    async def readable(self, caller: Caller, session_id: str) -> Session:
        """The session, to be looked at by its learner, their teachers and admins. Raises as `session` does."""
        return await self._keeper.readable(caller, session_id)

    def snapshot(self, session: Session) -> SessionReady:
        """Where the session stands, as a connection is told first."""
        return self._narrator(session).ready(session, last_seq=session.last_seq)

    def playable(self, session: Session) -> Playable:
        """The scene and pack, at the versions that the session is pinned to."""
        return self._catalog.playable(
            session.scene_id,
            session.pack_id,
            scene_version=session.scene_version,
            pack_version=session.pack_version,
        )

    def narrator(self, session: Session) -> Narrator:
        """Words for what happened in this session."""
        return self._narrator(session)

    async def events(self, session_id: str, *, after: int, up_to: int | None = None) -> Sequence[StoredEvent]:
        """Stored events with a number above `after`, in order."""
        return await self._storage.list_events(session_id, after=after, up_to=up_to)

    async def tell_again(self, events: Sequence[StoredEvent]) -> None:
        """Spreads stored events once more: whoever stored them may have died before it could."""
        await self._keeper.spread(events)

    @to_its_end
    async def report(self, session_id: str, caller: Caller, error: KotoError, turn_id: str | None) -> None:
        """Stores and spreads an error frame, so that it is numbered like everything a client hears."""
        async with self._keeper.one_at_a_time(session_id):
            session = await self.session(caller, session_id)
            failed = self._narrator(session).failed(error, turn_id)
            progress = self._keeper.after_pause(session).progress
            await self._keeper.save_and_spread(session, Change(progress=progress, frames=(failed,)))

    async def note_perceived(self, caller: Caller, session_id: str, turn_id: str, milliseconds: float) -> None:
        """Keeps how long the client itself waited for the sound. NotFound code `no_such_turn`."""
        await self.session(caller, session_id)
        if await self._storage.find_turn(session_id, turn_id) is None:
            raise NotFound("There is no such turn.", code="no_such_turn")
        telemetry.STAGES.labels("perceived").observe(milliseconds / 1000)
        await self._storage.add_timings(session_id, turn_id, {"perceived": milliseconds})

    async def settle(self) -> None:
        """Returns when nothing is under way any more, behind answered turns included."""
        await self._chores.settle()

    def _narrator(self, session: Session) -> Narrator:
        preference = self._choices.preference(session.id, Stage.TTS)
        return Narrator(self.playable(session), self._speech, preference)

    async def _heard_before(self, known: TurnRecord, utterance: Utterance) -> PlayedTurn:
        spoken = utterance.spoken
        if known.audio_id != spoken.audio_id if spoken else known.text != utterance.text:
            raise turn_id_reused()
        events = await self.events(known.session_id, after=known.first_seq - 1, up_to=known.last_seq)
        return PlayedTurn(record=known, events=events, fresh=False)

    def _turn_record(
        self,
        session: Session,
        utterance: Utterance,
        evaluation: Evaluation,
        step: Step,
        change: Change,
        watch: Stopwatch,
    ) -> TurnRecord:
        spoken = utterance.spoken
        return TurnRecord(
            session_id=session.id,
            turn_id=utterance.turn_id,
            number=step.progress.turns_heard,
            scene_turn=session.progress.turn,
            text=evaluation.text,
            evaluation=evaluation,
            rule=step.rule,
            go=step.go,
            before=session.progress,
            first_seq=session.last_seq + 1,
            last_seq=session.last_seq + len(change.frames),
            timings={**spoken.timings, **watch.laps()} if spoken else watch.laps(),
            at=self._clock.now(),
            audio_id=spoken.audio_id if spoken else None,
            receipts=(*(spoken.receipts if spoken else ()), _judged_by(evaluation, watch)),
        )

    async def _is_undone(self, session_id: str, turn_id: str) -> bool:
        turn = await self._storage.find_turn(session_id, turn_id)
        return turn is not None and turn.undone

    async def _last_said(self, session: Session, playable: Playable) -> SaidLine:
        """The NPC's latest line, found among the session's latest events."""
        recent = await self.events(session.id, after=max(0, session.last_seq - _RECENT_EVENTS))
        line_ids = [line_id for event in recent if (line_id := _line_id(event)) is not None]
        lines = {line.id: line for line in playable.scene.lines()}
        opening = playable.scene.turn(session.progress.turn).npc[-1]
        line = lines.get(line_ids[-1], opening) if line_ids else opening
        return say(playable.scene, session.progress, line)

    async def _finish_timings(self, record: TurnRecord, spoken: Sequence[SpokenLine], watch: Stopwatch) -> None:
        """Notes the stages that end after the turn was stored: storing it, spreading it, its first sound."""
        receipt = None
        if spoken:
            receipt = await self._speech.ready(spoken[0])
            watch.lap("speech")
        laps = {**record.timings, **watch.laps()}
        for stage, milliseconds in laps.items():
            telemetry.STAGES.labels(stage).observe(milliseconds / 1000)
        later = {stage: ms for stage, ms in laps.items() if stage not in record.timings}
        try:
            await self._storage.add_timings(record.session_id, record.turn_id, later)
            if receipt is not None:
                receipts = (*record.receipts, receipt)
                await self._storage.set_receipts(record.session_id, record.turn_id, receipts)
        except KotoError as failure:
            log.warning("the timings of a turn could not be kept: %s", failure.code)


def turn_id_reused() -> Conflict:
    return Conflict(
        "This turn_id was used for other words; make a new one for each turn.",
        code="turn_id_reused",
        retryable=False,
    )


def _judged_by(evaluation: Evaluation, watch: Stopwatch) -> Receipt:
    return Receipt(
        stage=Stage.EVALUATE,
        provider=evaluation.engine,
        milliseconds=watch.laps()["evaluate"],
        fallback=evaluation.degraded,
        tokens=evaluation.tokens,
        cost_usd=evaluation.cost_usd,
    )


def _line_id(event: StoredEvent) -> str | None:
    """The line an event says, None when it says none."""
    return str(json.loads(event.frame)["line_id"]) if event.type == "npc_line" else None
