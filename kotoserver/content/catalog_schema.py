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
