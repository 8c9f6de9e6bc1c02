"""One sum over all indices, and a class that can be called."""

import numpy as np

# cell: input-full-answer
class Full:
    def __call__(self, dY, F):
        (OH, OW), (KH, KW) = dY.shape, F.shape
        rows = np.eye(OH + KH - 1)[np.add.outer(np.arange(OH), np.arange(KH))]
        columns = np.eye(OW + KW - 1)[np.add.outer(np.arange(OW), np.arange(KW))]
        return np.einsum("ij,ab,iah,jbw->hw", dY, F, rows, columns)


grad_input_full = Full()

# cell: input-repair-answer
def layer_grad_input(dY, F, input_shape, stride):
    KH, KW = F.shape[2:]
    OH, OW = dY.shape[2:]
    dX = np.zeros(input_shape)
    for a, b in np.ndindex(KH, KW):
        part = np.einsum("noij,oc->ncij", dY, F[:, :, a, b])
        dX[:, :, a : a + stride * OH : stride, b : b + stride * OW : stride] += part
    return dX
