import numpy as np
import pytest

from nnlib.losses import LOSSES, binary_cross_entropy, cross_entropy, mse

TWO_CLASSES = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])


def test_mse_is_the_mean_over_samples_and_outputs():
    rng = np.random.default_rng(0)
    A, Y = rng.standard_normal((5, 3)), rng.standard_normal((5, 3))
    assert mse(A, Y)[0] == pytest.approx(np.mean((A - Y) ** 2), rel=1e-15)


def test_mse_by_hand():
    # A - Y = [[1, -2], [0, 3], [2, 0]]: (1 + 4 + 0 + 9 + 4 + 0) / 6 = 3 and dA = 2 (A - Y) / 6
    A, Y = np.array([[1.0, 0.0], [5.0, 4.0], [2.0, 7.0]]), np.array([[0.0, 2.0], [5.0, 1.0], [0.0, 7.0]])
    value, dA = mse(A, Y)
    assert value == 3
    np.testing.assert_allclose(dA, [[1 / 3, -2 / 3], [0, 1], [2 / 3, 0]], rtol=1e-15)


def test_binary_cross_entropy_by_hand():
    # z = log 3 is the probability 3/4, z = 0 is 1/2. Targets 1, 0, 1, 0 in two samples of two outputs:
    # losses -log(3/4), -log(1/2); -log(1/2), -log(1 - 3/4); their sum, over 2 samples, is log(64/3) / 2
    Z, Y = np.array([[np.log(3), 0.0], [0.0, np.log(3)]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    value, dZ = binary_cross_entropy(Z, Y)
    assert value == pytest.approx(np.log(64 / 3) / 2, rel=1e-15)
    np.testing.assert_allclose(dZ, np.array([[-1 / 4, 1 / 2], [-1 / 2, 3 / 4]]) / 2, rtol=1e-15)


def test_cross_entropy_by_hand():
    # Z = (log 2, 0, 0) gives 1/2, 1/4, 1/4, and Z = (0, 0, log 8) gives 1/10, 1/10, 8/10.
    # Class 1 and class 2 are true: -log(1/4) - log(8/10) = log 5, over 2 samples
    Z, Y = np.array([[np.log(2), 0.0, 0.0], [0.0, 0.0, np.log(8)]]), np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    value, dZ = cross_entropy(Z, Y)
    assert value == pytest.approx(np.log(5) / 2, rel=1e-15)
    np.testing.assert_allclose(dZ, np.array([[0.5, -0.75, 0.25], [0.1, 0.1, -0.2]]) / 2, rtol=1e-14)


def test_the_two_cross_entropies_agree_on_two_classes():
    # softmax of (z, 0) is (sigmoid(z), 1 - sigmoid(z))
    Z = np.array([[1.5, 0.0], [-0.5, 0.0], [4.0, 0.0]])
    value, dZ = cross_entropy(Z, TWO_CLASSES)
    binary, dz = binary_cross_entropy(Z[:, :1], TWO_CLASSES[:, :1])
    assert value == pytest.approx(binary, rel=1e-14)
    np.testing.assert_allclose(dZ[:, :1], dz, rtol=1e-13)


@pytest.mark.parametrize("name", LOSSES)
def test_the_gradient_is_the_derivative_of_the_value_for_several_outputs(name):
    rng = np.random.default_rng(1)
    Q, Y = rng.standard_normal((5, 3)), rng.dirichlet(np.ones(3), 5)
    function = LOSSES[name].function
    _, dQ = function(Q, Y)
    for index in np.ndindex(Q.shape):
        step = np.zeros_like(Q, dtype=complex)
        step[index] = 1e-100j
        assert function(Q + step, Y)[0].imag / 1e-100 == pytest.approx(dQ[index], rel=1e-13)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "cross_entropy"])
def test_logits_of_1000_are_exact(name):
    # sure and right costs nothing, sure and wrong costs the logit: 1000 for one sample of three
    Z = np.array([[1000.0, -1000.0], [-1000.0, 1000.0], [-1000.0, 1000.0]])
    value, dZ = LOSSES[name].function(Z, TWO_CLASSES)
    assert value == pytest.approx(2000 / 3, rel=1e-15)
    np.testing.assert_allclose(dZ, [[0, 0], [0, 0], [-1 / 3, 1 / 3]], atol=1e-300)


@pytest.mark.parametrize("name", LOSSES)
def test_inputs_are_left_as_they_were(name):
    Q, Y = np.array([[0.5, -1.0], [2.0, 0.25], [0.0, 3.0]]), TWO_CLASSES.copy()
    kept = Q.copy()
    LOSSES[name].function(Q, Y)
    np.testing.assert_array_equal(Q, kept)
    np.testing.assert_array_equal(Y, TWO_CLASSES)


@pytest.mark.parametrize("name", LOSSES)
def test_a_column_and_a_vector_are_not_spread_over_each_other(name):
    with pytest.raises(ValueError, match=r"has shape \(4, 1\) and Y has \(4,\); both may be \(n_samples, n_outputs\)"):
        LOSSES[name].function(np.zeros((4, 1)), np.zeros(4))


@pytest.mark.parametrize("name", LOSSES)
def test_lists_and_whole_numbers_give_the_values_of_arrays(name):
    function = LOSSES[name].function
    Q, Y = [[0, 1], [2, -3], [1, 1]], [[1, 0], [0, 1], [0, 1]]
    value, dQ = function(Q, Y)
    expected, expected_dQ = function(np.array(Q, float), np.array(Y, float))
    assert value == expected
    np.testing.assert_array_equal(dQ, expected_dQ)
    assert dQ.shape == (3, 2)


@pytest.mark.parametrize("name", ["mse", "binary_cross_entropy"])
def test_one_axis_holds_the_samples_of_one_output(name):
    function = LOSSES[name].function
    Q, Y = np.array([0.3, -1.0, 2.0]), np.array([1, 0, 1])
    value, dQ = function(Q, Y)
    expected, expected_dQ = function(Q[:, None], Y[:, None])
    np.testing.assert_allclose(value, expected, rtol=1e-15)
    np.testing.assert_array_equal(dQ, expected_dQ[:, 0])


def test_one_axis_holds_the_classes_of_one_sample():
    value, dZ = LOSSES["cross_entropy"].function([0.0, 0.0, 5.0], [0, 1, 0])
    expected, expected_dZ = LOSSES["cross_entropy"].function([[0.0, 0.0, 5.0]], [[0, 1, 0]])
    assert value == expected
    np.testing.assert_array_equal(dZ, expected_dZ[0])


def test_two_numbers_are_one_sample():
    assert LOSSES["mse"].function(3, 1) == (4.0, 4.0)
    value, dZ = LOSSES["binary_cross_entropy"].function(0, 1)
    np.testing.assert_allclose([value, dZ], [np.log(2), -0.5], rtol=1e-15)


def test_a_loss_leaves_its_arrays_alone():
    for loss in LOSSES.values():
        Q, Y = np.array([[0.5, 0.5], [0.2, 0.8]]), np.array([[1.0, 0.0], [0.0, 1.0]])
        loss.function(Q, Y)
        assert (Q.tolist(), Y.tolist()) == ([[0.5, 0.5], [0.2, 0.8]], [[1, 0], [0, 1]])
