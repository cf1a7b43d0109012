"""WCAG 2.2 AA in a real browser: axe on every page, the focus, the reader's own colors, narrow windows, spaced text.

book/accessibility.md tells readers what is tested here: keep the two alike.
"""

import io
import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from tests.site.conftest import WIDGET
from tests.site.test_pages import PAGES, PLAYGROUND, THEMES

# All rules that are on, and the size of targets, which axe leaves out unless it is asked. What a page shows only when
# asked is looked at too: its solutions are open. The letters of a formula are hidden from assistive technology, which
# reads its MathML, and have the color of the text around: axe would look at each of a thousand of them.
OPTIONS = (
    """[{ exclude: [".katex-html"] }, { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } }]"""
)
OPEN = "() => document.querySelectorAll('details').forEach((part) => (part.open = true))"
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
COLORS = """[{ exclude: [".katex-html"] }, { resultTypes: ["violations"], runOnly: ["color-contrast"] }]"""
LOOKS = list(itertools.product(THEMES, [320, 390, 1280]))
# Every page is looked at once by all rules, and at its colors in the dark; one of each kind in all six looks.
OF_EACH_KIND = ["book/intro.html", PLAYGROUND, "book/appendix/f_library/networks.html", "search.html"]

# Axe looks at the contrast of each word by itself, and most words of a page are those of its code. Within a block those
# that look alike have one contrast: the first of them stands for the rest. The other rules see every word.
ONE_OF_EACH_LOOK = """() => {
  const looks = new Map();
  const bare = (word) => !word.childElementCount && [...word.attributes].every(({ name }) => name === "class");
  for (const word of [...document.querySelectorAll("span")].filter(bare)) {
    const block = word.closest("pre, dt") ?? word.parentElement;
    const { color, background, font, opacity, textShadow } = getComputedStyle(word);
    const seen = word.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
    const text = [word.textContent.trim().length > 1, /\\w/.test(word.textContent)]; // axe judges no single sign
    const look = [word.parentElement === block, color, background, font, opacity, textShadow, seen, ...text].join();
    const known = looks.get(block) ?? new Set();
    word.classList.toggle("looks-like-another", known.has(look));
    looks.set(block, known.add(look));
  }
  axe.configure({ rules: [{ id: "color-contrast", selector: "*:not(.looks-like-another)" }] });
}"""


def show(page, theme, width):
    """Give the open page a theme, as its own switch does, and a width."""
    page.evaluate("theme => Object.assign(document.documentElement.dataset, { theme, mode: theme })", theme)
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(SETTLED)


def violations(page, options=OPTIONS):
    """List what axe finds: the rule and the element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    page.evaluate(ONE_OF_EACH_LOOK)
    found = page.evaluate(f"() => axe.run(...{options}).then(({{ violations }}) => violations)")
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
        if not (violation["id"] == "target-size" and "pg-handle" in node["html"])
    ]  # known to fail: lines may cross


def test_axe_finds_each_planted_fault(visit, faulty_page):
    page = visit(faulty_page).page
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<button style=\"width: 9px; padding: 0\">x</button>'.repeat(2))"
    )
    found = violations(page)
    kinds = {fault.partition(":")[0] for fault in found}
    assert {"color-contrast", "image-alt", "page-has-heading-one", "region", "target-size"} <= kinds
    assert sum('class="pale' in fault for fault in found if fault.startswith("color")) == 1  # for all of the code


@pytest.fixture(scope="module", params=[*PAGES, "404.html"])
def opened(request, look, site):
    """Open each page once for all tests of it, with all that can be opened in it."""
    page = look(f"{site}/{request.param}").page
    page.evaluate(OPEN)
    page.path = request.param
    return page


def test_axe_finds_nothing(opened):
    for theme, width in LOOKS if opened.path in OF_EACH_KIND else [("light", 1280)]:
        show(opened, theme, width)
        assert violations(opened) == [], (theme, width)
    show(opened, "dark", 320)
    assert violations(opened, COLORS) == []


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_a_playground_with_all_its_settings(visit, site, theme, width):
    page = visit(f"{site}/{PLAYGROUND}", theme, width).page
    playground = page.locator(".playground")
    playground.get_by_role("button", name="all settings").click()
    playground.get_by_label("data", exact=True).select_option("own points")
    # What the page's theme does to a text that it finds hidden, whenever a window changes its size.
    playground.locator(".pg-code").evaluate_all("all => all.forEach((code) => (code.tabIndex = -1))")
    playground.get_by_role("button", name="Copy as Python").click()
    playground.evaluate("playground => playground.scrollIntoView({ block: 'center' })")  # clear of the page's head
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4, h5, h6, [role=heading]")]
  .filter((heading) => heading.checkVisibility())
  .map((heading) => +(heading.ariaLevel ?? heading.tagName[1]))"""


