"""The program in which a Piper voice speaks; the server sends it sentences and reads samples.

It is a program of its own because piper-tts is GPL code, because espeak-ng in it keeps global state, and
because a crash in it must not take the server along. It imports nothing of kotoserver, reads requests from
standard input and ends with it, so it never outlives the server.

Request and answer are a length in four bytes (big-endian) and that much JSON; an answer's samples follow.
"""

import json
import logging
import os
import struct
import sys
import warnings
from importlib import import_module
from itertools import accumulate
from typing import Any, BinaryIO

_LENGTH = struct.Struct(">I")
_CUDA = "CUDAExecutionProvider"
_VOLUME = 0.9
"""Of full scale; piper itself would go up to it, where lossy formats overshoot."""


class Refused(Exception):
    """The voice cannot be loaded or cannot say a sentence."""


def load(path: str, cuda: bool) -> Any:
    """A PiperVoice. Raises Refused, also where a voice for the graphics card would quietly run without one."""
    try:
        piper = import_module("piper")
        voice = piper.PiperVoice.load(path, use_cuda=cuda)
    except ImportError as missing:
        raise Refused(f"piper-tts cannot be loaded: {missing}") from missing
    except Exception as broken:  # whatever onnxruntime and json raise
        raise Refused(f"{path} is no voice that piper can load: {_first_line(broken)}") from broken
    found = voice.session.get_providers()
    if cuda and _CUDA not in found:
        raise Refused(f"onnxruntime runs it on {', '.join(found)} and not on CUDA")
    return voice


def speak(voice: Any, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """The sound of one sentence; nothing for an empty one."""
    config = import_module("piper").SynthesisConfig(
        speaker_id=voice.config.speaker_id_map.get(request["speaker"]),
        length_scale=voice.config.length_scale / request["rate"],
        volume=_VOLUME,
    )
    samples, words = b"", []
    try:
        if request["text"]:
            for chunk in voice.synthesize(request["text"], config, include_alignments=True):
                words += _word_starts(chunk, len(samples) // 2)
                samples += chunk.audio_int16_bytes
    except Exception as broken:  # whatever onnxruntime and espeak-ng raise
        raise Refused(f"the voice could not say a sentence: {_first_line(broken)}") from broken
    rate = voice.config.sample_rate
    return {"sample_rate": rate, "words": [start / rate for start in words], "bytes": len(samples)}, samples


def _word_starts(chunk: Any, before: int) -> list[int]:
    """Samples from the beginning to each word, of voices that tell how long each phoneme lasts."""
    alignments = chunk.phoneme_alignments or []
    ends = list(accumulate((int(each.num_samples) for each in alignments), initial=before))
    return [
        ends[index + 1]
        for index, each in enumerate(alignments[:-1])
        if index == 0 or (each.phoneme == " " and alignments[index + 1].phoneme not in {" ", "$"})
    ]


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers one request after the other until there are no more."""
    voices: dict[tuple[str, bool], Any] = {}
    while prefix := requests.read(_LENGTH.size):
        (length,) = _LENGTH.unpack(prefix)
        request = json.loads(requests.read(length))
        try:
            key = (request["voice"], request["cuda"])
            if key not in voices:
                voices[key] = load(*key)
            answer, samples = speak(voices[key], request)
        except Refused as refused:
            answer, samples = {"refused": str(refused)}, b""
        content = json.dumps(answer).encode()
        answers.write(_LENGTH.pack(len(content)) + content + samples)
        answers.flush()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)  # the library logs what it says
    warnings.simplefilter("ignore")
    try:
        serve(sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        os._exit(0)  # the server is gone; there is nobody left to tell
