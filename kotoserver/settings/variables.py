"""The list of everything that may be set."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


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
        "`total`, `first` (seconds), `at_once`, `failures`, `rest`, "
        "and of ears `hedge` (0: never ask the next one beside it)",
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
        meaning="what clients of `kotoserver serve --role speech` must send as their bearer key; "
        "needed where others can reach it",
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
        "reviews": 60,
    }
)
"""Most uses a minute unless KOTO_LIMITS says otherwise: of one address (guests, sign_ins, requests, reviews), else
of one learner, and of their address many times as much."""


LOG_LEVELS = ("debug", "info", "warning", "error")
