"""The Playground as Python sees it: settings that are checked, one theta, a still. The page's half is in tests/site."""

import base64
import io

import ipywidgets
import numpy as np
import pytest
from PIL import Image

import nnlib
from nnlib.widgets import Playground
from nnlib.widgets.settings import CHOICES, CONTROLS, VIEWS
from nnlib.widgets.stage import ENGINE, PAGE, read_scripts


@pytest.fixture(autouse=True)
def no_widgets_left():
    yield
    ipywidgets.Widget.close_all()


X, Y = nnlib.datasets.xor()
REFUSED = {
    "data": ({"data": "circle"}, "data is 'circle'; it may be one of 'xor', 'noisy_xor'"),
    "points of three": ({"data": (np.ones((4, 3)), Y)}, r"X has shape \(4, 3\); the Playground takes \(n_samples, 2\)"),
    "points without end": ({"data": (np.full((4, 2), np.inf), Y)}, "X"),
    "classes": ({"data": (X, 2 * Y)}, "Y holds more than 0 and 1; each point may be of class 0 or 1"),
    "other numbers": ({"data": (X, Y[:3])}, "Y has 3 rows; X has 4"),
    "hidden_size": ({"hidden_size": 17}, "hidden_size is 17; it may be from 0 to 16, or two of them"),
    "three layers": ({"hidden_size": (2, 2, 2)}, r"hidden_size is \(2, 2, 2\); it may be from 0 to 16, or two"),
    "half a unit": ({"hidden_size": 2.5}, "hidden_size is 2.5"),
    "learning_rate": ({"learning_rate": 0}, "learning_rate is 0; it may be"),
    "nan": ({"learning_rate": float("nan")}, "learning_rate is nan"),
    "activation": ({"activation": "softmax"}, "activation is 'softmax'; it may be one of"),
    "loss": ({"loss": "hinge"}, "loss is 'hinge'; it may be one of 'mse', 'binary_cross_entropy'"),
    "optimizer": ({"optimizer": "sgd"}, "optimizer is 'sgd'; it may be one of 'gd'"),
    "l2": ({"l2": -1}, "l2 is -1"),
    "noise": ({"noise": -0.1}, "noise is -0.1"),
    "batch_size": ({"batch_size": -3}, "batch_size is -3"),
    "seed": ({"seed": 10000}, "seed is 10000; it may be from 0 to 9999"),
    "n_samples": ({"n_samples": 0}, "n_samples is 0"),
    "init": ({"init": "ones"}, "init is 'ones'; it may be one of"),
    "epochs": ({"epochs": -1}, "epochs is -1"),
    "speed": ({"speed": 50}, "speed is 50; it may be one of 0, 1, 10, 100"),
    "show": ({"show": ["boundary", "weights"]}, "show is 'weights'; it may be one of 'status', 'boundary'"),
    "controls": ({"controls": ["rate"]}, "controls is 'rate'; it may be one of 'data', 'learning_rate'"),
    "many weights": ({"controls": ["weights"]}, "controls has 'weights'; with 17 weights it may be up to 9"),
    "race": ({"race": [{"data": "xor"}]}, "race is 'data'; it may be one of"),
    "race's rate": ({"race": [{"learning_rate": -1}]}, "learning_rate is -1"),
    "theta": ({"theta": np.zeros(3)}, r"theta has shape \(3,\); this network takes \(17,\)"),
    "theta's nan": ({"theta": np.full(17, np.nan)}, "theta"),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused_by_name(settings, message):
    with pytest.raises(ValueError, match=message):
        Playground(**settings)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("hidden_size", 17), ("learning_rate", -1), ("activation", "x"), ("theta", [1, 2]), ("seed", -1)],
)
def test_a_trait_refuses_it_too_and_keeps_what_it_had(name, wrong):
    playground = Playground()
    before = getattr(playground, name)
    with pytest.raises(ValueError, match=name):
        setattr(playground, name, wrong)
    assert np.array_equal(getattr(playground, name), before)


def test_it_starts_where_the_network_of_its_settings_starts():
    settings = {"hidden_size": (3, 2), "activation": "sigmoid", "init": "normal", "seed": 5}
    playground = Playground(**settings, loss="binary_cross_entropy", l2=0.01)
    net = nnlib.NeuralNetwork(2, 3, 2, 1, hidden="sigmoid", init="normal", rng=5)
    assert np.array_equal(playground.theta, net.theta) and np.array_equal(playground.to_network().theta, net.theta)
    assert playground.loss == net.loss(X, Y, loss="binary_cross_entropy", l2=0.01)
    assert playground.epoch == 0 and playground.history == {"epoch": [0], "loss": [playground.loss]}


