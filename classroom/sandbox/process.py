"""The sandbox: a fresh process in bubblewrap that can reach nothing but its one socket.

It sees Python's standard library and the packages that the assignment allows, read-only, a
small /tmp, no network, no process but its own, no home, no environment. An ordinary user gets
a user namespace, closed to further ones; root, whom a limit on processes does not bind, gives
the worker a uid that nobody else has. Where the machine is known, a filter on system calls
also forbids new processes.
"""

import contextlib
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import threading

from classroom.errors import GradingError
from classroom.sandbox.descendants import end_descendants
from classroom.sandbox.mounts import WORKER, mounts, package_paths
from classroom.sandbox.seccomp import filter_program

GLANCE = 0.05  # seconds between two looks at how many files there are
FIRST_UID = 0x60000000  # uids from here on belong to nobody
ENVIRONMENT = {"HOME": "/tmp", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
SILENT = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
REMEDY = """No sandbox, so no student's code is run here.
{reason}
What helps:
- bubblewrap is missing: `apt install bubblewrap` (or your system's package of that name);
- user namespaces are forbidden (Ubuntu 24.04 and later): allow them to bwrap with an AppArmor
  profile (`apt install apparmor-profiles`, then load its profile bwrap-userns-restrict), or
  for all with `sysctl kernel.apparmor_restrict_unprivileged_userns=0`;
- in a container: run it with `--security-opt seccomp=unconfined`, or on the host itself;
- `--no-sandbox` runs students' code with your rights, on your files. Only for code you trust."""


class NoSandbox(GradingError):
    """There is no way to confine students' code on this machine; the message says what to do."""


def isolation(closed):
    """bwrap's arguments that say what the worker is cut off from."""
    args = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    args += ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    if os.geteuid() == 0:  # the worker needs these two to become somebody else
        return [*args, "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    return [*args, "--unshare-user", *(["--disable-userns"] if closed else [])]


@functools.cache
def confined(imports, file_mb, closed=True):
    """The command line up to the worker's settings."""
    found = {**ENVIRONMENT, "LD_LIBRARY_PATH": "/py/lib"} if sysconfig.get_config_var("Py_ENABLE_SHARED") else ENVIRONMENT
    variables = [word for pair in found.items() for word in ("--setenv", *pair)]
    python = ["/py/bin/python", "-I", "-S", "-B", "-X", "utf8"]
    return ["bwrap", *isolation(closed), *variables, *mounts(imports, file_mb)], python


@functools.cache
def closes_namespaces():
    """Try a sandbox once; whether it can forbid further namespaces, or raise NoSandbox."""
    if not shutil.which("bwrap"):
        raise NoSandbox(REMEDY.format(reason="The program bwrap is not on this machine."))
    for closed in (True, False):
        bwrap, python = confined((), 1, closed)
        with filter_file() as file:
            line = [*bwrap, *seccomp(file), *python, "-c", "pass"]
            tried = subprocess.run(line, capture_output=True, text=True, pass_fds=fds(file), timeout=60)
        if tried.returncode == 0:
            return closed
    reason = (tried.stderr.strip().splitlines() or ["no message"])[-1]
    raise NoSandbox(REMEDY.format(reason=f"bwrap says: {reason[:300]}"))


@contextlib.contextmanager
def filter_file():
    """The filter on system calls in an open file, or None where there is none."""
    program = filter_program()
    with tempfile.TemporaryFile() if program else contextlib.nullcontext() as file:
        if file:
            file.write(program)
            file.seek(0)
        yield file


def fds(*files):
    return [file if isinstance(file, int) else file.fileno() for file in files if file is not None]


def seccomp(file):
    return ["--seccomp", str(file.fileno())] if file else []


def limits(given):
    """The limits that the worker sets itself before it reads a word of the student's."""
    return {
        "RLIMIT_AS": given.memory_mb << 20,
        "RLIMIT_CPU": int(20 * (given.seconds_per_cell + given.seconds_per_test)) + 1,
        "RLIMIT_FSIZE": given.file_mb << 20,
        "RLIMIT_NPROC": given.processes,
        "RLIMIT_NOFILE": 64,
        "RLIMIT_CORE": 0,
    }


class Process:
    """One worker process and the grader's end of its wire.

    Parameters
    ----------
    assignment : Assignment
        Says what may be imported and how much may be used.
    sandbox : bool
        False starts the same worker without bubblewrap, with the limits and the filter alone.
    """

    def __init__(self, assignment, sandbox):
        self.sock, theirs = socket.socketpair()
        self.info, info = os.pipe()
        self.folder, self.reason, self.over = None, "", threading.Event()
        settings = {"fd": theirs.fileno(), "allowed": assignment.imports, "forbidden": assignment.forbidden}
        settings |= {"limits": limits(assignment.limits)}
        with theirs, filter_file() as file:
            start = self.start_confined if sandbox else self.start_bare
            self.popen = start(assignment, settings, theirs, info, file)
        os.close(info)
        self.watcher = threading.Thread(target=self.watch, args=(assignment.limits.files,), daemon=True)

    def start_confined(self, assignment, settings, sock, info, file):
        bwrap, python = confined(assignment.imports, assignment.limits.file_mb, closes_namespaces())
        settings |= {"uid": FIRST_UID + os.getpid() if os.geteuid() == 0 else None}
        settings |= {"path": ["/worker", "/packages"]}
        line = [*bwrap, *seccomp(file), "--info-fd", str(info), *python, "/worker/worker.py", json.dumps(settings)]
        return subprocess.Popen(line, pass_fds=fds(sock, info, file), **SILENT)

    def start_bare(self, assignment, settings, sock, info, file):
        self.folder = tempfile.TemporaryDirectory()
        packages = {str(path.parent) for path in package_paths(assignment.imports)}
        settings |= {"uid": None, "path": [str(WORKER), *sorted(packages)], "filter": (filter_program() or b"").hex()}
        line = [sys._base_executable, "-I", "-S", "-B", "-X", "utf8", WORKER / "worker.py", json.dumps(settings)]
        place = {"env": ENVIRONMENT, "cwd": self.folder.name, "start_new_session": True}
        return subprocess.Popen(line, pass_fds=fds(sock), **place, **SILENT)

    @functools.cached_property
    def inner(self):
        """The first process of the sandbox, as bwrap tells it; None if bwrap ended before."""
        told = b""
        with contextlib.suppress(OSError, ValueError, KeyError):
            while b"}" not in told and (piece := os.read(self.info, 4096)):  # bwrap writes it in pieces
                told += piece
            return json.loads(told)["child-pid"]

    def is_ready(self):
        """The worker has told that it stands: from now on /tmp is its own, and is watched."""
        if not self.folder:
            self.watcher.start()

    def watch(self, most):
        """End a worker that makes too many files: each takes memory, and no limit of the kernel's counts them."""
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # a test's alarm is for the main thread
        while self.inner and not self.over.wait(GLANCE):
            try:
                space = os.statvfs(f"/proc/{self.inner}/root/tmp")
            except OSError:  # it is gone
                return
            if space.f_files - space.f_ffree > most:
                self.reason = f"made more than {most} files"
                os.kill(self.inner, signal.SIGKILL)
                return

    def kill(self):
        """End the worker and all that it started, and wait until it is gone."""
        self.over.set()
        self.sock.close()
        if self.watcher.is_alive():
            self.watcher.join(1)
        if self.popen.poll() is None:
            self.kill_inner()
        try:
            self.popen.wait(2)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
        os.close(self.info)
        if self.folder:
            end_descendants()
            self.folder.cleanup()

    def kill_inner(self):
        """Kill bwrap's child, the first process of the sandbox; bwrap then ends by itself."""
        os.set_blocking(self.info, False)
        with contextlib.suppress(OSError):
            if self.folder:
                os.killpg(self.popen.pid, signal.SIGKILL)
                return
            if self.inner:
                os.kill(self.inner, signal.SIGKILL)
                return
        self.popen.kill()
