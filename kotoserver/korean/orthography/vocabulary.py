"""Words that are nearly a word of the scene: misheard vowels, lost finals, and real words that slipped in."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.sentence import NOUN_TAGS, VERB_TAGS, Sentence, Word
from kotoserver.korean.sounds.hangul import has_hangul, is_syllable, jamo, split_syllable
from kotoserver.korean.sounds.number_words import DAYS, NATIVE_FULL, NATIVE_SHORT, NATIVE_TENS
from kotoserver.korean.sounds.sound_changes import respell
from kotoserver.korean.words.lexicon import COMMON_WORDS, POINTED_AT
from kotoserver.korean.words.numbers import Number, read_numbers
from kotoserver.korean.words.stems import everyday_stems
from kotoserver.ports.morphology import MorphemeAnalyzer

_OWN_GAIN = 1.5
"""By how much the language model must prefer a word of this very turn that is one jamo away."""
_NEIGHBOUR_GAIN = -1.0
"""The same where an example has that word beside the same neighbour (여건 여기 있습니다)."""
_SHORT_GAIN = 4.0
"""The same for a word of one syllable, where one jamo makes another word."""
_IMPOSSIBLE_GAIN = -8.0
"""The same for a word that no one can mean, however common its parts are."""
_FAR_GAIN = 6.0
"""The same for a word two jamo away."""
_COMMON_GAIN = 9.0
"""The same for a common word that the turn does not use; a real word never gains so much."""
_ACCEPTED_VARIANTS = POINTED_AT | frozenset(
    {
        "걸로요",
        "거로요",
        "거는",
        "거요",
        "따듯한",
        "따듯하게",
        "따듯해요",
        "이뻐",
        "이뻐요",
        "이쁜",
        "이쁘다",
        "이쁘네",
        "이쁘네요",
        "이쁩니다",
        "짜장면",
    }
)
_SIOT = 19
_BEGINNING_IN_A_VOWEL = ("을", "이", "은", "에", "에서", "으로", "이요", "이에요", "이랑")
_BY_THEMSELVES = frozenset({"전", "난", "넌", "어", "음"})
"""저는 and 나는 in short, and pauses; none is a slip of another word."""
_NUMBERS = frozenset({*NATIVE_FULL, *NATIVE_SHORT, *NATIVE_TENS, *DAYS})
_CLOSED = "".join(chr(code) for code in range(0xAC00, 0xD7A4) if (code - 0xAC00) % 28)
_CALLED = re.compile(rf"[가-힣][{_CLOSED}]이(?:는|가|도|를|한테|랑|하고|의|네)?|[가-힣]{{2,3}}(?:이라고|라고|씨)")
"""Given names as they are called: 한욱이는, 수진이라고."""
_TOLD = re.compile(r"[가-힣]{2,3}(?:이에요|예요|입니다)")
_HEARD_VOWELS = str.maketrans("ᅢᅤᅫᅬ", "ᅦᅨᅰᅰ")
_CONFUSED_LETTERS = str.maketrans("ᅩᅮᄁᄄᄈᄊᄍ", "ᅥᅳᄀᄃᄇᄉᄌ")
_VOWELS = re.compile("[ᅡ-ᅵ]")
_SWALLOWED = re.compile("ᆨ(?=ᄁ)|ᆮ(?=[ᄄᄊᄍ])|ᆸ(?=ᄈ)")
"""In conjoining jamo, as `jamo` writes them."""
_CONTENT = NOUN_TAGS | VERB_TAGS | {"MAG", "MM", "IC"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words of the scene and of everyday politeness."""

    surfaces: frozenset[str]
    """Words as authored sentences write them; right by definition."""
    nouns: frozenset[str]
    """Nouns in them."""
    lemmas: frozenset[str]
    """Nouns and stems in them."""
    near: tuple[str, ...]
    """Words to compare with."""
    near_jamo: tuple[str, ...]
    own: frozenset[str]
    """Those of them that this very turn uses."""
    neighbours: frozenset[tuple[str, str]]
    """Words that stand beside each other in an example."""
    sounded: dict[str, str]
    """A word written as it sounds -> the word."""
    heard: dict[str, str]
    """What a learner hears of a word -> the word."""
    confused: dict[str, str]
    """The same for who hears neither ㅓ from ㅗ nor ㅡ from ㅜ, nor tense consonants; of words of this turn."""
    sounded_nouns: dict[str, str]
    """A noun of this turn and its particle, written as they sound -> as they are written: 무를 -> 물을."""


