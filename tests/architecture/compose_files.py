"""Compose files laid over each other by the rules of the Compose specification, as far as ours use them."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]


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
                merged = _merged(base, service)
                service.clear()
                service.update(merged)
        whole = _merged(whole, content)
    return whole


def _merged(below: Any, above: Any) -> Any:
    """Mappings are joined, lists are appended, all else is replaced."""
    if isinstance(below, dict) and isinstance(above, dict):
        joined = dict(below)
        for key, value in above.items():
            if isinstance(value, _Reset):
                joined.pop(key, None)
            else:
                joined[key] = _merged(joined[key], value) if key in joined else value
        return joined
    if isinstance(below, list) and isinstance(above, list):
        return below + above
    return above
