"""How the estimators train: when they stop and what they say, warm starts, one epoch at a time, and weights."""

import io
import math
import pickle
import warnings

import joblib
import numpy as np
import pytest
from scipy.optimize import OptimizeResult
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import scale

from nnlib import NeuralNetwork, datasets, train
from nnlib.estimators import NNClassifier, NNRegressor
from nnlib.optimizers import Adam, Momentum, Nesterov
from tests.estimators import PAIRS, THREE, TWO, VALUES, X, classifier, regressor

quiet = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
TIMES = np.random.default_rng(2).integers(0, 4, 60)


def fit_counting(model, y=TWO, **more):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, y, **more)
    return model, [str(warning.message) for warning in caught if warning.category is ConvergenceWarning]


@pytest.mark.parametrize(
    ("parameters", "stopped_by", "message"),
    [
        ({"solver": "adam", "max_iter": 3}, "max_iter", "max_iter=3 was reached before the loss came to rest."),
        ({"solver": "sgd", "max_iter": 3}, "max_iter", "max_iter=3 was reached before the loss came to rest."),
        ({"early_stopping": True, "max_iter": 3, "validation_fraction": 0.3}, "max_iter",
         "max_iter=3 was reached before the validation score came to rest."),
        ({"solver": "lbfgs", "max_iter": 3}, "max_iter",
         "L-BFGS-B did not converge: STOP: TOTAL NO. OF ITERATIONS REACHED LIMIT"),
        ({"solver": "lbfgs", "max_fun": 3}, "max_fun",
         "L-BFGS-B did not converge: STOP: TOTAL NO. OF F,G EVALUATIONS EXCEEDS LIMIT"),
        ({"solver": "BFGS", "max_iter": 3}, "max_iter",
         "BFGS did not converge: Maximum number of iterations has been exceeded."),
        ({"solver": "TNC", "max_iter": 4}, "max_iter",
         "TNC did not converge: Max. number of function evaluations reached"),
    ],
)  # fmt: skip
def test_a_training_that_a_limit_ends_is_warned_of(parameters, stopped_by, message):
    model, warned = fit_counting(classifier(**parameters))
    assert warned == [message]
    assert model.stopped_by_ == stopped_by


def test_a_warning_points_at_the_line_that_called_fit():
    for model, y in ((classifier(max_iter=1), TWO), (regressor(max_iter=1), VALUES)):
        with pytest.warns(ConvergenceWarning) as caught:
            model.fit(X, y)
        assert caught[0].filename == __file__


def test_a_warning_made_an_error_comes_when_all_is_written_down():
    model = classifier(max_iter=2)
    with pytest.raises(ConvergenceWarning):
        model.fit(X, TWO)
    assert model.predict(X).shape == (60,)
    assert (model.n_iter_, model.stopped_by_) == (2, "max_iter")


def epochs_below(losses, tol):
    """Return for each epoch how many in a row, up to it, were not better than the best by tol."""
    best, waited, counts = math.inf, 0, []
    for loss in losses:
        waited = waited + 1 if loss > best - tol else 0
        best = min(best, loss)
        counts.append(waited)
    return counts


def test_a_loss_at_rest_ends_the_training_in_silence():
    model, warned = fit_counting(classifier(learning_rate_init=0.05, tol=0.01, max_iter=500))
    assert (warned, model.stopped_by_) == ([], "tol")
    assert 10 < model.n_iter_ == len(model.loss_curve_) < 500
    assert model.best_loss_ == min(model.loss_curve_)
    counts = epochs_below(model.loss_curve_, 0.01)
    assert [k for k, waited in enumerate(counts, start=1) if waited > 10] == [model.n_iter_]
    longer, _ = fit_counting(clone(model).set_params(n_iter_no_change=30))
    assert longer.n_iter_ > model.n_iter_
    lower, _ = fit_counting(clone(model).set_params(tol=1e-4))
    assert lower.loss_ < model.loss_
    endless, warned = fit_counting(clone(model).set_params(n_iter_no_change=np.inf, tol=1e9))
    assert (endless.n_iter_, len(warned)) == (500, 1)


@quiet
def test_early_stopping_needs_no_more_epochs_than_scikit_learns():
    rows, classes = datasets.digits()
    labels = classes.argmax(axis=1)
    ours, theirs = (
        kind(early_stopping=True, random_state=seed).fit(rows, labels).n_iter_
        for kind in (NNClassifier, MLPClassifier)
        for seed in (0,)
    )
    assert ours < 2 * theirs


