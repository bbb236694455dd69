"""`kotoserver`: the command line."""

import argparse
import os
import sys
from importlib import import_module

from kotoserver import __version__
from kotoserver.domain.errors import KotoError

COMMANDS = {
    "serve": "serve",
    "migrate": "serve",
    "bucket": "bucket",
    "play": "play",
    "scenes": "content",
    "langpacks": "content",
    "evaluate": "evaluate",
    "sessions": "sessions",
    "models": "models",
    "users": "users",
    "secret": "users",
    "token": "token",
    "backup": "backup",
    "restore": "backup",
    "doctor": "doctor",
}
"""Each command with the module of `kotoserver.cli` that has it. Only that one is imported when a command is given:
all of them together take most of a second."""

DESCRIPTION = """\
The server behind Korean Together: learners play role-play scenes in Korean with NPCs who
speak, hear them, and correct them kindly in their own language.

Settings come from the environment; docs/configuration.md lists every one. With none set,
everything runs on this machine: SQLite, files on disk, the built-in voice and evaluator.
"""

EXAMPLES = """\
examples:
  kotoserver serve                     start the server, then open http://127.0.0.1:5000/console/
  kotoserver play cafe                 play the café scene right here in the terminal
  kotoserver scenes lint               check every scene and pack, with file, line and column
  kotoserver scenes test cafe          hold the scene against its tests.yaml and its own examples
  kotoserver evaluate --jsonl lines.jsonl   judge sentences from a file
  kotoserver sessions rescore sess_4f0c9a   judge a stored session again: is every score the same?
  kotoserver models pull base          fetch a recognition model for the learners' voices
  kotoserver users add --role admin --email minji@example.org   somebody who signs in to the console
  kotoserver token --role editor       make an editor, and print a token for the calls of editors
  kotoserver backup make               database, scenes, packs and recordings in one file
  kotoserver doctor                    say what is wrong with this installation, and how to mend it
  KOTO_PORT=8080 kotoserver serve      the same server on another port
"""


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; the exit status is 0 when it did what was asked, 1 when it found something
    wrong, 2 for a command that it does not know."""
    given = sys.argv[1:] if arguments is None else arguments
    parser = _parser(given[0] if given else "")
    chosen = parser.parse_args(given)
    if not hasattr(chosen, "run"):
        chosen.parser.print_help()
        return 2
    try:
        return int(chosen.run(chosen))
    except KotoError as error:
        print(f"kotoserver: {error.told_in_full}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # whoever read along has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser(command: str) -> argparse.ArgumentParser:
    """With that command alone, or with all of them where it is none of them."""
    parser = argparse.ArgumentParser(
        prog="kotoserver",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"kotoserver {__version__}")
    parser.set_defaults(parser=parser)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for subject in [COMMANDS[command]] if command in COMMANDS else dict.fromkeys(COMMANDS.values()):
        import_module(f"kotoserver.cli.{subject}").add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
