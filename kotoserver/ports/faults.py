"""Breaking engines on purpose, to see what learners would see."""

from abc import ABC, abstractmethod

from kotoserver.domain.engines import Fault
from kotoserver.domain.receipt import Stage


class Faults(ABC):
    """What is broken now."""

    @abstractmethod
    def of(self, stage: Stage, engine: str) -> Fault | None:
        """None: nobody broke it."""

    @abstractmethod
    def put(self, stage: Stage, engine: str, fault: Fault) -> None:
        """Breaks the engine from its next question on."""

    @abstractmethod
    def mend(self, stage: Stage, engine: str) -> None:
        """Lets it work again; one that is whole stays so."""
