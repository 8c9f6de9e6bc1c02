"""Training: a loop by hand, determinism, history, bad input, progress; see also test_checkpoint."""

import itertools
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from tqdm import tqdm

import cnnbp.training
from cnnbp.checkpoint import read_arrays
from cnnbp.dense import softmax_cross_entropy
from cnnbp.layers import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
from cnnbp.optim import Adam
from cnnbp.training import History, evaluate, predict, train

RNG = np.random.default_rng(7)
X = RNG.standard_normal((11, 1, 4, 4))
t = RNG.integers(0, 3, 11)
SNAPSHOTS = ("0.F", "0.F.grad", "4.b")


def network(seed=0, dtype=np.float64):
    """A small CNN for images (1, 4, 4) and 3 classes."""
    rng = np.random.default_rng(seed)
    conv = Conv2d(1, 2, 3, padding=1, rng=rng, dtype=dtype)
    return Sequential(conv, ReLU(), MaxPool2d(2), Flatten(), Linear(8, 3, rng=rng, dtype=dtype))


def run(epochs=4, model=None, optimizer=None, **options):
    """One training run and what it leaves: model, optimizer, history."""
    model = model or network()
    optimizer = optimizer or Adam(model, 0.01)
    options = {"batch_size": 4, "validation": (X[:3], t[:3]), "snapshots": SNAPSHOTS, "progress": False} | options
    return model, optimizer, train(model, X, t, optimizer, epochs, **options)


def same(one, other):
    """Whether two runs left the same bits in model, optimizer and history."""
    states = [(m.state_dict(), o.state_dict(), h.to_arrays()) for m, o, h in (one, other)]
    for ours, theirs in zip(*states, strict=True):
        assert ours.keys() == theirs.keys()
        for name in ours:
            np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)
    return True


# ------------------------------------------------------------- learning


def test_an_epoch_is_a_loop_over_batches():
    """Order from (seed, epoch), mean loss of each batch, one step each; weighted by batch size."""
    model, _, history = run(2, optimizer=None, seed=5)
    copy = network()
    optimizer = Adam(copy, 0.01)
    for epoch in range(2):
        order = np.random.default_rng([5, epoch]).permutation(11)
        losses, hits = [], 0
        for batch in (order[:4], order[4:8], order[8:]):
            Z = copy(X[batch])
            L, dZ = softmax_cross_entropy(Z, t[batch])
            copy.backward(dZ)
            optimizer.step()
            losses.append(L)
            hits += np.sum(Z.argmax(axis=1) == t[batch])
        assert history.loss[epoch] == pytest.approx(np.dot(losses, [4, 4, 3]) / 11, rel=1e-14)
        assert history.accuracy[epoch] == hits / 11
    for name, array in copy.state_dict().items():
        np.testing.assert_array_equal(array, model.state_dict()[name])


def test_the_seed_decides():
    """Same seed, same bits; another seed, another run."""
    assert same(run(), run())
    assert run()[2].loss != run(seed=1)[2].loss


def test_training_learns():
    """Eleven examples can be learned by heart."""
    model, _, history = run(60, optimizer=None)
    assert history.loss[-1] < 0.1 < history.loss[0]
    assert evaluate(model, X, t)[1] == 1
    np.testing.assert_array_equal(predict(model, X), t)


def test_default_optimizer_and_float32():
    """Adam; float32 stays float32."""
    model = network(dtype=np.float32)
    train(model, X.astype(np.float32), t, epochs=1, progress=False)
    assert {a.dtype for _, *pair in model.parameters() for a in pair} == {np.dtype(np.float32)}


def test_examples_are_not_modified():
    """Read-only arrays will do."""
    frozen, labels = X.copy(), t.copy()
    frozen.flags.writeable = labels.flags.writeable = False
    model = network()
    assert train(model, frozen, labels, epochs=1, progress=False).epochs == 1
    np.testing.assert_array_equal(frozen, X)


def test_history():
    """One number per epoch, validation beside; without validation its lists are empty."""
    model, _, history = run(3)
    assert history.epochs == 3 and not history.interrupted
    lists = (history.loss, history.accuracy, history.validation_loss, history.validation_accuracy)
    assert [len(numbers) for numbers in lists] == [3] * 4
    assert (history.validation_loss[-1], history.validation_accuracy[-1]) == evaluate(model, X[:3], t[:3])
    assert run(1, validation=None)[2].validation_loss == []
    assert run(0)[2].epochs == 0


