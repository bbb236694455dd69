from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from kotoserver.bus.memory import MemoryBus
from kotoserver.domain.audit import Action
from kotoserver.domain.errors import BadInput, Conflict, KotoError, NotAllowed, NotSignedIn, TooFast
from kotoserver.domain.learner import Caller, Role
from kotoserver.ports.clock import Clock
from kotoserver.ports.storage import Storage
from kotoserver.services.accounts import CLI_DAYS, AccountsService, Patience
from kotoserver.services.audit import AuditService
from kotoserver.services.keys import Keyring
from kotoserver.services.limits import LimitsService
from kotoserver.services.passwords import PasswordVault
from kotoserver.settings import Secret, Settings
from kotoserver.storage import open_storage

SECRET = Secret("a secret for tests that is long enough for every algorithm there is")
ACCESS = timedelta(minutes=15)
STAY = timedelta(days=30)
EMAIL, PASSWORD = "sari@example.org", "kopi susu gula aren"
HERE = "203.0.113.7"


class HandheldClock(Clock):
    """Stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    def move(self, **how_far: float) -> None:
        self.at += timedelta(**how_far)


@dataclass
class World:
    """Accounts with a clock in the test's hand."""

    accounts: AccountsService
    storage: Storage
    clock: HandheldClock
    vault: PasswordVault

    def with_keys(self, keys: Keyring, limits: str = "") -> AccountsService:
        """The same accounts in a process with other keys."""
        settings = Settings.from_environ({"KOTO_LIMITS": limits})
        return AccountsService(
            members=self.storage,
            clock=self.clock,
            keys=keys,
            vault=self.vault,
            audit=AuditService(self.storage, self.clock),
            limits=LimitsService(MemoryBus(), MemoryBus(), settings.limits),
            patience=Patience(access=ACCESS, stay=STAY),
        )

    async def actions(self) -> list[Action]:
        return [entry.action for entry in (await self.storage.list_audit()).entries]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    storage = open_storage("", data_dir=tmp_path)
    await storage.migrate()
    vault = PasswordVault()
    world = World(None, storage, HandheldClock(datetime.now(UTC)), vault)  # type: ignore[arg-type]  # in a moment
    world.accounts = world.with_keys(Keyring(SECRET))
    yield world
    await vault.close()
    await storage.close()


@pytest.fixture
def accounts(world: World) -> AccountsService:
    return world.accounts


async def code_of(failing: object) -> str:
    with pytest.raises(KotoError) as refused:
        await failing  # type: ignore[misc]  # a coroutine
    return refused.value.code


# ── guests and their tokens ──────────────────────────────────────────────────────────────────


async def test_a_guest_is_who_their_token_says(accounts: AccountsService):
    signed_in = await accounts.sign_in_guest("id", " Sari ")
    learner = await accounts.learner(signed_in.token)
    assert (learner.id, learner.name, learner.native) == (signed_in.learner.id, "Sari", "id")
    assert await accounts.caller(signed_in.token) == Caller(learner_id=learner.id, role=Role.LEARNER)


async def test_a_guest_needs_no_name_and_speaks_indonesian_unless_told(accounts: AccountsService):
    learner = (await accounts.sign_in_guest()).learner
    assert (learner.name, learner.native) == (None, "id")


@pytest.mark.parametrize("name", ["x" * 61, "two\nlines", "\x00"])
async def test_a_name_is_short_and_printable(accounts: AccountsService, name: str):
    with pytest.raises(BadInput) as refused:
        await accounts.sign_in_guest(name=name)
    assert refused.value.code == "bad_name"


async def test_an_access_token_is_good_for_minutes(world: World):
    signed_in = await world.accounts.sign_in_guest()
    world.clock.at = datetime.now(UTC) - ACCESS - timedelta(minutes=1)
    old = await world.accounts.sign_in_guest()
    assert await world.accounts.learner(signed_in.token)
    assert await code_of(world.accounts.learner(old.token)) == "token_expired"


async def test_a_token_of_the_command_line_is_good_for_days(world: World):
    editor = await world.accounts.add(Role.EDITOR, name="Minji")
    token = world.accounts.long_token(editor)
    assert token.expires_at == (world.clock.at + timedelta(days=CLI_DAYS)).replace(microsecond=0)
    assert (await world.accounts.caller(token.token)).role is Role.EDITOR


def forged(claims: dict[str, object], key: str = SECRET.reveal(), algorithm: str = "HS256") -> str:
    now = datetime.now(UTC)
    return jwt.encode({"exp": now + timedelta(days=1), "iat": now, **claims}, key, algorithm=algorithm)


