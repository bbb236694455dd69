"""Joining the parts: the only file that knows every concrete class."""

import asyncio
import logging
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from kotoserver.audio.decode import PyAvDecoder
from kotoserver.audio.encode import AudioEncoder
from kotoserver.blobs import open_blobs
from kotoserver.bus import open_bus
from kotoserver.content.catalogs import read_catalogs
from kotoserver.content.diagnostics import Report
from kotoserver.content.drafts import Folders, compile_drafts, slot_words
from kotoserver.content.library import Library, open_library
from kotoserver.domain.checkup import Finding, State, age_of_backup, room_on_disk
from kotoserver.domain.errors import BadSettings, ContentBroken, KotoError
from kotoserver.domain.evaluation import Evaluation, Expectation, expectation_of
from kotoserver.domain.scene import Scene
from kotoserver.domain.session import SaidLine, Session
from kotoserver.korean.context import Prepared
from kotoserver.korean.engine import judge, prepare
from kotoserver.korean.proofreader import KoreanProofreader
from kotoserver.ports.blobs import BlobStore
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock, SystemClock
from kotoserver.ports.morphology import MorphemeAnalyzer
from kotoserver.ports.proofreading import Proofreader
from kotoserver.ports.providers import Evaluator, Recognizer, Synthesizer
from kotoserver.ports.storage import SpokenLine, Storage
from kotoserver.providers.breakable import FaultBoard
from kotoserver.providers.kiwi import KiwiAnalyzer
from kotoserver.providers.registry import (
    Voices,
    judges_without_models,
    open_evaluator,
    open_recognizer,
    open_synthesizer,
)
from kotoserver.services.accounts import AccountsService, Patience
from kotoserver.services.audit import AuditService
from kotoserver.services.backups import BackupService, latest
from kotoserver.services.bundle import Services
from kotoserver.services.catalog import CatalogService
from kotoserver.services.classes import ClassesService
from kotoserver.services.content import ContentService
from kotoserver.services.engine_choices import EngineChoices
from kotoserver.services.erasing import ErasingService
from kotoserver.services.health import Dependency, HealthService
from kotoserver.services.history import HistoryService
from kotoserver.services.keys import Keyring, open_keys
from kotoserver.services.lab import LabService
from kotoserver.services.lessons import LessonsService
from kotoserver.services.limits import LimitsService
from kotoserver.services.narration import spoken_line
from kotoserver.services.passwords import PasswordVault
from kotoserver.services.play import PlayService
from kotoserver.services.purse import DayPurse
from kotoserver.services.recordings import RecordingsService
from kotoserver.services.reloading import ReloadingService, TakeUp
from kotoserver.services.rescoring import RescoredTurn, rescore, stored_session
from kotoserver.services.speech import SpeechService
from kotoserver.services.speech_engines import SpeechEngines
from kotoserver.services.uploads import UploadService
from kotoserver.services.users import UsersService
from kotoserver.services.voice import VoiceService
from kotoserver.services.workbench import WorkbenchService
from kotoserver.settings import Secret, Settings, UploadSettings
from kotoserver.storage import open_dumps, open_storage

log = logging.getLogger(__name__)

