"""What can be judged without understanding: silence, other languages, an echo, a text far too long."""

from collections.abc import Mapping
from types import MappingProxyType

from kotoserver.domain.evaluation import Verdict
from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.answering.meaning import echoes
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.draft import Draft
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.orthography.scripts import Script, decode_romanized, script_of
from kotoserver.korean.outcome import Located, Outcome
from kotoserver.korean.reading.noise import says_nothing
from kotoserver.korean.reading.sentence import words_of

LONGEST = 400
"""Code points; a longer text is no answer and is not analysed."""
SILENCE, NATIVE_LANGUAGE = "silence", "native_language"
"""Common intents that are known without reading any Korean."""
_NO_PARAMS: Mapping[str, str] = MappingProxyType({})


def judge_unread(draft: Draft, prepared: Prepared) -> Outcome | None:
    """The outcome for a text that is no Korean answer at all; None when it has to be read."""
    script = script_of(draft.text)
    if script is Script.NOTHING or says_nothing(words_of(draft.text)):
        return _nothing_said(draft, prepared)
    if len(draft.text) > LONGEST:
        return _lost(draft, Code.MEANING_OFF_TOPIC, "input.too_long")
    if script in (Script.LATIN, Script.OTHER):
        return _not_korean(draft, prepared, script)
    if echoes(draft.text, prepared.expectation, prepared.compact_examples):
        return _lost(draft, Code.ECHO_PROMPT, "input.echo", {"line": prepared.expectation.npc_line})
    return None


def _nothing_said(draft: Draft, prepared: Prepared) -> Outcome:
    empty = _finding(draft, Code.EMPTY_INPUT, "input.empty", blocks=False)
    return Outcome(
        intent=SILENCE if _is_known(SILENCE, prepared) else None,
        confidence=1.0,
        verdict=Verdict.NOT_SCORED,
        located=() if words_of(draft.text) else (Located(finding=empty, draft=draft),),
    )


def _not_korean(draft: Draft, prepared: Prepared, script: Script) -> Outcome:
    """Korean in Latin letters is to be written again; another language asks for help."""
    hangul = decode_romanized(draft.text, prepared.vocabulary.surfaces) if script is Script.LATIN else None
    if hangul is not None:
        return _lost(draft, Code.ROMANIZED, "input.romanized", {"hangul": hangul})
    if not _is_known(NATIVE_LANGUAGE, prepared):
        return _lost(draft, Code.NOT_KOREAN, "input.not_korean", {"language": script.value})
    finding = _finding(draft, Code.NOT_KOREAN, "input.not_korean", {"language": script.value})
    return Outcome(
        intent=NATIVE_LANGUAGE,
        confidence=1.0,
        verdict=Verdict.NOT_SCORED,
        located=(Located(finding=finding, draft=draft),),
    )


def _is_known(move: str, prepared: Prepared) -> bool:
    return any(common.id == move for common in prepared.expectation.common)


def _lost(draft: Draft, code: Code, rule: str, params: Mapping[str, str] = _NO_PARAMS) -> Outcome:
    finding = _finding(draft, code, rule, params)
    return Outcome(
        intent=None, confidence=0.0, verdict=Verdict.RETRY, located=(Located(finding=finding, draft=draft),)
    )


def _finding(
    draft: Draft, code: Code, rule: str, params: Mapping[str, str] = _NO_PARAMS, *, blocks: bool = True
) -> Finding:
    return Finding(code=code, rule=rule, start=0, end=len(draft.text), params=params, blocks=blocks)
