"""What reads a network gives the same numbers from any number of threads at once."""

import sys
import warnings
from concurrent.futures import ThreadPoolExecutor

import matplotlib.pyplot as plt
import numpy as np
import pytest

import nnlib
from nnlib.curvature import hessian, hessian_product, jacobian
from nnlib.derivatives import central_difference, check_gradient, complex_step
from nnlib.plotting import landscape

NET = nnlib.NeuralNetwork(3, 5, 4, 2, rng=0)
RNG = np.random.default_rng(0)
BATCHES = [(RNG.normal(size=(7, 3)), RNG.uniform(size=(7, 2))) for _ in range(8)]
POPULATION = nnlib.train_many((3, 4, 2), *BATCHES[0], learning_rates=0.1, seeds=range(40), epochs=3)


def trained(X, Y):
    """Train a network of its own, as each thread of a class of readers would."""
    net = NET.copy()
    history = nnlib.train(net, X, Y, epochs=5, batch_size=3)
    return [*history.loss, *net.theta]


def minimized(X, Y):
    net = NET.copy()
    return [*nnlib.minimize(net, X, Y, method="L-BFGS-B", options={"maxiter": 5}).losses, *net.theta]


def heights(X, Y):
    figure = plt.Figure()
    landscape(NET, X, Y, ax=figure.subplots(), rng=0)
    return figure.axes[0].collections[0].get_array()


READERS = {
    "forward": lambda X, Y: NET.forward(X),
    "forward of many samples": lambda X, Y: NET.forward(np.repeat(X, 100, axis=0)),
    "layer_outputs": lambda X, Y: NET.layer_outputs(X)[0],
    "predict": lambda X, Y: NET.predict(X),
    "loss": lambda X, Y: NET.loss(X, Y),
    "loss_and_gradient": lambda X, Y: NET.loss_and_gradient(X, Y)[1],
    "loss_and_gradient of many losses": lambda X, Y: [
        NET.loss_and_gradient(X, Y, loss, l2)[1] for loss in ("mse", "binary_cross_entropy") for l2 in (0.0, 0.1, 0.2)
    ],
    "check_gradient": lambda X, Y: check_gradient(NET, X, Y),
    "central_difference": lambda X, Y: central_difference(NET, X, Y),
    "complex_step": lambda X, Y: complex_step(NET, X, Y),
    "hessian_product": lambda X, Y: hessian_product(NET, X, Y, np.arange(len(NET.theta))),
    "hessian": lambda X, Y: hessian(NET, X, Y),
    "jacobian": lambda X, Y: jacobian(NET, X),
    "copy": lambda X, Y: NET.copy().loss_and_gradient(X, Y)[1],
    "Population.outputs": lambda X, Y: POPULATION.outputs(X),
    "train": trained,
    "minimize": minimized,
    "landscape": heights,
}


@pytest.fixture
def hasty_threads():
    """Make Python change threads a thousand times as often as it does, so that a shared array shows at once."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.parametrize("name", READERS)
def test_threads_read_the_same_numbers(name, hasty_threads):
    read, n_rounds = READERS[name], 3 if name in ("landscape", "hessian", "complex_step", "central_difference") else 25
    alone = [np.asarray(read(X, Y)) for X, Y in BATCHES]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda batch: np.asarray(read(*batch)), BATCHES * n_rounds))
    wrong = sum(not np.array_equal(found, alone[k % len(BATCHES)]) for k, found in enumerate(together))
    assert wrong == 0


def test_a_shared_array_is_caught(hasty_threads):
    """Plant the fault: one pass for all threads, as it was once."""
    shared = nnlib.fast.passes.bind(NET, *NET.check_problem(*BATCHES[0], "mse", 0.0))

    def read(X, Y):
        place = shared.load(X, Y)
        place.loss_and_gradient()
        return place.dtheta.copy()

    alone = [read(X, Y) for X, Y in BATCHES]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda batch: read(*batch), BATCHES * 200))
    assert any(not np.array_equal(found, alone[k % len(BATCHES)]) for k, found in enumerate(together))


def test_a_network_that_other_threads_have_read_is_copied_and_pickled():
    import pickle

    NET.loss_and_gradient(*BATCHES[0])
    twin = pickle.loads(pickle.dumps(NET))
    np.testing.assert_array_equal(twin.loss_and_gradient(*BATCHES[1])[1], NET.loss_and_gradient(*BATCHES[1])[1])


def test_minimize_in_threads_leaves_the_warning_filters_as_they_were(hasty_threads):
    X, Y = nnlib.datasets.xor()

    def run(seed):
        return nnlib.minimize(nnlib.NeuralNetwork(2, 4, 1, rng=seed), X, Y, method="BFGS", options={"maxiter": 5})

    before = list(warnings.filters)
    for _ in range(5):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(run, range(16)))
    assert warnings.filters == before


def test_a_misspelled_option_is_refused_in_every_thread(hasty_threads):
    X, Y = nnlib.datasets.xor()

    def run(seed):
        options = {"maxiter": 3} if seed % 2 else {"maxitr": 3}
        try:
            nnlib.minimize(nnlib.NeuralNetwork(2, 4, 1, rng=seed), X, Y, method="BFGS", options=options)
        except ValueError:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(40))) == ["refused", "taken"] * 20
