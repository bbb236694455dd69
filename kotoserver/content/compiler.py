"""Authored text in, playable scene or pack out, or the reasons why not.

    bytes -> memory.read (source.read_document -> authored.read_as) -> checks -> scene_values / pack_values

The console, the command line, the loader and the tests all come through here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kotoserver.content import pack_values, scene_values
from kotoserver.content.catalogs import Catalogs
from kotoserver.content.checks.advice import advise_on_left_work
from kotoserver.content.checks.pack_style import check_pack_style
from kotoserver.content.checks.packs import check_pack
from kotoserver.content.checks.scenes import Surroundings, check_by_itself, check_draft
from kotoserver.content.checks.silence import check_silence
from kotoserver.content.checks.texts import Lock, advise_on_stale
from kotoserver.content.diagnostics import Diagnostic, Report, errors
from kotoserver.content.findings import Findings
from kotoserver.content.memory import Memory
from kotoserver.content.pack_schema import PACK_SCHEMA, SCENE_PACK_SCHEMA, PackSource, ScenePackSource
from kotoserver.content.scene_schema import SCENE_SCHEMA, CommonIntentSource, SceneSource
from kotoserver.content.tree import Document
from kotoserver.domain.langpack import LanguagePack
from kotoserver.domain.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class CompilationResult:
    scene: Scene | None
    """None when there is an error."""
    diagnostics: tuple[Diagnostic, ...]
    source: SceneSource | None = None
    """A draft as its author wrote it; None when a key of it is out of order."""
    document: Document | None = None
    """Where everything in the draft stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackResult:
    pack: LanguagePack | None
    """None when there is an error."""
    diagnostics: tuple[Diagnostic, ...]
    source: PackSource | None = None
    document: Document | None = None
    """Where everything in a draft's `pack.yaml` stands."""
    parts: Mapping[str, tuple[ScenePackSource, Document]] = field(default_factory=dict)
    """A draft's scene files, by scene."""


def compile_scene(
    content: bytes | str,
    file: str,
    catalogs: Catalogs,
    around: Surroundings,
    memory: Memory | None = None,
) -> CompilationResult:
    """A working draft, checked against the catalogs as they are now and what lies around it."""
    report = Report()
    read = (memory or Memory()).read(SceneSource, SCENE_SCHEMA, content, file, report)
    if read is None:
        return CompilationResult(scene=None, diagnostics=report.diagnostics)
    source, document = read
    findings = Findings(document=document, report=report)
    if source.pinned is not None:
        findings.at_key("E05.pinned", ("pinned",))
    check_draft(source, catalogs, around, findings)
    advise_on_left_work(findings)
    check_silence(findings)
    return replace(_scene_result(source, catalogs.common.intents, report), source=source, document=document)


def compile_published_scene(content: bytes | str, file: str) -> CompilationResult:
    """A published version, which carries what it needs of the catalogs.

    Today's catalogs are not asked: retiring a cue must not stop a scene that people are playing. What makes
    a scene playable at all is checked again, so that a version from anywhere cannot break a session.
    """
    report = Report()
    read = Memory().read(SceneSource, SCENE_SCHEMA, content, file, report)
    if read is None:
        return CompilationResult(scene=None, diagnostics=report.diagnostics)
    source, document = read
    findings = Findings(document=document, report=report)
    check_by_itself(source, findings)
    pinned = source.pinned.common_intents if source.pinned else {}
    for number, intent_id in enumerate(source.common):
        if intent_id not in pinned:
            findings.at("E20.not_pinned", ("common", number), name=intent_id)
    return _scene_result(source, pinned, report)


def compile_pack(
    content: bytes | str,
    file: str,
    scene_files: Mapping[str, bytes | str],
    catalogs: Catalogs,
    scenes: Mapping[str, Scene | None],
    lock: Lock | None = None,
    memory: Memory | None = None,
) -> PackResult:
    """A working draft: `pack.yaml` and its scene files (name -> content), checked against `scenes`.

    A scene that is there but does not compile is None in `scenes`. `lock` tells what each meaning was accepted
    for; without it none is known to be stale.
    """
    report, memory = Report(), memory or Memory()
    main = memory.read(PackSource, PACK_SCHEMA, content, file, report)
    parts: list[tuple[ScenePackSource, Findings]] = []
    for name, each in sorted(scene_files.items()):
        read = memory.read(ScenePackSource, SCENE_PACK_SCHEMA, each, name, report)
        if read is not None:
            parts.append((read[0], Findings(document=read[1], report=report)))
    if main is None:
        return PackResult(pack=None, diagnostics=report.diagnostics)
    source, document = main
    findings = Findings(document=document, report=report)
    if source.pinned is not None:
        findings.at_key("E05.pinned", ("pinned",))
    check_pack(source, findings, parts, catalogs, scenes)
    check_pack_style(source, findings, parts)
    for part, place in parts:
        scene = scenes.get(part.scene)
        if scene is not None:
            advise_on_stale(scene, part, lock or {}, place)
    for place in (findings, *(place for _, place in parts)):
        advise_on_left_work(place)
        check_silence(place)
    result = _pack_result(source, {part.scene: part for part, _ in parts}, report)
    written = {part.scene: (part, place.document) for part, place in parts}
    return replace(result, source=source, document=document, parts=written)


def compile_published_pack(content: bytes | str, file: str) -> PackResult:
    """A published version: one file that holds the pack and its scenes."""
    report = Report()
    read = Memory().read(PackSource, PACK_SCHEMA, content, file, report)
    if read is None:
        return PackResult(pack=None, diagnostics=report.diagnostics)
    source, document = read
    if source.pinned is None:
        Findings(document=document, report=report).at("E06.not_pinned", ())
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