@pytest.mark.parametrize(
    ("make", "y"), [(classifier, TWO), (classifier, THREE), (regressor, VALUES), (regressor, PAIRS)]
)
def test_early_stopping_watches_the_score_and_goes_back_to_the_best(make, y):
    settings = {"early_stopping": True, "validation_fraction": 0.3, "learning_rate_init": 0.05, "tol": 0.01}
    model, warned = fit_counting(make(**settings, n_iter_no_change=7, max_iter=1000), y)
    assert (warned, model.stopped_by_, model.best_loss_) == ([], "early_stopping", None)
    scores = model.validation_scores_
    assert len(scores) == model.n_iter_ == len(model.loss_curve_) < 1000
    assert model.best_validation_score_ == max(scores)
    counts = epochs_below([-score for score in scores], 0.01)
    assert [k for k, waited in enumerate(counts, start=1) if waited > 7] == [model.n_iter_]
    at_best, _ = fit_counting(clone(model).set_params(max_iter=1 + int(np.argmax(scores))), y)
    assert at_best.network_.theta.tobytes() == model.network_.theta.tobytes()


@pytest.mark.parametrize("weights", [None, np.random.default_rng(4).uniform(0.1, 2, 60)], ids=["plain", "weighted"])
def test_the_score_is_that_of_the_samples_held_out(monkeypatch, weights):
    held_out = []

    def split(rows, **how):
        learned, others = rows[:40], rows[40:]
        held_out.append(how["test_size"])
        return learned, others

    monkeypatch.setattr("nnlib.estimators.base.train_test_split", split)
    settings = {"early_stopping": True, "validation_fraction": 1 / 3, "learning_rate_init": 0.02, "max_iter": 4}
    rest = None if weights is None else weights[40:]
    for make, y in ((classifier, TWO), (classifier, THREE), (regressor, VALUES), (regressor, PAIRS)):
        model, _ = fit_counting(make(**settings), y, sample_weight=weights)
        wanted = model.score(X[40:], y[40:], sample_weight=rest)
        np.testing.assert_allclose(model.best_validation_score_, wanted, rtol=1e-12)
        learned = None if weights is None else weights[:40]
        same = make(max_iter=1, learning_rate_init=0.02)
        with pytest.warns(ConvergenceWarning):
            assert same.fit(X[:40], y[:40], learned).loss_curve_ == model.loss_curve_[:1]
    assert held_out == [20] * 4


def test_early_stopping_splits_each_class_by_its_share():
    y = np.where(np.arange(60) < 6, "rare", "common")
    for seed in range(5):
        model = classifier(early_stopping=True, validation_fraction=0.5, max_iter=1, random_state=seed)
        seen = []
        model._score = lambda A, Y, weights, seen=seen: seen.append((len(Y), Y.sum())) or 0.5
        with pytest.warns(ConvergenceWarning):
            model.fit(X, y)
        assert seen == [(30, 3)]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_tol_of_lbfgs_is_the_gradients_down_to_the_last_digits(dtype, capsys):
    data, Y = X.astype(dtype), (TWO == "same")[:, None]
    for tol in (1e-1, 1e-3, 1e-5, 1e-8, 1e-10, 0):
        fitted = classifier(solver="lbfgs", tol=tol, max_iter=5000, verbose=True).fit(data, TWO)
        _, slope = fitted.network_.loss_and_gradient(data, Y, "binary_cross_entropy", 1e-4 / 60)
        largest = np.abs(slope).max()
        last = capsys.readouterr().out.splitlines()[-1]
        if fitted.stopped_by_ == "tol":
            assert largest <= tol
            assert last.startswith("L-BFGS-B converged: CONVERGENCE: NORM OF PROJECTED GRADIENT <= PGTOL")
        else:
            assert fitted.stopped_by_ == "precision"
            assert tol < largest < (1e-9 if dtype == np.float64 else 1e-4)
            name = dtype.__name__
            assert last == f"The loss falls no more in the digits of {name}; its gradient is {largest:.1g} at most."
    assert fitted.stopped_by_ == "precision"


