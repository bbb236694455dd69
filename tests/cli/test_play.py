"""The scene in a terminal, with a person at the keyboard."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

from kotoserver.settings import ROOT
from tests.processes import environment


def _heed_ctrl_c() -> None:
    """Whoever runs the tests in the background has Ctrl-C ignored, and a child would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_ctrl_c_ends_the_play_at_once(tmp_path: Path):
    keyboard, terminal = pty.openpty()
    playing = subprocess.Popen(
        [sys.executable, "-m", "kotoserver", "play", "cafe"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment(tmp_path),
        cwd=ROOT,
        preexec_fn=_heed_ctrl_c,
    )
    shown = b""
    while "나: ".encode() not in shown:
        shown += os.read(keyboard, 4096)
    playing.send_signal(signal.SIGINT)
    try:
        assert playing.wait(60) == 130
    finally:
        playing.kill()
        playing.wait()
        os.close(terminal)
        os.close(keyboard)


def test_only_the_scene_is_seen_and_the_log_keeps_to_what_goes_wrong(tmp_path: Path):
    played = subprocess.run(
        [sys.executable, "-m", "kotoserver", "play", "cafe"],
        input="네, 주문할게요.\n/quit\n",
        env=environment(tmp_path),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert played.returncode == 0
    assert "Bagus, jawabanmu pas!" in played.stdout
    assert played.stderr == ""
