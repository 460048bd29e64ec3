"""Loops of disassembled code: basic blocks, natural loops, and the instructions on the paths through one iteration.

A disassembler's reader (sass.py, x86.py) makes a list of Instructions; what is here knows nothing of any instruction set.
"""
import functools
import operator
from dataclasses import dataclass


@dataclass(frozen=True)
class Instruction:
    """One instruction and where it may lead."""

    address: int
    mnemonic: str  # with its suffixes, without its guard
    text: str  # guard, mnemonic and operands
    targets: tuple[int, ...] = ()  # addresses that it may jump to
    falls_through: bool = True

    @property
    def guarded(self):
        """Whether it may be skipped one by one: a predicate stands before it."""
        return self.text.startswith("@")


@dataclass(frozen=True)
class Block:
    """Instructions that run one after the other: entered at the first, left after the last."""

    instructions: tuple[Instruction, ...]
    successors: tuple[int, ...]  # addresses of blocks

    @property
    def address(self):
        return self.instructions[0].address

    def __len__(self):
        return len(self.instructions)


class Loop:
    """A natural loop: the blocks from which its header can be reached again without leaving it."""

    def __init__(self, function, header, latches):
        self.function, self.header, self.latches = function, header, latches
        self.parent, self.children = None, []
        self.blocks = {header}
        waiting = list(latches)
        while waiting:
            block = waiting.pop()
            if block not in self.blocks:
                self.blocks.add(block)
                waiting.extend(function.predecessors[block])

    def instructions(self):
        return [i for address in sorted(self.blocks) for i in self.function.blocks[address].instructions]

    def depth(self):
        return 0 if self.parent is None else 1 + self.parent.depth()

    def path(self, worth, allowed=lambda block: True):
        """Blocks of one iteration, header to latch, through blocks that are allowed: the path of most worth, or None.

        @param worth  of a block: a tuple of numbers, added up along the path. Inner loops are passed once.
        """
        blocks, order = self.function.blocks, self.function.order
        best = {}  # block: (worth from here to a latch's end, next block)
        for address in sorted(self.blocks, key=order.get, reverse=True):
            if not allowed(blocks[address]):
                continue
            here = worth(blocks[address])
            ways = [(here, None)] if address in self.latches else []
            ways += [(tuple(map(operator.add, here, best[s][0])), s) for s in blocks[address].successors
                     if s in best and order[s] > order[address]]
            if ways:
                best[address] = max(ways, key=lambda way: way[0])
        if self.header not in best:
            return None
        path, address = [], self.header
        while address is not None:
            path.append(blocks[address])
            address = best[address][1]
        return path

    def shortest_path(self, allowed=lambda block: True):
        """The path with the fewest instructions."""
        return self.path(lambda block: (-len(block),), allowed)

    def longest_path(self, allowed=lambda block: True):
        """The path with the most instructions."""
        return self.path(lambda block: (len(block),), allowed)


class Function:
    """The code that can be reached from an entry: its blocks and its loops."""

    def __init__(self, name, instructions):
        """@param instructions  in order of address; the first is the entry"""
        self.name = name
        self.entry = instructions[0].address
        self.blocks = _reachable(_cut(instructions), self.entry)
        self.predecessors = {address: [] for address in self.blocks}
        for block in self.blocks.values():
            for successor in block.successors:
                self.predecessors[successor].append(block.address)
        self.order = {address: i for i, address in enumerate(self._reverse_postorder())}

    def instructions(self):
        return [i for address in sorted(self.blocks) for i in self.blocks[address].instructions]

    @functools.cached_property
    def loops(self):
        """Natural loops in order of their headers' addresses, those with one header as one; parents and children are set."""
        dominators = self._immediate_dominators()
        latches = {}
        for block in self.blocks.values():
            for successor in block.successors:
                if self._dominates(dominators, successor, block.address):
                    latches.setdefault(successor, set()).add(block.address)
        loops = [Loop(self, header, latches[header]) for header in sorted(latches)]
        for loop in loops:
            around = [other for other in loops if other is not loop and loop.blocks < other.blocks]
            if around:
                loop.parent = min(around, key=lambda other: len(other.blocks))
                loop.parent.children.append(loop)
        return loops

    def _reverse_postorder(self):
        postorder, seen = [], {self.entry}
        stack = [(self.entry, iter(self.blocks[self.entry].successors))]
        while stack:
            address, successors = stack[-1]
            successor = next((s for s in successors if s not in seen), None)
            if successor is None:
                postorder.append(address)
                stack.pop()
            else:
                seen.add(successor)
                stack.append((successor, iter(self.blocks[successor].successors)))
        return postorder[::-1]

    def _immediate_dominators(self):
        """Cooper, Harvey and Kennedy, A Simple, Fast Dominance Algorithm."""
        order, dominators = self.order, {self.entry: self.entry}

        def meet(a, b):
            while a != b:
                while order[a] > order[b]:
                    a = dominators[a]
                while order[b] > order[a]:
                    b = dominators[b]
            return a

        changed = True
        while changed:
            changed = False
            for address in order:
                known = [p for p in self.predecessors[address] if p in dominators]
                if address != self.entry:
                    dominator = functools.reduce(meet, known)
                    changed |= dominators.get(address) != dominator
                    dominators[address] = dominator
        return dominators

    def _dominates(self, dominators, above, below):
        while self.order[below] > self.order[above]:
            below = dominators[below]
        return below == above


def _cut(instructions):
    """Blocks by address."""
    heads = {instructions[0].address}
    for instruction, following in zip(instructions, instructions[1:]):
        heads.update(instruction.targets)
        if instruction.targets or not instruction.falls_through:
            heads.add(following.address)
    blocks, current = {}, []
    for i, instruction in enumerate(instructions):
        current.append(instruction)
        following = instructions[i + 1].address if i + 1 < len(instructions) else None
        if following is None or following in heads:
            next_one = (following,) if instruction.falls_through and following is not None else ()
            blocks[current[0].address] = Block(tuple(current), tuple(dict.fromkeys(next_one + instruction.targets)))
            current = []
    return blocks


def _reachable(blocks, entry):
    """Blocks that can be reached from the entry; jumps to elsewhere (another function) lead nowhere."""
    seen, waiting = set(), [entry]
    while waiting:
        address = waiting.pop()
        if address not in seen:
            seen.add(address)
            waiting.extend(s for s in blocks[address].successors if s in blocks)
    return {a: Block(blocks[a].instructions, tuple(s for s in blocks[a].successors if s in seen)) for a in sorted(seen)}
