"""scripts/plot as a person meets it: figures of a grid, of a single cell, of folders; what it refuses, and with which exit code."""
import pathlib
import subprocess
import sys
import tempfile

fleetcast, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
sys.path.insert(0, str(pathlib.Path(__file__).parent))

import synthetic  # noqa: E402

plot = source / "scripts/plot"


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


def figures(given, folder, *options):
    """Names of the figures that scripts/plot writes into a folder; each as PNG and SVG, and named on stdout."""
    done = run(plot, given, "--fleetcast", fleetcast, *options)
    assert done.returncode == 0, done.stderr
    drawn = sorted(path.name for path in folder.iterdir())
    assert sorted(pathlib.Path(line).name for line in done.stdout.split()) == drawn
    assert all((folder / name).stat().st_size > 5000 for name in drawn)
    assert {name.removesuffix(".png") for name in drawn if name.endswith(".png")} == {
        name.removesuffix(".svg") for name in drawn if name.endswith(".svg")}
    return [name.removesuffix(".png") for name in drawn if name.endswith(".png")]


def result_of(folder, sweep):
    """A sweep's result."""
    done = run(fleetcast, "run", sweep, "--quiet", "-o", folder / "r.h5")
    assert done.returncode == 0, done.stderr
    return folder / "r.h5"


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    result = result_of(folder, source / "sweeps/smoke.toml")
    assert figures(result, folder / "plots") == ["r-cost-violations", "r-distributions", "r-latency-curve", "r-settings", "r-workload"]

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "one.toml").write_text("[sweep]\nrealizations = 1\nminutes = 30\n")
    result = result_of(folder, folder / "one.toml")
    drawn = figures(result, folder / "elsewhere", "-o", folder / "elsewhere")
    assert "r-workload" in drawn and "r-settings" not in drawn, drawn
    assert not (folder / "plots").exists()

    synthetic.generated(folder / "g", realizations=1, minutes=30, warmup=5)
    assert figures(folder / "g", folder / "g/plots") == ["bursts", "lengths", "traffic"]
    other = run(plot, folder / "g", "--band", result)
    assert other.returncode == 65 and "other traffic" in other.stderr, other.stderr
    (folder / "g/sweep.toml").unlink()
    (folder / "g/requests-0.csv").unlink()
    minutes = (folder / "g/minutes-0.csv").read_text().splitlines(keepends=True)
    (folder / "g/minutes-0.csv").write_text("".join(minutes[:8]))
    assert figures(folder / "g", folder / "banded", "--band", result, "-o", folder / "banded") == ["traffic"]
    (folder / "g/minutes-0.csv").write_text("minute,requests,prompt_tokens,completion_tokens\n0,1,2,x\n")
    bad = run(plot, folder / "g", "-o", folder / "none")
    assert bad.returncode == 65 and 'minutes-0.csv:2: completion_tokens is "x"' in bad.stderr and bad.stderr.count("\n") == 1, bad.stderr
    assert not (folder / "none").exists()

    (folder / "bad.h5").write_text("no result")
    assert run(plot, folder / "bad.h5").returncode == 65
    assert run(plot, folder / "none.h5").returncode == 66
    assert run(plot).returncode == 64
    assert run(plot, result, "-o", folder / "bad.h5/plots").returncode == 73
