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


def test_the_engines_run_on_the_card_and_listen_on_loopback():
    given = SPEECH["environment"]
    assert (given["WHISPER_DEVICE"], given["PIPER_DEVICE"]) == ("cuda", "cuda")
    assert SPEECH["ports"] == ["${SPEECH_ADDRESS:-127.0.0.1}:5001:5000"]
