"""Predicates of a sentence: the verb or adjective with all that is attached to it."""

from dataclasses import dataclass

from kotoserver.korean.reading.sentence import Sentence
from kotoserver.korean.words.lexicon import HONORIFIC_ROOTS
from kotoserver.ports.morphology import Morpheme

_DEMANDS = ("세요", "으세요", "십시오", "으십시오", "셔요", "ᆸ시오")
_ASKING = ("니까", "나요", "까요", "가요", "까", "니", "냐")
_STARTS = frozenset({"VV", "VA", "VX", "VCP", "VCN", "XSV", "XSA"})
_VERY = frozenset({"너무", "좀", "조금", "아주", "진짜", "정말", "되게", "많이", "약간", "완전"})
_FEELINGS = {"좋": "좋아하", "싫": "싫어하"}
_HOPED = frozenset({"좋", "되", "괜찮", "감사하", "고맙", "하"})
"""What follows -(으)면 where it only makes a wish or a condition softer: 있으면 좋겠어요, 주시면 돼요."""
_HONORIFIC_ENDINGS = ("세요", "십시", "시", "셔", "으세요", "으십시", "으시", "으셔")


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicate:
    """One verb or adjective, its auxiliaries and its last ending."""

    root: str
    """Dictionary stem, the noun of a 하다 verb included: `주`, `포장하`, `이` (copula), `먹` for 드시다."""
    said_root: str
    """The stem that was said, which differs from `root` for honorific verbs."""
    noun: str | None
    """What the copula is put to: `얼마` of 얼마예요."""
    auxiliaries: tuple[str, ...]
    """In order: `주`, `드리`, `싶`, `수있`, `않`, `말`, `보` …; `거이` for -(으)ㄹ 것이다, `것같` for …것 같다."""
    negated: bool
    """By 안 or 못, -지 않다, -지 말다."""
    resulting: bool
    """Whether it tells what has come of it: 써 있다, 열려 있다."""
    short_negation: bool
    """By 안 or 못 before it."""
    honorific: bool
    past: bool
    future: bool
    ending: str
    """The last ending, as the analyser writes it; empty when the stem stands bare."""
    closes: bool
    """Whether the last ending closes a sentence (EF)."""
    modifies: bool
    """Whether it stands before a noun (-는, -(으)ㄴ, -(으)ㄹ)."""
    start: int
    end: int
    root_start: int
    root_end: int
    first: int
    """Index of its first morpheme (the root's) in the sentence."""
    last: int
    """Index one past its last morpheme."""

    @property
    def interrogative(self) -> bool:
        """Whether its ending asks by itself."""
        return self.ending.endswith(_ASKING)


def offers(predicate: Predicate) -> bool:
    """드릴까요?, 하시겠어요?"""
    return predicate.future or predicate.ending.endswith("까요")


def only_softens(before: Predicate | None, predicate: Predicate) -> bool:
    """있으면 좋겠어요 says 있다, 데워 주시면 감사하겠습니다 asks as 데워 주세요 does."""
    if before is None or before.last != predicate.first:
        return False
    return before.ending in ("면", "으면") and predicate.root in _HOPED


def predicates_of(sentence: Sentence) -> tuple[Predicate, ...]:
    """In order of saying."""
    found: list[Predicate] = []
    place = 0
    morphemes = sentence.morphemes
    while place < len(morphemes):
        if morphemes[place].tag in _STARTS:
            predicate = _read(morphemes, place)
            found.append(predicate)
            place = max(predicate.last, place + 1)
        else:
            place += 1
    return tuple(found)


def is_demand(predicate: Predicate) -> bool:
    """Whether it tells the other what to do: -(으)세요, -(으)십시오."""
    return predicate.ending.endswith(_DEMANDS)


