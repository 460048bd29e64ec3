"""Instructions per request and per policy step in the CPU's AVX2 loops, by callgrind, against cpu_instructions.json.

    cpu_instructions_test.py FLEETCAST COMPILER [--update]

More than 3% above the figure on record is a regression. More than 3% below asks to have the figure brought up to date, which
--update does. Figures hold for one compiler (its name and major version, "GNU 12"); another one's build is not judged: 77.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from callgrind import inclusive_instructions

SKIPPED = 77
RECORD = pathlib.Path(__file__).with_name("cpu_instructions.json")
TOLERANCE = 0.03

DRAWING = """
[sweep]
realizations = 8
[workload]
requests_per_minute = 600
daily_amplitude = 0.5
drift_log_sd = 0.35
burst_cv = 0.08
"""
WHOLE_MODEL = """
[sweep]
realizations = 1
[workload]
requests_per_minute = 1
[sla]
latency_levels_ms = [250, 500, 1000, 5000]
[autoscaler]
max_replicas = 64
"""
CLASSIC = """
[sweep]
realizations = 1
[workload]
requests_per_minute = 1
[service]
backlog = false
startup_seconds = 0
ttft = { curve = "linear", base_ms = 100, slope_ms = 700 }
[autoscaler]
signal = "tokens_per_minute"
cooldown_up_minutes = 0
cooldown_down_minutes = 0
"""
CELLS_512 = """
[grid]
"autoscaler.scale_up_at" = { from = 120000, to = 300000, count = 32 }
"autoscaler.scale_down_at" = { from = 40000, to = 119000, count = 16 }
"""


@dataclass(frozen=True)
class Loop:
    """A kernel's function, and what its instructions are divided by."""

    name: str
    function: str
    per: str  # "request", "step" (a cell's tick) or "tick" (a realization's)


WORKLOADS = [
    (DRAWING, [Loop("arrivals with drift and bursts, per tick", "draw_arrivals_here", "tick"),
               Loop("token lengths, per request", "draw_tokens_here", "request")]),
    (WHOLE_MODEL + CELLS_512, [Loop("whole model with four levels, per step", "walk_policies_here", "step")]),
    (CLASSIC + CELLS_512, [Loop("classic, per step", "walk_policies_here", "step")]),
    (WHOLE_MODEL.replace("realizations = 1", "realizations = 32"), [Loop("whole model, one cell, per step", "walk_realizations_here", "step")]),
]


def measure(fleetcast, sweep, loops):
    """{loop's name: instructions per request, step or tick}"""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "sweep.toml"
        path.write_text(sweep)
        plan = json.loads(subprocess.run([fleetcast, "plan", str(path), "--json"], check=True, stdout=subprocess.PIPE).stdout)
        command = [fleetcast, "run", str(path), "--device", "cpu", "--simd", "avx2", "--threads", "1", "--quiet", "--json",
                   "-o", str(path.with_suffix(".h5"))]
        instructions, output = inclusive_instructions(command, [loop.function for loop in loops])
    result = json.loads(output)
    ticks = plan["realizations"] * plan["ticks"]
    units = {"request": result["requests_per_second"] * result["seconds"], "step": plan["valid_cells"] * ticks, "tick": ticks}
    return {loop.name: instructions[loop.function] / units[loop.per] for loop in loops}


def complaint(name, figure, on_record):
    """What to say of a figure, if anything."""
    again = "cpu_instructions_test.py … --update"
    if figure == 0:
        return f"{name}: no instructions; is its function still called so (WORKLOADS)?"
    if on_record is None:
        return f"{name}: nothing on record; {again} writes {figure:.2f}"
    change = figure / on_record - 1
    if change > TOLERANCE:
        return f"{name}: {figure:.2f} instructions, {change:+.1%} against {on_record:.2f} on record (at most {TOLERANCE:+.0%})"
    if change < -TOLERANCE:
        print(f"{name}: better by {-change:.1%}; let the record say so: {again}")
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fleetcast", help="the program")
    parser.add_argument("compiler", help='that built it, for example "GNU 12"')
    parser.add_argument("--update", action="store_true", help="write the figures down instead of judging them")
    options = parser.parse_args()
    record = json.loads(RECORD.read_text()) if RECORD.is_file() else {"compiler": options.compiler, "instructions": {}}
    if shutil.which("valgrind") is None:
        print("skipped: no valgrind (scripts/setup installs it)")
        return SKIPPED
    if record["compiler"] != options.compiler and not options.update:
        print(f"skipped: figures are on record for {record['compiler']}, this is {options.compiler}")
        return SKIPPED

    figures = {}
    for sweep, loops in WORKLOADS:
        figures |= measure(options.fleetcast, sweep, loops)
    for name, figure in figures.items():
        print(f"{name}: {figure:.2f} instructions")
    if options.update:
        rounded = {name: round(figure, 3) for name, figure in figures.items()}
        RECORD.write_text(json.dumps({"compiler": options.compiler, "instructions": rounded}, indent=2) + "\n")
        return 0
    complaints = [complaint(name, figure, record["instructions"].get(name)) for name, figure in figures.items()]
    return "\n".join(filter(None, complaints)) or 0


if __name__ == "__main__":
    sys.exit(main())
