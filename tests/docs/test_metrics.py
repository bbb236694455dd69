"""The list of metrics is what the server tells."""

from collections.abc import Iterator

from prometheus_client import Counter, Gauge, Histogram, Info
from prometheus_client.metrics import MetricWrapperBase

from kotoserver import telemetry
from kotoserver.settings import ROOT

KINDS = {
    Counter: ("counter", "_total"),
    Gauge: ("gauge", ""),
    Histogram: ("histogram", ""),
    Info: ("info", "_info"),
}


def documented() -> Iterator[str]:
    for metric in vars(telemetry).values():
        if isinstance(metric, MetricWrapperBase):
            [family] = metric.describe()
            kind, ending = KINDS[type(metric)]
            labels = ["version"] if kind == "info" else metric._labelnames
            told = ", ".join(f"`{label}`" for label in labels) or "–"
            yield f"| `{family.name}{ending}` | {kind} | {told} | {family.documentation} |"


def test_every_metric_is_listed_with_its_kind_labels_and_meaning():
    lines = (ROOT / "docs/metrics.md").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("| `")] == list(documented())
