"""A run stopped in the middle, to be taken up as often as wanted."""

from dataclasses import dataclass

from .program import run

HOW = ("--threads", "1", "--memory", "4M")  # short tiles, so that it can be stopped soon
WAITS = (0.3, 0.45, 0.7, 1.0, 1.5, 2.2)  # seconds, the first that will do


@dataclass
class Stopped:
    """What it left: both generations of its checkpoint, the newer first, as names and bytes."""

    files: list

    @property
    def size(self):
        """Bytes of the newer checkpoint."""
        return len(self.files[0][1])

    def restore(self, folder, changed=lambda newer, older: (newer, older)):
        """Puts the files into a new folder, changed on the way; the path of the result to come."""
        base = folder()
        for (name, _), content in zip(self.files, changed(*(content for _, content in self.files))):
            (base / name).write_bytes(content)
        return base / "torture.h5"


def stop(job, folder):
    """Stops a run of the job as soon as it has both checkpoints."""
    for wait in WAITS:
        output = folder() / "torture.h5"
        run(job, output, HOW, kill_after=wait)
        both = sorted(output.parent.glob("torture.h5.checkpoint-?"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        if len(both) == 2 and not output.exists():
            return Stopped([(path.name, path.read_bytes()) for path in both])
    raise RuntimeError(f"{job.name}: no run could be stopped with two generations of its checkpoint")
