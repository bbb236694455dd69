"""The program in which the C library espeak-ng speaks; the server sends it texts and reads samples.

It is a program of its own because the library keeps global state (two threads in it end the process),
because a crash in it must not take the server along, and because it is GPL code. It imports nothing of
kotoserver, reads requests from standard input and ends with it, so it never outlives the server.

Request and answer are a length in four bytes (big-endian) and that much JSON; an answer's samples follow.
"""

import ctypes
import json
import os
import struct
import sys
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import BinaryIO

LENGTH = struct.Struct(">I")

_SYNCHRONOUS = 2
"""`AUDIO_OUTPUT_SYNCHRONOUS` of speak_lib.h: `espeak_Synth` returns when all samples were handed over."""

_UTF8_WITH_END_PAUSE = 0x1 | 0x1000
"""`espeakCHARS_UTF8 | espeakENDPAUSE`. Never `espeakSSML`: a text could then open files."""

_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_LIST_ENDS, _WORD = 0, 1
_LOWEST_RATE, _HIGHEST_RATE = 80, 450
"""Words per minute that the library accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """One request."""

    text: str
    variant: str
    """Voice name of the library, such as `ko+f3`."""
    words_per_minute: int
    pitch: int
    """0 to 100."""
    pitch_range: int
    """0 to 100; how lively the intonation is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """One answer; its samples follow it."""

    sample_rate: int
    words: tuple[tuple[int, float], ...]
    """(code point in the text where a word starts, seconds)."""
    bytes: int
    """How many follow: mono, signed 16-bit samples of this machine's byte order, which is little-endian
    wherever the wheel exists."""


class Refused(Exception):
    """The library is missing or answered with an error code."""


class _Event(ctypes.Structure):
    """`espeak_EVENT` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class Library:
    """libespeak-ng, initialised once for the life of the process. Raises Refused when it is not there."""

    def __init__(self) -> None:
        try:
            loader = import_module("espeakng_loader")
            self._espeak = ctypes.CDLL(loader.get_library_path())
        except (ImportError, OSError) as missing:
            raise Refused(f"espeak-ng cannot be loaded: {missing}") from missing
        data = os.fsencode(loader.get_data_path())
        self.sample_rate = self._espeak.espeak_Initialize(_SYNCHRONOUS, 0, data, 0)
        if self.sample_rate <= 0:
            raise Refused("espeak-ng did not find its data")
        self._samples: list[bytes] = []
        self._words: list[tuple[int, float]] = []
        self._callback = _Callback(self._take)  # the library keeps a bare pointer, so we keep the object
        self._espeak.espeak_SetSynthCallback(self._callback)

    def speak(self, utterance: Utterance) -> tuple[Sound, bytes]:
        self._play_part(utterance)
        self._samples.clear()
        self._words.clear()
        text = utterance.text.encode() + b"\0"
        code = self._espeak.espeak_Synth(
            text, ctypes.c_size_t(len(text)), 0, 1, 0, _UTF8_WITH_END_PAUSE, None, None
        )
        if code != 0:
            raise Refused(f"espeak-ng refused a text with code {code}")
        samples = b"".join(self._samples)
        words = tuple(sorted(self._words))
        return Sound(sample_rate=self.sample_rate, words=words, bytes=len(samples)), samples

    def _play_part(self, utterance: Utterance) -> None:
        if self._espeak.espeak_SetVoiceByName(utterance.variant.encode()) != 0:
            raise Refused(f"espeak-ng has no voice {utterance.variant}")
        rate = min(max(utterance.words_per_minute, _LOWEST_RATE), _HIGHEST_RATE)
        parameters = {_RATE: rate, _VOLUME: 100, _PITCH: utterance.pitch, _RANGE: utterance.pitch_range}
        for parameter, value in parameters.items():
            self._espeak.espeak_SetParameter(parameter, value, 0)

    def _take(
        self, samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: "ctypes._Pointer[_Event]"
    ) -> int:
        index = 0
        while events[index].type != _LIST_ENDS:
            if events[index].type == _WORD:
                start = events[index].text_position - 1  # the library counts from 1
                self._words.append((start, events[index].audio_position / 1000))
            index += 1
        if samples and count > 0:
            self._samples.append(ctypes.string_at(samples, count * 2))
        return 0


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers one request after the other until there are no more."""
    library: Library | None = None
    while prefix := requests.read(LENGTH.size):
        (length,) = LENGTH.unpack(prefix)
        utterance = Utterance(**json.loads(requests.read(length)))
        try:
            library = library or Library()
            sound, samples = library.speak(utterance)
            answers.write(framed(asdict(sound)) + samples)
        except Refused as refused:
            answers.write(framed({"refused": str(refused)}))
        answers.flush()


def framed(message: dict[str, object]) -> bytes:
    """The message as it goes over the pipe."""
    content = json.dumps(message).encode()
    return LENGTH.pack(len(content)) + content


if __name__ == "__main__":
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(0)  # the server is gone; there is nobody left to tell
