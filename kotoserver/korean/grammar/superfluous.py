"""Particles where none stands, or where another has told all: 친구하고를, 혼자에서, 걸을."""

import re
from collections.abc import Iterator

from kotoserver.domain.particles import choose_particle
from kotoserver.korean.answering.context import Context
from kotoserver.korean.findings.codes import Code
from kotoserver.korean.findings.findings import Finding
from kotoserver.korean.reading.phrases import CASES, MOTION_ROOTS, NOUN_TAGS
from kotoserver.ports.morphology import Morpheme

_NO_NOUNS = re.compile(
    r"(?<![가-힣])(?P<adverb>혼자|같이|함께|자주|빨리|매주|매달|매년)(?P<extra>에서|에|하고|로|를|을)(?=\s)"
)
"""What tells how or how often, and takes no particle of case."""
_NEVER_OBJECTS = frozenset({"하고", "한테", "에게", "에서", "에", "랑", "이랑", "으로", "로"})
_TWO_CASES = re.compile(r"(?P<noun>[가-힣]{2,}?)(?P<extra>을|를|이|가)(?P<last>으로|로|에|에서|을|를|까지|부터)")
_THING_ASKED_FOR = re.compile(r"(?<=[가-힣] )게(?= (?:하나 |한 개 )?(?:주세요|주시겠어요|주실래요|주십시오|부탁))")
_THING_LIKED = re.compile(r"(?<=[가-힣] )게(?= (?:[가-힣]{1,2} )?(?:좋아|싫어)[하해할합했])")


def find_superfluous(context: Context) -> Iterator[Finding]:
    yield from _two_for_one(context)
    yield from _object_too(context)
    yield from _not_of_a_noun(context)
    yield from _thing_with_object(context)
    yield from _thing_as_subject(context)


def _two_for_one(context: Context) -> Iterator[Finding]:
    """검은색을로 → 검은색으로: of two particles of case the later one tells what is meant."""
    for word in context.sentence.words:
        match = _TWO_CASES.fullmatch(word.text)
        if match is None or match["noun"] not in context.prepared.vocabulary.nouns:
            continue
        middle = word.start + match.end("noun")
        if not any(m.start == middle for m in context.sentence.inside(word.start, word.end)):
            continue  # a longer word: 시장가를
        wanted = choose_particle(match["noun"], CASES[match["last"]]) if match["last"] in CASES else match["last"]
        yield Finding(
            code=Code.PARTICLE_EXTRA,
            rule="particle.two_for_one",
            start=middle,
            end=word.end,
            params={"word": match["noun"], "got": match["extra"]},
            replacement=wanted,
        )


def _object_too(context: Context) -> Iterator[Finding]:
    """친구하고를 → 친구하고: what another particle has told is no object besides; 공항에서까지 가 주세요."""
    for noun, particle, extra in zip(
        context.sentence.morphemes, context.sentence.morphemes[1:], context.sentence.morphemes[2:], strict=False
    ):
        if noun.tag not in NOUN_TAGS or not noun.end == particle.start <= particle.end == extra.start:
            continue
        if particle.form in _NEVER_OBJECTS and extra.form in ("을", "를"):
            gone = extra
        elif particle.form == "에서" and extra.form == "까지" and _leads_there(context, extra):
            gone = particle
        else:
            continue
        yield Finding(
            code=Code.PARTICLE_EXTRA,
            rule="particle.object_too",
            start=gone.start,
            end=gone.end,
            params={"word": context.sentence.text[noun.start : gone.start], "got": gone.form},
            replacement="",
        )


def _leads_there(context: Context, particle: Morpheme) -> bool:
    following = next((p for p in context.reading.predicates if p.start >= particle.end), None)
    return following is not None and following.root in MOTION_ROOTS


def _not_of_a_noun(context: Context) -> Iterator[Finding]:
    """혼자에서 살아요 → 혼자 살아요."""
    for match in _NO_NOUNS.finditer(context.sentence.text):
        yield Finding(
            code=Code.PARTICLE_EXTRA,
            rule="particle.adverb",
            start=match.start("extra"),
            end=match.end("extra"),
            params={"word": match["adverb"], "got": match["extra"]},
            replacement="",
        )


def _thing_with_object(context: Context) -> Iterator[Finding]:
    """작은 걸을 주세요: 걸 is 것을 already."""
    for before, thing, particle in zip(
        context.sentence.morphemes,
        context.sentence.morphemes[1:],
        context.sentence.morphemes[2:],
        strict=False,
    ):
        if before.tag not in ("ETM", "MM") or thing.form != "걸" or particle.tag != "JKO":
            continue
        yield Finding(
            code=Code.PARTICLE_EXTRA,
            rule="particle.thing",
            start=particle.start,
            end=particle.end,
            params={"word": thing.form, "got": particle.form},
            replacement="",
        )


def _thing_as_subject(context: Context) -> Iterator[Finding]:
    """작은 게 주세요, 걷는 게 좋아해요: 게 is 것이, and what is asked for or liked is no subject."""
    text = context.sentence.text
    for match in (*_THING_ASKED_FOR.finditer(text), *_THING_LIKED.finditer(text)):
        before = context.sentence.inside(0, match.start())
        if not before or before[-1].tag not in ("ETM", "MM"):
            continue
        yield Finding(
            code=Code.PARTICLE_WRONG,
            rule="particle.thing_asked_for",
            start=match.start(),
            end=match.end(),
            params={"word": "거", "got": "게", "want": "걸", "role": "object"},
            replacement="걸",
        )
