"""Interrupted and resumed runs: nothing lost, the same bits; damaged and foreign checkpoints."""

import errno
import itertools

import numpy as np
import pytest

import cnnbp.checkpoint
from cnnbp.checkpoint import read_arrays, write_arrays
from cnnbp.layers import Conv2d, Flatten, Linear, Sequential
from cnnbp.optim import SGD, Adam
from cnnbp.training import train
from test_training import X, network, run, same, t


def interrupt_at(monkeypatch, place, name, calls):
    """Make a function raise KeyboardInterrupt instead of its call number `calls`."""
    original, count = getattr(place, name), itertools.count(1)

    def interrupted(*args, **kwargs):
        if next(count) == calls:
            raise KeyboardInterrupt
        return original(*args, **kwargs)

    monkeypatch.setattr(place, name, interrupted)



@pytest.mark.parametrize("stop", [0, 1, 3, 4])
def test_a_resumed_run_ends_with_the_same_bits(tmp_path, stop):
    """Model, optimizer and history, after stopping between epochs and starting with fresh objects."""
    path = tmp_path / "run.npz"
    run(stop, checkpoint=path)
    assert same(run(4, model=network(seed=9), checkpoint=path), run(4))


MOMENTS = [
    *[(Linear, "forward", call) for call in (2, 5, 9, 14)],
    *[(Conv2d, "backward", call) for call in (2, 6, 10)],
    *[(Adam, "_change", call) for call in (1, 2, 14, 31)],  # in the midst of a step
    *[(cnnbp.checkpoint.os, "fsync", call) for call in (2, 3)],
    *[(cnnbp.checkpoint.os, "replace", call) for call in (2, 3)],
    *[(Adam, "state_dict", call) for call in (2, 3)],
]


@pytest.mark.parametrize(("place", "name", "call"), MOMENTS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_an_interrupt_loses_nothing(tmp_path, monkeypatch, place, name, call):
    """At any moment: the history so far comes back, and the same call goes on to the same bits."""
    path = tmp_path / "run.npz"
    model = network()
    with monkeypatch.context() as patch:
        interrupt_at(patch, place, name, call)
        _, optimizer, history = run(4, model=model, checkpoint=path)
    assert history.interrupted and history.epochs < 4
    reached = run(history.epochs)
    reached[2].interrupted = True
    assert same((model, optimizer, history), reached)
    assert [file.name for file in tmp_path.iterdir()] == ["run.npz"]
    assert len(read_arrays(path)["history/loss"]) == history.epochs
    assert same(run(4, model=model, optimizer=optimizer, checkpoint=path), run(4))


def test_an_interrupt_without_a_checkpoint():
    """The model stands at the end of the last finished epoch."""
    model, calls = network(), itertools.count()

    class Impatient(SGD):
        def step(self):
            super().step()
            if next(calls) == 7:  # in the third epoch of three batches
                raise KeyboardInterrupt

    _, _, history = run(4, model=model, optimizer=Impatient(model, 0.1))
    assert history.interrupted and history.epochs == 2
    reached = network()
    run(2, model=reached, optimizer=SGD(reached, 0.1))
    np.testing.assert_array_equal(model[0].params["F"], reached[0].params["F"])


def test_a_finished_run_is_not_run_again(tmp_path, monkeypatch):
    """The same call returns at once, with the same result."""
    path = tmp_path / "run.npz"
    first = run(2, checkpoint=path)
    monkeypatch.setattr(Adam, "step", None)  # would fail if it were called
    assert same(run(2, model=network(seed=3), checkpoint=path), first)


def test_a_full_disk_leaves_the_last_checkpoint(tmp_path, monkeypatch):
    """The error is raised, the file of the epoch before is whole, no debris is left."""
    path = tmp_path / "run.npz"
    run(1, checkpoint=path)
    content = path.read_bytes()
    real = np.savez

    def no_space(file, **arrays):
        real(file, allow_pickle=False, model=np.zeros(3))
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(np, "savez", no_space)
        with pytest.raises(OSError, match="No space left"):
            run(4, checkpoint=path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]
    assert same(run(4, checkpoint=path), run(4))


def test_a_checkpoint_is_on_the_disk_before_it_gets_its_name(tmp_path, monkeypatch):
    """fsync comes before replace, and both are in one folder."""
    events = []
    sync, replace = cnnbp.checkpoint.os.fsync, cnnbp.checkpoint.os.replace
    monkeypatch.setattr(cnnbp.checkpoint.os, "fsync", lambda f: (events.append("fsync"), sync(f)))
    monkeypatch.setattr(
        cnnbp.checkpoint.os, "replace", lambda a, b: (events.append((a.parent, b.parent)), replace(a, b))
    )
    write_arrays(tmp_path / "a.npz", {"a": np.ones(2)})
    assert events == ["fsync", (tmp_path, tmp_path)]


def test_a_missing_folder_shows_before_the_training(tmp_path):
    """Not after the first epoch."""
    with pytest.raises(FileNotFoundError):
        run(checkpoint=tmp_path / "nowhere" / "run.npz", optimizer=None, epochs=10**9)


def flipped(content):
    """One bit changed in the midst of the largest array."""
    middle = content.index(b"NUMPY") + 150
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage", [lambda c: c[: len(c) // 2], lambda c: b"", lambda c: b"text", flipped, lambda c: c[:-1]]
)
def test_a_damaged_checkpoint_is_refused_and_kept(tmp_path, damage):
    """A clear error; the file and the model are as they were."""
    path = tmp_path / "run.npz"
    run(1, checkpoint=path)
    path.write_bytes(damage(path.read_bytes()))
    content, model = path.read_bytes(), network(seed=2)
    with pytest.raises(ValueError, match=r"run\.npz is no readable checkpoint .* left as it is"):
        run(2, model=model, checkpoint=path)
    assert path.read_bytes() == content
    np.testing.assert_array_equal(model[0].params["F"], network(seed=2)[0].params["F"])


