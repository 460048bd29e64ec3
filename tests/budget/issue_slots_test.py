"""Issue slots per request and per policy step in the sm_90 code of the hot kernels, against the budgets in kernels.py.

    issue_slots_test.py FILE                   judge; FILE is an object, library or executable
    issue_slots_test.py FILE --list [KERNEL]   the loops of every kernel (whose name holds the regular expression KERNEL)
    issue_slots_test.py FILE --dump KERNEL     the code of the loops that are judged, with its pipes; the largest loop of others

A loop's slots are the instructions that a warp issues in one iteration. They are counted three ways: on the shortest path from
the header back to it, on the longest, and on the one that is judged, which avoids rare blocks (kernels.py has the rule). Rare
blocks are listed, so that none hides in the dark.

Exits with 77 where there is no disassembler or no CUDA code.
"""
import argparse
import re
import sys

from kernels import KERNELS, KernelBudget
from sass import SOURCE, cycles, pipe, pipe_mix, read_kernels, spills

SKIPPED = 77


class Measure:
    """A loop's paths; without a budget, with the usual rare blocks."""

    def __init__(self, loop, budget=KernelBudget("", "", "(?!)", 1, None)):
        self.loop = loop
        self.is_rare = lambda block: any(re.match(budget.rare, i.mnemonic) and not i.guarded for i in block.instructions)
        self.rare_blocks = [block for address in sorted(loop.blocks) if self.is_rare(block := loop.function.blocks[address])]
        self.shortest, self.longest = loop.shortest_path(), loop.longest_path()
        count = lambda block: sum(re.match(budget.marker, i.mnemonic) is not None for i in block.instructions)
        worth = (lambda block: (count(block), -len(block))) if budget.path == "shortest" else (lambda block: (len(block),))
        self.judged = loop.path(worth, lambda block: not self.is_rare(block)) or []
        self.instructions = [i for block in self.judged for i in block.instructions]
        self.markers = sum(map(count, self.judged))

    def slots(self, steps=1):
        """Issue slots per step on each path, in words."""
        lengths = [sum(map(len, path)) / steps for path in (self.shortest, self.judged, self.longest)]
        return "slots {:.4g} on the shortest path, {:.4g} without rare blocks, {:.4g} on the longest".format(*lengths)


def short(name):
    """A kernel's name without its parameters, and not longer than a line."""
    name = re.sub(r"\((int|unsigned int|[\w:]*WalkKind)\)|[\w]+::", "", name.removeprefix("void "))
    name = re.sub(r"\(.*", "", name)
    return name if len(name) <= 120 else name[:117] + "…"


def hot_loops(function, budget):
    """Measures of the innermost loops in which the marker stands most often, the most costly first.

    Loops that pass a rare block at every turn have no path to judge; they are named.
    """
    holding = [l for l in function.loops if any(re.match(budget.marker, i.mnemonic) for i in l.instructions())]
    measures = [Measure(l, budget) for l in holding if not any(child in holding for child in l.children)]
    without = [f"{m.loop.header:#x}" for m in measures if not m.judged]
    if without:
        print(f"{budget.name}: not judged, for a rare block stands on every path of the loops at {', '.join(without)}")
    most = max((m.markers for m in measures), default=0)
    return sorted((m for m in measures if m.markers == most > 0), key=lambda m: -len(m.instructions))


def stated_slots():
    """The figures that the program itself reckons with."""
    text = (SOURCE / "cuda/engine/issue_slots.hpp").read_text()
    return {name: float(slots) for name, slots in re.findall(r"constexpr double (\w+) = ([\d.]+);", text)}


def judge(budget, function):
    """Prints a kernel's figures; returns complaints."""
    measures = hot_loops(function, budget)
    if not measures:
        return [f"{budget.name}: {short(function.name)} has no loop with {budget.marker} outside rare blocks (kernels.py)"]
    worst = measures[0]
    steps = worst.markers / budget.markers_per_step
    per_step = len(worst.instructions) / steps
    verdict = "measured only" if budget.slots is None else f"budget {budget.slots:g}"
    mix = pipe_mix(worst.instructions)
    print(f"{budget.name}: {per_step:.2f} slots per step ({verdict}) in {short(function.name)}")
    print(f"  loop at {worst.loop.header:#x}, the worst of {len(measures)}, {steps:g} steps an iteration")
    print(f"  per step: {worst.slots(steps)}")
    print("  per step: " + ", ".join(f"{name} {n / steps:.2f}" for name, n in mix.items()))
    print("  cycles of a warp's step, at least: " + ", ".join(f"{n} {c / steps:.2f}" for n, c in cycles(mix).items() if c))
    if worst.rare_blocks:
        print("  rare blocks: " + ", ".join(f"{len(b)} at {b.address:#x}" for b in worst.rare_blocks))
    wrong = []
    if steps != int(steps):
        wrong.append(f"{budget.name}: {budget.marker} stands {worst.markers} times, which is not {budget.markers_per_step:g} a step, "
                     f"in {short(function.name)}")
    if budget.slots is not None and per_step > budget.slots:
        wrong.append(f"{budget.name}: {per_step:.2f} slots per step exceed the budget of {budget.slots:g} in {short(function.name)}")
    if budget.stated and abs(stated_slots()[budget.stated] - per_step) > 0.01 * per_step:
        wrong.append(f"{budget.name}: {per_step:.2f} slots per step, but cuda/engine/issue_slots.hpp states {budget.stated} = "
                     f"{stated_slots()[budget.stated]:g}; put it right there")
    if spilled := len(spills(worst.instructions)):
        wrong.append(f"{budget.name}: {spilled} loads and stores of local memory on the path in {short(function.name)}")
    return wrong


def mix_text(mix):
    return ", ".join(f"{name} {count}" for name, count in mix.items())


def list_loops(functions):
    for function in functions:
        print(f"{short(function.name)}: {len(function.instructions())} instructions")
        for loop in function.loops:
            measure = Measure(loop)
            print("  " * (1 + loop.depth()) + f"{loop.header:#x}: {len(loop.blocks)} blocks, {len(measure.rare_blocks)} of them rare, "
                  f"{len(loop.instructions())} instructions; {measure.slots()}; {mix_text(pipe_mix(measure.instructions))}")
        unknown = sorted({i.mnemonic for i in function.instructions() if pipe(i) == "other"})
        if unknown:
            print(f"  of unknown pipe: {', '.join(unknown)}")


def dump(functions):
    """Code of the judged loops, or of a kernel's largest innermost loop: `*` stands on the judged path, `r` in a rare block."""
    for function in functions:
        measures = [m for b in KERNELS if re.search(b.kernel, function.name) for m in hot_loops(function, b)[:1]]
        innermost = [l for l in function.loops if not l.children]
        if not measures and innermost:
            measures = [Measure(max(innermost, key=lambda l: len(l.instructions())))]
        for measure in measures:
            print(f"{short(function.name)}, loop at {measure.loop.header:#x}; {measure.slots()}")
            for address in sorted(measure.loop.blocks):
                block = function.blocks[address]
                mark = "r" if measure.is_rare(block) else "*" if block in measure.judged else " "
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
            complaints += [line for function in functions for line in judge(budget, function)]
            if not functions:
                complaints.append(f"{budget.name}: no kernel's name holds {budget.kernel} (kernels.py)")
        return "\n".join(complaints)
    return 0


if __name__ == "__main__":
    sys.exit(main() or 0)
