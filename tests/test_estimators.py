"""scikit-learn's own checks, its own models beside ours, and the parameters one by one."""

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from nnlib import NeuralNetwork, datasets
from nnlib.estimators import NNClassifier, NNRegressor
from nnlib.fitting import SOLVERS

quiet = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 3))
TWO = np.where(X[:, 0] * X[:, 1] > 0, "same", "other")
THREE = np.digitize(X[:, 0] + 0.5 * X[:, 2], [-0.4, 0.4]) * 10
VALUES = np.sin(X[:, 0]) + 0.3 * X[:, 1]
PAIRS = np.column_stack([VALUES, X[:, 2] ** 2])


def classifier(**parameters):
    return NNClassifier(**{"hidden_layer_sizes": 6, "activation": "tanh", "random_state": 0, **parameters})


def regressor(**parameters):
    return NNRegressor(**{"hidden_layer_sizes": 6, "activation": "tanh", "random_state": 0, **parameters})


@quiet
@parametrize_with_checks([
    NNClassifier(),
    NNRegressor(),
    NNClassifier((8, 4), "tanh", solver="sgd", batch_size=20, max_iter=50),
    NNRegressor(early_stopping=True, learning_rate_init=0.01, max_iter=50),
    NNClassifier((), solver="Newton-CG", max_iter=20),
    NNRegressor(10, solver="lbfgs", max_iter=50),
])  # fmt: skip
def test_scikit_learn_finds_no_fault(estimator, check):
    check(estimator)


@quiet
@pytest.mark.parametrize("solver", SOLVERS)
def test_every_solver_goes_down_and_says_how_far(solver):
    with np.errstate(under="ignore"):
        fitted = classifier(solver=solver, hidden_layer_sizes=2, max_iter=5, alpha=0.01).fit(X[:20], TWO[:20])
    Y = (TWO[:20] == "same")[:, None]
    assert fitted.loss_ == fitted.loss_curve_[-1]
    np.testing.assert_allclose(
        fitted.loss_, fitted.network_.loss(X[:20], Y, "binary_cross_entropy", 0.01 / 20), rtol=1e-12
    )
    assert solver == "dogleg" or fitted.loss_ < fitted.loss_curve_[0]  # dogleg wants a convex loss, and stops at once
    assert fitted.n_iter_ <= 5 or solver == "COBYLA"


def test_the_two_kinds_of_output():
    two = classifier(solver="lbfgs").fit(X, TWO)
    assert two.classes_.tolist() == ["other", "same"]
    assert (two.network_.sizes, two.network_.output, two.n_features_in_) == ((3, 6, 1), "sigmoid", 3)
    P = two.predict_proba(X)
    np.testing.assert_array_equal(P[:, 1], two.network_.forward(X)[:, 0])
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_array_equal(two.predict(X), two.classes_[(P[:, 1] > 0.5).astype(int)])
    assert two.score(X, TWO) == np.mean(two.predict(X) == TWO) > 0.95
    three = classifier(solver="lbfgs").fit(X, THREE)
    assert three.classes_.tolist() == [0, 10, 20]
    assert (three.network_.sizes, three.network_.output) == ((3, 6, 3), "softmax")
    np.testing.assert_array_equal(three.predict_proba(X), three.network_.forward(X))
    assert three.score(X, THREE) > 0.95


def test_one_target_and_several():
    settings = {"solver": "lbfgs", "max_iter": 1000, "alpha": 0.01}
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


