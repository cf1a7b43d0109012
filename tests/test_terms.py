"""The terms of the book: in English and in Korean, each linked from the chapter that it names as the first."""

import re
from pathlib import Path

import nbformat
import pytest

from tools import clone

BOOK = Path(__file__).parents[1] / "book"
ENTRY = re.compile(r"^(\S.*)\n  \*\*(.+?)\*\* · (.+?) → \{doc\}`(.+?)`$", re.MULTILINE)
ENTRIES = ENTRY.findall((BOOK / "appendix" / "d_terms.md").read_text(encoding="utf-8"))
ORDER = [path for path in clone.chapters() if path.stem != "intro"]


def linked(path):
    """Return the terms that a notebook links to, in lower case as Sphinx compares them."""
    prose = "\n".join(cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "markdown")
    return {(re.search(r"<(.+)>", link) or [None, link])[1].lower() for link in re.findall(r"\{term\}`([^`]+)`", prose)}


LINKED = {path.stem: linked(path) for path in ORDER}


def test_there_are_many_in_alphabetical_order_and_none_twice():
    names = [name.lower() for name, *_ in ENTRIES]
    assert len(names) >= 80
    assert names == sorted(set(names))
    listed = (BOOK / "appendix" / "d_terms.md").read_text(encoding="utf-8").count("\n  **")
    assert listed == len(names)  # no entry is of another form


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry[0])
def test_a_term_is_explained_and_leads_to_where_it_is_first_linked(entry):
    name, korean, text, place = entry
    assert text.endswith(".") and len(text) > 15
    assert re.search(r"[가-힣]", korean) or korean == name  # some names are the same everywhere
    chapters = [stem for stem, terms in LINKED.items() if name.lower() in terms]
    assert chapters and Path(place).name == chapters[0]
