"""The outcome of a run as a table."""

from collections import defaultdict

from bench.faults.run import Outcome, Weathered


def told(outcome: Outcome) -> str:
    turns = sorted(outcome.turn_seconds)
    lines = [
        f"{len(outcome.weathered)} faults in {outcome.seconds:.0f} s",
        "",
        f"turns acknowledged               {outcome.acknowledged:7d}",
        f"  lost                           {len(outcome.lost):7d}   (aim: 0)",
        f"  doubled                        {len(outcome.doubled):7d}   (aim: 0)",
        f"sessions with a gap              {len(outcome.gaps):7d}   (aim: 0)",
        f"recordings acknowledged          {outcome.uploads:7d}",
        f"  lost or changed                {len(outcome.uploads_lost):7d}   (aim: 0)",
        f"unhandled in the server's log    {len(outcome.unhandled):7d}   (aim: 0)",
        f"sockets opened again             {outcome.reconnects:7d}",
        f"turn, from the learner's word to the judgement: p50 {_share(turns, 0.5) * 1000:.0f} ms, "
        f"p95 {_share(turns, 0.95) * 1000:.0f} ms, worst {turns[-1] if turns else 0:.1f} s",
        "",
        "                         times  lasted, worst   recovery, median   recovery, worst   what it met, worst",
    ]
    by_kind: defaultdict[tuple[str, str], list[Weathered]] = defaultdict(list)
    for each in outcome.weathered:
        by_kind[each.fault.line, each.fault.kind.value].append(each)
    for (line, kind), some in sorted(by_kind.items()):
        recoveries = sorted(each.recovery_seconds for each in some)
        lines.append(
            f"{line:10} {kind:12} {len(some):6d}  {max(each.fault.seconds for each in some):11.1f} s"
            f"  {_share(recoveries, 0.5):15.2f} s  {recoveries[-1]:14.2f} s"
            f"  {max(each.waited_seconds for each in some):17.2f} s"
        )
    for name in ("lost", "doubled", "gaps", "uploads_lost", "unhandled"):
        lines += [f"{name}: {each}" for each in getattr(outcome, name)[:10]]
    return "\n".join(lines)


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")
