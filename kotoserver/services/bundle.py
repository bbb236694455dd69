"""Everything the product can do, handed to whoever talks to the outside: pages, sockets, the CLI."""

from dataclasses import dataclass

from kotoserver.ports.bus import Bus
from kotoserver.services.accounts import AccountsService
from kotoserver.services.catalog import CatalogService
from kotoserver.services.classes import ClassesService
from kotoserver.services.content import ContentService
from kotoserver.services.erasing import ErasingService
from kotoserver.services.health import HealthService
from kotoserver.services.history import HistoryService
from kotoserver.services.lab import LabService
from kotoserver.services.lessons import LessonsService
from kotoserver.services.limits import LimitsService
from kotoserver.services.lookout import Lookout
from kotoserver.services.play import PlayService
from kotoserver.services.previews import PreviewService
from kotoserver.services.recordings import RecordingsService
from kotoserver.services.rehearsing import RehearsingService
from kotoserver.services.reviews import ReviewsService
from kotoserver.services.sentences import SentencesService
from kotoserver.services.speech import SpeechService
from kotoserver.services.uploads import UploadService
from kotoserver.services.users import UsersService
from kotoserver.services.voice import VoiceService
from kotoserver.services.workbench import WorkbenchService


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    accounts: AccountsService
    users: UsersService
    classes: ClassesService
    lessons: LessonsService
    erasing: ErasingService
    limits: LimitsService
    catalog: CatalogService
    play: PlayService
    history: HistoryService
    speech: SpeechService
    uploads: UploadService
    recordings: RecordingsService
    voice: VoiceService
    workbench: WorkbenchService
    lab: LabService
    previews: PreviewService
    content: ContentService
    sentences: SentencesService
    rehearsing: RehearsingService
    reviews: ReviewsService
    health: HealthService
    lookout: Lookout
    bus: Bus
    """For live connections, which listen to the events of their session."""