def test_snapshots():
    """Before training and after each epoch; a gradient is that of the first batch_size examples."""
    model, _, history = run(3)
    assert {name: len(kept) for name, kept in history.snapshots.items()} == dict.fromkeys(SNAPSHOTS, 4)
    np.testing.assert_array_equal(history.snapshots["0.F"][0], network().state_dict()["0.F"])
    np.testing.assert_array_equal(history.snapshots["0.F"][-1], model.state_dict()["0.F"])
    for trained, place in ((network(), 0), (model, -1)):
        trained.backward(softmax_cross_entropy(trained(X[:4]), t[:4])[1])
        np.testing.assert_array_equal(history.snapshots["0.F.grad"][place], trained[0].grads["F"])


def test_snapshots_do_not_change_the_run():
    """Looking is free."""
    for ours, theirs in zip(run()[0].parameters(), run(snapshots=())[0].parameters(), strict=True):
        np.testing.assert_array_equal(ours[1], theirs[1])


def test_history_is_saved_and_loaded(tmp_path):
    """To the last bit."""
    history = run(2)[2]
    history.save(tmp_path / "history")
    loaded = History.load(tmp_path / "history")
    assert loaded.loss == history.loss and loaded.snapshots.keys() == history.snapshots.keys()
    np.testing.assert_array_equal(loaded.snapshots["0.F"], history.snapshots["0.F"])


def test_evaluate_and_predict_do_not_depend_on_the_batch_size():
    """Except for rounding; an empty batch gives an empty prediction."""
    model = network()
    whole = softmax_cross_entropy(model(X), t)[0]
    for batch_size in (1, 4, 11, 100):
        assert evaluate(model, X, t, batch_size)[0] == pytest.approx(whole, rel=1e-14)
    assert predict(model, X[:0]).shape == (0,)
    assert predict(model, X[:0]).dtype.kind == "i"


# ------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"X": X[:0], "t": t[:0]}, "at least one example"),
        ({"t": t[:-1]}, r"X has shape \(11, 1, 4, 4\), t \(10,\).*rule"),
        ({"t": t.astype(float)}, "N int labels"),
        ({"validation": (X[:2], t[:3])}, r"t \(3,\)"),
        ({"batch_size": 0}, "batch_size is 0; it must be at least 1"),
        ({"epochs": -1}, "epochs is -1"),
        ({"seed": -1}, "seed is -1"),
        ({"snapshots": ("1.F",)}, "no parameter is called 1.F; there are 0.F, 0.b"),
        ({"t": t + 1}, r"labels 1\.\.3; rule: 0\.\.2"),
    ],
)
def test_bad_arguments(arguments, message):
    """Each with its rule, before anything is learned."""
    with pytest.raises(ValueError, match=message):
        train(**({"model": network(), "X": X, "t": t, "progress": False} | arguments))


def test_the_optimizer_must_belong_to_the_model():
    """Else nothing would be learned, in silence."""
    with pytest.raises(ValueError, match="another model"):
        train(network(), X, t, Adam(network()), progress=False)


def test_a_loss_that_is_not_finite_stops_the_run(tmp_path):
    """With its place; model and checkpoint stand at the last finished epoch."""
    model, path, reached = network(), tmp_path / "run.npz", network()
    run(1, model=reached)
    bad = X.copy()
    calls = itertools.count(1)
    forward = model.forward
    model.forward = lambda A: forward(A) * (np.nan if next(calls) > 7 else 1)
    with pytest.raises(FloatingPointError, match="the loss is nan in epoch 2, batch 2"):
        run(3, model=model, checkpoint=path)
    for name, array in reached.state_dict().items():
        np.testing.assert_array_equal(model.state_dict()[name], array)
    assert len(read_arrays(path)["history/loss"]) == 1
    bad[3] = np.nan
    with pytest.raises(FloatingPointError, match="epoch 1"):
        train(network(), bad, t, progress=False)


# ------------------------------------------------------------- progress


def test_progress_goes_to_standard_error(capsys):
    """A bar with loss and accuracy; nothing on standard output; nothing at all if not wanted."""
    run(2, progress=True)
    out, err = capsys.readouterr()
    assert out == "" and "loss=" in err and "accuracy=" in err
    run(2, progress=False)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("server", "shown"), [(None, False), ("book/training.ipynb", True)])
def test_progress_in_a_notebook_only_for_a_reader(capsys, monkeypatch, server, shown):
    """A kernel that a Jupyter server started knows its notebook; one of nbval's does not."""
    kernel = SimpleNamespace(get_ipython=lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr(cnnbp.training, "tqdm", tqdm)  # the plain bar, not the widget
    monkeypatch.setitem(sys.modules, "IPython", kernel)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    if server:
        monkeypatch.setenv("JPY_SESSION_NAME", server)
    run(1, progress=True)
    assert bool(capsys.readouterr().err) == shown
