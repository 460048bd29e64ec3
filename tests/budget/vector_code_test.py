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
    Arithmetic("token lengths' Philox", r"draw_tokens", r"v?pmuludq", r"i?mul[lq]?|mulx[lq]?", 16, 0.15),
    Arithmetic("arrivals' Philox", r"draw_arrivals", r"v?pmuludq", r"i?mul[lq]?|mulx[lq]?", 16, 0.15),
    Arithmetic("arrivals' doubles", r"draw_arrivals", ARITHMETIC + "pd", ARITHMETIC + "sd", 40, 0.1),
    # singles alone: doubles are rare and lane by lane, when work is shed; a tick's work and signal are added before they are spread
    Arithmetic("policy steps", r"walk", ARITHMETIC + "ps", ARITHMETIC + "ss", 15, 0.2),
]


def complaints(functions, register):
    """What is wrong with an object's loops; prints the highest share of each kind."""
    wrong = []
    for kind in KINDS:
        shares = []
        for function in (f for name, f in functions.items() if re.search(kind.function, name)):
            judged = []
            for loop in sorted(function.loops, key=lambda l: len(l.blocks)):  # inner ones first
                packed = count(loop.instructions(), kind.packed, register)
                scalar = count(loop.instructions(), kind.scalar)
                if packed + scalar >= kind.enough and not any(inner.blocks < loop.blocks for inner in judged):
                    judged.append(loop)
                    shares.append(scalar / (packed + scalar))
                    if shares[-1] > kind.share:
                        wrong.append(f"{kind.name}: {scalar} scalar, {packed} packed in {register} in the loop at {loop.header:#x} of {function.name}")
        print(f"{register}: {kind.name}: {len(shares)} loops" + (f", at most {max(shares):.0%} scalar" if shares else ""))
        if not shares:
            wrong.append(f"{kind.name}: no loop in {register} registers in functions named {kind.function}")
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
