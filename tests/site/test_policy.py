"""A page's Content-Security-Policy: what a link, a paste or a file may bring in does not run, and nothing goes out."""

from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from book._extensions import policy

EVIL = "window.broken = true"


@pytest.fixture
def open_page(browser, site):
    """Return a function that opens a page, which keeps a list of what its policy refused."""
    pages = []

    def opened(address):
        page = browser.new_page()
        pages.append(page)
        page.add_init_script(
            "window.refused = []; document.addEventListener('securitypolicyviolation',"
            " (event) => refused.push(event.effectiveDirective))"
        )
        page.goto(f"{site}/{address}")
        return page

    yield opened
    for page in pages:
        page.close()


def refused(page):
    """Return what the policy refused, as soon as there is something or after a moment."""
    page.wait_for_timeout(300)
    return page.evaluate("[...new Set(refused)]")


ADD = "document.body.insertAdjacentHTML('beforeend', `{}`);"
SCRIPT = "document.body.append(Object.assign(document.createElement('script'), {}))"
ATTEMPTS = [
    ("script-src-elem", SCRIPT.format(f"{{textContent: '{EVIL}'}}")),
    ("script-src-elem", SCRIPT.format("{src: 'https://example.org/x.js'}")),
    ("script-src-attr", ADD.format(f"<img src='data:,' onerror='{EVIL}'>")),
    ("script-src-elem", ADD.format(f"<a href='javascript:{EVIL}'>x</a>") + "document.body.lastChild.click()"),
    ("img-src", "new Image().src = 'https://example.org/x.png'"),
    ("connect-src", "fetch('https://example.org/').catch(() => {})"),
    ("frame-src", ADD.format("<iframe src='https://example.org/'></iframe>")),
    ("form-action", ADD.format("<form action='https://example.org/'></form>") + "document.body.lastChild.submit()"),
    ("base-uri", "document.head.insertAdjacentHTML('beforeend', `<base href='https://example.org/'>`)"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "attempt"), ATTEMPTS)
def test_what_has_found_its_way_in_is_refused(open_page, rule, attempt):
    page = open_page("book/09_when_xor_refuses.html")
    assert refused(page) == []
    page.evaluate(attempt)
    assert rule in refused(page)
    assert page.evaluate("window.broken") is None


@pytest.mark.parametrize(("name", "evaluates"), [("09_when_xor_refuses", True), ("bibliography", False)])
def test_only_pages_with_a_playground_evaluate_programs(built, name, evaluates):
    assert ("'unsafe-eval'" in (built / f"html/book/{name}.html").read_text(encoding="utf-8")) == evaluates


def test_every_page_has_a_policy(built):
    pages = [
        path.read_text(encoding="utf-8") for path in (built / "html").rglob("*.html") if "_static" not in path.parts
    ]
    assert len(pages) > 40
    assert [page[:200] for page in pages if page.count("Content-Security-Policy") != 1] == []


@pytest.mark.parametrize(
    "value",
    [
        f"<img src=x onerror='{EVIL}'>",
        f"'; {EVIL}; '",
        f"${{{EVIL}}}",
        f"</script><script>{EVIL}</script>",
        f"a = {EVIL};",
    ],
)
def test_a_link_brings_in_settings_and_no_script(open_page, value):
    names = ["hidden", "hidden_size", "data", "points", "start", "loss", "optimizer", "init", "epoch", "seed"]
    page = open_page("book/09_when_xor_refuses.html#refuses:" + "&".join(f"{name}={quote(value)}" for name in names))
    widget = page.locator("figure.nn-widget").first
    widget.dispatch_event("pointerenter")
    widget.get_by_role("button", name="Step", exact=True).click()
    expect(widget.locator(".pg-status")).to_contain_text("epoch")
    assert page.evaluate("window.broken") is None
    assert page.locator("[onerror]").count() == 0
    assert refused(page) == []  # nothing came as far as the policy


@pytest.mark.parametrize(
    "value", [f"<img src=x onerror='{EVIL}'>", f"x > 0; {EVIL}", f"constructor.constructor('{EVIL}')()"]
)
def test_data_that_is_pasted_is_data(open_page, value):
    page = open_page("book/08_the_training_loop.html#xor:data=own&epoch=0")
    for widget in page.locator("figure.nn-widget").all():
        widget.dispatch_event("pointerenter")
    page.locator(".pg-text").first.wait_for(state="attached")
    for field in page.locator(".pg-text").all():
        field.evaluate("(field, value) => { field.value = value; }", value)
    for name in ("Use formula", "Use table"):
        for button in page.get_by_role("button", name=name).all():
            button.dispatch_event("click")
    assert page.evaluate("window.broken") is None
    assert page.locator("[onerror]").count() == 0
    assert refused(page) == []


def test_the_search_shows_what_was_typed_as_text(open_page):
    page = open_page(f"search.html?q=<img src=x onerror='{EVIL}'>")
    page.wait_for_timeout(500)
    assert page.evaluate("window.broken") is None
    assert page.locator("img[onerror]").count() == 0


def test_a_policy_names_the_scripts_of_its_page():
    page = (
        '<meta charset="utf-8" /><script>one()</script><script src="two.js"></script><script type="x/json">{}</script>'
    )
    made = policy.guarded(page, evaluating=set())
    assert policy.inline_scripts(page) == ["one()"]
    assert made.count("sha256-") == 1
    assert "unsafe-eval" not in made
    assert "unsafe-eval" in policy.guarded(page + '<figure data-code="../_static/widgets/a.js">', evaluating={"a.js"})
