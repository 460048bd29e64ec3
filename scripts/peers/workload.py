"""What everyone is asked to do: the traffic and the policies of `fleetcast bench`, in NumPy's terms.

Settings stand here as in host/commands/bench_sweeps.hpp and the defaults of host/config/sweep_config.hpp.
"""

from dataclasses import dataclass

import numpy as np

from .limits import Curve, memoryless_limits, waiting_limits

TICK_SECONDS = 60.0


@dataclass(frozen=True)
class Lengths:
    """Integer log-normal law of token counts, tails at `least` and `most`."""

    median: float
    sigma: float
    least: int
    most: int

    @property
    def mu(self):
        """Mean of the logarithm."""
        return float(np.log(self.median))


@dataclass(frozen=True)
class Traffic:
    """Requests: rate with its daily curve, drift and bursts; token lengths."""

    requests_per_minute: float = 1000.0
    daily_amplitude: float = 0.5
    daily_peak_hour: float = 15.0
    drift_log_sd: float = 0.35
    drift_half_life_minutes: float = 30.0
    burst_cv: float = 0.08
    ticks: int = 1440
    prompt: Lengths = Lengths(1020.0, 0.99, 1, 16384)
    completion: Lengths = Lengths(129.0, 0.86, 1, 4096)

    def expected(self):
        """Requests expected in each tick before drift and bursts."""
        hours = (np.arange(self.ticks) + 0.5) / 60.0
        return self.requests_per_minute * (1.0 + self.daily_amplitude * np.cos(2 * np.pi * (hours - self.daily_peak_hour) / 24.0))

    @property
    def persistence(self):
        """What is left of the drift after a tick."""
        return 2.0 ** (-1.0 / self.drift_half_life_minutes)

    @property
    def innovation(self):
        """Standard deviation of what a tick adds to the drift."""
        return float(np.sqrt(1.0 - self.persistence**2))


@dataclass(frozen=True)
class Job:
    """How much a peer does at a time: enough to keep what it runs on busy, little enough to take turns."""

    ticks: int = 1440
    days: int = 2  # drawn
    side: int = 64  # of the square of cells
    walked_days: int = 2


@dataclass(frozen=True)
class Policies:
    """Settings of every cell, each an array over cells, float32; whole numbers are exact in it."""

    up_at: np.ndarray
    down_at: np.ndarray
    least: np.ndarray
    most: np.ndarray
    step_up: np.ndarray
    step_down: np.ndarray
    cooldown_up: np.ndarray
    cooldown_down: np.ndarray
    load_limits: np.ndarray  # θ: [limit][cell], the promise first, then the latency levels
    backlog_limits: np.ndarray  # φ
    most_backlog_seconds: np.ndarray
    boot_ticks: int
    carries_backlog: bool
    per_replica: bool  # signal tokens_per_replica rather than tokens_per_minute
    prefill_seconds: float = 1 / 8000
    decode_seconds: float = 1 / 1200

    @property
    def cells(self):
        """Number of cells."""
        return len(self.up_at)

    def work(self, prompt, completion):
        """Replica-seconds of tokens."""
        return (prompt * np.float32(self.prefill_seconds) + completion * np.float32(self.decode_seconds)).astype(np.float32)


def _policies(side, cooldowns, curve, levels, waiting, **rest):
    up, down = np.meshgrid(np.linspace(120000, 300000, side), np.linspace(40000, 119000, side), indexing="ij")
    cells = side * side
    column = lambda value: np.full(cells, value, np.float32)
    limit = waiting_limits if waiting else memoryless_limits
    limits = [limit(curve, ms, TICK_SECONDS) for ms in (500.0, *levels)]
    return Policies(
        up_at=up.ravel().astype(np.float32), down_at=down.ravel().astype(np.float32), least=column(1), most=column(64),
        step_up=column(1), step_down=column(1), cooldown_up=column(cooldowns[0]), cooldown_down=column(cooldowns[1]),
        load_limits=np.stack([column(load) for load, _ in limits]), backlog_limits=np.stack([column(backlog) for _, backlog in limits]),
        most_backlog_seconds=column(30), carries_backlog=waiting, **rest)


def whole_model(side=64):
    """The whole model: backlog, four latency levels, five boot ticks, cooldowns; side² cells."""
    curve = Curve(base_ms=220.0, slots=32, service_ms=4000.0)
    return _policies(side, (1, 5), curve, (250.0, 500.0, 1000.0, 5000.0), True, boot_ticks=5, per_replica=True)


def classic(side=64):
    """Memoryless, instant, no cooldown, no levels; side² cells."""
    return _policies(side, (0, 0), Curve(base_ms=100.0, slope_ms=700.0), (), False, boot_ticks=0, per_replica=False)
