import copy
import pickle

import numpy as np
import pytest

import nnlib
from nnlib import NeuralNetwork, datasets
from nnlib.fast.passes import SLICE
from tests.helpers import ENDS, HIDDEN, SHAPES, draw_network

X, Y = datasets.xor()


def worked_example():
    """Return the network of the calculation below."""
    net = NeuralNetwork(2, 3, 1, hidden="relu", output="identity", init="zeros")
    #            W1: x1 to each unit, x2 to each unit   b1              W2          b2
    net.theta = [1.0, 1.0, 0.0, 1.0, 0.0, -1.0] + [-1.5, 0.5, 0.5] + [-4.0, 1.0, 2.0] + [-1.0]
    return net


def test_a_whole_pass_forward_and_back_by_hand():
    # Forward. The four rows are the samples (0, 0), (0, 1), (1, 0), (1, 1).
    #   Z1 = X W1 + b1               A1 = max(Z1, 0)            A2 = A1 W2 + b2           A2 - Y
    #   [-1.5   0.5   0.5]           [0    0.5   0.5]           0.5 + 1 - 1       =  0.5      0.5
    #   [-0.5   0.5  -0.5]           [0    0.5   0  ]           0.5 - 1           = -0.5     -1.5
    #   [-0.5   1.5   0.5]           [0    1.5   0.5]           1.5 + 1 - 1       =  1.5      0.5
    #   [ 0.5   1.5  -0.5]           [0.5  1.5   0  ]           -2 + 1.5 - 1      = -1.5     -1.5
    # Loss: (0.25 + 2.25 + 0.25 + 2.25) / 4 = 1.25.
    #
    # Back. dZ2 = 2 (A2 - Y) / 4 = [0.25, -0.75, 0.25, -0.75]
    #   dW2 = A1^T dZ2:  unit 1:  0.5 (-0.75)                                    = -0.375
    #                    unit 2:  0.5 (0.25 - 0.75) + 1.5 (0.25 - 0.75)          = -1
    #                    unit 3:  0.5 (0.25) + 0.5 (0.25)                        =  0.25
    #   db2 = 0.25 - 0.75 + 0.25 - 0.75 = -1
    #   dA1 = dZ2 W2^T               dZ1 = dA1 where Z1 > 0
    #   [-1   0.25   0.5]            [0   0.25   0.5]
    #   [ 3  -0.75  -1.5]            [0  -0.75   0  ]
    #   [-1   0.25   0.5]            [0   0.25   0.5]
    #   [ 3  -0.75  -1.5]            [3  -0.75   0  ]
    #   dW1 = X^T dZ1:   x1 is 1 in rows 3 and 4: [3, -0.5, 0.5];   x2 in rows 2 and 4: [3, -1.5, 0]
    #   db1 = the sum of all four rows: [3, -1, 1]
    net = worked_example()
    np.testing.assert_array_equal(net.forward(X), [[0.5], [-0.5], [1.5], [-1.5]])
    value, dtheta = net.loss_and_gradient(X, Y)
    assert value == 1.25
    expected = [3.0, -0.5, 0.5, 3.0, -1.5, 0.0] + [3.0, -1.0, 1.0] + [-0.375, -1.0, 0.25] + [-1.0]
    np.testing.assert_allclose(dtheta, expected, rtol=1e-15)


def test_weight_decay_by_hand():
    # The squares of W1 sum to 4, those of W2 to 21: 0.1 / 2 times 25 is 1.25 more. Biases do not decay.
    net = worked_example()
    value, dtheta = net.loss_and_gradient(X, Y, l2=0.1)
    assert value == pytest.approx(1.25 + 1.25, rel=1e-15)
    assert net.loss(X, Y, l2=0.1) == value
    more = [0.1, 0.1, 0.0, 0.1, 0.0, -0.1] + [0.0, 0.0, 0.0] + [-0.4, 0.1, 0.2] + [0.0]
    np.testing.assert_allclose(dtheta - net.loss_and_gradient(X, Y)[1], more, atol=1e-15)