def _read(morphemes: tuple[Morpheme, ...], at: int) -> Predicate:
    first, root, noun = _root(morphemes, at)
    auxiliaries: list[str] = []
    honorific = past = future = resulting = False
    acts = morphemes[at].tag in ("VV", "XSV")  # 따뜻한 is no past, 마신 is
    ending, closes, modifies = "", False, False
    place = at + 1
    if _feels(morphemes[at : at + 3]):
        root, place = _FEELINGS.get(root, root + "어하"), at + 3
    while place < len(morphemes):
        token = morphemes[place]
        following = morphemes[place + 1] if place + 1 < len(morphemes) else None
        if token.tag == "EP":
            honorific |= token.form in ("시", "으시")
            past |= token.form in ("었", "았", "였")
            future |= token.form == "겠"
            place += 1
        elif token.tag in ("EC", "EF") and _continues(token, following):
            auxiliaries.append(_auxiliary(following))
            resulting |= token.form in ("어", "아") and auxiliaries[-1] == "있"
            place += 2
        elif token.tag in ("EC", "EF"):
            ending, closes = token.form, token.tag == "EF"
            place += 1
            break
        elif token.tag == "ETM":
            taken = _bound_noun(morphemes, place)
            if taken is None:
                ending, modifies = token.form, True
                place += 1
                break
            auxiliary, place = taken
            auxiliaries.append(auxiliary)
            planned = auxiliary == "거이" and token.form in ("ᆯ", "을")
            future |= planned
            past |= auxiliary in ("거이", "것같") and token.form in ("ᆫ", "은") and acts
        elif token.tag == "ETN":
            ending = token.form
            place += 1
            break
        else:
            break
    honorific |= ending.startswith(_HONORIFIC_ENDINGS)
    future |= ending.lstrip("ᆯ을").startswith(("게", "께", "래")) and ending[:1] in ("ᆯ", "을")
    short_negation = first > 0 and _is_short_negation(morphemes, first)
    last = morphemes[place - 1]
    honorific |= "계시" in auxiliaries
    plain = HONORIFIC_ROOTS.get(root, root)
    return Predicate(
        root=plain,
        said_root=root,
        noun=noun,
        auxiliaries=tuple(auxiliaries),
        negated=short_negation or bool({"않", "말", "못하"} & set(auxiliaries)),
        resulting=resulting,
        short_negation=short_negation,
        honorific=honorific or plain != root,
        past=past,
        future=future,
        ending=ending,
        closes=closes,
        modifies=modifies,
        start=morphemes[first].start,
        end=max(last.end, morphemes[at].end),
        root_start=morphemes[first].start,
        root_end=morphemes[at].end,
        first=first,
        last=place,
    )


def _feels(morphemes: tuple[Morpheme, ...]) -> bool:
    """An adjective made a verb by -아/어하다: 좋아하다, 싫어하다."""
    if [m.tag for m in morphemes] != ["VA", "EC", "VX"] or morphemes[1].form == "게":
        return False  # 이렇게 하면
    return morphemes[2].form == "하"


def _root(morphemes: tuple[Morpheme, ...], at: int) -> tuple[int, str, str | None]:
    token = morphemes[at]
    before = morphemes[at - 1] if at > 0 else None
    if token.tag in ("XSV", "XSA") and before is not None:
        return at - 1, before.form + token.form, None
    touching = before is not None and before.tag == "NNG" and before.end == token.start
    if before is not None and touching and (token.tag, token.form) == ("VV", "하"):
        return at - 1, before.form + token.form, None
    if token.tag == "VV" and token.form in ("드리", "하") and before is not None and before.form == "부탁":
        return at - 1, before.form + token.form, None
    if token.form in ("부르", "고프") and _subject(morphemes, at) == "배":
        return at, "배" + token.form, None
    if token.form == "쓰" and _tastes(token, before):
        return at, "쓴맛나", None
    if token.tag == "VCP":
        return at, "이", before.form if before is not None else None
    return at, token.form, None


def _tastes(token: Morpheme, before: Morpheme | None) -> bool:
    """쓰다, to be bitter, apart from 쓰다, to use and to write: 커피가 너무 써."""
    return token.tag == "VA" or (before is not None and before.tag == "MAG" and before.form in _VERY)


def _subject(morphemes: tuple[Morpheme, ...], at: int) -> str:
    """The noun right before, its 가 left out: 배가 불러요."""
    place = at - 2 if at > 0 and morphemes[at - 1].tag in ("JKS", "JX") else at - 1
    return morphemes[place].form if place >= 0 else ""


def _continues(token: Morpheme, following: Morpheme | None) -> bool:
    if following is None or token.form == "다":
        return False
    if following.tag == "VX":
        return True
    return token.form in ("어", "아", "여") and following.tag == "VV" and following.form in ("주", "드리")


def _auxiliary(token: Morpheme | None) -> str:
    return token.form if token is not None else ""


def _bound_noun(morphemes: tuple[Morpheme, ...], at: int) -> tuple[str, int] | None:
    """-(으)ㄹ 수 있다/없다, -(으)ㄹ 것 같다 and -(으)ㄹ 것이다 after a modifier, with the place behind them."""
    rest = morphemes[at + 1 : at + 4]
    if not rest or rest[0].tag != "NNB":
        return None
    skip = 2 if len(rest) > 1 and rest[1].tag in ("JKS", "JX") else 1
    if rest[0].form == "수" and len(rest) > skip and rest[skip].form in ("있", "없"):
        return "수" + rest[skip].form, at + 1 + skip + 1
    if rest[0].form in ("거", "것") and len(rest) > 1 and (rest[1].form, rest[1].tag) == ("같", "VA"):
        return "것같", at + 3
    if rest[0].form in ("거", "것", "게") and len(rest) > 1 and rest[1].tag == "VCP":
        return "거이", at + 3
    return None


def _is_short_negation(morphemes: tuple[Morpheme, ...], first: int) -> bool:
    before = morphemes[first - 1]
    return before.tag == "MAG" and before.form in ("안", "못")
