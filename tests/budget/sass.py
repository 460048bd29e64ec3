"""Kernels in sm_90 machine code: reading nvdisasm's listing, and what an instruction costs on a Hopper SM."""
import collections
import pathlib
import re
import shutil
import subprocess
import tempfile

from loops import Function, Instruction

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def find_tool(name):
    """cuobjdump or nvdisasm: in .venv-extra, on the PATH, or beside nvcc; None where there is none."""
    installed = SOURCE.glob(f".venv-extra/lib/python*/site-packages/nvidia/**/bin/{name}")
    places = [*installed, shutil.which(name), f"/usr/local/cuda/bin/{name}"]
    return next((str(place) for place in places if place and pathlib.Path(place).is_file()), None)


def read_kernels(path):
    """Kernels of an object, library or executable, in {demangled name: Function}, by cuobjdump and nvdisasm.

    @throws FileNotFoundError  if there is no disassembler, no such file, or no sm_90 code in it
    """
    cuobjdump, nvdisasm = find_tool("cuobjdump"), find_tool("nvdisasm")
    if cuobjdump is None or nvdisasm is None:
        raise FileNotFoundError("no cuobjdump and nvdisasm (scripts/setup --extra installs them)")
    path = pathlib.Path(path).resolve()
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file (a build without CUDA?)")
    kernels = {}
    with tempfile.TemporaryDirectory() as folder:
        extracted = subprocess.run([cuobjdump, "-xelf", "sm_90", str(path)], cwd=folder, capture_output=True, text=True)
        if extracted.returncode != 0:
            raise FileNotFoundError(f"{path}: no sm_90 code in it ({extracted.stderr.strip()})")
        for cubin in sorted(pathlib.Path(folder).glob("*.cubin")):
            listing = subprocess.run([nvdisasm, "-c", str(cubin)], check=True, capture_output=True, text=True).stdout
            kernels.update(parse_listing(listing))
    if not kernels:
        raise FileNotFoundError(f"{path}: no sm_90 code in it")
    names = subprocess.run(["c++filt"], input="\n".join(kernels), check=True, capture_output=True, text=True).stdout.splitlines()
    return {name: Function(name, instructions) for name, instructions in zip(names, kernels.values())}


SECTION = re.compile(r"\s*\.section\s+\.text\.([^,\"]+)")
LABEL = re.compile(r"(\S+):\s*$")
LINE = re.compile(r"\s*/\*([0-9a-f]{4,})\*/\s+(.*?)\s*(?:;|$)")
GUARDED = re.compile(r"(@!?U?P\w+)\s+(.*)")
REFERENCE = re.compile(r"\.L_x_\d+")


def parse_listing(listing):
    """{mangled name: [Instruction]} of the kernels in an `nvdisasm -c` listing."""
    kernels = {}
    for section in re.split(r"(?m)^(?=\s*\.section\s)", listing):
        name = SECTION.match(section)
        lines, labels, waiting = [], {}, []
        for text in section.splitlines():
            if label := LABEL.match(text):
                waiting.append(label[1])
            elif line := LINE.match(text):
                lines.append((int(line[1], 16), line[2]))
                labels.update((label, lines[-1][0]) for label in waiting)
                waiting = []
        if name and lines:
            kernels[name[1]] = _instructions(lines, labels)
    return kernels


