"""A network that trains where it is read: Python, `engine/` (knows no page) and `page/` (draws and listens)."""

from __future__ import annotations

from nnlib.widgets.playground.widget import Playground

__all__ = ["Playground"]
