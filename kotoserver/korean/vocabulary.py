"""Words that are nearly a word of the scene: misheard vowels, lost finals, and real words that slipped in."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from kotoserver.korean.codes import Code
from kotoserver.korean.findings import Finding
from kotoserver.korean.hangul import has_hangul, is_syllable, jamo, split_syllable
from kotoserver.korean.sentence import NOUN_TAGS, VERB_TAGS, Sentence, Word, words_of
from kotoserver.ports.morphology import MorphemeAnalyzer

_CORE = """
안녕하세요 안녕히 계세요 가세요 감사합니다 고맙습니다 죄송합니다 실례합니다 네 아니요 괜찮아요 괜찮습니다 있어요 없어요 있습니다
없습니다 주세요 해 주세요 부탁해요 부탁합니다 부탁드려요 부탁드립니다 얼마예요 얼마입니까 어디예요 어디 언제 누구 무엇 뭐예요 이거 그거
저거 여기 거기 저기 여기요 저기요 좋아요 싫어요 먹어요 마셔요 먹을게요 마실게요 할게요 갈게요 주문할게요 하고 싶어요 먹고 마시고
맛있어요 많이 조금 다시 천천히 말해 말씀해 한번 같이 오늘 내일 어제 지금 잠깐만요 잠시만요 몰라요 알아요 알겠습니다 알겠어요
필요해요 필요 없어요 됐어요 돼요 얼음 봉투 영수증 카드 현금 계산 결제 주문 포장 커피 물 우유 빵 사이즈 따뜻한 차가운 뜨거운 아이스
아메리카노 라떼 녹차 주스 교통카드 충전 여권 관광 여행 일주일 동안 비행기 창가 복도 자리 택시 버스 지하철 공항 정류장 화장실 우산
만 원 천 원 개 잔 병 명 한 두 세 하나 둘 셋 하고 이랑 그리고 그럼 혹시 어떻게 왜 이름 학생 사람 한국어 한국 인도네시아
""".split()

_DISTINCT_GAIN = 2.0
"""By how much the language model must prefer the scene's word."""
_SHORT_GAIN = 4.0
"""The same for a word of one syllable, where one jamo makes another word."""
_LIAISON = {
    1: (0, 0), 2: (0, 1), 4: (0, 2), 7: (0, 3), 8: (0, 5), 16: (0, 6), 17: (0, 7), 19: (0, 9), 20: (0, 10), 22: (0, 12),
    23: (0, 14), 24: (0, 15), 25: (0, 16), 26: (0, 17), 27: (0, 11), 18: (17, 10), 6: (0, 2), 15: (0, 5), 9: (8, 0),
    10: (8, 6), 11: (8, 7), 5: (4, 12), 3: (1, 10), 12: (8, 10), 13: (8, 16),
}  # fmt: skip
"""Final consonant -> the final that stays and the initial that moves to a following vowel."""
_SILENT_INITIAL = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words of the scene and of everyday politeness."""

    surfaces: frozenset[str]
    """Words as authored sentences write them; right by definition."""
    lemmas: frozenset[str]
    """Nouns and stems in them."""
    near: tuple[str, ...]
    """Words to compare with."""
    near_jamo: tuple[str, ...]
    sounded: dict[str, str]
    """A word written as it sounds -> the word."""


def build_vocabulary(sentences: Iterable[Sentence]) -> Vocabulary:
    surfaces: dict[str, None] = {}
    lemmas: set[str] = set()
    nouns: dict[str, None] = {}
    for sentence in sentences:
        surfaces.update({word.text: None for word in sentence.words if has_hangul(word.text)})
        for morpheme in sentence.morphemes:
            if morpheme.tag in NOUN_TAGS | VERB_TAGS | {"MAG", "MM", "IC"}:
                lemmas.add(morpheme.form)
            if morpheme.tag in ("NNG", "NNP") and len(morpheme.form) > 1:
                nouns[morpheme.form] = None
    near = tuple(dict.fromkeys([*surfaces, *nouns, *_CORE]))
    return Vocabulary(
        surfaces=frozenset(surfaces) | frozenset(_CORE),
        lemmas=frozenset(lemmas),
        near=near,
        near_jamo=tuple(jamo(word) for word in near),
        sounded={sounded(word): word for word in near if sounded(word) != word},
    )


def find_misspelt(sentence: Sentence, vocabulary: Vocabulary, analyzer: MorphemeAnalyzer) -> Iterator[Finding]:
    """Words that are no word of the scene, but nearly one, and read better as that one."""
    for word in sentence.words:
        if not all(is_syllable(character) for character in word.text) or word.text in vocabulary.surfaces:
            continue
        meant = vocabulary.sounded.get(word.text)
        if meant is not None and not _is_known(sentence, word, vocabulary):
            yield _finding(word, meant, Code.SPELL_LIAISON, "spelling.liaison")
            continue
        if _is_known(sentence, word, vocabulary):
            continue
        meant = _meant(sentence, word, vocabulary, analyzer)
        if meant is not None:
            yield _finding(word, meant, Code.SPELL_WORD, "spelling.vocabulary")


def sounded(word: str) -> str:
    """The word as a learner who writes what is heard spells it: 있어요 → 이써요."""
    spelt = list(word)
    for place in range(len(spelt) - 1):
        if not (is_syllable(spelt[place]) and is_syllable(spelt[place + 1])):
            continue
        first, vowel, final = split_syllable(spelt[place])
        initial, next_vowel, next_final = split_syllable(spelt[place + 1])
        if initial == _SILENT_INITIAL and final in _LIAISON:
            stays, moves = _LIAISON[final]
            spelt[place] = chr(0xAC00 + first * 588 + vowel * 28 + stays)
            spelt[place + 1] = chr(0xAC00 + moves * 588 + next_vowel * 28 + next_final)
    return "".join(spelt)


def _is_known(sentence: Sentence, word: Word, vocabulary: Vocabulary) -> bool:
    """Whether all its content is in the scene's words, so that only its endings differ."""
    inside = [
        m for m in sentence.inside(word.start, word.end) if m.tag in NOUN_TAGS | VERB_TAGS - {"XSV", "XSA", "VCP"}
    ]
    return bool(inside) and all(m.form in vocabulary.lemmas or m.form in vocabulary.surfaces for m in inside)


