"""The Playground's engine in a real Chromium: it draws the numbers that NumPy draws and trains as nnlib trains."""

import contextlib
import functools
from itertools import combinations, cycle, product
from typing import NamedTuple

import numpy as np
import pytest

import nnlib
from nnlib.optimizers import Adam, GradientDescent, Momentum, Nesterov, RMSProp
from nnlib.widgets.playground.stage import ENGINE
from nnlib.widgets.scripts import read_module

SOURCE = read_module(*ENGINE)
SEEDS = (0, 1, 5, 2**31 + 7, 2**40 + 3)
TOLERANCE = 1e-9  # of theta after 500 steps, relative

DRAW = """([seed, draws]) => {
  const rng = defaultRng(seed);
  return draws.map(([name, ...settings]) => rng[name](...settings));
}"""
START = "([sizes, init, seed]) => Array.from(startTheta(makeNetwork({ sizes, hidden: 'tanh' }), init, seed))"
DRAW_SET = """([name, n, noise, seed]) => {
  const { X, Y } = drawSet(name, n, noise, seed);
  return [Array.from(X), Array.from(Y)];
}"""
TRAIN = """([settings, data, validation, epochs]) => {
  const setOf = ([X, Y]) => makeSet(X, Y.flat());
  const run = startRun(settings, setOf(data), validation && setOf(validation));
  const thetas = epochs.map((epoch) => {
    advance(run, epoch - run.epoch);
    return Array.from(run.theta);
  });
  return { thetas, loss: lossOf(run), record: run.record, epoch: run.epoch, diverged: run.diverged };
}"""
REPEAT = """([settings, drawn, epochs]) => {
  const run = startRun(settings, drawn && drawSet(...drawn) || makeSet(CORNERS, TARGETS));
  advance(run, epochs);
  return [Array.from(run.theta), pythonOf([run])];
}"""


@contextlib.contextmanager
def loaded(browser, source):
    """Load `source` in an empty page, and yield a function that calls a JavaScript function there."""
    page = browser.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(error))
    page.add_script_tag(content=source)
    yield lambda function, *arguments: page.evaluate(function, list(arguments))
    page.close()
    assert complaints == []


@pytest.fixture(scope="module")
def call(browser):
    with loaded(browser, SOURCE) as call:
        yield call


@pytest.fixture
def call_with_fault(browser):
    """Return a function that loads the engine with a piece of its source replaced."""
    with contextlib.ExitStack() as stack:

        def load(right, wrong):
            assert SOURCE.count(right) == 1
            return stack.enter_context(loaded(browser, SOURCE.replace(right, wrong)))

        yield load


# ---- numbers from a seed

# All that a page draws, in every order: whole numbers take half of 64 bits and leave the other half for the next.
DRAWS = [
    *[["random"]] * 3, ["uniform", -0.5, 2.0], ["permutation", 7], ["permutation", 7], ["random"],
    ["permutation", 1], ["permutation", 2], ["permutation", 200], ["uniform", -3, -2], ["permutation", 1001],
    ["random"],
]  # fmt: skip


def drawn_by_numpy(seed):
    rng = np.random.default_rng(seed)
    return [np.asarray(getattr(rng, name)(*settings)).tolist() for name, *settings in DRAWS]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_generator_draws_what_numpy_draws_bit_for_bit(call, seed):
    assert call(DRAW, seed, DRAWS) == drawn_by_numpy(seed)


def test_normal_numbers_are_numpys_but_for_the_last_digits(call):
    largest = 0
    for seed in SEEDS:
        expected = np.random.default_rng(seed).standard_normal(5000)
        drawn = np.array(call("([seed]) => Array.from({ length: 5000 }, defaultRng(seed).normal)", seed))
        assert np.abs(drawn - expected).max() <= 1e-13
        largest = max(largest, np.abs(expected).max())
    assert largest > 3.66  # the tail, which is drawn otherwise, has been met