def in_order(levels):
    """Say whether the first heading is the page's, and no other is; and none is deeper than the one before by two."""
    return levels.count(1) == 1 == levels[0] and all(
        after - before <= 1 for before, after in itertools.pairwise(levels)
    )


def test_headings_out_of_order_are_caught():
    assert in_order([1, 2, 3, 3, 2])
    assert not any(map(in_order, [[2, 1], [1, 3], [1, 2, 1], [2, 3]]))


def test_headings_are_in_order(opened):
    assert in_order(opened.evaluate(HEADINGS))


NOT_MARKED = """() => {
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (words.nextNode()) {
    const { data, parentElement } = words.currentNode;
    const skipped = parentElement.closest("script, style, [lang=ko]");
    if (!skipped && /[\\u1100-\\u11ff\\u3130-\\u318f\\uac00-\\ud7a3]/.test(data)) found.push(data);
  }
  return found;
}"""


def test_korean_words_are_marked_as_korean(opened):
    assert opened.evaluate(NOT_MARKED) == []


def test_no_header_of_a_table_is_empty(opened):
    assert opened.locator("th").evaluate_all("cells => cells.filter((cell) => !cell.textContent.trim()).length") == 0


# The least that must be possible by WCAG 1.4.12.
SPACED = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-block-end: 2em !important }"""

# What reaches over the window's edge, where nothing scrolls; and words that their own box cuts.
CUT = """() => {
  const all = [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility() &&
    !element.closest(".katex-mathml, .visually-hidden, .sr-only, [class*=bd-sidebar-], #pst-skip-link, svg, pre") &&
    !element.closest(".pg-status, .pg-invitation"));  // known to fail: their lines have a height of their own
  const style = (element) => getComputedStyle(element);
  const scrolls = (element) =>
    element && (/auto|scroll/.test(style(element).overflowX) || scrolls(element.parentElement));
  const over = all.filter((element) => {
    const { right, left, width } = element.getBoundingClientRect();
    return width && (right > innerWidth + 1 || left < -1) && !scrolls(element.parentElement);
  });
  const words = (element) => [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim());
  const cut = all.filter((element) => {
    const { overflowX, overflowY, clip } = style(element);
    return words(element) && clip === "auto" && element.clientWidth > 1 &&
      ((/hidden|clip/.test(overflowX) && element.scrollWidth > element.clientWidth + 1) ||
       (/hidden|clip/.test(overflowY) && element.scrollHeight > element.clientHeight + 1));
  });
  return [...over, ...cut].map((element) => element.outerHTML.slice(0, 200));
}"""


@pytest.fixture
def spaced(opened):
    """Set the page's text as wide as a reader may."""
    style = opened.add_style_tag(content=SPACED)
    yield opened
    style.evaluate("style => style.remove()")


