"""Figures, exercises, equations and theorems are numbered by chapter: Exercise 8.2, Figure A.1.

The chapters write their own numbers, so Sphinx has none to put before its own and counts through the whole book.
"""

import re

CHAPTER = re.compile(r"book/(?:(\d\d)|appendix/([a-z]))_")


def chapter_of(docname):
    """Return the number or letter that a page's file begins with, in a tuple; an empty one where it has none."""
    found = CHAPTER.match(docname)
    if not found:
        return ()
    return (int(found[1]),) if found[1] else (found[2].upper(),)


def number_by_chapter(app, env):
    """Put each page's chapter before its numbers, and count them from 1; Sphinx noted them in the page's order."""
    env.toc_fignumbers = {
        docname: {
            kind: {label: (*chapter_of(docname), place) for place, label in enumerate(labels, start=1)}
            for kind, labels in kinds.items()
        }
        for docname, kinds in env.toc_fignumbers.items()
    }
    return env.found_docs  # to be written again: a new number changes what other pages say of it


def setup(app):
    """Register with Sphinx."""
    app.connect("env-get-updated", number_by_chapter, priority=900)  # after Sphinx's own
    return {"parallel_read_safe": True, "parallel_write_safe": True}
