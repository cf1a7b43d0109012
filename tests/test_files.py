import contextlib
import copy
import errno
import io
import itertools
import os
import pickle
import stat
import struct
import subprocess
import sys
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest

import nnlib.files
from nnlib import NeuralNetwork

ROOT = Path(__file__).parents[1]
NAMES = ("format", "sizes", "hidden", "output", "theta")


@pytest.fixture
def net():
    return NeuralNetwork(3, 4, 2, hidden="relu", output="softmax", rng=0)


@pytest.fixture
def as_nobody(tmp_path, monkeypatch):
    """Take the rights of root away, who may read and write all. Names are relative: folders above are closed."""
    if os.name != "posix":
        pytest.skip("Windows keeps no such modes")
    monkeypatch.chdir(tmp_path)
    if os.getuid() != 0:
        yield
        return
    os.chmod(tmp_path, 0o777)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def start(program, *arguments):
    """Start Python on `program`, with pipes to all that it reads and writes."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def run(program, *arguments):
    """Return what `program` printed; it must end well."""
    process = start(program, *arguments)
    printed, errors = process.communicate()
    assert process.returncode == 0, errors
    return printed


def rewrite(path, **changes):
    """Write what `save` wrote once more, with some of its arrays changed; None leaves one out."""
    with np.load(path) as stored:
        arrays = {**stored, **changes}
    with open(path, "wb") as file:
        np.savez(file, allow_pickle=True, **{name: value for name, value in arrays.items() if value is not None})


def parts_of(path):
    """Return the entries of the zip `path` as bytes."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path, parts, compression=zipfile.ZIP_STORED):
    """Write a zip of `parts`, pairs of a name and its bytes, with right checksums."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", compression) as archive:
        warnings.simplefilter("ignore")  # zipfile warns of a name that is there twice
        for name, data in parts:
            archive.writestr(name, data)


def npy(dtype, shape, data=b"", version=(1, 0), order="False"):
    """Return an array's bytes in NumPy's format, whatever its header claims."""
    header = f"{{'descr': {dtype!r}, 'fortran_order': {order}, 'shape': {shape}, }}\n".encode()
    length = struct.pack("<H" if version == (1, 0) else "<I", len(header))
    return b"\x93NUMPY" + bytes(version) + length + header + data


@contextlib.contextmanager
def little_memory(limit=5e6):
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < limit


def words_of(error, path):
    """Return the message, which is short, can be printed, and names the path."""
    message = str(error)
    assert str(path) in message
    assert len(message) - len(str(path)) < 200
    assert message.isprintable()
    return message


def assert_refused(path):
    """Load `path`, a ValueError with little memory; return its words."""
    with little_memory(), pytest.raises(ValueError) as caught:
        NeuralNetwork.load(path)
    return words_of(caught.value, path)


def assert_refused_or_the_same(path, net):
    """Load `path`: a ValueError or this very network, and return whether it was refused."""
    try:
        twin = NeuralNetwork.load(path)
    except ValueError as error:
        return bool(words_of(error, path))
    assert (repr(twin), twin.theta.tobytes()) == (repr(net), net.theta.tobytes())
    return False


# What was saved comes back


def test_what_was_saved_comes_back(net, tmp_path):
    net.save(tmp_path / "net.npz")
    twin = NeuralNetwork.load(tmp_path / "net.npz")
    assert repr(twin) == repr(net)
    assert twin.theta.tobytes() == net.theta.tobytes()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("sizes", [(1, 1), (300, 200, 100), (1,) * 16_384])
def test_large_and_deep_and_small_networks_come_back_bit_for_bit(sizes, dtype, tmp_path):
    net = NeuralNetwork(*sizes, rng=0, dtype=dtype)
    net.theta[0] = -0.0
    net.save(tmp_path / "net.npz")
    twin = NeuralNetwork.load(tmp_path / "net.npz")
    assert (twin.sizes, twin.theta.dtype) == (net.sizes, net.theta.dtype)
    assert twin.theta.tobytes() == net.theta.tobytes()


def test_the_other_order_of_bytes_is_read(net, tmp_path):
    net.save(tmp_path / "net.npz")
    rewrite(tmp_path / "net.npz", theta=net.theta.astype(">f8"), sizes=np.array(net.sizes, ">i4"))
    twin = NeuralNetwork.load(tmp_path / "net.npz")
    assert twin.theta.dtype.isnative
    assert twin.theta.tobytes() == net.theta.tobytes()


@pytest.mark.parametrize("name", ["net.npz", "net", "net.model", "a net.tar.npz", "[a]*?.npz"])
def test_the_name_is_kept_to_the_letter(net, tmp_path, name):
    net.save(str(tmp_path / name))
    assert os.listdir(tmp_path) == [name]
    assert NeuralNetwork.load(str(tmp_path / name)).sizes == net.sizes


def test_numpy_reads_the_file_without_pickle(net, tmp_path):
    net.save(tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz", allow_pickle=False) as stored:
        assert set(stored) == set(NAMES)


def test_a_note_that_someone_added_is_no_fault(net, tmp_path):
    net.save(tmp_path / "net.npz")
    rewrite(tmp_path / "net.npz", note="trained on a Sunday")
    assert NeuralNetwork.load(tmp_path / "net.npz").theta.tobytes() == net.theta.tobytes()


# What `load` would refuse, `save` does not write


def tampered(**state):
    net = NeuralNetwork(3, 4, 2, rng=0)
    net.__setstate__({**net.__getstate__(), **state})
    return net


def infinite():
    net = NeuralNetwork(3, 4, 2, rng=0)
    net.theta[5] = np.inf
    return net


def renamed(**names):
    net = NeuralNetwork(3, 4, 2, rng=0)
    vars(net).update(names)
    return net


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (infinite(), r"theta[5] is inf; every entry may be a finite number"),
        (NeuralNetwork(3, 4, 2).copy(complex), "dtype is 'complex128'; it may be one of 'float64', 'float32'"),
        (tampered(theta=np.zeros(26, "float16")), "dtype is 'float16'; it may be one of 'float64', 'float32'"),
        (tampered(theta=np.zeros(26, int)), "dtype is 'int64'; it may be one of 'float64', 'float32'"),
        (tampered(theta=np.zeros(26, np.longdouble)), "it may be one of 'float64', 'float32'"),
        (renamed(hidden="cosine"), "hidden is 'cosine'; it may be one of"),
        (renamed(output="cosine"), "output is 'cosine'; it may be one of"),
        (renamed(sizes=(3, 5, 2)), "theta has shape (26,); this network takes (32,)"),
        (NeuralNetwork(*[1] * 16_385), "sizes takes 131080 bytes; a file holds up to 131072 of it"),
    ],
)  # fmt: skip
def test_save_refuses_what_load_would_refuse_and_keeps_the_old_file(net, message, tmp_path):
    (tmp_path / "net.npz").write_text("old")
    with pytest.raises(ValueError) as caught:
        net.save(tmp_path / "net.npz")
    assert message in str(caught.value)
    assert os.listdir(tmp_path) == ["net.npz"]
    assert (tmp_path / "net.npz").read_text() == "old"


def test_save_refuses_a_file_larger_than_load_reads(net, tmp_path, monkeypatch):
    net.save(tmp_path / "old.npz")
    monkeypatch.setattr(nnlib.files, "LARGEST", (tmp_path / "old.npz").stat().st_size)
    net.save(tmp_path / "net.npz")
    assert NeuralNetwork.load(tmp_path / "net.npz").sizes == net.sizes
    with pytest.raises(ValueError, match=r"theta takes \d+ bytes; a file holds up to \d+, np.save any theta"):
        NeuralNetwork(30, 4, 2).save(tmp_path / "net.npz")
    assert sorted(os.listdir(tmp_path)) == ["net.npz", "old.npz"]


@pytest.mark.parametrize("dtype", [None, "float64", "float32", float, np.float32, np.dtype(">f8")])
def test_a_copy_in_another_dtype_is_one_that_can_be_saved(net, dtype, tmp_path):
    twin = net.copy(dtype)
    twin.save(tmp_path / "net.npz")
    assert twin.theta.dtype.name in ("float64", "float32")
    assert NeuralNetwork.load(tmp_path / "net.npz").theta.tobytes() == twin.theta.tobytes()


@pytest.mark.parametrize(
    "dtype",
    [
        "float16",
        int,
        "f8",
        "int8",
        bool,
        object,
        str,
        np.floating,
        np.longdouble,
        "complex64",
        3,
        [],
        np.dtype("M8[s]"),
    ],
)
def test_a_copy_in_any_other_dtype_is_refused(net, dtype):
    with pytest.raises(ValueError, match=r"dtype is .*; it may be one of 'float64', 'float32', 'complex128'$"):
        net.copy(dtype)


def test_a_complex_copy_stays_complex(net):
    twin = net.copy(complex)
    twin.theta[0] += 1e-100j
    assert twin.copy().theta[0] == copy.copy(twin).theta[0] == twin.theta[0]
    with pytest.raises(ValueError, match="dtype is 'float64'; it may be one of 'complex128'"):
        twin.copy("float64")


def test_a_copy_in_float32_does_not_become_infinite(net):
    net.theta[3] = -1e39
    with pytest.raises(ValueError, match=r"theta holds a number beyond 3.4e\+38, the largest of float32"):
        net.copy("float32")
    net.theta[3] = np.inf  # of a diverged training
    assert np.isinf(net.copy("float32").theta[3])


# Whole, or not at all


def test_saving_again_replaces(net, tmp_path):
    net.save(tmp_path / "net.npz")
    net.theta += 1
    net.save(tmp_path / "net.npz")
    np.testing.assert_array_equal(NeuralNetwork.load(tmp_path / "net.npz").theta, net.theta)


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("step", ["numpy.savez", "os.fsync", "os.replace", "shutil.copymode"])
def test_an_interrupted_write_leaves_the_old_file_and_no_other(net, tmp_path, monkeypatch, step, error):
    def interrupted(file, *args, **kwargs):
        if step == "numpy.savez":
            file.write(b"half of it")
        raise error

    net.save(tmp_path / "net.npz")
    old = (tmp_path / "net.npz").read_bytes()
    net.theta += 1
    with monkeypatch.context() as patch, pytest.raises(type(error)) as caught:
        patch.setattr(step, interrupted)
        net.save(tmp_path / "net.npz")
    assert caught.value is error
    assert os.listdir(tmp_path) == ["net.npz"]
    assert (tmp_path / "net.npz").read_bytes() == old


def test_a_disk_that_is_full_says_so_itself(tmp_path):
    pytest.importorskip("resource", reason="Windows has no limits on the size of a file")
    program = """
