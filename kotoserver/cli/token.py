"""`kotoserver token`: a token for somebody with a role, for scripts."""

import argparse
import asyncio
import sys

from kotoserver.bootstrap.people import open_desk
from kotoserver.domain.events import timestamp
from kotoserver.domain.learner import Role
from kotoserver.services.accounts import AccessToken
from kotoserver.services.audit import OPERATOR
from kotoserver.settings import Settings

DESCRIPTION = """\
Adds somebody with this role to the database that the settings name, and prints a token for
them. The token is all that stands on standard output, so it can be kept in a variable.
Anybody who holds it acts with that role for 30 days; `kotoserver users sign-out ID` ends it.

People sign in by e-mail and password instead: see `kotoserver users add`.
"""

EXAMPLES = """\
example:
  TOKEN=$(kotoserver token --role editor --name Minji)
  curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:5000/koto-api/evaluate \\
       -d '{"scene_id": "cafe", "turn": "order", "text": "라떼을 한 잔 주세요"}'
"""


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "token",
        help="make an editor, and print a token",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--role", required=True, choices=[role.value for role in Role], help="what they may do")
    parser.add_argument("--name", help="what they are called, at most 60 characters")
    parser.set_defaults(run=_token)


def _token(chosen: argparse.Namespace) -> int:
    made = asyncio.run(_made(Settings.from_environ(), Role(chosen.role), chosen.name))
    told = f"{made.learner.id} is {made.learner.role.value}; the token is good until {timestamp(made.expires_at)}"
    print(told, file=sys.stderr)
    print(made.token)
    return 0


async def _made(settings: Settings, role: Role, name: str | None) -> AccessToken:
    async with open_desk(settings) as desk:
        user = await desk.users.add(OPERATOR, role, name=name, email=None, password=None)
        return desk.accounts.long_token(user)
