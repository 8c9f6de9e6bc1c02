"""
mark: 23
diagnosis: none

Only the division that was found first is gone from the listing.
"""

# cell: filter-repair-answer
def one_by_one(dY, X):
    N, O, OH, OW = dY.shape
    errors = dY.transpose(0, 2, 3, 1).reshape(-1, O)
    pixels = X.transpose(0, 2, 3, 1).reshape(len(errors), -1)
    return errors.T @ pixels, errors.sum(axis=0) / N
