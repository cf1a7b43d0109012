"""MyST to plain Markdown: each kind of text that the notebooks have, on a page that knows five references."""

from types import SimpleNamespace

import pytest

from tools.plain_markdown import Directive, blocks, convert, quote

PAGE = SimpleNamespace(
    name="book/09",
    repository="https://code.example/",
    references={
        "numref fig-one": [["Figure 9.1", "book/09.html#fig-one"]],
        "doc 08_loop": [["The training loop", "book/08.html"]],
        "term bug": [["bug", "terms.html#bug"]],
        "eq eq-one": [["(9.1)", None]],
        "t luby1993": [["Luby ", None], ["et al.", None], [" [", None], ["1993", "works.html#id1"], ["]", None]],
        "p a1,b2": [["[", None], ["A, 1990", "works.html#id2"], [", ", None], ["B, 1991", None], ["]", None]],
    },
    address=lambda place: f"https://book.example/{place}" if place else None,
    title={"prf-one": "Theorem 9.1: One line", "eq-one": "(9.1)"}.__getitem__,
)


@pytest.mark.parametrize(
    ("myst", "plain"),
    [
        ("plain *text* with `{code}`", "plain *text* with `{code}`"),
        ("(ch-09)=\n# Title\n\nText", "# Title\n\nText"),
        ("see {numref}`fig-one`.", "see [Figure 9.1](https://book.example/book/09.html#fig-one)."),
        ("in {doc}`08_loop`,", "in [The training loop](https://book.example/book/08.html),"),
        ("many {term}`bugs <bug>`", "many [bugs](https://book.example/terms.html#bug)"),
        ("by {eq}`eq-one`", "by (9.1)"),
        ("{cite:t}`luby1993` prove", "Luby et al. [[1993](https://book.example/works.html#id1)] prove"),
        ("so {cite:p}`a1,b2`.", "so [[A, 1990](https://book.example/works.html#id2), B, 1991]."),
        ("{repository}`the code`", "[the code](https://code.example/)"),
        ("$$\na = b\n$$ (eq-one)\n\n- $a$: one", "$$\na = b \\tag{9.1}\n$$\n\n- $a$: one"),
        ("$$ a = b $$ (eq-one)", "$$ a = b  \\tag{9.1}$$"),
        (
            ":::{predict}\nWhich, {term}`bug <bug>`?\n:::",
            "> **Predict.** Which, [bug](https://book.example/terms.html#bug)?",
        ),
        (":::{note}\nOne.\n\nTwo.\n:::\nAfter", "> **Note.** One.\n>\n> Two.\n\nAfter"),
        (
            "````{prf:theorem} One line\n:label: prf-one\nIt is\n$$\na\n$$\n\n```{prf:proof}\nClear.\n```\n````",
            "> **Theorem 9.1.** One line\n>\n> It is\n> $$a$$\n>\n> *Proof.* Clear. ∎",
        ),
        (":::{container} doors\n- one\n:::", "- one"),
        ("Word\n: What it means", "- Word: What it means"),
    ],
)
def test_each_kind_of_text_becomes_plain(myst, plain):
    assert convert(myst, PAGE) == plain


@pytest.mark.parametrize(
    ("myst", "named"),
    [
        (":::{tip}\nOne\n:::", "book/09 has a directive 'tip'"),
        ("{numref}`fig-two`", "book/09 refers to {numref}`fig-two`"),
        (":::{note}\nOne", "':::{note}' is never closed"),
    ],
)
def test_what_is_not_known_is_an_error_and_never_left_raw(myst, named):
    with pytest.raises(ValueError, match=named):
        convert(myst, PAGE)


def test_blocks_know_options_and_nested_fences():
    text = "before\n\n````{a} title\n:label: x\n:class: y\nbody\n```{b}\n```\n````\nafter"
    assert list(blocks(text)) == [
        "before",
        Directive("a", "title", {"label": "x", "class": "y"}, "body\n```{b}\n```"),
        "after",
    ]


def test_a_formula_in_a_quotation_stands_in_one_line():
    assert quote("a\n\n$$\nx\n= y\n$$\n\nb") == "> a\n>\n> $$x = y$$\n>\n> b"
