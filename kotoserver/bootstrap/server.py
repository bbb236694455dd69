"""Joining the server, and the speech role, which is a part of it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from kotoserver.audio.encode import AudioEncoder
from kotoserver.blobs import open_blobs
from kotoserver.bootstrap.judging import open_proofreader
from kotoserver.bootstrap.listening import open_listening
from kotoserver.bootstrap.parts import make_data_folder, opened_storage, read_voices, revealed
from kotoserver.bootstrap.people import open_people
from kotoserver.bootstrap.speaking import authored_lines, open_purse, open_speech
from kotoserver.bus import open_bus
from kotoserver.content.drafts import Folders
from kotoserver.content.library import Library, open_library
from kotoserver.domain.checkup import refuse_impossible_clock, refuse_parted_clocks
from kotoserver.domain.engines import EngineState
from kotoserver.domain.errors import ContentBroken, KotoError, StorageFailed
from kotoserver.domain.evaluation import expectation_of
from kotoserver.domain.scene import Scene
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock, SystemClock
from kotoserver.ports.providers import Evaluator, Recognizer, Synthesizer
from kotoserver.ports.storage import Storage
from kotoserver.providers.breakable import FaultBoard
from kotoserver.providers.registry import open_evaluator, open_recognizer, open_synthesizer
from kotoserver.services.bundle import Services
from kotoserver.services.catalog import CatalogService
from kotoserver.services.classes import ClassesService
from kotoserver.services.content import ContentService
from kotoserver.services.desk import Desk
from kotoserver.services.engine_choices import EngineChoices
from kotoserver.services.erasing import ErasingService
from kotoserver.services.health import Dependency, HealthService
from kotoserver.services.history import HistoryService
from kotoserver.services.keys import open_keys
from kotoserver.services.lab import LabService
from kotoserver.services.lessons import LessonsService
from kotoserver.services.limits import LimitsService
from kotoserver.services.lookout import Disk, Lookout
from kotoserver.services.play import PlayService
from kotoserver.services.previews import PreviewService
from kotoserver.services.purse import DayPurse
from kotoserver.services.rehearsing import RehearsingService
from kotoserver.services.reloading import ReloadingService, TakeUp
from kotoserver.services.reviews import ReviewsService
from kotoserver.services.sentences import SentencesService
from kotoserver.services.speech import SpeechService
from kotoserver.services.users import UsersService
from kotoserver.services.workbench import WorkbenchService
from kotoserver.settings import Secret, Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the services stand on; each was opened here and is closed here."""

    library: Library
    storage: Storage
    bus: Bus
    blobs: BlobStore
    ears: Recognizer | None
    """None: learners type."""
    voice: Synthesizer
    judge: Evaluator
    clock: Clock
    purse: DayPurse
    faults: FaultBoard | None
    """None: engines cannot be broken on purpose."""


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Everything the product can do, ready to be used; closed in the opposite order at the end.

    BadSettings when something cannot be opened as it is configured, StorageFailed when a server that
    it needs does not answer.
    """
    refuse_impossible_clock(SystemClock().now())
    make_data_folder(settings.data_dir)
    keys = open_keys(settings)
    async with AsyncExitStack() as stack:
        parts = await _open_parts(settings, keys.current, stack)
        people = open_people(settings, parts.storage, parts.bus, parts.clock, keys, stack)
        catalog = CatalogService(parts.library)
        speech = await open_speech(settings, parts.storage, parts.bus, parts.blobs, parts.voice, stack)
        choices = EngineChoices()
        play = PlayService(
            storage=parts.storage,
            bus=parts.bus,
            catalog=catalog,
            evaluator=parts.judge,
            speech=speech,
            clock=parts.clock,
            choices=choices,
            limits=people.limits,
        )
        stack.push_async_callback(play.settle)
        listening = await open_listening(
            settings.uploads,
            parts.storage,
            parts.blobs,
            parts.bus,
            play,
            parts.ears,
            parts.clock,
            stack,
            choices,
            people.limits,
        )
        for problem in catalog.problems():
            log.warning("content: %s", problem)
        await prepare_judge(parts.judge, catalog.scenes())
        if parts.ears is not None:
            stack.push_async_callback(_ended, asyncio.create_task(_try_out(parts.ears)))
        speech.warm_library(authored_lines(catalog.scenes(), speech))
        erasing = ErasingService(
            storage=parts.storage,
            blobs=parts.blobs,
            bus=parts.bus,
            audit=people.audit,
            clock=parts.clock,
            settings=settings.accounts,
        )
        erasing.open()
        stack.push_async_callback(erasing.close)
        reloading = ReloadingService(parts.library, _take_up(parts.judge, speech))
        stack.push_async_callback(_ended, asyncio.create_task(reloading.keep_looking()))
        health = HealthService(_dependencies(settings, parts, catalog), parts.clock)
        lookout = _open_lookout(settings, parts, people.limits, health, stack)
        desk = _open_desk(settings, stack)
        yield Services(
            accounts=people.accounts,
            users=UsersService(
                members=parts.storage, accounts=people.accounts, erasing=erasing, audit=people.audit, bus=parts.bus
            ),
            classes=ClassesService(members=parts.storage, limits=people.limits, clock=parts.clock),
            lessons=LessonsService(lessons=parts.storage, catalog=catalog, audit=people.audit, clock=parts.clock),
            erasing=erasing,
            limits=people.limits,
            catalog=catalog,
            play=play,
            history=HistoryService(parts.storage, play),
            speech=speech,
            uploads=listening.uploads,
            recordings=listening.recordings,
            voice=listening.voice,
            workbench=WorkbenchService(catalog, parts.judge),
            lab=_open_lab(settings, parts, play, choices, stack),
            previews=PreviewService(
                speech=speech,
                synthesizer=parts.voice,
                voices={each: voice.about for each, voice in sorted(read_voices(settings.scenes_dir).items())},
                limits=people.limits,
            ),
            content=ContentService(desk, reloading=reloading, audit=people.audit, clock=parts.clock),
            sentences=SentencesService(
                store=parts.storage, desk=desk, clock=parts.clock, fewest=settings.sentence_learners
            ),
            rehearsing=RehearsingService(desk),
            reviews=ReviewsService(
                desk=desk,
                store=parts.storage,
                keys=keys,
                limits=people.limits,
                audit=people.audit,
                clock=parts.clock,
            ),
            health=health,
            lookout=lookout,
            bus=parts.bus,
        )


async def _open_parts(settings: Settings, secret: Secret, stack: AsyncExitStack) -> Parts:
    clock = SystemClock()
    faults = FaultBoard() if settings.development else None
    library = open_library(settings.scenes_dir, settings.langpacks_dir)
    storage = await stack.enter_async_context(opened_storage(settings))
    purse = open_purse(settings, storage, clock, stack)
    voice = open_synthesizer(settings.speech, read_voices(settings.scenes_dir), clock, purse, faults)
    stack.push_async_callback(voice.close)
    ears = open_recognizer(settings.speech, clock, purse, faults)
    if ears is not None:
        stack.push_async_callback(ears.close)
    judge = open_evaluator(settings.evaluator, settings.models)
    stack.push_async_callback(judge.close)
    bus = open_bus(revealed(settings.redis_url) or None)
    stack.push_async_callback(bus.close)
    blobs = open_blobs(settings.data_dir / "blobs", s3=settings.s3, secret=secret)
    stack.push_async_callback(blobs.close)
    await blobs.open()
    for name in await storage.migrate():
        log.info("applied the migration %s", name)
    return Parts(
        library=library,
        storage=storage,
        bus=bus,
        blobs=blobs,
        ears=ears,
        voice=voice,
        judge=judge,
        clock=clock,
        purse=purse,
        faults=faults,
    )


def _open_desk(settings: Settings, stack: AsyncExitStack) -> Desk:
    folders = Folders(scenes=settings.scenes_dir, langpacks=settings.langpacks_dir)
    desk = Desk(folders, lambda: open_proofreader(settings, folders))
    stack.push_async_callback(desk.close)
    return desk


def _open_lab(
    settings: Settings, parts: Parts, play: PlayService, choices: EngineChoices, stack: AsyncExitStack
) -> LabService:
    encoder = AudioEncoder()
    stack.push_async_callback(encoder.close)
    return LabService(
        recognizer=parts.ears,
        synthesizer=parts.voice,
        encoder=encoder,
        play=play,
        choices=choices,
        faults=parts.faults,
        voices=sorted(read_voices(settings.scenes_dir)),
        clock=parts.clock,
    )


def _open_lookout(
    settings: Settings, parts: Parts, limits: LimitsService, health: HealthService, stack: AsyncExitStack
) -> Lookout:
    """Looks for as long as the stack is open."""

    def engines() -> Sequence[EngineState]:
        ears = parts.ears.states() if parts.ears else ()
        return (*ears, *parts.judge.states(), *parts.voice.states())

    lookout = Lookout(
        health=health,
        limits=limits,
        engines=engines,
        count_spending=parts.purse.look,
        disks=(
            Disk(name="data", folder=settings.data_dir),
            Disk(name="backups", folder=settings.backups.folder),
        ),
        backups=settings.backups.folder,
        clock=parts.clock,
    )
    stack.push_async_callback(_ended, asyncio.create_task(lookout.keep_looking()))
    return lookout


def _take_up(judge: Evaluator, speech: SpeechService) -> TakeUp:
    """What is done for every scene at the start, for those that were published since."""

    async def take_up(scenes: Sequence[Scene]) -> None:
        speech.warm_library(authored_lines(scenes, speech))
        await prepare_judge(judge, scenes)

    return take_up


async def _try_out(ears: Recognizer) -> None:
    """Lets the ears listen once, so that the first learner does not wait for what they load at first."""
    try:
        await ears.check()
    except KotoError as failure:
        log.warning("the ears %s do not work now: %s", ears.name, failure.message)


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def prepare_judge(judge: Evaluator, scenes: Iterable[Scene]) -> None:
    """Does now what the first learner in each turn would otherwise wait for."""
    for scene in scenes:
        for turn in scene.turns:
            await judge.prepare(expectation_of(scene, turn.id))


def _dependencies(settings: Settings, parts: Parts, catalog: CatalogService) -> tuple[Dependency, ...]:
    async def check_content() -> None:
        problems = catalog.problems()
        if problems:
            raise ContentBroken(problems[0])

    async def check_clock() -> None:
        try:
            theirs = await parts.storage.clock()
        except StorageFailed:  # which the check of the database tells
            return
        if theirs is not None:
            refuse_parted_clocks("database", parts.clock.now(), theirs)

    database = "sqlite" if not settings.database_url else revealed(settings.database_url).split(":", 1)[0]
    return (
        Dependency(kind="database", name=database, check=parts.storage.check),
        Dependency(
            kind="bus", name="redis" if settings.redis_url else "memory", check=parts.bus.check, needed=False
        ),
        Dependency(
            kind="blobs", name="s3" if settings.s3 else "filesystem", check=parts.blobs.check, needed=False
        ),
        # Without ears learners type on, so that it is no reason to send nobody here.
        *(
            [Dependency(kind="ears", name=parts.ears.name, check=parts.ears.check, needed=False)]
            if parts.ears
            else []
        ),
        Dependency(kind="voice", name=parts.voice.name, check=parts.voice.check),
        Dependency(kind="evaluator", name=parts.judge.name, check=parts.judge.check),
        Dependency(kind="content", name="scenes", check=check_content),
        Dependency(kind="clock", name="system", check=check_clock, needed=False),
    )
