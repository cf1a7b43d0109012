"""W3: mini-batches of 128 through a hidden layer of ReLU into softmax, by Adam and by plain gradient descent.

The floor is the five matrix products of a step and nothing else: two forward, three backward. The peers shuffle the
samples as nnlib does; each of ten epochs meets all of them once.
"""

import numpy as np

import nnlib
from benchmarks import peers
from benchmarks.measure import build, check_same_way, compare, interleave

BATCH, EPOCHS, RATE = 128, 10, 1e-3
OTHERS = {f"{peer} / nnlib": {} for peer in ("PyTorch", "JAX", "scikit-learn")}
PROBLEMS = (  # work, sizes, batches, dtype, optimizer, goals
    ("Adam, float64", (784, 256, 10), 40, "float64", "Adam", {"nnlib / GEMMs": {"at_most": 1.7}, **OTHERS}),
    ("Adam, float32", (784, 256, 10), 40, "float32", "Adam", {"nnlib / GEMMs": {"at_most": 1.9}, **OTHERS}),
    ("gradient descent, float64", (784, 256, 10), 40, "float64", "GradientDescent",
     {"nnlib / GEMMs": {"at_most": 1.3}, **OTHERS}),
    ("Adam, float64", (64, 64, 10), 14, "float64", "Adam",
     {"nnlib / GEMMs": {"at_most": 2.3}, **OTHERS, "PyTorch / nnlib": {"at_least": 3}}),
)  # fmt: skip
TOLERANCES = {"float64": 1e-6, "float32": 1e-2}
ADAMS_DIFFER = {"scikit-learn": 0.05}  # its epsilon stands elsewhere, which counts where a gradient is near 0


def rows(quick):
    """Return the rows of W3."""
    found = []
    for label, sizes, n_batches, dtype, optimizer, goals in PROBLEMS[-1:] if quick else PROBLEMS:
        net = nnlib.NeuralNetwork(*sizes, hidden="relu", output="softmax", init="he", rng=1, dtype=dtype)
        check_steps(net, optimizer)
        functions, reasons = build(MAKERS, net, *draw(net, n_batches * BATCH), optimizer)
        for function in functions.values():
            function()  # warm up: the check was of other shapes
        times = interleave(functions, 1 if quick else 9 if dtype == "float64" else 15)
        found += compare(f"W3: batches of 128, {'-'.join(map(str, sizes))}, {label}", times, reasons, goals)
    return found


def draw(net, n_samples):
    """Return samples and one-hot targets; scikit-learn is given the classes that they say."""
    rng = np.random.default_rng(0)
    X = rng.uniform(size=(n_samples, net.sizes[0])).astype(net.theta.dtype)
    return X, np.eye(net.sizes[-1], dtype=X.dtype)[rng.integers(net.sizes[-1], size=n_samples)]


def check_steps(net, optimizer):
    """Refuse peers that go another way: one batch, so that no shuffling differs, ten steps."""
    functions, _ = build(MAKERS, net, *draw(net, BATCH), optimizer)
    tolerance = TOLERANCES[net.theta.dtype.name]
    own = ADAMS_DIFFER if optimizer == "Adam" else {}
    results = {name: function() for name, function in functions.items() if name != "GEMMs"}
    check_same_way(net.theta, results, own, tolerance)


def orders(n_samples):
    """Return the order of the samples in each epoch, as `nnlib.train` shuffles them, shape (epochs, batches, 128)."""
    rng = np.random.default_rng(0)
    if n_samples == BATCH:
        return np.tile(np.arange(BATCH), (EPOCHS, 1, 1))
    return np.array([rng.permutation(n_samples).reshape(-1, BATCH) for _ in range(EPOCHS)])


def train_nnlib(net, X, Y, optimizer):
    """Train as a reader would."""

    def run():
        trained, rate = net.copy(), getattr(nnlib, optimizer)(RATE)
        nnlib.train(trained, X, Y, "cross_entropy", rate, epochs=EPOCHS, batch_size=BATCH)
        return trained.theta

    return run


