"""Chapter 16: answers that are right, answers that students give, and the meter of the budget on every way to train."""

import copy
import threading

import numpy as np
import pytest

import nnlib
from nnlib.checks import check
from nnlib.checks.chapter_16 import BUDGET, Meter, metered
from nnlib.derivatives import hessian_product
from nnlib.scipy_training import GLOBAL_METHODS, METHODS
from tests.checks.cases import judged

CE = "cross_entropy"

# ---- 16-confusion


def count_by_zip(digits, read):
    counts = np.zeros((10, 10), dtype=int)
    for i, j in zip(digits, read, strict=True):
        counts[i, j] += 1
    return counts


def count_by_add_at(digits, read):
    counts = np.zeros((10, 10))
    np.add.at(counts, (digits, read), 1)
    return counts


def count_by_lists(digits, read):
    return [[int(np.sum((digits == i) & (read == j))) for j in range(10)] for i in range(10)]


def count_each_once(digits, read):
    counts = np.zeros((10, 10), dtype=int)
    counts[digits, read] += 1
    return counts


def count_those_seen(digits, read):
    seen = np.unique(np.concatenate([digits, read]))
    return [[int(np.sum((digits == i) & (read == j))) for j in seen] for i in seen]


# ---- 16-sixteen


def saturated(net, X):
    return np.mean(np.abs(net.layer_outputs(X)[0]) > 0.99)


def saturated_by_hand(net, X):
    W, b = net.layers[0].W, net.layers[0].b
    A1 = np.tanh(X @ W + b)
    return (np.abs(A1) > 0.99).sum() / A1.size


def accuracy(net, training, validation, scale, optimizer):
    X, Y = training
    nnlib.train(net, scale * X, Y, CE, optimizer, epochs=10, batch_size=32)
    X, Y = validation
    return np.mean(net.predict(scale * X) == Y.argmax(axis=1))


def accuracy_on_a_copy(net, training, validation, scale, optimizer):
    twin = net.copy()
    rng = np.random.default_rng(0)
    for _ in range(10):
        nnlib.train(twin, training[0] * scale, training[1], CE, optimizer, epochs=1, batch_size=32, rng=rng)
    right = [p.argmax() == y.argmax() for p, y in zip(twin.forward(validation[0] * scale), validation[1], strict=True)]
    return sum(right) / len(right)


def only_learning_is_scaled(net, training, validation, scale, optimizer):
    nnlib.train(net, scale * training[0], training[1], CE, optimizer, epochs=10, batch_size=32)
    return np.mean(net.predict(validation[0]) == validation[1].argmax(axis=1))


def on_what_it_learned(net, training, validation, scale, optimizer):
    return accuracy(net, training, training, scale, optimizer)


def scale_forgotten(net, training, validation, scale, optimizer):
    return accuracy(net, training, validation, 1, optimizer)


def all_at_once(net, training, validation, scale, optimizer):
    nnlib.train(net, scale * training[0], training[1], CE, optimizer, epochs=10)
    return np.mean(net.predict(scale * validation[0]) == validation[1].argmax(axis=1))


def pictures_multiplied_in_place(net, training, validation, scale, optimizer):
    X, Y = training
    X *= scale
    nnlib.train(net, X, Y, CE, optimizer, epochs=10, batch_size=32)
    return np.mean(net.predict(scale * validation[0]) == validation[1].argmax(axis=1))


def ranks_against_rows(net, training, validation, scale, optimizer):
    accuracy(net, training, validation, scale, optimizer)
    return np.mean(net.predict(scale * validation[0])[:, None] == validation[1])


# ---- 16-budget: what is within it


