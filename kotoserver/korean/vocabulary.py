"""Words that are nearly a word of the scene: misheard vowels, lost finals, and real words that slipped in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from kotoserver.korean.codes import Code
from kotoserver.korean.findings import Finding
from kotoserver.korean.hangul import has_hangul, is_syllable, jamo
from kotoserver.korean.lexicon import COMMON_WORDS
from kotoserver.korean.sentence import NOUN_TAGS, VERB_TAGS, Sentence, Word
from kotoserver.korean.sound_changes import respell
from kotoserver.ports.morphology import MorphemeAnalyzer

_OWN_GAIN = 1.5
"""By how much the language model must prefer a word of this very turn that is one jamo away."""
_NEIGHBOUR_GAIN = -1.0
"""The same where an example has that word beside the same neighbour (여건 여기 있습니다)."""
_SHORT_GAIN = 4.0
"""The same for a word of one syllable, where one jamo makes another word."""
_FAR_GAIN = 6.0
"""The same for a word two jamo away."""
_COMMON_GAIN = 9.0
"""The same for a common word that the turn does not use; a real word never gains so much."""
_ACCEPTED_VARIANTS = frozenset({"따듯한", "따듯하게", "따듯해요"})
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


def build_vocabulary(own: Iterable[Sentence], others: Iterable[Sentence]) -> Vocabulary:
    """`own` are sentences of this turn, `others` may be said anywhere."""
    own, others = tuple(own), tuple(others)
    near_own, near_all = _words_and_nouns(own), _words_and_nouns((*own, *others))
    near = tuple(dict.fromkeys([*near_own, *near_all, *COMMON_WORDS]))
    surfaces = {word.text for sentence in (*own, *others) for word in sentence.words if has_hangul(word.text)}
    return Vocabulary(
        surfaces=frozenset(surfaces) | COMMON_WORDS | _ACCEPTED_VARIANTS,
        lemmas=frozenset(m.form for sentence in (*own, *others) for m in sentence.morphemes if m.tag in _CONTENT),
        nouns=_nouns_in((*own, *others)),
        near=near,
        near_jamo=tuple(jamo(word) for word in near),
        own=frozenset(near_own),
        neighbours=frozenset(
            (before.text, after.text) for sentence in own for before, after in pairwise(sentence.words)
        ),
        sounded={heard: word for word in near if (heard := sounded(word)) != word},
    )


def _nouns_in(sentences: Iterable[Sentence]) -> frozenset[str]:
    return frozenset(m.form for sentence in sentences for m in sentence.morphemes if m.tag in ("NNG", "NNP"))


def _words_and_nouns(sentences: Iterable[Sentence]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for sentence in sentences:
        found.update({word.text: None for word in sentence.words if has_hangul(word.text)})
        found.update({m.form: None for m in sentence.morphemes if m.tag in ("NNG", "NNP") and len(m.form) > 1})
    return tuple(found)


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
    return respell([word])[0]


def _is_known(sentence: Sentence, word: Word, vocabulary: Vocabulary) -> bool:
    """Whether all its content is in the scene's words, so that only its endings differ."""
    inside = [m for m in sentence.inside(word.start, word.end) if m.tag in _CONTENT - {"XSV", "XSA", "VCP", "NNB"}]
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
            if distance == 0 or word.text.startswith(candidate) or candidate.startswith(word.text):
                continue
            if distance > 1 and (len(candidate) != len(word.text) or jamo(candidate)[0] != jamo(word.text)[0]):
                continue
            if len(stem) == 1 and vocabulary.near[index] not in vocabulary.own:
                continue
            needed = _needed_gain(sentence, word, vocabulary.near[index], int(distance), vocabulary)
            replaced = sentence.text[: word.start] + candidate + sentence.text[word.end :]
            if analyzer.analyze(replaced).score - sentence.score > needed:
                return candidate
    return None


def _needed_gain(sentence: Sentence, word: Word, meant: str, distance: int, vocabulary: Vocabulary) -> float:
    if meant not in vocabulary.own:
        return _COMMON_GAIN + 2.0 * (distance - 1)
    if len(meant) == 1:
        return _SHORT_GAIN
    if distance > 1:
        return _FAR_GAIN
    place = sentence.words.index(word)
    before = sentence.words[place - 1].text if place > 0 else ""
    after = sentence.words[place + 1].text if place + 1 < len(sentence.words) else ""
    beside = {(before, meant), (meant, after)}
    return _NEIGHBOUR_GAIN if beside & vocabulary.neighbours else _OWN_GAIN


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
