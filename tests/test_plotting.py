import re
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from nnlib import NeuralNetwork, datasets, diagnose
from nnlib.plotting import (
    common,
    confusion,
    decision_boundary,
    describe,
    hidden_space,
    landscape,
    loss_curve,
    network_diagram,
    set_description,
    success_map,
    weights,
)

X, Y = datasets.xor()


@pytest.fixture(autouse=True)
def no_window_and_no_figure_left(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda *args, **kwargs: pytest.fail("plt.show was called"))
    yield
    plt.close("all")


def solution():
    """Return a 2-2-1 network that solves XOR: one unit says OR, the other AND."""
    net = NeuralNetwork(2, 2, 1, init="zeros")
    net.layers[0].W[:], net.layers[0].b[:] = [[4, 4], [4, 4]], [-2, -6]
    net.layers[1].W[:], net.layers[1].b[:] = [[4], [-4]], [-4]
    return net


def three_classes(hidden_size=3):
    net = NeuralNetwork(2, hidden_size, 3, output="softmax", rng=0)
    return net, X, np.eye(3)[[0, 1, 2, 1]]


RATES = np.array([[0.0, 0.5, 1.0], [0.25, 0.75, 0.5]])
SWEEP = SimpleNamespace(
    hidden_sizes=[2, 4], learning_rates=[0.01, 0.1, 1], rate=RATES, low=0.9 * RATES, high=1 - 0.9 * (1 - RATES)
)

DRAWINGS = {
    "decision_boundary": lambda ax=None: decision_boundary(solution(), X, Y, ax=ax),
    "decision_boundary, classes": lambda ax=None: decision_boundary(*three_classes(), ax=ax),
    "loss_curve": lambda ax=None: loss_curve([1.0, 0.5], ax=ax),
    "hidden_space": lambda ax=None: hidden_space(solution(), X, Y, ax=ax),
    "hidden_space, 3 units": lambda ax=None: hidden_space(*three_classes(), ax=ax),
    "hidden_space, classes": lambda ax=None: hidden_space(*three_classes(2), ax=ax),
    "weights": lambda ax=None: weights(solution(), ax=ax),
    "weights, images": lambda ax=None: weights(NeuralNetwork(6, 5, 1, rng=0), image_shape=(2, 3), ax=ax),
    "success_map": lambda ax=None: success_map(SWEEP, ax=ax),
    "confusion": lambda ax=None: confusion([0, 1, 1], [0, 1, 2], ax=ax),
    "network_diagram": lambda ax=None: network_diagram(solution(), ax=ax),
    "network_diagram, shapes": lambda ax=None: network_diagram(solution(), n_samples=4, ax=ax),
    "landscape": lambda ax=None: landscape(solution(), X, Y, ax=ax),
    "landscape, path": lambda ax=None: landscape(solution(), X, Y, path=np.eye(9), ax=ax),
}


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_it_draws_into_the_axes_it_is_given(draw):
    figure, (left, right) = plt.subplots(1, 2)
    assert draw(ax=right) is right
    assert right.has_data()
    assert not left.has_data()
    assert plt.get_fignums() == [figure.number]
    figure.canvas.draw()


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_without_axes_it_makes_a_figure_of_its_own(draw):
    first, second = draw(), draw()
    assert first.figure is not second.figure
    assert describe(first.figure) == describe(first) != ""


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS)
def test_the_words_are_the_same_each_time(draw):
    assert describe(draw()) == describe(draw())


def test_a_boundary_is_described_by_what_the_network_says():
    net = solution()
    said = describe(decision_boundary(net, X, Y))
    assert said.startswith("4 of 4 points are on the right side.")
    for (x1, x2), (a,) in zip(X, net.forward(X), strict=True):
        assert f"{a:.2f} at ({x1:g}, {x2:g})" in said
    wrong = describe(decision_boundary(net, X, 1 - Y))
    assert wrong.startswith("0 of 4 points are on the right side.")


def test_the_share_of_the_plane_is_the_share_of_the_plane():
    # x1 > 0.5 is the right half of the drawn square; nothing and everything where the bias alone decides
    net = NeuralNetwork(2, 1, init="zeros")
    for theta, share in (([9, 0, -4.5], 50), ([0, 0, -1], 0), ([0, 0, 1], 100), ([9, 0, -9], 17)):
        net.theta = np.array(theta, dtype=float)
        assert f"It calls {share} % of the drawn plane a 1." in describe(decision_boundary(net, X, Y))


