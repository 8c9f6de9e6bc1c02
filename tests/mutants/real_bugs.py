"""Mistakes that real code had, as public issue threads report them; named with the thread."""

REAL_BUGS = {
    "conv": [
        (
            "numpy-ml#27: kernel not rotated in dX",
            "[upside_down(F4, phase, g)",
            "[upside_down(F4[:, :, ::-1, ::-1], phase, g)",
        ),
        (
            "DeepLearnToolbox#169: kernel not rotated in dX, in the loop",
            "F4[o, c, a, b] * dY4[n, o, i, j]",
            "F4[o, c, -1 - a, -1 - b] * dY4[n, o, i, j]",
        ),
        ("enggen#7: stride forgotten in dX", "columns(b, g)] += shifted", "columns(b, g._replace(SW=1))] += shifted"),
        (
            "Kulbear#34: stride forgotten in dF",
            "= multiply_and_add(row_windows(X4, rows, g, empty),",
            "= multiply_and_add(row_windows(X4, rows, g._replace(SW=1), empty),",
        ),
        (
            "cTensor#3: dilation is the stride in dF",
            "= multiply_and_add(row_windows(X4, rows, g, empty),",
            "= multiply_and_add(row_windows(X4, rows, g._replace(DH=1, DW=g.SW), empty),",
        ),
        (
            "MyGrad#74: dX right for a plain image only",
            "return from_rows(dX[:, :, g.PW : g.PW + g.W])",
            "return dX[:, :, g.PW : g.PW + g.W].transpose(1, 3, 0, 2)",
        ),
        (
            "cTensor#3: dF divided by the batch, a second time",
            "dF = sum(parts[top] for top in sorted(parts))",
            "dF = sum(parts[top] / max(g.N, 1) for top in sorted(parts))",
        ),
        (
            "cTensor#3: dF divided by batch, height and width",
            "dF = sum(parts[top] for top in sorted(parts))",
            "dF = sum(parts[top] / max(g.N * g.OH * g.OW, 1) for top in sorted(parts))",
        ),
        ("cTensor#3: db is a mean", "return dY.sum(axis=", "return dY.mean(axis="),
        (
            "riccardoandreoni0#1: return inside the loop of the forward pass",
            "        Y[n, o, i, j] += X4[n, c, h, w] * F4[o, c, a, b]\n",
            "        Y[n, o, i, j] += X4[n, c, h, w] * F4[o, c, a, b]\n        return Y.reshape(_output_shape(g, X.ndim))\n",
        ),
        (
            "riccardoandreoni0#1: only the first row of outputs gives dF",
            "row_windows(X4, rows, g, empty), channels_last(dY4, rows, empty), empty)",
            "row_windows(X4, rows, g, empty)[:1], channels_last(dY4, rows, empty)[:1], empty)",
        ),
        (
            "riccardoandreoni0#1: only the first piece of rows gives dX",
            "                dX[rows, :, columns(b, g)] += shifted[:, b]\n",
            "                dX[rows, :, columns(b, g)] += shifted[:, b]\n            return\n",
        ),
    ],
    "lowering": [
        ("mlpack#3376: as many shifted copies as the kernel has rows", "shape, strides = (bottom - top, g.KW,", "shape, strides = (bottom - top, g.KH,"),
        ("NNPACK#15: as many columns as the output has rows", "g.SW * (g.OW - 1) + 1", "g.SW * (g.OH - 1) + 1"),
        ("neon#111: wrong depth index in dX", "F[:, :, a].transpose(3, 1, 2, 0)", "F[:, :, a].transpose(3, 0, 2, 1)"),
    ],
    "pool": [
        (
            "mni-ml#22: a loose mask passes over a maximum that is near",
            "wins = ~(cell <= Y) & (Y == Y)",
            "wins = ~(cell <= Y) & ~np.isclose(cell, Y) & (Y == Y)",
        ),
    ],
    "layers": [
        (
            "Theano#5248: ties duplicate the gradient",
            "self._memory = indices, np.shape(X)",
            "self._memory = Y, np.asarray(X)",
            "return max_pool2d_grad(dY, *self._recall())",
            "(Y, X), dX = self._recall(), 0\n"
            "        for k in np.unique(Y):\n"
            "            part = avg_pool2d_grad(np.where(Y == k, dY, 0), X.shape, **self.geometry)\n"
            "            dX = dX + part * prod(as_pair(self.geometry['kernel_size'], 'k', 1)) * (X == k)\n"
            "        return dX",
        ),
    ],
    "optim": [("LeNet-python#2: sign of the update", "array -= self._change", "array += self._change")],
    "dense": [("LeNet-python#2: sign of the loss gradient", "keepdims=True) - t) / N", "keepdims=True) - t) / -N")],
    "training": [
        ("cTensor#3: the loss gradient divided by the batch twice", "backward(dZ)", "backward(dZ / len(t))"),
    ],
    "shapes": [("ml-glossary#149: output size without floor", "(m - w) // s + 1", "-(-(m - w) // s) + 1")],
}
