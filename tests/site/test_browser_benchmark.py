"""The browser's benchmark runs and compares like with like; how long anything takes is not tested."""

import numpy as np
import pytest

from benchmarks.browser.__main__ import CHECKED, GOALS, WORKS, compare, list_speeds, load, measure


@pytest.fixture
def page(browser):
    page = browser.new_page()
    load(page)
    yield page
    page.close()


@pytest.mark.parametrize("work", WORKS)
def test_each_work_runs_and_its_contenders_agree(page, work):
    speeds = measure(page, *WORKS[work], rounds=2, seconds=0.02)
    rows = compare(work, speeds)
    assert len(rows) == len(GOALS)
    assert all(len(row.ratios) == 2 and np.isfinite(row.ratios).all() and row.median > 0 for row in rows)


@pytest.mark.parametrize(
    "wrong",
    [
        "SQUARED_ERROR.slope = (a, y) => a - y",
        "TANH_UNIT.slope = () => 1",
        "forwardObjects = ((right) => (layers, inputs) => right(layers, inputs.toReversed()))(forwardObjects)",
        "epochOfObjects = () => {}",
    ],
)
def test_a_peer_that_goes_another_way_is_caught(page, wrong):
    page.evaluate(f"() => {{ {wrong} }}")
    with pytest.raises(AssertionError, match=f"objects and engine differ by .* after {CHECKED} epochs"):
        measure(page, *WORKS["B2: epochs of 200 moons, 2-8-8-1"], rounds=1, seconds=0.02)


def test_a_run_that_is_held_up_does_not_make_an_endless_race(page):
    epochs = page.evaluate(
        """() => {
          let [time, runs] = [0, 0];
          performance.now = () => Math.floor(time);  // a clock of whole milliseconds
          const train = (n) => { time += runs++ === 0 ? 1000 : 0.25 * n; };  // the first run is held up for a second
          return epochsWithin({ train }, 0.02);
        }"""
    )
    assert 75 <= epochs <= 85  # 80 epochs of 0.25 ms, as exactly as the clock can tell


def test_a_ratio_is_taken_within_a_round():
    speeds = {"engine": [8.0, 30.0], "objects": [1.0, 3.0], "objects with the loss": [0.5, 2.0]}
    assert [row.ratios for row in compare("work", speeds)] == [(8.0, 10.0), (16.0, 15.0)]
    assert list_speeds({"engine": [12345.6], "objects": [1.0, 3.0]}) == "engine 12,300, objects 2"
