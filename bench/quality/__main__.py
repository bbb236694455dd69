"""Prints the table of the evaluator's quality and holds it against the committed report."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from bench.quality import cases, measures, report
from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.korean.answering.context import Prepared
from kotoserver.korean.engine import ENGINE_NAME, ENGINE_VERSION, judge, prepare
from kotoserver.providers.kiwi import KiwiAnalyzer, kiwi_version

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared/data/evaluation"
REPORT = Path(__file__).parent / "report.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", type=int, default=0, help="misjudged sentences to print for each measure")
    parser.add_argument(
        "--write", action="store_true", help="write the figures down as the report to compare with"
    )
    chosen = parser.parse_args()
    start, before = perf_counter(), _megabytes()
    bench = _Bench(KiwiAnalyzer())
    bench.ask("네", cases.expectation_for(cases.Question(learner="네", examples=("네.",)), {}))
    loaded, memory = perf_counter() - start, _megabytes() - before
    shares = list(bench.shares())
    times = measures.seconds_a_turn(bench.taught, bench.ask, bench.analyzer)
    figures = [
        report.Figure(name="turn, median", value=times[len(times) // 2] * 1e3, target=5, unit="ms"),
        report.Figure(name="turn, p99", value=times[int(len(times) * 0.99)] * 1e3, target=15, unit="ms"),
        report.Figure(name="start to the first turn judged", value=loaded, target=1.5, unit="s"),
        report.Figure(name="memory of the engine", value=memory, target=350, unit="MB", ratio=report.BIGGER),
    ]
    print("\n".join(report.table(shares, figures)))
    for share in shares if chosen.show else ():
        print(f"\n{share.name}", *share.told[: chosen.show], sep="\n    ")
    return _write(shares, figures) if chosen.write else _compare(shares, figures)


class _Bench:
    """The evaluator, with every expectation prepared once."""

    def __init__(self, analyzer: KiwiAnalyzer) -> None:
        self.analyzer = analyzer
        self.taught = list(cases.taught_by_scenes(ROOT / "scenes", ROOT / "langpacks"))
        self._kept: dict[str, Prepared] = {}

    def ask(self, text: str, expectation: Expectation) -> Evaluation:
        if expectation.key not in self._kept:
            self._kept[expectation.key] = prepare(expectation, self.analyzer)
        return judge(text, self._kept[expectation.key])

    def shares(self) -> Iterator[measures.Share]:
        if DATA.is_dir():
            yield from self._on_data()
        else:
            print(f"{DATA} is absent: levels, paraphrases, tricky turns and learners' sentences are left out.")
        yield measures.own_sentences(self.taught, self.ask)
        yield measures.false_alarms(self.taught, self.ask)
        yield measures.restyled_alarms(self.taught, self.ask, self.analyzer)
        yield from measures.injected_mistakes(self.taught, self.ask, self.analyzer)

    def _on_data(self) -> Iterator[measures.Share]:
        yield from measures.speech_levels(DATA / "speech_levels.tsv", self.analyzer)
        native = [row.split("\t")[1] for row in (DATA / "speech_levels.tsv").read_text("utf-8").splitlines()[1:]]
        learned = (DATA / "learner_sentences.txt").read_text("utf-8").splitlines()
        yield from measures.levels_by_letters("natives", native, self.analyzer)
        yield from measures.levels_by_letters("learners", learned, self.analyzer)
        yield measures.native_alarms(DATA / "speech_levels.tsv", self.ask)
        sets = cases.read_paraphrases(DATA / "paraphrases.tsv")
        yield measures.intents("6 close, 5 examples each", cases.close_turns(sets), self.ask)
        yield measures.intents("6 of one topic", cases.neighbouring_turns(sets), self.ask)
        yield measures.off_topic(cases.close_turns(sets), self.ask)
        tricky = cases.read_cases(DATA / "tricky_turns.jsonl")
        self.taught += cases.taught_by_cases(tricky)
        yield from measures.tricky_turns(tricky, self.ask)
        yield from measures.learners_own(DATA / "learner_sentences.txt", self.ask, self.analyzer)


def _write(shares: list[measures.Share], figures: list[report.Figure]) -> int:
    engine = f"{ENGINE_NAME} {ENGINE_VERSION} ({kiwi_version()})"
    written = report.as_json(shares, figures, engine)
    REPORT.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"written to {REPORT.relative_to(ROOT)}")
    return 0


def _compare(shares: list[measures.Share], figures: list[report.Figure]) -> int:
    last = report.read_report(REPORT)
    for strain in report.strains(figures, last):
        print(f"warning: {strain}")
    worse = list(report.regressions(shares, last))
    for line in worse:
        print(f"worse: {line}")
    return 1 if worse else 0


def _megabytes() -> float:
    """Memory of this process that is resident now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


if __name__ == "__main__":
    sys.exit(main())
