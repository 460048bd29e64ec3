"""The work in JAX: compiled by XLA, for a CPU or, where JAX has one, a GPU."""

from dataclasses import dataclass
from functools import lru_cache, partial

import jax
import jax.numpy as jnp
import numpy as np

from .numpy_tuned_peer import batches
from .workload import TICK_SECONDS, Job


@dataclass(frozen=True)
class Batches:
    """What is compiled for one call: the requests drawn in it, the ticks they may be spread over, the realizations walked in it."""

    requests: int
    ticks: int
    realizations: int


ON_CPU = Batches(1 << 18, 1 << 10, 1)  # the cache holds them
ON_GPU = Batches(1 << 25, 1 << 17, 256)  # they keep it busy


class Peer:
    """JAX on the cores it is allowed to run on, or on a GPU."""

    def __init__(self, _):
        gpu = jax.default_backend() == "gpu"
        self.batches = ON_GPU if gpu else ON_CPU
        self.job = Job(days=1024, walked_days=256) if gpu else Job()

    def draw(self, traffic, realizations, seed):
        """Requests, prompt and completion tokens, each [realization, tick], of `realizations` days."""
        size, most_ticks = self.batches.requests, self.batches.ticks
        counts = np.asarray(_arrivals(jax.random.key(seed, impl="threefry2x32"), jnp.float32(traffic.expected()), realizations,
                                      traffic.drift_log_sd, traffic.persistence, traffic.innovation, traffic.burst_cv))
        flat = counts.ravel()
        sums = np.empty((2, flat.size), np.float32)
        key = jax.random.key(seed, impl="rbg")
        laws = jnp.array([[law.mu, law.sigma, law.least, law.most] for law in (traffic.prompt, traffic.completion)], jnp.float32)
        for number, (first, last) in enumerate(batches(flat, size, most_ticks)):
            padded = np.zeros(most_ticks + 1, np.int32)
            padded[:last - first] = flat[first:last]
            padded[-1] = size - padded.sum()
            sums[:, first:last] = np.asarray(_sum_lengths(jax.random.fold_in(key, number), padded, laws, size))[:, :last - first]
        return counts, *sums.reshape(2, *counts.shape)

    def walk(self, policies, requests, prompt, completion):
        """Ledger of every cell, summed over realizations: {entry: [cell]} and, as "squares", the sums of squares."""
        work = policies.work(prompt, completion)
        demand = np.stack([requests, work, prompt + completion], axis=-1).astype(np.float32)
        run = compiled_walk(len(policies.load_limits), policies.boot_ticks, policies.carries_backlog, policies.per_replica)
        settings = {name: jnp.asarray(getattr(policies, name)) for name in (
            "up_at", "down_at", "least", "most", "step_up", "step_down", "cooldown_up", "cooldown_down", "load_limits", "backlog_limits",
            "most_backlog_seconds")}
        sums, squares = {}, {}
        for first in range(0, len(demand), self.batches.realizations):
            for entry, values in run(settings, demand[first:first + self.batches.realizations]).items():
                with jax.enable_x64(True):  # on the device, where the ledgers are
                    total, of_squares = _sums(values)
                sums[entry] = sums.get(entry, 0.0) + np.asarray(total)
                squares[entry] = squares.get(entry, 0.0) + np.asarray(of_squares)
        return {**sums, "squares": squares}


@jax.jit
def _sums(values):
    """Sums over realizations of a ledger's entry and of its squares."""
    values = values.astype(jnp.float64)
    return values.sum(axis=0), (values * values).sum(axis=0)


@partial(jax.jit, static_argnames="realizations")
def _arrivals(key, expected, realizations, log_sd, persistence, innovation, burst_cv):
    """Poisson counts [realization, tick] under drift and bursts. JAX draws Poisson from threefry keys alone."""
    drift_key, burst_key, count_key = jax.random.split(key, 3)
    innovations = jax.random.normal(drift_key, (len(expected), realizations))

    def step(z, e):
        z = persistence * z + innovation * e
        return z, z

    _, rest = jax.lax.scan(step, innovations[0], innovations[1:])
    drift = jnp.exp(log_sd * jnp.concatenate([innovations[:1], rest]) - 0.5 * log_sd * log_sd)
    shape = burst_cv**-2.0
    bursts = jnp.where(burst_cv > 0, jax.random.gamma(burst_key, jnp.where(burst_cv > 0, shape, 1.0), drift.shape) / shape, 1.0)
    return jax.random.poisson(count_key, expected[:, None] * drift * bursts).T