def test_many_points_are_counted_and_not_listed():
    points, targets = datasets.noisy_xor(50, noise=0.05)
    said = describe(decision_boundary(solution(), points, targets))
    assert said.startswith("50 of 50 points are on the right side. It calls")


def test_the_black_line_runs_where_the_output_is_one_half():
    ax = decision_boundary(solution(), X, Y)
    (line,) = [found for found in ax.collections if tuple(found.get_edgecolor().ravel()[:3]) == (0, 0, 0)]
    points = np.concatenate([path.vertices for path in line.get_paths()])
    np.testing.assert_allclose(solution().forward(points), 0.5, atol=0.01)


def test_where_nothing_is_divided_no_line_is_drawn():
    net = NeuralNetwork(2, 1, init="zeros")
    net.theta = [0.0, 0.0, 3.0]
    ax = decision_boundary(net, X, Y)
    assert not any(tuple(found.get_edgecolor().ravel()[:3]) == (0, 0, 0) for found in ax.collections)


def test_each_class_has_a_color_and_a_marker_of_its_own_and_all_its_points():
    net, points, targets = three_classes()
    ax = decision_boundary(net, points, targets)
    scatters = {found.get_label(): found for found in ax.collections if found.get_label() in "012"}
    assert {label: len(found.get_offsets()) for label, found in scatters.items()} == {"0": 1, "1": 2, "2": 1}
    assert len({tuple(found.get_facecolor()[0]) for found in scatters.values()}) == 3
    assert len({found.get_paths()[0].vertices.tobytes() for found in scatters.values()}) == 3
    np.testing.assert_array_equal(scatters["2"].get_offsets(), [[1, 0]])


def test_several_classes_are_counted_by_the_winner():
    net, points, targets = three_classes()
    n_right = int((net.predict(points) == targets.argmax(axis=1)).sum())
    assert describe(decision_boundary(net, points, targets)).startswith(f"{n_right} of 4 points are on the right side.")


def test_the_plane_reaches_beyond_the_points():
    ax = decision_boundary(solution(), X * [1, 3] + 5, Y)
    assert ax.get_xlim()[0] < 5 < 6 < ax.get_xlim()[1]
    assert ax.get_ylim()[0] < 5 < 8 < ax.get_ylim()[1]


@pytest.mark.parametrize("draw", [decision_boundary, hidden_space])
@pytest.mark.parametrize("hidden_size", [2, 3])
def test_a_single_point_can_be_drawn(draw, hidden_size):
    ax = draw(NeuralNetwork(2, hidden_size, 1, rng=0), X[:1], Y[:1])
    ax.figure.canvas.draw()
    assert describe(ax).startswith(("1 of 1", "0 of 1", "1 points"))


@pytest.mark.parametrize("output", ["identity", "tanh", "relu", "softplus"])
def test_outputs_beyond_0_and_1_can_be_drawn(output):
    net = NeuralNetwork(2, 3, 1, output=output, init="normal", rng=0)
    net.theta *= 10
    decision_boundary(net, X, Y).figure.canvas.draw()


@pytest.mark.parametrize(
    ("losses", "options", "expected"),
    [
        ([0.25, 0.125, 0.01], {}, "The loss falls from 0.25 to 0.01 over 2 epochs."),
        ([0.1, 0.3], {}, "The loss rises from 0.1 to 0.3 over 1 epoch."),
        ([1.0, 0.5], {"label": "CG", "unit": "evaluation"}, "The loss of CG falls from 1 to 0.5 over 1 evaluation."),
        ([1.0, 0.5], {"epochs": [0, 100], "unit": "iteration"}, "The loss falls from 1 to 0.5 over 100 iterations."),
        ([1, 9, np.inf], {}, "The loss rises from 1 to 9 over 1 epoch. Then it is no longer finite."),
        ([np.nan, np.inf], {}, "The loss is nowhere finite."),
        ([1e-9, 1.23456e-12], {"log": True}, "The loss falls from 1e-09 to 1.23e-12 over 1 epoch."),
    ],
)
def test_a_loss_is_described_by_its_numbers(losses, options, expected):
    ax = loss_curve(losses, **options)
    ax.figure.canvas.draw()
    assert describe(ax) == expected


def test_a_loss_curve_draws_the_numbers():
    ax = loss_curve([4.0, np.inf, 1.0], epochs=[0, 10, 20], label="mine", unit="evaluation", log=True)
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_xdata(), [0, 10, 20])
    np.testing.assert_array_equal(line.get_ydata(), [4, np.nan, 1])
    assert (line.get_label(), ax.get_xlabel(), ax.get_ylabel()) == ("mine", "evaluation", "loss")
    assert ax.get_yscale() == "log"


