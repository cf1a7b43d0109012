"""What a reader copies by a button of the page is code that runs: read from the clipboard of a real Chromium."""

import doctest
import inspect
import json
import pydoc
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

ROOT = Path(__file__).parents[2]
LIBRARY = sorted((ROOT / "book/appendix/f_library").glob("*.md"))
CHAPTER = "book/07_never_trust_a_gradient"  # it has stubs, folded solutions and a folded cell

OBJECT = "pre => pre.closest('dd')?.previousElementSibling.id ?? 'nnlib.plain'"
UNFOLD = "all => all.forEach(fold => fold.click())"


@pytest.fixture
def clipboard(visit):
    """Return a function that opens a page and gives its blocks of code, each with what its button copies."""

    def copy_all(address, blocks):
        page = visit(address, permissions=["clipboard-read", "clipboard-write"]).page
        page.locator("details > summary").evaluate_all(UNFOLD)
        for block in page.locator(blocks).all():
            page.evaluate("navigator.clipboard.writeText('nothing was copied')")
            block.locator("button.copybtn").click()
            yield block.locator("pre"), page.evaluate("navigator.clipboard.readText()")

    return copy_all


def code_of(name):
    """Return the code lines of an object's docstring; of a module, which stands there whole, the source."""
    shown = pydoc.locate(name)
    if inspect.ismodule(shown):
        return inspect.getsource(shown).removesuffix("\n")
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(shown))
    return "".join(example.source for example in examples).removesuffix("\n")


def test_the_examples_of_the_library_run_as_copied(site, clipboard):
    names = []
    for room in LIBRARY:
        for block, copied in clipboard(f"{site}/book/appendix/f_library/{room.stem}.html", ".highlight:has(.copybtn)"):
            name = block.evaluate(OBJECT)
            names.append(name)
            assert copied == code_of(name), name
            exec(compile(copied, name, "exec"), {"__name__": "__main__"})
            plt.close("all")
    assert {"nnlib.plain", "nnlib.NeuralNetwork.save", "nnlib.train", "nnlib.widgets.Playground"} < set(names)


def test_the_cells_of_a_chapter_are_copied_whole(site, clipboard):
    cells = json.loads((ROOT / f"{CHAPTER}.ipynb").read_text())["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    copied = [text for _, text in clipboard(f"{site}/{CHAPTER}.html", ".cell_input")]
    assert copied == sources
    assert any(source.endswith("\n    ...") for source in sources)  # a stub keeps the dots of its body
