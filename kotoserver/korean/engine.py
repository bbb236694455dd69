"""The judge: one utterance and one prepared expectation give one evaluation, always the same."""

from collections.abc import Iterable
from dataclasses import dataclass

from kotoserver.domain.evaluation import Evaluation, FeedbackItem, Severity, SlotReading, Verdict
from kotoserver.domain.levels import SpeechFit, SpeechLevel
from kotoserver.korean.allomorphs import find_allomorphs
from kotoserver.korean.codes import CODES, Code
from kotoserver.korean.conjugations import find_conjugations
from kotoserver.korean.context import Context, Prepared
from kotoserver.korean.corrections import apply_findings, diff_texts
from kotoserver.korean.counting import find_counting
from kotoserver.korean.draft import Draft, begin_draft
from kotoserver.korean.endings import find_endings
from kotoserver.korean.features import GENERIC
from kotoserver.korean.findings import Finding
from kotoserver.korean.honorifics import find_honorifics
from kotoserver.korean.intents import (
    ENOUGH,
    ENOUGH_FOR_REPAIR,
    OWN_FIRST,
    STANCE_PENALTY,
    Match,
    PreparedIntent,
    opposes,
    rank_intents,
)
from kotoserver.korean.level import fit
from kotoserver.korean.lexicon import REQUEST_ROOTS
from kotoserver.korean.meaning import compact, echoes, filled_by, find_meaning, read_slots
from kotoserver.korean.noise import says_nothing
from kotoserver.korean.particles import find_particles
from kotoserver.korean.politeness import find_level
from kotoserver.korean.prepare import prepare
from kotoserver.korean.reading import Reading, read
from kotoserver.korean.scoring import find_bars, weigh
from kotoserver.korean.scripts import Script, chat_tokens, decode_romanized, foreign_words, script_of
from kotoserver.korean.sentence import analyse, words_of
from kotoserver.korean.spacing import find_spacing
from kotoserver.korean.spelling import find_surface
from kotoserver.korean.stance import Stance
from kotoserver.korean.vocabulary import find_misspelt
from kotoserver.ports.morphology import MorphemeAnalyzer

__all__ = ["ENGINE_VERSION", "judge", "prepare"]

