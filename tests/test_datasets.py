import hashlib
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest

from nnlib.datasets import circles, digits, moons, noisy_xor, spirals, split, xor


def test_xor_is_one_where_the_inputs_differ():
    X, Y = xor()
    assert X.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    np.testing.assert_array_equal(Y[:, 0], X[:, 0] != X[:, 1])
    assert (X.dtype, Y.dtype, Y.shape) == (float, float, (4, 1))


def test_xor_is_fresh_each_time():
    xor()[0][:] = 9
    assert xor()[0].max() == 1


def test_noisy_xor_without_noise_is_xor():
    X, Y = noisy_xor(40, noise=0)
    corners, counts = np.unique(X, axis=0, return_counts=True)
    np.testing.assert_array_equal(corners, xor()[0])
    assert counts.tolist() == [10, 10, 10, 10]
    np.testing.assert_array_equal(Y[:, 0], X[:, 0] != X[:, 1])


@pytest.mark.parametrize("n_samples", [1, 2, 3, 5, 7])
def test_noisy_xor_is_balanced_as_far_as_can_be(n_samples):
    X, Y = noisy_xor(n_samples, noise=0)
    assert X.shape == (n_samples, 2)
    assert Y.shape == (n_samples, 1)
    counts = [int((X == corner).all(axis=1).sum()) for corner in xor()[0]]
    assert max(counts) - min(counts) <= 1


def test_the_noise_has_the_size_asked_for():
    exact, noisy = noisy_xor(4000, noise=0, rng=3)[0], noisy_xor(4000, noise=0.3, rng=3)[0]
    shift = noisy - exact
    assert shift.std() == pytest.approx(0.3, rel=5 / np.sqrt(2 * shift.size))
    assert abs(shift.mean()) < 5 * 0.3 / np.sqrt(shift.size)
    assert abs(np.corrcoef(shift.T)[0, 1]) < 5 / np.sqrt(4000)


@pytest.mark.parametrize("draw", [noisy_xor, moons, circles, spirals])
def test_the_same_seed_gives_the_same_bytes(draw):
    first, again, other = (draw(20, rng=seed)[0].tobytes() for seed in (1, np.random.default_rng(1), 2))
    assert first == again
    assert first != other


@pytest.mark.parametrize("draw", [moons, circles, spirals])
@pytest.mark.parametrize("n_samples", [1, 2, 7, 40])
def test_two_curves_are_balanced_and_their_points_differ(draw, n_samples):
    X, Y = draw(n_samples, noise=0)
    assert (X.shape, Y.shape, X.dtype, Y.dtype) == ((n_samples, 2), (n_samples, 1), float, float)
    assert Y.sum() == n_samples // 2
    assert set(Y.ravel()) <= {0, 1}
    assert len(np.unique(X.round(9), axis=0)) == n_samples


@pytest.mark.parametrize("draw", [moons, circles, spirals])
def test_the_noise_of_the_curves_has_the_size_asked_for(draw):
    (exact, labels), (noisy, same) = draw(4000, noise=0, rng=3), draw(4000, noise=0.3, rng=3)
    shift = noisy - exact
    np.testing.assert_array_equal(labels, same)
    assert shift.std() == pytest.approx(0.3, rel=5 / np.sqrt(2 * shift.size))
    assert abs(shift.mean()) < 5 * 0.3 / np.sqrt(shift.size)
    assert abs(np.corrcoef(shift.T)[0, 1]) < 5 / np.sqrt(4000)


def test_moons_without_noise_are_half_circles():
    X, Y = moons(100, noise=0)
    upper, lower = X[Y[:, 0] == 0], X[Y[:, 0] == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1, 0.5]).T), 1)
    assert upper[:, 1].min() > 0
    assert lower[:, 1].max() < 0.5


def test_circles_without_noise_go_all_the_way_round():
    X, Y = circles(100, noise=0)
    np.testing.assert_allclose(np.hypot(*X.T), 1 - Y[:, 0] / 2)
    for label in (0, 1):
        gaps = np.diff(np.sort(np.arctan2(*X[Y[:, 0] == label].T)))
        np.testing.assert_allclose(gaps, 2 * np.pi / 50)


def test_each_spiral_is_the_other_turned_by_half_a_circle():
    X, Y = spirals(100, noise=0)
    first, second = X[Y[:, 0] == 0], X[Y[:, 0] == 1]
    np.testing.assert_allclose(np.sort(np.hypot(*first.T)), np.sort(np.hypot(*second.T)))
    np.testing.assert_allclose(first[np.lexsort(first.T)], -second[np.lexsort(-second.T)])
    angle = np.pi * np.hypot(*first.T)  # r = t / pi
    np.testing.assert_allclose(first, np.stack([angle * np.cos(angle), angle * np.sin(angle)], axis=1) / np.pi)


