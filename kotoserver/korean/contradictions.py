"""An answer whose yes or no belongs to other words than those that follow, and leave that is refused."""

import re
from collections.abc import Iterator

from kotoserver.korean.codes import Code
from kotoserver.korean.context import Context, Prepared
from kotoserver.korean.findings import Finding
from kotoserver.korean.intents import PreparedIntent
from kotoserver.korean.meaning import compact
from kotoserver.korean.predicates import Predicate
from kotoserver.korean.reading import Reading
from kotoserver.korean.stance import Stance

_BOTH_WAYS = re.compile("괜찮|됐|돼|좋아요")
"""What is said behind yes as well as behind no."""
_LEAVE = re.compile(r"도\s?(?:돼|되|될|괜찮)")
_LITTLE = 2
"""Strange words behind 네 or 아니요 that may still belong to the answer, and begin no other talk."""
_MUST_NOT = re.compile(r"[가-힣]면\s?안\s?(?:돼|되|됩)[가-힣]*")


def find_contradiction(context: Context) -> Iterator[Finding]:
    yield from _answered_the_other_way(context)
    yield from _forbidden(context)


def find_refused_otherwise(reading: Reading, prepared: Prepared) -> Finding | None:
    """아니요, 두 번째입니다, where only 네, 처음입니다 is taught: yes for no, whatever words follow it."""
    said = reading.stance
    refuses = said.decided_by is not None and _refuses(said.decided_by, reading)
    answer = Stance.AGAINST if refuses and said.answer is Stance.OPEN else said.answer
    if answer is Stance.OPEN or _is_wondered(prepared.npc) or (said.mild and answer is Stance.FOR):
        return None
    if not all(_answers_with(intent, answer.opposite) for intent in prepared.intents):
        return None
    expected = prepared.topic.union(*(intent.vocabulary for intent in prepared.intents))
    if len(reading.strange_to(expected)) > _LITTLE:
        return None
    end = said.answer_word.end if said.answer_word is not None else len(reading.text)
    start = said.answer_word.start if said.answer_word is not None else 0
    return Finding(
        code=Code.NEGATION_MISMATCH,
        rule="meaning.refused_otherwise",
        start=start,
        end=end,
        params={"got": reading.text[start:end].strip(" ."), "want": prepared.intents[0].examples[0].text},
        blocks=True,
    )


def _refuses(predicate: Predicate, reading: Reading) -> bool:
    """싫어요, 필요 없어요: a no by itself."""
    if predicate.negated or reading.sentence.asks(predicate.end):
        return False
    needless = predicate.root == "없" and reading.text[: predicate.start].rstrip().endswith(("필요", "필요가"))
    return predicate.root == "싫" or needless


def _is_wondered(line: Reading) -> bool:
    """Whether it asks with a question word; 몇 번을 타야 하는지 아세요? asks for yes or no."""
    embedded = any(m.tag == "EC" and m.form.endswith("지") and m.form != "지" for m in line.sentence.morphemes)
    return not embedded and any(feature.startswith("q:") for feature in line.features)


def _answers_with(intent: PreparedIntent, answer: Stance) -> bool:
    said = {example.reading.stance.answer for example in intent.examples} - {Stance.OPEN}
    return said == {answer} if said else intent.leaning is answer


def _answered_the_other_way(context: Context) -> Iterator[Finding]:
    """네, 안 봐요, where the examples have those words behind 아니요, and others behind 네."""
    intent, word = context.intent, context.reading.stance.answer_word
    if intent is None or word is None or context.reading.stance.mild:
        return
    rest = compact(context.sentence.text[word.end :])
    behind: dict[Stance, set[str]] = {Stance.FOR: set(), Stance.AGAINST: set()}
    answers = {e.reading.stance.answer for e in intent.examples}
    for example in intent.examples:
        said = example.reading.stance.answer_word
        if said is not None and example.reading.stance.answer in behind:
            behind[example.reading.stance.answer].add(compact(example.text[said.end :]))
    answer = context.reading.stance.answer
    if answer is Stance.OPEN or len(answers - {Stance.OPEN}) < 2 or len(rest) < 2:
        return
    if rest in behind[answer.opposite] - behind[answer] and not _BOTH_WAYS.search(rest):
        yield Finding(
            code=Code.ANSWER_POLARITY,
            rule="meaning.other_answer",
            start=word.start,
            end=word.end,
            params={
                "got": word.text,
                "want": "네" if answer is Stance.AGAINST else "아니요",
                "rest": context.sentence.text[word.end :].strip(" ,."),
            },
            replacement="네" if answer is Stance.AGAINST else "아니요",
        )


def _forbidden(context: Context) -> Iterator[Finding]:
    """네, 앉으면 안 돼요, where leave was asked and every example gives it."""
    match = _MUST_NOT.search(context.sentence.text)
    leave = _LEAVE.search(context.prepared.expectation.npc_line)
    if match is None or leave is None or any(_MUST_NOT.search(e.text) for e in context.examples):
        return
    given = next((e.text for e in context.examples if _LEAVE.search(e.text)), None)
    if given is None:
        return
    yield Finding(
        code=Code.NEGATION_MISMATCH,
        rule="meaning.forbidden",
        start=match.start(),
        end=match.end(),
        params={"got": match[0], "want": given},
        blocks=True,
    )
