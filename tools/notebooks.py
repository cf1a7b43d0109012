"""Run notebooks and write their outputs: nothing else ever writes them.

Each notebook runs from top to bottom in a fresh kernel that stands in the notebook's own folder. What is
written is the same in every run, byte for byte: no times, no random ids, one thread of linear algebra.
A notebook is written whole or not at all, and not when a cell fails or prints to stderr.
"""

import argparse
import base64
import io
import json
import os
import re
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

from tools import clone, svg

WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
LINKS = {"LinkModel", "DirectionalLinkModel"}
SECONDS_PER_CELL = 600
SIDE_BY_SIDE = 2
# OpenBLAS adds in another order on each kind of x86-64 processor, unless told to add as on Haswell (2013).
ONE_ORDER = {
    "OPENBLAS_NUM_THREADS": "1",
    "OPENBLAS_CORETYPE": "Haswell",
    "OMP_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}
COLORS = 64  # in a still; more colors than a chart has, with the shades along its lines


class NotebookError(Exception):
    """A notebook that cannot be written; the message names the notebook and the cell."""


def run(path):
    """Run the notebook at `path` in a fresh kernel and return the text to store."""
    return nbformat.writes(execute(nbformat.read(path, as_version=4), path)) + "\n"


def execute(notebook, path):
    """Run `notebook` in a fresh kernel, as the one at `path`, and return it with its outputs, normalized."""
    path = Path(path).resolve()
    notebook = without_outputs(notebook)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=SECONDS_PER_CELL,
        resources={"metadata": {"path": str(path.parent)}},
        store_widget_state=True,
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],
    )
    try:
        client.execute(env=kernel_environment())
    except CellExecutionError as error:
        raise NotebookError(f"{path.name}: {error}") from None
    refuse_stderr(notebook, path.name)
    return normalize(notebook)


def kernel_environment():
    """Return the kernel's environment: inline figures, one thread, one order of sums, one order of sets."""
    # An MPLBACKEND left by the caller (tests use Agg) would switch inline figures off.
    kept = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return kept | ONE_ORDER


def without_outputs(notebook):
    """Empty the notebook of all that a run adds."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def refuse_stderr(notebook, name):
    """Raise NotebookError if a cell printed to stderr: a warning is not for readers."""
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                raise NotebookError(f"{name}: cell {number} ({cell.id}) printed to stderr:\n{output.text}")


def normalize(notebook):
    """Drop what changes from run to run; rename the widgets' random ids in order of appearance."""
    kept = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    widgets = notebook.metadata.get("widgets", {}).get(WIDGET_STATE)
    notebook.metadata = nbformat.from_dict(kept)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            if "image/png" in output.get("data", {}):
                output.data["image/png"] = shrink(output.data["image/png"])
            if "image/svg+xml" in output.get("data", {}):
                output.data["image/svg+xml"] = svg.tidy(output.data["image/svg+xml"])
    if widgets:
        names = {old: f"{new:032x}" for new, old in enumerate(shown_models(notebook, widgets["state"]))}
        widgets["state"] = {old: widgets["state"][old] for old in names}
        notebook.metadata["widgets"] = {WIDGET_STATE: widgets}
        notebook = rename(notebook, names)
    return notebook


def shrink(picture):
    """Return a PNG (base64) with a palette: a third of the bytes, and no eye tells the difference."""
    pixels = Image.open(io.BytesIO(base64.b64decode(picture)))
    if pixels.mode == "P":
        return picture  # a second time would choose other colors
    few = {"colors": COLORS, "method": Image.Quantize.MEDIANCUT, "kmeans": 1, "dither": Image.Dither.NONE}
    palette = pixels.convert("RGB").quantize(**few)
    file = io.BytesIO()
    palette.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def shown_models(notebook, state):
    """List the ids of the models that a reader can see or that join what can be seen, in order."""
    found = {}

    def visit(model):
        if model in state and model not in found:
            found[model] = True
            for child in references(state[model]):
                visit(child)

    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if WIDGET_VIEW in output.get("data", {}):
                visit(output["data"][WIDGET_VIEW]["model_id"])
    # Nothing refers to a jslink: it refers to the two widgets that it joins.
    for model, content in state.items():
        if content["model_name"] in LINKS and all(
            end in found for end in references([content["state"]["source"], content["state"]["target"]])
        ):
            visit(model)
    return list(found)


def references(content):
    """List the ids of the models that `content` refers to, in its own order."""
    return re.findall(r"IPY_MODEL_(\w+)", json.dumps(content))


def rename(notebook, names):
    """Return the notebook with each widget's id replaced by its new name, wherever it stands."""
    text = re.sub(r"[0-9a-f]{32}", lambda match: names.get(match[0], match[0]), nbformat.writes(notebook))
    return nbformat.reads(text, as_version=4)


def write(path, text):
    """Put `text` into the file at `path`, which may be new, whole or not at all."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode if path.exists() else 0o644  # a temporary file is for its owner alone
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with open(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main(arguments=None):
    """Run the notebooks of the command line, or the book's; return 1 if one fails or, under --check, would change."""
    parser = argparse.ArgumentParser("python -m tools.notebooks", description="Run notebooks and write their outputs.")
    parser.add_argument("paths", nargs="*", type=Path, help="if none is named: all of the table of contents")
    parser.add_argument("--check", action="store_true", help="write nothing, say what would change")
    options = parser.parse_args(arguments)

    failed = False
    with ProcessPoolExecutor(SIDE_BY_SIDE) as pool:
        for path, job in [(path, pool.submit(run, path)) for path in options.paths or clone.chapters()]:
            try:
                text = job.result()
            except NotebookError as error:
                failed = True
                print(f"failed   {error}", file=sys.stderr)
                continue
            same = path.read_text(encoding="utf-8") == text
            print(f"{'same' if same else 'changed':8} {path}", flush=True)
            if options.check:
                failed |= not same
            elif not same:
                write(path, text)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
