"""Gradients and Hessian products against PyTorch's, in float64, where PyTorch is installed."""

import numpy as np
import pytest

from nnlib import NeuralNetwork
from nnlib.derivatives import hessian_product
from tests.helpers import ENDS, HIDDEN, SHAPES, draw_problem, sizes_for

torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare the derivatives with")

ACTIVATIONS = {
    "identity": lambda Z: Z,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "softplus": torch.nn.functional.softplus,
    "softmax": lambda Z: torch.softmax(Z, dim=1),
}
LOSSES = {
    "mse": lambda A, Y: ((A - Y) ** 2).mean(),
    "binary_cross_entropy": lambda A, Y: -(Y * A.log() + (1 - Y) * (1 - A).log()).sum() / len(Y),
    "cross_entropy": lambda A, Y: -(Y * A.log()).sum() / len(Y),
}


def torch_loss(net, X, Y, loss):
    """Return the loss as a function of theta, written once more in PyTorch."""

    def function(theta):
        A, start = torch.tensor(X), 0
        for W, b, name in zip(*zip(*((W, b) for W, b, _ in net.layers), strict=True), net.activations, strict=True):
            middle, end = start + W.size, start + W.size + b.size
            Z = A @ theta[start:middle].reshape(W.shape) + theta[middle:end]
            A, start = ACTIVATIONS[name](Z), end
        return LOSSES[loss](A, torch.tensor(Y))

    return function


@pytest.mark.parametrize(("sizes", "n_samples"), SHAPES)
@pytest.mark.parametrize(("output", "loss"), ENDS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_derivatives_equal_those_of_torch(hidden, output, loss, sizes, n_samples):
    rng = np.random.default_rng(0)
    X, Y = draw_problem(sizes, n_samples, output, rng)
    net = NeuralNetwork(*sizes_for(output, sizes), hidden=hidden, output=output, init="normal", rng=rng)
    v, function = rng.standard_normal(net.theta.shape), torch_loss(net, X, Y, loss)
    theta = torch.tensor(net.theta, requires_grad=True)
    value = function(theta)
    (slope,) = torch.autograd.grad(value, theta)
    product = torch.autograd.functional.hvp(function, theta.detach(), torch.tensor(v))[1].numpy()
    ours, dtheta = net.loss_and_gradient(X, Y, loss)
    np.testing.assert_allclose(ours, value.item(), rtol=1e-10)
    np.testing.assert_allclose(dtheta, slope.numpy(), rtol=1e-10, atol=1e-10 * abs(dtheta).max())
    Hv = hessian_product(net, X, Y, v, loss)
    np.testing.assert_allclose(Hv, product, rtol=1e-10, atol=1e-10 * max(abs(Hv).max(), 1e-3))
