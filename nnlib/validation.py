"""The words that meet bad input.

Every public function checks what it is given with these helpers. Each raises a `ValueError` that
names the argument, what it was and what it may be. The types that many modules name stand here too.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

RNG = int | np.random.Generator | None  # a seed, a Generator, or fresh entropy


class Network(Protocol):
    """What trainers and plots ask of a network: `nnlib.NeuralNetwork` has it, and so may one of your own."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Units in each layer, input first."""

    @property
    def activations(self) -> tuple[str, ...]:
        """Name of each layer's activation, input side first."""

    @property
    def layers(self) -> Sequence[Any]:
        """For each layer `W`, `b` and its activation: views into `theta`."""

    @property
    def theta(self) -> np.ndarray:
        """Every weight and bias, shape (n_params,)."""

    def copy(self, dtype: DTypeLike | None = None) -> Self:
        """Return a network of its own with the same `theta`."""

    def forward(self, X: ArrayLike) -> np.ndarray:
        """Return the outputs."""

    def layer_outputs(self, X: ArrayLike) -> list[np.ndarray]:
        """Return the outputs of every layer."""

    def loss(self, X: ArrayLike, Y: ArrayLike, loss: str = "mse", l2: float = 0.0) -> float:
        """Return the loss alone."""

    def loss_and_gradient(self, X: ArrayLike, Y: ArrayLike, loss: str = "mse",
                          l2: float = 0.0) -> tuple[float, np.ndarray]:  # fmt: skip
        """Return the loss and its gradient by `theta`."""

    def check_problem(self, X: ArrayLike, Y: ArrayLike, loss: str,
                      l2: float) -> tuple[np.ndarray, np.ndarray, Callable, bool, float]:  # fmt: skip
        """Return X, Y, the loss function, whether it takes logits, and l2, all checked."""


NEEDED = ("sizes", "activations", "layers", "theta", "copy", "forward", "loss", "loss_and_gradient", "check_problem")


def check_network(name: str, value: Any, needed: Iterable[str] = NEEDED) -> Any:
    """Return `value`; refuse what lacks an attribute of `Network` that is `needed`."""
    if not isinstance(value, type) and all(hasattr(value, attribute) for attribute in needed):
        return value
    remedy = "a NeuralNetwork, such as nnlib.NeuralNetwork(2, 4, 1, rng=0)"
    if hasattr(value, "network_"):
        remedy = "the estimator's network, estimator.network_"
    what = f"the class {value.__name__}" if isinstance(value, type) else type_name(value)
    raise ValueError(f"{name} is {what}; it may be {remedy}")


def short(value: object) -> str:
    """Return how an error shows a value: as Python writes it, a long one cut, an array by its shape."""
    if isinstance(value, np.ndarray) and value.ndim:
        return type_name(value)
    text = " ".join(repr(value).split())  # on one line
    return text if len(text) <= 100 else f"{text[:97]}..."


def type_name(value: object) -> str:
    """Return how an error names what kind of thing was given: "None", "a list", "an array of shape (4, 2)"."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype}, shape {value.shape}"
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"


def check_choice(name: str, value: object, known: Iterable[str]) -> Any:
    """Return `known[value]`, or `value` where `known` is no mapping; refuse an unknown name."""
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"{name} is {short(value)}; it may be one of {', '.join(map(repr, known))}")
    return known[value] if isinstance(known, dict) else value


def check_dtype(dtype: object, known: Iterable[str]) -> str:
    """Return the name of `dtype`, which is a name or NumPy's type; refuse what is not `known`."""
    try:
        name = np.dtype(dtype).name if isinstance(dtype, type | np.dtype) else dtype
    except TypeError:  # np.floating and other kinds of types
        name = dtype
    return check_choice("dtype", name, known)


