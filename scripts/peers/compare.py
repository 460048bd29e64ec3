"""Peers and fleetcast by turns on one device: rates, and whether they compute the same."""

import os
import sys

from . import agreement as means
from . import gates, measure, needs
from .curand_program import CurandProcess

# by device: module of the peer, cores it runs on or is fed from (None: all)
PEERS = {"cpu": (("python", 1), ("numpy", 1), ("numpy_tuned", 1), ("numba", 1), ("numba", 2), ("jax", 1)),
         "cuda": (("cupy", None), ("jax", None), ("curand", None))}
REFERENCE = "python"  # whose ledgers the others have to equal
NAMES = {"python": "Python, pandas", "numpy": "NumPy", "numpy_tuned": "NumPy, tuned", "numba": "Numba", "jax": "JAX", "cupy": "CuPy",
         "curand": "cuRAND, Thrust"}
WORKS = {"requests": "requests drawn and summed", "whole model": "steps, whole model, 4 levels", "classic": "steps, classic"}
OUR_REALIZATIONS = 4000


def compare(device, pairs, seconds, quick):
    """All peers of a device: (rows of rates, rows of agreement). Says which are left out, and why."""
    rows, agreements, checked, reference = [], [], set(), None
    for module, count in PEERS[device]:
        where = "GPU" if device == "cuda" else "1 core" if count == 1 else f"{count} cores"
        on = sorted(os.sched_getaffinity(0)) if count is None else measure.cores(count)
        missing = needs.missing(module, device) if on else "there are fewer"
        if missing:
            tell(f"{NAMES[module]}, {where}, left out: {missing}")
            continue
        tell(f"{NAMES[module]}, {where}")
        reference = reference or reference_ledgers()
        with CurandProcess() if module == "curand" else measure.PeerProcess(module, device, on) as peer:
            if module not in checked:
                agreements += agreement(module, peer, device, quick, reference)
            checked.add(module)
            rows += measured(module, peer, device, on, pairs, seconds)
    order = list(WORKS)
    return sorted(rows, key=lambda row: order.index(row["work"])), agreements


def reference_ledgers():
    """What the plain loop makes of demand that is the same for all peers: {work: ledger}."""
    with measure.PeerProcess(REFERENCE, "cpu", measure.cores(1)) as peer:
        return {work: ledger(peer, work) for work in means.SETTINGS}


def ledger(peer, work):
    """A peer's ledger on that demand."""
    return peer.ask("ledger", work=work, realizations=means.LEDGER_REALIZATIONS, ticks=means.TICKS, side=means.SIDE)


def agreement(module, peer, device, quick, reference):
    """How far the peer's means are from fleetcast's, and its ledgers from `reference`, by work: realizations are fewer where a peer is
    slow. A peer that only draws is held to the traffic's totals.
    """
    realizations = (16 if quick else 32) if module == REFERENCE else (64 if quick else 256)
    found = []
    for work in means.SETTINGS if module != "curand" else ["requests"]:
        ours = means.our_means(work if work in means.SETTINGS else "classic", OUR_REALIZATIONS, device)
        theirs = peer.ask("sums", work=work, realizations=realizations, ticks=means.TICKS, side=means.SIDE)
        if work == "requests":
            ours = {name: ours[name] for name in means.TOTALS}
        largest, compared = means.distance(ours, theirs, OUR_REALIZATIONS, realizations)
        differing, entries = (0, 0) if work == "requests" or module == REFERENCE else means.differing(reference[work], ledger(peer, work))
        found.append({"peer": NAMES[module], "work": work, "means": compared, "realizations": realizations,
                      "largest_difference_standard_errors": largest, "limit": means.LIMIT, "ledger_entries": entries,
                      "ledger_entries_differing": differing})
    return found


def measured(module, peer, device, on, pairs, seconds):
    """Rates of both by turns: [{work, peer, cores, ours, theirs, ratio, …}]; on a GPU without gates and cores."""
    works = ["requests"] if module == "curand" else list(WORKS)
    ours, theirs = ([] for _ in range(2))
    for work in works:
        peer.ask("rate", work=work, seconds=0)
    for _ in range(pairs):
        ours.append(measure.our_rates(device, on, seconds))
        theirs.append({work: peer.ask("rate", work=work, seconds=seconds) for work in works})
    rows = []
    for work in works:
        ratios = [our[work] / their[work] for our, their in zip(ours, theirs)]
        asked = gates.gate(work, module, len(on)) if device == "cpu" else gates.Gate()
        rows.append({"work": work, "peer": NAMES[module], **({"cores": len(on)} if device == "cpu" else {}),
                     "fleetcast_per_second": measure.median(our[work] for our in ours),
                     "peer_per_second": measure.median(their[work] for their in theirs), "ratio": measure.median(ratios), "least_ratio": min(ratios),
                     "greatest_ratio": max(ratios), "gate": asked.least, "goal": asked.goal})
    return rows


def tell(text):
    """A line for the person who waits."""
    print(f"scripts/compare-peers: {text}", file=sys.stderr, flush=True)
