"""Who somebody is: guests, accounts with a password, and the tokens by which each request says so.

An access token is short-lived and says whose it is. A refresh token renews it: it names a sign-in and how often
that was renewed, under a seal, so the database holds nothing by which anybody could sign in. The console's cookie
names a sign-in too, for its own pages only.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from kotoserver.domain.audit import Action
from kotoserver.domain.errors import BadInput, Conflict, NotAllowed, NotSignedIn
from kotoserver.domain.learner import Caller, Learner, Role, SignIn
from kotoserver.ports.clock import Clock
from kotoserver.ports.members import MemberStore
from kotoserver.services.audit import NOBODY, AuditService
from kotoserver.services.ids import new_id
from kotoserver.services.keys import Keyring
from kotoserver.services.limits import LimitsService, Use
from kotoserver.services.passwords import PasswordVault, check_password, read_email

CLI_DAYS = 30
"""How long a token of the command line is good: whoever uses it has nothing that would renew it."""
RENEWED_TWICE_SECONDS = 60
"""An answer may get lost, or two tabs renew at once: for so long the token of before gives the same new one."""
_NAME_LENGTH = 60
_ADDRESSES = 10
"""From so many addresses at once an account may be tried before its owner has to wait, too."""


class Purpose(StrEnum):
    """What a sign-in's token is for; one cannot be used as the other."""

    REFRESH = "refresh"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    token: str
    learner: Learner
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Both tokens of a device."""

    access: AccessToken
    refresh_token: str
    refresh_expires_at: datetime

    @property
    def token(self) -> str:
        return self.access.token

    @property
    def learner(self) -> Learner:
        return self.access.learner

    @property
    def expires_at(self) -> datetime:
        return self.access.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long what is handed out is good."""

    access: timedelta
    stay: timedelta
    """Of a device that is not used."""


