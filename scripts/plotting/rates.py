"""The known part of traffic: how a sweep's mean rate goes over the day and the week."""

import numpy as np

from . import clock, tables
from .tables import Column

PROFILE_COLUMNS = (Column("minute", 0, also=("minutes",)), Column("requests_per_minute", 0, also=("rate", "requests")))


def relative_rate(sweep, minute):
    """Expected requests at some minutes from midnight, as multiples of a mean; None where the rate is the same all along, or not known.

    @param minute  middles of intervals
    """
    if sweep is None:
        return None
    if sweep.get("workload.profile", ""):
        path = sweep.beside(sweep.get("workload.profile"))
        if path is None:
            return None
        rate = _profile(path, minute + 1440 * clock.WEEKDAYS.index(sweep.start_weekday))
    else:
        hours = minute / 60
        rate = 1 + sweep.get("workload.daily_amplitude", 0) * np.cos(2 * np.pi * (hours - sweep.get("workload.daily_peak_hour", 15)) / 24)
        factors = sweep.get("workload.weekday_factors", [])
        if factors:
            day = (clock.WEEKDAYS.index(sweep.start_weekday) + np.floor(hours / 24).astype(int)) % 7
            rate = rate * np.asarray(factors, float)[day]
    return None if np.ptp(rate) <= 1e-9 * rate.max() else rate


def _profile(path, minute):
    """A step function that repeats: each row holds until the next, the last as long as the one before it, a single one a day."""
    table = tables.read(path, PROFILE_COLUMNS)
    starts, rate = table["minute"], table["requests_per_minute"]
    length = 2 * starts[-1] - starts[-2] if starts.size > 1 else 1440
    return rate[np.maximum(np.searchsorted(starts, np.mod(minute, length), side="right") - 1, 0)]
