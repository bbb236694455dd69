"""The bill of materials of an image, as CycloneDX JSON: `./koto sbom [EXTRAS]`, with EXTRAS as in the Dockerfile.

cyclonedx-py describes everything that is installed here; what the image does not have (the tests' own packages) is
taken out again. Nothing is asked of a network.
"""

import json
import re
import subprocess
import sys
from configparser import ConfigParser
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

SETUP = Path(__file__).resolve().parents[2] / "setup.cfg"
OWN = "kotoserver"


def main() -> int:
    setup = ConfigParser()
    setup.read(SETUP)
    known = setup["options.extras_require"]
    extras = list(filter(None, (sys.argv[1] if len(sys.argv) > 1 else "cloud").split(",")))
    unknown = [extra for extra in extras if extra not in known]
    if unknown:
        print(f"sbom: setup.cfg has no extra called {', '.join(unknown)}", file=sys.stderr)
        return 1
    lines = [setup["options"]["install_requires"], *(known[extra] for extra in extras)]
    names = needed([Requirement(line) for line in "\n".join(lines).splitlines() if line]) | {OWN}
    asked = ["environment", sys.executable, "--of", "JSON", "--output-reproducible", "--output-file", "-"]
    made = subprocess.run([sys.executable, "-m", "cyclonedx_py", *asked], capture_output=True, check=True)
    json.dump(reduced(json.loads(made.stdout), names), sys.stdout, indent=2)
    print()
    return 0


def needed(asked: list[Requirement]) -> set[str]:
    """The names of all packages that these bring with them, and their own."""
    found: dict[str, set[str]] = {}
    waiting = list(asked)
    while waiting:
        requirement = waiting.pop()
        extras = found.setdefault(canonical(requirement.name), set())
        if extras >= {"", *requirement.extras}:
            continue
        extras |= {"", *requirement.extras}
        for line in distribution(requirement.name).requires or []:
            further = Requirement(line)
            if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(further)
    return set(found)


def reduced(bill: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """The bill with these packages alone."""
    components = [each for each in bill["components"] if canonical(each["name"]) in names]
    references = {each["bom-ref"] for each in components}
    dependencies = [
        {**each, "dependsOn": [on for on in each.get("dependsOn", []) if on in references]}
        for each in bill["dependencies"]
        if each["ref"] in references
    ]
    return {**bill, "components": components, "dependencies": dependencies}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
