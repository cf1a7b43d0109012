import copy
import pickle
from fractions import Fraction

import numpy as np
import pytest

from nnlib import NeuralNetwork, datasets, optimizers
from nnlib.optimizers import CHUNK, FLUSH_EVERY, Adam, GradientDescent, Momentum, Nesterov, RMSProp

KINDS = (GradientDescent, Momentum, Nesterov, RMSProp, Adam)


def test_a_step_goes_against_the_gradient_in_place():
    theta, dtheta = np.array([1.0, -2.0, 0.5]), np.array([4.0, 0.0, -1.0])
    view = theta[:2]
    assert GradientDescent(0.25).step(theta, dtheta) is None
    assert theta.tolist() == [0, -2, 0.75]
    assert view.tolist() == [0, -2]
    assert dtheta.tolist() == [4, 0, -1]


def test_the_default_rate_is_one_half():
    assert GradientDescent() == GradientDescent(0.5)


def test_it_shows_and_keeps_its_rate():
    optimizer = GradientDescent(0.1)
    assert repr(optimizer) == "GradientDescent(learning_rate=0.1)"
    with pytest.raises(AttributeError):
        optimizer.learning_rate = 1.0


@pytest.mark.parametrize(("rate", "factor"), [(0.5, 0.5), (1.5, -0.5), (3.0, -2.0)])
def test_on_a_parabola_the_rate_decides_what_becomes_of_the_distance(rate, factor):
    # L = theta^2 / 2 has the slope theta: each step multiplies theta by 1 - rate
    theta = np.array([8.0])
    for _ in range(3):
        GradientDescent(rate).step(theta, theta.copy())
    assert theta[0] == 8 * factor**3


# The five papers' formulas, written once more without the library, a number at a time and nothing folded.


def textbook_descent(theta, gradients, rate):
    for g in gradients:
        theta = theta - rate * g
    return theta


def textbook_momentum(theta, gradients, rate, momentum):
    v = 0.0
    for g in gradients:
        v = momentum * v - rate * g
        theta = theta + v
    return theta


def textbook_nesterov(theta, gradients, rate, momentum):
    v = 0.0
    for g in gradients:
        v = momentum * v - rate * g
        theta = theta + momentum * v - rate * g
    return theta


def textbook_rmsprop(theta, gradients, rate, rho, eps):
    s = 0.0
    for g in gradients:
        s = rho * s + (1 - rho) * g**2
        theta = theta - rate * g / (np.sqrt(s) + eps)
    return theta


def textbook_adam(theta, gradients, rate, beta1, beta2, eps, decay=0.0):
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
        theta = theta - rate * decay * theta - rate * m_hat / (np.sqrt(v_hat) + eps)
    return theta


TEXTBOOK = [  # eps is large here, so that its place in the formula can be seen
    (GradientDescent(0.3), textbook_descent, (0.3,)),
    (Momentum(0.3, 0.8), textbook_momentum, (0.3, 0.8)),
    (Nesterov(0.3, 0.8), textbook_nesterov, (0.3, 0.8)),
    (RMSProp(0.3, 0.7, 0.05), textbook_rmsprop, (0.3, 0.7, 0.05)),
    (Adam(0.3, 0.8, 0.95, 0.05), textbook_adam, (0.3, 0.8, 0.95, 0.05)),
    (Adam(0.3, 0.8, 0.95, 0.05, decay=0.2), textbook_adam, (0.3, 0.8, 0.95, 0.05, 0.2)),
]
NAMES = [repr(optimizer) for optimizer, *_ in TEXTBOOK]


def moved(optimizer, theta, gradients):
    """Return where a fresh copy of `optimizer` takes a copy of `theta`."""
    optimizer, theta = copy.deepcopy(optimizer), theta.copy()
    for g in gradients:
        optimizer.step(theta, g)
    return theta