def test_a_checkpoint_with_a_pickle_is_refused(tmp_path):
    """Loading a file runs no code."""
    path = tmp_path / "run.npz"
    with path.open("wb") as file:
        np.savez(file, a=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="no readable checkpoint"):
        run(checkpoint=path)


OTHER_RUNS = {
    "seed: 0 there, 1 here": {"seed": 1},
    "batch_size: 4 there, 5 here": {"batch_size": 5},
    "lr: 0.01 there, 0.02 here": {"lr": 0.02},
    r"snapshots: .* there, \[\] here": {"snapshots": ()},
    "validation: True there, False here": {"validation": None},
    "finished epochs: 2 there, 1 asked for here": {"epochs": 1},
}


@pytest.mark.parametrize(("message", "change"), OTHER_RUNS.items())
def test_a_checkpoint_of_another_run_is_refused_and_kept(tmp_path, message, change):
    """Each difference is named."""
    path = tmp_path / "run.npz"
    run(2, checkpoint=path)
    content, model, change = path.read_bytes(), network(), dict(change)
    optimizer = Adam(model, change.pop("lr", 0.01))
    with pytest.raises(ValueError, match=f"belongs to another run and is left as it is .*{message}"):
        run(**({"epochs": 2, "model": model, "optimizer": optimizer, "checkpoint": path} | change))
    assert path.read_bytes() == content


def test_a_checkpoint_of_other_data_or_another_model_is_refused(tmp_path):
    """One changed label, one wider layer, a file that is no run at all."""
    path = tmp_path / "run.npz"
    train(network(), X, t, epochs=1, checkpoint=path, progress=False)
    with pytest.raises(ValueError, match="examples:"):
        train(network(), X, (t + 1) % 3, epochs=1, checkpoint=path, progress=False)
    wide = Sequential(Flatten(), Linear(16, 3, rng=0))
    with pytest.raises(ValueError, match="parameters:"):
        train(wide, X, t, epochs=1, checkpoint=path, progress=False)
    write_arrays(path, {"a": np.ones(1)})
    with pytest.raises(ValueError, match="another run"):
        train(wide, X, t, epochs=1, checkpoint=path, progress=False)
