"""Models from the command line."""

import io
from pathlib import Path

from kotoserver.cli.models import Meter
from kotoserver.providers.known_models import KNOWN_MODELS
from tests.processes import run
from tests.providers.tiny_whisper import Script, build


def test_the_list_names_every_known_model_with_its_licence(tmp_path: Path):
    listed = run(tmp_path, "models", "list")
    assert listed.returncode == 0
    for model in KNOWN_MODELS.values():
        assert model.name in listed.stdout
        assert model.licence in listed.stdout
        assert model.source in listed.stdout
    assert "first use: nobody told us the digest" in listed.stdout
    assert "No Korean voice of piper can be pulled." in listed.stdout


def test_a_model_is_brought_in_listed_and_verified(tmp_path: Path):
    source = build(tmp_path / "usb" / "tiny-ours", Script())
    brought = run(tmp_path, "models", "import", str(source))
    assert (brought.returncode, brought.stdout) == (0, "tiny-ours is here, for whisper\n")
    assert "tiny-ours" in run(tmp_path, "models", "list").stdout
    assert run(tmp_path, "models", "verify").stdout == "tiny-ours: whole\n"
    (tmp_path / "models" / "whisper" / "tiny-ours" / "config.json").write_text("{}")
    verified = run(tmp_path, "models", "verify", "tiny-ours")
    assert verified.returncode == 1
    assert verified.stdout.startswith("tiny-ours: config.json has 2 bytes")


def test_an_unreachable_mirror_is_one_sentence(tmp_path: Path):
    refused = run(tmp_path, "models", "pull", "nothing")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
    assert "There is no model nothing" in refused.stderr


def test_a_start_without_the_chosen_model_is_one_sentence(tmp_path: Path):
    refused = run(tmp_path, "serve", "--port", "0", STT_PROVIDER="whisper")
    assert refused.returncode == 1
    assert refused.stderr == (
        "kotoserver: WHISPER_MODEL: base is not on this machine; get it with `kotoserver models pull base`.\n"
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_a_download_is_a_bar():
    out = Terminal()
    meter = Meter(out)
    for here in (0, 500, 1000):
        meter.show("model.bin", here, 1000)
    meter.end()
    assert out.getvalue().count("\r") == 3
    assert "█" * 30 in out.getvalue()
    assert out.getvalue().endswith("100% 0.0 MB\n")


def test_anywhere_else_it_is_a_line_for_each_file():
    out = io.StringIO()
    meter = Meter(out)
    for here in (0, 500, 1000):
        meter.show("model.bin", here, 1000)
    meter.end()
    assert out.getvalue() == "model.bin: 1,000 bytes\n"
