"""What 뭐, 어디, 왜 and the like ask for, and whether an utterance is of that kind."""

from itertools import pairwise

from kotoserver.korean.answering.saying import TIMES, Saying, opens_with_yes_or_no
from kotoserver.korean.reading.acts import STATING, WANTING, Act, describes
from kotoserver.korean.reading.predicates import Predicate, is_demand

PREFERRING = frozenset({"좋", "좋아하", "편하", "낫", "괜찮", "맞", "필요하", "어울리"})
"""What chooses a thing by saying how it is."""
_NUMBERS = frozenset({"q:몇", "q:얼마", "q:언제"})
_PARTS_OF_THE_DAY = frozenset({"때", "밤", "낮", "새벽", "오전", "오후", "매일", "항상", "가끔", "전", "후"})
_GOING = frozenset({"가", "오", "나가", "나오", "출발하", "도착하"})
_WITH = frozenset((form, "JKB") for form in ("와", "과", "하고", "랑", "이랑"))
_AT = frozenset({("에", "JKB"), ("에서", "JKB")})


def wondered(said: Saying) -> frozenset[str]:
    """The question words of what was asked; none where it is answered by yes or no."""
    shown = (e.reading for intent in said.prepared.intents for e in intent.examples)
    if not said.was_asked or any(map(opens_with_yes_or_no, shown)):
        return frozenset()
    npc = said.prepared.npc
    how = asks_how_it_is(said) or any((m.form, m.tag) == ("어떤", "MM") for m in npc.sentence.morphemes)
    return frozenset({f for f in npc.features if f.startswith("q:")} | ({"q:어때"} if how else set()))


def asks_how_it_is(said: Saying) -> bool:
    """어때요?, which 어떻게 할까요? is not."""
    return any(p.root in ("어떻", "어떠") and p.ending != "게" for p in said.prepared.npc.predicates)


def leaves_the_number_open(said: Saying, about: frozenset[str]) -> bool:
    """화장품이 있어요, to 얼마 보내시겠어요?"""
    told = bool(said.reading.numbers or said.reading.mentions) or "about:언제" in said.reading.features
    told |= any(m.form in TIMES | _PARTS_OF_THE_DAY for m in said.reading.sentence.morphemes)
    return bool(about & _NUMBERS) and not told


def answers_it(said: Saying, about: frozenset[str]) -> bool:
    """Whether it is the kind of thing that was asked for, whatever it names."""
    asked, closing = said.asked, said.closing
    if asked is None or said.act not in STATING | WANTING:
        return False
    if "q:왜" in about:
        return said.gives_a_reason or _tells_what_happened(said, asked)
    if "q:뭐" in about and asked.root == "하":
        unsure = closing is not None and closing.root == "모르"
        done = closing is not None and closing.past == asked.past and _tells_what_is_done(said, asked)
        return said.act is Act.PLANS or unsure if asked.future else done
    if "q:뭐" in about and "싶" in asked.auxiliaries:
        return said.act in WANTING or (closing is not None and closing.root in PREFERRING | {"되"})
    if "q:뭐" in about and describes(said.prepared.npc, asked):
        return closing is not None and closing.past == asked.past and describes(said.reading, closing)
    if "q:누구" in about:
        return any((m.form, m.tag) in _WITH for m in said.reading.sentence.morphemes)
    if "q:어디" in about and _says_where(said, asked):
        return True
    free = asked.root in ("이", "어떻", "어떠") or not said.speaks_of_another_matter
    return "q:어때" in about and said.act is Act.DESCRIBES and free


def _tells_what_is_done(said: Saying, asked: Predicate) -> bool:
    """과일을 파세요, of others that one raises, which orders nobody."""
    if said.act is Act.TELLS or said.closing is None:
        return said.act is Act.TELLS
    given = "주" in (said.closing.root, *said.closing.auxiliaries)
    return asked.honorific and is_demand(said.closing) and not given


def _tells_what_happened(said: Saying, asked: Predicate) -> bool:
    """알람이 안 울렸어요, to 왜 늦었어요?; 어제 늦게 잤어, to 왜 피곤해? where such is taught."""
    if said.closing is None or not said.closing.past or said.act not in STATING:
        return False
    shown = {p.past for i in said.prepared.intents for e in i.examples if (p := e.reading.closing)}
    return asked.past or shown == {True}


def _says_where(said: Saying, asked: Predicate) -> bool:
    if asked.root not in ("있", "이"):
        return False
    if said.act is Act.NAMES and said.reading.nouns and not said.reading.numbers:
        return not said.speaks_of_another_matter
    if said.closing is not None and said.closing.root in _GOING and said.act is Act.TELLS:
        return True  # 거의 다 왔어요
    placed = any(
        noun.tag in ("NNG", "NNP") and (particle.form, particle.tag) in _AT
        for noun, particle in pairwise(said.reading.sentence.morphemes)
    )
    return placed and not said.states_something_else
