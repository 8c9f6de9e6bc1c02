"""Optimisers: steps by hand, two phases, PyTorch."""

import numpy as np
import pytest

import running_example as example
from cnnbp.dense import softmax_cross_entropy
from cnnbp.layers import Conv2d, Flatten, Linear, ReLU, Sequential
from cnnbp.optim import SGD, Adam

MAKERS = {
    "sgd": lambda model: SGD(model, 0.1),
    "momentum": lambda model: SGD(model, 0.1, momentum=0.9, weight_decay=0.01),
    "adam": lambda model: Adam(model, 0.01),
    "adam, large eps": lambda model: Adam(model, 0.1, betas=(0.5, 0.8), eps=0.5),
}
each_optimizer = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())


class Plain:
    """One parameter P with the gradient dP."""

    def __init__(self, P, dP):
        self.P, self.dP = np.array(P, float), None if dP is None else np.array(dP, float)

    def parameters(self):
        yield "P", self.P, self.dP


def test_one_step_of_the_running_example():
    """X/10 and F/10, the label 2, eta = 0.5: F and the loss after one step, worked out by hand."""
    model = Sequential(Conv2d(1, 1, 2, bias=False), Flatten())
    model[0].params["F"][0, 0] = example.F / 10
    X, t = example.X.reshape(1, 1, 3, 3) / 10, [example.LABEL]
    L, dZ = softmax_cross_entropy(model(X), t)
    model.backward(dZ)
    SGD(model, example.ETA).step()
    np.testing.assert_allclose(model[0].params["F"][0, 0], example.F_AFTER, rtol=1e-14)
    assert L == pytest.approx(example.LOSS, rel=1e-14)
    assert softmax_cross_entropy(model(X), t)[0] == pytest.approx(example.LOSS_AFTER, rel=1e-14)


def test_sgd_with_momentum_by_hand():
    """Gradient 2, lr 0.1, momentum 0.5: velocities 2, 3, 3.5."""
    model = Plain([1], [2])
    optimizer = SGD(model, 0.1, momentum=0.5)
    positions = [(optimizer.step(), model.P[0])[1] for _ in range(3)]
    np.testing.assert_allclose(positions, [0.8, 0.5, 0.15], rtol=1e-14)


def test_the_learning_rate_may_change_between_steps():
    """Velocities 2 and 3, whatever the rate: with 0.1 and then 1 from 1 to 0.8 and to -2.2."""
    model = Plain([1], [2])
    optimizer = SGD(model, 0.1, momentum=0.5)
    optimizer.step()
    optimizer.lr = 1
    optimizer.step()
    assert model.P[0] == pytest.approx(-2.2)


def test_weight_decay_by_hand():
    """g = 2 + 0.5 · 4 = 4: the parameter moves from 4 to 3.6."""
    model = Plain([4], [2])
    SGD(model, 0.1, weight_decay=0.5).step()
    assert model.P[0] == pytest.approx(3.6)


def test_adam_by_hand():
    """With eps = 1 the first step is lr · 3/(3 + 1), whatever the betas; eps inside the root gives 3/√10."""
    model = Plain([1], [3])
    optimizer = Adam(model, 0.4, betas=(0.5, 0.75), eps=1)
    optimizer.step()
    assert model.P[0] == pytest.approx(1 - 0.4 * 3 / 4)
    model.dP[0] = -1  # m = 0.25, v = 1.9375; corrected by 0.75 and 0.4375
    optimizer.step()
    assert model.P[0] == pytest.approx(0.7 - 0.4 * (0.25 / 0.75) / (np.sqrt(1.9375 / 0.4375) + 1))


def test_all_gradients_are_computed_before_any_update():
    """dX of a backward pass belongs to the network that was run, and step changes all layers at once."""
    model = Sequential(Linear(2, 3, rng=0), ReLU(), Linear(3, 2, rng=1))
    X, dY = np.array([[1.0, 2]]), np.array([[1.0, -1]])
    model(X)
    before = model.state_dict()
    model.backward(dY)
    assert all(np.array_equal(array, before[name]) for name, array, _ in model.parameters())
    SGD(model, 0.1).step()
    for name, array, gradient in model.parameters():
        np.testing.assert_array_equal(array, before[name] - 0.1 * gradient)


