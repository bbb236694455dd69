"""The process in which the C library espeak-ng speaks; the server only ever sends it text and reads samples.

It is a process of its own because the library keeps global state (two threads in it end the program),
because a crash in it must not take the server along, and because it is GPL code. Importing this module
loads nothing; `begin` does.
"""

import ctypes
import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import wait

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
    """One job for the worker."""

    text: str
    variant: str
    """Voice name of the library, such as `ko+f3`."""
    words_per_minute: int
    pitch: int
    """0 to 100."""
    pitch_range: int
    """0 to 100; how lively the intonation is."""
    limit_seconds: float
    """After this long the worker ends itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    pcm: bytes
    """Mono, signed 16-bit samples of this machine's byte order (little-endian wherever the wheel exists)."""
    sample_rate: int
    words: tuple[tuple[int, float], ...]
    """(code point in the text where a word starts, seconds)."""


class Refused(Exception):
    """The library answered with an error code."""


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


class _Library:
    """libespeak-ng, initialised once for the life of the process."""

    def __init__(self) -> None:
        try:
            loader = import_module("espeakng_loader")
            self._espeak = ctypes.CDLL(loader.get_library_path())
        except (ImportError, OSError) as missing:
            raise Refused(f"espeak-ng cannot be loaded: {missing}") from missing
        self.sample_rate = self._espeak.espeak_Initialize(_SYNCHRONOUS, 0, os.fsencode(loader.get_data_path()), 0)
        if self.sample_rate <= 0:
            raise Refused("espeak-ng did not find its data")
        self._samples: list[bytes] = []
        self._words: list[tuple[int, float]] = []
        self._callback = _Callback(self._take)  # the library keeps a bare pointer, so we keep the object
        self._espeak.espeak_SetSynthCallback(self._callback)

    def speak(self, utterance: Utterance) -> Sound:
        if self._espeak.espeak_SetVoiceByName(utterance.variant.encode()) != 0:
            raise Refused(f"espeak-ng has no voice {utterance.variant}")
        rate = min(max(utterance.words_per_minute, _LOWEST_RATE), _HIGHEST_RATE)
        for parameter, value in (
            (_RATE, rate),
            (_VOLUME, 100),
            (_PITCH, utterance.pitch),
            (_RANGE, utterance.pitch_range),
        ):
            self._espeak.espeak_SetParameter(parameter, value, 0)
        self._samples.clear()
        self._words.clear()
        text = utterance.text.encode() + b"\0"
        code = self._espeak.espeak_Synth(
            text, ctypes.c_size_t(len(text)), 0, 1, 0, _UTF8_WITH_END_PAUSE, None, None
        )
        if code != 0:
            raise Refused(f"espeak-ng refused a text with code {code}")
        return Sound(pcm=b"".join(self._samples), sample_rate=self.sample_rate, words=tuple(sorted(self._words)))

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


_libraries: list[_Library] = []
"""The one of this process, once it was needed."""


def begin() -> None:
    """Makes this process the voice's: it ends with its parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def speak(utterance: Utterance) -> Sound:
    """The sound of a text; Refused when the library is missing or says no.

    An alarm ends the process when the library does not come back in time: no other means stops C code.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, utterance.limit_seconds)
    try:
        if not _libraries:
            _libraries.append(_Library())
        return _libraries[0].speak(utterance)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _end_with(parent: int) -> None:
    """Waits for the parent's end, of which even kill -9 leaves a sign: the pipe it held is closed."""
    wait([parent])
    os._exit(1)
