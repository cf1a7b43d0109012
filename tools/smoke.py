"""Try an installed nnlib with one of its extras: `python -I tools/smoke.py plotting`, in an environment that has it.

`make dist` runs this in an environment for each extra. The functions here are named after the extras.
"""

import importlib.util
import sys
import tempfile
from pathlib import Path

import numpy as np

import nnlib

# What stands on an extra: the module, the packages that it needs, and what an error without them may name.
WIDGETS = ["anywidget", "ipywidgets", "matplotlib", "PIL"]
NEEDS = {
    "nnlib.plotting": (["matplotlib"], ["matplotlib"]),
    "nnlib.widgets": (WIDGETS, WIDGETS),
    "nnlib.estimators": (["sklearn"], ["[sklearn]"]),
}


def none():
    """Learn XOR by both trainers, read digits, keep a network in a file."""
    X, Y = nnlib.datasets.xor()
    net = nnlib.NeuralNetwork(2, 8, 1, rng=0)
    assert nnlib.check_gradient(net, X, Y) < 1e-6
    assert nnlib.train(net.copy(), X, Y, epochs=200).loss[-1] < 0.25
    assert nnlib.minimize(net, X, Y).success
    assert net.predict(X).ravel().tolist() == [0, 1, 1, 0]
    assert nnlib.datasets.digits()[0].shape == (1797, 64)
    assert nnlib.sweep(hidden_sizes=[4], learning_rates=[2.0], seeds=range(4), epochs=50).rate.shape == (1, 1)
    with tempfile.TemporaryDirectory() as folder:
        net.save(Path(folder) / "xor.npz")
        again = nnlib.NeuralNetwork.load(Path(folder) / "xor.npz")
    assert np.array_equal(again.theta, net.theta)


def plotting():
    """Draw a boundary and a loss in the book's style."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.style.use("nnlib.book")
    X, Y = nnlib.datasets.xor()
    net = nnlib.NeuralNetwork(2, 4, 1, rng=0)
    ax = nnlib.plotting.decision_boundary(net, X, Y)
    nnlib.plotting.loss_curve(nnlib.train(net, X, Y, epochs=20).loss)
    assert "4 points" in nnlib.plotting.describe(ax.figure)
    with tempfile.TemporaryDirectory() as folder:
        ax.figure.savefig(Path(folder) / "boundary.png")


def progress():
    """Show a bar while training."""
    X, Y = nnlib.datasets.xor()
    nnlib.train(nnlib.NeuralNetwork(2, 4, 1, rng=0), X, Y, epochs=20, progress=True)
    nnlib.train_many((2, 4, 1), X, Y, learning_rates=[0.5, 1.0], seeds=[0, 1], epochs=20, progress=True)


def sklearn():
    """Fit both estimators."""
    X, Y = nnlib.datasets.moons(100, rng=0)
    classifier = nnlib.NNClassifier((8,), "tanh", solver="lbfgs", random_state=0).fit(X, Y.ravel())
    assert classifier.score(X, Y.ravel()) > 0.9
    regressor = nnlib.NNRegressor((8,), "tanh", solver="lbfgs", random_state=0).fit(X, X[:, 0])
    assert regressor.score(X, X[:, 0]) > 0.9


def cluster():
    """Sweep on a cluster of one process."""
    import joblib
    from distributed import Client

    question = {"hidden_sizes": [2, 4], "learning_rates": [2.0], "seeds": range(4), "epochs": 50}
    with Client(processes=False, n_workers=1, dashboard_address=None), joblib.parallel_config(backend="dask"):
        there = nnlib.sweep(**question)
    assert np.array_equal(there.solved, nnlib.sweep(**question).solved)
    sklearn()


def widgets():
    """Make one widget of each kind, with its scripts."""
    plotting()
    X, Y = nnlib.datasets.xor()
    net = nnlib.NeuralNetwork(2, 4, 1, rng=0)
    nnlib.widgets.flipbook(lambda seed: nnlib.plotting.decision_boundary(net, X, Y).figure, seed=[0, 1])
    playground = nnlib.widgets.Playground(seed=1)
    assert playground.to_network().sizes == (2, 4, 1)
    pad = nnlib.widgets.DigitPad(nnlib.NeuralNetwork(64, 16, 10, output="softmax", rng=0))
    for view in (playground, pad):
        assert view.get_view_spec()


def refused(module, names):
    """Return whether a module cannot be imported and the error has one of these names."""
    try:
        importlib.import_module(module)
    except ImportError as error:
        return any(name in str(error) for name in names)
    return False


def main(extra):
    """Try everything that belongs to an extra, and that what belongs to others says what it needs."""
    assert Path(nnlib.__file__).is_relative_to(sys.prefix), f"this is not the installed nnlib: {nnlib.__file__}"
    none()
    globals()[extra]()
    for module, (packages, names) in NEEDS.items():
        if not all(map(importlib.util.find_spec, packages)):
            assert refused(module, names), f"without one of {packages}, {module} does not speak of {names}"


if __name__ == "__main__":
    main(*sys.argv[1:])
