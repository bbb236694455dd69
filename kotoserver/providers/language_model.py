"""What a language model is to a judge: a text goes in, a text and its price come out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    asked: int
    answered: int
    """Thinking included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    instruction: str
    question: str
    """A JSON object."""
    schema: Mapping[str, object]
    """JSON Schema that the answer must follow."""
    most_answered: int
    """Tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    text: str
    """Whatever the model wrote: empty, cut off or wrong as it may be."""
    tokens: Tokens
    blocked: bool = False
    """True when the model refused to say anything about these words."""


class LanguageModel(ABC):
    """One model behind one service."""

    name: str
    """The service: `gemini`."""
    model: str
    """The model and its version: `gemini-3.5-flash-lite`."""

    @abstractmethod
    async def ask(self, prompt: Prompt) -> Reply:
        """One request, without any second try. The caller sets the deadline.

        Raises ProviderFailed when there is no reply: `rate_limited`, `unavailable`, `not_permitted`, `refused`,
        or `provider_failed`. Such a request costs nothing.
        """

    async def check(self) -> None:
        """Quiet: asking costs money, and the judge works without the model."""

    @abstractmethod
    async def close(self) -> None:
        """Ends the connections."""
