import math
import pickle

import numpy as np
import pytest

from nnlib import datasets, schedules, train
from nnlib.network import NeuralNetwork
from nnlib.optimizers import Adam, GradientDescent, Momentum, Nesterov, RMSProp

KINDS = (GradientDescent, Momentum, Nesterov, RMSProp, Adam)


def test_step_decay_falls_after_every_so_many_steps():
    rate = schedules.step_decay(0.8, factor=0.5, every=3)
    assert [rate(t) for t in range(8)] == [0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2]


def test_exponential_decay_falls_with_each_step():
    rate = schedules.exponential_decay(0.8, factor=0.5)
    assert [rate(t) for t in range(4)] == [0.8, 0.4, 0.2, 0.1]
    assert rate(5000) == 0


def test_cosine_goes_from_the_first_rate_to_the_last_and_stays():
    rate = schedules.cosine(0.5, n_steps=4, final=0.1)
    fall = [0.1 + 0.4 * (1 + math.cos(math.pi * t / 4)) / 2 for t in range(5)]
    np.testing.assert_allclose([rate(t) for t in range(5)], fall, rtol=1e-15)
    np.testing.assert_allclose([rate(0), rate(2), rate(4), rate(5), rate(10**9)], [0.5, 0.3, 0.1, 0.1, 0.1], rtol=1e-15)


SCHEDULES = [
    schedules.step_decay(0.8, factor=0.5, every=2),
    schedules.exponential_decay(0.8, factor=0.9),
    schedules.cosine(0.5, n_steps=6, final=0.1),
]
HUGE = (10**6, 10**18, 10**400, np.int64(2**62))


def test_a_rate_falls_to_0_however_many_steps_are_taken():
    for t in (324, 5000, *HUGE):
        assert schedules.exponential_decay(1, factor=0.1)(t) == 0
    assert schedules.exponential_decay(1, factor=0.1)(307) == pytest.approx(1e-307, rel=1e-12)
    assert schedules.step_decay(0.5, factor=0.5, every=10**398)(10**400) == 0.5**101
    for t in (0, 1, *HUGE):
        assert schedules.exponential_decay(0.3, factor=1)(t) == 0.3
        assert schedules.cosine(0.5, n_steps=10, final=0.1)(t + 10) == 0.1
    assert schedules.cosine(1e308, n_steps=10**400)(0) == 1e308
    assert schedules.cosine(0.5, n_steps=2 * 10**400)(10**400) == pytest.approx(0.25)


@pytest.mark.parametrize("t", [309, 400, *HUGE], ids=["309", "400", "1e6", "1e18", "1e400", "int64"])
def test_a_rate_that_grows_beyond_all_numbers_is_refused(t):
    grows = schedules.exponential_decay(1.0, factor=10)
    assert grows(308) == 1e308
    with pytest.raises(ValueError, match="^factor is 10; after .* steps the rate is too large, and up to 1 it never"):
        grows(t)
    with pytest.raises(ValueError, match="^factor is 2; after 6 steps the rate is too large"):
        schedules.step_decay(1e307, factor=2, every=1)(6)


@pytest.mark.parametrize("kind", [int, np.int64, np.uint8])
def test_a_rate_is_a_float_for_every_kind_of_whole_number(kind):
    for rate in SCHEDULES:
        assert type(rate(kind(5))) is float
        assert rate(kind(5)) == rate(5)


@pytest.mark.parametrize("bad", [2.0, 2.5, -1, True, "3", None, np.float64(3), math.inf, math.nan], ids=repr)
def test_a_rate_is_asked_for_by_a_whole_number(bad):
    for rate in SCHEDULES:
        with pytest.raises(ValueError) as caught:
            rate(bad)
        assert str(caught.value) == f"n_steps is {bad!r}; it may be a whole number, 0 or more"


@pytest.mark.parametrize("kind", KINDS)
def test_an_optimizer_asks_once_a_step_from_0_on_and_may_be_told_to_rest(kind):
    asked, theta, places = [], np.ones(3), []
    optimizer = kind(lambda n_steps: asked.append(n_steps) or (0.1, 0.0, 0.2)[n_steps])
    for _ in range(3):
        optimizer.step(theta, np.ones(3))
        places.append(theta.copy())
    assert asked == [0, 1, 2]
    rests = kind in (GradientDescent, RMSProp, Adam)  # a velocity rolls on
    assert np.array_equal(places[0], places[1]) == rests
    assert not np.array_equal(places[1], places[2])


@pytest.mark.parametrize("kind", KINDS)
def test_a_constant_schedule_is_the_constant(kind):
    theta, twin, gradients = np.ones(3), np.ones(3), np.random.default_rng(0).standard_normal((4, 3))
    scheduled, fixed = kind(lambda n_steps: np.float64(0.25)), kind(0.25)
    for g in gradients:
        scheduled.step(theta, g)
        fixed.step(twin, g)
    assert theta.tobytes() == twin.tobytes()