EXAMINED_SECONDS = 30.0
"""How long one thing may take in a check-up: an engine loads its model."""
MOST_PREPARED = 1024
"""Turns that a plain judge keeps ready."""


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
    faults: FaultBoard | None
    """None: engines cannot be broken on purpose."""


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Everything the product can do, ready to be used; closed in the opposite order at the end.

    BadSettings when something cannot be opened as it is configured, StorageFailed when a server that
    it needs does not answer.
    """
    make_data_folder(settings.data_dir)
    keys = open_keys(settings)
    async with AsyncExitStack() as stack:
        parts = await _open_parts(settings, keys.current, stack)
        people = _open_people(settings, parts.storage, parts.bus, parts.clock, keys, stack)
        catalog = CatalogService(parts.library)
        speech = await _open_speech(settings, parts.storage, parts.bus, parts.blobs, parts.voice, stack)
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
            content=_open_content(settings, reloading, people.audit, parts.clock, stack),
            health=HealthService(_dependencies(settings, parts, catalog), parts.clock),
            bus=parts.bus,
        )


@asynccontextmanager
async def open_speech_engines(settings: Settings) -> AsyncIterator[SpeechEngines]:
    """What the speech role offers: ears and voice, without a database, a bus or scenes; closed at the end.

    BadSettings when an engine cannot be opened as it is configured.
    """
    async with AsyncExitStack() as stack:
        voice = open_synthesizer(settings.speech, read_voices(settings.scenes_dir))
        stack.push_async_callback(voice.close)
        ears = open_recognizer(settings.speech)
        if ears is not None:
            stack.push_async_callback(ears.close)
        decoder = PyAvDecoder(most_seconds=settings.uploads.most_seconds)
        stack.push_async_callback(decoder.close)
        encoder = AudioEncoder()
        stack.push_async_callback(encoder.close)
        engines = [Dependency(kind="voice", name=voice.name, check=voice.check)]
        if ears is not None:
            engines.append(Dependency(kind="ears", name=ears.name, check=ears.check))
        yield SpeechEngines(
            recognizer=ears,
            synthesizer=voice,
            decoder=decoder,
            encoder=encoder,
            health=HealthService(tuple(engines), SystemClock()),
        )


@asynccontextmanager
async def _storage(settings: Settings) -> AsyncIterator[Storage]:
    """The database that is configured, closed at the end."""
    storage = open_storage(_reveal(settings.database_url), data_dir=settings.data_dir, pool=settings.pool)
    try:
        yield storage
    finally:
        await storage.close()


async def migrate_database(settings: Settings) -> Sequence[str]:
    """Brings the database up to date; the names of the migrations that were applied."""
    make_data_folder(settings.data_dir)
    async with _storage(settings) as storage:
        return await storage.migrate()


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What knows who somebody is, and how much they may ask for."""

    accounts: AccountsService
    audit: AuditService
    limits: LimitsService


