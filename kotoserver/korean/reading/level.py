"""The speech level of an utterance, read from what closes its sentences."""

import re
from dataclasses import dataclass

from kotoserver.domain.levels import SpeechFit, SpeechLevel
from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.words.lexicon import NO_WORDS, YES_WORDS
from kotoserver.ports.morphology import Morpheme

_FORMAL = re.compile(r"(ᆸ니다|습니다|ᆸ니까|습니까|시오|ᆸ시오|ᆸ시요|십시요|ᆸ시다|읍시다|니다)$")
_POLITE_CLOSE = re.compile(
    r"(세요|나요|까요|네요|[아어여해마와워봐]요|죠|[갑합맙봅줍옵탑삽둡엽읍]시다|데요|지요|게요|래요|에요|예요|습니다|습니까|십시오|입니다)$"
)
_LINKING = ("면", "니까", "어서", "아서", "려고", "려면", "도록", "지만", "으러")
_ARCHAIC = re.compile(r"(시오|으오|하오|이오|구려|[사하]옵니다)$")

_QUOTES = re.compile(r"[?!.,\"'”’]*\s?이?라(고|는|며|면서)\s?(?!요)")
"""What follows words that are only quoted: 마세요라는 말."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """One place where a sentence is closed, and the level it shows."""

    level: SpeechLevel
    start: int
    end: int
    archaic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelReading:
    level: SpeechLevel
    closes: tuple[Close, ...]

    @property
    def mixed(self) -> bool:
        levels = {close.level for close in self.closes}
        return SpeechLevel.BANMAL in levels and len(levels) > 1

    @property
    def archaic(self) -> bool:
        return any(close.archaic for close in self.closes)


def read_level(sentence: Sentence, ignored: frozenset[int] = frozenset()) -> LevelReading:
    """The level of the whole: the most polite close decides, since word order may be inverted.

    `ignored` holds starts of words that say nothing about it.
    """
    closes = tuple(_closes(sentence, ignored))
    levels = [close.level for close in closes]
    for level in (SpeechLevel.HAPSYO, SpeechLevel.HAEYO, SpeechLevel.BANMAL):
        if level in levels:
            last = levels[-1]
            main = last if last is not SpeechLevel.BANMAL else level
            return LevelReading(level=main, closes=closes)
    return LevelReading(level=SpeechLevel.NONE, closes=closes)


def fit(found: SpeechLevel, wanted: SpeechLevel, also_ok: tuple[SpeechLevel, ...]) -> SpeechFit:
    """How a level fits: more polite than wanted always does, except where casual speech is wanted."""
    if found is SpeechLevel.NONE or found is wanted or found in also_ok:
        return SpeechFit.FITS
    if found.politeness < wanted.politeness:
        return SpeechFit.TOO_CASUAL
    return SpeechFit.TOO_FORMAL if wanted is SpeechLevel.BANMAL else SpeechFit.FITS


def _closes(sentence: Sentence, ignored: frozenset[int]) -> list[Close]:
    found: list[Close] = []
    morphemes = sentence.morphemes
    for place, token in enumerate(morphemes):
        word = sentence.word_at(token.start)
        if (word is not None and word.start in ignored) or _QUOTES.match(sentence.text, token.end):
            continue
        if word is not None and word.text == "아뇨":
            continue  # 아니 with an old ending, if one asks the analyser
        following = morphemes[place + 1] if place + 1 < len(morphemes) else None
        if token.tag == "EF" or (token.tag == "EC" and _stands_last(sentence, token)):
            if following is not None and following.form in ("요", "이요") and following.start == token.end:
                found.append(Close(level=SpeechLevel.HAEYO, start=token.start, end=following.end))
                continue
            found.append(_close(sentence, token.form, token.start, token.end, token.tag))
        elif token.tag == "JX" and token.form in ("요", "이요") and not (found and found[-1].end == token.end):
            found.append(Close(level=SpeechLevel.HAEYO, start=token.start, end=token.end))
    return found or _closes_by_surface(sentence, ignored) or _casual_answer(sentence, ignored)


def _casual_answer(sentence: Sentence, ignored: frozenset[int]) -> list[Close]:
    """`응` and `아니` as the whole answer."""
    spoken = [word for word in sentence.words if word.start not in ignored]
    if len(spoken) > 1 and spoken[-1].text.endswith("야") and spoken[0].text.endswith(("는", "은", "가", "이")):
        return [Close(level=SpeechLevel.BANMAL, start=spoken[-1].end - 1, end=spoken[-1].end)]  # 저는 디아나야
    answered = len(spoken) == 2 and spoken[0].text in YES_WORDS | NO_WORDS  # 네, 좋아
    if (len(spoken) == 1 or answered) and spoken[-1].text in (
        "응",
        "어",
        "아니",
        "그래",
        "싫어",
        "좋아",
        "안녕",
        "고마워",
        "미안",
    ):
        return [Close(level=SpeechLevel.BANMAL, start=spoken[-1].start, end=spoken[-1].end)]
    return []


def _closes_by_surface(sentence: Sentence, ignored: frozenset[int]) -> list[Close]:
    """Polite endings that the analyser took for something else, as in inverted sentences."""
    return [
        Close(
            level=SpeechLevel.HAEYO if match[0].endswith(("요", "죠")) else SpeechLevel.HAPSYO,
            start=word.start + match.start(),
            end=word.end,
        )
        for word in sentence.words
        if word.start not in ignored and (match := _POLITE_CLOSE.search(word.text))
    ]


def _close(sentence: Sentence, form: str, start: int, end: int, tag: str) -> Close:
    surface = sentence.text[start:end]
    if form.endswith(("요", "죠")) or (tag == "EF" and surface.endswith(("여", "염", "용"))):
        return Close(level=SpeechLevel.HAEYO, start=start, end=end)
    surface = sentence.text[max(0, end - 3) : end]
    archaic = _ARCHAIC.search(surface) is not None and not surface.endswith("십시오")
    if _FORMAL.search(form) or archaic:
        return Close(level=SpeechLevel.HAPSYO, start=start, end=end, archaic=archaic)
    return Close(level=SpeechLevel.BANMAL, start=start, end=end)


def _stands_last(sentence: Sentence, token: Morpheme) -> bool:
    """An ending that usually connects closes the sentence when nothing follows, unless it gives a reason."""
    return sentence.ends_sentence(token.end) and not token.form.endswith(_LINKING)
