"""The server's end of the pipe to the program that speaks: start it, ask it, end it."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from time import monotonic

from kotoserver.domain.errors import ProviderFailed
from kotoserver.providers import espeak_worker
from kotoserver.providers.espeak_worker import LENGTH, Sound, Utterance, framed

COMMAND = (sys.executable, "-P", espeak_worker.__file__)
"""`-P`: the folder of the program holds modules of ours that it must not find."""

_END_SECONDS = 2.0
"""How long a program may take to end once its input is closed."""


class _Died(Exception):
    """The program ended in the middle of an answer."""


class EspeakProcess:
    """Blocking, for one thread at a time. The program is started when it is needed."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """None while no program runs."""
        return self._process.pid if self._process else None

    def speak(self, utterance: Utterance, limit_seconds: float) -> tuple[Sound, bytes]:
        """The sound and its samples; a program that died is replaced once.

        Raises ProviderFailed when it refuses, dies twice, or takes longer than `limit_seconds`
        (`too_late`), after which it is ended.
        """
        deadline = monotonic() + limit_seconds
        try:
            return self._ask(utterance, deadline)
        except _Died:
            self._kill()
        try:
            return self._ask(utterance, deadline)
        except _Died as died:
            self._kill()
            raise ProviderFailed("the built-in voice broke down twice over one text") from died

    def close(self) -> None:
        """Ends the program: kindly, then surely."""
        process, self._process = self._process, None
        if process is None or process.stdin is None or process.stdout is None:
            return
        process.stdout.close()
        process.stdin.close()
        try:
            process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _ask(self, utterance: Utterance, deadline: float) -> tuple[Sound, bytes]:
        process = self._process or self._start()
        try:
            os.write(process.stdin.fileno(), framed(asdict(utterance)))  # type: ignore[union-attr]  # a pipe
        except BrokenPipeError as broken:
            raise _Died from broken
        (length,) = LENGTH.unpack(self._read(LENGTH.size, deadline))
        answer = json.loads(self._read(length, deadline))
        if "refused" in answer:
            raise ProviderFailed(answer["refused"])
        words = tuple((start, at_seconds) for start, at_seconds in answer["words"])
        sound = Sound(sample_rate=answer["sample_rate"], words=words, bytes=answer["bytes"])
        return sound, self._read(sound.bytes, deadline)

    def _start(self) -> "subprocess.Popen[bytes]":
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,  # Ctrl-C is for the server, which then ends this program itself
        )
        return self._process

    def _read(self, size: int, deadline: float) -> bytes:
        """Exactly that many bytes."""
        pipe = self._process.stdout.fileno()  # type: ignore[union-attr]  # started, and with a pipe
        parts, missing = [], size
        while missing:
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - monotonic()))
            if not ready:
                self._kill()
                raise ProviderFailed("the built-in voice took too long", code="too_late")
            part = os.read(pipe, missing)
            if not part:
                raise _Died
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        self.close()
