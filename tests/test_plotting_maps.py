"""Tables of colored cells: each cell holds the number that belongs there, and the words say the same."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

from nnlib import NeuralNetwork
from nnlib.plotting import confusion, describe, success_map, weights
from nnlib.plotting.palette import NEGATIVE, POSITIVE


@pytest.fixture(autouse=True)
def no_figure_left():
    yield
    plt.close("all")


def cells(ax):
    """Return the written numbers: (row, column) to text, several texts of a cell joined by a slash."""
    found = {}
    for text in ax.texts:
        j, i = text.xy
        found[int(i), int(j)] = "/".join(filter(None, [found.get((int(i), int(j))), text.get_text()]))
    return found


def counted(sizes=(3, 2, 1)):
    """Return a network whose theta counts -4, -3, ..."""
    net = NeuralNetwork(*sizes, init="zeros")
    net.theta = np.arange(len(net.theta)) - 4.0
    return net


def sweep(**changes):
    rate = np.array([[0.0, 0.5, 0.98], [0.25, 0.75, 0.5]])
    given = {"rate": rate, "low": 0.9 * rate, "high": 0.1 + 0.9 * rate, "hidden_sizes": [1, 4]}
    return SimpleNamespace(**({"learning_rates": [0.01, 0.1, 1]} | given | changes))


def test_a_table_of_weights_has_a_row_for_each_input_and_a_column_for_each_unit():
    net = counted()
    ax = weights(net)
    assert cells(ax) == {(i, j): f"{net.layers[0].W[i, j]:.2f}" for i in range(3) for j in range(2)}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("unit of layer 1", "input")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["1", "2", "3"]
    assert describe(ax) == (
        "The weights of layer 1 as a table of 3 x 2, from -4.00 from input 1 to unit 1, "
        "up to 1.00 from input 3 to unit 2."
    )


def test_a_later_layer_is_named_by_its_own_number():
    ax = weights(counted(), layer=1)
    assert cells(ax) == {(0, 0): "4.00", (1, 0): "5.00"}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("unit of layer 2", "unit of layer 1")
    assert "from 4.00 from unit 1 to unit 1, up to 5.00 from unit 2 to unit 1" in describe(ax)


@pytest.mark.parametrize("image_shape", [None, (1, 3)])
@pytest.mark.parametrize("sign", [-1, 1])
def test_zero_is_white_and_both_signs_reach_equally_far(sign, image_shape):
    net = counted()
    net.theta *= sign
    (image,) = weights(net, image_shape=image_shape).images
    assert image.norm.vmin == -image.norm.vmax == -4
    np.testing.assert_allclose(image.cmap(image.norm(0.0)), [1, 1, 1, 1], atol=0.02)
    assert image.cmap(image.norm(-4.0)) == to_rgba(NEGATIVE)
    assert image.cmap(image.norm(4.0)) == to_rgba(POSITIVE)


def test_weights_of_zero_are_drawn():
    ax = weights(NeuralNetwork(2, 3, 1, init="zeros"))
    ax.figure.canvas.draw()
    assert describe(ax).endswith("Of its 3 units 1 differ.")


def test_a_large_table_has_a_scale_in_place_of_numbers():
    ax = weights(NeuralNetwork(30, 12, 1, rng=0))
    assert not ax.texts
    assert [found.get_ylabel() for found in ax.figure.axes] == ["input", "weight"]
    named = [int(label.get_text()) for label in ax.get_yticklabels()]
    assert (named[0], named[-1], len(named)) == (1, 30, 8)
    np.testing.assert_array_equal(ax.get_yticks() + 1, named)


def test_each_unit_is_an_image_of_its_own_weights():
    net = NeuralNetwork(6, 5, 1, rng=0)
    (image,) = weights(net, image_shape=(2, 3)).images
    sheet, found = np.ma.filled(image.get_array(), np.nan), []
    for top in range(0, sheet.shape[0], 3):
        for left in range(0, sheet.shape[1], 4):
            found.append(sheet[top : top + 2, left : left + 3])
    np.testing.assert_array_equal(
        [part for part in found if np.isfinite(part).all()], net.layers[0].W.T.reshape(5, 2, 3)
    )
    assert np.isfinite(sheet).sum() == 30


def test_images_are_described_by_their_pixels():
    net = NeuralNetwork(6, 2, 1, init="zeros")
    net.layers[0].W[5, 1], net.layers[0].W[1, 0] = 3, -2
    assert describe(weights(net, image_shape=(2, 3))) == (
        "The weights of layer 1 as 2 images of 2 x 3 pixels, from -2.00 from row 1, column 2 to unit 1, "
        "up to 3.00 from row 2, column 3 to unit 2."
    )


def test_a_success_map_writes_percentages_and_intervals():
    ax = success_map(sweep())
    found = cells(ax)
    assert len(found) == 6
    assert found[0, 0] == "0/0 to 10"
    assert found[0, 2] == "98/88 to 98"
    assert found[1, 0] == "25/22 to 32"
    assert ax.get_title() == "learned [%]"
    above = [text.xyann[1] > 0 for text in ax.texts]
    assert above == ["to" not in text.get_text() for text in ax.texts]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0.01", "0.1", "1"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["1", "4"]
    assert ax.get_ylim()[0] < ax.get_ylim()[1]  # more hidden units stand higher
    (image,) = ax.images
    np.testing.assert_array_equal(image.get_array(), 100 * sweep().rate)
    assert (image.norm.vmin, image.norm.vmax) == (0, 100)


def test_a_success_map_of_many_sizes_writes_percentages_alone():
    share = np.linspace(0, 1, 8)[:, None]
    ax = success_map(SimpleNamespace(hidden_sizes=range(1, 9), learning_rates=[1], rate=share, low=share, high=share))
    assert cells(ax)[1, 0] == "14"


def test_a_success_map_is_described_by_its_ends_and_all_its_rates():
    said = describe(success_map(sweep()))
    assert said == (
        "learned [%]: Success goes from 0 % (0 to 10 %) with 1 hidden unit at learning rate 0.01 "
        "up to 98 % (88 to 98 %) with 1 hidden unit at learning rate 1. "
        "At the learning rates 0.01, 0.1, 1: 1 hidden unit: 0, 50, 98 %. 4 hidden units: 25, 75, 50 %."
    )
    assert describe(success_map(sweep(rate=sweep().rate[::-1]))) != said


def test_a_confusion_counts_rows_of_actual_and_columns_of_predicted():
    ax = confusion([0, 1, 1, 1, 2, 0, 0, 2], [0, 1, 2, 2, 2, 1, 0, 2])
    assert cells(ax) == {(0, 0): "2", (1, 1): "1", (2, 2): "2", (2, 1): "2", (1, 0): "1"}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted", "actual")
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # class 0 on top
    assert describe(ax) == "5 of 8 right, 62.5 %. The most frequent mistake: 2 is taken for 1, 2 of 4 times."


def test_right_and_wrong_have_colors_of_their_own():
    right, wrong = confusion([0, 1, 0], [0, 1, 1]).images
    assert np.ma.getmaskarray(right.get_array()).tolist() == [[False, True], [True, False]]
    assert np.ma.getmaskarray(wrong.get_array()).tolist() == [[True, False], [False, True]]
    assert right.cmap(1.0)[2] > right.cmap(1.0)[0]
    assert wrong.cmap(1.0)[0] > wrong.cmap(1.0)[2]


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_labels_may_be_a_column(shape):
    labels = np.reshape([0.0, 1.0, 1.0], shape)
    assert describe(confusion(labels, labels)) == "3 of 3 right, 100.0 %. No class is taken for another."


def test_one_class_alone_can_be_counted():
    ax = confusion([0, 0], [0, 0])
    ax.figure.canvas.draw()
    assert cells(ax) == {(0, 0): "2"}


def test_numbers_stand_out_from_their_cells():
    """The contrast of text and cell is at least 4.5 to 1, as the guidelines for web content ask (WCAG 1.4.3)."""

    def luminance(color):
        channels = np.asarray(plt.matplotlib.colors.to_rgb(color))
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        return linear @ [0.2126, 0.7152, 0.0722]

    rate = np.linspace(0, 1, 101)[None]
    ax = success_map(
        SimpleNamespace(hidden_sizes=[2], learning_rates=np.arange(1, 102), rate=rate, low=rate, high=rate)
    )
    (image,) = ax.images
    for text in ax.texts:
        behind = luminance(image.cmap(image.norm(100 * rate[0, int(text.xy[0])]))[:3])
        lighter, darker = sorted([luminance(text.get_color()), behind], reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) > 4.5


WHOLE = "it may be (n_samples,) of whole numbers, 0 or more"
PIXELS = "it may be (height, width) with 3 pixels in all"
BAD = [
    (lambda: weights(counted(), 2), "layer is 2; this network has the layers 0 to 1"),
    (lambda: weights(counted(), -1), "layer is -1; it may be a whole number, 0 or more"),
    (lambda: weights(counted(), image_shape=(2, 2)), f"image_shape is (2, 2); {PIXELS}"),
    (lambda: weights(counted(), image_shape=3), f"image_shape is 3; {PIXELS}"),
    (lambda: weights(counted(), image_shape=(3, 1.0)), "image_shape[1] is 1.0; it may be a whole number, 1 or more"),
    (lambda: success_map(0.5), "sweep is a float; it may be what nnlib.sweep returns"),
    (lambda: success_map(sweep(low=[[0.5]])), "sweep.low has shape (1, 1); with its sizes and rates it may be (2, 3)"),
    (lambda: success_map(sweep(rate=[[75] * 3] * 2)), "sweep.rate goes from 75 to 75; it may be from 0 to 1"),
    (lambda: success_map(sweep(high=[[np.nan] * 3] * 2)), "sweep.high goes from nan to nan; it may be from 0 to 1"),
    (lambda: confusion([0, 1], [0]), "predicted has 2 labels; actual has 1, and the two go together"),
    (lambda: confusion([], []), f"predicted has shape (0,); {WHOLE}"),
    (lambda: confusion([0], np.eye(2)), f"actual has shape (2, 2); {WHOLE}, such as actual.argmax(axis=1)"),
    (lambda: confusion([0.7], [1]), f"predicted holds 0.7; {WHOLE}"),
    (lambda: confusion([0], [-1]), f"actual holds -1; {WHOLE}"),
    (lambda: confusion([np.nan], [1]), f"predicted holds nan; {WHOLE}"),
    (lambda: confusion(["a"], [1]), f"predicted holds str32, not real numbers; {WHOLE}"),
]


@pytest.mark.parametrize(("call", "message"), BAD, ids=[message[:60] for _, message in BAD])
def test_bad_arguments(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value) == message
    assert not plt.get_fignums()


def test_weights_that_are_not_finite_are_refused():
    net = counted()
    net.layers[0].W[1, 0] = np.inf
    with pytest.raises(ValueError, match=r"W\[1, 0\] is inf; every entry may be a finite number"):
        weights(net)
