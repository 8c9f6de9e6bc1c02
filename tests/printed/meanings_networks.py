"""What the letters mean on the pages about chains, activations, deltas and whole networks."""

import numpy as np

from cnnbp.activations import relu_grad
from cnnbp.conv import conv2d_loop
from cnnbp.gradcheck import complex_step_gradient
from printed.meaning import Along, Lines, Meaning, Of, Pair
from printed.meanings_convolution import OPERATORS, jacobian, matrix, numbers, triples

STEP = 1e-30


def slope(function):
    """The derivative of a function of one number, by a step into the complex plane."""
    return lambda z: np.imag(function(z + 1j * STEP)) / STEP


def sigmoid(z):
    """As the page prints it."""
    return 1 / (1 + np.exp(-z))


act, act_slope = np.tanh, slope(np.tanh)
ACTIVATION = {"act": act, "act'": act_slope}


def cases(**columns):
    """Numbers that change from case to case."""
    return {name.replace("_over_", "/"): Along(("case",), np.asarray(column)) for name, column in columns.items()}


# ------------------------------------------------------------ one number


def one_path():
    """f = (x + y) z at seven places."""
    x, y, z = numbers(3, 7)
    f, q = (lambda x: (x + y) * z), (lambda x: x + y)
    names = {"∂f/∂x": slope(f)(x), "∂f/∂q": slope(lambda q: q * z)(q(x)), "∂q/∂x": slope(q)(x), "z": z}
    return Meaning(cases(**names), {"case": 7})


def gate():
    """z = x sin(y), L = z³."""
    x, y = numbers(2, 7)
    gate, loss = (lambda x, y: x * np.sin(y)), (lambda z: z**3)
    names = {
        "∂L/∂x": slope(lambda x: loss(gate(x, y)))(x), "∂z/∂x": slope(lambda x: gate(x, y))(x),
        "∂L/∂y": slope(lambda y: loss(gate(x, y)))(y), "∂z/∂y": slope(lambda y: gate(x, y))(y),
        "∂L/∂z": slope(loss)(gate(x, y)),
    }  # fmt: skip
    return Meaning(cases(**names), {"case": 7})


def sum_over_paths():
    """x is used at three places, and f is curved in all of them."""
    places = lambda x: np.stack([np.sin(x), x**2, np.exp(x)])
    f = lambda y: y[0] * y[1] ** 2 + np.cos(y[2] * y[0])
    names = {"∂f/∂x": slope(lambda x: f(places(x)))(0.4), "∂y/∂x": slope(places)(0.4)}
    return Meaning(names | {"∂f/∂y": complex_step_gradient(f, places(0.4))}, {"k": 3})


def activation_values():
    """z from -2 to 2, with 0."""
    z = np.linspace(-2, 2, 9)
    names = cases(z=z) | {"a": Lines([Along(("case",), sigmoid(z)), Along(("case",), np.tanh(z))])}
    names |= {"sigmoid'": slope(sigmoid), "tanh'": slope(np.tanh), "relu'": lambda z: relu_grad(np.ones_like(z), z)}
    return Meaning(names | OPERATORS | {"otherwise": True}, {"case": 9})


def activation_value():
    """What an activation makes of z."""
    z = np.linspace(-2, 2, 9)
    return Meaning(cases(z=z, a=np.tanh(z)) | ACTIVATION, {"case": 9})


# ------------------------------------------------------------ one layer


def dense():
    """Four numbers in, three out."""
    X, W, dY = numbers(4), numbers(3, 4), numbers(3)
    names = {"X": X, "W": W, "∂L/∂Y": dY, "∂L/∂X": complex_step_gradient(lambda X: W @ X, X, dY)}
    return Meaning(names | {"∂L/∂W": complex_step_gradient(lambda W: W @ X, W, dY)}, {"i": 4, "o": 3})


