"""The hot kernels and the issue slots that each may take: what issue_slots_test.py measures.

To add a kernel: `issue_slots_test.py FILE --list` shows every kernel's loops, `--dump KERNEL` the code of its hottest ones.
Take a `marker` that stands a fixed number of times in each step, and nowhere else on the path.
"""
from dataclasses import dataclass

# What a loop does now and then at most: it writes to global memory, calls, computes in double precision, minds diverged threads, or
# says that it is seldom entered (FLEETCAST_SELDOM in cuda/model/function.cuh, a vote).
RARE = r"STG?\b|REDG?\b|ATOM|CALL|BRX|D(ADD|MUL|FMA|SETP)\b|WARPSYNC\.COLLECTIVE|VOTE"


@dataclass(frozen=True)
class KernelBudget:
    """A loop to be measured: in each kernel whose name holds `kernel`, the innermost loops in which `marker` stands most often.

    A block is rare if it holds a mnemonic that matches `rare` and is not guarded: what is guarded is issued at every turn. Of the paths
    that avoid rare blocks the longest one is judged; with `path="shortest"` the shortest of those that pass the most markers, for
    loops in which a block is rare though nothing in it tells so.
    """

    name: str
    kernel: str  # regular expression, searched in the demangled name
    marker: str  # regular expression, matched to mnemonics
    markers_per_step: float  # how often the marker stands in the code of a step (a request, or a cell's tick)
    slots: float | None  # issue slots per step that the path may take; None: measured, not judged
    path: str = "longest"
    rare: str = RARE
    stated: str | None = None  # constant of cuda/engine/issue_slots.hpp that states the figure




def walk(kind, boot_ticks, levels):
    """Name of a walk with several cells a thread: kind 0 is classic, 1 the whole model."""
    return rf"WalkType<\([\w:]*WalkKind\){kind}, {boot_ticks}, {levels}> *, {CELLS}>"


CELLS = 4  # walk_cells in cuda/engine/walk_body.cuh
# a walk reads a tick's demand once, for all cells of the thread
KERNELS = [
    # four requests an iteration, two look-ups each
    KernelBudget("request", r"SumTokens<unsigned short, 32", r"LDS\.U16", 2, 22, stated="request_slots"),
    KernelBudget("classic", walk(0, 0, 0), r"LDS\.128", 1 / CELLS, 16, stated="classic_step_slots"),
    *[KernelBudget(f"whole model, {boot} boot ticks", walk(1, boot, 0), r"LDS\.128", 1 / CELLS, 40 + 1.5 * (boot - 2)) for boot in (2, 3, 4, 5, 6)],
    *[KernelBudget(f"four levels, {boot} boot ticks", walk(1, boot, 4), r"LDS\.128", 1 / CELLS, 48 + 1.5 * (boot - 2), stated="whole_step_slots" if boot == 5 else None)
      for boot in (2, 3, 4, 5, 6)],
]
