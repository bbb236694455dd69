"""Korean in Latin letters for the eye: the Revised Romanization as it is pronounced.

koroman (MIT licence) follows the standard rules of pronunciation (독립 → dongnip) and keeps spaces,
punctuation and every character that is not Hangul.
"""

from functools import lru_cache

import koroman


@lru_cache(maxsize=4096)  # the same authored lines are told in every session
def romanize(text: str) -> str:
    return str(koroman.romanize(text))
