"""Each example of the library's docstrings runs alone: what a reader copies leans on nothing that stands elsewhere."""

import doctest
import importlib
import pkgutil
import types
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import nnlib

MODULES = [nnlib, *(importlib.import_module(found.name) for found in pkgutil.walk_packages(nnlib.__path__, "nnlib."))]


def examples_of(module):
    """Return the examples of a module, its functions, classes, methods and properties: one DocTest a docstring."""
    return [test for test in doctest.DocTestFinder().find(module) if test.examples]


EXAMPLES = [example for module in MODULES for example in examples_of(module)]


def run_alone(example):
    """Run an example with no name but its own, as a fresh interpreter does, and return what went otherwise."""
    faults = []
    example.globs = {"__name__": "__main__"}
    doctest.DocTestRunner(verbose=False).run(example, out=faults.append)
    return "".join(faults)


@pytest.fixture
def no_figures():
    yield
    plt.close("all")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_runs_alone(example, no_figures):
    assert run_alone(example) == ""
    assert plt.get_fignums() == []  # none is left to the reader's next plot


def test_no_example_is_overlooked():
    written = sum(Path(module.__file__).read_text().count(">>> ") for module in MODULES)
    assert written == sum(len(example.examples) for example in EXAMPLES)


FAULTY = '''
import math

class Circle:
    """
    >>> import math
    >>> math.floor(math.pi)
    3
    """
    @property
    def area(self):
        """
        >>> math.floor(math.pi)
        3
        """
    def grown(self):
        """
        >>> Circle().grown()
        """

def rounded():
    """
    >>> round(3.14159, 2)
    3.142
    """
'''


def test_an_example_that_leans_on_its_module_is_caught():
    module = types.ModuleType("shapes")
    exec(FAULTY, vars(module))
    faults = {example.name.removeprefix("shapes."): run_alone(example) for example in examples_of(module)}
    assert faults.pop("Circle") == ""
    assert "name 'math' is not defined" in faults.pop("Circle.area")
    assert "name 'Circle' is not defined" in faults.pop("Circle.grown")
    assert "3.142" in faults.pop("rounded")
    assert faults == {}
