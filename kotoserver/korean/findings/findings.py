"""What a rule proved about a draft, before it becomes feedback."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kotoserver.korean.findings.codes import Code
from kotoserver.korean.reading.predicates import Predicate
from kotoserver.korean.reading.sentence import Sentence

_NO_PARAMS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault or merit, in the words of the text that the rule looked at."""

    code: Code
    rule: str
    """Names the rule: `spelling.surface`, `particle.valence` …"""
    start: int
    end: int
    params: Mapping[str, str] = field(default_factory=lambda: _NO_PARAMS)
    replacement: str | None = None
    """What should stand there instead; None when nothing can be repaired in place."""
    blocks: bool = False
    """True when the meaning did not come across, so the learner has to try again."""


def told_once(findings: Iterable[Finding]) -> list[Finding]:
    """Of findings that put the same words in the same place the first: 포장하 주세요 lacks one vowel, not two."""
    first: dict[tuple[int, int, str], Finding] = {}
    others = []
    for finding in findings:
        if finding.replacement is None:
            others.append(finding)
        else:
            first.setdefault((finding.start, finding.end, finding.replacement), finding)
    return [*first.values(), *others]


def of_predicate(sentence: Sentence, code: Code, rule: str, predicate: Predicate, want: str) -> Finding:
    """The item shows whole words, also where the analyser found the verb inside one."""
    word = sentence.word_at(predicate.start)
    head = sentence.text[word.start : predicate.start] if word is not None else ""
    return Finding(
        code=code,
        rule=rule,
        start=predicate.start,
        end=predicate.end,
        params={"got": head + sentence.text[predicate.start : predicate.end], "want": head + want},
        replacement=want,
    )
