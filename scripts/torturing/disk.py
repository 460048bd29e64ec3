"""Disks that are full, folders that may not be written to."""

import os
import shutil
import subprocess

from . import checks
from .program import JOBS, run
from .stopped import HOW

NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


def full_disk(table, folder, undisturbed, sizes):
    """File systems of little room; then they are given more."""
    job = JOBS[0]
    row = table.row("a disk of too little room, then of enough")
    base = folder()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", base], capture_output=True).returncode != 0:
        row.skip("no file system can be mounted here")
        return
    try:
        codes = {}
        for kilobytes in sizes:
            subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", base], check=True, capture_output=True)
            output = base / "torture.h5"
            end = run(job, output, HOW)
            codes[end.code] = codes.get(end.code, 0) + 1
            problem = checks.ended_well(end, undisturbed[job].digest) or checks.whole(output, (undisturbed[job].digest,))
            subprocess.run(["mount", "-o", "remount,size=64m", base], check=True, capture_output=True)
            row.trial(problem or checks.finish(job, output, undisturbed[job].digest), f"{kilobytes} KiB")
            for path in base.iterdir():
                path.unlink()
        row.seen = "exit " + ", ".join(f"{code} {count} ×" for code, count in sorted(codes.items()))
    finally:
        subprocess.run(["umount", base], check=True)


def read_only_folder(table, folder, undisturbed):
    """A folder without permission to write, as somebody who needs it."""
    job = JOBS[0]
    row = table.row("a folder that is read-only, then not")
    base = folder()
    output = base / "torture.h5"
    as_root = os.geteuid() == 0
    if as_root and shutil.which("setpriv") is None:
        row.skip("root may write everywhere, and setpriv is missing")
        return
    if as_root and subprocess.run([*NOBODY, "cat", job.sweep], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode != 0:
        row.skip("the clone can be read by its owner alone, and root may write everywhere")
        return
    for above in (base.parent, base.parent.parent):
        above.chmod(0o755)  # to be found by anybody
    base.chmod(0o555)
    end = run(job, output, HOW, wrap=NOBODY if as_root else ())
    base.chmod(0o755)
    row.trial(None if end.code == 73 and end.text.strip() else f"it ended with {end.code} and said: {end.text.strip()[-300:] or 'nothing'}")
    row.trial(checks.finish(job, output, undisturbed[job].digest))
