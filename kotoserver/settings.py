"""Everything an operator may set, read from the environment in one place.

`VARIABLES` is the whole list: the README's table is checked against it, and a `KOTO_*` name that is
not on it stops the start, so a typing mistake cannot pass as a default.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote, urlsplit, urlunsplit

from kotoserver.domain.errors import BadSettings

ROOT = Path(__file__).resolve().parent.parent
"""The checkout (or the image's folder) that holds `scenes/`, `langpacks/` and `web/`."""


Network = IPv4Network | IPv6Network


class Secret(str):
    """Text that does not print itself."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "***"

    def __str__(self) -> str:
        return "***"

    def reveal(self) -> str:
        return "".join(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    name: str
    default: str
    """As a person would write it; empty for none."""
    meaning: str
    secret: bool = False
    """Whether `<name>_FILE` may name a file that holds it, as Docker and systemd hand out secrets."""


VARIABLES = (
    Variable(name="KOTO_HOST", default="127.0.0.1", meaning="address to listen on"),
    Variable(name="KOTO_PORT", default="5000", meaning="port to listen on; 0 picks a free one"),
    Variable(name="KOTO_DATA_DIR", default="data", meaning="folder for the SQLite file, speech and the secret"),
    Variable(name="KOTO_SCENES_DIR", default="scenes", meaning="folder of the scenes"),
    Variable(name="KOTO_LANGPACKS_DIR", default="langpacks", meaning="folder of the language packs"),
    Variable(
        name="KOTO_SECRET",
        default="",
        meaning="signs tokens, at least 32 characters; unset, one is made and kept in the data folder "
        "(only where KOTO_HOST is this very machine)",
        secret=True,
    ),
    Variable(
        name="KOTO_SECRET_PREVIOUS",
        default="",
        meaning="the secret of before; what it signed stays good while you change to another",
        secret=True,
    ),
    Variable(
        name="KOTO_DEVELOPMENT",
        default="0",
        meaning="`1`: browsers on this machine are admins without signing in, and may break engines on purpose",
    ),
    Variable(
        name="KOTO_ACCESS_MINUTES",
        default="15",
        meaning="how long an access token is good; then the client renews it by its refresh token",
    ),
    Variable(name="KOTO_SIGN_IN_DAYS", default="30", meaning="how long a device stays signed in that is not used"),
    Variable(
        name="KOTO_RETENTION_DAYS",
        default="0",
        meaning="sessions and guests that nobody came back to for so long are erased; 0 keeps them",
    ),
    Variable(name="KOTO_AUDIT_DAYS", default="365", meaning="how long the audit is kept"),
    Variable(
        name="KOTO_SENTENCE_LEARNERS",
        default="2",
        meaning="learners who must have said a sentence that no intent took before editors see it",
    ),
    Variable(
        name="KOTO_LIMITS",
        default="",
        meaning="most uses a minute, such as `turns=60,uploads=30`, where they differ from docs/configuration.md; "
        "0 lifts a limit",
    ),
    Variable(
        name="KOTO_BODY_SECONDS",
        default="20",
        meaning="how long the body of a request may take to arrive; six times as long with a file in it",
    ),
    Variable(
        name="KOTO_MOST_LIVE",
        default="2000",
        meaning="sessions that are played live at once by all servers together; more are told `busy`",
    ),
    Variable(
        name="KOTO_PUBLIC_URL",
        default="",
        meaning="address that clients use, such as https://koto.example; unset, the request's own",
    ),
    Variable(
        name="KOTO_MEDIA_URL",
        default="",
        meaning="address of a CDN in front of this server, such as https://media.koto.example, that spoken lines "
        "are fetched from; unset, this server's own",
    ),
    Variable(
        name="KOTO_REGION",
        default="",
        meaning="what this server's region is called where several have one each, such as `jakarta`; "
        "`/health` tells",
    ),
    Variable(
        name="KOTO_TRUSTED_PROXIES",
        default="",
        meaning="addresses and networks of proxies whose X-Forwarded-For is believed, such as "
        "`127.0.0.1,10.0.0.0/8`; unset, none",
    ),
    Variable(
        name="KOTO_DRAIN_SECONDS",
        default="0",
        meaning="how long a server that is told to stop goes on as before while `/health/ready` says `draining`, "
        "so that a balancer sends nobody new",
    ),
    Variable(name="KOTO_LOG", default="readable", meaning="form of the log lines: `json` or `readable`"),
    Variable(
        name="KOTO_LOG_LEVEL",
        default="info",
        meaning="what is logged: `debug`, `info`, `warning` or `error` and what is worse",
    ),
    Variable(
        name="OTEL_EXPORTER_OTLP_ENDPOINT",
        default="",
        meaning="collector that traces are sent to by OTLP over HTTP, such as http://127.0.0.1:4318; unset, none. "
        "OpenTelemetry's other `OTEL_…` variables count too",
    ),
    Variable(name="KOTO_SPEECH_CACHE_MB", default="512", meaning="how much synthesised speech is kept"),
    Variable(
        name="DATABASE_URL",
        default="",
        meaning="`postgresql://…` or `sqlite:///path`; unset, SQLite in the data folder",
        secret=True,
    ),
    Variable(
        name="DATABASE_PASSWORD",
        default="",
        meaning="the password of `DATABASE_URL`, where it stands in a file of its own",
        secret=True,
    ),
    Variable(name="KOTO_POOL_MAX", default="20", meaning="most connections to Postgres that a server process has"),
    Variable(name="KOTO_POOL_IDLE_SECONDS", default="30", meaning="an unused one is closed after this long"),
    Variable(name="KOTO_POOL_CONNECT_SECONDS", default="2", meaning="how long making one may take"),
    Variable(name="KOTO_POOL_QUEUE_SECONDS", default="5", meaning="how long a query waits for a free one"),
    Variable(name="KOTO_POOL_COMMAND_SECONDS", default="10", meaning="how long one statement may take"),
    Variable(
        name="REDIS_URL", default="", meaning="`redis://…`; unset, everything stays in this process", secret=True
    ),
    Variable(
        name="REDIS_PASSWORD",
        default="",
        meaning="the password of `REDIS_URL`, where it stands in a file of its own",
        secret=True,
    ),
    Variable(name="MINIO_ENDPOINT", default="", meaning="host and port of an S3 server; unset, files on disk"),
    Variable(
        name="MINIO_PUBLIC_ENDPOINT",
        default="",
        meaning="address by which clients reach it, such as https://audio.koto.example; unset, they do not, and "
        "recordings come through the server",
    ),
    Variable(name="MINIO_ACCESS_KEY", default="", meaning="its access key", secret=True),
    Variable(name="MINIO_SECRET_KEY", default="", meaning="its secret key", secret=True),
    Variable(name="MINIO_BUCKET", default="koto-audio-private", meaning="its private bucket"),
    Variable(name="MINIO_REGION", default="us-east-1", meaning="its region, as requests are signed for it"),
    Variable(
        name="STT_PROVIDER",
        default="none",
        meaning="speech recognition: `google`, `whisper`, `openai_compatible`, or an ordered list with fallbacks: "
        "`a,b`; with `none` learners type, or speak to their browser's own recognition",
    ),
    Variable(
        name="TTS_PROVIDER",
        default="espeak",
        meaning="voice: `espeak`, `google`, `piper`, `openai_compatible`, or an ordered list with fallbacks",
    ),
    Variable(
        name="PROVIDER_POLICY",
        default="",
        meaning="patience with single engines, such as `stt.google.total=6,stt.whisper.at_once=2`; "
        "`total`, `first` (seconds), `at_once`, `failures`, `rest`",
    ),
    Variable(
        name="PROVIDER_PRICES",
        default="",
        meaning="US dollars for a minute heard or a million characters spoken, such as "
        "`stt.google=0.016,tts.google=16`; unset, the published prices",
    ),
    Variable(
        name="SPEECH_DAILY_BUDGET_USD",
        default="5.00",
        meaning="what all servers together may spend on speech in a day of UTC; then only engines without a price",
    ),
    Variable(
        name="SPEECH_LEARNER_BUDGET_USD",
        default="0.25",
        meaning="what one learner may cost in a day of UTC; then only engines without a price serve them",
    ),
    Variable(
        name="KOTO_MODELS_DIR",
        default="",
        meaning="folder of voices and recognition models; unset, `models` in the data folder",
    ),
    Variable(
        name="KOTO_MODELS_MIRROR",
        default="",
        meaning="address to download models from instead of their publishers, such as https://mirror.example/koto",
    ),
    Variable(
        name="WHISPER_MODEL",
        default="base",
        meaning="model of the `whisper` engine: a name of `kotoserver models list`, or a folder",
    ),
    Variable(name="WHISPER_DEVICE", default="cpu", meaning="where it runs: `cpu` or `cuda`"),
    Variable(
        name="WHISPER_COMPUTE_TYPE",
        default="default",
        meaning="its arithmetic, such as `int8` or `float16`; `default` is int8 on a CPU and float16 on a GPU",
    ),
    Variable(name="WHISPER_BEAM_SIZE", default="5", meaning="how many readings it follows at once"),
    Variable(
        name="PIPER_VOICE",
        default="",
        meaning="voice of the `piper` engine: a name of `kotoserver models list`, or an .onnx file",
    ),
    Variable(name="PIPER_DEVICE", default="cpu", meaning="where it runs: `cpu` or `cuda`"),
    Variable(name="GOOGLE_CLOUD_PROJECT", default="", meaning="project that the `google` ears are billed to"),
    Variable(name="GOOGLE_SPEECH_LOCATION", default="global", meaning="region of the `google` ears"),
    Variable(name="GOOGLE_SPEECH_MODEL", default="short", meaning="model of the `google` ears"),
    Variable(
        name="GOOGLE_ENDPOINT",
        default="",
        meaning="host and port of a server that speaks Google's protocols without encryption, for tests",
    ),
    Variable(
        name="STT_URL",
        default="",
        meaning="address of the `openai_compatible` ears, such as http://127.0.0.1:8000/v1",
    ),
    Variable(name="STT_MODEL", default="", meaning="its model, as the server there names it"),
    Variable(name="STT_KEY", default="", meaning="its key, if it wants one", secret=True),
    Variable(
        name="TTS_URL",
        default="",
        meaning="address of the `openai_compatible` voice, such as http://127.0.0.1:8000/v1",
    ),
    Variable(name="TTS_MODEL", default="", meaning="its model, as the server there names it"),
    Variable(name="TTS_KEY", default="", meaning="its key, if it wants one", secret=True),
    Variable(
        name="KOTO_SPEECH_KEY",
        default="",
        meaning="what clients of `kotoserver serve --role speech` must send as their bearer key; unset, nothing",
        secret=True,
    ),
    Variable(name="KOTO_UPLOAD_MB", default="8", meaning="the largest recording that a learner may send"),
    Variable(name="KOTO_UPLOAD_SECONDS", default="30", meaning="the longest recording that a learner may send"),
    Variable(
        name="KOTO_RECORDING_DAYS",
        default="30",
        meaning="how long recordings are kept of learners who agreed to it; others' go once they are judged",
    ),
    Variable(
        name="KOTO_BACKUP_DIR",
        default="",
        meaning="folder of backups, better on another disk; unset, `backups` in the data folder",
    ),
    Variable(
        name="KOTO_BACKUP_KEYS",
        default="",
        meaning="public keys of age that backups are encrypted to, such as `age1…,age1…`; unset, they are not",
    ),
    Variable(
        name="EVAL_PROVIDER",
        default="local",
        meaning="judge of Korean: `local`; `gemini,local` or `openai_compatible,local`; `cascade`",
    ),
    Variable(name="GEMINI_API_KEY", default="", meaning="key for the `gemini` judge", secret=True),
    Variable(name="GEMINI_MODEL", default="gemini-3.5-flash-lite", meaning="model of the `gemini` judge"),
    Variable(
        name="EVAL_MODEL_URL",
        default="",
        meaning="address of an `openai_compatible` judge, such as http://127.0.0.1:11434/v1",
    ),
    Variable(name="EVAL_MODEL_NAME", default="", meaning="its model, as the server there names it"),
    Variable(name="EVAL_MODEL_KEY", default="", meaning="its key, if it wants one", secret=True),
    Variable(name="EVAL_MODEL_SECONDS", default="4", meaning="how long a turn waits for a model"),
    Variable(
        name="EVAL_MODEL_PRICE",
        default="",
        meaning="US dollars for a million tokens asked and answered, such as 0.30/2.50; "
        "unset, the published price of a Gemini model, and nothing for `openai_compatible`",
    ),
    Variable(
        name="EVAL_DAILY_BUDGET_USD",
        default="1.00",
        meaning="what each server process may spend on models in a day of UTC; then `local` judges alone",
    ),
    Variable(
        name="GOOGLE_APPLICATION_CREDENTIALS", default="", meaning="credentials file for the `google` engines"
    ),
)
LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "guests": 600,
        "sign_ins": 30,
        "requests": 6000,
        "learner_requests": 1200,
        "frames": 3000,
        "turns": 120,
        "helps": 240,
        "uploads": 60,
        "evaluations": 600,
        "joins": 10,
    }
)
"""Most uses a minute unless KOTO_LIMITS says otherwise: of one address (guests, sign_ins, requests), else of one
learner, and of their address many times as much."""
_DEVICES = ("cpu", "cuda")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_POLICY_KEY = re.compile(r"(stt|tts)\.[a-z_]+\.(total|first|at_once|failures|rest)")
_LIMIT_KEY = re.compile("|".join(LIMITS))
_PRICE_KEY = re.compile(r"(stt|tts)\.[a-z_]+")
LOG_LEVELS = ("debug", "info", "warning", "error")
_LONGEST_SECRET = 4096
_SECRETS = tuple(variable.name for variable in VARIABLES if variable.secret)
_NAMES = frozenset(variable.name for variable in VARIABLES) | {f"{name}_FILE" for name in _SECRETS}
_DEFAULTS = {variable.name: variable.default for variable in VARIABLES}


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSettings:
    """The connections of one process to Postgres."""

    most: int = 20
    idle_seconds: int = 30
    connect_seconds: int = 2
    queue_seconds: int = 5
    """How long a query waits for a free connection."""
    command_seconds: int = 10
    """How long one statement may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Settings:
    endpoint: str
    access_key: Secret
    secret_key: Secret
    bucket: str
    region: str = "us-east-1"
    """What servers of one's own go by; named, it need not be asked for before the first request."""
    public_endpoint: str | None = None
    """Where clients reach it; None when they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrice:
    """US dollars for a million tokens."""

    asked: float
    answered: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WhisperSettings:
    model: str
    """A name that `kotoserver models` knows, or a folder."""
    device: str
    compute_type: str
    beam_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PiperSettings:
    voice: str | None
    """A name that `kotoserver models` knows, or an .onnx file."""
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleSettings:
    credentials: Path | None
    project: str | None
    location: str
    speech_model: str
    endpoint: str | None
    """`host:port` of a server that speaks Google's protocols in clear, in place of Google's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechServerSettings:
    """An OpenAI-compatible server that hears or speaks."""

    url: str
    model: str
    key: Secret | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechSettings:
    """Ears and voices, and what they may cost."""

    stt: tuple[str, ...]
    """Empty when learners type."""
    tts: tuple[str, ...]
    whisper: WhisperSettings
    piper: PiperSettings
    google: GoogleSettings
    stt_server: SpeechServerSettings | None
    tts_server: SpeechServerSettings | None
    models_dir: Path
    models_mirror: str | None
    policy: Mapping[str, float]
    """`stt.google.total` -> value, for what differs from an engine's own."""
    prices: Mapping[str, float]
    """`stt.google` -> US dollars for a minute; `tts.google` -> for a million characters."""
    daily_budget: float
    """US dollars."""
    learner_budget: float
    """US dollars a day."""
    key: Secret | None
    """That clients of the speech role must know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadSettings:
    """What a learner may send, and how long it is kept."""

    most_bytes: int
    most_seconds: int
    kept_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """Language models that may help to judge."""

    gemini_key: Secret | None
    gemini_model: str
    url: str | None
    """Of an OpenAI-compatible server."""
    name: str | None
    key: Secret | None
    seconds: int
    price: TokenPrice | None
    """None: the published price."""
    daily_budget: float
    """US dollars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """How people sign in, and how long what they leave is kept."""

    secret: Secret | None
    """None: made at the first start and kept in the data folder."""
    previous_secret: Secret | None
    access_minutes: int
    sign_in_days: int
    retention_days: int
    """0: for ever."""
    audit_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSettings:
    """How much one client may ask for."""

    a_minute: Mapping[str, int]
    """A name of LIMITS -> most uses; 0 for no limit."""
    most_live: int
    body_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    folder: Path
    keys: tuple[str, ...]
    """Public keys of age; empty: in clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    host: str
    port: int
    data_dir: Path
    scenes_dir: Path
    langpacks_dir: Path
    web_dir: Path
    accounts: AccountSettings
    limits: LimitSettings
    sentence_learners: int
    development: bool
    """Whether only people at this very machine are served, who may do everything and break things on purpose."""
    public_url: str | None
    media_url: str | None
    """Of a CDN that has speech from here."""
    region: str | None
    trusted_proxies: tuple[Network, ...]
    drain_seconds: int
    log: str
    log_level: str
    exports_traces: bool
    """To the collector that the environment names to OpenTelemetry's own library."""
    speech_cache_bytes: int
    database_url: Secret | None
    """May hold a password."""
    pool: PoolSettings
    redis_url: Secret | None
    s3: S3Settings | None
    speech: SpeechSettings
    uploads: UploadSettings
    backups: BackupSettings
    evaluator: tuple[str, ...]
    models: ModelSettings

    @property
    def on_loopback(self) -> bool:
        """Whether nothing but this very machine can connect."""
        return self.host in _LOOPBACK

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """The settings; BadSettings names the variable and what it should be."""
        given = dict(os.environ if environ is None else environ)
        _refuse_unknown(given)
        given |= _secrets_in_files(given)
        values = {name: given.get(name, "").strip() or default for name, default in _DEFAULTS.items()}
        settings = cls(
            host=values["KOTO_HOST"],
            port=_whole_number("KOTO_PORT", values["KOTO_PORT"], 0, 65535),
            data_dir=_path("KOTO_DATA_DIR", values["KOTO_DATA_DIR"]).absolute(),
            scenes_dir=_folder("KOTO_SCENES_DIR", values["KOTO_SCENES_DIR"]),
            langpacks_dir=_folder("KOTO_LANGPACKS_DIR", values["KOTO_LANGPACKS_DIR"]),
            web_dir=ROOT / "web",
            accounts=_accounts(values),
            limits=_limits(values),
            sentence_learners=_whole_number("KOTO_SENTENCE_LEARNERS", values["KOTO_SENTENCE_LEARNERS"], 1, 1_000),
            development=_one_of("KOTO_DEVELOPMENT", values["KOTO_DEVELOPMENT"], ("0", "1")) == "1",
            public_url=_web_address("KOTO_PUBLIC_URL", values["KOTO_PUBLIC_URL"]),
            media_url=_media_address("KOTO_MEDIA_URL", values["KOTO_MEDIA_URL"]),
            region=_region("KOTO_REGION", values["KOTO_REGION"]),
            trusted_proxies=_networks("KOTO_TRUSTED_PROXIES", values["KOTO_TRUSTED_PROXIES"]),
            drain_seconds=_whole_number("KOTO_DRAIN_SECONDS", values["KOTO_DRAIN_SECONDS"], 0, 600),
            log=_one_of("KOTO_LOG", values["KOTO_LOG"], ("json", "readable")),
            log_level=_one_of("KOTO_LOG_LEVEL", values["KOTO_LOG_LEVEL"], LOG_LEVELS),
            exports_traces=bool(
                _web_address("OTEL_EXPORTER_OTLP_ENDPOINT", values["OTEL_EXPORTER_OTLP_ENDPOINT"])
            ),
            speech_cache_bytes=_whole_number("KOTO_SPEECH_CACHE_MB", values["KOTO_SPEECH_CACHE_MB"], 1, 1_000_000)
            * 1_000_000,
            database_url=_with_password(values["DATABASE_URL"], values["DATABASE_PASSWORD"]),
            pool=_pool(values),
            redis_url=_with_password(values["REDIS_URL"], values["REDIS_PASSWORD"]),
            s3=_s3(values),
            speech=_speech(values),
            uploads=UploadSettings(
                most_bytes=_whole_number("KOTO_UPLOAD_MB", values["KOTO_UPLOAD_MB"], 1, 100) * 1_000_000,
                most_seconds=_whole_number("KOTO_UPLOAD_SECONDS", values["KOTO_UPLOAD_SECONDS"], 1, 300),
                kept_days=_whole_number("KOTO_RECORDING_DAYS", values["KOTO_RECORDING_DAYS"], 1, 3650),
            ),
            backups=_backups(values),
            evaluator=_names("EVAL_PROVIDER", values["EVAL_PROVIDER"]),
            models=_models(values),
        )
        settings.refuse_contradictions()
        return settings

    def refuse_contradictions(self) -> None:
        """BadSettings for settings that must not stand together."""
        if self.development and not self.on_loopback:
            raise BadSettings(
                f"KOTO_DEVELOPMENT makes every visitor an admin, so it cannot stand with KOTO_HOST={self.host}; "
                "listen on 127.0.0.1, or leave KOTO_DEVELOPMENT out."
            )
        if self.development and self.public_url is not None:
            raise BadSettings(
                "KOTO_DEVELOPMENT makes every visitor an admin, so it cannot stand with KOTO_PUBLIC_URL; "
                "leave one of them out."
            )


def _refuse_unknown(given: Mapping[str, str]) -> None:
    for name in sorted(given):
        if name.startswith("KOTO_") and name not in _NAMES:
            near = get_close_matches(name, _NAMES, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise BadSettings(f"{name} is not a setting of kotoserver.{meant}")


def _secrets_in_files(given: Mapping[str, str]) -> dict[str, str]:
    """What stands in the files that `…_FILE` variables name; an empty file is as good as none."""
    found = {}
    for name in _SECRETS:
        path = given.get(f"{name}_FILE", "").strip()
        if not path:
            continue
        if given.get(name, "").strip():
            raise BadSettings(f"{name} and {name}_FILE are both set; leave one of them out.")
        found[name] = _secret_in_file(f"{name}_FILE", path)
    return found


def _secret_in_file(name: str, value: str) -> str:
    try:
        with _path(name, value).open(encoding="utf-8") as file:
            secret = file.read(_LONGEST_SECRET + 1).rstrip("\r\n")
    except OSError as error:
        raise BadSettings(f"{name} names the file {value!r}, which cannot be read ({error.strerror}).") from error
    except ValueError as error:  # no UTF-8, or a name with a zero in it
        raise BadSettings(f"{name} names {value!r}, which is no file of text.") from error
    if len(secret) > _LONGEST_SECRET or "\n" in secret:
        raise BadSettings(f"{name} names the file {value!r}, which must hold one line, the secret alone.")
    return secret


def _with_password(url: str, password: str) -> Secret | None:
    """The address; with this password where it has none."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        bare = bool(parts.netloc) and parts.password is None
    except ValueError:  # refused by whoever opens it, with a better sentence
        bare = False
    if not (bare and password):
        return Secret(url)
    user, _, host = parts.netloc.rpartition("@")
    return Secret(urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}")))


def _whole_number(name: str, value: str, lowest: int, highest: int) -> int:
    if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
        raise BadSettings(f"{name} must be a whole number from {lowest} to {highest}, not {value!r}.")
    return int(value)


def _one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise BadSettings(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def _folder(name: str, value: str) -> Path:
    """A folder given relatively is looked for where the program is started, then in the checkout."""
    path = _path(name, value)
    for candidate in (path.absolute(), ROOT / path):
        if os.path.isdir(candidate):  # unlike Path.is_dir, False also for what cannot be looked at
            return candidate
    raise BadSettings(f"{name} names the folder {value!r}, which does not exist or cannot be read.")


def _file(name: str, value: str) -> Path | None:
    if not value:
        return None
    path = _path(name, value).absolute()
    if not os.path.isfile(path):
        raise BadSettings(f"{name} names the file {value!r}, which does not exist or cannot be read.")
    return path


def _path(name: str, value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise BadSettings(f"{name} names the home of a user who does not exist: {value!r}.") from error


def _accounts(values: Mapping[str, str]) -> AccountSettings:
    return AccountSettings(
        secret=_secret("KOTO_SECRET", values["KOTO_SECRET"]),
        previous_secret=_secret("KOTO_SECRET_PREVIOUS", values["KOTO_SECRET_PREVIOUS"]),
        access_minutes=_whole_number("KOTO_ACCESS_MINUTES", values["KOTO_ACCESS_MINUTES"], 1, 1440),
        sign_in_days=_whole_number("KOTO_SIGN_IN_DAYS", values["KOTO_SIGN_IN_DAYS"], 1, 365),
        retention_days=_whole_number("KOTO_RETENTION_DAYS", values["KOTO_RETENTION_DAYS"], 0, 3650),
        audit_days=_whole_number("KOTO_AUDIT_DAYS", values["KOTO_AUDIT_DAYS"], 1, 3650),
    )


def _secret(name: str, value: str) -> Secret | None:
    if not value:
        return None
    if len(value) < 32:
        raise BadSettings(f"{name} is too short: give it at least 32 characters.")
    return Secret(value)


def _limits(values: Mapping[str, str]) -> LimitSettings:
    given = _numbers("KOTO_LIMITS", values["KOTO_LIMITS"], _LIMIT_KEY, "turns=60,uploads=30")
    if any(number != int(number) for number in given.values()):
        raise BadSettings("KOTO_LIMITS must be whole numbers, such as turns=60,uploads=30.")
    return LimitSettings(
        a_minute=MappingProxyType({**LIMITS, **{name: int(number) for name, number in given.items()}}),
        most_live=_whole_number("KOTO_MOST_LIVE", values["KOTO_MOST_LIVE"], 1, 1_000_000),
        body_seconds=_whole_number("KOTO_BODY_SECONDS", values["KOTO_BODY_SECONDS"], 1, 600),
    )


def _web_address(name: str, value: str) -> str | None:
    if not value:
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise BadSettings(f"{name} must be an http or https address, not {value!r}.")
    return value.rstrip("/")


def _media_address(name: str, value: str) -> str | None:
    """It is part of frames, which are small, and of a policy for browsers, which knows hosts alone."""
    address = _web_address(name, value)
    if address is None:
        return None
    if urlsplit(address).path or not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]{1,100}", address):
        raise BadSettings(
            f"{name} must be scheme and host alone, such as https://media.koto.example, not {value!r}."
        )
    return address


def _region(name: str, value: str) -> str | None:
    if value and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", value):
        raise BadSettings(f"{name} must be a short name in lower case, such as jakarta, not {value!r}.")
    return value or None


def _networks(name: str, value: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise BadSettings(
            f"{name} must be a list of addresses and networks such as 127.0.0.1,10.0.0.0/8, not {value!r}."
        ) from error


def _names(name: str, value: str) -> tuple[str, ...]:
    names = tuple(part.strip().lower() for part in value.split(","))
    if not all(names):
        raise BadSettings(f"{name} must be a name or a list such as `a,b`, not {value!r}.")
    return names


def _pool(values: Mapping[str, str]) -> PoolSettings:
    def seconds(name: str) -> int:
        return _whole_number(name, values[name], 1, 3600)

    return PoolSettings(
        most=_whole_number("KOTO_POOL_MAX", values["KOTO_POOL_MAX"], 1, 1000),
        idle_seconds=seconds("KOTO_POOL_IDLE_SECONDS"),
        connect_seconds=seconds("KOTO_POOL_CONNECT_SECONDS"),
        queue_seconds=seconds("KOTO_POOL_QUEUE_SECONDS"),
        command_seconds=seconds("KOTO_POOL_COMMAND_SECONDS"),
    )


def _s3(values: Mapping[str, str]) -> S3Settings | None:
    if not values["MINIO_ENDPOINT"]:
        return None
    missing = [name for name in ("MINIO_ACCESS_KEY", "MINIO_SECRET_KEY") if not values[name]]
    if missing:
        raise BadSettings(f"MINIO_ENDPOINT is set, so {' and '.join(missing)} must be set too.")
    return S3Settings(
        endpoint=values["MINIO_ENDPOINT"],
        access_key=Secret(values["MINIO_ACCESS_KEY"]),
        secret_key=Secret(values["MINIO_SECRET_KEY"]),
        bucket=values["MINIO_BUCKET"],
        region=values["MINIO_REGION"],
        public_endpoint=_web_address("MINIO_PUBLIC_ENDPOINT", values["MINIO_PUBLIC_ENDPOINT"]),
    )


def _speech(values: Mapping[str, str]) -> SpeechSettings:
    stt = _names("STT_PROVIDER", values["STT_PROVIDER"])
    if "none" in stt and len(stt) > 1:
        raise BadSettings("STT_PROVIDER: none stands alone.")
    return SpeechSettings(
        stt=() if stt == ("none",) else stt,
        tts=_names("TTS_PROVIDER", values["TTS_PROVIDER"]),
        whisper=WhisperSettings(
            model=values["WHISPER_MODEL"],
            device=_one_of("WHISPER_DEVICE", values["WHISPER_DEVICE"], _DEVICES),
            compute_type=values["WHISPER_COMPUTE_TYPE"],
            beam_size=_whole_number("WHISPER_BEAM_SIZE", values["WHISPER_BEAM_SIZE"], 1, 10),
        ),
        piper=PiperSettings(
            voice=values["PIPER_VOICE"] or None,
            device=_one_of("PIPER_DEVICE", values["PIPER_DEVICE"], _DEVICES),
        ),
        google=GoogleSettings(
            credentials=_file("GOOGLE_APPLICATION_CREDENTIALS", values["GOOGLE_APPLICATION_CREDENTIALS"]),
            project=values["GOOGLE_CLOUD_PROJECT"] or None,
            location=values["GOOGLE_SPEECH_LOCATION"],
            speech_model=values["GOOGLE_SPEECH_MODEL"],
            endpoint=values["GOOGLE_ENDPOINT"] or None,
        ),
        stt_server=_speech_server(values, "STT"),
        tts_server=_speech_server(values, "TTS"),
        models_dir=_models_dir(values),
        models_mirror=_web_address("KOTO_MODELS_MIRROR", values["KOTO_MODELS_MIRROR"]),
        policy=_numbers("PROVIDER_POLICY", values["PROVIDER_POLICY"], _POLICY_KEY, "stt.google.total=6"),
        prices=_numbers("PROVIDER_PRICES", values["PROVIDER_PRICES"], _PRICE_KEY, "stt.google=0.016"),
        daily_budget=_dollars("SPEECH_DAILY_BUDGET_USD", values["SPEECH_DAILY_BUDGET_USD"]),
        learner_budget=_dollars("SPEECH_LEARNER_BUDGET_USD", values["SPEECH_LEARNER_BUDGET_USD"]),
        key=Secret(values["KOTO_SPEECH_KEY"]) if values["KOTO_SPEECH_KEY"] else None,
    )


def _backups(values: Mapping[str, str]) -> BackupSettings:
    given = values["KOTO_BACKUP_DIR"]
    beside = _path("KOTO_DATA_DIR", values["KOTO_DATA_DIR"]) / "backups"
    folder = _path("KOTO_BACKUP_DIR", given) if given else beside
    keys = tuple(key.strip() for key in values["KOTO_BACKUP_KEYS"].split(",") if key.strip())
    if any(not key.startswith("age1") for key in keys):
        raise BadSettings("KOTO_BACKUP_KEYS must be public keys of age, such as age1q7u5xvz….")
    return BackupSettings(folder=folder.absolute(), keys=keys)


def _models_dir(values: Mapping[str, str]) -> Path:
    if values["KOTO_MODELS_DIR"]:
        return _path("KOTO_MODELS_DIR", values["KOTO_MODELS_DIR"]).absolute()
    return _path("KOTO_DATA_DIR", values["KOTO_DATA_DIR"]).absolute() / "models"


def _speech_server(values: Mapping[str, str], which: str) -> SpeechServerSettings | None:
    url = _web_address(f"{which}_URL", values[f"{which}_URL"])
    if url is None:
        return None
    if not values[f"{which}_MODEL"]:
        raise BadSettings(f"{which}_URL is set, so {which}_MODEL must be set too.")
    key = Secret(values[f"{which}_KEY"]) if values[f"{which}_KEY"] else None
    return SpeechServerSettings(url=url, model=values[f"{which}_MODEL"], key=key)


def _numbers(name: str, value: str, key: re.Pattern[str], example: str) -> Mapping[str, float]:
    """`a=1,b=2.5` as numbers by key."""
    found: dict[str, float] = {}
    for part in filter(None, (each.strip() for each in value.split(","))):
        which, _, number = (each.strip() for each in part.partition("="))
        if not key.fullmatch(which) or not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", number):
            raise BadSettings(f"{name} must be a list such as {example}, not {part!r}.")
        found[which] = float(number)
    return MappingProxyType(found)


def _models(values: Mapping[str, str]) -> ModelSettings:
    return ModelSettings(
        gemini_key=Secret(values["GEMINI_API_KEY"]) if values["GEMINI_API_KEY"] else None,
        gemini_model=values["GEMINI_MODEL"],
        url=_web_address("EVAL_MODEL_URL", values["EVAL_MODEL_URL"]),
        name=values["EVAL_MODEL_NAME"] or None,
        key=Secret(values["EVAL_MODEL_KEY"]) if values["EVAL_MODEL_KEY"] else None,
        seconds=_whole_number("EVAL_MODEL_SECONDS", values["EVAL_MODEL_SECONDS"], 1, 60),
        price=_price(values["EVAL_MODEL_PRICE"]),
        daily_budget=_dollars("EVAL_DAILY_BUDGET_USD", values["EVAL_DAILY_BUDGET_USD"]),
    )


def _price(value: str) -> TokenPrice | None:
    if not value:
        return None
    asked, slash, answered = value.partition("/")
    if not slash:
        raise BadSettings(f"EVAL_MODEL_PRICE must be two numbers such as 0.30/2.50, not {value!r}.")
    return TokenPrice(
        asked=_dollars("EVAL_MODEL_PRICE", asked.strip()), answered=_dollars("EVAL_MODEL_PRICE", answered.strip())
    )


def _dollars(name: str, value: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value):
        raise BadSettings(f"{name} must be US dollars such as 1.50, not {value!r}.")
    return float(value)
