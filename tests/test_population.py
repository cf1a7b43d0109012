"""`train_many` is held to `train`, one network at a time; so is `sweep`."""

import tracemalloc

import numpy as np
import pytest

from nnlib import GradientDescent, NeuralNetwork, datasets, train
from nnlib.diagnosis import solved, success_rate
from nnlib.fast import population_chunks
from nnlib.fast.population_chunks import chunks
from nnlib.losses import LOSSES
from nnlib.population import train_many
from nnlib.sweeping import sweep
from tests.helpers import ENDS, HIDDEN, SHAPES, draw_problem, sizes_for

X, Y = datasets.xor()


@pytest.fixture
def chunk_of(monkeypatch):
    """Return a function that sets how many networks make a chunk."""

    def set_size(n):
        monkeypatch.setattr(population_chunks, "CACHE", 1)
        monkeypatch.setattr(population_chunks, "SMALLEST", n)

    return set_size


def train_alone(sizes, X, Y, rates, seeds, epochs, loss="mse", l2=0.0, **options):
    """Return the networks and histories of training one by one."""
    nets = [NeuralNetwork(*sizes, rng=int(seed), **options) for seed in seeds]
    steps = [GradientDescent(float(rate)) for rate in rates]
    return nets, [train(net, X, Y, loss, step, epochs, l2=l2) for net, step in zip(nets, steps, strict=True)]


