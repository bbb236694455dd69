"""The judge: one utterance and one prepared expectation give one evaluation, always the same."""

from dataclasses import replace

from kotoserver.domain.evaluation import Evaluation, Verdict
from kotoserver.domain.levels import SpeechFit
from kotoserver.korean.answering.answering import choose_intent
from kotoserver.korean.answering.context import Context, Prepared
from kotoserver.korean.answering.contradictions import find_contradiction, find_refused_otherwise
from kotoserver.korean.answering.intents import Match
from kotoserver.korean.answering.meaning import compact, find_meaning
from kotoserver.korean.answering.slot_readings import read_slots
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.corrections import apply_findings
from kotoserver.korean.findings.draft import Draft, begin_draft
from kotoserver.korean.findings.findings import Finding, told_once
from kotoserver.korean.grammar.counting import find_counting
from kotoserver.korean.grammar.endings import find_endings, find_told_as_question
from kotoserver.korean.grammar.honorifics import find_honorifics
from kotoserver.korean.grammar.joining import find_joining
from kotoserver.korean.grammar.negation import find_negation
from kotoserver.korean.grammar.particles import find_particles
from kotoserver.korean.grammar.people import find_people
from kotoserver.korean.grammar.politeness import find_level
from kotoserver.korean.grammar.things import find_honoured_things
from kotoserver.korean.grammar.timing import find_timing
from kotoserver.korean.grammar.word_order import find_order
from kotoserver.korean.inputs import judge_unread
from kotoserver.korean.outcome import ENGINE_NAME, ENGINE_VERSION, Located, Outcome, evaluation_of, verdict_on
from kotoserver.korean.prepare import prepare
from kotoserver.korean.reading.level import fit
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.writing import polish, read_draft, repair_writing

__all__ = ["ENGINE_NAME", "ENGINE_VERSION", "judge", "prepare"]


def judge(text: str, prepared: Prepared) -> Evaluation:
    draft = begin_draft(text)
    outcome = judge_unread(draft, prepared) or _judge_korean(draft, prepared)
    return evaluation_of(text, prepared, outcome)


def _judge_korean(draft: Draft, prepared: Prepared) -> Outcome:
    """Mends the writing, finds the intent, then what is wrong in meaning, grammar and level."""
    analyzer = prepared.analyzer
    written, located = repair_writing(draft, prepared, analyzer)
    reading = read_draft(written, prepared, analyzer)
    match, answering = choose_intent(reading, prepared)
    if match is not None and match.intent.common is not None:
        return _repair_move(match, reading, prepared)
    intent = match.intent if match else None
    context = Context(prepared=prepared, reading=reading, intent=intent)
    slots = read_slots(reading, intent, prepared.table) if intent else ()
    meant = replace(context, reading=answering)
    if intent is None:
        findings = [_unanswered(reading, written, prepared)]
    else:
        findings = _gravest([*find_meaning(meant, slots), *find_contradiction(meant)])
    authored = compact(draft.text) in prepared.compact_examples
    if authored:
        findings += find_told_as_question(context)
    else:
        findings += _find_grammar(context, findings)
    final = apply_findings(written, findings)
    located += [Located(finding=finding, draft=written) for finding in findings]
    if any(finding.code is Code.NEGATION_FORM for finding in findings):
        meant_now = read_draft(final, prepared, analyzer)
        denied = _find_denial(replace(context, reading=meant_now))
        located += [Located(finding=finding, draft=final) for finding in denied]
    if not authored:
        final, level = _repair_level(final, context)
        located += level
        final = polish(final, prepared) if final.text != written.text else final
    return Outcome(
        intent=intent.id if intent else None,
        confidence=min(match.score, 1.0) if match else 0.0,
        verdict=verdict_on(located),
        located=tuple(located),
        level=reading.level.level,
        speech=_speech(reading, prepared),
        slots=slots,
        example=match.example.text if match and match.example else None,
        natural=_natural(context, draft),
        corrected=final.text if final.text != draft.text else None,
    )


def _gravest(findings: list[Finding]) -> list[Finding]:
    """Where the opposite was said, the word it opens with is not what is wrong."""
    if all(finding.code is not Code.NEGATION_MISMATCH for finding in findings):
        return findings
    return [finding for finding in findings if finding.code is not Code.ANSWER_POLARITY]


def _find_grammar(context: Context, meaning: list[Finding]) -> list[Finding]:
    found = [
        *find_counting(context),
        *find_people(context),
        *find_particles(context),
        *find_endings(context),
        *find_joining(context),
        *find_negation(context),
        *find_order(context),
        *find_honorifics(context),
        *find_honoured_things(context),
    ]
    if all(finding.code is not Code.TENSE_MISMATCH for finding in found):
        found += find_timing(context)
    if any(finding.code is Code.NEGATION_MISMATCH for finding in meaning):
        found = [finding for finding in found if finding.code is not Code.NEGATION_FORM]
    return told_once(found)


def _find_denial(context: Context) -> list[Finding]:
    """버려 안 주세요: that it says no shows only once its negation is put right."""
    found = [*find_meaning(context, ()), *find_contradiction(context)]
    return [f for f in found if f.code in (Code.NEGATION_MISMATCH, Code.ANSWER_POLARITY)]


def _repair_level(mended: Draft, context: Context) -> tuple[Draft, list[Located]]:
    """The level comes last, since mending an ending may mend it too."""
    reading = context.reading
    if mended.text != reading.text:
        reading = read_draft(mended, context.prepared, context.analyzer)
    findings = list(find_level(replace(context, reading=reading)))
    return apply_findings(mended, findings), [Located(finding=finding, draft=mended) for finding in findings]


def _speech(reading: Reading, prepared: Prepared) -> SpeechFit:
    return fit(reading.level.level, prepared.expectation.target, prepared.expectation.also_ok)


def _unanswered(reading: Reading, draft: Draft, prepared: Prepared) -> Finding:
    refused = find_refused_otherwise(reading, prepared)
    if refused is not None:
        return refused
    return Finding(
        code=Code.MEANING_OFF_TOPIC, rule="meaning.off_topic", start=0, end=len(draft.text), blocks=True
    )


def _natural(context: Context, draft: Draft) -> str | None:
    """An example of the same intent and values, fit for this turn, that the learner did not use."""
    said = compact(draft.text)
    values = {(m.slot, m.value) for m in context.reading.mentions}
    model = context.prepared.expectation.model
    for example in sorted(context.examples, key=lambda e: e.text != model):
        shown = {(m.slot, m.value) for m in example.reading.mentions}
        numbers = {n.value for n in example.reading.numbers} == {n.value for n in context.reading.numbers}
        fits = _speech(example.reading, context.prepared) is SpeechFit.FITS
        if shown == values and numbers and fits and example.compact != said:
            return example.text
    return None


def _repair_move(match: Match, reading: Reading, prepared: Prepared) -> Outcome:
    move = match.intent.common
    polite = reading.level.level.politeness > 0
    return Outcome(
        intent=match.intent.id,
        confidence=min(match.score, 1.0),
        verdict=Verdict.NOT_SCORED,
        located=(),
        level=reading.level.level,
        speech=_speech(reading, prepared),
        example=match.example.text if match.example else None,
        praise=move.praise if move is not None and polite else None,
    )