def test_theta_holds_W_then_b_layer_by_layer_row_major():
    net = NeuralNetwork(3, 2, 1, init="zeros")
    net.theta = np.arange(11.0)
    assert net.layers[0].W.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert net.layers[0].b.tolist() == [6, 7]
    assert net.layers[1].W.tolist() == [[8], [9]]
    assert net.layers[1].b.tolist() == [10]


@pytest.mark.parametrize(("sizes", "n_samples"), SHAPES)
def test_shapes(sizes, n_samples):
    net, X, Y = draw_network(sizes, n_samples)
    n_params = sum(n_in * n_out + n_out for n_in, n_out in zip(sizes, sizes[1:], strict=False))
    assert net.theta.shape == (n_params,)
    assert net.theta.dtype == np.float64
    assert net.sizes == sizes
    assert net.forward(X).shape == (n_samples, sizes[-1])
    assert [A.shape for A in net.layer_outputs(X)] == [(n_samples, n_out) for n_out in sizes[1:]]
    value, dtheta = net.loss_and_gradient(X, Y)
    assert type(value) is float
    assert dtheta.shape == (n_params,)


def assert_views(net):
    """Writing into theta moves every layer, and writing into a layer moves theta."""
    for layer in net.layers:
        assert np.shares_memory(layer.W, net.theta)
        assert np.shares_memory(layer.b, net.theta)
    parts = [part.ravel() for layer in net.layers for part in (layer.W, layer.b)]
    np.testing.assert_array_equal(np.concatenate(parts), net.theta)
    before = net.forward(X)
    net.theta[-1] += 1
    assert net.layers[-1].b[-1] == net.theta[-1]
    assert (net.forward(X) != before).any()


def assigned(net):
    net.theta = np.ones(len(net.theta))
    return net


def written(net):
    net.theta[:] = 2.0
    return net


def moved_in_place(net):
    net.theta -= 0.5
    return net


def trained(net):
    nnlib.train(net, X, Y, epochs=3)
    return net


def trained_with_patience(net):
    nnlib.train(net, X, Y, epochs=3, validation=(X, 1 - Y), patience=1)
    return net


def minimized(net):
    nnlib.minimize(net, X, Y, options={"maxiter": 3})
    return net


def loaded(net, path):
    net.save(path)
    return NeuralNetwork.load(path)


WAYS = (
    assigned, written, moved_in_place, trained, trained_with_patience, minimized, NeuralNetwork.copy, copy.copy,
    copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net)),
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_views_stay_views(way):
    net = NeuralNetwork(2, 4, 1, rng=0)
    theta = net.theta
    assert_views(way(net))
    assert net.theta is theta


def test_views_stay_views_after_load(tmp_path):
    assert_views(loaded(NeuralNetwork(2, 4, 1, rng=0), tmp_path / "xor.npz"))