def fits(page, width):
    """Return what does not fit a window of this width."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(SETTLED)
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"scrolls to {wide} px"] * (wide > width) + page.evaluate(CUT)


# 640 px is what a window of 1280 has for a reader who zooms to 200 %, 320 px at 400 %.
@pytest.mark.parametrize("width", [320, 640])
def test_nothing_is_cut_in_a_narrow_window(opened, width):
    assert fits(opened, width) == []


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_cut_when_letters_and_lines_are_set_apart(spaced, width):
    assert fits(spaced, width) == []


def test_what_is_cut_is_caught(visit, faulty_page):
    page = visit(faulty_page, width=390).page
    assert any("too wide" in fault for fault in fits(page, 320))
    page.set_content("<p style='height: 1em; overflow: hidden'>so many words that they need a second line</p>")
    assert ["so many" in fault for fault in fits(page, 320)] == [True]


# What stands for each stop of the Tab key: where it is, and whether its ring can be seen.
STOP = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const ring = ({ outlineStyle, outlineWidth, boxShadow }) =>
    (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
  const parts = [element, ...element.children]; // the theme's arrows hang out of a summary that has no height
  const inSight = ({ width, height, top, bottom }) => width > 0 && height > 0 && bottom > 0 && top < innerHeight;
  const stops = (window.stops ??= []);
  const before = stops.at(-1);
  const again = stops.includes(element);
  stops.push(element);
  return {
    html: element.outerHTML.slice(0, 160),
    ring: parts.some((part) => ring(getComputedStyle(part))),
    seen: parts.some((part) => inSight(part.getBoundingClientRect())),
    follows: !before || !!(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING),
    again,
  };
}"""
# Of radio buttons of one name the Tab key reaches the chosen one alone.
REACHABLE = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
  .filter((element) => element.tabIndex >= 0 && !element.disabled && element.type !== "radio")
  .filter((element) => !window.stops.includes(element))
  .filter((element) => element.checkVisibility({ visibilityProperty: true }))
  .filter((element) => !element.closest("[inert], dialog:not([open])"))
  .map((element) => element.outerHTML.slice(0, 160))"""


def tab_through(page):
    """Press the Tab key until the focus leaves the page and return each stop."""
    stops = []
    for _ in range(1000):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or stop["again"]:
            return stops
        stops.append(stop)
    raise AssertionError("the Tab key does not come to an end")


def faults_of_focus(page):
    """Say what a reader who has only a keyboard would miss."""
    stops = tab_through(page)
    return (
        [f"no ring: {stop['html']}" for stop in stops if not stop["ring"]]
        + [f"out of sight: {stop['html']}" for stop in stops if not stop["seen"]]
        + [f"out of order: {stop['html']}" for stop in stops if not stop["follows"]]
        + [f"never reached: {html}" for html in page.evaluate(REACHABLE)]
    )


@pytest.mark.parametrize("path", [PLAYGROUND, "book/01_one_neuron.html", "book/16_handwritten_digits.html"])
def test_the_tab_key_comes_to_every_control_in_order_with_a_ring(visit, site, path):
    page = visit(f"{site}/{path}").page
    assert faults_of_focus(page) == []
    assert "skip" in page.evaluate("stops[0].textContent.toLowerCase()")


def test_faults_of_focus_are_caught(visit, faulty_page):
    page = visit(faulty_page).page
    page.set_content("""<style>:focus { outline: 3px solid }</style>
      <button style="outline: none">1</button> <a href="#" tabindex="1">2</a>
      <a href="#" style="position: fixed; left: 0; top: -99px">3</a>
      <button id="trap">4</button> <button>5</button>
      <script>trap.onkeydown = (event) => event.preventDefault()</script>""")
    faults = faults_of_focus(page)
    assert [fault.partition(":")[0] for fault in faults] == ["no ring", "out of sight", "out of order", "never reached"]


def is_flat(locator):
    """Say whether nothing can be seen where this stands: one color, or nearly."""
    picture = Image.open(io.BytesIO(locator.screenshot())).convert("L")
    darkest, lightest = picture.getextrema()
    return lightest - darkest < 100


# What is drawn by a ground or a mask, and would vanish where the reader's own colors take the place of the page's.
DRAWN = [
    ".bd-header-article .btn",
    ".bd-header-article button",
    f"{WIDGET} input[type=range]",
    f"{WIDGET} button",
    f"{WIDGET} select",
    ".predict",
    ".predict-switch input",
    "details > summary",
]


@pytest.mark.parametrize("theme", THEMES)
def test_controls_are_seen_in_colors_of_the_reader_s_own(visit, site, theme):
    page = visit(f"{site}/{PLAYGROUND}").page
    page.emulate_media(forced_colors="active", color_scheme=theme)
    for kind in DRAWN:
        shown = [locator for locator in page.locator(f"{kind}:not(:disabled)").all() if locator.is_visible()][:3]
        assert [locator.evaluate("e => e.outerHTML.slice(0, 160)") for locator in shown if is_flat(locator)] == []


def test_what_forced_colors_hide_is_caught(visit, faulty_page):
    page = visit(faulty_page).page
    page.set_content("<p id=mask style='width: 20px; height: 20px; background: red; mask: linear-gradient(red, red)'>")
    page.emulate_media(forced_colors="active")
    assert is_flat(page.locator("#mask"))


def test_no_tooltip_stays_over_what_a_finger_taps(visit, site):
    page = visit(f"{site}/{PLAYGROUND}", width=390, has_touch=True, is_mobile=True).page
    for button in page.locator(".bd-header-article :is(.btn, button)").all():
        if button.is_visible():
            button.dispatch_event("mouseenter")
            button.dispatch_event("focusin")
    page.wait_for_timeout(400)
    assert page.locator(".tooltip").locator("visible=true").count() == 0
