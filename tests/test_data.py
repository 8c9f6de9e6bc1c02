"""The digits and their split; IDX files, whole and damaged."""

import gzip
import struct

import numpy as np
import pytest
from hypothesis import given, strategies as st

from cnnbp.data import MNIST_FILES, load_digits, load_mnist, read_idx
from running_example import modest

X_BYTES = b"\0\0\x08\x02" + struct.pack(">II", 3, 3) + bytes([3, 1, 4, 1, 5, 9, 2, 6, 5])
CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx(array, kind=None):
    """An array as the bytes of an IDX file."""
    kind = kind or array.dtype.str[1:]
    array = np.asarray(array)
    header = bytes([0, 0, CODES[kind], array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(">" + kind).tobytes()


@pytest.fixture
def idx_file(tmp_path):
    """A function that writes bytes to a file and returns its path."""

    def write(content, name="some-idx"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


# --------------------------------------------------------------- digits


def test_digits_shapes_and_scale():
    """1797 images in two parts, in NCHW, from 0 to 1."""
    X, t, X_test, t_test = load_digits()
    assert X.shape == (1438, 1, 8, 8) and X_test.shape == (359, 1, 8, 8)
    assert t.shape == (1438,) and t_test.shape == (359,)
    assert X.dtype == np.float64 and X.min() == 0 and X.max() == 1
    assert load_digits(dtype=np.float32)[0].dtype == np.float32


def test_digits_split_loses_and_repeats_nothing():
    """Both parts together are the data set."""
    from sklearn.datasets import load_digits as original

    X, t, X_test, t_test = load_digits(test_fraction=0.3, seed=4)
    ours = np.column_stack([np.concatenate([X, X_test]).reshape(-1, 64) * 16, np.concatenate([t, t_test])])
    theirs = np.column_stack([original().data, original().target])
    assert sorted(map(tuple, ours)) == sorted(map(tuple, theirs))


def test_digits_split_is_stratified_and_decided_by_the_seed():
    """Every digit gives a fifth; the same seed the same fifth."""
    *_, X_test, t_test = load_digits(seed=1)
    whole = np.bincount(np.concatenate(load_digits(seed=1)[1::2]))
    assert np.abs(np.bincount(t_test) - 0.2 * whole).max() <= 0.5
    np.testing.assert_array_equal(X_test, load_digits(seed=1)[2])
    assert not np.array_equal(X_test, load_digits(seed=2)[2])


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 2, np.nan])
def test_digits_refuse_an_empty_part(fraction):
    """The fraction lies between 0 and 1."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        load_digits(fraction)


# ------------------------------------------------------------ IDX files


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("name", ["x.gz", "x"])
def test_idx_by_hand(idx_file, pack, name):
    """The running example's X as bytes; the content, not the name, tells gzip."""
    array = read_idx(idx_file(pack(X_BYTES), name))
    np.testing.assert_array_equal(array, [[3, 1, 4], [1, 5, 9], [2, 6, 5]])
    assert array.dtype == np.uint8 and array.flags.writeable


@modest
@given(
    kind=st.sampled_from(sorted(CODES)),
    shape=st.lists(st.integers(0, 4), max_size=4),
    seed=st.integers(0, 9),
)
def test_idx_round_trip(tmp_path_factory, kind, shape, seed):
    """Every type and number of axes; the result has the machine's byte order."""
    array = (np.random.default_rng(seed).standard_normal(shape) * 100).clip(-120, 120)
    array = np.asarray(np.abs(array) if kind == "u1" else array, dtype=kind)
    path = tmp_path_factory.getbasetemp() / "round-trip"
    path.write_bytes(idx(array))
    found = read_idx(path)
    np.testing.assert_array_equal(found, array)
    assert found.dtype == array.dtype and found.dtype.isnative


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "starts with nothing"),
        (b"\0\0\x08", "no IDX file"),
        (b"PNG\x03abcdefgh", "starts with 50 4e 47 03"),
        (b"\0\0\x07\x01\0\0\0\0", "starts with 00 00 07 01"),
        (X_BYTES[:10], r"cut short: its header has 12 bytes, found 10"),
        (X_BYTES[:-1], r"cut short: shape \(3, 3\) needs 9 bytes, found 8"),
        (X_BYTES + b"!", r"bytes after its end: shape \(3, 3\) needs 9 bytes, found 10"),
        (b"\0\0\x0e\x02" + b"\xff" * 8, "cut short: .* found 0"),
        (gzip.compress(X_BYTES, mtime=0)[:-9], "damaged: its gzip"),
        (gzip.compress(X_BYTES, mtime=0)[:-8] + b"\0" * 8, "damaged: its gzip"),
        (b"\x1f\x8bnonsense", "damaged: its gzip"),
        (gzip.compress(X_BYTES, mtime=0) + b"more", "damaged: its gzip"),
    ],
)
def test_damaged_idx(idx_file, content, message):
    """Each fault has its message, with the file's name and what was expected and found."""
    with pytest.raises(ValueError, match=message) as caught:
        read_idx(idx_file(content))
    assert "some-idx" in str(caught.value)


