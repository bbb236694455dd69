"""Compose files laid over each other by the rules of the Compose specification, as far as ours use them."""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ROOT / "ops/compose"
NEEDED_BY = {"replicas": "edge"}
"""An overlay that changes what another one brings is laid over that."""
_REPLACED = ("command", "entrypoint", "test")
"""Lists that are one thing, and not several."""
_BY_TARGET = ("volumes", "secrets", "configs")
"""Entries of the same place inside the container replace each other."""
_REFERENCE = re.compile(r"(?<!\$)\$\{(?P<name>[A-Z_]+)(?:(?P<how>:\?|:-)(?P<rest>[^}]*))?\}")


class _Reset:
    """What `!reset` stands for: the files before are forgotten here."""


class _Loader(yaml.SafeLoader):
    """Knows `!reset`."""


_Loader.add_constructor("!reset", lambda loader, node: _Reset())


def read(name: str) -> dict[str, Any]:
    """One file, as it is written."""
    content = yaml.load((ROOT / name).read_text("utf-8"), _Loader)
    assert isinstance(content, dict)
    return content


def stack(*names: str) -> dict[str, Any]:
    """The files in this order, each over the ones before it; `extends` is resolved in its own file."""
    whole: dict[str, Any] = {}
    for name in names:
        content = read(name)
        for service in content["services"].values():
            extended = service.pop("extends", None)
            if extended is not None:  # the file is looked for beside the first one
                base = deepcopy(read(extended["file"])["services"][extended["service"]])
                merged = _merged("service", base, service)
                service.clear()
                service.update(merged)
        whole = _merged("", whole, content)
    return whole


def every_stack() -> Iterator[tuple[str, ...]]:
    """Each set of files that an operator may give: compose.yaml with any overlays, and what stands alone."""
    alone = [path for path in sorted(OVERLAYS.glob("*.yaml")) if "name" in read(str(path.relative_to(ROOT)))]
    over = [path for path in sorted(OVERLAYS.glob("*.yaml")) if path not in alone]
    for path in alone:
        yield (str(path.relative_to(ROOT)),)
    for size in range(len(over) + 1):
        for chosen in combinations(over, size):
            names = {path.stem for path in chosen}
            if all(needed in names for name, needed in NEEDED_BY.items() if name in names):
                # What another one needs comes before it.
                ordered = sorted(chosen, key=lambda path: (path.stem in NEEDED_BY, path.stem))
                yield ("compose.yaml", *(str(path.relative_to(ROOT)) for path in ordered))


def references(text: str) -> Iterator[re.Match[str]]:
    """`${NAME}`, `${NAME:-default}` and `${NAME:?sentence}`, with the groups `name`, `how` and `rest`."""
    return _REFERENCE.finditer(text)


def filled(content: Any, given: Mapping[str, str]) -> Any:
    """What Compose makes of it where this is set."""
    if isinstance(content, dict):
        return {key: filled(value, given) for key, value in content.items()}
    if isinstance(content, list):
        return [filled(value, given) for value in content]
    if isinstance(content, str):
        return _REFERENCE.sub(lambda found: _value(found, given), content).replace("$$", "$")
    return content


def _value(reference: re.Match[str], given: Mapping[str, str]) -> str:
    value = given.get(reference["name"], "")
    if reference["how"] == ":?" and not value:
        raise AssertionError(f"{reference['name']} must be given: {reference['rest']}")
    return value or (reference["rest"] or "")


def _merged(key: str, below: Any, above: Any) -> Any:
    """Mappings are joined, lists are appended or joined by where they lead, all else is replaced."""
    if isinstance(below, dict) and isinstance(above, dict):
        joined = dict(below)
        for name, value in above.items():
            if isinstance(value, _Reset):
                joined.pop(name, None)
            else:
                joined[name] = _merged(name, joined[name], value) if name in joined else value
        return joined
    if isinstance(below, list) and isinstance(above, list) and key not in _REPLACED:
        by_place = {_place(key, each): each for each in below}
        return list((by_place | {_place(key, each): each for each in above}).values())
    return above


def _place(key: str, entry: Any) -> str:
    if key in _BY_TARGET and isinstance(entry, str):
        parts = _REFERENCE.sub("", entry).split(":")
        return parts[1] if len(parts) > 1 else parts[0]
    return str(entry)
