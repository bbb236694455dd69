"""When two sentences are the same words: letters and digits count, spaces, punctuation and case do not."""

import unicodedata
from hashlib import sha256


def bare(text: str) -> str:
    """The letters and digits of a text, whole syllables in small letters."""
    whole = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in whole if letter.isalnum())


def sentence_digest(text: str) -> str:
    """What can be kept of a sentence when its words must not be."""
    return sha256(bare(text).encode("utf-8", "surrogatepass")).hexdigest()[:32]