import os, resource, sys, nnlib
small, large = nnlib.NeuralNetwork(2, 3, 1, rng=0), nnlib.NeuralNetwork(200, 300, 1, rng=0)
small.save(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    large.save(sys.argv[1])
except OSError as error:
    print(type(error).__name__, error.errno)
print(os.listdir(os.path.dirname(sys.argv[1])), nnlib.NeuralNetwork.load(sys.argv[1]).sizes)
"""
    assert run(program, tmp_path / "net.npz") == f"OSError {errno.EFBIG}\n['net.npz'] (2, 3, 1)\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows cannot fork")
def test_a_kill_at_any_moment_leaves_a_whole_file_and_the_next_save_clears_its_part(tmp_path):
    # A child of its own for each moment: it kills itself at the k-th line of nnlib.files and zipfile.
    program = """
import os, signal, sys, zipfile, nnlib
import nnlib.files
path = sys.argv[1]
old, new = (nnlib.NeuralNetwork(2, 3, 1, rng=seed) for seed in (0, 1))
old.save(path)
files, left = {nnlib.files.__file__, zipfile.__file__}, int(sys.argv[2])

def at_line(frame, event, arg):
    global left
    if frame.f_code.co_filename not in files:
        return None
    if event == "line":
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
    return at_line

step = left
for moment in range(1, 10_000, step):
    child = os.fork()
    if not child:
        left = moment
        sys.settrace(at_line)
        new.save(path)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    theta = nnlib.NeuralNetwork.load(path).theta.tobytes()
    assert theta in (old.theta.tobytes(), new.theta.tobytes())
    print(len(os.listdir(os.path.dirname(path))), theta == old.theta.tobytes(), os.WIFSIGNALED(status))
    old.save(path)
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]
    if not os.WIFSIGNALED(status):
        break
