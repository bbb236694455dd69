"""Which container some bytes are, told by the bytes alone, and what in them must never reach a demuxer.

A demuxer left to guess takes playlists, concat scripts and session descriptions for sound and opens what
they name; and a few tables of otherwise fine containers make it reserve gigabytes for a kilobyte. Both are
settled here, before FFmpeg sees a byte.
"""

import re
import struct
from collections import Counter
from dataclasses import dataclass

from kotoserver.domain.errors import BadInput

_MEDIA_TYPES = {
    "matroska": "audio/webm",
    "ogg": "audio/ogg",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "mp4": "audio/mp4",
    "aac": "audio/aac",
    "mp3": "audio/mpeg",
}
"""By FFmpeg's name of the demuxer."""
_HEAD = 12
"""Bytes by which a container is known."""
_MOST_TAGS = 4
"""ID3v2 tags in a row before the sound."""
_MOST_SAMPLES = 200_000
"""Packets that an MP4 may declare; a minute of sound has some 3,000. FFmpeg reserves 24 bytes for each at once."""
_MOST_EDITS = 16
"""Entries of one edit list; each makes FFmpeg copy the whole index. Recorders write one or two."""
_COUNTED_BOXES = re.compile(rb"stsz|stz2|stts|ctts|trun|elst|cmov")
"""Tables of which a few bytes may claim millions of packets: in all others every entry has bytes of its own."""
_MPEG_RATES = 3
_UNSIZED = (0, 0xFFFFFFFF)
"""Sizes that recorders which cannot go back write into a WAV: all the rest is sound."""
_LARGEST_FORMAT = 40
"""Bytes of a WAV's format chunk in its longest standard form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    format: str
    """FFmpeg's name of the one demuxer to use."""
    media_type: str
    content: bytes
    """The same sound, without what only decorates it."""


def recognise(content: bytes) -> Container:
    """The container of an upload. BadInput: `empty_audio`, `unknown_audio`, `incomplete_audio`, `broken_audio`."""
    if not content:
        raise BadInput("The recording is empty.", code="empty_audio")
    sound = _without_tags(content)
    form = _format_of(sound[:_HEAD])
    if form == "wav":
        sound = _plain_wav(sound)
    if form == "mp4":
        _check_mp4(sound)
    return Container(format=form, media_type=_MEDIA_TYPES[form], content=sound)


def media_type_of(head: bytes) -> str:
    """What a file is, by its first bytes alone. BadInput: `empty_audio`, `unknown_audio`.

    Behind a tag that is longer than what is here the sound is taken for an MP3's, which tags are made for.
    """
    if not head:
        raise BadInput("The recording is empty.", code="empty_audio")
    sound = _without_tags(head)
    if not sound:
        return _MEDIA_TYPES["mp3"]
    return _MEDIA_TYPES[_format_of(sound[:_HEAD])]


def _format_of(head: bytes) -> str:
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "matroska"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(b"fLaC"):
        return "flac"
    if head.startswith(b"RIFF") and head[8:] == b"WAVE":
        return "wav"
    if head[4:8] == b"ftyp":
        return "mp4"
    if _is_adts(head):
        return "aac"
    if _is_mp3(head):
        return "mp3"
    raise BadInput("The file is in no sound format that is read here.", code="unknown_audio")


def _without_tags(content: bytes) -> bytes:
    """Without ID3v2 tags in front: titles and pictures, which a demuxer would unpack (a tag may be a zip bomb)."""
    start = 0
    for _ in range(_MOST_TAGS):
        if content[start : start + 3] != b"ID3" or len(content) < start + 10:
            break
        flags, *sizes = content[start + 5 : start + 10]
        size = sum((each & 0x7F) << shift for each, shift in zip(sizes, (21, 14, 7, 0), strict=True))
        start += 10 + size + (10 if flags & 0x10 else 0)
    return content[start:] if start else content


def _is_adts(head: bytes) -> bool:
    return len(head) >= 7 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0 and head[2] >> 2 & 0xF < 13


