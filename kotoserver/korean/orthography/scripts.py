"""Which script an utterance is written in, and Korean that was written in Latin letters."""

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import fuzz, process

from kotoserver.korean.sounds.hangul import has_hangul
from kotoserver.korean.sounds.romanize import romanize

_LATIN_WORD = re.compile(r"[A-Za-z]+(?:[-'][A-Za-z]+)*")
_KOREAN_CLOSE = re.compile(r"(yo|nida|nikka|eo|ayo|da|ne|ni|shio|sio)$")
_LATIN_ALONE = re.compile(r"(?<![\w.@/-])(?<!\d )[a-z]{2,}(?:[-'][a-z]+)*(?![\w@/-]|\.\w)")
"""In small letters, apart from any others."""
_AS_THEY_ARE = frozenset({"cm", "mm", "km", "kg", "ml", "am", "pm", "wifi", "wi-fi", "vs"})
_OTHER_LETTERS = re.compile(
    r"[\u0370-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff]+"
)
"""Greek, Cyrillic, Hebrew, Arabic, Indic, Thai, Lao, kana and Chinese characters."""
_CHAT = re.compile(r"[ㄱ-ㅎㅏ-ㅣ]+")
_LIKE = 80
"""Likeness (0 to 100) from which a Latin word is taken for a romanised Korean one."""
_SHARE = 0.6
"""Share of its words that must be Korean for a text to be romanised Korean."""

_FOREIGN = """
    one=하나 two=둘 three=셋 four=넷 five=다섯 satu=하나 dua=둘 tiga=셋 ice=아이스 iced=아이스
    es=아이스 hot=따뜻한 panas=따뜻한 dingin=차가운 cold=차가운 coffee=커피 kopi=커피
    americano=아메리카노 latte=라떼 water=물 air=물 milk=우유 card=카드 kartu=카드 cash=현금 tunai=현금
    large=큰_거 big=큰 small=작은 bag=봉투 receipt=영수증 please=주세요 tolong=주세요 yes=네 ya=네
    no=아니요 tidak=아니요 ok=네 okay=네 thanks=감사합니다 bus=버스 taxi=택시 window=창가 aisle=복도
    passport=여권 takeaway=포장 takeout=포장 size=사이즈 this=이거 ini=이거 and=하고 dan=하고
    sugar=설탕 tea=차 umbrella=우산 payung=우산 straw=빨대 sedotan=빨대 spoon=숟가락 sendok=숟가락
    chopsticks=젓가락 towel=수건 handuk=수건 key=열쇠 kunci=열쇠 room=방 kamar=방 medicine=약 obat=약
    bread=빵 roti=빵 juice=주스 jus=주스 egg=계란 telur=계란 rice=밥 nasi=밥 money=돈 uang=돈
    ticket=표 tiket=표 menu=메뉴 hotel=호텔 airport=공항 bandara=공항 toilet=화장실 subway=지하철
    train=기차 kereta=기차 today=오늘 tomorrow=내일 besok=내일 here=여기 sini=여기 gula=설탕 teh=차
    fork=포크 garpu=포크 knife=나이프 cup=컵 gelas=컵 chicken=닭고기 ayam=닭고기 beef=소고기 sapi=소고기
    pork=돼지고기 spicy=매운 pedas=매운 susu=우유 kemarin=어제 station=역 stasiun=역 restroom=화장실
    sorry=죄송합니다 maaf=죄송합니다 kecil=작은 besar=큰 friend=친구 teman=친구
    what=뭐 apa=뭐 where=어디 dimana=어디 when=언제 kapan=언제 who=누구 siapa=누구 how=어떻게 bagaimana=어떻게
    berapa=얼마 give=주세요 beri=주세요 minta=주세요 help=도와주세요 bantu=도와주세요 hello=안녕하세요
    hi=안녕하세요 halo=안녕하세요 delicious=맛있어요 enak=맛있어요 expensive=비싸요 mahal=비싸요 new=새 baru=새
    there=저기 sana=저기 now=지금 sekarang=지금 salt=소금 garam=소금 meat=고기 daging=고기 fish=생선 ikan=생선
    fruit=과일 buah=과일 school=학교 sekolah=학교 house=집 home=집 rumah=집 book=책 buku=책 shoes=신발
    sepatu=신발 clothes=옷 baju=옷 bathroom=화장실
    refund=환불 exchange=교환 charge=충전 order=주문 pesan=주문 reservation=예약 booking=예약 cancel=취소
"""
FOREIGN_WORDS = {
    foreign: korean.replace("_", " ") for foreign, korean in (pair.split("=") for pair in _FOREIGN.split())
}
"""Words of other languages that learners slip in, with the Korean."""


