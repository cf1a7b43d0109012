"""A cluster of two processes on this machine gives what one process gives, to the last bit."""

import os
import warnings

import joblib
import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV

from nnlib import datasets
from nnlib.estimators import NNClassifier
from nnlib.sweeping import sweep

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster():
    """Yield the client of a cluster of two worker processes that listens on this machine only and has no page."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with (
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
            ) as local,
            distributed.Client(local) as client,
        ):
            yield client


def test_the_cluster_is_two_processes_on_the_loopback_and_does_the_work(cluster):
    workers = cluster.run(os.getpid)  # address to process
    assert len({*workers.values(), os.getpid()}) == 3
    assert all(address.startswith("tcp://127.0.0.1:") for address in [*workers, cluster.scheduler.address])
    with joblib.parallel_config(backend="dask"):
        processes = joblib.Parallel()(joblib.delayed(os.getpid)() for _ in range(20))
    assert set(processes) <= set(workers.values())


def search():
    X, Y = datasets.moons(120, rng=0)
    grid = {"hidden_layer_sizes": [4, 8], "solver": ["adam", "lbfgs"], "alpha": [1e-4, 1e-2]}
    model = NNClassifier(activation="tanh", learning_rate_init=0.02, max_iter=30, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return GridSearchCV(model, grid, cv=3).fit(X, Y.ravel())


def test_a_grid_search_on_the_cluster_equals_the_serial_one(cluster):
    serial = search()
    with joblib.parallel_config(backend="dask"):
        parallel = search()
    for name in ("params", "mean_test_score", "std_test_score", "rank_test_score", "split2_test_score"):
        np.testing.assert_array_equal(parallel.cv_results_[name], serial.cv_results_[name])
    assert len(set(serial.cv_results_["mean_test_score"])) > 1
    assert parallel.best_params_ == serial.best_params_
    thetas = [search.best_estimator_.network_.theta.tobytes() for search in (parallel, serial)]
    assert thetas[0] == thetas[1]


def test_a_sweep_on_the_cluster_equals_the_serial_one(cluster):
    question = {"hidden_sizes": [2, 3, 8], "learning_rates": [0.5, 2.0], "seeds": range(40), "epochs": 500}
    serial = sweep(**question)
    with joblib.parallel_config(backend="dask"):
        parallel = sweep(**question)
    np.testing.assert_array_equal(parallel.solved, serial.solved)
    np.testing.assert_array_equal(parallel.low, serial.low)
    assert 0 < serial.rate.mean() < 1
