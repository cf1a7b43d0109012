"""How high a Playground stands in a page: the same at any moment, so that its place can be kept before it is there.

The numbers are those of `page/playground.css`, where every row has a height of its own; a browser test holds the sums.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

IN_FRONT = 3  # controls that stand open; the others are folded away
GAP = 8
LINE = 20
RACES = 190  # the second picture behind racers, where it stands beside the controls
AROUND = 24 + 40  # a picture's caption above it and its keys below


class Tier(NamedTuple):
    """The heights in a container of at least `width`, in pixels."""

    width: int
    row: int  # of buttons, of a control
    rows: int  # of buttons above the picture, and of tools and buttons below it
    scrub: int  # the scrubber and its switch
    lines: int  # of the status
    racer_lines: int  # of the status of one racer
    plane: int  # the first picture
    roomy: int  # the first picture where there is none behind the second
    second: int  # the picture that stands with the controls, at least
    rest: int  # a picture further down
    racer: int  # a racer's plane
    racers: int  # planes side by side


TIERS = [
    Tier(0, 44, 2, 72, 4, 2, 264, 264, 190, 140, 130, 2),
    Tier(340, 44, 2, 72, 4, 2, 320, 320, 190, 150, 150, 2),
    Tier(480, 44, 2, 72, 3, 2, 360, 420, 190, 180, 150, 3),
    Tier(640, 36, 1, 36, 2, 1, 288, 340, 130, 150, 140, 4),
]


def count_rows(controls: Sequence[str], weights: Sequence[str]) -> tuple[int, bool]:
    """Return how many controls stand open, and whether the others are folded away: a few are not."""
    if len(controls) <= IN_FRONT + 1 or weights:
        return len(controls) + len(weights), False
    return IN_FRONT, True


def size_of(
    show: Sequence[str], n_rows: int, *, n_racers: int = 0, tools: bool = False, invites: bool = False
) -> list[list[int]]:
    """Return [least width of the container, height] in rising order, for `n_rows` of controls."""
    return [[tier.width, _height(tier, show, n_rows, n_racers, tools, invites)] for tier in TIERS]


def _height(tier: Tier, show: Sequence[str], n_rows: int, n_racers: int, tools: bool, invites: bool) -> int:
    buttons = tier.rows * (tier.row + GAP) - GAP
    pictures = [view for view in show if view != "status"]
    parts = [buttons, tier.scrub]
    if "status" in show:
        parts.append(LINE * (n_racers * tier.racer_lines or tier.lines))
    if invites:
        parts.append(2 * LINE)
    parts += _main(tier, pictures, n_rows, n_racers)
    if tools:
        parts.append(buttons)
    parts += [AROUND + tier.rest] * math.ceil(len(pictures[2:]) / 2)
    parts.append(buttons)
    return sum(parts) + GAP * (len(parts) - 1)


def _main(tier: Tier, pictures: Sequence[str], n_rows: int, n_racers: int) -> list[int]:
    """Return the heights of the first picture and of its side: the controls with the second picture."""
    races = n_racers and pictures[:1] == ["boundary"]
    first = AROUND + (tier.roomy if len(pictures) <= 2 else tier.plane) if pictures else 0
    second = AROUND + (RACES if races and tier.rows == 1 else tier.second) if len(pictures) > 1 else 0
    if races:
        first = AROUND + math.ceil(n_racers / tier.racers) * (24 + tier.racer + GAP) - 24 - GAP
        side = max(n_rows * tier.row, second)
    if tier.rows > 1 or not races:
        side = n_rows * tier.row + second + (GAP if n_rows and second else 0)
    parts = [part for part in (first, side) if part]
    return parts if tier.rows > 1 or races else parts and [max(parts)]
