"""The catalogs of `scenes/catalog/`, read together."""

from dataclasses import dataclass
from pathlib import Path

from kotoserver.content.authored import ModelT
from kotoserver.content.catalog_schema import (
    CommonIntentsSource,
    CuesSource,
    FeedbackCodesSource,
    GrammarSource,
    KnownWordsSource,
    UiSource,
    VoicesSource,
)
from kotoserver.content.diagnostics import START_OF_FILE, Report
from kotoserver.content.memory import Memory
from kotoserver.content.source import LARGEST, MOST_BYTES
from kotoserver.content.tree import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogs:
    cues: CuesSource
    voices: VoicesSource
    grammar: GrammarSource
    common: CommonIntentsSource
    feedback: FeedbackCodesSource
    ui: UiSource
    known_words: KnownWordsSource
    common_document: Document
    """Where each common intent stands, for findings about its lines."""


def read_catalogs(scenes_dir: Path, report: Report, memory: Memory | None = None) -> Catalogs | None:
    """All catalogs; None when one of them cannot be used, which the report then names."""
    memory = memory or Memory()
    cues = _read(CuesSource, scenes_dir, "cues.yaml", report, memory)
    voices = _read(VoicesSource, scenes_dir, "voices.yaml", report, memory)
    grammar = _read(GrammarSource, scenes_dir, "grammar.yaml", report, memory)
    common = _read(CommonIntentsSource, scenes_dir, "common_intents.yaml", report, memory)
    feedback = _read(FeedbackCodesSource, scenes_dir, "feedback_codes.yaml", report, memory)
    ui = _read(UiSource, scenes_dir, "ui.yaml", report, memory)
    known = _read(KnownWordsSource, scenes_dir, "known_words.yaml", report, memory)
    if not (cues and voices and grammar and common and feedback and ui and known):
        return None
    return Catalogs(
        cues=cues[0],
        voices=voices[0],
        grammar=grammar[0],
        common=common[0],
        feedback=feedback[0],
        ui=ui[0],
        known_words=known[0],
        common_document=common[1],
    )


def read_file(path: Path, file: str, report: Report, top: Path) -> bytes | None:
    """The bytes of an authored file; a file that cannot be read, or a link out of its folder, is a finding."""
    try:
        if not path.resolve().is_relative_to(top.resolve()):
            report.add("E01.link", file, START_OF_FILE)
            return None
        if path.stat().st_size > MOST_BYTES:
            report.add("E01.too_long", file, START_OF_FILE, most=f"{LARGEST:,}")
            return None
        return path.read_bytes()
    except OSError as error:
        report.add("E01.unreadable", file, START_OF_FILE, why=error.strerror or str(error))
        return None


def name_of(path: Path, top: Path) -> str:
    """The file as authors know it: from its `scenes` or `langpacks` folder on."""
    return (Path(top.name) / path.relative_to(top)).as_posix()


def _read(
    model: type[ModelT], scenes_dir: Path, name: str, report: Report, memory: Memory
) -> tuple[ModelT, Document] | None:
    path = scenes_dir / "catalog" / name
    file = name_of(path, scenes_dir)
    content = read_file(path, file, report, scenes_dir)
    schema = f"{path.stem.replace('_', '-')}/1"
    return None if content is None else memory.read(model, schema, content, file, report)
