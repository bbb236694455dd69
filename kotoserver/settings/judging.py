"""Language models that may help to judge."""

from collections.abc import Mapping
from dataclasses import dataclass

from kotoserver.domain.errors import BadSettings
from kotoserver.settings.values import Secret, dollars, web_address, whole_number


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrice:
    """US dollars for a million tokens."""

    asked: float
    answered: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """Language models that may help to judge."""

    gemini_key: Secret | None
    gemini_model: str
    url: str | None
    """Of an OpenAI-compatible server."""
    name: str | None
    key: Secret | None
    seconds: int
    price: TokenPrice | None
    """None: the published price."""
    daily_budget: float
    """US dollars."""


def read_models(values: Mapping[str, str]) -> ModelSettings:
    return ModelSettings(
        gemini_key=Secret(values["GEMINI_API_KEY"]) if values["GEMINI_API_KEY"] else None,
        gemini_model=values["GEMINI_MODEL"],
        url=web_address("EVAL_MODEL_URL", values["EVAL_MODEL_URL"]),
        name=values["EVAL_MODEL_NAME"] or None,
        key=Secret(values["EVAL_MODEL_KEY"]) if values["EVAL_MODEL_KEY"] else None,
        seconds=whole_number("EVAL_MODEL_SECONDS", values["EVAL_MODEL_SECONDS"], 1, 60),
        price=_price(values["EVAL_MODEL_PRICE"]),
        daily_budget=dollars("EVAL_DAILY_BUDGET_USD", values["EVAL_DAILY_BUDGET_USD"]),
    )


def _price(value: str) -> TokenPrice | None:
    if not value:
        return None
    asked, slash, answered = value.partition("/")
    if not slash:
        raise BadSettings(f"EVAL_MODEL_PRICE must be two numbers such as 0.30/2.50, not {value!r}.")
    return TokenPrice(
        asked=dollars("EVAL_MODEL_PRICE", asked.strip()), answered=dollars("EVAL_MODEL_PRICE", answered.strip())
    )
