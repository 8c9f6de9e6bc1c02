"""The wire: what is carried arrives as it was, all else is refused."""

import json
import math
import socket

import numpy as np
import pytest

from classroom.sandbox.proxies import NotCarried, Opaque
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
