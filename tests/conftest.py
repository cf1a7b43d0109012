"""Tests draw without a window."""

import matplotlib

# Not through MPLBACKEND: the kernels that the tests start would inherit it and draw nothing.
matplotlib.use("Agg")
