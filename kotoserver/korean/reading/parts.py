"""Which part of an utterance does the answering: a reason in front of it and another sentence beside it do not."""

from collections.abc import Mapping
from dataclasses import replace

from kotoserver.korean.reading.features import features_of, noun_features
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.removal import weighed_by_removal
from kotoserver.korean.reading.slots import Mention
from kotoserver.korean.reading.stance import read_stance

_Span = tuple[int, int]
_REASONS = frozenset({"어서", "아서", "여서", "라서", "니까", "으니까", "거든"})
_GREETING = ("안녕", "반갑", "반가")


def answering_parts(reading: Reading, synonyms: Mapping[str, str]) -> tuple[Reading, ...]:
    """The utterance as it reads without its reasons, and each of its sentences so; none where it has one part."""
    sentences = _sentences(reading)
    spans = [(_behind_reasons(reading, span), span[1]) for span in sentences]
    if len(sentences) > 1:
        spans.append((spans[0][0], sentences[-1][1]))
    whole = (0, len(reading.text))
    wanted = [span for span in dict.fromkeys(spans) if span not in (whole, (reading_start(reading), whole[1]))]
    parts = [_part(reading, span, synonyms) for span in wanted]
    greets = [part for part in parts if not _says_something(part) and _greets(part)]
    return (*filter(_says_something, parts), *greets)


def behind_the_greeting(reading: Reading, synonyms: Mapping[str, str]) -> Reading | None:
    """What follows 안녕하세요, which may open whatever is said; None where it does not open."""
    words = [word for word in reading.sentence.words if word.start not in reading.noise]
    if len(words) < 2 or not words[0].text.startswith(_GREETING):
        return None
    return _part(reading, (words[1].start, len(reading.text)), synonyms)


def reading_start(reading: Reading) -> int:
    """Where the first word begins that carries a meaning."""
    return next((word.start for word in reading.sentence.words if word.start not in reading.noise), 0)


def _sentences(reading: Reading) -> list[_Span]:
    """What each closing ending closes, whether or not a full stop follows it."""
    ends = [p.end for p in reading.predicates if _ends(p, reading) and p.start not in reading.noise]
    words = [word for word in reading.sentence.words if word.start not in reading.noise]
    found: list[_Span] = []
    start = words[0].start if words else 0
    reason = _reason_behind(reading)
    if reason is not None:
        return [(start, reason)]
    for end in ends:
        behind = [word for word in words if word.start >= end]
        if end > start:
            found.append((start, behind[0].start if behind else len(reading.text)))
        if not behind:
            return found
        start = behind[0].start
    return [*found, (start, len(reading.text))]


def _ends(predicate: Predicate, reading: Reading) -> bool:
    """세 명인데, of 세 명인데 자리 있어요?, tells as 세 명이에요 does, and then asks."""
    if predicate.closes:
        return True
    leads = predicate.ending in ("ᆫ데", "는데", "은데") and predicate is not reading.predicates[-1]
    return leads and (predicate.root == "이" or reading.sentence.asks(predicate.end))


def _reason_behind(reading: Reading) -> int | None:
    """Where a reason begins that is added behind a comma or a full stop: 카드로 할게요, 현금이 없어서요."""
    last = reading.predicates[-1] if reading.predicates else None
    if last is None or last.ending not in _REASONS or reading.text[last.end :].strip(" .!~…") not in ("", "요"):
        return None
    comma = max(reading.text.rfind(mark, 0, last.start) for mark in ",.!")
    behind = [w.start for w in reading.sentence.words if w.start > comma]
    return behind[0] if comma > 0 and behind else None


def _behind_reasons(reading: Reading, span: _Span) -> int:
    """Where the sentence goes on after the last clause that only tells why or where one stands."""
    starts = [span[0], *(end for end in reading.background if span[0] < end < span[1])]
    behind = [w.start for w in reading.sentence.words if w.start >= starts[-1] and w.start not in reading.noise]
    return behind[0] if behind and behind[0] < span[1] else span[0]


def _part(reading: Reading, span: _Span, synonyms: Mapping[str, str]) -> Reading:
    """The same utterance with everything outside `span` passed over."""
    outside = frozenset(w.start for w in reading.sentence.words if not span[0] <= w.start < span[1])
    noise = reading.noise | outside
    predicates = tuple(p for p in reading.predicates if _inside(p, span))
    numbers = tuple(n for n in reading.numbers if span[0] <= n.start < span[1])
    mentions = _spoken_of(reading, span)
    stance = read_stance(reading.sentence, predicates, noise)
    features = features_of(reading.sentence, noise, predicates, numbers, mentions, stance, synonyms)
    part = replace(
        reading,
        noise=noise,
        predicates=predicates,
        numbers=numbers,
        mentions=mentions,
        stance=stance,
        features=features,
        nouns=noun_features(reading.sentence, features, synonyms),
    )
    return weighed_by_removal(part) if reading.removes else part


def _spoken_of(reading: Reading, span: _Span) -> tuple[Mention, ...]:
    """Values named in it, or told before it and gone without saying: 쿠키가 맛있어 보여요. 하나 주세요."""
    inside = tuple(m for m in reading.mentions if span[0] <= m.start < span[1])
    slots = {mention.slot for mention in inside}
    told = (m for m in reading.mentions if m.start < span[0] and not reading.sentence.asks(m.end))
    return (*(m for m in told if m.slot not in slots), *inside)


def _inside(predicate: Predicate, span: _Span) -> bool:
    return span[0] <= predicate.start < span[1]


def _greets(part: Reading) -> bool:
    return any(w.text.startswith(_GREETING) for w in part.sentence.words if w.start not in part.noise)


def _says_something(part: Reading) -> bool:
    """Whether more than 네, a call or a greeting is left."""
    spoken = [word for word in part.sentence.words if word.start not in part.noise]
    spoken = [word for word in spoken if not word.text.startswith(_GREETING)]
    answers = part.stance.answer_word is not None
    return len(spoken) > answers and bool(part.predicates or part.mentions or part.numbers or part.nouns)
