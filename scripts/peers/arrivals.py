"""How many requests arrive in each tick: what the peers that draw with NumPy or its twins share."""

import numpy as np


def arrivals(rng, traffic, realizations, xp=np):
    """Poisson counts [realization, tick] under drift and bursts, in the arrays of module `xp`, from its Generator."""
    innovations = rng.standard_normal((traffic.ticks, realizations))
    z = innovations[0]
    rate = xp.empty((traffic.ticks, realizations))
    for tick in range(traffic.ticks):
        if tick > 0:
            z = traffic.persistence * z + traffic.innovation * innovations[tick]
        rate[tick] = z
    s = traffic.drift_log_sd
    rate = xp.exp(s * rate - 0.5 * s * s) * xp.asarray(traffic.expected())[:, None]
    if traffic.burst_cv > 0:
        shape = traffic.burst_cv**-2
        rate *= rng.gamma(shape, 1.0 / shape, rate.shape)
    return xp.ascontiguousarray(rng.poisson(rate).T)
