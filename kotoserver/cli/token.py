"""`kotoserver token`: a token for somebody with a role."""

import argparse
import asyncio
import sys

from kotoserver.bootstrap import register_member
from kotoserver.domain.events import timestamp
from kotoserver.domain.learner import Role
from kotoserver.settings import Settings

DESCRIPTION = """\
Adds somebody with this role to the database that the settings name, and prints a token for
them. The token is all that stands on standard output, so it can be kept in a variable.
Anybody who holds it acts with that role for 30 days.

Editors and admins may use the calls for editors, such as POST /koto-api/evaluate.
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
    made = asyncio.run(register_member(Settings.from_environ(), Role(chosen.role), chosen.name))
    told = f"{made.learner.id} is {made.learner.role.value}; the token is good until {timestamp(made.expires_at)}"
    print(told, file=sys.stderr)
    print(made.token)
    return 0
