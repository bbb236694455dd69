"""Judging single sentences outside any session: one JSON object in, one out."""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, StrictInt, ValidationError, model_validator

from kotoserver.domain.errors import BadInput, NotFound
from kotoserver.domain.evaluation import Evaluation, Expectation, expectation_of
from kotoserver.domain.levels import SpeechLevel
from kotoserver.domain.scene import Intent, Scene, Scoring, Slot, SlotKind
from kotoserver.domain.utterance import MAX_CHARACTERS

LEVELS = {
    "haeyo": SpeechLevel.HAEYO,
    "hapsyo": SpeechLevel.HAPSYO,
    "banmal": SpeechLevel.BANMAL,
    **{level.value: level for level in (SpeechLevel.HAEYO, SpeechLevel.HAPSYO, SpeechLevel.BANMAL)},
}
SCORING = Scoring(task=50, language=20, speech_level=20, delivery=10, passing=60)
"""Weights for a turn that belongs to no scene: those most scenes use."""

_ASKED = {"npc_line", "examples", "slots", "synonyms", "target_level", "also_ok"}
"""Fields of a question that say what is expected, whoever answers it."""

MOST_OF_A_LINE, MOST_SLOTS, MOST_WAYS = 1000, 50, 200
"""Characters, slots, ways to say one of them: far beyond any scene, and read in a fraction of a second.

Whoever judges is one thread for all, so no question may keep it for long.
"""
Sentence = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]


class Question(BaseModel):
    """A sentence to judge, either against examples given here or against a turn of a scene."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    id: str | StrictInt | None = None
    """Comes back with the answer."""
    learner: Annotated[str, Field(max_length=MAX_CHARACTERS, validation_alias=AliasChoices("text", "learner"))]
    """What was said. Also called `learner`."""
    npc_line: Annotated[str, Field(max_length=MOST_OF_A_LINE)] = ""
    """What the NPC said before."""
    examples: Annotated[
        tuple[Sentence, ...], Field(validation_alias=AliasChoices("examples", "expected"), max_length=50)
    ] = ()
    """Good answers. Also called `expected`."""
    slots: Annotated[
        Mapping[str, Annotated[tuple[Sentence, ...], Field(min_length=1, max_length=MOST_WAYS)]],
        Field(max_length=MOST_SLOTS),
    ] = Field(default_factory=dict)
    """Slot -> ways to say the one value that it must have."""
    synonyms: Annotated[
        Mapping[Sentence, Annotated[tuple[Sentence, ...], Field(max_length=MOST_WAYS)]],
        Field(max_length=MOST_WAYS),
    ] = Field(default_factory=dict)
    """Word -> other words for it."""
    target_level: str = "haeyo"
    """haeyo, hapsyo or banmal; 해요체, 합쇼체 or 반말."""
    also_ok: tuple[str, ...] = ()
    """Other levels that fit."""
    scene: Annotated[str | None, Field(validation_alias=AliasChoices("scene_id", "scene"))] = None
    """Id of a published scene, to be judged against one of its turns instead of examples. Also called `scene`."""
    turn: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: object) -> object:
        """A field that is null was not given: many a tool writes every field that it knows."""
        return (
            {name: told for name, told in given.items() if told is not None} if isinstance(given, dict) else given
        )

    @model_validator(mode="after")
    def _complete(self) -> "Question":
        if not self.examples and not (self.scene and self.turn):
            raise ValueError("give examples, or the scene and turn to judge against")
        for level in (self.target_level, *self.also_ok):
            if level not in LEVELS:
                raise ValueError(f"a speech level is one of {', '.join(LEVELS)}")
        return self


def read_question(line: str | bytes) -> Question:
    """One JSON object. BadInput codes `bad_json`, `bad_line`; the words themselves are not repeated."""
    try:
        return Question.model_validate_json(line)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if problem["type"] == "json_invalid":
            raise BadInput("The line is not JSON.", code="bad_json") from error
        field = ".".join(map(str, problem["loc"]))
        where = f"{field}: " if field else ""
        raise BadInput(f"The line is not as expected: {where}{problem['msg']}.", code="bad_line") from error


def expectation_for(question: Question, scenes: Mapping[str, Scene]) -> Expectation:
    """What the sentence is judged against. NotFound codes `no_such_scene`, `no_such_turn`."""
    if question.examples:
        return _pinned(question)
    scene = scenes.get(str(question.scene))
    if scene is None:
        raise NotFound(f"There is no published scene {question.scene}.", code="no_such_scene")
    if all(turn.id != question.turn for turn in scene.turns):
        raise NotFound(f"The scene {scene.id} has no turn {question.turn}.", code="no_such_turn")
    return expectation_of(scene, str(question.turn))


def _pinned(question: Question) -> Expectation:
    """A turn with one intent whose slots pin one value each, said in any of the given ways."""
    slots = {
        slot: Slot(id=slot, kind=SlotKind.CHOICE, required=True, values={ways[0]: ways})
        for slot, ways in question.slots.items()
    }
    asked = question.model_dump_json(include=_ASKED)
    return Expectation(
        key=f"question/{hashlib.sha256(asked.encode()).hexdigest()}",
        npc_line=question.npc_line,
        intents=(Intent(id="answer", examples=question.examples, needs=tuple(slots)),),
        common=(),
        slots=slots,
        shortcuts={},
        synonyms=question.synonyms,
        target=LEVELS[question.target_level],
        also_ok=tuple(LEVELS[level] for level in question.also_ok),
        model=None,
        grammar=(),
        scoring=SCORING,
    )


def judgement(question: Question, evaluation: Evaluation) -> dict[str, Any]:
    """The evaluation as JSON-ready values, under the question's own id."""
    return {
        "id": question.id,
        "verdict": evaluation.verdict.value,
        "score": evaluation.score,
        "bars": {bar.name.value: bar.score for bar in evaluation.bars},
        "level": evaluation.level_found.value,
        "speech": evaluation.speech.value,
        "intent": evaluation.intent,
        "slots": {
            reading.slot: {"state": reading.state.value, "value": reading.value, "heard": reading.heard}
            for reading in evaluation.slots
        },
        "codes": [item.code for item in evaluation.items],
        "items": [
            {
                "code": item.code,
                "severity": item.severity.value,
                "span": [item.span.start, item.span.end] if item.span else None,
                "params": dict(item.params),
                "rule": item.rule,
            }
            for item in evaluation.items
        ],
        "corrected": evaluation.corrected,
        "diff": [
            {
                "kind": part.kind.value,
                "span": [part.span.start, part.span.end],
                "learner": part.learner,
                "corrected": part.corrected,
            }
            for part in evaluation.diff
        ],
        "natural": evaluation.natural,
        "engine": f"{evaluation.engine} {evaluation.engine_version}",
    }