def _instructions(lines, labels):
    meetings = collections.defaultdict(set)  # barrier register: where threads that wait at a BSYNC on it go on
    for _, text in lines:
        if text.startswith("BSSY") or " BSSY" in text:
            meetings[re.search(r"\bB\d+", text)[0]].update(labels[label] for label in REFERENCE.findall(text))
    instructions = []
    for i, (address, text) in enumerate(lines):
        guarded = GUARDED.match(text)
        body = guarded[2] if guarded else text
        mnemonic, _, operands = body.partition(" ")
        base = mnemonic.split(".")[0]
        targets = ()
        # a further predicate, or a divergence test, is a condition too
        conditional = bool(guarded) or re.match(r"!?U?P\w+\s*,|UR\d+\s*,", operands) is not None
        leaves = base in ("BRA", "BRX", "JMP", "JMX", "EXIT", "RET", "KILL")
        if leaves:
            targets = tuple(labels[label] for label in REFERENCE.findall(operands))
        if base == "BSYNC":
            following = lines[i + 1][0] if i + 1 < len(lines) else None
            places = meetings[re.search(r"\bB\d+", operands)[0]]
            if following not in places:  # out of line: on to wherever its threads meet
                targets, leaves = tuple(sorted(places)), True
        instructions.append(Instruction(address, mnemonic, text, targets, conditional or not leaves))
    return instructions


PIPES = {  # of an SM's quarter, by the mnemonic's first part
    "fp32": "FADD FMUL FFMA FSWZADD HADD2 HMUL2 HFMA2",
    "imad": "IMAD IDP IDP4A",
    "alu": "IADD3 IADD VIADD VIADDMNMX VIMNMX VIMNMX3 VHMNMX IMNMX LOP3 LOP SEL FSEL FSETP ISETP FSET FMNMX FMNMX3 SHF SHL SHR LEA PLOP3 "
           "PRMT MOV I2FP IABS BMSK SGXT P2R R2P HSETP2 HMNMX2 HSET2 FCHK LEPC VABSDIFF VABSDIFF4 CS2R R2UR VOTE",
    "lsu": "LDS LDG LD LDL LDSM STS STG ST STL ATOM ATOMS ATOMG RED REDG SHFL LDGSTS LDGDEPBAR",
    "xu": "MUFU I2F F2I F2F FRND POPC FLO BREV S2R REDUX",
    "fp64": "DADD DMUL DFMA DSETP DMNMX",
    "constant": "LDC",
    "control": "BRA BRX JMP EXIT RET CALL BSSY BSYNC BREAK WARPSYNC YIELD KILL BAR DEPBAR MEMBAR ERRBAR CGAERRBAR CCTL NANOSLEEP BMOV NOP "
               "ELECT ENDCOLLECTIVE B2R SYNCS ACQBULK UCGABAR_ARV UCGABAR_WAIT",
}
PIPE_OF = {mnemonic: pipe for pipe, mnemonics in PIPES.items() for mnemonic in mnemonics.split()}


def pipe(instruction):
    """The pipe that works an instruction off; "uniform" for the warp-wide datapath, "other" for what the table does not know."""
    base = instruction.mnemonic.split(".")[0]
    known = PIPE_OF.get(base)
    return known or ("uniform" if base.startswith("U") or base == "S2UR" else "other")


def pipe_mix(instructions):
    """Instructions by pipe, the busiest first."""
    return dict(collections.Counter(pipe(i) for i in instructions).most_common())


def cycles(mix):
    """Cycles that a quarter of an SM needs at least for a warp's instructions, by what limits it.

    From the lanes of a quarter: 16 for integers and comparisons, 32 for fp32 (of which the half that IMAD shares has 16),
    4 for conversions and MUFU, 16 for fp64; the SM's load-store unit takes one warp instruction a cycle for all four quarters,
    more where addresses diverge. The uniform datapath is taken to be half rate.
    """
    get = lambda name: mix.get(name, 0)
    return {
        "issue": sum(mix.values()),
        "alu": 2 * get("alu"),
        "fma": max(2 * get("imad"), get("imad") + get("fp32")),
        "lsu": 4 * get("lsu"),
        "xu": 8 * get("xu"),
        "fp64": 2 * get("fp64"),
        "uniform": 2 * get("uniform"),
    }


def spills(instructions):
    """Loads and stores of local memory: registers that did not fit, or arrays that are indexed."""
    return [i for i in instructions if i.mnemonic.split(".")[0] in ("LDL", "STL")]
