"""The benchmarks run and compare like with like; how long anything takes is not tested."""

import platform

import numpy as np
import pytest

import nnlib
from benchmarks import __main__ as benchmarks
from benchmarks import w1_xor_epoch, w2_xor_solved, w3_mini_batches, w4_population, w5_boundary
from benchmarks.machine import versions
from benchmarks.measure import Row, build, check_same_way, compare, interleave

WORKS = (w1_xor_epoch, w2_xor_solved, w3_mini_batches, w4_population, w5_boundary)


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
def test_each_work_runs_and_its_contenders_agree(work):
    rows = work.rows(quick=True)
    for row in rows:
        if row.reason:  # only a peer that is not there may be left out
            assert row.reason.endswith("is not installed") and row.verdict in ("", "unknown")
        else:
            assert np.isfinite(row.ratios).all() and row.median > 0
    assert any(row.ratios for row in rows)


def test_a_contender_that_goes_another_way_is_caught():
    theta, end = np.zeros(3), np.array([1.0, 2.0, 2.0])
    check_same_way(theta, {"first": end, "second": end + 1e-9}, {})
    with pytest.raises(AssertionError, match="second ends 1.0e-03 of the way off where first ends"):
        check_same_way(theta, {"first": end, "second": end * 1.001}, {})
    with pytest.raises(AssertionError, match="second ends nan"):
        check_same_way(theta, {"first": end, "second": end * np.nan}, {})


@pytest.mark.parametrize("maker", [w1_xor_epoch.train_naive, w1_xor_epoch.train_with_fewest_calls])
def test_a_wrong_rate_is_caught(maker, monkeypatch):
    monkeypatch.setattr(w1_xor_epoch, "MAKERS", {"nnlib": w1_xor_epoch.train_nnlib, "peer": maker})
    monkeypatch.setattr(w1_xor_epoch, "GOALS", {"peer / nnlib": {}})
    w1_xor_epoch.rows(quick=True)
    monkeypatch.setattr(w1_xor_epoch, "RATE", 0.501)  # nnlib's default argument keeps the right one
    with pytest.raises(AssertionError, match="peer ends"):
        w1_xor_epoch.rows(quick=True)


def test_every_round_calls_every_function_and_starts_with_the_next():
    calls = []
    times = interleave({name: lambda name=name: calls.append(name) for name in "abc"}, 3)
    assert "".join(calls) == "abcbcacab"
    assert [len(seconds) for seconds in times.values()] == [3, 3, 3]


def test_a_ratio_is_taken_within_a_round():
    (row,) = compare("work", {"slow": [2.0, 40.0, 9.0], "fast": [1.0, 10.0, 3.0]}, {}, {"slow / fast": {"at_least": 3}})
    assert row.ratios == (2.0, 4.0, 3.0)
    assert row.cells() == ("work", "slow / fast", "3 (2.5 to 3.5)", "at least 3", "met")


def test_a_goal_is_met_or_missed():
    assert Row("work", "a / b", (1.5,), at_most=1.4).verdict == "**missed**"
    assert Row("work", "a / b", (1.5,), at_most=1.5).verdict == "met"
    assert Row("work", "a / b", (1.5,), at_least=1.6).verdict == "**missed**"
    assert Row("work", "a / b", (1.5,)).verdict == ""


def test_a_peer_that_is_not_installed_is_named():
    def absent(problem):
        import a_package_that_nobody_has  # noqa: F401

    functions, reasons = build({"here": lambda problem: problem, "there": absent}, 7)
    assert functions == {"here": 7}
    (row,) = compare("work", {"here": [1.0]}, reasons, {"there / here": {"at_least": 2}})
    assert row.cells()[2:] == ("not measured: a_package_that_nobody_has is not installed", "at least 2", "unknown")


def test_the_page_has_a_table_for_each_kind_of_processor(monkeypatch):
    rows = [Row("W1", "a / b", (1.5,), at_most=1.6)]
    page = "# Nothing yet\n"
    for name in ("old", "new", "old"):
        monkeypatch.setattr(benchmarks, "processor", lambda name=name: name)
        page = benchmarks.page(rows, page)
    titles = [line.split()[1] for line in page.splitlines() if line.startswith("## ")]
    assert titles == ["old", "new"]
    assert page.count("| W1 | a / b | 1.5 (1.5 to 1.5) | at most 1.6 | met |") == 2
    assert page.startswith(benchmarks.PAGE) and benchmarks.page(rows, page) == page


def test_the_versions_are_those_of_what_ran():
    assert versions(["numpy", "a-package-that-nobody-has"]) == {
        "Python": platform.python_version(),
        "nnlib": nnlib.__version__,
        "numpy": np.__version__,
        "a-package-that-nobody-has": "(not installed)",
    }