def test_a_line_search_that_fails_elsewhere_is_warned_of(monkeypatch):
    def failed(net, *problem, **how):
        found = {"fun": 3.0, "losses": np.array([5.0, 4.0, 3.0]), "jac": np.ones(len(net.theta)), "nit": 2, "nfev": 3}
        return OptimizeResult(**found, success=False, status=2, message="ABNORMAL: ")

    monkeypatch.setattr("nnlib.fitting.minimize_unchecked", failed)
    model, warned = fit_counting(classifier(solver="lbfgs"))
    assert (model.stopped_by_, warned) == ("solver", ["L-BFGS-B did not converge: ABNORMAL: "])


def test_a_loss_that_becomes_infinite_is_warned_of_and_leaves_a_finite_network():
    message = "The loss became infinite; a smaller learning_rate_init or scaled data may help."
    for more in ({}, {"batch_size": 7}, {"early_stopping": True}, {"max_iter": 2}, {"max_iter": 1}):
        model = NNRegressor(activation="relu", solver="sgd", learning_rate_init=1e150, random_state=0, **more)
        model, warned = fit_counting(model, VALUES)
        assert (warned, model.stopped_by_) == ([message], "divergence")
        assert np.isfinite(model.network_.theta).all()
        with np.errstate(over="ignore"):
            assert np.isfinite(model.network_.loss(X, VALUES[:, None]))


@pytest.mark.parametrize(
    ("solver", "place", "message"),
    [
        ("adam", "nnlib.fast.steps.Steps._step", "The training was interrupted."),
        ("lbfgs", "nnlib.objective.Objective.exact_gradient",
         "L-BFGS-B did not converge: Interrupted after 1 evaluations; x is the best so far."),
    ],
)  # fmt: skip
def test_an_interrupt_leaves_a_fitted_estimator_and_a_word(monkeypatch, solver, place, message):
    def interrupted(self, what):
        raise KeyboardInterrupt

    monkeypatch.setattr(place, interrupted)
    model, warned = fit_counting(classifier(solver=solver))
    assert (warned, model.stopped_by_) == ([message], "interrupt")
    assert model.predict(X).shape == (60,)


@quiet
def test_the_loss_of_an_epoch_is_the_mean_over_its_samples_before_their_steps():
    settings = {"learning_rate_init": 0.01, "batch_size": 9, "shuffle": False, "alpha": 0.5}
    model = regressor(**settings, max_iter=1).fit(X, PAIRS)
    again, losses = regressor(**settings).fit(X[:1], PAIRS[:1]), []
    again = regressor(**settings, max_iter=1)
    for start in range(0, 60, 9):  # the same batches by hand
        part = slice(start, start + 9)
        again.set_params(alpha=0.5 * len(X[part]) / 60)
        losses.append(again.partial_fit(X[part], PAIRS[part]).loss_ * len(X[part]))
    np.testing.assert_allclose(model.loss_, sum(losses) / 60, rtol=1e-12)
    np.testing.assert_allclose(again.network_.theta, model.network_.theta, rtol=1e-9)
    assert (again.n_iter_, again.t_, len(again.loss_curve_)) == (1, 60, 7)


def test_sgd_takes_the_steps_of_its_optimizer():
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
        history = train(net, X, PAIRS, "mse", optimizer, 4, batch_size=9, rng=rng, l2=1e-4 / 60)
        assert model.network_.theta.tobytes() == net.theta.tobytes()
        assert model.loss_curve_ == history.loss[:-1]


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


@quiet
def test_without_shuffling_the_order_of_the_samples_decides():
    order = np.random.default_rng(0).permutation(60)
    settings = {"batch_size": 7, "max_iter": 2, "learning_rate_init": 0.05}
    straight, turned = (classifier(**settings, shuffle=False).fit(X[k], TWO[k]).loss_ for k in (slice(None), order))
    assert straight != turned
    mixed, other = (classifier(**settings).fit(X, TWO).loss_curve_[0] for _ in range(2))
    assert mixed == other != straight


def test_a_second_fit_starts_afresh():
    model = classifier(solver="lbfgs")
    first = model.fit(X, TWO).network_.theta.tobytes()
    model.fit(X, THREE)
    assert model.fit(X, TWO).network_.theta.tobytes() == first
    adam = classifier(max_iter=5)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        first = adam.fit(X, TWO).network_.theta.tobytes()
        adam.partial_fit(X, TWO)
        assert adam.fit(X, TWO).network_.theta.tobytes() == first
    assert (len(adam.loss_curve_), adam.t_) == (5, 300)


