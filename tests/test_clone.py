"""A person's afternoon: what readers and their tools leave in a clone is not tested, built, packed or committed."""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from tools import clone, dist

ROOT = Path(__file__).parents[1]
CHAPTER = "book/08_the_training_loop.ipynb"
NOTEBOOK = (ROOT / "book" / "intro.ipynb").read_text(encoding="utf-8")
BROKEN = "this is (no Python"
# Each file, and what stands in it: were it collected, packed or read, something would fail or be counted.
LEFTOVERS = {
    # JupyterLab, its language server, its real-time collaboration
    "book/.ipynb_checkpoints/08_the_training_loop-checkpoint.ipynb": NOTEBOOK,
    "book/appendix/.ipynb_checkpoints/a_autodiff-checkpoint.ipynb": NOTEBOOK,
    "book/.virtual_documents/08_the_training_loop.ipynb": NOTEBOOK,
    "book/.jupyter_ystore.db": "",
    "book/Untitled.ipynb": NOTEBOOK,
    "book/untitled.md": "# A page",
    "book/08_the_training_loop-Copy1.ipynb": NOTEBOOK,
    "book/08_the_training_loop.nbconvert.ipynb": NOTEBOOK,
    "book/08_the_training_loop.md": "# A page",
    "book/08_the_training_loop.py": BROKEN,
    "book/intro.rst": "A page",
    "book/08_the_training_loop.html": "",
    "book/08_the_training_loop_files/one.md": "# A page",
    "nnlib/.ipynb_checkpoints/activations-checkpoint.py": BROKEN,
    "nnlib/widgets/.ipynb_checkpoints/engine-checkpoint.js": BROKEN,
    "tests/.ipynb_checkpoints/test_losses-checkpoint.py": BROKEN,
    ".ipynb_checkpoints/README-checkpoint.md": ">>> 1 / 0",
    # editors: Emacs, Vim, PyCharm, VS Code and its history; patch and merge tools
    "book/08_the_training_loop.ipynb~": NOTEBOOK,
    "book/_assets/book.css~": "",
    "book/_assets/#book.css#": "",
    "book/_assets/book.css.orig": "",
    "nnlib/#losses.py#": BROKEN,
    "nnlib/losses.py~": BROKEN,
    "nnlib/losses.py.orig": BROKEN,
    "nnlib/losses.py.rej": BROKEN,
    "nnlib/.losses.py.swp": BROKEN,
    "nnlib/.history/losses_20261128.py": BROKEN,
    "nnlib/data/digits.npz~": "",
    "tests/#test_losses.py#": BROKEN,
    "tests/test_losses.py.orig": BROKEN,
    "README.md~": ">>> 1 / 0",
    "README.md.bak": ">>> 1 / 0",
    ".idea/workspace.xml": "",
    ".vscode/settings.json": "{}",
    # the desktop: macOS on its own and on foreign disks, Windows
    ".DS_Store": "",
    "book/.DS_Store": "",
    "book/_assets/.DS_Store": "",
    "book/_assets/vendor/.DS_Store": "",
    "nnlib/.DS_Store": "",
    "nnlib/data/.DS_Store": "",
    "book/._intro.ipynb": "\0",
    "book/appendix/._c_notation.md": "\0",
    "nnlib/._losses.py": "\0",
    "nnlib/widgets/._engine.js": "\0",
    "tests/._test_losses.py": "\0",
    "book/Thumbs.db": "",
    "book/desktop.ini": "",
    "book/_assets/Thumbs.db": "",
    # other environments, and what tools keep
    **{
        f"{folder}/lib/python3/site-packages/some/{name}": text
        for folder in (".venv-3.12", "venv", "venv312", "env", "book/.venv", "book/venv")
        for name, text in (
            ("__init__.py", BROKEN),
            ("test_some.py", BROKEN),
            ("README.md", ">>> 1 / 0"),
            ("x.ipynb", NOTEBOOK),
        )
    },
    "venv/pyvenv.cfg": "",
    "node_modules/some/README.md": ">>> 1 / 0",
    "book/node_modules/some/README.md": ">>> 1 / 0",
    "nnlib/node_modules/some/index.js": "",
    "nnlib/__pycache__/losses.cpython-311.pyc": "",
    ".mypy_cache/3.11/x.json": "{}",
    ".hypothesis/examples/x": "",
    ".coverage": "",
    "htmlcov/index.html": "",
    # earlier builds
    "_build/html/README.md": ">>> 1 / 0",
    "build/lib/nnlib/gone.py": BROKEN,
    "dist/nnlib-0.0.1.tar.gz": "",
    "nnlib.egg-info/SOURCES.txt": "nnlib/gone.py\ntests/test_losses.py\n",
    "from_xor_to_digits.egg-info/SOURCES.txt": "nnlib/gone.py\ntests/test_losses.py\n",
}
IDENTITY = ("-c", "user.name=somebody", "-c", "user.email=somebody@example.org")
LOCKS = ["nnlib/.#losses.py", "tests/.#test_losses.py", "book/.#08_the_training_loop.ipynb"]  # Emacs: links to nowhere


