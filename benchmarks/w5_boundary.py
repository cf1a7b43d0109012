"""W5: the outputs of 2-8-1 on a grid of 200 x 200 points, as a picture of the boundary needs them.

The floor is the nine tanh that each point takes, eight hidden ones and the output's, as one call.
"""

import numpy as np

import nnlib
from benchmarks import peers
from benchmarks.measure import build, compare, interleave

WORK = "W5: 2-8-1 on 200 x 200 points"
GOALS = {
    "nnlib / tanh alone": {"at_most": 1.7},
    "naive NumPy / nnlib, float32": {"at_least": 4},
    "naive NumPy / nnlib": {},
    "PyTorch / nnlib": {},
    "JAX / nnlib": {},
    "scikit-learn / nnlib": {},
}


def rows(quick):
    """Return the rows of W5."""
    n_points, repeats = (10, 1) if quick else (200, 301)
    net = nnlib.NeuralNetwork(2, 8, 1, rng=1)
    line = np.linspace(-0.5, 1.5, n_points)
    X = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    functions, reasons = build(MAKERS, net, X)
    for name, function in functions.items():
        outputs = function()
        if name != "tanh alone":
            tolerance = 1e-5 if "float32" in name else 1e-12
            np.testing.assert_allclose(np.asarray(outputs).reshape(-1, 1), net.forward(X), tolerance, err_msg=name)
    return compare(WORK, interleave(functions, repeats), reasons, GOALS)


def forward_nnlib(net, X):
    """Ask as a reader would."""
    return lambda: net.forward(X)


def forward_nnlib_in_float32(net, X):
    """Ask a copy of the network in float32, which is enough to draw."""
    net, X = net.copy("float32"), X.astype(np.float32)
    return lambda: net.forward(X)


def forward_naive(net, X):
    """Compute the outputs by the formulas, as they are first written."""
    (W1, b1, _), (W2, b2, _) = net.layers
    return lambda: 1 / (1 + np.exp(-(np.tanh(X @ W1 + b1) @ W2 + b2)))


def only_tanh(net, X):
    """Take the tanh and nothing else."""
    Z = np.random.default_rng(0).standard_normal((9, len(X)))
    A = np.empty_like(Z)
    return lambda: np.tanh(Z, out=A)


def forward_torch(net, X):
    """Ask PyTorch's module, without gradients."""
    import torch

    model, X = peers.load_torch(net), torch.from_numpy(X)

    def run():
        with torch.inference_mode():
            return torch.sigmoid(model(X))

    return run


def forward_jax(net, X):
    """Ask a compiled function."""
    import jax

    (W1, b1), (W2, b2) = peers.load_jax(net.theta, net.sizes)
    X = jax.numpy.asarray(X)

    @jax.jit
    def forward(X):
        return jax.nn.sigmoid(jax.numpy.tanh(X @ W1 + b1) @ W2 + b2)

    return lambda: jax.block_until_ready(forward(X))


def forward_sklearn(net, X):
    """Ask scikit-learn's classifier for probabilities."""
    corners, labels = nnlib.datasets.xor()
    model = peers.load_sklearn("MLPClassifier", net, corners, labels.ravel())
    return lambda: model.predict_proba(X)[:, 1]


MAKERS = {
    "nnlib": forward_nnlib,
    "nnlib, float32": forward_nnlib_in_float32,
    "naive NumPy": forward_naive,
    "tanh alone": only_tanh,
    "PyTorch": forward_torch,
    "JAX": forward_jax,
    "scikit-learn": forward_sklearn,
}
