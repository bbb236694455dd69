"""Judging a stored session again: the proof that its scores can be trusted."""

from dataclasses import dataclass, fields

from kotoserver.domain.errors import NotFound
from kotoserver.domain.evaluation import Evaluation, expectation_of
from kotoserver.domain.scene import Scene
from kotoserver.domain.session import Session
from kotoserver.ports.providers import Evaluator
from kotoserver.ports.storage import Storage, TurnRecord

_ABOUT_THE_ENGINE = frozenset({"text", "engine", "engine_version", "degraded"})
"""What an evaluation holds besides its result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RescoredTurn:
    """A stored turn beside what the engine of today says about the same words."""

    record: TurnRecord
    now: Evaluation

    @property
    def differences(self) -> tuple[str, ...]:
        """Names of the parts of the result that are not identical, `codes` among them; empty for none."""
        then = self.record.evaluation
        names = [field.name for field in fields(Evaluation) if field.name not in _ABOUT_THE_ENGINE]
        found = [name for name in names if getattr(then, name) != getattr(self.now, name)]
        return (*found, "codes") if codes(then) != codes(self.now) else tuple(found)

    @property
    def same_engine(self) -> bool:
        """True when the same engine at the same version judged then and now."""
        return engine(self.record.evaluation) == engine(self.now)

    @property
    def broken(self) -> bool:
        """True when the same engine contradicts itself, which it must never do."""
        return self.same_engine and bool(self.differences)


def codes(evaluation: Evaluation) -> tuple[str, ...]:
    """The codes of its items, the most important first."""
    return tuple(item.code for item in evaluation.items)


def engine(evaluation: Evaluation) -> str:
    """Name and version of the engine that judged."""
    return f"{evaluation.engine} {evaluation.engine_version}"


async def stored_session(storage: Storage, session_id: str) -> Session:
    """The session, whoever's it is: for operators. NotFound code `no_such_session`."""
    session = await storage.find_session(session_id)
    if session is None:
        raise NotFound(f"There is no session {session_id} in this database.", code="no_such_session")
    return session


async def rescore(
    storage: Storage, session: Session, scene: Scene, evaluator: Evaluator
) -> tuple[RescoredTurn, ...]:
    """Every turn of the session in order, those taken back included, judged again.

    `scene` is the scene at the session's own version. Nothing is stored.
    """
    if (scene.id, scene.version) != (session.scene_id, session.scene_version):
        raise ValueError(f"the session belongs to {session.scene_id} version {session.scene_version}")
    return tuple(
        [
            RescoredTurn(
                record=record, now=await evaluator.evaluate(record.text, expectation_of(scene, record.scene_turn))
            )
            for record in await storage.list_turns(session.id)
        ]
    )