@partial(jax.jit, static_argnames="size")
def _sum_lengths(key, counts, laws, size):
    """Sums of `size` log-normal lengths, rounded and clipped: [law, tick]; the last of `counts` fills the batch up."""
    ticks = jnp.repeat(jnp.arange(len(counts)), counts, total_repeat_length=size)
    sums = []
    for (mu, sigma, least, most), law_key in zip(laws, jax.random.split(key)):
        lengths = jnp.clip(jnp.rint(jnp.exp(mu + sigma * jax.random.normal(law_key, (size,)))), least, most)
        sums.append(jax.ops.segment_sum(lengths, ticks, len(counts), indices_are_sorted=True))
    return jnp.stack(sums)


@lru_cache(None)
def compiled_walk(limits, boot_ticks, carries_backlog, per_replica):
    """Realizations under all cells: (settings, demand [realization, tick, (requests, work, tokens)]) → ledger [realization, …, cell]."""

    def step(p, state, demand):
        now, (requests, work, tokens) = demand
        fleet, e = state
        wanted, before = fleet["wanted"], fleet["backlog"]
        ready = wanted
        if boot_ticks:
            ready = jnp.minimum(fleet["minima"][-1], wanted)
            fleet = {**fleet, "minima": jnp.concatenate([wanted[None], jnp.minimum(fleet["minima"][:-1], wanted)])}
        load = work + before
        exceeds = load > ready * p["load_limits"]
        shed = 0.0
        if carries_backlog:
            over = jnp.maximum(load - ready * TICK_SECONDS, 0.0)
            backlog = jnp.minimum(over, ready * p["most_backlog_seconds"])
            shed = over - backlog
            exceeds = exceeds | (before > ready * p["backlog_limits"]) | (shed > 0)
            fleet = {**fleet, "backlog": backlog}
        violated = exceeds[0] & (requests > 0)
        run = jnp.where(violated, fleet["run"] + 1, 0.0)
        scale = wanted if per_replica else 1.0
        up = (tokens > p["up_at"] * scale) & (now >= fleet["up_from"])
        down = (tokens < p["down_at"] * scale) & (now >= fleet["down_from"])
        moved = jnp.where(up, wanted + p["step_up"], jnp.where(down, wanted - p["step_down"], wanted))
        moved = jnp.clip(moved, p["least"], p["most"])
        rose, fell = moved > wanted, moved < wanted
        fleet = {**fleet, "wanted": moved, "run": run, "up_from": jnp.where(rose, now + p["cooldown_up"], fleet["up_from"]),
                 "down_from": jnp.where(rose | fell, now + p["cooldown_down"], fleet["down_from"])}
        ledger = {
            "billed_replica_ticks": e["billed_replica_ticks"] + wanted, "violated_ticks": e["violated_ticks"] + violated,
            "violated_requests": e["violated_requests"] + violated * requests, "scale_ups": e["scale_ups"] + rose,
            "scale_downs": e["scale_downs"] + fell, "peak_replicas": jnp.maximum(e["peak_replicas"], wanted),
            "ticks_at_max": e["ticks_at_max"] + (wanted == p["most"]), "longest_violated_ticks": jnp.maximum(e["longest_violated_ticks"], run),
            "shed_seconds": e["shed_seconds"] + shed, "above": e["above"] + exceeds[1:]}
        return (fleet, ledger), None

    @jax.jit
    @partial(jax.vmap, in_axes=(None, 0))
    def walk(settings, demand):
        zero = jnp.zeros_like(settings["least"])
        fleet = {"wanted": settings["least"], "backlog": zero, "run": zero, "up_from": zero, "down_from": zero,
                 "minima": jnp.broadcast_to(settings["least"], (boot_ticks, zero.size))}
        entries = ("billed_replica_ticks", "violated_ticks", "violated_requests", "scale_ups", "scale_downs", "peak_replicas", "ticks_at_max",
                   "longest_violated_ticks", "shed_seconds")
        ledger = {**dict.fromkeys(entries, zero), "above": jnp.zeros((limits - 1, zero.size))}
        now = jnp.arange(len(demand), dtype=jnp.float32)
        (fleet, ledger), _ = jax.lax.scan(partial(step, settings), (fleet, ledger), (now, tuple(demand.T)))
        return {**ledger, "served_seconds": demand[:, 1].sum() - fleet["backlog"] - ledger["shed_seconds"]}

    return walk
