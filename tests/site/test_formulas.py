"""The formulas of the built book: all set, by no script, whole for screen readers; nothing moves, none is cut."""

import re
from urllib.request import urlopen

import pytest

from tests.site.test_pages import PAGES

FORMULA = re.compile(r'<(?:span|div) class="math[^"]*"[^>]*>\s*(<span class="eqno">.*?</span>)?\s*(.{200})', re.DOTALL)
SET = re.compile(r'<span class="katex(-display)?">')
ALONE = "book/appendix/b_mathematics.html"  # formulas and no widgets
WIDE = "book/13_curvature.html"  # too wide for 320 px


def unset(html):
    """Return the formulas of a page that are not set, or not in MathML too."""
    found = [formula[2] for formula in FORMULA.finditer(html)]
    return [start for start in found if not (SET.match(start) and '<math xmlns="' in start)]


def test_what_is_not_set_is_named():
    good = '<span class="math notranslate"><span class="katex"><math xmlns="x">' + 200 * "."
    bad = '<div class="math"><span class="eqno">(1)</span>\\frac{1}{2}' + 200 * "."
    assert len(unset(good + bad)) == 1


@pytest.mark.parametrize("path", PAGES)
def test_every_formula_is_set_when_the_page_comes(site, path):
    html = urlopen(f"{site}/{path}").read().decode()
    assert unset(html) == []
    assert not re.search(r"mathjax[\w-]*\.js|katex[\w.-]*\.js|katex-error", html, re.IGNORECASE)
    assert (len(FORMULA.findall(html)) > 0) == ("katex/fonts/" in html)


# How far things moved, by the formulas' own fault or anything else's.
SHIFTS = """new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.moved = (window.moved ?? 0) + entry.value;
}).observe({ type: "layout-shift", buffered: true })"""


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_when_the_faces_of_formulas_come(visit, site, width):
    page = visit(f"{site}/{ALONE}", width=width).page
    page.evaluate(SHIFTS)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(200)
    assert page.evaluate("window.moved ?? 0") <= 0.02


def test_a_formula_that_is_too_wide_scrolls_alone_and_from_the_keyboard(visit, site):
    page = visit(f"{site}/{WIDE}", width=320).page
    formulas = page.locator(".katex-display")
    wide = [f for f in formulas.all() if f.evaluate("f => f.scrollWidth > f.clientWidth + 1")]
    assert 0 < len(wide) < formulas.count()
    assert {f.get_attribute("tabindex") for f in wide} == {"0"}
    wide[0].focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.activeElement.scrollLeft > 0")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_function("() => !document.querySelector('.katex-display[tabindex]')")  # no stop where nothing scrolls


# Formulas whose comma, or what else stands behind them, begins the next line.
TORN = """() => [...document.querySelectorAll(".bd-article span.math")].filter((formula) => {
  const next = formula.nextSibling, last = [...formula.querySelectorAll(".base")].at(-1);
  if (!last?.checkVisibility() || next?.nodeType !== 3 || !/^[.,;:!?)\\]”’%]/.test(next.data)) return false;
  const mark = document.createRange();
  mark.setStart(next, 0);
  mark.setEnd(next, 1);
  return mark.getBoundingClientRect().left < last.getBoundingClientRect().left;
}).map((formula) => formula.querySelector("annotation").textContent + formula.nextSibling.data)"""


def test_no_line_begins_with_what_belongs_to_the_formula_before(visit, site):
    page = visit(f"{site}/{ALONE}", width=390).page
    torn = []
    for width in range(320, 480, 20):
        page.set_viewport_size({"width": width, "height": 800})
        torn += page.evaluate(TORN)
    assert torn == []
    page.add_style_tag(content=".with-punctuation { white-space: normal }")  # the fault, for all these widths
    for width in range(320, 480, 20):
        page.set_viewport_size({"width": width, "height": 800})
        torn += page.evaluate(TORN)
    assert torn != []
