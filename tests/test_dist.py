"""The distribution: its name, what is in it, and that it works from elsewhere. `make dist` tries every extra, too."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

import nnlib
from tools import clone, dist, smoke

ROOT = Path(__file__).parents[1]
NAMES = clone.committed_files()
pytestmark = pytest.mark.skipif(not NAMES, reason="git does not know this folder: nobody can say what is the project's")

# `nnlib` on PyPI is a stranger's package. These tell somebody to install it, or take it for ours.
STRANGER = re.compile(
    r"""
      \b(pip3?|pipx|uvx?|conda|mamba|poetry|pixi|pdm)\b[^\n`;&|\#]*[ ](install|add|download|wheel|run)\b
        [^\n`;&|\#]*(?<![\w./-])nnlib(?![\w/-]|\.\w)
    | \b[Ii]nstall\w*\s+`?nnlib`?\s+(with|from|by|via|using|through)\s+`?(pip|PyPI|conda)\b
    | (?<![\w./-])nnlib\[                                       # an extra of another distribution
    | (?<![\w./-])nnlib[ ]*[=<>~!]=[ ]*\d                       # a requirement
    | pypi\.org/(project|simple)/nnlib\b
    | \b(version|metadata|distribution|requires)\(["']nnlib["']
    """,
    re.VERBOSE,
)
ENDINGS = {"", ".cfg", ".css", ".in", ".ipynb", ".js", ".json", ".md", ".py", ".toml", ".txt", ".yml"}
OURS = [
    name
    for name in NAMES
    if Path(name).suffix in ENDINGS and not name.startswith(("tests/", "book/_assets/vendor/"))  # tests plant faults
]


def texts(path):
    """Return what a file says: itself, and the strings that it puts together from lines."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        return list(strings(json.loads(text)))
    if path.suffix == ".py":
        constants = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
        return [text, *(value for value in constants if isinstance(value, str))]
    return [text]


def strings(value):
    """Yield every string in what JSON holds; a list of lines is one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and all(isinstance(line, str) for line in value):
        yield "".join(value)
    elif isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def strangers(path):
    """List what a file says of a stranger's package."""
    found = []
    for text in texts(path):
        text = re.sub(r"\\\n\s*", "", text)  # a command that goes on in the next line
        text = re.sub(r"(?<!`)`[^`\n]+\n[^`\n]+`(?!`)", lambda code: code[0].replace("\n", " "), text)
        found += [match[0] for match in STRANGER.finditer(text)]
    return found


@pytest.mark.parametrize("name", OURS)
def test_nobody_is_told_to_install_a_strangers_package(name):
    assert strangers(ROOT / name) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.md", "pip install nnlib"),
        ("x.md", 'For scikit-learn: `pip install "nnlib[sklearn]"`.'),
        ("x.md", 'Get it by `pip install\n"nnlib[sklearn]"`, then go on.'),
        ("x.md", "```bash\npython -m pip install --upgrade numpy \\\n    nnlib\n```"),
        ("x.md", "Use pip3 install -U nnlib."),
        ("x.md", "uv add nnlib"),
        ("x.md", "uv pip install 'nnlib'"),
        ("x.md", "conda install -c conda-forge nnlib"),
        ("x.md", "Install `nnlib` from PyPI."),
        ("x.md", "[the library](https://pypi.org/project/nnlib/)"),
        ("x.txt", "numpy>=2\nnnlib>=0.1\n"),
        ("x.toml", 'dependencies = ["nnlib[plotting]"]'),
        ("x.py", "raise ImportError('this needs scikit-learn: pip install ' 'nnlib[sklearn]')"),
        ("x.py", "raise ImportError('this needs scikit-learn: pip install '\n    'nnlib')"),
        ("x.py", 'def f():\n    """Draw.\n\n    Needs matplotlib (``pip install "nnlib[plotting]"``).\n    """'),
        ("x.py", "importlib.metadata.version('nnlib')"),
        ("x.ipynb", json.dumps({"cells": [{"source": ["import sys\n", "%pip install -q nnlib\n"]}]})),
        ("x.ipynb", json.dumps({"cells": [{"outputs": [{"text": ["pip install ", '"nnlib[widgets]"']}]}]})),
    ],
)
def test_a_planted_stranger_is_found(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    assert strangers(path)


@pytest.mark.parametrize(
    "text",
    [
        'pip install ".[sklearn]"',
        'pip install "from-xor-to-digits[sklearn] @ git+$(git remote get-url origin)"',
        "pip install /home/me/nnlib/",
        "pip install -e ../nnlib-book",
        "pip install .  # brings nnlib",
        "pip install -r requirements.txt\nnnlib is then there.",
        "The package `nnlib` on PyPI is somebody else's: do not install it.",
        "`pip install .` in the clone, and `nnlib` is there",
        "import nnlib\nnnlib.train(net, X, Y)\nfiles('nnlib')",
    ],
)
def test_what_is_right_passes(tmp_path, text):
    path = tmp_path / "x.md"
    path.write_text(text)
    assert strangers(path) == []


def test_the_extras_that_are_named_exist():
    extras = dist.project()["optional-dependencies"]
    written = re.compile(r"(?:from-xor-to-digits|(?<=[\"'])\.)\[(\w+)\]")
    named = [extra for name in OURS for text in texts(ROOT / name) for extra in written.findall(text)]
    assert named and set(named) <= set(extras)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return the wheel and the source distribution of this clone."""
    return dist.build(NAMES, tmp_path_factory.mktemp("dist"))


def test_the_distribution_holds_the_library_and_nothing_else(built):
    assert dist.faults(*built, NAMES) == []
    assert {path.name for path in built} == {
        f"from_xor_to_digits-{nnlib.__version__}-py3-none-any.whl",
        f"from_xor_to_digits-{nnlib.__version__}.tar.gz",
    }


def test_scripts_in_new_folders_are_packed_and_what_is_not_packed_is_named(tmp_path):
    root = tmp_path / "clone"
    dist.copy_files(NAMES, root)
    new = ["nnlib/widgets/pad/engine/read.js", "nnlib/widgets/pad/page/pad.css", "nnlib/fresh/__init__.py"]
    unknown = "nnlib/widgets/pad/page/pad.svg"  # of a kind that pyproject.toml does not name
    for name in (*new, unknown):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    names = [*NAMES, *new, unknown]
    found = dist.faults(*dist.build(names, tmp_path / "dist", root), names, root)
    assert found == [f"{what} lacks {unknown}" for what in ("the wheel", "the source distribution")]


def test_what_does_not_belong_is_named(built):
    names = [name for name in NAMES if name != "nnlib/py.typed"]
    assert "the wheel has nnlib/py.typed, which is not ours" in dist.faults(*built, names)
    assert dist.differences("it", {"a": b"1"}, {"a": b"2", "b": b""}) == ["it lacks b", "it has another a"]


def test_wrong_metadata_are_named(built):
    wheel = dist.read_wheel(built[0])
    (text,) = [content for name, content in wheel.items() if name.endswith("/METADATA")]
    assert dist.wrong_metadata(text) == []
    assert dist.wrong_metadata(text.replace(b"Name: from-xor", b"Name: from-or")) == ["the metadata have another name"]
    with pytest.raises(ExceptionGroup):
        dist.wrong_metadata(text.replace(b"License-Expression: BSD", b"License-Expression: ODD"))


PROGRAM = """
import importlib, pkgutil, runpy, sys
folder, packages, smoke, *extras = sys.argv[1:]
sys.path[:0] = [folder]
sys.path.append(packages)
import nnlib
assert nnlib.__file__.startswith(folder), nnlib.__file__
for module in pkgutil.walk_packages(nnlib.__path__, "nnlib."):
    importlib.import_module(module.name)
tries = runpy.run_path(smoke)
for extra in extras:
    tries[extra]()
"""


def test_the_wheel_works_from_elsewhere(built, tmp_path):
    there = tmp_path / "there"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", there, built[0]], check=True)
    # Without site-packages' own start (-S), the clone that is installed there for development cannot be found.
    packages = Path(numpy.__file__).parents[1]
    program = [sys.executable, "-I", "-S", "-c", PROGRAM, there, packages, dist.SMOKE]
    extras = [dist.NO_EXTRA, *dist.project()["optional-dependencies"]]
    tried = subprocess.run([*program, *extras], cwd=tmp_path, capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr


def test_an_import_error_that_names_nothing_is_noticed(monkeypatch):
    monkeypatch.setitem(sys.modules, "nnlib.plotting", None)
    assert smoke.refused("nnlib.plotting", ["plotting"])
    assert not smoke.refused("nnlib.plotting", ["matplotlib"])
    assert not smoke.refused("nnlib.losses", ["losses"])
