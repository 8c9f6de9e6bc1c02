"""Mistakes with the gradient of the image: turns of the kernel, borders, overlaps."""

import numpy as np

from classroom.diagnosis.traps.filters import only
from classroom.diagnosis.traps.forward import rotated
from classroom.diagnosis.traps.kind import Kind, after, crossed, merged, numbers
from cnnbp.conv import conv2d, conv2d_grad_input

# Each turn is that of a kernel which is then pasted; so "not-rotated", a kernel
# that slides as it lies, is pasted rotated.
TURNS = [
    ("", lambda F: F),
    ("not-rotated", rotated),
    ("transposed", np.transpose),
    ("transposed", lambda F: rotated(F).T),
    ("flipped-one-way", lambda F: F[::-1]),
    ("flipped-one-way", lambda F: F[:, ::-1]),
]


def right(dY, F, input_shape, stride=1, padding=0):
    """The gradient of a plain image."""
    return conv2d_grad_input(dY, F, input_shape, stride=stride, padding=padding)


def canvas(dY, F, input_shape, stride, padding):
    """The gradient of the padded image: nothing is cropped."""
    H, W = input_shape
    return conv2d_grad_input(dY, F, (H + 2 * padding, W + 2 * padding), stride=stride)


def cropped(whole, input_shape, padding):
    """The middle of the padded image's gradient."""
    return whole[padding:, padding:][: input_shape[0], : input_shape[1]]


def full(dY, F, stride=1):
    """All pastings on as much room as they need."""
    shape = [stride * (n - 1) + k for n, k in zip(dY.shape, F.shape)]
    return conv2d_grad_input(dY, F, tuple(shape), stride=stride)


def side_by_side(dY, F, input_shape, stride, padding):
    """The windows one cell apart, whatever the stride, on the padded image."""
    whole = np.zeros([n + 2 * padding for n in input_shape])
    close = full(dY, F)[: len(whole), : whole.shape[1]]
    whole[: len(close), : close.shape[1]] = close
    return whole


def shrunk(whole, padding):
    """A border cut off on all sides."""
    return whole[padding : len(whole) - padding, padding : whole.shape[1] - padding]


def overwritten(dY, F, input_shape, stride, padding):
    """Each window is pasted over what was there."""
    whole = np.zeros([n + 2 * padding for n in input_shape])
    for i, j in np.ndindex(*dY.shape):
        whole[i * stride :, j * stride :][: len(F), : F.shape[1]] = dY[i, j] * F
    return cropped(whole, input_shape, padding)


def paths(dY, F, input_shape, stride, padding):
    """How many products each pixel's gradient has, at least 1."""
    return np.maximum(right(np.ones_like(dY), np.ones_like(F), input_shape, stride, padding), 1)


def border(pad):
    """The spread-out dY with another border than K - 1 zeros."""

    def wrong(dY, F, input_shape, stride, padding):
        spread = full(dY, np.ones((1, 1)), stride)
        return conv2d(spread, rotated(F), padding=pad(*F.shape, padding))

    return wrong


def slid(turn, room):
    """A turned kernel that slides over dY, with the border of this or of the unturned one; not square, not fitting."""
    return lambda dY, F, shape, s, p: conv2d(dY, turn(F), padding=tuple(k - 1 for k in room(F).shape))


def of(change):
    """The right function with dY changed before."""
    return lambda dY, F, shape, s, p: right(change(dY), F, shape, s, p)


