"""
mark: 22
diagnosis: none

The parameters as they were drawn.
"""

import numpy as np

# cell: train-loop-answer
def train(X, t):
    rng = np.random.default_rng(1)
    return [rng.normal(size=shape) for shape in [(8, 9), (8,), (3, 8), (3,)]]
