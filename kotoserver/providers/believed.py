"""What the numbers beside a recogniser's words are worth: those of Whisper, here or elsewhere."""

import math

ASSUMED_CONFIDENCE = 0.75
"""Of words that come without any number: enough to go on with, too little to overrule an engine that has one."""
_NOBODY_SPOKE = 0.6
_BELIEVED_LOGPROB = -1.0
_REPEATED_RATIO = 2.4
"""A segment beyond any of these three says nothing; faster-whisper itself wants the first two together."""


def is_believed(
    no_speech_prob: float | None, average_logprob: float | None, compression_ratio: float | None
) -> bool:
    """Whether a segment of Whisper is more than an echo of silence; what a server does not tell is no doubt."""
    return (
        (no_speech_prob is None or no_speech_prob <= _NOBODY_SPOKE)
        and (average_logprob is None or average_logprob >= _BELIEVED_LOGPROB)
        and (compression_ratio is None or compression_ratio <= _REPEATED_RATIO)
    )


def confidence(average_logprob: float) -> float:
    """The mean probability of a token, by the model's own belief."""
    return min(1.0, math.exp(average_logprob))
