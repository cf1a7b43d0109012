"""The colors of the book's figures: each has one meaning, and none is the only sign of it.

A class also has a marker, a sign or a curve a dash. All hold 3 to 1 on white paper, and on black when a dark page turns
the figure over (lightness reversed, hue kept).
"""

from __future__ import annotations

from matplotlib import colormaps
from matplotlib.colors import LinearSegmentedColormap

CLASS_0, CLASS_1 = "#D55E00", "#0072B2"  # orange and blue, Okabe and Ito's, told apart by color-blind readers
CLASSES = [CLASS_0, CLASS_1, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#999999", "#332288", "#882255"]
CLASS_MARKERS = "osD^vP*X<>"
SHADES = LinearSegmentedColormap.from_list("classes", ["#F2A25C", "#FFFFFF", "#5BA8D8"])  # an output of 0, 0.5, 1

POSITIVE, NEGATIVE = "#4B7F1F", "#A21C8E"  # the sign of a number: green and magenta
SIGNS = LinearSegmentedColormap.from_list("signs", [NEGATIVE, "#FFFFFF", POSITIVE])

UNIT = "#6D4AB0"  # what belongs to a hidden unit, such as its line: violet

INK, TEAL, OCHRE, ROSE, GRAY = "#1C2733", "#00857C", "#A06A00", "#B03A5B", "#7C8894"  # curves and methods, C0 to C4
CURVE_DASHES = (
    "-", (0, (4, 1.5)), (0, (7, 1.5, 1.5, 1.5)), (0, (1.2, 1.2)), (0, (7, 1.5, 1.5, 1.5, 1.5, 1.5)), (0, (11, 3)),
)  # fmt: skip

# How much: evenly darker from paper over teal to ink. Registered, so that a chapter can write cmap="nnlib".
AMOUNTS = LinearSegmentedColormap.from_list(
    "nnlib", ["#F1F6F5", "#C7DEDB", "#9DC6C1", "#72AEA9", "#419790", "#2A7D7A", "#236264", "#1C484F", "#14303B"]
)
MISTAKES = LinearSegmentedColormap.from_list("mistakes", ["#FFFFFF", ROSE])
colormaps.register(AMOUNTS, force=True)  # a module that is loaded again registers again
