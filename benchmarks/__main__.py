"""`python -m benchmarks`: forward, both gradients and bias, everybody in turn, in one run.

The clock is noisy, so rivals take turns and what is reported is the median of
the ratios within each round, after a first call that also proves that all agree.
A turn begins with a run that is not timed, as in a training loop: caches and
threads are then this rival's own, and the idle threads of the one before have
gone to sleep. With one thread the time is that of the processor, which other
programs disturb little; with several it is that of the wall.
"""

import argparse
import json
import os
import platform
import statistics
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

from benchmarks import studies
from benchmarks.rivals import LARGE, RIVALS, TINY, cnnbp, thread_limit, torch


def start(layer, patience):
    """The calls that take part, by name, warmed up; slow ones are left out."""
    tensors, calls, expected = layer.tensors(), {}, None
    for rival in RIVALS:
        call = rival(layer, *tensors)
        if call is None:
            continue
        begin = time.thread_time()
        results = [np.asarray(A) for A in call()]
        if rival in (torch, cnnbp) or time.thread_time() - begin < patience:
            calls[rival.__name__] = call
        expected = expected or results
        for got, right in zip(results, expected, strict=True):
            np.testing.assert_allclose(got, right, rtol=1e-3, atol=1e-3 * np.abs(right).max())
    return calls


def race(calls, rounds, clock):
    """The seconds of each call in each round."""
    times = {name: [] for name in calls}
    order = list(calls)
    for _ in range(rounds):
        order = order[1:] + order[:1]  # nobody always runs first
        for name in order:
            spent(calls[name], time.perf_counter, 0.05)
            times[name].append(spent(calls[name], clock, 0.015))
    return times


def spent(call, clock, moment):
    """The seconds of one call, from as many as it takes to fill a moment."""
    begin, count = clock(), 0
    while not count or clock() - begin < moment:
        call()
        count += 1
    return (clock() - begin) / count


def measure(threads, rounds, patience):
    """One row for each layer: milliseconds of ours, and everybody's ratio to the first."""
    clock = time.thread_time if threads == 1 else time.perf_counter
    for layer in TINY + LARGE:
        with thread_limit(threads):
            times = race(start(layer, patience), rounds, clock)
        first = next(iter(times))
        ratios = {
            name: statistics.median(own / other for own, other in zip(times[name], times[first])) for name in times
        }
        ours = 1000 * statistics.median(times["cnnbp"])
        yield {"layer": str(layer), "threads": threads, "cnnbp_ms": ours, "to": first, "ratios": ratios}


def show(row):
    """One line of the table."""
    cells = [f"{row['ratios'][r.__name__]:10.2f}" if r.__name__ in row["ratios"] else f"{'–':>10}" for r in RIVALS]
    print(f"{row['layer']:28}{row['threads']:8}{row['cnnbp_ms']:10.3f}{''.join(cells)}", flush=True)


def machine():
    """What the numbers belong to: processor, cores, versions."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    found = {"processor": names[0] if names else platform.machine(), "cores": os.cpu_count()}
    blas = [f"{lib.get('internal_api')} {lib.get('version')}, {lib.get('architecture')}" for lib in threadpool_info()]
    found["blas"] = blas[0] if blas else "unknown"
    found["versions"] = {"python": platform.python_version()}
    for package in ("numpy", "torch", "scipy"):
        try:
            found["versions"][package] = version(package)
        except PackageNotFoundError:
            pass
    return found


def compare_layers(threads, rounds, patience):
    """The table of layers for one number of threads, printed as it grows."""
    print(f"{'layer':28}{'threads':>8}{'cnnbp ms':>10}" + "".join(f"{r.__name__:>10}" for r in RIVALS))
    rows = []
    for row in measure(threads, rounds, patience):
        show(row)
        rows.append(row)
    large = [row["ratios"]["cnnbp"] for row in rows[-len(LARGE) :]]
    print(f"cnnbp to {rows[-1]['to']}, the {len(LARGE)} large layers: {statistics.geometric_mean(large):.2f}")
    return rows


def study(rounds):
    """Everything beside the table of layers, with one thread."""
    found = {}
    with thread_limit(1):
        if "torch" in machine()["versions"]:
            found["each_gradient"] = list(studies.each_gradient(rounds))
            found["lenet_step"] = studies.medians(studies.lenet_steps(), rounds)[1]
            found["lenet_epoch"] = studies.medians(studies.lenet_epochs(), max(3, rounds // 5))[1]
        found["peak_memory"] = list(studies.peak_memory())
        found["growth"] = list(studies.growth(max(3, rounds // 5)))
        found["gaps"] = list(studies.gaps(rounds))
        found["ceiling"] = list(studies.ceiling(rounds))
    for name, rows in found.items():
        print(name, *(rows if isinstance(rows, list) else [rows]), sep="\n  ")
    return found


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="equal for all; several in turn")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--quick", action="store_true", help="few rounds, no slow rivals")
    parser.add_argument("--json", metavar="FILE", help="also write everything to a file")
    args = parser.parse_args()
    rounds, patience = (5, 0.3) if args.quick else (args.rounds, 1.5)
    results = {"machine": machine(), "layers": []}
    print(results["machine"]["processor"], results["machine"]["blas"], sep=" · ")
    if "OPENBLAS_CORETYPE" in os.environ:
        print("OPENBLAS_CORETYPE is set: our products may not use what this processor can do")
    for threads in args.threads:
        results["layers"] += compare_layers(threads, rounds, patience)
    results |= study(rounds)
    if args.json:
        Path(args.json).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
