"""Every plot takes any axes of x and y, keeps what somebody chose there, and refuses by name what it cannot take."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import mpl_toolkits.axisartist as axisartist
import numpy as np
import pytest
from matplotlib.ticker import MultipleLocator, NullFormatter, NullLocator

import nnlib
from nnlib import NeuralNetwork, datasets
from nnlib.plotting import (
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
NET = NeuralNetwork(2, 2, 1, rng=0)
CLASSES = NeuralNetwork(2, 3, 3, output="softmax", rng=0)
RATES = np.array([[0.0, 0.5, 1.0], [0.25, 0.75, 0.5]])
SWEEP = SimpleNamespace(hidden_sizes=[2, 4], learning_rates=[0.01, 0.1, 1], rate=RATES, low=RATES / 2, high=RATES)
PLOTS = {
    "decision_boundary": lambda ax=None: decision_boundary(NET, X, Y, ax),
    "decision_boundary, classes": lambda ax=None: decision_boundary(CLASSES, X, np.eye(3)[[0, 1, 2, 1]], ax),
    "loss_curve": lambda ax=None: loss_curve([3, 2, 1], ax),
    "loss_curve, log": lambda ax=None: loss_curve([3, 2, 1], ax, log=True),
    "hidden_space": lambda ax=None: hidden_space(NET, X, Y, ax),
    "hidden_space, 3 units": lambda ax=None: hidden_space(CLASSES, X, np.eye(3)[[0, 1, 2, 1]], ax),
    "weights": lambda ax=None: weights(NET, ax=ax),
    "weights, images": lambda ax=None: weights(NeuralNetwork(6, 5, 1, rng=0), ax=ax, image_shape=(2, 3)),
    "success_map": lambda ax=None: success_map(SWEEP, ax),
    "confusion": lambda ax=None: confusion([0, 1, 1], [0, 1, 2], ax),
    "network_diagram": lambda ax=None: network_diagram(NET, ax, n_samples=4),
    "landscape": lambda ax=None: landscape(NET, X, Y, ax, path=np.eye(9)),
}
OWN_COORDINATES = [name for name in PLOTS if not name.startswith(("decision_boundary", "loss_curve"))]


@pytest.fixture(autouse=True)
def no_figure_left():
    yield
    plt.close("all")


def alone(*changes, **properties):
    """Return axes of a new figure, changed."""
    ax = plt.subplots(dpi=40)[1]
    ax.set(**properties)
    for change in changes:
        change(ax)
    return ax


def fix_ticks(ax):
    ax.set_xticks([0, 1, 2], ["a", "b", "c"])
    ax.yaxis.set_major_locator(MultipleLocator(0.25))


def take_ticks_away(ax):
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(NullLocator())
        axis.set_major_formatter(NullFormatter())


def draw_before(ax):
    ax.plot([-5, 9], [-3, 4], label="mine")
    ax.legend(loc="upper right")  # Matplotlib warns where a slow machine looks for the best place
    ax.grid(True)
    ax.minorticks_on()


def made_in_the_dark():
    with plt.style.context("dark_background"):
        return alone()


AXES = {
    "ticks": lambda: alone(fix_ticks),
    "no ticks": lambda: alone(take_ticks_away),
    "log": lambda: alone(xscale="log", yscale="log"),
    "symlog, ticks": lambda: alone(xscale="symlog", yscale="symlog", xticks=[0, 1], yticks=[0.1, 1]),
    "inverted limits": lambda: alone(xlim=(3, 0), ylim=(3, 0)),
    "drawn before": lambda: alone(draw_before),
    "categories": lambda: alone(lambda ax: ax.plot(["a", "b", "c"], [1, 2, 3])),
    "twin": lambda: alone().twinx(),
    "inset": lambda: alone().inset_axes([0.5, 0.5, 0.4, 0.4]),
    "shared": lambda: plt.subplots(2, 2, sharex=True, sharey=True, dpi=40)[1][1, 0],
    "subfigure": lambda: plt.figure(dpi=40, layout="constrained").subfigures(1, 2)[1].subplots(2, 1)[0],
    "no pyplot": lambda: plt.matplotlib.figure.Figure(dpi=40).subplots(),
    "dark": made_in_the_dark,
    "axisartist": lambda: plt.figure(dpi=40).add_subplot(axes_class=axisartist.Axes),
}


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("axes", AXES)
def test_every_plot_takes_any_axes(axes, plot):
    ax = AXES[axes]()
    assert PLOTS[plot](ax) is ax
    ax.get_figure(root=True).canvas.draw()
    if not (axes == "log" or axes == "symlog, ticks") or plot in OWN_COORDINATES:  # the drawn plane is another there
        assert describe(ax) == describe(PLOTS[plot]())


@pytest.mark.parametrize("plot", ["decision_boundary", "loss_curve"])
def test_ticks_that_somebody_chose_stay(plot):
    ax = PLOTS[plot](alone(fix_ticks))
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]
    assert isinstance(ax.yaxis.get_major_locator(), MultipleLocator)
    ax = PLOTS[plot](alone(xticks=[0.5]))
    assert ax.get_xticks().tolist() == [0.5]
    assert len(ax.get_yticks()) > 1


@pytest.mark.parametrize(
    "plot", ["decision_boundary", "loss_curve", "loss_curve, log", "hidden_space", "hidden_space, 3 units", "landscape"]
)
def test_an_inverted_axis_stays_inverted_and_shows_the_same(plot):
    fresh, turned = PLOTS[plot](alone()), PLOTS[plot](alone(lambda ax: ax.invert_xaxis(), lambda ax: ax.invert_yaxis()))
    np.testing.assert_array_equal(turned.get_xlim(), fresh.get_xlim()[::-1])
    np.testing.assert_array_equal(turned.get_ylim(), fresh.get_ylim()[::-1])


@pytest.mark.parametrize("plot", OWN_COORDINATES)
def test_what_has_coordinates_of_its_own_is_seen_whole_whatever_was_chosen(plot):
    fresh = PLOTS[plot]()
    for chosen in ({"xlim": (0, 0.1), "ylim": (0.2, 0.3)}, {"xscale": "log", "yscale": "symlog"}):
        ax = PLOTS[plot](alone(**chosen))
        assert ax.get_xscale() == ax.get_yscale() == "linear"
        np.testing.assert_allclose([*ax.get_xlim(), *ax.get_ylim()], [*fresh.get_xlim(), *fresh.get_ylim()])


@pytest.mark.parametrize("plot", ["weights", "success_map", "confusion"])
def test_a_table_has_neither_the_grid_nor_the_small_ticks_of_its_axes(plot):
    ax = PLOTS[plot](alone(draw_before))
    ax.figure.canvas.draw()
    lines = [tick.gridline for axis in (ax.xaxis, ax.yaxis) for tick in axis.get_major_ticks()]
    assert not any(line.get_visible() for line in lines)
    n_between = 4 if plot == "confusion" else 0  # its own lines between the cells
    assert sum(len(axis.get_minor_ticks()) for axis in (ax.xaxis, ax.yaxis)) == n_between


def test_the_limits_that_somebody_chose_stay_around_a_loss():
    ax = loss_curve([3, 2, 1], alone(xlim=(1, 9), ylim=(2, 0.5)))
    assert (ax.get_xlim(), ax.get_ylim()) == ((1, 9), (2, 0.5))
    ax = loss_curve([3, 2, 1], alone(yscale="log", ylim=(0.1, 10)))
    assert ax.get_ylim() == (0.1, 10)
    ax = loss_curve([3, 2, 1], alone(ylim=(0, 9)), log=True)  # 0 is nowhere on a logarithmic axis
    assert 0.5 < ax.get_ylim()[0] < 1 < 3 < ax.get_ylim()[1] < 4


@pytest.mark.parametrize("losses", [[-3, -2], [2, -1], [0.5, 0.25]])
def test_a_loss_is_seen_whole_and_from_0_where_nothing_is_below(losses):
    for ax in (alone(), alone(lambda ax: ax.invert_yaxis())):
        low, high = loss_curve(losses, ax).get_ybound()
        assert low < min(losses) < max(losses) < high
        assert (low == 0) == (min(losses) > 0)


def test_a_loss_from_0_cuts_nothing_off_that_was_there_before():
    assert loss_curve([3, 2, 1], alone(draw_before)).get_ylim()[0] < -3
    left, right = plt.subplots(1, 2, sharey=True)[1]
    left.plot([0, -7])
    assert loss_curve([3, 2, 1], right).get_ylim()[0] < -7
    assert loss_curve([9, 1], loss_curve([3, 2, 1])).get_ylim()[1] > 9


def test_a_logarithmic_axis_of_somebody_keeps_its_scale_and_shows_the_whole_loss():
    ax = loss_curve([1, 1e-3, 1e-6], alone(yscale="log"))
    assert ax.get_yscale() == "log"
    assert ax.get_ylim()[0] < 1e-6


def test_a_loss_near_the_largest_number_is_left_out():
    for log in (False, True):
        ax = loss_curve([1, 10, 1.7e308], log=log)
        ax.figure.canvas.draw()
        assert describe(ax) == "The loss rises from 1 to 10 over 1 epoch. Then it is no longer finite."


def test_parts_of_epochs_are_counted_as_they_are():
    assert describe(loss_curve([2, 1], epochs=[0, 0.5])) == "The loss falls from 2 to 1 over 0.5 epochs."
    assert describe(loss_curve([2, 1], epochs=[0, 10**7])).endswith("over 10000000 epochs.")


def test_a_boundary_on_logarithmic_axes_divides_the_plane_where_the_network_does():
    points = np.array([[0.01, 1], [1, 100], [0.1, 10], [10, 1000]])
    net = NeuralNetwork(2, 1, init="zeros")
    net.theta = [1000.0, -10.0, 0.0]  # the output is 0.5 where x2 is 100 x1: straight from corner to corner
    ax = decision_boundary(net, points, Y, alone(xscale="log", yscale="log"))
    np.testing.assert_allclose(ax.get_xlim(), np.power(10, [-2.75, 1.75]))  # a quarter of three decades beyond
    np.testing.assert_allclose(ax.get_ylim(), np.power(10, [-0.75, 3.75]))
    (line,) = [found for found in ax.collections if tuple(found.get_edgecolor().ravel()[:3]) == (0, 0, 0)]
    places = np.concatenate([path.vertices for path in line.get_paths()])
    np.testing.assert_allclose(places[:, 1] / places[:, 0], 100, rtol=0.01)
    assert "50 % of the drawn plane" in describe(ax)


def test_between_two_scales_each_axis_has_a_margin_of_its_own():
    points = np.array([[0.01, 0], [1, 100], [0.1, 1000], [10, 0]])
    ax = decision_boundary(NET, points, Y, alone(xscale="log"))
    np.testing.assert_allclose(ax.get_xlim(), np.power(10, [-2.75, 1.75]))
    np.testing.assert_allclose(ax.get_ylim(), [-250, 1250])


def test_a_twin_is_not_bent_to_equal_steps():
    assert decision_boundary(NET, X, Y, alone().twinx()).get_aspect() == "auto"
    assert decision_boundary(NET, X, Y, alone()).get_aspect() == 1
    assert decision_boundary(NET, X + 1, Y, alone(xscale="log")).get_aspect() == "auto"


def contrast(one, other):
    def luminance(color):
        channels = np.asarray(plt.matplotlib.colors.to_rgb(color))
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("made", ["nnlib.book", "default", "dark_background"])
@pytest.mark.parametrize("drawn", ["nnlib.book", "default", "dark_background"])
def test_words_can_be_read_on_axes_of_any_style(made, drawn):
    with plt.style.context(made):
        places = [alone() for _ in range(3)]
    with plt.style.context(drawn):
        diagram = PLOTS["network_diagram"](places[0])
        points = PLOTS["hidden_space, 3 units"](places[1])
        images = PLOTS["weights, images"](places[2])
    behind = diagram.figure.get_facecolor()
    for text in diagram.texts:
        circle = text.get_text().lstrip("-").replace(".", "").isdigit()  # a bias stands in its circle
        assert contrast(text.get_color(), "white" if circle else behind) > 7
    legend = diagram.get_legend()
    frame = legend.get_frame().get_facecolor() if legend.get_frame_on() else behind
    for text in legend.get_texts():
        assert contrast(text.get_color(), frame) > 7
    for text in points.texts:
        assert contrast(text.get_color(), points.get_facecolor()) > 7
    (scale,) = [found for found in images.figure.axes if found is not images]
    for text in (scale.yaxis.label, *scale.get_yticklabels()):
        assert contrast(text.get_color(), behind) > 7


def test_labels_lie_toward_the_middle_whatever_the_direction():
    for ax in (alone(), alone(lambda ax: ax.invert_xaxis(), lambda ax: ax.invert_yaxis())):
        hidden_space(NET, X, Y, ax)
        middle = ax.transData.transform(NET.layer_outputs(X)[0]).mean(axis=0)
        for text in ax.texts:
            x, _ = ax.transData.transform(text.xy)
            assert (text.xyann[0] > 0) == (x < middle[0])


def test_an_axes_that_was_cleared_is_described_anew():
    ax = loss_curve([2, 1])
    ax.clear()
    assert describe(ax) == ""
    assert describe(loss_curve([9, 1], ax)) == "The loss falls from 9 to 1 over 1 epoch."


def test_an_inset_is_described_with_its_figure():
    ax = loss_curve([2, 1])
    inset = loss_curve([9, 1], ax.inset_axes([0.5, 0.5, 0.4, 0.4]))
    assert describe(ax.figure) == f"{describe(ax)} {describe(inset)}"


def test_a_landscape_shows_what_is_finite():
    net = NeuralNetwork(2, 2, 1, hidden="identity", output="identity", rng=0)
    net.theta *= 1e76 / np.abs(net.theta).max()  # the losses around it go up to 1e308 and beyond
    ax = landscape(net, X, Y, span=1e78)
    ax.figure.canvas.draw()
    assert "inf" not in describe(ax)
    net.theta *= 1e100
    with pytest.raises(ValueError, match="net has no finite loss at theta, nor anywhere on this plane"):
        landscape(net, X, Y, span=1.0)


def removed():
    ax = alone()
    ax.remove()
    return ax


NO_AXES = [
    (lambda: plt.subplots(1, 2)[1], "an array of object, shape (2,); it may be one Axes, such as axes[0]"),
    (lambda: plt.subplots(2, 2)[1], "an array of object, shape (2, 2); it may be one Axes, such as axes[0, 0]"),
    (lambda: list(plt.subplots(1, 2)[1]), "a list; it may be one Axes, such as axes[0]"),
    (lambda: plt.subplots(), "a tuple; it may be one Axes, such as that of figure, ax = plt.subplots()"),
    (lambda: plt.subplot_mosaic("AB")[1], "a dict; it may be one Axes, such as axes['A']"),
    (lambda: plt.subplots()[0], "a Figure; it may be one Axes, such as figure.axes[0]"),
    (lambda: plt.figure(), "a Figure; it may be one Axes, such as figure.subplots()"),
    (lambda: "upper left", "a str; it may be one Axes, such as plt.gca()"),
    (lambda: plt, "a module; it may be one Axes, such as plt.gca()"),
    (lambda: plt.subplot(projection="polar"), "an Axes of projection 'polar'"),
    (lambda: plt.subplot(projection="3d"), "an Axes of projection '3d'"),
    (lambda: plt.subplot(projection="mollweide"), "an Axes of projection 'mollweide'"),
    (removed, "an Axes that was removed from its figure"),
]


@pytest.mark.parametrize(("make", "what"), NO_AXES, ids=[what for _, what in NO_AXES])
def test_what_is_no_axes_of_x_and_y_is_refused_by_name(make, what):
    with pytest.raises(ValueError) as caught:
        loss_curve([2, 1], make())
    assert str(caught.value).startswith(f"ax is {what}")
    assert "it may be one" in str(caught.value)


@pytest.mark.parametrize("plot", PLOTS)
def test_every_plot_refuses_a_polar_axes_and_an_array_of_axes(plot):
    for ax in (plt.subplot(projection="polar"), np.array([None, None])):
        with pytest.raises(ValueError, match="^ax is an "):
            PLOTS[plot](ax)


def test_a_description_by_hand_goes_with_any_projection_and_with_no_array():
    ax = plt.subplot(projection="polar")
    set_description(ax, "A rose.")
    assert describe(ax) == describe(ax.figure) == "A rose."
    with pytest.raises(ValueError, match=r"ax is an array of object, shape \(2,\); it may be one Axes"):
        set_description(plt.subplots(1, 2)[1], "Two.")
    with pytest.raises(ValueError, match="text is None; it may be a string"):
        set_description(ax, None)


class Fitted:
    """As an estimator of nnlib that is fitted."""

    network_ = NET


OF_A_NET = {
    "decision_boundary": lambda net: decision_boundary(net, X, Y),
    "hidden_space": lambda net: hidden_space(net, X, Y),
    "landscape": lambda net: landscape(net, X, Y),
    "network_diagram": network_diagram,
    "weights": weights,
}


@pytest.mark.parametrize("plot", OF_A_NET)
@pytest.mark.parametrize(
    ("net", "message"),
    [
        (X, "net is an array of float64, shape (4, 2); it may be a NeuralNetwork, such as nnlib.NeuralNetwork"),
        (NeuralNetwork, "net is the class NeuralNetwork; it may be a NeuralNetwork"),
        (Fitted(), "net is a Fitted; it may be the estimator's network, estimator.network_"),
        (None, "net is None; it may be a NeuralNetwork"),
        ((2, 4, 1), "net is a tuple; it may be a NeuralNetwork"),
    ],
    ids=["array", "class", "estimator", "None", "tuple"],
)
def test_what_is_no_network_is_refused_by_name(plot, net, message):
    with pytest.raises(ValueError) as caught:
        OF_A_NET[plot](net)
    assert str(caught.value).startswith(message)
    assert not plt.get_fignums()


@pytest.mark.parametrize("plot", [decision_boundary, hidden_space, landscape])
def test_arguments_in_another_order_are_refused(plot):
    with pytest.raises(ValueError, match="^net is an array"):
        plot(X, Y, NET)


@pytest.mark.parametrize("plot", ["decision_boundary", "hidden_space", "landscape", "network_diagram"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_theta_that_is_not_finite_is_refused(plot, value):
    net = NET.copy()
    net.theta[3] = value
    with pytest.raises(ValueError, match=rf"theta\[3\] is {value}; every entry may be a finite number"):
        OF_A_NET[plot](net)
    assert not plt.get_fignums()


def test_a_network_of_ones_own_may_have_only_what_is_drawn():
    own = SimpleNamespace(sizes=(2, 1), theta=NET.theta, forward=lambda points: np.ones((len(points), 1)))
    assert describe(decision_boundary(own, X, Y)).startswith("2 of 4 points are on the right side.")


def trained():
    return nnlib.train_many((2, 2, 1), X, Y, learning_rates=[0.5], seeds=[0], epochs=2)


LONG = "it may be (n,), n at least 1"
NO_LOSSES = [
    (lambda: nnlib.train(NET.copy(), X, Y, epochs=2), "losses is a History; it may be (n,), such as history.loss"),
    (
        lambda: nnlib.minimize(NET.copy(), X, Y),
        "losses is an OptimizeResult; it may be (n,), such as result.losses",
    ),
    (trained, "losses is a Population; it may be (n,), such as population.losses[:, 0]"),
    (lambda: None, "losses is None; it may be (n,), such as history.loss"),
    (list, f"losses has shape (0,); {LONG}"),
    (lambda: [[1], [2, 3]], f"losses has rows of different lengths; {LONG}"),
    (lambda: np.ones((5, 3)), f"losses has shape (5, 3); {LONG}, such as a column, losses[:, 0]"),
    (lambda: np.ones((0, 3)), f"losses has shape (0, 3); {LONG}"),
    (lambda: 0.5, f"losses has shape (); {LONG}"),
    (lambda: np.ones((2, 2, 2)), f"losses has shape (2, 2, 2); {LONG}"),
    (lambda: ["low"], f"losses holds str96, not real numbers; {LONG}"),
]


@pytest.mark.parametrize(("make", "message"), NO_LOSSES, ids=[message for _, message in NO_LOSSES])
def test_what_only_holds_losses_is_told_where_they_are(make, message):
    with pytest.raises(ValueError) as caught:
        loss_curve(make())
    assert str(caught.value) == message
    assert not plt.get_fignums()


SHOWS_NOTHING = "a log scale shows nothing of that, and a linear scale does"
BAD = [
    (lambda: loss_curve([0, 0], log=True), f"losses goes from 0 to 0; {SHOWS_NOTHING}"),
    (lambda: loss_curve([-1, 0], alone(yscale="log")), f"losses goes from -1 to 0; {SHOWS_NOTHING}"),
    (lambda: loss_curve([1], alone(xscale="log")), f"epochs goes from 0 to 0; {SHOWS_NOTHING}"),
    (lambda: loss_curve([1, 2], alone(xscale="logit")), "epochs goes from 0 to 1; a logit scale shows nothing"),
    (lambda: decision_boundary(NET, X - 1, Y, alone(yscale="log")), f"X[:, 1] goes from -1 to 0; {SHOWS_NOTHING}"),
    (lambda: loss_curve([1, 2], epochs=[0, np.nan]), "epochs[1] is nan; every entry may be a finite number"),
    (lambda: loss_curve([1, 2], epochs=100), "epochs has shape (); losses has (2,), and the two go together"),
    (
        lambda: landscape(NET, X, Y, path=nnlib.train(NET.copy(), X, Y, epochs=2, snapshots=[0, 1]).snapshots),
        "path is a dict; it may be (n_steps, 9), n_steps at least 2, such as list(history.snapshots.values())",
    ),
    (lambda: landscape(NET, X, Y, path=nnlib.History()), "path is a History; it may be (n_steps, 9), n_steps at"),
    (lambda: confusion([0, 7000], [0, 1]), "predicted holds 7000; a table is drawn for the classes 0 to 99"),
    (lambda: confusion([0], [1e300]), "actual holds 1e+300; a table is drawn for the classes 0 to 99"),
    (lambda: weights(NET, image_shape=np.ones((200, 200))), "image_shape is array([["),
    (lambda: weights(NET, image_shape="12"), "image_shape[0] is '1'; it may be a whole number, 1 or more"),
    (lambda: weights(NET, image_shape=((1, 2), 3)), "image_shape[0] is (1, 2); it may be a whole number"),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[message[:50] for _, message in BAD])
def test_bad_arguments(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 200
