"""A network in a file: written whole or not at all, read without pickle, and believed in nothing.

`NeuralNetwork.save` and `load` stand on these functions. The file is what ``np.savez`` writes: a zip of
uncompressed arrays. Whoever made it may have written anything into it, so a length that it claims takes
no memory: it is compared with what is there, and what is there is read in small pieces.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import io
import math
import os
import re
import secrets
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

import numpy as np

from nnlib.validation import check_finite, type_name

try:
    import fcntl
except ImportError:  # Windows, and Python in a browser
    fcntl = None  # type: ignore[assignment]

PathName = os.PathLike | str
FORMAT = "nnlib 1"
LARGEST = 2**28  # bytes of a file: 33 million weights of float64, read through in less than a second
SMALL = 2**17  # bytes of a piece, of the zip's directory, and of every array but theta
HOUR = 3600


def write_network(path: PathName, theta: np.ndarray, **small: Any) -> None:
    """Write `theta` and the arrays `small` to `path` as ``.npz``: to a part beside it, then one rename.

    Raises ValueError if that is more than `read_network` takes, and OSError as the system does.
    """
    check_finite("theta", theta)
    for name, value in small.items():
        if np.asarray(value).nbytes > SMALL:
            raise ValueError(f"{name} takes {np.asarray(value).nbytes} bytes; a file holds up to {SMALL} of it")
    path = _resolve(_check_path(path))
    _clear_parts(path)
    part, file = _open_part(path)
    try:
        _fill(file, theta, small)
        if path.exists():
            _copy_owner_and_mode(path, part)
        if fcntl is None:
            file.close()  # Windows renames no open file; elsewhere the lock is held to the end
        os.replace(part, path)
    except BaseException:  # an interrupt too must not leave half a file behind
        with contextlib.suppress(OSError):  # on a full disk closing fails as well
            file.close()
        part.unlink(missing_ok=True)
        raise
    file.close()


def _fill(file: IO[bytes], theta: np.ndarray, small: dict[str, Any]) -> None:
    """Write all of it, down to the disk."""
    np.savez(file, allow_pickle=False, format=FORMAT, **small, theta=theta)
    if file.tell() > LARGEST:
        raise ValueError(f"theta takes {theta.nbytes} bytes; a file holds up to {LARGEST}, np.save any theta")
    file.flush()
    os.fsync(file.fileno())


def _check_path(path: PathName) -> Path:
    """Return `path` as a Path; refuse a pipe or a device: reading one may never end, and a rename would replace it."""
    try:
        path = Path(path)
    except TypeError:
        raise ValueError(f"path is {type_name(path)}; it may be a str or a pathlib.Path") from None
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise ValueError(f"path is {str(path)!r}, a pipe or a device; it may be a file")
    return path


def _resolve(path: Path) -> Path:
    """Return the file that a link names, so that the link stays one; an OSError if the file may not be written."""
    if path.is_symlink():
        path = Path(os.path.realpath(path))
    if os.path.lexists(path):
        open(path, "r+b").close()  # a rename asks nobody whether this file may be written
    return path


def _open_part(path: Path) -> tuple[Path, IO[bytes]]:
    """Return a new file beside `path`, and its name; as long as it is open it is locked."""
    mode = 0o600 if path.exists() else 0o666  # what the old file hides stays hidden while the new one is written
    while True:
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        file = open(part, "xb", opener=lambda name, flags: os.open(name, flags, mode))
        if fcntl is not None:
            with contextlib.suppress(OSError):  # some file systems have no locks
                fcntl.flock(file, fcntl.LOCK_EX)
        if part.exists():  # another save may have cleared it before it was locked
            return part, file
        file.close()


def _clear_parts(path: Path) -> None:
    """Remove the parts that killed saves of `path` left, and none that is being written."""
    for part in path.parent.glob(f"{glob.escape(path.name)}.{'[0-9a-f]' * 8}.part"):
        with contextlib.suppress(OSError):  # locked, or not ours
            _clear(part)


def _clear(part: Path) -> None:
    """Remove `part` if whoever wrote it has ended: a lock ends with its process."""
    if fcntl is None:  # no locks: no save goes an hour without writing
        if time.time() - part.stat().st_mtime > HOUR:
            part.unlink()
        return
    with open(part, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.unlink()


def _copy_owner_and_mode(path: Path, part: Path) -> None:
    status = path.stat()
    if hasattr(os, "chown"):
        for owner in ((-1, status.st_gid), (status.st_uid, -1)):
            with contextlib.suppress(OSError):  # only root may give a file away
                os.chown(part, *owner)
    shutil.copymode(path, part)


class _Bounded(io.FileIO):
    """A file of which nobody gets more than `SMALL` bytes at once, whatever length a zip makes zipfile ask for."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as a file does, and refuse what would be too much."""
        wanted = SMALL + 1 if size is None or size < 0 else min(size, SMALL + 1)
        data = super().read(wanted) or b""
        if len(data) > SMALL:
            raise ValueError(f"its directory takes more than {SMALL} bytes")
        return data