def _is_mp3(head: bytes) -> bool:
    """A header of MPEG audio, layer III, of a bit rate and sample rate that exist."""
    return (
        len(head) >= 4
        and head[0] == 0xFF
        and head[1] & 0xE6 == 0xE2
        and head[1] & 0x18 != 0x08
        and head[2] >> 4 not in (0, 15)
        and head[2] >> 2 & 3 < _MPEG_RATES
    )


def _plain_wav(content: bytes) -> bytes:
    """A WAV of nothing but its format and its sound: other chunks may hold anything."""
    form, place = b"", 12
    while place + 8 <= len(content):
        name = content[place : place + 4]
        (size,) = struct.unpack_from("<I", content, place + 4)
        body = content[place + 8 : place + 8 + (min(size, _LARGEST_FORMAT) if name != b"data" else 0)]
        if name == b"fmt ":
            form = body
        elif name == b"data":
            end = None if size in _UNSIZED else place + 8 + size
            return _wav_of(form, content[place + 8 : end])
        place += 8 + size + size % 2
    if len(form) < 16:
        raise BadInput("The WAV file is cut off before its sound.", code="incomplete_audio")
    return _wav_of(form, b"")


def _wav_of(form: bytes, sound: bytes) -> bytes:
    if len(form) < 16:
        raise BadInput("The WAV file does not say how its sound is stored.", code="broken_audio")
    form += bytes(len(form) % 2)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(sound))
    return b"RIFF" + struct.pack("<I", 4 + len(chunks) + len(sound)) + b"WAVE" + chunks + sound


def _check_mp4(content: bytes) -> None:
    """Refuses an MP4 without its index (a recording cut off), and one whose index claims too much."""
    indexed, place, claimed = False, 0, Counter[bytes]()
    while place + 8 <= len(content):
        end, header = _box(content, place)
        name = content[place + 4 : place + 8]
        if end < place + header:
            raise BadInput("The MP4 file is damaged.", code="broken_audio")
        if name == b"moov":
            indexed = indexed or end <= len(content)
        if name != b"mdat":
            claimed.update(_claims(content, place, min(end, len(content))))
        place = end
    if not indexed:
        raise BadInput(
            "The MP4 file is incomplete: its index is missing. Upload it again.", code="incomplete_audio"
        )
    edits = claimed.pop(b"elst", 0)
    if edits > _MOST_EDITS or any(count > _MOST_SAMPLES for count in claimed.values()):
        raise BadInput("The MP4 file's index is larger than any recording's.", code="unusual_audio")


def _box(content: bytes, place: int) -> tuple[int, int]:
    """(end, length of the header) of the box that begins here."""
    (size,) = struct.unpack_from(">I", content, place)
    if size == 0:
        return len(content), 8
    if size == 1:
        (size,) = struct.unpack(">Q", content[place + 8 : place + 16].rjust(8, b"\0"))
        return place + size, 16
    return place + size, 8


def _claims(content: bytes, start: int, end: int) -> Counter[bytes]:
    """Packets, or edits, that each kind of table between the two places claims.

    Found by their names wherever these stand, since FFmpeg reads tables at any depth too.
    """
    claimed: Counter[bytes] = Counter()
    for found in _COUNTED_BOXES.finditer(content, start, end):
        name, body = found[0], found.end()
        if name == b"cmov":  # an index packed with zlib, of a size that it may choose itself
            raise BadInput("The MP4 file packs its index, which is not read here.", code="unusual_audio")
        at = body + (8 if name in (b"stsz", b"stz2") else 4)
        if at + 4 > end:
            continue
        (count,) = struct.unpack_from(">I", content, at)
        runs = name in (b"stts", b"ctts")
        claimed[name] += _expanded(content, at + 4, count, end) if runs else count
    return claimed


def _expanded(content: bytes, start: int, entries: int, end: int) -> int:
    """Packets that a run-length table of (count, value) pairs describes."""
    pairs = min(entries, (end - start) // 8, _MOST_SAMPLES)
    return sum(count for count, _ in struct.iter_unpack(">Ii", content[start : start + pairs * 8]))
