"""
mark: 22
diagnosis: flipped-one-way

Only the rows are reversed.
"""

# cell: input-rotate-answer
def rotate(F):
    return F[::-1]
