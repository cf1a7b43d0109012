"""Functions timed in turn in one process, and how the time of one compares with that of another.

A processor changes its speed from second to second. Neighbors in time share it, so each round calls every function
once, a ratio is taken within a round, and the table shows the median over the rounds.
"""

import time
from typing import NamedTuple

import numpy as np

HEADER = ("work", "over / under", "ratio of times", "goal", "")


class Row(NamedTuple):
    """One line of the table; `ratios` holds one ratio a round, or `reason` says why there are none."""

    work: str
    peer: str
    ratios: tuple = ()
    at_least: float | None = None
    at_most: float | None = None
    reason: str = ""

    @property
    def median(self):
        """The ratio that counts."""
        return float(np.median(self.ratios))

    @property
    def verdict(self):
        """Whether the goal is met; empty where there is none."""
        if self.at_least is None and self.at_most is None:
            return ""
        if self.reason:
            return "unknown"
        met = self.median >= self.at_least if self.at_least is not None else self.median <= self.at_most
        return "met" if met else "**missed**"

    def cells(self):
        """Return the five cells of the table."""
        low, high = np.percentile(self.ratios, (25, 75)) if self.ratios else (0, 0)
        ratio = self.reason or f"{self.median:.3g} ({low:.3g} to {high:.3g})"
        least, most = self.at_least, self.at_most
        goal = f"at least {least:g}" if least is not None else f"at most {most:g}" if most is not None else ""
        return self.work, self.peer, ratio, goal, self.verdict


def interleave(functions, repeats):
    """Return the seconds of each function, a dict of name to `repeats` times; every round starts with the next one."""
    times, order = {name: [] for name in functions}, list(functions)
    for _ in range(repeats):
        for name in order:
            start = time.perf_counter()
            functions[name]()
            times[name].append(time.perf_counter() - start)
        order.append(order.pop(0))
    return times


def build(makers, *problem):
    """Return the functions that the makers give for a problem, and the reason for each that cannot be had."""
    functions, reasons = {}, {}
    for name, maker in makers.items():
        try:
            functions[name] = maker(*problem)
        except ModuleNotFoundError as missing:
            reasons[name] = f"not measured: {missing.name} is not installed"
    return functions, reasons


def check_same_way(theta, results, tolerances, otherwise=1e-6):
    """Refuse results that differ from the first of them by more than a small part of the way from `theta` to it.

    This also warms up: what is compiled at the first call is compiled here.
    """
    reference, *others = results
    way = np.linalg.norm(results[reference] - theta)
    for name in others:
        distance = np.linalg.norm(results[name] - results[reference]) / way
        if not distance <= tolerances.get(name, otherwise):
            raise AssertionError(f"{name} ends {distance:.1e} of the way off where {reference} ends")


def compare(work, times, reasons, goals):
    """Return a row for each pair "over / under" of `goals`: over's time divided by under's, round by round."""
    rows = []
    for pair, goal in goals.items():
        over, under = pair.split(" / ")
        reason = reasons.get(over) or reasons.get(under) or ""
        ratios = () if reason else tuple(np.divide(times[over], times[under]).tolist())
        rows.append(Row(work, pair, ratios, **goal, reason=reason))
    return rows


def table(lines):
    """Return the lines as a Markdown table; a work's name stands once."""
    text, last = ["| " + " | ".join(HEADER) + " |", "|---" * len(HEADER) + "|"], None
    for work, *cells in lines:
        text.append("| " + " | ".join(["" if work == last else work, *cells]) + " |")
        last = work
    return "\n".join(text)
