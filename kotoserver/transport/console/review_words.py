"""The words of the page behind a review link, in the languages that packs explain Korean in.

Whoever opens one has no account and no pack of their own, so their browser says what they read.
"""

from collections.abc import Mapping
from types import MappingProxyType

LANGUAGES = ("en", "id", "ko")

_WORDS: Mapping[str, tuple[str, str, str]] = {
    "about": (
        "A draft to look at. Nothing you say is kept. This link works until {day}.",
        "Draf untuk dilihat. Yang kamu katakan tidak disimpan. Tautan ini berlaku sampai {day}.",
        "살펴볼 초안이에요. 말한 것은 저장하지 않아요. 이 링크는 {day}까지 쓸 수 있어요.",
    ),
    "explained_in": ("Explained in", "Dijelaskan dalam", "설명하는 언어"),
    "scene": ("The scene", "Adegan", "장면"),
    "opening": ("Opening …", "Membuka …", "여는 중 …"),
    "said": ("What was said", "Yang sudah dikatakan", "지금까지 한 말"),
    "answer": ("Your answer in Korean", "Jawabanmu dalam bahasa Korea", "한국어 대답"),
    "say": ("Say", "Kirim", "말하기"),
    "ask_hint": ("A hint", "Petunjuk", "힌트"),
    "back": ("Step back", "Mundur", "한 걸음 뒤로"),
    "again": ("From the beginning", "Dari awal", "처음부터"),
    "pass": ("Passed", "Lulus", "통과"),
    "try_again": ("To be tried again", "Perlu diulang", "다시 해 보기"),
    "points": ("{score} points", "{score} poin", "{score}점"),
    "slowly": ("slowly", "pelan-pelan", "천천히"),
    "asked_hint": ("asked for a hint", "meminta petunjuk", "힌트를 부탁함"),
    "accept": ("accept", "diterima", "좋아요"),
    "accept_with_feedback": ("accept with feedback", "diterima dengan catatan", "통과, 고칠 점 있음"),
    "retry": ("retry", "coba lagi", "다시"),
    "not_scored": ("not scored", "tidak dinilai", "점수 없음"),
    "hint": ("Hint: {kind}", "Petunjuk: {kind}", "힌트: {kind}"),
    "hint_think": ("think", "pikirkan", "생각하기"),
    "hint_words": ("words", "kata kunci", "낱말"),
    "hint_start": ("start", "awal kalimat", "첫머리"),
    "hint_answer": ("answer", "jawaban", "정답"),
    "stage": ("On the stage", "Di panggung", "무대"),
    "no_such_review": ("This link does not work", "Tautan ini tidak berlaku", "쓸 수 없는 링크예요"),
    "review_expired": ("This link has lapsed", "Tautan ini sudah kedaluwarsa", "기한이 지난 링크예요"),
    "ask_for_another": (
        "It may have been revoked. Ask whoever sent it for a new one.",
        "Mungkin sudah dicabut. Minta yang baru dari pengirimnya.",
        "취소되었을 수 있어요. 보낸 사람에게 새 링크를 부탁하세요.",
    ),
    "failed": (
        "That did not work. Please try again.",
        "Belum berhasil. Coba lagi, ya.",
        "되지 않았어요. 다시 해 보세요.",
    ),
}


def words_in(language: str) -> Mapping[str, str]:
    at = LANGUAGES.index(language)
    return MappingProxyType({name: said[at] for name, said in _WORDS.items()})


def language_of(accepted: str) -> str:
    """The first of our languages among those of an `Accept-Language` header, by the reader's preference."""
    ranked = sorted(
        (_wish(each) for each in accepted.split(",")), key=lambda wish: wish[1], reverse=True
    )  # a sort keeps the order of equals
    found = (tag for tag, quality in ranked if tag in LANGUAGES and quality > 0)
    return next(found, LANGUAGES[0])


def _wish(part: str) -> tuple[str, float]:
    """`id-ID;q=0.8` as the language without its region, and how much it is wanted."""
    tag, _, weight = part.partition(";")
    language = tag.strip().lower().split("-")[0]
    try:
        return ("id" if language == "in" else language), float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        return language, 0
