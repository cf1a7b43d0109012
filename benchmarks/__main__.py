"""Measure W1 to W5, print one table, and write it to README.md here: `make bench`, or `--quick` for a look alone.

Then measure chapter 16's reader of digits, whose numbers go to the book.
"""

import argparse
import datetime
import re
from pathlib import Path

from benchmarks import digits, w1_xor_epoch, w2_xor_solved, w3_mini_batches, w4_population, w5_boundary
from benchmarks.machine import check_threads, processor, versions
from benchmarks.measure import table

WORKS = (w1_xor_epoch, w2_xor_solved, w3_mini_batches, w4_population, w5_boundary)
PACKAGES = ("numpy", "scipy", "torch", "jax", "scikit-learn")
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

Measured on {date}, with {versions}.
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


def page(rows, old):
    """Return the page with this machine's table, above those that the `old` page has of other processors."""
    title = processor()
    others = [part for part in re.split("(?m)^(?=## )", old)[1:] if part.partition("\n")[0] != f"## {title}"]
    section = SECTION.format(
        processor=title,
        table=table([row.cells() for row in rows]),
        date=datetime.date.today().isoformat(),
        versions=", ".join(f"{name} {version}" for name, version in versions(PACKAGES).items()),
    )
    return "\n".join(part.strip() + "\n" for part in (PAGE, section, *others))


if __name__ == "__main__":
    main()
