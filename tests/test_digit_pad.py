"""The DigitPad in Python: what it sends to the page, what it takes from there, and what it refuses."""

import base64
import io
import json
from types import SimpleNamespace

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

import nnlib
from nnlib.validation import short
from nnlib.widgets import DigitPad

X, Y = nnlib.datasets.digits()
NET = nnlib.NeuralNetwork(64, 5, 10, output="softmax", rng=0)
nnlib.minimize(NET, X, Y, loss="cross_entropy", method="L-BFGS-B", options={"maxiter": 60})


@pytest.fixture(autouse=True)
def no_widgets_left():
    yield
    ipywidgets.Widget.close_all()
    plt.close("all")


def from_text(text):
    return np.array([int(letter, 17) for letter in text]) / 16


def test_an_empty_pad_has_an_answer_too():
    pad = DigitPad(NET)
    assert not pad.pixels.any() and pad.examples == []
    np.testing.assert_allclose(pad.probabilities, NET.forward(np.zeros((1, 64)))[0], rtol=1e-5)


def test_what_is_set_is_read():
    pad = DigitPad(NET, pixels=X[3].reshape(8, 8))
    np.testing.assert_array_equal(pad.pixels, X[3])
    for row in range(20):
        pad.pixels = X[row]
        np.testing.assert_allclose(pad.probabilities, NET.forward(X[row : row + 1])[0], atol=1e-6)
        assert pad.digit == pad.probabilities.argmax()
    assert repr(pad) == f"DigitPad(NeuralNetwork(64, 5, 10, hidden='tanh', output='softmax'), digit={pad.digit})"


def test_what_the_page_draws_is_read():
    pad, heard = DigitPad(NET), []
    pad.observe(lambda change: heard.append(change["new"]), "digit")
    right = next(row for row in range(20) if NET.predict(X[row : row + 1])[0] not in (0, pad.digit))
    pad.set_state({"pixels": (16 * X[right]).astype(int).tolist()})
    np.testing.assert_array_equal(pad.pixels, X[right])
    assert heard == [pad.digit] == [NET.predict(X[right : right + 1])[0]]


def test_the_pad_keeps_a_network_of_its_own():
    net = NET.copy()
    pad = DigitPad(net, pixels=X[0])
    before = pad.probabilities
    net.theta[:] = 0
    pad.pixels = X[1]
    pad.pixels = X[0]
    np.testing.assert_array_equal(pad.probabilities, before)


def test_pixels_are_a_copy():
    mine = X[0].copy()
    pad = DigitPad(NET, pixels=mine)
    mine[:] = 0
    assert pad.pixels.any()


def test_the_page_is_told_all_that_it_needs():
    state = DigitPad(NET, X, Y, pixels=X[0]).get_state()
    assert state["sizes"] == [64, 5, 10] and state["hidden"] == "tanh"
    theta = np.frombuffer(base64.b64decode(state["theta"]), "<f4")
    np.testing.assert_array_equal(theta, NET.theta.astype(np.float32))
    assert state["pixels"] == (16 * X[0]).tolist()
    json.dumps(state)
    assert len(json.dumps(state["examples"])) < 5000


def test_examples_are_the_first_of_each_digit_and_the_mistakes():
    pad = DigitPad(NET, X[:600], Y[:600], n_examples=2)
    labels, predicted = Y[:600].argmax(axis=1), NET.predict(X[:600])
    read = [label for _, label, right in pad.examples if right]
    assert read == [digit for digit in range(10) for _ in range(2)]
    for pixels, label, right in pad.examples:
        row = np.flatnonzero((X[:600] == from_text(pixels)).all(axis=1))[0]
        assert labels[row] == label and (predicted[row] == label) == right
    n_mistakes = (labels != predicted).sum()
    assert 0 < n_mistakes and len(pad.examples) == 20 + min(n_mistakes, 20)


def test_a_network_without_mistakes_shows_none():
    right = NET.predict(X) == Y.argmax(axis=1)
    assert all(example[2] for example in DigitPad(NET, X[right], Y[right]).examples)


def test_its_size_is_told_for_each_width():
    sizes = [DigitPad(NET).size, DigitPad(NET, X, Y).size]
    for size in sizes:
        assert [width for width, _ in size] == [0, 640]
    assert all(bare < full for (_, bare), (_, full) in zip(*sizes, strict=True))


def test_a_still_stands_for_it():
    pad = DigitPad(NET, pixels=X[0])
    data, _ = pad._repr_mimebundle_()
    assert {"image/png", "text/plain", "application/vnd.jupyter.widget-view+json"} <= set(data)
    still = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("L")
    pad.pixels = X[1]
    again = Image.open(io.BytesIO(base64.b64decode(pad._repr_mimebundle_()[0]["image/png"]))).convert("L")
    assert still.size == again.size == (640, 300) and np.any(np.asarray(still) != np.asarray(again))
    assert plt.get_fignums() == []