def _open_people(
    settings: Settings, storage: Storage, bus: Bus, clock: Clock, keys: Keyring, stack: AsyncExitStack
) -> People:
    vault = PasswordVault()
    stack.push_async_callback(vault.close)
    audit = AuditService(storage, clock)
    limits = LimitsService(bus, open_bus(None), settings.limits)
    accounts = AccountsService(
        members=storage,
        clock=clock,
        keys=keys,
        vault=vault,
        audit=audit,
        limits=limits,
        patience=Patience(
            access=timedelta(minutes=settings.accounts.access_minutes),
            stay=timedelta(days=settings.accounts.sign_in_days),
        ),
    )
    return People(accounts=accounts, audit=audit, limits=limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an operator does with people from the command line."""

    accounts: AccountsService
    users: UsersService


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Looks at everything that the server would stand on, one after the other, and changes nothing.

    What breaks is a finding; one thing that is broken keeps no other from being looked at.
    """
    async for found in _examined("data folder", lambda: _checked_folder(settings.data_dir)):
        yield found
    disks = {"disk of the data folder": settings.data_dir, "disk of backups": settings.backups.folder}
    for about, folder in disks.items():
        if folder.is_dir():
            yield room_on_disk(about, (await asyncio.to_thread(shutil.disk_usage, folder)).free)
    async for found in _examined("secret", lambda: _checked_keys(settings)):
        yield found
    storage = open_storage(_reveal(settings.database_url), data_dir=settings.data_dir, pool=settings.pool)
    async for found in _examined("database", storage.check, storage.close):
        yield found
    if settings.redis_url is not None:
        bus = open_bus(_reveal(settings.redis_url))
        async for found in _examined("redis", bus.check, bus.close):
            yield found
    blobs = open_blobs(settings.data_dir / "blobs", s3=settings.s3)
    async for found in _examined("blobs", blobs.check, blobs.close):
        yield found
    async for found in _examined("scenes and packs", lambda: _checked_content(settings)):
        yield found
    for about, check in (("voice", _check_voice), ("ears", _check_ears), ("judge", _check_judge)):
        async for found in _examined(about, lambda check=check: check(settings)):  # type: ignore[misc]  # bound now
            yield found
    made_at = latest(settings.backups.folder)
    hours = (SystemClock().now() - made_at).total_seconds() / 3600 if made_at else None
    yield age_of_backup(hours)


async def _examined(
    about: str,
    check: Callable[[], Awaitable[str | None]],
    close: Callable[[], Awaitable[None]] | None = None,
) -> AsyncIterator[Finding]:
    """One finding; `check` gives a sentence or nothing, and raises what is wrong."""
    try:
        async with asyncio.timeout(EXAMINED_SECONDS):
            told = await check()
        yield Finding(about=about, state=State.GOOD, sentence=told or "It answers.")
    except KotoError as error:
        yield Finding(about=about, state=State.BROKEN, sentence=error.message)
    except TimeoutError:
        sentence = f"It gave no answer within {EXAMINED_SECONDS:g} s."
        yield Finding(about=about, state=State.BROKEN, sentence=sentence)
    finally:
        if close is not None:
            await close()


async def _checked_folder(folder: Path) -> str:
    await asyncio.to_thread(make_data_folder, folder)
    return f"{folder} can be written to."


async def _checked_keys(settings: Settings) -> str:
    await asyncio.to_thread(open_keys, settings)
    return "KOTO_SECRET is set." if settings.accounts.secret else "It is kept in the data folder."


async def _checked_content(settings: Settings) -> str:
    library = await asyncio.to_thread(open_library, settings.scenes_dir, settings.langpacks_dir)
    problems = [str(problem) for problem in library.problems()]
    if problems:
        raise ContentBroken(problems[0])
    return f"{len(library.scene_ids())} scenes and {len(library.pack_ids())} packs are published."


async def _check_voice(settings: Settings) -> str:
    voice = open_synthesizer(settings.speech, read_voices(settings.scenes_dir))
    try:
        await voice.check()
    finally:
        await voice.close()
    return f"{voice.name} speaks."


async def _check_ears(settings: Settings) -> str:
    ears = open_recognizer(settings.speech)
    if ears is None:
        return "None are set; learners type, or their browser hears them."
    try:
        await ears.check()
    finally:
        await ears.close()
    return f"{ears.name} hears."


async def _check_judge(settings: Settings) -> str:
    judge = await asyncio.to_thread(open_evaluator, settings.evaluator, frozenset(), settings.models)
    try:
        await judge.check()
    finally:
        await judge.close()
    return f"{judge.name} judges."


@asynccontextmanager
async def open_backups(settings: Settings) -> AsyncIterator[BackupService]:
    """Making backups and restoring them, beside a server that runs or without one."""
    make_data_folder(settings.data_dir)
    blobs = open_blobs(settings.data_dir / "blobs", s3=settings.s3)
    try:
        yield BackupService(
            settings.backups.folder,
            dumps=open_dumps(_reveal(settings.database_url), data_dir=settings.data_dir),
            blobs=blobs,
            blobs_inside=settings.s3 is None,
            trees={"scenes": settings.scenes_dir, "langpacks": settings.langpacks_dir},
            clock=SystemClock(),
        )
    finally:
        await blobs.close()


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Accounts and users without the server, over a database that is brought up to date first."""
    make_data_folder(settings.data_dir)
    keys = open_keys(settings)
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(_storage(settings))
        await storage.migrate()
        bus = open_bus(_reveal(settings.redis_url) or None)
        stack.push_async_callback(bus.close)
        blobs = open_blobs(settings.data_dir / "blobs", s3=settings.s3)
        stack.push_async_callback(blobs.close)
        clock = SystemClock()
        people = _open_people(settings, storage, bus, clock, keys, stack)
        erasing = ErasingService(
            storage=storage,
            bus=bus,
            blobs=blobs,
            audit=people.audit,
            clock=clock,
            settings=settings.accounts,
        )
        users = UsersService(
            members=storage, accounts=people.accounts, erasing=erasing, audit=people.audit, bus=bus
        )
        yield Desk(accounts=people.accounts, users=users)


async def rescore_session(settings: Settings, session_id: str) -> tuple[Session, tuple[RescoredTurn, ...]]:
    """Judges every turn of a stored session again, at the versions it was played at; changes nothing.

    No language model is asked: it costs money and may answer differently.
    NotFound code `no_such_session`, or `no_such_scene` when that version of the scene is gone.
    """
    library = open_library(settings.scenes_dir, settings.langpacks_dir)
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(_storage(settings))
        session = await stored_session(storage, session_id)
        scene = library.scene(session.scene_id, session.scene_version)
        # The analyser knew the words of that version then; a newer one may have dropped some.
        known = [*(library.scene(scene_id) for scene_id in library.scene_ids()), scene]
        judges = judges_without_models(settings.evaluator)
        evaluator = open_evaluator(judges, scene_words(known), settings.models)
        stack.push_async_callback(evaluator.close)
        return session, await rescore(storage, session, scene, evaluator)


Judge = Callable[[str, Expectation], Evaluation]


def published_scenes(settings: Settings) -> dict[str, Scene]:
    """The live version of every scene, by id."""
    library = open_library(settings.scenes_dir, settings.langpacks_dir)
    return {scene_id: library.scene(scene_id) for scene_id in library.scene_ids()}


def open_judge(settings: Settings) -> Judge:
    """The built-in evaluator as a plain function, for one sentence after the other."""
    return open_judge_and_analyzer(settings)[0]


def open_judge_and_analyzer(settings: Settings) -> tuple[Judge, MorphemeAnalyzer]:
    """The built-in evaluator as a plain function, with the analyser that it reads with.

    Knows the words of every draft. What it prepared for a turn is kept, the oldest being let go.
    """
    drafts = compile_drafts(settings.scenes_dir, settings.langpacks_dir)
    analyzer = KiwiAnalyzer(scene_words(result.scene for result in drafts.scenes.values() if result.scene))
    prepared: dict[str, Prepared] = {}

    def judge_sentence(text: str, expectation: Expectation) -> Evaluation:
        if expectation.key not in prepared:
            if len(prepared) >= MOST_PREPARED:
                del prepared[next(iter(prepared))]
            prepared[expectation.key] = prepare(expectation, analyzer)
        return judge(text, prepared[expectation.key], analyzer)

    return judge_sentence, analyzer


def open_proofreader(settings: Settings, folders: Folders | None = None) -> Proofreader:
    """The built-in evaluator as authors ask it; it knows the words of every draft."""
    known = folders or Folders(scenes=settings.scenes_dir, langpacks=settings.langpacks_dir)
    return KoreanProofreader(KiwiAnalyzer(slot_words(known)))


async def _open_parts(settings: Settings, secret: Secret, stack: AsyncExitStack) -> Parts:
    clock = SystemClock()
    faults = FaultBoard() if settings.development else None
    library = open_library(settings.scenes_dir, settings.langpacks_dir)
    storage = await stack.enter_async_context(_storage(settings))
    purse = _open_purse(settings, storage, clock, stack)
    voice = open_synthesizer(settings.speech, read_voices(settings.scenes_dir), clock, purse, faults)
    stack.push_async_callback(voice.close)
    ears = open_recognizer(settings.speech, clock, purse, faults)
    if ears is not None:
        stack.push_async_callback(ears.close)
    scenes = [library.scene(scene_id) for scene_id in library.scene_ids()]
    judge = open_evaluator(settings.evaluator, scene_words(scenes), settings.models)
    stack.push_async_callback(judge.close)
    bus = open_bus(_reveal(settings.redis_url) or None)
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
        faults=faults,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """What takes a learner's voice, from the upload to the turn."""

    uploads: UploadService
    recordings: RecordingsService
    voice: VoiceService


async def open_listening(
    settings: UploadSettings,
    storage: Storage,
    blobs: BlobStore,
    bus: Bus,
    play: PlayService,
    ears: Recognizer | None,
    clock: Clock,
    stack: AsyncExitStack,
    choices: EngineChoices | None = None,
    limits: LimitsService | None = None,
) -> Listening:
    """Decoding, keeping and hearing of recordings; closed with the stack."""
    decoder = PyAvDecoder(most_seconds=settings.most_seconds)
    stack.push_async_callback(decoder.close)
    recordings = RecordingsService(storage=storage, blobs=blobs, clock=clock, kept_days=settings.kept_days)
    recordings.open()
    stack.push_async_callback(recordings.close)
    uploads = UploadService(
        storage=storage,
        blobs=blobs,
        decoder=decoder,
        play=play,
        recordings=recordings,
        clock=clock,
        most_bytes=settings.most_bytes,
    )
    stack.push_async_callback(uploads.settle)
    voice = VoiceService(
        storage=storage,
        bus=bus,
        uploads=uploads,
        recordings=recordings,
        recognizer=ears,
        play=play,
        clock=clock,
        choices=choices,
        limits=limits,
    )
    stack.push_async_callback(voice.settle)
    return Listening(uploads=uploads, recordings=recordings, voice=voice)


def _open_content(
    settings: Settings, reloading: ReloadingService, audit: AuditService, clock: Clock, stack: AsyncExitStack
) -> ContentService:
    folders = Folders(scenes=settings.scenes_dir, langpacks=settings.langpacks_dir)
    content = ContentService(
        folders, lambda known: open_proofreader(settings, known), reloading=reloading, audit=audit, clock=clock
    )
    stack.push_async_callback(content.close)
    return content


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


def _open_purse(settings: Settings, storage: Storage, clock: Clock, stack: AsyncExitStack) -> DayPurse:
    """What is spent on speech, by all servers on this database."""
    purse = DayPurse(
        storage,
        clock,
        daily_budget=settings.speech.daily_budget,
        learner_budget=settings.speech.learner_budget,
    )
    stack.push_async_callback(purse.close)
    return purse


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


async def _open_speech(
    settings: Settings, storage: Storage, bus: Bus, blobs: BlobStore, voice: Synthesizer, stack: AsyncExitStack
) -> SpeechService:
    encoder = AudioEncoder()
    stack.push_async_callback(encoder.close)
    speech = SpeechService(
        storage=storage,
        bus=bus,
        blobs=blobs,
        synthesizer=voice,
        encoder=encoder,
        clock=SystemClock(),
        cache_bytes=settings.speech_cache_bytes,
    )
    stack.push_async_callback(speech.close)
    await speech.open()
    return speech


def make_data_folder(folder: Path) -> None:
    """Makes sure that the data folder is there and can be written to; BadSettings when not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        why = error.strerror or str(error)
        raise BadSettings(
            f"The data folder {folder} cannot be written to ({why}); set KOTO_DATA_DIR to one that can."
        ) from error


def read_voices(scenes_dir: Path) -> Voices:
    """The voice catalogue; empty when it is broken, which the linter reports in full."""
    report = Report()
    catalogs = read_catalogs(scenes_dir, report)
    if catalogs is None:
        for found in report.diagnostics:
            log.warning("content: %s", found)
        return {}
    return catalogs.voices.voices


def scene_words(scenes: Iterable[Scene]) -> frozenset[str]:
    """Words that the analyser should know whole: what the slots of the scenes are filled with."""
    return frozenset(
        word
        for scene in scenes
        for ways in (*(way for slot in scene.slots.values() for way in slot.values.values()), scene.shortcuts)
        for word in ways
    )


async def prepare_judge(judge: Evaluator, scenes: Iterable[Scene]) -> None:
    """Does now what the first learner in each turn would otherwise wait for."""
    for scene in scenes:
        for turn in scene.turns:
            await judge.prepare(expectation_of(scene, turn.id))


def authored_lines(scenes: Iterable[Scene], speech: SpeechService) -> list[SpokenLine]:
    """Every line whose words are known ahead, at normal and at slow speed."""
    spoken: dict[str, SpokenLine] = {}
    for scene in scenes:
        fixed = [line for line in scene.lines() if "{" not in line.ko]
        fixed += [turn.model for turn in scene.turns if "{" not in turn.model.ko]
        for slowly in (False, True):
            for line in fixed:
                said = SaidLine(line=line, ko=line.ko, turn=scene.start, slowly=slowly)
                each = spoken_line(scene, said, speech)
                spoken.setdefault(each.key, each)
    return list(spoken.values())


async def render_scene(settings: Settings, scene_id: str, progress: Callable[[int, int], None]) -> None:
    """Speaks the authored lines of a scene's live version and keeps the sound, telling how far it is.

    A line that cannot be spoken now is left for whoever asks for it.
    """
    make_data_folder(settings.data_dir)
    scene = open_library(settings.scenes_dir, settings.langpacks_dir).scene(scene_id)
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(_storage(settings))
        await storage.migrate()
        blobs = open_blobs(settings.data_dir / "blobs", s3=settings.s3)
        stack.push_async_callback(blobs.close)
        clock = SystemClock()
        purse = _open_purse(settings, storage, clock, stack)
        voice = open_synthesizer(settings.speech, read_voices(settings.scenes_dir), clock, purse)
        stack.push_async_callback(voice.close)
        bus = open_bus(_reveal(settings.redis_url) or None)
        stack.push_async_callback(bus.close)
        speech = await _open_speech(settings, storage, bus, blobs, voice, stack)
        await speech.render(authored_lines([scene], speech), progress)


def _dependencies(settings: Settings, parts: Parts, catalog: CatalogService) -> tuple[Dependency, ...]:
    async def check_content() -> None:
        problems = catalog.problems()
        if problems:
            raise ContentBroken(problems[0])

    database = "sqlite" if not settings.database_url else _reveal(settings.database_url).split(":", 1)[0]
    return (
        Dependency(kind="database", name=database, check=parts.storage.check),
        Dependency(
            kind="bus", name="redis" if settings.redis_url else "memory", check=parts.bus.check, needed=False
        ),
        Dependency(
            kind="blobs", name="s3" if settings.s3 else "filesystem", check=parts.blobs.check, needed=False
        ),
        *([Dependency(kind="ears", name=parts.ears.name, check=parts.ears.check)] if parts.ears else []),
        Dependency(kind="voice", name=parts.voice.name, check=parts.voice.check),
        Dependency(kind="evaluator", name=parts.judge.name, check=parts.judge.check),
        Dependency(kind="content", name="scenes", check=check_content),
    )


def _reveal(secret: Secret | None) -> str:
    return secret.reveal() if secret is not None else ""
