import copy
import pickle

import numpy as np
import pytest

import nnlib
from nnlib import GradientDescent, NeuralNetwork, datasets, train
from nnlib.diagnosis import solved, success_rate
from nnlib.fast.passes import Pass, bind
from nnlib.optimizers import Adam, Momentum, Nesterov, RMSProp
from nnlib.schedules import cosine

X, Y = datasets.xor()


def start(*sizes, **options):
    return NeuralNetwork(*(sizes or (2, 4, 1)), rng=0, **options)


@pytest.mark.parametrize(("loss", "l2"), [("mse", 0.0), ("binary_cross_entropy", 0.01)])
def test_gradient_descent_is_the_hand_written_loop_bit_for_bit(loss, l2):
    net, twin, losses = start(), start(), []
    history = train(net, X, Y, loss, GradientDescent(0.7), epochs=50, l2=l2)
    for _ in range(50):
        value, dtheta = twin.loss_and_gradient(X, Y, loss, l2)
        losses.append(value)
        twin.theta -= 0.7 * dtheta
    losses.append(twin.loss_and_gradient(X, Y, loss, l2)[0])
    assert net.theta.tobytes() == twin.theta.tobytes()
    assert history.loss == losses


def test_entry_k_of_the_history_is_the_loss_after_k_epochs():
    history = train(start(), X, Y, epochs=6)
    assert history.epochs == [0, 1, 2, 3, 4, 5, 6]
    for k in history.epochs:
        net = start()
        assert train(net, X, Y, epochs=k).loss == history.loss[: k + 1]
        assert net.loss(X, Y) == history.loss[k]
    assert (history.stopped_by, history.diverged, history.validation_loss) == ("epochs", False, [])
    assert repr(history) == f"History(epochs=6, loss={history.loss[-1]:.6g}, stopped_by='epochs')"


def test_no_epoch_at_all_leaves_theta_and_gives_its_loss():
    net = start()
    history = train(net, X, Y, epochs=0)
    np.testing.assert_array_equal(net.theta, start().theta)
    assert history.loss == [net.loss(X, Y)]
    assert history.epochs == [0]


def test_the_defaults_are_mse_half_and_2000_epochs():
    net, twin = start(), start()
    history = train(net, X, Y)
    train(twin, X, Y, loss="mse", optimizer=GradientDescent(0.5), epochs=2000)
    assert len(history.loss) == 2001
    assert net.theta.tobytes() == twin.theta.tobytes()


@pytest.fixture
def batches(monkeypatch):
    """Return the list of X and Y of every batch that is loaded to be learned from."""
    seen, load = [], Pass.load

    def watch(self, X, Y, rows=None):
        load(self, X, Y, rows)
        if self.dtheta is not None:
            seen.append((self.X.copy(), self.Y.T.copy()))
        return self

    monkeypatch.setattr(Pass, "load", watch)
    return seen


def test_mini_batches_meet_each_sample_once_an_epoch_with_its_own_target(batches):
    inputs = np.arange(7.0)[:, None] / 7
    train(start(1, 3, 1), inputs, inputs**2, epochs=3, batch_size=3)
    steps = [(X[:, 0].tolist(), Y[:, 0].tolist()) for X, Y in batches]
    assert [len(xs) for xs, _ in steps] == [3, 3, 1] * 3
    epochs = [[x for xs, _ in steps[k : k + 3] for x in xs] for k in (0, 3, 6)]
    assert [sorted(epoch) for epoch in epochs] == [inputs[:, 0].tolist()] * 3
    assert epochs[0] != epochs[1] != epochs[2]
    assert all(np.array_equal(np.square(xs), ys) for xs, ys in steps)


def test_with_mini_batches_an_entry_is_the_mean_over_samples_before_each_step():
    X, Y = datasets.noisy_xor(7)
    net, twin, rng, losses = start(), start(), np.random.default_rng(4), []
    history = train(net, X, Y, epochs=2, batch_size=3, rng=4, l2=0.1)
    for _ in range(2):
        order, total = rng.permutation(7), 0.0
        for rows in (order[:3], order[3:6], order[6:]):
            value, dtheta = twin.loss_and_gradient(X[rows], Y[rows], l2=0.1)
            twin.theta -= 0.5 * dtheta
            total += len(rows) * value
        losses.append(total / 7)
    np.testing.assert_array_equal(net.theta, twin.theta)
    np.testing.assert_allclose(history.loss, [*losses, twin.loss(X, Y, l2=0.1)], rtol=1e-14)