def entry_by_entry():
    """An activation on a map; the upstream gradient is called ∂L/∂Y, or ∂L/∂A."""
    Z, dA = numbers(3, 4), numbers(4, 3).T
    dZ = complex_step_gradient(act, Z, dA)
    names = {"X": Z, "∂L/∂X": dZ, "∂L/∂Y": dA, "Z": Z, "∂L/∂Z": dZ, "∂L/∂A": dA}
    return Meaning(names | ACTIVATION, {"i": 12}, flat=["X", "∂L/∂X", "∂L/∂Y"])


def convolution_of_activations():
    """A = act(Z), and a convolution that reads A; in another world one that flips."""
    Z, F, dY, g, x = numbers(4, 6), numbers(2, 3), numbers(3, 4), numbers(12), numbers(24)
    forward = lambda Z: conv2d_loop(act(Z), F)
    h, i, w, j = (
        np.arange(n).reshape([-1 if d == axis else 1 for d in range(4)]) for axis, n in enumerate((4, 3, 6, 4))
    )
    inside = (0 <= h - i) & (h - i < 2) & (0 <= w - j) & (w - j < 3)
    by_matrix = lambda F: matrix(F, 4, 6) @ x  # linear in F, as the sum over shared wires is
    names = {
        "Z": Z, "F": F, "A": Of(act, "Z"), "∂L/∂Y": dY, "K": Pair(2, 3), "∂Y/∂Z": jacobian(forward, Z),
        "∂L/∂Z": complex_step_gradient(forward, Z, dY), "g": g, "x": x, "triples": triples((4, 6), (2, 3)),
        "∂L/∂F": [g @ by_matrix(one.reshape(2, 3)) for one in np.eye(6)],
        "inside the filter": Along(("h", "i", "w", "j"), inside), "outside": Along(("h", "i", "w", "j"), ~inside),
    }  # fmt: skip
    sizes = {"h": 4, "w": 6, "a": 2, "b": 3, "i": 3, "j": 4, "p": 24, "q": 6, "r": 12}
    return Meaning(names | OPERATORS | ACTIVATION, sizes)


def flipped():
    """The forward pass is a true convolution, written out."""
    A, F, dY = numbers(5, 7), numbers(2, 3), numbers(4, 5)
    flip = lambda A, F: conv2d_loop(A, F[::-1, ::-1])
    names = {
        "A": A, "F": F, "Y": flip(A, F), "K": Pair(2, 3), "K_H": 2, "K_W": 3, "H": 5, "W": 7, "∂L/∂Y": dY,
        "∂L/∂A": complex_step_gradient(lambda A: flip(A, F), A, dY),
        "∂L/∂F": complex_step_gradient(lambda F: flip(A, F), F, dY),
    }  # fmt: skip
    return Meaning(names | OPERATORS, {"a": 2, "b": 3, "i": 4, "j": 5})


# --------------------------------------------------------- whole networks


def run(layers, Z, first):
    """From the sums of one layer on to the loss, which is curved."""
    for layer in layers[first:]:
        Z = layer(act(Z))
    return Z, (act(Z) ** 2 * numbers(*np.shape(Z))).sum() / 2 + act(Z).sum()


def network(weights, biases, apply, A0, dense):
    """Three layers, called 1, 2 and 3; layer 2 is l and layer 3 is m."""
    layers = [lambda A, n=n: apply(weights[n], A) + biases[n] for n in range(3)]
    Z = {1: layers[0](A0)}
    Z[2] = layers[1](act(Z[1]))
    Z[3] = layers[2](act(Z[2]))
    A = {0: A0} | {n: act(Z[n]) for n in Z}
    gradient = lambda f, at: {n: complex_step_gradient(lambda V: f(n, V), at[n]) for n in (1, 2, 3)}
    back = lambda n, V: run(layers, V, n)[1]
    after = lambda n, V: back(n, np.arctanh(V)) if n < 3 else (V**2 * numbers(*V.shape)).sum() / 2 + V.sum()
    W, b = ({n + 1: part for n, part in enumerate(parts)} for parts in (weights, biases))
    return {
        "Z": Z, "A": A, "W" if dense else "F": W, "b": b, "l": 2, "m": 3,
        "∂L/∂Z": gradient(back, Z), "δ": gradient(back, Z),
        "∂L/∂A": gradient(after, A), "∂L/∂b": gradient(lambda n, V: back(n, apply(W[n], A[n - 1]) + V), b),
        "∂L/∂W" if dense else "∂L/∂F": gradient(lambda n, V: back(n, apply(V, A[n - 1]) + b[n]), W),
        "dense": dense, "convolution": not dense,
    } | ACTIVATION  # fmt: skip


