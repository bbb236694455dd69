"""Prints the table of the evaluator's quality."""

import argparse
import resource
from pathlib import Path
from time import perf_counter

from bench.quality import report
from bench.quality.cases import read_cases, taught_by_cases, taught_by_scenes
from kotoserver.domain.evaluation import Evaluation, Expectation
from kotoserver.korean.context import Prepared
from kotoserver.korean.engine import judge, prepare
from kotoserver.providers.kiwi import KiwiAnalyzer

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared/data/evaluation"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", type=int, default=0, help="misjudged sentences to print for each measure")
    show = parser.parse_args().show
    start = perf_counter()
    analyzer = KiwiAnalyzer()
    loaded = perf_counter() - start
    kept: dict[str, Prepared] = {}

    def ask(text: str, expectation: Expectation) -> Evaluation:
        if expectation.key not in kept:
            kept[expectation.key] = prepare(expectation, analyzer)
        return judge(text, kept[expectation.key], analyzer)

    taught = list(taught_by_scenes(ROOT / "scenes", ROOT / "langpacks"))
    shares: list[report.Share] = []
    if DATA.is_dir():
        cases = read_cases(DATA / "tricky_turns.jsonl")
        taught += taught_by_cases(cases)
        shares += report.tricky_turns(cases, ask)
        shares.append(report.speech_levels(DATA / "speech_levels.tsv", analyzer))
    else:
        print(f"{DATA} is absent: tricky turns and speech levels are left out.")
    shares += [report.own_sentences(taught, ask), report.false_alarms(taught, ask)]
    shares += report.injected_mistakes(taught, ask)
    for share in shares:
        print(share.line())
        for told in share.wrong[:show]:
            print("    ", told)
    times = report.seconds_a_turn(taught, ask)
    median, high = times[len(times) // 2], times[int(len(times) * 0.99)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"turn {median * 1e3:.1f} ms, p99 {high * 1e3:.1f} ms; load {loaded:.1f} s; process {memory:.0f} MB")


if __name__ == "__main__":
    main()