def read_network(path: PathName, build: Callable[..., Any]) -> Any:
    """Return the network that `write_network` wrote to `path`, made by `build(*sizes, ...)`.

    All is checked before memory is taken for `theta`. Raises ValueError if the file holds no network,
    and OSError as the system does: there is no such file, it is a folder, it may not be read.
    """
    with _open_archive(path) as archive:
        sizes = _read_small(archive, "sizes", INTEGERS).tolist()
        hidden, output = (str(_read_small(archive, name, TEXT)[0]) for name in ("hidden", "output"))
        n_params = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
        dtype = _check_theta(archive, n_params)
        net = build(*sizes, hidden=hidden, output=output, init="zeros", dtype=dtype)
        _read_theta(archive, net.theta)
    return net


@contextlib.contextmanager
def _open_archive(path: PathName) -> Iterator[zipfile.ZipFile]:
    """Open `path`; an error while it is open becomes a ValueError that names the path."""
    path = _check_path(path)
    with _Bounded(path) as file:
        try:
            if os.fstat(file.fileno()).st_size > LARGEST:
                raise ValueError(f"it takes more than {LARGEST} bytes")
            with zipfile.ZipFile(file) as archive:
                stored = str(_read_small(archive, "format", TEXT)[0])
                if stored != FORMAT:
                    raise ValueError(f"format is {stored!r}; it may be {FORMAT!r}")
                yield archive
        except Exception as error:  # on a damaged file zipfile raises a dozen kinds
            if isinstance(error, OSError | MemoryError) and getattr(error, "errno", None) != errno.EINVAL:
                raise  # the system's own; EINVAL is a place before the file's start, which a zip can claim
            reason = str(error)[:150] or "it ends too early"
            raise ValueError(f"{str(path)!r} holds no network that nnlib can read: {reason}") from None


def _header(dtype: str, shape: str) -> re.Pattern[bytes]:
    """Return what NumPy writes before an array; read by this pattern, nothing of a header is ever evaluated."""
    pattern = rf"{{'descr': '([<>]{dtype})', 'fortran_order': False, 'shape': \({shape}\), }} *\n"
    return re.compile(pattern.encode())


TEXT = _header(r"U\d{1,5}", "")
INTEGERS = _header(r"i[48]", r"(\d{1,12}),")
FLOATS = _header(r"f[48]", r"(\d{1,12}),")


def _read_small(archive: zipfile.ZipFile, name: str, header: re.Pattern[bytes]) -> np.ndarray:
    with _open_array(archive, name, header) as (file, dtype, n):
        if n * dtype.itemsize > SMALL:
            raise ValueError(f"{name} takes {n * dtype.itemsize} bytes; it may take up to {SMALL}")
        return np.frombuffer(file.read(SMALL), dtype)  # to its end, where zipfile compares the checksum


def _check_theta(archive: zipfile.ZipFile, n_params: int) -> str:
    """Return the dtype of `theta`, read here once, piece by piece; refuse a wrong length, NaN and infinity."""
    with _open_array(archive, "theta", FLOATS) as (file, dtype, n):
        if n != n_params:
            raise ValueError(f"theta has shape ({n},); a network of these sizes takes ({n_params},)")
        for start, values in _pieces(file, dtype):
            if not np.isfinite(values).all():
                i = int(np.isfinite(values).argmin())
                raise ValueError(f"theta[{start + i}] is {values[i]}; every entry may be a finite number")
    return dtype.name


def _read_theta(archive: zipfile.ZipFile, theta: np.ndarray) -> None:
    """Read what `_check_theta` has passed into `theta`."""
    with _open_array(archive, "theta", FLOATS) as (file, dtype, _):
        for start, values in _pieces(file, dtype):
            theta[start : start + len(values)] = values


@contextlib.contextmanager
def _open_array(
    archive: zipfile.ZipFile, name: str, header: re.Pattern[bytes]
) -> Iterator[tuple[IO[bytes], np.dtype, int]]:
    """Give the array's bytes as a file, its dtype and its number of entries, which is the file's own length."""
    if archive.namelist().count(f"{name}.npy") != 1:
        raise ValueError(f"{name} is missing, or there twice")
    entry = archive.getinfo(f"{name}.npy")
    if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
        raise ValueError(f"{name} is compressed; write it by np.savez, not by np.savez_compressed")
    with archive.open(entry) as file:
        start = file.read(10)
        length = int.from_bytes(start[8:], "little")
        found = header.fullmatch(file.read(length))
        if start[:8] != b"\x93NUMPY\x01\x00" or not found:
            raise ValueError(f"{name} begins otherwise than `save` writes it")
        dtype = np.dtype(found[1].decode())
        n = math.prod(map(int, found.groups()[1:]))  # 1 for a string, whose shape is ()
        if 10 + length + n * dtype.itemsize != entry.file_size:
            raise ValueError(f"{name} takes {entry.file_size} bytes; its header says otherwise")
        yield file, dtype, n


def _pieces(file: IO[bytes], dtype: np.dtype) -> Iterator[tuple[int, np.ndarray]]:
    """Give the array piece by piece, each with its start, to the very end, where zipfile compares the checksum."""
    start = 0
    while data := file.read(SMALL):
        yield start, np.frombuffer(data, dtype)
        start += len(data) // dtype.itemsize