class AccountsService:
    def __init__(
        self,
        *,
        members: MemberStore,
        clock: Clock,
        keys: Keyring,
        vault: PasswordVault,
        audit: AuditService,
        limits: LimitsService,
        patience: Patience,
    ) -> None:
        self._members = members
        self._clock = clock
        self._keys = keys
        self._vault = vault
        self._audit = audit
        self._limits = limits
        self._patience = patience

    # ── signing in ───────────────────────────────────────────────────────────────────────────

    async def sign_in_guest(
        self, native: str | None = None, name: str | None = None, *, address: str = ""
    ) -> SignedIn:
        """A new learner and their tokens. BadInput code `bad_name`; TooFast."""
        return await self._stay_signed_in(await self.add_guest(native, name, address=address))

    async def add_guest(self, native: str | None = None, name: str | None = None, *, address: str = "") -> Learner:
        """A new learner. BadInput code `bad_name`; TooFast."""
        if address:
            await self._limits.count(Use.GUESTS, address)
        return await self.add(Role.LEARNER, native=native, name=name)

    async def add(
        self,
        role: Role,
        *,
        native: str | None = None,
        name: str | None = None,
        email: str | None = None,
        password: str | None = None,
    ) -> Learner:
        """Somebody new with this role, who signs in by e-mail and password where both are given.

        The stored role counts, never one in a token: it can be taken away, and a token cannot.
        BadInput codes `bad_name`, `bad_email`, `bad_password`; Conflict code `email_taken`.
        """
        learner = Learner(
            id=new_id("lrn"),
            native=native or "id",
            name=read_name(name),
            role=role,
            created_at=self._clock.now(),
        )
        credentials = await self._credentials(learner.id, email, password) if email and password else None
        await self._members.add_learner(learner)
        if credentials is None:
            return learner
        try:
            await self._members.set_credentials(learner.id, email=credentials[0], password=credentials[1])
        except Conflict:
            await self._members.erase_learner(learner.id)
            raise _email_taken() from None
        return replace(learner, email=credentials[0])

    async def sign_in(self, email: str, password: str, *, address: str) -> SignedIn:
        """Whoever has this e-mail and password.

        NotSignedIn code `wrong_password`, the same whether there is such an account; NotAllowed code `blocked`;
        TooFast after many tries for one e-mail or from one address.
        """
        return await self._stay_signed_in(await self.check(email, password, address=address))

    async def check(self, email: str, password: str, *, address: str) -> Learner:
        """The same without a token for it."""
        await self._limits.count(Use.SIGN_INS, address)
        try:
            known_as = read_email(email)
        except BadInput:
            known_as = ""
        # Wider than that of one address, so that one stranger cannot keep the owner out.
        await self._limits.count(Use.SIGN_INS, f"of {self._keys.seal(known_as)[:16]}", times=_ADDRESSES)
        learner = await self._members.find_learner_by_email(known_as) if known_as else None
        hashed = await self._members.find_password(learner.id) if learner else None
        if not await self._vault.fits(hashed, password[:1000]) or learner is None or hashed is None:
            who = replace(NOBODY, address=address)
            await self._audit.note(who, Action.SIGN_IN_FAILED, learner.id if learner else "")
            raise NotSignedIn("E-mail or password is wrong.", code="wrong_password")
        if self._vault.is_outdated(hashed):
            await self._members.replace_password(learner.id, await self._vault.hash(password))
        refuse_blocked(learner)
        return learner

    async def set_credentials(
        self, caller: Caller, email: str, password: str, *, current_password: str | None = None
    ) -> SignedIn:
        """E-mail and password for the caller from now on; a guest becomes an account and keeps all they did.

        Every device is signed out but this one. BadInput codes `bad_email`, `bad_password`; Conflict code
        `email_taken`; NotAllowed code `wrong_password` when there was one and `current_password` is another.
        """
        await self._limits.count(Use.SIGN_INS, caller.address or caller.learner_id)
        hashed = await self._members.find_password(caller.learner_id)
        if hashed is not None and not await self._vault.fits(hashed, current_password or ""):
            await self._audit.note(caller, Action.SIGN_IN_FAILED, caller.learner_id)
            raise NotAllowed("The current password is wrong.", code="wrong_password")
        await self._store_credentials(caller.learner_id, email, password)
        await self._audit.note(caller, Action.PASSWORD_CHANGED, caller.learner_id)
        return await self._stay_signed_in(await self._here_still(caller.learner_id))

    async def reset_password(self, actor: Caller, learner_id: str, email: str, password: str) -> None:
        """Credentials that an operator gives; every device is signed out. Raises as `set_credentials` does."""
        await self._here_still(learner_id)
        await self._store_credentials(learner_id, email, password)
        await self._audit.note(actor, Action.PASSWORD_CHANGED, learner_id)

    async def _store_credentials(self, learner_id: str, email: str, password: str) -> None:
        known_as, hashed = await self._credentials(learner_id, email, password)
        try:
            await self._members.set_credentials(learner_id, email=known_as, password=hashed)
        except Conflict:
            raise _email_taken() from None
        await self._members.end_sign_ins(learner_id, at=self._clock.now())

    async def _credentials(self, learner_id: str, email: str, password: str) -> tuple[str, str]:
        known_as = read_email(email)
        check_password(password, known_as)
        holder = await self._members.find_learner_by_email(known_as)
        if holder is not None and holder.id != learner_id:
            raise _email_taken()
        return known_as, await self._vault.hash(password)

    # ── staying signed in ────────────────────────────────────────────────────────────────────

    async def renew(self, refresh_token: str, *, address: str = "") -> SignedIn:
        """New tokens for a refresh token, which is not good any more then.

        One that was renewed before is a copy in other hands: its sign-in ends on both sides. NotSignedIn codes
        `not_signed_in`, `token_expired`, `token_reused`; NotAllowed code `blocked`.
        """
        sign_in, generation = await self._read(refresh_token, Purpose.REFRESH)
        learner = await self._here_still(sign_in.learner_id)
        now = self._clock.now()
        if generation == sign_in.generation:
            renewed = self._longer(sign_in)
            try:
                await self._members.renew_sign_in(renewed)
            except Conflict:  # by the same client at the same time: what follows gives it the same token
                return await self.renew(refresh_token, address=address)
            return self._both(renewed, learner)
        just_now = now - sign_in.renewed_at < timedelta(seconds=RENEWED_TWICE_SECONDS)
        if generation == sign_in.generation - 1 and just_now:
            return self._both(sign_in, learner)
        await self._members.end_sign_in(sign_in.id)
        actor = Caller(learner_id=learner.id, role=learner.role, address=address)
        await self._audit.note(actor, Action.TOKEN_REUSED, learner.id)
        raise NotSignedIn(
            "This refresh token was used before, so it was ended; sign in again.", code="token_reused"
        )

    async def sign_out(self, token: str, purpose: Purpose = Purpose.REFRESH) -> None:
        """Ends the sign-in of a refresh token or cookie; one that is no good any more is fine."""
        try:
            sign_in, _ = await self._read(token, purpose)
        except NotSignedIn:
            return
        await self._members.end_sign_in(sign_in.id)

    async def sign_out_everywhere(self, learner_id: str) -> None:
        """Ends all sign-ins and access tokens of a learner."""
        await self._members.end_sign_ins(learner_id, at=self._clock.now())

    async def open_console(self, learner: Learner) -> str:
        """A cookie's value by which the console knows this browser."""
        return self._sealed(await self._add_sign_in(learner), Purpose.CONSOLE)

    async def console_visitor(self, cookie: str) -> AccessToken:
        """Who the cookie's browser belongs to, with a token for the page's scripts. NotSignedIn; NotAllowed."""
        sign_in, _ = await self._read(cookie, Purpose.CONSOLE)
        learner = await self._here_still(sign_in.learner_id)
        refuse_blocked(learner)
        await self._keep_open(sign_in)
        return self._access(learner)

    async def _keep_open(self, sign_in: SignIn) -> None:
        """A browser that is used stays signed in; written down once a day."""
        if self._clock.now() - sign_in.renewed_at > timedelta(days=1):
            try:
                await self._members.renew_sign_in(self._longer(sign_in))
            except Conflict:
                return  # another of its pages did

    # ── who calls ────────────────────────────────────────────────────────────────────────────

    async def learner(self, token: str) -> Learner:
        """The learner who holds this access token. NotSignedIn; NotAllowed code `blocked`."""
        claims = self._keys.read(token)
        learner = await self._here_still(str(claims["sub"]))
        _refuse_signed_out(learner, float(claims["iat"]))
        return learner

    async def caller(self, token: str, *, address: str = "") -> Caller:
        """On whose behalf a request with this token acts. Raises as `learner` does."""
        learner = await self.learner(token)
        return Caller(learner_id=learner.id, role=learner.role, address=address)

    def issued_at(self, token: str) -> float:
        """When the token was made, in seconds since 1970. NotSignedIn."""
        return float(self._keys.read(token)["iat"])

    async def refuse_ended(self, caller: Caller, issued_at: float) -> None:
        """For a connection that is open for longer than its token is good: whether its learner may go on.

        NotSignedIn when they were erased or signed out since; NotAllowed code `blocked`.
        """
        _refuse_signed_out(await self._here_still(caller.learner_id), issued_at)

    async def script_holder(self, token: str) -> Learner:
        """The learner of a token for scripts. NotSignedIn for others: those of a page are to be short-lived."""
        claims = self._keys.read(token)
        if float(claims["exp"]) - float(claims["iat"]) <= self._patience.access.total_seconds():
            raise NotSignedIn("This token is for the API only; take one that `kotoserver token` prints.")
        return await self.learner(token)

    def long_token(self, learner: Learner) -> AccessToken:
        """A token for scripts, good for CLI_DAYS."""
        return self._access(learner, timedelta(days=CLI_DAYS))

    async def _here_still(self, learner_id: str) -> Learner:
        learner = await self._members.find_learner(learner_id)
        if learner is None:
            raise NotSignedIn("This learner has been erased; sign in again.")
        return learner

    # ── making tokens ────────────────────────────────────────────────────────────────────────

    async def _stay_signed_in(self, learner: Learner) -> SignedIn:
        return self._both(await self._add_sign_in(learner), learner)

    async def _add_sign_in(self, learner: Learner) -> SignIn:
        now = self._clock.now()
        sign_in = SignIn(
            id=new_id("sign"),
            learner_id=learner.id,
            generation=0,
            created_at=now,
            renewed_at=now,
            expires_at=now + self._patience.stay,
        )
        await self._members.add_sign_in(sign_in)
        return sign_in

    def _longer(self, sign_in: SignIn) -> SignIn:
        """Its next generation, from now on."""
        now = self._clock.now()
        return replace(
            sign_in, generation=sign_in.generation + 1, renewed_at=now, expires_at=now + self._patience.stay
        )

    def _both(self, sign_in: SignIn, learner: Learner) -> SignedIn:
        refuse_blocked(learner)
        return SignedIn(
            access=self._access(learner),
            refresh_token=self._sealed(sign_in, Purpose.REFRESH),
            refresh_expires_at=sign_in.expires_at.replace(microsecond=0),
        )

    def _access(self, learner: Learner, good_for: timedelta | None = None) -> AccessToken:
        now = self._clock.now()
        expires_at = (now + (good_for or self._patience.access)).replace(microsecond=0)
        claims = {"sub": learner.id, "role": learner.role.value, "iat": now.timestamp(), "exp": expires_at}
        return AccessToken(token=self._keys.sign(claims), learner=learner, expires_at=expires_at)

    def _sealed(self, sign_in: SignIn, purpose: Purpose) -> str:
        """`ID.GENERATION.SEAL`; a cookie is the same in every generation, since pages are opened side by side."""
        generation = sign_in.generation if purpose is Purpose.REFRESH else 0
        seal = self._keys.seal(f"{purpose} {sign_in.id} {generation}")
        return f"{sign_in.id}.{generation}.{seal}"

    async def _read(self, token: str, purpose: Purpose) -> tuple[SignIn, int]:
        """The sign-in that a token names, and of which generation the token is. NotSignedIn."""
        sign_in_id, _, rest = token.partition(".")
        generation, _, seal = rest.partition(".")
        if not self._keys.sealed(f"{purpose} {sign_in_id} {generation}", seal):
            raise NotSignedIn("Sign in first: this is no valid token.")
        sign_in = await self._members.find_sign_in(sign_in_id)
        if sign_in is None or sign_in.expires_at <= self._clock.now():
            raise NotSignedIn("This sign-in has ended; sign in again.", code="token_expired")
        return sign_in, int(generation)


def read_name(typed: str | None) -> str | None:
    """A name as it is kept; None for none. BadInput code `bad_name`."""
    name = (typed or "").strip()
    if len(name) > _NAME_LENGTH or not name.isprintable():
        raise BadInput(f"A name has at most {_NAME_LENGTH} printable characters.", code="bad_name")
    return name or None


def _refuse_signed_out(learner: Learner, issued_at: float) -> None:
    if learner.signed_out_at is not None and issued_at < learner.signed_out_at.timestamp():
        raise NotSignedIn("This sign-in was ended; sign in again.", code="token_expired")
    refuse_blocked(learner)


def refuse_blocked(learner: Learner) -> None:
    """NotAllowed code `blocked` for somebody whom an admin keeps out."""
    if learner.blocked:
        raise NotAllowed("This account is blocked; ask whoever runs this server.", code="blocked")


def _email_taken() -> Conflict:
    sentence = "Another account has this e-mail; sign in with it instead."
    return Conflict(sentence, code="email_taken", retryable=False)
