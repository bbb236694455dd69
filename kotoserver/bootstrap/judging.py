"""Joining the Korean evaluator, without a server around it."""

from collections.abc import Callable
from contextlib import AsyncExitStack

from kotoserver.bootstrap.parts import opened_storage
from kotoserver.content.drafts import Folders, slot_words
from kotoserver.content.library import open_library
from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.domain.scene import Scene
from kotoserver.domain.session import Session
from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.engine import judge, prepare
from kotoserver.korean.proofreader import KoreanProofreader
from kotoserver.ports.morphology import MorphemeAnalyzer
from kotoserver.ports.proofreading import Proofreader
from kotoserver.providers.kiwi import KiwiAnalyzer
from kotoserver.providers.registry import judges_without_models, open_evaluator
from kotoserver.services.rescoring import RescoredTurn, rescore, stored_session
from kotoserver.settings import Settings

MOST_PREPARED = 1024
"""Turns that a plain judge keeps ready."""


Judge = Callable[[str, Expectation], Evaluation]


def published_scenes(settings: Settings) -> dict[str, Scene]:
    """The live version of every scene, by id."""
    library = open_library(settings.scenes_dir, settings.langpacks_dir)
    return {scene.id: scene for scene in library.live_scenes()}


def open_judge(settings: Settings) -> Judge:
    """The built-in evaluator as a plain function, for one sentence after the other."""
    return open_judge_and_analyzer(settings)[0]


def open_judge_and_analyzer(settings: Settings) -> tuple[Judge, MorphemeAnalyzer]:
    """The built-in evaluator as a plain function, with the analyser that it reads with.

    What it prepared for a turn is kept, the oldest being let go.
    """
    analyzer = KiwiAnalyzer()
    prepared: dict[str, Prepared] = {}

    def judge_sentence(text: str, expectation: Expectation) -> Evaluation:
        if expectation.key not in prepared:
            if len(prepared) >= MOST_PREPARED:
                del prepared[next(iter(prepared))]
            prepared[expectation.key] = prepare(expectation, analyzer)
        return judge(text, prepared[expectation.key])

    return judge_sentence, analyzer


def open_proofreader(settings: Settings, folders: Folders | None = None) -> Proofreader:
    """The built-in evaluator as authors ask it; it knows the words of every draft."""
    known = folders or Folders(scenes=settings.scenes_dir, langpacks=settings.langpacks_dir)
    proofreader = KoreanProofreader(KiwiAnalyzer())
    proofreader.know(slot_words(known))
    return proofreader


async def rescore_session(settings: Settings, session_id: str) -> tuple[Session, tuple[RescoredTurn, ...]]:
    """Judges every turn of a stored session again, at the versions it was played at; changes nothing.

    No language model is asked: it costs money and may answer differently.
    NotFound code `no_such_session`, or `no_such_scene` when that version of the scene is gone.
    """
    library = open_library(settings.scenes_dir, settings.langpacks_dir)
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(opened_storage(settings))
        session = await stored_session(storage, session_id)
        scene = library.scene(session.scene_id, session.scene_version)
        judges = judges_without_models(settings.evaluator)
        evaluator = open_evaluator(judges, settings.models)
        stack.push_async_callback(evaluator.close)
        return session, await rescore(storage, session, scene, evaluator)
