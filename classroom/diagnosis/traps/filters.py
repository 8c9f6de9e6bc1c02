"""Mistakes with the gradients of filter and bias: windows, batches, channels."""

import numpy as np

from classroom.diagnosis.traps.forward import rotated
from classroom.diagnosis.traps.kind import Kind, after, crossed, merged, numbers
from cnnbp.conv import conv2d, conv2d_grad_bias, conv2d_grad_weight

# ---------------------------------------------------------- one image


def right(dY, X, weight_shape, stride=1):
    """The gradient of a plain filter."""
    return conv2d_grad_weight(dY, X, weight_shape, stride=stride)


def only(dY, *at):
    """dY with nothing but one entry, or one row."""
    kept = np.zeros_like(dY)
    kept[at] = dY[at]
    return kept


def side_by_side(dY, X, weight_shape, stride):
    """The windows one cell apart, whatever the stride."""
    rows, columns = (n + k - 1 for n, k in zip(dY.shape, weight_shape))
    return conv2d_grad_weight(dY, X[:rows, :columns], weight_shape)


def spread_window(dY, X, weight_shape, stride):
    """The stride on the cells of the window, not on its place."""
    dF = np.zeros(weight_shape)
    for a, b in np.ndindex(*weight_shape):
        dF[a, b] = (dY * X[a * stride :, b * stride :][: len(dY), : dY.shape[1]]).sum()
    return dF


def of(change):
    """The right function with dY changed before."""
    return lambda dY, X, weight_shape, stride=1: right(change(dY), X, weight_shape, stride)


PLAIN_WAYS = [
    ("", right),
    ("stride-forgotten", side_by_side),
    ("stride-forgotten", lambda dY, X, weight_shape, stride: conv2d(X, dY)),
]
TURNS = [
    ("", lambda dF: dF, lambda dY: dY),
    ("rotated-needlessly", lambda dF: dF, rotated),
    ("operands-swapped", rotated, lambda dY: dY),
    ("transposed", np.transpose, lambda dY: dY),
    ("sign", np.negative, lambda dY: dY),
]


def plain(way):
    """A way for turned dY, with its result turned."""

    def turned(turns):
        result, given = turns
        return lambda dY, X, weight_shape, stride=1: result(way(given(dY), X, weight_shape, stride))

    return turned


GRAD_WEIGHT = Kind(
    right,
    (
        (numbers(2, 2), numbers(3, 3), (2, 2)),
        (numbers(3, 3), numbers(4, 5), (2, 3)),
        (numbers(2, 3), numbers(4, 4), (3, 2)),
        (numbers(2, 3), numbers(4, 7), (2, 2), 2),
        (numbers(2, 2, seed=1), numbers(6, 5), (3, 3), 2),
        (numbers(2, 4), numbers(3, 5), (2, 2)),
    ),
    merged(
        crossed([(code, turns) for code, *turns in TURNS], [(code, plain(way)) for code, way in PLAIN_WAYS]),
        {
            "transposed": (lambda dY, X, shape, s=1: right(dY, X.T, shape, s),),
            "overwritten": (of(lambda dY: only(dY, -1, -1)),),
            "averaged": (of(lambda dY: dY / dY.size),),
            "return-in-loop": (of(lambda dY: only(dY, 0, 0)), of(lambda dY: only(dY, 0))),
            "window-off-by-one": (of(lambda dY: only(dY, slice(-1), slice(-1))),),
            "stride-as-dilation": (lambda dY, X, shape, s=1: spread_window(dY, X, shape, s),),
            "one-window": (
                lambda dY, X, shape, s=1: right(np.full_like(dY, 1), X, shape, s),
                lambda dY, X, shape, s=1: X[: dY.shape[0], : dY.shape[1]] * dY,
            ),
        },
    ),
)

# ---------------------------------------------------------------- batches


def each(dY, X, weight_shape):
    """The gradient of each image alone."""
    return np.array([conv2d_grad_weight(g, x, weight_shape) for g, x in zip(dY, X)])


def mixed_channels(dY, X, weight_shape):
    """Every slice of the filter sees all channels of the image."""
    total = np.broadcast_to(X.sum(axis=1, keepdims=True), X.shape)
    return conv2d_grad_weight(dY, total, weight_shape)


