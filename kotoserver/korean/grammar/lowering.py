"""A polite sentence as one says it to a friend: each close, the courtesies, the pronouns."""

from collections.abc import Iterator

from kotoserver.domain.levels import SpeechLevel
from kotoserver.korean.answering.context import Context
from kotoserver.korean.reading.conjugation import conjugate, tagged
from kotoserver.korean.reading.level import Close
from kotoserver.korean.reading.predicates import Predicate

_COURTESIES = {
    "안녕하세요": "안녕",
    "안녕하십니까": "안녕",
    "감사합니다": "고마워",
    "감사해요": "고마워",
    "고맙습니다": "고마워",
    "고마워요": "고마워",
    "죄송합니다": "미안해",
    "죄송해요": "미안해",
    "미안합니다": "미안해",
}
"""What friends say in other words, not only with another ending."""
_ANSWERS = {"네": "응", "예": "응", "아니요": "아니", "아뇨": "아니"}
_PRONOUNS = {"저는": "나는", "전": "난", "저도": "나도", "저를": "나를", "제가": "내가", "제": "내", "저": "나"}
_SINGLE = ("저", "전", "제")
"""Those that are other words as well."""
_HONORIFIC = ("시", "으시")


def lowered(context: Context, closes: tuple[Close, ...]) -> Iterator[tuple[int, int, str]]:
    """Start, end and what a friend would say there."""
    sentence = context.sentence
    for close in closes:
        word = sentence.word_at(close.start)
        if close.level is SpeechLevel.BANMAL or (word is not None and word.text in _COURTESIES):
            continue
        predicate = next((p for p in context.reading.predicates if p.start < close.end <= p.end + 1), None)
        if predicate is not None:
            yield predicate.start, predicate.end, _plain(context, predicate)
        elif sentence.text[close.start : close.end] in ("요", "이요"):
            yield close.start, close.end, ""
    for word in sentence.words:
        if word.text in _COURTESIES:
            yield word.start, word.end, _COURTESIES[word.text]
        answers = word == context.reading.stance.answer_word and word.text in _ANSWERS
        pronoun = word.text in _PRONOUNS and (word.text not in _SINGLE or _is_pronoun(context, word.start))
        if answers or pronoun:
            yield word.start, word.end, (_ANSWERS if answers else _PRONOUNS)[word.text]


def _is_pronoun(context: Context, place: int) -> bool:
    return any(m.start == place and m.tag == "NP" for m in context.sentence.morphemes)


def _plain(context: Context, predicate: Predicate) -> str:
    *stem, (ending, _) = tagged(context.sentence, predicate.first, predicate.last)
    stem = [("하" if form == "드리" and predicate.root == "부탁드리" else form, tag) for form, tag in stem]
    stem = [part for part in stem if part[0] not in _HONORIFIC or part[1] != "EP"]
    if ("겠", "EP") in stem and ending == "습니다" and predicate.root not in ("알", "모르"):
        return conjugate([*(part for part in stem if part != ("겠", "EP")), ("ᆯ게", "EF")], context.analyzer)
    if not stem:
        return context.sentence.text[predicate.start : predicate.end]
    return conjugate([*stem, (_ending(ending, copula=stem[-1][1] == "VCP"), "EF")], context.analyzer)


def _ending(polite: str, *, copula: bool) -> str:
    """The casual ending for a polite one."""
    if polite.endswith("시다"):
        return "자"
    plain = polite.removesuffix("요")
    if polite in ("죠", "지요"):
        return "지"
    if plain != polite and not polite.endswith("세요") and plain not in ("에", "예", "어", "아"):
        return plain
    return "야" if copula else "어"
