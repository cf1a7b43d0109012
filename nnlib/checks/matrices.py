"""Random matrices for the judges of chapters 13 and 14."""

import numpy as np


def turned(kappa: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a symmetric matrix with these eigenvalues, whose eigenvectors point anywhere."""
    Q, _ = np.linalg.qr(rng.normal(size=(len(kappa), len(kappa))))
    H = Q @ np.diag(kappa) @ Q.T
    return (H + H.T) / 2
