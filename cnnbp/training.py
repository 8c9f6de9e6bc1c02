"""Training: forward, loss, backward, step; again for each batch, each epoch.

What makes a run is decided by its arguments alone: the order of the examples
in epoch k comes from (seed, k), so a run that was interrupted and resumed from
its checkpoint ends with the same bits as one that was not.
"""

import json
import os
import sys
import zlib
from operator import index
from pathlib import Path

import numpy as np
from tqdm.auto import tqdm

from cnnbp.checkpoint import read_arrays, write_arrays
from cnnbp.dense import softmax_cross_entropy
from cnnbp.history import History
from cnnbp.optim import Adam


def train(
    model, X, t, optimizer=None, epochs=10, batch_size=32, validation=None, seed=0,
    snapshots=(), checkpoint=None, progress=True,
):
    """
    Fit a classifier to examples by gradient descent.

    Parameters
    ----------
    model : Sequential
        Ends with scores of shape (N, K); its parameters are changed in place.
    X : ndarray of shape (N, ...)
    t : ndarray of int of shape (N,)
    optimizer : Optimizer, optional
        Adam with its defaults unless given.
    epochs, batch_size : int
        The last batch of an epoch may be smaller.
    validation : pair (X, t), optional
        Examples to evaluate after each epoch; nothing is learned from them.
    seed : int
        Decides the order of the examples in each epoch.
    snapshots : sequence of str
        Names of parameters, "0.F", or of their gradients, "0.F.grad". A
        gradient is that of the loss of the first `batch_size` examples of X.
    checkpoint : str or path, optional
        A file that holds the state after the last finished epoch. If it
        exists, training goes on from there.
    progress : bool
        Whether to show a progress bar, on the standard error stream.

    Returns
    -------
    History

    Raises
    ------
    ValueError
        If X and t do not fit or are empty, a number is out of range, or the
        checkpoint is damaged or of another run (the file is left as it is).
    FloatingPointError
        If the loss is not finite; the message says where.

    Notes
    -----
    Whatever ends the training early, model and optimizer are put back to the
    end of the last finished epoch. An interrupt (Ctrl-C, the stop button) then
    returns the history so far, with `interrupted` set; the same call with the
    same checkpoint goes on as if nothing had happened. Errors are raised.

    In a notebook the bar shows where a Jupyter server runs it for a reader;
    under nbconvert or nbval it stays away, lest stored outputs hold the time.
    """
    run = _Run(model, optimizer or Adam(model), X, t, batch_size, validation, seed, snapshots)
    initial = run.capture()
    finished = _stored(checkpoint, run.settings, initial.keys(), _at_least(0, epochs, "epochs")) or initial
    try:
        run.restore(finished)
        with _bar(epochs * run.batches, run.history.epochs * run.batches, progress) as bar:
            if finished is initial:
                _save(checkpoint, finished)
            for epoch in range(run.history.epochs, epochs):
                run.epoch(epoch, bar)
                finished = run.capture()  # one assignment: an interrupt finds the old or the new
                _save(checkpoint, finished)
    except BaseException as reason:
        run.restore(finished)
        if not isinstance(reason, KeyboardInterrupt):
            raise
        run.history.interrupted = run.history.epochs < epochs
        _save(checkpoint, finished)
    return run.history


