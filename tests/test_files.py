import io
import os
import pickle
import stat
import zipfile

import numpy as np
import pytest

from nnlib import NeuralNetwork


@pytest.fixture
def net():
    return NeuralNetwork(3, 4, 2, hidden="relu", output="softmax", rng=0)


def rewrite(path, **changes):
    """Write what `save` wrote once more, with some of its arrays changed; None leaves one out."""
    with np.load(path) as stored:
        arrays = {**stored, **changes}
    with open(path, "wb") as file:
        np.savez(file, allow_pickle=True, **{name: value for name, value in arrays.items() if value is not None})


def test_what_was_saved_comes_back(net, tmp_path):
    net.save(tmp_path / "net.npz")
    twin = NeuralNetwork.load(tmp_path / "net.npz")
    assert repr(twin) == repr(net)
    assert twin.theta.tobytes() == net.theta.tobytes()


@pytest.mark.parametrize("name", ["net.npz", "net", "net.model", "a net.tar.npz"])
def test_the_name_is_kept_to_the_letter(net, tmp_path, name):
    net.save(str(tmp_path / name))
    assert os.listdir(tmp_path) == [name]
    assert NeuralNetwork.load(str(tmp_path / name)).sizes == net.sizes


def test_the_file_is_as_readable_as_any_other(net, tmp_path):
    net.save(tmp_path / "net.npz")
    (tmp_path / "other").write_text("")
    assert stat.S_IMODE((tmp_path / "net.npz").stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def test_numpy_reads_the_file_without_pickle(net, tmp_path):
    net.save(tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz", allow_pickle=False) as stored:
        assert set(stored) == {"format", "sizes", "hidden", "output", "theta"}


def test_saving_again_replaces(net, tmp_path):
    net.save(tmp_path / "net.npz")
    net.theta += 1
    net.save(tmp_path / "net.npz")
    np.testing.assert_array_equal(NeuralNetwork.load(tmp_path / "net.npz").theta, net.theta)


@pytest.mark.parametrize("error", [OSError("disk full"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["numpy.savez", "os.fsync", "os.replace"])
def test_an_interrupted_write_leaves_the_old_file_and_no_other(net, tmp_path, monkeypatch, step, error):
    def interrupted(file, *args, **kwargs):
        if step == "numpy.savez":
            file.write(b"half of it")
        raise error

    net.save(tmp_path / "net.npz")
    old = (tmp_path / "net.npz").read_bytes()
    net.theta += 1
    with monkeypatch.context() as patch, pytest.raises(type(error)):
        patch.setattr(step, interrupted)
        net.save(tmp_path / "net.npz")
    assert os.listdir(tmp_path) == ["net.npz"]
    assert (tmp_path / "net.npz").read_bytes() == old


def test_a_theta_that_is_not_finite_is_not_saved_over_a_good_file(net, tmp_path):
    net.save(tmp_path / "net.npz")
    old = (tmp_path / "net.npz").read_bytes()
    net.theta[5] = np.inf
    with pytest.raises(ValueError, match=r"theta\[5\] is inf; every entry may be a finite number"):
        net.save(tmp_path / "net.npz")
    assert (tmp_path / "net.npz").read_bytes() == old


def test_a_missing_file_is_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        NeuralNetwork.load(tmp_path / "none.npz")


def test_a_missing_folder_is_file_not_found(net, tmp_path):
    with pytest.raises(FileNotFoundError):
        net.save(tmp_path / "none" / "net.npz")


def test_a_truncated_file_is_refused_wherever_it_was_cut(net, tmp_path):
    net.save(tmp_path / "net.npz")
    whole = (tmp_path / "net.npz").read_bytes()
    for length in [*range(0, len(whole), 50), len(whole) - 1]:
        (tmp_path / "net.npz").write_bytes(whole[:length])
        with pytest.raises(ValueError, match="no whole file that nnlib saved"):
            NeuralNetwork.load(tmp_path / "net.npz")


def test_a_damaged_file_is_refused_or_read_as_it_was(net, tmp_path):
    net.save(tmp_path / "net.npz")
    whole = (tmp_path / "net.npz").read_bytes()
    refused = 0
    for place in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[place] ^= 0x21
        (tmp_path / "net.npz").write_bytes(damaged)
        try:
            assert NeuralNetwork.load(tmp_path / "net.npz").theta.tobytes() == net.theta.tobytes()
        except ValueError:
            refused += 1
    assert refused > len(whole) / 6  # theta alone is a sixth of the file


def test_a_damaged_array_header_is_refused(net, tmp_path):
    # a zip with right checksums whose array headers were spoiled: NumPy's own reader can raise SyntaxError here
    net.save(tmp_path / "net.npz")
    with zipfile.ZipFile(tmp_path / "net.npz") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    rng = np.random.default_rng(0)
    for _ in range(300):
        spoiled = bytearray(parts["theta.npy"])
        spoiled[rng.integers(10, 70)] = rng.integers(256)
        with zipfile.ZipFile(tmp_path / "net.npz", "w") as archive:
            for name, data in parts.items():
                archive.writestr(name, bytes(spoiled) if name == "theta.npy" else data)
        try:
            assert NeuralNetwork.load(tmp_path / "net.npz").theta.shape == net.theta.shape
        except ValueError as error:
            assert str(tmp_path / "net.npz") in str(error)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"\x93NUMPY\x01\x00", pickle.dumps([1, 2])])
def test_a_foreign_file_is_refused(tmp_path, content):
    (tmp_path / "net.npz").write_bytes(content)
    with pytest.raises(ValueError, match="no whole file that nnlib saved"):
        NeuralNetwork.load(tmp_path / "net.npz")


def test_a_foreign_zip_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "net.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(ValueError, match="no whole file that nnlib saved"):
        NeuralNetwork.load(tmp_path / "net.npz")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no whole file that nnlib saved"):
        NeuralNetwork.load(tmp_path)


class Bomb:
    """Makes a folder where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", ["format", "sizes", "hidden", "output", "theta"])
def test_a_pickle_inside_is_refused_and_not_run(net, tmp_path, name):
    net.save(tmp_path / "net.npz")
    rewrite(tmp_path / "net.npz", **{name: np.array([Bomb(tmp_path / "exploded")], dtype=object)})
    with pytest.raises(ValueError, match="no whole file that nnlib saved"):
        NeuralNetwork.load(tmp_path / "net.npz")
    assert not (tmp_path / "exploded").exists()
    np.load(tmp_path / "net.npz", allow_pickle=True)[name]
    assert (tmp_path / "exploded").exists(), "the bomb is a dud and the test above proves nothing"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "nnlib 9"}, "has the format 'nnlib 9'; this nnlib reads 'nnlib 1'"),
        ({"theta": None}, "no whole file that nnlib saved"),
        ({"sizes": (3, 5, 2)}, r"theta has shape (26,); a network of sizes [3, 5, 2] takes (32,)"),
        ({"sizes": (10**6, 10**6, 2)}, "takes (1000003000002,)"),
        ({"sizes": (3, -1)}, "holds no network"),
        ({"sizes": (0, 26)}, "sizes[0] is 0; it may be a whole number, 1 or more"),
        ({"sizes": (3.0, 4.0, 2.0)}, "sizes[0] is 3.0; it may be a whole number, 1 or more"),
        ({"sizes": 3}, "holds no network"),
        ({"sizes": "abc"}, "holds no network"),
        ({"sizes": [[3, 4], [4, 2]]}, "holds no network"),
        ({"hidden": "softmax"}, "hidden is 'softmax'; it may be one of"),
        ({"output": "cosine"}, "output is 'cosine'; it may be one of"),
        ({"theta": np.zeros((2, 13))}, "theta has shape (2, 13)"),
        ({"theta": np.full(26, np.nan)}, "theta[0] is nan; every entry may be a finite number"),
        ({"theta": np.full(26, 1j)}, "dtype is 'complex128'; it may be one of"),
        ({"theta": np.full(26, "a")}, "holds no network"),
    ],
)
def test_what_is_no_network_is_refused(net, tmp_path, changes, message):
    net.save(tmp_path / "net.npz")
    rewrite(tmp_path / "net.npz", **changes)
    with pytest.raises(ValueError) as caught:
        NeuralNetwork.load(tmp_path / "net.npz")
    assert message in str(caught.value)
    assert str(tmp_path / "net.npz") in str(caught.value)


def test_an_array_that_claims_too_much_is_not_read(net, tmp_path, monkeypatch):
    monkeypatch.setattr("nnlib.files.LARGEST", 100)
    net.save(tmp_path / "net.npz")
    with pytest.raises(ValueError, match="claims .* bytes"):
        NeuralNetwork.load(tmp_path / "net.npz")


def test_a_header_that_claims_more_memory_than_there_is_is_refused(net, tmp_path):
    net.save(tmp_path / "net.npz")
    with zipfile.ZipFile(tmp_path / "net.npz") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (2**50,)})
    with zipfile.ZipFile(tmp_path / "net.npz", "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, header.getvalue() if name == "theta.npy" else data)
    with pytest.raises(ValueError, match="no whole file that nnlib saved"):
        NeuralNetwork.load(tmp_path / "net.npz")
