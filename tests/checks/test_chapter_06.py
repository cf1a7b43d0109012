"""The exercises of chapter 6: answers that are right and answers that are not."""

import numpy as np

from nnlib.checks.chapter_06 import friends_layer, right_layer
from tests.checks.cases import judged


def sigmoid(Z):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-Z))


def forward(X, W1, b1, W2, b2):
    A1 = np.tanh(X @ W1 + b1)
    return A1, sigmoid(A1 @ W2 + b2)


def by_matrices(X, Y, W1, b1, W2, b2):
    A1, A2 = forward(X, W1, b1, W2, b2)
    dZ2 = 2 * (A2 - Y) / Y.size * A2 * (1 - A2)
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    return X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)


def by_messages(X, Y, W1, b1, W2, b2):
    """Sample after sample, weight after weight, as lists."""
    gradients = [np.zeros(part.shape) for part in (W1, b1, W2, b2)]
    for x, y in zip(X, Y, strict=True):
        a1 = [np.tanh(sum(x[i] * W1[i, j] for i in range(len(x))) + b1[j]) for j in range(len(b1))]
        a2 = [sigmoid(sum(a1[i] * W2[i, j] for i in range(len(a1))) + b2[j]) for j in range(len(b2))]
        dz2 = [2 * (a2[j] - y[j]) / Y.size * a2[j] * (1 - a2[j]) for j in range(len(y))]
        da1 = [sum(dz2[j] * W2[i, j] for j in range(len(y))) for i in range(len(a1))]
        dz1 = [da1[i] * (1 - a1[i] ** 2) for i in range(len(a1))]
        for gradient, part in zip(gradients, (np.outer(x, dz1), dz1, np.outer(a1, dz2), dz2), strict=True):
            gradient += part
    return [gradient.tolist() for gradient in gradients]


def by_differences(X, Y, W1, b1, W2, b2):
    """Complex steps: no walk back at all, and the exact gradient."""
    parts = [part.astype(complex) for part in (W1, b1, W2, b2)]
    gradients = []
    for part in parts:
        gradient = np.zeros(part.shape)
        for place in np.ndindex(*part.shape):
            part[place] += 1e-100j
            with np.errstate(over="ignore", invalid="ignore"):
                Z2 = np.tanh(X @ parts[0] + parts[1]) @ parts[2] + parts[3]
            A2 = (1 + np.tanh(Z2 / 2)) / 2
            gradient[place] = np.mean((A2 - Y) ** 2).imag / 1e-100
            part[place] = part[place].real
        gradients.append(gradient)
    return tuple(gradients)


def without_mean(X, Y, *parts):
    return [Y.size * gradient for gradient in by_matrices(X, Y, *parts)]


def mean_over_samples_alone(X, Y, *parts):
    return [Y.shape[1] * gradient for gradient in by_matrices(X, Y, *parts)]


def without_two(X, Y, *parts):
    return [gradient / 2 for gradient in by_matrices(X, Y, *parts)]


def minus(X, Y, *parts):
    return [-gradient for gradient in by_matrices(X, Y, *parts)]


def without_output_slope(X, Y, W1, b1, W2, b2):
    A1, A2 = forward(X, W1, b1, W2, b2)
    dZ2 = 2 * (A2 - Y) / Y.size
    dZ1 = dZ2 @ W2.T * (1 - A1**2)
    return X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)


def sigmoid_slope_for_tanh(X, Y, W1, b1, W2, b2):
    A1, A2 = forward(X, W1, b1, W2, b2)
    dZ2 = 2 * (A2 - Y) / Y.size * A2 * (1 - A2)
    dZ1 = dZ2 @ W2.T * A1 * (1 - A1)
    return X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)


def slope_of_z(X, Y, W1, b1, W2, b2):
    A1, A2 = forward(X, W1, b1, W2, b2)
    dZ2 = 2 * (A2 - Y) / Y.size * A2 * (1 - A2)
    dZ1 = dZ2 @ W2.T * (1 - (X @ W1 + b1) ** 2)
    return X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)


def bias_as_row(*arguments):
    dW1, db1, dW2, db2 = by_matrices(*arguments)
    return dW1, db1[np.newaxis], dW2, db2[np.newaxis]


def first_weights_transposed(*arguments):
    dW1, db1, dW2, db2 = by_matrices(*arguments)
    return (dW1.T if dW1.shape == (2, 2) else dW1), db1, dW2, db2


def wrong_order(*arguments):
    dW1, db1, dW2, db2 = by_matrices(*arguments)
    return dW1, dW2, db1, db2


def one_vector(*arguments):
    return np.concatenate([np.ravel(part) for part in by_matrices(*arguments)])


