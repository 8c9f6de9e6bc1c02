"""Images to learn from: scikit-learn's digits, and files in MNIST's IDX format.

Nothing is downloaded. The 8×8 digits come with scikit-learn; MNIST and its
relatives are read from files that the reader has.
"""

import gzip
import zlib
from math import prod
from pathlib import Path

import numpy as np

IDX_DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MNIST_FILES = {
    "X_train": "train-images-idx3-ubyte",
    "t_train": "train-labels-idx1-ubyte",
    "X_test": "t10k-images-idx3-ubyte",
    "t_test": "t10k-labels-idx1-ubyte",
}


def load_digits(test_fraction=0.2, seed=0, dtype=np.float64):
    """
    Scikit-learn's 1797 handwritten digits, split into two parts.

    Parameters
    ----------
    test_fraction : float
        The part of each class that is set aside for testing; between 0 and 1.
    seed : int
        Chooses the split: the same seed gives the same split.
    dtype : data type
        Of the images, float64 or float32.

    Returns
    -------
    X_train, t_train, X_test, t_test : ndarray
        Images of shape (N, 1, 8, 8) with values from 0 to 1, and their digits
        0 to 9 of shape (N,). Every digit has the same share in both parts.

    Raises
    ------
    ValueError
        If `test_fraction` does not lie between 0 and 1.
    """
    if not 0 < test_fraction < 1:
        raise ValueError(f"test_fraction is {test_fraction}; it must lie between 0 and 1")
    from sklearn.datasets import load_digits as bundled_digits

    digits = bundled_digits()
    X, t = (digits.images[:, None] / 16).astype(dtype), digits.target
    test = _stratified(t, test_fraction, np.random.default_rng(seed))
    return X[~test], t[~test], X[test], t[test]


def _stratified(t, fraction, rng):
    """A mask that chooses at random the same fraction of every class."""
    chosen = np.zeros(len(t), dtype=bool)
    for label in np.unique(t):
        members = rng.permutation(np.flatnonzero(t == label))
        chosen[members[: round(fraction * len(members))]] = True
    return chosen


def read_idx(path):
    """
    Read an array from an IDX file, the format of MNIST.

    Parameters
    ----------
    path : str or path
        The file, as it is or compressed with gzip; its first bytes decide.

    Returns
    -------
    ndarray
        With the shape and data type that the file states.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not IDX, is cut short or too long, or its compression
        is damaged; the message says what was expected and what was found.

    Notes
    -----
    An IDX file is: two zero bytes, one byte for the data type, one byte for
    the number of axes, the size of each axis as a big-endian 32-bit number,
    and the entries in row-major order, big-endian.
    """
    content = _decompressed(path)
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in IDX_DTYPES:
        start = content[:4].hex(" ") or "nothing"
        raise ValueError(f"{path} is no IDX file: it starts with {start}, not with 00 00 and a type")
    dtype, axes = np.dtype(IDX_DTYPES[content[2]]), content[3]
    header = 4 + 4 * axes
    if len(content) < header:
        raise ValueError(f"{path} is cut short: its header has {header} bytes, found {len(content)}")
    shape = tuple(int.from_bytes(content[i : i + 4], "big") for i in range(4, header, 4))
    expected, found = prod(shape) * dtype.itemsize, len(content) - header
    if expected != found:
        fault = "is cut short" if found < expected else "has bytes after its end"
        raise ValueError(f"{path} {fault}: shape {shape} needs {expected} bytes, found {found}")
    array = np.frombuffer(content, dtype, offset=header).reshape(shape)
    return array.astype(dtype.newbyteorder("="))


def _decompressed(path):
    """The bytes of a file, unpacked if they are in gzip's format."""
    content = Path(path).read_bytes()
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} is damaged: its gzip compression cannot be undone ({error})") from error


def load_mnist(folder, dtype=np.float64):
    """
    Read MNIST, or a data set in its format, from four files in a folder.

    Parameters
    ----------
    folder : str or path
        Holds train-images-idx3-ubyte, train-labels-idx1-ubyte and the same
        two for t10k; with a dot for the dash before idx, and with .gz, too.
    dtype : data type
        Of the images, float64 or float32.

    Returns
    -------
    X_train, t_train, X_test, t_test : ndarray
        Images of shape (N, 1, H, W) with values from 0 to 1, labels of shape (N,).

    Raises
    ------
    FileNotFoundError
        If a file is missing; the message holds the names looked for.
    ValueError
        If a file is damaged, is not what its name says, or the numbers of
        images and labels differ.
    """
    files = {part: _find(Path(folder), name) for part, name in MNIST_FILES.items()}
    parts = []
    for part in ("train", "test"):
        images, labels = files["X_" + part], files["t_" + part]
        X, t = _read_bytes(images, 3, "images (N, H, W)"), _read_bytes(labels, 1, "labels (N,)")
        if len(X) != len(t):
            raise ValueError(f"{images} holds {len(X)} images, {labels} holds {len(t)} labels")
        parts += [np.divide(X[:, None], 255, dtype=dtype), t.astype(np.int64)]
    return tuple(parts)


def _find(folder, name):
    """The file of this name, or of one of its usual variants."""
    dotted = name.replace("-idx", ".idx")
    names = [name, name + ".gz", dotted, dotted + ".gz"]
    for candidate in names:
        if (folder / candidate).is_file():
            return folder / candidate
    raise FileNotFoundError(f"{folder} holds none of {', '.join(names)}")


def _read_bytes(path, axes, content):
    """The array in an IDX file that must hold bytes along so many axes."""
    array = read_idx(path)
    if array.ndim != axes or array.dtype != np.uint8:
        raise ValueError(f"{path} holds {array.dtype} of shape {array.shape}; expected bytes, {content}")
    return array
