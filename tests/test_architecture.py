"""The house of nnlib: imports run one way, modules stay small, every public name explains itself."""

import ast
import graphlib
import importlib
import inspect
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

from tools import clone

ROOT = Path(__file__).parents[1]
LIBRARY = ROOT / "nnlib"

# The house, from the ground up: what each module may import from nnlib, which always stands above it in this table.
# `validation` checks arguments and is open to all.
MAY_IMPORT = {
    "validation": set(),
    "files": set(),
    # the network
    "activations": set(),
    "losses": {"activations"},
    "initializers": set(),
    "datasets": set(),
    "layers": {"activations"},
    # the same numbers with fewer calls
    "fast": set(),
    "fast.plan": set(),
    "fast.ops": {"activations", "losses", "fast.plan"},
    "fast.passes": {"losses", "fast.ops", "fast.plan"},
    "fast.steps": {"losses", "fast.passes", "fast.plan"},
    "fast.population_passes": {"fast.ops", "fast.plan"},
    "fast.population_chunks": {"activations", "fast.plan", "fast.population_passes"},
    "network": {"activations", "losses", "initializers", "layers", "files", "fast.passes"},
    # its slopes, and how they are checked
    "curvature": {"losses", "fast.ops", "fast.passes", "fast.plan"},
    "derivatives": {"curvature"},
    # moved by NumPy
    "schedules": set(),
    "optimizers": {"fast.plan"},
    "training": {"optimizers", "fast.passes", "fast.steps"},
    # moved by SciPy
    "objective": {"curvature", "losses", "fast.passes"},
    "scipy_training": {"losses", "objective"},
    "least_squares": {"curvature", "objective", "scipy_training"},
    # many at once; what came of it
    "diagnosis": set(),
    "population": {"initializers", "network", "fast.plan", "fast.population_chunks", "fast.population_passes"},
    "sweeping": {"population", "diagnosis", "datasets"},
    # scikit-learn's interface
    "fitting": {"losses", "optimizers", "scipy_training", "fast.steps"},
    "estimators.base": {"fitting", "network"},
    "estimators.classifier": {"estimators.base"},
    "estimators.regressor": {"estimators.base"},
    "estimators": {"estimators.classifier", "estimators.regressor"},
    # every drawing of the book
    "plotting.look": set(),
    "plotting.palette": set(),
    "plotting.common": set(),
    "plotting.planes": {"plotting.common", "plotting.palette"},
    "plotting.landscapes": {"fast.passes", "plotting.common", "plotting.palette"},
    "plotting.maps": {"plotting.common", "plotting.palette"},
    "plotting.diagrams": {"plotting.common", "plotting.palette"},
    "plotting.tables": set(),
    "plotting": {
        "plotting.common",
        "plotting.diagrams",
        "plotting.landscapes",
        "plotting.look",
        "plotting.maps",
        "plotting.planes",
        "plotting.tables",
    },
    # Python and its browser part side by side
    "widgets.scripts": set(),
    "widgets.traits": set(),
    "widgets.still": {"plotting"},
    "widgets.flipbook": {"plotting", "widgets.scripts", "widgets.traits"},
    "widgets.digit_pad.widget": {"network", "widgets.scripts", "widgets.still", "widgets.traits"},
    "widgets.digit_pad": {"widgets.digit_pad.widget"},
    "widgets.playground.settings": {"activations", "datasets", "widgets.traits"},
    "widgets.playground.stage": {
        "initializers", "widgets.playground.settings", "widgets.scripts", "widgets.traits",
    },
    "widgets.playground.layout": set(),
    "widgets.playground.widget": {
        "initializers", "network", "optimizers", "training", "widgets.playground.layout",
        "widgets.playground.settings", "widgets.playground.stage", "widgets.still", "widgets.traits",
    },
    "widgets.playground": {"widgets.playground.widget"},
    "widgets": {"widgets.digit_pad", "widgets.flipbook", "widgets.playground"},
}  # fmt: skip
# What the chapters have built by the end of chapter 8. Only `checks` and the tests may import it.
MAY_IMPORT["plain"] = set()
# The exercises. A chapter's judges may use what its readers may, and nothing of `fast`.
JUDGES = [f"checks.chapter_{number:02}" for number in range(17)] + ["checks.appendix_a"]
CURVED = ["checks.chapter_13", "checks.chapter_14"]
READERS_MAY_USE = {
    "plain", "network", "activations", "losses", "initializers", "datasets", "derivatives", "training", "optimizers",
    "schedules", "scipy_training", "least_squares", "population", "sweeping", "diagnosis",
}  # fmt: skip
MAY_IMPORT |= {
    "checks.verdict": set(),
    "checks.answers": set(),
    "checks.registry": {"checks.answers", "checks.verdict"},
    "checks.matrices": set(),
    **dict.fromkeys(JUDGES, {"checks.answers", "checks.registry"} | READERS_MAY_USE),
    **dict.fromkeys(CURVED, {"checks.answers", "checks.registry", "checks.matrices"} | READERS_MAY_USE),
    "checks": {"checks.registry", "checks.verdict", *JUDGES},
}
EVERYWHERE = {"numpy", "scipy"}
ONLY_IN = {
    "matplotlib": {"plotting", "widgets"},
    "matplotlib_inline": {"plotting"},
    "tqdm": {"training", "population"},
    "PIL": {"widgets"},
    "ipywidgets": {"widgets"},
    "anywidget": {"widgets"},
    "traitlets": {"widgets"},
    "sklearn": {"estimators"},
    "joblib": {"sweeping"},
}
FILES = clone.files(LIBRARY, "*.py")
MODULES = [path for path in FILES if path != LIBRARY / "__init__.py"]


