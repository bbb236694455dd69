"""Looking at the server: what the metrics and the page are told, and what counts as wrong."""

import shutil
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kotoserver.bus.memory import MemoryBus
from kotoserver.domain.checkup import State
from kotoserver.domain.engines import EngineState
from kotoserver.domain.errors import StorageFailed
from kotoserver.domain.receipt import Stage
from kotoserver.ports.clock import SystemClock
from kotoserver.services.health import Dependency, HealthService
from kotoserver.services.limits import LimitsService
from kotoserver.services.lookout import Disk, Lookout
from kotoserver.services.pulse import bucket_name
from kotoserver.services.wellbeing import BOUNDS, Fullness, findings
from kotoserver.settings import Settings
from kotoserver.telemetry import REGISTRY


class Shaky:
    """A store that fails when it is told to."""

    def __init__(self) -> None:
        self.why: str | None = None

    async def check(self) -> None:
        if self.why is not None:
            raise StorageFailed(self.why)


async def nothing() -> None:
    """Nobody spent anything."""


def engine(
    name: str, *, resting: bool = False, trouble: str | None = None, stage: Stage = Stage.TTS
) -> EngineState:
    return EngineState(
        stage=stage,
        name=name,
        resting=resting,
        failures=3 * resting,
        since=None,
        asked_now=0,
        p50_seconds=None,
        p95_seconds=None,
        trouble=trouble,
    )


def lookout(
    folder: Path,
    store: Shaky,
    engines: Sequence[EngineState] = (),
    count_spending: Callable[[], Awaitable[None]] = nothing,
) -> Lookout:
    clock = SystemClock()
    dependencies = (Dependency(kind="blobs", name="s3", check=store.check, needed=False),)
    backups = folder / "backups"
    backups.mkdir()
    (backups / f"koto-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar.gz").touch()
    return Lookout(
        health=HealthService(dependencies, clock),
        limits=LimitsService(MemoryBus(), MemoryBus(), Settings.from_environ({}).limits),
        engines=lambda: engines,
        count_spending=count_spending,
        disks=(Disk(name="data", folder=folder), Disk(name="later", folder=folder / "not/made/yet")),
        backups=backups,
        clock=clock,
    )


def told(found: Lookout, *full: Fullness) -> list[tuple[str, State]]:
    return [(each.about, each.state) for each in findings(found, full)]


async def test_a_store_that_failed_is_remembered_when_it_is_back(tmp_path: Path):
    store = Shaky()
    found = lookout(tmp_path, store)
    store.why = "The object store does not answer."
    await found.look()
    await found.look()
    assert REGISTRY.get_sample_value("koto_dependency_up", {"kind": "blobs", "name": "s3"}) == 0
    assert told(found) == [("blobs", State.DOUBTFUL)]
    store.why = None
    await found.look()
    assert REGISTRY.get_sample_value("koto_dependency_up", {"kind": "blobs", "name": "s3"}) == 1
    assert told(found) == []
    failure = found.last_failure("blobs")
    assert failure is not None
    assert (failure.detail, failure.times) == ("The object store does not answer.", 2)
    assert found.pulse.stretch(60, 10).value("up blobs s3") == [0.0, 0.0, 1.0]


async def test_disks_are_measured_also_where_the_folder_is_not_made_yet(tmp_path: Path):
    found = lookout(tmp_path, Shaky())
    await found.look()
    assert [room.name for room in found.rooms] == ["data", "later"]
    assert {room.size for room in found.rooms} == {shutil.disk_usage(tmp_path).total}


@pytest.mark.parametrize("failure", [StorageFailed("The database does not answer."), RuntimeError("a bug")])
async def test_a_look_goes_on_when_the_purse_cannot_be_read(failure: Exception, tmp_path: Path):
    async def fails() -> None:
        raise failure

    found = lookout(tmp_path, Shaky(), count_spending=fails)
    await found.look()
    assert found.pulse.looks == 1


@pytest.mark.parametrize(
    ("resting", "expected"),
    [((False, False), []), ((True, False), [State.DOUBTFUL]), ((True, True), [State.BROKEN])],
)
async def test_an_engine_that_rests_is_doubtful_and_all_of_them_are_broken(
    resting: tuple[bool, bool], expected: list[State], tmp_path: Path
):
    engines = [engine(name, resting=rests) for name, rests in zip(("google", "espeak"), resting, strict=True)]
    assert [state for _, state in told(lookout(tmp_path, Shaky(), engines))] == expected


async def test_an_engine_whose_check_failed_is_told_with_what_to_look_at(tmp_path: Path):
    """Before any learner finds out."""
    ears = engine("openai_compatible", trouble="the server did not answer", stage=Stage.STT)
    (found,) = findings(lookout(tmp_path, Shaky(), [ears]), ())
    assert (found.about, found.state) == ("ears", State.BROKEN)
    assert found.sentence == (
        "openai_compatible does not work (the server did not answer): see STT_URL, STT_MODEL and STT_KEY. "
        "Nothing stands in: learners can only type."
    )


@pytest.mark.parametrize(
    ("taken", "most", "expected"),
    [
        (8.0, 10.0, []),
        (9.0, 10.0, [("money", State.DOUBTFUL)]),
        (10.0, 10.0, [("money", State.BROKEN)]),
        (0.0, 0.0, []),
    ],
)
def test_what_is_nearly_used_up_is_said_before_it_is(
    taken: float, most: float, expected: list[tuple[str, State]], tmp_path: Path
):
    budget = Fullness(about="money", taken=taken, most=most, told="today's budget for speech")
    assert told(lookout(tmp_path, Shaky()), budget) == expected


def test_a_loop_that_wakes_late_and_requests_that_fail_are_said(tmp_path: Path):
    found = lookout(tmp_path, Shaky())
    late = {bucket_name("lag", bound): 100.0 * (bound >= 0.25) for bound in BOUNDS}
    found.pulse.note(1000.0, dict.fromkeys(late, 0.0) | {"requests failed": 0.0})
    found.pulse.note(1010.0, late | {"requests failed": 1.0})
    assert told(found) == [("event loop", State.DOUBTFUL), ("requests", State.DOUBTFUL)]


def test_that_there_is_no_backup_is_said(tmp_path: Path):
    found = lookout(tmp_path, Shaky())
    for backup in (tmp_path / "backups").iterdir():
        backup.unlink()
    assert told(found) == [("backups", State.DOUBTFUL)]