def dense_network():
    """Layers of 5, 4, 3 and 2."""
    weights, biases = [numbers(4, 5), numbers(3, 4), numbers(2, 3)], [numbers(4), numbers(3), numbers(2)]
    names = network(weights, biases, lambda W, A: W @ A, numbers(5) / 2, dense=True)
    return Meaning(names | OPERATORS)


def neurons(to, come_from):
    """The dense network with letters: j for a neuron of layer l, k for one of another layer."""
    meaning = dense_network()
    return Meaning(meaning.names, {"j": to, "k": come_from})


def convolution_network():
    """Three convolutions, one map each; every filter has another shape."""
    weights, biases = [numbers(2, 4), numbers(3, 2), numbers(2, 3)], [np.array(0.3), np.array(-0.2), np.array(0.1)]
    names = network(weights, biases, lambda F, A: conv2d_loop(A, F), numbers(8, 10) / 2, dense=False)
    return Meaning(names | OPERATORS | {"K": Pair(2, 3)}, {"i": 5, "j": 6})


def filter_of_layer():
    """The gradient of layer l's filter; ∂F/∂F is 1 for the same weight."""
    names = {name: value for name, value in convolution_network().names.items() if name != "b"}
    F, A = names["F"][2], names["A"][1]
    rates = jacobian(lambda F: conv2d_loop(A, F), F)
    identity = np.eye(6).reshape(3, 2, 3, 2)
    names |= {"∂Z/∂F": {2: rates}, "∂F/∂F": {2: identity}}
    return Meaning(names, {"i": 5, "j": 6, "a": 3, "b": 2, "a'": 3, "b'": 2})


def both_networks():
    """The first line is about a dense layer, the second about a convolution."""
    dense, convolution = dense_network().names, convolution_network().names
    both = ("A", "δ", "dense", "convolution")
    return Meaning(dense | convolution | {name: Lines([dense[name], convolution[name]]) for name in both})


def quadratic():
    """The quadratic cost, where A is the output."""
    Z, t = numbers(4), numbers(5)[:4]
    delta = complex_step_gradient(lambda Z: ((act(Z) - t) ** 2).sum() / 2, Z)
    return Meaning({"δ": {3: delta}, "A": {3: act(Z)}, "Z": {3: Z}, "t": t, "m": 3} | ACTIVATION)


def dense_or_convolution():
    """What is printed for both kinds of layer."""
    return [dense_network(), convolution_network()]


MEANINGS = {
    "eq-one-path": one_path, "eq-gate": gate, "eq-sum-over-paths": sum_over_paths,
    "eq-slopes": activation_values, "eq-relu": activation_values, "eq-activation-value": activation_value,
    "eq-dense-input": dense, "eq-dense-weight": dense, "eq-activation": entry_by_entry, "eq-hadamard": entry_by_entry,
    "eq-neuron": lambda: neurons(3, 4), "eq-delta": lambda: neurons(3, 2), "eq-delta-neuron": lambda: neurons(3, 2),
    "eq-delta-dense": dense_network, "eq-delta-conv": convolution_network, "eq-delta-filter": filter_of_layer,
    "eq-output-error": dense_or_convolution, "eq-step-back": dense_or_convolution,
    "eq-step-bias": dense_or_convolution, "eq-step-weights": both_networks, "eq-output-quadratic": quadratic,
}  # fmt: skip
MEANINGS |= dict.fromkeys(["eq-flip-forward", "eq-flip-input", "eq-flip-filter"], flipped)
MEANINGS |= dict.fromkeys(
    ["eq-through-activation", "eq-delta-share", "eq-delta-sum", "eq-delta-expand", "eq-delta-local"],
    convolution_of_activations,
)
