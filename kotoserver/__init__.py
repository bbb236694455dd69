"""The server behind Korean Together: role-play scenes in Korean, judged and corrected."""

__version__ = "0.1.0"