ONES = np.ones((2, 10)) / 10
REFUSED = {
    "no network": (lambda: DigitPad(7), r"net is an int; it may be a NeuralNetwork\(64, ..., 10, output='softmax'\)"),
    "another size": (lambda: DigitPad(nnlib.NeuralNetwork(2, 4, 1)), r"net is NeuralNetwork\(2, 4, 1, .*; it may be"),
    "no softmax": (lambda: DigitPad(nnlib.NeuralNetwork(64, 10)), "net is NeuralNetwork.*output='sigmoid'.*it may be"),
    "a class": (lambda: DigitPad(nnlib.NeuralNetwork), "net is an? .*; it may be"),
    "an estimator": (lambda: DigitPad(SimpleNamespace(network_=NET)), "net is a Simple.*estimator.network_"),
    "data for a net": (lambda: DigitPad(X, Y), "net is an array of .*; it may be"),
    "soft targets": (lambda: DigitPad(NET, X[:2], ONES), r"Y has rows that are not one-hot; .*np.eye\(10\)"),
    "labels in a row": (lambda: DigitPad(NET, X, Y.argmax(axis=1)), r"Y has shape \(1797,\)"),
    "half an example": (lambda: DigitPad(NET, X, Y, n_examples=0.5), "n_examples is 0.5"),
    "a shape": (lambda: DigitPad(NET, pixels=np.zeros(63)), r"pixels has shape \(63,\); the pad takes \(64,\) or"),
    "too much ink": (lambda: DigitPad(NET, pixels=16 * X[0]), "pixels goes from 0 to 1[56]; ink may be from 0 to 1"),
    "NaN": (lambda: DigitPad(NET, pixels=np.full(64, np.nan)), r"pixels\[0\] is nan"),
    "words": (lambda: DigitPad(NET, pixels=["a"] * 64), "pixels holds str.*the pad takes"),
    "X alone": (lambda: DigitPad(NET, X), "Y is None; it may be None only together with the other"),
    "Y alone": (lambda: DigitPad(NET, Y=Y), "X is None"),
    "other examples": (lambda: DigitPad(NET, X[:, 1:], Y), r"X has shape \(1797, 63\); the pad takes"),
    "labels": (lambda: DigitPad(NET, X, Y[:, :1]), r"Y has shape \(1797, 1\); the pad takes"),
    "fewer targets": (lambda: DigitPad(NET, X, Y[1:]), "Y has 1796 rows; X has 1797"),
    "examples of 0 to 16": (lambda: DigitPad(NET, 16 * X, Y), "X goes from 0 to 16; ink may be"),
    "a count": (lambda: DigitPad(NET, X, Y, n_examples=-1), "n_examples is -1; it may be a whole number, 0 or more"),
}


@pytest.mark.parametrize(("make", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_bad_input_is_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()


def test_a_network_that_is_not_finite_is_refused():
    net = NET.copy()
    net.theta[7] = np.inf
    with pytest.raises(ValueError, match=r"net.theta\[7\] is inf"):
        DigitPad(net)


def state_of(pad):
    return repr(pad.get_state()), repr(pad.probabilities), pad.digit


TRAITS = {
    "pixels": [np.full(64, 2.0), None, "7", np.zeros(63), [[0] * 8] * 7, object, [None] * 64],
    "probabilities": [np.zeros(10), None], "digit": [3, None], "sizes": [[64, 10], None], "hidden": ["relu", None],
    "theta": ["", None, NET.theta], "examples": [[], None], "size": [[], None],
}  # fmt: skip


@pytest.mark.parametrize(("name", "wrong"), [(name, wrong) for name in TRAITS for wrong in TRAITS[name]], ids=short)
def test_a_refused_setting_leaves_the_pad_as_it_was(name, wrong):
    pad = DigitPad(NET, X[:50], Y[:50], pixels=X[0])
    before = state_of(pad)
    with pytest.raises(ValueError, match=name) as refused:
        setattr(pad, name, wrong)
    assert state_of(pad) == before and len(str(refused.value)) < 300
    pad.pixels = X[7]
    assert pad.digit == NET.predict(X[7:8])[0]


NO_INK = [None, "ink", 3, [0] * 63, [17] + [0] * 63, [None] * 64, [-1] * 64, [[0]] * 64]


@pytest.mark.parametrize("ink", NO_INK, ids=short)
def test_a_message_that_is_no_ink_changes_nothing(ink):
    pad = DigitPad(NET, pixels=X[0])
    before = state_of(pad)
    with pytest.raises(ValueError, match="pixels"):
        pad.set_state({"pixels": ink})
    with pytest.raises(ValueError, match="theta"):
        pad.set_state({"pixels": [0] * 64, "theta": "x"})
    assert state_of(pad) == before
