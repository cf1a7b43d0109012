"""Tests draw without a window, and those that share a page or a kernel stay together."""

import matplotlib
import pytest

# Not through MPLBACKEND: the kernels that the tests start would inherit it and draw nothing.
matplotlib.use("Agg")


def pytest_collection_modifyitems(items):
    """Keep a file's tests on one worker, and of the tests of the book's pages those of one page."""
    for item in items:
        group = item.path.name
        if group == "test_pages.py":
            group += str(getattr(getattr(item, "callspec", None), "params", {}).get("path", ""))
        item.add_marker(pytest.mark.xdist_group(group))
