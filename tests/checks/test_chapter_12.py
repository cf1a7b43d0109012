"""Answers to the exercises of chapter 12: count evaluations, repair program two, make the flag lie."""

import numpy as np
from scipy import optimize

import nnlib
from nnlib.activations import sigmoid
from nnlib.checks import check
from nnlib.diagnosis import diagnose
from tests.checks.cases import judged

X, Y = nnlib.datasets.xor()


def count_by_table(n_params, n_gradients, gradient):
    moves = {"exact": 0, "2-point": n_params, "3-point": 2 * n_params}
    return n_gradients * (1 + moves[gradient])


def count_by_cases(n_params, n_gradients, gradient):
    total = n_gradients
    if gradient != "exact":
        total += n_gradients * n_params
    if gradient == "3-point":
        total += n_gradients * n_params
    return np.array([total])


def count_without_the_point(n_params, n_gradients, gradient):
    return {"exact": 1, "2-point": n_params, "3-point": 2 * n_params}[gradient] * n_gradients


def count_three_points_twice(n_params, n_gradients, gradient):
    return n_gradients * (1 + {"exact": 0, "2-point": n_params, "3-point": 3 * n_params}[gradient])


def count_of_nine(n_params, n_gradients, gradient):
    return n_gradients * {"exact": 1, "2-point": 10, "3-point": 19}[gradient]


def count_the_point_once(n_params, n_gradients, gradient):
    moves = {"exact": 1, "2-point": n_params, "3-point": 2 * n_params}[gradient]
    return 1 + n_gradients * moves


def count_doubled_gradient(n_params, n_gradients, gradient):
    return n_gradients * {"exact": 2, "2-point": 1 + n_params, "3-point": 1 + 2 * n_params}[gradient]


def forward(theta):
    A1 = np.tanh(X @ theta[:4].reshape(2, 2) + theta[4:6])
    return sigmoid(A1 @ theta[6:8, None] + theta[8])


def loss(theta):
    return np.mean((forward(theta) - Y) ** 2)


def gradient(theta):
    net = nnlib.NeuralNetwork(2, 2, 1)
    net.theta[:] = theta
    return net.loss_and_gradient(X, Y)[1]


def start(seed):
    return np.random.default_rng(seed).normal(size=9)


def run(seed, **settings):
    result = optimize.minimize(loss, start(seed), **settings)
    A2 = forward(result.x)
    return A2, result, diagnose(A2).name


def by_two_functions(seed):
    return run(seed, jac=gradient, method="CG")


def by_one_function(seed):
    result = optimize.minimize(lambda theta: (loss(theta), gradient(theta)), start(seed), jac=True, method="cg")
    A2 = forward(result.x)
    return [A2.tolist(), result, diagnose(A2).name]


def by_nnlib(seed):
    net = nnlib.NeuralNetwork(2, 2, 1, init="normal", rng=seed)
    result = nnlib.minimize(net, X, Y, method="CG")
    A2 = net.forward(X)
    return A2, result, nnlib.diagnose(A2).name


def verdict_by_flag(seed):
    A2, result, _ = by_two_functions(seed)
    return A2, result, "solved" if result.success else "on its way"


def outputs_of_the_start(seed):
    _, result, _ = by_two_functions(seed)
    A2 = forward(start(seed))
    return A2, result, diagnose(A2).name


def without_a_seed(seed):
    return by_two_functions(None)


def of_seed_zero(seed):
    return by_two_functions(0)


def flat_outputs(seed):
    A2, result, verdict = by_two_functions(seed)
    return A2.ravel(), result, verdict


def from_glorot(seed):
    net = nnlib.NeuralNetwork(2, 2, 1, rng=seed)
    result = nnlib.minimize(net, X, Y, method="CG")
    return net.forward(X), result, diagnose(net.forward(X)).name


def with_restarts(seed):
    for attempt in range(5):
        A2, result, verdict = by_two_functions(seed + 1000 * attempt)
        if verdict == "solved":
            break
    return A2, result, verdict


def stopped_by_a_callback(seed):
    def stop(intermediate_result):
        if nnlib.diagnosis.solved(forward(intermediate_result.x), Y):
            raise StopIteration

    return run(seed, jac=gradient, method="CG", callback=stop)


def diagnosis_for_verdict(seed):
    A2, result, _ = by_two_functions(seed)
    return A2, result, diagnose(A2)


def sentence_for_verdict(seed):
    A2, result, _ = by_two_functions(seed)
    return A2, result, diagnose(A2).sentence


def proud_zeros():
    net = nnlib.NeuralNetwork(2, 2, 1, init="zeros")
    return net, nnlib.minimize(net, X, Y, method="CG")


def proud_by_hand():
    net = nnlib.NeuralNetwork(2, 5, 1, rng=3)
    net.theta[:] = 0
    return [net, nnlib.minimize(net, X, Y, method="L-BFGS-B")]


def modest_by_tolerance():
    net = nnlib.NeuralNetwork(2, 2, 1, init="normal", rng=1)
    return net, nnlib.minimize(net, X, Y, method="CG", tol=1e-15)


def modest_by_limit():
    net = nnlib.NeuralNetwork(2, 2, 1, init="normal", rng=1)
    return net, nnlib.minimize(net, X, Y, method="CG", options={"maxiter": 15})


def modest_by_callback():
    net = nnlib.NeuralNetwork(2, 2, 1, init="normal", rng=1)
    return net, nnlib.minimize(net, X, Y, method="CG", callback=lambda theta: nnlib.diagnosis.solved(forward(theta), Y))