def changes_weights(X, Y, W1, b1, W2, b2):
    gradients = by_matrices(X, Y, W1, b1, W2, b2)
    W1 -= gradients[0]
    return gradients


def walk(X, Y, layers):
    outputs = [X]
    for W, b, activation in layers:
        outputs.append(activation.value(outputs[-1] @ W + b))
    dA, parts = 2 * (outputs[-1] - Y) / Y.size, []
    for k in reversed(range(len(layers))):
        dZ = dA * layers[k].activation.derivative(outputs[k + 1])
        parts = [(outputs[k].T @ dZ).ravel(), dZ.sum(axis=0), *parts]
        dA = dZ @ layers[k].W.T
    return np.concatenate(parts)


def recursive(X, Y, layers):
    """Each layer calls the rest; a list of numbers comes back."""

    def go(A, k):
        if k == len(layers):
            return 2 * (A - Y) / Y.size, []
        W, b, activation = layers[k]
        out = activation.value(A @ W + b)
        dA, later = go(out, k + 1)
        dZ = dA * activation.derivative(out)
        return dZ @ W.T, [*(A.T @ dZ).ravel(), *dZ.sum(axis=0), *later]

    return go(X, 0)[1]


def walk_with(change):
    """The walk with `change(k, dZ, A, W)` in the place of its three products."""

    def backward(X, Y, layers):
        outputs = [X]
        for W, b, activation in layers:
            outputs.append(activation.value(outputs[-1] @ W + b))
        dA, parts = 2 * (outputs[-1] - Y) / Y.size, []
        for k in reversed(range(len(layers))):
            dZ = dA * layers[k].activation.derivative(outputs[k + 1])
            dW, db, dA = change(k, dZ, outputs[k], layers[k].W)
            parts = [dW.ravel(), db, *parts]
        return np.concatenate(parts)

    return backward


def sigmoid_everywhere(X, Y, layers):
    outputs = [X]
    for W, b, _ in layers[:-1]:
        outputs.append(np.tanh(outputs[-1] @ W + b))
    outputs.append(sigmoid(outputs[-1] @ layers[-1].W + layers[-1].b))
    dA, parts = 2 * (outputs[-1] - Y) / Y.size, []
    for k in reversed(range(len(layers))):
        A = outputs[k + 1]
        dZ = dA * (A * (1 - A) if k == len(layers) - 1 else 1 - A**2)
        parts = [(outputs[k].T @ dZ).ravel(), dZ.sum(axis=0), *parts]
        dA = dZ @ layers[k].W.T
    return np.concatenate(parts)


def two_layers_only(X, Y, layers):
    return walk(X, Y, layers[:2])


def bias_first(k, dZ, A, W):
    return np.concatenate([dZ.sum(axis=0), (A.T @ dZ).ravel()]), np.empty(0), dZ @ W.T


def column_by_column(k, dZ, A, W):
    return (A.T @ dZ).T, dZ.sum(axis=0), dZ @ W.T


def list_of_parts(X, Y, layers):
    return [part for layer in layers for part in (layer.W, layer.b)]


def last_layer_first(X, Y, layers):
    sizes = np.cumsum([W.size + b.size for W, b, _ in layers])[:-1]
    return np.concatenate(np.split(walk(X, Y, layers), sizes)[::-1])


def shape_faults(layer, n_samples, n_in, n_out):
    rng = np.random.default_rng(0)
    A, W = rng.normal(size=(n_samples, n_in)), rng.normal(size=(n_in, n_out))
    gradients = layer(rng.normal(size=(n_samples, n_out)), A, W)
    shapes = W.shape, (n_out,), A.shape
    return [name for name, g, shape in zip(("dW", "db", "dA"), gradients, shapes, strict=True) if np.shape(g) != shape]


def as_a_tuple(*arguments):
    return tuple(reversed(shape_faults(*arguments)))


def as_a_set(*arguments):
    return set(shape_faults(*arguments))


def one_string(*arguments):
    return ", ".join(shape_faults(*arguments))


def first_fault(*arguments):
    return shape_faults(*arguments)[:1]


def never(layer, n_samples, n_in, n_out):
    return []


def by_size(layer, n_samples, n_in, n_out):
    """Counts entries: a transposed matrix has as many."""
    gradients = layer(np.ones((n_samples, n_out)), np.ones((n_samples, n_in)), np.ones((n_in, n_out)))
    sizes = n_in * n_out, n_out, n_samples * n_in
    return [name for name, g, size in zip(("dW", "db", "dA"), gradients, sizes, strict=True) if np.size(g) != size]


def knows_the_friend(layer, n_samples, n_in, n_out):
    return ["dW"] * (n_in != n_out) + ["db"] * (n_samples != n_out)


