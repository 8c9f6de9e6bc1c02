"""The layer as a matrix, transposed."""

import numpy as np

# cell: input-paste-answer
def grad_input(dY, F, input_shape):
    T = np.zeros((dY.size, input_shape[0] * input_shape[1]))
    for row, (i, j) in enumerate(np.ndindex(*dY.shape)):
        unit = np.zeros(input_shape)
        unit[i : i + len(F), j : j + len(F[0])] = F
        T[row] = unit.ravel()
    return (T.T @ dY.ravel()).reshape(input_shape)

# cell: input-general-answer
def grad_input_general(dY, F, input_shape, stride=1, padding=0):
    pixels = np.pad(np.arange(1, 1 + np.prod(input_shape)).reshape(input_shape), padding)
    windows = np.lib.stride_tricks.sliding_window_view(pixels, F.shape)[::stride, ::stride]
    dX = np.zeros(1 + np.prod(input_shape))
    np.add.at(dX, windows, dY[:, :, None, None] * F)
    return dX[1:].reshape(input_shape)
