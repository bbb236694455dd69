"""What learners really said that a scene did not understand, for those who write the scene.

Editors see words, never people: no ids, no sessions, no hour, and only what several learners said in the same
words (as many as KOTO_SENTENCE_LEARNERS says). Admins, who may look into sessions anyway, see the rest as well.
Nothing is copied: what is erased with its learner or its session is not seen from then on, and what is put aside
is remembered by a digest.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rapidfuzz.distance import Levenshtein

from kotoserver.content.drafts import compile_folders
from kotoserver.content.taking import Taken, TakenAs, TurnIntents, draft_intents, take_sentence
from kotoserver.domain.evaluation import expectation_of
from kotoserver.domain.learner import ADMINS, Caller
from kotoserver.domain.likeness import bare, sentence_digest
from kotoserver.domain.utterance import read_utterance
from kotoserver.korean.sounds.hangul import jamo
from kotoserver.ports.clock import Clock
from kotoserver.ports.sentences import SentenceStore, Unmatched
from kotoserver.services.desk import Desk
from kotoserver.services.workbench import refuse_all_but_editors

ALIKE = 0.82
"""Share of the letters (in jamo) that two sentences must have in common to stand under one head."""
_ENOUGH_LIKE = 0.5
"""From there on the intent of the likest example is proposed."""
_LONG_NUMBER = re.compile(r"\d[\d\- ]{3,}\d|\S+@\S+")
"""Telephone numbers, dates of birth, addresses: nobody's answer in a role-play needs them."""
HIDDEN = "•••"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    text: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceGroup:
    """Sentences that are nearly the same, under the one that was said most."""

    text: str
    times: int
    learners: int
    last_on: date
    variants: tuple[Variant, ...]
    """All of them, the head included."""
    like: str
    """The intent of the draft whose example is likest; empty when none is near."""
    now: str
    """The intent as which the draft takes it by now; empty while it takes it for nothing."""
    ignored: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnSentences:
    turn: str
    intents: tuple[str, ...]
    """Of the draft; empty for a turn that is gone."""
    goal: str
    groups: tuple[SentenceGroup, ...]
    """What was said most comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneSentences:
    turns: tuple[TurnSentences, ...]
    """As the draft goes, then those that are gone from it."""
    held_back: int
    """Sentences that too few learners said for the caller to see them."""
    fewest: int


class SentencesService:
    """Every method is for editors: NotAllowed code `editors_only` for anybody else."""

    def __init__(self, *, store: SentenceStore, desk: Desk, clock: Clock, fewest: int) -> None:
        """`fewest`: learners who must have said something before editors see it."""
        self._store = store
        self._desk = desk
        self._clock = clock
        self._fewest = fewest

    async def list(self, caller: Caller, scene_id: str, *, days: int) -> SceneSentences:
        """What was said in the last so many days. NotFound code `no_such_draft`."""
        refuse_all_but_editors(caller)
        turns = await self._desk.work(lambda: draft_intents(self._desk.folders, scene_id))
        said = await self._store.list_unmatched(scene_id, self._clock.now() - timedelta(days=days))
        ignored = await self._store.list_ignored(scene_id)
        fewest = self.fewest_for(caller)
        shown, held_back = _said_by_enough(said, fewest)
        grouped = await asyncio.to_thread(_grouped, shown)
        heads = [(turn, each.head) for turn, groups in grouped.items() for each in groups]
        taken = await self._desk.work(lambda: self._taken(scene_id, heads))
        return SceneSentences(turns=_told(turns, grouped, taken, ignored), held_back=held_back, fewest=fewest)

    def fewest_for(self, caller: Caller) -> int:
        """How many learners must have said something before the caller sees it."""
        return 1 if caller.role in ADMINS else self._fewest

    async def take(
        self, caller: Caller, scene_id: str, turn: str, sentence: str, taken_as: TakenAs, intent: str
    ) -> Taken:
        """Writes a sentence into the draft. Raises as `take_sentence`, and as any utterance that cannot be one."""
        refuse_all_but_editors(caller)
        text = read_utterance("taken", " ".join(sentence.split())).text
        folders = self._desk.folders
        return await self._desk.work(lambda: take_sentence(folders, scene_id, turn, text, taken_as, intent))

    async def put_aside(
        self, caller: Caller, scene_id: str, turn: str, sentences: Iterable[str], *, ignored: bool
    ) -> None:
        """Leaves sentences out of the list from now on, or lists them again."""
        refuse_all_but_editors(caller)
        for each in sentences:
            if ignored:
                await self._store.ignore_sentence(scene_id, turn, sentence_digest(each), self._clock.now())
            else:
                await self._store.heed_sentence(scene_id, turn, sentence_digest(each))

    def _taken(self, scene_id: str, said: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """(turn, sentence) -> the intent as which the draft takes it now; only those that it takes at all."""
        result = compile_folders(self._desk.folders, scene_id).scenes.get(scene_id)
        scene = result.scene if result else None
        if scene is None or not said:
            return {}
        turns = {turn.id: expectation_of(scene, turn.id) for turn in scene.turns}
        judge = self._desk.proofreader(self._desk.folders).judge
        judged = {(turn, text): judge(text, turns[turn]).intent for turn, text in said if turn in turns}
        return {each: intent for each, intent in judged.items() if intent is not None}


@dataclass(slots=True)
class _Gathered:
    """Sentences under one head, while they are being gathered."""

    head: str
    letters: str
    said: list[Unmatched]

    @property
    def learners(self) -> int:
        return len({each.learner_id for each in self.said})

    @property
    def times(self) -> int:
        return sum(each.times for each in self.said)


def _said_by_enough(said: Sequence[Unmatched], fewest: int) -> tuple[list[Unmatched], int]:
    """What so many learners said in the very same words, and how many other sentences there are.

    Nearly the same would not do: 저는 사리예요 and 저는 아리예요 differ in a letter, and each is somebody's own.
    """
    learners: dict[tuple[str, str], set[str]] = {}
    for each in said:
        learners.setdefault((each.turn, bare(each.text)), set()).add(each.learner_id)
    enough = {key for key, who in learners.items() if len(who) >= fewest}
    return [each for each in said if (each.turn, bare(each.text)) in enough], len(learners) - len(enough)


def _grouped(said: Sequence[Unmatched]) -> dict[str, list[_Gathered]]:
    """By turn and likeness; whoever was said most becomes the head, and the likest head takes each sentence."""
    by_words: dict[tuple[str, str], list[Unmatched]] = {}
    for each in said:
        by_words.setdefault((each.turn, bare(each.text)), []).append(each)
    in_order = sorted(by_words.items(), key=lambda pair: (-sum(each.times for each in pair[1]), pair[0]))
    turns: dict[str, list[_Gathered]] = {}
    for (turn, words), same in in_order:
        heads = turns.setdefault(turn, [])
        letters = jamo(words)
        near = max(heads, key=lambda head: _alike(head.letters, letters), default=None)
        if near is not None and _alike(near.letters, letters) >= ALIKE:
            near.said += same
        else:
            heads.append(_Gathered(head=_most_usual(same), letters=letters, said=list(same)))
    return {turn: sorted(heads, key=lambda head: -head.times) for turn, heads in turns.items()}


def _alike(one: str, other: str) -> float:
    return Levenshtein.normalized_similarity(one, other)


def _most_usual(same: Sequence[Unmatched]) -> str:
    counts: Counter[str] = Counter()
    for each in same:
        counts[each.text] += each.times
    return max(counts, key=lambda text: (counts[text], -len(text), text))


def _told(
    turns: Sequence[TurnIntents],
    seen: Mapping[str, Sequence[_Gathered]],
    taken: Mapping[tuple[str, str], str],
    ignored: frozenset[tuple[str, str]],
) -> tuple[TurnSentences, ...]:
    known = {each.turn: each for each in turns}
    gone = [TurnIntents(turn=turn, goal="", intents={}, not_this={}) for turn in seen if turn not in known]
    return tuple(
        TurnSentences(turn=each.turn, intents=tuple(each.intents), goal=each.goal, groups=tuple(groups))
        for each in (*turns, *gone)
        if (groups := [_group(g, each, taken, ignored) for g in seen.get(each.turn, ()) if not each.knows(g.head)])
    )


def _group(
    gathered: _Gathered,
    turn: TurnIntents,
    taken: Mapping[tuple[str, str], str],
    ignored: frozenset[tuple[str, str]],
) -> SentenceGroup:
    counts: Counter[str] = Counter()
    for each in gathered.said:
        counts[_without_numbers(each.text)] += each.times
    return SentenceGroup(
        text=_without_numbers(gathered.head),
        times=gathered.times,
        learners=gathered.learners,
        last_on=max(each.last_at for each in gathered.said).date(),
        variants=tuple(Variant(text=text, times=times) for text, times in _by_count(counts)),
        like=_likest(gathered.letters, turn),
        now=taken.get((turn.turn, gathered.head), ""),
        ignored=all((turn.turn, sentence_digest(text)) in ignored for text in counts),
    )


def _by_count(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _without_numbers(text: str) -> str:
    return _LONG_NUMBER.sub(HIDDEN, text)


def _likest(letters: str, turn: TurnIntents) -> str:
    scored = [
        (_alike(letters, jamo(bare(example))), intent)
        for intent, examples in turn.intents.items()
        for example in examples
    ]
    best, intent = max(scored, default=(0.0, ""))
    return intent if best >= _ENOUGH_LIKE else ""