def build_vocabulary(own: Iterable[Sentence], others: Iterable[Sentence]) -> Vocabulary:
    """`own` are sentences of this turn, `others` may be said anywhere."""
    own, others = tuple(own), tuple(others)
    near_own, near_all = _words_and_nouns(own), _words_and_nouns((*own, *others))
    near_own += tuple(word.replace("라떼", "라테") for word in near_own if "라떼" in word)
    near = tuple(dict.fromkeys([*near_own, *near_all, *COMMON_WORDS]))
    surfaces = {word.text for sentence in (*own, *others) for word in sentence.words if has_hangul(word.text)}
    return Vocabulary(
        surfaces=frozenset(surfaces)
        | {word for word in near_own if "라테" in word}
        | COMMON_WORDS
        | _ACCEPTED_VARIANTS,
        lemmas=frozenset(m.form for sentence in (*own, *others) for m in sentence.morphemes if m.tag in _CONTENT),
        nouns=_nouns_in((*own, *others)),
        near=near,
        near_jamo=tuple(jamo(word) for word in near),
        own=frozenset(near_own),
        neighbours=frozenset(
            (before.text, after.text) for sentence in own for before, after in pairwise(sentence.words)
        ),
        sounded={heard: word for word in near if (heard := sounded(word)) != word},
        heard={_as_heard(word): word for word in reversed(near) if len(word) > 1},
        confused={_as_confused(word): word for word in reversed(near_own) if len(word) > 1},
        sounded_nouns=_sounded_nouns(_nouns_in(own)),
    )


def _sounded_nouns(nouns: Iterable[str]) -> dict[str, str]:
    ended = [noun for noun in nouns if is_syllable(noun[-1]) and split_syllable(noun[-1])[2]]
    phrases = [noun + particle for noun in sorted(ended) for particle in _BEGINNING_IN_A_VOWEL]
    return {heard: phrase for phrase in phrases if (heard := sounded(phrase)) != phrase}


def _nouns_in(sentences: Iterable[Sentence]) -> frozenset[str]:
    return frozenset(m.form for sentence in sentences for m in sentence.morphemes if m.tag in ("NNG", "NNP"))


