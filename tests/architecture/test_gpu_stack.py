"""The speech role on a graphics card, read as data: packages, image and compose file."""

import importlib.util
import re
import subprocess
import sys
import zipfile
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import yaml

from kotoserver.settings import VARIABLES, Settings

ROOT = Path(__file__).resolve().parents[2]
SPEECH: dict[str, Any] = yaml.safe_load((ROOT / "ops/compose/gpu.yaml").read_text())["services"]["speech"]
DOCKERFILE = (ROOT / "ops/gpu/Dockerfile").read_text()
REQUIREMENTS = (ROOT / "ops/gpu/requirements.txt").read_text()
_REFERENCE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(?::\?|:-)?([^}]*)\}")


def alias() -> Any:
    spec = importlib.util.spec_from_file_location("onnxruntime_alias", ROOT / "ops/gpu/onnxruntime_alias.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_wheel_in_onnxruntimes_place_holds_nothing_but_a_requirement(tmp_path: Path):
    built = alias().build(tmp_path)
    with zipfile.ZipFile(built) as wheel:
        names = wheel.namelist()
        metadata = wheel.read(names[0]).decode()
    assert all(name.startswith("onnxruntime-1.23.2+gpu.dist-info/") for name in names)
    assert "Name: onnxruntime\n" in metadata
    assert f"Requires-Dist: onnxruntime-gpu=={alias().RUNTIME}\n" in metadata
    assert built.read_bytes() == alias().build(tmp_path / "again").read_bytes()


def test_pip_takes_the_wheel_and_finds_its_requirement(tmp_path: Path):
    built = alias().build(tmp_path)
    asked = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--target", str(tmp_path / "site")]
    subprocess.run([*asked, str(built)], check=True, capture_output=True)
    found = [path.name for path in (tmp_path / "site").iterdir()]
    assert found == ["onnxruntime-1.23.2+gpu.dist-info"]


def test_the_requirements_name_the_version_that_the_wheel_has():
    lines = [line for line in REQUIREMENTS.splitlines() if not line.startswith("#")]
    assert f"onnxruntime=={alias().VERSION}" in lines
    assert f"onnxruntime-gpu[cuda,cudnn]=={alias().RUNTIME}" in lines


def test_the_image_installs_the_gpu_extra_which_is_whisper_and_piper():
    setup = ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")
    extras = setup["options.extras_require"]
    assert sorted(extras["gpu"].split()) == sorted((extras["whisper"] + extras["piper"]).split())
    assert '-r ops/gpu/requirements.txt ".[gpu]"' in DOCKERFILE
    assert DOCKERFILE.index("onnxruntime_alias.py") < DOCKERFILE.index("-r ops/gpu/requirements.txt")


def test_the_image_runs_the_speech_role_as_nobody_special():
    assert DOCKERFILE.rstrip().endswith('CMD ["serve", "--role", "speech"]')
    assert DOCKERFILE.rindex("\nUSER koto\n") > DOCKERFILE.rindex("\nFROM ")


def test_the_card_is_reserved():
    (device,) = SPEECH["deploy"]["resources"]["reservations"]["devices"]
    assert device == {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}


def test_the_server_accepts_what_the_stack_gives_it():
    known = {variable.name for variable in VARIABLES}
    assert set(SPEECH["environment"]) <= known
    given = {
        name: _REFERENCE.sub(lambda found: found[2], str(value)) for name, value in SPEECH["environment"].items()
    }
    settings = Settings.from_environ(given)
    assert settings.speech.stt == ("whisper",)
    assert (settings.speech.whisper.model, settings.speech.whisper.device) == ("turbo", "cuda")
    assert settings.speech.piper.device == "cuda"


def test_the_key_is_demanded_and_stands_in_no_file():
    assert SPEECH["environment"]["KOTO_SPEECH_KEY"].startswith("${KOTO_SPEECH_KEY:?")
    assert SPEECH["ports"] == ["${SPEECH_ADDRESS:-127.0.0.1}:5001:5000"]
