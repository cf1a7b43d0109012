"""The Playground as Python sees it: settings that are checked, one theta, a still. The page's half is in tests/site."""

import base64
import io
import json

import ipywidgets
import numpy as np
import pytest
from PIL import Image

import nnlib
from nnlib.validation import short
from nnlib.widgets import Playground
from nnlib.widgets.playground.settings import CHOICES, CONTROLS, TRAITS, VIEWS
from nnlib.widgets.playground.stage import PAGE
from nnlib.widgets.scripts import read_module


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
    "data of three": ({"data": (X, Y, Y)}, r"data is \(array.*; it may be one of 'xor', .* or \(X, Y\)"),
    "no data": ({"data": None}, "data is None; it may be one of"),
    "many points": ({"data": (np.zeros((401, 2)), np.zeros((401, 1)))}, "X has 401 rows; the Playground takes up to"),
    "sizes in rows": ({"hidden_size": np.ones((2, 2))}, "hidden_size is an array .*; it may be from 0 to 16, or two"),
    "sizes in words": ({"hidden_size": "12"}, "hidden_size is '12'; it may be from 0 to 16, or two"),
    "a flag for units": ({"hidden_size": True}, "hidden_size is True"),
    "n_samples without end": ({"n_samples": 10**7}, "n_samples is 10000000; it may be from 1 to 10000"),
    "epochs without end": ({"epochs": 10**30}, "epochs is 1000.*; it may be from 0 to 10000000"),
    "log_loss": ({"log_loss": "yes"}, "log_loss is 'yes'; it may be True or False"),
    "name": ({"name": "a:b"}, "name is 'a:b'; it may be letters, digits, - and _"),
    "no views": ({"show": []}, r"show is \[\]; it may name one or more of 'status'"),
    "a word for views": ({"show": "loss"}, "show is 'loss'; it may be a list of 'status'"),
    "a view twice": ({"show": ["loss", "loss"]}, "show names 'loss' twice"),
    "a number for controls": ({"controls": 3}, "controls is 3; it may be a list of 'data'"),
    "a control twice": ({"controls": ["seed", "seed"]}, "controls names 'seed' twice"),
    "weights that come and go": (
        {"hidden_size": 0, "controls": ["weights", "hidden_size"]}, "controls has 'weights', .* hidden_size would",
    ),
    "racers with other weights": (
        {"hidden_size": 0, "controls": ["weights"], "race": [{"hidden_size": 2}]}, "controls has 'weights'",
    ),
    "a racer that is none": ({"race": [3]}, r"race is \[3\]; it may be a list of dicts"),
    "one racer alone": ({"race": {"optimizer": "adam"}}, r"race is \{'optimizer': 'adam'\}; it may be a list of dicts"),
    "theta": ({"theta": np.zeros(3)}, r"theta has shape \(3,\); this network takes \(17,\)"),
    "theta's nan": ({"theta": np.full(17, np.nan)}, "theta"),
}  # fmt: skip