def _words_and_nouns(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for sentence in sentences:
        found.update({word.text: None for word in sentence.words if has_hangul(word.text)})
        found.update({m.form: None for m in sentence.morphemes if m.tag in ("NNG", "NNP") and len(m.form) > 1})
    return tuple(found)


def find_misspelt(
    sentence: Sentence, vocabulary: Vocabulary, settled: frozenset[str], analyzer: MorphemeAnalyzer
) -> Iterator[Finding]:
    """Words that are no word of the scene, but nearly one, and read better so; `settled` ones are right."""
    numbers = read_numbers(sentence.text)
    for word in sentence.words:
        if (
            not all(is_syllable(character) for character in word.text)
            or word.text in vocabulary.surfaces | settled
        ):
            continue
        if word.text in _NUMBERS | _BY_THEMSELVES or any(_counts(n, word) for n in numbers):
            continue  # 넷 명 is a wrong form of the number, not a slip of 네
        meant = vocabulary.sounded.get(word.text)
        if meant is not None and not _is_known(sentence, word, vocabulary):
            code = Code.SPELL_BATCHIM if _differs_in_finals(word.text, meant) else Code.SPELL_LIAISON
            yield _finding(word, meant, code, "spelling.liaison")
            continue
        meant = _sounding_the_same(sentence, word, vocabulary, analyzer)
        if meant is not None:
            code = Code.SPELL_LIAISON if _is_as_heard(word.text, meant) else Code.SPELL_WORD
            yield _finding(word, meant, code, "spelling.as_heard")
            continue
        if _is_known(sentence, word, vocabulary) or _is_short_adverb(sentence, word):
            continue
        meant = vocabulary.sounded_nouns.get(word.text)
        if meant is not None and _gain(sentence, word, meant, analyzer) > _OWN_GAIN:
            yield _finding(word, meant, Code.SPELL_LIAISON, "spelling.liaison")
            continue
        meant = _meant(sentence, word, vocabulary, analyzer)
        if meant is not None and (word.text, meant) == ("나가", "내가"):
            yield _finding(word, meant, Code.PARTICLE_PRONOUN_FORM, "particle.naga")
        elif meant is not None:
            yield _finding(word, meant, Code.SPELL_WORD, "spelling.vocabulary")


def _differs_in_finals(said: str, meant: str) -> bool:
    """다섣 for 다섯, where 다서슬 for 다섯을 would be written over."""
    if len(said) != len(meant):
        return False
    return all(
        split_syllable(one)[:2] == split_syllable(other)[:2] for one, other in zip(said, meant, strict=True)
    )


def _differs_in_siot(said: str, meant: str) -> bool:
    """공기밥 for 공깃밥: the ㅅ between two nouns, which is written by rule and hardly heard."""
    if len(meant) < 2 or not _differs_in_finals(said[: len(meant)], meant):
        return False
    finals = [(split_syllable(one)[2], split_syllable(other)[2]) for one, other in zip(said, meant, strict=False)]
    changed = [set(pair) for pair in finals if pair[0] != pair[1]]
    return changed == [{0, _SIOT}] and finals[len(meant) - 1][0] == finals[len(meant) - 1][1]


@lru_cache(maxsize=4096)  # the same authored words come in turn after turn
def sounded(word: str) -> str:
    """The word as a learner who writes what is heard spells it: 있어요 → 이써요."""
    return respell([word])[0]


@lru_cache(maxsize=4096)
def _as_heard(word: str) -> str:
    """What is heard of the word by who does not hear ㅐ from ㅔ, nor a final before the same sound made tense."""
    return _SWALLOWED.sub("", jamo(sounded(word)).translate(_HEARD_VOWELS))


@lru_cache(maxsize=4096)
def _as_confused(word: str) -> str:
    """이쏘요 for 있어요, 자조 for 자주."""
    return _as_heard(word).translate(_CONFUSED_LETTERS)


def _is_as_heard(said: str, meant: str) -> bool:
    """머꼬, which is what is heard of 먹고; not 라때, 빨때 or 왔써요, in which only a letter slipped."""
    heard = jamo(said).translate(_HEARD_VOWELS)
    if _as_heard(meant) != heard:
        return False
    return heard == _as_heard(said) and _VOWELS.sub("", jamo(said)) != _VOWELS.sub("", jamo(meant))


def _sounding_the_same(
    sentence: Sentence, word: Word, vocabulary: Vocabulary, analyzer: MorphemeAnalyzer
) -> str | None:
    """머꼬 for 먹고, 느졌어요 for 늦었어요, 모테요 for 못해요: nothing but the spelling differs."""
    if len(word.text) < 2:
        return None
    meant, needed = vocabulary.heard.get(_as_heard(word.text)), _FAR_GAIN
    if meant is None and not _is_known(sentence, word, vocabulary):
        meant = vocabulary.confused.get(_as_confused(word.text))
    elif meant in vocabulary.own:
        needed = _OWN_GAIN
    if meant is None or meant == word.text or (meant not in vocabulary.own and _is_a_verb(sentence, word)):
        return None  # 적어 is a form of 적다, however like 저거 it sounds
    return meant if _gain(sentence, word, meant, analyzer) > needed else None


def _is_known(sentence: Sentence, word: Word, vocabulary: Vocabulary) -> bool:
    """Whether all its content is in the scene's words, so that only its endings differ."""
    inside = [m for m in sentence.inside(word.start, word.end) if m.tag in _CONTENT - {"XSV", "XSA", "VCP", "NNB"}]
    if len(inside) > 1 and inside[0].tag == "IC":
        return False  # 네과에, which is no 네 before 과
    if any(m.tag == "VCP" and not m.length for m in sentence.inside(word.start, word.end)[:-1]):
        inside = [*inside, *(m for m in sentence.inside(word.start, word.end) if m.tag == "NNB")]  # 녹차라데
    return bool(inside) and all(m.form in vocabulary.lemmas or m.form in vocabulary.surfaces for m in inside)


def _is_short_adverb(sentence: Sentence, word: Word) -> bool:
    """다, 더, 잘: each is a word of its own, and one letter away from another; so is 게 of 요리하는 게."""
    inside = sentence.inside(word.start, word.end)
    described = any(m.tag == "ETM" and m.end in (word.start, word.start - 1) for m in sentence.morphemes)
    if word.text == "게" and described:
        return True
    return len(word.text) == 1 and len(inside) == 1 and inside[0].tag == "MAG"


def _meant(sentence: Sentence, word: Word, vocabulary: Vocabulary, analyzer: MorphemeAnalyzer) -> str | None:
    for stem, tail in _splits(sentence, word):
        gains: dict[str, tuple[bool, float]] = {}
        letters = jamo(stem)
        limit = 1 if len(letters) < 7 else 2
        found = process.extract(
            letters, vocabulary.near_jamo, scorer=Levenshtein.distance, score_cutoff=limit, limit=4, processor=None
        )
        for _, distance, index in found:
            candidate = vocabulary.near[index] + tail
            if distance == 0 or word.text.startswith(candidate) or candidate.startswith(word.text):
                continue
            if distance > 1 and (len(candidate) != len(word.text) or jamo(candidate)[0] != jamo(word.text)[0]):
                continue
            if word.text.endswith("요") and not candidate.endswith(("요", "오")):
                continue  # 마리요 is polite, 마리에 is not what was meant
            if len(stem) == 1 and vocabulary.near[index] not in vocabulary.own:
                continue
            if word.text.endswith("서") and candidate == word.text[:-1] + "에":
                continue  # 호텔서 is short for 호텔에서
            if vocabulary.near[index] not in vocabulary.own and _may_be_a_name(word, vocabulary):
                continue  # 한욱이는 is a person, not 한국
            needed = _needed_gain(sentence, word, vocabulary.near[index], int(distance), vocabulary)
            gain = _gain(sentence, word, candidate, analyzer)
            if gain > needed:
                gains.setdefault(candidate, (vocabulary.near[index] in vocabulary.own, gain - needed))
        if gains:
            return max(gains, key=lambda candidate: gains[candidate])
    return None


def _counts(number: Number, word: Word) -> bool:
    """Whether the word is a counter with what follows it: 두 마리, 한 장이."""
    return number.counter is not None and number.end - len(number.counter) == word.start


def _may_be_a_name(word: Word, vocabulary: Vocabulary) -> bool:
    """Nobody's name is a slip of a common word; where names are asked for, whatever one is may be a name."""
    asked = "이름" in vocabulary.lemmas or "성함" in vocabulary.lemmas
    return _CALLED.fullmatch(word.text) is not None or (asked and _TOLD.fullmatch(word.text) is not None)


def _gain(sentence: Sentence, word: Word, meant: str, analyzer: MorphemeAnalyzer) -> float:
    replaced = sentence.text[: word.start] + meant + sentence.text[word.end :]
    return analyzer.analyze(replaced).score - sentence.score


def _needed_gain(sentence: Sentence, word: Word, meant: str, distance: int, vocabulary: Vocabulary) -> float:
    if meant in vocabulary.own and _differs_in_siot(word.text, meant):
        return _IMPOSSIBLE_GAIN
    if _promises_a_state(sentence, word) and meant in vocabulary.own:
        return _IMPOSSIBLE_GAIN
    if meant not in vocabulary.own:
        return _COMMON_GAIN + 2.0 * (distance - 1)
    if len(meant) == 1:
        return _SHORT_GAIN
    if distance > 1 or _is_an_everyday_verb(sentence, word):
        return _FAR_GAIN
    place = sentence.words.index(word)
    before = sentence.words[place - 1].text if place > 0 else ""
    after = sentence.words[place + 1].text if place + 1 < len(sentence.words) else ""
    beside = {(before, meant), (meant, after)}
    return _NEIGHBOUR_GAIN if beside & vocabulary.neighbours else _OWN_GAIN


def _is_an_everyday_verb(sentence: Sentence, word: Word) -> bool:
    """잤어요, one letter away from 갔어요."""
    inside = sentence.inside(word.start, word.end)
    return _is_a_verb(sentence, word) and inside[-1].tag == "EF" and inside[0].form in everyday_stems()


def _is_a_verb(sentence: Sentence, word: Word) -> bool:
    """A verb or an adjective with its endings, and nothing else."""
    inside = sentence.inside(word.start, word.end)
    return len(inside) > 1 and inside[0].tag in ("VV", "VA") and all(m.tag[0] == "E" for m in inside[1:])


def _promises_a_state(sentence: Sentence, word: Word) -> bool:
    """비릴게요 (비리다, to smell of fish) for 빌릴게요: what describes cannot be promised."""
    inside = sentence.inside(word.start, word.end)
    return any(
        one.tag == "VA" and one.form not in ("있", "없") and other.form in ("ᆯ게요", "을게요")
        for one, other in pairwise(inside)
    )


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
