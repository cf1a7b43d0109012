import numpy as np
import pytest

from nnlib import NeuralNetwork
from nnlib.initializers import INITIALIZERS, glorot, he, normal


def test_normal_draws_theta_in_one_go():
    net = NeuralNetwork(3, 4, 2, init="normal", rng=7)
    np.testing.assert_array_equal(net.theta, np.random.default_rng(7).standard_normal(3 * 4 + 4 + 4 * 2 + 2))


@pytest.mark.parametrize("name", INITIALIZERS)
def test_shapes_are_the_layers(name):
    W, b = INITIALIZERS[name](np.random.default_rng(0), 3, 5)
    assert W.shape == (3, 5)
    assert b.shape == (5,)


@pytest.mark.parametrize("draw", INITIALIZERS.values())
def test_a_seed_draws_what_its_generator_draws(draw):
    for mine, theirs in zip(draw(7, 3, 5), draw(np.random.default_rng(7), np.int64(3), 5), strict=True):
        np.testing.assert_array_equal(mine, theirs)


COUNT = "it may be a whole number, 1 or more"
BAD = [
    ((0, 0, 3), f"n_in is 0; {COUNT}"),
    ((0, 2, -1), f"n_out is -1; {COUNT}"),
    ((0, 2.0, 3), f"n_in is 2.0; {COUNT}"),
    ((0, 2, "3"), f"n_out is '3'; {COUNT}"),
    ((0, True, 3), f"n_in is True; {COUNT}"),
    (("x", 2, 3), "rng is 'x'; it may be a seed (0 or more), a numpy.random.Generator or None"),
]


@pytest.mark.parametrize("draw", INITIALIZERS.values())
@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_arguments(draw, arguments, message):
    with pytest.raises(ValueError) as caught:
        draw(*arguments)
    assert str(caught.value) == message


def test_glorot_fills_its_range_evenly():
    W, b = glorot(np.random.default_rng(0), 200, 400)
    limit = np.sqrt(6 / 600)
    assert 0.999 * limit < np.abs(W).max() <= limit
    # 80,000 draws: the mean of an even spread is 0 and its variance limit^2 / 3, each known within 5 standard errors
    assert abs(W.mean()) < 5 * limit / np.sqrt(3 * W.size)
    assert W.var() == pytest.approx(limit**2 / 3, rel=5 * np.sqrt(0.8 / W.size))
    assert not b.any()


def test_he_has_variance_2_over_n_in():
    W, b = he(np.random.default_rng(0), 200, 400)
    assert abs(W.mean()) < 5 * np.sqrt(2 / 200 / W.size)
    assert W.var() == pytest.approx(2 / 200, rel=5 * np.sqrt(2 / W.size))
    assert not b.any()


def test_normal_draws_biases_too():
    W, b = normal(np.random.default_rng(0), 200, 400)
    assert W.var() == pytest.approx(1, rel=5 * np.sqrt(2 / W.size))
    assert b.var() == pytest.approx(1, rel=5 * np.sqrt(2 / b.size))


def test_zeros_are_zeros():
    assert not NeuralNetwork(2, 4, 1, init="zeros").theta.any()


@pytest.mark.parametrize("init", ["normal", "glorot", "he"])
def test_a_seed_and_its_generator_start_alike_and_another_seed_does_not(init):
    start = NeuralNetwork(2, 3, 1, init=init, rng=5).theta
    np.testing.assert_array_equal(start, NeuralNetwork(2, 3, 1, init=init, rng=np.random.default_rng(5)).theta)
    assert (start != NeuralNetwork(2, 3, 1, init=init, rng=6).theta).any()


def test_a_generator_moves_on():
    rng = np.random.default_rng(0)
    assert (NeuralNetwork(2, 3, 1, rng=rng).theta != NeuralNetwork(2, 3, 1, rng=rng).theta).any()


def test_the_global_state_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    NeuralNetwork(2, 3, 1), NeuralNetwork(2, 3, 1, rng=0)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