@pytest.mark.parametrize(("settings", "message"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused_by_name(settings, message):
    with pytest.raises(ValueError, match=message):
        Playground(**settings)


def state_of(playground):
    """Return all that Python and the page know of it."""
    kept = {name: getattr(playground, name) for name in (*TRAITS, "theta", "epoch", "loss", "history", "message")}
    return repr(kept), repr(playground.get_state())


SETTINGS = {
    "data": ["circle", None, 3, (X, Y)], "hidden_size": [17, None, 2.5, (1, 2, 3), "4"], "activation": [None, "x", []],
    "learning_rate": [-1, 0, None, "fast", np.nan, [0.1], np.ones(2)], "loss_name": ["hinge", None],
    "optimizer": ["sgd", None, object], "l2": [-1, None, "0"], "noise": [-0.1, np.inf, None],
    "batch_size": [-3, "", [], 2.5, False], "seed": [-1, None, 10_000, 1.5, True, 10**30], "theta": [[1, 2], None, "w"],
    "epoch": [3, None], "loss": [0.5, None], "history": [{}, None], "message": ["solved", None],
}  # fmt: skip


@pytest.mark.parametrize(("name", "wrong"), [(name, wrong) for name in SETTINGS for wrong in SETTINGS[name]], ids=short)
def test_a_trait_refuses_it_too_and_everything_stays_as_it_was(name, wrong):
    playground = Playground(hidden_size=3, activation="relu", epochs=5)
    playground.set_state({"epoch": 40, "message": "on its way"})
    before = state_of(playground)
    with pytest.raises(ValueError, match=f"^{name.removesuffix('_name')}") as refused:
        setattr(playground, name, wrong)
    assert len(str(refused.value)) < 300 and "\n" not in str(refused.value)
    assert state_of(playground) == before
    playground.seed = 7  # and it works on
    assert np.array_equal(playground.theta, nnlib.NeuralNetwork(2, 3, 1, hidden="relu", rng=7).theta)


def test_traits_that_are_wrong_together_are_taken_back_together():
    playground = Playground()
    before = state_of(playground)
    for changes in (
        {"hidden_size": 5, "theta": np.zeros(17)},
        {"seed": 3, "activation": None},
        {"learning_rate": 3, "theta": np.full(17, np.inf)},
        {"optimizer": "adam", "epoch": 7},
    ):
        with pytest.raises(ValueError), playground.hold_trait_notifications():
            for name, value in changes.items():
                setattr(playground, name, value)
        assert state_of(playground) == before
    with playground.hold_trait_notifications():
        playground.hidden_size, playground.theta = 5, np.zeros(21)
    assert not playground.theta.any() and playground.start == [0] * 21


def test_where_each_weight_has_a_slider_the_network_stays_of_its_size():
    playground = Playground(hidden_size=0, controls=["weights", "learning_rate"])
    before = state_of(playground)
    with pytest.raises(ValueError, match="hidden_size is 4; it stays"):
        playground.hidden_size = 4
    with pytest.raises(ValueError, match="hidden_size is 3; it stays 0, for each weight has a slider"):
        playground.set_state({"hidden_size": 3, "epoch": 5})
    assert state_of(playground) == before
    playground.hidden_size, playground.theta = 0, [1, 2, 3]
    assert playground.to_network().theta.tolist() == [1, 2, 3]


NOT_FROM_A_PAGE = {
    "learning_rate": [0, -1, None, "0"], "hidden_size": [17, [3], [1, 2, 3]], "data": [None, 6], "loss_name": ["hinge"],
    "seed": [10_000, None, "7"], "points": [[], None, [[0, 0]], [[0, 0, 2]], [[0, None, 1]], 7, [[0, 0, 1]] * 401],
    "start": [["x"], 3, [None]], "theta": [[None] * 17, "theta", [[1, 2]]], "epoch": [-1, None, 2.5],
    "loss": ["low", []],
    "history": [{}, None, {"epoch": [0]}, {"epoch": [None], "loss": [1]}, {"epoch": [0], "loss": 3, "x": 1}],
    "message": [None, 3], "playing": ["yes", None], "log_loss": [1, None], "speed": [50, None, "1"], "diverged": [None],
    "choices": [{}, None, {"data": []}, {name: 5 for name in CHOICES}, {name: [0] for name in CHOICES}],
    "n_samples": [7, None], "epochs": [3], "init": ["he", None], "show": [["loss"], None], "race": [[{}], None],
    "weights": [["w1"], None], "name": ["x", None], "controls": [["lines"], None], "size": [[[0, 1]], None],
    "until_solved": [0, None], "autoplay": [True, None], "in_front": [5], "words": [{}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "wrong"), [(name, wrong) for name in NOT_FROM_A_PAGE for wrong in NOT_FROM_A_PAGE[name]], ids=short
)
def test_a_message_that_makes_no_sense_changes_nothing(name, wrong):
    playground = Playground("own", epochs=5)
    before = state_of(playground)
    with pytest.raises(ValueError, match=name.removesuffix("_name")):
        playground.set_state({"message": "solved", "epoch": 3, "l2": 0.01} | {name: wrong})
    assert state_of(playground) == before
    playground.set_state({"epoch": 3, "l2": 0.01})
    assert playground.epoch == 3 and playground.l2 == 0.01


def test_a_loss_that_is_not_finite_comes_as_null_and_goes_as_null():
    playground = Playground()
    playground.set_state({"loss": None, "history": {"epoch": [0, 1], "loss": [0.5, None]}})
    assert np.isnan(playground.loss) and np.isnan(playground.history["loss"][1])
    state = playground.get_state()
    assert state["loss"] is None and state["history"]["loss"] == [0.5, None]
    json.dumps(state, allow_nan=False)


def test_another_size_from_the_page_is_a_whole_network_at_once():
    playground = Playground()
    playground.set_state({"hidden_size": [8, 2]})
    assert playground.to_network().sizes == (2, 8, 2, 1)  # before the page reports


def test_it_works_on_when_an_observer_fails():
    playground = Playground()
    playground.observe(lambda change: 1 / 0, "epoch")
    with pytest.raises(ZeroDivisionError):
        playground.set_state({"epoch": 4})
    playground.unobserve_all("epoch")
    playground.theta = np.zeros(17)
    assert playground.start == [0] * 17


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
    playground.set_state({"epoch": 99})  # as the page reports it
    assert playground.epoch == 99
    setattr(playground, name, value)
    assert getattr(playground, name) == value
    assert playground.epoch == 0  # one run has one setting
    n_params = playground.to_network().theta.size
    assert playground.theta.shape == (n_params,) and len(playground.get_state("theta")["theta"]) == n_params


def test_a_value_that_is_no_choice_becomes_one():
    playground = Playground(learning_rate=0.7, hidden_size=0, batch_size=5)
    assert 0.7 in playground.choices["learning_rate"] and 0 in playground.choices["hidden_size"]
    assert 5 in playground.choices["batch_size"]
    assert 0.7 not in CHOICES["learning_rate"]  # of this one alone
    playground.learning_rate = 0.02
    rates = playground.choices["learning_rate"]
    assert {0.02, 0.7} < set(rates) and rates == sorted(rates)


def test_what_the_page_reports_reaches_python():
    playground = Playground()
    seen = []
    playground.observe(lambda change: seen.append(change["name"]), ["epoch", "theta", "message"])
    theta = (playground.theta + 1).tolist()
    playground.set_state({"epoch": 40, "theta": theta, "loss": 0.125, "message": "on the 1/8 plateau"})
    assert playground.epoch == 40 and playground.loss == 0.125 and playground.message == "on the 1/8 plateau"
    assert np.array_equal(playground.to_network().theta, theta)
    assert set(seen) == {"epoch", "theta", "message"}
    playground.set_state({"hidden_size": [6, 2]})
    assert playground.hidden_size == (6, 2)


def test_theta_that_is_set_is_sent_to_the_page():
    playground = Playground()
    playground.theta = np.arange(17.0)
    assert playground.start == list(range(17)) and playground.epoch == 0
    playground.seed = 3  # another start takes its place
    assert playground.start is None


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
    assert playground.show == ["loss"] and playground.controls == ["seed", "data"] and playground.in_front == 2
    assert Playground(controls=[]).in_front == 0
    assert Playground().show == list(VIEWS) and Playground().controls == list(CONTROLS)
    assert Playground().in_front == 3  # the others are folded away
    assert Playground(hidden_size=0, controls=["weights"]).weights == ["w1", "w2", "b"]


def test_settings_are_joined_to_other_widgets():
    playground, slider = Playground(), ipywidgets.FloatSlider(value=0.5, max=10)
    ipywidgets.link((slider, "value"), (playground, "learning_rate"))
    slider.value = 3
    assert playground.learning_rate == 3.0 and playground.get_state("learning_rate") == {"learning_rate": 3.0}
    playground.set_state({"learning_rate": 1})
    assert slider.value == 1
    seen = []
    playground.observe(lambda change: seen.append(change["new"]), "hidden_size")
    playground.set_state({"hidden_size": [3, 2]})
    assert seen == [(3, 2)]


def test_its_height_is_known_for_every_width():
    for settings in (
        {},
        {"show": ["status"], "controls": []},
        {"race": [{"optimizer": "adam"}], "controls": ["lines"]},
    ):
        widths, heights = zip(*Playground(**settings).size, strict=True)
        assert widths[0] == 0 and list(widths) == sorted(widths) and min(heights) > 100


def test_racers_are_named_by_what_sets_them_apart():
    playground = Playground(race=[{"optimizer": "adam"}, {"learning_rate": 3, "label": "bold"}])
    assert playground.race == [{"label": "Adam", "optimizer": "adam"}, {"label": "bold", "learning_rate": 3}]


def test_a_still_stands_for_it_and_its_text_repeats():
    playground = Playground()
    bundle, _ = playground._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.width > 500 and "application/vnd.jupyter.widget-view+json" in bundle
    assert repr(playground) == repr(Playground()) and "0x" not in repr(playground)


@pytest.mark.parametrize("optimizer", ["gd", "momentum", "nesterov", "rmsprop", "adam"])
def test_the_still_shows_the_network_that_the_page_opens_with(monkeypatch, optimizer):
    shown = []
    monkeypatch.setattr("nnlib.widgets.playground.widget.draw_still", lambda net, *data: shown.append(net))
    playground = Playground(hidden_size=2, seed=9, optimizer=optimizer, learning_rate=0.1, epochs=50)
    playground._repr_mimebundle_()
    twin = nnlib.NeuralNetwork(2, 2, 1, rng=9)
    steps = {"gd": nnlib.GradientDescent, "momentum": nnlib.Momentum, "nesterov": nnlib.Nesterov}
    steps |= {"rmsprop": nnlib.RMSProp, "adam": nnlib.Adam}
    nnlib.train(twin, X, Y, optimizer=steps[optimizer](0.1), epochs=50)
    assert np.array_equal(shown[0].theta, twin.theta)
    assert playground.epoch == 0 and not np.array_equal(playground.theta, twin.theta)  # the page trains its own


def test_the_scripts_of_the_page_ask_for_nothing_from_elsewhere():
    source = read_module(PAGE)
    for word in ("import {", "import(", "fetch(", "XMLHttpRequest", "http://", "https://", "eval("):
        assert word not in source