def assert_equal(population, nets, histories, rtol=1e-12):
    """Hold theta, losses and divergence of each network to its own training."""
    assert population.diverged.tolist() == [history.diverged for history in histories]
    for k, (net, history) in enumerate(zip(nets, histories, strict=True)):
        # a diverged history ends on the loss of the theta that was kept
        expected = [history.loss[min(epoch, len(history.loss) - 1)] for epoch in population.epochs]
        scale = np.abs(net.theta).max()
        np.testing.assert_allclose(population.thetas[:, k], net.theta, rtol=rtol, atol=rtol * scale)
        np.testing.assert_allclose(population.losses[:, k], expected, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("l2", [0.0, 0.02])
@pytest.mark.parametrize(("sizes", "n_samples"), [*SHAPES, ((3, 2), 5)])
@pytest.mark.parametrize(("output", "loss"), ENDS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_each_network_becomes_what_train_makes_of_it_alone(hidden, output, loss, sizes, n_samples, l2, chunk_of):
    sizes = sizes_for(output, sizes)
    X, Y = draw_problem(sizes, n_samples, output, np.random.default_rng(0))
    rates, seeds = np.array([0.02, 0.05, 0.1, 0.01, 0.08]), np.array([3, 0, 7, 3, 2**40])
    options = {"loss": loss, "hidden": hidden, "output": output, "l2": l2, "epochs": 25}
    chunk_of(3)
    population = train_many(sizes, X, Y, learning_rates=rates, seeds=seeds, **options)
    assert_equal(population, *train_alone(sizes, X, Y, rates, seeds, **options))
    expected = [population.network(k).forward(X) for k in range(5)]
    np.testing.assert_allclose(population.outputs(X), expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("init", ["glorot", "he", "normal", "zeros"])
def test_each_network_starts_where_its_seed_says(init):
    seeds = [5, 1, 5, 0]
    population = train_many((4, 5, 3, 2), np.ones((1, 4)), np.ones((1, 2)), learning_rates=1, seeds=seeds, epochs=0,
                            init=init)  # fmt: skip
    for k, seed in enumerate(seeds):
        assert population.network(k).theta.tobytes() == NeuralNetwork(4, 5, 3, 2, init=init, rng=seed).theta.tobytes()


def test_2000_epochs_on_xor_are_those_of_train():
    rates, seeds = np.linspace(0.1, 2, 6), np.arange(6)
    population = train_many((2, 4, 1), X, Y, learning_rates=rates, seeds=seeds)
    assert_equal(population, *train_alone((2, 4, 1), X, Y, rates, seeds, epochs=2000))


@pytest.mark.parametrize("name", LOSSES)
def test_the_losses_of_many_are_the_losses_of_each(name):
    rng = np.random.default_rng(0)
    Q, Y = 30 * rng.standard_normal((5, 3, 4)), rng.dirichlet(np.ones(3), 5)
    expected = [LOSSES[name].function(Q[:, :, k], Y)[0] for k in range(4)]
    np.testing.assert_allclose(population_chunks.LOSSES[name](Q, Y[:, :, None]), expected, rtol=1e-14)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("n_networks", [1, 2, 7])
def test_the_borders_of_the_chunks_are_not_seen(size, n_networks, chunk_of):
    options = {"learning_rates": 0.5 + np.arange(n_networks) / 4, "seeds": np.arange(n_networks), "epochs": 20}
    whole = train_many((2, 4, 1), X, Y, **options)
    chunk_of(size)
    cut = train_many((2, 4, 1), X, Y, **options)
    np.testing.assert_allclose(cut.thetas, whole.thetas, rtol=1e-13)
    np.testing.assert_allclose(cut.losses, whole.losses, rtol=1e-13)
    np.testing.assert_allclose(cut.outputs(X), whole.outputs(X), rtol=1e-13)


@pytest.mark.parametrize("n_networks", [1, 2, 31, 32, 33, 3047, 3048, 3049, 20_000])
@pytest.mark.parametrize(("sizes", "n_samples"), [((2, 4, 1), 4), ((64, 32, 10), 1797), ((3, 2), 1)])
def test_chunks_hold_every_network_once_and_are_no_larger_than_they_may_be(sizes, n_samples, n_networks):
    cuts = chunks(sizes, n_samples, n_networks)
    widths = [cut.stop - cut.start for cut in cuts]
    assert [k for cut in cuts for k in range(cut.start, cut.stop)] == list(range(n_networks))
    outputs = n_samples * sum(sizes[1:])
    assert max(widths) <= max(population_chunks.SMALLEST, population_chunks.CACHE // (2 * outputs))
    assert max(widths) - min(widths) <= 1


@pytest.mark.parametrize("size", [1, 4, 100])
@pytest.mark.parametrize("hidden", ["relu", "identity"])
def test_a_network_that_diverges_keeps_its_last_finite_theta_and_the_others_go_on(hidden, size, chunk_of):
    chunk_of(size)
    rates, seeds = np.array([0.05, 1000, 0.01, 1e8, 30, 0.02]), np.arange(6)
    options = {"hidden": hidden, "output": "identity", "init": "normal", "epochs": 400}
    population = train_many((2, 4, 1), X, Y, learning_rates=rates, seeds=seeds, **options)
    nets, histories = train_alone((2, 4, 1), X, Y, rates, seeds, **options)
    assert population.diverged.tolist()[:4] == [False, True, False, True]
    # rounding is squared at each step while a network explodes
    assert_equal(population, nets, histories, rtol=1e-9)
    assert np.isfinite(population.thetas).all()
    assert np.isfinite(population.losses).all()
    healthy = ~population.diverged
    alone = train_many((2, 4, 1), X, Y, learning_rates=rates[healthy], seeds=seeds[healthy], **options)
    np.testing.assert_allclose(population.thetas[:, healthy], alone.thetas, rtol=1e-12)


def test_a_network_that_diverged_is_not_looked_at_again(monkeypatch):
    looks, freeze = [], population_chunks.Chunk._freeze
    monkeypatch.setattr(population_chunks.Chunk, "_freeze", lambda chunk: (looks.append(1), freeze(chunk)))
    population = train_many((2, 4, 1), X, Y, learning_rates=[1000, 0.1], seeds=[0, 1], epochs=300, hidden="identity",
                            output="identity")  # fmt: skip
    assert population.diverged.tolist() == [True, False]
    assert len(looks) <= 2


@pytest.mark.parametrize("late", [0, 1, 2])
def test_divergence_is_seen_at_its_very_epoch(late):
    options = {"hidden": "relu", "output": "identity"}
    n_steps = len(train_alone((2, 4, 1), X, Y, [1000], [0], 2000, **options)[1][0].loss)
    settings = {"learning_rates": [1000, 0.1], "seeds": 0, "epochs": n_steps - 1 + late, "n_records": 2}
    population = train_many((2, 4, 1), X, Y, **settings, **options)
    alone = train_alone((2, 4, 1), X, Y, [1000, 0.1], [0, 0], n_steps - 1 + late, **options)
    assert population.diverged.tolist() == [late > 0, False]
    assert_equal(population, *alone, rtol=1e-9)


def test_weight_decay_that_explodes_while_the_outputs_stay_bounded_is_seen():
    # each step multiplies W by 1 - 1000 * 0.01 = -9, and sigmoid outputs hide it from the errors
    options = {"l2": 0.01, "epochs": 400}
    population = train_many((2, 4, 1), X, Y, learning_rates=[1000.0, 0.5], seeds=[0, 1], **options)
    assert population.diverged.tolist() == [True, False]
    assert_equal(population, *train_alone((2, 4, 1), X, Y, [1000, 0.5], [0, 1], **options), rtol=1e-9)


@pytest.mark.parametrize(("output", "loss"), [("sigmoid", "binary_cross_entropy"), ("softmax", "cross_entropy")])
def test_logits_that_explode_are_seen_though_their_outputs_stay_bounded(output, loss):
    X, Y = draw_problem((2, 3, 3, 2), 5, output, np.random.default_rng(0))
    rates, seeds = np.array([1e7, 0.1, 1e9]), np.arange(3)
    options = {"hidden": "identity", "output": output, "loss": loss, "epochs": 200, "init": "normal"}
    population = train_many((2, 3, 3, 2), X, Y, learning_rates=rates, seeds=seeds, **options)
    _, histories = train_alone((2, 3, 3, 2), X, Y, rates, seeds, **options)
    assert population.diverged.tolist() == [history.diverged for history in histories]
    assert population.diverged.any()
    assert np.isfinite(population.thetas).all()
    assert np.isfinite(population.losses).all()


def test_a_start_whose_loss_is_infinite_has_diverged_before_the_first_step():
    huge = 1e200 * X
    population = train_many((2, 3, 1), huge, Y, learning_rates=1, seeds=[0, 1], output="identity", hidden="identity",
                            epochs=3)  # fmt: skip
    assert population.diverged.tolist() == [True, True]
    for k in range(2):
        np.testing.assert_array_equal(population.thetas[:, k], NeuralNetwork(2, 3, 1, rng=k).theta)
    assert (population.losses == np.inf).all()


def test_targets_so_large_that_zeros_diverge_too():
    population = train_many((2, 3, 1), X, 1e200 * Y, learning_rates=1, seeds=[0, 1], output="identity", epochs=3)
    assert population.diverged.all()
    np.testing.assert_array_equal(population.thetas[:, 1], NeuralNetwork(2, 3, 1, rng=1).theta)


def test_rates_and_seeds_broadcast_together_row_by_row():
    rates, seeds = np.array([0.1, 0.5]), np.array([4, 0, 9])
    grid = train_many((2, 4, 1), X, Y, learning_rates=rates[:, None], seeds=seeds, epochs=5)
    flat = train_many((2, 4, 1), X, Y, learning_rates=np.repeat(rates, 3), seeds=np.tile(seeds, 2), epochs=5)
    assert grid.thetas.tobytes() == flat.thetas.tobytes()
    one_rate = train_many((2, 4, 1), X, Y, learning_rates=0.5, seeds=seeds, epochs=5)
    np.testing.assert_allclose(one_rate.thetas, grid.thetas[:, 3:], rtol=1e-14)
    one_seed = train_many((2, 4, 1), X, Y, learning_rates=rates, seeds=4, epochs=5)
    np.testing.assert_allclose(one_seed.thetas, grid.thetas[:, [0, 3]], rtol=1e-14)
    assert train_many((2, 4, 1), X, Y, learning_rates=0.5, seeds=4, epochs=5).thetas.shape == (17, 1)


@pytest.mark.parametrize(
    ("epochs", "n_records", "expected"),
    [
        (6, 3, [0, 3, 6]),
        (10, 4, [0, 3, 6, 10]),
        (5, 2, [0, 5]),
        (3, 4, [0, 1, 2, 3]),
        (3, 101, [0, 1, 2, 3]),
        (0, 101, [0]),
    ],
)
def test_losses_are_written_down_at_evenly_spaced_epochs(epochs, n_records, expected):
    population = train_many((2, 4, 1), X, Y, learning_rates=0.5, seeds=[0, 1], epochs=epochs, n_records=n_records)
    assert population.epochs.tolist() == expected
    assert population.losses.shape == (len(expected), 2)
    for k in range(2):
        history = train(NeuralNetwork(2, 4, 1, rng=k), X, Y, epochs=epochs)
        np.testing.assert_allclose(population.losses[:, k], np.array(history.loss)[expected], rtol=1e-13)


def test_by_default_there_are_2000_epochs_and_101_records():
    population = train_many((2, 4, 1), X, Y, learning_rates=0.5, seeds=0)
    assert population.epochs.tolist() == list(range(0, 2001, 20))


def test_the_same_seeds_give_the_same_bytes_and_leave_the_data_as_they_were(chunk_of):
    chunk_of(4)
    before = X.tobytes(), Y.tobytes()
    rates, seeds = np.full(9, 0.5), np.arange(9)
    runs = [train_many((2, 4, 1), X, Y, learning_rates=rates, seeds=seeds, epochs=20) for _ in range(2)]
    assert runs[0].thetas.tobytes() == runs[1].thetas.tobytes()
    assert runs[0].losses.tobytes() == runs[1].losses.tobytes()
    runs[0].outputs(X)
    assert (X.tobytes(), Y.tobytes()) == before
    assert (rates.tolist(), seeds.tolist()) == ([0.5] * 9, list(range(9)))


def test_network_k_is_a_copy_with_the_names_of_the_population():
    population = train_many((2, 3, 2), X, np.hstack([Y, 1 - Y]), learning_rates=0.1, seeds=range(3), epochs=2,
                            hidden="relu", output="softmax", loss="cross_entropy")  # fmt: skip
    net = population.network(1)
    assert repr(net) == "NeuralNetwork(2, 3, 2, hidden='relu', output='softmax')"
    net.theta[:] = 0
    assert population.thetas[:, 1].any()
    expected = "Population(3 networks of (2, 3, 2), hidden='relu', output='softmax', epochs=2, diverged=0)"
    assert repr(population) == expected


def test_outputs_of_a_theta_that_overflows_are_quiet():
    population = train_many((2, 3, 1), X, Y, learning_rates=1, seeds=[0, 1], epochs=0, output="identity")
    population.thetas[:, 0] = 1e308
    A = population.outputs(1e300 * X)
    assert not np.isfinite(A[0]).all()
    assert np.isfinite(A[1]).all()


def test_memory_grows_only_by_what_is_returned():
    def peak(n_networks):
        tracemalloc.start()
        try:
            train_many((2, 4, 1), X, Y, learning_rates=0.5, seeds=np.arange(n_networks) % 50, epochs=100, n_records=2)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)  # what is loaded once
    returned = 8 * (17 + 2 + 1)  # bytes of theta, losses and n_steps for each network
    per_network = 8 * 6  # rates, seeds and the order they are drawn in
    chunk = 8 * population_chunks.CACHE
    assert peak(20_000) - peak(2_000) < 18_000 * (returned + per_network) + chunk


@pytest.mark.parametrize("n_networks", [1, 5])
def test_a_progress_bar_changes_nothing_but_standard_error(n_networks, capsys, chunk_of):
    chunk_of(2)
    options = {"learning_rates": 0.5, "seeds": range(n_networks), "epochs": 7, "n_records": 3}
    shown = train_many((2, 4, 1), X, Y, **options, progress=True)
    out, err = capsys.readouterr()
    n_epochs = 7 * -(-n_networks // 2)
    assert f"{n_epochs}/{n_epochs}" in err
    assert out == ""
    assert shown.thetas.tobytes() == train_many((2, 4, 1), X, Y, **options).thetas.tobytes()
    assert capsys.readouterr() == ("", "")


def test_a_sweep_counts_what_training_one_by_one_counts():
    sizes, rates, seeds = [2, 4], [0.5, 2.0], [0, 1, 2, 30]
    result = sweep(hidden_sizes=sizes, learning_rates=rates, seeds=seeds, epochs=150)
    expected = np.empty((2, 2, 4), bool)
    for i, n in enumerate(sizes):
        for j, rate in enumerate(rates):
            nets, _ = train_alone((2, n, 1), X, Y, [rate] * 4, seeds, 150)
            expected[i, j] = [solved(net.forward(X), Y) for net in nets]
            cell = success_rate(expected[i, j])
            assert (result.rate[i, j], result.low[i, j], result.high[i, j]) == cell[:3]
    np.testing.assert_array_equal(result.solved, expected)
    assert len({tuple(cell) for row in expected.tolist() for cell in row}) == 4  # no two cells could change places
    assert (result.hidden_sizes.tolist(), result.learning_rates.tolist()) == (sizes, rates)
    assert result.seeds.tolist() == seeds
    assert repr(result) == "Sweep(2 hidden sizes x 2 learning rates x 4 seeds)"


@pytest.mark.parametrize(
    "options",
    [
        {"l2": 0.02},
        {"hidden": "sigmoid"},
        {"output": "identity", "rate": 0.1},  # at 0.5 a start that differs by 1e-15 can end elsewhere
        {"loss": "binary_cross_entropy"},
        {"init": "normal"},
        {"epochs": 400},
    ],
    ids=str,
)
def test_a_sweep_hands_every_option_on(options):
    options = {"epochs": 150, "rate": 0.5, **options}
    rate = options.pop("rate")
    settings = {"hidden_sizes": [4], "learning_rates": [rate], "seeds": range(10)}
    nets, _ = train_alone((2, 4, 1), X, Y, [rate] * 10, range(10), **options)
    expected = [solved(net.forward(X), Y) for net in nets]
    assert sweep(**settings, **options).solved[0, 0].tolist() == expected
    assert sweep(**settings, epochs=150).solved[0, 0].tolist() != expected  # the option matters


def test_a_sweep_takes_other_data_and_shows_progress(capsys):
    data, targets = datasets.noisy_xor(10)
    classes = np.hstack([targets, 1 - targets])
    options = {"output": "softmax", "loss": "cross_entropy", "epochs": 300}
    result = sweep(data, classes, hidden_sizes=[3], learning_rates=[0.3], seeds=range(5), progress=True, **options)
    assert "300/300" in capsys.readouterr().err
    nets, _ = train_alone((2, 3, 2), data, classes, [0.3] * 5, range(5), **options)
    assert result.solved[0, 0].tolist() == [solved(net.forward(data), classes) for net in nets]


def test_more_hidden_units_solve_xor_more_often():
    result = sweep(hidden_sizes=[2, 8], learning_rates=[2.0], seeds=range(200))
    assert result.high[0, 0] < result.low[1, 0]


MANY = {"learning_rates": 0.5, "seeds": 0}
SWEEP = {"hidden_sizes": [2], "learning_rates": [0.5], "seeds": [0]}
ONE = "it may be one number, or an array of them"
SEQUENCE = "it may be a sequence of numbers"
RAGGED = "has rows of different lengths"


def many(sizes=(2, 4, 1), X=X, Y=Y, **options):
    return train_many(sizes, X, Y, **{**MANY, "epochs": 2, **options})


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: many(5), "sizes is 5; it may be two sizes or more, such as (2, 4, 1)"),
        (lambda: many((2,)), "sizes is (2,); it may be two sizes or more, input first and output last"),
        (lambda: many((2, 0, 1)), "sizes[1] is 0; it may be a whole number, 1 or more"),
        (lambda: many(X=X[:, :1]), "X has shape (4, 1); this network takes (n_samples, 2)"),
        (lambda: many(Y=Y[:3]), "Y has 3 rows; X has 4, and each sample takes one row in both"),
        (lambda: many(Y=Y * np.nan), "Y[0, 0] is nan; every entry may be a finite number"),
        (lambda: many(l2=-1), "l2 is -1; it may be a finite number, 0 or more"),
        (
            lambda: many(loss="cross_entropy"),
            "loss is 'cross_entropy', which takes output='softmax'; this network's output is 'sigmoid'",
        ),
        (
            lambda: many(hidden="softmax"),
            "hidden is 'softmax'; it may be one of 'identity', 'sigmoid', 'tanh', 'relu', 'softplus'",
        ),
        (lambda: many(init="xavier"), "init is 'xavier'; it may be one of 'normal', 'glorot', 'he', 'zeros'"),
        (lambda: many(epochs=-1), "epochs is -1; it may be a whole number, 0 or more"),
        (lambda: many(epochs=2.0), "epochs is 2.0; it may be a whole number, 0 or more"),
        (lambda: many(n_records=1), "n_records is 1; it may be a whole number, 2 or more"),
        (lambda: many(learning_rates=0), "learning_rates holds 0; every entry may be a finite number above 0"),
        (
            lambda: many(learning_rates=[1, -2]),
            "learning_rates holds -2; every entry may be a finite number above 0",
        ),
        (lambda: many(learning_rates=np.nan), "learning_rates[0] is nan; every entry may be a finite number"),
        (lambda: many(learning_rates=[1, np.inf]), "learning_rates[1] is inf; every entry may be a finite number"),
        (lambda: many(learning_rates="fast"), f"learning_rates is a str, not real numbers; {ONE}"),
        (lambda: many(learning_rates=None), f"learning_rates is None, not real numbers; {ONE}"),
        (lambda: many(learning_rates=[[1, 2], [3]]), f"learning_rates {RAGGED}; {ONE}"),
        (lambda: many(seeds=[0, -1]), "seeds holds -1; every entry may be a whole number, 0 or more"),
        (lambda: many(seeds=[0.5, 1]), "seeds holds float64; every entry may be a whole number, 0 or more"),
        (lambda: many(seeds=True), "seeds holds bool; every entry may be a whole number, 0 or more"),
        (lambda: many(seeds=None), f"seeds is None, not real numbers; {ONE}"),
        (lambda: many(seeds=np.random.default_rng(0)), f"seeds is a Generator, not real numbers; {ONE}"),
        (lambda: many(seeds=[[0], [1, 2]]), f"seeds {RAGGED}; {ONE}"),
        (
            lambda: many(seeds=[]),
            "learning_rates and seeds broadcast to shape (0,); they may give 1 network or more",
        ),
        (
            lambda: many(learning_rates=[1, 2], seeds=[0, 1, 2]),
            "learning_rates has shape (2,) and seeds (3,); the two may broadcast together",
        ),
        (lambda: many().network(1), "k is 1; this population has the networks 0 to 0"),
        (lambda: many().network(-1), "k is -1; it may be a whole number, 0 or more"),
        (lambda: many().network(0.0), "k is 0.0; it may be a whole number, 0 or more"),
        (lambda: many().outputs(X[:, :1]), "X has shape (4, 1); these networks take (n_samples, 2)"),
        (lambda: many().outputs(X + np.inf), "X[0, 0] is inf; every entry may be a finite number"),
        (lambda: sweep(X, **SWEEP), "Y is None; it may be given with X, or both left out for XOR"),
        (lambda: sweep(Y=Y, **SWEEP), "X is None; it may be given with Y, or both left out for XOR"),
        (lambda: sweep(X[0], Y, **SWEEP), "X has shape (2,); it may have two axes, samples first"),
        (lambda: sweep(X, Y[:, 0], **SWEEP), "Y has shape (4,); it may have two axes, samples first"),
        (lambda: sweep("xor", Y, **SWEEP), "X is a str, not real numbers; it may be (n_samples, n_inputs)"),
        (
            lambda: sweep(**{**SWEEP, "hidden_sizes": [2, 0]}),
            "hidden_sizes[1] is 0; it may be a whole number, 1 or more",
        ),
        (
            lambda: sweep(**{**SWEEP, "hidden_sizes": [2.0]}),
            "hidden_sizes[0] is 2.0; it may be a whole number, 1 or more",
        ),
        (lambda: sweep(**{**SWEEP, "hidden_sizes": 2}), f"hidden_sizes has shape (); {SEQUENCE}, 1 or more"),
        (lambda: sweep(**{**SWEEP, "hidden_sizes": [[2], [3, 4]]}), f"hidden_sizes {RAGGED}; {SEQUENCE}"),
        (
            lambda: sweep(**{**SWEEP, "learning_rates": [[0.5]]}),
            f"learning_rates has shape (1, 1); {SEQUENCE}, 1 or more",
        ),
        (lambda: sweep(**{**SWEEP, "seeds": []}), f"seeds has shape (0,); {SEQUENCE}, 1 or more"),
        (lambda: sweep(**{**SWEEP, "seeds": 7}), f"seeds has shape (); {SEQUENCE}, 1 or more"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message


def test_float32_populations_are_float32_networks():
    settings = {"learning_rates": 0.5, "seeds": range(4), "epochs": 200, "n_records": 3}
    single, double = (train_many((2, 4, 1), X, Y, dtype=dtype, **settings) for dtype in ("float32", "float64"))
    net = NeuralNetwork(2, 4, 1, rng=2, dtype="float32")
    train(net, X, Y, epochs=200)
    assert {a.dtype for a in (single.thetas, single.losses, single.outputs(X))} == {np.dtype(np.float32)}
    assert repr(single.network(2)) == repr(net)
    np.testing.assert_allclose(single.thetas[:, 2], net.theta, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(single.thetas, double.thetas, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(single.losses, double.losses, rtol=1e-4)
    with pytest.raises(ValueError, match="dtype is 'int'; it may be one of 'float64', 'float32'"):
        train_many((2, 4, 1), X, Y, dtype="int", **settings)


def test_a_float32_population_keeps_no_denormals_where_inputs_are_always_zero():
    wide, settings = np.hstack([X, np.zeros((4, 2))]), {"epochs": 5000, "l2": 0.1, "dtype": "float32"}
    population = train_many((4, 3, 1), wide, Y, learning_rates=0.5, seeds=range(3), **settings)
    assert not ((population.thetas != 0) & (np.abs(population.thetas) < np.finfo(np.float32).tiny)).any()


@pytest.mark.parametrize("where", ["step", "forward"])
def test_an_interrupt_leaves_the_last_whole_thetas(where, chunk_of, monkeypatch):
    chunk_of(4)
    settings = {"learning_rates": 0.5, "seeds": range(8), "n_records": 6}
    calls, method = [], getattr(population_chunks.Chunk, where)

    def interrupted(chunk):
        calls.append(1)
        if len(calls) == 30:
            chunk.thetas[1 - chunk.n_steps % 2][:3] = 7  # as a step that has not come to its end
            raise KeyboardInterrupt
        return method(chunk)

    monkeypatch.setattr(population_chunks.Chunk, where, interrupted)
    population = train_many((2, 4, 1), X, Y, epochs=50, **settings)
    monkeypatch.undo()
    taken = 29  # the first look forward is at the start
    assert population.n_steps.tolist() == [taken] * 4 + [0] * 4
    assert population.interrupted and "interrupted" in repr(population)
    for k in range(8):
        net = NeuralNetwork(2, 4, 1, rng=k)
        train(net, X, Y, epochs=taken if k < 4 else 0)
        np.testing.assert_allclose(population.thetas[:, k], net.theta, rtol=1e-12)
        np.testing.assert_allclose(population.losses[3:, k], net.loss(X, Y), rtol=1e-12)
    whole = train_many((2, 4, 1), X, Y, epochs=50, **settings)
    np.testing.assert_array_equal(population.losses[:3, :4], whole.losses[:3, :4])
    assert not whole.interrupted


def test_an_interrupt_ends_a_sweep(monkeypatch):
    def interrupted(chunk):
        raise KeyboardInterrupt

    monkeypatch.setattr(population_chunks.Chunk, "step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sweep(hidden_sizes=[2, 3], learning_rates=[0.5], seeds=range(3), epochs=10)
