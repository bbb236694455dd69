"""The server's end of the pipe to a program in which an engine works: start it, ask it, end it.

Request and answer are a length in four bytes (big-endian) and that much JSON; where an answer says
`bytes`, so many follow it. An answer with `refused` holds the reason instead.
"""

import json
import os
import select
import struct
import subprocess
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

from kotoserver.domain.errors import ProviderFailed

_LENGTH = struct.Struct(">I")
_END_SECONDS = 2.0
"""How long a program may take to end once its input is closed."""


class _Died(Exception):
    """The program ended in the middle of an answer."""


class EngineProcess:
    """Blocking, for one thread at a time. The program is started when it is needed."""

    def __init__(self, command: Sequence[str], called: str) -> None:
        """`called` is what messages name it: `the built-in voice`."""
        self._command = command
        self._called = called
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """None while no program runs."""
        return self._process.pid if self._process else None

    def ask(self, request: Mapping[str, object], limit_seconds: float) -> tuple[dict[str, Any], bytes]:
        """The answer and the bytes that follow it; a program that died is replaced once.

        Raises ProviderFailed when it refuses, dies twice, or takes longer than `limit_seconds`
        (`too_late`), after which it is ended.
        """
        deadline = monotonic() + limit_seconds
        try:
            return self._ask(request, deadline)
        except _Died:
            self._kill()
        try:
            return self._ask(request, deadline)
        except _Died as died:
            self._kill()
            raise ProviderFailed(f"{self._called} broke down twice over one text") from died

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

    def _ask(self, request: Mapping[str, object], deadline: float) -> tuple[dict[str, Any], bytes]:
        process = self._process or self._start()
        content = json.dumps(request).encode()
        try:
            os.write(process.stdin.fileno(), _LENGTH.pack(len(content)) + content)  # type: ignore[union-attr]  # a pipe
        except BrokenPipeError as broken:
            raise _Died from broken
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size, deadline))
        answer: dict[str, Any] = json.loads(self._read(length, deadline))
        if "refused" in answer:
            raise ProviderFailed(answer["refused"])
        return answer, self._read(answer.get("bytes", 0), deadline)

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
                raise ProviderFailed(f"{self._called} took too long", code="too_late")
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
