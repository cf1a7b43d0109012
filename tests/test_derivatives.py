import numpy as np
import pytest

from nnlib import NeuralNetwork, check_gradient, datasets
from nnlib.activations import ACTIVATIONS
from nnlib.derivatives import central_difference, complex_step
from nnlib.fast.passes import WIDE
from nnlib.losses import LOSSES, Loss
from tests.helpers import ENDS, HIDDEN, SHAPES, draw_network, pre_activations


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize(("sizes", "n_samples"), SHAPES)
@pytest.mark.parametrize(("output", "loss"), ENDS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_gradient_is_the_derivative_of_the_loss(hidden, output, loss, sizes, n_samples, l2):
    net, X, Y = draw_network(sizes, n_samples, hidden, output)
    assert check_gradient(net, X, Y, loss, l2) < 1e-6
    assert check_gradient(net, X, Y, loss, l2, method="complex") < 1e-12


def loss_by_definition(net, X, Y, loss, l2):
    """Return the loss as a textbook writes it, with logarithms of outputs and nothing of nnlib.losses."""
    A = net.layers[-1].activation.value(pre_activations(net, X)[-1])
    value = {
        "mse": lambda: np.mean((A - Y) ** 2),
        "binary_cross_entropy": lambda: -(Y * np.log(A) + (1 - Y) * np.log(1 - A)).sum() / len(X),
        "cross_entropy": lambda: -(Y * np.log(A)).sum() / len(X),
    }[loss]()
    return value + l2 / 2 * sum((layer.W**2).sum() for layer in net.layers)


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize(("sizes", "n_samples"), SHAPES)
@pytest.mark.parametrize(("output", "loss"), ENDS)
def test_the_loss_is_its_definition(output, loss, sizes, n_samples, l2):
    net, X, Y = draw_network(sizes, n_samples, "tanh", output)
    expected = loss_by_definition(net, X, Y, loss, l2)
    assert net.loss(X, Y, loss, l2) == pytest.approx(expected, rel=1e-13)
    assert net.loss_and_gradient(X, Y, loss, l2)[0] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(("reference", "rtol"), [(central_difference, 1e-8), (complex_step, 1e-14)])
def test_the_references_differentiate_by_themselves(reference, rtol):
    # One tanh unit, one sample x = 2, y = 0.5, theta = (0.3, 0.1): L = (tanh(0.7) - 0.5)^2
    net = NeuralNetwork(1, 1, output="tanh", init="zeros")
    net.theta = [0.3, 0.1]
    dz = 2 * (np.tanh(0.7) - 0.5) * (1 - np.tanh(0.7) ** 2)
    np.testing.assert_allclose(reference(net, [[2.0]], [[0.5]]), [2 * dz, dz], rtol=rtol)


def test_a_wider_difference_is_a_worse_one():
    net, X, Y = draw_network((2, 3, 1), 5)
    exact = complex_step(net, X, Y)
    errors = [np.abs(central_difference(net, X, Y, eps=eps) - exact).max() for eps in (0.2, 0.02)]
    # the error of a central difference falls with the square of its width
    assert errors[0] / errors[1] == pytest.approx(100, rel=0.1)


@pytest.mark.parametrize("reference", [central_difference, complex_step, check_gradient])
def test_the_network_is_left_as_it_was(reference):
    net, X, Y = draw_network((2, 3, 1), 5)
    before = net.theta.tobytes(), X.tobytes(), Y.tobytes()
    reference(net, X, Y)
    assert (net.theta.tobytes(), X.tobytes(), Y.tobytes()) == before


def test_relu_on_its_kink_fails_the_check_though_its_gradient_is_right():
    X, Y = datasets.xor()
    net = NeuralNetwork(2, 4, 1, hidden="relu", init="glorot", rng=0)
    assert check_gradient(net, X, Y) > 1e-3  # zero biases put (0, 0) on the kink of every unit
    net.layers[0].b[:] = 0.05
    assert check_gradient(net, X, Y) < 1e-6


def test_two_gradients_of_zero_agree():
    net = NeuralNetwork(2, 3, 1, output="identity", init="zeros")
    assert check_gradient(net, [[1.0, 2.0]], [[0.0]]) == 0.0


def test_a_gradient_that_is_not_a_number_does_not_pass():
    class Broken(NeuralNetwork):
        def loss_and_gradient(self, *problem):
            value, dtheta = super().loss_and_gradient(*problem)
            dtheta[3] = np.nan
            return value, dtheta

    X, Y = datasets.xor()
    assert not check_gradient(Broken(2, 3, 1, rng=0), X, Y) < 1e-6


# The tester tested: each class below makes one mistake that people make, and check_gradient has to see it.


class Faulty(NeuralNetwork):
    """A network whose backward pass is spoiled by `spoil`, called with its right gradient cut into layers."""

    def loss_and_gradient(self, X, Y, loss="mse", l2=0.0):
        value, dtheta = super().loss_and_gradient(X, Y, loss, l2)
        twin = self.copy()
        twin.theta = dtheta
        self.spoil(twin.layers, np.asarray(X), l2)
        return value, twin.theta


class No1OverN(Faulty):
    def spoil(self, dlayers, X, l2):
        for dW, db, _ in dlayers:
            dW *= len(X)
            db *= len(X)


class OneBiasTooLarge(Faulty):
    def spoil(self, dlayers, X, l2):
        dlayers[0].b[1] *= 1.001


class MissingTranspose(Faulty):
    def spoil(self, dlayers, X, l2):
        dW = dlayers[1].W
        dW[:] = dW.T.copy()  # a square W, the one place where NumPy does not refuse it


class MissingDecay(Faulty):
    def spoil(self, dlayers, X, l2):
        for (dW, _, _), (W, _, _) in zip(dlayers, self.layers, strict=True):
            dW -= l2 * W


class DecayedBiases(Faulty):
    def spoil(self, dlayers, X, l2):
        for (_, db, _), (_, b, _) in zip(dlayers, self.layers, strict=True):
            db += l2 * b


class WrongSign(Faulty):
    def spoil(self, dlayers, X, l2):
        dlayers[-1].b[:] *= -1


class LostSample(NeuralNetwork):
    def loss_and_gradient(self, X, Y, loss="mse", l2=0.0):
        _, dtheta = super().loss_and_gradient(X[:-1], Y[:-1], loss, l2)
        return self.loss(X, Y, loss, l2), dtheta


class ByHand(NeuralNetwork):
    """A backward pass written here once more; `slopes` are f'(Z) of the hidden layers and of the output."""

    slopes = (ACTIVATIONS["tanh"].derivative, ACTIVATIONS["sigmoid"].derivative)

    def loss_and_gradient(self, X, Y, loss="mse", l2=0.0):
        A, parts, (hidden, output) = [X, *self.layer_outputs(X)], [], self.slopes
        dA = 2 * (A[-1] - Y) / Y.size
        for k in range(len(self.layers), 0, -1):
            dZ = dA * (output if k == len(self.layers) else hidden)(A[k])
            parts[:0] = [(A[k - 1].T @ dZ + l2 * self.layers[k - 1].W).ravel(), dZ.sum(axis=0)]
            dA = dZ @ self.layers[k - 1].W.T
        return self.loss(X, Y, loss, l2), np.concatenate(parts)


class WrongDerivative(ByHand):
    """Takes the sigmoid's derivative, a (1 - a), where the hidden units are tanh."""

    slopes = (ACTIVATIONS["sigmoid"].derivative, ACTIVATIONS["sigmoid"].derivative)


class ForgottenSlope(ByHand):
    """Leaves f'(Z) out at the output, as if a squared error came with logits."""

    slopes = (ACTIVATIONS["tanh"].derivative, ACTIVATIONS["identity"].derivative)


FAULTS = (
    No1OverN, OneBiasTooLarge, MissingTranspose, MissingDecay, DecayedBiases, WrongSign, LostSample, WrongDerivative,
    ForgottenSlope,
)  # fmt: skip


@pytest.mark.parametrize("method", ["central", "complex"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(fault, method):
    rng = np.random.default_rng(0)
    X, Y = rng.standard_normal((6, 2)), rng.uniform(size=(6, 1))
    sound = NeuralNetwork(2, 4, 4, 1, init="normal", rng=rng)
    net, by_hand = fault(2, 4, 4, 1), ByHand(2, 4, 4, 1)
    net.theta = by_hand.theta = sound.theta
    assert check_gradient(sound, X, Y, l2=0.2, method=method) < 1e-6
    assert check_gradient(by_hand, X, Y, l2=0.2, method=method) < 1e-6
    assert check_gradient(net, X, Y, l2=0.2, method=method) > 1e-5


@pytest.mark.parametrize("output", ["sigmoid", "identity", "softmax"])
def test_a_loss_of_ones_own_has_its_gradient_too(output, monkeypatch):
    def fourth_power(A, Y):
        return ((A - Y) ** 4).mean(), 4 * (A - Y) ** 3 / Y.size

    monkeypatch.setitem(LOSSES, "fourth power", Loss(fourth_power, None))
    net, X, Y = draw_network((4, 5, 3, 2), 7, output=output)
    assert net.loss(X, Y, "fourth power") == pytest.approx(np.mean((net.forward(X) - Y) ** 4), rel=1e-12)
    assert check_gradient(net, X, Y, "fourth power", l2=0.1) < 1e-6


@pytest.mark.parametrize(("output", "loss"), [("sigmoid", "mse"), ("softmax", "cross_entropy")])
@pytest.mark.parametrize("n_inputs", [WIDE - 1, WIDE])
def test_the_gradient_of_a_network_with_wide_inputs_is_the_derivative_too(n_inputs, output, loss):
    net, X, Y = draw_network((n_inputs, 3, 2), 4, output=output)
    by_hand = net.loss(X, Y, loss, 0.1)
    assert by_hand == pytest.approx(loss_by_definition(net, X, Y, loss, 0.1), rel=1e-12)
    assert check_gradient(net, X, Y, loss, 0.1, method="complex") < 1e-12
