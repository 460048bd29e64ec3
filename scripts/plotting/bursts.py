"""How bursty counts are: autocorrelation and index of dispersion, and what plain Poisson arrivals would show."""

import numpy as np

LEAST_BLOCKS = 8     # a window that fits less often tells nothing
SURE = 1.959964      # standard errors either side of 95%


def index_of_dispersion(counts, expected, per_window):
    """Variance of counts in windows over their mean, each window's own expectation taken as its mean: 1 for plain Poisson.

    @param counts      per base interval
    @param expected    of the same, up to a factor: all ones, or a known curve over the day
    @param per_window  base intervals in a window
    @return            the index; NaN with fewer than LEAST_BLOCKS windows or no counts
    """
    windows = counts.size // per_window
    if windows < LEAST_BLOCKS:
        return np.nan
    seen, mean = (values[:windows * per_window].reshape(windows, per_window).sum(1) for values in (counts, expected))
    if seen.sum() == 0:
        return np.nan
    mean = mean * (seen.sum() / mean.sum())
    return float(((seen - mean) ** 2).sum() / (windows - 1) / mean.mean())


def poisson_dispersion_range(intervals, windows):
    """Half-widths of the 95% range of the index around 1 for plain Poisson arrivals."""
    blocks = np.maximum(intervals // np.asarray(windows), 2)
    return SURE * np.sqrt(2 / (blocks - 1))


def autocorrelation(counts, expected, lags):
    """Correlation of counts, relative to what is expected, with those `lags` intervals later.

    @param expected  of each, up to a factor; intervals where nothing is expected do not count
    @param lags      whole numbers, less than the number of counts
    """
    known = expected > 0
    relative = np.divide(counts, expected, out=np.zeros(counts.size), where=known)
    deviation = np.where(known, relative - relative[known].mean(), 0)
    variance = float(deviation @ deviation)
    if variance == 0:
        return np.full(len(lags), np.nan)
    return np.array([float(deviation[:deviation.size - lag] @ deviation[lag:]) / variance for lag in lags])


def relative_counts_law(expected, edges):
    """Share of plain Poisson counts whose ratio to their own expectation falls between edges.

    @param expected  of each interval
    @param edges     ascending ratios
    @return          one share less than edges
    """
    levels, times = np.unique(np.round(expected[expected > 0], 1), return_counts=True)
    if levels.size > 200:  # a curve: its levels stand for those beside them
        times, borders = np.histogram(expected[expected > 0], 200)
        levels = (borders[1:] + borders[:-1]) / 2
    shares = np.zeros(len(edges) - 1)
    for level, weight in zip(levels, times / times.sum()):
        if weight > 0:
            shares += weight * np.diff(_poisson_below(level, np.asarray(edges) * level))
    return shares


def _poisson_below(mean, limits):
    """P(N < limit) of a Poisson variable, for several limits."""
    reach = 10 * np.sqrt(mean) + 20
    k = np.arange(max(0, int(mean - reach)), int(mean + reach) + 1)
    log_factorial = np.cumsum(np.log(np.maximum(np.arange(k[-1] + 1), 1)))[k]
    below = np.concatenate([[0.0], np.cumsum(np.exp(k * np.log(mean) - mean - log_factorial))])
    return below[np.clip(np.ceil(limits).astype(int) - k[0], 0, k.size)]
