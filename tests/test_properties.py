"""What must hold for every network: hypothesis draws sizes, activations, losses and batches, the same in every run."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnlib import NeuralNetwork, train
from nnlib.derivatives import complex_step
from nnlib.fast.passes import Pass
from nnlib.optimizers import Adam, GradientDescent, Momentum, Nesterov, RMSProp
from tests.helpers import ENDS, HIDDEN, draw_problem, pre_activations, sizes_for

several = settings(derandomize=True, deadline=None, max_examples=100, database=None)
few = settings(several, max_examples=30)

seeds = st.integers(0, 2**32 - 1)
sizes = st.lists(st.integers(1, 7), min_size=2, max_size=5)
optimizers = st.sampled_from([GradientDescent(0.3), Momentum(0.1), Nesterov(0.1), RMSProp(0.01), Adam(0.01)])


@st.composite
def problems(draw):
    """Draw a network, X, Y, and the arguments `loss` and `l2`."""
    output, loss = draw(st.sampled_from(ENDS))
    n_samples, seed = draw(st.integers(1, 9)), draw(seeds)
    drawn, hidden = sizes_for(output, draw(sizes)), draw(st.sampled_from(HIDDEN))
    net = NeuralNetwork(*drawn, hidden=hidden, output=output, init="normal", rng=seed)
    X, Y = draw_problem(net.sizes, n_samples, output, np.random.default_rng([seed, 1]))
    return net, X, Y, loss, draw(st.sampled_from([0.0, 0.1]))


@several
@given(problems())
def test_the_gradient_is_the_complex_steps(problem):
    net, X, Y, loss, l2 = problem
    dtheta = net.loss_and_gradient(X, Y, loss, l2)[1]
    np.testing.assert_allclose(dtheta, complex_step(net, X, Y, loss, l2), rtol=1e-10, atol=1e-13)


@several
@given(problems(), seeds)
def test_loss_and_gradient_do_not_depend_on_the_order_of_samples_or_on_seeing_each_twice(problem, seed):
    net, X, Y, *terms = problem
    value, dtheta = net.loss_and_gradient(X, Y, *terms)
    order = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(X)), 2))
    again, dtheta_again = net.loss_and_gradient(X[order], Y[order], *terms)
    np.testing.assert_allclose(again, value, rtol=1e-12)
    np.testing.assert_allclose(dtheta_again, dtheta, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(net.loss(X, Y, *terms), value, rtol=1e-13)


@several
@given(problems())
def test_the_forward_pass_is_the_formula(problem):
    net, X, *_ = problem
    A = [layer.activation.value(Z) for layer, Z in zip(net.layers, pre_activations(net, X), strict=True)]
    for ours, plain in zip(net.layer_outputs(X), A, strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-12, atol=1e-300)


@several
@given(st.integers(1, 40), st.integers(1, 45), st.integers(1, 4), seeds)
def test_each_epoch_in_batches_visits_each_sample_once_with_its_own_target(n_samples, batch_size, epochs, seed):
    X, batches, load = np.arange(n_samples)[:, None], [], Pass.load

    def watch(self, X, Y, rows=None):
        load(self, X, Y, rows)
        if self.dtheta is not None:
            assert (self.Y.T == -self.X).all()
            batches.append(self.X[:, 0].astype(int).tolist())
        return self

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Pass, "load", watch)
        net = NeuralNetwork(1, 2, 1, output="identity", rng=0)
        train(net, X, -X, optimizer=GradientDescent(1e-6), epochs=epochs, batch_size=batch_size, rng=seed)
    if batch_size >= n_samples:  # the whole, loaded once for all epochs
        assert batches == [list(range(n_samples))]
        return
    per_epoch = -(-n_samples // batch_size)
    assert len(batches) == epochs * per_epoch
    for k in range(epochs):
        visited = batches[k * per_epoch : (k + 1) * per_epoch]
        assert sorted(sample for batch in visited for sample in batch) == list(range(n_samples))
        assert all(len(batch) == min(batch_size, n_samples) for batch in visited[:-1])


@several
@given(sizes, seeds, st.sampled_from(["float64", "float32"]))
def test_theta_and_its_layers_are_one_thing(sizes, seed, dtype):
    net, rng = NeuralNetwork(*sizes, rng=0, dtype=dtype), np.random.default_rng(seed)
    theta = rng.standard_normal(len(net.theta)).astype(dtype)
    net.theta = theta
    np.testing.assert_array_equal(np.concatenate([part.ravel() for W, b, _ in net.layers for part in (W, b)]), theta)
    for W, b, _ in net.layers:
        W *= 2
        b *= 2
    np.testing.assert_array_equal(net.theta, 2 * theta)
    for twin in (net.copy(), pickle.loads(pickle.dumps(net))):
        np.testing.assert_array_equal(twin.theta, net.theta)
        twin.layers[-1].b[:] = 7
        assert twin.theta[-1] == 7 != net.theta[-1]


@few
@given(sizes, seeds)
def test_a_saved_network_comes_back_to_the_last_bit(tmp_path_factory, sizes, seed):
    net, path = NeuralNetwork(*sizes, init="normal", rng=seed), tmp_path_factory.mktemp("saved") / "net.npz"
    net.save(path)
    twin = NeuralNetwork.load(path)
    assert twin.theta.tobytes() == net.theta.tobytes()
    assert (twin.sizes, repr(twin)) == (net.sizes, repr(net))


@few
@given(problems(), optimizers, st.integers(1, 10), seeds)
def test_the_same_seed_gives_the_same_bytes(problem, optimizer, batch_size, seed):
    net, X, Y, loss, l2 = problem
    twins = [net.copy() for _ in range(3)]
    settings = {"loss": loss, "l2": l2, "optimizer": optimizer, "batch_size": batch_size}
    first, second = (train(twin, X, Y, epochs=6, rng=seed, **settings) for twin in twins[:2])
    rng = np.random.default_rng(seed)
    for epochs in (2, 4):  # the same training in two parts
        train(twins[2], X, Y, epochs=epochs, rng=rng, **settings)
    assert first == second
    assert first.diverged or len({twin.theta.tobytes() for twin in twins}) == 1


@few
@given(problems(), optimizers)
def test_whatever_happens_theta_stays_finite(problem, optimizer):
    net, X, Y, loss, l2 = problem
    huge = type(optimizer)(1e4)
    history = train(net, X, Y, loss, huge, epochs=30, l2=l2)
    assert np.isfinite(net.theta).all()
    assert np.isfinite(history.loss).all()
    with np.errstate(over="ignore"):
        assert history.loss[-1] == net.loss(X, Y, loss, l2)