def cosine(net, X, Y):
    n_steps = 4 * -(-len(X) // 16)
    rate = nnlib.schedules.cosine(0.02, n_steps)
    nnlib.train(net, X, Y, CE, nnlib.Adam(rate), epochs=4, batch_size=16)


def own_loop(net, X, Y):
    rng, m, v, rate = np.random.default_rng(0), 0, 0, 0.02
    n_steps = 5 * (len(X) // 8)
    rows = np.concatenate([rng.permutation(len(X))[: len(X) // 8 * 8] for _ in range(5)]).reshape(-1, 8)
    for t, batch in enumerate(rows):
        _, g = net.loss_and_gradient(X[batch], Y[batch], CE)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        step = m / (1 - 0.9 ** (t + 1)) / (np.sqrt(v / (1 - 0.999 ** (t + 1))) + 1e-8)
        net.theta -= rate * (1 - t / n_steps) * step


def descent_that_slows(net, X, Y):
    rng, t, n_steps = np.random.default_rng(0), 0, 5 * -(-len(X) // 8)
    for _ in range(5):
        order = rng.permutation(len(X))
        for start in range(0, len(X), 8):
            batch = order[start : start + 8]
            _, g = net.loss_and_gradient(X[batch], Y[batch], CE)
            net.theta -= 0.5 * (1 - t / n_steps) * g
            t += 1


def with_noise_on_the_pictures(net, X, Y):
    rng, n_steps = np.random.default_rng(0), 5 * -(-len(X) // 8)
    optimizer = nnlib.Adam(lambda t: 0.02 * (1 - t / n_steps))
    for _ in range(5):
        order = rng.permutation(len(X))
        for start in range(0, len(X), 8):
            batch = order[start : start + 8]
            _, g = net.loss_and_gradient(X[batch] + 0.1 * rng.normal(size=X[batch].shape), Y[batch], CE)
            optimizer.step(net.theta, g)


def back_when_worse(net, X, Y):
    best, kept, rate, rng = np.inf, net.theta.copy(), 0.02, np.random.default_rng(0)
    for _ in range(5):
        total, order, optimizer = 0.0, rng.permutation(len(X)), nnlib.Adam(rate)
        for start in range(0, len(X), 8):
            batch = order[start : start + 8]
            value, g = net.loss_and_gradient(X[batch], Y[batch], CE)
            total += value * len(batch)
            optimizer.step(net.theta, g)
        if total > best:
            net.theta[:] = kept
        else:
            best, kept = total, net.theta.copy()
        rate /= 2.5


def mean_of_the_end(net, X, Y):
    rng, optimizer, seen = np.random.default_rng(0), nnlib.Adam(0.01), []
    for epoch in range(5):
        order = rng.permutation(len(X))
        for start in range(0, len(X), 16):
            batch = order[start : start + 16]
            _, g = net.loss_and_gradient(X[batch], Y[batch], CE)
            optimizer.step(net.theta, g)
            if epoch > 2:
                seen.append(net.theta.copy())
    net.theta[:] = np.mean(seen, axis=0)


# ---- and what is not


def chapters_adam(net, X, Y):
    nnlib.train(net, X, Y, CE, nnlib.Adam(0.01), epochs=4, batch_size=32)


def chapters_lbfgs(net, X, Y):
    nnlib.minimize(net, X, Y, CE, "L-BFGS-B", options={"maxiter": 3})


def one_epoch_too_many(net, X, Y):
    rate = nnlib.schedules.cosine(0.02, 5 * -(-len(X) // 16))
    nnlib.train(net, X, Y, CE, nnlib.Adam(rate), epochs=5, batch_size=16)


def sixty_epochs(net, X, Y):
    nnlib.train(net, X, Y, CE, nnlib.Adam(0.01), epochs=60, batch_size=16)


def full_batches(net, X, Y):
    nnlib.train(net, X, Y, CE, nnlib.GradientDescent(0.5), epochs=9)


def watched(net, X, Y):
    nnlib.train(net, X, Y, CE, nnlib.Adam(0.01), epochs=4, batch_size=16, validation=(X, Y))


def by_method(method, **settings):
    def answer(net, X, Y):
        nnlib.minimize(net, X, Y, CE, method, **settings)

    return answer


def by_levenberg_marquardt(net, X, Y):
    for start in range(0, 200, 20):
        nnlib.levenberg_marquardt(net, X[start : start + 20], Y[start : start + 20], max_nfev=60)


def own_descent(net, X, Y):
    for _ in range(8):
        _, g = net.loss_and_gradient(X, Y, CE)
        net.theta -= 0.5 * g


def on_a_copy(net, X, Y):
    twin = net.copy()
    sixty_epochs(twin, X, Y)
    net.theta = twin.theta


def on_a_deep_copy(net, X, Y):
    twin = copy.deepcopy(net)
    sixty_epochs(twin, X, Y)
    net.theta = twin.theta


def on_a_shallow_copy(net, X, Y):
    twin = copy.copy(net)
    sixty_epochs(twin, X, Y)
    net.theta = twin.theta


def on_a_sister(net, X, Y):
    twin = type(net)(64, 64, 10, output="softmax", rng=0)
    sixty_epochs(twin, X, Y)
    net.theta = twin.theta


def backward_by_hand(net, X, Y):
    first, second = net.layers
    for _ in range(9):
        A1, A2 = net.layer_outputs(X)
        dZ2 = (A2 - Y) / len(X)
        dZ1 = dZ2 @ second.W.T * (1 - A1**2)
        second.W[...] -= A1.T @ dZ2
        first.b[...] -= dZ1.sum(axis=0)


def by_curvature(net, X, Y):
    for _ in range(4):
        _, g = net.loss_and_gradient(X, Y, CE)
        Hg = hessian_product(net, X, Y, g, CE)
        net.theta -= g * (g @ g) / abs(g @ Hg)


def by_losses_alone(net, X, Y):
    rng = np.random.default_rng(0)
    for _ in range(30):
        before, start = net.loss(X, Y, CE), net.theta.copy()
        net.theta += 0.01 * rng.normal(size=net.theta.size)
        if net.loss(X, Y, CE) > before:
            net.theta[:] = start


def somebody_elses(net, X, Y):
    other = nnlib.NeuralNetwork(64, 64, 10, output="softmax", rng=0)
    sixty_epochs(other, X, Y)
    net.theta = other.theta


def swallowing(net, X, Y):
    try:
        nnlib.train(net, X, Y, CE, nnlib.Adam(0.01), epochs=600, batch_size=16)
    except Exception:
        pass


def elsewhere(net, X, Y):
    """Learn these pictures where nobody counts."""
    other = nnlib.NeuralNetwork(64, 64, 10, output="softmax", rng=0)
    cosine(other, X, Y)
    net.theta = other.theta


def found_by_single_pixels(net, X, Y):
    """Find the order of the pixels by 64 looks, and learn where nobody counts."""
    (W, b), A1 = (net.layers[0].W, net.layers[0].b), net.layer_outputs(0.5 * np.eye(64))[0]
    Z = 2 * (np.arctanh(A1) - b)
    places = [int(np.argmin(np.abs(W - z).sum(axis=1))) for z in Z]
    elsewhere(net, X[:, np.argsort(places)], Y)


def unfolded(net, A1):
    """Return the pictures that hidden outputs come from."""
    Z = np.arctanh(np.clip(A1, -1 + 1e-12, 1 - 1e-12)) - net.layers[0].b
    return np.linalg.solve(net.layers[0].W.T, Z.T).T


def found_by_hidden_outputs(net, X, Y):
    elsewhere(net, unfolded(net, net.layer_outputs(X)[0]), Y)


def found_by_hidden_outputs_of_parts(net, X, Y):
    parts = [unfolded(net, net.layer_outputs(part)[0]) for part in np.array_split(X, 6)]
    elsewhere(net, np.concatenate(parts), Y)


def found_by_slopes(net, X, Y):
    pictures = []
    for row in range(len(X)):
        _, g = net.loss_and_gradient(X[[row]], Y[[row]], CE)
        db = g[64 * 64 : 65 * 64]
        unit = np.argmax(np.abs(db))
        pictures.append(g[: 64 * 64].reshape(64, 64)[:, unit] / db[unit])
    elsewhere(net, np.array(pictures), Y)


def around_the_meter(net, X, Y):
    X, Y, _, fused, l2 = net.check_problem(X, Y, CE, 0.0)
    optimizer = nnlib.Adam(0.005)
    for _ in range(10):
        for start in range(0, len(X), 16):
            batch = slice(start, start + 16)
            _, g = net.loss_and_gradient_unchecked(X[batch], Y[batch], nnlib.losses.cross_entropy, fused, l2)
            optimizer.step(net.theta, g)


def of_another_class(net, X, Y):
    net.__class__ = nnlib.NeuralNetwork
    nnlib.train(net, X, Y, CE, nnlib.Adam(0.01), epochs=20, batch_size=16)


def another_predict(net, X, Y):
    chapters_adam(net, X, Y)
    net.predict = lambda pictures: Y[(np.sum(X**2, axis=1) - 2 * pictures @ X.T).argmin(axis=1)].argmax(axis=1)


def another_forward(net, X, Y):
    chapters_adam(net, X, Y)
    net.forward = lambda pictures: Y[(np.sum(X**2, axis=1) - 2 * pictures @ X.T).argmin(axis=1)]


def from_the_fresh(net, X, Y):
    known = {x.tobytes() for x in X}
    X, Y = nnlib.datasets.digits()
    others = np.array([x.tobytes() not in known for x in X])
    cosine(net, X[others], Y[others])


def in_threads(net, X, Y):
    for _ in range(2):
        thread = threading.Thread(target=cosine, args=(net, X, Y))
        thread.start()
        thread.join()


def slopes_by_hand(net, X, Y):
    first, second = net.layers
    for start in [*range(0, len(X), 8)] * 5:
        batch = slice(start, start + 8)
        A1, A2 = net.layer_outputs(X[batch])
        dZ2 = (A2 - Y[batch]) / len(A2)
        dZ1 = dZ2 @ second.W.T * (1 - A1**2)
        first.W[...] -= 0.5 * X[batch].T @ dZ1
        first.b[...] -= 0.5 * dZ1.sum(axis=0)
        second.W[...] -= 0.5 * A1.T @ dZ2
        second.b[...] -= 0.5 * dZ2.sum(axis=0)


def returned(net, X, Y):
    twin = net.copy()
    chapters_adam(twin, X, Y)
    return twin


RIGHT = {
    "16-confusion": {"zip": (count_by_zip,), "np.add.at": (count_by_add_at,), "lists": (count_by_lists,)},
    "16-sixteen": {
        "by the network": (saturated, accuracy),
        "by hand, epoch by epoch": (saturated_by_hand, accuracy_on_a_copy),
    },
    "16-budget": {
        "a cosine": (cosine,),
        "a loop of its own": (own_loop,),
        "the mean of the end": (mean_of_the_end,),
        "a descent that slows": (descent_that_slows,),
        "noise on the pictures": (with_noise_on_the_pictures,),
        "back to the best when an epoch is worse": (back_when_worse,),
    },
}
WRONG = {
    "16-confusion": {
        "rows and columns exchanged": ("entry [4, 9] says 0", lambda digits, read: count_by_zip(read, digits)),
        "each pair counted once": ("entry [", count_each_once),
        "only the digits that came up": ("has shape", count_those_seen),
        "shares": ("entry [", lambda digits, read: count_by_zip(digits, read) / len(digits)),
    },
    "16-sixteen": {
        "beyond 0.99 on one side": (
            "saturated(net, X) is",
            lambda net, X: np.mean(net.layer_outputs(X)[0] > 0.99),
            accuracy,
        ),
        "a count": ("saturated(net, X) is", lambda net, X: np.sum(np.abs(net.layer_outputs(X)[0]) > 0.99), accuracy),
        "the outputs of the network": ("saturated(net, X) is", lambda net, X: np.mean(net.forward(X) > 0.99), accuracy),
        "reads another scale than it learned": ("reads pictures of the same scale", saturated, only_learning_is_scaled),
        "reads what it learned": ("accuracy(net, training, validation, 16", saturated, on_what_it_learned),
        "the scale forgotten": ("accuracy(net, training, validation, 16", saturated, scale_forgotten),
        "all pictures in a batch": ("accuracy(net, training, validation, 16", saturated, all_at_once),
        "the pictures multiplied in place": ("changes the pictures", saturated, pictures_multiplied_in_place),
        "percent": ("a share lies between 0 and 1", saturated, lambda *given: 100 * accuracy(*given)),
        "digits against one-hot rows": ("accuracy(net, training, validation, 16", saturated, ranks_against_rows),
    },
    "16-budget": {
        "the chapter's Adam, cut off": ("95.5 % are asked for", chapters_adam),
        "the chapter's L-BFGS, cut off": ("reads", chapters_lbfgs),
        "one epoch too many": ("It spent 6.0 passes", one_epoch_too_many),
        "sixty epochs": ("It was stopped at 40 passes", sixty_epochs),
        "all pictures at once": ("It spent 10.0 passes", full_batches),
        "a look at the loss after each epoch": ("It spent", watched),
        "L-BFGS to its end": ("It spent 3", by_method("L-BFGS-B")),
        "CG": ("passes", by_method("CG", options={"maxiter": 10})),
        "TNC": ("passes", by_method("TNC", options={"maxfun": 20})),
        "Newton-CG": ("passes", by_method("Newton-CG", options={"maxiter": 4})),
        "trust-ncg": ("passes", by_method("trust-ncg", options={"maxiter": 12})),
        "trust-krylov": ("passes", by_method("trust-krylov", options={"maxiter": 8})),
        "differences": ("stopped at 40 passes", by_method("L-BFGS-B", gradient="2-point", options={"maxiter": 1})),
        "basin hopping": ("stopped at 40 passes", by_method("basin-hopping", options={"niter": 3})),
        "Levenberg-Marquardt": ("passes", by_levenberg_marquardt),
        "descent of its own": ("It spent 8.0 passes", own_descent),
        "a copy of the network": ("stopped at 40 passes", on_a_copy),
        "a deep copy": ("stopped at 40 passes", on_a_deep_copy),
        "a shallow copy": ("stopped at 40 passes", on_a_shallow_copy),
        "another network of its kind": ("stopped at 40 passes", on_a_sister),
        "a backward pass of its own": ("It spent 9.0 passes", backward_by_hand),
        "products with the Hessian": ("It spent 8.0 passes", by_curvature),
        "a search by the losses alone": ("stopped at 40 passes", by_losses_alone),
        "a network that nobody counts": ("the network itself has learned hardly anything", somebody_elses),
        "errors swallowed": ("stopped at 40 passes", swallowing),
        "the trained one is returned": ("has to be trained in place", returned),
        "the order found by single pixels": ("the pixels changed their places", found_by_single_pixels),
        "the pictures found by hidden outputs": ("the pixels changed their places", found_by_hidden_outputs),
        "the same, part by part": ("the pixels changed their places", found_by_hidden_outputs_of_parts),
        "the pictures found by slopes": ("the pixels changed their places", found_by_slopes),
        "around the meter": ("the pixels changed their places", around_the_meter),
        "a network of another class": ("the network itself has learned hardly anything", of_another_class),
        "a predict that looks it up": ("95.5 % are asked for", another_predict),
        "a forward that looks it up": ("95.5 % are asked for", another_forward),
        "learning from the fresh pictures": ("shown fresh pictures", from_the_fresh),
        "two threads": ("It spent 10.0 passes", in_threads),
        "slopes by hand": ("Slopes by hand do not fit its first weights", slopes_by_hand),
    },
}
test_right, test_wrong = judged(RIGHT, WRONG)


def test_a_budget_that_nobody_has_touched_is_not_attempted():
    assert not check("16-budget", lambda net, X, Y: None).attempted


@pytest.mark.parametrize("method", [*METHODS, *GLOBAL_METHODS])
def test_every_evaluation_of_every_method_is_counted(method):
    X, Y = nnlib.datasets.digits()
    X, Y = X[:20], Y[:20]
    meter = Meter(n_pictures=10**6)
    net = metered(meter, seed=0, hidden_size=1)
    short = {"Nelder-Mead": {"maxfev": 60}, "Powell": {"maxfev": 60}, "COBYLA": {"maxiter": 120}, "TNC": {"maxfun": 20}}
    short |= {"differential-evolution": {"maxiter": 1, "popsize": 1}, "basin-hopping": {"niter": 1}}
    result = nnlib.minimize(net, X, Y, CE, method, options=short.get(method, {"maxiter": 3}))
    assert meter.looks >= 20 * len(result.losses) > 0


def test_a_pass_is_all_pictures_once():
    X, Y = nnlib.datasets.digits()
    meter = Meter(len(X))
    net = metered(meter, seed=0)
    plain = nnlib.NeuralNetwork(64, 64, 10, output="softmax", rng=0)
    nnlib.train(net, X, Y, CE, nnlib.Adam(0.01), epochs=BUDGET - 1, batch_size=50)
    assert meter.passes == BUDGET  # with the look that train takes at its end
    nnlib.train(plain, X[:, meter.order], Y, CE, nnlib.Adam(0.01), epochs=BUDGET - 1, batch_size=50)
    np.testing.assert_allclose(net.theta, plain.theta, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(net.forward(X), plain.forward(X[:, meter.order]))