def test_nesterov_takes_the_gradient_where_the_velocity_leads():
    # The form of 1983, on L = theta^2 / 2: phi is the point before the lead, theta = phi + momentum * v the point seen.
    phi, v, theta, optimizer = 1.0, 0.0, np.array([1.0]), Nesterov(0.1, 0.6)
    for _ in range(5):
        v = 0.6 * v - 0.1 * (phi + 0.6 * v)
        phi += v
        optimizer.step(theta, theta.copy())
        np.testing.assert_allclose(theta, phi + 0.6 * v, rtol=1e-14)


def test_one_entry_over_three_steps_by_hand():
    # Gradients 1, 2, -1 from theta = 0, each line worked out on paper.
    gradients = [np.array([g]) for g in (1.0, 2.0, -1.0)]
    by_hand = {
        GradientDescent(0.1): -0.1 - 0.2 + 0.1,
        Momentum(0.1, 0.5): -0.1 - 0.25 - 0.025,
        Nesterov(0.1, 0.5): -0.15 - 0.325 + 0.0875,  # mu v - rate g with the same v
    }
    # rho = 0.5: s = 0.5, 2.25, 1.625; steps g / sqrt(s)
    by_hand[RMSProp(0.1, 0.5, 1e-300)] = -0.1 * (1 / 0.5**0.5 + 2 / 1.5 - 1 / 1.625**0.5)
    # beta1 = beta2 = 0.5: m = 0.5, 1.25, 0.125 and v = s; divided by 0.5, 0.75, 0.875
    by_hand[Adam(0.1, 0.5, 0.5, 1e-300)] = -0.1 * (
        1 + (1.25 / 0.75) / 3**0.5 + (0.125 / 0.875) / (1.625 / 0.875) ** 0.5
    )
    for optimizer, end in by_hand.items():
        np.testing.assert_allclose(moved(optimizer, np.zeros(1), gradients), [end], rtol=1e-13)


@pytest.mark.parametrize(("optimizer", "textbook", "numbers"), TEXTBOOK, ids=NAMES)
@pytest.mark.parametrize("n_params", [1, 3, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 7])
def test_every_step_is_the_textbook_formula_also_across_the_borders_of_a_chunk(optimizer, textbook, numbers, n_params):
    rng = np.random.default_rng(n_params)
    theta, gradients = rng.standard_normal(n_params), rng.standard_normal((3, n_params))
    for n_steps in (1, 2, 3):
        expected = textbook(theta, gradients[:n_steps], *numbers)
        np.testing.assert_allclose(moved(optimizer, theta, gradients[:n_steps]), expected, rtol=1e-11, atol=1e-13)


def quadratic_bowl(theta):
    return 0.5 * theta.dot(theta), theta.copy()


def ravine(theta):
    curvature = np.array([100.0, 1.0])
    return 0.5 * (curvature * theta).dot(theta), curvature * theta


class XOR:
    """The loss of a 2-8-1 network."""

    def __init__(self):
        self.net = NeuralNetwork(2, 8, 1, rng=1)
        self.problem = self.net.check_problem(*datasets.xor(), "binary_cross_entropy", 0.0)

    def __call__(self, theta):
        self.net.theta = theta
        return self.net.loss_and_gradient_unchecked(*self.problem)


PROBLEMS = {
    "bowl": (quadratic_bowl, np.array([3.0, -2.0])),
    "ravine": (ravine, np.array([1.0, 1.0])),
    "xor": (XOR(), NeuralNetwork(2, 8, 1, rng=1).theta.copy()),
}
# The rate that suits each optimizer on each problem: bowl, ravine, xor.
RATES = {
    GradientDescent: (0.5, 0.018, 2.0),
    Momentum: (0.1, 0.01, 0.3),
    Nesterov: (0.1, 0.005, 0.3),
    RMSProp: (0.01, 0.01, 0.01),
    Adam: (0.1, 0.1, 0.03),
}


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_optimizer_solves_every_problem(kind, problem):
    function, theta = PROBLEMS[problem]
    theta, optimizer = theta.copy(), kind(RATES[kind][list(PROBLEMS).index(problem)])
    start = function(theta)[0]
    for _ in range(1500):
        optimizer.step(theta, function(theta)[1])
    assert start > 0.5
    # RMSProp ends in steps as long as its rate: near the bottom, not in it.
    assert function(theta)[0] < (5e-3 if kind is RMSProp else 2e-3)


