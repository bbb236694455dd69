"""`kotoserver doctor`: what is wrong with this installation, in plain sentences."""

import argparse
import asyncio
import errno
import socket

from kotoserver.bootstrap.examining import examine
from kotoserver.domain.checkup import Finding, State
from kotoserver.settings import Settings

DESCRIPTION = """\
Looks at everything that the server would stand on with the settings as they are: folders, disk, secret,
database, Redis, object store, scenes, engines, port and backups. It says what is wrong and how to mend
it, and changes nothing. It may be run beside the server.
"""
OUTCOMES = """\
exit status:
  0   nothing is broken; what is doubtful is marked with ?
  1   something is broken, or a setting cannot be used
"""
_MARKS = {State.GOOD: "ok", State.DOUBTFUL: "? ", State.BROKEN: "!!"}


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser(
        "doctor",
        help="say what is wrong with this installation",
        description=DESCRIPTION,
        epilog=OUTCOMES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=_doctor)


def _doctor(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environ()  # what cannot be used is told by the one sentence of BadSettings
    _show(Finding(about="settings", state=State.GOOD, sentence="They can be used."))
    return asyncio.run(_examined(settings))


async def _examined(settings: Settings) -> int:
    broken = False
    async for found in examine(settings):
        _show(found)
        broken = broken or found.state is State.BROKEN
    port = _port(settings)
    _show(port)
    for doubt in _doubts(settings):
        _show(doubt)
    return 1 if broken or port.state is State.BROKEN else 0


def _port(settings: Settings) -> Finding:
    """Whether the port is free; taken by the server itself it is no fault."""
    about, state = "port", State.GOOD
    sentence = f"{settings.port} on {settings.host} is free."
    try:
        with socket.create_server((settings.host, settings.port)):
            pass
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        state = State.DOUBTFUL if taken else State.BROKEN
        where = f"{settings.port} on {settings.host}"
        sentence = (
            f"{where} is taken: by the server, if it runs already, else by another program."
            if taken
            else f"{where} cannot be listened on ({error.strerror or error})."
        )
    return Finding(about=about, state=state, sentence=sentence)


def _doubts(settings: Settings) -> list[Finding]:
    """Settings that can be used, and are hardly meant."""
    found = []
    if (settings.public_url or "").startswith("https://") and not settings.trusted_proxies:
        sentence = (
            "KOTO_PUBLIC_URL is behind TLS and KOTO_TRUSTED_PROXIES names no proxy: all clients count as one "
            "address, and share its limits."
        )
        found.append(Finding(about="proxy", state=State.DOUBTFUL, sentence=sentence))
    if settings.redis_url is None and settings.database_url is not None and not settings.on_loopback:
        sentence = "REDIS_URL is not set, so only one server process may use this database."
        found.append(Finding(about="redis", state=State.DOUBTFUL, sentence=sentence))
    return found


def _show(found: Finding) -> None:
    print(f"{_MARKS[found.state]}  {found.about}: {found.sentence}", flush=True)
