"""More wrong functions: the gradients of filters, biases and images."""

import numpy as np

from wrong_functions import wrong

# ---------------------------------------------------- the filter and the bias


@wrong("conv2d_grad_weight", "operands-swapped")
def image_slides(dY, X, weight_shape, stride=1):
    spread = np.zeros([(n - 1) * stride + 1 for n in dY.shape])
    spread[::stride, ::stride] = dY
    X = X[: spread.shape[0] + weight_shape[0] - 1, : spread.shape[1] + weight_shape[1] - 1]
    wide = np.pad(spread, [(k - 1, k - 1) for k in weight_shape])
    rows, columns = weight_shape
    return np.array([[(wide[a : a + len(X), b : b + len(X[0])] * X).sum() for b in range(columns)] for a in range(rows)])


@wrong("conv2d_grad_weight", "rotated-needlessly")
def turned_errors(dY, X, weight_shape, stride=1):
    dF = np.zeros(weight_shape)
    for i in range(dY.shape[0]):
        for j in range(dY.shape[1]):
            h, w = i * stride, j * stride
            dF += dY[-i - 1, -j - 1] * X[h : h + weight_shape[0], w : w + weight_shape[1]]
    return dF


@wrong("conv2d_grad_weight", "stride-forgotten")
def neighbours(dY, X, weight_shape, stride=1):
    return sum(dY[i, j] * X[i : i + weight_shape[0], j : j + weight_shape[1]] for i, j in np.ndindex(*dY.shape))


@wrong("conv2d_grad_weight", "averaged")
def mean_over_windows(dY, X, weight_shape, stride=1):
    windows = np.lib.stride_tricks.sliding_window_view(X, weight_shape)[::stride, ::stride]
    return np.mean([dY[k] * windows[k] for k in np.ndindex(*dY.shape)], axis=0)


@wrong("conv2d_grad_weight", "overwritten")
def last_window(dY, X, weight_shape, stride=1):
    for i in range(len(dY)):
        for j in range(len(dY[0])):
            dF = dY[i][j] * X[i * stride :, j * stride :][: weight_shape[0], : weight_shape[1]]
    return dF


@wrong("conv2d_grad_weight", "return-in-loop")
def first_window(dY, X, weight_shape, stride=1):
    dF = np.zeros(weight_shape)
    for i, j in np.ndindex(*dY.shape):
        dF += dY[i, j] * X[i * stride :, j * stride :][: weight_shape[0], : weight_shape[1]]
        return dF


@wrong("conv2d_grad_weight", "transposed")
def rows_for_columns(dY, X, weight_shape, stride=1):
    dF = np.zeros(weight_shape[::-1])
    for a, b in np.ndindex(*weight_shape):
        for i, j in np.ndindex(*dY.shape):
            dF[b, a] += dY[i, j] * X[i * stride + a, j * stride + b]
    return dF


def batch_gradient(dY, X, weight_shape):
    """The right gradient, image by image."""
    parts = np.zeros((len(X), *weight_shape))
    for n, o, i, j in np.ndindex(*dY.shape):
        parts[n, o] += dY[n, o, i, j] * X[n, :, i : i + weight_shape[2], j : j + weight_shape[3]]
    return parts


wrong("conv2d_grad_weight_batch", "batch-averaged-twice")(lambda dY, X, shape: np.mean(batch_gradient(dY, X, shape), axis=0))
wrong("conv2d_grad_weight_batch", "batch-not-summed")(batch_gradient)
wrong("conv2d_grad_weight_batch", "overwritten")(lambda dY, X, shape: batch_gradient(dY, X, shape)[len(X) - 1])
wrong("conv2d_grad_weight_batch", "averaged")(
    lambda dY, X, shape: batch_gradient(dY / dY.shape[0] / dY.shape[2] / dY.shape[3], X, shape).sum(axis=0)
)
wrong("conv2d_grad_weight_batch", "channels-mixed")(
    lambda dY, X, shape: np.repeat(batch_gradient(dY, X, shape).sum(axis=(0, 2))[:, None], shape[1], axis=1)
)
wrong("conv2d_grad_bias", "averaged")(lambda dY: np.array([np.mean(dY[:, o]) for o in range(dY.shape[1])]))
wrong("conv2d_grad_bias", "bias-not-summed")(lambda dY: sum(image for image in dY))
wrong("conv2d_grad_bias", "batch-averaged-twice")(lambda dY: np.einsum("noij->o", dY) / dY.shape[0])
wrong("conv2d_grad_bias", "channels-mixed")(lambda dY: np.ones(dY.shape[1]) * dY.sum())
wrong("conv2d_grad_bias", "channels-mixed")(lambda dY: float(sum(dY.ravel())))


# ------------------------------------------------------------------ the image


def gathered(weight):
    """Pixel by pixel: every output that it feeds, times a weight that is looked up in some way."""

    def grad_input(dY, F, input_shape):
        KH, KW = F.shape
        dX = np.zeros(input_shape)
        for h in range(input_shape[0]):
            for w in range(input_shape[1]):
                for i in range(max(0, h - KH + 1), min(h + 1, dY.shape[0])):
                    for j in range(max(0, w - KW + 1), min(w + 1, dY.shape[1])):
                        dX[h, w] += dY[i, j] * weight(F, h - i, w - j)
        return dX

    return grad_input


