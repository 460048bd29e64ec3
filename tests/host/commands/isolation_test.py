"""The kernels of wider instruction sets export their table alone: no weak symbol that the linker could hand to other code."""
import pathlib
import subprocess
import sys

build = pathlib.Path(sys.argv[1]).resolve().parent
objects = sorted((build / "host").rglob("cpu_kernels_avx*/**/cpu_kernels.cpp.o"))
if len(objects) != 2:
    sys.exit(f"expected the avx2 and avx512 objects below {build}, found {objects}")

failures = []
for path in objects:
    symbols = subprocess.run(["nm", "--defined-only", "--extern-only", str(path)], check=True, capture_output=True, text=True).stdout
    defined = [line.split()[1:] for line in symbols.splitlines() if line.strip()]
    foreign = [name for kind, name in defined if "cpu_kernels_avx" not in name and not name.startswith(("__asan", "__odr_asan", ".L"))]
    if foreign:
        failures.append(f"{path}: exports {foreign}")
    if not any("cpu_kernels_avx" in name for _, name in defined):
        failures.append(f"{path}: its table is missing")
sys.exit("\n".join(failures) if failures else 0)
