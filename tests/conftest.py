"""Tests draw without a window, and those that share something slow to make run in one process."""

import re
from collections import Counter

import matplotlib
import pytest
from xdist.scheduler import LoadScopeScheduling

# Not through MPLBACKEND: the kernels that the tests start would inherit it and draw nothing.
matplotlib.use("Agg")

SECONDS = {"test_running_again": 10, "tests/test_clone.py": 8, "tests/site/": 3, "book/": 0.5}  # of a test, about


def group_of(nodeid):
    """Return what one worker gets: a notebook's cells, a page's tests, one run of a notebook, else a file's tests."""
    file, _, test = nodeid.partition("::")
    page = re.search(r"[\w/]+\.html", test)
    if page:
        return page[0]
    return nodeid if "test_running_again" in test else file


def seconds(nodeid):
    return next((value for part, value in SECONDS.items() if part in nodeid), 0.05)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Put the groups that take longest first, so that no worker begins one when the others are done."""
    total = Counter()
    for item in items:
        total[group_of(item.nodeid)] += seconds(item.nodeid)
    items.sort(key=lambda item: (-total[group_of(item.nodeid)], group_of(item.nodeid)))


class Scheduling(LoadScopeScheduling):
    """Hands out the groups in the order of the tests."""

    def _split_scope(self, nodeid):
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config, log):
    """Make pytest-xdist hand out such groups; by itself it would sort them by their number of tests."""
    config.option.loadscopereorder = False
    return Scheduling(config, log)
