"""The first pass over an utterance: what is wrong in the way it is written, before it is understood."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from kotoserver.domain.particles import choose_particle
from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.corrections import apply_findings
from kotoserver.korean.findings.draft import Draft
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.orthography.allomorphs import find_allomorphs
from kotoserver.korean.orthography.conjugations import find_conjugations
from kotoserver.korean.orthography.misjoined import find_misjoined
from kotoserver.korean.orthography.misshapen import find_misshapen
from kotoserver.korean.orthography.scripts import Script, chat_tokens, decode_word, foreign_words, strange_words
from kotoserver.korean.orthography.spacing import find_spacing
from kotoserver.korean.orthography.spelling import find_surface
from kotoserver.korean.orthography.vocabulary import find_misspelt
from kotoserver.korean.outcome import Located
from kotoserver.korean.reading.features import DECLINES
from kotoserver.korean.reading.naming import asks_name, called_as_taught
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.reading import Reading, read
from kotoserver.korean.reading.removal import offers_removal, weighed_by_removal
from kotoserver.korean.reading.sentence import analyse, unite_nouns
from kotoserver.korean.reading.stance import Stance
from kotoserver.korean.words.lexicon import COMPOUNDS, DECLINING, REMOVING
from kotoserver.ports.morphology import MorphemeAnalyzer

_PAIRS = ("을/를", "이/가", "은/는", "으로/로", "과/와")
_PARTICLE = re.compile(r"(?:을|를|이|가|은|는|으로|로|과|와)(?![가-힣])")
"""What fitted the foreign word need not fit the Korean one: umbrella를, 우산을."""
_OF_VERBS = frozenset(
    {
        Code.SPELL_CONJUGATION,
        Code.ENDING_CONNECTIVE,
        Code.ENDING_MODIFIER,
        Code.ENDING_PURPOSE,
        Code.ENDING_AUX,
        Code.SPELL_ENDING,
        Code.DICTIONARY_FORM,
    }
)


def read_draft(draft: Draft, prepared: Prepared, analyzer: MorphemeAnalyzer) -> Reading:
    sentence = unite_nouns(analyse(draft.text, analyzer), prepared.vocabulary.nouns | COMPOUNDS)
    if prepared.names:
        sentence = called_as_taught(sentence, prepared.names)
    reading = read(sentence, prepared.table, prepared.synonyms)
    if offers_removal(prepared.npc):
        reading = weighed_by_removal(reading)
    return _as_opinion(reading, prepared)


def _as_opinion(reading: Reading, prepared: Prepared) -> Reading:
    """괜찮아요 declines what is offered, but praises where one is asked how it is: 맛이 어때요?"""
    asked, decided = prepared.npc.closing, reading.stance.decided_by
    if decided is not None and _puts_nothing_off(reading, decided, prepared):
        return replace(reading, stance=replace(reading.stance, stance=Stance.FOR))
    if asked is None or decided is None or decided.root != "괜찮" or decided.negated:
        return reading
    judged = asked.root == "어떻" and reading.stance.answer is not Stance.AGAINST and not _offers(prepared)
    if asked.root == "괜찮" and _is_agreed(reading, prepared):
        return replace(reading, stance=replace(reading.stance, stance=Stance.FOR))
    there_is = asked.root == "있" and reading.stance.answer is Stance.FOR  # 내일 시간 있어요? 네, 괜찮아요.
    if not (judged or there_is):
        return reading
    features = {f: weight for f, weight in reading.features.items() if f not in (DECLINES, "stance:AGAINST")}
    meant = "있" if there_is else "좋"
    features[f"w:{prepared.synonyms.get(meant, meant)}"] = 1.0
    return replace(reading, stance=replace(reading.stance, stance=Stance.FOR), features=features)


def _is_agreed(reading: Reading, prepared: Prepared) -> bool:
    """괜찮아요, to 테라스도 괜찮으세요?, where no example says it in that word."""
    shown = any(e.reading.stance.mild for intent in prepared.intents for e in intent.examples)
    return reading.stance.answer is not Stance.AGAINST and not shown


def _puts_nothing_off(reading: Reading, decided: Predicate, prepared: Prepared) -> bool:
    """나중에 다시 전화할게요, where nothing was asked or offered."""
    asked = prepared.npc.closing
    open_to_it = asked is None or not (prepared.npc.sentence.asks(asked.end) or asked.ending.endswith("까요"))
    declines = decided.negated or decided.root in DECLINING | REMOVING | {"없", "싫", "모르"}
    plans = decided.future and reading.stance.answer is Stance.OPEN
    plans = plans and all(intent.leaning is not Stance.AGAINST for intent in prepared.intents)
    return open_to_it and plans and not declines and reading.stance.stance is Stance.AGAINST


def _offers(prepared: Prepared) -> bool:
    """유자차는 어떠세요? offers it; 맛이 어때요? asks about what was had."""
    marks = {m.form for m in prepared.npc.sentence.morphemes}
    return (
        bool(marks & {"나", "이나", "는", "은"})
        and prepared.npc.closing is not None
        and prepared.npc.closing.honorific
    )


def repair_writing(draft: Draft, prepared: Prepared, analyzer: MorphemeAnalyzer) -> tuple[Draft, list[Located]]:
    """Spelling, particle forms and spaces, each step reading what the one before it mended."""
    located: list[Located] = []

    def step(current: Draft, findings: Iterable[Finding]) -> Draft:
        found = list(findings)
        located.extend(Located(finding=finding, draft=current) for finding in found)
        return apply_findings(current, found)

    vocabulary = prepared.vocabulary
    draft = step(draft, _find_foreign(draft.text, prepared))
    draft = step(draft, find_surface(draft.text, vocabulary.surfaces))
    draft = step(draft, find_conjugations(draft.text, vocabulary.surfaces, analyzer))
    sentence = analyse(draft.text, analyzer)
    heard = vocabulary.surfaces | vocabulary.sounded.keys()  # 부러요 for 불어요 is told as it is written
    draft = step(draft, find_misshapen(sentence, vocabulary.nouns, heard, analyzer))
    draft = step(draft, find_allomorphs(draft.text, vocabulary.nouns, vocabulary.surfaces, analyzer))
    draft = step(draft, find_misspelt(analyse(draft.text, analyzer), vocabulary, _settled(located), analyzer))
    draft = step(draft, find_misjoined(analyse(draft.text, analyzer), analyzer))
    reading = read_draft(draft, prepared, analyzer)
    draft = step(draft, find_spacing(reading.sentence, reading.numbers, vocabulary.surfaces))
    return draft, located


def _settled(located: Iterable[Located]) -> frozenset[str]:
    """Verbs that were just put right, however near another word of the turn they are: 잤어요 and 갔어요."""
    whole = (each.finding for each in located if each.finding.code in _OF_VERBS)
    return frozenset(finding.params["want"] for finding in whole)


def polish(draft: Draft, prepared: Prepared) -> Draft:
    """A correction with particles and 이에요 that fit the words it put in: 두 명예요 → 두 명이에요."""
    vocabulary = prepared.vocabulary
    draft = apply_findings(draft, find_surface(draft.text, vocabulary.surfaces))
    found = find_allomorphs(draft.text, vocabulary.nouns, vocabulary.surfaces, prepared.analyzer)
    return apply_findings(draft, found)


def _find_foreign(text: str, prepared: Prepared) -> Iterable[Finding]:
    for start, end, korean in foreign_words(text):
        params = {"word": text[start:end], "korean": korean}
        yield _in_korean(start, end, params, korean)
        particle = _PARTICLE.match(text, end)
        if particle is not None:
            pair = next(pair for pair in _PAIRS if particle[0] in pair.split("/"))
            yield _in_korean(end, particle.end(), params, choose_particle(korean, pair))
    yield from _find_strange(text, prepared)
    for start, end, token in chat_tokens(text):
        yield Finding(
            code=Code.CHAT_STYLE,
            rule="input.chat",
            start=start,
            end=end,
            params={"token": token},
            replacement=None,
        )


def _in_korean(start: int, end: int, params: Mapping[str, str], replacement: str) -> Finding:
    return Finding(
        code=Code.MIXED_LANGUAGE,
        rule="input.foreign_word",
        start=start,
        end=end,
        params=params,
        replacement=replacement,
    )


def _find_strange(text: str, prepared: Prepared) -> Iterable[Finding]:
    """커피 주세요 qwerty; a word of it that is Korean in Latin letters is shown in Hangul: 커피 juseyo."""
    if asks_name(prepared.npc.sentence):
        return
    for start, end, script in strange_words(text, prepared.latin):
        korean = decode_word(text[start:end], prepared.vocabulary.surfaces) if script is Script.LATIN else None
        yield Finding(
            code=Code.NOT_KOREAN if korean is None else Code.MIXED_LANGUAGE,
            rule="input.strange_word",
            start=start,
            end=end,
            params={"language": script.value} if korean is None else {"word": text[start:end], "korean": korean},
            replacement=korean,
        )