def copy_clone(folder):
    """Copy what a commit of this clone would hold to `folder`, and add it to a new repository there."""
    names = clone.committed_files()
    if not names:
        pytest.skip("git does not know this folder, so nobody can say what is the project's")
    dist.copy_files(names, folder)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, *IDENTITY, "commit", "--quiet", "--message=x")
    return folder


def git(folder, *arguments):
    """Return what git prints, untouched by the settings of whoever runs this."""
    clean = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    run = subprocess.run(["git", *arguments], cwd=folder, env=os.environ | clean, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """Return a clone nobody has worked in."""
    return copy_clone(tmp_path_factory.mktemp("clean"))


@pytest.fixture(scope="module")
def used(clean, tmp_path_factory):
    """Return a clone with everything that people's tools leave behind."""
    folder = tmp_path_factory.mktemp("used") / "clone"
    shutil.copytree(clean, folder)
    for name, text in LEFTOVERS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in LOCKS:
        (folder / name).symlink_to("somebody@somewhere.4711")
    return folder


def run(folder, *command, **variables):
    """Run Python in `folder` with its own nnlib, and leave nothing there; return the finished process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = kept | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"} | variables
    return subprocess.run([sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True)


def in_both(do, *folders):
    """Do the same in both clones at the same time, and return what came of it."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(do, folders))


def collected(folder):
    """Return the ids of all tests, those of the notebooks' cells included."""
    found = run(folder, "-m", "pytest", "--collect-only", "--quiet", "--nbval", "-p", "no:cacheprovider")
    assert found.returncode == 0, found.stdout[-3000:]
    return [line for line in found.stdout.splitlines() if "::" in line]


def test_git_would_commit_nothing_of_it(clean, used):
    assert git(used, "status", "--porcelain", "--untracked-files=all") == ""
    assert clone.committed_files(used) == clone.committed_files(clean)


def test_the_same_tests_are_collected(clean, used):
    expected, found = in_both(collected, clean, used)
    assert sum(f"{CHAPTER}::" in line for line in expected) > 10 and len(expected) > 1000
    assert found == expected


def test_the_same_notebooks_are_the_book(clean, used):
    books = [[path.relative_to(folder) for path in clone.chapters(folder)] for folder in (clean, used)]
    assert books[0] == books[1] and Path(CHAPTER) in books[0]


PAGES = """
import sys
from pathlib import Path
from jupyter_book.config import get_final_config
from sphinx.application import Sphinx

options = {"latex_individualpages": False}
settings, _ = get_final_config(user_yaml=Path("_config.yml"), sourcedir=Path("."), cli_config=options)
out = sys.argv[1]
app = Sphinx(".", None, out, out + "/doctrees", "html", settings, status=None, warning=sys.stderr)
app.env.find_files(app.config, app.builder)
app.builder.copy_html_static_files({})
print(*sorted(app.env.found_docs), sep="\\n")
print(*sorted(path.relative_to(out) for path in Path(out, "_static").rglob("*")), sep="\\n")
"""


def test_the_same_pages_and_files_are_built(clean, used, tmp_path):
    expected, found = in_both(lambda folder: run(folder, "-c", PAGES, str(tmp_path / folder.name)), clean, used)
    assert expected.returncode == 0 and found.stderr == expected.stderr == ""
    assert {"book/08_the_training_loop", "_static/book.css"} <= set(expected.stdout.splitlines())
    assert found.stdout == expected.stdout


def test_the_same_distribution_is_built(clean, used, tmp_path):
    built = dist.build_folder(used, tmp_path)
    assert dist.faults(*built, clone.committed_files(clean), clean) == []


def test_the_vendored_files_are_still_as_fetched(used):
    checked = run(used, "tools/vendor.py", "--check")
    assert checked.returncode == 0, checked.stdout


# ---- what the reader has changed


@pytest.fixture(scope="module")
def theirs(clean, tmp_path_factory):
    """Return the clone of a reader who has rewritten chapter 8 and begun a notebook; chapter 5 was committed faulty."""
    folder = tmp_path_factory.mktemp("reader") / "clone"
    shutil.copytree(clean, folder)
    cell = nbformat.v4.new_code_cell("import os\nprint(2)", outputs=[nbformat.v4.new_output("stream", text="1\n")])
    for name in ("book/05_losses.ipynb", CHAPTER, "book/mine.ipynb"):
        notebook = nbformat.read(folder / "book" / "intro.ipynb", as_version=4)
        notebook.cells = [cell]
        nbformat.write(notebook, folder / name)
    git(folder, *IDENTITY, "commit", "--quiet", "--message=x", "book/05_losses.ipynb")
    return folder


@pytest.fixture(scope="module")
def printed(theirs):
    """Return what the tests of these notebooks print there."""
    tests = "(08_the_training_loop or 05_losses or mine) and not running_again"
    options = ["--nbval", "-n", "1", "-p", "no:cacheprovider", "-k", tests, "book", "tests/test_notebooks.py"]
    return run(theirs, "-m", "pytest", *options).stdout


def messages(printed):
    """Return the first line of each failure's message, by the name of its test."""
    return dict(re.findall(r"^_+ (?:book/)?(\S.*\S) _+\n(?:\[gw\d\] .*\n)?\n*(.*)", printed, re.MULTILINE))


def test_a_changed_chapter_is_named_as_changed_before_all_else(printed):
    failed = messages(printed)
    about = {name for name in failed if "08_the_training_loop" in name}
    assert "test_notebook[08_the_training_loop-wrong_counts]" in about
    assert "test_notebook_keeps_the_style[08_the_training_loop]" in about
    assert any("Cell" in name for name in about)
    for name in about:
        assert failed[name].startswith(f"{CHAPTER} was changed since the last commit: `git diff HEAD -- {CHAPTER}`")
    end = f"{len(about)} of the {len(failed)} tests that failed are about it."
    assert f"`git checkout HEAD -- {CHAPTER}` brings the book's back. {end}" in printed


def test_a_chapter_that_is_as_it_was_committed_is_not_named_as_changed(printed):
    failed = messages(printed)
    assert "changed" not in failed["test_notebook[05_losses-wrong_counts]"]
    assert "05_losses.ipynb was changed" not in printed


def test_a_notebook_of_the_readers_own_is_not_tested_and_that_is_said(printed):
    assert not any("mine" in name for name in messages(printed))
    assert "book/mine.ipynb is not tested: _toc.yml does not name it, so it is your own." in printed


def test_without_git_nothing_is_named(tmp_path, monkeypatch):
    (tmp_path / "_toc.yml").write_text("root: book/intro\n")
    assert clone.changed_notebooks(tmp_path) == clone.committed_files(tmp_path) == []
    monkeypatch.setenv("PATH", "")
    assert clone.changed_notebooks() == []


@pytest.mark.parametrize("remove", [lambda path: path.unlink(), lambda path: path.write_text("{")])
def test_a_chapter_that_is_gone_or_torn_is_changed(clean, tmp_path, remove):
    folder = tmp_path / "clone"
    shutil.copytree(clean, folder)
    remove(folder / CHAPTER)
    git(folder, "add", ".")
    assert clone.changed_notebooks(folder) == [CHAPTER]


def test_the_style_of_notebooks_is_not_asked_before_they_can_be_named(theirs):
    (command,) = re.findall(r"\$\(BIN\)/(ruff check .*?)  #", (ROOT / "Makefile").read_text())
    checked = run(theirs, "-m", *command.replace('"', "").split())
    assert checked.returncode == 0, checked.stdout
