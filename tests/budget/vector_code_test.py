"""The hot loops of the CPU kernels came out packed, in registers of the full width of their instruction set.

    vector_code_test.py BASELINE.o AVX2.o AVX512.o

In every innermost loop that does enough arithmetic of a kind to be a hot one, the share of scalar instructions among it is bounded.
A loop over lanes that the compiler did not vectorise has a share near 1.
"""
import re
import sys
from dataclasses import dataclass

from x86 import ARITHMETIC, count, read_functions


@dataclass(frozen=True)
class Arithmetic:
    """What to look for in the functions whose mangled names hold `function`."""

    name: str
    function: str
    packed: str
    scalar: str
    enough: int  # instructions, packed and scalar, of a loop that is to be judged
    share: float  # of scalar ones among them, at most


KINDS = [
    # Philox multiplies twice a round; a multiplication or two find an address
    Arithmetic("token lengths' Philox", r"sum_blocks", r"v?pmuludq", r"i?mul[lq]?|mulx[lq]?", 16, 0.15),
    Arithmetic("arrivals' Philox", r"draw_arrivals", r"v?pmuludq", r"i?mul[lq]?|mulx[lq]?", 16, 0.15),
    Arithmetic("arrivals' doubles", r"draw_arrivals", ARITHMETIC + "pd", ARITHMETIC + "sd", 40, 0.1),
    # singles alone: doubles are rare and lane by lane, when work is shed; a tick's work and signal are added before they are spread
    Arithmetic("policy steps", r"walk", ARITHMETIC + "ps", ARITHMETIC + "ss", 8, 0.2),
]


def judged_loops(function, kind, register):
    """(scalar share, scalar, packed, loop) of the innermost loops with enough arithmetic of a kind."""
    judged = []
    for loop in sorted(function.loops, key=lambda l: len(l.blocks)):  # inner ones first
        packed = count(loop.instructions(), kind.packed, register)
        scalar = count(loop.instructions(), kind.scalar)
        if packed + scalar >= kind.enough and not any(inner.blocks < loop.blocks for *_, inner in judged):
            judged.append((scalar / (packed + scalar), scalar, packed, loop))
    return judged


def complaints(functions, register):
    """What is wrong with an object's loops; prints the highest share of each kind."""
    wrong = []
    for kind in KINDS:
        loops = [found for name, f in functions.items() if re.search(kind.function, name) for found in judged_loops(f, kind, register)]
        if not loops:
            print(f"{register}: {kind.name}: no loops")
            wrong.append(f"{kind.name}: no loop in {register} registers in functions named {kind.function}")
            continue
        share, scalar, packed, loop = max(loops, key=lambda found: found[0])
        print(f"{register}: {kind.name}: {len(loops)} loops, at most {share:.0%} scalar")
        if share > kind.share:
            wrong.append(f"{kind.name}: {scalar} scalar instructions, {packed} packed ones in {register} registers, "
                         f"in the loop at {loop.header:#x} of {loop.function.name}")
    return wrong


def main():
    objects = dict(zip(("xmm", "ymm", "zmm"), map(read_functions, sys.argv[1:4]), strict=True))
    wrong = [line for register, functions in objects.items() for line in complaints(functions, register)]
    print("the narrowest, taken for the widest:")
    if len(complaints(objects["xmm"], "zmm")) < len(KINDS):
        wrong.append("the baseline object passes for one with zmm registers: this test sees nothing")
    return "\n".join(wrong) or 0


if __name__ == "__main__":
    sys.exit(main())
