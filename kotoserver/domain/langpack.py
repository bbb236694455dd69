"""A language pack as it is read: every string that a learner sees in their own language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kotoserver.domain.particles import choose_particle

_PLACEHOLDER = re.compile(r"\{(?P<name>[^{}|]+)(?:\|(?P<particle>[^{}]+))?\}")


def fill_placeholders(template: str, values: Mapping[str, str]) -> str:
    """`template` with each `{name}` replaced, and `{name|을/를}` replaced and given the fitting particle.

    A name without a value stays as written: the compiler and the tests see to it that none is.
    """

    def filled(match: re.Match[str]) -> str:
        value = values.get(match["name"])
        if value is None:
            return match[0]
        return value + (choose_particle(value, match["particle"]) if match["particle"] else "")

    return _PLACEHOLDER.sub(filled, template)


def placeholders(template: str) -> frozenset[str]:
    """The names between braces."""
    return frozenset(match["name"] for match in _PLACEHOLDER.finditer(template))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gloss:
    """What a tap on a Korean word shows."""

    mean: str
    note: str | None = None
    """A word about culture, where one is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelNote:
    """A speech level explained through the learner's own habits of address."""

    name: str
    tip: str
    like: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrammarNote:
    title: str
    mean: str
    how: str
    pitfall: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundDrill:
    pair: tuple[str, ...]
    try_words: tuple[str, ...]
    tip: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenePack:
    """One scene in the learner's language; every table is keyed by ids of the scene."""

    scene: str
    scene_version: int
    """The version that the translator saw."""
    title: str
    brief: str
    goals: Mapping[str, str]
    lines: Mapping[str, str]
    hints: Mapping[str, str]
    slots: Mapping[str, Mapping[str, str]]
    slot_names: Mapping[str, str]
    """Slot id -> what the learner calls it ("minuman")."""
    slot_questions: Mapping[str, str]
    """Slot id -> the question that asks for it ("Minuman apa?")."""
    words: Mapping[str, Gloss]
    notes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagePack:
    id: str
    version: int
    target: str
    native: str
    """BCP 47 tag of the learner's language."""
    name: str
    style: str
    romanization_show: str
    """`always`, `never` or `until_topik_1_done`."""
    ui: Mapping[str, str]
    speech_levels: Mapping[str, LevelNote]
    feedback: Mapping[str, str]
    """Feedback code -> sentence template."""
    feedback_summary: Mapping[str, str]
    """Sentences for a turn without items, keyed by `Verdict` value."""
    labels: Mapping[str, str]
    """Enum keys that appear as feedback parameters -> words (`native` -> "angka asli Korea")."""
    grammar: Mapping[str, GrammarNote]
    sounds: tuple[SoundDrill, ...]
    common: Mapping[str, str]
    """Meaning of each line of `scenes/catalog/common_intents.yaml`, by line id."""
    scenes: Mapping[str, ScenePack]

    def feedback_sentence(self, code: str, params: Mapping[str, str]) -> str:
        """The sentence for one feedback item; enum keys among the parameters become words.

        A KeyError means that the pack lacks the code, which the compiler reports as an error.
        """
        worded = {name: self.labels.get(value, value) for name, value in params.items()}
        return fill_placeholders(self.feedback[code], worded)
