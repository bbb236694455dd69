"""How much of a sound is a voice, so that no engine is asked, and paid, to hear a quiet room.

A voice is periodic at a pitch of 70 to 400 Hz, rich in overtones, and never the same for long. A frame counts
when its autocorrelation says so and it stands out of the clip's own background; hum, tones and fans fail the
one or the other, clicks are too short, noise has no period. Whispering has none either and is not counted.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from kotoserver.domain.hearing import SAMPLE_RATE

Samples = NDArray[np.float32]
"""Mono, SAMPLE_RATE hertz."""

_FRAME = 640
"""Samples, 40 ms: about three periods of the lowest voice."""
_HOP = 320
"""Samples, 20 ms."""
_FFT = 1024
_BAND = slice(12, 256)
"""Spectral bins of the speech band, 190 to 4,000 Hz: overtones of a voice pass, mains hum does not."""
_LAGS = slice(SAMPLE_RATE // 2 // 400, SAMPLE_RATE // 2 // 70)
"""Pitches of voices, in samples of 8 kHz, which is all that the band needs."""
_PERIODIC = 0.6
"""Vowels of the built-in voice measure 0.8 to 1.0; white noise 0.2 to 0.3, a fan 0.3 to 0.65 and seldom."""
_TONE = 0.97
"""Share of one peak; a pure tone has 1.00, the most closed vowel 0.87."""
_STEADY = 0.2
"""Nepers in a tenth of a second, weighted by power: hum and tones stay under 0.1, voices change by 0.5 to 3."""
_BLOCK = 64
"""Frames that are looked at together."""
_STEP = 5
"""Frames between two spectra that are compared."""
_BANDS, _BAND_WIDTH = 12, 20
_BELOW_LOUDEST = 10 ** (-35 / 10)
"""A frame this far below the loudest is an echo, a breath or the room."""
_INAUDIBLE = 10 ** (-66 / 20)
"""Peak of a clip in which nothing at all is heard: speech 40 dB below normal has more."""
_SHORTEST_RUN = 4
"""Frames, 80 ms: the shortest vowel; key clicks ring for 20."""
_WINDOW = np.hanning(_FRAME).astype(np.float32)
_WINDOW_SHAPE = np.fft.irfft(np.square(np.abs(np.fft.rfft(_WINDOW, _FFT))))
_WINDOW_SHAPE = (_WINDOW_SHAPE[::2] / _WINDOW_SHAPE[0]).astype(np.float32)


def loudness_of(samples: Samples) -> float:
    """Root mean square of the loudest second, in steps of a tenth; of everything when it is shorter."""
    if not samples.size:
        return 0.0
    power = np.concatenate([[0.0], np.cumsum(np.square(samples, dtype=np.float64))])
    size = min(SAMPLE_RATE, len(samples))
    starts = np.append(np.arange(0, len(samples) - size, SAMPLE_RATE // 10), len(samples) - size)
    return float(np.sqrt(max(0.0, (power[starts + size] - power[starts]).max() / size)))


def voiced_seconds_of(samples: Samples) -> float:
    """How long a voice sounds, to a fiftieth of a second; 10 s of sound take 3 ms."""
    if len(samples) < _FRAME:
        return 0.0
    frames = sliding_window_view(samples, _FRAME)[::_HOP]
    loudest = float(np.abs(samples).max())
    if loudest < _INAUDIBLE:
        return 0.0
    window = _WINDOW / np.float32(loudest)
    # A few frames at a time: large arrays are new memory each time, which costs more than what is computed.
    blocks = [_Block.of(frames[start : start + _BLOCK] * window) for start in range(0, len(frames), _BLOCK)]
    total = np.concatenate([block.total for block in blocks])
    voice = np.concatenate([block.sounds_like_a_voice for block in blocks])
    bands = np.concatenate([block.bands for block in blocks])
    voiced = (total > total.max() * _BELOW_LOUDEST) & voice & _lively(bands, total)
    return _in_long_runs(voiced) * _HOP / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class _Block:
    """What is known of some frames in a row, one row each."""

    total: Samples
    """Power."""
    sounds_like_a_voice: NDArray[np.bool_]
    """By its own spectrum: periodic, and no pure tone."""
    bands: Samples
    """Power in the bands of the spectrum."""

    @classmethod
    def of(cls, frames: Samples) -> "_Block":
        """`frames` have the window on them."""
        spectra = np.fft.rfft(frames, _FFT, axis=1)[:, : _BAND.stop]
        power = np.square(spectra.real) + np.square(spectra.imag)
        power[:, : _BAND.start] = 0.0
        total = power.sum(axis=1) + np.float32(1e-12)
        bands = power[:, _BAND.start : _BAND.start + _BANDS * _BAND_WIDTH].reshape(-1, _BANDS, _BAND_WIDTH)
        voice = (_periodicity(power) > _PERIODIC) & (_peak_share(power, total) < _TONE)
        return cls(total, voice, bands.sum(axis=2))


def _periodicity(power: Samples) -> Samples:
    """Height of the autocorrelation's highest peak among the pitches of voices, 1 for a perfect period."""
    correlation = np.fft.irfft(power, _FFT // 2, axis=1)[:, : _LAGS.stop]
    height = correlation[:, _LAGS] / _WINDOW_SHAPE[_LAGS]
    return np.asarray(height.max(axis=1) / np.maximum(correlation[:, 0], 1e-20))


def _peak_share(power: Samples, total: Samples) -> Samples:
    """Share of the power in the strongest 78 Hz: near 1 for a tone, about half for a vowel."""
    running = np.cumsum(power, axis=1)
    return np.asarray((running[:, 5:] - running[:, :-5]).max(axis=1) / total)


def _lively(bands: Samples, total: Samples) -> NDArray[np.bool_]:
    """Whether the loud parts of the spectrum change within a tenth of a second, both before and after.

    The onset of a machine changes once and is steady on its other side.
    """
    if len(bands) <= _STEP:
        return np.ones(len(bands), np.bool_)
    logs = np.log(bands + 1e-9 * total.max())
    change = np.abs(logs[_STEP:] - logs[:-_STEP])
    share = bands / total[:, None]
    after, before = np.full(len(bands), np.inf), np.full(len(bands), np.inf)
    after[:-_STEP] = (change * share[:-_STEP]).sum(axis=1)
    before[_STEP:] = (change * share[_STEP:]).sum(axis=1)
    return np.asarray(np.minimum(after, before) > _STEADY)


def _in_long_runs(voiced: NDArray[np.bool_]) -> int:
    """Frames in unbroken runs of _SHORTEST_RUN or more."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], voiced, [False]]).astype(np.int8)))
    lengths = edges[1::2] - edges[::2]
    return int(lengths[lengths >= _SHORTEST_RUN].sum())
