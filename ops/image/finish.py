"""The last step over the packages of the image, run by the Python that they are for; see Dockerfile.

Stripped libraries must still load: a wheel's tool may have laid one out in a way that `strip` does not survive,
and that must end the build, not the server. Then what the server imports is compiled, and nothing else: without
compiled modules a start computes a third longer, and half of all modules are never imported. `tests/image` holds
the lists below against what the program really imports.
"""

import ctypes
import importlib
import sys
from pathlib import Path

IMPORTED = [
    *("aiohttp.web", "aiohttp_jinja2", "aiosqlite", "argon2", "av", "email_validator", "espeakng_loader"),
    *("jinja2", "jwt", "kiwipiepy", "kiwipiepy_model", "koroman", "numpy", "numpy.fft", "numpy.typing"),
    *("openpyxl", "prometheus_client", "pydantic", "pydantic.dataclasses", "rapidfuzz.process", "soundfile"),
    "yaml",
]
OF_EXTRAS = [
    *("asyncpg", "faster_whisper", "google.cloud.speech_v2", "google.cloud.texttospeech_v1", "google.genai"),
    *("minio", "piper", "pyrage", "redis.asyncio"),
]
"""Those that are not there were not asked for."""


def main() -> None:
    unloadable = [f"{library.name}: {reason}" for library in libraries() if (reason := why_not(library))]
    if unloadable:
        sys.exit("these libraries do not load any more:\n" + "\n".join(unloadable))
    for name in IMPORTED:
        importlib.import_module(name)
    for name in OF_EXTRAS:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as missing:
            if missing.name is None or not name.startswith(missing.name):
                raise


def libraries() -> list[Path]:
    return sorted((Path(sys.prefix) / "lib").rglob("*.so*"))


def why_not(library: Path) -> str:
    """Why it cannot be loaded, or nothing."""
    try:
        ctypes.CDLL(str(library))
    except OSError as error:
        return str(error)
    return ""


if __name__ == "__main__":
    main()
