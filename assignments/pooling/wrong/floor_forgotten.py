"""
mark: 24
diagnosis: floor-forgotten

One more window where the stride leaves a remainder.
"""

import numpy as np

# cell: pool-max-answer
def max_pool(X, size, stride):
    rows = [X[top : top + size] for top in range(0, len(X) - size + stride, stride)]
    columns = range(0, X.shape[1] - size + stride, stride)
    return np.array([[row[:, left : left + size].max() for left in columns] for row in rows])