"""
    outcomes = [tuple(line.split()) for line in run(program, tmp_path / "net.npz", 13).splitlines()]
    assert outcomes[-1] == ("1", "False", "False")  # the last child was not killed, and saved
    kills = outcomes[:-1]
    assert all(killed == "True" for _, _, killed in kills)
    assert kills.count(("2", "True", "True")) > 20  # a part was left beside the old file


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_the_part_of_a_save_that_is_under_way_is_left_alone(net, tmp_path, step):
    program = """
import os, sys, nnlib
step = getattr(os, sys.argv[2])
def wait(*arguments):
    print("here", flush=True)
    sys.stdin.readline()
    step(*arguments)
setattr(os, sys.argv[2], wait)
nnlib.NeuralNetwork(2, 3, 1, rng=0).save(sys.argv[1])
"""
    other = start(program, tmp_path / "net.npz", step)
    try:
        assert other.stdout.readline() == "here\n"
        (tmp_path / "net.npz.0123abcd.part").write_bytes(b"left by a kill")
        net.save(tmp_path / "net.npz")
        assert len(os.listdir(tmp_path)) == 2, "its part is there, and the other is cleared"
        assert NeuralNetwork.load(tmp_path / "net.npz").sizes == net.sizes
    finally:
        _, errors = other.communicate("go on\n")
    assert (other.returncode, errors) == (0, "")
    assert os.listdir(tmp_path) == ["net.npz"]
    assert NeuralNetwork.load(tmp_path / "net.npz").sizes == (2, 3, 1)


def test_only_parts_of_this_file_are_cleared(net, tmp_path):
    theirs = ["other.npz.0123abcd.part", "net.npz.part", "net.npz.old", "net.npz.notes.part", "net2npz.0123abcd.part"]
    for name in [*theirs, "net.npz.0123abcd.part", "net.npz.ffffffff.part"]:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "net.npz.01234567.part").mkdir()
    net.save(tmp_path / "net.npz")
    assert sorted(os.listdir(tmp_path)) == sorted([*theirs, "net.npz", "net.npz.01234567.part"])


def test_a_name_is_no_pattern_of_names(net, tmp_path):
    for name in ("net.npz.0123abcd.part", "[n]et.npz.0123abcd.part"):
        (tmp_path / name).write_bytes(b"")
    net.save(tmp_path / "[n]et.npz")
    assert sorted(os.listdir(tmp_path)) == ["[n]et.npz", "net.npz.0123abcd.part"]


def test_where_there_are_no_locks_a_part_is_cleared_after_an_hour(net, tmp_path, monkeypatch):
    monkeypatch.setattr(nnlib.files, "fcntl", None)
    young, old = tmp_path / "net.npz.00000000.part", tmp_path / "net.npz.00000001.part"
    for part in (young, old):
        part.write_bytes(b"")
    os.utime(old, (0, 0))
    net.save(tmp_path / "net.npz")
    assert sorted(os.listdir(tmp_path)) == ["net.npz", young.name]
    assert NeuralNetwork.load(tmp_path / "net.npz").sizes == net.sizes


def test_a_part_that_was_cleared_before_it_was_locked_is_opened_again(net, tmp_path, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    lock, cleared = fcntl.flock, []

    def clear_first(file, operation):
        if not cleared:
            cleared.append(Path(file.name))
            Path(file.name).unlink()
        lock(file, operation)

    monkeypatch.setattr(fcntl, "flock", clear_first)
    net.save(tmp_path / "net.npz")
    assert cleared
    assert os.listdir(tmp_path) == ["net.npz"]


# What the file is to the system


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_is_as_readable_as_any_other(net, tmp_path, umask):
    before = os.umask(umask)
    try:
        net.save(tmp_path / "net.npz")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "net.npz") == 0o666 & ~umask


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o640, 0o666, 0o755])
def test_an_old_file_keeps_its_mode(net, tmp_path, mode, monkeypatch):
    net.save(tmp_path / "net.npz")
    os.chmod(tmp_path / "net.npz", mode)
    sync, modes = os.fsync, []

    def look_first(descriptor):
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", look_first)
    net.save(tmp_path / "net.npz")
    assert mode_of(tmp_path / "net.npz") == mode
    assert modes == [0o600], "nobody else reads it while it is written"


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may give a file away")
def test_an_old_file_keeps_its_owner(net, tmp_path):
    net.save(tmp_path / "net.npz")
    os.chown(tmp_path / "net.npz", 65534, 65533)
    net.save(tmp_path / "net.npz")
    status = (tmp_path / "net.npz").stat()
    assert (status.st_uid, status.st_gid) == (65534, 65533)


@pytest.mark.parametrize("there", [True, False])
@pytest.mark.parametrize("relative", [True, False])
def test_a_link_stays_one_and_its_target_is_written(net, tmp_path, there, relative):
    (tmp_path / "models").mkdir()
    target = tmp_path / "models" / "best.npz"
    if there:
        NeuralNetwork(2, 3, 1).save(target)
    (tmp_path / "middle.npz").symlink_to("models/best.npz" if relative else target)
    (tmp_path / "net.npz").symlink_to("middle.npz" if relative else tmp_path / "middle.npz")
    net.save(tmp_path / "net.npz")
    assert (tmp_path / "net.npz").is_symlink()
    assert (tmp_path / "middle.npz").is_symlink()
    assert not target.is_symlink()
    assert os.listdir(tmp_path / "models") == ["best.npz"]
    assert NeuralNetwork.load(tmp_path / "net.npz").sizes == NeuralNetwork.load(target).sizes == net.sizes


def test_links_in_a_circle_are_the_systems_error(net, tmp_path):
    (tmp_path / "net.npz").symlink_to("other.npz")
    (tmp_path / "other.npz").symlink_to("net.npz")
    for call in (net.save, NeuralNetwork.load):
        with pytest.raises(OSError) as caught:
            call(tmp_path / "net.npz")
        assert caught.value.errno == errno.ELOOP
    assert sorted(os.listdir(tmp_path)) == ["net.npz", "other.npz"]


def test_a_missing_file_is_file_not_found(tmp_path):
    with pytest.raises(FileNotFoundError):
        NeuralNetwork.load(tmp_path / "none.npz")


def test_a_missing_folder_is_file_not_found(net, tmp_path):
    with pytest.raises(FileNotFoundError):
        net.save(tmp_path / "none" / "net.npz")


def test_a_folder_is_a_folder(net, tmp_path):
    (tmp_path / "net.npz").mkdir()
    for call in (net.save, NeuralNetwork.load):
        with pytest.raises(IsADirectoryError if os.name == "posix" else PermissionError):
            call(tmp_path / "net.npz")
    assert os.listdir(tmp_path) == ["net.npz"]


def test_a_file_that_one_may_not_read_is_no_damaged_one(net, as_nobody):
    net.save("net.npz")
    os.chmod("net.npz", 0)
    with pytest.raises(PermissionError):
        NeuralNetwork.load("net.npz")


def test_a_file_that_one_may_not_write_is_not_replaced(net, as_nobody):
    NeuralNetwork(2, 3, 1).save("net.npz")
    os.chmod("net.npz", 0o444)
    with pytest.raises(PermissionError):
        net.save("net.npz")
    assert os.listdir() == ["net.npz"]
    assert NeuralNetwork.load("net.npz").sizes == (2, 3, 1)


@pytest.mark.parametrize("mode", [0o000, 0o555])
def test_a_folder_that_one_may_not_write_is_the_systems_error(net, as_nobody, mode):
    os.mkdir("models", mode)
    with pytest.raises(PermissionError):
        net.save("models/net.npz")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes with names in folders")
@pytest.mark.parametrize("link", [True, False])
def test_a_pipe_is_refused_and_not_waited_for(net, tmp_path, link):
    # in a process of its own, which ends by itself if it waits for what nobody writes
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    program = """
import signal, sys, nnlib
signal.alarm(60)
for call in (nnlib.NeuralNetwork(2, 3, 1).save, nnlib.NeuralNetwork.load):
    try:
        call(sys.argv[1])
    except ValueError as error:
        print(error)
