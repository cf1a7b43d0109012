"""Measure the Playground's engine beside its peer in Chromium: `python -m benchmarks.browser`, from the book's .venv.

The table goes to README.md here. `--quick` is a look alone: a few milliseconds of each, and nothing is written.
"""

import argparse
import contextlib
import datetime
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

import nnlib
from benchmarks.machine import processor
from benchmarks.measure import Row, table
from nnlib.widgets.playground.stage import ENGINE
from nnlib.widgets.scripts import read_module
from tools.browser import BROWSER, BROWSERS

HERE = Path(__file__).parent
CHECKED = 200  # epochs after which all must have the same theta
TOLERANCE = 1e-12
WORKS = {
    "B1: epochs of XOR, 2-4-1": ((2, 4, 1), 0.5, nnlib.datasets.xor()),
    "B2: epochs of 200 moons, 2-8-8-1": ((2, 8, 8, 1), 0.5, nnlib.datasets.moons(200, rng=0)),
}
GOALS = {"engine / objects": {"at_least": 10}, "engine / objects with the loss": {}}
PAGE = """# How fast the Playground trains beside its peer

## Training

{training}

The peer, `objects.js`, is built as TensorFlow Playground is: an object for each unit and each link, one sample at a
time. Each ratio is the engine's epochs per second divided by the peer's: the median over {rounds} rounds that give each
{milliseconds:.0f} ms in turn, in one page, and in brackets the middle half of the rounds. Before that all have come to
the same `theta` in {checked} epochs, to 1e-12. All samples make one step, with tanh, the mean squared error and
gradient descent. TensorFlow Playground also takes the loss after each epoch, by one more pass forward; the engine has
it from its step.

Epochs per second, medians:

{speeds}

`python -m benchmarks.browser` measures again and writes this page.

Measured on {date} on {processor}, with Chromium {browser} and nnlib {version}.
"""


def main(arguments=None):
    """Run the measurements that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.browser", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a look alone; writes nothing")
    quick = parser.parse_args(arguments).quick
    rounds, seconds = (2, 0.02) if quick else (15, 0.05)
    with open_page() as page:
        speeds = {work: measure(page, *problem, rounds, seconds) for work, problem in WORKS.items()}
        browser = page.context.browser.version
    if quick:  # so short a run says nothing about time
        print(f"{len(speeds)} works: the engine and its peer compute the same.")
        return
    lines = [row.cells() for work in speeds for row in compare(work, speeds[work])]
    text = PAGE.format(
        training=table(lines).replace("ratio of times", "ratio of speeds"),
        speeds="\n".join(f"- {work}: {list_speeds(speeds[work])}" for work in speeds),
        rounds=rounds,
        milliseconds=1000 * seconds,
        checked=CHECKED,
        date=datetime.date.today().isoformat(),
        processor=processor(),
        browser=browser,
        version=nnlib.__version__,
    )
    print(text)
    (HERE / "README.md").write_text(text)


@contextlib.contextmanager
def open_page():
    """Yield an empty page of Chromium that has loaded the contenders."""
    if BROWSER is None:
        raise SystemExit(f"none of these is on this machine: {', '.join(BROWSERS)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        load(page)
        yield page
        browser.close()


def load(page):
    """Load the engine, its peer and the race between them."""
    for script in (read_module(*ENGINE), *((HERE / name).read_text() for name in ("objects.js", "race.js"))):
        page.add_script_tag(content=script)


def measure(page, sizes, rate, data, rounds, seconds):
    """Return the epochs per second of each contender, a dict of name to one number a round."""
    X, Y = data
    theta = nnlib.NeuralNetwork(*sizes, rng=0).theta
    problem = {"sizes": sizes, "rate": rate, "X": X.tolist(), "Y": Y.ravel().tolist(), "theta": theta.tolist()}
    result = page.evaluate("(settings) => race(...settings)", [problem, CHECKED, rounds, seconds])
    check_same(result["thetas"])
    return result["speeds"]


def check_same(thetas):
    """Refuse contenders that come to another `theta` than the first of them."""
    reference, *others = thetas
    for name in others:
        error = np.abs(np.subtract(thetas[name], thetas[reference])).max() / np.abs(thetas[reference]).max()
        if not error <= TOLERANCE:
            raise AssertionError(f"{name} and {reference} differ by {error:.1e} after {CHECKED} epochs")


def compare(work, speeds):
    """Return a row for each pair "over / under" of the goals, with one ratio of speeds a round."""
    pairs = [(pair.split(" / "), goal) for pair, goal in GOALS.items()]
    return [
        Row(work, f"{over} / {under}", tuple(np.divide(speeds[over], speeds[under]).tolist()), **goal)
        for (over, under), goal in pairs
    ]


def list_speeds(speeds):
    """Return the contenders' medians as words."""
    return ", ".join(f"{name} {float(f'{np.median(rounds):.3g}'):,.0f}" for name, rounds in speeds.items())


if __name__ == "__main__":
    main()
