"""The digits' benchmark runs and compares like with like, and what it wrote for the book is whole."""

import json

import numpy as np
import pytest

from benchmarks import digits

LIBRARIES = ["nnlib", "scikit-learn", "PyTorch"]


def test_it_runs_and_its_contenders_agree():
    found = digits.measure(quick=True)
    assert [(row["trainer"], row["library"]) for row in found["readers"]] == [
        (trainer, library) for trainer in ("Adam", "L-BFGS") for library in LIBRARIES
    ]
    for row in found["readers"]:
        if "reason" in row:  # only a peer that is not there may be left out
            assert row["reason"].endswith("is not installed") and row["library"] == "PyTorch"
        else:
            assert 0.8 < row["low"] < row["accuracy"] < row["high"] < 1 and row["seconds"] > 0


def test_the_file_for_the_book_is_whole():
    found = json.loads(digits.FILE.read_text())
    assert found["n_pictures"] == 1797 and found["n_trainings"] == 20
    assert [row["library"] for row in found["readers"]] == LIBRARIES * 2
    for row in [*found["readers"], *found["widths"]]:
        assert "reason" not in row
        median, first, third = row["ratio"]
        assert 0 < first <= median <= third
    assert {"date", "processor", "versions"} <= set(found["measured"])


@pytest.mark.parametrize(
    ("name", "wrong", "check"),
    [
        ("RATE", 0.004, lambda X, Y: digits.check_steps(X, Y)),
        ("DECAY", 0.1, lambda X, Y: digits.check_minima(X, Y, digits.ITERATIONS)),
    ],
)
def test_a_contender_that_goes_another_way_is_caught(monkeypatch, name, wrong, check):
    X, Y = (array[:100] for array in digits.nnlib.datasets.digits())
    right, makers = getattr(digits, name), digits.ADAM if name == "RATE" else digits.LBFGS
    maker = makers["scikit-learn"]

    def astray(*arguments, **settings):
        monkeypatch.setattr(digits, name, wrong)
        made = maker(*arguments, **settings)
        monkeypatch.setattr(digits, name, right)
        return made

    check(X, Y)
    monkeypatch.setitem(makers, "scikit-learn", astray)
    with pytest.raises(AssertionError, match="scikit-learn ends"):
        check(X, Y)


def test_a_ratio_is_taken_within_a_round():
    assert digits.ratio({"nnlib": [1.0, 10.0, 3.0], "slow": [2.0, 40.0, 9.0]}, "slow") == [3.0, 2.5, 3.5]
    assert np.all(digits.ratio({"nnlib": [1.0, 2.0]}, "nnlib") == np.ones(3))
