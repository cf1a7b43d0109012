"""Tests draw without a window, and those that share something slow to make run in one process."""

import re

import matplotlib
from xdist.scheduler import LoadScopeScheduling

# Not through MPLBACKEND: the kernels that the tests start would inherit it and draw nothing.
matplotlib.use("Agg")


class Scheduling(LoadScopeScheduling):
    """A worker gets all cells of a notebook, all tests of a page, one run of a notebook or else one file of tests."""

    def _split_scope(self, nodeid):
        file, _, test = nodeid.partition("::")
        page = re.search(r"[\w/]+\.html", test)
        if page:
            return page[0]
        return nodeid if "test_running_again" in test else file


def pytest_xdist_make_scheduler(config, log):
    """Make pytest-xdist hand out such groups, the large ones first."""
    return Scheduling(config, log)
