"""Latency as a function of utilization, as a sweep states it."""

from dataclasses import dataclass

import numpy as np

from . import tables, words
from .errors import NothingToDraw
from .tables import Column

MEASURED_COLUMNS = (Column("utilization", 0), Column("latency_ms", 0))


@dataclass(frozen=True)
class Curve:
    """Latency in ms at utilizations from 0 to 1; above, only the linear curve of a service without backlog goes on rising."""

    kind: str
    at: object
    name: str
    goes_on: bool = False   # above a utilization of 1


def of_sweep(sweep, which):
    """A sweep's curve; None where it has none.

    @param which           "ttft" or "tpot"
    @throws NothingToDraw  the file of a measured one is gone
    """
    key = f"service.{which}"
    kind = sweep.get(f"{key}.curve", "none")
    if kind == "linear":
        base, slope = sweep.get(f"{key}.base_ms"), sweep.get(f"{key}.slope_ms")
        name = f"linear: {words.number(base)} ms at rest, {words.number(base + slope)} ms at full load"
        return Curve(kind, lambda rho: base + slope * rho, name, goes_on=not sweep.get("service.backlog", True))
    if kind == "erlang_c":
        return _erlang_c(sweep, key)
    if kind == "measured":
        path = sweep.beside(sweep.get(f"{key}.file"))
        if path is None:
            raise NothingToDraw(f"{sweep.get(f'{key}.file')}, the measured curve, is no longer there")
        table = tables.read(path, MEASURED_COLUMNS)
        return Curve(kind, lambda rho: np.interp(rho, table["utilization"], table["latency_ms"]), "measured, linear between its points")
    return None


def _erlang_c(sweep, key):
    """Mean wait of M/M/c on top of the base, at most half a tick."""
    base, slots, service = (sweep.get(f"{key}.{name}") for name in ("base_ms", "slots", "service_ms"))
    longest = 1000 * sweep.get("sweep.tick_seconds") / 2

    def at(rho):
        rho = np.minimum(np.asarray(rho, float), 1)
        blocking = np.ones_like(rho)
        for busy in range(1, int(slots) + 1):   # Erlang's B, by its recursion
            blocking = slots * rho * blocking / (busy + slots * rho * blocking)
        with np.errstate(divide="ignore", invalid="ignore"):
            wait = service * blocking / (1 - rho * (1 - blocking)) / (slots * (1 - rho))
        return base + np.minimum(np.where(rho < 1, wait, longest), longest)

    return Curve("erlang_c", at, f"Erlang C: {words.number(slots)} slots of {words.number(service)} ms, {words.number(base)} ms at rest")


def highest_within(curve, limit):
    """The largest utilization up to 1 whose latency is within a limit; None where even an idle fleet exceeds it."""
    if curve.at(0.0) > limit:
        return None
    low, high = 0.0, 1.0
    if curve.at(1.0) <= limit:
        return 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if curve.at(middle) <= limit else (low, middle)
    return low