"""
    path = tmp_path / ("link" if link else "pipe")
    assert run(program, path) == 2 * f"path is {str(path)!r}, a pipe or a device; it may be a file\n"
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="Windows has no such device")
def test_a_device_without_an_end_is_not_read(tmp_path):
    (tmp_path / "net.npz").symlink_to("/dev/zero")
    assert "a pipe or a device; it may be a file" in assert_refused(tmp_path / "net.npz")


@pytest.mark.parametrize("path", [None, 3, b"net.npz", ["net.npz"], io.BytesIO(), np.zeros(1000)])
def test_what_is_no_path_is_refused(net, path):
    for call in (net.save, NeuralNetwork.load):
        with pytest.raises(ValueError, match="path is (None|an? [^;]{1,40}); it may be a str or a pathlib.Path"):
            call(path)


# What a file holds is not believed


def test_a_truncated_file_is_refused_wherever_it_was_cut(net, tmp_path):
    net.save(tmp_path / "net.npz")
    whole = (tmp_path / "net.npz").read_bytes()
    for length in [*range(0, len(whole), 10), *range(len(whole) - 50, len(whole))]:
        (tmp_path / "net.npz").write_bytes(whole[:length])
        with pytest.raises(ValueError, match="holds no network that nnlib can read"):
            NeuralNetwork.load(tmp_path / "net.npz")


def test_one_damaged_byte_is_refused_or_does_no_harm(net, tmp_path):
    net.save(tmp_path / "net.npz")
    whole, refused = (tmp_path / "net.npz").read_bytes(), 0
    for place, flip in zip(range(len(whole)), itertools.cycle((0x01, 0x80, 0xFF))):
        damaged = bytearray(whole)
        damaged[place] ^= flip
        (tmp_path / "net.npz").write_bytes(damaged)
        refused += assert_refused_or_the_same(tmp_path / "net.npz", net)
    assert refused > len(whole) / 2  # arrays are more than half of it


def test_every_byte_of_every_array_counts(net, tmp_path):
    # zipfile compares the checksum where an array ends, so its last bytes must be read
    net.save(tmp_path / "net.npz")
    whole = (tmp_path / "net.npz").read_bytes()
    for data in parts_of(tmp_path / "net.npz").values():
        start = whole.index(data)
        for place in (start, start + 127, start + 128, start + len(data) - 1):
            damaged = bytearray(whole)
            damaged[place] ^= 1
            (tmp_path / "net.npz").write_bytes(damaged)
            with pytest.raises(ValueError, match="holds no network that nnlib can read"):
                NeuralNetwork.load(tmp_path / "net.npz")


def test_bytes_lost_doubled_and_shuffled_never_give_another_network(net, tmp_path):
    net.save(tmp_path / "net.npz")
    whole, rng = (tmp_path / "net.npz").read_bytes(), np.random.default_rng(0)
    for way in itertools.islice(itertools.cycle(range(6)), 600):
        i, j, k = sorted(rng.integers(len(whole) + 1, size=3).tolist())
        noise = rng.bytes(rng.integers(1, 20))
        damaged = (
            whole[:i] + whole[j:],
            whole[:j] + whole[i:],
            whole[:i] + whole[j:k] + whole[i:j] + whole[k:],
            whole[:i] + noise + whole[i:],
            whole[:i] + noise + whole[i + len(noise) :],
            noise + whole,
        )
        (tmp_path / "net.npz").write_bytes(damaged[way])
        assert_refused_or_the_same(tmp_path / "net.npz", net)


def test_a_damaged_array_header_is_refused(net, tmp_path):
    # a zip with right checksums whose array headers were spoiled
    net.save(tmp_path / "net.npz")
    parts, rng = parts_of(tmp_path / "net.npz"), np.random.default_rng(0)
    for name, _ in itertools.product(parts, range(60)):
        spoiled = bytearray(parts[name])
        spoiled[rng.integers(128)] = rng.integers(256)
        pack(tmp_path / "net.npz", {**parts, name: bytes(spoiled)}.items())
        with contextlib.suppress(ValueError):
            twin = NeuralNetwork.load(tmp_path / "net.npz")
            assert twin.theta.dtype in (np.float32, np.float64)
            # only what another dtype of the same length would mean: the order of bytes
            assert twin.theta.tobytes() in (net.theta.tobytes(), net.theta.byteswap().tobytes())


@pytest.mark.parametrize("content", [b"", b"not a zip", b"\x93NUMPY\x01\x00", pickle.dumps([1, 2]), bytes(300_000)])
def test_a_foreign_file_is_refused(tmp_path, content):
    (tmp_path / "net.npz").write_bytes(content)
    assert "holds no network that nnlib can read: File is not a zip file" in assert_refused(tmp_path / "net.npz")


def test_a_foreign_zip_is_refused(tmp_path):
    pack(tmp_path / "net.npz", [("readme.txt", b"hello")])
    assert "format is missing" in assert_refused(tmp_path / "net.npz")


class Bomb:
    """Makes a folder where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("name", NAMES)