async def test_a_token_that_is_not_ours_is_worth_nothing(accounts: AccountsService):
    learner = (await accounts.sign_in_guest()).learner
    claims: dict[str, object] = {"sub": learner.id, "role": "admin"}
    assert await accounts.learner(forged(claims)), "the forger's hand is steady"
    for bad in (
        forged(claims, "another secret that is long enough too"),
        forged(claims, "", "none"),
        forged(claims, algorithm="HS512"),
        forged({"role": "admin"}),
        "",
        "a.b.c",
        "\ud800",
    ):
        with pytest.raises(NotSignedIn):
            await accounts.learner(bad)


async def test_a_role_in_a_token_does_not_make_an_admin(accounts: AccountsService):
    learner = (await accounts.sign_in_guest()).learner
    caller = await accounts.caller(forged({"sub": learner.id, "role": "admin"}))
    assert caller.role is Role.LEARNER


async def test_an_erased_learner_is_signed_out(world: World):
    signed_in = await world.accounts.sign_in_guest()
    await world.storage.erase_learner(signed_in.learner.id)
    assert await code_of(world.accounts.learner(signed_in.token)) == "not_signed_in"
    assert await code_of(world.accounts.renew(signed_in.refresh_token)) == "token_expired"


# ── changing the key ─────────────────────────────────────────────────────────────────────────


async def test_tokens_of_the_key_before_stay_good_and_new_ones_have_the_new_key(world: World):
    new, old = Keyring(Secret("the new secret, which is long enough"), SECRET), world.accounts
    before = await old.sign_in_guest()
    accounts = world.with_keys(new)
    assert (await accounts.learner(before.token)).id == before.learner.id
    after = await accounts.renew(before.refresh_token)
    assert (await accounts.learner(after.token)).id == before.learner.id
    only_new = world.with_keys(Keyring(Secret("the new secret, which is long enough")))
    assert await only_new.learner(after.token)
    assert await code_of(only_new.learner(before.token)) == "not_signed_in"
    assert await code_of(old.learner(after.token)) == "not_signed_in"


# ── renewing ─────────────────────────────────────────────────────────────────────────────────


async def test_a_refresh_token_gives_new_tokens_and_stays_good_while_it_is_used(world: World):
    signed_in = await world.accounts.sign_in_guest()
    for _ in range(4):
        world.clock.move(days=20)
        signed_in = await world.accounts.renew(signed_in.refresh_token)
    assert signed_in.expires_at == (world.clock.at + ACCESS).replace(microsecond=0)
    world.clock.move(days=31)
    assert await code_of(world.accounts.renew(signed_in.refresh_token)) == "token_expired"


async def test_an_answer_that_got_lost_is_given_again(world: World):
    first = await world.accounts.sign_in_guest()
    second = await world.accounts.renew(first.refresh_token)
    world.clock.move(seconds=30)
    again = await world.accounts.renew(first.refresh_token)
    assert again.refresh_token == second.refresh_token
    assert await world.actions() == []


async def test_a_refresh_token_that_was_used_long_ago_ends_the_sign_in_on_both_sides(world: World):
    first = await world.accounts.sign_in_guest()
    second = await world.accounts.renew(first.refresh_token)
    world.clock.move(minutes=5)
    assert await code_of(world.accounts.renew(first.refresh_token, address=HERE)) == "token_reused"
    assert await code_of(world.accounts.renew(second.refresh_token)) == "token_expired"
    assert await world.actions() == [Action.TOKEN_REUSED]


async def test_a_refresh_token_cannot_be_made_up_or_used_as_a_cookie(world: World):
    signed_in = await world.accounts.sign_in_guest()
    sign_in_id, generation, seal = signed_in.refresh_token.split(".")
    cookie = await world.accounts.open_console(signed_in.learner)
    for bad in (f"{sign_in_id}.1.{seal}", f"{sign_in_id}.{generation}.{'0' * 64}", "", "..", "x.0.\udc80", cookie):
        assert await code_of(world.accounts.renew(bad)) == "not_signed_in"
    assert await code_of(world.accounts.console_visitor(signed_in.refresh_token)) == "not_signed_in"
    assert (await world.accounts.console_visitor(cookie)).learner == signed_in.learner


async def test_signing_out_ends_one_device(world: World):
    here = await world.accounts.sign_in_guest()
    cookie = await world.accounts.open_console(here.learner)
    await world.accounts.sign_out(here.refresh_token)
    await world.accounts.sign_out("nonsense")
    assert await code_of(world.accounts.renew(here.refresh_token)) == "token_expired"
    assert await world.accounts.console_visitor(cookie)


