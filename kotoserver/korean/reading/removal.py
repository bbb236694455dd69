"""Yes and no where less was offered: 치워 드릴까요?, 얼음 빼 드릴까요?, to which yes asks for the thing to go."""

from dataclasses import replace

from kotoserver.korean.reading.features import DECLINES
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.stance import Stance
from kotoserver.korean.words.lexicon import REMOVING

_ACCEPTING = frozenset(
    {"부탁하", "부탁드리", "되", "하", "그러", "그렇", "좋", "필요하", "감사하", "고맙", "알", "이"}
)
_LEAVING = frozenset({"괜찮", "싫", "두", "놔두", "내버려두"})
_AS_ANYWHERE = _ACCEPTING | _LEAVING
"""What accepts or declines whatever was offered."""


def offers_removal(line: Reading) -> bool:
    """Whether the NPC offers to take something away or to leave it out."""
    offer = line.closing
    if offer is None or offer.root not in REMOVING or offer.negated:
        return False
    return offer.ending.endswith("까요") and "드리" in offer.auxiliaries


def weighed_by_removal(reading: Reading) -> Reading:
    """The same, with asking for less as a yes and keeping the thing as a no."""
    stance = _stance_to_removal(reading)
    if stance is reading.stance.stance:
        return replace(reading, removes=True)
    features = {f: w for f, w in reading.features.items() if f != DECLINES and not f.startswith("stance:")}
    if stance is not Stance.OPEN:
        features[f"stance:{stance.name}"] = reading.features.get(f"stance:{reading.stance.stance.name}", 0.3)
    told = replace(reading.stance, stance=stance)
    return replace(reading, stance=told, features=features, removes=True)


def _stance_to_removal(reading: Reading) -> Stance:
    said, decided = reading.stance.stance, reading.stance.decided_by
    removal = next((p for p in reversed(reading.predicates) if p.root in REMOVING), None)
    if removal is not None:
        asked = removal.closes and reading.sentence.asks(removal.end) and "주" not in removal.auxiliaries
        return Stance.OPEN if asked else Stance.AGAINST if removal.negated else Stance.FOR
    if decided is None or decided.root in _AS_ANYWHERE:
        return said
    if _is_needless(reading, decided):
        return reading.stance.answer  # 네, 필요 없어요 agrees that it may go
    return said.opposite


def _is_needless(reading: Reading, decided: Predicate) -> bool:
    return decided.root == "없" and reading.text[: decided.start].rstrip(" 가").endswith("필요")
