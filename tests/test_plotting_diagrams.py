"""The diagram of a network and the landscape of its loss: what is drawn is what the network holds."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import LineCollection

from nnlib import NeuralNetwork, datasets, train
from nnlib.plotting import describe, landscape, network_diagram
from nnlib.plotting.palette import NEGATIVE, POSITIVE

X, Y = datasets.xor()


@pytest.fixture(autouse=True)
def no_figure_left():
    yield
    plt.close("all")


def links(ax):
    """Return what was drawn of each weight: (from, to) to (width, color, whether it is dashed)."""
    found = {}
    for lines in ax.collections:
        if isinstance(lines, LineCollection):
            styles = zip(lines.get_linewidths(), lines.get_edgecolors(), lines.get_linestyles(), strict=True)
            for (start, end), (width, color, (_, dashes)) in zip(lines.get_segments(), styles, strict=True):
                name = plt.matplotlib.colors.to_hex(color).upper()
                found[tuple(start), tuple(end)] = (width, name, dashes is not None)
    return found


def texts(ax):
    return [text.get_text() for text in ax.texts]


def weighted():
    """Return a 2-3-1 network with weights of both signs and one of 0."""
    net = NeuralNetwork(2, 3, 1, init="zeros")
    net.layers[0].W[:], net.layers[0].b[:] = [[1, -2, 0], [4, 0.5, -0.5]], [0.1, -0.2, 0.3]
    net.layers[1].W[:], net.layers[1].b[:] = [[-4], [2], [1]], [-1]
    return net


def test_each_weight_is_a_line_by_its_size_and_sign():
    net = weighted()
    found = links(network_diagram(net))
    units = sorted({place for pair in found for place in pair}, key=lambda place: (place[0], -place[1]))
    assert len(found) == 8  # nine weights, one of them 0
    columns = [[unit for unit in units if unit[0] == x] for x in sorted({unit[0] for unit in units})]
    assert [len(column) for column in columns] == [2, 3, 1]
    widest = max(width for width, _, _ in found.values())
    for (W, _, _), sources, targets in zip(net.layers, columns, columns[1:], strict=False):
        for i, j in zip(*np.nonzero(W), strict=True):
            width, color, dashed = found[sources[i], targets[j]]
            assert width == pytest.approx(max(widest * abs(W[i, j]) / 4, 0.5))
            assert (color, dashed) == ((POSITIVE, False) if W[i, j] > 0 else (NEGATIVE, True))


def test_a_diagram_names_inputs_outputs_and_activations_and_holds_the_biases():
    found = texts(network_diagram(weighted()))
    for name in ("$x_{1}$", "$x_{2}$", "$a_{1}$", "input", "tanh", "sigmoid", "0.1", "-0.2", "0.3", "-1.0"):
        assert found.count(name) == 1
    assert "$x_{3}$" not in found


def test_a_crowded_diagram_leaves_the_biases_out():
    ax = network_diagram(NeuralNetwork(2, 16, 1, rng=0))
    assert not any(text.endswith("0.0") for text in texts(ax))
    assert "bias" not in [text.get_text() for text in ax.get_legend().get_texts()]


@pytest.mark.parametrize("sizes", [(1, 1), (2, 2, 1), (2, 8, 8, 1), (4, 16, 3)])
def test_circles_do_not_touch(sizes):
    ax = network_diagram(NeuralNetwork(*sizes, rng=0))
    ax.figure.canvas.draw()
    for circles in ax.collections:
        if not isinstance(circles, LineCollection):
            diameter = np.sqrt(circles.get_sizes()[0]) * ax.figure.dpi / 72
            heights = ax.transData.transform(np.asarray(circles.get_offsets()))[:, 1]
            assert np.abs(np.diff(heights)).min(initial=np.inf) > 1.1 * diameter


def test_the_shapes_of_a_batch_are_those_of_the_forward_pass():
    net = NeuralNetwork(2, 4, 3, 1, rng=0)
    ax = network_diagram(net, n_samples=5)
    written = " ".join(texts(ax))
    for k, ((W, b, _), A) in enumerate(zip(net.layers, net.layer_outputs(np.ones((5, 2))), strict=True), start=1):
        assert f"@ $W^{{({k})}}$ {W.shape}\n+ $b^{{({k})}}$ {b.shape}" in written
        assert f"$A^{{({k})}}$ {A.shape}" in written
        assert f"@ W{k} {W.shape} + b{k} {b.shape} gives A{k} {A.shape}" in describe(ax)
    assert "$X$ (5, 2)" in written
    assert "Shapes: X (5, 2) @ W1" in describe(ax)
    assert "@" not in " ".join(texts(network_diagram(net)))


def test_a_small_network_is_described_by_its_equations():
    said = describe(network_diagram(weighted()))
    assert said == (
        "A network of 2 inputs and layers of 3 tanh, 1 sigmoid units. h1 = tanh(+1.00 x1 +4.00 x2 +0.10). "
        "h2 = tanh(-2.00 x1 +0.50 x2 -0.20). h3 = tanh(+0.00 x1 -0.50 x2 +0.30). "
        "a1 = sigmoid(-4.00 h1 +2.00 h2 +1.00 h3 -1.00)."
    )
    other = weighted()
    other.layers[0].b[1] = 0.2
    assert describe(network_diagram(other)) == said.replace("-0.20", "+0.20")


def test_a_neuron_alone_is_described_without_hidden_units():
    net = NeuralNetwork(2, 1, init="zeros")
    assert describe(network_diagram(net)).endswith("a1 = sigmoid(+0.00 x1 +0.00 x2 +0.00).")


def test_a_larger_network_is_counted():
    net = NeuralNetwork(3, 8, 2, rng=0)
    W = np.concatenate([layer.W.ravel() for layer in net.layers])
    assert describe(network_diagram(net)) == (
        "A network of 3 inputs and layers of 8 tanh, 2 sigmoid units. "
        f"40 weights, {(W < 0).sum()} of them negative, from {W.min():.2f} to {W.max():.2f}."
    )


def marks(ax):
    """Return the places of the start and of theta, by their labels."""
    return {line.get_label(): line.get_xydata()[0] for line in ax.lines if not line.get_label().startswith("_")}


def trained(**options):
    net = NeuralNetwork(2, 3, 1, rng=0)
    path = [net.theta.copy()]
    train(net, X, Y, epochs=50, callback=lambda epoch, net: path.append(net.theta.copy()), **options)
    return net, np.array(path)


@pytest.mark.parametrize("l2", [0.0, 0.1])
def test_a_landscape_shows_the_loss_along_the_directions_it_is_given(monkeypatch, l2):
    net, D = NeuralNetwork(2, 3, 1, rng=0), np.zeros((2, 13))
    D[0, 2], D[1, 7] = 1, 2
    seen = {}
    monkeypatch.setattr(plt.Axes, "contourf", lambda ax, a, b, losses, **_: seen.update(a=a, b=b, losses=losses))
    landscape(net, X, Y, directions=D, span=1.5, l2=l2)
    a, b, losses = seen.values()
    assert (a[0], a[-1], b[0], b[-1]) == (-1.5, 1.5, -1.5, 1.5)
    twin = net.copy()
    for i, j in ((0, 0), (3, 30), (40, 5), (20, 20)):
        twin.theta = net.theta + a[j] * D[0] + b[i] * D[1]
        assert losses[i, j] == pytest.approx(twin.loss(X, Y, l2=l2), rel=1e-12)


def test_random_directions_are_orthogonal_and_of_length_one(monkeypatch):
    # With these points the loss of a linear neuron that fits them is the squared distance from its theta.
    net, points = NeuralNetwork(2, 1, output="identity", rng=0), 2 * X - 1
    seen = {}
    monkeypatch.setattr(plt.Axes, "contourf", lambda ax, a, b, losses, **_: seen.update(a=a, b=b, losses=losses))
    landscape(net, points, net.forward(points))
    np.testing.assert_allclose(seen["losses"], seen["a"] ** 2 + seen["b"][:, None] ** 2, atol=1e-12)


def test_random_directions_are_drawn_by_the_seed():
    net = NeuralNetwork(2, 3, 1, rng=0)
    first, again, other = (describe(landscape(net, X, Y, rng=seed)) for seed in (1, np.random.default_rng(1), 2))
    assert first == again != other
    ax = landscape(net, X, Y)
    assert ax.get_xlim()[1] == pytest.approx(np.linalg.norm(net.theta))


def test_a_landscape_is_described_by_its_losses():
    net, _ = trained()
    before = net.theta.tobytes()
    said = describe(landscape(net, X, Y))
    assert said.endswith(f"At theta it is {net.loss(X, Y):.3g}.")
    assert said.startswith("The loss on a plane through theta goes from ")
    assert net.theta.tobytes() == before
    assert describe(landscape(net, X, 1 - Y)) != said


def test_a_path_is_projected_on_its_own_directions():
    net, path = trained()
    ax = landscape(net, X, Y, path=path)
    moves = path - net.theta
    spread = np.linalg.svd(moves, compute_uv=False) ** 2
    np.testing.assert_allclose(marks(ax)["$\\theta$"], 0, atol=1e-12)
    drawn = ax.lines[0].get_xydata()
    assert len(drawn) == len(path) == 51
    np.testing.assert_allclose((drawn**2).sum(axis=0), spread[:2], rtol=1e-9)
    start = net.copy()
    start.theta = path[0]
    share = 100 * spread[:2].sum() / spread.sum()
    assert describe(ax).endswith(
        f"At theta it is {net.loss(X, Y):.3g}. "
        f"The path of 51 points starts at {start.loss(X, Y):.3g}; {share:.3g} % of it lies in the plane."
    )


def test_the_whole_path_is_in_view():
    net, path = trained()
    ax = landscape(net, X, Y, path=path)
    for place in (*ax.lines[0].get_xydata(), (0, 0)):
        assert ax.get_xlim()[0] < place[0] < ax.get_xlim()[1]
        assert ax.get_ylim()[0] < place[1] < ax.get_ylim()[1]


def test_a_path_beside_the_plane_says_so():
    net = NeuralNetwork(2, 3, 1, rng=0)
    D, away = np.eye(13)[:2], np.eye(13)[5]
    ax = landscape(net, X, Y, directions=D, path=[net.theta + away, net.theta])
    assert describe(ax).endswith("; 0 % of it lies in the plane.")
    slanted = landscape(net, X, Y, directions=[D[0], D[0] + D[1]], path=[net.theta + D[1], net.theta])
    np.testing.assert_allclose(marks(slanted)["start"], [-1, 1], atol=1e-12)
    assert describe(slanted).endswith("; 100 % of it lies in the plane.")


def test_one_weight_and_one_bias_are_drawn_as_they_are():
    net = NeuralNetwork(1, 1, init="zeros")
    net.theta = [3.0, -1.0]
    ax = landscape(net, X[:, :1], Y, path=[[-2, 1], [0, 0], [3, -1]])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$w$", "$b$")
    np.testing.assert_allclose(marks(ax)["start"], [-2, 1], atol=1e-12)
    np.testing.assert_allclose(marks(ax)["$\\theta$"], [3, -1], atol=1e-12)


def test_a_path_that_never_moves_and_a_flat_loss_can_be_drawn():
    net = NeuralNetwork(2, 2, 1, init="zeros")
    landscape(net, X, Y, path=[net.theta, net.theta]).figure.canvas.draw()
    flat = NeuralNetwork(1, 1, output="relu", init="zeros")
    flat.theta = [0.0, -9.0]
    ax = landscape(flat, X[:, :1], Y, span=1.0)
    ax.figure.canvas.draw()
    assert describe(ax) == "The loss on a plane through theta goes from 0.5 to 0.5. At theta it is 0.5."


def test_every_loss_can_be_drawn():
    net = NeuralNetwork(2, 3, 3, output="softmax", rng=0)
    targets = np.eye(3)[[0, 1, 2, 1]]
    said = describe(landscape(net, X, targets, loss="cross_entropy"))
    assert said.endswith(f"At theta it is {net.loss(X, targets, 'cross_entropy'):.3g}.")


def small():
    return NeuralNetwork(2, 3, 1, rng=0)


ROWS = "it may be (n_steps, 13), n_steps at least 2"
BAD = [
    (
        lambda: network_diagram(NeuralNetwork(2, 17, 1)),
        "net has sizes (2, 17, 1); a diagram is drawn for at most 16 units a layer",
    ),
    (lambda: network_diagram(small(), n_samples=0), "n_samples is 0; it may be a whole number, 1 or more"),
    (lambda: landscape(small(), X, Y[:3]), "Y has 3 rows; X has 4, and each sample takes one row in both"),
    (
        lambda: landscape(small(), X, Y, loss="hinge"),
        "loss is 'hinge'; it may be one of 'mse', 'binary_cross_entropy', 'cross_entropy'",
    ),
    (lambda: landscape(small(), X, Y, directions=np.eye(13)), "directions has shape (13, 13); it may be (2, 13)"),
    (
        lambda: landscape(small(), X, Y, directions=np.ones((2, 13))),
        "directions holds multiples of one direction; they may be two that span a plane",
    ),
    (
        lambda: landscape(small(), X, Y, directions=np.full((2, 13), np.nan)),
        "directions[0, 0] is nan; every entry may be a finite number",
    ),
    (lambda: landscape(small(), X, Y, path=np.ones((1, 13))), f"path has shape (1, 13); {ROWS}"),
    (lambda: landscape(small(), X, Y, path=np.ones((5, 12))), f"path has shape (5, 12); {ROWS}"),
    (lambda: landscape(small(), X, Y, path=1.0), f"path has shape (); {ROWS}"),
    (lambda: landscape(small(), X, Y, span=0), "span is 0; it may be a finite number above 0"),
    (
        lambda: landscape(small(), X, Y, rng="x"),
        "rng is 'x'; it may be a seed (0 or more), a numpy.random.Generator or None",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[message[:60] for _, message in BAD])
def test_bad_arguments(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
    assert not plt.get_fignums()


def test_a_network_that_is_not_finite_has_no_diagram():
    net = small()
    net.theta[3] = np.nan
    with pytest.raises(ValueError, match=r"theta\[3\] is nan; every entry may be a finite number"):
        network_diagram(net)
