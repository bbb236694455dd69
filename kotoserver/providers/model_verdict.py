"""What becomes of a language model's opinion: the local verdict stands, and only what it confirms is added.

The model's own score is never given to a learner. A remark is believed when the local engine finds nothing
left to say about the sentence that the model corrected. An acceptance of which the local engine is unsure is
taken back when the model finds no intent of the turn in the words. A turn that the local engine did not
understand is lifted only when it understands the model's plain restatement of it, and every number and choice
in that restatement is among the learner's own words. A verdict on number, slot or negation cannot be lifted at
all, and the speech level found by the local engine stays with its price.
"""

from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from kotoserver.domain.evaluation import Bar, BarName, Evaluation, FeedbackItem, SlotState, Span, Verdict
from kotoserver.domain.levels import SpeechFit
from kotoserver.domain.utterance import MAX_CHARACTERS
from kotoserver.korean.findings.codes import CODES, Code, Rank
from kotoserver.korean.findings.corrections import diff_texts
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.outcome import MOST_ITEMS
from kotoserver.korean.scoring import find_bars, weigh
from kotoserver.providers.model_answer import ENUM_PARAMS, NO_INTENT, TEACHABLE, Answer, Remark, bare
from kotoserver.providers.model_grounding import counts_and_denies_alike, says_the_same, speaks_to_the_judge
from kotoserver.providers.model_prompt import Case

