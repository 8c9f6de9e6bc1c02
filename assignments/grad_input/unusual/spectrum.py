"""Pasting as a product of Fourier transforms; the result is turned in place of the kernel."""

import numpy as np

# cell: input-paste-answer
def grad_input(dY, F, input_shape):
    return np.fft.irfft2(np.fft.rfft2(dY, input_shape) * np.fft.rfft2(F, input_shape), input_shape)

# cell: input-rotate-answer
def rotate(F):
    return np.rot90(np.rot90(F))

# cell: input-full-answer
def grad_input_full(dY, F):
    KH, KW = F.shape
    turned = np.pad(dY[::-1, ::-1], [(KH - 1, KH - 1), (KW - 1, KW - 1)])
    return slide(turned, F)[::-1, ::-1]
