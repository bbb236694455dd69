"""What editors see of a draft beside its text: its graph, what learners would do in it, and any way through it.

Nothing of this is kept. A draft that has errors is stood for by what it was when it last could be used.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TypeVar

from kotoserver.content.compiler import CompilationResult
from kotoserver.content.desk import said_in_tests
from kotoserver.content.diagnostics import Report, errors
from kotoserver.content.drafts import Drafts, Folders, compile_folders
from kotoserver.content.graph import SceneGraph, draw_graph
from kotoserver.content.keeping import KeptRows, keep_as_test
from kotoserver.content.pack_values import pack_of
from kotoserver.content.positions import Layout, read_layout
from kotoserver.content.rehearsal import Rehearsal, Way, rehearse
from kotoserver.content.tree import Document
from kotoserver.content.trials import Tried, tried_by_rows
from kotoserver.domain.errors import BadInput, NotFound
from kotoserver.domain.evaluation import FeedbackItem, expectation_of
from kotoserver.domain.langpack import LanguagePack
from kotoserver.domain.learner import Caller
from kotoserver.domain.scene import Hint, Line, Scene
from kotoserver.domain.session import Progress
from kotoserver.korean.trying.mistakes import mistakes_for
from kotoserver.korean.trying.walks import WalkReport, walk_scene
from kotoserver.ports.proofreading import Proofreader
from kotoserver.services.catalog import Playable
from kotoserver.services.desk import Desk
from kotoserver.services.narration import feedback_message, line_meaning
from kotoserver.services.workbench import refuse_all_but_editors

T = TypeVar("T")

WALKS = 60
"""Ten of each kind of learner: enough to tell a much used way from one that hardly anybody goes."""
ROUNDS = 10
"""One of each kind of learner plays in each."""
MOST_MISTAKES = 4


class Basis(StrEnum):
    """Of what an answer speaks."""

    DRAFT = "draft"
    """The draft as it stands in the editor's window."""
    BEFORE = "before"
    """The text that the editor's window last got an answer for."""
    SAVED = "saved"
    """The draft as it is saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What an editor has open."""

    unsaved: Mapping[str, bytes]
    before: bytes | None = None
    """The scene's text when it could last be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnScene:
    graph: SceneGraph
    basis: Basis
    layout: Layout


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """Where synthetic learners went."""

    walks: int
    entered: Mapping[str, int]
    """Turn -> walks that came through."""
    taken: Mapping[tuple[str, int], int]
    """Turn and index of a rule -> how often it was taken."""
    ended: Mapping[str, int]
    """Ending -> walks that ended so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A scene that can be played, and a learner's language for it as far as that is written."""

    scene: Scene
    pack: LanguagePack | None

    @property
    def playable(self) -> Playable | None:
        pack = self.pack
        return Playable(scene=self.scene, pack=pack) if pack and self.scene.id in pack.scenes else None

    def meaning(self, line: Line, progress: Progress) -> str | None:
        return self._worded(lambda playable: line_meaning(playable, line, progress))

    def hint(self, hint: Hint) -> str | None:
        return self._worded(lambda playable: playable.words.hints[hint.id])

    def goal(self, turn_id: str) -> str | None:
        return self._worded(lambda playable: playable.words.goals[turn_id])

    def message(self, item: FeedbackItem, turn_id: str) -> str | None:
        return self._worded(lambda playable: feedback_message(playable, item, turn_id))

    def summary(self, verdict: str) -> str | None:
        return self._worded(lambda playable: playable.pack.feedback_summary[verdict])

    def _worded(self, words: Callable[[Playable], T]) -> T | None:
        """None for what is not translated yet: a draft's pack may lack anything."""
        playable = self.playable
        try:
            return words(playable) if playable is not None else None
        except KeyError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A rehearsal with what is needed to tell it."""

    rehearsal: Rehearsal
    stage: Stage
    basis: Basis
    document: Document
    mistakes: tuple[str, ...]
    """What learners may say wrongly where the way ends now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Usable:
    basis: Basis
    folders: Folders
    drafts: Drafts
    result: CompilationResult


