"""What the numbers beside a recogniser's words are worth, where the recogniser is not our own."""

import math

ASSUMED_CONFIDENCE = 0.75
"""Of words that come without any number: enough to go on with, too little to overrule an engine that has one."""
NOBODY_SPOKE = 0.6
BELIEVED_LOGPROB = -1.0
REPEATED_RATIO = 2.4
"""A segment of Whisper beyond any of these three says nothing; see speech measurements in the docs."""


def is_believed(
    no_speech_prob: float | None, average_logprob: float | None, compression_ratio: float | None
) -> bool:
    """Whether a segment of Whisper is more than an echo of silence; what a server does not tell is no doubt."""
    return not (
        (no_speech_prob is not None and no_speech_prob > NOBODY_SPOKE)
        or (average_logprob is not None and average_logprob < BELIEVED_LOGPROB)
        or (compression_ratio is not None and compression_ratio > REPEATED_RATIO)
    )


def confidence(average_logprob: float) -> float:
    """The mean probability of a token, by the model's own belief."""
    return min(1.0, math.exp(average_logprob))
