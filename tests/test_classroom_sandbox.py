"""The sandbox and its wire: what is carried arrives as it was, all else is refused."""

import json
import math
import platform
import socket
import struct
import subprocess
import sys

import numpy as np
import pytest
from classroom_sample import sample, submit

from classroom.grading.marking import mark
from classroom.sandbox import process as sandbox
from classroom.sandbox.mounts import WORKER
from classroom.sandbox.proxies import NotCarried, Opaque
from classroom.sandbox.seccomp import CLONE3, MACHINES, filter_program
from classroom.worker import stubs
from classroom.worker.values import Decoder, Encoder, WireError
from classroom.worker.wire import LENGTHS, Peer


@pytest.fixture
def peers():
    """Two ends of one wire."""
    ends = socket.socketpair()
    with ends[0], ends[1]:
        yield [Peer(end, lambda peer, number, name: (number, name), Opaque, {}) for end in ends]


def carried(peers, value):
    """A value after its way over the wire."""
    peers[0].send("result", {"value": value})
    operation, fields, _ = peers[1].receive()
    assert operation == "result"
    return fields["value"]


VALUES = [None, True, -7, 2.5, math.inf, 1 + 2j, "π \ud800", [1, [2]], (1, (2,)), {1, 2}, {"a": [1], 2: (3,)}, 2**4000]


@pytest.mark.parametrize("value", VALUES, ids=str)
def test_values_arrive_as_they_were(peers, value):
    got = carried(peers, value)
    assert got == value and type(got) is type(value)


@pytest.mark.parametrize("dtype", "? i1 u2 <i4 >i8 f2 f4 <f8 >f8 c8 c16".split())
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 1, 4)])
def test_arrays_arrive_as_they_were(peers, dtype, shape):
    value = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    got = carried(peers, value)
    assert type(got) is np.ndarray and got.shape == shape and got.flags.writeable
    assert got.dtype == value.dtype.newbyteorder("=") and np.array_equal(got, value)


def test_views_and_scalars_and_subclasses(peers):
    X = np.arange(12.0).reshape(3, 4)
    assert np.array_equal(carried(peers, X.T[::-1]), X.T[::-1])
    assert type(carried(peers, X[1, 2])) is np.float64 and type(carried(peers, np.bool_(True))) is np.bool_
    assert type(carried(peers, np.ma.array(X, mask=True))) is np.ndarray


OPAQUE = [object(), (x for x in ()), int, np.array([None]), np.array(["a"]), 10**6000, b"x", range(3), "x" * (65 << 20)]
OPAQUE += [set(range(5001)), dict.fromkeys(range(5001))]


@pytest.mark.parametrize("value", OPAQUE, ids=lambda value: type(value).__name__)
def test_all_else_is_a_value_that_no_test_accepts(peers, value):
    got = carried(peers, value)
    uses = [float, bool, np.asarray, len, list, lambda x: x == 1, lambda x: x != 1, lambda x: 1 < x, lambda x: x.shape]
    for use in [*uses, lambda x: np.allclose(x, 0), lambda x: np.testing.assert_equal(x, 0), lambda x: x - 1, abs]:
        with pytest.raises(NotCarried):
            use(got)


def test_functions_are_numbers(peers):
    number, name = carried(peers, math.sin)
    assert name == "sin" and peers[0].given[number] is math.sin


ARRAY = {"t": "array", "d": "<f8", "s": [1]}
EMPTY = {"t": "list", "v": []}
FORGED = [
    [1],
    {"t": "what", "v": []},
    {"t": "list", "v": 3},
    {"t": "dict", "v": [[1]]},
    {"t": "dict", "v": [[EMPTY, 1]]},
    {"t": "set", "v": [EMPTY]},
    {"t": "set", "v": list(range(5001))},
    {"t": "complex", "v": ["1", 2]},
    {"t": "back", "v": 1},
    {"t": "call", "v": "1"},
    *({**ARRAY, "d": code} for code in ("O", "|O8", "<U1", "<f3", "<f8,<f8", "<M8", 8)),
    *({**ARRAY, "s": shape} for shape in ([2], [-1], [True], [1] * 40, [1 << 60, 1 << 60], None)),
    {**ARRAY, "d": "|b1", "s": [8]},
]


