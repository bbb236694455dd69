"""Korean speech levels, as far as a learner meets them in a scene."""

from enum import StrEnum


class SpeechLevel(StrEnum):
    HAEYO = "해요체"
    HAPSYO = "합쇼체"
    BANMAL = "반말"
    NONE = "none"
    """The utterance shows no level: a lone noun, a filler, another language."""

    @property
    def politeness(self) -> int:
        """Rank used to compare two levels: 0 for casual or none, 2 for formal."""
        return {"해요체": 1, "합쇼체": 2}.get(self.value, 0)


class SpeechFit(StrEnum):
    """How the level that was spoken fits the one that the scene wants."""

    FITS = "fits"
    TOO_CASUAL = "too_casual"
    TOO_FORMAL = "too_formal"
