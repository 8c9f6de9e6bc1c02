"""The recorded runs: they are what `recording` makes, and the replay shows them."""

import numpy as np
import pytest
import traitlets

from cnnbp.data import load_digits
from cnnbp.explore import TrainingReplay, recorded, recording
from cnnbp.gradcheck import check_gradient
from cnnbp.optim import SGD
from cnnbp.training import evaluate, train

X, T, X_TEST, T_TEST = load_digits()
KEPT = recorded.recordings()
RUNS = [(rate, momentum) for rate in recorded.RATES for momentum in recorded.MOMENTA]


def test_the_file_is_small_and_fits_the_network():
    assert recorded.PATH.stat().st_size < 100_000
    start = recorded.units(recorded.replay_network().state_dict().values())
    assert KEPT["replay/weights"].shape == (len(RUNS), recorded.EPOCHS + 1, start.size)
    np.testing.assert_array_equal(KEPT["replay/weights"][:, 0], np.tile(start, (len(RUNS), 1)))
    np.testing.assert_array_equal(KEPT["replay/images"] / 16, X_TEST[list(recording.SAMPLES), 0])
    np.testing.assert_array_equal(KEPT["replay/labels"], T_TEST[list(recording.SAMPLES)])


@pytest.mark.parametrize("run", range(len(RUNS)), ids=lambda k: "-".join(RUNS[k]))
def test_curves_are_those_of_the_stored_weights(run):
    network = recorded.replay_network()
    for epoch in range(recorded.EPOCHS + 1):
        recorded.load(network, KEPT["replay/weights"][run, epoch])
        loss, accuracy = evaluate(network, X, T)[0], evaluate(network, X_TEST, T_TEST)[1]
        assert KEPT["replay/loss"][run, epoch] == pytest.approx(loss, abs=6e-5)
        assert KEPT["replay/accuracy"][run, epoch] == pytest.approx(accuracy, abs=6e-5)


@pytest.mark.parametrize("run", [0, 3])
def test_the_first_epoch_comes_out_again(run):
    """Seeds and order of the examples: to two units, for computers add in different orders."""
    network, (rate, momentum) = recorded.replay_network(), RUNS[run]
    train(network, X, T, SGD(network, lr=float(rate), momentum=float(momentum)), epochs=1, progress=False)
    again = recorded.units(network.state_dict().values())
    np.testing.assert_allclose(again, KEPT["replay/weights"][run, 1], atol=2)


def test_one_run_has_too_large_a_step():
    """It begins well, then no ReLU opens and nothing is learned any more."""
    figure = TrainingReplay(rate="1.0", momentum="0.9", epoch=2)
    assert figure.numbers()["accuracy"] > 0.6
    figure.epoch = 10
    now = figure.numbers()
    assert now["accuracy"] < 0.11 and not any(now[f"dF{k}"].any() for k in range(1, 5))


def test_gradients_are_those_of_the_digits_loss():
    """The filters' gradients, checked by differences, at an epoch of a run."""
    figure = TrainingReplay(rate="0.1", momentum="0.9", epoch=3, digit="2")
    now, network = figure.numbers(), figure.network(3)

    def loss(F):
        network[0].params["F"][:, 0] = F
        return recorded.run(network, figure.sample, 2)[2]

    F, dF = (np.stack([now[f"{name}{k}"] for k in range(1, 5)]) for name in ("F", "dF"))
    assert check_gradient(loss, dF, F) < 1e-6


def test_the_path_ends_where_the_run_does():
    figure = TrainingReplay(epoch=10)
    now = figure.numbers()
    assert now["path"].shape == (11,) and now["path"][10] == pytest.approx(now["p"][9], abs=1e-15)
    assert "as 9" in figure.describe()


@pytest.mark.parametrize("change", [{"rate": "0.5"}, {"momentum": "1"}, {"epoch": 11}, {"digit": "7"}])
def test_what_was_not_recorded_is_refused(change):
    with pytest.raises(traitlets.TraitError):
        TrainingReplay(**change)