@pytest.mark.parametrize("piece", FORGED, ids=str)
def test_forged_pieces_are_refused(peers, piece):
    text, body = json.dumps(["result", {"value": piece}]).encode(), b"\x02" * 8
    peers[0].sock.sendall(LENGTHS.pack(len(text), len(body)) + text + body)
    with pytest.raises(WireError):
        peers[1].receive()


FRAMES = [b"", b"\0", LENGTHS.pack(1 << 31, 0), LENGTHS.pack(2, 1 << 31), LENGTHS.pack(2, 0) + b"[]", LENGTHS.pack(1, 0) + b"{"]
FRAMES += [
    LENGTHS.pack(len(t), 0) + t for t in (b"[" * 90_000, b"[[], {}]x", b'["a", []]', b'{"a": 1}', b"[1," + b"9" * 9000 + b"]")
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: str(frame[:12]))
def test_forged_frames_are_refused(peers, frame):
    peers[0].sock.sendall(frame)
    peers[0].sock.close()
    with pytest.raises(WireError):
        peers[1].receive()


def test_an_operation_that_is_not_offered(peers):
    for operation in ("call", "names", ["call"], None, 3):
        with pytest.raises(WireError):
            peers[1].answer(operation, {}, None)


def test_encoder_and_decoder_need_no_wire():
    encoder = Encoder(None)
    data = encoder.value([np.ones(2), {"a": 1.5}], 0)
    assert str(Decoder(None, encoder.arrays[0][1]).value(data)) == "[array([1., 1.]), {'a': 1.5}]"


