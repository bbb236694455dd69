"""Who somebody is: guests, tokens, and erasing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from kotoserver.domain.errors import BadInput, NotSignedIn
from kotoserver.domain.learner import Caller, Learner, Role
from kotoserver.ports.clock import Clock
from kotoserver.ports.storage import Storage
from kotoserver.services.ids import new_id
from kotoserver.settings import Secret

TOKEN_DAYS = 30
_ALGORITHM = "HS256"
_NAME_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    token: str
    learner: Learner
    expires_at: datetime


class AccountsService:
    def __init__(self, storage: Storage, clock: Clock, secret: Secret) -> None:
        self._storage = storage
        self._clock = clock
        self._key = secret.reveal()

    async def sign_in_guest(self, native: str | None = None, name: str | None = None) -> SignedIn:
        """A new learner and their token. BadInput code `bad_name`."""
        return await self.register(Role.LEARNER, native=native, name=name)

    async def register(self, role: Role, *, native: str | None = None, name: str | None = None) -> SignedIn:
        """Somebody new with this role, and their token. BadInput code `bad_name`.

        The stored role counts, never the one in a token: it can be taken away, and a token cannot.
        """
        called = (name or "").strip()
        if len(called) > _NAME_LENGTH or not called.isprintable():
            raise BadInput(f"A name has at most {_NAME_LENGTH} printable characters.", code="bad_name")
        now = self._clock.now()
        learner = Learner(id=new_id("lrn"), native=native or "id", name=called or None, role=role, created_at=now)
        await self._storage.add_learner(learner)
        expires_at = (now + timedelta(days=TOKEN_DAYS)).replace(microsecond=0)
        claims = {"sub": learner.id, "role": learner.role.value, "exp": expires_at}
        token = jwt.encode(claims, self._key, algorithm=_ALGORITHM)
        return SignedIn(token=token, learner=learner, expires_at=expires_at)

    async def learner(self, token: str) -> Learner:
        """The learner who holds this token. NotSignedIn when it is no valid token of a learner still here."""
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM], options={"require": ["sub", "exp"]})
        except jwt.ExpiredSignatureError as error:
            raise NotSignedIn("This sign-in has expired; sign in again.", code="token_expired") from error
        except (jwt.InvalidTokenError, UnicodeError) as error:
            raise NotSignedIn("Sign in first: this is no valid token.") from error
        learner = await self._storage.find_learner(str(claims["sub"]))
        if learner is None:
            raise NotSignedIn("This learner has been erased; sign in again.")
        return learner

    async def caller(self, token: str) -> Caller:
        """On whose behalf a request with this token acts."""
        learner = await self.learner(token)
        return Caller(learner_id=learner.id, role=learner.role)

    async def erase(self, caller: Caller) -> None:
        """Forgets the learner and all that they said."""
        await self._storage.erase_learner(caller.learner_id)
