"""The alerts: each rings when it should, in a plain sentence, and has a heading that says what to do."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from kotoserver.domain.checkup import LITTLE_ROOM, NO_ROOM, OLD_BACKUP_HOURS
from kotoserver.settings import ROOT
from tests.monitoring.world import PROMETHEUS, promtool

RULES = sorted((PROMETHEUS / "rules").glob("*.yaml"))
CASES: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "alerts.yaml").read_text("utf-8"))
COMPARISON = re.compile(r"(?s)(?P<query>.+) (?P<how>==|<|>) (?P<number>[\d.]+)")


GROUPS: dict[str, list[dict[str, Any]]] = {
    group["name"]: group["rules"] for file in RULES for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
}
FIGURES = tuple(rule["record"] for group in GROUPS.values() for rule in group if "record" in rule)
ALERTS = {rule["alert"]: rule for group in GROUPS.values() for rule in group if "alert" in rule}


def test_prometheus_accepts_its_configuration_and_rules():
    checked = promtool("check", "config", PROMETHEUS / "prometheus.yaml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_every_alert_has_series_in_which_it_rings_and_others_in_which_it_does_not():
    assert set(CASES) == set(ALERTS)


@pytest.mark.parametrize("name", CASES)
def test_an_alert_rings_when_it_should_and_not_near_it(name: str, tmp_path: Path):
    case, rule = CASES[name], ALERTS[name]
    rung = {
        "exp_labels": {"severity": rule["labels"]["severity"], **case["rings"]["labels"]},
        "exp_annotations": {"summary": case["rings"]["says"], "runbook": rule["annotations"]["runbook"]},
    }
    assert_rules(tmp_path, [_promtool_test(name, case["rings"], [rung]), _promtool_test(name, case["quiet"], [])])


def assert_rules(folder: Path, tests: list[dict[str, Any]]) -> None:
    """Passes where promtool finds that the alerts ring as the tests say."""
    file = folder / "test.yaml"
    told = {
        "rule_files": [str(rule_file) for rule_file in RULES],
        "evaluation_interval": "1m",
        "group_eval_order": sorted(GROUPS, key=lambda group: group != "koto-figures"),
        "tests": tests,
    }
    file.write_text(yaml.safe_dump(told), "utf-8")
    passed = promtool("test", "rules", file)
    assert passed.returncode == 0, passed.stdout + passed.stderr


def test_that_there_is_no_backup_at_all_is_said_so(tmp_path: Path):
    """The metric is 0 then, and its age that of the calendar; promtool's own clock begins there, too."""
    case = {
        **CASES["KotoBackupOld"]["rings"],
        "series": {"koto_last_backup_timestamp_seconds": "-1700000000x4000"},
    }
    says = {"summary": "There is no backup.", "runbook": ALERTS["KotoBackupOld"]["annotations"]["runbook"]}
    rung = {"exp_labels": {"severity": "warning"}, "exp_annotations": says}
    assert_rules(tmp_path, [_promtool_test("KotoBackupOld", case, [rung])])


def _promtool_test(name: str, told: dict[str, Any], rung: list[dict[str, Any]]) -> dict[str, Any]:
    series = [{"series": series, "values": values} for series, values in told["series"].items()]
    asked = {"eval_time": told["after"], "alertname": name, "exp_alerts": rung}
    return {"interval": "1m", "input_series": series, "alert_rule_test": [asked]}


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_is_one_comparison_with_one_number_and_leads_to_its_recipe(name: str):
    rule = ALERTS[name]
    assert COMPARISON.fullmatch(rule["expr"].strip())
    assert rule["labels"]["severity"] in ("critical", "warning")
    summary = rule["annotations"]["summary"]
    assert summary[-1] == "."
    assert summary[0].isupper() or summary.startswith("{{")
    file, _, heading = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"(?m)^#+ (.+)$", (ROOT / file).read_text("utf-8"))
    assert heading in {each.lower().replace(" ", "-") for each in headings}
    assert heading == name.lower()


def test_disks_and_backups_are_judged_as_the_doctor_judges_them():
    numbers = {name: COMPARISON.fullmatch(rule["expr"].strip())["number"] for name, rule in ALERTS.items()}  # type: ignore[index]
    assert float(numbers["KotoDiskLow"]) == LITTLE_ROOM
    assert float(numbers["KotoDiskFull"]) == NO_ROOM
    assert float(numbers["KotoBackupOld"]) == OLD_BACKUP_HOURS * 3600
