"""Reads an expectation once, so that a turn costs only the learner's own sentence."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from kotoserver.domain.evaluation import Expectation
from kotoserver.domain.scene import SlotKind
from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.answering.intents import (
    Example,
    PreparedIntent,
    consenting,
    prepare_intent,
    taking_no_side,
    taking_nothing,
)
from kotoserver.korean.answering.meaning import compact
from kotoserver.korean.findings.draft import begin_draft
from kotoserver.korean.orthography.scripts import latin_words
from kotoserver.korean.orthography.vocabulary import build_vocabulary
from kotoserver.korean.reading.naming import asks_name, told_names
from kotoserver.korean.reading.reading import Reading, read
from kotoserver.korean.reading.removal import offers_removal, weighed_by_removal
from kotoserver.korean.reading.sentence import Sentence, analyse, unite_nouns
from kotoserver.korean.reading.slots import build_table
from kotoserver.korean.words.lexicon import COMPOUNDS, SYNONYMS, TAKING_ROOTS
from kotoserver.korean.words.themes import matter_of
from kotoserver.ports.morphology import MorphemeAnalyzer


def prepare(expectation: Expectation, analyzer: MorphemeAnalyzer) -> Prepared:
    """Whatever words the analyser knows, those of this expectation are the ones that count."""
    analyzer = analyzer.knowing(expectation.slot_words)
    table = build_table(expectation, analyzer)
    synonyms = _synonyms(expectation.synonyms)

    def example(text: str) -> Example:
        plain = begin_draft(text).text
        sentence = unite_nouns(analyse(plain, analyzer), COMPOUNDS)
        return Example(text=plain, compact=compact(plain), reading=read(sentence, table, synonyms))

    npc = example(expectation.npc_line)

    def answer(text: str) -> Example:
        plain = example(text)
        return replace(plain, reading=weighed_by_removal(plain.reading)) if removes else plain

    removes = offers_removal(npc.reading)
    intents = tuple(
        prepare_intent(intent, tuple(map(answer, intent.examples)), tuple(map(answer, intent.not_this)))
        for intent in expectation.intents
    )
    common = tuple(prepare_intent(move, tuple(map(example, move.examples)), ()) for move in expectation.common)
    model = (example(expectation.model),) if expectation.model else ()
    good = [e for intent in intents for e in intent.examples] + list(model)
    intents = tuple(replace(i, spoken_of=i.vocabulary | npc.reading.features.keys()) for i in intents)
    if _leaves_open(npc.reading):
        topic = frozenset(npc.reading.features)
        intents = tuple(taking_no_side(intent, topic) for intent in intents)
    if _asks_if_it_is_all_right(npc.reading):
        intents = tuple(map(consenting, intents))
    if npc.reading.closing is not None and not npc.reading.sentence.asks(npc.reading.closing.end):
        intents = tuple(map(taking_nothing, intents))
    repairs = [e for move in common for e in move.examples]
    own = [e.reading.sentence for e in [*good, npc]] + _spoken_values(expectation, intents, analyzer)
    anywhere = [e.reading.sentence for e in repairs]
    return Prepared(
        expectation=expectation,
        analyzer=analyzer,
        intents=intents,
        common=common,
        table=table,
        vocabulary=build_vocabulary(own, anywhere),
        synonyms=synonyms,
        topic=frozenset(f for f in npc.reading.features if f.startswith(("w:", "slot:"))),
        matter=matter_of(_named(intents, npc, expectation)),
        npc=npc.reading,
        names=told_names(e.text for e in good) if asks_name(npc.reading.sentence) else frozenset(),
        latin=latin_words([expectation.npc_line, *(e.text for e in good), *expectation.slot_words]),
        compact_examples=frozenset(e.compact for e in good),
    )


def _leaves_open(npc: Reading) -> bool:
    """뭐 했어?, 왜 배워요?, 지금 어디예요?: neither yes nor no is asked for."""
    asked = npc.closing
    if asked is None or not npc.sentence.asks(asked.end):
        return False
    takes = asked.root in TAKING_ROOTS and not asked.future
    doing = "q:뭐" in npc.features and (asked.root == "하" or takes)
    whereabouts = "q:어디" in npc.features and asked.root in ("있", "이")
    return doing or whereabouts or "q:왜" in npc.features


def _asks_if_it_is_all_right(npc: Reading) -> bool:
    asked = npc.closing
    return asked is not None and asked.root == "괜찮" and not asked.negated and npc.sentence.asks(asked.end)


def _named(intents: Iterable[PreparedIntent], npc: Example, expectation: Expectation) -> Iterator[str]:
    """Words of the NPC's line, of the examples and of the values that are asked for."""
    asked = {slot for intent in intents for slot in intent.slots}
    for features in (npc.reading.features, *(intent.vocabulary for intent in intents)):
        yield from (feature.removeprefix("w:") for feature in features if feature.startswith("w:"))
    for slot in expectation.slots.values():
        if slot.id in asked:
            yield from (way for ways in slot.values.values() for way in ways)


def _synonyms(own: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    groups = [*SYNONYMS, *(frozenset({word, *others}) for word, others in own.items())]
    named: dict[str, str] = {}
    for group in groups:
        head = next((named[word] for word in sorted(group) if word in named), min(group))
        named.update({word: head for word in group if word not in named})
    return named


def _spoken_values(
    expectation: Expectation, intents: Iterable[PreparedIntent], analyzer: MorphemeAnalyzer
) -> list[Sentence]:
    """What may fill the slots that this turn asks for, and the short forms of the scene."""
    asked = {slot for intent in intents for slot in intent.slots}
    ways = [
        way
        for slot in expectation.slots.values()
        if slot.id in asked and slot.kind is SlotKind.CHOICE
        for values in slot.values.values()
        for way in values
    ]
    return [analyse(unicodedata.normalize("NFC", way), analyzer) for way in [*ways, *expectation.shortcuts]]
