"""Sessions that ask another engine first than the others do: kept in memory, for people who try engines out."""

from collections import OrderedDict
from collections.abc import Mapping

from kotoserver.domain.engines import Preference
from kotoserver.domain.receipt import Stage

_MOST_SESSIONS = 256
"""The choice that is oldest goes first."""


class EngineChoices:
    def __init__(self) -> None:
        self._chosen: OrderedDict[str, dict[Stage, str]] = OrderedDict()

    def preference(self, session_id: str, stage: Stage) -> Preference | None:
        engine = self._chosen.get(session_id, {}).get(stage)
        return None if engine is None else Preference(engine=engine)

    def choose(self, session_id: str, stage: Stage, engine: str | None) -> None:
        """None: the order that is set for all."""
        chosen = self._chosen.pop(session_id, {})
        chosen.pop(stage, None)
        if engine is not None:
            chosen[stage] = engine
        if not chosen:
            return
        self._chosen[session_id] = chosen
        if len(self._chosen) > _MOST_SESSIONS:
            self._chosen.popitem(last=False)

    def of(self, session_id: str) -> Mapping[Stage, str]:
        return dict(self._chosen.get(session_id, {}))
