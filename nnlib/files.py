"""Arrays in a file: written whole or not at all, read without pickle.

`NeuralNetwork.save` and `load` stand on these two functions.
"""

import os
import secrets
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

PathName = os.PathLike | str
FORMAT = "nnlib 1"
LARGEST = 2**31  # bytes of one stored array; what claims more is refused before it is read


def write_arrays(path: PathName, **arrays: Any) -> None:
    """Write `arrays` to `path` as ``.npz``: a temporary file beside it, then one rename."""
    path = Path(path)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(temporary, "xb") as file:
            np.savez(file, format=FORMAT, **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:  # an interrupt too must not leave half a file behind
        temporary.unlink(missing_ok=True)
        raise


def read_arrays(path: PathName, names: Iterable[str]) -> dict[str, np.ndarray]:
    """Return the arrays `names` that `write_arrays` wrote to `path`, as a dict.

    Raises FileNotFoundError if there is no such file, and ValueError if it is truncated or foreign.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            stored = {name: _read_array(archive, name) for name in ("format", *names)}
    except FileNotFoundError:
        raise
    except Exception as error:  # on a damaged file zipfile and NumPy raise a dozen kinds, SyntaxError among them
        raise ValueError(f"{path} is no whole file that nnlib saved: {error}") from None
    if str(stored["format"]) != FORMAT:
        raise ValueError(f"{path} has the format {str(stored['format'])!r}; this nnlib reads {FORMAT!r}")
    return stored


def _read_array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    entry = archive.getinfo(f"{name}.npy")
    if entry.file_size > LARGEST:
        raise ValueError(f"{name} claims {entry.file_size} bytes")
    with archive.open(entry) as file:
        return np.lib.format.read_array(file, allow_pickle=False)
