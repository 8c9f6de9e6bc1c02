"""What hostile submissions do; each attack is bounded by itself in count, size and time."""

# A cell in front of an honest notebook, and a part of the note it earns ("" for none).
FRONT = {
    "loop that swallows signals": (
        """
import signal
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
while True:
    try:
        while True: pass
    except BaseException: pass""",
        "did not finish in 3 seconds",
    ),
    "os._exit": ("import os; os._exit(0)", "ended the Python process"),
    "sys.exit": ("import sys; sys.exit(0)", "SystemExit"),
    "20 MB of output": ("for _ in range(20): print('x' * (1 << 20))", ""),
    "20 MB to stderr": ("import os\nfor _ in range(20): os.write(2, b'x' * (1 << 20))", ""),
    "6 GB of memory": ("x = bytearray(6 << 30)", "MemoryError"),
    "6 GB of memory in pieces": ("x = [bytearray(64 << 20) for _ in range(96)]", "MemoryError"),
    "a full disk": ("for i in range(9):\n    open(f'{i}', 'wb').write(bytes(1 << 20))", "OSError"),
    "a large file": ("open('x', 'wb').write(bytes(5 << 20))", "OSError"),
    "empty files": ("import os\nfor i in range(60_000): os.close(os.open(str(i), os.O_CREAT))", "made more than 1000 files"),
    "links": ("import os\nopen('x', 'w')\nfor i in range(60_000): os.link('x', f'{i:0200d}')", "made more than 1000 files"),
    "shadowed imports": ("for n in ('numpy', 'json', 'wire'): open(n + '.py', 'w').write('1/0')", ""),
    "kill of the parent": ("import os; os.kill(os.getppid(), 9)", None),
    "kill of all": ("import os; os.kill(-1, 9)", None),
    "hang at exit": (
        """
import atexit, threading, time
atexit.register(time.sleep, 60)
threading.Thread(target=time.sleep, args=(60,)).start()""",
        "",
    ),
    "garbage on the wire": (
        "import os\nfor fd in range(3, 64):\n    try: os.write(fd, b'\\xff' * 64)\n    except OSError: pass",
        "wrote on the grader's line",
    ),
    "marks on stdout": ('print(\'{"task": "double-test", "result": {"status": "passed"}}\')', ""),
    "input": ("input('name? ')", "EOFError"),
    "get_ipython": ("get_ipython().run_line_magic('matplotlib', 'inline')", ""),
    "await": ("import asyncio\nawait asyncio.sleep(0)", ""),
    "surrogates": ("print('\\ud800')\nraise ValueError('\\ud800\\x1b[31m<script>')", "ValueError"),
    "closed streams": ("import os, sys\nsys.stdin = sys.stdout = None\nos.close(1); os.close(2)", ""),
    "closed files": ("import os; os.closerange(0, 64)", "ended the Python process"),
    "threads": (
        "import threading, time\nfor _ in range(100): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()",
        "RuntimeError",
    ),
    "endless recursion": ("def r(): return r()\nr()", "RecursionError"),
    "broken stack": ("import ctypes; ctypes.string_at(1)", "ended the Python process"),
    "deep source": ("eval('(' * 100_000)", ""),
    "null byte": ("x = 1\0", "null bytes"),
    "a package": ("import scipy", "this assignment allows the standard library and numpy"),
    "the grader": ("import classroom.grading.trial", "this assignment allows"),
    "our package": ("import cnnbp", "this assignment allows"),
    "raised lone class": ("class E(BaseException):\n    def __str__(self): raise self\nraise E", "BaseException"),
    "changed limits": ("import resource as r; r.setrlimit(r.RLIMIT_AS, (-1, -1))", "ValueError"),
}
# A cell that must find that it can reach nothing: it fails if it can.
CLOSED = {
    "files": """
import os, pathlib
for name in ('/etc/passwd', '/etc/shadow', '/root', '/home', '/proc/self/environ', '/proc/1', '/work', '/var', '/sys'):
    assert not os.path.exists(name), name
assert set(os.listdir('/')) <= {'dev', 'lib', 'lib64', 'packages', 'py', 'tmp', 'usr', 'worker'}
assert set(os.environ) <= {'HOME', 'LD_LIBRARY_PATH', 'OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS', 'PWD', 'LC_CTYPE'}""",
    "writing": """
import os
for name in ('/x', '/py/x', '/py/lib/x', '/packages/x', '/packages/numpy/x', '/usr/x', '/worker/x', '/dev/x'):
    try: open(name, 'w')
    except OSError: continue
    raise AssertionError(name)
try: os.chmod('/worker/worker.py', 0o777)
except OSError: pass
else: raise AssertionError('chmod')""",
    "processes": """
import ctypes, os
libc = ctypes.CDLL(None)
assert libc.ptrace(16, os.getppid(), 0, 0) == -1
assert libc.unshare(0x10000000) == -1 and libc.setns(0, 0) == -1
assert libc.mount(b'none', b'/tmp', b'tmpfs', 0, None) == -1
assert os.getppid() <= 2 and os.getuid() != 0
try: os.setuid(0)
except OSError: pass
else: raise AssertionError('setuid')""",
    "memory that the kernel keeps": """
import ctypes
libc = ctypes.CDLL(None)
assert libc.shmget(0, 1 << 20, 0o1600) == libc.msgget(0, 0o1600) == libc.semget(0, 1, 0o1600) == -1
assert libc.syscall(447, 0) == -1  # memfd_secret
""",
    "memory of the grader": """
import gc, inspect, sys
texts = [o for o in gc.get_objects() if isinstance(o, (dict, list, tuple)) and 'HID' + 'DEN' in repr(o)[:10_000]]
frame, seen = sys._getframe(), ''
while frame:
    seen += repr(frame.f_globals.keys()) + repr(frame.f_locals)
    frame = frame.f_back
assert 'before = sec' + 'ret.copy' not in seen and not [m for m in sys.modules if m.startswith('classroom')]""",
}
# What `double` could return or do; the other functions are honest.
ANSWERS = {
    "zeros": "return 0 * X",
    "right where it can be seen": "return 2 * X if X.shape == (2, 2) else 0 * X",
    "equal to everything": (
        "class E(np.ndarray):\n        __eq__ = __ne__ = lambda *a: np.True_\n        __array_ufunc__ = None\n"
        "    return np.zeros(X.shape).view(E)"
    ),
    "made an array on demand": "return type('A', (), {'__array__': lambda *a, **k: 2 * X, 'shape': X.shape})()",
    "another class": "return type('A', (), {'__class__': np.ndarray, 'shape': X.shape})()",
    "number that equals": "return type('F', (float,), {'__eq__': lambda *a: True})(0)",
    "nan": "return np.full(X.shape, np.nan)",
    "objects": "return np.full(X.shape, 2, dtype=object)",
    "masked": "return np.ma.array(0 * X, mask=True)",
    "structure": "return np.zeros(X.shape, [('a', float)])",
    "huge": "return np.zeros((3000, 4000))",
    "huge view": "return np.broadcast_to(0.0, (1 << 40,))",
    "many dimensions": "return np.zeros((1,) * 60)",
    "nested": "x = []\n    for _ in range(100_000): x = [x]\n    return x",
    "contains itself": "x = []\n    x.append(x)\n    return x",
    "wide": "return [0] * 3_000_000",
    "long number": "return 1 << 3_400_000",
    "long text": "return 'x' * (80 << 20)",
    "keys that collide": (
        "class S(set):\n        def __iter__(self): return (k * (2**61 - 1) for k in range(90_000))\n    return S()"
    ),
    "generator": "return (2 * x for x in X)",
    "iterator": "return iter(2 * X)",
    "type": "return float",
    "function": "return lambda *a: 2 * X",
    "nothing": "return",
    "exits": "import os; os._exit(0)",
    "leaves": "raise SystemExit(0)",
    "interrupts": "raise KeyboardInterrupt",
    "raises assertion": "raise AssertionError('<script>alert(1)</script>' * 10_000)",
    "sleeps": "import time; time.sleep(60)",
    "patched numpy": "return 0 * X\nnp.allclose = np.array_equal = lambda *a, **k: True\nnp.asarray = lambda x: 2 * x",
    "patched testing": "return 0 * X\nimport numpy.testing as t\nt.assert_allclose = t.assert_equal = print",
    "patched check": "return 0 * X\ndef check(*a): pass",
    "patched builtins": "return 0 * X\nimport builtins\nbuiltins.isinstance = lambda *a: True",
    "writes answers": (
        'import os, struct\n    text = b\'["result", {"value": true}]\'\n'
        "    for fd in range(3, 20):\n        try: os.write(fd, struct.pack('>II', len(text), 0) + text)\n"
        "        except OSError: pass\n    return X"
    ),
    "asks the grader": (
        "import sys\n    peer = sys.modules['__main__'].__dict__.get('peer')\n    import gc\n"
        "    peer = next(o for o in gc.get_objects() if type(o).__name__ == 'Peer')\n"
        "    return peer.request('call', id=1, args=(X,), kwargs={})[0]['value']"
    ),
}
# Cells that leave processes behind.
FORKS = {
    "fork bomb": "import os, time\nfor _ in range(200):\n    if not os.fork():\n        time.sleep(30); os._exit(0)",
    "daemon": "import os, time\nif not os.fork():\n    os.setsid()\n    if not os.fork(): time.sleep(30)\n    os._exit(0)",
}
