"""Builds a wheel named onnxruntime that is empty and requires onnxruntime-gpu.

onnxruntime and onnxruntime-gpu unpack into the same folder, and whichever comes last wins. faster-whisper and
piper-tts both require the first by name; with this wheel in its place the second comes instead, whatever the
order, and `pip check` is content.

    python ops/gpu/onnxruntime_alias.py FOLDER
"""

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

RUNTIME = "1.23.2"
"""The newest onnxruntime-gpu for CUDA 12, which CTranslate2 is built for too; those from 1.27 on want CUDA 13."""
VERSION = f"{RUNTIME}+gpu"

_METADATA = f"""\
Metadata-Version: 2.1
Name: onnxruntime
Version: {VERSION}
Summary: Nothing but the requirement of onnxruntime-gpu, for packages that ask for onnxruntime
Requires-Python: >=3.10
Requires-Dist: onnxruntime-gpu=={RUNTIME}
"""
_WHEEL = """\
Wheel-Version: 1.0
Generator: kotoserver
Root-Is-Purelib: true
Tag: py3-none-any
"""
_SAME_EVERY_TIME = (2026, 1, 1, 0, 0, 0)


def build(folder: Path) -> Path:
    """Writes the wheel; its path. The same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    described = f"onnxruntime-{VERSION}.dist-info"
    files = {f"{described}/METADATA": _METADATA, f"{described}/WHEEL": _WHEEL}
    record = "".join(f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in files.items())
    files[f"{described}/RECORD"] = f"{record}{described}/RECORD,,\n"
    path = folder / f"onnxruntime-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in files.items():
            wheel.writestr(zipfile.ZipInfo(name, _SAME_EVERY_TIME), content)
    return path


def _digest(content: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python ops/gpu/onnxruntime_alias.py FOLDER")
    sys.stdout.write(f"{build(Path(sys.argv[1]))}\n")