async def test_signing_out_everywhere_ends_tokens_too(world: World):
    here = await world.accounts.sign_in_guest()
    cookie = await world.accounts.open_console(here.learner)
    world.clock.move(seconds=1)
    await world.accounts.sign_out_everywhere(here.learner.id)
    for failing in (
        world.accounts.learner(here.token),
        world.accounts.renew(here.refresh_token),
        world.accounts.console_visitor(cookie),
    ):
        assert await code_of(failing) == "token_expired"


async def test_a_browser_that_is_used_stays_signed_in(world: World):
    cookie = await world.accounts.open_console((await world.accounts.sign_in_guest()).learner)
    for _ in range(3):
        world.clock.move(days=20)
        assert await world.accounts.console_visitor(cookie)
    world.clock.move(days=31)
    assert await code_of(world.accounts.console_visitor(cookie)) == "token_expired"


# ── e-mail and password ──────────────────────────────────────────────────────────────────────


async def test_a_guest_becomes_an_account_and_stays_the_same_person(world: World):
    guest = await world.accounts.sign_in_guest(name="Sari")
    world.clock.move(seconds=1)
    kept = await world.accounts.set_credentials(
        Caller(learner_id=guest.learner.id), " Sari@EXAMPLE.org ", PASSWORD
    )
    assert (kept.learner.id, kept.learner.email) == (guest.learner.id, EMAIL)
    assert await code_of(world.accounts.learner(guest.token)) == "token_expired"
    assert await world.accounts.learner(kept.token)
    signed_in = await world.accounts.sign_in("SARI@example.org", PASSWORD, address=HERE)
    assert signed_in.learner.id == guest.learner.id
    assert await world.actions() == [Action.PASSWORD_CHANGED]


async def test_a_password_is_kept_hashed(world: World):
    learner = await world.accounts.add(Role.LEARNER, email=EMAIL, password=PASSWORD)
    hashed = await world.storage.find_password(learner.id)
    assert hashed is not None
    assert hashed.startswith("$argon2id$")
    assert PASSWORD not in hashed


async def test_a_wrong_password_and_an_unknown_email_are_told_alike(world: World):
    learner = await world.accounts.add(Role.LEARNER, email=EMAIL, password=PASSWORD)
    told = []
    for email in (EMAIL, "nobody@example.org", "no address"):
        with pytest.raises(NotSignedIn) as refused:
            await world.accounts.sign_in(email, "another password", address=HERE)
        told.append((refused.value.code, refused.value.message))
    assert set(told) == {("wrong_password", "E-mail or password is wrong.")}
    entries = (await world.storage.list_audit()).entries
    assert sorted((each.action, each.subject, each.address) for each in entries) == [
        (Action.SIGN_IN_FAILED, "", HERE),
        (Action.SIGN_IN_FAILED, "", HERE),
        (Action.SIGN_IN_FAILED, learner.id, HERE),
    ]


async def test_an_account_without_a_password_cannot_be_signed_in_to(world: World):
    await world.accounts.add(Role.ADMIN, name="Minji")
    assert await code_of(world.accounts.sign_in("", "", address=HERE)) == "wrong_password"


async def test_the_password_now_is_needed_for_another(world: World):
    learner = await world.accounts.add(Role.LEARNER, email=EMAIL, password=PASSWORD)
    caller = Caller(learner_id=learner.id)
    for current in (None, "another password"):
        refused = world.accounts.set_credentials(caller, EMAIL, "a new password", current_password=current)
        assert await code_of(refused) == "wrong_password"
    await world.accounts.set_credentials(caller, EMAIL, "a new password", current_password=PASSWORD)
    assert await world.accounts.sign_in(EMAIL, "a new password", address=HERE)


async def test_an_email_belongs_to_one_account(world: World):
    await world.accounts.add(Role.LEARNER, email=EMAIL, password=PASSWORD)
    with pytest.raises(Conflict) as refused:
        await world.accounts.add(Role.LEARNER, email=EMAIL.upper(), password=PASSWORD)
    assert refused.value.code == "email_taken"
    guest = await world.accounts.sign_in_guest()
    taken = world.accounts.set_credentials(Caller(learner_id=guest.learner.id), EMAIL, PASSWORD)
    assert await code_of(taken) == "email_taken"
    assert len((await world.storage.list_learners()).learners) == 2, "who could not be added is not there"


