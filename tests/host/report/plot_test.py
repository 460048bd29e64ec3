"""scripts/plot draws every figure of a grid, of a single cell, and refuses what is no result."""
import pathlib
import subprocess
import sys
import tempfile

fleetcast, source = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
plot = source / "scripts/plot"


def run(*command, **options):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)


def figures(folder, sweep, *options):
    """Names of the figures of a sweep."""
    result = folder / "r.h5"
    done = run(fleetcast, "run", sweep, "--quiet", "-o", result, *options)
    assert done.returncode == 0, done.stderr
    done = run(plot, result, "-o", folder / "plots")
    assert done.returncode == 0, done.stderr
    drawn = sorted(path.name for path in (folder / "plots").iterdir())
    assert sorted(pathlib.Path(line).name for line in done.stdout.split()) == drawn
    assert all((folder / "plots" / name).stat().st_size > 5000 for name in drawn)
    return drawn


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    stems = ("cost-violations", "distributions", "settings", "workload")
    expected = sorted(f"r-{stem}.{suffix}" for stem in stems for suffix in ("png", "svg"))
    assert figures(folder, source / "sweeps/smoke.toml") == expected

with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "one.toml").write_text("[sweep]\nrealizations = 1\nminutes = 30\n")
    drawn = figures(folder, folder / "one.toml")
    assert "r-workload.png" in drawn and "r-settings.png" not in drawn, drawn
    (folder / "bad.h5").write_text("no result")
    assert run(plot, folder / "bad.h5").returncode == 65
    assert run(plot, folder / "none.h5").returncode == 66
    assert run(plot).returncode == 64