def test_momentum_crosses_a_ravine_sooner_than_plain_steps():
    losses = []
    for optimizer in (GradientDescent(0.018), Momentum(0.018, 0.8), Nesterov(0.009, 0.8)):
        theta = np.ones(2)
        for _ in range(150):
            optimizer.step(theta, ravine(theta)[1])
        losses.append(ravine(theta)[0])
    assert max(losses[1:]) < 1e-3 * losses[0]


def test_the_state_goes_on_for_the_same_theta_and_starts_afresh_for_another():
    for optimizer, textbook, numbers in TEXTBOOK:
        optimizer, gradients = copy.deepcopy(optimizer), np.random.default_rng(3).standard_normal((4, 5))
        first, second = np.ones(5), np.ones(5)
        optimizer.step(first, gradients[0])
        optimizer.step(first, gradients[1])
        np.testing.assert_allclose(first, textbook(np.ones(5), gradients[:2], *numbers), rtol=1e-12)
        optimizer.step(second, gradients[0])
        np.testing.assert_allclose(second, textbook(np.ones(5), gradients[:1], *numbers), rtol=1e-12)
        went_on = first.copy()
        optimizer.step(first, gradients[2])  # the first again, after another: afresh
        np.testing.assert_allclose(first, textbook(went_on, gradients[2:3], *numbers), rtol=1e-12)


def test_another_theta_may_have_another_size_and_dtype():
    optimizer = Adam(0.1)
    for theta in (np.ones(3), np.ones(5, np.float32), np.ones(CHUNK + 1), np.ones(2)):
        optimizer.step(theta, np.ones_like(theta))
        np.testing.assert_allclose(theta, 0.9, rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_two_optimizers_share_no_state(kind):
    alone, theta, other = np.ones(3), np.ones(3), np.ones(3)
    first, second, third = kind(), kind(), kind()
    for _ in range(3):
        first.step(alone, np.ones(3))
        second.step(theta, np.ones(3))
        third.step(other, -np.ones(3))
    assert theta.tobytes() == alone.tobytes()
    assert first == second
    assert hash(first) == hash(second)


@pytest.mark.parametrize("optimizer", [optimizer for optimizer, *_ in TEXTBOOK], ids=NAMES)
@pytest.mark.parametrize("take", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])
def test_a_copied_pair_of_network_and_optimizer_goes_on_together(optimizer, take):
    gradients, net = np.random.default_rng(0).standard_normal((4, 17)), NeuralNetwork(2, 4, 1, rng=0)
    optimizer = copy.deepcopy(optimizer)
    for g in gradients[:2]:
        optimizer.step(net.theta, g)
    twin, twins_optimizer = take((net, optimizer))
    for g in gradients[2:]:
        optimizer.step(net.theta, g)
        twins_optimizer.step(twin.theta, g)
    assert twin.theta.tobytes() == net.theta.tobytes()


@pytest.mark.parametrize("number", [float, np.float64, np.float32, Fraction])
@pytest.mark.parametrize("kind", KINDS)
def test_float32_stays_float32_whatever_numbers_it_is_given(kind, number):
    names = [name for name in ("momentum", "rho", "beta1", "beta2", "eps", "decay") if hasattr(kind, name)]
    numbers = {name: number(0.5) for name in names}
    optimizer, plain = kind(number(0.25), **numbers), kind(0.25, **dict.fromkeys(names, 0.5))
    gradients = np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32)
    theta, twin = np.ones(5, np.float32), np.ones(5, np.float32)
    for g in gradients:
        optimizer.step(theta, g)
        plain.step(twin, g)
    assert theta.dtype == optimizer._state["moments"].dtype == optimizer._state["scratch"].dtype == np.float32
    assert theta.tobytes() == twin.tobytes()
    assert repr(optimizer) == repr(plain)


