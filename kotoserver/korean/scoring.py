"""Bars and score: how much was achieved, not how much was wrong."""

from collections.abc import Iterable

from kotoserver.domain.evaluation import Bar, BarName, Severity, Verdict
from kotoserver.domain.levels import SpeechFit
from kotoserver.domain.scene import Scoring
from kotoserver.korean.findings.codes import CODES, Code, Rank
from kotoserver.korean.findings.findings import Finding

_COST = {Severity.ERROR: 20, Severity.WARN: 12, Severity.HINT: 6, Severity.PRAISE: 0}
_LEVEL_COST = {Code.LEVEL_BARE_FRAGMENT: 40, Code.LEVEL_MIXED: 30}
_LANGUAGE = frozenset({Rank.GRAMMAR, Rank.SPELLING, Rank.SPACING, Rank.INPUT})
_FLOOR = 20
_TASK_WHEN_LOST = {
    Code.MEANING_OFF_TOPIC: 0,
    Code.ECHO_PROMPT: 0,
    Code.ROMANIZED: 40,
    Code.NOT_KOREAN: 0,
    Code.NEGATION_MISMATCH: 20,
    Code.MEANING_OPPOSITE: 30,
    Code.MEANING_NUMBER: 40,
    Code.SLOT_MISSING: 40,
    Code.SLOT_WRONG: 30,
    Code.SLOT_AMBIGUOUS: 60,
    Code.GIVE_DIRECTION: 40,
    Code.HONORIFIC_SELF: 40,
}
_BELOW_PASS = 5
"""Points under the pass mark that an utterance to be tried again gets at most."""


def find_bars(findings: Iterable[Finding], speech: SpeechFit) -> tuple[Bar, ...]:
    found = list(findings)
    blocked = [_TASK_WHEN_LOST.get(finding.code, 40) for finding in found if finding.blocks]
    task = min(blocked, default=100)
    task -= sum(15 for f in found if CODES[f.code].rank is Rank.MEANING and not f.blocks)
    language = 100 - sum(_COST[CODES[f.code].severity] for f in found if CODES[f.code].rank in _LANGUAGE)
    level = 40 if speech is SpeechFit.TOO_CASUAL else 100
    level -= sum(
        _LEVEL_COST.get(f.code, _COST[CODES[f.code].severity])
        for f in found
        if CODES[f.code].rank is Rank.LEVEL and f.code is not Code.LEVEL_TOO_LOW
    )
    return (
        Bar(name=BarName.TASK, score=max(task, 0)),
        Bar(name=BarName.LANGUAGE, score=max(language, _FLOOR)),
        Bar(name=BarName.SPEECH_LEVEL, score=max(level, _FLOOR)),
    )


def weigh(bars: Iterable[Bar], scoring: Scoring, verdict: Verdict) -> int:
    """Mean of the bars by the scene's weights, delivery being left out; under the pass mark for a retry."""
    weights = {
        BarName.TASK: scoring.task,
        BarName.LANGUAGE: scoring.language,
        BarName.SPEECH_LEVEL: scoring.speech_level,
        BarName.DELIVERY: scoring.delivery,
    }
    shown = list(bars)
    total = sum(weights[bar.name] for bar in shown)
    score = round(sum(bar.score * weights[bar.name] for bar in shown) / total) if total else 0
    if verdict is Verdict.RETRY:
        return max(0, min(score, scoring.passing - _BELOW_PASS))
    return score
