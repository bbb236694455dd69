"""Everything an operator may set, read from the environment in one place.

`VARIABLES` is the whole list: the README's table is checked against it, and a `KOTO_*` name that is
not on it stops the start, so a typing mistake cannot pass as a default.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kotoserver.domain.errors import BadSettings
from kotoserver.settings.environment import DEFAULTS, refuse_unknown, secrets_in_files
from kotoserver.settings.judging import ModelSettings, TokenPrice, read_models
from kotoserver.settings.people import AccountSettings, LimitSettings, read_accounts, read_limits
from kotoserver.settings.speech import (
    GoogleSettings,
    PiperSettings,
    SpeechServerSettings,
    SpeechSettings,
    UploadSettings,
    WhisperSettings,
    read_speech,
)
from kotoserver.settings.stores import (
    BackupSettings,
    PoolSettings,
    S3Settings,
    read_backups,
    read_pool,
    read_s3,
    with_password,
)
from kotoserver.settings.values import (
    ROOT,
    Network,
    Secret,
    existing_folder,
    media_address,
    name_list,
    network_list,
    one_of,
    region_name,
    user_path,
    web_address,
    whole_number,
)
from kotoserver.settings.variables import LIMITS, LOG_LEVELS, VARIABLES, Variable

__all__ = [
    "LIMITS",
    "LOG_LEVELS",
    "ROOT",
    "VARIABLES",
    "AccountSettings",
    "BackupSettings",
    "GoogleSettings",
    "LimitSettings",
    "ModelSettings",
    "Network",
    "PiperSettings",
    "PoolSettings",
    "S3Settings",
    "Secret",
    "Settings",
    "SpeechServerSettings",
    "SpeechSettings",
    "TokenPrice",
    "UploadSettings",
    "Variable",
    "WhisperSettings",
]

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


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
        refuse_unknown(given)
        given |= secrets_in_files(given)
        values = {name: given.get(name, "").strip() or default for name, default in DEFAULTS.items()}
        settings = cls(
            host=values["KOTO_HOST"],
            port=whole_number("KOTO_PORT", values["KOTO_PORT"], 0, 65535),
            data_dir=user_path("KOTO_DATA_DIR", values["KOTO_DATA_DIR"]).absolute(),
            scenes_dir=existing_folder("KOTO_SCENES_DIR", values["KOTO_SCENES_DIR"]),
            langpacks_dir=existing_folder("KOTO_LANGPACKS_DIR", values["KOTO_LANGPACKS_DIR"]),
            web_dir=ROOT / "web",
            accounts=read_accounts(values),
            limits=read_limits(values),
            sentence_learners=whole_number("KOTO_SENTENCE_LEARNERS", values["KOTO_SENTENCE_LEARNERS"], 1, 1_000),
            development=one_of("KOTO_DEVELOPMENT", values["KOTO_DEVELOPMENT"], ("0", "1")) == "1",
            public_url=web_address("KOTO_PUBLIC_URL", values["KOTO_PUBLIC_URL"]),
            media_url=media_address("KOTO_MEDIA_URL", values["KOTO_MEDIA_URL"]),
            region=region_name("KOTO_REGION", values["KOTO_REGION"]),
            trusted_proxies=network_list("KOTO_TRUSTED_PROXIES", values["KOTO_TRUSTED_PROXIES"]),
            drain_seconds=whole_number("KOTO_DRAIN_SECONDS", values["KOTO_DRAIN_SECONDS"], 0, 600),
            log=one_of("KOTO_LOG", values["KOTO_LOG"], ("json", "readable")),
            log_level=one_of("KOTO_LOG_LEVEL", values["KOTO_LOG_LEVEL"], LOG_LEVELS),
            exports_traces=bool(web_address("OTEL_EXPORTER_OTLP_ENDPOINT", values["OTEL_EXPORTER_OTLP_ENDPOINT"])),
            speech_cache_bytes=whole_number("KOTO_SPEECH_CACHE_MB", values["KOTO_SPEECH_CACHE_MB"], 1, 1_000_000)
            * 1_000_000,
            database_url=with_password(values["DATABASE_URL"], values["DATABASE_PASSWORD"]),
            pool=read_pool(values),
            redis_url=with_password(values["REDIS_URL"], values["REDIS_PASSWORD"]),
            s3=read_s3(values),
            speech=read_speech(values),
            uploads=UploadSettings(
                most_bytes=whole_number("KOTO_UPLOAD_MB", values["KOTO_UPLOAD_MB"], 1, 100) * 1_000_000,
                most_seconds=whole_number("KOTO_UPLOAD_SECONDS", values["KOTO_UPLOAD_SECONDS"], 1, 300),
                kept_days=whole_number("KOTO_RECORDING_DAYS", values["KOTO_RECORDING_DAYS"], 1, 3650),
            ),
            backups=read_backups(values),
            evaluator=name_list("EVAL_PROVIDER", values["EVAL_PROVIDER"]),
            models=read_models(values),
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
