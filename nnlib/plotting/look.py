"""What the book's style cannot bring by itself: its face, IBM Plex Sans, and sharp figures in notebooks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from matplotlib import font_manager

# The files of Google's edition, unchanged, as npm's @expo-google-fonts/ibm-plex-sans 0.4.1 has them.
FONTS = Path(__file__).parent / "fonts"
RASTER_DPI = 192  # of what stays pixels in a drawing of lines: two for each of the page's


def register_fonts() -> None:
    """Let Matplotlib know the face that nnlib.book names."""
    for path in sorted(FONTS.glob("*.ttf")):
        font_manager.fontManager.addfont(path)


def draw_as_svg(shell: Any) -> None:
    """Let a notebook show its figures as SVG, unless its reader chose a format.

    Matplotlib's styles cannot say this: it is a setting of the kernel, here set as ``%config InlineBackend`` does. SVG
    is sharp at any size, lighter than pixels for a screen of double density, and the same on every machine. A figure
    has the size that was asked for, not what is left when its margins are cut. The pixels are there, too: JupyterLab
    shows no SVG in a notebook that somebody else has run.
    """
    from matplotlib_inline.config import InlineBackend

    inline: Any = InlineBackend.instance(parent=shell)
    chosen = "figure_formats" in shell.config.InlineBackend or inline.figure_formats != {"png"}
    if not chosen:
        inline.print_figure_kwargs = {"bbox_inches": None, "dpi": RASTER_DPI, "metadata": {"Date": None}}
        inline.figure_formats = {"svg", "retina"}


def running_kernel() -> Any:
    """Return the shell of the kernel that runs this notebook, None elsewhere; IPython is not imported for it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell if hasattr(shell, "kernel") else None
