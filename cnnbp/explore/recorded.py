"""The networks whose training was recorded, and what a view needs to run them.

`recordings.npz` holds their weights as whole numbers of 1/1024. An image is made
of sixteenths, so sums of products come out exact in any order of adding: Python
and JavaScript agree about every maximum and every ReLU, on every computer.
"""

from functools import cache
from pathlib import Path

import numpy as np

from cnnbp.checkpoint import read_arrays
from cnnbp.connections import connections
from cnnbp.dense import softmax, softmax_cross_entropy
from cnnbp.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential

PATH = Path(__file__).with_name("recordings.npz")
UNIT = 1 / 1024  # of a recorded weight
RATES, MOMENTA, EPOCHS = ("0.01", "0.1", "1.0"), ("0", "0.9"), 10
SHAPE = (1, 1, 8, 8)


def replay_network():
    """The small network of which all runs start."""
    return Sequential(Conv2d(1, 4, 3, rng=0), ReLU(), MaxPool2d(2), Flatten(), Linear(36, 10, rng=1))


def drawing_network():
    """The network that reads drawn digits."""
    return Sequential(
        Conv2d(1, 8, 3, rng=0), ReLU(), Conv2d(8, 16, 3, rng=1), ReLU(), MaxPool2d(2), Flatten(), Linear(64, 10, rng=2)
    )


@cache
def recordings():
    """All recorded arrays, by name: weights, curves, samples."""
    return read_arrays(PATH)


def units(arrays):
    """Arrays in one row, each number in whole units."""
    return np.concatenate([np.round(array / UNIT).ravel() for array in arrays]).astype(int)


def load(network, row):
    """Give a network the parameters that stand in a row of whole units; return it."""
    start = 0
    for _, array, _ in network.parameters():
        array[...] = np.reshape(row[start : start + array.size], array.shape) * UNIT
        start += array.size
    return network


def run(network, X, target):
    """One image forward and back: outputs of all layers, p, L and dX; gradients stay in the layers."""
    outputs = network.activations(np.reshape(X, SHAPE))
    L, dZ = softmax_cross_entropy(outputs[-1], np.array([target]))
    return outputs, softmax(outputs[-1])[0], L, network.backward(dZ)[0, 0]


def probabilities(network, X):
    """What a network makes of images, with no gradient."""
    return softmax(network.forward(np.reshape(X, (-1, *SHAPE[1:]))))


def planes(name, array):
    """Each plane of an array under a name of its own: name1, name2, ..."""
    return {f"{name}{k}": plane for k, plane in enumerate(array.reshape(-1, *array.shape[-2:]), start=1)}


def layer_tables(network):
    """Each layer as the view runs it: its kind, its shapes, and the list of connections of one plane."""
    layers, X = [], np.zeros(SHAPE)
    for layer in network:
        Y = layer.forward(X)
        found = {"kind": type(layer).__name__, "input": list(X.shape[1:]), "output": list(Y.shape[1:])}
        if isinstance(layer, Conv2d):
            found |= _triples(X, layer.params["F"].shape[2:], **layer.geometry)
        elif isinstance(layer, MaxPool2d):
            size = layer.geometry["kernel_size"]
            triples = _triples(X, (size, size), stride=layer.geometry["stride"] or size, padding=layer.geometry["padding"])
            found["windows"] = [[p for p, r in zip(triples["p"], triples["r"]) if r == cell] for cell in range(Y[0, 0].size)]
        layers.append(found)
        X = Y
    return layers


def _triples(X, kernel, **geometry):
    """The connections of one plane of X with one plane of a filter, as lists."""
    lists = connections(X.shape[2:], kernel, **geometry)
    return {"kernel": list(kernel), **{name: index.tolist() for name, index in zip("pqr", lists)}}
