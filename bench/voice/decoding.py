"""How long a recording takes to decode."""

from time import perf_counter, thread_time

from bench.voice.delays import percentile
from bench.voice.table import Row
from kotoserver.audio.decode import decode_audio

ROUNDS = 200


async def decoding(recording: bytes) -> list[Row]:
    """One after the other in one thread, as each thread of the decoder does it."""
    took, worked = [], []
    for _ in range(ROUNDS):
        began, cpu = perf_counter(), thread_time()
        decode_audio(recording, most_seconds=30)
        took.append((perf_counter() - began) * 1000)
        worked.append((thread_time() - cpu) * 1000)
    return [
        Row(what="decode of 10 s of webm, p50", found=percentile(took, 0.5), unit="ms"),
        Row(what="decode of 10 s of webm, p95", found=percentile(took, 0.95), unit="ms", aim=50),
        Row(what="decode of 10 s of webm: CPU, p95", found=percentile(worked, 0.95), unit="ms"),
    ]