@pytest.mark.parametrize("twin_of", [NeuralNetwork.copy, copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_is_equal_and_goes_its_own_way(twin_of):
    net = NeuralNetwork(2, 3, 2, hidden="relu", output="softmax", rng=0)
    net.loss(X, np.eye(2)[[0, 1, 1, 0]])  # so that there is working memory, which a copy must not share
    twin, before = twin_of(net), net.theta.copy()
    assert repr(twin) == repr(net)
    np.testing.assert_array_equal(twin.forward(X), net.forward(X))
    twin.theta += 1
    twin.loss_and_gradient(X, np.eye(2)[[0, 1, 1, 0]])
    np.testing.assert_array_equal(net.theta, before)


def test_assigning_theta_copies_and_keeps_the_old_theta_on_a_refusal():
    net, v = NeuralNetwork(2, 3, 1, rng=0), np.zeros(13)
    net.theta = v
    v += 1
    assert not net.theta.any()
    with pytest.raises(ValueError, match="theta has shape"):
        net.theta = np.ones(12)
    assert not net.theta.any()


@pytest.mark.parametrize(("output", "loss"), ENDS)
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_every_sample_twice_changes_nothing(output, loss, l2):
    net, X, Y = draw_network((4, 5, 3, 2), 7, "tanh", output)
    once, dtheta = net.loss_and_gradient(X, Y, loss, l2)
    twice, dtheta_twice = net.loss_and_gradient(np.repeat(X, 2, axis=0), np.repeat(Y, 2, axis=0), loss, l2)
    assert twice == pytest.approx(once, rel=1e-14)
    np.testing.assert_allclose(dtheta_twice, dtheta, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize(("output", "loss"), ENDS)
def test_the_order_of_the_samples_does_not_matter(output, loss):
    net, X, Y = draw_network((4, 5, 3, 2), 7, "tanh", output)
    value, dtheta = net.loss_and_gradient(X, Y, loss)
    backward, dtheta_backward = net.loss_and_gradient(X[::-1], Y[::-1], loss)
    assert backward == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(dtheta_backward, dtheta, rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_hidden_units_may_change_places(hidden):
    net, X, _ = draw_network((4, 5, 3, 2), 7, hidden)
    twin, order = net.copy(), [3, 0, 4, 1, 2]
    twin.layers[0].W[:] = net.layers[0].W[:, order]
    twin.layers[0].b[:] = net.layers[0].b[order]
    twin.layers[1].W[:] = net.layers[1].W[order]
    np.testing.assert_allclose(twin.forward(X), net.forward(X), rtol=1e-13)


def test_the_sign_of_a_tanh_unit_does_not_matter():
    net, X, _ = draw_network((2, 3, 1), 5)
    twin = net.copy()
    twin.layers[0].W[:, 1] *= -1
    twin.layers[0].b[1] *= -1
    twin.layers[1].W[1] *= -1
    np.testing.assert_allclose(twin.forward(X), net.forward(X), rtol=1e-14)


@pytest.mark.parametrize(("output", "loss"), ENDS)
def test_inputs_are_left_as_they_were(output, loss):
    net, X, Y = draw_network((4, 5, 3, 2), 7, "softplus", output)
    before = X.tobytes(), Y.tobytes(), net.theta.tobytes()
    net.forward(X), net.predict(X), net.loss(X, Y, loss, 0.1), net.loss_and_gradient(X, Y, loss, 0.1)
    assert (X.tobytes(), Y.tobytes(), net.theta.tobytes()) == before


def test_read_only_and_foreign_arrays_are_taken():
    net, X, Y = draw_network((4, 5, 3, 2), 7)
    expected = net.loss_and_gradient(X, Y)
    X.flags.writeable = Y.flags.writeable = False
    for inputs, targets in ((X, Y), (np.asfortranarray(X), np.asfortranarray(Y)), (X.tolist(), Y.tolist())):
        value, dtheta = net.loss_and_gradient(inputs, targets)
        assert value == pytest.approx(expected[0], rel=1e-15)
        np.testing.assert_allclose(dtheta, expected[1], rtol=1e-12)


@pytest.mark.parametrize(("output", "loss"), ENDS)
@pytest.mark.parametrize("hidden", HIDDEN)
def test_pre_activations_of_1000_stay_finite_and_quiet(hidden, output, loss):
    net, X, Y = draw_network((4, 5, 3, 2), 7, hidden, output)
    for layer in net.layers:
        layer.W[:] = np.sign(layer.W)
        layer.b[:] = np.where(layer.b > 0, 1000, -1000)
    value, dtheta = net.loss_and_gradient(X, Y, loss)
    assert np.isfinite(value)
    assert np.isfinite(dtheta).all()
    assert np.isfinite(net.forward(X)).all()


def test_gradients_of_two_calls_do_not_share_memory():
    net = NeuralNetwork(2, 3, 1, rng=0)
    _, first = net.loss_and_gradient(X, Y)
    kept = first.copy()
    net.loss_and_gradient(X, 1 - Y)
    np.testing.assert_array_equal(first, kept)


def test_batches_of_any_size_in_any_order_give_what_each_gives_alone():
    net = NeuralNetwork(2, 3, 1, rng=0)
    for rows in (4, 1, 3, 4, 2):
        value, dtheta = net.loss_and_gradient(X[:rows], Y[:rows])
        alone = NeuralNetwork(2, 3, 1, rng=0).loss_and_gradient(X[:rows], Y[:rows])
        assert value == alone[0]
        np.testing.assert_array_equal(dtheta, alone[1])


def test_predict_gives_labels_or_values():
    yes = NeuralNetwork(2, 1, init="zeros")
    yes.theta = [1.0, 1.0, -1.5]
    assert yes.predict(X).tolist() == [[0], [0], [0], [1]]
    yes.theta = [0.01, -0.01, 0.0]  # just beyond one half is a 1, one half itself is not
    assert yes.predict(X).tolist() == [[0], [0], [1], [0]]
    classes = NeuralNetwork(2, 3, output="softmax", init="zeros")
    classes.layers[0].W[:] = [[0, 2, 0], [0, 0, 1]]
    classes.layers[0].b[:] = [0.5, 0, 0]
    assert classes.predict(X).tolist() == [0, 2, 1, 1]
    line = NeuralNetwork(2, 1, output="identity", init="zeros")
    line.theta = [2.0, -3.0, 0.25]
    assert line.predict(X).ravel().tolist() == [0.25, -2.75, 2.25, -0.75]


def test_one_sample_is_a_batch():
    net = NeuralNetwork(2, 4, 1, rng=0)
    np.testing.assert_allclose(net.forward(X[2:3]), net.forward(X)[2:3], rtol=1e-15)


def test_a_network_without_a_hidden_layer_is_a_logistic_regression():
    net = NeuralNetwork(2, 1, init="zeros")
    _, dtheta = net.loss_and_gradient(X, Y, "binary_cross_entropy")
    # at zero the outputs are 0.5: X^T (0.5 - Y) / 4 is 0 and so is the mean of 0.5 - Y
    np.testing.assert_array_equal(dtheta, [0, 0, 0])
    assert net.loss(X, Y, "binary_cross_entropy") == pytest.approx(np.log(2), rel=1e-15)


def test_the_defaults_are_tanh_sigmoid_and_glorot():
    net = NeuralNetwork(2, 4, 1, rng=0)
    assert repr(net) == "NeuralNetwork(2, 4, 1, hidden='tanh', output='sigmoid')"
    np.testing.assert_array_equal(net.theta, NeuralNetwork(2, 4, 1, init="glorot", rng=0).theta)
    assert net.loss(X, Y) == net.loss(X, Y, loss="mse", l2=0.0)


@pytest.mark.parametrize("output", ["sigmoid", "softmax", "identity", "relu", "tanh", "softplus"])
@pytest.mark.parametrize("n_samples", [SLICE, SLICE + 1, 4 * SLICE, 5 * SLICE + 3, 40 * SLICE + 3])
@pytest.mark.parametrize("sizes", [(2, 8, 3), (3, 40, 5, 2)])
def test_the_outputs_for_many_samples_are_those_for_a_few(sizes, n_samples, output):
    X = np.random.default_rng(1).standard_normal((n_samples, sizes[0]))
    net = NeuralNetwork(*sizes, output=output, rng=0)
    A, before = net.forward(X), X.tobytes()
    assert A.shape == (n_samples, sizes[-1])
    np.testing.assert_allclose(A, net.layer_outputs(X)[-1], rtol=1e-12, atol=1e-14)
    assert X.tobytes() == before


@pytest.mark.parametrize("dtype", ["float32", np.float32, np.dtype("float32")])
def test_a_dtype_is_named_as_numpy_names_it(dtype):
    assert NeuralNetwork(2, 4, 1, rng=0, dtype=dtype).theta.dtype == np.float32


@pytest.mark.parametrize(("dtype", "name"), [(int, "'int64'"), (np.float16, "'float16'"), (None, "None")])
def test_a_dtype_of_no_use_is_refused(dtype, name):
    with pytest.raises(ValueError, match=f"dtype is {name}; it may be one of 'float64', 'float32'"):
        NeuralNetwork(2, 4, 1, dtype=dtype)