class RehearsingService:
    """Every method is for editors: NotAllowed code `editors_only` for anybody else. NotFound `no_such_scene`.

    BadInput code `draft_has_errors` when neither the draft nor what stands for it can be used.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def graph(self, caller: Caller, scene_id: str, window: Window) -> DrawnScene:
        """The scene as a picture; also of a draft that has errors, as long as it can be read."""
        refuse_all_but_editors(caller)
        return await self._desk.work(partial(self._graph, scene_id, window))

    async def heat(self, caller: Caller, scene_id: str, window: Window) -> Heat:
        """Lets synthetic learners play the scene; the same draft gives the same answer.

        They play in rounds, and between two rounds the desk does what editors wait for.
        """
        refuse_all_but_editors(caller)
        usable = await self._desk.work(partial(self._usable, scene_id, window))
        rounds = [await self._desk.work(partial(self._round, usable, number)) for number in range(ROUNDS)]
        return _heat_of(rounds)

    async def rehearse(
        self,
        caller: Caller,
        scene_id: str,
        window: Window,
        way: Way,
        pack_id: str,
    ) -> Played:
        """Goes a way through the scene. Raises what `content.rehearsal.rehearse` raises, too."""
        refuse_all_but_editors(caller)
        return await self._desk.work(partial(self._rehearse, scene_id, window, way, pack_id))

    async def keep(
        self,
        caller: Caller,
        scene_id: str,
        window: Window,
        way: Way,
        name: str,
        digest: str,
    ) -> KeptRows:
        """Keeps a way as rows of `tests.yaml`. Raises what `content.keeping.keep_as_test` raises, too."""
        refuse_all_but_editors(caller)

        def keep() -> KeptRows:
            usable = self._usable(scene_id, window)
            rehearsal = rehearse(_scene(usable), way, self._desk.proofreader(usable.folders).judge)
            return keep_as_test(usable.folders, rehearsal, way.beginning, name, digest)

        return await self._desk.work(keep)

    def _graph(self, scene_id: str, window: Window) -> DrawnScene:
        usable = self._usable(scene_id, window, can_be_used=lambda result: result.source is not None)
        source, document = usable.result.source, usable.result.document
        if source is None or document is None:
            raise ValueError("a draft that can be read has a source")
        tried = self._tried(usable)
        layout = read_layout(usable.folders, scene_id)
        return DrawnScene(graph=draw_graph(source, document, tried), basis=usable.basis, layout=layout)

    def _tried(self, usable: _Usable) -> Tried | None:
        scene = usable.result.scene
        if scene is None:
            return None
        tests = usable.folders.tests(scene.id, Report())
        if tests is None:
            return Tried(rules=frozenset(), endings=frozenset())
        file = f"{usable.folders.scenes.name}/{scene.id}/tests.yaml"
        proofreader = self._desk.proofreader(usable.folders)
        return tried_by_rows(scene, tests, file, proofreader.judge, usable.folders.memory)

    def _round(self, usable: _Usable, number: int) -> WalkReport:
        scene, proofreader = _scene(usable), self._desk.proofreader(usable.folders)
        said = said_in_tests(usable.folders, scene.id)
        walks = WALKS // ROUNDS
        return walk_scene(scene, proofreader.judge, proofreader.analyzer, walks=walks, seed=number, said=said)

    def _rehearse(self, scene_id: str, window: Window, way: Way, pack_id: str) -> Played:
        usable = self._usable(scene_id, window)
        scene, document = _scene(usable), usable.result.document
        if document is None:
            raise ValueError("a scene that can be played has a document")
        proofreader = self._desk.proofreader(usable.folders)
        rehearsal = rehearse(scene, way, proofreader.judge)
        return Played(
            rehearsal=rehearsal,
            stage=Stage(scene=scene, pack=pack_as_written(usable.drafts, pack_id, scene_id)),
            basis=usable.basis,
            document=document,
            mistakes=likely_mistakes(scene, rehearsal.ends_at.turn, proofreader),
        )

    def _usable(
        self,
        scene_id: str,
        window: Window,
        can_be_used: Callable[[CompilationResult], bool] = lambda result: result.scene is not None,
    ) -> _Usable:
        """The draft, or the nearest thing to it that can be used."""
        file = f"{self._desk.folders.scenes.name}/{scene_id}/scene.yaml"
        others = {name: text for name, text in window.unsaved.items() if name != file}
        states = [(Basis.DRAFT, window.unsaved), (Basis.SAVED, others)]
        if window.before is not None:
            states.insert(1, (Basis.BEFORE, {**others, file: window.before}))
        wrong = 0
        for basis, unsaved in states:
            folders = replace(self._desk.folders, unsaved=unsaved)
            drafts = compile_folders(folders, scene_id)
            if drafts.catalogs is not None and scene_id not in drafts.scenes:
                raise NotFound(f"There is no scene {scene_id}.", code="no_such_scene")
            result = drafts.scenes.get(scene_id)
            if result is not None and can_be_used(result):
                return _Usable(basis=basis, folders=folders, drafts=drafts, result=result)
            wrong = wrong or len(errors(drafts.diagnostics))
        sentence = f"The draft of {scene_id} has {wrong} errors; the findings tell which."
        raise BadInput(sentence, code="draft_has_errors")


def _heat_of(rounds: list[WalkReport]) -> Heat:
    walks = [walk for each in rounds for walk in each.walks]
    return Heat(
        walks=len(walks),
        entered=Counter(turn for walk in walks for turn in set(walk.path)),
        taken=sum((Counter(each.taken) for each in rounds), Counter()),
        ended=Counter(walk.ending for walk in walks),
    )


def _scene(usable: _Usable) -> Scene:
    if usable.result.scene is None:
        raise ValueError("only what can be played is rehearsed")
    return usable.result.scene


def pack_as_written(drafts: Drafts, pack_id: str, scene_id: str) -> LanguagePack | None:
    """The draft of a pack with what it says of one scene, whatever it still lacks."""
    result = drafts.packs.get(pack_id)
    if result is None or result.source is None:
        return None
    parts = {scene_id: result.parts[scene_id][0]} if scene_id in result.parts else {}
    return pack_of(result.source, parts)


def likely_mistakes(scene: Scene, turn_id: str, proofreader: Proofreader) -> tuple[str, ...]:
    """Ways to say the model answer wrongly, one of each kind."""
    model = scene.turn(turn_id).model.ko
    found: dict[str, str] = {}
    for mistake in mistakes_for(model, expectation_of(scene, turn_id), proofreader.analyzer):
        found.setdefault(mistake.family, mistake.text)
    return tuple(found.values())[:MOST_MISTAKES]
