"""What the environment gives: no unknown names, and secrets that stand in files."""

from collections.abc import Mapping
from difflib import get_close_matches

from kotoserver.domain.errors import BadSettings
from kotoserver.settings.values import user_path
from kotoserver.settings.variables import VARIABLES

_LONGEST_SECRET = 4096


_SECRETS = tuple(variable.name for variable in VARIABLES if variable.secret)


_NAMES = frozenset(variable.name for variable in VARIABLES) | {f"{name}_FILE" for name in _SECRETS}


DEFAULTS = {variable.name: variable.default for variable in VARIABLES}


def refuse_unknown(given: Mapping[str, str]) -> None:
    for name in sorted(given):
        if name.startswith("KOTO_") and name not in _NAMES:
            near = get_close_matches(name, _NAMES, n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise BadSettings(f"{name} is not a setting of kotoserver.{meant}")


def secrets_in_files(given: Mapping[str, str]) -> dict[str, str]:
    """What stands in the files that `…_FILE` variables name; an empty file is as good as none."""
    found = {}
    for name in _SECRETS:
        path = given.get(f"{name}_FILE", "").strip()
        if not path:
            continue
        if given.get(name, "").strip():
            raise BadSettings(f"{name} and {name}_FILE are both set; leave one of them out.")
        found[name] = _secret_in_file(f"{name}_FILE", path)
    return found


def _secret_in_file(name: str, value: str) -> str:
    try:
        with user_path(name, value).open(encoding="utf-8") as file:
            secret = file.read(_LONGEST_SECRET + 1).rstrip("\r\n")
    except OSError as error:
        raise BadSettings(f"{name} names the file {value!r}, which cannot be read ({error.strerror}).") from error
    except ValueError as error:  # no UTF-8, or a name with a zero in it
        raise BadSettings(f"{name} names {value!r}, which is no file of text.") from error
    if len(secret) > _LONGEST_SECRET or "\n" in secret:
        raise BadSettings(f"{name} names the file {value!r}, which must hold one line, the secret alone.")
    return secret