def cast(name: str, array: np.ndarray, dtype: object) -> np.ndarray:
    """Return a copy of `array` in `dtype`; refuse what would lose more than its last digits."""
    known = ("complex128",) if np.iscomplexobj(array) else ("float64", "float32", "complex128")
    dtype = check_dtype(dtype, known)
    try:
        with np.errstate(over="raise"):
            return array.astype(dtype)
    except FloatingPointError:
        raise ValueError(f"{name} holds a number beyond {np.finfo(dtype).max:.1e}, the largest of {dtype}") from None


def check_count(name: str, value: Any, smallest: int = 1) -> int:
    """Return `value` as an int; refuse anything but a whole number of at least `smallest`."""
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < smallest:
        raise ValueError(f"{name} is {short(value)}; it may be a whole number, {smallest} or more")
    return int(value)


def check_number(name: str, value: Any, above: float | None = None, at_least: float | None = None) -> float:
    """Return `value` as a float; refuse what is not a finite number in the range."""
    limit = f" above {above:g}" if above is not None else f", {at_least:g} or more" if at_least is not None else ""
    number = _as_float(value)
    inside = (above is None or number > above) and (at_least is None or number >= at_least)
    if not math.isfinite(number) or not inside:
        raise ValueError(f"{name} is {short(value)}; it may be a finite number{limit}")
    return number


def _as_float(value: Any) -> float:
    """Return a real number as a float, and NaN for all that is none or is beyond the floats."""
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return math.nan
    try:
        return float(value)
    except OverflowError:  # a whole number of 400 digits
        return math.nan


def check_share(name: str, value: Any) -> float:
    """Return `value` as a float; refuse what is not a number from 0 to below 1."""
    if not 0 <= check_number(name, value) < 1:
        raise ValueError(f"{name} is {value!r}; it may be a number from 0 to below 1")
    return float(value)


def check_array(
    name: str, value: ArrayLike, n_columns: int, columns: str, n_rows: int | None = None, dtype: DTypeLike = np.float64
) -> np.ndarray:
    """Return `value` as a finite 2-D array of `dtype` with `n_columns` columns (and `n_rows` rows).

    An array of that dtype is passed on as it is, without a copy. `columns` says in the error what the
    shape may be, for example "this network takes (n_samples, 2)".
    """
    array = as_floats(name, value, columns, dtype)
    if array.ndim != 2 or array.shape[1] != n_columns:
        raise ValueError(f"{name} has shape {array.shape}; {columns}{_remedy(name, array, n_columns, n_rows)}")
    if len(array) == 0:
        raise ValueError(f"{name} has shape {array.shape}; it may hold 1 sample or more")
    if n_rows is not None and len(array) != n_rows:
        raise ValueError(f"{name} has {len(array)} rows; X has {n_rows}, and each sample takes one row in both")
    check_finite(name, array)
    return array


def _remedy(name: str, array: np.ndarray, n_columns: int, n_rows: int | None) -> str:
    """Return ", such as ..." with code that gives this array the right shape, or nothing where none is known."""
    code = ""
    if array.ndim == 1 and n_columns == 1:
        code = f"{name}[:, None]"
    elif array.ndim == 1 and len(array) == n_columns and n_rows in (None, 1):
        code = f"{name}[None, :]"
    elif name == "Y" and array.ndim and array.size and array.shape == (len(array),) + (1,) * (array.ndim - 1):
        labels = bool((array == np.round(array)).all() and array.min() >= 0 and array.max() < n_columns)
        code = f"np.eye({n_columns})[np.ravel(Y).astype(int)]" if labels else ""
    elif name == "Y" and n_columns == 1 and array.ndim == 2 and np.array_equal(array.sum(axis=1), np.ones(len(array))):
        code = "Y.argmax(axis=1)[:, None]"
    elif array.ndim == 2 and array.shape[0] == n_columns:
        code = f"{name}.T"
    return code and f", such as {code}"


def check_finite(name: str, array: np.ndarray) -> None:
    """Refuse an array that holds NaN or infinity."""
    finite = np.isfinite(array)
    if not finite.all():
        raise ValueError(f"{first_entry(name, array, ~finite)}; every entry may be a finite number")


