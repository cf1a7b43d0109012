"""scikit-learn's own checks, its own models beside ours, and the parameters one by one."""

import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
import scipy.sparse
from sklearn.base import clone
from sklearn.ensemble import AdaBoostClassifier
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning, NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from nnlib import NeuralNetwork, datasets
from nnlib.estimators import NNClassifier, NNRegressor
from nnlib.fitting import BY_STEPS, SOLVERS
from tests.estimators import PAIRS, THREE, TWO, VALUES, X, classifier, regressor

quiet = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


# Weights equal repetitions to the seventh digit where a method goes on until then: these have a convex problem, and
# one round enough (alpha 1) that each gets there in whichever order a processor adds.
PRECISE = ("Newton-CG", "BFGS", "SLSQP", "trust-ncg", "trust-constr")
EARLY = {"early_stopping": True, "learning_rate_init": 0.1}
CHECKED = [
    *(kind(solver=solver) for kind in (NNClassifier, NNRegressor) for solver in ("adam", "sgd", "lbfgs")),
    NNClassifier((8, 4), "tanh", solver="sgd", learning_rate_init=0.1, momentum=0.5, shuffle=False),
    *(NNClassifier((), solver=solver, tol=1e-10, max_iter=500, alpha=1.0) for solver in PRECISE),
    *(NNRegressor((), solver=solver, tol=1e-10, max_iter=500, alpha=1.0) for solver in ("BFGS", "trust-exact")),
    *(kind(solver=solver, **EARLY) for kind in (NNClassifier, NNRegressor) for solver in ("adam", "sgd", "lbfgs")),
]


def known_faults(estimator):
    if estimator.early_stopping and estimator.solver != "lbfgs":
        reason = "what is held out is drawn among the samples, so that two copies may be parted and a weight may not"
        return {"check_sample_weight_equivalence_on_dense_data": reason}
    return {}


@quiet
@parametrize_with_checks(CHECKED, expected_failed_checks=known_faults)
def test_scikit_learn_finds_no_fault(estimator, check):
    check(estimator)


@quiet
@pytest.mark.parametrize("solver", SOLVERS)
def test_every_solver_goes_down_and_says_how_far(solver):
    settings = {"solver": solver, "hidden_layer_sizes": 2, "alpha": 0.01}
    with np.errstate(under="ignore"):
        fitted = classifier(**settings, max_iter=5).fit(X[:20], TWO[:20])
    reached = fitted.network_.loss(X[:20], (TWO[:20] == "same")[:, None], "binary_cross_entropy", 0.01 / 20)
    if solver in BY_STEPS:  # whose losses are met before the steps: one more meets what five have reached
        fitted = classifier(**settings, max_iter=6).fit(X[:20], TWO[:20])
    np.testing.assert_allclose(fitted.loss_, reached, rtol=1e-12)
    assert fitted.loss_ == fitted.loss_curve_[-1]
    assert fitted.best_loss_ == min(fitted.loss_curve_)
    assert solver == "dogleg" or fitted.loss_ < fitted.loss_curve_[0]  # dogleg wants a convex loss, and stops at once
    assert fitted.n_iter_ <= 6 or solver == "COBYLA"
    assert fitted.t_ == 20 * fitted.n_iter_
    assert fitted.stopped_by_ == {"dogleg": "solver", "basin-hopping": "tol"}.get(solver, "max_iter")


