"""How many requests arrive in each tick: what the peers that draw with NumPy share."""

import numpy as np


def arrivals(rng, traffic, realizations):
    """Poisson counts [realization, tick] under drift and bursts."""
    innovations = rng.standard_normal((traffic.ticks, realizations))
    spread = np.sqrt(1.0 - traffic.persistence**2)
    z = innovations[0]
    rate = np.empty((traffic.ticks, realizations))
    for tick in range(traffic.ticks):
        if tick > 0:
            z = traffic.persistence * z + spread * innovations[tick]
        rate[tick] = z
    s = traffic.drift_log_sd
    rate = np.exp(s * rate - 0.5 * s * s) * traffic.expected()[:, None]
    if traffic.burst_cv > 0:
        shape = traffic.burst_cv**-2
        rate *= rng.gamma(shape, 1.0 / shape, rate.shape)
    return np.ascontiguousarray(rng.poisson(rate).T)
