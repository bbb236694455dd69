"""What a recogniser's answer is worth: something said, something to ask about, or nobody speaking.

Recognisers invent: given silence or noise, Whisper writes the sentences that end videos. And where two
readings are about as likely, the learner is not to pay for the engine's choice.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from kotoserver.domain.hearing import AudioClip, Recognition
from kotoserver.korean.sounds.hangul import is_syllable, jamo

SURE = 0.6
"""Below this confidence the learner is asked, unless it is word for word one of the turn's examples."""
NEARLY_AS_LIKELY = 0.15
"""A hypothesis within this of the best one may be what was said."""
MOST_CHOICES = 3
_ALIKE = 0.75
"""How much of an expected sentence must have been heard for it to be offered."""
_MOST_SYLLABLES_A_SECOND = 12.0
"""Nobody speaks faster: read speech has 4 to 6, the fastest announcers 9 to 10."""
_SHORTEST_SECONDS = 0.4
_REPEATED = re.compile(r"(.{1,12}?)\1{5,}")
_PHANTOMS = re.compile(
    "|".join(
        (
            "시청해주셔서(감사|고맙|고마)",
            "시청감사",
            "영상(을|도)?(끝까지)?봐주셔서(감사|고맙|고마)",
            "구독.{0,4}(좋아요|알림|부탁|눌러)",
            "좋아요.{0,4}(구독|알림)",
            "다음(영상|시간|편|방송)(에서?)?(만나요|뵐게요|뵙겠습니다)",
            "자막(by|제공|제작)",
            "유료광고(를|가)?포함",
            "^(지금까지)?(mbc|kbs|sbs|ytn|jtbc|연합)(뉴스)?[가-힣]{2,4}입니다$",
            "^(지금까지)?(mbc|kbs|sbs|ytn|jtbc|연합)뉴스$",
            "^뉴스김성현입니다",
            "^이덕영입니다",
            "^이시각세계였습니다",
            "^(지금까지)?날씨였습니다$",
            "^기상캐스터배혜지",
            "^한국국토정보공사$",
            "^thankyouforwatching",
            "^thanksforwatching",
            "^pleasesubscribe",
            "^subtitlesby",
            "amara.org",
        )
    )
)
"""What Whisper models hear in silence: the ends of videos and of the news, without spaces and stops."""
_ASIDE = re.compile(r"\[[^\]]*\]|\([^)]*\)|（[^）]*）|【[^】]*】|<[^>]*>|\*[^*]*\*|[♪♫]+")
"""What engines write of other sounds: `[음악]`, `(웃음)`, `*박수*`. Nobody says a bracket."""


class HeardAs(StrEnum):
    SPEECH = "speech"
    UNSURE = "unsure"
    UNHEARD = "unheard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    heard: HeardAs
    text: str = ""
    confidence: float = 0.0
    choices: tuple[str, ...] = ()
    """What the learner may have said, likeliest first; only when unsure."""


NOBODY = Hearing(heard=HeardAs.UNHEARD)


def weigh(recognition: Recognition, clip: AudioClip, expected: Sequence[str]) -> Hearing:
    """What to make of it, where `expected` are the sentences that the turn hopes for."""
    readings = [
        (text, each.confidence)
        for each in recognition.hypotheses
        if not is_phantom(text := without_asides(each.text), clip.seconds, expected)
    ]
    if not readings:
        return NOBODY
    text, confidence = readings[0]
    meant = _as_expected([text for text, sure in readings if sure >= confidence - NEARLY_AS_LIKELY], expected)
    if meant is not None:
        return Hearing(heard=HeardAs.SPEECH, text=meant, confidence=confidence)
    if confidence >= SURE:
        return Hearing(heard=HeardAs.SPEECH, text=text, confidence=confidence)
    choices = _choices([text for text, _ in readings], expected)
    return Hearing(heard=HeardAs.UNSURE, text=text, confidence=confidence, choices=choices)


def is_phantom(text: str, seconds: float, expected: Iterable[str]) -> bool:
    """Whether an engine must have made this up."""
    bare = _bare(without_asides(text))
    if not bare:
        return True
    if any(bare == _bare(sentence) for sentence in expected):
        return False
    syllables = sum(map(is_syllable, bare))
    return (
        _PHANTOMS.search(bare) is not None
        or _REPEATED.search(bare) is not None
        or syllables > _MOST_SYLLABLES_A_SECOND * max(seconds, _SHORTEST_SECONDS)
        or _in_foreign_letters(bare)
    )


def without_asides(text: str) -> str:
    """The words alone, without what the engine writes of other sounds beside them."""
    return " ".join(_ASIDE.sub(" ", text).split())


def _in_foreign_letters(bare: str) -> bool:
    """Letters that neither a Korean nor a learner from anywhere would have been heard to speak in.

    Latin letters alone are let through: the learner may have answered in their own language, and is told so.
    """
    names = [unicodedata.name(letter, "") for letter in bare if letter.isalpha()]
    return not any(name.startswith("HANGUL") for name in names) and any(
        not name.startswith("LATIN") for name in names
    )


def _as_expected(texts: Iterable[str], expected: Sequence[str]) -> str | None:
    """The expected sentence that one of the texts is, but for spaces and stops: those are the engine's."""
    by_sound = {_bare(sentence): sentence for sentence in reversed(expected)}
    return next((by_sound[bare] for text in texts if (bare := _bare(text)) in by_sound), None)


def _choices(texts: Sequence[str], expected: Sequence[str]) -> tuple[str, ...]:
    """What was heard, then the expected sentence that sounds most like it when there is a near one."""
    near = max(expected, key=lambda sentence: _likeness(texts[0], sentence), default=None)
    by_sound = {_bare(text): text for text in reversed(texts)}  # the likeliest spelling of each
    offered = [by_sound[bare] for bare in dict.fromkeys(map(_bare, texts))][:MOST_CHOICES]
    if near is not None and _likeness(texts[0], near) >= _ALIKE and _bare(near) not in map(_bare, offered):
        offered = [*offered[: MOST_CHOICES - 1], near]
    return tuple(offered)


def _likeness(one: str, other: str) -> float:
    """0 to 1, by their jamo."""
    return float(Levenshtein.normalized_similarity(jamo(_bare(one)), jamo(_bare(other))))


def _bare(text: str) -> str:
    """Composed, in small letters, without spaces and stops."""
    return re.sub(r"[^\w.]|_|\.(?!org)", "", unicodedata.normalize("NFC", text).casefold())