@pytest.mark.parametrize(("optimizer", "textbook", "numbers"), TEXTBOOK, ids=NAMES)
def test_float32_is_the_formula_to_its_own_precision(optimizer, textbook, numbers):
    rng = np.random.default_rng(1)
    theta, gradients = rng.standard_normal(50).astype(np.float32), rng.standard_normal((3, 50)).astype(np.float32)
    expected = textbook(theta.astype(float), gradients.astype(float), *numbers)
    np.testing.assert_allclose(moved(optimizer, theta, gradients), expected, rtol=1e-5, atol=1e-6)


def denormals(values):
    return int(((values != 0) & (np.abs(values) < np.finfo(values.dtype).tiny)).sum())


@pytest.mark.parametrize("n_params", [10, CHUNK + 10])
@pytest.mark.parametrize("optimizer", [Momentum(), Nesterov(), RMSProp(), Adam(), Adam(beta2=0.9)], ids=repr)
def test_no_denormals_are_left_after_a_gradient_has_died(optimizer, n_params):
    optimizer, theta, dead = copy.deepcopy(optimizer), np.ones(n_params, np.float32), np.zeros(n_params, np.float32)
    optimizer.step(theta, np.geomspace(1e-18, 1, n_params, dtype=np.float32))
    met = 0
    for n_steps in range(5000):
        optimizer.step(theta, dead)
        met += n_steps >= FLUSH_EVERY and denormals(optimizer._state["moments"])
    assert met == 0


@pytest.mark.parametrize("optimizer", [GradientDescent(0.5), Momentum(0.1), Adam(0.001, decay=100.0)], ids=repr)
def test_no_denormals_are_left_in_weights_that_only_decay(optimizer):
    theta, optimizer = np.ones(10, np.float32), copy.deepcopy(optimizer)
    decays = 0 if isinstance(optimizer, Adam) else np.float32(0.1)
    for _ in range(5000):
        optimizer.step(theta, decays * theta)
    assert theta.tolist() == [0] * 10


@pytest.mark.parametrize("optimizer", [RMSProp(0.001, eps=1e-30), Adam(0.001, eps=1e-30)], ids=repr)
def test_gradients_may_be_tiny_for_long(optimizer):
    # Moments swept away at a fixed 1e-30 would make the step after each sweep ten times too long.
    theta, steps = np.zeros(1), []
    for _ in range(3 * FLUSH_EVERY):
        before = theta.copy()
        optimizer.step(theta, np.array([1e-16]))
        steps.append(before - theta)
    np.testing.assert_allclose(steps[FLUSH_EVERY:], 0.001, rtol=1e-3)


NO_RATE = "it may be a finite number above 0"
NO_SHARE = "it may be a number from 0 to below 1"
BAD = [
    *((kind, {"learning_rate": rate}, f"learning_rate is {rate!r}; {NO_RATE}")
      for kind in KINDS for rate in (0, -0.1, np.nan, np.inf, "0.1", None, True, 1j)),
    *((kind, {"momentum": share}, f"momentum is {share!r}; {NO_SHARE}")
      for kind in (Momentum, Nesterov) for share in (1, 1.5, -0.1)),
    (Momentum, {"momentum": None}, "momentum is None; it may be a finite number"),
    (RMSProp, {"rho": 1.0}, f"rho is 1.0; {NO_SHARE}"),
    (RMSProp, {"eps": 0}, f"eps is 0; {NO_RATE}"),
    (Adam, {"beta1": -0.5}, f"beta1 is -0.5; {NO_SHARE}"),
    (Adam, {"beta2": 1}, f"beta2 is 1; {NO_SHARE}"),
    (Adam, {"beta2": np.nan}, "beta2 is nan; it may be a finite number"),
    (Adam, {"eps": -1e-8}, f"eps is -1e-08; {NO_RATE}"),
    (Adam, {"decay": -0.1}, "decay is -0.1; it may be a finite number, 0 or more"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "numbers", "message"), BAD, ids=[f"{kind.__name__}-{text}" for kind, _, text in BAD])
