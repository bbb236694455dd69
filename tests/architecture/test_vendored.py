"""What others wrote and we serve: it is as it was built, and nobody's licence is left out."""

import hashlib
import json
import re
from typing import Any

from kotoserver.settings import ROOT

FOLDER = ROOT / "web" / "static" / "vendor" / "codemirror"


def packages() -> dict[str, Any]:
    """Those of the lock file that are in the bundle, by name."""
    lock = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))
    return {
        path.removeprefix("node_modules/"): each
        for path, each in lock["packages"].items()
        if path and not each.get("dev") and not each.get("optional")
    }


def test_every_package_of_the_bundle_has_its_licence_beside_it():
    text = (FOLDER / "LICENSES.txt").read_text("utf-8")
    parts = re.split(r"^== (\S+) (\S+)$", text, flags=re.MULTILINE)[1:]
    licences = dict(zip(zip(parts[::3], parts[1::3], strict=True), parts[2::3], strict=True))
    assert licences.keys() == {(name, each["version"]) for name, each in packages().items()}
    for (name, _), licence in licences.items():
        assert packages()[name]["license"] == "MIT"
        assert "Copyright (C)" in licence, name
        assert "Permission is hereby granted" in licence, name


def test_the_lock_file_pins_every_package_without_an_address():
    asked = json.loads((FOLDER / "package.json").read_text("utf-8"))
    assert asked["dependencies"].items() <= {name: each["version"] for name, each in packages().items()}.items()
    lock = (FOLDER / "package-lock.json").read_text("utf-8")
    assert all(each["integrity"].startswith("sha512-") for each in packages().values())
    assert "://" not in lock


def test_the_bundle_is_the_one_that_was_built():
    digest = hashlib.sha256((FOLDER / "codemirror.js").read_bytes()).hexdigest()
    assert digest in (FOLDER / "README.md").read_text("utf-8")


def test_the_studio_imports_only_what_the_bundle_gives():
    given = set(_names((FOLDER / "entry.js").read_text("utf-8"), "export"))
    for module in sorted((ROOT / "web" / "static" / "js").rglob("*.js")):
        text = module.read_text("utf-8")
        if "vendor/codemirror" in text:
            taken = _names(text.split("vendor/codemirror/codemirror.js", 1)[0].rpartition("import {")[2], "")
            assert set(taken) <= given, module.name


def _names(text: str, verb: str) -> list[str]:
    """What stands in the braces behind each `verb`; the whole text without one."""
    blocks = re.findall(rf"^{verb} \{{([^}}]*)\}}", text, re.MULTILINE) if verb else [text.partition("}")[0]]
    return [name.strip() for block in blocks for name in block.split(",") if name.strip()]
