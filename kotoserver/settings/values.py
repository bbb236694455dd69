"""How one value is read: each of these names the variable in what it says of a bad one."""

import os
import re
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from kotoserver.domain.errors import BadSettings

ROOT = Path(__file__).resolve().parents[2]
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


def whole_number(name: str, value: str, lowest: int, highest: int) -> int:
    if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
        raise BadSettings(f"{name} must be a whole number from {lowest} to {highest}, not {value!r}.")
    return int(value)


def one_of(name: str, value: str, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise BadSettings(f"{name} must be one of {', '.join(choices)}, not {value!r}.")
    return value


def existing_folder(name: str, value: str) -> Path:
    """A folder given relatively is looked for where the program is started, then in the checkout."""
    path = user_path(name, value)
    for candidate in (path.absolute(), ROOT / path):
        if os.path.isdir(candidate):  # unlike Path.is_dir, False also for what cannot be looked at
            return candidate
    raise BadSettings(f"{name} names the folder {value!r}, which does not exist or cannot be read.")


def existing_file(name: str, value: str) -> Path | None:
    if not value:
        return None
    path = user_path(name, value).absolute()
    if not os.path.isfile(path):
        raise BadSettings(f"{name} names the file {value!r}, which does not exist or cannot be read.")
    return path


def user_path(name: str, value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise BadSettings(f"{name} names the home of a user who does not exist: {value!r}.") from error


def signing_secret(name: str, value: str) -> Secret | None:
    if not value:
        return None
    if len(value) < 32:
        raise BadSettings(f"{name} is too short: give it at least 32 characters.")
    return Secret(value)


def web_address(name: str, value: str) -> str | None:
    if not value:
        return None
    try:
        parts = urlsplit(value)
        _ = parts.port  # which says whether it is one
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise BadSettings(f"{name} must be an http or https address, not {value!r}.")
    return value.rstrip("/")


def media_address(name: str, value: str) -> str | None:
    """It is part of frames, which are small, and of a policy for browsers, which knows hosts alone."""
    address = web_address(name, value)
    if address is None:
        return None
    if urlsplit(address).path or not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]{1,100}", address):
        raise BadSettings(
            f"{name} must be scheme and host alone, such as https://media.koto.example, not {value!r}."
        )
    return address


def region_name(name: str, value: str) -> str | None:
    if value and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,31}", value):
        raise BadSettings(f"{name} must be a short name in lower case, such as jakarta, not {value!r}.")
    return value or None


def network_list(name: str, value: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())
    except ValueError as error:
        raise BadSettings(
            f"{name} must be a list of addresses and networks such as 127.0.0.1,10.0.0.0/8, not {value!r}."
        ) from error


def name_list(name: str, value: str) -> tuple[str, ...]:
    names = tuple(part.strip().lower() for part in value.split(","))
    if not all(names):
        raise BadSettings(f"{name} must be a name or a list such as `a,b`, not {value!r}.")
    return names


def numbers_by_key(name: str, value: str, key: re.Pattern[str], example: str) -> Mapping[str, float]:
    """`a=1,b=2.5` as numbers by key."""
    found: dict[str, float] = {}
    for part in filter(None, (each.strip() for each in value.split(","))):
        which, _, number = (each.strip() for each in part.partition("="))
        if not key.fullmatch(which) or not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", number):
            raise BadSettings(f"{name} must be a list such as {example}, not {part!r}.")
        found[which] = float(number)
    return MappingProxyType(found)


def dollars(name: str, value: str) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6})?", value):
        raise BadSettings(f"{name} must be US dollars such as 1.50, not {value!r}.")
    return float(value)
