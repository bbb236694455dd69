"""Bodies about drafts and their versions."""

from typing import Annotated, Any, Literal

from pydantic import Field, StrictBool, StringConstraints

from kotoserver.content.coverage import Coverage
from kotoserver.content.diagnostics import Diagnostic, finding_as_json
from kotoserver.content.differences import Change
from kotoserver.content.revisions import Revision
from kotoserver.content.saving import OpenedDraft
from kotoserver.content.sentences import Language
from kotoserver.content.tables import Imported
from kotoserver.content.versions import Difference
from kotoserver.content.vocabulary import Vocabulary
from kotoserver.services.content import DraftFolder
from kotoserver.transport.rest.models.common import Time
from kotoserver.transport.rest.operations import Model

FileName = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Version = Annotated[str, StringConstraints(pattern=r"^(live|draft|[0-9]{1,9})$")]
Digest = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")]
Few = Annotated[str, StringConstraints(max_length=200)]
Note = Annotated[str, StringConstraints(max_length=2_000)]
MOST_OPEN = 16
"""Files that one editor has open with changes."""


class DraftFolderAnswer(Model):
    kind: Literal["scene", "pack"]
    id: str
    files: list[str]
    live: int | None
    """Its live version; null when it was never published."""


class DraftsAnswer(Model):
    drafts: list[DraftFolderAnswer]

    @classmethod
    def of(cls, drafts: tuple[DraftFolder, ...]) -> "DraftsAnswer":
        return cls(
            drafts=[
                DraftFolderAnswer(kind=each.kind, id=each.id, files=list(each.files), live=each.live)
                for each in drafts
            ]
        )


class DraftQuery(Model):
    file: FileName
    """Such as `scenes/cafe/scene.yaml`."""


class DraftBody(Model):
    file: FileName
    text: str
    digest: Digest
    """Of the draft as it was opened; empty for a new file."""


class DraftAnswer(Model):
    file: str
    text: str
    digest: str
    """To save against."""

    @classmethod
    def of(cls, opened: OpenedDraft) -> "DraftAnswer":
        return cls(file=opened.file, text=opened.text, digest=opened.digest)


class LintBody(Model):
    scene_id: FileName | None = None
    """Only this scene and its packs."""
    unsaved: Annotated[dict[FileName, str], Field(max_length=MOST_OPEN)] = Field(default_factory=dict)
    """Files as they are in the editor's window."""
    language: Language = "en"


class VocabularyAnswer(Model):
    schemas: dict[str, dict[str, Any]]
    """A draft's `schema`, such as `scene/1`, and its JSON Schema."""
    names: dict[str, dict[str, str]]
    """Sorts of names, such as `emotions`: each name of the catalogs with what it is."""

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> "VocabularyAnswer":
        return cls(
            schemas={each: dict(schema) for each, schema in vocabulary.schemas.items()},
            names={sort: dict(names) for sort, names in vocabulary.names.items()},
        )


class NewSceneBody(Model):
    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    """The folder's name; it never changes."""
    title: Annotated[Few, StringConstraints(min_length=1)]
    """In Korean."""
    topik: Annotated[int, Field(ge=1, le=6)] = 1
    background: Few
    """Where it plays: a name of the cue catalog."""
    packs: Annotated[list[Few], Field(min_length=1, max_length=16)]
    """Languages that it is written for."""


class BeginningAnswer(Model):
    files: list[str]


class EditAnswer(Model):
    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class FindingAnswer(Model):
    code: str
    severity: Literal["error", "warning"]
    file: str
    line: int
    column: int
    sentence: str
    fix: list[EditAnswer]
    """Spans to replace, none overlapping, their ends not included; empty when a person has to decide."""

    @classmethod
    def of(cls, found: Diagnostic, language: Language) -> "FindingAnswer":
        return cls.model_validate(finding_as_json(found, language))


class LintAnswer(Model):
    errors: int
    warnings: int
    findings: list[FindingAnswer]

    @classmethod
    def of(cls, found: list[Diagnostic], language: Language) -> "LintAnswer":
        answers = [FindingAnswer.of(each, language) for each in found]
        wrong = sum(each.severity == "error" for each in answers)
        return cls(errors=wrong, warnings=len(answers) - wrong, findings=answers)


class IdsAnswer(Model):
    ids: list[str]


class PublishBody(Model):
    name: Annotated[Few, StringConstraints(min_length=1)]
    """A few words for the history."""
    note: Note = ""


class RevertBody(Model):
    version: Annotated[int, Field(ge=1, le=999_999_999)]
    note: Note = ""


class RevisionAnswer(Model):
    version: int
    action: Literal["publish", "revert"]
    at: Time
    by: str
    name: str
    note: str
    sha256: str

    @classmethod
    def of(cls, revision: Revision) -> "RevisionAnswer":
        return cls(
            version=revision.version,
            action=revision.action.value,
            at=revision.at,
            by=revision.by,
            name=revision.name,
            note=revision.note,
            sha256=revision.sha256,
        )


class HistoryAnswer(Model):
    entries: list[RevisionAnswer]
    """Oldest first; the last one is live."""


class DiffQuery(Model):
    before: Version = "live"
    after: Version = "draft"


class ChangeAnswer(Model):
    kind: str
    name: str
    sort: Literal["added", "removed", "changed"]
    before: str
    after: str

    @classmethod
    def of(cls, change: Change) -> "ChangeAnswer":
        return cls(
            kind=change.kind,
            name=change.name,
            sort=change.sort.value,
            before=change.before,
            after=change.after,
        )


class DiffAnswer(Model):
    before: str
    after: str
    changes: list[ChangeAnswer]
    """By meaning: lines, rules, intents, examples, slots, endings, settings."""
    text: str
    """A unified diff of the files."""

    @classmethod
    def of(cls, found: Difference) -> "DiffAnswer":
        changes = [ChangeAnswer.of(change) for change in found.changes]
        return cls(before=found.before, after=found.after, changes=changes, text=found.text)


class CoverageQuery(Model):
    scene_id: FileName | None = None


class CoveredAnswer(Model):
    scene: str
    pack: str
    percent: int
    texts: int
    missing: list[str]
    stale: list[str]


class CoverageAnswer(Model):
    covered: list[CoveredAnswer]

    @classmethod
    def of(cls, covered: tuple[Coverage, ...]) -> "CoverageAnswer":
        return cls(
            covered=[
                CoveredAnswer(
                    scene=each.scene,
                    pack=each.pack,
                    percent=each.percent,
                    texts=each.texts,
                    missing=list(each.missing),
                    stale=list(each.stale),
                )
                for each in covered
            ]
        )


class ImportQuery(Model):
    dry_run: Annotated[bool, Field(strict=False)] = False
    """Only tell what would change."""
    language: Language = "en"


class ImportForm(Model):
    table: Annotated[str, Field(json_schema_extra={"format": "binary"})]
    """CSV or XLSX, as it was exported or in any order of rows."""


class ImportedText(Model):
    id: str
    before: str
    """Empty where there was none."""
    after: str


class ImportAnswer(Model):
    changed: list[str]
    """Ids whose meaning is another now."""
    changes: list[ImportedText]
    """What each was and is."""
    written: StrictBool
    findings: list[FindingAnswer]
    """Rows that fit nothing, with their row and column."""

    @classmethod
    def of(cls, imported: Imported, language: Language, *, written: bool) -> "ImportAnswer":
        findings = [FindingAnswer.of(each, language) for each in imported.findings]
        changes = [ImportedText(id=each.id, before=each.before, after=each.after) for each in imported.changes]
        return cls(changed=list(imported.changed), changes=changes, written=written, findings=findings)
