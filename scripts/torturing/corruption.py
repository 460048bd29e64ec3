"""Checkpoints that are not what was written."""

from . import checks
from .program import JOBS, run
from .stopped import HOW, stop


def refused(end, digest, output):
    """Nothing to go on with: it says so and leaves everything as it is, or begins anew; a wrong answer is all that must not be."""
    if end.code == 65 and end.text.strip() and not output.exists():
        return None
    return None if end.code == 0 and end.digest == digest else f"it ended with {end.code} and said: {end.text.strip()[-300:] or 'nothing'}"


def corrupt(table, folder, undisturbed, random, flips, cuts):
    """Bits flipped and ends cut off, in the newer generation, in the older, in both."""
    job = JOBS[0]
    state = stop(job, folder)

    def flip(content):
        at = random.randrange(len(content))
        return content[:at] + bytes([content[at] ^ (1 << random.randrange(8))]) + content[at + 1:]

    def cut(content):
        return content[: random.randrange(len(content))]

    for what, harm, times in (("a bit flipped", flip, flips), ("the end cut off", cut, cuts)):
        for where, changed in (("newer", lambda newer, older: (harm(newer), older)), ("older", lambda newer, older: (newer, harm(older)))):
            row = table.row(f"{what} in the {where} checkpoint: the other is used")
            row.seen = f"of {state.size:,} bytes"
            for _ in range(times):
                row.trial(checks.finish(job, state.restore(folder, changed), undisturbed[job].digest))
        row = table.row(f"{what} in both: never a wrong answer")
        for _ in range(max(1, times // 2)):
            output = state.restore(folder, lambda newer, older: (harm(newer), harm(older)))
            row.trial(refused(run(job, output, HOW), undisturbed[job].digest, output))
