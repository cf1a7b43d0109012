"""In a reader's clone: what is not the project's is not tested, and a notebook that was changed is named as changed."""

import functools
import os
import re
from unittest import mock

import pytest

from tools import clone, notebooks


@functools.cache
def changed_notebooks():
    """Ask git once, and only when something failed."""
    return clone.changed_notebooks()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    """Let nbval's kernels, started here, add in the order of `make notebooks`; the tests add as the machine does."""
    with mock.patch.dict(os.environ, notebooks.ONE_ORDER if item.path.suffix == ".ipynb" else {}):
        return (yield)


def pytest_ignore_collect(collection_path, config):
    """Leave out files of people's tools such as `._test_x.py`, readers' own notebooks, and exports of chapters."""
    if not collection_path.is_file():
        return None  # others decide about folders
    tools = collection_path.name.startswith(".")
    own = collection_path in clone.readers_notebooks(config.rootpath)
    export = collection_path.suffix != ".ipynb" and collection_path.with_suffix(".ipynb").exists()
    return True if tools or own or export else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Put before the message of a failed test that its notebook was changed."""
    report = yield
    names = [name for name in changed_notebooks() if concerns(item.nodeid, name)] if report.failed else []
    if names:
        report.longrepr = "\n\n".join([*map(say_changed, names), report.longreprtext])
    return report


def pytest_terminal_summary(terminalreporter, config):
    """Say at the end what was changed, if anything failed, and what was not tested."""
    failed = [report.nodeid for outcome in ("failed", "error") for report in terminalreporter.getreports(outcome)]
    lines = []
    for name in changed_notebooks() if failed else []:
        number = sum(concerns(nodeid, name) for nodeid in failed)
        lines.append(f"{say_changed(name)} {number} of the {len(failed)} tests that failed are about it.")
    for path in clone.readers_notebooks(config.rootpath) if config.getoption("nbval", False) else []:
        name = path.relative_to(config.rootpath).as_posix()
        lines.append(f"{name} is not tested: _toc.yml does not name it, so it is your own.")
    if lines:
        terminalreporter.section("notebooks")
        for line in lines:
            terminalreporter.line(line)


def concerns(nodeid, name):
    """Return whether a test is about a notebook: `book/x.ipynb::Cell 3`, `test_y[x-z]`, `test_z[book/x.html]`."""
    stem = name.rpartition("/")[2].removesuffix(".ipynb")
    return re.search(rf"\b{re.escape(stem)}\b", nodeid) is not None


def say_changed(name):
    """Say that a notebook was changed, and what to do about it."""
    shows, restores = f"`git diff HEAD -- {name}` shows how", f"`git checkout HEAD -- {name}` brings the book's back"
    return f"{name} was changed since the last commit: {shows}, {restores}."
