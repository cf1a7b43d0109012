"""Measure W1 to W5, print one table, and write it to README.md here: `make bench`, or `--quick` for a look alone.

Then measure chapter 15's reader of digits, whose numbers go to the book.
"""

import argparse
import datetime
import importlib.metadata
import platform
import re
from pathlib import Path

from threadpoolctl import threadpool_info

from benchmarks import digits, w1_xor_epoch, w2_xor_solved, w3_mini_batches, w4_population, w5_boundary

WORKS = (w1_xor_epoch, w2_xor_solved, w3_mini_batches, w4_population, w5_boundary)
HEADER = ("work", "over / under", "ratio of times", "goal", "")
PACKAGES = ("nnlib", "numpy", "scipy", "torch", "jax", "scikit-learn")
PAGE = """# How fast nnlib is beside its peers

Each ratio is the time of the first divided by that of the second: the median over rounds that call both in turn, in one
process and one thread, and in brackets the middle half of the rounds. Before that each contender has shown that it
computes the same from the same start. The modules here say what each work is. Where a compiled loop wins on one tiny
network, training them all at once (W4) is the answer to it.

Ratios differ between processors too, by up to a half. So each kind of processor has its table; `make bench` measures
again and writes that of its own machine.
"""
SECTION = """## {processor}

{table}

Measured on {date}, with Python {python} and {versions}.
"""


def main(arguments=None):
    """Run the measurements that the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a few steps of each, to see that all works; writes nothing"
    )
    quick = parser.parse_args(arguments).quick
    rows = [row for work in WORKS for row in work.rows(quick)]
    check_threads()
    if quick:  # so short a run says nothing about time
        digits.measure(quick)
        print(f"{len(rows)} comparisons: every contender that is installed computes the same.")
        return
    file = Path(__file__).with_name("README.md")
    text = page(rows, file.read_text())
    print(text)
    file.write_text(text)
    digits.main()


def check_threads():
    """Refuse to report what more than one thread computed."""
    pools = {pool["filepath"]: pool["num_threads"] for pool in threadpool_info()}
    if any(n_threads > 1 for n_threads in pools.values()):
        raise SystemExit(f"these use more than one thread; measure by `make bench`: {pools}")


def page(rows, old):
    """Return the page with this machine's table, above those that the `old` page has of other processors."""
    title = processor()
    others = [part for part in re.split("(?m)^(?=## )", old)[1:] if part.partition("\n")[0] != f"## {title}"]
    section = SECTION.format(
        processor=title,
        table=table([row.cells() for row in rows]),
        date=datetime.date.today().isoformat(),
        python=platform.python_version(),
        versions=", ".join(f"{name} {version(name)}" for name in PACKAGES),
    )
    return "\n".join(part.strip() + "\n" for part in (PAGE, section, *others))


def table(lines):
    """Return the lines as a Markdown table; a work's name stands once."""
    text, last = ["| " + " | ".join(HEADER) + " |", "|---" * len(HEADER) + "|"], None
    for work, *cells in lines:
        text.append("| " + " | ".join(["" if work == last else work, *cells]) + " |")
        last = work
    return "\n".join(text)


def version(package):
    """Return a package's version, or that it is not there."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def processor():
    """Return the processor's name, family and model as Linux knows them, or what Python knows."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    known = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    if "model name" not in known:
        return platform.processor() or platform.machine()
    return f"{known['model name']}, family {known.get('cpu family', '?')}, model {known.get('model', '?')}"


if __name__ == "__main__":
    main()
