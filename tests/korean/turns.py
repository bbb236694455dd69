"""Turns to judge, in one line each."""

from collections.abc import Mapping
from types import MappingProxyType

from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.domain.levels import SpeechLevel
from kotoserver.domain.scene import CommonAction, CommonIntent, Intent, Line, Scoring, Slot, SlotKind
from kotoserver.korean.engine import judge, prepare
from kotoserver.ports.morphology import MorphemeAnalyzer

SCORING = Scoring(task=50, language=20, speech_level=20, delivery=10, passing=60)


def choice(slot: str, values: Mapping[str, tuple[str, ...]]) -> Slot:
    return Slot(id=slot, kind=SlotKind.CHOICE, required=True, values=values)


DRINK = choice("drink", {"americano": ("아메리카노",), "latte": ("라떼", "카페라떼"), "tea": ("녹차",)})
TEMP = choice("temp", {"ice": ("아이스", "차가운", "시원한"), "hot": ("따뜻한", "뜨거운")})
COUNT = Slot(id="count", kind=SlotKind.NATIVE_NUMBER, required=False, values={}, default=1, maximum=5)


def expect(
    npc_line: str,
    *examples: str,
    slots: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    target: SpeechLevel = SpeechLevel.HAEYO,
    also_ok: tuple[SpeechLevel, ...] = (),
) -> Expectation:
    """A turn with one intent; `slots` pins one value each by the ways to say it."""
    pinned = {slot: choice(slot, {ways[0]: ways}) for slot, ways in slots.items()}
    return turn(
        npc_line,
        Intent(id="answer", examples=examples, needs=tuple(pinned)),
        slots=tuple(pinned.values()),
        target=target,
        also_ok=also_ok,
    )


def turn(
    npc_line: str,
    *intents: Intent,
    slots: tuple[Slot, ...] = (),
    common: tuple[CommonIntent, ...] = (),
    target: SpeechLevel = SpeechLevel.HAEYO,
    also_ok: tuple[SpeechLevel, ...] = (),
) -> Expectation:
    return Expectation(
        key=repr((npc_line, intents, target)),
        npc_line=npc_line,
        intents=intents,
        common=common,
        slots={slot.id: slot for slot in slots},
        shortcuts={"아아": {"drink": "americano", "temp": "ice"}} if DRINK in slots else {},
        synonyms=MappingProxyType({}),
        target=target,
        also_ok=also_ok,
        model=None,
        grammar=(),
        scoring=SCORING,
    )


def move(intent: str, *examples: str, praise: str | None = "GOOD_REPAIR") -> CommonIntent:
    return CommonIntent(
        id=intent,
        examples=examples,
        action=CommonAction.REPEAT,
        say=Line(id="C1", ko="네.", by="barista"),
        praise=praise,
    )


MOVES = (
    move("ask_repeat", "다시 한번 말해 주세요.", "잘 못 들었어요."),
    move("ask_slower", "천천히 말해 주세요."),
    move("ask_meaning", "무슨 뜻이에요?", "그게 뭐예요?"),
    move("need_time", "잠깐만요.", praise=None),
    move("native_language", "영어 하세요?", praise=None),
    move("silence", "…", praise=None),
)

ORDER = turn(
    "뭐 드릴까요?",
    Intent(
        id="order_drink",
        examples=("아이스 아메리카노 한 잔 주세요.", "라떼 두 잔 주세요.", "녹차 하나 주세요."),
        needs=("drink",),
        may_have=("temp", "count"),
        not_this=("아메리카노가 뭐예요?",),
    ),
    slots=(DRINK, TEMP, COUNT),
    common=MOVES,
)

BAG = turn(
    "봉투 필요하세요?",
    Intent(id="want", examples=("네, 봉투 하나 주세요.", "네, 필요해요.")),
    Intent(id="decline", examples=("아니요, 괜찮아요.", "아니요, 필요 없어요.")),
)


class Judge:
    """Judges as the product does, each expectation prepared once."""

    def __init__(self, analyzer: MorphemeAnalyzer) -> None:
        self.analyzer = analyzer
        self._prepared: dict[str, object] = {}

    def __call__(self, text: str, expectation: Expectation) -> Evaluation:
        if expectation.key not in self._prepared:
            self._prepared[expectation.key] = prepare(expectation, self.analyzer)
        return judge(text, self._prepared[expectation.key])


def codes(evaluation: Evaluation) -> list[str]:
    return [item.code for item in evaluation.items]
