"""What PyTorch answers, written down once: `python tests/golden/make.py`, with torch 2.13.0.

The cases and their inputs come from here; `golden.json` keeps them with torch's
answers in float64, so that parity can be tested where torch is not installed.
Gradients are torch's own (autograd), not formulas. All inputs are quarters,
exact in binary and short in print, with zeros and ties among them.
"""

import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("golden.json")

# Each case: the family of operations, the shapes of its inputs, its options.
CASES = [
    ("conv", {"X": (3, 3), "F": (2, 2), "b": ()}, {}),
    ("conv", {"X": (5, 4), "F": (3, 2), "b": ()}, {"stride": [2, 1], "padding": [0, 1]}),
    ("conv", {"X": (2, 5, 4), "F": (3, 2, 2, 3), "b": (3,)}, {"padding": [1, 2]}),
    ("conv", {"X": (2, 2, 6, 7), "F": (3, 2, 2, 3), "b": (3,)}, {"stride": [3, 2]}),
    ("conv", {"X": (2, 2, 6, 5), "F": (2, 2, 3, 2), "b": (2,)}, {"dilation": [2, 3], "padding": [1, 0]}),
    ("conv", {"X": (2, 1, 7, 8), "F": (2, 1, 3, 2), "b": (2,)}, {"stride": 2, "padding": [2, 1], "dilation": [1, 2]}),
    ("conv", {"X": (3, 2, 3, 4), "F": (2, 2, 1, 1), "b": (2,)}, {"stride": [2, 3]}),
    ("max_pool", {"X": (3, 3)}, {"kernel_size": 2, "stride": 1}),
    ("max_pool", {"X": (2, 7, 6)}, {"kernel_size": [3, 2]}),
    ("max_pool", {"X": (2, 2, 6, 7)}, {"kernel_size": [3, 4], "stride": [2, 3], "padding": [1, 2]}),
    ("max_pool", {"X": (1, 2, 5, 5)}, {"kernel_size": 2, "stride": [3, 1], "padding": [0, 1]}),
    ("avg_pool", {"X": (3, 3)}, {"kernel_size": 2, "stride": 1}),
    ("avg_pool", {"X": (2, 7, 6)}, {"kernel_size": [3, 2]}),
    ("avg_pool", {"X": (2, 2, 6, 7)}, {"kernel_size": [3, 4], "stride": [2, 3], "padding": [1, 2]}),
    (
        "avg_pool",
        {"X": (2, 2, 6, 7)},
        {"kernel_size": [3, 4], "stride": [2, 1], "padding": [1, 2], "count_include_pad": False},
    ),
    ("activations", {"X": (4, 6)}, {}),
    ("activations", {"X": (2, 1, 3, 2)}, {}),
    ("linear", {"X": (4, 3), "W": (2, 3), "b": (2,)}, {}),
    ("linear", {"X": (3,), "W": (4, 3), "b": (4,)}, {}),
    ("softmax", {"Z": (3, 4)}, {"axis": -1}),
    ("softmax", {"Z": (2, 3, 4)}, {"axis": 1}),
    ("cross_entropy", {"Z": (4, 5)}, {"labels": [2, 0, 4, 4]}),
    ("cross_entropy", {"Z": (5,)}, {"labels": 3}),
    ("cross_entropy", {"Z": (4, 5), "target": (4, 5)}, {}),
]


def quarters(shapes, seed):
    """Random inputs of these shapes, by name."""
    rng = np.random.default_rng(seed)
    return {name: rng.integers(-9, 10, shape) / 4 for name, shape in shapes.items()}


def forward_passes(family, t, options):
    """Each forward pass of a family: its public name, its results, the inputs of each public gradient."""
    import torch.nn.functional as nn

    if family == "conv":
        lift = () if t["X"].ndim > 2 else (None, None)
        Y = nn.conv2d(t["X"][lift], t["F"][lift], t["b"].reshape(-1), **options)
        gradients = {"conv2d_grad_input": ["X"], "conv2d_grad_weight": ["F"], "conv2d_grad_bias": ["b"]}
        yield "conv2d", [Y if not lift else Y[0, 0]], gradients
    elif family == "max_pool":
        X = t["X"] if t["X"].ndim > 2 else t["X"][None]
        Y, indices = nn.max_pool2d(X, **options, return_indices=True)
        shape = t["X"].shape[:-2] + Y.shape[-2:]
        yield "max_pool2d", [Y.reshape(shape), indices.reshape(shape)], {"max_pool2d_grad": ["X"]}
    elif family == "avg_pool":
        X = t["X"] if t["X"].ndim > 2 else t["X"][None]
        Y = nn.avg_pool2d(X, **options)
        yield "avg_pool2d", [Y.reshape(t["X"].shape[:-2] + Y.shape[-2:])], {"avg_pool2d_grad": ["X"]}
    elif family == "activations":
        for function in (nn.relu, nn.sigmoid, nn.tanh):
            yield function.__name__, [function(t["X"])], {f"{function.__name__}_grad": ["X"]}
    elif family == "linear":
        yield "linear", [nn.linear(t["X"], t["W"], t["b"])], {"linear_grad": ["X", "W", "b"]}
    elif family == "softmax":
        yield "softmax", [nn.softmax(t["Z"], dim=options["axis"])], {}
    elif family == "cross_entropy":
        target = t["Z"].new_tensor(options["labels"]).long() if options else t["target"]
        L = nn.cross_entropy(t["Z"], target)
        L.backward()
        yield "softmax_cross_entropy", [L, t["Z"].grad], {}


def ask_torch(family, inputs, options):
    """
    The answers of PyTorch to one case.

    Parameters
    ----------
    family : str
    inputs : dict of ndarray
        By letter, without dY.
    options : dict

    Returns
    -------
    inputs : dict of ndarray
        With an upstream gradient dY where there is a gradient to ask for.
    answers : dict
        From the name of each public function to the list of its results.
    """
    import torch

    tensors = {name: torch.tensor(A, requires_grad=name != "target") for name, A in inputs.items()}
    answers = {}
    for name, results, gradients in forward_passes(family, tensors, options):
        answers[name] = results
        if gradients:
            inputs = inputs | {"dY": quarters({"dY": tuple(results[0].shape)}, 99)["dY"].astype(inputs["X"].dtype)}
        for gradient, letters in gradients.items():
            leaves = [tensors[letter] for letter in letters]
            upstream = torch.tensor(inputs["dY"])
            answers[gradient] = torch.autograd.grad(results[0], leaves, upstream, retain_graph=True)
    return inputs, {name: [A.detach().numpy() for A in results] for name, results in answers.items()}


def main():
    """Write `golden.json`, one case a line."""
    import torch

    lines = []
    for seed, (family, shapes, options) in enumerate(CASES):
        inputs, answers = ask_torch(family, quarters(shapes, seed), options)
        case = {
            "family": family,
            "options": options,
            "inputs": {name: A.tolist() for name, A in inputs.items()},
            "answers": {name: [A.tolist() for A in results] for name, results in answers.items()},
        }
        lines.append(json.dumps(case))
    version = torch.__version__.split("+")[0]
    FILE.write_text(f'{{"torch": "{version}", "cases": [\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