def test_a_loss_curve_has_whole_epochs_on_its_axis():
    ax = loss_curve(np.linspace(1, 0.5, 20))
    loss_curve([1.0, 0.5], ax=ax)
    assert all(tick == round(tick) for tick in ax.get_xticks())
    ax.set_xscale("log")
    loss_curve([1.0, 0.5], ax=ax)


def test_two_curves_on_one_axes_are_both_described():
    ax = loss_curve([1.0, 0.5], label="CG")
    ax.plot(1, 0.5, "ko")
    loss_curve([1.0, 0.25], ax=ax, label="BFGS")
    assert [line.get_linestyle() for line in ax.lines] == ["-", "None", "--"]
    assert (
        describe(ax)
        == "The loss of CG falls from 1 to 0.5 over 1 epoch. The loss of BFGS falls from 1 to 0.25 over 1 epoch."
    )


def test_hidden_space_shows_two_units_as_they_are():
    net = solution()
    ax = hidden_space(net, X, Y)
    H = net.layer_outputs(X)[0]
    offsets = np.concatenate([found.get_offsets() for found in ax.collections if found.get_label() in ("0", "1")])
    np.testing.assert_allclose(np.sort(offsets, axis=0), np.sort(H, axis=0))
    listed = ", ".join(f"({h1:.2f}, {h2:.2f})" for h1, h2 in H)
    assert describe(ax) == f"4 points as 2 hidden units see them, at {listed}."


def test_hidden_space_projects_more_units_on_their_leading_directions():
    net, points, targets = three_classes(5)
    ax = hidden_space(net, points, targets)
    offsets = np.concatenate([found.get_offsets() for found in ax.collections if found.get_label() in "012"])
    H = net.layer_outputs(points)[0]
    # the leading directions hold the largest eigenvalues of the covariance, and the order of points is by class
    spread = np.sort(np.linalg.eigvalsh((H - H.mean(axis=0)).T @ (H - H.mean(axis=0))))[::-1][:2]
    np.testing.assert_allclose((offsets**2).sum(axis=0), spread, rtol=1e-9)
    np.testing.assert_allclose(offsets.mean(axis=0), 0, atol=1e-12)


def test_hidden_space_looks_at_the_last_hidden_layer():
    net = NeuralNetwork(2, 5, 2, 1, rng=0)
    ax = hidden_space(net, X, Y)
    h1, h2 = net.layer_outputs(X)[1][0]
    assert f"4 points as 2 hidden units see them, at ({h1:.2f}, {h2:.2f})," in describe(ax)


def test_points_of_the_hidden_space_carry_their_inputs():
    ax = hidden_space(solution(), X, Y)
    written = " ".join(text.get_text() for text in ax.texts)
    assert sorted(re.findall(r"\(\d, \d\)", written)) == ["(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)"]


def test_many_points_of_the_hidden_space_are_counted():
    points, targets = datasets.noisy_xor(50)
    ax = hidden_space(solution(), points, targets)
    assert describe(ax) == "50 points as 2 hidden units see them."
    assert not ax.texts


def test_a_figure_is_described_by_its_axes_led_by_their_titles():
    figure, (left, right) = plt.subplots(1, 2)
    loss_curve([1.0, 0.5], ax=right)
    set_description(left, diagnose(Y).sentence)
    left.set_title("Outputs")
    assert describe(figure) == f"Outputs: {diagnose(Y).sentence} {describe(right)}"


def test_what_was_described_by_hand_replaces_what_was_computed():
    ax = loss_curve([1.0, 0.5])
    set_description(ax, "A straight line down.")
    assert describe(ax) == "A straight line down."


def test_what_nnlib_did_not_draw_has_no_words():
    figure, ax = plt.subplots()
    ax.set_title("A title alone")
    assert describe(ax) == describe(figure) == ""


def test_descriptions_go_away_with_their_axes():
    import gc

    for _ in range(3):
        plt.close(loss_curve([1.0, 0.5]).figure)
    gc.collect()
    assert not any(ax.figure and not plt.fignum_exists(ax.figure.number) for ax in common.descriptions)


@pytest.mark.parametrize("draw", [decision_boundary, hidden_space, landscape])
def test_inputs_are_left_as_they_were(draw):
    net, points, targets = solution(), X.copy(), Y.copy()
    before = net.theta.tobytes()
    draw(net, points, targets)
    assert net.theta.tobytes() == before
    np.testing.assert_array_equal(points, X)
    np.testing.assert_array_equal(targets, Y)