def mixed_filters(dY, X, weight_shape):
    """Every filter sees the gradients of all outputs."""
    total = np.broadcast_to(dY.sum(axis=1, keepdims=True), dY.shape)
    return conv2d_grad_weight(total, X, weight_shape)


def exchanged(dF):
    """Output and input channels change places."""
    return dF.swapaxes(0, 1)


GRAD_WEIGHT_BATCH = Kind(
    conv2d_grad_weight,
    (
        (numbers(3, 2, 2, 3), numbers(3, 1, 3, 4), (2, 1, 2, 2)),
        (numbers(2, 3, 2, 2), numbers(2, 2, 3, 4), (3, 2, 2, 3)),
        (numbers(3, 2, 3, 2), numbers(3, 2, 4, 4), (2, 2, 2, 3)),
        (numbers(3, 2, 3, 2, seed=1), numbers(3, 3, 4, 3), (2, 3, 2, 2)),
    ),
    {
        "batch-averaged-twice": (lambda dY, X, shape: conv2d_grad_weight(dY, X, shape) / len(X),),
        "batch-not-summed": (each,),
        "overwritten": (
            after(each, lambda parts: parts[-1]),
            lambda dY, X, shape: conv2d_grad_weight(dY[..., -1:, -1:], X[..., -shape[2] :, -shape[3] :], shape),
            lambda dY, X, shape: conv2d_grad_weight(dY[-1:, :, -1:, -1:], X[-1:, :, -shape[2] :, -shape[3] :], shape),
        ),
        "return-in-loop": (
            after(each, lambda parts: parts[0]),
            lambda dY, X, shape: conv2d_grad_weight(dY[:1, :, :1, :1], X[:1, :, : shape[2], : shape[3]], shape),
        ),
        "averaged": (
            lambda dY, X, shape: conv2d_grad_weight(dY, X, shape) / dY[0, 0].size,
            lambda dY, X, shape: conv2d_grad_weight(dY, X, shape) / dY[:, 0].size,
        ),
        "rotated-needlessly": (lambda dY, X, shape: conv2d_grad_weight(dY[..., ::-1, ::-1], X, shape),),
        "operands-swapped": (after(conv2d_grad_weight, lambda dF: dF[..., ::-1, ::-1]),),
        "transposed": (after(conv2d_grad_weight, lambda dF: dF.swapaxes(2, 3)),),
        "channels-exchanged": (after(conv2d_grad_weight, exchanged),),
        "channels-mixed": (mixed_channels, mixed_filters),
        "sign": (after(conv2d_grad_weight, np.negative),),
    },
)

# --------------------------------------------------------------- the bias

GRAD_BIAS = Kind(
    conv2d_grad_bias,
    (
        (numbers(1, 1, 2, 2),),
        (numbers(3, 2, 2, 3),),
        (numbers(2, 3, 3, 2),),
        (numbers(3, 1, 1, 4),),
    ),
    {
        "averaged": (
            lambda dY: dY.mean(axis=(0, 2, 3)),
            lambda dY: dY.mean(axis=(2, 3)).sum(axis=0),
        ),
        "batch-averaged-twice": (lambda dY: dY.sum(axis=(0, 2, 3)) / len(dY),),
        "bias-not-summed": (lambda dY: dY, lambda dY: dY.sum(axis=0), lambda dY: dY.mean(axis=0)),
        "batch-not-summed": (lambda dY: dY.sum(axis=(2, 3)),),
        "channels-mixed": (
            lambda dY: dY.sum(),
            lambda dY: dY.sum(axis=(1, 2, 3)),
            lambda dY: np.full(dY.shape[1], dY.sum()),
        ),
        "overwritten": (lambda dY: dY[-1, :, -1, -1], lambda dY: dY.sum(axis=(2, 3))[-1]),
        "return-in-loop": (lambda dY: dY[0, :, 0, 0], lambda dY: dY.sum(axis=(2, 3))[0]),
        "sign": (lambda dY: -dY.sum(axis=(0, 2, 3)),),
    },
)
