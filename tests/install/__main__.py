"""Makes an empty Debian and installs the server in it by the words of docs/operations.md, as root:

    python -m tests.install

Debian is booted by `systemd-nspawn` (the package systemd-container), so services, timers and their sandboxes are
real. The commands are read from the document and run as they stand, but for `PLACES`. That takes some minutes, and
needs Debian's mirror, a package index, and the ports 80, 443, 5000, 5432 and 6379.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kotoserver.settings import ROOT
from tests.image.building import what_pip_is_told
from tests.servers import caddy_program

DOCUMENT = ROOT / "docs/operations.md"
PLACES = {"YOUR-COPY": "/copy", "koto.example": "localhost"}
PACKAGES = "usr-is-merged,systemd,systemd-sysv,dbus,ca-certificates,curl,caddy"
"""What a server has at first; and Caddy with its service, whose program is then exchanged for a newer one."""
QUESTIONS = {
    "the edge answers": "curl --silent --fail --insecure https://localhost/health",
    "the stores are there": "curl --silent --fail http://127.0.0.1:5000/health/ready",
    "nothing is wrong": "kotoserver doctor",
    "somebody administers": "kotoserver users list | grep 'admin .*you@example.org'",
    "the timer waits": "systemctl is-active koto-backup.timer",
    "a backup is made": "systemctl start koto-backup && kotoserver backup list",
    "it is whole": "kotoserver backup verify $(ls /var/backups/koto/*.tar.gz | tail -n 1)",
    "what was lost is restored": """
        systemctl stop kotoserver
        runuser -u postgres -- psql --quiet --command 'DROP DATABASE IF EXISTS koto'
        cd /srv/koto && DATABASE_PASSWORD=$(cat /etc/koto/secrets/database_password) \\
            runuser --preserve-environment -u postgres -- psql --quiet --file - < ops/postgres/init.sql
        install -d -o koto /srv/koto-restored
        kotoserver restore $(ls /var/backups/koto/*.tar.gz | tail -n 1) --content /srv/koto-restored
        systemctl start kotoserver
        kotoserver users list | grep 'admin .*you@example.org'
    """,
}


def main() -> None:
    with TemporaryDirectory(prefix="koto-install-", dir="/var/tmp") as name:
        root = Path(name) / "root"
        print("making an empty Debian")
        make_debian(root)
        with booted(root) as inside:
            for command in commands(DOCUMENT.read_text()):
                print(f"--- {command}")
                run(inside, command)
            for claim, question in QUESTIONS.items():
                print(f"=== {claim}")
                patiently(inside, question)


def commands(document: str) -> Iterator[str]:
    """The blocks of "Without"; the one that is a file's text is written into that file."""
    section = "Without\n" + document.split("\n### Without\n")[1].split("\n### ")[0]
    for before, block in re.findall(r"(^.*$)\n\n((?:^    .*\n)+)", section, re.MULTILINE):
        text = re.sub(r"^    ", "", block, flags=re.MULTILINE)
        for written, meant in PLACES.items():
            text = text.replace(written, meant)
        file = re.match(r"`(/etc/\S+)` holds", before)
        yield f"cat > {file[1]} <<'END'\n{text}END" if file else text


def make_debian(root: Path) -> None:
    merged = "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr"
    command = ["mmdebstrap", "--quiet", "--variant=minbase", merged, f"--include={PACKAGES}", "bookworm", root]
    subprocess.run(command, check=True)
    caddy = root / "usr/bin/caddy"
    caddy.unlink()
    shutil.copy(caddy_program(), caddy)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    (root / "root/.gitconfig").write_text("[safe]\n\tdirectory = *\n")


@contextmanager
def booted(root: Path) -> Iterator[str]:
    """The process id of its first process."""
    told = what_pip_is_told(root.parent)
    binds = [f"--bind-ro={ROOT}:/copy", *(f"--bind-ro={each.removesuffix(':ro')}" for each in told)]
    command = ["systemd-nspawn", f"--directory={root}", "--register=no", "--keep-unit", "--boot", "--console=pipe"]
    with (root.parent / "console").open("wb") as console:
        process = subprocess.Popen([*command, *binds], stdin=subprocess.DEVNULL, stdout=console, stderr=console)
    try:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while not (found := children.read_text().split()):
            time.sleep(0.1)
        patiently(found[0], "systemctl is-system-running --wait | grep -E 'running|degraded'")
        yield found[0]
    finally:
        process.terminate()
        process.wait(60)


def run(inside: str, command: str, *, check: bool = True) -> int:
    enter = ["nsenter", "--target", inside, "--mount", "--pid", "--uts", "--ipc", "--"]
    clean = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"]
    clean += ["DEBIAN_FRONTEND=noninteractive"]
    password = "the password of the first admin\n"
    ran = subprocess.run([*enter, *clean, "bash", "-euc", command], input=password, text=True, check=False)
    if check and ran.returncode != 0:
        sys.exit(f"ended with {ran.returncode}: {command}")
    return ran.returncode


def patiently(inside: str, question: str) -> None:
    """Until it is answered, for at most a minute."""
    deadline = time.monotonic() + 60
    while run(inside, question, check=False) != 0:
        if time.monotonic() > deadline:
            sys.exit(f"no: {question}")
        time.sleep(1)


if __name__ == "__main__":
    main()