def modest_with_a_forged_flag():
    net = nnlib.NeuralNetwork(2, 2, 1, init="normal", rng=1)
    result = nnlib.minimize(net, X, Y, method="CG")
    result.success = False
    return net, result


def modest_too_early():
    net = nnlib.NeuralNetwork(2, 2, 1, init="normal", rng=1)
    return net, nnlib.minimize(net, X, Y, method="CG", options={"maxiter": 5})


def a_solved_run():
    net = nnlib.NeuralNetwork(2, 2, 1, init="normal", rng=1)
    return net, nnlib.minimize(net, X, Y, method="CG")


def proud_on_an_eighth():
    net = nnlib.NeuralNetwork(2, 2, 1, init="normal", rng=14)
    return net, nnlib.minimize(net, X, Y, method="CG")


def proud_of_small_weights():
    net = nnlib.NeuralNetwork(2, 2, 1, rng=0)
    net.theta *= 0.01
    return net, nnlib.minimize(net, X, Y, method="CG", tol=0.02, options={"maxiter": 3})


def proud_of_a_pass():
    for seed in range(50):
        net = nnlib.NeuralNetwork(2, 2, 1, init="normal", rng=seed)
        result = nnlib.minimize(net, X, Y, method="CG", tol=0.01)
        if diagnose(net.forward(X)).name == "plateau 1/4":
            break
    return net, result


def proud_of_another_network():
    return nnlib.NeuralNetwork(2, 2, 1, init="zeros"), proud_on_an_eighth()[1]


RIGHT = {
    "12-count": {"a table": (count_by_table,), "cases, in an array": (count_by_cases,)},
    "12-repair": {
        "loss and gradient apart": (by_two_functions,),
        "one function, a list": (by_one_function,),
        "nnlib's own": (by_nnlib,),
    },
    "12-lie": {
        "zeros, and a tolerance": (proud_zeros, modest_by_tolerance),
        "five units by hand, and a limit": (proud_by_hand, modest_by_limit),
        "a loose tolerance": (proud_of_small_weights, modest_by_limit),
    },
}

WRONG = {
    "12-count": {
        "the point itself forgotten": ("evaluates the loss", count_without_the_point),
        "one more for the other side": (
            "For 9 numbers",
            lambda n, k, gradient: k * {"exact": 1, "2-point": n + 1, "3-point": n + 2}[gradient],
        ),
        "three points, thrice": ("'3-point'", count_three_points_twice),
        "nine numbers always": ("For 2 numbers", count_of_nine),
        "the point itself once in all": ("evaluates the loss", count_the_point_once),
        "the gradient counted as a loss": ("by 'exact'", count_doubled_gradient),
        "nothing comes back as a number": ("has to be an array of numbers", lambda n, k, gradient: gradient),
    },
    "12-repair": {
        "L-BFGS-B": ("CG keeps none", lambda seed: run(seed, jac=gradient, method="L-BFGS-B")),
        "the default, BFGS": ("CG keeps none", lambda seed: run(seed, jac=gradient)),
        "SLSQP": ("end where CG ends", lambda seed: run(seed, jac=gradient, method="SLSQP")),
        "no gradient": ("out by differences", lambda seed: run(seed, method="CG")),
        "no gradient at all": ("no field 'njev'", lambda seed: run(seed, method="Nelder-Mead")),
        "the flag read": ("the outputs say 'plateau", verdict_by_flag),
        "the start's outputs": ("an output is", outputs_of_the_start),
        "no seed": ("Twice the same seed", without_a_seed),
        "always the same seed": ("Two different seeds", of_seed_zero),
        "outputs in a row": ("outputs has shape (4,)", flat_outputs),
        "another way to start": ("Are start, method and settings those asked for", from_glorot),
        "restarts": ("start, method and settings", with_restarts),
        "a callback": ("start, method and settings", stopped_by_a_callback),
        "a loose tolerance": (
            "start, method and settings",
            lambda seed: run(seed, jac=gradient, method="CG", tol=0.01),
        ),
        "a whole diagnosis": ("the outputs say", diagnosis_for_verdict),
        "a sentence": ("the outputs say", sentence_for_verdict),
        "outputs only": ("has to return 3 things", lambda seed: by_two_functions(seed)[0]),
    },
    "12-lie": {
        "proud of an eighth": ("from 0.5", proud_on_an_eighth, modest_by_limit),
        "many evaluations": ("it can be done with one", proud_of_a_pass, modest_by_limit),
        "another network's result": ("not of the same run", proud_of_another_network, modest_by_limit),
        "exchanged": ("success is False, and it has to be True", modest_by_limit, proud_zeros),
        "a callback": ("ended by a callback", proud_zeros, modest_by_callback),
        "a forged flag": ("changed by hand", proud_zeros, modest_with_a_forged_flag),
        "ended too early": ("has not learned XOR", proud_zeros, modest_too_early),
        "not modest at all": ("success is True", proud_zeros, a_solved_run),
    },
}

test_right, test_wrong = judged(RIGHT, WRONG)


def test_the_judges_network_has_nnlibs_gradient():
    from nnlib.checks.chapter_12 import loss_and_gradient

    value, dtheta = loss_and_gradient(start(3))
    assert value == loss(start(3))
    np.testing.assert_allclose(dtheta, gradient(start(3)), rtol=1e-9)
    assert check("12-repair", by_nnlib).message.startswith("It solves XOR from ")