def test_missing_idx(tmp_path):
    """As Python says it."""
    with pytest.raises(FileNotFoundError, match="nowhere"):
        read_idx(tmp_path / "nowhere")


# ---------------------------------------------------------------- MNIST


@pytest.fixture
def mnist(tmp_path):
    """A folder in MNIST's form: 3 images for training, 2 for testing, 4×5 pixels."""
    rng = np.random.default_rng(0)
    for part, count in (("train", 3), ("test", 2)):
        X, t = rng.integers(0, 256, (count, 4, 5)), rng.integers(0, 10, count)
        (tmp_path / MNIST_FILES["X_" + part]).write_bytes(idx(X, "u1"))
        (tmp_path / MNIST_FILES["t_" + part]).write_bytes(idx(t, "u1"))
    return tmp_path


def test_mnist(mnist):
    """Images in NCHW from 0 to 1, labels as ints."""
    X, t, X_test, t_test = load_mnist(mnist)
    assert X.shape == (3, 1, 4, 5) and X_test.shape == (2, 1, 4, 5)
    raw = read_idx(mnist / "train-images-idx3-ubyte")
    np.testing.assert_array_equal(X[:, 0], raw / 255)
    np.testing.assert_array_equal(t_test, read_idx(mnist / "t10k-labels-idx1-ubyte"))
    assert t.dtype == np.int64 and load_mnist(str(mnist), dtype=np.float32)[0].dtype == np.float32


def test_mnist_variants_of_the_names(mnist):
    """A dot for the dash, .gz behind."""
    expected = load_mnist(mnist)
    (mnist / "train-images-idx3-ubyte").rename(mnist / "train-images.idx3-ubyte")
    labels = mnist / "t10k-labels-idx1-ubyte"
    (mnist / "t10k-labels.idx1-ubyte.gz").write_bytes(gzip.compress(labels.read_bytes()))
    labels.unlink()
    for ours, theirs in zip(load_mnist(mnist), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_mnist_missing_file(mnist):
    """All names that were looked for."""
    (mnist / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError, match=r"train-labels-idx1-ubyte, .*train-labels\.idx1-ubyte\.gz"):
        load_mnist(mnist)


def test_mnist_counts_differ(mnist):
    """A label for each image."""
    (mnist / "train-labels-idx1-ubyte").write_bytes(idx(np.arange(4), "u1"))
    with pytest.raises(ValueError, match="3 images, .* 4 labels"):
        load_mnist(mnist)


def test_mnist_files_exchanged(mnist):
    """Labels where images should be."""
    (mnist / "train-images-idx3-ubyte").write_bytes(idx(np.arange(3), "u1"))
    with pytest.raises(ValueError, match=r"uint8 of shape \(3,\); expected bytes, images"):
        load_mnist(mnist)
