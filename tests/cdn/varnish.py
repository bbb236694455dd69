"""A real Varnish with the project's own configuration, in front of a server of a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kotoserver.settings import ROOT
from tests.servers import Restartable, answers, find_program, free_port, require

VCL = ROOT / "ops/cdn/koto.vcl"


@contextmanager
def varnish(origin_port: int, *, port: int | None = None) -> Iterator[str]:
    """Its address."""
    program = find_program("varnishd", Path("/usr/sbin"))
    if program is None:
        require("Varnish", "apt-get install varnish")
    port = port or free_port()
    with TemporaryDirectory(prefix="koto-varnish-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # its worker has a user of its own
        configuration = folder / "koto.vcl"
        configuration.write_text(VCL.read_text("utf-8").replace('"5000"', f'"{origin_port}"'))
        where = ["-a", f"127.0.0.1:{port}", "-n", str(folder / "work"), "-s", "malloc,32m", "-j", "none"]
        command: list[str | Path] = [program, "-F", *where, "-f", configuration]
        server = Restartable(command, folder, lambda: answers(port))
        try:
            server.start()
            yield f"http://127.0.0.1:{port}"
        finally:
            server.stop()
