"""Our convolution side by side with others: `python -m benchmarks`; never imported by the book."""
