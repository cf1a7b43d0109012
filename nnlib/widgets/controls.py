"""How the widgets' sliders and lists look: one width, a label, a value in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

LAYOUT = {"width": "auto", "max_width": "600px"}


def looks(description: str, label_width: str) -> dict[str, Any]:
    """Return what makes a control stand in line with the others."""
    return {"description": description, "style": {"description_width": label_width}, "layout": LAYOUT}


def width_of(descriptions: Sequence[str]) -> str:
    """Return the width of the longest description."""
    return f"{max(map(len, descriptions), default=0)}ch"


def number_in_words(value: object) -> str:
    """Return a value as a slider reads it out."""
    return f"{value:g}" if isinstance(value, float | np.floating) else str(value)
