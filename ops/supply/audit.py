"""Known weaknesses of what is installed here: `./koto audit`.

pip-audit asks the OSV service for each package. What could not be looked up is never taken for good: a service
out of reach is one sentence and exit status 2. Weaknesses that were found are listed, with what mends them, and
give 1.
"""

import argparse
import json
import subprocess
import sys
from typing import Any

OWN = "kotoserver"


def main() -> int:
    parser = argparse.ArgumentParser(description="Lists known weaknesses of the packages that are installed here.")
    parser.add_argument("--service", metavar="URL", help="an OSV service of one's own, such as a mirror")
    chosen = parser.parse_args()
    where = ["--osv-url", chosen.service] if chosen.service else []
    asked = ["--local", "--format", "json", "--progress-spinner", "off", "--vulnerability-service", "osv", *where]
    ran = subprocess.run([sys.executable, "-m", "pip_audit", *asked], capture_output=True, text=True, check=False)
    try:
        packages = json.loads(ran.stdout)["dependencies"]
    except ValueError:
        why = (ran.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"audit: the advisory service did not answer, so nothing was audited: {why}", file=sys.stderr)
        return 2
    return _told(packages)


def _told(packages: list[dict[str, Any]]) -> int:
    skipped = [each["name"] for each in packages if "skip_reason" in each and each["name"] != OWN]
    weak = [each for each in packages if each.get("vulns")]
    for each in weak:
        for found in each["vulns"]:
            mended = ", ".join(found["fix_versions"]) or "no version yet"
            print(f"{each['name']} {each['version']}: {found['id']}, mended in {mended}")
    if skipped:
        print(f"audit: these could not be looked up: {', '.join(skipped)}", file=sys.stderr)
        return 2
    if weak:
        return 1
    print(f"{len(packages)} packages, no known weakness")
    return 0


if __name__ == "__main__":
    sys.exit(main())
