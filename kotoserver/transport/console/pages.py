"""What each page shows, one value a page; templates read these and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kotoserver.domain.audit import AuditEntry
from kotoserver.domain.learner import ADMINS, AUTHORS, EDITORS, TEACHERS, Learner, Role
from kotoserver.services.health import DependencyState
from kotoserver.transport.rest.models.lessons import LessonAnswer
from kotoserver.transport.rest.models.recap import RecapAnswer
from kotoserver.transport.rest.models.scenes import SceneSummary
from kotoserver.transport.rest.models.sessions import SessionAnswer
from kotoserver.transport.rest.models.turns import TurnAnswer
from kotoserver.transport.rest.models.users import LimitsAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What surrounds every page."""

    title: str
    place: str
    """Which entry of the navigation is current; empty for none."""
    token: str
    version: str
    called: str
    """Whoever looks at it; empty for nobody."""
    role: Role | None

    @property
    def is_admin(self) -> bool:
        return self.role in ADMINS

    @property
    def sees_others(self) -> bool:
        return self.role in TEACHERS

    @property
    def edits(self) -> bool:
        return self.role in EDITORS

    @property
    def writes_lessons(self) -> bool:
        return self.role in AUTHORS


@dataclass(frozen=True, slots=True, kw_only=True)
class PackChoice:
    id: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneCard:
    scene: SceneSummary
    background: str
    """Names the drawing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    session_id: str
    learner_id: str
    title: str
    pack_id: str
    state: str
    state_word: str
    result: str
    """`pass`, `try_again`, or empty while there is none."""
    score: int
    learner_turns: int
    started_at: datetime

    @property
    def started(self) -> str:
        return f"{self.started_at:%-d %b %Y, %H:%M} UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    shell: Shell
    pack_id: str
    native: str
    """BCP 47 tag of the language that the pack explains in."""
    packs: tuple[PackChoice, ...]
    scenes: tuple[SceneCard, ...]
    sessions: tuple[SessionRow, ...]
    ready: bool
    checks: tuple[DependencyState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Boot:
    """What the simulator's script begins with."""

    scene_id: str
    scene_version: int
    pack_id: str
    session_id: str | None
    hears: bool
    """Whether the server has ears; else the browser's own are offered."""
    longest_seconds: int
    """Of a recording."""
    keeps: bool
    """Whether the learner agreed to have recordings kept."""
    development: bool
    """Whether the session's engines may be exchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayPage:
    shell: Shell
    scene: SceneSummary
    native: str
    """BCP 47 tag of the learner's language."""
    packs: tuple[PackChoice, ...]
    boot: Boot


