"""How people sign in, and how much one of them may ask for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kotoserver.domain.errors import BadSettings
from kotoserver.settings.values import Secret, numbers_by_key, signing_secret, whole_number
from kotoserver.settings.variables import LIMITS

_LIMIT_KEY = re.compile("|".join(LIMITS))


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


def read_accounts(values: Mapping[str, str]) -> AccountSettings:
    return AccountSettings(
        secret=signing_secret("KOTO_SECRET", values["KOTO_SECRET"]),
        previous_secret=signing_secret("KOTO_SECRET_PREVIOUS", values["KOTO_SECRET_PREVIOUS"]),
        access_minutes=whole_number("KOTO_ACCESS_MINUTES", values["KOTO_ACCESS_MINUTES"], 1, 1440),
        sign_in_days=whole_number("KOTO_SIGN_IN_DAYS", values["KOTO_SIGN_IN_DAYS"], 1, 365),
        retention_days=whole_number("KOTO_RETENTION_DAYS", values["KOTO_RETENTION_DAYS"], 0, 3650),
        audit_days=whole_number("KOTO_AUDIT_DAYS", values["KOTO_AUDIT_DAYS"], 1, 3650),
    )


def read_limits(values: Mapping[str, str]) -> LimitSettings:
    given = numbers_by_key("KOTO_LIMITS", values["KOTO_LIMITS"], _LIMIT_KEY, "turns=60,uploads=30")
    if any(number != int(number) for number in given.values()):
        raise BadSettings("KOTO_LIMITS must be whole numbers, such as turns=60,uploads=30.")
    return LimitSettings(
        a_minute=MappingProxyType({**LIMITS, **{name: int(number) for name, number in given.items()}}),
        most_live=whole_number("KOTO_MOST_LIVE", values["KOTO_MOST_LIVE"], 1, 1_000_000),
        body_seconds=whole_number("KOTO_BODY_SECONDS", values["KOTO_BODY_SECONDS"], 1, 600),
    )