def none_for_none(*arguments):
    names = shape_faults(*arguments)
    if names:
        return names
    return None


def by_numbers(layer, n_samples, n_in, n_out):
    """Compares numbers with those of the right layer, not shapes."""
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=shape) for shape in ((n_samples, n_out), (n_samples, n_in), (n_in, n_out))]
    pairs = zip(("dW", "db", "dA"), layer(*arrays), right_layer(*arrays), strict=True)
    return [name for name, a, b in pairs if np.shape(a) != b.shape or not np.allclose(a, b)]


RIGHT = {
    "06-two-two-one": {
        "matrices": (by_matrices,),
        "loops and lists": (by_messages,),
        "complex steps": (by_differences,),
    },
    "06-any-depth": {
        "a walk": (walk,),
        "recursion and a list": (recursive,),
        "the theorem": (walk_with(lambda k, *arrays: right_layer(*arrays)),),
    },
    "06-shapes": {
        "a list": (shape_faults, (3, 3, 3)),
        "a tuple in another order": (as_a_tuple, [5, 5, 5]),
        "a generator": (lambda *arguments: (name for name in shape_faults(*arguments)), (4, 4, 4)),
        "a set": (as_a_set, np.array([7, 7, 7])),
    },
}
WRONG = {
    "06-two-two-one": {
        "no mean": ("it has to be", without_mean),
        "mean over samples only": ("db2 is", mean_over_samples_alone),
        "no 2": ("db2 is", without_two),
        "uphill for downhill": ("db2 is", minus),
        "no slope at the output": ("db2 is", without_output_slope),
        "slope of the sigmoid for tanh": ("right so far: db2, dW2.", sigmoid_slope_for_tanh),
        "slope of z": ("db1 is", slope_of_z),
        "bias as a row": ("db1 has shape (1, 4); it needs (4,).", bias_as_row),
        "dW1 transposed where it is square": ("2-2-1, samples: 4. dW1 is", first_weights_transposed),
        "in another order": ("db1 has shape (4, 2)", wrong_order),
        "one vector": ("has to return 4 things", one_vector),
        "weights moved": ("changes what it is given", changes_weights),
    },
    "06-any-depth": {
        "activations assumed": ("it has to be", sigmoid_everywhere),
        "two layers only": ("stops with ValueError", two_layers_only),
        "bias before weights": ("it has to be", walk_with(bias_first)),
        "column by column": ("dW1 is", walk_with(column_by_column)),
        "last layer first": ("it has to be", last_layer_first),
        "a list of parts": ("has to be an array of numbers", list_of_parts),
        "no way through a layer": ("stops with", walk_with(lambda k, dZ, A, W: (A.T @ dZ, dZ.sum(axis=0), dZ))),
        "mean of the biases": (
            "db1 is",
            walk_with(lambda k, dZ, A, W: (A.T @ dZ, dZ.mean(axis=0), dZ @ W.T)),
        ),
    },
    "06-shapes": {
        "a string": ("has to return a list of names", one_string, (3, 3, 3)),
        "a number": ("has to return a list of names", lambda *arguments: len(shape_faults(*arguments)), (3, 3, 3)),
        "the first alone": ("it names dW; of a wrong shape: dW, db", first_fault, (3, 3, 3)),
        "never": ("it names none", never, (3, 3, 3)),
        "entries counted": ("it names", by_size, (3, 3, 3)),
        "the friend's faults for every layer": ("For the right layer", knows_the_friend, (3, 3, 3)),
        "nothing where nothing is wrong": ("none_for_none returns nothing", none_for_none, (3, 3, 3)),
        "numbers compared": ("it names dW, db; of a wrong shape: db", by_numbers, (3, 3, 3)),
        "the friend's own sizes": ("the friend's own test", shape_faults, (2, 2, 2)),
        "one, one, one": ("nothing is wrong", shape_faults, (1, 1, 1)),
        "one mistake is seen": ("the friend's db has a wrong shape", shape_faults, (5, 3, 3)),
        "both are seen": ("the friend's db and dW have a wrong shape", shape_faults, (3, 3, 2)),
        "two sizes": ("hiding_sizes has shape (2,)", shape_faults, (3, 3)),
    },
}
test_right, test_wrong = judged(RIGHT, WRONG)


def test_the_friends_layer_is_wrong_where_it_hides():
    rng = np.random.default_rng(0)
    arrays = [rng.normal(size=(3, 3)) for _ in range(3)]
    for friend, right in zip(friends_layer(*arrays)[:2], right_layer(*arrays)[:2], strict=True):
        assert friend.shape == right.shape and not np.allclose(friend, right)