@each_optimizer
def test_step_works_in_place_and_leaves_gradients_alone(make):
    """The array of the layer moves; its gradient, even read-only, does not."""
    model = Plain([1, 2, 3], [1, 0, -1])
    model.dP.flags.writeable = False
    array = model.P
    make(model).step()
    assert model.P is array and (array != [1, 2, 3]).any()
    np.testing.assert_array_equal(model.dP, [1, 0, -1])


@each_optimizer
def test_a_resumed_optimizer_takes_the_same_steps(make):
    """state_dict holds all that the next step depends on, in copies."""
    model, other = Plain([1, 2], [3, -1]), Plain([1, 2], [3, -1])
    first, second = make(model), make(other)
    for _ in range(3):
        first.step()
    state = first.state_dict()
    other.P[...] = model.P
    first.step()
    second.load_state_dict(state)
    second.step()
    np.testing.assert_array_equal(model.P, other.P)
    assert second.steps == 4


@each_optimizer
def test_float32_stays_float32(make):
    """Parameters and memory."""
    model = Linear(3, 2, rng=0, dtype=np.float32)
    model.backward(np.ones_like(model(np.ones((1, 3), np.float32))))
    optimizer = make(model)
    optimizer.step()
    kinds = {array.dtype for _, array, _ in model.parameters()} | {a.dtype for a in optimizer.memory.values()}
    assert kinds == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda m: SGD(m, 0), "lr is 0; the learning rate must be positive"),
        (lambda m: Adam(m, -1), "lr is -1"),
        (lambda m: SGD(m, np.nan), "lr is nan"),
        (lambda m: SGD(m, np.inf), "lr is inf"),
        (lambda m: SGD(m, 1, momentum=1), "momentum is 1"),
        (lambda m: SGD(m, 1, momentum=-0.1), "momentum is -0.1"),
        (lambda m: SGD(m, 1, weight_decay=-1), "weight_decay is -1"),
        (lambda m: Adam(m, betas=(0.9, 1)), "betas are"),
        (lambda m: Adam(m, betas=(0.9,)), "two numbers"),
        (lambda m: Adam(m, eps=0), "eps is 0"),
        (lambda m: Adam(ReLU()), "no parameters"),
    ],
)
def test_numbers_out_of_range(make, message):
    """Each with its name and its rule."""
    with pytest.raises(ValueError, match=message):
        make(Plain([1], [1]))


def test_step_without_gradients_changes_nothing():
    """A missing gradient, or one of another shape that would broadcast."""
    model = Plain([1], None)
    optimizer = SGD(model, 0.1)
    with pytest.raises(RuntimeError, match="P has no gradient yet; call backward"):
        optimizer.step()
    model.dP = np.ones((1, 1))
    with pytest.raises(ValueError, match=r"P has shape \(1,\), its gradient \(1, 1\)"):
        optimizer.step()
    assert model.P == [1] and optimizer.steps == 0


def test_a_state_of_another_optimizer_is_refused():
    """Names and shapes must be the same."""
    model = Plain([1], [1])
    with pytest.raises(ValueError, match="rule: the same"):
        Adam(model).load_state_dict(SGD(model, 1).state_dict())


@each_optimizer
def test_steps_agree_with_pytorch(make):
    """Twenty steps on a changing gradient."""
    torch = pytest.importorskip("torch")
    model = Plain([1, -2, 0.5], [0, 0, 0])
    p = torch.tensor(model.P.copy(), requires_grad=True)
    ours = make(model)
    settings = ours.settings()
    theirs = getattr(torch.optim, settings.pop("optimizer"))([p], **settings)
    rng = np.random.default_rng(0)
    for _ in range(20):
        model.dP[...] = rng.standard_normal(3)
        p.grad = torch.tensor(model.dP)
        ours.step()
        theirs.step()
        np.testing.assert_allclose(model.P, p.detach().numpy(), rtol=1e-12)
