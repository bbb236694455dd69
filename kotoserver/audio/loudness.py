"""One loudness for every voice: how loud speech is, and what makes it as loud as the others."""

import math

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
"""Mono, -1 to 1."""

_TARGET_LEVEL = 10 ** (-20 / 20)
"""Root mean square of the parts that sound, 20 dB below full scale: about -18 LUFS for speech."""
_CEILING = 10 ** (-1 / 20)
"""No sample goes above 1 dB below full scale, so that lossy formats have room to overshoot."""
_SOUNDING = 10 ** (-45 / 20)
"""A frame below this is a pause and says nothing about the loudness."""
_FRAME_SECONDS = 0.02
FADE_SECONDS = 0.005
_KNEE = 0.8
"""Share of the ceiling above which peaks are bent."""


def even_out(samples: Samples, sample_rate: int) -> Samples:
    """The same sound at the common loudness, never clipped, its ends faded so that nothing clicks."""
    evened = samples * gain_for(samples, sample_rate)
    fade = min(int(FADE_SECONDS * sample_rate), len(evened) // 2)
    if fade:
        ramp = np.linspace(0.0, 1.0, fade, dtype=np.float32)
        evened[:fade] *= ramp
        evened[-fade:] *= ramp[::-1]
    return evened


def gain_for(samples: Samples, sample_rate: int) -> np.float32:
    """What brings samples that are not silent to the common loudness, as far as their peak allows."""
    peak = float(np.abs(samples).max())
    return np.float32(min(_TARGET_LEVEL / level_of(samples, sample_rate), _CEILING / peak))


def within_ceiling(samples: Samples) -> Samples:
    """The same sound with peaks above the ceiling bent under it, for a gain that could not know them."""
    knee = np.float32(_CEILING * _KNEE)
    room = np.float32(_CEILING) - knee
    size = np.abs(samples)
    bent = knee + room * np.tanh((size - knee) / room)
    return np.where(size > knee, np.copysign(bent, samples), samples).astype(np.float32, copy=False)


def sounding_seconds(samples: Samples, sample_rate: int) -> float:
    """How much of it is no pause."""
    return len(_sounding_power(samples, sample_rate)) * _FRAME_SECONDS


def level_of(samples: Samples, sample_rate: int) -> float:
    """Root mean square over the frames that sound; over everything when none is loud enough."""
    sounding = _sounding_power(samples, sample_rate)
    mean = float(sounding.mean()) if sounding.size else float(np.square(samples).mean())
    return math.sqrt(mean)


def _sounding_power(samples: Samples, sample_rate: int) -> Samples:
    size = max(1, int(_FRAME_SECONDS * sample_rate))
    whole = len(samples) // size * size
    power = np.square(samples[:whole].reshape(-1, size)).mean(axis=1) if whole else np.zeros(0, np.float32)
    return np.asarray(power[power > _SOUNDING**2])
