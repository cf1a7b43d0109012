"""The words that meet bad input.

Every public function checks what it is given with these helpers. Each raises a `ValueError` that
names the argument, what it was and what it may be.
"""

import math
import numbers

import numpy as np


def check_choice(name, value, known):
    """Return `known[value]`, or `value` where `known` is no mapping; refuse an unknown name."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} is {value!r}; it may be one of {', '.join(map(repr, known))}")
    return known[value] if isinstance(known, dict) else value


def check_count(name, value, smallest=1):
    """Return `value` as an int; refuse anything but a whole number of at least `smallest`."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < smallest:
        raise ValueError(f"{name} is {value!r}; it may be a whole number, {smallest} or more")
    return int(value)


def check_number(name, value, above=None, at_least=None):
    """Return `value` as a float; refuse what is not a finite number in the range."""
    limit = f" above {above:g}" if above is not None else f", {at_least:g} or more" if at_least is not None else ""
    number = isinstance(value, numbers.Real) and not isinstance(value, bool) and math.isfinite(value)
    if not number or (above is not None and value <= above) or (at_least is not None and value < at_least):
        raise ValueError(f"{name} is {value!r}; it may be a finite number{limit}")
    return float(value)


def check_array(name, value, n_columns, columns, n_rows=None):
    """Return `value` as a finite 2-D float64 array with `n_columns` columns (and `n_rows` rows).

    A float64 array is passed on as it is, without a copy. `columns` says in the error what the shape
    may be, for example "this network takes (n_samples, 2)".
    """
    array = as_floats(name, value, columns)
    if array.ndim != 2 or array.shape[1] != n_columns:
        raise ValueError(f"{name} has shape {array.shape}; {columns}")
    if len(array) == 0:
        raise ValueError(f"{name} has shape {array.shape}; it may hold 1 sample or more")
    if n_rows is not None and len(array) != n_rows:
        raise ValueError(f"{name} has {len(array)} rows; X has {n_rows}, and each sample takes one row in both")
    check_finite(name, array)
    return array


def check_finite(name, array):
    """Refuse an array that holds NaN or infinity."""
    if not np.isfinite(array).all():
        where = tuple(np.argwhere(~np.isfinite(array))[0].tolist())
        place = ", ".join(map(str, where))
        raise ValueError(f"{name}[{place}] is {array[where]}; every entry may be a finite number")


def as_floats(name, value, shape):
    """Return `value` as a float64 array; refuse what is ragged or not real. `shape` says what it may be."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        raise ValueError(f"{name} has rows of different lengths; {shape}") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} holds {array.dtype.name}, not real numbers; {shape}")
    return array.astype(np.float64, copy=False)


def as_generator(rng):
    """Return a `numpy.random.Generator` from a seed, a Generator or None (fresh entropy)."""
    try:
        return np.random.default_rng("a flag" if isinstance(rng, bool) else rng)
    except (TypeError, ValueError):
        raise ValueError(f"rng is {rng!r}; it may be a seed (0 or more), a numpy.random.Generator or None") from None
