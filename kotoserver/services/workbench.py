"""Trying the engines by hand: what editors do while they write scenes."""

from collections.abc import Callable
from typing import Any

from kotoserver.domain.errors import NotAllowed
from kotoserver.domain.evaluation import Evaluation, FeedbackItem
from kotoserver.domain.langpack import LanguagePack
from kotoserver.domain.learner import Caller, Role
from kotoserver.ports.providers import Evaluator
from kotoserver.services.catalog import CatalogService
from kotoserver.services.judging import Question, expectation_for, judgement
from kotoserver.services.narration import feedback_message

_EDITORS = frozenset({Role.EDITOR, Role.ADMIN})


class WorkbenchService:
    """Every method is for editors: NotAllowed code `editors_only` for anybody else."""

    def __init__(self, catalog: CatalogService, evaluator: Evaluator) -> None:
        self._catalog = catalog
        self._evaluator = evaluator

    async def evaluate(self, caller: Caller, question: Question, pack_id: str | None) -> dict[str, Any]:
        """The judgement of one sentence; nothing is stored.

        With a pack it also holds `feedback`: what a learner would read, one sentence for each item, or
        the verdict's own where there is none. NotFound codes `no_such_scene`, `no_such_turn`,
        `no_such_pack`; BadInput code `pack_lacks_scene`.
        """
        _refuse_all_but_editors(caller)
        scenes = {scene.id: scene for scene in self._catalog.scenes()}
        expectation = expectation_for(question, scenes)
        speak = self._speaker(question, pack_id) if pack_id else None
        evaluation = await self._evaluator.evaluate(question.learner, expectation)
        return {**judgement(question, evaluation), "feedback": speak(evaluation) if speak else None}

    def _speaker(self, question: Question, pack_id: str) -> Callable[[Evaluation], list[str]]:
        """Puts an evaluation into the pack's words, of the scene where the question names one."""
        if question.examples:
            pack = self._catalog.pack(pack_id)
            return lambda evaluation: _sentences(evaluation, pack, lambda item: _message(item, pack, question))
        playable = self._catalog.playable(str(question.scene), pack_id)
        turn = str(question.turn)
        return lambda evaluation: _sentences(
            evaluation, playable.pack, lambda item: feedback_message(playable, item, turn)
        )


def _refuse_all_but_editors(caller: Caller) -> None:
    if caller.role not in _EDITORS:
        raise NotAllowed(
            "Only editors may do this; `kotoserver token --role editor` makes one.", code="editors_only"
        )


def _sentences(evaluation: Evaluation, pack: LanguagePack, message: Callable[[FeedbackItem], str]) -> list[str]:
    if not evaluation.items:
        return [pack.feedback_summary[evaluation.verdict.value]]
    return [message(item) for item in evaluation.items]


def _message(item: FeedbackItem, pack: LanguagePack, question: Question) -> str:
    """One item outside any scene: the goal is to say what the examples say."""
    return pack.feedback_sentence(item.code, {**item.params, "goal": question.examples[0], "question": ""}).strip()
