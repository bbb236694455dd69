"""What a judgement comes to, and the evaluation that is made of it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from kotoserver.domain.evaluation import Evaluation, FeedbackItem, Severity, SlotReading, Verdict
from kotoserver.domain.levels import SpeechFit, SpeechLevel
from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.findings.codes import CODES, Code
from kotoserver.korean.findings.corrections import diff_texts
from kotoserver.korean.findings.draft import Draft
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.scoring import find_bars, weigh

ENGINE_NAME = "local"
ENGINE_VERSION = "17"
"""Raised whenever the same words might be judged differently."""
MOST_ITEMS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A finding with the draft whose text its places index."""

    finding: Finding
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All that is known once an utterance was judged."""

    intent: str | None
    confidence: float
    verdict: Verdict
    located: tuple[Located, ...]
    level: SpeechLevel = SpeechLevel.NONE
    speech: SpeechFit = SpeechFit.FITS
    slots: tuple[SlotReading, ...] = ()
    example: str | None = None
    natural: str | None = None
    corrected: str | None = None
    praise: str | None = None


def verdict_on(located: Iterable[Located]) -> Verdict:
    """Blocked meaning has to be tried again; anything but praise is feedback."""
    findings = [each.finding for each in located]
    if any(finding.blocks for finding in findings):
        return Verdict.RETRY
    faults = [finding for finding in findings if CODES[finding.code].severity is not Severity.PRAISE]
    return Verdict.ACCEPT_WITH_FEEDBACK if faults else Verdict.ACCEPT


def evaluation_of(text: str, prepared: Prepared, outcome: Outcome) -> Evaluation:
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
        items=_items(outcome, text),
        natural=outcome.natural,
        engine=ENGINE_NAME,
        engine_version=ENGINE_VERSION,
    )


def _quoting(each: Located, text: str) -> dict[str, str]:
    """What was got in the learner's own letters, also where an earlier repair had changed them."""
    finding, params = each.finding, dict(each.finding.params)
    if finding.end > finding.start and params.get("got") == each.draft.text[finding.start : finding.end]:
        span = each.draft.span(finding.start, finding.end)
        params["got"] = unicodedata.normalize("NFC", text[span.start : span.end])
    return params


def _items(outcome: Outcome, text: str) -> tuple[FeedbackItem, ...]:
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
                params=_quoting(each, text),
                rule=finding.rule,
            ),
        )
    items = list(first.values())[:MOST_ITEMS]
    if outcome.praise is not None:
        items.append(
            FeedbackItem(code=outcome.praise, severity=Severity.PRAISE, span=None, params={}, rule="repair.polite")
        )
    return tuple(items[:MOST_ITEMS])
