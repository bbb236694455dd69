"""The shape of the project, as far as the import linter does not hold it."""

import ast
import re
from pathlib import Path

import pytest

from kotoserver.settings import ROOT

MODULES = sorted((ROOT / "kotoserver").rglob("*.py"))


def test_the_top_level_is_what_the_mission_names():
    for name in (
        "kotoserver",
        "web",
        "scenes",
        "langpacks",
        "ops",
        "tests",
        "Dockerfile",
        "compose.yaml",
        "setup.cfg",
    ):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_why_it_exists(path: Path):
    said = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    assert said
    assert len(said) > 10


def test_only_settings_reads_the_environment():
    readers = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text("utf-8"))
    ]
    assert readers == ["kotoserver/settings/__init__.py"]


def test_sql_lives_in_sql_files():
    speaking = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if re.search(r"[\"'](SELECT|INSERT|UPDATE|DELETE) [^\"']*\b(FROM|INTO|SET)\b", path.read_text("utf-8"))
    ]
    assert speaking == []


def test_nothing_in_the_pages_comes_from_another_host():
    strangers = {
        str(path.relative_to(ROOT)): found
        for path in (ROOT / "web").rglob("*")
        if path.suffix in {".html", ".css", ".js", ".svg"}
        and (
            found := [
                address
                for address in re.findall(r"https?://[^\s\"')<>]+", path.read_text("utf-8"))
                if not address.startswith("http://www.w3.org/")
            ]
        )
    }
    assert strangers == {}