@pytest.mark.parametrize("alpha", [0.1, 30.0])
def test_without_hidden_layers_it_is_ridge_regression_with_the_same_alpha(alpha):
    fitted = NNRegressor((), solver="Newton-CG", alpha=alpha, tol=1e-9, random_state=0).fit(X, VALUES)
    np.testing.assert_allclose(fitted.predict(X), Ridge(alpha=alpha).fit(X, VALUES).predict(X), atol=1e-6)


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
@pytest.mark.parametrize("solver", ["lbfgs", "sgd"])
def test_alpha_is_divided_by_the_number_of_samples_whatever_the_batch(solver):
    settings = {"solver": solver, "max_iter": 3, "alpha": 3.0, "batch_size": 7}
    for fitted, Y, loss, l2 in (
        (classifier(**settings).fit(X, THREE), np.eye(3)[THREE // 10], "cross_entropy", 3.0 / 60),
        (regressor(**settings).fit(X, PAIRS), PAIRS, "mse", 2 * 3.0 / 60),
    ):
        np.testing.assert_allclose(fitted.loss_, fitted.network_.loss(X, Y, loss, l2), rtol=1e-12)


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


def fit_counting(model, y=TWO):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y)
    return model, [str(warning.message) for warning in caught if warning.category is ConvergenceWarning]


@pytest.mark.parametrize(
    ("solver", "message"),
    [
        ("adam", "max_iter=3 was reached before the loss came to rest."),
        ("sgd", "max_iter=3 was reached before the loss came to rest."),
        ("lbfgs", "L-BFGS-B did not converge: STOP: TOTAL NO. OF ITERATIONS REACHED LIMIT"),
        ("BFGS", "BFGS did not converge: Maximum number of iterations has been exceeded."),
    ],
)
def test_a_training_that_max_iter_ends_is_warned_of(solver, message):
    model, warned = fit_counting(classifier(solver=solver, max_iter=3))
    assert warned == [message]
    assert model.n_iter_ == 3


def test_a_warning_points_at_the_line_that_called_fit():
    with pytest.warns(ConvergenceWarning) as caught:
        classifier(max_iter=1).fit(X, TWO)
    assert caught[0].filename == __file__


def test_a_loss_at_rest_ends_the_training_in_silence():
    model, warned = fit_counting(classifier(solver="adam", learning_rate_init=0.05, tol=0.01, max_iter=500))
    assert warned == []
    losses = np.array(model.loss_curve_)
    assert 10 < model.n_iter_ == len(losses) - 1 < 500
    falls = np.minimum.accumulate(losses)[:-1] - losses[1:]  # of each epoch, below the best before it
    assert (falls[-10:] < 0.01).all()
    assert not any((falls[k - 10 : k] < 0.01).all() for k in range(10, len(falls)))
    longer, _ = fit_counting(clone(model).set_params(n_iter_no_change=30))
    assert longer.n_iter_ > model.n_iter_
    lower, _ = fit_counting(clone(model).set_params(tol=1e-4))
    assert lower.loss_ < model.loss_


def test_rest_is_measured_from_the_best_loss_so_far(monkeypatch):
    # after 0.5 no epoch is better by 0.1, though 0.6 is better than the 0.8 before it
    losses = iter([1.0, 0.5, 0.8, 0.6, 0.45] + 100 * [0.1])
    monkeypatch.setattr("nnlib.fitting.bind_loss", lambda net, *problem: lambda: next(losses))
    model, warned = fit_counting(classifier(tol=0.1, n_iter_no_change=3, max_iter=50))
    assert (model.n_iter_, warned) == (5, [])


def test_early_stopping_does_not_ask_for_the_training_loss():
    model, warned = fit_counting(classifier(early_stopping=True, tol=10, n_iter_no_change=3, max_iter=15))
    assert (model.n_iter_, len(warned)) == (15, 1)


def test_tol_of_lbfgs_is_the_gradients():
    rough, fine = (classifier(solver="lbfgs", tol=tol, max_iter=5000).fit(X, TWO) for tol in (1e-1, 1e-5))
    largest = []
    for fitted in (rough, fine):
        Y, l2 = (TWO == "same")[:, None], 1e-4 / 60
        largest.append(np.abs(fitted.network_.loss_and_gradient(X, Y, "binary_cross_entropy", l2)[1]).max())
    assert largest[1] < 1e-5 < largest[0] < 1e-1


def test_early_stopping_holds_samples_out_and_goes_back_to_the_best():
    y = np.random.default_rng(1).permutation(TWO)  # nothing to learn: the held-out loss soon rises
    model, warned = fit_counting(
        classifier(early_stopping=True, validation_fraction=0.25, learning_rate_init=0.05, n_iter_no_change=5), y
    )
    assert warned == []
    assert 5 <= model.n_iter_ < 100
    free, _ = fit_counting(classifier(learning_rate_init=0.05), y)
    assert model.loss_ > free.loss_ + 0.1
    assert model.loss_ > min(model.loss_curve_)


def test_early_stopping_splits_each_class_by_its_share(monkeypatch):
    y = np.where(np.arange(60) < 6, "rare", "common")
    seen = []

    class Watched(NeuralNetwork):
        def check_problem(self, X, Y, loss, l2):
            seen.append((len(Y), int(np.sum(Y))))
            return super().check_problem(X, Y, loss, l2)

    monkeypatch.setattr("nnlib.estimators.NeuralNetwork", Watched)
    for seed in range(5):
        with pytest.warns(ConvergenceWarning):
            classifier(early_stopping=True, validation_fraction=0.5, max_iter=1, random_state=seed).fit(X, y)
    assert set(seen) == {(30, 3)}


def test_a_loss_that_becomes_infinite_is_warned_of_and_leaves_a_finite_network():
    model = NNRegressor(activation="relu", solver="sgd", learning_rate_init=1e6, random_state=0)
    model, warned = fit_counting(model, VALUES)
    assert warned == ["The loss became infinite; a smaller learning_rate_init or scaled data may help."]
    assert np.isfinite(model.network_.theta).all()
    with np.errstate(all="ignore"), pytest.warns(ConvergenceWarning):
        assert NNRegressor(activation="relu").fit(1e200 * X, VALUES).loss_ == np.inf


def test_an_interrupt_leaves_a_fitted_estimator_and_a_word(monkeypatch):
    def interrupted(self, batch):
        raise KeyboardInterrupt

    monkeypatch.setattr("nnlib.training._Steps._step", interrupted)
    model, warned = fit_counting(classifier())
    assert warned == ["The training was interrupted."]
    assert model.predict(X).shape == (60,)


def test_sgd_takes_the_steps_of_its_optimizer():
    from nnlib import train
    from nnlib.optimizers import Adam, Momentum, Nesterov

    cases = [
        ({"solver": "sgd", "momentum": 0.7}, Nesterov(0.02, 0.7)),
        ({"solver": "sgd", "momentum": 0.7, "nesterovs_momentum": False}, Momentum(0.02, 0.7)),
        ({"solver": "adam", "beta_1": 0.5, "beta_2": 0.8, "epsilon": 0.01}, Adam(0.02, 0.5, 0.8, 0.01)),
    ]
    for parameters, optimizer in cases:
        with pytest.warns(ConvergenceWarning):
            model = regressor(max_iter=4, learning_rate_init=0.02, batch_size=9, **parameters).fit(X, PAIRS)
        rng = np.random.default_rng(np.random.RandomState(0).randint(2**31 - 1))  # noqa: NPY002
        net = NeuralNetwork(3, 6, 2, output="identity", rng=rng)
        train(net, X, PAIRS, "mse", optimizer, 4, batch_size=9, rng=rng, l2=2e-4 / 60)
        assert model.network_.theta.tobytes() == net.theta.tobytes()


@quiet
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs", "basin-hopping"])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_the_same_seed_gives_the_same_bytes(solver, early_stopping):
    settings = {"solver": solver, "early_stopping": early_stopping, "batch_size": 7, "max_iter": 3}
    thetas = [
        classifier(**settings, random_state=state).fit(X, TWO).network_.theta.tobytes()
        for state in (3, 3, np.random.RandomState(3), 4)  # noqa: NPY002
    ]
    assert thetas[0] == thetas[1] == thetas[2] != thetas[3]


def test_a_second_fit_starts_afresh():
    model = classifier(solver="lbfgs")
    first = model.fit(X, TWO).network_.theta.tobytes()
    model.fit(X, THREE)
    assert model.fit(X, TWO).network_.theta.tobytes() == first


@quiet
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_verbose_prints_the_loss_of_each_iteration_and_changes_nothing(capsys, solver):
    loud, still = (classifier(solver=solver, max_iter=4, verbose=verbose).fit(X, TWO) for verbose in (True, False))
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines] == [f"Iteration {k}" for k in (1, 2, 3, 4)]
    assert lines[-1].endswith(f"loss = {loud.loss_:.8f}")
    assert loud.network_.theta.tobytes() == still.network_.theta.tobytes()


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


def test_its_parameters_have_the_names_and_defaults_of_scikit_learns_perceptrons():
    for ours, theirs in ((NNClassifier(), MLPClassifier()), (NNRegressor(), MLPRegressor())):
        assert ours.get_params().items() <= theirs.get_params().items()
    assert repr(NNClassifier(solver="lbfgs")) == "NNClassifier(solver='lbfgs')"


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
    ({"max_iter": 0}, f"max_iter is 0; {COUNT}"),
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


def test_what_can_not_be_learned_from_is_refused():
    with pytest.raises(TypeError, match="sample_weight"):
        classifier().fit(X, TWO, sample_weight=np.ones(60))
    with pytest.raises(TypeError, match="sample_weight"):
        regressor().fit(X, VALUES, sample_weight=np.ones(60))
    with pytest.raises(ValueError, match="y holds one class, 'same'; it may hold two or more"):
        classifier().fit(X, np.full(60, "same"))
    with pytest.raises(ValueError, match="1d array"):
        classifier().fit(X, np.column_stack([TWO, TWO]))
    with pytest.raises(ValueError, match="Unknown label type"):
        classifier().fit(X, VALUES)
    with pytest.raises(NotFittedError):
        classifier().predict_proba(X)
