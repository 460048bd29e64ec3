"""Token-length laws as a sweep states them: distribution functions of integer lengths (DESIGN's section on lengths)."""

from math import erf, sqrt

import numpy as np

from . import tables
from .tables import Column

PAIR_COLUMNS = (Column("prompt_tokens", 0, also=("ContextTokens", "prompt")),
                Column("completion_tokens", 0, also=("GeneratedTokens", "completion")))
_erf = np.vectorize(erf, otypes=[float])


def law_of(sweep, label, quantity):
    """The law of one class's lengths.

    @param label     of the class: its name or its number
    @param quantity  "prompt_tokens" or "completion_tokens"
    @return          a function of integers k: the share of requests of at most k tokens; None where the sweep has no such class or its
                     measured lengths are no longer there
    """
    labels = [known.get("name") or str(number) for number, known in enumerate(sweep.get("workload.class"))]
    if label not in labels:
        return None
    key = f"workload.class.{labels.index(label)}"
    pairs = sweep.get(f"{key}.pairs", "")
    if pairs:
        path = sweep.beside(pairs)
        return _measured(np.sort(tables.read(path, PAIR_COLUMNS)[quantity])) if path else None
    law = sweep.get(f"{key}.{quantity.removesuffix('_tokens')}")
    parts = law.get("mixture") or [{"weight": 1.0, "median": law["median"], "sigma": law["sigma"]}]
    return _log_normals(parts, law["min"], law["max"])


def _measured(lengths):
    """Of a sample, ascending."""
    return lambda k: np.searchsorted(lengths, k, side="right") / lengths.size


def _log_normals(parts, least, most):
    """Of a mixture of log-normals rounded to integers; tails are added to the least and the most length."""
    weights = np.array([part["weight"] for part in parts], float)

    def at_most(k):
        k = np.asarray(k, float)
        z = [(np.log(np.maximum(k + 0.5, 1e-300)) - np.log(part["median"])) / (part["sigma"] * sqrt(2)) for part in parts]
        below = sum(weight * 0.5 * (1 + _erf(values)) for weight, values in zip(weights / weights.sum(), z))
        return np.where(k < least, 0.0, np.where(k >= most, 1.0, below))

    return at_most


def distance(counts, at_most):
    """Kolmogorov and Smirnov's distance between a sample and a law, both of integers from 0 on.

    @param counts  requests of each length
    """
    return float(np.abs(np.cumsum(counts) / counts.sum() - at_most(np.arange(counts.size))).max())
