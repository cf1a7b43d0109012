"""scikit-learn's own tests of its perceptrons, run with ours in their place."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WORDS = "the error is there, in words of ours"
INSIDE = "it looks into scikit-learn's own attributes"
SCHEDULES = "nnlib's schedules are for nnlib.train: learning_rate is 'constant' here"
MULTILABEL = "several labels a sample take a network each, by MultiOutputClassifier"
SPARSE = "the passes multiply dense arrays"
SPLIT_OFF = "with early stopping there is no partial_fit at all: an AttributeError, and not a ValueError"
REFUSED = {
    "test_fit": INSIDE,
    "test_gradient": INSIDE,
    "test_learning_rate_warmstart": SCHEDULES,
    "test_adaptive_learning_rate": SCHEDULES,
    "test_multilabel_classification": MULTILABEL,
    "test_predict_proba_multilabel": MULTILABEL,
    "test_sparse_matrices[csr_matrix]": SPARSE,
    "test_sparse_matrices[csr_array]": SPARSE,
    "test_nonfinite_params": WORDS,
    "test_warm_start": WORDS,
    "test_early_stopping_stratified": WORDS,
    "test_mlp_partial_fit_after_fit[NNClassifier]": SPLIT_OFF,
    "test_mlp_partial_fit_after_fit[NNRegressor]": SPLIT_OFF,
    "test_mlp_vs_poisson_glm_equivalent": "there is no Poisson loss, nor the exponential output that goes with it",
    "test_preserve_feature_names[NNClassifier]": "a y of one class is refused, where pandas lets the test run",
}
PLUGIN = """
import json

import pytest
import sklearn.neural_network

from nnlib.estimators import NNClassifier, NNRegressor

sklearn.neural_network.MLPClassifier, sklearn.neural_network.MLPRegressor = NNClassifier, NNRegressor
outcomes = {}


@pytest.fixture
def global_random_seed():
    return 42


def pytest_runtest_logreport(report):
    name = report.nodeid.rpartition("::")[2]
    if report.when == "call" or report.outcome != "passed":
        outcomes[name] = report.outcome


def pytest_sessionfinish():
    with open("outcomes.json", "w") as file:
        json.dump(outcomes, file)
"""


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Return what became of each test of scikit-learn's file: "passed", "failed" or "skipped"."""
    found = importlib.util.find_spec("sklearn.neural_network.tests.test_mlp")
    if found is None:
        pytest.skip("this scikit-learn was installed without its tests")
    folder = tmp_path_factory.mktemp("as_mlp")
    (folder / "in_their_place.py").write_text(PLUGIN)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)]), "PYTEST_ADDOPTS": ""}
    options = ["-p", "in_their_place", "-p", "no:cacheprovider", "--noconftest", "-c", os.devnull, "--rootdir", folder]
    command = [sys.executable, "-m", "pytest", "-q", *options, found.origin]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert (folder / "outcomes.json").exists(), run.stdout + run.stderr
    return json.loads((folder / "outcomes.json").read_text())


def test_what_scikit_learn_asks_of_its_perceptrons_ours_do_but_for_a_list(outcomes):
    assert {name for name, outcome in outcomes.items() if outcome == "failed"} <= REFUSED.keys()
    assert sum(outcome == "passed" for outcome in outcomes.values()) >= 40


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_on_the_list_does_fail(outcomes, name):
    if outcomes.get(name, "skipped") == "skipped":
        pytest.skip("this scikit-learn, or what is installed beside it, has no such test")
    assert outcomes[name] == "failed"