def first_entry(name: str, array: np.ndarray, where: np.ndarray) -> str:
    """Return the words for the first entry of `array` at which `where` is True: "X[1, 0] is nan"."""
    place = tuple(np.argwhere(where)[0].tolist())
    index = f"[{', '.join(map(str, place))}]" if place else ""
    return f"{name}{index} is {array[place]}"


def as_floats(name: str, value: ArrayLike, shape: str, dtype: DTypeLike = np.float64) -> np.ndarray:
    """Return `value` as an array of `dtype`; refuse what is ragged or not real. `shape` says what it may be."""
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        raise ValueError(f"{name} has rows of different lengths; {shape}") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} {_what_it_holds(value, array)}, not real numbers; {shape}")
    with np.errstate(over="ignore"):
        floats = array.astype(dtype, copy=False)
    if floats.dtype.itemsize < array.dtype.itemsize and array.dtype.kind == "f":
        too_large = np.isfinite(array) & ~np.isfinite(floats)
        if too_large.any():
            largest = np.finfo(floats.dtype).max
            raise ValueError(f"{first_entry(name, array, too_large)}; {floats.dtype} holds numbers up to {largest:.2g}")
    return floats


def as_values(name: str, value: ArrayLike) -> np.ndarray:
    """Return `value`, a number or numbers of any shape, as an array of floats; float32 and complex stay so."""
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths; it may be a number or an array of numbers") from None
    if array.dtype.kind in "biu":
        return array.astype(np.float64)
    if array.dtype.kind not in "fc":
        raise ValueError(f"{name} {_what_it_holds(value, array)}; it may be a number or an array of numbers")
    return array


def _what_it_holds(value: Any, array: np.ndarray) -> str:
    """Return "is None", "is a str", or of an array and a list "holds object"."""
    return f"holds {array.dtype.name}" if array.ndim or array.dtype.kind == "c" else f"is {type_name(value)}"


def as_generator(rng: RNG) -> np.random.Generator:
    """Return a `numpy.random.Generator` from a seed, a Generator or None (fresh entropy)."""
    try:
        seed: Any = "a flag" if isinstance(rng, bool) else rng  # a flag is no seed, though it is an int
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        what = short(rng)
        raise ValueError(f"rng is {what}; it may be a seed (0 or more), a numpy.random.Generator or None") from None


MOST_BYTES = 8 * 2**30  # for the matrices of one call: 8 GB, the same on every machine
FRESH_START = "net.theta[:] = nnlib.NeuralNetwork(*net.sizes, rng=0).theta"


def check_memory(what: str, n_numbers: int, remedy: str) -> None:
    """Refuse matrices of more than 8 GB, before any memory is taken."""
    if 8 * n_numbers > MOST_BYTES:
        size = f"{n_numbers:,} numbers, {8 * n_numbers // 2**30:,} GB"
        raise ValueError(f"{what} would take {size}; nnlib makes matrices of up to 8 GB; {remedy}")


def all_finite(values: np.ndarray) -> bool:
    """Return whether a vector holds no NaN and no infinity; mostly its inner product tells, in a tenth of the time."""
    return math.isfinite(values.dot(values)) or bool(np.isfinite(values).all())


def check_start(theta: np.ndarray) -> None:
    """Refuse to begin at a theta that is not finite."""
    if not all_finite(theta):
        i = np.flatnonzero(~np.isfinite(theta))[0]
        raise ValueError(f"theta[{i}] is {theta[i]}; every entry may be a finite number, as after `{FRESH_START}`")


def check_start_has(name: str, value: float) -> None:
    """Refuse to begin at a theta where the loss, or a slope, is not finite."""
    if not math.isfinite(value):
        remedy = f"scale X and Y to about 1, or begin anew: `{FRESH_START}`"
        raise ValueError(f"the {name} at theta is {value}, and nothing can be learned from there; {remedy}")


def says_stop(answer: object) -> bool:
    """Return whether a callback's answer stops the training: True does, Python's or NumPy's, and nothing else."""
    return answer is not None and isinstance(answer, bool | np.bool_) and bool(answer)