def test_digits_are_the_ones_of_the_repository():
    X, Y = digits()
    assert (X.shape, Y.shape, X.dtype, Y.dtype) == ((1797, 64), (1797, 10), float, float)
    assert (X.min(), X.max()) == (0, 1)
    assert Y.sum(axis=0).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # as UCI counts them
    assert (Y.sum(axis=1) == 1).all()
    pixels, labels = (16 * X).astype(np.uint8), Y.argmax(axis=1).astype(np.uint8)
    digest = hashlib.sha256(pixels.tobytes() + labels.tobytes()).hexdigest()
    assert digest == "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"


def test_digits_are_those_of_scikit_learn():
    theirs = pytest.importorskip("sklearn.datasets", reason="scikit-learn is not installed").load_digits()
    X, Y = digits()
    np.testing.assert_array_equal(16 * X, theirs.data)
    np.testing.assert_array_equal(Y.argmax(axis=1), theirs.target)


def test_digits_are_fresh_each_time():
    digits()[0][:] = 9
    assert digits()[0].max() == 1


def test_digits_load_without_network_and_without_scikit_learn():
    program = (
        "import sys; sys.modules['sklearn'] = None; import socket; socket.socket = None; "
        "import nnlib; print(len(nnlib.datasets.digits()[0]))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "1797\n"


def test_the_digits_bring_their_license_and_no_pickle():
    license = files("nnlib").joinpath("data/LICENSE-digits.txt").read_text()
    for word in ("Alpaydin", "Kaynak", "10.24432/C50P49", "CC BY 4.0", "creativecommons.org/licenses/by/4.0"):
        assert word in license
    with files("nnlib").joinpath("data/digits.npz").open("rb") as file:
        stored = np.load(file, allow_pickle=False)
        assert {name: stored[name].dtype.name for name in stored} == {"pixels": "uint8", "labels": "uint8"}


@pytest.mark.parametrize("shares", [(0.2, 0.2), (0, 0.3), (0.3, 0), (0, 0), (0.1, 0.85), (1 / 3, 1 / 3)])
@pytest.mark.parametrize("n_samples", [1, 2, 10, 101])
def test_a_split_holds_every_sample_once(shares, n_samples):
    X, Y = np.arange(2.0 * n_samples).reshape(-1, 2), np.arange(n_samples)[:, None] % 3
    parts = split(X, Y, *shares)
    rows = np.concatenate([points[:, 0] / 2 for points, _ in parts]).astype(int)
    assert sorted(rows) == list(range(n_samples))
    np.testing.assert_array_equal(np.concatenate([points for points, _ in parts]), X[rows])
    np.testing.assert_array_equal(np.concatenate([targets for _, targets in parts]), Y[rows])
    for (points, _), share in zip(parts[1:], shares, strict=True):
        assert abs(len(points) - share * n_samples) <= 1


@pytest.mark.parametrize(
    "draw", [digits, lambda: noisy_xor(30), lambda: (np.ones((50, 1)), np.eye(2)[[0] * 45 + [1] * 5])]
)
def test_each_part_has_its_share_of_each_class(draw):
    X, Y = draw()
    for (_, targets), share in zip(split(X, Y, 0.2, 0.1), (0.7, 0.2, 0.1), strict=True):
        assert np.abs(targets.sum(axis=0) - share * Y.sum(axis=0)).max() <= 2


def test_a_split_is_drawn_by_its_seed():
    X, Y = noisy_xor(50)
    first, again, other = (split(X, Y, rng=seed) for seed in (1, np.random.default_rng(1), 2))
    np.testing.assert_equal(first, again)
    assert first[2][0].tobytes() != other[2][0].tobytes()


def test_every_sample_has_the_same_chance_of_the_test_set():
    X, Y = np.arange(20.0)[:, None], np.arange(20)[:, None] // 15  # 15 of one class, 5 of the other
    chosen = np.concatenate([split(X, Y, rng=seed)[2][0].ravel() for seed in range(1000)]).astype(int)
    # 200 expected in 1,000 for each; five standard deviations of the binomial are 63
    assert np.abs(np.bincount(chosen, minlength=20) - 200).max() < 63


def test_a_split_is_shuffled_copied_and_keeps_its_dtype():
    X, Y = np.arange(100, dtype=np.float32)[:, None], np.arange(100)[:, None] // 50
    training, validation, test = split(X, Y)
    assert training[0].dtype == np.float32
    for points, targets in (training, validation, test):
        assert (np.diff(points[:, 0]) < 0).any()
        assert 5 < np.flatnonzero(np.diff(targets[:, 0])).size  # the classes are mixed
        points[:], targets[:] = -1, -1
    assert X.min() == Y.min() == 0


def test_lists_can_be_split():
    training, validation, test = split([[1], [2], [3], [4]], [[0], [0], [1], [1]], 0.25, 0.25)
    assert [len(points) for points, _ in (training, validation, test)] == [2, 1, 1]


class Table:
    """As a data frame: no array, but it becomes one."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return self.values


def as_matrix(array):
    return array.view(np.matrix)


@pytest.mark.parametrize("kind", [Table, as_matrix, np.ma.array, np.ndarray.tolist])
def test_what_becomes_an_array_is_split_as_the_array_is(kind):
    X, Y = noisy_xor(40)
    for part, expected in zip(split(kind(X), kind(Y)), split(X, Y), strict=True):
        for mine, theirs in zip(part, expected, strict=True):
            np.testing.assert_array_equal(mine, theirs, strict=kind in (Table, np.ndarray.tolist))
            assert mine.shape == theirs.shape


def test_labels_in_words_are_shared_out_too():
    X, Y = np.arange(40.0)[:, None], np.array([["no"], ["yes"]] * 20)
    assert [(targets == "yes").sum() for _, targets in split(X, Y)] == [12, 4, 4]


@pytest.mark.parametrize("draw", [noisy_xor, moons, circles, spirals])
def test_one_point_and_much_noise_can_be_drawn(draw):
    for points, targets in (draw(1), draw(9, 1e300)):
        assert np.isfinite(points).all()
        assert set(targets.ravel()) <= {0, 1}


X, Y = xor()
RNG = "it may be a seed (0 or more), a numpy.random.Generator or None"
CURVES = [
    ((0,), "n_samples is 0; it may be a whole number, 1 or more"),
    ((2.5,), "n_samples is 2.5; it may be a whole number, 1 or more"),
    ((9, -1), "noise is -1; it may be a finite number, 0 or more"),
    ((9, np.nan), "noise is nan; it may be a finite number, 0 or more"),
    ((9, np.inf), "noise is inf; it may be a finite number, 0 or more"),
    ((9, "0.1"), "noise is '0.1'; it may be a finite number, 0 or more"),
    (("9",), "n_samples is '9'; it may be a whole number, 1 or more"),
    ((9, 1e308), "noise is 1e+308; with so much, points are no finite numbers, and up to 1e+300 they are"),
    ((9, 0.1, "x"), f"rng is 'x'; {RNG}"),
]
SPLITS = [
    ((X, Y[:3]), "Y has 3 rows; X has 4, and each sample takes one row in both"),
    ((X, Y[:, 0]), "Y has shape (4,); it may be (n_samples, n_outputs), such as Y[:, None]"),
    ((X, [0, 1, 1, 0]), "Y has shape (4,); it may be (n_samples, n_outputs), such as Y[:, None]"),
    ((X, Y[:, :0]), "Y has shape (4, 0); it may be (n_samples, n_outputs)"),
    ((X, np.array([["a"], [None], [3], ["a"]])), "Y holds object, not real numbers; it may be (n_samples, n_outputs)"),
    ((X, Y, np.nan), "validation is nan; it may be a finite number, 0 or more"),
    ((X, Y, 2), "validation + test is 2.2; it may be below 1"),
    ((X[0], Y), "X has shape (2,); it may be (n_samples, n_features)"),
    (([[0], [1, 2]], Y), "X has rows of different lengths; it may be (n_samples, n_features)"),
    ((X, Y, -0.1), "validation is -0.1; it may be a finite number, 0 or more"),
    ((X, Y, 0.2, "0.2"), "test is '0.2'; it may be a finite number, 0 or more"),
    ((X, Y, 0.5, 0.5), "validation + test is 1; it may be below 1"),
    ((X, Y, 0.2, 0.2, 1.5), f"rng is 1.5; {RNG}"),
]


@pytest.mark.parametrize("draw", [moons, circles, spirals])
@pytest.mark.parametrize(("arguments", "message"), CURVES, ids=[message for _, message in CURVES])
def test_bad_arguments_of_the_curves(draw, arguments, message):
    with pytest.raises(ValueError) as caught:
        draw(*arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize(("arguments", "message"), SPLITS, ids=[message for _, message in SPLITS])
def test_bad_arguments_of_a_split(arguments, message):
    with pytest.raises(ValueError) as caught:
        split(*arguments)
    assert str(caught.value) == message