def test_verbose_prints_the_loss_of_each_iteration_and_what_ended_it_and_changes_nothing(capsys):
    for parameters, end in (
        ({"solver": "adam", "max_iter": 4}, "max_iter=4 was reached before the loss came to rest."),
        ({"solver": "lbfgs", "max_iter": 4}, "L-BFGS-B did not converge: STOP: TOTAL NO. OF ITERATIONS REACHED LIMIT"),
        ({"tol": 9.0, "n_iter_no_change": 3},
         "In 4 epochs in a row the loss was not better than its best by tol=9."),
        ({"tol": 9.0, "n_iter_no_change": 3, "early_stopping": True},
         "In 4 epochs in a row the validation score was not better than its best by tol=9."),
    ):  # fmt: skip
        loud, _ = fit_counting(classifier(**parameters, verbose=True))
        *lines, last = capsys.readouterr().out.splitlines()
        assert [line.split(",")[0] for line in lines] == [f"Iteration {k}" for k in range(1, loud.n_iter_ + 1)]
        assert f"loss = {loud.loss_:.8f}" in lines[-1]
        score = f"validation score = {loud.validation_scores_[-1]:.6f}" if loud.early_stopping else ""
        assert lines[-1].endswith(score)
        assert last == end
        still, _ = fit_counting(classifier(**parameters))
        assert loud.network_.theta.tobytes() == still.network_.theta.tobytes()
        assert capsys.readouterr().out == ""


# Going on


@quiet
@pytest.mark.parametrize("make", [classifier, regressor])
def test_a_warm_start_goes_on_from_the_weights_and_writes_on(make):
    y = TWO if make is classifier else VALUES
    for solver in ("adam", "sgd", "lbfgs", "BFGS"):
        model = make(solver=solver, max_iter=7, warm_start=True).fit(X, y)
        first, losses = model.loss_, list(model.loss_curve_)
        net = model.network_
        model.fit(X, y)
        assert model.network_ is net
        assert model.loss_curve_[: len(losses)] == losses
        assert model.loss_curve_[len(losses)] <= first
        assert (model.n_iter_, model.t_, model.best_loss_) == (7, 14 * 60, min(model.loss_curve_))
        cold = make(solver=solver, max_iter=7).fit(X, y).fit(X, y)
        assert len(cold.loss_curve_) == len(losses)


@quiet
def test_a_warm_start_counts_anew_and_keeps_the_best_of_what_it_held_out():
    settings = {"early_stopping": True, "validation_fraction": 0.3, "learning_rate_init": 0.05, "tol": 0.01}
    model = classifier(**settings, warm_start=True, n_iter_no_change=20, max_iter=300).fit(X, THREE)
    first, n_scores = model.best_validation_score_, len(model.validation_scores_)
    model.fit(X, THREE)
    assert model.best_validation_score_ >= first
    assert len(model.validation_scores_) == n_scores + model.n_iter_
    assert model.n_iter_ > 20
    best = model.network_.theta.tobytes()
    model.set_params(learning_rate_init=50.0, max_iter=3).fit(X, THREE)
    assert max(model.validation_scores_[-3:]) < model.best_validation_score_
    assert model.network_.theta.tobytes() == best
    harder = classifier(warm_start=True, tol=1e-3, learning_rate_init=0.05, max_iter=400).fit(X, TWO)
    harder.set_params(alpha=20.0).fit(X, TWO)  # a loss that can not come down to that of before
    assert harder.loss_curve_[-harder.n_iter_] - harder.loss_ > 0.1


