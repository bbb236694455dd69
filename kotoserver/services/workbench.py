"""Trying the engines by hand: what editors do while they write scenes."""

from typing import Any

from kotoserver.domain.errors import NotAllowed
from kotoserver.domain.evaluation import Evaluation, FeedbackItem
from kotoserver.domain.langpack import LanguagePack
from kotoserver.domain.learner import Caller, Role
from kotoserver.ports.providers import Evaluator
from kotoserver.services.catalog import CatalogService, Playable
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
        refuse_all_but_editors(caller)
        playable = self._playable(question, pack_id)
        scenes = [playable.scene] if playable else self._catalog.scenes()
        expectation = expectation_for(question, {scene.id: scene for scene in scenes})
        pack = self._catalog.pack(pack_id) if pack_id else None
        evaluation = await self._evaluator.evaluate(question.learner, expectation)
        feedback = _feedback(evaluation, question, pack, playable) if pack else None
        return {**judgement(question, evaluation), "feedback": feedback}

    def _playable(self, question: Question, pack_id: str | None) -> Playable | None:
        """The scene that the question names as learners with this pack play it."""
        if pack_id is None or question.examples:
            return None
        return self._catalog.playable(str(question.scene), pack_id)


def refuse_all_but_editors(caller: Caller) -> None:
    """NotAllowed code `editors_only` for anybody else."""
    if caller.role not in _EDITORS:
        raise NotAllowed(
            "Only editors may do this; `kotoserver token --role editor` makes one.", code="editors_only"
        )


def _feedback(
    evaluation: Evaluation, question: Question, pack: LanguagePack, playable: Playable | None
) -> list[str]:
    if not evaluation.items:
        return [pack.feedback_summary[evaluation.verdict.value]]
    if playable is None:
        return [_message(item, pack, question) for item in evaluation.items]
    return [feedback_message(playable, item, str(question.turn)) for item in evaluation.items]


def _message(item: FeedbackItem, pack: LanguagePack, question: Question) -> str:
    """One item outside any scene: the goal is to say what the examples say."""
    return pack.feedback_sentence(item.code, {**item.params, "goal": question.examples[0], "question": ""}).strip()
