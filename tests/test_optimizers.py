import numpy as np
import pytest

from nnlib import GradientDescent


def test_a_step_goes_against_the_gradient_in_place():
    theta, dtheta = np.array([1.0, -2.0, 0.5]), np.array([4.0, 0.0, -1.0])
    view = theta[:2]
    assert GradientDescent(0.25).step(theta, dtheta) is None
    assert theta.tolist() == [0, -2, 0.75]
    assert view.tolist() == [0, -2]
    assert dtheta.tolist() == [4, 0, -1]


def test_the_default_rate_is_one_half():
    assert GradientDescent() == GradientDescent(0.5)


def test_it_shows_and_keeps_its_rate():
    optimizer = GradientDescent(0.1)
    assert repr(optimizer) == "GradientDescent(learning_rate=0.1)"
    with pytest.raises(AttributeError):
        optimizer.learning_rate = 1.0


@pytest.mark.parametrize(("rate", "factor"), [(0.5, 0.5), (1.5, -0.5), (3.0, -2.0)])
def test_on_a_parabola_the_rate_decides_what_becomes_of_the_distance(rate, factor):
    # L = theta^2 / 2 has the slope theta: each step multiplies theta by 1 - rate
    theta = np.array([8.0])
    for _ in range(3):
        GradientDescent(rate).step(theta, theta.copy())
    assert theta[0] == 8 * factor**3
