"""Record the networks that the explorables show: `python -m cnnbp.explore.recording`.

Run by hand, for a minute, when a network is to change: training does not end
with the same bits on every computer, and the pages must. What is written is what
`recorded` reads; losses and accuracies are those of the weights as stored.
"""

import numpy as np

from cnnbp.checkpoint import write_arrays
from cnnbp.data import load_digits
from cnnbp.explore import recorded
from cnnbp.optim import SGD, Adam
from cnnbp.training import evaluate, train

SAMPLES = (314, 20, 3, 6)  # test images that the replay follows: a 0, a 2, a 4, a 9
CORNERS = ((1, 1), (1, 2), (1, 0), (2, 1), (0, 1))  # where an image stands in a wider sheet: in the middle, or moved


def replay(X, t, X_test, t_test):
    """Every run of the replay: its weights, training loss and test accuracy before and after each epoch."""
    runs = {"weights": [], "loss": [], "accuracy": []}
    for rate in recorded.RATES:
        for momentum in recorded.MOMENTA:
            network = recorded.replay_network()
            names = list(network.state_dict())
            optimizer = SGD(network, lr=float(rate), momentum=float(momentum))
            history = train(network, X, t, optimizer, recorded.EPOCHS, snapshots=names, progress=False)
            epochs = zip(*(history.snapshots[name] for name in names), strict=True)
            rows = [recorded.units(arrays) for arrays in epochs]
            runs["weights"].append(np.array(rows, dtype=np.int16))
            runs["loss"].append([evaluate(recorded.load(network, row), X, t)[0] for row in rows])
            runs["accuracy"].append([evaluate(recorded.load(network, row), X_test, t_test)[1] for row in rows])
    return runs


def drawing(X, t):
    """The weights of the network for drawings: of images, moved ones, and both in plain ink."""
    wide = np.pad(X, ((0, 0), (0, 0), (1, 1), (1, 1)))
    moved = np.concatenate([wide[..., i : i + 8, j : j + 8] for i, j in CORNERS])
    X, t = np.concatenate([moved, np.round(moved)]), np.tile(t, 2 * len(CORNERS))
    network = recorded.drawing_network()
    optimizer = Adam(network, lr=2e-3)
    train(network, X, t, optimizer, epochs=8, progress=False)
    optimizer.lr = 2e-4
    train(network, X, t, optimizer, epochs=3, seed=1, progress=False)
    return recorded.units(network.state_dict().values()).astype(np.int16)


def digits(network, X, t):
    """Ten images to start from: the first of each class that the network reads right, but not too surely."""
    p = recorded.probabilities(network, X)[np.arange(len(t)), t]
    return np.array([np.flatnonzero((t == label) & (0.5 < p) & (p < 0.98))[0] for label in range(10)])


def record():
    """Train everything and write the file."""
    X, t, X_test, t_test = load_digits()
    arrays = {f"replay/{name}": np.array(kept).round(4) for name, kept in replay(X, t, X_test, t_test).items()}
    arrays["drawing/weights"] = drawing(X, t)
    network = recorded.load(recorded.drawing_network(), arrays["drawing/weights"])
    arrays["drawing/accuracy"] = np.round(evaluate(network, X_test, t_test)[1], 4)
    for name, chosen in (("replay", list(SAMPLES)), ("drawing", digits(network, X_test, t_test))):
        arrays[f"{name}/images"] = (X_test[chosen, 0] * 16).astype(np.int16)
        arrays[f"{name}/labels"] = t_test[chosen].astype(np.int16)
    write_arrays(recorded.PATH, arrays)


if __name__ == "__main__":
    record()
