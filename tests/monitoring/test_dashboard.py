"""The dashboard as code: what Grafana is given is what was written down, and asks for metrics that there are."""

import importlib.util
import json
import re
from types import ModuleType

import yaml
from prometheus_client import Metric

from kotoserver.settings import ROOT
from kotoserver.telemetry import REGISTRY
from tests.architecture.compose_files import read, stack

SOURCE = ROOT / "ops/grafana/dashboard.py"


def dashboard_source() -> ModuleType:
    spec = importlib.util.spec_from_file_location("koto_dashboard", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_dashboard_that_grafana_reads_is_the_one_that_is_written_down():
    source = dashboard_source()
    assert source.TARGET.read_text("utf-8") == source.text(), "run python ops/grafana/dashboard.py"


def test_what_is_provisioned_is_where_the_stack_has_it():
    services = read("ops/compose/monitoring.yaml")["services"]
    mounted = dict(mount.split(":")[:2] for mount in services["grafana"]["volumes"])
    assert mounted["./ops/grafana/provisioning"] == "/etc/grafana/provisioning"
    provisioned = ROOT / "ops/grafana/provisioning"
    [folder] = yaml.safe_load((provisioned / "dashboards/koto.yaml").read_text("utf-8"))["providers"]
    assert mounted["./ops/grafana/dashboards"] == folder["options"]["path"]
    home = services["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{folder['options']['path']}/{dashboard_source().TARGET.name}"
    [source] = yaml.safe_load((provisioned / "datasources/prometheus.yaml").read_text("utf-8"))["datasources"]
    assert source["url"].removeprefix("http://").split(":")[0] in services


def test_prometheus_asks_services_of_the_stack():
    services = stack("compose.yaml", "ops/compose/monitoring.yaml")["services"]
    asked = (ROOT / "ops/prometheus/prometheus.yaml").read_text("utf-8")
    asked += (ROOT / "ops/prometheus/targets/koto.yaml").read_text("utf-8")
    hosts = set(re.findall(r'"([a-z]+):\d+"', asked)) - {"localhost"}
    assert hosts == {"app", "alertmanager", "node", "blackbox"}
    assert hosts <= services.keys()


def test_no_two_panels_lie_over_each_other_and_none_beyond_the_edge():
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(dashboard_source().text())["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken
        taken |= cells


def test_every_metric_of_ours_is_drawn_somewhere():
    asked = " ".join(dashboard_source().queries()) + (ROOT / "ops/prometheus/rules/figures.yaml").read_text(
        "utf-8"
    )
    names = {metric.name for metric in REGISTRY.collect() if metric.name.startswith("koto_")}
    assert sorted(name for name in names if not re.search(rf"\b{name}(_total|_bucket|_info)?\b", asked)) == []


def test_no_metric_has_a_label_for_ids_or_for_anything_that_learners_choose():
    labels = {label for metric in REGISTRY.collect() for label in _labels(metric)}
    assert labels <= {
        *("answer", "by", "call", "code", "disk", "heard", "kind", "le", "media_type", "method", "model", "name"),
        *("on", "outcome", "provider", "reason", "result", "route", "stage", "status", "use", "version", "what"),
    }


def _labels(metric: Metric) -> set[str]:
    return {label for sample in metric.samples for label in sample.labels}
