"""A run stopped in the middle, to be taken up as often as wanted."""

from dataclasses import dataclass, replace

from .program import run

HOW = ("--threads", "1", "--memory", "4M")  # short tiles, so that it can be stopped soon
EVERY_TILE = "0.001s"
SECOND_RENAME = {"FLEETCAST_FAULTS": "kill:2", "FLEETCAST_FAULTS_CALLS": "rename"}


@dataclass
class Stopped:
    """What it left: both generations of its checkpoint, the newer first, as names and bytes."""

    files: list

    @property
    def size(self):
        """Bytes of the newer checkpoint."""
        return len(self.files[0][1])

    def restore(self, folder, contents=None):
        """Puts the files into a new folder, with other contents if there are any; the path of the result to come."""
        base = folder()
        for (name, content), other in zip(self.files, contents or (None, None)):
            (base / name).write_bytes(content if other is None else other)
        return base / "torture.h5"


def stop(job, folder):
    """Kills a run of the job when it has given its first checkpoint its name, and the run that goes on, too."""
    output = folder() / "torture.h5"
    for _ in range(2):
        run(replace(job, every=EVERY_TILE), output, HOW, SECOND_RENAME)
    both = sorted(output.parent.glob("torture.h5.checkpoint-?"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    if len(both) != 2 or output.exists():
        raise RuntimeError(f"{job.name}: could not be stopped with two generations of its checkpoint")
    return Stopped([(path.name, path.read_bytes()) for path in both])
