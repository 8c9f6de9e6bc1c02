"""Named arrays in a file that is either the old one or the new one, never half of each.

The arrays are first written to a temporary file in the same folder; when they
are safely on the disk, that file takes the place of the old one in one step.
Files are NumPy's .npz, read and written without pickle: loading one runs no code.
"""

import os
import zipfile
import zlib
from pathlib import Path

import numpy as np


def write_arrays(path, arrays):
    """
    Write named arrays to a file, all or nothing.

    Parameters
    ----------
    path : str or path
        Taken as it is: no suffix is added.
    arrays : dict of str to array_like

    Raises
    ------
    OSError
        If the file cannot be written: no such folder, no permission, no
        space. What was there before is still there.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def read_arrays(path):
    """
    Read the named arrays that `write_arrays` has written.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    dict of str to ndarray

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is cut short, damaged, or of another kind.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged:
            raise ValueError(f"the part {damaged} has a wrong checksum")
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
        raise ValueError(
            f"{path} is no readable checkpoint ({error}); it is left as it is: "
            "move it away to start anew, or give another path"
        ) from error