class Script(StrEnum):
    NOTHING = "nothing"
    KOREAN = "korean"
    ROMANIZED = "romanized"
    LATIN = "latin_script"
    OTHER = "other_script"


def script_of(text: str) -> Script:
    """The script that carries the message; romanised Korean is told apart by `decode_romanized`."""
    if has_hangul(text) or _CHAT.search(text) or any(character.isdecimal() for character in text):
        return Script.KOREAN
    if _LATIN_WORD.search(text):
        return Script.LATIN
    if any(character.isalpha() for character in text):
        return Script.OTHER
    return Script.NOTHING


def decode_romanized(text: str, words: frozenset[str]) -> str | None:
    """The text in Hangul when most of it is romanised Korean that ends as Korean does, else None."""
    said = _LATIN_WORD.findall(text)
    if not said or not any(_KOREAN_CLOSE.search(word.lower()) for word in said):
        return None
    table = {_letters(word): word for word in sorted(words)}
    decoded = [_decode(word, table) for word in said]
    found = [word for word in decoded if word is not None]
    if len(found) < _SHARE * len(said):
        return None
    return " ".join(korean or latin for korean, latin in zip(decoded, said, strict=True))


def decode_word(word: str, words: frozenset[str]) -> str | None:
    """A single romanised word of the turn in Hangul."""
    return _decode(word, {_letters(known): known for known in sorted(words)})


_IN_HANGUL = {"플리즈": "주세요", "플리스": "주세요", "쏘리": "죄송합니다", "원트": "원해요"}
"""English that is not Korean yet, however it is written."""
_SAID_IN_HANGUL = re.compile(rf"(?<![가-힣])(?:{'|'.join(_IN_HANGUL)})(?![가-힣])")


def foreign_words(text: str) -> tuple[tuple[int, int, str], ...]:
    """Start, end and Korean of each foreign word that has a plain Korean one."""
    in_hangul = ((m.start(), m.end(), _IN_HANGUL[m[0]]) for m in _SAID_IN_HANGUL.finditer(text))
    return (*in_hangul, *_latin_words(text))


def _latin_words(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple(
        (match.start(), match.end(), FOREIGN_WORDS[match[0].lower()])
        for match in _LATIN_WORD.finditer(text)
        if match[0].lower() in FOREIGN_WORDS
    )


def latin_words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in _LATIN_WORD.findall(text))


def strange_words(text: str, known: frozenset[str]) -> tuple[tuple[int, int, Script], ...]:
    """Start, end and script of each word that is no Korean and that nobody would leave so in a Korean sentence.

    Names (Budi), what Korean is written with too (KTX, L, 500 ml) and what carries a Korean ending (iPhone으로)
    stay as they are, and so do the `known` words of the turn.
    """
    found = [
        (match.start(), match.end(), Script.LATIN)
        for match in _LATIN_ALONE.finditer(text)
        if match[0] not in _AS_THEY_ARE and match[0] not in FOREIGN_WORDS and match[0] not in known
    ]
    found += [(match.start(), match.end(), Script.OTHER) for match in _OTHER_LETTERS.finditer(text)]
    return tuple(sorted(found))


def chat_tokens(text: str) -> tuple[tuple[int, int, str], ...]:
    """Runs of bare jamo: ㅋㅋ, ㅇㅇ, ㅠㅠ."""
    return tuple((match.start(), match.end(), match[0]) for match in _CHAT.finditer(text))


@lru_cache(maxsize=4096)
def _letters(word: str) -> str:
    """The Latin letters of an authored word; kept, since the same few hundred are asked for every time."""
    return re.sub(r"[^a-z]", "", romanize(word))


def _decode(word: str, table: dict[str, str]) -> str | None:
    letters = re.sub(r"[^a-z]", "", word.lower())
    if letters in table:
        return table[letters]
    if len(letters) < 4 or letters in FOREIGN_WORDS:
        return None
    best = process.extractOne(letters, list(table), scorer=fuzz.ratio, score_cutoff=_LIKE)
    return table[best[0]] if best is not None else None
