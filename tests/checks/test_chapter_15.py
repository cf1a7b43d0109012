"""Chapter 15: answers that are right, and answers that students give."""

import numpy as np

from tests.checks.cases import judged

BCE = "binary_cross_entropy"

# ---- 15-patience


def stop_by_best(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss < losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return best, epoch
    return best, len(losses) - 1


def stop_by_waiting(losses, patience):
    lowest, best, waited, epoch = np.inf, 0, 0, 0
    while epoch < len(losses):
        if losses[epoch] < lowest:
            lowest, best, waited = losses[epoch], epoch, 0
        else:
            waited += 1
        if waited == patience:
            break
        epoch += 1
    return [best, min(epoch, len(losses) - 1)]


def stop_by_numpy(losses, patience):
    losses = np.array(losses)
    lowest = np.minimum.accumulate(losses)
    firsts = np.array([np.argmax(losses == low) for low in lowest])
    waits = np.arange(len(losses)) - firsts
    stopped = np.argmax(waits >= patience) if (waits >= patience).any() else len(losses) - 1
    return firsts[stopped], stopped


def one_epoch_late(losses, patience):
    best, stopped = stop_by_best(losses, patience + 1)
    return best, stopped


def best_of_all(losses, patience):
    return int(np.argmin(losses)), stop_by_best(losses, patience)[1]


def equal_is_new(losses, patience):
    best = 0
    for epoch, loss in enumerate(losses):
        if loss <= losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return best, epoch
    return best, len(losses) - 1


def against_the_last(losses, patience):
    waited = 0
    for epoch in range(1, len(losses)):
        waited = waited + 1 if losses[epoch] >= losses[epoch - 1] else 0
        if waited == patience:
            return int(np.argmin(losses[: epoch + 1])), epoch
    return int(np.argmin(losses)), len(losses) - 1


def the_loss_itself(losses, patience):
    best, stopped = stop_by_best(losses, patience)
    return losses[best] + 0.5, stopped


# ---- 15-choose


def choose_by_lists(fit, X, Y, decays, n_folds=5, rng=0):
    order = np.random.default_rng(rng).permutation(len(X))
    means = []
    for l2 in decays:
        scores = []
        for fold in np.array_split(order, n_folds):
            rest = np.setdiff1d(order, fold)
            scores.append(fit(X[rest], Y[rest], l2=l2).loss(X[fold], Y[fold], BCE))
        means.append(np.mean(scores))
    return decays[int(np.argmin(means))]


def choose_by_labels(fit, X, Y, decays, n_folds=5, rng=0):
    fold_of = np.arange(len(X)) % n_folds
    np.random.default_rng(rng).shuffle(fold_of)
    total = np.zeros(len(decays))
    for fold in range(n_folds):
        out = fold_of == fold
        for k, l2 in enumerate(decays):
            total[k] += fit(X[~out], Y[~out], l2).loss(X[out], Y[out], loss=BCE) * out.sum()
    return [decays[total.argmin()]]


def choose_point_by_point(fit, X, Y, decays, n_folds=5, rng=0):
    order = np.random.default_rng(rng).permutation(len(X)).tolist()
    found = {}
    for l2 in decays:
        total = 0.0
        for k in range(n_folds):
            fold = order[k::n_folds]
            rest = [row for row in order if row not in fold]
            net = fit(X[rest], Y[rest], l2)
            for row in fold:
                total += net.loss(X[[row]], Y[[row]], BCE) / len(fold)
        found[l2] = total
    return min(found, key=found.get)


def a_constant(fit, X, Y, decays, n_folds=5, rng=0):
    choose_by_lists(fit, X, Y, decays, n_folds, rng)
    return decays[len(decays) // 2]


def without_training(fit, X, Y, decays, n_folds=5, rng=0):
    return decays[-1]


def by_training_loss(fit, X, Y, decays, n_folds=5, rng=0):
    return min(decays, key=lambda l2: fit(X, Y, l2).loss(X, Y, BCE))


def rest_is_everything(fit, X, Y, decays, n_folds=5, rng=0):
    order = np.random.default_rng(rng).permutation(len(X))
    means = []
    for l2 in decays:
        scores = [fit(X, Y, l2).loss(X[fold], Y[fold], BCE) for fold in np.array_split(order, n_folds)]
        means.append(np.mean(scores))
    return decays[int(np.argmin(means))]


def folds_exchanged(fit, X, Y, decays, n_folds=5, rng=0):
    order = np.random.default_rng(rng).permutation(len(X))
    means = []
    for l2 in decays:
        scores = []
        for fold in np.array_split(order, n_folds):
            rest = np.setdiff1d(order, fold)
            scores.append(fit(X[fold], Y[fold], l2).loss(X[rest], Y[rest], BCE))
        means.append(np.mean(scores))
    return decays[int(np.argmin(means))]


def one_fold_only(fit, X, Y, decays, n_folds=5, rng=0):
    order = np.random.default_rng(rng).permutation(len(X))
    fold = np.array_split(order, n_folds)[0]
    rest = np.setdiff1d(order, fold)
    return min(decays, key=lambda l2: fit(X[rest], Y[rest], l2).loss(X[fold], Y[fold], BCE))


def not_shuffled(fit, X, Y, decays, n_folds=5, rng=0):
    means = []
    for l2 in decays:
        scores = []
        for fold in np.array_split(np.arange(len(X)), n_folds):
            rest = np.setdiff1d(np.arange(len(X)), fold)
            scores.append(fit(X[rest], Y[rest], l2).loss(X[fold], Y[fold], BCE))
        means.append(np.mean(scores))
    return decays[int(np.argmin(means))]


def the_worst(fit, X, Y, decays, n_folds=5, rng=0):
    order = np.random.default_rng(rng).permutation(len(X))
    means = []
    for l2 in decays:
        scores = []
        for fold in np.array_split(order, n_folds):
            rest = np.setdiff1d(order, fold)
            scores.append(fit(X[rest], Y[rest], l2).loss(X[fold], Y[fold], BCE))
        means.append(np.mean(scores))
    return decays[int(np.argmax(means))]


def cross_validated(fit, X, Y, decays, n_folds, rng, mean=np.mean, l2_too=False, deal_again=False):
    order = rng.permutation(len(X))
    scores = []
    for l2 in decays:
        if deal_again:
            order = rng.permutation(len(X))
        losses = []
        for fold in np.array_split(order, n_folds):
            rest = np.setdiff1d(order, fold)
            losses.append(fit(X[rest], Y[rest], l2).loss(X[fold], Y[fold], BCE, l2 if l2_too else 0))
        scores.append(mean(losses))
    return decays[int(np.argmin(scores))]


def choose_with(seed=None, **settings):
    def choose_decay(fit, X, Y, decays, n_folds=5, rng=0):
        shuffling = np.random.default_rng(rng if seed is None else seed)
        return cross_validated(fit, X, Y, decays, n_folds, shuffling, **settings)

    return choose_decay


def choose_by_answers(fit, X, Y, decays, n_folds=5, rng=0):
    return decays[int(np.argmin([np.mean(fit(X[5:], Y[5:], l2).predict(X[:5]) != Y[:5]) for l2 in decays]))]


def choose_by_chance(fit, X, Y, decays, n_folds=5, rng=0):
    return cross_validated(fit, X, Y, decays, n_folds, np.random.default_rng())


def choose_by_scikit_learn(fit, X, Y, decays, n_folds=5, rng=0):
    from sklearn.model_selection import KFold

    deal = list(KFold(n_folds, shuffle=True, random_state=rng).split(X))
    return min(decays, key=lambda l2: sum(fit(X[a], Y[a], l2).loss(X[b], Y[b], BCE) for a, b in deal))


def the_index(fit, X, Y, decays, n_folds=5, rng=0):
    return decays.index(choose_by_lists(fit, X, Y, decays, n_folds, rng)) + 7


def another_loss(fit, X, Y, decays, n_folds=5, rng=0):
    return fit(X[1:], Y[1:], decays[0]).loss(X[:1], Y[:1])


# ---- 15-optimism


def optimism(scores, truth):
    winner, each = scores.argmin(axis=0), np.arange(scores.shape[1])
    return np.mean(truth[winner, each] - scores[winner, each])


def optimism_by_loop(scores, truth):
    gaps = []
    for k in range(scores.shape[1]):
        winner = np.argmin(scores[:, k])
        gaps.append(truth[winner, k] - scores[winner, k])
    return sum(gaps) / len(gaps)


def optimism_by_take(scores, truth):
    winner = scores.argmin(axis=0)[None]
    return (np.take_along_axis(truth, winner, 0) - np.take_along_axis(scores, winner, 0)).mean(keepdims=True)


def one_winner_for_all(scores, truth):
    winner = scores.mean(axis=1).argmin()
    return np.mean(truth[winner] - scores[winner])


RIGHT = {
    "15-patience": {
        "by the best": (stop_by_best,),
        "by waiting": (stop_by_waiting,),
        "by NumPy": (stop_by_numpy,),
    },
    "15-choose": {
        "lists": (choose_by_lists,),
        "labels, weighted by points": (choose_by_labels,),
        "point by point": (choose_point_by_point,),
        "folds by scikit-learn": (choose_by_scikit_learn,),
    },
    "15-optimism": {
        "indices": (optimism,),
        "a loop": (optimism_by_loop,),
        "take_along_axis": (optimism_by_take,),
    },
}
WRONG = {
    "15-patience": {
        "one epoch late": ("There had been".replace("There", "there"), one_epoch_late),
        "the best of all epochs": ("cannot know what comes after its stop", best_of_all),
        "an equal loss is a new best": ("", equal_is_new),
        "compared with the epoch before": ("", against_the_last),
        "a loss in the place of its epoch": ("returns the epoch", the_loss_itself),
        "never stops": ("stops at epoch", lambda losses, patience: (int(np.argmin(losses)), len(losses) - 1)),
        "one number": ("has to return 2 things", lambda losses, patience: stop_by_best(losses, patience)[0]),
        "the end of the patience, not the best": (
            "calls epoch",
            lambda losses, patience: (stop_by_best(losses, patience)[1],) * 2,
        ),
    },
    "15-choose": {
        "a constant 0.003": ("none of the decays that it was given", lambda *arguments: sneak(*arguments)),
        "always the middle one": ("The lowest mean loss", a_constant),
        "no training at all": ("never called fit", without_training),
        "by the training loss": ("judged by points that it had learned from", by_training_loss),
        "folds that were not left out": ("judged by points that it had learned from", rest_is_everything),
        "learning from the fold, judging by the rest": ("each of the", folds_exchanged),
        "one fold only": ("each of the", one_fold_only),
        "not shuffled": ("shuffle first", not_shuffled),
        "the highest loss": ("The lowest mean loss", the_worst),
        "an index": ("none of the decays", the_index),
        "another seed than the one given": ("rng=3 and rng=4 dealt the same folds", choose_with(seed=0)),
        "by the answers": ("judges by its loss", choose_by_answers),
        "no seed": ("Two runs with rng=3", choose_by_chance),
        "other folds for each decay": ("not judged by the same folds", choose_with(deal_again=True)),
        "the decay in the loss": ("with the decay in it", choose_with(l2_too=True)),
        "the median": ("The lowest mean loss", choose_with(mean=np.median)),
        "the best fold": ("The lowest mean loss", choose_with(mean=np.min)),
        "the squared error": ("was taken as 'mse'", another_loss),
    },
    "15-optimism": {
        "the difference turned around": ("has to be", lambda scores, truth: -optimism(scores, truth)),
        "one winner for all data sets": ("has to be", one_winner_for_all),
        "the best truth": ("has to be", lambda scores, truth: np.mean(truth.min(axis=0) - scores.min(axis=0))),
        "the mean of everything": ("has to be", lambda scores, truth: np.mean(truth - scores)),
        "the wrong axis": ("has to be", lambda scores, truth: optimism(scores.T, truth.T)),
        "truth is constant": ("has to be", lambda scores, truth: truth.mean() - scores.min(axis=0).mean()),
        "one number for each data set": (
            "has to be one number",
            lambda scores, truth: truth.min(axis=0) - scores.min(axis=0),
        ),
    },
}


def sneak(fit, X, Y, decays, n_folds, rng):
    choose_by_lists(fit, X, Y, decays, n_folds, rng)
    return 0.003


test_right, test_wrong = judged(RIGHT, WRONG)
