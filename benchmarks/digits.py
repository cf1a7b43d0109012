"""Chapter 16's reader of digits, trained by nnlib, scikit-learn and PyTorch: how long it takes, how many it reads.

Five folds, four times over, dealt afresh each time: every picture is read by networks that never saw it. In each fold
all contenders start from the same `theta`, a new one, and take their turns at the same data, one thread each.
The numbers go to book/data/digits_peers.json, where the chapter finds them.
"""

import datetime
import json
from functools import partial
from pathlib import Path

import numpy as np

import nnlib
from benchmarks import peers
from benchmarks.machine import check_threads, processor, versions
from benchmarks.measure import build, check_same_way, interleave

FILE = Path(__file__).parents[1] / "book" / "data" / "digits_peers.json"
SIZES, RATE, BATCH, EPOCHS = (64, 64, 10), 0.003, 32, 50
DECAY, ITERATIONS = 3e-4, 100
FOLDS, PASSES = 5, 4
WIDTHS = (16, 64, 256, 1024)  # of both hidden layers, to see where the time goes when networks grow
PACKAGES = ("numpy", "scipy", "scikit-learn", "torch")


def measure(quick=False):
    """Return all that the file holds; `quick` is a look at whether all works."""
    X, Y = nnlib.datasets.digits()
    if quick:
        X, Y = X[:200], Y[:200]
    check_steps(X, Y)
    check_minima(X, Y, 5 if quick else ITERATIONS)
    entries = []
    for trainer, makers in TRAINERS.items():
        entries += read_digits(trainer, makers, X, Y, 1 if quick else PASSES)
    widths = [compare_width(width, X, Y, 1 if quick else 25) for width in WIDTHS[: 1 if quick else None]]
    return {"n_pictures": len(X), "n_trainings": FOLDS * PASSES, "readers": entries, "widths": widths}


def read_digits(trainer, makers, X, Y, n_passes):
    """Return an entry for each library: its time, its time over nnlib's, and how many pictures it reads rightly."""
    times, right, reasons = {}, {}, {}
    for k in range(n_passes):
        folds = np.array_split(np.random.default_rng(k).permutation(len(X)), FOLDS)
        for j, fold in enumerate(folds):
            rest = np.concatenate(folds[:j] + folds[j + 1 :])
            net = nnlib.NeuralNetwork(*SIZES, output="softmax", rng=FOLDS * k + j)
            functions, reasons = build(makers, net, X[rest], Y[rest])
            thetas = {}
            keep = {name: partial(store, thetas, name, function) for name, function in functions.items()}
            for name, (seconds,) in interleave(turned(keep, j), 1).items():
                times.setdefault(name, []).append(seconds)
                net.theta = thetas[name]
                right.setdefault(name, []).extend(net.predict(X[fold]) == Y[fold].argmax(axis=1))
    return [entry(trainer, name, times, right, len(X), reasons.get(name)) for name in makers]


def store(thetas, name, function):
    """Keep what the function ends at."""
    thetas[name] = function()


def turned(functions, k):
    """Return the functions with another one first."""
    names = list(functions)
    k %= len(names)
    return {name: functions[name] for name in names[k:] + names[:k]}


def entry(trainer, name, times, right, n_pictures, reason):
    """Return one library's numbers. The interval is that of one pass: the same pictures again are no new ones."""
    found = {"trainer": trainer, "library": name}
    if reason:
        return found | {"reason": reason}
    share = float(np.mean(right[name]))
    _, low, high, _ = nnlib.diagnosis.success_rate(np.arange(n_pictures) < round(share * n_pictures))
    rounded = {"accuracy": share, "low": low, "high": high, "seconds": float(np.median(times[name]))}
    return found | {key: round(value, 4) for key, value in rounded.items()} | {"ratio": ratio(times, name)}


def ratio(times, name, under="nnlib"):
    """Return the time over nnlib's, round by round: the median, and the ends of its middle half."""
    return [round(float(value), 2) for value in np.percentile(np.divide(times[name], times[under]), (50, 25, 75))]


def compare_width(width, X, Y, repeats):
    """Return how long PyTorch's epochs take over nnlib's with two hidden layers of this width."""
    net = nnlib.NeuralNetwork(64, width, width, 10, output="softmax", rng=0)
    functions, reasons = build(
        {"nnlib": partial(train_nnlib, epochs=2, batch=128), "PyTorch": partial(train_torch, epochs=2, batch=128)},
        net, X, Y,
    )  # fmt: skip
    if reasons:
        return {"width": width, "reason": reasons["PyTorch"]}
    for function in functions.values():
        function()  # warm up
    return {"width": width, "n_params": net.theta.size, "ratio": ratio(interleave(functions, repeats), "PyTorch")}


# ---- that all learn the same


def check_steps(X, Y):
    """Refuse a library whose Adam goes another way: one batch, so that no shuffling differs, ten steps."""
    net = nnlib.NeuralNetwork(*SIZES, output="softmax", rng=1)
    functions, _ = build({n: partial(m, epochs=10, batch=BATCH) for n, m in ADAM.items()}, net, X[:BATCH], Y[:BATCH])
    thetas = {name: function() for name, function in functions.items()}
    check_same_way(net.theta, thetas, {"scikit-learn": 0.05})  # its Adam's epsilon stands elsewhere