def test_a_pickle_inside_is_refused_and_not_run(net, tmp_path, name):
    net.save(tmp_path / "net.npz")
    rewrite(tmp_path / "net.npz", **{name: np.array([Bomb(tmp_path / "exploded")], dtype=object)})
    assert f"{name} begins otherwise" in assert_refused(tmp_path / "net.npz")
    assert not (tmp_path / "exploded").exists()
    np.load(tmp_path / "net.npz", allow_pickle=True)[name]
    assert (tmp_path / "exploded").exists(), "the bomb is a dud and the test above proves nothing"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "nnlib 9"}, "format is 'nnlib 9'; it may be 'nnlib 1'"),
        ({"format": "\x1b[31m\n\0" + "x" * 9000}, r"format is '\x1b[31m\n\x00xxx"),
        ({"theta": None}, "theta is missing, or there twice"),
        ({"sizes": (3, 5, 2)}, "theta has shape (26,); a network of these sizes takes (32,)"),
        ({"sizes": (10**6, 10**6, 2)}, "takes (1000003000002,)"),
        ({"sizes": (2**62, 2**62, 2**62)}, "takes ("),  # more than an int64 holds
        ({"sizes": np.array([2**64 - 3, 4, 2], np.uint64)}, "sizes begins otherwise than `save` writes it"),
        ({"sizes": (-2, -26)}, "sizes[0] is -2; it may be a whole number, 1 or more"),  # -1 times -26 are 26
        ({"sizes": (0, 26)}, "sizes[0] is 0; it may be a whole number, 1 or more"),
        ({"sizes": (3, -1)}, "theta has shape (26,)"),
        ({"sizes": (26,)}, "theta has shape (26,); a network of these sizes takes (0,)"),
        ({"sizes": np.zeros(0, int)}, "theta has shape (26,); a network of these sizes takes (0,)"),
        ({"sizes": np.ones(20_000, int)}, "sizes takes 160000 bytes; it may take up to 131072"),
        ({"sizes": (3.0, 4.0, 2.0)}, "sizes begins otherwise"),
        ({"sizes": (True, True)}, "sizes begins otherwise"),
        ({"sizes": 3}, "sizes begins otherwise"),
        ({"sizes": "abc"}, "sizes begins otherwise"),
        ({"sizes": [[3, 4], [4, 2]]}, "sizes begins otherwise"),
        ({"hidden": "softmax"}, "hidden is 'softmax'; it may be one of"),
        ({"output": "cosine"}, "output is 'cosine'; it may be one of"),
        ({"output": "\U0010ffff" * 30_000}, "output is '"),
        ({"hidden": "x" * 40_000}, "hidden takes 160000 bytes; it may take up to 131072"),
        ({"hidden": ["relu"]}, "hidden begins otherwise"),
        ({"output": b"relu"}, "output begins otherwise"),
        ({"output": 7}, "output begins otherwise"),
        ({"theta": np.zeros((2, 13))}, "theta begins otherwise"),
        ({"theta": np.zeros((2, 13), order="F")}, "theta begins otherwise"),
        ({"theta": np.float64(3)}, "theta begins otherwise"),
        ({"theta": np.full(26, np.nan)}, "theta[0] is nan; every entry may be a finite number"),
        ({"theta": np.r_[np.ones(25), -np.inf]}, "theta[25] is -inf; every entry may be a finite number"),
        ({"theta": np.full(26, 1j)}, "theta begins otherwise"),
        ({"theta": np.zeros(26, "float16")}, "theta begins otherwise"),
        ({"theta": np.zeros(26, int)}, "theta begins otherwise"),
        ({"theta": np.zeros(26, "f8,i4")}, "theta begins otherwise"),
        ({"theta": np.full(26, "a")}, "theta begins otherwise"),
    ],
)
def test_what_is_no_network_is_refused(net, tmp_path, changes, message):
    net.save(tmp_path / "net.npz")
    rewrite(tmp_path / "net.npz", **changes)
    assert message in assert_refused(tmp_path / "net.npz")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_entry_that_is_not_finite_is_named_wherever_it_is(tmp_path, dtype):
    NeuralNetwork(199, 200, 1, rng=0, dtype=dtype).save(tmp_path / "net.npz")
    with np.load(tmp_path / "net.npz") as stored:
        theta = stored["theta"]
    theta[40_000] = np.nan
    rewrite(tmp_path / "net.npz", theta=theta)
    assert "theta[40000] is nan" in assert_refused(tmp_path / "net.npz")


