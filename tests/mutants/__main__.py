"""`PYTHONPATH=tests python -m mutants [words]`: is every mutant killed? With words, only those whose line has one of them.

Two copies of the project are mutated in turn. What the tests import besides
`cnnbp` is loaded once; each run is a fork of this process, so it begins at once.
"""

import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # no threads before a fork
os.environ["COLUMNS"] = "300"  # room for the message of the test that fails

import hypothesis  # noqa: E402
import pytest  # noqa: E402
import scipy.signal  # noqa: E402, F401
import scipy.special  # noqa: E402, F401
import tqdm.auto  # noqa: E402, F401

import publish.notebooks  # noqa: E402, F401

from . import EQUIVALENT, MUTANTS  # noqa: E402

# One example that fails will do; to look for the smallest takes a minute.
hypothesis.settings.register_profile("mutants", phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate])
hypothesis.settings.load_profile("mutants")
ROOT = Path(__file__).parents[2]
NEEDED = ("cnnbp", "tests", "pyproject.toml")  # what the copies are made of
PATIENCE = 600  # seconds; a mutant that loops for ever is noticed too
AT_ONCE = 2
PYTEST = [*"-x -q -p no:cacheprovider -p no:xdist -p no:nbval -W".split(), "ignore::pytest.PytestAssertRewriteWarning"]


def copied(folder):
    """A copy of the project in which mutants are tried."""
    folder.mkdir()
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    return folder


def written(path, source):
    """Write a module; no bytecode may stay that would be taken for it, if of the same length and second."""
    path.write_text(source, encoding="utf-8")
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
        compiled.unlink()


def start(folder, tests):
    """The process that runs these tests in a copy; what it says is in the file `said`."""
    pid = os.fork()
    if pid:
        return pid
    code = 3
    try:
        said = os.open(folder / "said", os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
        os.dup2(said, 1)
        os.dup2(said, 2)
        signal.alarm(PATIENCE)
        os.chdir(folder)
        sys.path[0] = str(folder)
        code = next(filter(None, (pytest.main([*PYTEST, test]) for test in tests)), 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def outcome(folder, status):
    """The verdict on a run, and the first line that says what failed."""
    if os.WIFSIGNALED(status):
        return "killed", f"stopped by {signal.Signals(os.WTERMSIG(status)).name}"
    said = (folder / "said").read_text(encoding="utf-8", errors="replace")
    told = re.search(r"^(?:FAILED|ERROR) (?:tests/)?(.*)", said, re.MULTILINE)
    verdict = {0: "SURVIVED", 1: "killed"}.get(os.WEXITSTATUS(status), "BROKEN")  # broken: no test has run
    if verdict == "BROKEN" and "KeyboardInterrupt" in said:
        return "killed", "a test that interrupts the package was interrupted itself"
    return verdict, told[1] if told else " ".join(said[-150:].split())


def verdicts(mutants, folders):
    """Try each mutant in a copy that is free; yield it with verdict, seconds and reason."""
    waiting, running = list(reversed(mutants)), {}
    while waiting or running:
        while waiting and folders:
            mutant, folder = waiting.pop(), folders.pop()
            source = (folder / mutant.file).read_text(encoding="utf-8")
            written(folder / mutant.file, mutant.applied(source))
            running[start(folder, mutant.tests())] = mutant, folder, source, time.monotonic()
        pid, status = os.wait()
        mutant, folder, source, begin = running.pop(pid)
        written(folder / mutant.file, source)
        folders.append(folder)
        verdict, told = outcome(folder, status)
        if verdict == "SURVIVED" and mutant.what in EQUIVALENT:
            verdict, told = "equivalent", EQUIVALENT[mutant.what]
        yield mutant, verdict, time.monotonic() - begin, told


def main(words):
    """Try the mutants; 1 if one is alive that should not be."""
    chosen = [m for m in MUTANTS if not words or any(word in f"{m.module}: {m.what}" for word in words)]
    counts = {}
    with tempfile.TemporaryDirectory() as place:
        folders = [copied(Path(place, str(number)).absolute()) for number in range(AT_ONCE)]
        tests = sorted({test for mutant in chosen for test in mutant.tests()})
        verdict, told = outcome(folders[0], os.waitpid(start(folders[0], tests), 0)[1])
        if verdict != "SURVIVED":
            print(f"the tests fail without any mutant, so they can show nothing: {told}")
            return 1
        for mutant, verdict, seconds, told in verdicts(chosen, folders):
            counts[verdict] = counts.get(verdict, 0) + 1
            print(f"{verdict:<10} {seconds:5.1f} s  {mutant.module}: {mutant.what}  <- {told[:200]}", flush=True)
    print(f"{sum(counts.values())} mutants: " + ", ".join(f"{number} {verdict}" for verdict, number in counts.items()))
    return int(bool({"SURVIVED", "BROKEN"} & counts.keys()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