def test_the_two_kinds_of_output():
    two = classifier(solver="lbfgs").fit(X, TWO)
    assert two.classes_.tolist() == ["other", "same"]
    assert (two.network_.sizes, two.network_.output, two.n_features_in_) == ((3, 6, 1), "sigmoid", 3)
    P = two.predict_proba(X)
    np.testing.assert_allclose(P[:, 1], two.network_.forward(X)[:, 0], rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_array_equal(two.predict(X), two.classes_[(P[:, 1] > 0.5).astype(int)])
    assert two.score(X, TWO) == np.mean(two.predict(X) == TWO) > 0.95
    three = classifier(solver="lbfgs").fit(X, THREE)
    assert three.classes_.tolist() == [0, 10, 20]
    assert (three.network_.sizes, three.network_.output) == ((3, 6, 3), "softmax")
    np.testing.assert_allclose(three.predict_proba(X), three.network_.forward(X), rtol=1e-12)
    assert three.score(X, THREE) > 0.95


def test_one_target_and_several():
    settings = {"solver": "lbfgs", "max_iter": 5000, "alpha": 0.01}
    one, column = regressor(**settings).fit(X, VALUES), regressor(**settings).fit(X, VALUES[:, None])
    assert one.predict(X).shape == column.predict(X).shape == (60,)
    np.testing.assert_array_equal(one.predict(X), column.predict(X))
    pair = regressor(**settings, hidden_layer_sizes=(8, 5)).fit(X, PAIRS)
    assert (pair.network_.sizes, pair.network_.output) == ((3, 8, 5, 2), "identity")
    np.testing.assert_array_equal(pair.predict(X), pair.network_.forward(X))
    assert pair.score(X, PAIRS) > 0.9
    assert one.score(X, VALUES) > 0.95


# With no hidden layer the problem is convex and has a name: alpha can be held against scikit-learn's own.


@pytest.mark.parametrize("y", [TWO, THREE], ids=["two", "three"])
@pytest.mark.parametrize("alpha", [0.1, 3.0])
def test_without_hidden_layers_it_is_logistic_regression_with_c_of_1_over_alpha(y, alpha):
    fitted = NNClassifier((), solver="Newton-CG", alpha=alpha, tol=1e-9, random_state=0).fit(X, y)
    peer = LogisticRegression(C=1 / alpha, tol=1e-10, max_iter=2000).fit(X, y)
    np.testing.assert_allclose(fitted.predict_proba(X), peer.predict_proba(X), atol=1e-6)


FIVE = np.column_stack([PAIRS, X[:, :1] * X[:, 1:], VALUES**2])
WEIGHTS = np.random.default_rng(5).uniform(0, 3, 60)


@pytest.mark.parametrize("y", [VALUES, PAIRS, FIVE], ids=["one", "two", "five"])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
@pytest.mark.parametrize("alpha", [0.1, 30.0])
def test_without_hidden_layers_it_is_ridge_regression_with_the_same_alpha(alpha, weights, y):
    fitted = NNRegressor((), solver="lbfgs", alpha=alpha, tol=1e-9, random_state=0).fit(X, y, weights)
    ridge = Ridge(alpha=alpha).fit(X, y, weights)
    np.testing.assert_allclose(fitted.predict(X), ridge.predict(X), atol=1e-7)
    np.testing.assert_allclose(fitted.coefs_[0].T.squeeze(), ridge.coef_, atol=1e-7)


def test_sgd_takes_scikit_learns_steps_for_m_halves_of_its_learning_rate():
    for y, m in ((VALUES, 1), (FIVE, 5)):
        settings = {"hidden_layer_sizes": 4, "activation": "tanh", "solver": "sgd", "momentum": 0, "alpha": 3.0}
        theirs = MLPRegressor(**settings, learning_rate_init=0.02).partial_fit(X, y)
        ours = NNRegressor(**settings, learning_rate_init=0.02 * m / 2).partial_fit(X, y)
        for layer, W, b in zip(ours.network_.layers, theirs.coefs_, theirs.intercepts_, strict=True):
            layer.W[:], layer.b[:] = W, b
        for _ in range(3):
            before = theirs.predict(X)
            np.testing.assert_allclose(
                ours.partial_fit(X, y).predict(X), theirs.partial_fit(X, y).predict(X), rtol=1e-9
            )
        assert np.abs(theirs.predict(X) - before).max() > 1e-4


def twin(peer, output):
    """Return the network that has the weights of one of scikit-learn's."""
    names = {"logistic": "sigmoid"}
    sizes = (peer.n_features_in_, *(W.shape[1] for W in peer.coefs_))
    net = NeuralNetwork(*sizes, hidden=names.get(peer.activation, peer.activation), output=output)
    for layer, W, b in zip(net.layers, peer.coefs_, peer.intercepts_, strict=True):
        layer.W[:], layer.b[:] = W, b
    return net


@quiet
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_the_losses_are_those_of_scikit_learns_perceptrons_half_for_regression(activation):
    settings = {"hidden_layer_sizes": (5, 4), "activation": activation, "solver": "lbfgs", "alpha": 2.0, "max_iter": 3}
    two, three = MLPClassifier(**settings).fit(X, TWO), MLPClassifier(**settings).fit(X, THREE)
    values, pairs = MLPRegressor(**settings).fit(X, VALUES), MLPRegressor(**settings).fit(X, PAIRS)
    l2, rows = 2.0 / 60, np.eye(3)[THREE // 10]
    for ours, theirs in (
        (twin(two, "sigmoid").loss(X, (TWO == "same")[:, None], "binary_cross_entropy", l2), two.loss_),
        (twin(three, "softmax").loss(X, rows, "cross_entropy", l2), three.loss_),
        (twin(values, "identity").loss(X, VALUES[:, None], "mse", 2 * l2), 2 * values.loss_),
        (twin(pairs, "identity").loss(X, PAIRS, "mse", 2 * l2), 2 * pairs.loss_),
    ):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    np.testing.assert_allclose(twin(three, "softmax").forward(X), three.predict_proba(X), rtol=1e-12)


@quiet
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_alpha_is_divided_by_the_number_of_samples_whatever_the_batch(weights):
    # steps so small that every batch of the first epoch meets the start
    settings = {"solver": "sgd", "max_iter": 1, "alpha": 30.0, "batch_size": 7, "learning_rate_init": 1e-300}
    total = 60 if weights is None else weights.sum()
    for fitted, plain, halves in (
        (
            classifier(**settings),
            classifier(
                **settings,
            ).set_params(alpha=0),
            1,
        ),
        (regressor(**settings), regressor(**settings).set_params(alpha=0), 2 / 2),
    ):
        y = THREE if isinstance(fitted, NNClassifier) else PAIRS
        with_decay, without = fitted.fit(X, y, weights).loss_, plain.fit(X, y, weights).loss_
        squares = sum((W**2).sum() for W in fitted.coefs_)
        np.testing.assert_allclose(with_decay - without, halves * 30.0 / total * squares / 2, rtol=1e-9)


def test_it_learns_the_digits_as_well_as_scikit_learns_own():
    rows, classes = datasets.digits()
    labels = classes.argmax(axis=1)
    settings = {"hidden_layer_sizes": 32, "max_iter": 30, "learning_rate_init": 0.01, "random_state": 0}
    scores = []
    for model in (NNClassifier(**settings), MLPClassifier(**settings)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            scores.append(model.fit(rows[:1200], labels[:1200]).score(rows[1200:], labels[1200:]))
    assert scores[0] > 0.9
    assert scores[0] > scores[1] - 0.02


@quiet
def test_a_pipeline_a_grid_search_a_clone_and_a_pickle():
    pipeline = make_pipeline(StandardScaler(), classifier(solver="lbfgs", max_iter=50))
    assert cross_val_score(pipeline, 100 * X + 7, TWO, cv=3).mean() > 0.6
    grid = {"nnclassifier__hidden_layer_sizes": [(), 6], "nnclassifier__alpha": [1e-4, 1e-2]}
    search = GridSearchCV(pipeline, grid, cv=3).fit(X, TWO)
    assert search.best_params_["nnclassifier__hidden_layer_sizes"] == 6
    best = search.best_estimator_[-1]
    assert clone(best).get_params() == best.get_params()
    again = pickle.loads(pickle.dumps(search))
    np.testing.assert_array_equal(again.predict_proba(X), search.predict_proba(X))
    layer = again.best_estimator_[-1].network_.layers[0]
    assert np.shares_memory(layer.W, again.best_estimator_[-1].network_.theta)


def test_weights_make_an_ensemble_by_boosting():
    boosted = AdaBoostClassifier(classifier(hidden_layer_sizes=2, max_iter=30, solver="lbfgs"), n_estimators=8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        alone = boosted.estimator.fit(X, TWO).score(X, TWO)
        boosted.set_params(random_state=0).fit(X, TWO)
    assert len(boosted.estimators_) > 1
    assert len({fitted.network_.theta.tobytes() for fitted in boosted.estimators_}) == len(boosted.estimators_)
    assert boosted.score(X, TWO) >= alone


@quiet
def test_labels_of_any_kind_and_columns_and_several_labels():
    settings = {"solver": "lbfgs", "max_iter": 50, "alpha": 0.1}
    numbers = classifier(**settings).fit(X, THREE)
    words = np.array(["a", "bb", "ccc"], dtype=object)[THREE // 10]
    np.testing.assert_array_equal(classifier(**settings).fit(X, words).predict_proba(X), numbers.predict_proba(X))
    flags = classifier(**settings).fit(X.tolist(), (TWO == "same").tolist())
    assert flags.predict(X).dtype == bool
    with pytest.warns(DataConversionWarning):
        column = classifier(**settings).fit(X, THREE[:, None])
    np.testing.assert_array_equal(column.predict(X), numbers.predict(X))
    several = np.column_stack([TWO == "same", THREE > 5])
    both = MultiOutputClassifier(classifier(**settings)).fit(X, several)
    assert both.predict(X).shape == (60, 2)


def test_what_is_known_of_the_network():
    two, three = (
        classifier(hidden_layer_sizes=(5, 4), solver="lbfgs", max_iter=9, tol=1).fit(X, y) for y in (TWO, THREE)
    )
    pair = regressor(hidden_layer_sizes=(), solver="lbfgs", tol=1).fit(X, PAIRS)
    assert [W.shape for W in three.coefs_] == [(3, 5), (5, 4), (4, 3)]
    assert [b.shape for b in three.intercepts_] == [(5,), (4,), (3,)]
    assert [(model.n_layers_, model.n_outputs_, model.out_activation_) for model in (two, three, pair)] == [
        (4, 1, "logistic"), (4, 3, "softmax"), (2, 2, "identity"),
    ]  # fmt: skip
    three.coefs_[2][:], three.intercepts_[2][:] = 0, [0, 9, 0]
    assert set(three.predict(X)) == {10}
    for name in ("coefs_", "intercepts_", "n_layers_", "n_outputs_", "out_activation_"):
        assert not hasattr(classifier(), name)


def test_log_probabilities_come_from_the_logits():
    for y in (TWO, THREE):
        model = classifier(solver="lbfgs", alpha=1.0).fit(X, y)
        np.testing.assert_allclose(model.predict_log_proba(X), np.log(model.predict_proba(X)), rtol=1e-9, atol=1e-15)
        usual = model.predict(X)
        for layer in model.network_.layers[-1:]:
            layer.W[:] *= 1e4
            layer.b[:] *= 1e4
        Z = model.network_.layer_outputs(X)[0] @ model.coefs_[1] + model.intercepts_[1]
        Z = np.hstack([np.zeros_like(Z), Z]) if y is TWO else Z
        wanted = Z - Z.max(axis=1, keepdims=True)  # of two logits so far apart the larger is all of the sum
        assert wanted.min() < -2000
        apart = np.sort(wanted, axis=1)[:, -2] < -40
        np.testing.assert_allclose(model.predict_log_proba(X)[apart], wanted[apart], atol=1e-9)
        P = model.predict_proba(X)
        assert P.min() > 0
        assert np.isfinite(np.log(P)).all()
        np.testing.assert_array_equal(P.argsort(axis=1)[apart], wanted.argsort(axis=1)[apart])
        np.testing.assert_array_equal(model.predict(X), usual)


@quiet
@pytest.mark.parametrize("solver", ["adam", "lbfgs", "Newton-CG"])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_float32_is_kept(solver, weights):
    single = X.astype(np.float32)
    for make, y in ((classifier, THREE), (classifier, TWO), (regressor, PAIRS)):
        fitted, twice = (make(solver=solver, max_iter=5, alpha=1.0).fit(data, y, weights) for data in (single, X))
        assert {array.dtype for array in (*fitted.coefs_, *fitted.intercepts_)} == {np.dtype(np.float32)}
        kinds = (
            {np.dtype(np.float32)}
            if make is regressor
            else {fitted.predict_log_proba(X).dtype, fitted.predict_proba(X).dtype}
        )
        assert kinds == {np.dtype(np.float32)}
        if make is regressor:
            assert fitted.predict(X).dtype == np.float32
        np.testing.assert_allclose(fitted.loss_, twice.loss_, rtol=1e-3)
    assert regressor(solver="lbfgs", max_iter=3).fit(np.arange(8).reshape(-1, 1), np.arange(8)).coefs_[0].dtype == float


def test_its_parameters_have_the_names_and_defaults_of_scikit_learns_perceptrons():
    for ours, theirs in ((NNClassifier(), MLPClassifier()), (NNRegressor(), MLPRegressor())):
        assert ours.get_params().items() <= theirs.get_params().items()
        assert theirs.get_params().keys() - ours.get_params().keys() == {
            "power_t"
        }  # of learning rates that are refused
    assert repr(NNClassifier(solver="lbfgs")) == "NNClassifier(solver='lbfgs')"
    assert NNRegressor(8, "tanh").get_params()["hidden_layer_sizes"] == 8
    with pytest.raises(TypeError):
        NNClassifier(8, "tanh", "lbfgs")


@pytest.mark.parametrize("size", [7, (7,), [7], np.array([7]), np.int64(7)])
def test_one_hidden_layer_may_be_written_in_any_way(size):
    assert classifier(hidden_layer_sizes=size, solver="lbfgs").fit(X, TWO).network_.sizes == (3, 7, 1)


ABOVE, SHARE, COUNT = (
    "it may be a finite number above 0",
    "it may be a number from 0 to below 1",
    "it may be a whole number, 1 or more",
)
BAD = [
    ({"hidden_layer_sizes": 0}, f"hidden_layer_sizes[0] is 0; {COUNT}"),
    ({"hidden_layer_sizes": (5, 2.5)}, f"hidden_layer_sizes[1] is 2.5; {COUNT}"),
    ({"hidden_layer_sizes": None}, f"hidden_layer_sizes[0] is None; {COUNT}"),
    ({"hidden_layer_sizes": "8"}, f"hidden_layer_sizes[0] is '8'; {COUNT}"),
    ({"activation": "softmax"},
     "activation is 'softmax'; it may be one of 'logistic', 'identity', 'tanh', 'relu', 'sigmoid', 'softplus'"),
    ({"alpha": -1}, "alpha is -1; it may be a finite number, 0 or more"),
    ({"batch_size": 0}, f"batch_size is 0; {COUNT}"),
    ({"batch_size": "all"}, f"batch_size is 'all'; {COUNT}"),
    ({"learning_rate_init": 0}, f"learning_rate_init is 0; {ABOVE}"),
    ({"learning_rate": "adaptive"},
     "learning_rate is 'adaptive'; it may be 'constant' here; nnlib.train takes schedules, as in "
     "Momentum(nnlib.schedules.step_decay(0.1, 0.5, every=100))"),
    ({"max_iter": 0}, f"max_iter is 0; {COUNT}"),
    ({"max_fun": 2.5}, f"max_fun is 2.5; {COUNT}"),
    ({"shuffle": "no"}, "shuffle is 'no'; it may be True or False"),
    ({"warm_start": 1}, "warm_start is 1; it may be True or False"),
    ({"early_stopping": None}, "early_stopping is None; it may be True or False"),
    ({"tol": np.nan}, "tol is nan; it may be a finite number, 0 or more"),
    ({"momentum": 1}, f"momentum is 1; {SHARE}"),
    ({"validation_fraction": 0}, f"validation_fraction is 0; {ABOVE}"),
    ({"validation_fraction": 1}, "validation_fraction is 1; it may be a number above 0 and below 1"),
    ({"beta_1": -0.1}, f"beta_1 is -0.1; {SHARE}"),
    ({"beta_2": 1.0}, f"beta_2 is 1.0; {SHARE}"),
    ({"epsilon": 0}, f"epsilon is 0; {ABOVE}"),
    ({"n_iter_no_change": 0}, f"n_iter_no_change is 0; {COUNT}"),
]  # fmt: skip


@pytest.mark.parametrize("make", [classifier, regressor])
@pytest.mark.parametrize(("bad", "message"), BAD, ids=[message for _, message in BAD])
def test_bad_parameters_are_refused_by_name(make, bad, message):
    with pytest.raises(ValueError) as caught:
        make(**bad).fit(X, THREE)
    assert str(caught.value) == message


def test_an_unknown_solver_is_told_the_known_ones():
    with pytest.raises(ValueError, match=r"^solver is 'rmsprop'; it may be one of 'lbfgs', 'sgd', 'adam', 'Nelder-Me"):
        classifier(solver="rmsprop").fit(X, TWO)


LABELS = (
    "y has shape (60, 3); it may be (n_samples,), a label for each sample: of one-hot rows y.argmax(axis=1) are the "
    "labels, and for several labels a sample sklearn.multioutput.MultiOutputClassifier trains a network each"
)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: classifier().fit(X, np.full(60, "same")), "y holds one class, same; it may hold two or more"),
        (lambda: classifier().fit(X, np.eye(3)[THREE // 10]), LABELS),
        (lambda: classifier().fit(X, np.ones((60, 3), int)), LABELS),
        (lambda: NNRegressor(loss="poisson").fit(X, VALUES),
         "loss is 'poisson'; it may be 'squared_error', the only one of a linear output here"),
        (lambda: regressor(activation="relu").fit(1e200 * X, VALUES, WEIGHTS),
         "X or y holds 2.39823e+200, and the loss is inf before the first step; "
         "scale them, as sklearn.preprocessing.StandardScaler does"),
        (lambda: regressor(solver="lbfgs").fit(X, 1e200 * VALUES),
         "X or y holds 1.39603e+200, and the loss is inf before the first step; "
         "scale them, as sklearn.preprocessing.StandardScaler does"),
        (lambda: classifier().fit(X, TWO, np.ones(59)),
         "sample_weight has shape (59,); it may be (60,), a number for each sample of X"),
        (lambda: classifier().fit(X, TWO, 2.0),
         "sample_weight has shape (); it may be (60,), a number for each sample of X"),
        (lambda: regressor().fit(X, PAIRS, [-1, *np.ones(59)]), "sample_weight holds -1; every entry may be 0 or more"),
        (lambda: regressor().fit(X, PAIRS, np.zeros(60)),
         "sample_weight holds zeros alone; one entry or more may be above 0"),
        (lambda: regressor().fit(X, PAIRS, [np.nan, *np.ones(59)]),
         "sample_weight[0] is nan; every entry may be a finite number"),
        (lambda: classifier().partial_fit(X, TWO),
         "classes is None; the first call takes all labels that will come, such as np.unique(y)"),
        (lambda: classifier().partial_fit(X, TWO, classes=["same"]),
         "classes holds one class, same; it may hold two or more"),
        (lambda: classifier().partial_fit(X, TWO, classes=["same", "more"]),
         "y holds other, which is not in classes; the first call takes all that will come"),
        (lambda: classifier().partial_fit(X, TWO, classes=np.unique(TWO)).partial_fit(X, TWO, classes=["same", "more"]),
         "classes holds others than those of the first call; it may be left out from then on"),
    ],
)  # fmt: skip
def test_what_can_not_be_learned_from_is_refused(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message


def test_what_scikit_learn_refuses_by_its_own_words():
    with pytest.raises(TypeError, match="Sparse data was passed for X, but dense data is required"):
        classifier().fit(scipy.sparse.csr_array(X), TWO)
    with pytest.raises(ValueError, match="Unknown label type"):
        classifier().fit(X, VALUES)
    for method in ("predict", "predict_proba", "predict_log_proba"):
        with pytest.raises(NotFittedError):
            getattr(classifier(), method)(X)
    with pytest.raises(NotFittedError):
        regressor().predict(X)


def test_the_early_split_is_refused_in_words_of_its_parameters():
    corners, y = datasets.xor()
    found = "early_stopping=True, validation_fraction=0.1 holds out 1 of 4 samples. The validation set is too small: "
    for call, message in (
        (lambda: NNClassifier(early_stopping=True).fit(corners, y.ravel()),
         found + "validation_fraction may be 2/4 to 2/4; early_stopping=False holds out none"),
        (lambda: NNRegressor(early_stopping=True).fit(X[:2], VALUES[:2]),
         "early_stopping=True, validation_fraction=0.1 holds out 1 of 2 samples. The validation set is too small: "
         "there may be more samples; early_stopping=False holds out none"),
        (lambda: NNClassifier(early_stopping=True, validation_fraction=0.9).fit(X[:20], THREE[:20]),
         "early_stopping=True, validation_fraction=0.9 holds out 18 of 20 samples. The validation set is too large: "
         "validation_fraction may be 3/20 to 17/20; early_stopping=False holds out none"),
        (lambda: NNClassifier(early_stopping=True).fit(X, ["rare", *TWO[1:]]),
         "y holds the class rare in 1 sample; with early_stopping=True each class may have 2 or more, and "
         "early_stopping=False holds out none"),
    ):  # fmt: skip
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value) == message
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = NNClassifier(early_stopping=True, validation_fraction=2 / 4).fit(corners, y.ravel())
    assert len(model.validation_scores_) == model.n_iter_


WITHOUT = """
import sys
sys.modules["sklearn"] = None
import nnlib
for door in ("nnlib.NNClassifier", "nnlib.estimators", "import nnlib.estimators", "from nnlib import NNRegressor"):
    try:
        exec(door)
    except ModuleNotFoundError as error:
        print(error)
"""


def test_without_scikit_learn_the_error_names_the_extra():
    run = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    remedy = 'install nnlib with its extra `sklearn`, in a clone of the book by: pip install ".[sklearn]"'
    assert run.stdout.splitlines() == 4 * [f"nnlib.estimators needs scikit-learn; {remedy}"]


def test_a_refused_fit_leaves_a_fitted_estimator_as_it_was():
    model = NNClassifier((3,), max_iter=5, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(np.eye(6)[:, :3], [0, 1, 0, 1, 0, 1])
    before = model.predict_proba(np.eye(3))
    with pytest.raises(ValueError, match="^alpha is -1"):
        model.set_params(alpha=-1).fit(np.eye(6)[:, :2], [0, 1, 0, 1, 0, 1])
    np.testing.assert_array_equal(model.predict_proba(np.eye(3)), before)
