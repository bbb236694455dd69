"""Whether an utterance says yes where an intent says no, or the other way round."""

from kotoserver.korean.answering.intents import PreparedIntent
from kotoserver.korean.reading.acts import STATING, Act, act_of
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.stance import Stance
from kotoserver.korean.words.lexicon import GENERIC_ROOTS, REMOVING

_PAIRS = ({"있", "없"}, {"이", "아니"})
"""A fact, and that it is none."""


def opposes(reading: Reading, intent: PreparedIntent) -> bool:
    """Whether it declines what every example asks for, or the other way round."""
    said = reading.stance.stance
    if Stance.OPEN in (said, intent.stance) or said is intent.stance:
        return False
    told = reading.stance
    agreed = any(e.reading.stance.mild and e.reading.stance.answer is Stance.FOR for e in intent.examples)
    if told.mild and told.answer is not Stance.AGAINST and agreed:
        return False  # 괜찮아요, where 네, 괜찮아요 is taught
    if reading.stance.mild and intent.answers == {reading.stance.answer}:
        return False  # 아니요, 다 괜찮아요
    if intent.answers == {Stance.AGAINST} and reading.text.startswith(("죄송", "미안")):
        return False  # 죄송해요, 숙제를 잊어버렸어요
    if said is Stance.AGAINST and _declines_by_telling(intent) and reading.stance.answer is not said.opposite:
        return False  # 내일은 안 될 것 같아, where 아니, 내일 약속 있어 is taught
    if said is Stance.FOR and _tells_what_fails(intent) and not _told_roots(intent) & _roots_of(reading):
        return False  # 카드가 이상해요, where 카드가 안 돼요 is taught
    if _denies_the_same(reading, intent):
        return False
    return not (_says_part(reading, intent) or _adds_to_its_answer(reading, intent))


def _denies_the_same(reading: Reading, intent: PreparedIntent) -> bool:
    """안 매운 걸로 주세요, where 안 맵게 해 주세요 is taught; 얼음 안 넣은 거 주세요, to 얼음 넣어 드릴까요?"""
    denied = _denied_qualities(reading)
    if denied & frozenset[str]().union(*(_denied_qualities(e.reading) for e in intent.examples)):
        return True
    return intent.stance is Stance.AGAINST and any(f"w:{root}" in intent.spoken_of for root in denied)


def _denied_qualities(reading: Reading) -> frozenset[str]:
    """How it is not to be: 맵 of 안 매운 거 and 맵지 않게."""
    return frozenset(p.root for p in reading.predicates if p.negated and (p.modifies or p.ending == "게"))


def _tells_what_fails(intent: PreparedIntent) -> bool:
    """Whether no example answers yes or no, and each denies a fact: 안 켜져요 and not 안 살래요."""
    decided = [e.reading.stance.decided_by for e in intent.examples if act_of(e.reading) in STATING]
    if intent.answers or len(decided) < len(intent.examples):
        return False
    return all(p is not None and p.negated and p.root not in GENERIC_ROOTS - {"되"} for p in decided)


def _told_roots(intent: PreparedIntent) -> frozenset[str]:
    return frozenset(_told(p)[0] for e in intent.examples for p in e.reading.predicates)


def _roots_of(reading: Reading) -> frozenset[str]:
    return frozenset(_told(p)[0] for p in reading.predicates)


def _declines_by_telling(intent: PreparedIntent) -> bool:
    refusing = [e.reading for e in intent.examples if e.reading.stance.answer is Stance.AGAINST]
    return intent.answers == {Stance.AGAINST} and all(act_of(reading) in STATING for reading in refusing)


def _adds_to_its_answer(reading: Reading, intent: PreparedIntent) -> bool:
    """네, 땅콩을 못 먹어요, where 네, 있어요 is taught; 아니요, 옷만 있어요, where 아니요, 없어요 is."""
    decided = reading.stance.decided_by
    if decided is None or intent.answers != {reading.stance.answer}:
        return False
    if gives_a_quality_as_reason(reading):
        return not _told_roots(intent) & {decided.root}  # 아니요, 너무 달아요
    if act_of(reading) is Act.DESCRIBES and decided.negated and f"w:{decided.root}" not in intent.spoken_of:
        return True  # 네, 이제 안 아파요
    refused = reading.stance.answer is Stance.AGAINST and decided.past
    if refused and decided.root not in GENERIC_ROOTS and not _told_roots(intent) & {decided.root}:
        return True  # 아니, 늦게까지 숙제했어
    if refused and any(word.text in ("벌써", "이미") for word in reading.sentence.words):
        return True
    before = reading.sentence.morphemes[: decided.first]
    if not any(m.tag in ("NNG", "NNP", "NNB") for m in before):
        return False
    if any((m.form, m.tag) == ("만", "JX") for m in before):
        return True
    plain = GENERIC_ROOTS - {"되", "있"} | REMOVING
    if decided.root in plain:
        return reading.stance.answer is Stance.AGAINST and bool(reading.nouns - intent.spoken_of)
    if act_of(reading) not in STATING and not reading.nouns - intent.spoken_of:
        return False
    same = next((pair for pair in _PAIRS if decided.root in pair), {decided.root})
    return not same & _told_roots(intent)


def gives_a_quality_as_reason(reading: Reading) -> bool:
    """아니요, 창가는 추워요; 아니요, 좋아요 gives none."""
    closing = reading.closing
    against = reading.stance.answer is Stance.AGAINST and act_of(reading) is Act.DESCRIBES
    return against and closing is not None and closing.root not in ("좋", "괜찮")


def _says_part(reading: Reading, intent: PreparedIntent) -> bool:
    """아니요, 없어요, where an example goes on: 아니요, 없어요. 앉으세요."""
    decided = reading.stance.decided_by
    if decided is None or decided.root in GENERIC_ROOTS - {"있"} or "주" in decided.auxiliaries:
        return False
    told = _told(decided)
    return any(
        _told(p) == told and p.closes and p is not example.reading.stance.decided_by
        for example in intent.examples
        if example.reading.stance.answer is reading.stance.answer
        for p in example.reading.predicates
    )


def _told(predicate: Predicate) -> tuple[str, bool]:
    """Root and negation; 안 있어요 is 없어요."""
    if predicate.root == "있" and predicate.negated:
        return "없", False
    return predicate.root, predicate.negated
