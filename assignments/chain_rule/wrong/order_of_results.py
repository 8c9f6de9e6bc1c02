"""
mark: 24
diagnosis: none

The right derivatives in the order of another task.
"""

# cell: chain-product-answer
def grad_product_of_sum(x, y, z):
    return x + y, z, z
