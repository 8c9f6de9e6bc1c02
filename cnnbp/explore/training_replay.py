"""Recorded training runs as an explorable: a learning rate, a momentum, an epoch, a digit."""

import matplotlib.pyplot as plt
import numpy as np

from cnnbp.explore import recorded
from cnnbp.explore.explorable import Explorable, text
from cnnbp.explore.parts import dial, given, pick
from cnnbp.plots.look import book_look
from cnnbp.style import colour

LABELS = ("0", "2", "4", "9")  # of the digits that are followed, as `recording` chose them


class TrainingReplay(Explorable):
    """
    Six recorded runs of one small network, epoch by epoch.

    Parameters
    ----------
    rate : {"0.01", "0.1", "1.0"}
        The learning rate of the run.
    momentum : {"0", "0.9"}
    epoch : int
        From 0, before the training, to 10.
    digit : {"0", "2", "4", "9"}
        Which test image goes through the network.

    Raises
    ------
    traitlets.TraitError
        If a run, an epoch or a digit was not recorded.

    Notes
    -----
    All runs start with the same weights: Conv2d(1, 4, 3), ReLU, MaxPool2d(2),
    Linear(36, 10), plain gradient descent on batches of 32.
    """

    view_name = "training_replay"

    rate = pick(*recorded.RATES, default="0.1")
    momentum = pick(*recorded.MOMENTA, default="0")
    epoch = dial(0, 0, recorded.EPOCHS)
    digit = pick(*LABELS, default="9")
    runs = given()

    def __init__(self, **state):
        super().__init__(runs=_runs(), **state)

    @property
    def run(self):
        """The place of the chosen run among the recorded ones."""
        return recorded.RATES.index(self.rate) * len(recorded.MOMENTA) + recorded.MOMENTA.index(self.momentum)

    @property
    def sample(self):
        """The image that goes through the network, with numbers from 0 to 1."""
        return recorded.recordings()["replay/images"][LABELS.index(self.digit)] / 16

    def network(self, epoch):
        """The network of the chosen run after an epoch."""
        return recorded.load(recorded.replay_network(), recorded.recordings()["replay/weights"][self.run][epoch])

    def numbers(self):
        """The recorded loss and accuracy; filters, maps, gradients and probabilities, computed by `cnnbp`."""
        kept, target = recorded.recordings(), int(self.digit)
        network = self.network(self.epoch)
        outputs, p, L, _ = recorded.run(network, self.sample, target)
        epochs = range(recorded.EPOCHS + 1)
        return {
            "loss": kept["replay/loss"][self.run, self.epoch],
            "accuracy": kept["replay/accuracy"][self.run, self.epoch],
            "X": self.sample,
            **recorded.planes("F", network[0].params["F"]),
            **recorded.planes("dF", network[0].grads["F"]),
            **recorded.planes("map", outputs[1]),
            **recorded.planes("pooled", outputs[2]),
            "p": p,
            "L": L,
            "path": np.array([recorded.probabilities(self.network(k), self.sample)[0, target] for k in epochs]),
        }

    def describe(self):
        """What the figure shows, in one sentence, for those who cannot see it."""
        now = self.numbers()
        return (
            f"A small network learns to read digits, with learning rate {self.rate} and momentum {self.momentum}. After epoch "
            f"{self.epoch} the training loss is {text(now['loss'])} and the test accuracy {now['accuracy']:.1%}; "
            f"the {self.digit} is seen as {now['p'].argmax()}, with p = {text(now['p'].max().round(3))}."
        )

    def plain_tables(self):
        """Loss and accuracy of all runs at their ends."""
        kept = recorded.recordings()
        runs = ((rate, momentum) for rate in recorded.RATES for momentum in recorded.MOMENTA)
        rows = [[", ".join(run), loss[-1], round(100 * accuracy[-1], 1)]
                for run, loss, accuracy in zip(runs, kept["replay/loss"], kept["replay/accuracy"], strict=True)]  # fmt: skip
        head = ["learning rate, momentum", "training loss", "test accuracy, %"]
        return {f"All runs after epoch {recorded.EPOCHS}": [head, *rows]}

    def picture(self):
        """The loss of all runs, the chosen one marked."""
        kept = recorded.recordings()["replay/loss"]
        with book_look():
            figure, ax = plt.subplots(figsize=(5, 3), layout="constrained")
            ax.semilogy(kept.T, color="0.6", linewidth=0.8)
            ax.semilogy(kept[self.run], color=colour("Y"), linewidth=2)
            ax.semilogy(self.epoch, kept[self.run, self.epoch], "o", color=colour("mark"))
            ax.set(xlabel="epoch", ylabel="training loss", title=f"learning rate {self.rate}, momentum {self.momentum}")
        return figure


def _runs():
    """What the view needs: layers, weights in whole units, curves, images in sixteenths."""
    kept = recorded.recordings()
    names = ("weights", "loss", "accuracy", "images", "labels")
    return {
        "layers": recorded.layer_tables(recorded.replay_network()),
        "unit": recorded.UNIT,
        "rates": list(recorded.RATES),
        "momenta": list(recorded.MOMENTA),
        **{name: kept[f"replay/{name}"].tolist() for name in names},
    }