RULE = "model.remark"
SURE = 0.8
"""Local confidence from which a cascade asks nobody else: the wording is an example's, or near to one."""
_LEAST_ALIKE = 60
"""Per cent of a corrected sentence that must be the learner's own."""
_LIFTED_TASK = 85
"""Points for the task when only a restatement could be understood."""
_LIFTED_CONFIDENCE = 0.5
_ACCEPTED = (Verdict.ACCEPT, Verdict.ACCEPT_WITH_FEEDBACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondReading:
    """How the local engine judges the sentences that the model wrote; None for those it did not write."""

    corrected: Evaluation | None
    restated: Evaluation | None
    natural: Evaluation | None


def worth_asking(case: Case) -> bool:
    """Whether a model could add anything: not to an authored wording, nor to what is proven wrong."""
    local = case.local
    if local.verdict is Verdict.RETRY:
        return _only_off_topic(local) and len(case.text) <= MAX_CHARACTERS
    return local.verdict in _ACCEPTED and not _is_authored(case)


def is_unsure(case: Case) -> bool:
    """Whether the local engine may be wrong: it understood nothing, or the wording is far from the examples."""
    return worth_asking(case) and (case.local.verdict is Verdict.RETRY or case.local.confidence < SURE)


def combine(case: Case, answer: Answer, second: SecondReading) -> Evaluation:
    if case.local.verdict is Verdict.RETRY:
        return _lifted(case, second.restated) if _may_lift(case, answer, second.restated) else case.local
    if case.local.verdict not in _ACCEPTED:
        return case.local
    if _is_doubted(case, answer):
        return _doubted(case)
    remarked = _with_remarks(case, answer, second.corrected)
    return _with_natural(case, remarked, second.natural)


def _only_off_topic(local: Evaluation) -> bool:
    """True when nothing is proven but that the local engine did not understand."""
    codes = {Code(item.code) for item in local.items}
    doubted = {code for code in codes if CODES[code].rank in (Rank.INPUT, Rank.MEANING)}
    return doubted == {Code.MEANING_OFF_TOPIC}


def _is_authored(case: Case) -> bool:
    said = bare(case.text)
    return any(bare(example) == said for intent in case.expectation.intents for example in intent.examples)


def _may_lift(case: Case, answer: Answer, restated: Evaluation | None) -> bool:
    return (
        restated is not None
        and _only_off_topic(case.local)
        and answer.verdict in _ACCEPTED
        and answer.score >= case.expectation.scoring.passing
        and restated.verdict in _ACCEPTED
        and restated.intent == answer.intent
        and not speaks_to_the_judge(case.text, case.expectation)
        and says_the_same(case.text, restated, case.expectation)
    )


def _lifted(case: Case, restated: Evaluation | None) -> Evaluation:
    """Understood by way of the restatement, which becomes the more natural way to say it."""
    assert restated is not None
    local = case.local
    kept = tuple(item for item in local.items if item.code != Code.MEANING_OFF_TOPIC)
    bars = tuple(replace(bar, score=_LIFTED_TASK) if bar.name is BarName.TASK else bar for bar in local.bars)
    return replace(
        local,
        intent=restated.intent,
        confidence=_LIFTED_CONFIDENCE,
        verdict=Verdict.ACCEPT_WITH_FEEDBACK,
        score=weigh(bars, case.expectation.scoring, Verdict.ACCEPT_WITH_FEEDBACK),
        bars=bars,
        slots=tuple(reading for reading in restated.slots if reading.state is SlotState.FILLED),
        matched_example=restated.matched_example,
        items=kept,
        natural=restated.text,
    )


def _is_doubted(case: Case, answer: Answer) -> bool:
    """An unsure acceptance that the model finds to be about something else."""
    return (
        case.local.confidence < SURE
        and not _is_authored(case)
        and answer.verdict is Verdict.RETRY
        and answer.intent == NO_INTENT
        and answer.score < case.expectation.scoring.passing
    )


def _doubted(case: Case) -> Evaluation:
    local = case.local
    bars = tuple(replace(bar, score=0) if bar.name is BarName.TASK else bar for bar in local.bars)
    off_topic = FeedbackItem(
        code=Code.MEANING_OFF_TOPIC.value,
        severity=CODES[Code.MEANING_OFF_TOPIC].severity,
        span=Span(start=0, end=len(case.text)),
        params={},
        rule=RULE,
    )
    return replace(
        local,
        intent=None,
        verdict=Verdict.RETRY,
        score=weigh(bars, case.expectation.scoring, Verdict.RETRY),
        bars=bars,
        slots=(),
        matched_example=None,
        items=(off_topic, *local.items)[:MOST_ITEMS],
        natural=None,
    )


def _with_remarks(case: Case, answer: Answer, corrected: Evaluation | None) -> Evaluation:
    """The local evaluation with remarks that its own judgement of the corrected sentence bears out."""
    local = case.local
    told = {item.code for item in local.items}
    new = [r for r in answer.remarks if r.code in TEACHABLE and r.code.value not in told]
    if not new or corrected is None or not _corrects(case, corrected):
        return local
    bars = _lowered(local.bars, new)
    added = [_item(remark, case.text) for remark in new]
    faults = sorted([*local.items, *added], key=lambda item: CODES[Code(item.code)].rank)
    verdict = Verdict.ACCEPT_WITH_FEEDBACK
    return replace(
        local,
        verdict=verdict,
        score=min(local.score, weigh(bars, case.expectation.scoring, verdict)),
        bars=bars,
        items=tuple(faults[:MOST_ITEMS]),
        corrected=corrected.text,
        diff=diff_texts(case.text, corrected.text),
    )


def _corrects(case: Case, corrected: Evaluation) -> bool:
    """Whether the sentence is the learner's own, means the same, and leaves nothing to correct."""
    return (
        corrected.text != case.text
        and _means_the_same(case, corrected)
        and fuzz.ratio(case.text, corrected.text) >= _LEAST_ALIKE
    )


def _means_the_same(case: Case, written: Evaluation) -> bool:
    """A sentence by the model that the local engine accepts without a word, with the same intent and slots."""
    return (
        written.verdict is Verdict.ACCEPT
        and written.speech is SpeechFit.FITS
        and written.intent == case.local.intent
        and written.filled() == case.local.filled()
        and counts_and_denies_alike(case.text, written.text)
    )


def _lowered(bars: tuple[Bar, ...], remarks: list[Remark]) -> tuple[Bar, ...]:
    findings = [Finding(code=remark.code, rule="model", start=0, end=0) for remark in remarks]
    costs = {bar.name: 100 - bar.score for bar in find_bars(findings, SpeechFit.FITS)}
    return tuple(replace(bar, score=max(0, bar.score - costs.get(bar.name, 0))) for bar in bars)


def _item(remark: Remark, text: str) -> FeedbackItem:
    return FeedbackItem(
        code=remark.code.value,
        severity=CODES[remark.code].severity,
        span=_span(remark, text),
        params=remark.values(),
        rule=RULE,
    )


def _span(remark: Remark, text: str) -> Span | None:
    """Where the first of the quoted words stands that the learner said, in the order of the code's params."""
    values = remark.values()
    for name in CODES[remark.code].params:
        start = -1 if (remark.code, name) in ENUM_PARAMS else text.find(values[name])
        if start >= 0:
            return Span(start=start, end=start + len(values[name]))
    return None


def _with_natural(case: Case, evaluation: Evaluation, natural: Evaluation | None) -> Evaluation:
    """The scene's own wording goes before the model's."""
    if evaluation.natural is not None or natural is None or not _means_the_same(case, natural):
        return evaluation
    if bare(natural.text) in (bare(case.text), bare(evaluation.corrected or "")):
        return evaluation
    return replace(evaluation, natural=natural.text)