ENGINE_VERSION = "1"
"""Raised whenever the same words might be judged differently."""
ENGINE_NAME = "local"
MOST_ITEMS = 3
LONGEST = 400
"""Code points; a longer text is no answer and is not analysed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Located:
    """A finding with the draft whose text its places index."""

    finding: Finding
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """All that is known once an utterance was judged."""

    intent: str | None
    confidence: float
    verdict: Verdict
    located: tuple[_Located, ...]
    level: SpeechLevel = SpeechLevel.NONE
    speech: SpeechFit = SpeechFit.FITS
    slots: tuple[SlotReading, ...] = ()
    example: str | None = None
    natural: str | None = None
    corrected: str | None = None
    praise: str | None = None


def judge(text: str, prepared: Prepared, analyzer: MorphemeAnalyzer) -> Evaluation:
    draft = begin_draft(text)
    return _evaluation(text, prepared, _judge(draft, prepared, analyzer))


def _judge(draft: Draft, prepared: Prepared, analyzer: MorphemeAnalyzer) -> _Outcome:
    script = script_of(draft.text)
    if script is Script.NOTHING or says_nothing(words_of(draft.text)):
        return _nothing_said(draft, prepared)
    if len(draft.text) > LONGEST:
        return _lost(
            draft, Finding(code=Code.MEANING_OFF_TOPIC, rule="meaning.too_long", start=0, end=0, blocks=True)
        )
    if script in (Script.LATIN, Script.OTHER):
        return _not_korean(draft, prepared, script)
    if echoes(draft.text, prepared.expectation, prepared.compact_examples):
        line = prepared.expectation.npc_line
        return _lost(
            draft,
            Finding(
                code=Code.ECHO_PROMPT,
                rule="input.echo",
                start=0,
                end=len(draft.text),
                params={"line": line},
                blocks=True,
            ),
        )
    return _judge_korean(draft, prepared, analyzer)


def _judge_korean(draft: Draft, prepared: Prepared, analyzer: MorphemeAnalyzer) -> _Outcome:
    exact = compact(draft.text) in prepared.compact_examples
    repaired, located = _repair_writing(draft, prepared, analyzer)
    reading = _read(repaired, prepared, analyzer)
    match = _best_intent(reading, prepared)
    if match is not None and match.intent.common is not None:
        return _repair_move(match, reading, prepared)
    context = Context(
        prepared=prepared, reading=reading, intent=match.intent if match else None, analyzer=analyzer
    )
    slots = read_slots(reading, match.intent, prepared.table) if match else ()
    meaning = [*find_meaning(context, slots)] if match else [_off_topic(repaired)]
    grammar = (
        []
        if exact
        else [*find_counting(context), *find_particles(context), *find_endings(context), *find_honorifics(context)]
    )
    if _negates_a_request(meaning, grammar):
        grammar = [finding for finding in grammar if finding.code is not Code.NEGATION_FORM]
    located += [_Located(finding=finding, draft=repaired) for finding in [*meaning, *grammar]]
    mended = apply_findings(repaired, [*meaning, *grammar])
    speech = fit(reading.level.level, prepared.expectation.target, prepared.expectation.also_ok)
    if not exact:
        final, level = _repair_level(mended, prepared, context, analyzer)
        located += level
    else:
        final = mended
    blocked = any(each.finding.blocks for each in located)
    return _Outcome(
        intent=match.intent.id if match else None,
        confidence=min(match.score, 1.0) if match else 0.0,
        verdict=_verdict(located, blocked),
        located=tuple(located),
        level=reading.level.level,
        speech=speech,
        slots=slots,
        example=match.example.text if match and match.example else None,
        natural=_natural(context, draft),
        corrected=final.text if final.text != draft.text else None,
    )


def _repair_writing(draft: Draft, prepared: Prepared, analyzer: MorphemeAnalyzer) -> tuple[Draft, list[_Located]]:
    """Spelling, particle forms and spaces, each step reading what the one before it mended."""
    located: list[_Located] = []

    def step(current: Draft, findings: Iterable[Finding]) -> Draft:
        found = list(findings)
        located.extend(_Located(finding=finding, draft=current) for finding in found)
        return apply_findings(current, found)

    vocabulary = prepared.vocabulary
    draft = step(draft, _foreign(draft.text))
    draft = step(draft, find_surface(draft.text, vocabulary.surfaces))
    draft = step(draft, find_conjugations(draft.text, vocabulary.surfaces, analyzer))
    draft = step(draft, find_allomorphs(draft.text, vocabulary.nouns, vocabulary.surfaces, analyzer))
    draft = step(draft, find_misspelt(analyse(draft.text, analyzer), vocabulary, analyzer))
    reading = _read(draft, prepared, analyzer)
    draft = step(draft, find_spacing(reading.sentence, reading.numbers, vocabulary.surfaces))
    return draft, located


def _foreign(text: str) -> Iterable[Finding]:
    for start, end, korean in foreign_words(text):
        yield Finding(
            code=Code.MIXED_LANGUAGE,
            rule="input.foreign_word",
            start=start,
            end=end,
            params={"word": text[start:end], "korean": korean},
            replacement=korean,
        )
    for start, end, token in chat_tokens(text):
        yield Finding(
            code=Code.CHAT_STYLE,
            rule="input.chat",
            start=start,
            end=end,
            params={"token": token},
            replacement=None,
        )


def _read(draft: Draft, prepared: Prepared, analyzer: MorphemeAnalyzer) -> Reading:
    return read(analyse(draft.text, analyzer), prepared.table, prepared.synonyms)


def _best_intent(reading: Reading, prepared: Prepared) -> Match | None:
    filled = filled_by(reading.mentions, reading, prepared.table)
    own = rank_intents(reading, prepared.intents, prepared.topic, filled)
    about = prepared.topic | {f"slot:{mention.slot}" for mention in reading.mentions}
    moves = rank_intents(reading, prepared.common, about, filled)
    best = own[0] if own else None
    move = moves[0] if moves else None
    rival = best.score + OWN_FIRST if best is not None and best.score >= ENOUGH else 0.0
    if move is not None and move.score >= max(ENOUGH_FOR_REPAIR, rival):
        return move
    if best is not None and best.score >= ENOUGH:
        return best
    agreeing = next((m for m in own if _answers_alike(m, own, reading, prepared)), None)
    against = next((m for m in own if _says_the_opposite(m, reading, prepared)), None)
    return agreeing or against or _unfulfilled(reading, own)


def _answers_alike(match: Match, own: tuple[Match, ...], reading: Reading, prepared: Prepared) -> bool:
    """Whether, of yes and no, it says what this intent says, in words of its own: 안 주셔도 돼요."""
    said = reading.stance.stance
    if said is Stance.OPEN or match.intent.stance is not said:
        return False
    expected = prepared.topic.union(*(each.intent.vocabulary for each in own))
    return any(opposes(reading, other.intent) for other in own) and not _strange(reading, expected)


def _says_the_opposite(match: Match, reading: Reading, prepared: Prepared) -> bool:
    """Whether it answers what was asked, with yes for no or no for yes."""
    if not opposes(reading, match.intent):
        return False
    near = match.score + STANCE_PENALTY >= ENOUGH
    return near or not _strange(reading, match.intent.vocabulary | prepared.topic)


def _strange(reading: Reading, expected: frozenset[str]) -> list[str]:
    """Content that belongs to nothing here."""
    heavy = [feature for feature, weight in reading.features.items() if weight > GENERIC and _is_content(feature)]
    return [feature for feature in heavy if feature not in expected]


def _is_content(feature: str) -> bool:
    return feature.startswith(("w:", "q:", "slot:"))


def _unfulfilled(reading: Reading, own: tuple[Match, ...]) -> Match | None:
    """An intent whose need went unmet although the words around it fit: 콜라 주세요, 커피 주세요."""
    if any(feature.startswith("q:") for feature in reading.features):
        return None
    return next((m for m in own if m.intent.needs and _says_alike(m.intent, reading)), None)


def _says_alike(intent: PreparedIntent, reading: Reading) -> bool:
    """Whether an example ends in the same request; a bare noun asks as well as any."""
    closing = reading.closing
    shown = [e.reading.closing for e in intent.examples if e.reading.closing is not None]
    if closing is None:
        return bool(reading.nouns) and not reading.predicates and any(p.root in REQUEST_ROOTS for p in shown)
    if closing.root in REQUEST_ROOTS:
        return any(p.root in REQUEST_ROOTS for p in shown)
    return bool(closing.auxiliaries) and any(
        (p.root, p.auxiliaries) == (closing.root, closing.auxiliaries) for p in shown
    )


def _negates_a_request(meaning: list[Finding], grammar: list[Finding]) -> bool:
    return any(finding.code is Code.NEGATION_MISMATCH for finding in meaning) and bool(grammar)


def _repair_level(
    mended: Draft, prepared: Prepared, context: Context, analyzer: MorphemeAnalyzer
) -> tuple[Draft, list[_Located]]:
    reading = context.reading if mended.text == context.reading.text else _read(mended, prepared, analyzer)
    again = Context(prepared=prepared, reading=reading, intent=context.intent, analyzer=analyzer)
    findings = list(find_level(again))
    return apply_findings(mended, findings), [_Located(finding=finding, draft=mended) for finding in findings]


def _off_topic(draft: Draft) -> Finding:
    return Finding(
        code=Code.MEANING_OFF_TOPIC, rule="meaning.off_topic", start=0, end=len(draft.text), blocks=True
    )


def _verdict(located: Iterable[_Located], blocked: bool) -> Verdict:
    if blocked:
        return Verdict.RETRY
    faults = [each for each in located if CODES[each.finding.code].severity is not Severity.PRAISE]
    return Verdict.ACCEPT_WITH_FEEDBACK if faults else Verdict.ACCEPT


def _natural(context: Context, draft: Draft) -> str | None:
    """An example of the same intent and values that the learner did not use."""
    said = compact(draft.text)
    values = {(m.slot, m.value) for m in context.reading.mentions}
    model = context.prepared.expectation.model
    for example in sorted(context.examples, key=lambda e: e.text != model):
        shown = {(m.slot, m.value) for m in example.reading.mentions}
        numbers = {n.value for n in example.reading.numbers} == {n.value for n in context.reading.numbers}
        if shown == values and numbers and example.compact != said:
            return example.text
    return None


def _nothing_said(draft: Draft, prepared: Prepared) -> _Outcome:
    known = any(move.id == "silence" for move in prepared.expectation.common)
    empty = Finding(code=Code.EMPTY_INPUT, rule="input.empty", start=0, end=len(draft.text))
    return _Outcome(
        intent="silence" if known else None,
        confidence=1.0,
        verdict=Verdict.NOT_SCORED,
        located=(_Located(finding=empty, draft=draft),) if not words_of(draft.text) else (),
    )


def _not_korean(draft: Draft, prepared: Prepared, script: Script) -> _Outcome:
    hangul = decode_romanized(draft.text, prepared.vocabulary.surfaces) if script is Script.LATIN else None
    if hangul is not None:
        return _lost(
            draft,
            Finding(
                code=Code.ROMANIZED,
                rule="input.romanized",
                start=0,
                end=len(draft.text),
                params={"hangul": hangul},
                blocks=True,
            ),
        )
    known = any(move.id == "native_language" for move in prepared.expectation.common)
    finding = Finding(
        code=Code.NOT_KOREAN,
        rule="input.not_korean",
        start=0,
        end=len(draft.text),
        params={"language": script.value},
        blocks=True,
    )
    return _Outcome(
        intent="native_language" if known else None,
        confidence=1.0,
        verdict=Verdict.NOT_SCORED if known else Verdict.RETRY,
        located=(_Located(finding=finding, draft=draft),),
    )


def _repair_move(match: Match, reading: Reading, prepared: Prepared) -> _Outcome:
    move = match.intent.common
    polite = reading.level.level.politeness > 0
    speech = fit(reading.level.level, prepared.expectation.target, prepared.expectation.also_ok)
    return _Outcome(
        intent=match.intent.id,
        confidence=min(match.score, 1.0),
        verdict=Verdict.NOT_SCORED,
        located=(),
        level=reading.level.level,
        speech=speech,
        example=match.example.text if match.example else None,
        praise=move.praise if move is not None and polite else None,
    )


def _lost(draft: Draft, finding: Finding) -> _Outcome:
    return _Outcome(
        intent=None, confidence=0.0, verdict=Verdict.RETRY, located=(_Located(finding=finding, draft=draft),)
    )


def _evaluation(text: str, prepared: Prepared, outcome: _Outcome) -> Evaluation:
    findings = [each.finding for each in outcome.located]
    scored = outcome.verdict is not Verdict.NOT_SCORED
    bars = find_bars(findings, outcome.speech) if scored else ()
    return Evaluation(
        text=text,
        intent=outcome.intent,
        confidence=round(outcome.confidence, 4),
        verdict=outcome.verdict,
        score=weigh(bars, prepared.expectation.scoring, outcome.verdict) if scored else 0,
        bars=bars,
        level_found=outcome.level,
        level_wanted=prepared.expectation.target,
        speech=outcome.speech,
        slots=outcome.slots,
        matched_example=outcome.example,
        corrected=outcome.corrected,
        diff=diff_texts(text, outcome.corrected) if outcome.corrected is not None else (),
        items=_items(outcome),
        natural=outcome.natural,
        engine=ENGINE_NAME,
        engine_version=ENGINE_VERSION,
    )


def _items(outcome: _Outcome) -> tuple[FeedbackItem, ...]:
    """The most important first: what blocked the meaning, then by rank; each code once."""
    order = sorted(outcome.located, key=lambda each: (not each.finding.blocks, CODES[each.finding.code].rank))
    first: dict[Code, FeedbackItem] = {}
    for each in order:
        finding = each.finding
        first.setdefault(
            finding.code,
            FeedbackItem(
                code=finding.code.value,
                severity=CODES[finding.code].severity,
                span=each.draft.span(finding.start, finding.end),
                params=dict(finding.params),
                rule=finding.rule,
            ),
        )
    items = list(first.values())[:MOST_ITEMS]
    if outcome.praise is not None:
        items.append(
            FeedbackItem(code=outcome.praise, severity=Severity.PRAISE, span=None, params={}, rule="repair.polite")
        )
    return tuple(items[:MOST_ITEMS])
