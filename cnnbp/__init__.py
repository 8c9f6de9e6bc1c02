"""Backpropagation through convolutional networks, small enough to read."""

__version__ = "0.1.0"
