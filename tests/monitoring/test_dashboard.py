"""The dashboard as code: what Grafana is given is what was written down, and asks for metrics that there are."""

import importlib.util
import json
import re
from types import ModuleType

from prometheus_client import Metric

from kotoserver.settings import ROOT
from kotoserver.telemetry import REGISTRY

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
