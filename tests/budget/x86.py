"""Functions in x86-64 object files: reading objdump's listing, and telling packed from scalar arithmetic."""
import re
import subprocess

from loops import Function, Instruction

HEAD = re.compile(r"([0-9a-f]+) <(.+)>:$")
LINE = re.compile(r"\s*([0-9a-f]+):\t(?:(?:notrack|bnd|rep[nz]*|lock|data16|cs|ds|\{\w+\}) )*(\S+)\s*(.*)$")
TARGET = re.compile(r"([0-9a-f]+) <")


def read_functions(path):
    """{mangled name: Function} of an object file or program, by objdump.

    Jumps by way of a table lead nowhere, and those to other sections (cold parts) to the next instruction, where objdump sees them go.
    """
    listing = subprocess.run(["objdump", "-d", "--no-show-raw-insn", "-w", str(path)], check=True, capture_output=True, text=True).stdout
    functions, instructions = {}, []
    for line in listing.splitlines():
        if head := HEAD.match(line):
            instructions = functions.setdefault(head[2], [])
        elif found := LINE.match(line):
            mnemonic, operands = found[2], found[3].strip()
            jumps = mnemonic.startswith("j")
            target = TARGET.match(operands) if jumps else None
            instructions.append(Instruction(int(found[1], 16), mnemonic, f"{mnemonic} {operands}", (int(target[1], 16),) if target else (),
                                            not mnemonic.startswith(("jmp", "ret", "ud2", "hlt"))))
    return {name: Function(name, code) for name, code in functions.items() if code}


ARITHMETIC = r"v?(add|sub|mul|div|min|max|sqrt|cmp\w*|u?comi|fn?m(add|sub)\d+)"


def register(instruction):
    """The widest class of vector registers that an instruction names: "zmm", "ymm", "xmm", or None."""
    return next((name for name in ("zmm", "ymm", "xmm") if "%" + name in instruction.text), None)


def count(instructions, mnemonic, registers=None):
    """Instructions whose mnemonic matches entirely, and whose widest registers are of a class, if one is given."""
    return sum(re.fullmatch(mnemonic, i.mnemonic) is not None and registers in (None, register(i)) for i in instructions)
