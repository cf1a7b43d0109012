"""W4: 1,024 networks of XOR at once, 2-4-1, two thousand epochs of gradient descent from as many starts.

The floor is the twenty tanh that each network takes in an epoch, five for each sample, as one call over all networks.
"""

import numpy as np

import nnlib
from benchmarks import peers, w1_xor_epoch
from benchmarks.measure import build, check_same_way, compare, interleave

WORK = "W4: 1,024 networks of XOR, 2-4-1"
SIZES, RATE = (2, 4, 1), w1_xor_epoch.RATE
FEW = 16  # networks that the loops over single networks train: their time is in proportion
GOALS = {
    "nnlib / tanh alone": {"at_most": 3.0},
    "one by one, fewest calls / nnlib": {"at_least": 50},
    "JAX vmap / nnlib": {"at_least": 1},
    "JAX vmap, float32 / nnlib, float32": {"at_least": 1},
    "PyTorch bmm / nnlib": {},
}


def rows(quick):
    """Return the rows of W4."""
    n_networks, epochs, repeats = (FEW, 20, 1) if quick else (1024, 2000, 11)
    X, Y = nnlib.datasets.xor()
    thetas = np.stack([nnlib.NeuralNetwork(*SIZES, rng=seed).theta for seed in range(n_networks)], axis=1)
    functions, reasons = build(MAKERS, thetas, X, Y, epochs)
    check(thetas, {name: function() for name, function in functions.items()})
    times = interleave(functions, repeats)
    times["one by one, fewest calls"] = np.multiply(times["one by one, fewest calls"], n_networks / FEW)
    return compare(WORK, times, reasons, GOALS)


def check(thetas, results):
    """Refuse results that go another way."""
    results = {name: result.reshape(17, -1) for name, result in results.items() if result is not None}
    rough = {name: 1e-2 for name in results if "float32" in name}
    check_same_way(thetas[:, :FEW], {name: result[:, :FEW] for name, result in results.items()}, rough)
    check_same_way(thetas, {name: result for name, result in results.items() if result.shape == thetas.shape}, rough)


def train_nnlib(thetas, X, Y, epochs, dtype="float64"):
    """Train as a reader would; that draws the starts too."""
    settings = {"learning_rates": RATE, "seeds": range(thetas.shape[1]), "epochs": epochs, "dtype": dtype}
    return lambda: nnlib.train_many(SIZES, X, Y, **settings).thetas


def train_nnlib_in_float32(thetas, X, Y, epochs):
    """Train in float32."""
    return train_nnlib(thetas, X, Y, epochs, "float32")


def only_tanh(thetas, X, Y, epochs):
    """Take the tanh and nothing else."""
    Z = np.random.default_rng(0).standard_normal((20, thetas.shape[1]))
    A = np.empty_like(Z)

    def run():
        for _ in range(epochs):
            np.tanh(Z, out=A)

    return run


def train_one_by_one(thetas, X, Y, epochs):
    """Train a few of them one by one, with the fewest calls."""
    runs = []
    for theta in thetas[:, :FEW].T:
        net = nnlib.NeuralNetwork(*SIZES, init="zeros")
        net.theta = theta
        runs.append(w1_xor_epoch.train_with_fewest_calls(net, X, Y, epochs))
    return lambda: np.stack([run() for run in runs], axis=1)


def train_jax(thetas, X, Y, epochs):
    """Train with JAX's vmap, all epochs in one compiled loop."""
    import jax

    start = peers.load_jax(thetas, SIZES)

    def loss(layers):
        (W1, b1), (W2, b2) = layers
        return jax.numpy.mean((jax.nn.sigmoid(jax.numpy.tanh(X @ W1 + b1) @ W2 + b2) - Y) ** 2)

    def epoch(_, layers):
        slopes = jax.vmap(jax.grad(loss), in_axes=-1, out_axes=-1)(layers)
        return jax.tree.map(lambda part, slope: part - RATE * slope, layers, slopes)

    @jax.jit
    def train(layers):
        return jax.lax.fori_loop(0, epochs, epoch, layers)

    return lambda: peers.jax_theta(jax.block_until_ready(train(start)))


def train_jax_in_float32(thetas, X, Y, epochs):
    """Train with JAX's vmap in float32."""
    return train_jax(*(array.astype(np.float32) for array in (thetas, X, Y)), epochs)


def train_torch(thetas, X, Y, epochs):
    """Train with PyTorch's batched products and autograd, the networks' axis first."""
    import torch

    peers.one_thread(torch)
    X, Y = torch.from_numpy(X), torch.from_numpy(Y)
    theta = torch.from_numpy(thetas.T.copy())
    start = theta[:, :8].reshape(-1, 2, 4), theta[:, None, 8:12], theta[:, 12:16, None], theta[:, None, 16:]

    def run():
        parts = [part.clone().requires_grad_() for part in start]
        W1, b1, W2, b2 = parts
        optimizer = torch.optim.SGD(parts, RATE)
        for _ in range(epochs):
            optimizer.zero_grad()
            A2 = torch.sigmoid(torch.tanh(X @ W1 + b1) @ W2 + b2)
            ((A2 - Y) ** 2).mean(dim=(1, 2)).sum().backward()
            optimizer.step()
        return torch.cat([part.detach().flatten(1) for part in parts], dim=1).T.numpy()

    return run


MAKERS = {
    "nnlib": train_nnlib,
    "nnlib, float32": train_nnlib_in_float32,
    "tanh alone": only_tanh,
    "one by one, fewest calls": train_one_by_one,
    "JAX vmap": train_jax,
    "JAX vmap, float32": train_jax_in_float32,
    "PyTorch bmm": train_torch,
}