@dataclass(frozen=True, slots=True, kw_only=True)
class LabPage:
    """The engines themselves are fetched, again and again, by the page's script."""

    shell: Shell
    development: bool
    hears: bool
    longest_seconds: int
    """Of a recording."""
    voices: tuple[str, ...]
    voice: str
    """Which of them is chosen at first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionsPage:
    shell: Shell
    words: str
    of: str
    """Whose: empty for one's own, `everyone`, or a learner's id."""
    state: str
    states: tuple[str, ...]
    sessions: tuple[SessionRow, ...]
    older_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageBar:
    """One stage of a turn in the waterfall."""

    name: str
    kind: str
    """`server`, `speech` or `perceived`."""
    milliseconds: float
    start: float
    """Per cent of the row."""
    width: float
    """Per cent of the row."""
    server_share: float = 0.0
    """Per cent of what the learner waited that was the server's doing; only for `perceived`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnCard:
    turn: TurnAnswer
    stages: tuple[StageBar, ...]
    can_be_heard: bool
    """Whether the recording it was spoken in is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPage:
    shell: Shell
    session: SessionAnswer
    row: SessionRow
    recap: RecapAnswer
    turns: tuple[TurnCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """Something a person should know instead of the page they wanted."""

    shell: Shell
    status: int
    heading: str
    sentence: str
    offers_sign_in: bool = False
    """Whether an editor may sign in here."""
    again: str = ""
    """The address to try again, where that helps."""
    retry_after: int | None = None
    """Seconds until then."""
    wrong: tuple[DependencyState, ...] = ()
    """What does not work now, where that keeps the page away from those who would mend it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a body, a query or a frame."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCard:
    method: str
    path: str
    summary: str
    public: bool
    status: str
    media_type: str
    query: tuple[Field, ...]
    takes: tuple[Field, ...]
    answers: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCard:
    name: str
    about: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePage:
    shell: Shell
    operations: tuple[OperationCard, ...]
    client_frames: tuple[FrameCard, ...]
    server_frames: tuple[FrameCard, ...]
    frame_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersPage:
    shell: Shell
    words: str
    role: Role | None
    roles: tuple[Role, ...]
    users: tuple[Learner, ...]
    older_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    shell: Shell
    about: str
    action: str
    actions: tuple[str, ...]
    entries: tuple[AuditEntry, ...]
    older_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPage:
    shell: Shell
    process: str
    """Which of several it is that answers."""
    since: datetime
    ready: bool
    checks: tuple[DependencyState, ...]
    limits: LimitsAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedClass:
    """A class whose teacher may see what one plays."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    shell: Shell
    learner: Learner
    joined: tuple[JoinedClass, ...]
    problem: str
    """Why the last change did not work; empty before one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    shell: Shell
    next: str
    """Where to go then."""
    email: str
    problem: str
    """Why the last try did not work; empty before the first."""
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageLine:
    """How much of a scene a pack says."""

    other: str
    """The pack on a scene's card, the scene on a pack's."""
    percent: int
    stale: int
    """Texts that were written for other Korean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftCard:
    """A scene or a pack in the list of the studio."""

    id: str
    live: int | None
    """Its live version; None when it was never published."""
    coverage: tuple[CoverageLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioPage:
    shell: Shell
    scenes: tuple[DraftCard, ...]
    packs: tuple[DraftCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceChoice:
    id: str
    about: str
    """What it sounds like."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinesPage:
    """A scene's texts in all languages; the table itself is fetched by the page's script."""

    shell: Shell
    scene_id: str
    voices: tuple[VoiceChoice, ...]
    engines: tuple[str, ...]
    """Voices' engines, in the order in which they are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentencesPage:
    """What learners said that no intent took; the list itself is fetched by the page's script."""

    shell: Shell
    scene_id: str
    fewest: int
    """Learners who must have said something before whoever looks here sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPage:
    """One scene or pack to be worked on."""

    shell: Shell
    kind: str
    id: str
    files: tuple[str, ...]
    live: int | None
    style_nonce: str
    """Lets the text editor's own style element through the page's policy; another one for each answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassCard:
    id: str
    name: str
    code: str
    """What learners join by."""
    members: int

    @property
    def spelt(self) -> str:
        """The code as it is written on a blackboard."""
        return f"{self.code[:4]}-{self.code[4:]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassesPage:
    shell: Shell
    classes: tuple[ClassCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRow:
    learner_id: str
    name: str
    joined_at: datetime
    sessions: tuple[SessionRow, ...]
    """The latest few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPage:
    shell: Shell
    classroom: ClassCard
    members: tuple[MemberRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonCard:
    lesson: LessonAnswer
    titles: tuple[str, ...]
    """Of its scenes, in the order of playing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonsPage:
    shell: Shell
    words: str
    lessons: tuple[LessonCard, ...]
    older_url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneChoice:
    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonPage:
    shell: Shell
    lesson: LessonAnswer | None
    """None: a new one."""
    scenes: tuple[SceneChoice, ...]
    """That it may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """A draft for whoever has a link to it, and has no account."""

    shell: Shell
    token: str
    """Of the link; it opens this draft and nothing else."""
    title: str
    """In Korean."""
    packs: tuple[PackChoice, ...]
    until: datetime
    language: str
    """The reader's."""
    words: Mapping[str, str]

    @property
    def about(self) -> str:
        """The day as it is written everywhere: months have other names in each language."""
        return self.words["about"].format(day=f"{self.until:%Y-%m-%d}")
