"""`python -m benchmarks`: forward, both gradients and bias, everybody in turn, in one run.

The clock is noisy, so rivals take turns and what is reported is the median of
the ratios within each round, after a warm-up that also proves that all agree.
"""

import argparse
import json
import math
import os
import statistics
import time

import numpy as np

from benchmarks.rivals import LARGE, RIVALS, TINY, cnnbp, thread_limit, torch

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # else torch's idle thread spins while others run


def start(layer, patience):
    """The calls that take part, by name, warmed up; slow ones are left out."""
    tensors, calls, expected = layer.tensors(), {}, None
    for rival in RIVALS:
        call = rival(layer, *tensors)
        if call is None:
            continue
        begin = time.perf_counter()
        results = [np.asarray(A) for A in call()]
        if rival in (torch, cnnbp) or time.perf_counter() - begin < patience:
            calls[rival.__name__] = call
        expected = expected or results
        for got, right in zip(results, expected, strict=True):
            np.testing.assert_allclose(got, right, rtol=1e-3, atol=1e-3 * np.abs(right).max())
    return calls


def race(calls, rounds, moment=0.002):
    """The seconds of each call in each round; short calls are repeated for a moment."""
    repeats, times = {}, {name: [] for name in calls}
    for name, call in calls.items():
        begin = time.perf_counter()
        call()
        repeats[name] = math.ceil(moment / (time.perf_counter() - begin))
    order = list(calls)
    for _ in range(rounds):
        order = order[1:] + order[:1]  # nobody always runs first
        for name in order:
            begin = time.perf_counter()
            for _ in range(repeats[name]):
                calls[name]()
            times[name].append((time.perf_counter() - begin) / repeats[name])
    return times


def measure(threads, rounds, patience):
    """One row for each layer: milliseconds of ours, and everybody's ratio to the first."""
    for layer in TINY + LARGE:
        with thread_limit(threads):
            times = race(start(layer, patience), rounds)
        first = next(iter(times))
        ratios = {
            name: statistics.median(own / other for own, other in zip(times[name], times[first])) for name in times
        }
        ours = 1000 * statistics.median(times["cnnbp"])
        yield {"layer": str(layer), "threads": threads, "cnnbp_ms": ours, "to": first, "ratios": ratios}


def show(row):
    """One line of the table."""
    cells = [f"{row['ratios'][r.__name__]:9.2f}" if r.__name__ in row["ratios"] else f"{'–':>9}" for r in RIVALS]
    print(f"{row['layer']:28}{row['threads']:8}{row['cnnbp_ms']:10.3f}{''.join(cells)}", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--threads", type=int, nargs="+", default=[1], help="equal for all; several in turn")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--quick", action="store_true", help="few rounds, no slow rivals")
    parser.add_argument("--json", metavar="FILE", help="also write the rows to a file")
    args = parser.parse_args()
    rounds, patience = (5, 0.3) if args.quick else (args.rounds, 1.5)
    print(f"{'layer':28}{'threads':>8}{'cnnbp ms':>10}" + "".join(f"{r.__name__:>9}" for r in RIVALS))
    rows = []
    for threads in args.threads:
        for row in measure(threads, rounds, patience):
            show(row)
            rows.append(row)
        large = [row["ratios"]["cnnbp"] for row in rows[-len(LARGE) :]]
        print(f"cnnbp to {rows[-1]['to']}, the {len(LARGE)} large layers: {statistics.geometric_mean(large):.2f}")
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
