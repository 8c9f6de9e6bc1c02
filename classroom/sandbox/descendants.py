"""Processes that cut loose from who started them: who has adopted them can end them.

In the sandbox there are none: they end with their namespace. Without it, a process that goes
into a session of its own is in nobody's group, and only its line of descent tells whose it is.
"""

import contextlib
import ctypes
import os
import time

import psutil

PR_SET_CHILD_SUBREAPER = 36
PATIENCE = 5  # seconds
adopting = set()  # the processes that have called `adopt`; a forked child is not among them


def adopt():
    """Become the parent of all descendants whose own parent ends."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    adopting.add(os.getpid())


def end_descendants(pid=None):
    """
    Kill all descendants of a process, also those that they start meanwhile.

    Parameters
    ----------
    pid : int, optional
        Of this process if None, which then buries them as well; nothing is done unless it
        has adopted them.
    """
    if pid is None and os.getpid() not in adopting:
        return
    until = time.monotonic() + PATIENCE
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(pid)
        while (found := family.children(recursive=True)) and time.monotonic() < until:
            for process in found:
                with contextlib.suppress(psutil.Error):
                    process.kill()
            if pid is None:
                bury()
            elif all(process.status() == psutil.STATUS_ZOMBIE for process in found if process.is_running()):
                return


def bury():
    """Take leave of all children that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