def test_what_to_network_returns_is_a_network_of_its_own():
    playground = Playground()
    net = playground.to_network()
    net.theta[:] = 0
    assert playground.theta.any()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("data", "moons"), ("hidden_size", 7), ("hidden_size", (2, 5)), ("learning_rate", 3.0), ("activation", "relu"),
        ("loss_name", "binary_cross_entropy"), ("optimizer", "adam"), ("l2", 0.001), ("noise", 0.3), ("batch_size", 8),
        ("seed", 12),
    ],
)  # fmt: skip
def test_a_setting_is_read_and_set_from_python(name, value):
    playground = Playground(epochs=5)
    playground._stage.epoch = 99  # as the page reports it
    assert playground.epoch == 99
    setattr(playground, name, value)
    assert getattr(playground, name) == value
    assert playground.epoch == 0  # one run has one setting
    n_params = playground.to_network().theta.size
    assert playground.theta.shape == (n_params,) and len(playground._stage.theta) == n_params


def test_a_value_that_is_no_choice_becomes_one():
    playground = Playground(learning_rate=0.7, hidden_size=5)
    control = playground._controls["learning_rate"]
    assert control.label == "0.7" and playground._stage.choices["learning_rate"][control.index] == 0.7
    assert 0.7 not in CHOICES["learning_rate"]  # of this one alone
    playground.learning_rate = 0.02
    assert control.label == "0.02"
    rates = playground._stage.choices["learning_rate"]
    assert rates == sorted(rates) and [rate for _, rate in control.options] == rates


def test_what_the_page_reports_reaches_python():
    playground = Playground()
    seen = []
    playground.observe(lambda change: seen.append(change["name"]), ["epoch", "theta", "message"])
    theta = (playground.theta + 1).tolist()
    playground._stage.set_state({"epoch": 40, "theta": theta, "loss": 0.125, "message": "on the 1/8 plateau"})
    assert playground.epoch == 40 and playground.loss == 0.125 and playground.message == "on the 1/8 plateau"
    assert np.array_equal(playground.to_network().theta, theta)
    assert set(seen) == {"epoch", "theta", "message"}
    playground._stage.set_state({"hidden_size_index": CHOICES["hidden_size"].index(6), "second_layer_index": 2})
    assert playground.hidden_size == (6, 2)


def test_theta_that_is_set_is_sent_to_the_page():
    playground = Playground()
    playground.theta = np.arange(17.0)
    assert playground._stage.start == list(range(17)) and playground.epoch == 0
    playground.seed = 3  # another start takes its place
    assert playground._stage.start is None


def test_own_points_are_read_back():
    points = np.array([[0.1234, 0], [1, 1], [2, -0.5]]), [[0], [1], [1]]
    playground = Playground(points)
    assert playground.data == "own"
    own_X, own_Y = playground.read_data()
    assert own_X.tolist() == [[0.123, 0], [1, 1], [2, -0.5]] and own_Y.tolist() == points[1]


@pytest.mark.parametrize("data", CHOICES["data"])
def test_drawn_data_are_the_datasets(data):
    read = Playground(data, noise=0.2, n_samples=50).read_data()
    drawn = (X, Y) if data in ("xor", "own") else getattr(nnlib.datasets, data)(50, noise=0.2, rng=0)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(read, drawn, strict=True))


def test_any_subset_of_views_and_controls():
    playground = Playground(show=["loss"], controls=["seed", "data"])
    assert playground._stage.show == ["loss"]
    assert [control.description for control in playground.children[:-1]] == ["seed", "data"]
    assert Playground(controls=[]).children[:-1] == ()
    assert Playground()._stage.show == list(VIEWS) and set(Playground()._controls) == set(CONTROLS)


def test_racers_are_named_by_what_sets_them_apart():
    playground = Playground(race=[{"optimizer": "adam"}, {"learning_rate": 3, "label": "bold"}])
    assert playground._stage.race == [{"label": "Adam", "optimizer": "adam"}, {"label": "bold", "learning_rate": 3}]


def test_a_still_stands_for_it_and_its_text_repeats():
    playground = Playground()
    bundle = playground._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.width > 500 and "application/vnd.jupyter.widget-view+json" in bundle
    assert repr(playground) == repr(Playground()) and "0x" not in repr(playground)


def test_the_scripts_of_the_page_ask_for_nothing_from_elsewhere():
    source = read_scripts(ENGINE + PAGE)
    for word in ("import {", "import(", "fetch(", "XMLHttpRequest", "http://", "https://", "eval("):
        assert word not in source
    engine = read_scripts(ENGINE)
    for word in ("document", "window", "requestAnimationFrame", "performance"):
        assert f"{word}." not in engine and f"{word}(" not in engine
