"""What runs in the sandbox: the student's cells, and then calls of the student's functions.

It is started as a script with one argument, its settings as JSON. It knows no test, no answer
and no secret; whatever the student's code does to it, it can only give other values back.
Loading it as a module starts nothing.
"""

import ast
import builtins
import json
import linecache
import os
import resource
import socket
import sys
import types


def confine(settings):
    """Set the limits, then give up every right: a uid of its own, no way back."""
    for name, value in settings["limits"].items():
        kind = getattr(resource, name)
        ceiling = resource.getrlimit(kind)[1]
        value = value if ceiling == resource.RLIM_INFINITY else min(value, ceiling)
        resource.setrlimit(kind, (value, value))
    if settings["uid"] is not None:
        os.setgroups([])
        os.setresgid(*[settings["uid"]] * 3)
        os.setresuid(*[settings["uid"]] * 3)
    if settings.get("filter"):
        load_filter(bytes.fromhex(settings["filter"]))


def load_filter(program):
    """Load the filter on system calls, where no bubblewrap has done it; there is no way to unload it."""
    import ctypes

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("lines", ctypes.c_char_p)]

    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    if prctl(22, 2, ctypes.byref(Program(len(program) // 8, program)), 0, 0):  # PR_SET_SECCOMP
        raise OSError(ctypes.get_errno(), "the filter on system calls cannot be loaded")


def plain(text, limit):
    """Text that can be sent anywhere: no lone surrogates, not too long."""
    return text[:limit].encode("utf-8", "replace").decode()


def described(error):
    """An exception as the fields of an error frame; a hostile `__str__` must not end us."""
    try:
        message = plain(str(error), 500)
    except BaseException:
        message = ""
    names = [c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins"]
    return "error", {"type": names[0], "message": message}


class Worker:
    """The student's namespace, and the operations that the grader may ask for."""

    def __init__(self, settings):
        import stubs
        import wire
        from guard import Guard
        from values import Remote

        class Function(Remote):
            """A function of the grader's side that the student's code may call."""

            def __call__(self, *args, **kwargs):
                try:
                    fields, _ = self.peer.request("call", id=self.number, args=args, kwargs=kwargs)
                except wire.RemoteError as error:
                    kind = getattr(builtins, error.args[0], Exception)
                    raise kind(error.args[1]) from None
                return fields["value"]

        self.stubs, self.guard = stubs, Guard(settings["forbidden"])
        self.module = types.ModuleType("__main__")
        sys.modules["__main__"] = self.module
        stub = stubs.Stub("get_ipython")
        self.module.__dict__.update(get_ipython=stub, display=stub)
        operations = {"cell": self.cell, "names": self.names, "call": self.call}
        sock = socket.socket(fileno=settings["fd"])
        self.peer = wire.Peer(sock, Function, lambda name: None, operations)

    def cell(self, fields, decoder):
        """Run one cell of the notebook; a note says what was left out."""
        try:
            note = self.execute(fields["source"], f"<cell {fields['number']}>")
        except BaseException as error:
            return described(error)
        return "result", {"note": plain(note, 200)}

    def execute(self, source, name):
        source, note = self.stubs.runnable(source)
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        code = compile(source, name, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        result = eval(code, self.module.__dict__)
        if code.co_flags & 0x80:  # a coroutine: the cell awaits at its top level
            import asyncio

            asyncio.run(result)
        return note

    def names(self, fields, decoder):
        """The present values of the names that are asked for."""
        values = self.module.__dict__
        return "result", {name: values[name] for name in fields["names"] if name in values}

    def call(self, fields, decoder):
        """Call a function; say too which of the arrays it was given have changed."""
        self.guard.on = True
        try:
            value = self.peer.given[fields["id"]](*fields["args"], **fields["kwargs"])
            arrays = enumerate(decoder.arrays)
            changed = [[i, a] for i, (a, raw) in arrays if len(raw) == a.nbytes and a.tobytes() != raw]
        except BaseException as error:
            return described(error)
        finally:
            self.guard.on = False
        return "result", {"value": value, "changed": changed}


def main():
    settings = json.loads(sys.argv[1])
    confine(settings)
    sys.path[:] = [path for path in sys.path if path] + settings["path"]
    sys.stdout.reconfigure(errors="replace")
    worker = Worker(settings)
    sys.meta_path.insert(0, worker.stubs.Gate(settings["allowed"]))
    worker.peer.send("ready", {})
    while True:
        worker.peer.answer(*worker.peer.receive())


if __name__ == "__main__":
    main()
