"""A pad to draw a digit on: Python, `engine/` (knows no page) and `page/` (draws and listens)."""

from __future__ import annotations

from nnlib.widgets.digit_pad.widget import DigitPad

__all__ = ["DigitPad"]
