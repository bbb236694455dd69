"""Joining what knows who somebody is: for the server, and for the operator's desk."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from kotoserver.blobs import open_blobs
from kotoserver.bootstrap.parts import make_data_folder, opened_storage, revealed
from kotoserver.bus import open_bus
from kotoserver.ports.bus import Bus
from kotoserver.ports.clock import Clock, SystemClock
from kotoserver.ports.storage import Storage
from kotoserver.services.accounts import AccountsService, Patience
from kotoserver.services.audit import AuditService
from kotoserver.services.erasing import ErasingService
from kotoserver.services.keys import Keyring, open_keys
from kotoserver.services.limits import LimitsService
from kotoserver.services.passwords import PasswordVault
from kotoserver.services.users import UsersService
from kotoserver.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """What knows who somebody is, and how much they may ask for."""

    accounts: AccountsService
    audit: AuditService
    limits: LimitsService


def open_people(
    settings: Settings, storage: Storage, bus: Bus, clock: Clock, keys: Keyring, stack: AsyncExitStack
) -> People:
    vault = PasswordVault()
    stack.push_async_callback(vault.close)
    audit = AuditService(storage, clock)
    limits = LimitsService(bus, open_bus(None), settings.limits)
    accounts = AccountsService(
        members=storage,
        clock=clock,
        keys=keys,
        vault=vault,
        audit=audit,
        limits=limits,
        patience=Patience(
            access=timedelta(minutes=settings.accounts.access_minutes),
            stay=timedelta(days=settings.accounts.sign_in_days),
        ),
    )
    return People(accounts=accounts, audit=audit, limits=limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What an operator does with people from the command line."""

    accounts: AccountsService
    users: UsersService


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Accounts and users without the server, over a database that is brought up to date first."""
    make_data_folder(settings.data_dir)
    keys = open_keys(settings)
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(opened_storage(settings))
        await storage.migrate()
        bus = open_bus(revealed(settings.redis_url) or None)
        stack.push_async_callback(bus.close)
        blobs = open_blobs(settings.data_dir / "blobs", s3=settings.s3)
        stack.push_async_callback(blobs.close)
        clock = SystemClock()
        people = open_people(settings, storage, bus, clock, keys, stack)
        erasing = ErasingService(
            storage=storage,
            bus=bus,
            blobs=blobs,
            audit=people.audit,
            clock=clock,
            settings=settings.accounts,
        )
        users = UsersService(
            members=storage, accounts=people.accounts, erasing=erasing, audit=people.audit, bus=bus
        )
        yield Desk(accounts=people.accounts, users=users)