def test_a_batch_as_large_as_the_data_is_the_whole():
    nets = [start() for _ in range(3)]
    for net, size in zip(nets, (None, 4, 1000), strict=True):
        train(net, X, Y, epochs=5, batch_size=size)
    assert nets[0].theta.tobytes() == nets[1].theta.tobytes() == nets[2].theta.tobytes()


def test_the_same_seed_gives_the_same_bytes():
    X, Y = datasets.noisy_xor(20)
    runs = []
    for rng in (3, 3, np.random.default_rng(3), 4):
        net = start()
        history = train(net, X, Y, epochs=4, batch_size=6, rng=rng)
        runs.append((net.theta.tobytes(), history.loss))
    assert runs[0] == runs[1] == runs[2]
    assert runs[0] != runs[3]


def test_the_data_are_left_as_they_were():
    X, Y = datasets.noisy_xor(20)
    before = X.tobytes(), Y.tobytes()
    train(start(), X, Y, epochs=3, batch_size=6, validation=(X, Y))
    assert (X.tobytes(), Y.tobytes()) == before


def test_the_validation_loss_is_watched_after_every_epoch_and_not_learned_from():
    net, twin, losses = start(), start(), []
    history = train(net, X, Y, epochs=5, validation=(X[:3] + 0.1, Y[:3]))
    train(twin, X, Y, epochs=5, callback=lambda epoch, net: losses.append(net.loss(X[:3] + 0.1, Y[:3])))
    assert net.theta.tobytes() == twin.theta.tobytes()
    assert history.validation_loss == [start().loss(X[:3] + 0.1, Y[:3]), *losses]


def test_patience_stops_and_goes_back_to_the_best_theta():
    # The validation targets are the opposite: every epoch that learns is worse there, so the start is best.
    net = start()
    history = train(net, X, Y, epochs=500, validation=(X, 1 - Y), patience=4)
    best = int(np.argmin(history.validation_loss))
    assert history.stopped_by == "patience"
    assert len(history.validation_loss) == best + 4 + 1
    assert net.loss(X, 1 - Y) == min(history.validation_loss)
    assert history.loss[-1] == net.loss(X, Y)
    twin = start()
    train(twin, X, Y, epochs=best)
    assert net.theta.tobytes() == twin.theta.tobytes()


def test_patience_waits_through_a_rise_that_is_short_enough():
    X, Y = datasets.noisy_xor(12, noise=0.3, rng=1)
    patient, hasty = start(), start()
    held_out = datasets.noisy_xor(12, noise=0.3, rng=2)
    settings = {"optimizer": GradientDescent(3.0), "epochs": 60, "batch_size": 3, "validation": held_out}
    long, short = train(patient, X, Y, patience=25, **settings), train(hasty, X, Y, patience=1, **settings)
    assert short.stopped_by == "patience"
    assert short.validation_loss[-1] >= short.validation_loss[-2]
    assert len(long.loss) > len(short.loss)
    assert patient.loss(*held_out) < hasty.loss(*held_out)


def test_without_patience_the_last_theta_is_kept():
    net, twin = start(), start()
    history = train(net, X, Y, epochs=20, validation=(X, 1 - Y))
    train(twin, X, Y, epochs=20)
    assert history.stopped_by == "epochs"
    assert net.theta.tobytes() == twin.theta.tobytes()


def test_a_callback_sees_every_epoch_and_may_stop():
    seen = []

    def callback(epoch, net):
        seen.append((epoch, net.loss(X, Y)))
        return epoch == 5

    net = start()
    history = train(net, X, Y, epochs=50, callback=callback)
    assert history.stopped_by == "callback"
    assert seen == list(zip(history.epochs, history.loss, strict=True))[1:]
    assert len(history.loss) == 6


