"""A product of Fourier transforms, cut to the windows that fit."""

# cell: conv-loop-answer
def convolve(X, F):
    product = np.fft.fft2(X) * np.conj(np.fft.fft2(F, X.shape))
    return np.fft.ifft2(product).real[: X.shape[0] - F.shape[0] + 1, : X.shape[1] - F.shape[1] + 1]


# cell: conv-channels-answer
def convolve_channels(X, F, b):
    return [sum(map(convolve, X, filters)) + bias for filters, bias in zip(F, b)]
