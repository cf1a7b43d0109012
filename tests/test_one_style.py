"""Styles in one file: what may find something stays, what finds nothing goes, addresses lead where they led."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "book" / "_extensions"))

import one_style  # noqa: E402

KNOWN = {"p", "a", "note", "open", "top"}


@pytest.mark.parametrize(
    "rule",
    ["p{color:red}", ".note:hover>a{b:c}", "#top{b:c}", "*{b:c}", ":root{--x:1}", "[data-y=z]{b:c}", "::before{b:c}",
     ".note:not(.never){b:c}", "@font-face{font-family:x}", "@media print{.note{b:c}\n}", "P.open{b:c}"],
)  # fmt: skip
def test_a_rule_that_may_find_something_stays(rule):
    assert one_style.pruned(rule, KNOWN).strip() == rule


@pytest.mark.parametrize(
    "rule",
    [".never{b:c}", "p .never{b:c}", "p.never:hover{b:c}", "#never{b:c}", "video{b:c}", "@media print{.never{b:c}}",
     "/* of nothing */", ".Note{b:c}"],
)  # fmt: skip
def test_a_rule_that_finds_nothing_goes(rule):
    assert one_style.pruned(rule, KNOWN).strip() == ""


def test_of_a_list_of_selectors_those_that_may_find_something_stay():
    assert one_style.pruned(".never,p,.never a,.note{b:c}", KNOWN) == "p,.note{b:c}\n"


def test_a_licence_stays():
    text = "/*! whose it is */p{b:c}"
    assert one_style.pruned(text, KNOWN).strip() == text


def test_names_are_those_of_pages_and_of_the_scripts_that_they_load(tmp_path):
    (tmp_path / "page.html").write_text(
        '<nav class="one two" id="three"><script defer src="in.js?v=1"></script></nav><script src="http://x.y/z.js">'
    )
    (tmp_path / "in.js").write_text('part.classList.add("four-five")')
    (tmp_path / "out.js").write_text('part.classList.add("six")')
    names = one_style.names_in(tmp_path)
    assert {"nav", "one", "two", "three", "four-five"} <= names and "six" not in names


def test_addresses_lead_where_they_led(tmp_path):
    (tmp_path / "vendor").mkdir()
    style = tmp_path / "vendor" / "x.css"
    style.write_text('a { b: url(f/x.woff2) url("y.png") url(data:z) url("#w") }')
    seen = one_style.readdressed(style, tmp_path)
    assert seen == 'a { b: url("vendor/f/x.woff2") url("vendor/y.png") url(data:z) url("#w") }'