@pytest.mark.parametrize("answer", [np.bool_(True), StopIteration])
def test_a_callback_stops_as_it_does_in_minimize(answer):
    def callback(epoch, net):
        if answer is StopIteration:
            raise answer
        return answer

    history = train(start(), X, Y, epochs=50, callback=callback)
    assert (history.stopped_by, len(history.loss)) == ("callback", 2)


@pytest.mark.parametrize("answer", [1, 0.5, "stop", [1], np.ones(3), np.bool_(False)], ids=repr)
def test_no_other_answer_of_a_callback_stops(answer):
    assert train(start(), X, Y, epochs=3, callback=lambda epoch, net: answer).stopped_by == "epochs"


def test_a_callback_that_returns_nothing_changes_nothing():
    net, twin = start(), start()
    train(net, X, Y, epochs=5, callback=lambda epoch, net: None)
    train(twin, X, Y, epochs=5)
    assert net.theta.tobytes() == twin.theta.tobytes()


@pytest.mark.parametrize("batch_size", [None, 1, 3])
@pytest.mark.parametrize("hidden", ["relu", "identity"])
@pytest.mark.parametrize("seed", range(10))
def test_divergence_ends_quietly_on_the_last_finite_theta(hidden, batch_size, seed):
    net = NeuralNetwork(2, 4, 1, hidden=hidden, output="identity", init="normal", rng=seed)
    history = train(net, X, Y, optimizer=GradientDescent(1000), epochs=500, batch_size=batch_size)
    assert history.diverged
    assert history.stopped_by == "divergence"
    assert np.isfinite(net.theta).all()
    assert np.isfinite(history.loss).all()
    assert len(history.loss) < 500
    assert batch_size is not None or history.loss[-1] == net.loss(X, Y)


def test_a_diverged_history_ends_on_the_loss_of_the_theta_that_was_kept():
    net, twin = (start(hidden="identity", output="identity") for _ in range(2))
    history = train(net, X, Y, optimizer=GradientDescent(1000), epochs=500)
    n_steps = len(history.loss) - 1
    assert history.loss[-1] == net.loss(X, Y) > 1e100
    assert train(twin, X, Y, optimizer=GradientDescent(1000), epochs=n_steps).stopped_by == "epochs"
    assert net.theta.tobytes() == twin.theta.tobytes()


def test_divergence_at_the_very_last_step_is_seen_too():
    n_steps = len(train(start(output="identity", hidden="relu"), X, Y, optimizer=GradientDescent(1000)).loss)
    net = start(output="identity", hidden="relu")
    history = train(net, X, Y, optimizer=GradientDescent(1000), epochs=n_steps)
    assert history.diverged
    assert len(history.loss) == n_steps
    assert np.isfinite(net.theta).all()


def test_a_start_whose_loss_is_infinite_has_diverged_before_the_first_step():
    net = start(hidden="relu", output="identity")
    net.theta *= 1e200
    before = net.theta.copy()
    history = train(net, X, Y, epochs=3, validation=(X, Y))
    assert history.diverged
    assert history.loss == []
    assert repr(history) == "History(epochs=0, stopped_by='divergence')"
    np.testing.assert_array_equal(net.theta, before)


@pytest.mark.parametrize("loss", ["mse", "binary_cross_entropy"])
@pytest.mark.parametrize("batch_size", [None, 3])
def test_a_huge_rate_on_the_usual_network_is_quiet_too(loss, batch_size):
    for seed in range(20):
        net = NeuralNetwork(2, 4, 1, rng=seed)
        history = train(net, X, Y, loss, GradientDescent(1000), epochs=200, batch_size=batch_size)
        assert np.isfinite(net.theta).all()
        assert np.isfinite(history.loss).all()


