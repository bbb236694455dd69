"""The shape of the files in `scenes/catalog/`: what scenes may name and what packs must translate."""

from typing import Annotated, Literal

from pydantic import Field

from kotoserver.content.authored import Authored, Id, OneOrMany, Text
from kotoserver.content.scene_schema import CommonIntentSource

Described = dict[Text, Text]
"""Name -> what it looks, sounds or reads like, for whoever draws or translates it."""


class CuesSource(Authored):
    """What a client can show: the drawn stage of the console and the Unity scene."""

    schema_: Literal["cues/1"] = Field(alias="schema")
    emotions: Described
    anims: Described
    props: Described
    backgrounds: Described
    cameras: Described
    music: Described


class EspeakVoiceSource(Authored):
    """How the built-in voice plays a part."""

    variant: Text | None = None
    pitch: Annotated[int, Field(ge=0, le=99)] = 50


class EnginesSource(Authored):
    espeak: EspeakVoiceSource | None = None
    google: Text | None = None
    openai: Text | None = None
    """For servers with OpenAI's speech."""
    piper: Text | None = None


class VoiceSource(Authored):
    language: Literal["ko"]
    gender: Literal["female", "male"]
    about: Text
    recorded: bool = False
    """Spoken by a person: lines come from recordings in the scene's `audio/`, one file for each line id."""
    engines: EnginesSource


class VoicesSource(Authored):
    schema_: Literal["voices/1"] = Field(alias="schema")
    voices: dict[Text, VoiceSource]


class GrammarPointSource(Authored):
    form: Text
    topik: Annotated[int, Field(ge=1, le=6)]


class GrammarSource(Authored):
    schema_: Literal["grammar/1"] = Field(alias="schema")
    points: dict[Id, GrammarPointSource]


class KnownWordsSource(Authored):
    """What learners of a level know without a gloss, in rows as long as whoever keeps the list likes."""

    schema_: Literal["known-words/1"] = Field(alias="schema")
    topik_1: OneOrMany[OneOrMany[Text]]
    topik_2: OneOrMany[OneOrMany[Text]]

    def up_to(self, level: int) -> frozenset[str]:
        """Words of this TOPIK level and those below."""
        rows = (*self.topik_1, *(self.topik_2 if level > 1 else ()))
        return frozenset(word for row in rows for word in row)


class CommonIntentsSource(Authored):
    schema_: Literal["common-intents/1"] = Field(alias="schema")
    intents: dict[Id, CommonIntentSource]


class FeedbackCodesSource(Authored):
    """Every code that the evaluator may give, with the parameters that its sentence may use."""

    schema_: Literal["feedback-codes/1"] = Field(alias="schema")
    codes: dict[Text, OneOrMany[Text]]
    labels: Described
    """Enum keys that come as parameters."""


class UiSource(Authored):
    """Keys of the strings that every learner-facing client shows."""

    schema_: Literal["ui/1"] = Field(alias="schema")
    keys: Described