@quiet
@pytest.mark.parametrize("going_on", ["fit", "partial_fit"])
def test_another_problem_can_not_go_on(going_on):
    def again(X=X, y=TWO, **parameters):
        model = classifier(max_iter=3, warm_start=True).fit(X0, TWO)
        return getattr(model.set_params(**parameters), going_on)(X, y)

    X0 = X
    net = "what goes on is NeuralNetwork(3, 6, 1, hidden='tanh', output='sigmoid')"
    anew = "and sklearn.base.clone(estimator) begins anew"
    for call, message in (
        (lambda: again(hidden_layer_sizes=(6, 2)),
         f"parameters and data are for sizes (3, 6, 2, 1) and activation 'tanh'; {net}, {anew}"),
        (lambda: again(activation="relu"),
         f"parameters and data are for sizes (3, 6, 1) and activation 'relu'; {net}, {anew}"),
        (lambda: again(X=X[:, :2]), "X has 2 features, but NNClassifier is expecting 3 features as input."),
        (lambda: again(y=np.where(X[:, 0] > 0, "new", TWO)),
         "the class new is new in y; with warm_start=True y may hold the classes of the last fit"
         if going_on == "fit" else "y holds new, which is not in classes; the first call takes all that will come"),
    ):  # fmt: skip
        with pytest.raises(ValueError) as caught:
            call()
        assert str(caught.value) == message
    model = regressor(max_iter=3, warm_start=True).fit(X, VALUES)
    with pytest.raises(ValueError, match=r"^parameters and data are for sizes \(3, 6, 2\)"):
        getattr(model, going_on)(X, PAIRS)


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("batch_size", [7, "auto"])
def test_epochs_one_by_one_are_the_epochs_of_a_fit(solver, batch_size):
    settings = {"solver": solver, "batch_size": batch_size, "learning_rate_init": 0.02}
    for make, y, more in ((classifier, THREE, {"classes": [0, 10, 20]}), (regressor, PAIRS, {})):
        with pytest.warns(ConvergenceWarning):
            whole = make(**settings, max_iter=12).fit(X, y)
        parts = make(**settings)
        for k in range(12):
            parts.partial_fit(X, y, **(more if k == 0 else {}))
            if k == 3:
                parts = pickle.loads(pickle.dumps(parts))
            if k == 6:
                file = io.BytesIO()
                joblib.dump(parts, file)
                file.seek(0)
                parts = joblib.load(file)
        assert parts.network_.theta.tobytes() == whole.network_.theta.tobytes()
        assert parts.loss_curve_ == whole.loss_curve_
        assert (parts.n_iter_, parts.t_, parts.stopped_by_) == (1, 12 * 60, "partial_fit")


def test_partial_fit_goes_on_after_fit_and_takes_new_parameters():
    with pytest.warns(ConvergenceWarning):
        model = regressor(max_iter=5).fit(X, VALUES)
    optimizer = model._optimizer
    assert model.partial_fit(X, VALUES)._optimizer is optimizer
    assert model.set_params(learning_rate_init=0.1).partial_fit(X, VALUES)._optimizer == Adam(0.1)
    assert model._optimizer is not optimizer


def test_an_optimizer_goes_on_with_its_own_network_alone():
    with pytest.warns(ConvergenceWarning):
        model = regressor(max_iter=5, learning_rate_init=0.1).fit(X, VALUES)
        by_scipy = model.set_params(solver="lbfgs").fit(X, VALUES).set_params(solver="adam")
    for copy in (by_scipy, pickle.loads(pickle.dumps(by_scipy))):
        before = copy.network_.theta.copy()
        copy.partial_fit(X, VALUES)
        step = np.abs(copy.network_.theta - before)
        np.testing.assert_allclose(step, 0.1, rtol=1e-3)  # Adam's first, whatever the gradient
    with pytest.raises(ValueError):
        never = regressor().fit(X, VALUES, np.zeros(60))
    never = pickle.loads(pickle.dumps(regressor()))
    assert not hasattr(never, "network_")


def test_partial_fit_learns_classes_that_come_later():
    model = classifier(hidden_layer_sizes=(), learning_rate_init=0.2)
    model.partial_fit(X[:3], THREE[:3], classes=[20, 0, 10])
    assert model.classes_.tolist() == [0, 10, 20]
    for _ in range(20):
        for start in range(0, 60, 5):
            model.partial_fit(X[start : start + 5], THREE[start : start + 5])
    assert model.score(X, THREE) > 0.9


def test_partial_fit_is_there_where_it_can_be():
    for parameters in ({"solver": "lbfgs"}, {"solver": "BFGS"}, {"early_stopping": True}):
        for model in (classifier(**parameters), regressor(**parameters)):
            assert not hasattr(model, "partial_fit")
    with pytest.raises(AttributeError) as caught:
        classifier(solver="lbfgs").partial_fit(X, TWO)
    assert str(caught.value.__cause__) == "solver is 'lbfgs'; partial_fit is for 'sgd' and 'adam'"


# Weights