@pytest.mark.parametrize("sizes", [[2, 1], [2, 3, 1], [2, 5, 4, 1]], ids=str)
@pytest.mark.parametrize("init", ["glorot", "normal", "he", "zeros"])
def test_a_network_starts_where_pythons_starts(call, init, sizes):
    tolerance = 1e-13 if init in ("normal", "he") else 0
    for seed in SEEDS:
        expected = nnlib.NeuralNetwork(*sizes, init=init, rng=seed).theta
        np.testing.assert_allclose(call(START, sizes, init, seed), expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("name", ["noisy_xor", "moons", "circles", "spirals"])
def test_data_are_pythons(call, name):
    for n, noise, seed in product([1, 7, 200], [0, 0.15], [0, 2**40 + 3]):
        X, Y = getattr(nnlib.datasets, name)(n, noise=noise, rng=seed)
        points, labels = call(DRAW_SET, name, n, noise, seed)
        np.testing.assert_allclose(points, X.ravel(), rtol=0, atol=1e-12)
        assert labels == Y.ravel().tolist()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("spare = high;", ""),
        ("stir(entry, 0x931e8875)", "stir(entry, 0x931e8874)"),
        ("turn = state >> 122n", "turn = state >> 121n"),
        ("i > 0; i--", "i > 1; i--"),
    ],
)
def test_a_fault_of_the_generator_is_caught(call_with_fault, right, wrong):
    assert call_with_fault(right, wrong)(DRAW, 5, DRAWS) != drawn_by_numpy(5)


# ---- what is said of four outputs

TARGETS = np.array([0, 1, 1, 0])


def states():
    """Yield outputs at the four corners: solved, each plateau, saturated, and 500 by chance."""
    yield from ([0.1, 0.9, 0.8, 0.25], [0, 1, 1, 0], [0.39, 0.61, 0.61, 0.39], [0.5] * 4, [0.41, 0.9, 0.9, 0.1])
    for size in (2, 3, 4):
        for shared in map(list, combinations(range(4), size)):
            for shift in (0, 0.04, -0.04, 0.06):
                outputs = TARGETS.astype(float)
                outputs[shared] = TARGETS[shared].mean()
                yield (outputs + shift).tolist()
    for corners in product([0.02, 0.97], repeat=4):
        yield list(corners)
    rng = np.random.default_rng(0)
    yield from rng.random((250, 4)).tolist()
    yield from np.clip(TARGETS + rng.normal(scale=0.4, size=(250, 4)), 0, 1).tolist()


def test_a_state_is_named_as_python_names_it(call):
    outputs = list(states())
    sentences = call("([outputs]) => outputs.map(diagnose)", outputs)
    expected = [nnlib.diagnose(four) for four in outputs]
    assert sentences == [diagnosis.sentence for diagnosis in expected]
    plateaus = {"plateau 1/4", "plateau 1/6", "plateau 1/8"}
    assert {diagnosis.name for diagnosis in expected} == plateaus | {"solved", "saturated", "on its way"}


# ---- training


class Case(NamedTuple):
    """One training."""

    hidden: str
    loss: str
    optimizer: str
    rate: float
    sizes: tuple
    data: str
    batch_size: int | None = None
    l2: float = 0.0
    init: str = "glorot"
    seed: int = 0

    def __str__(self):
        return "-".join(map(str, self)).replace(" ", "")


