"""The list of references and the citations in the text name the same works."""

import re
from pathlib import Path

BOOK = Path(__file__).parents[1] / "book"
CITED = re.compile(r"\{cite:[pt]\}`([^`]+)`")
ENTRY = re.compile(r"^@\w+\{([^,]+),", re.MULTILINE)


def unmatched(text, references):
    """Return the keys that stand in only one of the two: cited without an entry, or an entry that nobody cites."""
    cited = {key.strip() for keys in CITED.findall(text) for key in keys.split(",")}
    return cited ^ set(ENTRY.findall(references))


def test_every_citation_has_its_entry_and_every_entry_is_cited():
    pages = [*BOOK.rglob("*.ipynb"), *BOOK.rglob("*.md")]
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert unmatched(text, (BOOK / "references.bib").read_text(encoding="utf-8")) == set()


def test_a_key_that_stands_alone_is_found():
    entries = "@book{a1900,\n}\n\n@article{b1901,\n}\n"
    assert unmatched("{cite:p}`a1900,b1901` and {cite:t}`a1900`", entries) == set()
    assert unmatched("{cite:p}`a1900`", entries) == {"b1901"}
    assert unmatched("{cite:p}`a1900, b1901,c1902`", entries) == {"c1902"}