class Interrupted:
    """Gradient descent whose step number `last` is broken off by an interrupt when half of theta has moved."""

    def __init__(self, last):
        self.left = last

    def step(self, theta, dtheta):
        self.left -= 1
        if self.left == 0:
            theta[: len(theta) // 2] += 100
            raise KeyboardInterrupt
        theta -= 0.5 * dtheta


def test_an_interrupt_inside_a_step_leaves_the_last_whole_theta():
    net, twin = start(), start()
    history = train(net, X, Y, optimizer=Interrupted(5), epochs=50)
    expected = train(twin, X, Y, epochs=4)
    assert net.theta.tobytes() == twin.theta.tobytes()
    assert history.loss == expected.loss
    assert (history.stopped_by, history.diverged) == ("interrupt", False)


def test_an_interrupt_inside_a_mini_batch_leaves_the_last_whole_theta():
    net, twin, rng = start(), start(), np.random.default_rng(0)
    history = train(net, X, Y, optimizer=Interrupted(4), epochs=50, batch_size=2)
    batches = [rows for order in (rng.permutation(4), rng.permutation(4)) for rows in (order[:2], order[2:])]
    for rows in batches[:3]:
        twin.theta -= 0.5 * twin.loss_and_gradient(X[rows], Y[rows])[1]
    assert net.theta.tobytes() == twin.theta.tobytes()
    assert history.loss[-1] == net.loss(X, Y)
    assert len(history.loss) == 2


def test_an_interrupt_in_a_callback_leaves_a_whole_theta_and_a_usable_history():
    def callback(epoch, net):
        if epoch == 5:
            raise KeyboardInterrupt

    net, whole = start(), train(start(), X, Y, epochs=5).loss
    history = train(net, X, Y, epochs=50, callback=callback)
    assert history.stopped_by == "interrupt"
    assert history.loss[-1] == net.loss(X, Y)
    assert history.loss == whole[: len(history.loss)]
    assert len(history.loss) >= 5
    assert train(net, X, Y, epochs=3).loss[0] == history.loss[-1]


def test_an_error_of_the_callback_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        train(start(), X, Y, callback=lambda epoch, net: 1 / 0)


@pytest.mark.parametrize("callback", [None, lambda epoch, net: epoch == 2])
def test_a_progress_bar_changes_nothing_but_standard_error(capsys, callback):
    net, twin = start(), start()
    train(net, X, Y, epochs=5, callback=callback, progress=True)
    shown = capsys.readouterr()
    train(twin, X, Y, epochs=5, callback=callback)
    assert net.theta.tobytes() == twin.theta.tobytes()
    assert "epoch" in shown.err
    assert shown.out == ""
    assert capsys.readouterr() == ("", "")


OPTIMIZERS = [GradientDescent(0.5), Momentum(0.1), Nesterov(0.1), RMSProp(0.01), Adam(0.02), Adam(0.02, decay=0.01)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_training_resumed_is_one_long_training_bit_for_bit(optimizer, batch_size, dtype):
    X, Y = datasets.noisy_xor(10)
    net, twin, rng = start(dtype=dtype), start(dtype=dtype), np.random.default_rng(7)
    settings, once, again = {"batch_size": batch_size, "l2": 0.01}, copy.deepcopy(optimizer), copy.deepcopy(optimizer)
    whole = train(net, X, Y, optimizer=once, epochs=130, rng=7, **settings)  # a sweep for denormals on the way
    parts = [train(twin, X, Y, optimizer=again, epochs=epochs, rng=rng, **settings) for epochs in (60, 1, 69)]
    assert net.theta.tobytes() == twin.theta.tobytes()
    assert whole.loss == [*parts[0].loss[:-1], *parts[1].loss[:-1], *parts[2].loss]


def test_a_schedule_goes_on_where_the_training_stopped():
    rate = cosine(0.5, n_steps=60)
    net, twin, optimizer = start(), start(), Adam(rate)
    train(net, X, Y, optimizer=Adam(rate), epochs=60)
    for epochs in (20, 40):
        train(twin, X, Y, optimizer=optimizer, epochs=epochs)
    assert net.theta.tobytes() == twin.theta.tobytes()
    at_rest = net.theta.copy()
    train(twin, X, Y, optimizer=optimizer, epochs=5)  # the rate is 0 from here on
    np.testing.assert_array_equal(twin.theta, at_rest)


def test_a_new_optimizer_does_not_resume():
    net, twin = start(), start()
    train(net, X, Y, optimizer=Adam(0.02), epochs=20)
    for _ in range(2):
        train(twin, X, Y, optimizer=Adam(0.02), epochs=10)
    assert not np.array_equal(net.theta, twin.theta)


def test_one_optimizer_may_train_one_network_after_another():
    optimizer, thetas = Adam(0.02), []
    for _ in range(2):
        net = start()
        train(net, X, Y, optimizer=optimizer, epochs=10)
        thetas.append(net.theta.tobytes())
    assert thetas[0] == thetas[1]


def test_a_saved_pair_resumes_in_another_process():
    net, twin, optimizer = start(), start(), Adam(0.02)
    train(net, X, Y, optimizer=Adam(0.02), epochs=30)
    train(twin, X, Y, optimizer=optimizer, epochs=10)
    twin, optimizer = pickle.loads(pickle.dumps((twin, optimizer)))
    train(twin, X, Y, optimizer=optimizer, epochs=20)
    assert net.theta.tobytes() == twin.theta.tobytes()


def test_a_schedule_that_returns_no_rate_is_refused_and_leaves_a_whole_theta():
    net, twin = start(), start()
    train(twin, X, Y, optimizer=GradientDescent(0.1), epochs=2)
    with pytest.raises(ValueError, match=r"^learning_rate\(2\) is nan; it may be a finite number, 0 or more$"):
        train(net, X, Y, optimizer=GradientDescent(lambda n_steps: 0.1 if n_steps < 2 else np.nan))
    assert net.theta.tobytes() == twin.theta.tobytes()


@pytest.mark.parametrize("batch_size", [None, 3])
def test_snapshots_are_copies_of_theta_after_the_epochs_asked_for(batch_size):
    net = start()
    history = train(net, X, Y, epochs=7, batch_size=batch_size, snapshots=(7, 0, 3, 3, 100))
    assert list(history.snapshots) == [0, 3, 7]
    for epoch, theta in history.snapshots.items():
        twin = start()
        train(twin, X, Y, epochs=epoch, batch_size=batch_size)
        assert theta.tobytes() == twin.theta.tobytes()
        assert not np.shares_memory(theta, net.theta)
    assert train(start(), X, Y, epochs=3).snapshots == {}


@pytest.mark.parametrize("form", [np.array, list, set, iter])
def test_epochs_of_snapshots_may_come_in_any_form(form):
    assert list(train(start(), X, Y, epochs=3, snapshots=form([0, 2])).snapshots) == [0, 2]


def test_the_last_snapshot_before_patience_ran_out_is_not_the_theta_that_was_kept():
    net = start()
    history = train(net, X, Y, epochs=500, validation=(X, 1 - Y), patience=4, snapshots=range(501))
    best = int(np.argmin(history.validation_loss))
    assert list(history.snapshots) == list(range(len(history.validation_loss)))
    assert history.snapshots[best].tobytes() == net.theta.tobytes()


def test_a_stopped_training_keeps_its_last_snapshot():
    history = train(start(), X, Y, epochs=9, snapshots=[2, 3], callback=lambda epoch, net: epoch == 2)
    assert list(history.snapshots) == [2]


def test_no_snapshot_is_kept_of_a_theta_whose_loss_is_not_finite():
    net = start(hidden="relu", output="identity")
    history = train(net, X, Y, optimizer=GradientDescent(1000), epochs=500, snapshots=range(501))
    assert history.diverged
    assert list(history.snapshots) == history.epochs
    for theta, value in zip(history.snapshots.values(), history.loss, strict=True):
        net.theta = theta
        assert net.loss(X, Y) == value
    net = start(hidden="relu", output="identity")
    net.theta *= 1e200
    assert train(net, X, Y, epochs=3, snapshots=[0]).snapshots == {}


@pytest.mark.parametrize(
    ("snapshots", "message"),
    [
        (10, "snapshots is 10; it may be a list of epochs, such as [0, 10, 100]"),
        (None, "snapshots is None; it may be a list of epochs, such as [0, 10, 100]"),
        ([-1], "an epoch of snapshots is -1; it may be a whole number, 0 or more"),
        ([1.5], "an epoch of snapshots is 1.5; it may be a whole number, 0 or more"),
    ],
)
def test_bad_snapshots_are_refused(snapshots, message):
    net = start()
    with pytest.raises(ValueError) as caught:
        train(net, X, Y, snapshots=snapshots)
    assert str(caught.value) == message
    assert net.theta.tobytes() == start().theta.tobytes()


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("batch_size", [None, 3])
def test_float32_stays_float32_and_close_to_float64(optimizer, batch_size):
    X, Y = datasets.noisy_xor(10)
    nets = [start(dtype=dtype) for dtype in ("float32", "float64")]
    for net in nets:
        history = train(
            net, X, Y, optimizer=copy.deepcopy(optimizer), epochs=20, batch_size=batch_size, validation=(X, Y), l2=0.01,
            snapshots=[0, 20],
        )  # fmt: skip
        assert all(type(value) is float for value in (*history.loss, *history.validation_loss))
        assert {theta.dtype for theta in history.snapshots.values()} == {net.theta.dtype}
    assert nets[0].theta.dtype == nets[0].layers[0].W.dtype == nets[0].forward(X).dtype == np.float32
    np.testing.assert_allclose(nets[0].theta, nets[1].theta, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=repr)
@pytest.mark.parametrize("loss", ["mse", "binary_cross_entropy"])
def test_float32_meets_float32_arrays_only(optimizer, loss):
    net, optimizer = start(dtype="float32"), copy.deepcopy(optimizer)
    bound = bind(net, *net.check_problem(X, Y, loss, 0.01))
    optimizer.step(net.theta, bound.dtheta)
    calls = [*bound.forward, *bound.backward, *(call for _, call in bound.terms), *optimizer._state["plan"]]
    arrays = [array for _, arguments in calls for array in arguments if isinstance(array, np.ndarray)]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def test_float32_goes_on_after_a_pickle_and_a_copy():
    net = start(dtype="float32")
    for twin in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net), net.copy()):
        train(twin, X, Y, epochs=2)
        assert twin.theta.dtype == np.float32
        assert np.shares_memory(twin.layers[0].W, twin.theta)
    assert net.theta.tobytes() == start(dtype="float32").theta.tobytes()


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS[:2], Adam(0.01), Adam(0.01, decay=10.0)], ids=repr)
@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_inputs_that_are_always_zero_leave_no_denormals_behind(optimizer, l2):
    X, Y = datasets.noisy_xor(8)
    X, optimizer = np.hstack([X, np.zeros((8, 3))]), copy.deepcopy(optimizer)
    net, tiny = start(5, 4, 1, dtype="float32"), np.finfo(np.float32).tiny
    train(net, X, Y, optimizer=optimizer, epochs=5000, l2=l2)
    for values in (net.theta, optimizer._state["moments"]):
        assert not ((values != 0) & (np.abs(values) < tiny)).any()


