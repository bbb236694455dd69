"""Filling the pages' values from what the services know."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from kotoserver.domain.errors import BadInput, KotoError, NotFound
from kotoserver.domain.langpack import LanguagePack
from kotoserver.domain.session import Session, SessionState
from kotoserver.services.catalog import CatalogService
from kotoserver.services.play import PlayService
from kotoserver.transport.console.pages import PackChoice, SceneCard, SessionRow, StageBar
from kotoserver.transport.rest.models.scenes import SceneSummary

Kind = TypeVar("Kind", bound=StrEnum)

DEFAULT_PACK = "ko-id"
DEFAULT_VOICE = "ko-f-02"
_ONE_AFTER_THE_OTHER = ("queue_voice", "decode", "stt", "queue", "read", "evaluate", "decide", "store", "publish")
_NARROWEST = 0.6
"""Per cent: a stage too short to see is drawn all the same."""
_STATE_WORDS = {"active": "in progress", "abandoned": "left early"}
_RESULT_WORDS = {"pass": "passed", "try_again": "to practise"}


def pack_choices(packs: Iterable[LanguagePack], chosen: str) -> tuple[PackChoice, ...]:
    return tuple(PackChoice(id=pack.id, label=pack.name, chosen=pack.id == chosen) for pack in packs)


def scene_cards(catalog: CatalogService, pack_id: str) -> tuple[SceneCard, ...]:
    """Every scene that the pack translates; none when the pack is not there."""
    try:
        playables = catalog.playables(pack_id)
    except NotFound:
        return ()
    return tuple(
        SceneCard(scene=SceneSummary.of(playable), background=playable.scene.stage.background)
        for playable in playables
    )


def session_row(session: Session, play: PlayService) -> SessionRow:
    progress = session.progress
    result = progress.result.value if progress.result else ""
    finished = progress.state is SessionState.FINISHED
    return SessionRow(
        session_id=session.id,
        learner_id=session.learner_id,
        title=_title(session, play),
        pack_id=session.pack_id,
        state=progress.state.value,
        state_word=_RESULT_WORDS[result] if finished else _STATE_WORDS[progress.state.value],
        result=result,
        score=progress.score,
        learner_turns=progress.learner_turns,
        started_at=session.started_at,
    )


def _title(session: Session, play: PlayService) -> str:
    """The scene's title, or its id when that version is not served any more."""
    try:
        return play.playable(session).words.title
    except KotoError:
        return session.scene_id


def waterfall(timings: Mapping[str, float]) -> tuple[StageBar, ...]:
    """The stages of a turn, one after the other to one scale; what the learner waited in a row of its own."""
    stages = [(name, "server", timings[name]) for name in _ONE_AFTER_THE_OTHER if name in timings]
    server = sum(length for _, _, length in stages)
    if "speech" in timings:
        stages.append(("speech", "speech", timings["speech"]))
    bars = _to_scale(stages)
    if "perceived" in timings:
        waited = timings["perceived"]
        share = round(min(100.0, 100 * server / waited), 2) if waited else 0.0
        bars += (
            StageBar(
                name="perceived", kind="perceived", milliseconds=waited, start=0.0, width=100.0, server_share=share
            ),
        )
    return bars


def _to_scale(stages: Sequence[tuple[str, str, float]]) -> tuple[StageBar, ...]:
    """Each stage begins where the one before it ended; all together fill the row."""
    whole = sum(length for _, _, length in stages) or 1.0
    bars, at = [], 0.0
    for name, kind, length in stages:
        start, width = round(100 * at / whole, 2), round(max(_NARROWEST, 100 * length / whole), 2)
        bars.append(StageBar(name=name, kind=kind, milliseconds=length, start=start, width=width))
        at += length
    return tuple(bars)


def one_of(kinds: type[Kind], told: str) -> Kind | None:
    """What an address asks for, among those that there are; None for nothing. BadInput code `bad_request`."""
    if not told:
        return None
    try:
        return kinds(told)
    except ValueError as error:
        raise BadInput("The address asks for something that is not there.", code="bad_request") from error


def moment(text: str | None) -> datetime | None:
    """The time of `?before=`. BadInput code `bad_time`."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise BadInput("The time to list sessions before cannot be read.", code="bad_time") from error
