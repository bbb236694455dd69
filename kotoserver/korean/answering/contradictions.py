"""An answer whose yes or no belongs to other words than those that follow, and leave that is refused."""

import re
from collections.abc import Iterator

from kotoserver.korean.answering.context import Context, Prepared
from kotoserver.korean.answering.intents import PreparedIntent
from kotoserver.korean.answering.meaning import compact
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.predicates import Predicate, offers
from kotoserver.korean.reading.reading import Reading
from kotoserver.korean.reading.stance import Stance
from kotoserver.korean.words.lexicon import REQUEST_ROOTS, TAKING_ROOTS

_BOTH_WAYS = re.compile("괜찮|됐|돼|좋아요")
"""What is said behind yes as well as behind no."""
_LEAVE = re.compile(r"도\s?(?:돼|되|될|괜찮)")
_LITTLE = 2
"""Strange words behind 네 or 아니요 that may still belong to the answer, and begin no other talk."""
_MUST_NOT = re.compile(r"[가-힣]면\s?안\s?(?:돼|되|됩)[가-힣]*")


def find_contradiction(context: Context) -> Iterator[Finding]:
    yield from _answered_the_other_way(context)
    yield from _forbidden(context)
    yield from _takes_what_all_decline(context)
    yield from _wants_what_is_denied(context)


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


def _takes_what_all_decline(context: Context) -> Iterator[Finding]:
    """네, 케이크도 주세요, to 케이크도 하시겠어요?, where only 아니요, 커피만 주세요 is taught."""
    intent, reading, closing = context.intent, context.reading, context.reading.closing
    offer = context.prepared.npc.closing
    if intent is None or closing is None or offer is None or closing.negated:
        return
    if intent.answers != {Stance.AGAINST} or reading.stance.answer is Stance.AGAINST:
        return
    if not offers(offer) or _is_wondered(context.prepared.npc) or context.sentence.asks(closing.end):
        return
    left = frozenset().union(*(e.reading.nouns for e in intent.examples))
    taken = reading.nouns & context.prepared.npc.nouns - left
    asked = closing.root == offer.root and "주" in closing.auxiliaries
    if not taken or not (closing.root in REQUEST_ROOTS | TAKING_ROOTS or asked):
        return
    yield Finding(
        code=Code.NEGATION_MISMATCH,
        rule="meaning.taken",
        start=0,
        end=closing.end,
        params={"got": context.sentence.text[: closing.end], "want": intent.examples[0].text},
        blocks=True,
    )


def _wants_what_is_denied(context: Context) -> Iterator[Finding]:
    """매운 걸로 주세요, where 안 매운 걸로 주세요 is taught."""
    if context.prepared.table.leaves_choice:
        return
    for said in context.reading.predicates:
        if said.negated or not _tells_which(said):
            continue
        shown = [(e, p) for e in context.examples for p in e.reading.predicates if p.root == said.root]
        if not shown or not all(p.negated and _tells_which(p) for _, p in shown):
            continue
        example, wanted = shown[0]
        yield Finding(
            code=Code.NEGATION_MISMATCH,
            rule="meaning.denied_quality",
            start=said.start,
            end=said.end,
            params={
                "got": context.sentence.text[said.start : said.end],
                "want": example.text[wanted.start : wanted.end],
            },
            blocks=True,
        )
        return


def _tells_which(predicate: Predicate) -> bool:
    return predicate.modifies or predicate.ending == "게"
