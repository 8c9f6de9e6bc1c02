"""Grade on a cluster: the same jobs, run by the workers of a Dask scheduler.

A notebook travels as bytes, so that the workers need no common disk; they need
this package, the same Python environment and a sandbox. Each submission is
marked in a process of its own on the worker. Where a worker dies, the scheduler
gives its jobs to another one.
"""

import ctypes
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from classroom.errors import GradingError
from classroom.files import is_file
from classroom.grading.child import end_group, marked
from classroom.grading.marking import Marks
from classroom.grading.run import supervise_here
from classroom.masters.assignment import SEED

CONNECT = 20  # seconds
SERVE = "import sys; sys.path[:] = {!r}; from classroom.grading.cluster import serve; serve()"
PROBE = """import sys
sys.path[:] = {!r}
from classroom.errors import GradingError
from classroom.sandbox.process import closes_namespaces, package_paths
try:
    closes_namespaces()
    package_paths({!r})
except GradingError as error:
    sys.exit(print(error) or 1)
"""


def supervise_on(address):
    """
    A way to run jobs on a cluster.

    Parameters
    ----------
    address : str
        Of the scheduler, such as "tcp://10.0.0.1:8786".

    Returns
    -------
    callable
        As `grade_class` takes it.

    Raises
    ------
    GradingError
        If Dask is not installed, or the scheduler does not answer or has no worker, or a worker has no sandbox.
    """
    try:
        import distributed
    except ImportError:
        raise GradingError("a cluster needs the package distributed: pip install 'cnnbp[cluster]'") from None

    def supervise(todo, mark, seconds):
        try:
            client = distributed.Client(address, timeout=CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise GradingError(f"the scheduler {address} does not answer: {error}") from None
        with client:
            yield from _supervise(client, todo, mark, seconds, address)

    return supervise


def _supervise(client, todo, mark, seconds, address):
    """Send the jobs, give back the results as they come."""
    import distributed

    try:
        client.wait_for_workers(1, timeout=CONNECT)
    except TimeoutError:
        raise GradingError(f"the scheduler {address} has no worker") from None
    if any(job.sandbox for job in todo):
        preflight(client, todo[0].assignment.imports)
    most = max((job.assignment.limits.notebook_mb for job in todo), default=0) << 20
    here = [job for job in todo if not is_file(job.handed.path) or job.handed.path.stat().st_size > most]
    yield from supervise_here(here, mark, seconds, 1)
    jobs = {}
    for job in todo:
        if job not in here:
            settings = job.sandbox, job.tasks, os.environ.get(SEED)
            arguments = mark, job.assignment, job.handed.path.read_bytes(), settings, seconds
            jobs[client.submit(_on_worker, *arguments, pure=False, key=f"mark-{len(jobs)}-{os.urandom(8).hex()}")] = job
    try:
        for future in distributed.as_completed(list(jobs), loop=client.loop):
            yield jobs[future], _outcome(future, address)
            future.release()
    finally:
        if client.status == "running":
            client.cancel(list(jobs), force=True)


def preflight(client, imports):
    """Raise before anything is marked if a worker has no sandbox, or lacks a package; worker and reason are named."""
    answers = client.run(_ready, imports, on_error="return")
    troubles = [f"{worker}: {answer}" for worker, answer in sorted(answers.items()) if answer]
    if troubles:
        shown = "\n".join(troubles[:5]) + (f"\nand {len(troubles) - 5} workers more" if len(troubles) > 5 else "")
        raise GradingError(f"{len(troubles)} of {len(answers)} workers cannot grade; nothing was marked.\n{shown}")


def _ready(imports):
    """On the worker: what keeps it from grading, or nothing. A worker's own process may not have children."""
    line = [sys.executable, "-c", PROBE.format(sys.path, tuple(imports))]
    tried = subprocess.run(line, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=CONNECT)
    return (tried.stdout.strip() or tried.stderr.strip()[-300:] or "no answer") if tried.returncode else ""


def _outcome(future, address):
    """The marks of a finished future; a lost scheduler ends the run."""
    if future.status == "finished":
        return Marks.from_dict(json.loads(future.result()))
    if future.status == "error":
        return Marks(f"not graded: {future.exception()}")
    raise GradingError(f"the scheduler {address} was lost; what was marked is kept: give the same command again")


def _on_worker(mark, assignment, data, settings, seconds):
    """On the worker: mark one notebook in a fresh process, since a worker's own may not have children."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{assignment.name}.ipynb"
        path.write_bytes(data)
        process = subprocess.Popen([sys.executable, "-c", SERVE.format(sys.path)], start_new_session=True,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # fmt: skip
        try:
            answer, _ = process.communicate(pickle.dumps((mark, assignment, path, *settings)), seconds)
        except subprocess.TimeoutExpired:
            return json.dumps(Marks(f"not graded: it was not marked within {seconds:.0f} seconds").to_dict())
        finally:
            end_group(process.pid)
            process.wait()
    if process.returncode:
        return json.dumps(Marks(f"not graded: the process that marks it ended with {process.returncode}").to_dict())
    return answer.decode("ascii")


def serve():
    """In the worker's child: read the job that the grader sent, write marks as JSON."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: end with the worker
    job = pickle.load(sys.stdin.buffer)
    output = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    answer = json.dumps(marked(*job)).encode("ascii")
    with open(output, "wb") as file:
        file.write(answer)