OPTIMIZERS = {"gd": GradientDescent, "momentum": Momentum, "nesterov": Nesterov, "rmsprop": RMSProp, "adam": Adam}
# Elsewhere a training can be chaotic, RMSProp where its gradient vanishes above all: then a start that is off by its
# last bit ends far away in Python, too. With these rates and data it ends within 1e-13.
RATES = {"gd": 0.3, "momentum": 0.05, "nesterov": 0.05, "rmsprop": 0.005, "adam": 0.01}
DATA = {
    "xor": nnlib.datasets.xor(),
    "noisy_xor": nnlib.datasets.noisy_xor(100, rng=1),
    "moons": nnlib.datasets.moons(60, rng=2),
    "spirals": nnlib.datasets.spirals(100, rng=3),
}
# Every activation with every loss and optimizer; what else there is comes round in cycles of other lengths.
EVERY = product(["tanh", "sigmoid", "relu", "softplus", "identity"], ["mse", "binary_cross_entropy"], OPTIMIZERS)
LAYOUTS = [(2, 4, 1), (2, 5, 3, 1), (2, 3, 6, 1)]
PROBLEMS = [
    ("xor", None), ("spirals", 32), ("moons", None), ("xor", 3), ("moons", 59), ("noisy_xor", 32), ("moons", 7),
]  # fmt: skip
CASES = [
    *(
        Case(hidden, loss, optimizer, RATES[optimizer], sizes, *problem, l2)
        for (hidden, loss, optimizer), sizes, problem, l2 in zip(
            EVERY, cycle(LAYOUTS), cycle(PROBLEMS), cycle([1e-3, 0.0, 0.0, 1e-3]), strict=False
        )
    ),
    Case("tanh", "mse", "gd", 1.0, (2, 1), "noisy_xor"),  # no hidden layer
    Case("tanh", "binary_cross_entropy", "gd", 1.0, (2, 1), "moons", 16, 1e-3),
    Case("tanh", "mse", "adam", 0.02, (2, 1), "xor", 3),
    Case("tanh", "mse", "gd", 2.0, (2, 2, 1), "xor", init="normal", seed=7),
    Case("tanh", "mse", "momentum", 0.1, (2, 8, 8, 1), "spirals", l2=1e-4),
    Case("relu", "binary_cross_entropy", "adam", 0.005, (2, 8, 8, 1), "moons", 16, init="he", seed=3),
    Case("sigmoid", "binary_cross_entropy", "nesterov", 0.1, (2, 3, 3, 3, 1), "xor", 1, init="normal", seed=4),
    Case("softplus", "mse", "rmsprop", 0.01, (2, 1, 1), "spirals", 99, 1e-2, "he", 2**40 + 3),
    Case("tanh", "mse", "gd", 0.5, (2, 4, 1), "moons", 7, init="zeros"),
    Case("identity", "mse", "gd", 0.5, (2, 1, 2, 1), "moons", 1000),  # a batch larger than the data
]


def settings_of(case, **others):
    """Return the case as the page's settings."""
    names = {"learning_rate": case.rate, "batch_size": case.batch_size or 0, "sizes": list(case.sizes)}
    settings = {key: value for key, value in case._asdict().items() if key not in ("rate", "data")}
    return {**settings, **names, **others}


