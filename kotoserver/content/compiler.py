"""Authored text in, playable scene or pack out, or the reasons why not.

    bytes -> source.read_document -> authored.read_as(model) -> checks -> scene_values / pack_values

The console, the command line, the loader and the tests all come through here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kotoserver.content import pack_values, scene_values
from kotoserver.content.authored import ModelT, read_as
from kotoserver.content.catalogs import Catalogs
from kotoserver.content.checks.advice import advise_on_left_work
from kotoserver.content.checks.packs import check_pack
from kotoserver.content.checks.retired import check_retired
from kotoserver.content.checks.scenes import check_by_itself, check_draft
from kotoserver.content.diagnostics import Diagnostic, Report, errors
from kotoserver.content.findings import Findings
from kotoserver.content.pack_schema import PACK_SCHEMA, SCENE_PACK_SCHEMA, PackSource, ScenePackSource
from kotoserver.content.scene_schema import SCENE_SCHEMA, CommonIntentSource, SceneSource
from kotoserver.content.source import read_document
from kotoserver.content.tree import Document
from kotoserver.domain.langpack import LanguagePack
from kotoserver.domain.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class CompilationResult:
    scene: Scene | None
    """None when there is an error."""
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackResult:
    pack: LanguagePack | None
    """None when there is an error."""
    diagnostics: tuple[Diagnostic, ...]


def compile_scene(
    content: bytes | str,
    file: str,
    catalogs: Catalogs,
    pack_ids: Collection[str],
    published: Sequence[bytes] = (),
) -> CompilationResult:
    """A working draft, checked against the catalogs as they are now.

    `pack_ids` are the packs there are, `published` the scene's versions so far, the latest last.
    """
    report = Report()
    read = _read(SceneSource, SCENE_SCHEMA, content, file, report)
    if read is None:
        return CompilationResult(scene=None, diagnostics=report.diagnostics)
    source, document = read
    findings = Findings(document=document, report=report)
    if source.pinned is not None:
        findings.at_key("E05", ("pinned",), "`pinned` is written by Publish; delete it from the draft.")
    check_draft(source, catalogs, pack_ids, findings)
    check_retired(findings, published)
    advise_on_left_work(findings)
    return _scene_result(source, catalogs.common.intents, report)


def compile_published_scene(content: bytes | str, file: str) -> CompilationResult:
    """A published version, which carries what it needs of the catalogs.

    Today's catalogs are not asked: retiring a cue must not stop a scene that people are playing. What makes
    a scene playable at all is checked again, so that a version from anywhere cannot break a session.
    """
    report = Report()
    read = _read(SceneSource, SCENE_SCHEMA, content, file, report)
    if read is None:
        return CompilationResult(scene=None, diagnostics=report.diagnostics)
    source, document = read
    findings = Findings(document=document, report=report)
    check_by_itself(source, findings)
    pinned = source.pinned.common_intents if source.pinned else {}
    for number, intent_id in enumerate(source.common):
        if intent_id not in pinned:
            findings.at(
                "E20", ("common", number), f"The common intent `{intent_id}` is not pinned in this version."
            )
    return _scene_result(source, pinned, report)


def compile_pack(
    content: bytes | str,
    file: str,
    scene_files: Mapping[str, bytes | str],
    catalogs: Catalogs,
    scenes: Mapping[str, Scene | None],
) -> PackResult:
    """A working draft: `pack.yaml` and its scene files (name -> content), checked against `scenes`.

    A scene that is there but does not compile is None in `scenes`.
    """
    report = Report()
    main = _read(PackSource, PACK_SCHEMA, content, file, report)
    parts: list[tuple[ScenePackSource, Findings]] = []
    for name, each in sorted(scene_files.items()):
        read = _read(ScenePackSource, SCENE_PACK_SCHEMA, each, name, report)
        if read is not None:
            parts.append((read[0], Findings(document=read[1], report=report)))
    if main is None:
        return PackResult(pack=None, diagnostics=report.diagnostics)
    source, document = main
    findings = Findings(document=document, report=report)
    if source.pinned is not None:
        findings.at_key("E05", ("pinned",), "`pinned` is written by Publish; delete it from the draft.")
    check_pack(source, findings, parts, catalogs, scenes)
    for place in (findings, *(place for _, place in parts)):
        advise_on_left_work(place)
    return _pack_result(source, {part.scene: part for part, _ in parts}, report)


def compile_published_pack(content: bytes | str, file: str) -> PackResult:
    """A published version: one file that holds the pack and its scenes."""
    report = Report()
    read = _read(PackSource, PACK_SCHEMA, content, file, report)
    if read is None:
        return PackResult(pack=None, diagnostics=report.diagnostics)
    source, document = read
    if source.pinned is None:
        Findings(document=document, report=report).at("E06", (), "A published pack holds the key `pinned`.")
        return PackResult(pack=None, diagnostics=report.diagnostics)
    return _pack_result(source, source.pinned.scenes, report)


def _scene_result(
    source: SceneSource, common: Mapping[str, CommonIntentSource], report: Report
) -> CompilationResult:
    diagnostics = report.diagnostics
    scene = None if errors(diagnostics) else scene_values.scene_of(source, common)
    return CompilationResult(scene=scene, diagnostics=diagnostics)


def _pack_result(source: PackSource, parts: Mapping[str, ScenePackSource], report: Report) -> PackResult:
    diagnostics = report.diagnostics
    pack = None if errors(diagnostics) else pack_values.pack_of(source, parts)
    return PackResult(pack=pack, diagnostics=diagnostics)


def _read(
    model: type[ModelT], schema: str, content: bytes | str, file: str, report: Report
) -> tuple[ModelT, Document] | None:
    """The file as a `model` with the places of its parts; None when it is none, which the report then tells."""
    document = read_document(content, file, report)
    if document is None or not _schema_is(document, schema, report):
        return None
    source = read_as(model, document, report)
    return (source, document) if source else None


def _schema_is(document: Document, wanted: str, report: Report) -> bool:
    """The first thing to know of a file: by which rules it is written."""
    found = document.root.get("schema")
    if found == wanted:
        return True
    sentence = (
        f"The file does not say by which rules it is written; begin it with `schema: {wanted}`."
        if found is None
        else f"The schema is not {wanted}; a file of another version has to be upgraded first."
    )
    report.add("E07", document.file, document.mark(("schema",)), sentence)
    return False
