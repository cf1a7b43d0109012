import numpy as np
import pytest

from nnlib.datasets import noisy_xor, xor


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


def test_the_same_seed_gives_the_same_bytes():
    first, again, other = (noisy_xor(20, rng=seed)[0].tobytes() for seed in (1, np.random.default_rng(1), 2))
    assert first == again
    assert first != other