def epochs_of(case):
    """Return the epochs at which theta is compared; the last is that of step 500."""
    n_samples = len(DATA[case.data][0])
    steps = -(-n_samples // min(case.batch_size or n_samples, n_samples))
    return sorted({1, 10, min(100, 500 // steps), 500 // steps} - {0})


def train_in_python(case, X, Y, epochs, **options):
    """Return the trained network and its history."""
    net = nnlib.NeuralNetwork(*case.sizes, hidden=case.hidden, init=case.init, rng=case.seed)
    optimizer = OPTIMIZERS[case.optimizer](case.rate)
    terms = {"loss": case.loss, "batch_size": case.batch_size, "rng": case.seed, "l2": case.l2}
    return net, nnlib.train(net, X, Y, optimizer=optimizer, epochs=epochs, **terms, **options)


def train_in_page(call, case, X, Y, epochs, validation=None):
    """Train in the page from Python's start, on Python's data, sent as numbers."""
    theta = nnlib.NeuralNetwork(*case.sizes, init=case.init, rng=case.seed).theta.tolist()
    validation = validation and [array.tolist() for array in validation]
    return call(TRAIN, settings_of(case, theta=theta), [X.tolist(), Y.tolist()], validation, epochs)


@functools.cache
def expected_thetas(case):
    epochs = epochs_of(case)
    _, history = train_in_python(case, *DATA[case.data], epochs[-1], snapshots=epochs)
    return np.array([history.snapshots[epoch] for epoch in epochs])


def error_of(call, case):
    """Return how far the page's theta is from Python's: the largest relative error, tiny entries by the largest."""
    expected = expected_thetas(case)
    thetas = np.array(train_in_page(call, case, *DATA[case.data], epochs_of(case))["thetas"])
    largest = np.abs(expected).max(axis=1, keepdims=True)
    return np.max(np.abs(thetas - expected) / np.maximum(np.abs(expected), 1e-2 * largest))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_theta_is_pythons_after_every_step(call, case):
    assert np.ptp(expected_thetas(case), axis=0).max() > 1e-3  # it has gone somewhere
    assert error_of(call, case) <= TOLERANCE


def test_from_seeds_alone_both_sides_come_to_the_same(call):
    case = Case("tanh", "mse", "adam", 0.01, (2, 4, 1), "noisy_xor", 32, init="normal", seed=5)
    net, _ = train_in_python(case, *nnlib.datasets.noisy_xor(100, noise=0.2, rng=9), 125)
    theta, _ = call(REPEAT, settings_of(case), ["noisy_xor", 100, 0.2, 9], 125)
    np.testing.assert_allclose(theta, net.theta, rtol=TOLERANCE, atol=0)


@pytest.mark.parametrize(
    "case",
    [
        Case("softplus", "binary_cross_entropy", "nesterov", 0.05, (2, 3, 2, 1), "moons", 16, 1e-3, "he", 3),
        Case("tanh", "mse", "adam", 0.01, (2, 4, 1), "spirals"),
        Case("tanh", "mse", "gd", 0.5, (2, 4, 1), "xor", init="normal", seed=2**40 + 3),
    ],
    ids=str,
)
@pytest.mark.parametrize("has_theta", [False, True])
def test_the_lines_of_python_that_the_page_gives_repeat_its_run(call, case, has_theta):
    start = {"theta": np.linspace(-1, 1, nnlib.NeuralNetwork(*case.sizes).theta.size).tolist()} if has_theta else {}
    settings = settings_of(case, data=case.data, noise=0.2, n_samples=70, **start)
    drawn = None if case.data == "xor" else [case.data, 70, 0.2, 0]
    theta, text = call(REPEAT, settings, drawn, 57)
    names = {"print": lambda history: None}
    exec(text, names)
    assert len(names["history"].loss) == 58
    np.testing.assert_allclose(theta, names["net"].theta, rtol=TOLERANCE, atol=0)


FAULTS = {
    "tanh's slope": ("slope: (a) => `(1 - ${a} * ${a})`", "slope: (a) => `(1 + ${a} * ${a})`"),
    "sigmoid's slope": ("slope: (a) => `(1 - ${a}) * ${a}`", "slope: (a) => `(1 - ${a})`"),
    "relu's slope": ("(${a} > 0 ? 1 : 0)", "1"),
    "softplus's slope": ("`-Math.expm1(-${a})`", "`Math.tanh(${a})`"),
    "tanh's series": ("1 - q * (1 / 3", "1 - q * (1 / 2"),
    "the mean over samples": ("* share;", ";"),
    "the 2 of mse": ("`2 * (a - y) * ${slope}`", "`(a - y) * ${slope}`"),
    "a transposed weight": ("_${k} = theta[${W + j * nOut + k}];", "_${k} = theta[${W + k * nIn + j}];"),
    "one sample for all of a block": ("`a${l}_${j}_${s} * ${dZ(k, s)}`", "`a${l}_${j}_0 * ${dZ(k, s)}`"),
    "biases that stay": ("`dtheta[${b + k}] += ${sum(block, (s) => dZ(k, s))};`", "``"),
    "weight decay": ("dtheta[k] += l2 * theta[k]", "dtheta[k] += 2 * l2 * theta[k]"),
    "momentum": ("const MU = 0.9;", "const MU = 0.8999;"),
    "Nesterov's lead": ("theta[k] += MU * v[k] - rate * g[k];", "theta[k] += MU * v[k];"),
    "RMSProp's share": ("const RHO = 0.9;", "const RHO = 0.99;"),
    "RMSProp's eps": ("(Math.sqrt(s[k]) + EPS)", "Math.sqrt(s[k] + EPS)"),
    "Adam's second share": ("= [0.9, 0.999];", "= [0.9, 0.99];"),
    "Adam's correction": ("EPS * correction", "EPS"),
    "no shuffle": ("run.rng.permutation(data.n)", "range(data.n)"),
    "a last batch of full size": ("takeStep(run, batch.X, batch.Y, n)", "takeStep(run, batch.X, batch.Y, size)"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_training_is_caught(call_with_fault, fault):
    call = call_with_fault(*FAULTS[fault])
    in_turns = [case for k in range(7) for case in CASES[k::7]]  # each activation and optimizer comes soon
    assert any(not error_of(call, case) <= TOLERANCE for case in in_turns)


# ---- losses on record

LOSS_CASES = [
    Case("tanh", "mse", "gd", 0.5, (2, 4, 1), "moons"),
    Case("softplus", "binary_cross_entropy", "adam", 0.001, (2, 5, 3, 1), "spirals", l2=1e-2),
    Case("relu", "mse", "momentum", 0.05, (2, 3, 1), "xor", l2=1e-3),
]


@pytest.mark.parametrize("case", LOSS_CASES, ids=str)
def test_losses_on_record_are_the_historys(call, case):
    X, Y = DATA[case.data]
    validation = nnlib.datasets.moons(31, rng=8)
    net, history = train_in_python(case, X, Y, 2100, validation=validation)
    run = train_in_page(call, case, X, Y, [2100], validation)
    record = {name: np.array(values) for name, values in run["record"].items()}
    assert record["stride"] == 4 and record["epoch"].tolist() == list(range(0, 2100, 4))  # thinned out twice
    np.testing.assert_allclose(record["loss"], np.array(history.loss)[record["epoch"]], rtol=TOLERANCE)
    expected = np.array(history.validation_loss)[record["epoch"]]
    np.testing.assert_allclose(record["validation_loss"], expected, rtol=TOLERANCE)
    np.testing.assert_allclose(run["loss"], net.loss(X, Y, case.loss, case.l2), rtol=TOLERANCE)


def test_with_batches_the_record_holds_the_loss_over_all_samples(call):
    case = Case("tanh", "binary_cross_entropy", "gd", 0.2, (2, 4, 1), "moons", 16, 1e-2)
    X, Y = DATA["moons"]
    net, history = train_in_python(case, X, Y, 50, snapshots=range(50))
    record = train_in_page(call, case, X, Y, [50])["record"]
    assert record["epoch"] == list(range(50)) and record["validation_loss"] == [None] * 50
    for epoch, loss in zip(record["epoch"], record["loss"], strict=True):
        net.theta = history.snapshots[epoch]
        np.testing.assert_allclose(loss, net.loss(X, Y, case.loss, case.l2), rtol=TOLERANCE)


# ---- divergence

DIVERGENT = [
    Case("relu", "binary_cross_entropy", "gd", 1e4, (2, 4, 1), "moons"),
    Case("relu", "binary_cross_entropy", "gd", 1e100, (2, 4, 1), "noisy_xor", 32),  # within its first epoch
    Case("identity", "binary_cross_entropy", "gd", 1e3, (2, 3, 3, 1), "spirals", 7),
    Case("tanh", "binary_cross_entropy", "nesterov", 1e308, (2, 2, 1), "xor", init="normal"),
    Case("tanh", "mse", "gd", 3.0, (2, 2, 1), "xor", l2=1e3),
    Case("softplus", "mse", "momentum", 3.0, (2, 2, 1), "xor", 3, l2=1e3),
]


@pytest.mark.parametrize("pace", [1, 3, 100])  # epochs between two looks at the loss: a page stops for each frame
@pytest.mark.parametrize("case", DIVERGENT, ids=str)
def test_a_run_that_diverges_keeps_the_theta_that_python_keeps(call, case, pace):
    X, Y = DATA[case.data]
    run = train_in_page(call, case, X, Y, list(range(pace, 101, pace)))
    net, history = train_in_python(case, X, Y, run["epoch"])
    assert run["diverged"] and history.diverged
    assert np.isfinite(net.theta).all() and run["epoch"] < 100
    np.testing.assert_allclose(run["thetas"][-1], net.theta, rtol=TOLERANCE)
    np.testing.assert_allclose(run["loss"], history.loss[-1], rtol=TOLERANCE)
    assert np.isfinite(run["record"]["loss"]).all()
