"""Optimisers: how the parameters move, once all gradients are known.

Learning has two phases, which never mix. First the backward pass computes all
gradients, with no parameter changed meanwhile; then `step` changes all
parameters. A layer updated before the gradient has passed through it would
send back the gradient of a network that was never run.
"""

import numpy as np


class Optimizer:
    """
    What all optimisers share: the model, the learning rate, and a memory.

    `memory` holds, by name, arrays shaped like the parameters; `steps` counts
    the calls of `step`. Subclasses say in `_change` by how much a parameter
    moves.
    """

    def __init__(self, model, lr, memory):
        if not (np.isfinite(lr) and lr > 0):
            raise ValueError(f"lr is {lr}; the learning rate must be positive and finite")
        arrays = {name: array for name, array, _ in model.parameters()}
        if not arrays:
            raise ValueError("the model has no parameters to learn")
        self.model, self.lr, self.steps = model, lr, 0
        self.memory = {f"{name}.{kind}": np.zeros_like(arrays[name]) for name in arrays for kind in memory}

    def step(self):
        """
        Move every parameter, in place, against its gradient.

        Raises
        ------
        RuntimeError
            If a gradient is missing: no backward pass has been made.
        ValueError
            If a gradient has not the shape of its parameter. In both cases no
            parameter has been changed.
        """
        parameters = list(self.model.parameters())
        for name, array, gradient in parameters:
            if gradient is None:
                raise RuntimeError(f"parameter {name} has no gradient yet; call backward before step")
            if gradient.shape != array.shape:
                shapes = f"{array.shape}, its gradient {gradient.shape}"
                raise ValueError(f"parameter {name} has shape {shapes}; rule: equal")
        self.steps += 1
        for name, array, gradient in parameters:
            array -= self._change(name, array, gradient)

    def settings(self):
        """The name of the optimiser and its hyperparameters, as plain values."""
        chosen = {key: value for key, value in vars(self).items() if key not in ("model", "steps", "memory")}
        return {"optimizer": type(self).__name__, **chosen}

    def state_dict(self):
        """The number of steps and copies of the memory, by name."""
        return {"steps": np.array(self.steps)} | {name: array.copy() for name, array in self.memory.items()}

    def load_state_dict(self, state):
        """Set steps and memory to what `state_dict` once returned; ValueError if names or shapes differ."""
        shapes = {name: array.shape for name, array in self.memory.items()} | {"steps": ()}
        found = {name: np.shape(array) for name, array in state.items()}
        if shapes != found:
            raise ValueError(f"the state has arrays {found}, the optimizer {shapes}; rule: the same")
        self.steps = int(state["steps"])
        for name, array in self.memory.items():
            array[...] = state[name]


class SGD(Optimizer):
    """
    Gradient descent, with momentum and weight decay if wanted.

    Parameters
    ----------
    model
        Anything with `parameters`.
    lr : float
        The learning rate.
    momentum : float
        How much of the last velocity is kept; from 0 to below 1.
    weight_decay : float
        How strongly parameters are pulled to 0.

    Raises
    ------
    ValueError
        If a number lies outside its range.

    Notes
    -----
    g = dP + weight_decay · P;  v = momentum · v + g;  P = P - lr · v.
    PyTorch: `torch.optim.SGD`.
    """

    def __init__(self, model, lr, momentum=0.0, weight_decay=0.0):
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum is {momentum}; it must be at least 0 and below 1")
        if not 0 <= weight_decay < np.inf:
            raise ValueError(f"weight_decay is {weight_decay}; it must not be negative")
        super().__init__(model, lr, ("velocity",))
        self.momentum, self.weight_decay = momentum, weight_decay

    def _change(self, name, array, gradient):
        v = self.memory[f"{name}.velocity"]
        v *= self.momentum
        v += gradient + self.weight_decay * array
        return self.lr * v


class Adam(Optimizer):
    """
    Gradient descent whose step adapts to each parameter's own gradients.

    Parameters
    ----------
    model
        Anything with `parameters`.
    lr : float
        The learning rate.
    betas : pair of float
        How slowly the means of the gradient and of its square forget.
    eps : float
        Keeps the divisor from 0.

    Raises
    ------
    ValueError
        If a number lies outside its range.

    Notes
    -----
    m = β₁ m + (1 - β₁) g;  v = β₂ v + (1 - β₂) g²;  after step k
    P = P - lr · m/(1 - β₁ᵏ) / (√(v/(1 - β₂ᵏ)) + eps), eps outside the root.
    PyTorch: `torch.optim.Adam`. Kingma and Ba (2015).
    """

    def __init__(self, model, lr=1e-3, betas=(0.9, 0.999), eps=1e-8):
        if len(betas) != 2 or not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas are {betas}; they must be two numbers, at least 0 and below 1")
        if not 0 < eps < np.inf:
            raise ValueError(f"eps is {eps}; it must be positive")
        super().__init__(model, lr, ("mean", "square"))
        self.betas, self.eps = tuple(betas), eps

    def _change(self, name, array, gradient):
        m, v = self.memory[f"{name}.mean"], self.memory[f"{name}.square"]
        new = gradient.copy()  # the one array that each step computes in
        for memory, beta in ((m, self.betas[0]), (v, self.betas[1])):
            new *= 1 - beta
            memory *= beta
            memory += new
            np.square(gradient, out=new)
        np.divide(v, 1 - self.betas[1] ** self.steps, out=new)
        np.sqrt(new, out=new)
        new += self.eps
        np.divide(m, new, out=new)
        new *= self.lr / (1 - self.betas[0] ** self.steps)
        return new
