"""A language model's answer, read as the suspect text that it is."""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kotoserver.domain.evaluation import Expectation, Verdict
from kotoserver.domain.utterance import MAX_CHARACTERS
from kotoserver.korean.findings.codes import CODES, Code, Rank

NO_INTENT = "none"
MOST_REMARKS = 3
_LONGEST_ANSWER = 20_000
"""Characters."""

TEACHABLE = frozenset(
    code
    for code, spec in CODES.items()
    if spec.rank in (Rank.GRAMMAR, Rank.SPELLING, Rank.SPACING)
    and code not in (Code.NEGATION_FORM, Code.CHAT_STYLE)
)
"""What a model may remark on. Meaning, number, slots, negation and speech level are the local engine's alone."""

_IRREGULAR = frozenset(
    {
        "irregular_b",
        "irregular_d",
        "irregular_s",
        "irregular_eu",
        "irregular_reu",
        "contraction",
        "vowel_harmony",
    }
)
_SOUND = frozenset({"after_consonant", "after_vowel"})
_TENSE = frozenset({"past", "present", "future"})
ENUM_PARAMS: Mapping[tuple[Code, str], frozenset[str]] = MappingProxyType(
    {
        (Code.COUNTER_SYSTEM, "system"): frozenset({"native", "sino"}),
        (Code.PARTICLE_ALLOMORPH, "rule"): _SOUND,
        (Code.COPULA_FORM, "rule"): _SOUND,
        (Code.PARTICLE_WRONG, "role"): frozenset(
            {
                "subject",
                "object",
                "place_of_action",
                "place",
                "means",
                "choice",
                "companion",
                "receiver",
                "source",
                "beginning",
            }
        ),
        (Code.TENSE_MISMATCH, "got"): _TENSE,
        (Code.TENSE_MISMATCH, "want"): _TENSE,
        (Code.SPELL_CONJUGATION, "rule"): _IRREGULAR,
    }
)
"""Params that are no Korean words but keys which a language pack has words for."""


_NOT_KOREAN = re.compile(r"[^가-힣0-9 .,?!~…]")


class Unusable(ValueError):
    """An answer that breaks the schema; the message may be shown to the model, for it holds none of its words."""


Sentence = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]


class Param(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(max_length=20)]
    value: Annotated[str, Field(min_length=1, max_length=60)]


class Remark(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    params: Annotated[tuple[Param, ...], Field(max_length=4)]

    def values(self) -> dict[str, str]:
        return {param.name: param.value for param in self.params}

    @model_validator(mode="after")
    def _has_its_params(self) -> "Remark":
        if sorted(param.name for param in self.params) != sorted(CODES[self.code].params):
            raise ValueError(
                f"{self.code} takes exactly the params {', '.join(CODES[self.code].params) or 'none'}"
            )
        for param in self.params:
            allowed = ENUM_PARAMS.get((self.code, param.name))
            if allowed is not None and param.value not in allowed:
                raise ValueError(f"{param.name} of {self.code} is one of {', '.join(sorted(allowed))}")
        return self


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    score: Annotated[int, Field(ge=0, le=100, strict=True)]
    intent: str
    restated: Sentence | None
    remarks: Annotated[tuple[Remark, ...], Field(max_length=MOST_REMARKS)]
    corrected: Sentence | None
    natural: Sentence | None


_FIELDS = frozenset({*Answer.model_fields, *Remark.model_fields, *Param.model_fields})


def read_answer(raw: str, text: str, expectation: Expectation) -> Answer:
    """The checked answer to what was asked about `text`; Unusable says what is wrong with it."""
    if not raw.strip():
        raise Unusable("the answer was empty")
    if len(raw) > _LONGEST_ANSWER:
        raise Unusable("the answer was too long")
    try:
        answer = Answer.model_validate_json(raw)
    except ValidationError as broken:
        raise Unusable(_first_problem(broken)) from broken
    except UnicodeError as broken:
        raise Unusable("the answer is no text") from broken
    known = {NO_INTENT, *(intent.id for intent in expectation.intents)}
    if answer.intent not in known:
        raise Unusable("intent: not one of the turn's")
    if answer.verdict is Verdict.NOT_SCORED:
        raise Unusable("verdict: not one of the three")
    _check_letters(answer, text)
    _check_quotations(answer, text)
    return answer


def _first_problem(broken: ValidationError) -> str:
    """Place and kind of it; a key that the model made up might hold anybody's words, so it is not named."""
    first = broken.errors(include_url=False, include_input=False, include_context=False)[0]
    named = [str(step) if isinstance(step, int) or step in _FIELDS else "?" for step in first["loc"]]
    return f"{'.'.join(named) or 'the answer'}: {first['type']}"


def _check_letters(answer: Answer, text: str) -> None:
    """A sentence for a learner is Korean; any other letter or sign in it must be the learner's own."""
    for name in ("restated", "corrected", "natural"):
        sentence = getattr(answer, name)
        if sentence is not None and not set(_NOT_KOREAN.findall(sentence)) <= set(text):
            raise Unusable(f"{name}: not in Korean")


def _check_quotations(answer: Answer, text: str) -> None:
    """A learner is shown no words but their own and those of the corrected sentence."""
    said, corrected = bare(text), bare(answer.corrected or "")
    for number, remark in enumerate(answer.remarks):
        if remark.code not in TEACHABLE:
            continue
        quoted = {
            param.name: bare(param.value)
            for param in remark.params
            if (remark.code, param.name) not in ENUM_PARAMS
        }
        for name, words in quoted.items():
            sources = {"got": [said], "want": [corrected]}.get(name, [said, corrected])
            if not words or not any(words in source for source in sources):
                raise Unusable(f"remarks.{number}: {name} is not in the sentence that it quotes")
        if "got" in quoted and quoted["got"] == quoted.get("want"):
            raise Unusable(f"remarks.{number}: got and want are the same")


def bare(text: str) -> str:
    """Letters and digits only, composed, so that spacing and punctuation do not matter."""
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if letter.isalnum())
