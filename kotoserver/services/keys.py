"""The keys that sign tokens: one that signs, and the one of before, so that changing it signs nobody out."""

import hashlib
import hmac
import os
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from time import time
from typing import Any

import jwt

from kotoserver.domain.errors import BadSettings, NotSignedIn
from kotoserver.settings import Secret, Settings

FILE = "secret"
PREVIOUS_FILE = "secret.previous"
_ALGORITHM = "HS256"
_BELIEVED = 4096
"""Tokens that are remembered as read, half a kilobyte each."""


class Keyring:
    """Signs with the first key and believes all of them."""

    def __init__(self, current: Secret, previous: Secret | None = None) -> None:
        self._believed: OrderedDict[str, dict[str, Any]] = OrderedDict()
        """Tokens that were read lately: who has signed one stays the same, only its time runs out."""
        keys = [current.reveal()] + ([previous.reveal()] if previous is not None else [])
        self._keys = {_name(key): key for key in keys}
        self._current = keys[0]

    @property
    def current(self) -> Secret:
        """For what signs by itself and need not outlive a change of keys."""
        return Secret(self._current)

    def sign(self, claims: Mapping[str, str | int | float | datetime]) -> str:
        """A JSON Web Token that names the key by which it is signed (RFC 7515, `kid`)."""
        return jwt.encode(dict(claims), self._current, algorithm=_ALGORITHM, headers={"kid": _name(self._current)})

    def read(self, token: str) -> Mapping[str, Any]:
        """What the token claims. NotSignedIn when it is not ours, codes `not_signed_in` and `token_expired`."""
        known = self._believed.get(token)
        if known is not None and known["exp"] > time():
            return known
        claims = self._read_anew(token)
        self._believed[token] = claims
        if len(self._believed) > _BELIEVED:
            self._believed.popitem(last=False)
        return claims

    def _read_anew(self, token: str) -> dict[str, Any]:
        try:
            key = self._keys.get(str(jwt.get_unverified_header(token).get("kid")), self._current)
            # The clocks of two servers differ: one may read a token a moment before it was made.
            options: Any = {"require": ["sub", "exp", "iat"], "verify_iat": False}
            claims: dict[str, Any] = jwt.decode(token, key, algorithms=[_ALGORITHM], options=options)
        except jwt.ExpiredSignatureError as error:
            raise NotSignedIn("This sign-in has expired; sign in again.", code="token_expired") from error
        except (jwt.InvalidTokenError, UnicodeError) as error:
            raise NotSignedIn("Sign in first: this is no valid token.") from error
        return claims

    def seal(self, text: str) -> str:
        """A mark that only a holder of the key can make for this text."""
        return _seal(self._current, text)

    def sealed(self, text: str, mark: str) -> bool:
        """Whether one of the keys made the mark."""
        given = mark.encode(errors="replace")
        return any(hmac.compare_digest(_seal(key, text).encode(), given) for key in self._keys.values())


def _name(key: str) -> str:
    """Names a key without giving anything of it away."""
    return hmac.new(key.encode(), b"the name of this key", hashlib.sha256).hexdigest()[:8]


def _seal(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def open_keys(settings: Settings) -> Keyring:
    """The keys that are configured, or those of the data folder. BadSettings when there can be none."""
    accounts, folder = settings.accounts, settings.data_dir
    if accounts.secret is not None:
        return Keyring(accounts.secret, accounts.previous_secret)
    if not settings.on_loopback:
        raise BadSettings(
            f"KOTO_HOST={settings.host} lets others connect, so KOTO_SECRET must be set: at least 32 characters, "
            "the same for every server of one database."
        )
    return Keyring(kept_secret(folder), accounts.previous_secret or _previous_secret(folder))


def kept_secret(folder: Path) -> Secret:
    """The secret of this data folder, made at the first start and readable by its owner only."""
    path = folder / FILE
    try:
        return _make_secret(path)
    except FileExistsError:
        return _read_secret(path)
    except OSError as error:
        raise _no_secret(path, error) from error


def change_secret(folder: Path) -> None:
    """Makes a new secret and keeps the one of before beside it, so that nobody is signed out."""
    kept_secret(folder)
    path = folder / FILE
    fresh = folder / f"{FILE}.new"
    try:
        fresh.unlink(missing_ok=True)
        _make_secret(fresh)
        # In this order a program that is killed in between finds both files whole.
        (folder / PREVIOUS_FILE).unlink(missing_ok=True)
        os.link(path, folder / PREVIOUS_FILE)
        fresh.replace(path)
    except OSError as error:
        raise _no_secret(path, error) from error


def _previous_secret(folder: Path) -> Secret | None:
    path = folder / PREVIOUS_FILE
    return _read_secret(path) if path.exists() else None


def _make_secret(path: Path) -> Secret:
    """A new one, under its name only once it is whole. FileExistsError when there is one."""
    made = secrets.token_urlsafe(48)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
        os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return Secret(made)


def _read_secret(path: Path) -> Secret:
    try:
        kept = path.read_text("ascii", errors="replace").strip()
    except OSError as error:
        raise _no_secret(path, error) from error
    if len(kept) < 32:
        raise BadSettings(f"The file {path} is damaged; delete it to make a new secret.")
    return Secret(kept)


def _no_secret(path: Path, error: OSError) -> BadSettings:
    why = error.strerror or str(error)
    return BadSettings(f"The secret {path} cannot be read or made ({why}); start as the user who owns it.")
