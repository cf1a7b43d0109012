"""The tools write the same bytes twice, or nothing; Makefile and README name the same commands."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tools import notebooks

ROOT = Path(__file__).parents[1]

WIDGETS = """
import ipywidgets as widgets
unseen = widgets.IntSlider(description="unseen")
slider = widgets.SelectionSlider(options=["a", "b"], description="letter")
stack = widgets.Stack([widgets.HTML("first"), widgets.HTML("second")], selected_index=0)
widgets.jslink((slider, "index"), (stack, "selected_index"))
widgets.jslink((unseen, "value"), (stack, "selected_index"))
widgets.VBox([slider, stack])
"""


def save_notebook(folder, *sources):
    """Write a notebook of these code cells into `folder` and return its path."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    path = folder / "chapter.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_two_runs_write_the_same_bytes(tmp_path):
    path = save_notebook(tmp_path, "import os\nprint(1)", "print(2)\nprint({'b', 'a', 'c'})", WIDGETS)
    assert notebooks.main([str(path)]) == 0
    first = path.read_bytes()
    assert notebooks.main([str(path)]) == 0
    assert path.read_bytes() == first
    assert [file.name for file in tmp_path.iterdir()] == ["chapter.ipynb"]


def test_the_kernel_stands_beside_the_notebook_with_inline_figures_and_one_thread(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    show = "import os\nprint(os.path.basename(os.getcwd()), os.environ['OPENBLAS_NUM_THREADS'])"
    draw = "import matplotlib.pyplot as plt\nplt.plot([0, 1])\nplt.show()"
    notebook = nbformat.reads(notebooks.run(save_notebook(tmp_path, show, draw)), as_version=4)
    assert notebook.cells[0].outputs[0].text == f"{tmp_path.name} 1\n"
    assert "image/png" in notebook.cells[1].outputs[0].data
    assert [cell.execution_count for cell in notebook.cells] == [1, 2]


def test_widgets_that_are_seen_are_kept_and_no_others(tmp_path):
    notebook = nbformat.reads(notebooks.run(save_notebook(tmp_path, WIDGETS)), as_version=4)
    state = notebook.metadata["widgets"][notebooks.WIDGET_STATE]["state"]
    names = [model["model_name"] for model in state.values()]
    assert [names.count(name) for name in ("VBoxModel", "HTMLModel", "LinkModel", "IntSliderModel")] == [
        1,
        2,
        1,
        0,
    ]
    assert list(state) == [f"{number:032x}" for number in range(len(state))]
    assert set(notebooks.references(state)) <= set(state)
    view = notebook.cells[0].outputs[0].data[notebooks.WIDGET_VIEW]
    assert state[view["model_id"]]["model_name"] == "VBoxModel"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", "chapter.ipynb.*ZeroDivisionError"),
        ("import sys\nprint('careful', file=sys.stderr)", "chapter.ipynb: cell 1 .*stderr:\ncareful"),
        ("import warnings\nwarnings.warn('overflow')", "chapter.ipynb: cell 1 .*overflow"),
    ],
    ids=["error", "stderr", "warning"],
)
def test_a_faulty_notebook_is_refused_and_left_as_it_was(tmp_path, capsys, source, message):
    path = save_notebook(tmp_path, "print(1)", source)
    before = path.read_bytes()
    assert notebooks.main([str(path)]) == 1
    assert re.search(message, capsys.readouterr().err, re.DOTALL)
    assert path.read_bytes() == before


def test_check_reports_and_writes_nothing(tmp_path, capsys):
    path = save_notebook(tmp_path, "print(1)")
    before = path.read_bytes()
    assert notebooks.main(["--check", str(path)]) == 1
    assert path.read_bytes() == before
    assert notebooks.main([str(path)]) == 0
    assert notebooks.main(["--check", str(path)]) == 0
    printed = capsys.readouterr().out.split()
    assert printed == ["changed", str(path), "changed", str(path), "same", str(path)]


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    path = tmp_path / "chapter.ipynb"
    path.write_text("whole")
    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        notebooks.write(path, "half")
    assert path.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [path]


def targets():
    """The targets of the Makefile that are commands, not files."""
    return set(re.search(r"^\.PHONY: (.*)", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split())


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make on this machine")
def test_make_help_lists_every_target():
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([\w-]+) +\w", listed, re.MULTILINE)) == targets()


def test_the_readme_names_targets_that_exist():
    named = set(re.findall(r"(?:^|`)make ([\w-]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {"book", "test"} <= named <= targets()


def test_only_the_kernels_add_in_one_order_and_the_tests_as_the_machine_does(tmp_path):
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").touch()  # or pytest would look for the project's root further up
    (tmp_path / "_toc.yml").write_text("root: chapter\n", encoding="utf-8")
    own = "import os\n\n\ndef test_own():\n    assert 'OPENBLAS_CORETYPE' not in os.environ\n"
    (tmp_path / "test_own.py").write_text(own, encoding="utf-8")
    save_notebook(tmp_path, "import os\nassert os.environ['OPENBLAS_CORETYPE'] == 'Haswell'")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "OPENBLAS_C"))}
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval", "-n", "2"],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert "2 passed" in run.stdout, run.stdout
