"""`kotoserver users …` and `kotoserver secret …`: people, from the server's own machine."""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable

from kotoserver.bootstrap.parts import make_data_folder
from kotoserver.bootstrap.people import Desk, open_desk
from kotoserver.domain.errors import BadInput
from kotoserver.domain.events import timestamp
from kotoserver.domain.learner import Learner, Role
from kotoserver.services.audit import OPERATOR
from kotoserver.services.keys import change_secret
from kotoserver.services.users import UserChange
from kotoserver.settings import Settings

EXAMPLES = """\
A password is asked for twice, or read from standard input where that is no terminal.

examples:
  kotoserver users add --role admin --email minji@example.org --name Minji
  kotoserver users list --role teacher
  kotoserver users role lrn_4f0c9a editor
  kotoserver users password lrn_4f0c9a --email minji@example.org
"""
SECRET = """\
Makes a new secret in the data folder and keeps the one of before beside it, so that tokens that it
signed stay good until they expire. The server reads both at its next start; run this once more to
forget the old one. Where KOTO_SECRET is set, change it there, and put its old value into
KOTO_SECRET_PREVIOUS for as long as KOTO_SIGN_IN_DAYS.
"""

Job = Callable[[Desk, argparse.Namespace], Awaitable[None]]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    users = commands.add_parser(
        "users",
        help="add people, and change what they may do",
        description="People of the database that the settings name.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    users.set_defaults(parser=users)
    jobs = users.add_subparsers(title="commands", metavar="COMMAND")
    roles = [role.value for role in Role]

    listed = _job(jobs, "list", "everybody, newest first", _list)
    listed.add_argument("words", nargs="?", default="", help="any part of e-mail, name or id")
    listed.add_argument("--role", choices=roles, help="only these")

    added = _job(jobs, "add", "add somebody who signs in by e-mail and password", _add)
    added.add_argument("--role", required=True, choices=roles, help="what they may do")
    added.add_argument("--email", required=True, help="what they sign in with")
    added.add_argument("--name", help="what they are called")

    role = _about_one(jobs, "role", "change what somebody may do", _role)
    role.add_argument("role", choices=roles)
    password = _about_one(jobs, "password", "give somebody a new password", _password)
    password.add_argument("--email", required=True, help="what they sign in with")
    _about_one(jobs, "block", "keep somebody out", _block)
    _about_one(jobs, "unblock", "let somebody in again", _unblock)
    _about_one(jobs, "sign-out", "end all sign-ins and tokens of somebody", _sign_out)
    erased = _about_one(jobs, "erase", "forget somebody and all that they said", _erase)
    erased.add_argument("--yes", action="store_true", help="really do it")

    secret = commands.add_parser("secret", help="change the secret that signs tokens")
    secret.set_defaults(parser=secret)
    rotate = secret.add_subparsers(title="commands", metavar="COMMAND").add_parser(
        "rotate", help="make a new one, and believe the old one for a while", description=SECRET
    )
    rotate.set_defaults(run=_rotate)


def _job(
    jobs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, told: str, job: Job
) -> argparse.ArgumentParser:
    parser = jobs.add_parser(name, help=told, description=told.capitalize() + ".")
    parser.set_defaults(run=lambda chosen: asyncio.run(_at_the_desk(job, chosen)))
    return parser


def _about_one(
    jobs: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, told: str, job: Job
) -> argparse.ArgumentParser:
    parser = _job(jobs, name, told, job)
    parser.add_argument("user", metavar="ID", help="id, such as lrn_4f0c9a")
    return parser


async def _at_the_desk(job: Job, chosen: argparse.Namespace) -> int:
    async with open_desk(Settings.from_environ()) as desk:
        await job(desk, chosen)
    return 0


async def _list(desk: Desk, chosen: argparse.Namespace) -> None:
    role = Role(chosen.role) if chosen.role else None
    before = None
    while True:
        page = await desk.users.list(OPERATOR, words=chosen.words, role=role, before=before)
        for user in page.learners:
            print(_line(user))
        before = page.next_before
        if before is None:
            return


async def _add(desk: Desk, chosen: argparse.Namespace) -> None:
    user = await desk.users.add(
        OPERATOR, Role(chosen.role), name=chosen.name, email=chosen.email, password=_ask_password()
    )
    print(_line(user))


async def _role(desk: Desk, chosen: argparse.Namespace) -> None:
    await _change(desk, chosen.user, UserChange(role=Role(chosen.role)))


async def _block(desk: Desk, chosen: argparse.Namespace) -> None:
    await _change(desk, chosen.user, UserChange(blocked=True))


async def _unblock(desk: Desk, chosen: argparse.Namespace) -> None:
    await _change(desk, chosen.user, UserChange(blocked=False))


async def _change(desk: Desk, user_id: str, change: UserChange) -> None:
    print(_line(await desk.users.change(OPERATOR, user_id, change, read_at=None)))


async def _password(desk: Desk, chosen: argparse.Namespace) -> None:
    await desk.users.find(OPERATOR, chosen.user)
    await desk.accounts.reset_password(OPERATOR, chosen.user, chosen.email, _ask_password())
    print(_line(await desk.users.find(OPERATOR, chosen.user)))


async def _sign_out(desk: Desk, chosen: argparse.Namespace) -> None:
    await desk.users.sign_out(OPERATOR, chosen.user)


async def _erase(desk: Desk, chosen: argparse.Namespace) -> None:
    user = await desk.users.find(OPERATOR, chosen.user)
    if not chosen.yes:
        print(_line(user))
        raise BadInput("This forgets them and all that they said, for good; add --yes.", code="not_confirmed")
    await desk.users.erase(OPERATOR, chosen.user)


def _ask_password() -> str:
    """BadInput code `bad_password` when it is typed in two ways."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    typed = getpass.getpass("New password: ")
    if getpass.getpass("The same again: ") != typed:
        raise BadInput("These are two passwords.", code="bad_password")
    return typed


def _line(user: Learner) -> str:
    told = [user.id, f"{user.role.value:<8}", timestamp(user.created_at), user.email or "guest", user.name or "-"]
    return "  ".join([*told, "blocked"] if user.blocked else told)


def _rotate(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()
    make_data_folder(settings.data_dir)
    change_secret(settings.data_dir)
    print("a new secret signs from the server's next start; the one of before is believed until the next change")
    return 0
