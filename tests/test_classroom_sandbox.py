"""The sandbox: where there is none it says so; what stands in it is the grader's choice."""

import platform
import subprocess
import sys

import pytest
from classroom_sample import sample, submit

from classroom.grading.marking import mark
from classroom.sandbox import process
from classroom.sandbox.mounts import WORKER
from classroom.sandbox.proxies import Opaque
from classroom.worker.wire import Peer
from conftest import ROOT


@pytest.fixture
def unprobed():
    """The sandbox forgets what it found out about this machine, before and after."""
    process.closes_namespaces.cache_clear()
    yield
    process.closes_namespaces.cache_clear()


def test_without_bubblewrap_it_refuses_and_says_what_to_install(tmp_path, monkeypatch, unprobed):
    assignment = sample(tmp_path)
    monkeypatch.setattr(process.shutil, "which", lambda name: None)
    with pytest.raises(process.NoSandbox, match="apt install bubblewrap"):
        mark(assignment, submit(assignment, tmp_path))


def test_where_namespaces_are_forbidden_it_says_so(tmp_path, monkeypatch, unprobed):
    def refused(line, **options):
        return subprocess.CompletedProcess(line, 1, "", "bwrap: setting up uid map: Permission denied\n")

    monkeypatch.setattr(process.subprocess, "run", refused)
    with pytest.raises(process.NoSandbox, match=r"(?s)uid map: Permission denied.*AppArmor.*--no-sandbox"):
        process.closes_namespaces()


def test_an_older_bubblewrap_is_used_without_closing_namespaces(monkeypatch, unprobed):
    def older(line, **options):
        return subprocess.CompletedProcess(line, int("--disable-userns" in line), "", "unknown option")

    monkeypatch.setattr(process.subprocess, "run", older)
    monkeypatch.setattr(process.os, "geteuid", lambda: 1000)
    process.confined.cache_clear()
    assert process.closes_namespaces() is False
    process.confined.cache_clear()


def test_a_package_that_is_not_installed_is_named():
    with pytest.raises(ValueError, match="allows nowhere, which is not installed"):
        process.package_paths(("nowhere",))
    assert {path.name for path in process.package_paths(("numpy",))} >= {"numpy"}


def test_the_python_in_the_sandbox_is_the_graders(tmp_path):
    """Also where its library is a file of its own, and the system has another of that name."""
    assignment = sample(tmp_path, seconds_per_cell=20)
    cell = f"import platform, sys\nassert (platform.python_version(), sys.version) == ({platform.python_version()!r}, {sys.version!r})"
    assert mark(assignment, submit(assignment, tmp_path, cell)).notes == []


def test_of_our_files_it_holds_the_room_worker_alone(tmp_path):
    assignment = sample(tmp_path, seconds_per_cell=20)
    cell = f"import os\nassert set(os.listdir('/worker')) == {({path.name for path in WORKER.glob('*.py')})!r}"
    assert mark(assignment, submit(assignment, tmp_path, cell)).notes == []


def test_the_worker_loads_without_numpy_and_knows_no_classroom():
    """Also where a classroom is installed: two copies of one class would not know each other."""
    code = f"import sys; sys.path += {[str(WORKER), str(ROOT)]!r}; import values, wire, worker; assert wire.Decoder is values.Decoder"
    assert subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True).returncode == 0


def test_files_are_counted_once_the_worker_stands(tmp_path):
    """While bwrap still arranges its mounts, /tmp in there is the grader's own, with whatever it holds."""
    worker = process.Process(sample(tmp_path), True)
    peer = Peer(worker.sock, lambda *_: None, Opaque, {})
    assert not worker.watcher.is_alive() and peer.receive()[0] == "ready"
    worker.is_ready()
    assert worker.watcher.is_alive() and worker.reason == ""
    worker.kill()
    assert not worker.watcher.is_alive()
