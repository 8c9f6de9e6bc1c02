"""One child process that marks one submission and may not outlive its time or its parent.

The child leads a process group of its own, so that what it starts ends with it.
Its answer is JSON; nothing that it sends is executed.
"""

import json
import multiprocessing
import os
import signal
import threading
import time
from dataclasses import replace
from multiprocessing.connection import wait

from classroom.grading.marking import Marks
from classroom.masters.assignment import SEED
from classroom.sandbox.descendants import adopt, end_descendants

NAME = "mark one submission"
MAX_ANSWER, MAX_MESSAGE, MAX_NOTES = 20_000, 1_000, 20  # characters, characters, notes


def process_context(mark):
    """Fresh processes from a small server that has the marking loaded; no thread of ours is in them."""
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([mark.__module__, __name__, "classroom.grading.warm"])
    return context


class Child:
    """
    A process that marks one submission.

    Parameters
    ----------
    context : multiprocessing context
    mark : callable
    job : Job
    deadline : float
        On the monotonic clock.
    """

    def __init__(self, context, mark, job, deadline):
        self.deadline, self.how, self.seconds = deadline, "", deadline - time.monotonic()
        self.connection, theirs = context.Pipe(duplex=False)
        self.sandbox = job.sandbox
        arguments = theirs, mark, job.assignment, job.handed.path, job.sandbox, job.tasks, os.environ.get(SEED)
        self.process = context.Process(target=_serve, args=arguments, name=NAME)
        self.process.start()
        theirs.close()

    @staticmethod
    def wait(children):
        """Wait until one of them has answered, has ended or is late."""
        left = min(child.deadline for child in children) - time.monotonic()
        wait([part for child in children for part in (child.connection, child.process.sentinel)], max(0, left))

    @property
    def ended(self):
        """Whether there is something to read, or nothing to wait for."""
        return self.connection.poll() or not self.process.is_alive() or time.monotonic() > self.deadline

    def result(self):
        """The marks; None if the child died without an answer."""
        late = time.monotonic() > self.deadline and not self.connection.poll()
        try:
            table = None if late else json.loads(self.connection.recv_bytes())
        except (EOFError, OSError):
            table = None
        self.kill(0 if late else 1)
        if late:
            return Marks(f"not graded: it was not marked within {self.seconds:.0f} seconds")
        self.how = f"exit code {self.process.exitcode}"
        return table and Marks.from_dict(table)

    def kill(self, patience=0):
        """End the child and what it started; wait that many seconds for it to go by itself."""
        self.process.join(patience)
        if not self.sandbox:
            end_descendants(self.process.pid)
        end_group(self.process.pid)
        self.process.kill()
        self.process.join()
        self.connection.close()


def _serve(connection, *job):
    """In the child: mark, answer, end."""
    os.setsid()
    adopt()
    threading.Thread(target=_end_with, args=(multiprocessing.parent_process(),), daemon=True).start()
    silence = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silence, stream)
    connection.send_bytes(json.dumps(marked(*job)).encode("ascii"))
    connection.close()
    end_descendants()


def marked(mark, assignment, path, sandbox, tasks, seed):
    """Marks as plain JSON, of bounded size; an error of the marking becomes a status."""
    if seed is not None:  # of the grader, whatever stands in the environment here
        os.environ[SEED] = seed
    try:
        return _bounded(mark(assignment, path, sandbox=sandbox, tasks=tasks)).to_dict()
    except BaseException as error:
        return Marks(f"not graded: {str(error) or error.__class__.__name__}"[:MAX_MESSAGE]).to_dict()


def kill_all():
    """End every child, also one that an interrupt caught while it was being started."""
    for process in multiprocessing.active_children():
        if process.name == NAME:
            end_group(process.pid)
            process.kill()
            process.join()


def end_group(leader):
    """Kill a process group, if there is any of it left."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _end_with(grader):
    """End this process and what it started when the grader is gone."""
    grader.join()
    os.killpg(0, signal.SIGKILL)


def _bounded(marks):
    """The marks with every text cut to a length that a page can hold."""
    tasks = [replace(task, message=_cut(task.message, MAX_MESSAGE)) for task in marks.tasks]
    answers = {name: _cut(text, MAX_ANSWER) for name, text in marks.answers.items()}
    notes = [_cut(note, MAX_MESSAGE) for note in marks.notes[:MAX_NOTES]]
    return replace(marks, tasks=tasks, answers=answers, notes=notes, status=_cut(marks.status, MAX_MESSAGE))


def _cut(text, length):
    """The text, or its beginning and a sentence that says so."""
    return text if len(text) <= length else f"{text[:length]} […{len(text) - length} characters more]"
