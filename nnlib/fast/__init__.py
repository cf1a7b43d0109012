"""Nothing to learn here, only fewer calls: the numbers of the modules above this room, and of `nnlib.plain`, sooner.

A plan (`plan`) is a list of calls that is made once. `ops` writes activations and losses as such calls, `passes` a
network's way to its loss and back, and `steps` makes epochs of them; `population_passes` and `population_chunks` do the
same for many networks at once.
"""