def multiply_only(net, X, Y, optimizer):
    """Do the five products of each step, on one batch, into arrays made once."""
    (W1, b1, _), (W2, b2, _) = net.layers
    X, A1 = X[:BATCH].copy(), np.ones((BATCH, net.sizes[1]), X.dtype)
    dZ2, dA1 = np.ones((BATCH, net.sizes[2]), X.dtype), np.empty_like(A1)
    Z1, Z2, dW1, dW2 = (np.empty_like(array) for array in (A1, dZ2, W1, W2))
    n_steps = EPOCHS * len(Y) // BATCH

    def run():
        for _ in range(n_steps):
            X.dot(W1, out=Z1)
            A1.dot(W2, out=Z2)
            A1.T.dot(dZ2, out=dW2)
            dZ2.dot(W2.T, out=dA1)
            X.T.dot(A1, out=dW1)

    return run


def train_torch(net, X, Y, optimizer):
    """Train with modules, autograd and PyTorch's fused optimizer, the faster one."""
    import torch

    kind = {"GradientDescent": "SGD"}.get(optimizer, optimizer)
    model = peers.load_torch(net)
    X, Y = torch.from_numpy(X), torch.from_numpy(Y)

    def run():
        peers.reset_torch(model, net)
        parameters = model.parameters()
        steps = getattr(torch.optim, kind)(parameters, RATE, fused=True)
        for order in torch.from_numpy(orders(len(X))):
            total = 0.0
            for batch in order:
                steps.zero_grad()
                loss = torch.nn.functional.cross_entropy(model(X[batch]), Y[batch])
                loss.backward()
                steps.step()
                total += loss.item()
        return peers.torch_theta(model)

    return run


def train_jax(net, X, Y, optimizer):
    """Train with each epoch in one compiled loop."""
    import jax

    start = peers.load_jax(net.theta, net.sizes)
    X, Y, step = jax.numpy.asarray(X), jax.numpy.asarray(Y), JAX_STEPS[optimizer]

    def loss(layers, X, Y):
        (W1, b1), (W2, b2) = layers
        Z2 = jax.nn.relu(X @ W1 + b1) @ W2 + b2
        return -(Y * jax.nn.log_softmax(Z2)).sum(axis=1).mean()

    def move(state, batch):
        layers, *moments, t = state
        value, slopes = jax.value_and_grad(loss)(layers, X[batch], Y[batch])
        return (*step(layers, slopes, *moments, t + 1), t + 1), value

    @jax.jit
    def epoch(state, order):
        return jax.lax.scan(move, state, order)

    def run():
        zeros = jax.tree.map(jax.numpy.zeros_like, start)
        state = (start, zeros, zeros, jax.numpy.zeros((), X.dtype))
        for order in orders(len(X)):
            state, losses = epoch(state, order)
            losses.mean().item()
        return peers.jax_theta(state[0])

    return run


def step_by_adam(layers, slopes, m, v, t):
    """Return JAX's layers and moments after a step of Adam."""
    import jax

    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, slopes)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, slopes)

    def move(theta, m, v):
        return theta - RATE * (m / (1 - 0.9**t)) / (jax.numpy.sqrt(v / (1 - 0.999**t)) + 1e-8)

    return jax.tree.map(move, layers, m, v), m, v


def step_by_gradient(layers, slopes, m, v, t):
    """Return JAX's layers after a step of gradient descent, and the moments that it does not use."""
    import jax

    return jax.tree.map(lambda theta, g: theta - RATE * g, layers, slopes), m, v


def train_sklearn(net, X, Y, optimizer):
    """Train scikit-learn's classifier."""
    solver = {"solver": "adam"} if optimizer == "Adam" else {"solver": "sgd", "momentum": 0}
    settings = {"batch_size": BATCH, "learning_rate_init": RATE, "tol": 0, "n_iter_no_change": np.inf}
    y = Y.argmax(axis=1)
    model = peers.load_sklearn("MLPClassifier", net, X, y, max_iter=EPOCHS, **solver, **settings)

    def run():
        peers.reset_sklearn(model, net)
        peers.quietly(model.fit, X, y)
        return peers.sklearn_theta(model)

    return run


MAKERS = {
    "nnlib": train_nnlib,
    "GEMMs": multiply_only,
    "PyTorch": train_torch,
    "JAX": train_jax,
    "scikit-learn": train_sklearn,
}
JAX_STEPS = {"Adam": step_by_adam, "GradientDescent": step_by_gradient}
