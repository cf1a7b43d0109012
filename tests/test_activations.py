import numpy as np
import pytest

from nnlib.activations import ACTIVATIONS

SMOOTH = ("identity", "sigmoid", "tanh", "softplus")
ELEMENTWISE = (*SMOOTH, "relu")
Z = np.array([[-3.0, -0.7, -0.01], [0.02, 0.4, 2.5]])  # none at ReLU's kink


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("identity", lambda z: z),
        ("sigmoid", lambda z: 1 / (1 + np.exp(-z))),
        ("tanh", lambda z: (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))),
        ("relu", lambda z: z * (z > 0)),
        ("softplus", lambda z: np.log(1 + np.exp(z))),
        ("softmax", lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)),
    ],
)
def test_the_value_is_the_formula(name, formula):
    np.testing.assert_allclose(ACTIVATIONS[name].value(Z), formula(Z), rtol=1e-14)


def test_every_activation_is_tested_here():
    assert set(ACTIVATIONS) == {*ELEMENTWISE, "softmax"}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_derivative_is_the_slope_of_the_value(name):
    value, derivative, *_ = ACTIVATIONS[name]
    slope = (value(Z + 1e-6) - value(Z - 1e-6)) / 2e-6
    np.testing.assert_allclose(derivative(value(Z)), slope, rtol=1e-8)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_second_derivative_is_the_slope_of_the_first(name):
    value, derivative, second_derivative = ACTIVATIONS[name]
    slope = derivative(value(Z + 1e-100j)).imag / 1e-100
    np.testing.assert_allclose(second_derivative(value(Z)), slope, rtol=1e-13)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_the_complex_step_passes(name):
    value, derivative, *_ = ACTIVATIONS[name]
    np.testing.assert_allclose(value(Z + 1e-100j).imag / 1e-100, derivative(value(Z)), rtol=1e-14)


def test_the_complex_step_passes_through_softmax():
    A, dZ = ACTIVATIONS["softmax"].value(Z), np.array([[1.0, -2.0, 0.5], [0.3, 0.0, 4.0]])
    expected = A * (dZ - (A * dZ).sum(axis=1, keepdims=True))  # softmax's Jacobian, diag(a) - a a^T, times dZ
    np.testing.assert_allclose(ACTIVATIONS["softmax"].value(Z + 1e-100j * dZ).imag / 1e-100, expected, rtol=1e-14)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_extreme_inputs_stay_finite(name):
    extreme = np.array([[-1000.0, 0.0, 1000.0], [1000.0, 1000.0, -1000.0]])
    value, *slopes = ACTIVATIONS[name]
    A = value(extreme)
    assert np.isfinite(A).all()
    assert all(np.isfinite(slope(A)).all() for slope in slopes if slope is not None)


def test_relu_takes_the_left_slope_at_its_kink():
    value, derivative, *_ = ACTIVATIONS["relu"]
    assert derivative(value(np.array([0.0]))) == 0


def test_softmax_rows_are_probabilities_and_ignore_a_shift():
    softmax = ACTIVATIONS["softmax"].value
    np.testing.assert_allclose(softmax(Z).sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(softmax(Z + 500), softmax(Z), rtol=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_out_is_filled_and_returned(name):
    value, derivative, *_ = ACTIVATIONS[name]
    A, out = value(Z), np.full_like(Z, np.nan)
    assert value(Z, out=out) is out
    np.testing.assert_array_equal(out, A)
    if derivative is not None:
        assert derivative(A, out=out) is out
        np.testing.assert_array_equal(out, derivative(A))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_input_may_be_its_own_output(name):
    mine = Z.copy()
    np.testing.assert_array_equal(ACTIVATIONS[name].value(mine, out=mine), ACTIVATIONS[name].value(Z))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_inputs_are_left_as_they_were(name):
    value, derivative, *_ = ACTIVATIONS[name]
    mine = Z.copy()
    A = value(mine)
    kept = A.copy()
    if derivative is not None:
        derivative(A)
    np.testing.assert_array_equal(mine, Z)
    np.testing.assert_array_equal(A, kept)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_numbers_lists_and_whole_numbers_give_the_values_of_arrays(name):
    functions = [function for function in ACTIVATIONS[name] if function is not None]
    for function in functions:
        for form in (0, 2, True, 0.3, -1.5, np.float32(0.3), np.int8(2), np.array(0.3)):
            expected = function(np.array([[float(form)]]))[0, 0]
            assert np.ndim(function(form)) == 0
            np.testing.assert_allclose(function(form), expected, rtol=1e-6 if isinstance(form, np.float32) else 0)
        for form in ([0, 1], (0.5, -2.0), [[2345, 3456]], np.arange(3), range(4), [], np.zeros((2, 0, 3))):
            array = np.asarray(form, float)
            if name == "softmax" and array.shape[-1] == 0:
                continue
            np.testing.assert_array_equal(function(form), function(array))
            assert function(form).shape == array.shape


def test_whole_numbers_are_not_overwritten_and_float32_stays():
    Z = np.array([[1, 2], [3, 4]])
    for activation in ACTIVATIONS.values():
        activation.value(Z)
        assert Z.tolist() == [[1, 2], [3, 4]]
        assert activation.value(Z).dtype == np.float64
        assert activation.value(Z.astype(np.float32)).dtype == np.float32


def test_softmax_of_one_axis_is_one_row():
    np.testing.assert_array_equal(ACTIVATIONS["softmax"].value([2345, 3456]), [0, 1])
    np.testing.assert_allclose(ACTIVATIONS["softmax"].value([0, 0, 0]), 1 / 3)
