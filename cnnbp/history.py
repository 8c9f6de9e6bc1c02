"""What happened in a training run: curves, and snapshots of chosen arrays."""

from dataclasses import dataclass, field

import numpy as np

from cnnbp.checkpoint import read_arrays, write_arrays

CURVES = ("loss", "accuracy", "validation_loss", "validation_accuracy")


@dataclass
class History:
    """
    One number per epoch in each list, and the snapshots.

    `loss` and `accuracy` are means over the epoch's batches, taken while the
    parameters were moving; `validation_loss` and `validation_accuracy` are
    those at the end of the epoch. `snapshots` holds, by name, copies of a
    parameter ("0.F") or its gradient ("0.F.grad"): one from before the
    training and one per epoch. `interrupted` says whether epochs are missing.
    """

    loss: list = field(default_factory=list)
    accuracy: list = field(default_factory=list)
    validation_loss: list = field(default_factory=list)
    validation_accuracy: list = field(default_factory=list)
    snapshots: dict = field(default_factory=dict)
    interrupted: bool = False

    @property
    def epochs(self):
        """The number of finished epochs."""
        return len(self.loss)

    @classmethod
    def for_model(cls, model, names):
        """An empty history that will keep snapshots of these names; ValueError if the model lacks one."""
        known = [name for name, _, _ in model.parameters()]
        for name in names:
            if name.removesuffix(".grad") not in known:
                names = ", ".join(known)
                raise ValueError(f"no parameter is called {name}; there are {names}, and .grad of each")
        return cls(snapshots={name: [] for name in names})

    def take_snapshots(self, model):
        """Copy the arrays that were asked for, as they are now."""
        for name, array, gradient in model.parameters():
            for key, current in ((name, array), (f"{name}.grad", gradient)):
                if key in self.snapshots:
                    self.snapshots[key].append(current.copy())

    def to_arrays(self):
        """The history as named arrays."""
        arrays = {name: np.array(getattr(self, name), dtype=float) for name in CURVES}
        arrays["interrupted"] = np.array(self.interrupted)
        return arrays | {f"snapshots/{name}": np.stack(kept) for name, kept in self.snapshots.items()}

    @classmethod
    def from_arrays(cls, arrays):
        """The history that `to_arrays` has turned into arrays."""
        kept = {name.removeprefix("snapshots/"): list(a) for name, a in arrays.items() if "/" in name}
        curves = {name: arrays[name].tolist() for name in CURVES}
        return cls(**curves, snapshots=kept, interrupted=bool(arrays["interrupted"]))

    def save(self, path):
        """Write the history to a file in NumPy's .npz format, all or nothing."""
        write_arrays(path, self.to_arrays())

    @classmethod
    def load(cls, path):
        """Read a history that `save` has written; ValueError if the file is damaged."""
        return cls.from_arrays(read_arrays(path))