class _Run:
    """One training run: what it works on, and what it has reached."""

    def __init__(self, model, optimizer, X, t, batch_size, validation, seed, snapshots):
        if optimizer.model is not model:
            raise ValueError("the optimizer belongs to another model than the one to train")
        self.model, self.optimizer, self.seed = model, optimizer, _at_least(0, seed, "seed")
        self.X, self.t = _examples(X, t)
        self.validation = None if validation is None else _examples(*validation)
        self.batch_size = _at_least(1, batch_size, "batch_size")
        self.batches = -(-len(self.X) // self.batch_size)
        self.history = History.for_model(model, snapshots)
        self._take_snapshots()
        self.settings = self._settings()

    def epoch(self, epoch, bar):
        """Go once through all examples, in the order that (seed, epoch) gives."""
        order = np.random.default_rng([self.seed, epoch]).permutation(len(self.X))
        loss = correct = 0
        for k in range(self.batches):
            batch = order[k * self.batch_size : (k + 1) * self.batch_size]
            L, hits = self._learn(self.X[batch], self.t[batch], f"epoch {epoch + 1}, batch {k + 1}")
            loss, correct = loss + L * len(batch), correct + hits
            bar.update()
        self.history.loss.append(loss / len(self.X))
        self.history.accuracy.append(correct / len(self.X))
        bar.set_postfix(loss=f"{self.history.loss[-1]:.4f}", accuracy=f"{self.history.accuracy[-1]:.2%}")
        if self.validation:
            L, accuracy = evaluate(self.model, *self.validation)
            self.history.validation_loss.append(L)
            self.history.validation_accuracy.append(accuracy)
        self._take_snapshots()

    def _learn(self, X, t, place):
        """Learn from one batch: first all gradients, then all updates."""
        Z = self.model.forward(X)
        L, dZ = softmax_cross_entropy(Z, t)
        if not np.isfinite(L):
            raise FloatingPointError(f"the loss is {L} in {place}: lr too high, or X not finite?")
        self.model.backward(dZ)
        self.optimizer.step()
        return L, np.count_nonzero(Z.argmax(axis=1) == t)

    def _take_snapshots(self):
        """Copy the arrays asked for; gradients are those of the first examples, freshly computed."""
        if any(name.endswith(".grad") for name in self.history.snapshots):
            X, t = self.X[: self.batch_size], self.t[: self.batch_size]
            self.model.backward(softmax_cross_entropy(self.model.forward(X), t)[1])
        self.history.take_snapshots(self.model)

    def _settings(self):
        """What a checkpoint must agree with to belong to this run."""
        parameters = {name: [list(a.shape), str(a.dtype)] for name, a, _ in self.model.parameters()}
        data = [[list(a.shape), zlib.crc32(np.ascontiguousarray(a))] for a in (self.X, self.t)]
        own = {"batch_size": self.batch_size, "seed": self.seed, "snapshots": sorted(self.history.snapshots)}
        own |= {"parameters": parameters, "examples": data, "validation": self.validation is not None}
        return json.loads(json.dumps(self.optimizer.settings() | own))

    def capture(self):
        """Copies of everything that the next epoch depends on, as named arrays."""
        state = {f"model/{name}": array.copy() for name, array, _ in self.model.parameters()}
        state |= {f"optimizer/{name}": array for name, array in self.optimizer.state_dict().items()}
        state |= {f"history/{name}": array for name, array in self.history.to_arrays().items()}
        return state | {"settings": np.array(json.dumps(self.settings))}

    def restore(self, state):
        """Go back to what `capture` has copied."""
        for name, array, _ in self.model.parameters():
            array[...] = state[f"model/{name}"]
        self.optimizer.load_state_dict(_part(state, "optimizer/"))
        self.history = History.from_arrays(_part(state, "history/"))


def evaluate(model, X, t, batch_size=256):
    """
    The mean loss of a classifier and the part of the examples it gets right.

    Parameters
    ----------
    model, X, t
        As in `train`.
    batch_size : int
        How many examples to run at a time; changes memory, not meaning.

    Returns
    -------
    loss, accuracy : float
    """
    X, t = _examples(X, t)
    scores = _scores(model, X, batch_size)
    L = softmax_cross_entropy(scores, t)[0]
    return L, float(np.mean(scores.argmax(axis=1) == t))


def predict(model, X, batch_size=256):
    """The class with the highest score for each example of X, as ints of shape (N,)."""
    return _scores(model, np.asarray(X), batch_size).argmax(axis=1)


def _scores(model, X, batch_size):
    """The output for all examples, computed a batch at a time."""
    starts = range(0, max(len(X), 1), _at_least(1, batch_size, "batch_size"))
    return np.concatenate([model.forward(X[i : i + batch_size]) for i in starts])


def _part(state, prefix):
    """The arrays whose names begin with a prefix, without it."""
    return {name.removeprefix(prefix): array for name, array in state.items() if name.startswith(prefix)}


def _examples(X, t):
    """Examples and their labels as arrays that belong together."""
    X, t = np.asarray(X), np.asarray(t)
    if X.ndim == 0 or t.shape != (len(X),) or t.dtype.kind not in "iu":
        raise ValueError(f"X has shape {X.shape}, t {t.shape} of {t.dtype}; rule: (N, ...) and N int labels")
    if len(X) == 0:
        raise ValueError(f"X has shape {X.shape}; rule: at least one example")
    return X, t


def _at_least(minimum, number, name):
    """The number, if it is an int that is large enough."""
    if index(number) < minimum:
        raise ValueError(f"{name} is {number}; it must be at least {minimum}")
    return index(number)


def _save(checkpoint, state):
    """Write the state to the checkpoint, if there is one."""
    if checkpoint is not None:
        write_arrays(checkpoint, state)


def _stored(checkpoint, settings, names, epochs):
    """The state in a checkpoint, or None; ValueError if it belongs to another run."""
    if checkpoint is None or not Path(checkpoint).exists():
        return None
    state = read_arrays(checkpoint)
    there = json.loads(str(state.get("settings", "{}")))
    differ = [f"{k}: {there.get(k)} there, {settings[k]} here" for k in settings if there.get(k) != settings[k]]
    if (done := len(state.get("history/loss", ()))) > epochs:
        differ.append(f"finished epochs: {done} there, {epochs} asked for here")
    if differ or state.keys() != names:
        raise ValueError(f"{checkpoint} belongs to another run and is left as it is ({'; '.join(differ)})")
    return state


def _bar(total, done, progress):
    """A progress bar; not in a notebook that runs without a Jupyter server, so without a reader."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    unread = hasattr(shell, "kernel") and "JPY_SESSION_NAME" not in os.environ
    hidden = {} if progress and not unread else {"disable": True}
    return tqdm(total=total, initial=done, unit="batch", leave=False, file=sys.stderr, **hidden)