def _meant(sentence: Sentence, word: Word, vocabulary: Vocabulary, analyzer: MorphemeAnalyzer) -> str | None:
    for stem, tail in _splits(sentence, word):
        letters = jamo(stem)
        limit = 1 if len(letters) < 7 else 2
        found = process.extract(
            letters, vocabulary.near_jamo, scorer=Levenshtein.distance, score_cutoff=limit, limit=4, processor=None
        )
        for _, distance, index in found:
            candidate = vocabulary.near[index] + tail
            if distance == 0 or candidate == word.text:
                continue
            needed = _SHORT_GAIN if len(stem) == 1 else _DISTINCT_GAIN
            replaced = sentence.text[: word.start] + candidate + sentence.text[word.end :]
            if analyzer.analyze(replaced).score - sentence.score > needed:
                return candidate
    return None


def _splits(sentence: Sentence, word: Word) -> Iterator[tuple[str, str]]:
    """The whole word, then its noun without the particles and endings behind it."""
    yield word.text, ""
    inside = sentence.inside(word.start, word.end)
    tail_start = next((m.start for m in inside if m.start > word.start and m.tag[0] in "JX" + "V"), None)
    if tail_start is not None:
        yield sentence.text[word.start : tail_start], sentence.text[tail_start : word.end]


def _finding(word: Word, meant: str, code: Code, rule: str) -> Finding:
    return Finding(
        code=code,
        rule=rule,
        start=word.start,
        end=word.end,
        params={"got": word.text, "want": meant},
        replacement=meant,
    )


def scene_words(sentences: Iterable[str]) -> frozenset[str]:
    """Every word of authored text, in NFC."""
    return frozenset(
        word.text for sentence in sentences for word in words_of(unicodedata.normalize("NFC", sentence))
    )
