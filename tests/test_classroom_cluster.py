"""The same marks from a cluster of separate worker processes, also when one of them dies."""

import os
import signal
import sys
from types import SimpleNamespace

import pytest

from classroom.errors import GradingError
from classroom.grading import cluster as cluster_module
from classroom.grading.cluster import supervise_on
from fake_marking import hand_in
from test_classroom_run import calls, classroom, compared, grade


@pytest.fixture(scope="module")
def cluster():
    """A scheduler and two workers, each a process of its own."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as running:
        yield running


def on(cluster):
    """The way to run jobs there."""
    return supervise_on(cluster.scheduler_address)


def test_cluster_gives_the_marks_of_one_machine(tmp_path, cluster, monkeypatch):
    """Whatever dies, hangs or cannot be read; the workers see no path of ours, but they know the seed."""
    monkeypatch.setenv("CLASSROOM_SEED", "8")
    classroom(tmp_path, 3)
    hand_in(tmp_path / "s", "seed", tell=True)
    hand_in(tmp_path / "s", "always", kill="always")
    hand_in(tmp_path / "s", "error", fail="no sandbox")
    hand_in(tmp_path / "s", "broken", unreadable="not JSON")
    hand_in(tmp_path / "s", "hang", seconds=100)
    (tmp_path / "s" / "link" / "convolve").mkdir(parents=True)
    (tmp_path / "s" / "link" / "convolve" / "convolve.ipynb").symlink_to(tmp_path / "s" / "s00" / "convolve" / "convolve.ipynb")
    here, failed_here = grade(tmp_path, seconds=4)
    marks, failed = grade(tmp_path, out="cluster", supervise=on(cluster), seconds=8)
    assert compared(marks) == compared(here) and marks["seed"].notes == ["seed 8", "sandbox True"]
    assert sorted(failed) == sorted(failed_here) == ["always", "error", "hang"]
    assert failed["always"].status == "not graded: the process that marks it ended with -9"
    assert failed["hang"].status == "not graded: it was not marked within 8 seconds"


def test_worker_that_dies_loses_nothing(tmp_path, cluster):
    """kill -9 of a worker in the middle: its submission is marked by another one."""
    classroom(tmp_path, 6, seconds=0.4)
    pids = [worker.pid for worker in cluster.workers.values()]
    supervise, killed = on(cluster), []

    def kill_one(*arguments):
        for item in supervise(*arguments):
            if not killed:
                killed.append(os.kill(pids[0], signal.SIGKILL))
            yield item

    marks, failed = grade(tmp_path, supervise=kill_one)
    assert killed and not failed and compared(marks) == compared(grade(tmp_path, out="here")[0])


def test_scheduler_that_is_lost_keeps_the_marks(tmp_path):
    """The run ends with a clear error; what was marked stands in the journal."""
    from distributed import LocalCluster

    classroom(tmp_path, 4, seconds=0.2)
    with LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as own:
        supervise = on(own)

        def lose(*arguments):
            for item in supervise(*arguments):
                yield item
                own.close()

        with pytest.raises(GradingError, match="was lost; what was marked is kept"):
            grade(tmp_path, supervise=lose)
    assert 1 <= (tmp_path / "r" / "journal.jsonl").read_text().count("\n") < 4


def test_no_scheduler_and_no_worker_are_clear_errors(tmp_path, monkeypatch):
    """One sentence each, before anything is marked."""
    from distributed import LocalCluster

    monkeypatch.setattr("classroom.grading.cluster.CONNECT", 0.5)
    classroom(tmp_path, 1)
    with pytest.raises(GradingError, match="the scheduler tcp://127.0.0.1:9 does not answer"):
        grade(tmp_path, supervise=supervise_on("tcp://127.0.0.1:9"))
    with LocalCluster(n_workers=0, processes=False, dashboard_address="127.0.0.1:0") as empty:
        with pytest.raises(GradingError, match="has no worker"):
            grade(tmp_path, supervise=on(empty))


def test_a_worker_without_a_sandbox_is_named_before_anything_is_marked(tmp_path, monkeypatch):
    """Two workers whose PATH has no bwrap; with --no-sandbox they grade."""
    from distributed import LocalCluster

    classroom(tmp_path, 2)
    monkeypatch.setenv("PATH", str(tmp_path))
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as bare:
        with pytest.raises(GradingError, match=r"(?s)^2 of 2 workers cannot grade; nothing was marked.\ntcp://.*apt install bubblewrap"):
            grade(tmp_path, supervise=on(bare))
        assert not calls(tmp_path)
        marks, failed = grade(tmp_path, supervise=on(bare), sandbox=False)
        assert len(marks) == 2 and not failed


def test_submission_that_no_worker_survives_is_a_status():
    """Dask gives such a job up after some workers; the class goes on."""
    given_up = SimpleNamespace(status="error", exception=lambda: RuntimeError("4 workers died on it"))
    assert cluster_module._outcome(given_up, "").status == "not graded: 4 workers died on it"


def test_missing_package_is_named(monkeypatch):
    """The sentence says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(GradingError, match=r"pip install 'cnnbp\[cluster\]'"):
        supervise_on("tcp://127.0.0.1:9")
