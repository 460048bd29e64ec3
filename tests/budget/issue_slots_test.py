"""Issue slots per request and per policy step in the sm_90 code of the hot kernels, against the budgets in kernels.py.

    issue_slots_test.py FILE                   judge; FILE is an object, library or executable
    issue_slots_test.py FILE --list [KERNEL]   the loops of every kernel (whose name holds the regular expression KERNEL)
    issue_slots_test.py FILE --dump KERNEL     the code of the loops that are judged, with its pipes; the largest loop of others

A loop's slots are the instructions that a warp issues in one iteration. They are counted three ways: on the shortest path from
the header back to it, on the longest, and on the longest that avoids rare blocks (those that hold what kernels.py calls rare).
The last is the one that is judged; rare blocks are listed, so that none hides in the dark.

Exits with 77 where there is no disassembler or no CUDA code.
"""
import argparse
import re
import sys

from kernels import KERNELS, RARE
from sass import cycles, pipe, pipe_mix, read_kernels, spills

SKIPPED = 77


class Measure:
    """Slots of one iteration of a loop."""

    def __init__(self, loop, rare):
        self.loop = loop
        self.is_rare = lambda block: any(re.match(rare, i.mnemonic) for i in block.instructions)
        self.shortest, self.longest = loop.path(min), loop.path(max)
        self.hot = loop.path(max, lambda block: not self.is_rare(block))
        self.rare_blocks = [block for address in sorted(loop.blocks) if self.is_rare(block := loop.function.blocks[address])]

    def hot_instructions(self):
        return instructions_of(self.hot or [])

    def markers(self, marker):
        return sum(re.match(marker, i.mnemonic) is not None for i in self.hot_instructions())

    def slots(self):
        return f"slots {slots_of(self.shortest)} shortest, {slots_of(self.hot)} without rare blocks, {slots_of(self.longest)} longest"


def instructions_of(path):
    return [i for block in path for i in block.instructions]


def slots_of(path):
    return "–" if path is None else len(instructions_of(path))


def short(name):
    """A kernel's name without its parameters, and not longer than a line."""
    name = re.sub(r"\(.*", "", name.removeprefix("void "))
    return name if len(name) <= 120 else name[:117] + "…"


def hot_loops(function, budget):
    """Measures of the innermost loops in which the marker stands most often."""
    holding = [l for l in function.loops if any(re.match(budget.marker, i.mnemonic) for i in l.instructions())]
    innermost = [l for l in holding if not any(child in holding for child in l.children)]
    measures = [Measure(loop, budget.rare) for loop in innermost]
    most = max((m.markers(budget.marker) for m in measures), default=0)
    return [m for m in measures if m.markers(budget.marker) == most]


def judge(budget, functions):
    """Prints a kernel's figures; returns complaints."""
    complaints = []
    for function in functions:
        measures = hot_loops(function, budget)
        steps = measures[0].markers(budget.marker) / budget.markers_per_step if measures else 0
        if steps == 0:
            complaints.append(f"{budget.name}: {short(function.name)} has no loop with {budget.marker} outside rare blocks (kernels.py)")
            continue
        worst = max(measures, key=lambda m: len(m.hot_instructions()))
        hot = worst.hot_instructions()
        per_step = len(hot) / steps
        verdict = "measured only" if budget.slots is None else f"budget {budget.slots:g}"
        print(f"{budget.name}: {per_step:.2f} slots per step ({verdict}) in {short(function.name)}")
        print(f"  loop at {worst.loop.header:#x}, the worst of {len(measures)}, {steps:g} steps an iteration; {worst.slots()}")
        print(f"  pipes: {mix_text(pipe_mix(hot))}")
        print("  cycles of a warp's step, at least: " + ", ".join(f"{n} {c / steps:.1f}" for n, c in cycles(pipe_mix(hot)).items() if c))
        if worst.rare_blocks:
            print("  rare blocks: " + ", ".join(f"{len(b)} at {b.address:#x}" for b in worst.rare_blocks))
        if budget.slots is not None and per_step > budget.slots:
            complaints.append(f"{budget.name}: {per_step:.2f} slots per step exceed the budget of {budget.slots:g} in {short(function.name)}")
        spilled = len(spills(hot))
        if spilled:
            complaints.append(f"{budget.name}: {spilled} loads and stores of local memory on the path in {short(function.name)}")
    return complaints


def mix_text(mix):
    return ", ".join(f"{name} {count}" for name, count in mix.items())


def list_loops(functions):
    for function in functions:
        print(f"{short(function.name)}: {len(function.instructions())} instructions")
        for loop in function.loops:
            measure = Measure(loop, RARE)
            indent = "  " * (1 + loop.depth())
            print(f"{indent}{loop.header:#x}: {len(loop.blocks)} blocks, {len(loop.instructions())} instructions, "
                  f"{len(measure.rare_blocks)} blocks rare; {measure.slots()}; {mix_text(pipe_mix(measure.hot_instructions()))}")
        unknown = sorted({i.mnemonic for i in function.instructions() if pipe(i) == "other"})
        if unknown:
            print(f"  of unknown pipe: {', '.join(unknown)}")


def dump(functions):
    """Code of the judged loops, or of a kernel's largest innermost loop: `*` stands on the path, `r` in a rare block."""
    for function in functions:
        measures = [m for b in KERNELS if re.search(b.kernel, function.name) for m in hot_loops(function, b)[:1]]
        innermost = [l for l in function.loops if not l.children]
        if not measures and innermost:
            measures = [Measure(max(innermost, key=lambda l: len(l.instructions())), RARE)]
        for measure in measures:
            print(f"{short(function.name)}, loop at {measure.loop.header:#x}; {measure.slots()}")
            for address in sorted(measure.loop.blocks):
                block = function.blocks[address]
                mark = "r" if measure.is_rare(block) else "*" if block in (measure.hot or []) else " "
                print(f"  block {address:#x} of {len(block)}, then {', '.join(f'{s:#x}' for s in block.successors) or 'leaves'}")
                for i in block.instructions:
                    print(f"{mark} {i.address:6x}  {pipe(i):8}  {i.text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", help="object, library or executable with sm_90 code")
    parser.add_argument("--list", nargs="?", const="^(void )?fleetcast::", metavar="KERNEL", help="list loops (of fleetcast's own kernels)")
    parser.add_argument("--dump", metavar="KERNEL", help="print the code of hot loops")
    options = parser.parse_args()
    try:
        kernels = read_kernels(options.file)
    except FileNotFoundError as reason:
        print(f"skipped: {reason}")
        return SKIPPED
    named = lambda expression: [f for name, f in kernels.items() if re.search(expression, name)]
    if options.list:
        list_loops(named(options.list))
    elif options.dump:
        dump(named(options.dump))
    else:
        complaints = []
        for budget in KERNELS:
            functions = named(budget.kernel)
            complaints += judge(budget, functions) if functions else [f"{budget.name}: no kernel's name holds {budget.kernel} (kernels.py)"]
        return "\n".join(complaints)
    return 0


if __name__ == "__main__":
    sys.exit(main() or 0)