def test_several_classes_are_learned():
    X = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.5, 0.5]])
    classes = np.array([0, 1, 2, 1, 0])
    net = start(2, 8, 3, output="softmax")
    train(net, X, np.eye(3)[classes], "cross_entropy", GradientDescent(0.5), epochs=3000)
    assert net.predict(X).tolist() == classes.tolist()


def test_weight_decay_makes_weights_smaller():
    free, held = start(), start()
    train(free, X, Y, epochs=2000)
    train(held, X, Y, epochs=2000, l2=0.01)
    assert np.linalg.norm(held.theta) < 0.7 * np.linalg.norm(free.theta)


def test_xor_is_learned_at_the_rate_that_chapter_8_prints():
    learned = []
    for seed in range(200):
        net = NeuralNetwork(2, 4, 1, rng=seed)
        nnlib.train(net, X, Y, optimizer=GradientDescent(0.5), epochs=2000)
        learned.append(solved(net.forward(X), Y))
    # Chapter 8 prints 199 of 200. Another machine may round another start over the edge, but not leave the interval.
    stated = success_rate([True] * 199 + [False])
    assert stated.low <= success_rate(learned).rate <= stated.high


def test_a_floating_point_error_of_the_callers_own_is_no_divergence():
    def callback(epoch, net):
        raise FloatingPointError("mine")

    with pytest.raises(FloatingPointError, match="^mine$"):
        train(start(), X, Y, callback=callback)
    with pytest.raises(FloatingPointError, match="^mine$"):
        train(start(), X, Y, optimizer=GradientDescent(lambda n_steps: callback(n_steps, None)))


def test_a_start_that_is_not_finite_is_refused():
    net = start()
    net.theta[3] = np.nan
    with pytest.raises(ValueError, match=r"^theta\[3\] is nan; every entry may be a finite number, as after `net"):
        train(net, X, Y)