def test_bad_numbers_are_refused_by_name(kind, numbers, message):
    with pytest.raises(ValueError) as caught:
        kind(**numbers)
    assert str(caught.value) == message


@pytest.mark.parametrize("name", [kind.__name__ for kind in KINDS])
def test_every_optimizer_says_what_it_is(name):
    kind = getattr(optimizers, name)
    assert kind() == kind()
    assert repr(kind()).startswith(f"{name}(learning_rate=")
    assert eval(repr(kind())) == kind()


@pytest.mark.parametrize("kind", KINDS)
def test_a_gradient_of_another_shape_is_refused_and_moves_nothing(kind):
    optimizer, theta = kind(), np.ones(3)
    for dtheta in (np.ones(2), np.ones((3, 1)), np.ones(())):
        with pytest.raises(ValueError, match="dtheta has shape .*; this theta takes \\(3,\\)"):
            optimizer.step(theta, dtheta)
    optimizer.step(theta, np.ones(3))
    with pytest.raises(ValueError, match="dtheta has shape \\(4,\\); this theta takes \\(3,\\)"):
        optimizer.step(theta, np.ones(4))
    before = theta.copy()
    optimizer.step(theta, np.ones(3))
    assert (theta < before).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_theta_that_is_no_one_piece_moves_too(kind):
    wide, plain, optimizer, twin = np.ones(6), np.ones(3), kind(), kind()
    theta = wide[::2]
    for g in np.random.default_rng(0).standard_normal((3, 3)):
        optimizer.step(theta, g)
        twin.step(plain, g)
    np.testing.assert_allclose(wide[::2], plain, rtol=1e-12)
    assert (wide[1::2] == 1).all()


FLAT = "it may be an array of floats, shape (n_params,)"
BAD_VECTORS = [
    (np.zeros((2, 2)), np.ones((2, 2)), "theta has shape (2, 2); it may be (n_params,), such as theta.reshape(-1)"),
    (np.zeros(()), np.ones(()), "theta has shape (); it may be (n_params,), such as theta.reshape(-1)"),
    (np.zeros(3, int), np.ones(3), f"theta is an array of int64, shape (3,); {FLAT}"),
    (np.zeros(3, complex), np.ones(3), f"theta is an array of complex128, shape (3,); {FLAT}"),
    ([0.0, 0.0, 0.0], np.ones(3), f"theta is a list; {FLAT}"),
    (None, np.ones(3), f"theta is None; {FLAT}"),
    (np.zeros(3), None, f"dtheta is None; {FLAT}"),
    (np.zeros(3), [1.0, 1.0, 1.0], f"dtheta is a list; {FLAT}"),
    (np.zeros(3), 1.0, f"dtheta is a float; {FLAT}"),
    (np.zeros(3), np.ones(3, bool), f"dtheta is an array of bool, shape (3,); {FLAT}"),
    (np.broadcast_to(0.0, 3), np.ones(3), "theta is read-only; a step moves it in place, so it may be theta.copy()"),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("theta", "dtheta", "message"), BAD_VECTORS, ids=[message for *_, message in BAD_VECTORS])
def test_what_is_no_flat_vector_is_refused(kind, theta, dtheta, message):
    with pytest.raises(ValueError) as caught:
        kind().step(theta, dtheta)
    assert str(caught.value) == message
