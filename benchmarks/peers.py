"""One `NeuralNetwork` as each peer holds it: the same start for all, and the way back to `theta`."""

import warnings
from itertools import pairwise

import numpy as np


def load_torch(net):
    """Return PyTorch's module with the weights of `net`; the last layer has no activation."""
    import torch

    one_thread(torch)
    hidden = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[net.hidden]
    dtype, parts = torch.from_numpy(net.theta).dtype, []
    for n_in, n_out in pairwise(net.sizes):
        parts += [torch.nn.Linear(n_in, n_out, dtype=dtype), hidden()]
    model = torch.nn.Sequential(*parts[:-1])
    reset_torch(model, net)
    return model


def one_thread(torch):
    """Let PyTorch use one thread of its own."""
    torch.set_num_threads(1)


def reset_torch(model, net):
    """Write the weights of `net` into PyTorch's module."""
    import torch

    with torch.no_grad():
        for part, layer in zip(model[::2], net.layers, strict=True):
            part.weight.copy_(torch.from_numpy(layer.W.T))
            part.bias.copy_(torch.from_numpy(layer.b))


def torch_theta(model):
    """Return the module's weights in the order of `theta`."""
    parts = [array for part in model[::2] for array in (part.weight.T, part.bias)]
    return np.concatenate([part.detach().numpy().ravel() for part in parts])


def load_jax(theta, sizes):
    """Return JAX's arrays, a pair (W, b) for each layer, from `theta` in the dtype that it has."""
    import jax

    jax.config.update("jax_enable_x64", True)
    layers, start = [], 0
    for n_in, n_out in pairwise(sizes):
        end = start + n_in * n_out
        W, b = theta[start:end].reshape(n_in, n_out, *theta.shape[1:]), theta[end : end + n_out]
        layers.append((jax.numpy.asarray(W), jax.numpy.asarray(b)))
        start = end + n_out
    return layers


def jax_theta(layers):
    """Return JAX's arrays in the order of `theta`."""
    return np.concatenate([np.asarray(array).ravel() for layer in layers for array in layer])


def load_sklearn(kind, net, X, y, **settings):
    """Return scikit-learn's "MLPClassifier" or "MLPRegressor", ready to go on from the weights of `net`."""
    from sklearn import neural_network

    model = getattr(neural_network, kind)(hidden_layer_sizes=net.sizes[1:-1], activation=net.hidden, warm_start=True)
    quietly(model.set_params(max_iter=1).fit, X, y)  # makes the arrays
    model.set_params(alpha=0, **settings)
    reset_sklearn(model, net)
    return model


def reset_sklearn(model, net):
    """Write the weights of `net` into scikit-learn's model."""
    model.coefs_ = [layer.W.copy() for layer in net.layers]
    model.intercepts_ = [layer.b.copy() for layer in net.layers]


def sklearn_theta(model):
    """Return the model's weights in the order of `theta`."""
    pairs = zip(model.coefs_, model.intercepts_, strict=True)
    return np.concatenate([array.ravel() for pair in pairs for array in pair])


def quietly(function, *arguments):
    """Call it without scikit-learn's advice to take more iterations; how many there are is the measurement's choice."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments)