def run_filter(program, number, architecture, argument=0):
    """What the kernel would do: the value that the filter returns."""
    lines = [struct.unpack("<HBBI", program[i : i + 8]) for i in range(0, len(program), 8)]
    data = {0: number, 4: architecture, 16: argument}
    place = value = 0
    while True:
        code, yes, no, k = lines[place]
        if code == 0x06:
            return k
        if code == 0x20:
            value, step = data[k], 0
        else:
            step = yes if {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[code] else no
        place += 1 + step


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_refuses_what_it_names(machine):
    program, (architecture, clone, refused) = filter_program(machine), MACHINES[machine]
    allow, refuse = 0x7FFF0000, 0x00050001
    for number in [*refused.values(), 425, 435 - 2, 442, 0x40000001]:
        assert run_filter(program, number, architecture) == refuse
    assert run_filter(program, CLONE3, architecture) == 0x00050000 + 38
    assert run_filter(program, clone, architecture, 0x01200011) == refuse  # what fork asks for
    assert run_filter(program, clone, architecture, 0x003D0F00) == allow  # what a thread asks for
    assert run_filter(program, 0, architecture) == allow
    assert run_filter(program, 0, 0x40000003) == 0x80000000
    assert filter_program("vax") is None


@pytest.fixture
def unprobed():
    """The sandbox forgets what it found out about this machine, before and after."""
    sandbox.closes_namespaces.cache_clear()
    yield
    sandbox.closes_namespaces.cache_clear()


def test_without_bubblewrap_it_refuses_and_says_what_to_install(tmp_path, monkeypatch, unprobed):
    assignment = sample(tmp_path)
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    with pytest.raises(sandbox.NoSandbox, match="apt install bubblewrap"):
        mark(assignment, submit(assignment, tmp_path))


def test_where_namespaces_are_forbidden_it_says_so(tmp_path, monkeypatch, unprobed):
    def refused(line, **options):
        return subprocess.CompletedProcess(line, 1, "", "bwrap: setting up uid map: Permission denied\n")

    monkeypatch.setattr(sandbox.subprocess, "run", refused)
    with pytest.raises(sandbox.NoSandbox, match=r"(?s)uid map: Permission denied.*AppArmor.*--no-sandbox"):
        sandbox.closes_namespaces()


def test_an_older_bubblewrap_is_used_without_closing_namespaces(monkeypatch, unprobed):
    def older(line, **options):
        return subprocess.CompletedProcess(line, int("--disable-userns" in line), "", "unknown option")

    monkeypatch.setattr(sandbox.subprocess, "run", older)
    monkeypatch.setattr(sandbox.os, "geteuid", lambda: 1000)
    sandbox.confined.cache_clear()
    assert sandbox.closes_namespaces() is False
    sandbox.confined.cache_clear()


def test_a_package_that_is_not_installed_is_named():
    with pytest.raises(ValueError, match="allows nowhere, which is not installed"):
        sandbox.package_paths(("nowhere",))
    assert {path.name for path in sandbox.package_paths(("numpy",))} >= {"numpy"}


MAGICS = {
    "%matplotlib inline\nx = 1": "pass\nx = 1",
    "if True:\n    !pip install numpy": "if True:\n    pass",
    "x = !ls\nnp.dot?": "x = None\npass",
    "%%time\nx = 1": "x = 1",
    "%%bash\nrm -rf /": "",
    "x = 5 % 3": "x = 5 % 3",
    "'''\n%s\n'''": "'''\n%s\n'''",
}


@pytest.mark.parametrize("cell", MAGICS)
def test_magics_do_nothing(cell):
    source, note = stubs.runnable(cell)
    assert source == MAGICS[cell] and bool(note) == (source != cell)


DRAWING = """
%matplotlib inline
import matplotlib.pyplot as plt, matplotlib as mpl
from IPython.display import display, HTML
from matplotlib.colors import Normalize
fig, ax = plt.subplots(figsize=(3, 2))
fig, (a, b) = plt.subplots(1, 2)
fig, axes = plt.subplots(2, 3)
axes[0, 1].imshow(X); axes.flat[0].set_title("x")
for row in axes:
    for cell in row: cell.axis("off")
counts, edges, patches = plt.hist([1])
with plt.style.context("ggplot"):
    plt.plot([1], label="a").legend()
mpl.rcParams["font.size"] = 3
display(HTML("x"))
drawn = True
"""


def test_drawing_costs_nothing(tmp_path):
    assignment = sample(tmp_path, seconds_per_cell=20)
    marks = mark(assignment, submit(assignment, tmp_path, hand=DRAWING + "answer = 42"))
    assert marks.points == 10 and marks.notes == ["code cell 4: %matplotlib inline was left out"]


def test_the_python_in_the_sandbox_is_the_graders(tmp_path):
    """Also where its library is a file of its own, and the system has another of that name."""
    assignment = sample(tmp_path, seconds_per_cell=20)
    cell = f"import platform, sys\nassert (platform.python_version(), sys.version) == ({platform.python_version()!r}, {sys.version!r})"
    assert mark(assignment, submit(assignment, tmp_path, cell)).notes == []


def test_the_worker_loads_without_numpy():
    line = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append({str(WORKER)!r}); import wire, worker"]
    assert subprocess.run(line, capture_output=True).returncode == 0


def test_files_are_counted_once_the_worker_stands(tmp_path):
    """While bwrap still arranges its mounts, /tmp in there is the grader's own, with whatever it holds."""
    process = sandbox.Process(sample(tmp_path), True)
    peer = Peer(process.sock, lambda *_: None, Opaque, {})
    assert not process.watcher.is_alive() and peer.receive()[0] == "ready"
    process.is_ready()
    assert process.watcher.is_alive() and process.reason == ""
    process.kill()
    assert not process.watcher.is_alive()
