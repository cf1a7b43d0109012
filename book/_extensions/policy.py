"""A page may run and load what the site brings, and nothing else: its Content-Security-Policy.

Whatever found its way into a page by a link, a paste or a file would be refused by the browser: a script, a request to
another host, a form that leads away. Inline scripts of the theme are named by their hashes.
"""

import base64
import hashlib
import re
from pathlib import Path

SCRIPT = re.compile(r"<script((?:\s[^>]*)?)>(.*?)</script>", re.DOTALL)
CODE = re.compile(r'data-code="[^"]*?([^/"]+\.js)"')
EVALUATES = "new Function"  # the Playground writes its network's arithmetic out as a program
CHARSET = re.compile(r"<meta charset=[^>]*>")
PRINTS = ' onclick="window.print()"'  # the theme's button; print.js does it


def policy(scripts, evaluates):
    """Return the policy of a page with these inline scripts, which evaluates programs of its own or does not."""
    hashes = sorted({base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts})
    allowed = ["'self'", *(f"'sha256-{value}'" for value in hashes), *(["'unsafe-eval'"] if evaluates else [])]
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(allowed),
        "style-src": "'self' 'unsafe-inline'",  # formulas and widgets place their parts by `style`
        "img-src": "'self' data: blob:",
        "font-src": "'self'",
        "connect-src": "'self'",  # no script of the page asks for anything; Lighthouse asks for robots.txt in its name
        "form-action": "'self'",  # the search
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def inline_scripts(page):
    """List the programs that stand in a page itself."""
    return [text for attributes, text in SCRIPT.findall(page) if is_program(attributes)]


def is_program(attributes):
    """Tell a script that runs here from one that has an address and from one that holds data."""
    return "src=" not in attributes and ("type=" not in attributes or "javascript" in attributes)


def guarded(page, evaluating):
    """Return a page's HTML with its policy; `evaluating` names the files of code that evaluate programs."""
    page = page.replace(PRINTS, "")
    content = policy(inline_scripts(page), evaluates=not evaluating.isdisjoint(CODE.findall(page)))
    meta = f'\n<meta http-equiv="Content-Security-Policy" content="{content}">'
    return CHARSET.sub(lambda charset: charset[0] + meta, page, count=1)


def guard(app, exception):
    """Give every page its policy."""
    if exception or app.builder.format != "html":
        return
    site = Path(app.outdir)
    evaluating = {path.name for path in site.glob("_static/widgets/*.js") if EVALUATES in path.read_text("utf-8")}
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        if CHARSET.search(page) and "Content-Security-Policy" not in page:
            path.write_text(guarded(page, evaluating), encoding="utf-8")


def setup(app):
    """Register with Sphinx."""
    app.connect("build-finished", guard, priority=950)  # after all that write pages
    return {"parallel_read_safe": True, "parallel_write_safe": True}
