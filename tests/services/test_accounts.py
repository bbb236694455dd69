from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest

from kotoserver.domain.errors import BadInput, NotSignedIn
from kotoserver.domain.learner import Caller, Role
from kotoserver.ports.clock import Clock
from kotoserver.services.accounts import TOKEN_DAYS, AccountsService
from kotoserver.settings import Secret
from kotoserver.storage import open_storage

SECRET = Secret("a secret for tests that is long enough")


class HandheldClock(Clock):
    """Stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()


@pytest.fixture
async def accounts(tmp_path: Path) -> AsyncIterator[AccountsService]:
    storage = open_storage("", data_dir=tmp_path)
    await storage.migrate()
    yield AccountsService(storage, HandheldClock(datetime.now(UTC)), SECRET)
    await storage.close()


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


async def test_an_old_token_is_expired(tmp_path: Path):
    storage = open_storage("", data_dir=tmp_path)
    await storage.migrate()
    long_ago = HandheldClock(datetime.now(UTC) - timedelta(days=TOKEN_DAYS, minutes=1))
    accounts = AccountsService(storage, long_ago, SECRET)
    signed_in = await accounts.sign_in_guest()
    with pytest.raises(NotSignedIn) as refused:
        await accounts.learner(signed_in.token)
    assert refused.value.code == "token_expired"
    await storage.close()


async def test_a_token_signed_with_another_secret_is_worth_nothing(accounts: AccountsService):
    learner = (await accounts.sign_in_guest()).learner
    claims = {"sub": learner.id, "role": "admin", "exp": datetime.now(UTC) + timedelta(days=1)}
    for forged in (
        jwt.encode(claims, "another secret that is long enough too", algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        "",
        "a.b.c",
        "\ud800",
    ):
        with pytest.raises(NotSignedIn):
            await accounts.learner(forged)


async def test_a_role_in_a_token_does_not_make_an_admin(accounts: AccountsService):
    learner = (await accounts.sign_in_guest()).learner
    claims = {"sub": learner.id, "role": "admin", "exp": datetime.now(UTC) + timedelta(days=1)}
    caller = await accounts.caller(jwt.encode(claims, SECRET.reveal(), algorithm="HS256"))
    assert caller.role is Role.LEARNER


async def test_an_editor_is_one_because_it_is_stored(accounts: AccountsService):
    editor = await accounts.register(Role.EDITOR, name="Minji")
    assert editor.learner.name == "Minji"
    assert (await accounts.caller(editor.token)).role is Role.EDITOR
    claims = {"sub": editor.learner.id, "role": "learner", "exp": datetime.now(UTC) + timedelta(days=1)}
    assert (await accounts.caller(jwt.encode(claims, SECRET.reveal(), algorithm="HS256"))).role is Role.EDITOR


async def test_an_erased_learner_is_signed_out(accounts: AccountsService):
    signed_in = await accounts.sign_in_guest()
    await accounts.erase(Caller(learner_id=signed_in.learner.id))
    with pytest.raises(NotSignedIn):
        await accounts.learner(signed_in.token)