HUGE = 2**24  # bytes that a small zip inflates to


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("sizes", npy("<i8", (HUGE // 8,), bytes(HUGE))),
        ("format", npy(f"<U{HUGE // 4}", (), bytes(HUGE))),
        ("hidden", npy(f"<U{HUGE // 4}", (), bytes(HUGE))),
        ("theta", npy("<f8", (HUGE // 8,), bytes(HUGE))),
        ("note", bytes(HUGE)),
    ],
)
def test_what_inflates_is_not_inflated(net, tmp_path, name, data):
    net.save(tmp_path / "net.npz")
    parts = {**parts_of(tmp_path / "net.npz"), f"{name}.npy": data}
    pack(tmp_path / "net.npz", parts.items(), zipfile.ZIP_DEFLATED)
    assert (tmp_path / "net.npz").stat().st_size < HUGE / 500
    assert "is compressed; write it by np.savez" in assert_refused(tmp_path / "net.npz")


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compressed_network_is_refused_with_the_remedy(net, tmp_path, compression):
    net.save(tmp_path / "net.npz")
    pack(tmp_path / "net.npz", parts_of(tmp_path / "net.npz").items(), compression)
    message = "format is compressed; write it by np.savez, not by np.savez_compressed"
    assert message in assert_refused(tmp_path / "net.npz")


@pytest.mark.parametrize(
    "data",
    [
        npy("<f8", (2**50,)),
        npy("<f8", "(" + "9" * 300 + ",)"),
        npy("<f8", "(26.0,)", bytes(208)),
        npy("<f8", "(-26,)", bytes(208)),
        npy("<f8", "(26, 1)", bytes(208)),
        npy("<f8", (26,), bytes(208), order="True"),
        npy("<f8", (26,), bytes(208), order="None"),
        npy("<f8", (26,), bytes(208), version=(2, 0)),
        npy("<f8", (26,), bytes(208), version=(3, 0)),
        npy("<f8", (26,), bytes(207)),
        npy("<f8", (26,), bytes(209)),
        npy("O", (26,), bytes(208)),
        npy("<f3", (26,), bytes(78)),
        b"\x93NUMPY\x01\x00\xff\xff{'descr': '<f8'",
        b"\x93NUMPY\x02\x00\xff\xff\xff\x7f{'descr': '<f8'",
        b"\x93NUMPY\x03\x00\xff\xff\xff\xff" + b" " * 70_000,
        b"\x93NUMPY\x01\x00\x60\xea" + b"(" * 60_000,
        b"\x92" + npy("<f8", (26,), bytes(208))[1:],
        b"\x93NUMPY",
        b"",
        b"PK\x03\x04" + bytes(500),
    ],
    ids=range(21),
)
def test_a_header_that_is_not_the_one_of_save_is_refused(net, tmp_path, data):
    net.save(tmp_path / "net.npz")
    pack(tmp_path / "net.npz", {**parts_of(tmp_path / "net.npz"), "theta.npy": data}.items())
    assert "theta" in assert_refused(tmp_path / "net.npz").removeprefix(str(tmp_path))


def with_directory(path, change):
    """Let `change` spoil the zip's directory and what follows it, where its lengths and places stand."""
    whole = bytearray(path.read_bytes())
    start = whole.index(b"PK\x01\x02")
    path.write_bytes(whole[:start] + change(whole[start:]))


def put(offset, data):
    """Return what writes `data` over a directory, at `offset`."""
    return lambda directory: directory[:offset] + data + directory[offset + len(data) :]


ZIP64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 5, 5, 2**40, 0)
LOCATOR = struct.pack("<4sLQL", b"PK\x06\x07", 0, 1500, 1)


@pytest.mark.parametrize(
    "change",
    [
        put(20, b"\xff" * 8),  # the first array's two lengths
        put(24, b"\xff" * 4),
        put(42, b"\xff" * 4),  # where it begins
        put(28, b"\xff" * 2),  # the length of its name
        put(30, b"\xff" * 2),  # of what else is said of it
        put(8, b"\x01\x00"),  # locked by a password
        put(6, b"\xff\x00"),  # of a later version of zip
        put(10, b"\x63\x00"),  # by a compression that nobody knows
        put(46, b"\x1b\n\xff\xff"),  # its name
        lambda directory: directory[:-10] + b"\xff\xff\xff\x7f" + directory[-6:],  # the directory's own length
        lambda directory: directory[:-6] + b"\xff\xff\xff\xff" + directory[-2:],  # and its place
        lambda directory: directory[:-22] + ZIP64 + LOCATOR + directory[-22:],
        lambda directory: directory[:-22] + LOCATOR + directory[-22:],
        lambda directory: directory[:60] + directory[-22:],
        lambda directory: directory[:-22] + directory[:-22] + directory[-22:],
        lambda directory: directory[:-2] + b"\xff\xff" + b"x" * 65_535,
    ],
    ids=range(16),
)
def test_a_directory_that_lies_is_refused_or_does_no_harm(net, tmp_path, change):
    net.save(tmp_path / "net.npz")
    with_directory(tmp_path / "net.npz", change)
    with little_memory():
        assert_refused_or_the_same(tmp_path / "net.npz", net)


def test_a_name_that_differs_from_the_directorys_makes_no_long_message(net, tmp_path):
    net.save(tmp_path / "net.npz")
    long = "\x1b" * 60_000
    pack(tmp_path / "net.npz", [*parts_of(tmp_path / "net.npz").items(), (long, b"")])
    place = (tmp_path / "net.npz").read_bytes().index(long.encode()) - 30
    with_directory(tmp_path / "net.npz", put(42, struct.pack("<L", place)))  # where format is said to begin
    assert "File name in directory 'format.npy' and header" in assert_refused(tmp_path / "net.npz")


@pytest.mark.parametrize("name", NAMES)
def test_an_array_that_is_there_twice_is_refused(net, tmp_path, name):
    net.save(tmp_path / "net.npz")
    parts = parts_of(tmp_path / "net.npz")
    pack(tmp_path / "net.npz", [*parts.items(), (f"{name}.npy", parts[f"{name}.npy"])])
    assert f"{name} is missing, or there twice" in assert_refused(tmp_path / "net.npz")


def test_a_hundred_thousand_entries_are_not_listed(net, tmp_path):
    net.save(tmp_path / "net.npz")
    entries = (b"PK\x01\x02" + bytes(42)) * 100_000

    def lengthened(directory):
        length = struct.pack("<L", len(directory) - 22 + len(entries))
        return directory[:-22] + entries + directory[-22:-10] + length + directory[-6:]

    with_directory(tmp_path / "net.npz", lengthened)
    assert "its directory takes more than 131072 bytes" in assert_refused(tmp_path / "net.npz")


# Memory and work are those of what is there


@pytest.fixture
def count(monkeypatch):
    """Return a list that grows by the length of each piece that is read."""
    lengths, read = [], nnlib.files._Bounded.read

    def counting(self, *size):
        lengths.append(len(data := read(self, *size)))
        return data

    monkeypatch.setattr(nnlib.files._Bounded, "read", counting)
    return lengths


def hollow(path, n_params, sizes, hidden="relu"):
    """Write a file with `n_params` zeros in theta that take no place on the disk; its checksum is wrong."""
    with open(path, "wb") as file:
        np.savez(file, format="nnlib 1", sizes=sizes, hidden=hidden, output="softmax", theta=np.zeros(0))
    parts = parts_of(path)
    header = npy("<f8", (n_params,))
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("format.npy", "sizes.npy", "hidden.npy", "output.npy"):
            archive.writestr(name, parts[name])
        archive.writestr("theta.npy", header)
    whole = path.read_bytes()
    start, length = whole.index(header) + len(header), struct.pack("<L", len(header))
    directory = whole[start:].replace(2 * length, 2 * struct.pack("<L", len(header) + 8 * n_params))
    directory = directory[:-6] + struct.pack("<L", start + 8 * n_params) + directory[-2:]
    with open(path, "wb") as file:
        file.write(whole[:start])
        file.seek(8 * n_params, os.SEEK_CUR)
        file.write(directory)


def test_a_large_file_with_a_wrong_checksum_is_read_once_in_pieces(tmp_path, count):
    n_params = 1001 * 10_000
    hollow(tmp_path / "net.npz", n_params, (1000, 10_000))
    assert "Bad CRC-32 for file 'theta.npy'" in assert_refused(tmp_path / "net.npz")
    assert 8 * n_params < sum(count) < 8 * n_params + 100_000
    assert max(count) <= nnlib.files.SMALL


@pytest.mark.parametrize("sizes", [(1000, 10_001), (2**62, 2**62), (10_000, 1000)])
def test_a_large_file_whose_sizes_are_wrong_is_not_read(tmp_path, count, sizes):
    hollow(tmp_path / "net.npz", 1001 * 10_000, sizes)
    assert "theta has shape (10010000,)" in assert_refused(tmp_path / "net.npz")
    assert sum(count) < 100_000


def test_a_file_beyond_the_largest_is_not_read(tmp_path, count):
    with open(tmp_path / "net.npz", "wb") as file:
        file.truncate(2**28 + 1)
    assert "it takes more than 268435456 bytes" in assert_refused(tmp_path / "net.npz")
    assert count == []


def test_a_network_is_loaded_in_little_more_memory_than_it_takes(tmp_path):
    net = NeuralNetwork(1000, 1000, 1, rng=0)
    net.save(tmp_path / "net.npz")
    with little_memory(2.1 * net.theta.nbytes):  # the constructor draws the layers, then joins them
        twin = NeuralNetwork.load(tmp_path / "net.npz")
    assert twin.theta.tobytes() == net.theta.tobytes()
