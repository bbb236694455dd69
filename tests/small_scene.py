"""A scene of two turns, small enough to see through, for tests of rules and services."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from kotoserver.domain.evaluation import Evaluation, SlotReading, SlotState, Verdict
from kotoserver.domain.levels import SpeechFit, SpeechLevel
from kotoserver.domain.scene import (
    AfterMax,
    CommonAction,
    CommonIntent,
    Condition,
    Ending,
    Hint,
    HintKind,
    Intent,
    Limits,
    Line,
    Npc,
    Outcome,
    Retry,
    Rule,
    Scene,
    Scoring,
    Slot,
    SlotFill,
    SlotKind,
    Stage,
    Turn,
)


def line(id: str, ko: str) -> Line:
    return Line(id=id, ko=ko, by="minji")


def scene(**changes: Any) -> Scene:
    """The scene; keyword arguments replace its fields."""
    fields: dict[str, Any] = {
        "id": "stall",
        "version": 1,
        "title": "노점",
        "topik": 1,
        "cefr": "A1",
        "speech_target": SpeechLevel.HAEYO,
        "speech_also_ok": (SpeechLevel.HAPSYO,),
        "packs": ("ko-id",),
        "stage": Stage(background="stall", camera="front"),
        "npcs": {
            "minji": Npc(
                id="minji", name="민지", voice="ko-f-01", pace=1.0, speech=(SpeechLevel.HAEYO,), model="m"
            )
        },
        "slots": {
            "drink": Slot(
                id="drink",
                kind=SlotKind.CHOICE,
                required=True,
                values={"tea": ("녹차",), "latte": ("라떼", "카페라떼")},
            ),
            "count": Slot(
                id="count", kind=SlotKind.NATIVE_NUMBER, required=False, values={}, default=1, maximum=5
            ),
        },
        "shortcuts": {},
        "common": (
            _common("ask_repeat", CommonAction.REPEAT),
            _common("ask_slower", CommonAction.REPEAT_SLOWLY),
            _common("ask_meaning", CommonAction.EXPLAIN),
            _common("need_time", CommonAction.WAIT),
        ),
        "scoring": Scoring(task=50, language=20, speech_level=20, delivery=10, passing=60),
        "retry": Retry(max_tries=3, hint_each_try=True, after_max=AfterMax.CARRY_ON),
        "limits": Limits(minutes=8, learner_turns=10, silence_seconds=10, ending="practice"),
        "start": "order",
        "turns": (ORDER, PAY),
        "endings": (
            Ending(
                id="great",
                result=Outcome.PASS,
                say=line("L90", "정말 잘하시네요!"),
                score_at_least=85,
                all_slots_by_learner=True,
            ),
            Ending(id="good", result=Outcome.PASS, say=line("L91", "감사합니다."), score_at_least=60),
            Ending(id="practice", result=Outcome.TRY_AGAIN, say=line("L92", "또 오세요.")),
        ),
    }
    return Scene(**{**fields, **changes})


def _common(id: str, action: CommonAction) -> CommonIntent:
    return CommonIntent(id=id, examples=("네?",), action=action, say=line(f"C_{id}", "네, 그럼요."))


def _hints(prefix: str) -> tuple[Hint, ...]:
    kinds = (HintKind.THINK, HintKind.WORDS, HintKind.ANSWER)
    return tuple(Hint(id=f"{prefix}{number}", kind=kind) for number, kind in enumerate(kinds))


ORDER = Turn(
    id="order",
    goal="음료를 주문하세요.",
    npc=(line("L10", "뭐 드릴까요?"),),
    intents=(Intent(id="order_drink", examples=("라떼 한 잔 주세요.",), needs=("drink",), may_have=("count",)),),
    model=line("L11", "라떼 한 잔 주세요."),
    grammar=("juseyo",),
    hints=_hints("H1"),
    rules=(
        Rule(
            when=Condition(intent="order_drink", speech="too_casual", tries_below=2),
            say=line("L12", "네?"),
            go="again",
        ),
        Rule(
            when=Condition(intent="order_drink", has=("drink",)),
            say=line("L13", "{drink} {count} 잔이요."),
            go="pay",
        ),
        Rule(when=Condition(intent="look"), say=line("L14", "천천히 보세요."), go="again", no_penalty=True),
        Rule(when=Condition(tries_at_least=3), set={"drink": "tea"}, go="pay"),
        Rule(when=Condition(), say=line("L15", "어떤 음료로 드릴까요?"), go="again"),
    ),
)

PAY = Turn(
    id="pay",
    goal="계산하세요.",
    npc=(line("L20", "카드로 하시겠어요?"),),
    intents=(Intent(id="pay", examples=("네, 카드로 할게요.",)),),
    model=line("L21", "네, 카드로 할게요."),
    grammar=("ro",),
    hints=(),
    rules=(
        Rule(when=Condition(intent="pay"), say=line("L22", "네, 여기 있습니다."), go="finish"),
        Rule(when=Condition(), go="again"),
    ),
)


def said(
    text: str = "라떼 한 잔 주세요.",
    *,
    intent: str | None = "order_drink",
    score: int = 100,
    slots: Mapping[str, SlotFill] = MappingProxyType({}),
    speech: SpeechFit = SpeechFit.FITS,
    verdict: Verdict = Verdict.ACCEPT,
) -> Evaluation:
    """A judged utterance."""
    return Evaluation(
        text=text,
        intent=intent,
        confidence=1.0,
        verdict=verdict,
        score=score,
        bars=(),
        level_found=SpeechLevel.HAEYO,
        level_wanted=SpeechLevel.HAEYO,
        speech=speech,
        slots=tuple(
            SlotReading(slot=slot, state=SlotState.FILLED, value=value, heard=str(value))
            for slot, value in slots.items()
        ),
        matched_example=None,
        corrected=None,
        diff=(),
        items=(),
        natural=None,
        engine="test",
        engine_version="1",
    )
