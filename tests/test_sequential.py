"""Networks: the gradient of the whole, names, states, summary, PyTorch."""

import numpy as np
import pytest

from cnnbp.dense import softmax_cross_entropy
from cnnbp.gradcheck import check_gradient
from cnnbp.layers import AvgPool2d, Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential, Sigmoid, Tanh
from test_layers import images, with_parameter


def network(dtype=np.float64, rng=0):
    """A small network with every kind of layer, for images (2, 7, 8) and 5 classes."""
    rng = np.random.default_rng(rng)
    return Sequential(
        Conv2d(2, 3, 3, padding=1, rng=rng, dtype=dtype), ReLU(), MaxPool2d(2),
        Conv2d(3, 4, (2, 3), rng=rng, dtype=dtype), Tanh(), AvgPool2d((1, 2)),
        Flatten(), Linear(8, 6, rng=rng, dtype=dtype), Sigmoid(), Linear(6, 5, rng=rng, dtype=dtype),
    )  # fmt: skip


def test_gradient_of_a_whole_network():
    """The loss, as a function of the images and of each parameter."""
    model, X, t = network(), images((2, 2, 7, 8)), np.array([4, 0])
    dX = model.backward(softmax_cross_entropy(model(X), t)[1])
    one = np.array(1.0)
    check_gradient(lambda A: np.array(softmax_cross_entropy(model(A), t)[0]), dX, X, one)
    for _, array, gradient in list(model.parameters()):
        scores = with_parameter(model, array, X)
        check_gradient(lambda A, f=scores: np.array(softmax_cross_entropy(f(A), t)[0]), gradient, array.copy(), one)


def test_sequential_is_a_sequence():
    """Length, iteration, index, slice, names."""
    model = network()
    assert len(model) == 10 and list(model)[1] is model[1] and len(model[:3]) == 3
    assert [name for name, _, _ in model.parameters()] == ["0.F", "0.b", "3.F", "3.b", "7.W", "7.b", "9.W", "9.b"]
    assert [gradient for _, _, gradient in model.parameters()] == [None] * 8
    nested = Sequential(Flatten(), Sequential(Linear(2, 2)))
    assert [name for name, _, _ in nested.parameters()] == ["1.0.W", "1.0.b"]


def test_activations_are_the_outputs_of_all_layers():
    """The last is what forward returns."""
    model, X = network(), images((2, 2, 7, 8))
    outputs = model.activations(X)
    assert len(outputs) == len(model)
    np.testing.assert_array_equal(outputs[-1], model(X))
    np.testing.assert_array_equal(outputs[2], model[:3](X))


def test_summary_leaves_the_network_as_it_was():
    """The shapes of one batch; what the layers remember stays."""
    model, X = network(), images((2, 2, 7, 8))
    dY = images(model(X).shape)
    expected = model.backward(dY)
    lines = model.summary((1, 2, 7, 8)).splitlines()
    assert lines[0].split() == ["input", "(1,", "2,", "7,", "8)"]
    assert lines[1].split() == ["0", "Conv2d", "(1,", "3,", "7,", "8)", "57"]
    assert lines[-1].split() == ["total", "222"] == ["total", str(sum(a.size for _, a, _ in model.parameters()))]
    np.testing.assert_array_equal(model.backward(dY), expected)
    assert "0: Conv2d(F: (3, 2, 3, 3), b: (3,))" in repr(model)


def test_state_dict_round_trip():
    """Copies out, values in place in; a wrong state changes nothing."""
    model, other = network(rng=0), network(rng=1)
    state = model.state_dict()
    array = other[0].params["F"]
    other.load_state_dict(state)
    np.testing.assert_array_equal(array, model[0].params["F"])
    state["0.F"][...] = 0
    assert model[0].params["F"].any()
    for wrong in ({"0.F": array}, state | {"9.b": np.ones(4)}):
        with pytest.raises(ValueError, match="rule"):
            other.load_state_dict(wrong)
    np.testing.assert_array_equal(array, model[0].params["F"])


def test_the_network_agrees_with_pytorch():
    """Scores, loss, dX and all gradients of the whole network."""
    torch = pytest.importorskip("torch")
    nn = torch.nn
    model, X, t = network(), images((3, 2, 7, 8)), np.array([4, 0, 2])
    theirs = nn.Sequential(
        nn.Conv2d(2, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 4, (2, 3)), nn.Tanh(),
        nn.AvgPool2d((1, 2)), nn.Flatten(), nn.Linear(8, 6), nn.Sigmoid(), nn.Linear(6, 5),
    ).double()  # fmt: skip
    arrays = [array for _, array, _ in model.parameters()]
    for p, array in zip(theirs.parameters(), arrays, strict=True):
        p.data = torch.tensor(array)
    X_torch = torch.tensor(X, requires_grad=True)
    loss = nn.functional.cross_entropy(theirs(X_torch), torch.tensor(t))
    loss.backward()
    L, dZ = softmax_cross_entropy(model(X), t)
    dX = model.backward(dZ)
    assert L == pytest.approx(loss.item(), rel=1e-13)
    np.testing.assert_allclose(dX, X_torch.grad.numpy(), atol=1e-14)
    for p, (name, _, gradient) in zip(theirs.parameters(), model.parameters(), strict=True):
        np.testing.assert_allclose(gradient, p.grad.numpy(), atol=1e-14, err_msg=name)