def test_the_rate_of_plain_steps_is_seen_in_theta():
    theta, optimizer = np.zeros(1), GradientDescent(schedules.step_decay(1.0, factor=0.5, every=2))
    places = []
    for _ in range(5):
        optimizer.step(theta, np.ones(1))
        places.append(-theta.item())
    assert places == [1, 2, 2.5, 3, 3.25]


def test_the_velocity_keeps_the_rate_it_was_gathered_at():
    # v = -1, then 0.5 v - 0.1 = -0.6: the first step's share is not scaled down by the second rate
    theta, optimizer = np.zeros(1), Momentum(lambda n_steps: (1.0, 0.1)[n_steps], momentum=0.5)
    optimizer.step(theta, np.ones(1))
    optimizer.step(theta, np.ones(1))
    np.testing.assert_allclose(theta, [-1.6], rtol=1e-15)


def test_another_theta_starts_the_schedule_again():
    asked = []
    optimizer = GradientDescent(lambda n_steps: asked.append(n_steps) or 0.1)
    first, second = np.ones(2), np.ones(2)
    for theta in (first, first, second, second, second, first):
        optimizer.step(theta, np.ones(2))
    assert asked == [0, 1, 0, 1, 2, 0]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -0.1, None, "0.1", np.array([0.1])], ids=repr)
def test_a_schedule_that_returns_no_rate_is_refused_before_theta_moves(bad):
    theta, optimizer = np.ones(3), Adam(lambda n_steps: 0.1 if n_steps < 2 else bad)
    optimizer.step(theta, np.ones(3))
    optimizer.step(theta, np.ones(3))
    before = theta.copy()
    with pytest.raises(ValueError) as caught:
        optimizer.step(theta, np.ones(3))
    what = "an array of float64, shape (1,)" if isinstance(bad, np.ndarray) else repr(bad)
    assert str(caught.value) == f"learning_rate(2) is {what}; it may be a finite number, 0 or more"
    assert theta.tobytes() == before.tobytes()


def test_a_schedule_counts_the_steps_of_a_training_not_its_epochs():
    asked, net = [], NeuralNetwork(2, 4, 1, rng=0)
    optimizer = GradientDescent(lambda n_steps: asked.append(n_steps) or 0.1)
    train(net, *datasets.xor(), optimizer=optimizer, epochs=3, batch_size=3)
    assert asked == list(range(6))
    train(net, *datasets.xor(), optimizer=optimizer, epochs=1, batch_size=3)
    assert asked[6:] == [6, 7]


POSITIVE, COUNT = "it may be a finite number above 0", "it may be a whole number, 1 or more"
BAD = [
    (schedules.step_decay, (0, 0.5, 10), f"initial is 0; {POSITIVE}"),
    (schedules.step_decay, (0.1, -0.5, 10), f"factor is -0.5; {POSITIVE}"),
    (schedules.step_decay, (0.1, 0.5, 0), f"every is 0; {COUNT}"),
    (schedules.step_decay, (0.1, 0.5, 2.5), f"every is 2.5; {COUNT}"),
    (schedules.exponential_decay, (math.nan, 0.5), f"initial is nan; {POSITIVE}"),
    (schedules.exponential_decay, (0.1, 0), f"factor is 0; {POSITIVE}"),
    (schedules.cosine, (math.inf, 10), f"initial is inf; {POSITIVE}"),
    (schedules.cosine, (0.1, 0), f"n_steps is 0; {COUNT}"),
    (schedules.cosine, (0.1, 10, -0.1), "final is -0.1; it may be a finite number, 0 or more"),
]


@pytest.mark.parametrize(("schedule", "numbers", "message"), BAD, ids=[f"{f.__name__}-{text}" for f, _, text in BAD])
def test_bad_numbers_are_refused_by_name(schedule, numbers, message):
    with pytest.raises(ValueError) as caught:
        schedule(*numbers)
    assert str(caught.value) == message


def test_every_schedule_goes_with_every_optimizer():
    for schedule in (
        schedules.step_decay(0.1, 0.5, 50),
        schedules.exponential_decay(0.1, 0.99),
        schedules.cosine(0.1, 200),
    ):
        for kind in KINDS:
            theta, optimizer = np.array([1.0, -1.0]), kind(schedule)
            for _ in range(200):
                optimizer.step(theta, theta.copy())
            assert np.abs(theta).max() < 0.1, (kind, schedule)


@pytest.mark.parametrize("rate", SCHEDULES, ids=repr)
def test_an_optimizer_with_a_schedule_pickles_and_goes_on(rate):
    net, optimizer, data = NeuralNetwork(2, 4, 1, rng=0), Adam(rate), datasets.xor()
    train(net, *data, optimizer=optimizer, epochs=3)
    twin, twins_optimizer = pickle.loads(pickle.dumps((net, optimizer)))
    assert twins_optimizer == optimizer
    for one, its_optimizer in ((net, optimizer), (twin, twins_optimizer)):
        train(one, *data, optimizer=its_optimizer, epochs=4)
    assert twin.theta.tobytes() == net.theta.tobytes()
