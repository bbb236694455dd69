"""Words around the message: fillers, ways to open, thanks at the end."""

from itertools import pairwise

from kotoserver.korean.reading.sentence import Sentence, Word
from kotoserver.korean.words.lexicon import FILLERS, NO_WORDS, OPENERS, YES_WORDS

_THANKS = ("감사합니다", "고맙습니다", "감사해요", "고마워요", "감사드려요", "수고하세요")
_VERY = frozenset({"정말", "정말로", "진짜", "너무", "대단히", "매우"})
_PAUSES = frozenset({"음", "으음", "어", "어어", "흠", "에", "엄"})


def noise_words(sentence: Sentence) -> frozenset[int]:
    """Starts of words that carry no meaning here."""
    words = sentence.words
    noise = {word.start for word in words if word.text in _PAUSES}
    answers = YES_WORDS | NO_WORDS
    opened = words[1:] if words and words[0].text in answers - OPENERS - FILLERS else words
    for word in opened:
        if word.text not in OPENERS | FILLERS:
            break
        noise.add(word.start)
    if len(words) == 2 and words[0].text == "여기요" and words[1].text in _THANKS:
        noise = {word.start for word in words if word.text in _PAUSES}  # 여기요. 감사합니다.
    spoken = [word for word in words if word.start not in noise]
    if len(spoken) > 1 and spoken[-1].text in _THANKS:
        noise.add(spoken[-1].start)
    thanks = {word.start for word in spoken if word.text in _THANKS}
    if any(word.start not in thanks and word.text not in YES_WORDS | NO_WORDS for word in spoken):
        noise |= thanks
    for word, following in pairwise(words):
        if following.start in noise and following.text in _THANKS and word.text in _VERY:
            noise.add(word.start)  # 아니요, 정말 감사합니다
    if len(noise) == len(words):
        return frozenset(word.start for word in words if word.text in _PAUSES)
    return frozenset(noise)


def says_nothing(words: tuple[Word, ...]) -> bool:
    """Whether nothing but pauses was said."""
    return all(word.text in FILLERS or set(word.text) <= set("음어으ㅇㅡㅁㅓ") for word in words)
