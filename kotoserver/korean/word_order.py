"""Word order: the verb comes last, whatever the order of the rest."""

from collections.abc import Iterator

from kotoserver.korean.codes import Code
from kotoserver.korean.context import Context
from kotoserver.korean.findings import Finding
from kotoserver.korean.predicates import Predicate


def find_order(context: Context) -> Iterator[Finding]:
    closing = context.reading.closing
    if closing is not None:
        yield from _verb_final(context, closing)


def _verb_final(context: Context, closing: Predicate) -> Iterator[Finding]:
    """주세요 커피 → 커피 주세요."""
    text = context.sentence.text
    rest = text[closing.end :]
    trailing = rest.rstrip(" .!?~…")
    if not trailing.strip() or trailing.lstrip()[0] in ".!?~…,":
        return
    words = [word for word in context.sentence.words if word.start >= closing.end]
    if any(word.start in context.reading.noise for word in words):
        return
    inside = context.sentence.inside(closing.end, closing.end + len(trailing))
    nominal = all(m.tag[0] in "NMSX" or m.tag in ("JKO", "JKB", "JX", "JKS") for m in inside)
    polite = inside and inside[-1].tag == "JX" and inside[-1].form in ("요", "이요")
    if not inside or not nominal or polite or closing.root in ("이", "안녕하"):
        return
    verb_start = _phrase_start(context, closing)
    verb = text[verb_start : closing.end]
    want = f"{text[:verb_start]}{trailing.strip()} {verb}".strip()
    yield Finding(
        code=Code.ORDER_VERB_FINAL,
        rule="order.verb_final",
        start=verb_start,
        end=closing.end + len(trailing),
        params={"verb": verb, "want": want},
        replacement=f"{trailing.strip()} {verb}",
    )


def _phrase_start(context: Context, closing: Predicate) -> int:
    word = context.sentence.word_at(closing.start)
    return word.start if word is not None else closing.start
