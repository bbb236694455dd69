"""Opening and saving drafts, so that two editors never overwrite each other.

Whoever opens a draft is given its digest with it, and saves against that digest. When the file has changed
meanwhile, nothing is saved: the answer holds both texts and the place from which they differ (E26).
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from kotoserver.content.diagnostics import Diagnostic, Mark, finding_as_json
from kotoserver.content.drafts import Folders
from kotoserver.content.source import MOST_BYTES
from kotoserver.content.writing import one_writer, write_whole
from kotoserver.domain.errors import BadInput, Conflict, NotFound

_DRAFT = re.compile(
    r"(?P<scene>[a-z][a-z0-9_]{0,39})/(?:scene\.yaml|tests\.yaml|layout\.json)"
    r"|(?P<pack>[a-z]{2,3}-[a-z]{2,3})/(?:pack\.yaml|scenes/[a-z][a-z0-9_]{0,39}\.yaml)"
)
"""What an editor may open; published files are not among it."""

ABSENT = ""
"""The digest of a file that is not there yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDraft:
    file: str
    text: str
    digest: str
    """Of the text as it lies on disk; saving names it."""


def open_draft(folders: Folders, file: str) -> OpenedDraft:
    """A draft by its name, such as `scenes/cafe/scene.yaml`. NotFound code `no_such_draft`."""
    _check_name(folders, file)
    try:
        content = folders.path_of(file).read_bytes()
    except OSError as error:
        raise NotFound(f"There is no draft {file}.", code="no_such_draft") from error
    return OpenedDraft(file=file, text=content.decode("utf-8", "replace"), digest=digest_of_file(content))


def save_draft(folders: Folders, file: str, text: str, opened_digest: str) -> OpenedDraft:
    """Writes the draft in one step, in whole syllables (NFC), and gives it back with its new digest.

    `opened_digest` is what `open_draft` gave, or `ABSENT` for a new file. Conflict code `draft_changed` when the
    file is another by now, with `finding`, `theirs`, `yours` and `digest` in the details; BadInput code
    `draft_too_large`, NotFound code `no_such_draft`.
    """
    _check_name(folders, file)
    text = unicodedata.normalize("NFC", text)
    content = text.encode()
    if len(content) > MOST_BYTES:
        raise BadInput("This is more than any draft may hold; nothing was saved.", code="draft_too_large")
    path = folders.path_of(file)
    if not path.parent.is_dir():
        raise NotFound(f"There is no folder for {file}.", code="no_such_draft")
    with one_writer(path.parent):
        theirs = path.read_bytes() if path.exists() else None
        now = digest_of_file(theirs) if theirs is not None else ABSENT
        if now != opened_digest:
            raise _changed(file, yours=text, theirs=(theirs or b"").decode("utf-8", "replace"), digest=now)
        write_whole(path, content)
    return OpenedDraft(file=file, text=text, digest=digest_of_file(content))


def digest_of_file(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def changed_since(file: str, yours: str, theirs: str) -> Diagnostic:
    """E26, at the first line in which the two texts differ."""
    pairs = zip(yours.split("\n"), theirs.split("\n"), strict=False)
    same = next((at for at, (one, other) in enumerate(pairs) if one != other), None)
    mark = Mark(len(theirs.split("\n")) if same is None else same + 1, 1)
    return Diagnostic(key="E26", file=file, line=mark.line, column=mark.column)


def _changed(file: str, *, yours: str, theirs: str, digest: str) -> Conflict:
    finding = changed_since(file, yours, theirs)
    details = {"finding": finding_as_json(finding, "en"), "yours": yours, "theirs": theirs, "digest": digest}
    return Conflict(
        f"{file} was changed since you opened it; nothing was saved.",
        code="draft_changed",
        retryable=False,
        details=details,
    )


def _check_name(folders: Folders, file: str) -> None:
    """Only drafts, and none that lies elsewhere through a link."""
    top, _, rest = file.partition("/")
    match = _DRAFT.fullmatch(rest)
    is_scene = match is not None and match["scene"] is not None and top == folders.scenes.name
    is_pack = match is not None and match["pack"] is not None and top == folders.langpacks.name
    home = folders.scenes if is_scene else folders.langpacks
    if not (is_scene or is_pack) or not folders.path_of(file).resolve().is_relative_to(home.resolve()):
        raise NotFound(f"There is no draft {file}.", code="no_such_draft")
