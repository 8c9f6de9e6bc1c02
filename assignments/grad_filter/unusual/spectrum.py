"""The sum over places as a product of Fourier transforms."""

# cell: filter-loop-answer
def grad_filter(dY, X, weight_shape, stride=1):
    spread = np.zeros(X.shape)
    spread[: len(dY) * stride : stride, : len(dY[0]) * stride : stride] = dY
    product = np.conj(np.fft.rfft2(spread)) * np.fft.rfft2(X)
    return np.fft.irfft2(product, s=X.shape)[: weight_shape[0], : weight_shape[1]]


# cell: filter-bias-answer
class Adder:
    def __call__(self, dY):
        return np.add.reduce(np.add.reduce(np.add.reduce(dY, axis=3), axis=2), axis=0)


grad_bias = Adder()
