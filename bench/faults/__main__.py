"""A run in bad weather: `python -m bench.faults [--seconds 300] [--learners 50] [--seed 1]`."""

import argparse
import asyncio
import os
import sys

from bench.faults.report import told
from bench.faults.run import run
from bench.faults.world import started_stores

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--learners", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--evaluator", default="local")
    chosen = parser.parse_args()
    with started_stores() as stores:
        outcome = asyncio.run(
            run(
                stores,
                seconds=chosen.seconds,
                learners=chosen.learners,
                seed=chosen.seed,
                evaluator=chosen.evaluator,
                progress=lambda line: print(line, file=sys.stderr, flush=True),
            )
        )
    print(told(outcome))
    print(f"load of the machine over the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    sys.exit(0 if outcome.clean else 1)