@quiet
@pytest.mark.parametrize("solver", ["lbfgs", "adam", "sgd", "BFGS", "Newton-CG", "trust-exact", "Nelder-Mead"])
def test_a_whole_weight_is_so_many_copies(solver):
    settings = {"solver": solver, "hidden_layer_sizes": 3, "alpha": 2.0, "max_iter": 6, "learning_rate_init": 0.1}
    for make, y in ((classifier, TWO), (classifier, THREE), (regressor, VALUES), (regressor, PAIRS)):
        weighted = make(**settings).fit(X, y, TIMES)
        copied = make(**settings).fit(X.repeat(TIMES, axis=0), y.repeat(TIMES, axis=0))
        np.testing.assert_allclose(weighted.loss_curve_, copied.loss_curve_, rtol=1e-9)
        np.testing.assert_allclose(weighted.network_.forward(X), copied.network_.forward(X), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("make", "y"), [(classifier, THREE), (regressor, PAIRS)])
def test_the_optimum_by_weights_is_that_by_copies(make, y):
    settings = {"solver": "lbfgs", "hidden_layer_sizes": (), "alpha": 0.5, "tol": 1e-9, "max_iter": 1000}
    weighted = make(**settings).fit(X, y, TIMES)
    copied = make(**settings, random_state=7).fit(X.repeat(TIMES, axis=0), y.repeat(TIMES, axis=0))
    np.testing.assert_allclose(weighted.network_.forward(X), copied.network_.forward(X), atol=1e-6)
    plain = make(**settings).fit(X, y)
    assert np.abs(weighted.network_.forward(X) - plain.network_.forward(X)).max() > 1e-2


@quiet
@pytest.mark.parametrize("solver", ["lbfgs", "adam", "trust-ncg"])
def test_equal_weights_are_none_and_their_size_counts_against_alpha_alone(solver):
    settings = {"solver": solver, "max_iter": 6, "batch_size": 7, "hidden_layer_sizes": 3}
    for make, y in ((classifier, TWO), (regressor, PAIRS)):
        plain = make(**settings, alpha=2.0).fit(X, y)
        ones = make(**settings, alpha=2.0).fit(X, y, np.ones(60))
        tenths = make(**settings, alpha=0.2).fit(X, y, np.full(60, 0.1))
        for other in (ones, tenths):
            np.testing.assert_allclose(other.loss_curve_, plain.loss_curve_, rtol=1e-7)
            np.testing.assert_allclose(other.network_.theta, plain.network_.theta, rtol=1e-5, atol=1e-7)


@quiet
def test_a_sample_without_weight_is_not_there():
    weights = np.where(THREE == 20, 0.0, 1.0)
    for solver in ("adam", "lbfgs"):
        kept = classifier(solver=solver, batch_size=7, max_iter=4).fit(X, THREE, weights)
        assert kept.classes_.tolist() == [0, 10]
        alone = classifier(solver=solver, batch_size=7, max_iter=4).fit(X[THREE != 20], THREE[THREE != 20])
        np.testing.assert_allclose(kept.loss_curve_, alone.loss_curve_, rtol=1e-9)


@quiet
def test_a_heavy_sample_weighs_in_small_batches_as_in_large_ones():
    # two groups of equal inputs that want opposite things; the heavy one is rare, and wins by the sum of its weights
    inputs, wanted = np.ones((100, 1)), np.where(np.arange(100) < 10, 1.0, -1.0)
    weights = np.where(wanted > 0, 27.0, 1.0)  # 270 against 90: the mean is 1/2
    settings = {"hidden_layer_sizes": (), "solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.005, "alpha": 0.0}
    model = regressor(**settings, batch_size=5, max_iter=300, tol=0.0, n_iter_no_change=np.inf)
    assert abs(model.fit(inputs, wanted, weights).predict([[1.0]])[0] - 0.5) < 0.1


@pytest.mark.parametrize("weights", [None, TIMES + 0.5])
def test_the_same_words_as_scikit_learns_own_at_its_optimum(weights):
    # its two optima of a convex problem: a single copying unit before the output
    settings = {"hidden_layer_sizes": 1, "activation": "identity", "solver": "lbfgs", "tol": 1e-7, "max_iter": 5000}
    data, y = scale(X), scale(VALUES)
    ours, theirs = (
        kind(**settings, alpha=1.0, random_state=0).fit(data, y, weights) for kind in (NNRegressor, MLPRegressor)
    )
    np.testing.assert_allclose(ours.predict(data), theirs.predict(data), atol=1e-4)
    np.testing.assert_allclose(ours.loss_, 2 * theirs.loss_, rtol=1e-6)