@pytest.mark.parametrize(
    "email", ["", "sari", "sari@", "@example.org", "sari@exam ple.org", "a@b@c.org", "x" * 99]
)
async def test_an_email_is_an_address(accounts: AccountsService, email: str):
    guest = await accounts.sign_in_guest()
    refused = accounts.set_credentials(Caller(learner_id=guest.learner.id), email, PASSWORD)
    assert await code_of(refused) == "bad_email"


@pytest.mark.parametrize("password", ["", "kopi susu", "x" * 201, "aaaaaaaaaaaa", EMAIL, "Sari@Example.org"])
async def test_a_password_is_not_easy_to_guess(accounts: AccountsService, password: str):
    guest = await accounts.sign_in_guest()
    refused = accounts.set_credentials(Caller(learner_id=guest.learner.id), EMAIL, password)
    assert await code_of(refused) == "bad_password"


async def test_after_many_tries_from_one_address_it_has_to_wait_and_the_owner_elsewhere_has_not(world: World):
    accounts = world.with_keys(Keyring(SECRET), limits="sign_ins=3")
    await accounts.add(Role.LEARNER, email=EMAIL, password=PASSWORD)
    for _ in range(3):
        assert await code_of(accounts.sign_in(EMAIL, "another password", address=HERE)) == "wrong_password"
    with pytest.raises(TooFast) as refused:
        await accounts.sign_in(EMAIL, PASSWORD, address=HERE)
    assert refused.value.code == "too_fast"
    assert refused.value.retry_after is not None
    assert await accounts.sign_in(EMAIL, PASSWORD, address="198.51.100.9")


async def test_an_account_is_not_tried_from_everywhere_at_once(world: World):
    accounts = world.with_keys(Keyring(SECRET), limits="sign_ins=1")
    for number in range(10):
        tried = accounts.sign_in(EMAIL, PASSWORD, address=f"198.51.100.{number}")
        assert await code_of(tried) == "wrong_password"
    assert await code_of(accounts.sign_in(EMAIL, PASSWORD, address="198.51.100.99")) == "too_fast"


async def test_a_household_of_ipv6_is_one_address(world: World):
    accounts = world.with_keys(Keyring(SECRET), limits="sign_ins=1")
    assert await code_of(accounts.sign_in(EMAIL, PASSWORD, address="2001:db8:0:7::1")) == "wrong_password"
    neighbour = accounts.sign_in("budi@example.org", PASSWORD, address="2001:db8:0:7:ffff::2")
    assert await code_of(neighbour) == "too_fast"
    assert (
        await code_of(accounts.sign_in("x@example.org", PASSWORD, address="2001:db8:0:8::1")) == "wrong_password"
    )


async def test_whether_an_email_is_taken_cannot_be_asked_without_end(world: World):
    accounts = world.with_keys(Keyring(SECRET), limits="sign_ins=2")
    await accounts.add(Role.LEARNER, email=EMAIL, password=PASSWORD)
    codes = []
    for _ in range(3):
        guest = await accounts.sign_in_guest()
        caller = Caller(learner_id=guest.learner.id, address=HERE)
        codes.append(await code_of(accounts.set_credentials(caller, EMAIL, PASSWORD)))
    assert codes == ["email_taken", "email_taken", "too_fast"]


async def test_a_token_of_a_page_does_not_buy_a_longer_one(world: World):
    editor = await world.accounts.add(Role.EDITOR)
    assert await world.accounts.script_holder(world.accounts.long_token(editor).token) == editor
    short = (await world.accounts.console_visitor(await world.accounts.open_console(editor))).token
    assert await code_of(world.accounts.script_holder(short)) == "not_signed_in"


async def test_somebody_who_is_blocked_gets_no_further(world: World):
    learner = await world.accounts.add(Role.LEARNER, email=EMAIL, password=PASSWORD)
    signed_in = await world.accounts.sign_in(EMAIL, PASSWORD, address=HERE)
    cookie = await world.accounts.open_console(learner)
    blocked = await world.storage.find_learner(learner.id)
    assert blocked is not None
    await world.storage.update_learner(replace(blocked, blocked=True, revision=2), read_at=1)
    for failing in (
        world.accounts.sign_in(EMAIL, PASSWORD, address=HERE),
        world.accounts.learner(signed_in.token),
        world.accounts.renew(signed_in.refresh_token),
        world.accounts.console_visitor(cookie),
    ):
        with pytest.raises(NotAllowed) as refused:
            await failing
        assert refused.value.code == "blocked"
