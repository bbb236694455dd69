"""Run in the image: imports the whole program, and prints what it took of the packages, and what of that is not
compiled.
"""

import importlib
import importlib.util
import json
import os
import pkgutil
import sys

import kotoserver

EXTRAS = ("ctranslate2", "faster_whisper", "onnxruntime", "opentelemetry", "piper", "pyrage")
"""What the image is not built with, unless told."""


def main() -> None:
    for module in pkgutil.walk_packages(kotoserver.__path__, "kotoserver."):
        try:
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        except ModuleNotFoundError as missing:
            if str(missing.name).split(".")[0] not in EXTRAS:
                raise
    files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    imported = [file for file in files if file.startswith("/opt/koto/") and file.endswith(".py")]
    uncompiled = [file for file in imported if not os.path.exists(importlib.util.cache_from_source(file))]
    print(json.dumps([imported, uncompiled]))


main()