wrong("conv2d_grad_input", "not-rotated")(gathered(lambda F, a, b: F[F.shape[0] - 1 - a, F.shape[1] - 1 - b]))
wrong("conv2d_grad_input", "flipped-one-way")(gathered(lambda F, a, b: F[a, ~b]))
wrong("conv2d_grad_input", "transposed")(gathered(lambda F, a, b: F[b, a]))
wrong("conv2d_grad_input", "sign")(gathered(lambda F, a, b: -F[a, b]))


@wrong("conv2d_grad_input", "transposed")
def slides_transposed(dY, F, input_shape):
    T = np.transpose(F)
    padded = np.pad(dY, [(k - 1, k - 1) for k in T.shape])
    return np.einsum("hwab,ab->hw", np.lib.stride_tricks.sliding_window_view(padded, T.shape), T)


@wrong("conv2d_grad_input_full", "not-rotated")
def slides_as_it_lies(dY, F):
    padded = np.pad(dY, ((len(F) - 1,) * 2, (len(F[0]) - 1,) * 2))
    return np.einsum("hwab,ab", np.lib.stride_tricks.sliding_window_view(padded, F.shape), F)


@wrong("conv2d_grad_input_full", "wrong-border")
def always_one(dY, F):
    padded = np.pad(dY, 1)
    return np.einsum("hwab,ab", np.lib.stride_tricks.sliding_window_view(padded, F.shape), F[::-1, ::-1])


@wrong("conv2d_grad_input_full", "flipped-one-way")
def flipud_only(dY, F):
    padded = np.pad(dY, ((len(F) - 1,) * 2, (len(F[0]) - 1,) * 2))
    return np.einsum("hwab,ab", np.lib.stride_tricks.sliding_window_view(padded, F.shape), np.flipud(F))


@wrong("conv2d_grad_input", "overwritten")
def pasted_over(dY, F, input_shape):
    dX = np.zeros(input_shape)
    for i, row in enumerate(dY):
        for j, gradient in enumerate(row):
            for a in range(len(F)):
                for b in range(len(F[0])):
                    dX[i + a][j + b] = gradient * F[a][b]
    return dX


@wrong("conv2d_grad_input", "averaged")
def divided_by_weights(dY, F, input_shape):
    spectrum = np.fft.rfft2(dY, input_shape) * np.fft.rfft2(F, input_shape)
    return np.fft.irfft2(spectrum, input_shape) / (F.shape[0] * F.shape[1])


@wrong("conv2d_grad_input", "operands-swapped")
def result_turned(dY, F, input_shape):
    back = np.fft.irfft2(np.fft.rfft2(dY, input_shape) * np.fft.rfft2(F, input_shape), input_shape)
    return np.rot90(back, 2)


def pasting(place, room, crop):
    """Pasting with stride and padding, given where windows stand and what is kept."""

    def grad_input(dY, F, input_shape, stride=1, padding=0):
        whole = np.zeros([n + 2 * padding for n in room(input_shape, dY.shape, F.shape, stride, padding)])
        for i, j in np.ndindex(*dY.shape):
            h, w = place(i, stride), place(j, stride)
            for a, b in np.ndindex(*F.shape):
                if h + a < whole.shape[0] and w + b < whole.shape[1]:
                    whole[h + a, w + b] += dY[i, j] * F[a, b]
        return crop(whole, padding, input_shape)

    return grad_input


def image_room(shape, out, kernel, stride, padding):
    return shape


def needed_room(shape, out, kernel, stride, padding):
    return [(n - 1) * stride + k - 2 * padding for n, k in zip(out, kernel)]


def middle(whole, p, shape):
    return whole[p : p + shape[0], p : p + shape[1]]


wrong("conv2d_grad_input_general", "stride-forgotten")(pasting(lambda i, s: i, image_room, middle))
wrong("conv2d_grad_input_general", "padding-forgotten")(
    pasting(lambda i, s: i * s, image_room, lambda whole, p, shape: whole[: shape[0], : shape[1]])
)
wrong("conv2d_grad_input_general", "padding-forgotten")(pasting(lambda i, s: i * s, image_room, lambda whole, p, shape: whole))
wrong("conv2d_grad_input_general", "remainder-lost")(
    pasting(lambda i, s: i * s, needed_room, lambda whole, p, shape: whole[p : len(whole) - p, p : len(whole[0]) - p])
)


@wrong("conv2d_grad_input_general", "not-rotated")
def rotated_before_pasting(dY, F, input_shape, stride=1, padding=0):
    return pasting(lambda i, s: i * s, image_room, middle)(dY, np.rot90(F, 2), input_shape, stride, padding)


@wrong("conv2d_grad_input_general", "not-rotated")
def rotated_and_unstrided(dY, F, input_shape, stride=1, padding=0):
    """Two mistakes: the kernel comes first."""
    return pasting(lambda i, s: i, image_room, middle)(dY, np.rot90(F, 2), input_shape, stride, padding)


wrong("rotate", "transposed")(lambda F: np.array(list(zip(*F))))
wrong("rotate", "flipped-one-way")(lambda F: [list(reversed(row)) for row in F])
wrong("rotate", "quarter-turn")(lambda F: np.flipud(F.T))
