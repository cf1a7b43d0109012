"""What a page says of itself: a numbered title, a description, its address; and the pages that are not chapters."""

import re
from pathlib import Path
from urllib.parse import quote

from chapter_numbers import chapter_of
from docutils import nodes

LONGEST = 200  # letters of a description: search engines show about as many
MINUTES = re.compile(r"About (\d+) minutes")
LINK = re.compile(r'(?<=[\s"])((?:href|src|action|data-(?:content_root|code|state))=")([^"#]*)')


def note_what_it_says(app, doctree):
    """Keep a page's first paragraph and the minutes that its top promises, for its head and for the front page."""
    paragraphs = [" ".join(paragraph.astext().split()) for paragraph in doctree.findall(nodes.paragraph)]
    minutes = MINUTES.search(" ".join(paragraphs[:5]))
    app.env.metadata[app.env.docname] |= {
        "description": shortened(paragraphs[0]) if paragraphs else "",
        "minutes": int(minutes[1]) if minutes else None,
    }


def shortened(text):
    """Return the whole sentences that fit a description, or else the words that do."""
    if len(text) <= LONGEST:
        return text
    sentences = re.match(rf".{{60,{LONGEST - 1}}}[.?!](?= )", text)
    return sentences[0] if sentences else text[:LONGEST].rpartition(" ")[0] + " …"


def numbered(docname, title, between):
    """Return a page's title with its chapter's number or letter before it."""
    return "".join(f"{number}{between}" for number in chapter_of(docname)) + title


def fill_head(app, pagename, templatename, context, doctree):
    """Give the templates what they write into the head, and numbers to the previous and the next page."""
    title = re.sub(r"<[^>]*>", "", context.get("title", ""))
    is_front = pagename == app.config.root_doc
    context["full_title"] = (
        app.config.html_title if is_front else f"{numbered(pagename, title, '. ')} – {app.config.html_title}"
    )
    context["description"] = app.env.metadata[pagename].get("description") if pagename in app.env.metadata else None
    context["site_address"] = app.config.html_baseurl
    if is_front:
        context["pageurl"] = app.config.html_baseurl  # not that of its copy in book/
        context["meta"] = (context.get("meta") or {}) | {"html_theme.sidebar_secondary.remove": True}
    relations = app.env.collect_relations().get(pagename, (None, None, None))
    for side, docname in zip(("prev", "next"), relations[1:], strict=True):
        if context.get(side) and docname:
            context[side] = context[side] | {"title": numbered(docname, context[side]["title"], " · ")}


def lost_page(app):
    """Give the page for an address that leads nowhere."""
    return [("404", {"title": "Nothing is here"}, "404.html")]


def moved_up(page, folder):
    """Return a page's HTML as it must be one folder higher, with all its addresses."""

    def lead(match):
        attribute, address = match.groups()
        if not address and "content_root" not in attribute or re.match(r"[a-z]+:|/", address):
            return match[0]
        if address.startswith("../"):
            return attribute + (address[3:] or "./")
        return f"{attribute}{folder}/{address}"

    return LINK.sub(lead, page)


def write_front_door(app, exception):
    """Write index.html, which is the front page and not a detour to it, and the map of the site for search engines."""
    if exception or app.builder.format != "html":
        return
    folder, out = app.config.root_doc.rpartition("/")[0], Path(app.outdir)
    page = (out / f"{app.config.root_doc}.html").read_text(encoding="utf-8")
    (out / "index.html").write_text(moved_up(page, folder), encoding="utf-8")
    if app.config.html_baseurl:
        pages = sorted(app.env.found_docs - {app.config.root_doc})
        (out / "sitemap.xml").write_text(sitemap(app.config.html_baseurl, pages), encoding="utf-8")


def sitemap(address, pages):
    """Return the list of a site's pages as the sitemap protocol has it."""
    addresses = [address, *(f"{address}{quote(page)}.html" for page in pages)]
    lines = "\n".join(f"  <url><loc>{one}</loc></url>" for one in addresses)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{lines}\n</urlset>\n'
    )


def setup(app):
    """Register with Sphinx."""
    app.connect("doctree-read", note_what_it_says)
    app.connect("html-page-context", fill_head, priority=900)  # after the theme's
    app.connect("html-collect-pages", lost_page)
    app.connect("build-finished", write_front_door, priority=100)  # before sphinx_external_toc writes its detour
    return {"parallel_read_safe": True, "parallel_write_safe": True}
