"""A process that is killed while it saves has lost nothing that it acknowledged, and left nothing half."""

import subprocess
import sys
from pathlib import Path

import pytest

from kotoserver.storage import open_storage
from tests.stored import event, turn


def acknowledged_until_killed(url: str, turns: int) -> int:
    """Runs the saving program, kills it once it has acknowledged `turns`; the last number it gave."""
    command = [sys.executable, "-m", "tests.storage.keeps_saving", url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as saving:
        assert saving.stdout is not None
        numbers = [int(saving.stdout.readline()) for _ in range(turns)]
        saving.kill()
        numbers += [int(line) for line in saving.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
    return numbers[-1]


@pytest.mark.parametrize("turns", [1, 23, 150])
async def test_a_killed_process_loses_no_acknowledged_turn(database_url: str, tmp_path: Path, turns: int):
    acknowledged = acknowledged_until_killed(database_url, turns)
    storage = open_storage(database_url, data_dir=tmp_path)
    stored = await storage.find_session("sess_1")
    assert stored is not None
    done = stored.revision - 1
    assert done in (acknowledged, acknowledged + 1)
    assert await storage.list_turns("sess_1") == [turn(number) for number in range(1, done + 1)]
    assert await storage.list_events("sess_1") == [event(seq) for seq in range(1, 2 * done + 1)][:500]
    assert await storage.find_speech(f"key_{done}") is not None
    assert await storage.find_speech(f"key_{done + 1}") is None
    await storage.close()
