"""Latency limits in the inner loop's terms: the largest load θ and backlog φ per replica that keep one."""

from dataclasses import dataclass

NEVER = 3.4e38  # no load exceeds it


@dataclass(frozen=True)
class Curve:
    """Time to first token in ms at utilization ρ: linear where it has a slope, Erlang C otherwise."""

    base_ms: float
    slope_ms: float = 0.0
    slots: int = 1
    service_ms: float = 0.0
    longest_wait_ms: float = 30000.0

    def at(self, rho):
        """Milliseconds at ρ."""
        if self.slope_ms:
            return self.base_ms + self.slope_ms * rho
        return self.base_ms + min(self._wait(min(rho, 1.0)), self.longest_wait_ms)

    def _wait(self, rho):
        if rho >= 1.0:
            return self.longest_wait_ms
        offered, blocking = self.slots * rho, 1.0
        for k in range(1, self.slots + 1):
            blocking = offered * blocking / (k + offered * blocking)
        return self.service_ms * blocking / (1.0 - rho * (1.0 - blocking)) / (self.slots * (1.0 - rho))


def memoryless_limits(curve, limit_ms, tick_seconds):
    """θ and φ of a linear curve without backlog."""
    return tick_seconds * (limit_ms - curve.base_ms) / curve.slope_ms, NEVER


def waiting_limits(curve, limit_ms, tick_seconds, most_backlog_seconds=30.0):
    """θ and φ with backlog, whose drain time adds to the curve."""
    spare = max(0.0, limit_ms - curve.at(1.0)) / 1000.0
    if curve.at(1.0) <= limit_ms:
        return (tick_seconds + spare if spare < most_backlog_seconds else NEVER), spare
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if curve.at(middle) <= limit_ms else (low, middle)
    return tick_seconds * low, spare
