"""The fault library counts a run's calls on its files, and lets the one that was chosen go wrong."""
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

program, source, library = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)


def run(folder, fault="", calls=""):
    """The exit code of a short run with a fault, and the calls that were counted."""
    log = folder.parent / "calls"
    log.unlink(missing_ok=True)
    variables = {"LD_PRELOAD": f"./{library.name}", "FLEETCAST_FAULTS_BELOW": str(folder), "FLEETCAST_FAULTS_LOG": str(log), "FLEETCAST_FAULTS": fault,
                 "FLEETCAST_FAULTS_CALLS": calls}
    command = [program, "run", str(source / "sweeps" / "minimal.toml"), "--realizations", "60", "--quiet", "--fresh", "--threads", "1", "-o", str(folder / "x.h5")]
    # by its name in its folder: the loader takes a blank for the end of a name
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=library.parent,
                           env=dict(os.environ) | {name: value for name, value in variables.items() if value})
    text = log.read_text() if log.exists() else ""
    return ended.returncode, re.findall(r"^(\d+) (\S+) (.*)$", text, re.MULTILINE)


with tempfile.TemporaryDirectory() as base:
    folder = pathlib.Path(base) / "out"
    folder.mkdir()
    result = folder / "x.h5"

    code, made = run(folder)
    check(code == 0, f"a run that is only counted ended with {code}")
    check([int(number) for number, _, _ in made] == list(range(1, len(made) + 1)), "calls are not numbered from 1 on")
    names = [name for _, name, _ in made]
    for name in ("open", "pwrite", "fsync", "rename", "close"):
        check(name in names, f"no {name} was counted among {set(names)}")
    check(all(path == str(folder) or path.startswith(f"{folder}/") for _, _, path in made), "files elsewhere were counted")

    renames = [int(number) for number, name, path in made if name == "rename" and path == str(result)]
    check(len(renames) == 1, "the result was not renamed once")
    result.unlink()
    code, made = run(folder, f"kill:{renames[0]}")
    check(code == -signal.SIGKILL and len(made) == renames[0], f"kill ended with {code} after {len(made)} calls")
    check(not result.exists(), "killed before its rename, the result is there")

    code, made = run(folder, "tear:1", "pwrite")
    check(code == -signal.SIGKILL and [name for _, name, _ in made] == ["pwrite"], f"tear of the first write ended with {code} and {made}")

    for fault in ("fail:1:EIO", "fail-from:1:ENOSPC"):
        code, _ = run(folder, fault, "fsync")
        check(code == 74 and not result.exists(), f"{fault} of fsync ended with {code}")
    code, _ = run(folder, "fail:1:EROFS", "open")
    check(code == 73, f"a file that can't be made ended with {code}")

    code, _ = run(folder, "short:512")
    check(code == 0 and result.exists(), f"short writes ended with {code}")

    for mistake in ("kill", "kill:0", "fail:1:ENOENT", "fail:1", "sing:3"):
        check(run(folder, mistake)[0] == 99, f"FLEETCAST_FAULTS={mistake} was taken")

sys.exit("\n".join(failures) if failures else 0)
