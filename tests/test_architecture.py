"""The house of nnlib: imports run one way, modules stay small, every public name explains itself."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "nnlib"

# What each module may import from nnlib. `validation` checks arguments and is open to all.
MAY_IMPORT = {
    "validation": set(),
    "activations": set(),
    "losses": {"activations"},
    "initializers": set(),
    "datasets": set(),
    "files": set(),
    "layers": {"activations"},
    "tape": set(),
    "recorded": {"activations", "losses", "tape"},
    "passes": {"losses", "recorded", "tape"},
    "network": {"activations", "losses", "initializers", "layers", "passes", "files"},
    "curvature": {"passes", "recorded", "tape"},
    "derivatives": {"network", "curvature"},
    "optimizers": {"tape"},
    "schedules": set(),
    "training": {"network", "optimizers", "passes", "tape"},
    "scipy_training": {"network", "derivatives", "curvature", "passes"},
    "least_squares": {"curvature", "scipy_training"},
    "population_layers": {"recorded", "tape"},
    "chunks": {"activations", "population_layers", "recorded", "tape"},
    "population": {"chunks", "population_layers", "initializers", "network", "tape"},
    "sweeping": {"population", "diagnosis", "datasets"},
    "diagnosis": set(),
    "plotting": {"passes"},
    "widgets": {"plotting", "network", "datasets", "activations", "initializers"},
    "fitting": {"training", "scipy_training", "optimizers", "passes"},
    "estimators": {"fitting", "network"},
    "checks": {"network", "derivatives"},
}
EVERYWHERE = {"numpy", "scipy"}
ONLY_IN = {
    "matplotlib": {"plotting", "widgets"},
    "tqdm": {"training", "population"},
    "PIL": {"widgets"},
    "ipywidgets": {"widgets"},
    "anywidget": {"widgets"},
    "traitlets": {"widgets"},
    "sklearn": {"estimators"},
    "joblib": {"sweeping"},
}
FILES = sorted(LIBRARY.rglob("*.py"))
MODULES = [path for path in FILES if path != LIBRARY / "__init__.py"]


def name_of(path):
    """Return the row of the table for a file: its own name, or its folder's."""
    return path.relative_to(LIBRARY).with_suffix("").parts[0]


def imported(source, package):
    """List all that `source` imports, as dotted names; `package` (a tuple) resolves the relative ones."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            # `from nnlib import losses` names a module, `from nnlib.losses import mse` does not.
            names += [f"{base}.{alias.name}" for alias in node.names] if base == "nnlib" else [base]
    return names


def forbidden_imports(source, module, package=("nnlib",)):
    """Name each import in `source` that the table does not allow to `module`."""
    faults = []
    for name in imported(source, package):
        top, _, rest = name.partition(".")
        if top == "nnlib":
            allowed = MAY_IMPORT[module] | {module, "validation"}
            fine = rest.partition(".")[0] in allowed
        else:
            fine = top in EVERYWHERE | sys.stdlib_module_names or module in ONLY_IN.get(top, ())
        if not fine:
            faults.append(f"{module} imports {name}")
    return faults


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_imports_run_one_way(path):
    package = ("nnlib", *path.relative_to(LIBRARY).parent.parts)
    assert forbidden_imports(path.read_text(), name_of(path), package) == []


@pytest.mark.parametrize(
    ("module", "package", "source"),
    [
        ("losses", ("nnlib",), "from nnlib.network import NeuralNetwork"),
        ("losses", ("nnlib",), "from . import network"),
        ("losses", ("nnlib",), "from .network import NeuralNetwork"),
        ("losses", ("nnlib",), "from nnlib import activations, network"),
        ("losses", ("nnlib",), "def f():\n    import nnlib.training"),
        ("widgets", ("nnlib", "widgets"), "from ..training import train"),
        ("widgets", ("nnlib", "widgets"), "from .. import training"),
        ("network", ("nnlib",), "import matplotlib.pyplot as plt"),
        ("plotting", ("nnlib",), "import ipywidgets"),
        ("training", ("nnlib",), "import torch"),
        ("network", ("nnlib",), "import nnlib"),
    ],
)
def test_a_wrong_import_is_caught(module, package, source):
    assert len(forbidden_imports(source, module, package)) == 1


def test_a_right_import_passes():
    widgets = "from . import flipbook\nfrom ..plotting import describe\nimport ipywidgets"
    network = "import json\nimport scipy.optimize\nfrom .validation import choice\nfrom nnlib import losses"
    assert forbidden_imports(widgets, "widgets", ("nnlib", "widgets")) == []
    assert forbidden_imports(network, "network") == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_modules_stay_small(path):
    assert len(path.read_text().splitlines()) <= 300


def long_functions(source, limit=25):
    """Name each function of `source` with more than `limit` lines below its docstring."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            faults += [f"{node.name}: {length} lines"] * (length > limit)
    return faults


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_functions_stay_small(path):
    assert long_functions(path.read_text()) == []


def test_a_long_function_is_caught():
    assert long_functions("def f():\n    '''Say why.'''\n" + "    x = 1\n" * 25) == []
    assert long_functions("def f():\n" + "    x = 1\n" * 26) == ["f: 26 lines"]


def test_import_nnlib_loads_only_numpy_and_scipy():
    program = "import sys, nnlib; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()).isdisjoint(ONLY_IN)


def unexplained(owner, name):
    """Name each public function, class, method and property of `owner` that has no docstring of its own."""
    faults = []
    for key, value in vars(owner).items():
        is_code = isinstance(value, type | types.FunctionType | property | classmethod)
        if key.startswith("_") or not is_code or getattr(value, "__module__", name) != name:
            continue
        # A dataclass without a docstring writes its own signature there, as NamedTuple does.
        doc = value.__doc__ or ""
        faults += [f"{name}: {owner.__name__}.{key}"] * (not doc or doc.startswith(f"{key}("))
        if inspect.isclass(value):
            faults += unexplained(value, name)
    return faults


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_every_public_name_has_a_docstring(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = importlib.import_module(".".join(part for part in parts if part != "__init__"))
    assert module.__doc__
    assert unexplained(module, module.__name__) == []


def test_a_missing_docstring_is_caught():
    class Silent:
        def speak(self):
            return 1

    owner = type("owner", (), {"Silent": Silent, "_private": lambda: 1})
    assert unexplained(owner, __name__) == [f"{__name__}: owner.Silent", f"{__name__}: Silent.speak"]


def test_the_names_of_the_library_can_be_reached():
    import nnlib

    for name in nnlib.__all__:
        assert getattr(nnlib, name) is not None


def paths_into_the_book(source):
    """List the strings of `source`, docstrings aside, that lead into book/."""
    tree = ast.parse(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and re.search(r"(^|[/\\])book([/\\]|$)", node.value)
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_the_library_never_reads_the_book(path):
    assert paths_into_the_book(path.read_text()) == []


def test_a_path_into_the_book_is_caught():
    docstring, innocent = "'''Used by book/ chapters.'''", "style = 'book.mplstyle'"
    assert paths_into_the_book(f"{docstring}\n{innocent}") == []
    assert paths_into_the_book(f"{docstring}\nopen('../book/x.csv')") == ["../book/x.csv"]
    assert paths_into_the_book("ROOT / 'book' / 'x.csv'") == ["book"]
