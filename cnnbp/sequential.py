"""A network: layers one after the other, run forwards and then backwards."""

from copy import deepcopy

import numpy as np


class Sequential:
    """
    Layers in a row, each fed with the output of the one before.

    Parameters
    ----------
    *layers
        Objects with `forward`, `backward` and `parameters`; a Sequential may
        be among them.

    Notes
    -----
    ``network[i]`` is layer i, ``network[:i]`` the network of the layers before
    it. Parameters are named by layer and letter: "0.F", "0.b", "7.W".
    PyTorch: `torch.nn.Sequential`.
    """

    def __init__(self, *layers):
        self.layers = list(layers)

    def __call__(self, X):
        return self.forward(X)

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, i):
        return Sequential(*self.layers[i]) if isinstance(i, slice) else self.layers[i]

    def __repr__(self):
        lines = (f"  {i}: {layer!r}".replace("\n", "\n  ") for i, layer in enumerate(self))
        return "\n".join(["Sequential(", *lines, ")"])

    def forward(self, X):
        """The output of the last layer."""
        for layer in self.layers:
            X = layer.forward(X)
        return X

    def backward(self, dY):
        """The chain rule, layer by layer from the last to the first; return dX."""
        for layer in reversed(self.layers):
            dY = layer.backward(dY)
        return dY

    def activations(self, X):
        """The outputs of all layers, in order; the last is what `forward` returns."""
        outputs = []
        for layer in self.layers:
            X = layer.forward(X)
            outputs.append(X)
        return outputs

    def parameters(self):
        """Yield name, array and gradient of each parameter; None before the first backward."""
        for i, layer in enumerate(self.layers):
            for name, array, gradient in layer.parameters():
                yield f"{i}.{name}", array, gradient

    def summary(self, input_shape):
        """
        A table of the layers, with output shapes and numbers of parameters.

        Parameters
        ----------
        input_shape : tuple of int
            The shape of a batch, such as (1, 1, 8, 8).

        Returns
        -------
        str
        """
        rows, total, X = [("", "input", str(tuple(input_shape)), "")], 0, np.zeros(input_shape)
        for i, layer in enumerate(self.layers):
            X = deepcopy(layer).forward(X)  # the layer itself keeps what it remembers
            count = sum(array.size for _, array, _ in layer.parameters())
            rows.append((str(i), type(layer).__name__, str(X.shape), f"{count:,}"))
            total += count
        rows.append(("", "total", "", f"{total:,}"))
        return "\n".join("{:>2}  {:<10}  {:<18}  {:>10}".format(*row).rstrip() for row in rows)

    def state_dict(self):
        """Copies of all parameters, by name."""
        return {name: array.copy() for name, array, _ in self.parameters()}

    def load_state_dict(self, state):
        """
        Set all parameters, in place, to what `state_dict` once returned.

        Parameters
        ----------
        state : dict of str to ndarray

        Raises
        ------
        ValueError
            If a name is missing or unknown, or a shape differs; then no
            parameter has been changed.
        """
        arrays = {name: array for name, array, _ in self.parameters()}
        if arrays.keys() != state.keys():
            raise ValueError(f"the state has {sorted(state)}, the network {sorted(arrays)}; rule: the same names")
        for name, array in arrays.items():
            found = np.shape(state[name])
            if found != array.shape:
                raise ValueError(f"parameter {name} has shape {array.shape}, the state {found}; rule: equal")
        for name, array in arrays.items():
            array[...] = state[name]