def check_minima(X, Y, iterations):
    """Refuse a library whose L-BFGS makes something else small: two percent of the way down may be between them."""
    net = nnlib.NeuralNetwork(*SIZES, output="softmax", rng=1)
    problem = {"loss": "cross_entropy", "l2": DECAY}
    start = net.loss(X, Y, **problem)
    functions, _ = build({n: partial(m, iterations=iterations) for n, m in LBFGS.items()}, net, X, Y)
    ends = {}
    for name, function in functions.items():
        net.theta = function()
        ends[name] = net.loss(X, Y, **problem)
    tolerance = 0.02 if iterations == ITERATIONS else 0.5  # another line search, another way down
    for name, end in ends.items():
        if not abs(end - ends["nnlib"]) <= tolerance * (start - ends["nnlib"]):
            raise AssertionError(f"{name} ends at {end:.4f}, nnlib at {ends['nnlib']:.4f}")


# ---- the contenders


def train_nnlib(net, X, Y, epochs=EPOCHS, batch=BATCH):
    """Train by Adam as the chapter does."""

    def run():
        trained = net.copy()
        nnlib.train(trained, X, Y, "cross_entropy", nnlib.Adam(RATE), epochs=epochs, batch_size=batch)
        return trained.theta

    return run


def train_sklearn(net, X, Y, epochs=EPOCHS, batch=BATCH):
    """Train scikit-learn's classifier by Adam."""
    settings = {"solver": "adam", "learning_rate_init": RATE, "batch_size": batch, "tol": 0, "n_iter_no_change": np.inf}
    return fit_sklearn(net, X, Y, alpha=0, max_iter=epochs, random_state=0, **settings)


def fit_sklearn(net, X, Y, **settings):
    """Train scikit-learn's classifier from the weights of `net`."""
    y = Y.argmax(axis=1)
    model = peers.load_sklearn("MLPClassifier", net, X, y)
    model.set_params(**settings)

    def run():
        peers.reset_sklearn(model, net)
        peers.quietly(model.fit, X, y)
        return peers.sklearn_theta(model)

    return run


def train_torch(net, X, Y, epochs=EPOCHS, batch=BATCH):
    """Train PyTorch's modules by its fused Adam, the faster one."""
    import torch

    model = peers.load_torch(net)
    X, y = torch.from_numpy(X), torch.from_numpy(Y.argmax(axis=1))

    def run():
        peers.reset_torch(model, net)
        torch.manual_seed(0)
        optimizer = torch.optim.Adam(model.parameters(), RATE, fused=True)
        for _ in range(epochs):
            order = torch.randperm(len(X)) if len(X) > batch else torch.arange(len(X))
            for rows in order.split(batch):
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(model(X[rows]), y[rows])
                loss.backward()
                optimizer.step()
        return peers.torch_theta(model)

    return run


def minimize_nnlib(net, X, Y, iterations=ITERATIONS):
    """Train by L-BFGS with weight decay as the chapter does."""

    def run():
        trained = net.copy()
        options = {"maxiter": iterations}
        nnlib.minimize(trained, X, Y, "cross_entropy", "L-BFGS-B", l2=DECAY, options=options)
        return trained.theta

    return run


def minimize_sklearn(net, X, Y, iterations=ITERATIONS):
    """Train scikit-learn's classifier by L-BFGS; its `alpha` is divided by the number of samples."""
    return fit_sklearn(net, X, Y, solver="lbfgs", alpha=DECAY * len(X), max_iter=iterations, tol=1e-5)


def minimize_torch(net, X, Y, iterations=ITERATIONS):
    """Train PyTorch's modules by its LBFGS with a line search, and the decay of the weights written out."""
    import torch

    model = peers.load_torch(net)
    weights = [part.weight for part in model[::2]]
    X, y = torch.from_numpy(X), torch.from_numpy(Y.argmax(axis=1))

    def run():
        peers.reset_torch(model, net)
        optimizer = torch.optim.LBFGS(
            model.parameters(), max_iter=iterations, history_size=10, tolerance_grad=1e-5, line_search_fn="strong_wolfe"
        )

        def closure():
            optimizer.zero_grad()
            penalty = DECAY / 2 * sum((W * W).sum() for W in weights)
            loss = torch.nn.functional.cross_entropy(model(X), y) + penalty
            loss.backward()
            return loss

        optimizer.step(closure)
        return peers.torch_theta(model)

    return run


ADAM = {"nnlib": train_nnlib, "scikit-learn": train_sklearn, "PyTorch": train_torch}
LBFGS = {"nnlib": minimize_nnlib, "scikit-learn": minimize_sklearn, "PyTorch": minimize_torch}
TRAINERS = {"Adam": ADAM, "L-BFGS": LBFGS}


def main():
    """Measure, and write the file."""
    found = measure()
    check_threads()
    today = datetime.date.today().isoformat()
    measured = {"date": today, "processor": processor(), "versions": versions(PACKAGES)}
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps({"measured": measured} | found, indent=1) + "\n")
    print(FILE.read_text())


if __name__ == "__main__":
    main()
