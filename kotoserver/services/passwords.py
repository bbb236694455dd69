"""Passwords: which are good enough, and how they are kept (argon2id, RFC 9106)."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, TypeVarTuple

import argon2
from email_validator import EmailNotValidError, validate_email

from kotoserver.domain.errors import BadInput, TooFast

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

SHORTEST = 10
LONGEST = 200
_FEWEST_DIFFERENT = 5
_THREADS = 2
_MOST_WAITING = 40
"""Each takes 64 MiB and some 50 ms; whoever comes after so many is told to come back."""
_MOST_NEW = 10
"""Of these that make a new password: whoever signs in finds room beside them."""


class PasswordVault:
    """Hashes in threads of its own, a few at a time: hashing is slow and hungry on purpose."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher.from_parameters(argon2.profiles.RFC_9106_LOW_MEMORY)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="passwords")
        self._waiting = 0
        self._nobodys: str | None = None

    async def hash(self, password: str) -> str:
        """The password as it is kept. TooFast code `busy` when many are being hashed."""
        if self._waiting >= _MOST_NEW:
            raise _busy()
        return await self._in_thread(self._hasher.hash, password)

    async def fits(self, hashed: str | None, password: str) -> bool:
        """Whether it is the password; without one it takes as long and is False.

        So the time does not tell whether there is an account. TooFast code `busy`.
        """
        if hashed is None:
            if self._nobodys is None:
                self._nobodys = await self.hash("nobody's password")
            await self._in_thread(self._verified, self._nobodys, password)
            return False
        return await self._in_thread(self._verified, hashed, password)

    def is_outdated(self, hashed: str) -> bool:
        """Whether it was hashed more cheaply than is done now."""
        return self._hasher.check_needs_rehash(hashed)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)

    def _verified(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    async def _in_thread(self, function: Callable[[*Ts], T], *texts: *Ts) -> T:
        if self._waiting >= _MOST_WAITING:
            raise _busy()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, function, *texts)
        finally:
            self._waiting -= 1


def _busy() -> TooFast:
    return TooFast("Many people are signing in; try again in a moment.", code="busy", retry_after=2)


def read_email(typed: str) -> str:
    """The address as it is stored and compared: composed, in lower case. BadInput code `bad_email`."""
    try:
        found = validate_email(typed.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise BadInput("This is no e-mail address.", code="bad_email") from error
    return found.normalized.casefold()


def check_password(password: str, email: str) -> None:
    """BadInput code `bad_password` for one that is too easy to guess, or too long to be one."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(f"A password has {SHORTEST} to {LONGEST} characters.", code="bad_password")
    name = email.partition("@")[0]
    if len(set(password)) < _FEWEST_DIFFERENT or password.casefold() in (email, name):
        raise BadInput(
            "This password is too easy to guess; take a few words that nobody expects.", code="bad_password"
        )