def name_of(path, top=LIBRARY):
    """Return a file's dotted name below `top`: "losses", "fast.plan", and "plotting" for plotting/__init__.py."""
    parts = path.relative_to(top).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


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
            names += [f"{base}.{alias.name}" if is_module(f"{base}.{alias.name}") else base for alias in node.names]
    return names


def is_module(name):
    place = ROOT.joinpath(*name.split("."))
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


def forbidden_imports(source, module, package=("nnlib",)):
    """Name each import in `source` that the table does not allow to `module`."""
    faults = []
    for name in imported(source, package):
        top, _, rest = name.partition(".")
        if top == "nnlib":
            fine = rest in MAY_IMPORT[module] | {"validation"}
        else:
            fine = top in EVERYWHERE | sys.stdlib_module_names or module.split(".")[0] in ONLY_IN.get(top, ())
        if not fine:
            faults.append(f"{module} imports {name}")
    return faults


def package_of(path, top=LIBRARY):
    return (top.name, *path.relative_to(top).parent.parts)


def arrows(top):
    """Return for each module below `top` the modules of the same package that it imports."""
    found = {}
    for path in clone.files(top, "*.py"):
        names = imported(path.read_text(), package_of(path, top))
        inside = {name.removeprefix(f"{top.name}.") for name in names if name.startswith(f"{top.name}.")}
        found[name_of(path, top)] = inside
    return found


def circle(graph):
    """Return the modules of a circle of imports, or None."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return None


def test_every_module_has_a_row_and_every_row_a_module():
    assert sorted(MAY_IMPORT) == sorted(map(name_of, MODULES))


def test_the_table_runs_from_the_ground_up_and_every_arrow_in_it_is_used():
    used, above = arrows(LIBRARY), set()
    for module, allowed in MAY_IMPORT.items():
        assert allowed <= above, f"{module} stands above what it may import"
        spare = READERS_MAY_USE if module in JUDGES else set()
        assert allowed - spare <= used[module], f"{module} may import what it does not use"
        above.add(module)


@pytest.mark.parametrize("top", [LIBRARY, ROOT / "benchmarks", ROOT / "tools"], ids=lambda top: top.name)
def test_there_is_no_circle_of_imports(top):
    assert circle(arrows(top)) is None


def test_a_circle_is_caught(tmp_path):
    package = tmp_path / "benchmarks"
    package.mkdir()
    (package / "__main__.py").write_text("import benchmarks.digits")
    (package / "digits.py").write_text("def f():\n    from benchmarks.__main__ import version")
    assert set(circle(arrows(package))) == {"__main__", "digits"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_imports_run_one_way(path):
    assert forbidden_imports(path.read_text(), name_of(path), package_of(path)) == []


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
        ("fast.plan", ("nnlib", "fast"), "from nnlib.fast import passes"),
        ("fast.plan", ("nnlib", "fast"), "from nnlib.fast.passes import Pass"),
        ("fast.ops", ("nnlib", "fast"), "from nnlib.network import NeuralNetwork"),
        ("losses", ("nnlib",), "from nnlib.fast import ops"),
        ("network", ("nnlib",), "from nnlib.plain import forward"),
        ("plotting.planes", ("nnlib", "plotting"), "from nnlib.plotting import maps"),
        ("network", ("nnlib",), "import matplotlib.pyplot as plt"),
        ("plotting", ("nnlib",), "import ipywidgets"),
        ("training", ("nnlib",), "import torch"),
        ("network", ("nnlib",), "import nnlib"),
    ],
)
def test_a_wrong_import_is_caught(module, package, source):
    assert len(forbidden_imports(source, module, package)) == 1


def test_a_right_import_passes():
    widgets = "from . import flipbook\nfrom nnlib.widgets.playground import Playground\nimport ipywidgets"
    network = "import json\nimport scipy.optimize\nfrom .validation import choice\nfrom nnlib import losses"
    assert forbidden_imports(widgets, "widgets", ("nnlib", "widgets")) == []
    assert forbidden_imports(network, "network") == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_modules_can_be_held_in_mind(path):
    assert len(path.read_text().splitlines()) <= 400  # docstrings included: a limit, not a target


def long_functions(source, limit=40):
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
    assert long_functions("def f():\n    '''Say why.'''\n" + "    x = 1\n" * 40) == []
    assert long_functions("def f():\n" + "    x = 1\n" * 41) == ["f: 41 lines"]


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