STRIDE = [
    ("stride-forgotten", lambda dY, F, shape, s, p: cropped(side_by_side(dY, F, shape, s, p), shape, p)),
    ("stride-forgotten", lambda dY, F, shape, s, p: shrunk(full(dY, F), p)),
    ("stride-forgotten", lambda dY, F, shape, s, p: full(dY, F)),
    ("stride-forgotten", lambda dY, F, shape, s, p: cropped(side_by_side(dY, F, shape, s, p), shape, 0)),
    ("padding-forgotten", canvas),
    ("padding-forgotten", lambda dY, F, shape, s, p: cropped(canvas(dY, F, shape, s, p), shape, 0)),
    ("padding-forgotten", lambda dY, F, shape, s, p: full(dY, F, s)),
    ("remainder-lost", lambda dY, F, shape, s, p: shrunk(full(dY, F, s), p)),
]
GATHERED = [
    ("overwritten", overwritten),
    ("averaged", lambda *given: right(*given) / paths(*given)),
    ("averaged", lambda dY, F, shape, s, p: right(dY, F, shape, s, p) / F.size),
    ("averaged", lambda dY, F, shape, s, p: right(dY, F, shape, s, p) / dY.size),
    ("operands-swapped", after(right, rotated)),
    ("sign", after(right, np.negative)),
]
UNTURNED = [
    ("transposed", after(right, np.transpose)),
    *(("transposed", slid(turn, room)) for turn in (np.transpose, lambda F: rotated(F).T) for room in (np.array, np.transpose)),
    ("return-in-loop", of(lambda dY: only(dY, 0, 0))),
    ("return-in-loop", of(lambda dY: only(dY, 0))),
    ("window-off-by-one", of(lambda dY: only(dY, slice(-1), slice(-1)))),
]
BORDERS = [
    ("wrong-border", border(lambda KH, KW, p: 0)),
    ("wrong-border", border(lambda KH, KW, p: 1)),
    ("wrong-border", border(lambda KH, KW, p: (KH, KW))),
    ("wrong-border", border(lambda KH, KW, p: (KW - 1, KH - 1))),
    ("wrong-border", border(lambda KH, KW, p: KH - 1)),
]


def general(way):
    """A way with options, for a turned kernel."""
    return lambda turn: lambda dY, F, shape, stride=1, padding=0: way(dY, turn(F), shape, stride, padding)


def table(ways, unturned):
    """The traps of every turn with every way, and those that stand alone."""
    turned = [("", general(right)), *((code, general(way)) for code, way in ways)]
    return merged(crossed(TURNS, turned), *({code: (general(way)(TURNS[0][1]),)} for code, way in unturned))


PLAIN_PROBES = (
    (numbers(2, 2), numbers(2, 2), (3, 3)),
    (numbers(3, 4), numbers(2, 3), (4, 6)),
    (numbers(3, 4, seed=1), numbers(3, 3), (5, 6)),
    (numbers(4, 2), numbers(3, 2), (6, 3)),
    (numbers(1, 3), numbers(2, 2, seed=1), (2, 4)),
    (numbers(4, 3), numbers(3, 3, seed=1), (6, 5)),
)
GRAD_INPUT = Kind(right, PLAIN_PROBES, table(GATHERED, [*UNTURNED, *BORDERS]))


def by_full(trap):
    """The same function without the image's shape, which at stride 1 is known."""
    return lambda dY, F: trap(dY, F, tuple(n + k - 1 for n, k in zip(dY.shape, F.shape)))


GRAD_INPUT_FULL = Kind(
    by_full(right),
    tuple(probe[:2] for probe in PLAIN_PROBES),
    {code: tuple(map(by_full, traps)) for code, traps in GRAD_INPUT.traps.items()},
)
GRAD_INPUT_GENERAL = Kind(
    right,
    (
        (numbers(2, 2), numbers(2, 2), (3, 3)),
        (numbers(3, 2), numbers(2, 2), (6, 5), 2),
        (numbers(2, 3), numbers(3, 3), (4, 6), 2, 1),
        (numbers(5, 5), numbers(2, 3), (4, 5), 1, 1),
        (numbers(3, 3), numbers(3, 3, seed=1), (6, 6), 2, 1),
        (numbers(3, 3, seed=1), numbers(3, 2), (7, 6), 3, 2),
        (numbers(4, 3), numbers(3, 3, seed=2), (4, 3), 1, 1),
    ),
    table(
        [*STRIDE, *GATHERED],
        [*UNTURNED, *BORDERS, ("wrong-border", border(lambda KH, KW, p: p))],
    ),
)
ROTATE = Kind(
    rotated,
    ((numbers(2, 2),), (numbers(2, 3),), (numbers(3, 3),), (numbers(4, 2),)),
    {
        "not-rotated": (lambda F: F,),
        "transposed": (np.transpose, lambda F: rotated(F).T),
        "flipped-one-way": (np.flipud, np.fliplr),
        "quarter-turn": (np.rot90, lambda F: np.rot90(F, -1)),
    },
)
