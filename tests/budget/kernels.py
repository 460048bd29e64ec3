"""The hot kernels and the issue slots that each may take: what issue_slots_test.py measures.

To add a kernel: `issue_slots_test.py FILE --list` shows every kernel's loops, `--dump KERNEL` the code of its hottest ones.
Take a `marker` that stands a fixed number of times in each step, and nowhere else on the path.
"""
from dataclasses import dataclass

# What a loop does now and then at most: it writes to global memory, calls, computes in double precision, minds diverged threads.
RARE = r"STG?\b|REDG?\b|ATOM|CALL|BRX|D(ADD|MUL|FMA|SETP)\b|WARPSYNC\.COLLECTIVE"


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


KERNELS = [
    # four requests an iteration, prompt and completion of each looked up in either of two ways
    KernelBudget("request", r"SumTokens", r"LD\.E$", 4, None),
    # one kernel for all pipelines and levels, one cell a thread; with a backlog, without utilization
    KernelBudget("step", r"WalkPolicies", r"FMNMX", 1, None),
]
