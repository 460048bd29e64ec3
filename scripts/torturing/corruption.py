"""Checkpoints that are not what was written."""

from . import checks
from .program import JOBS, run
from .stopped import HOW, stop
from .together import each


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

    def finished(changed):
        return checks.finish(job, state.restore(folder, changed), undisturbed[job].digest)

    def not_wrong(changed):
        output = state.restore(folder, changed)
        return refused(run(job, output, HOW), undisturbed[job].digest, output)

    newer, older = (content for _, content in state.files)
    for what, harm, times in (("a bit flipped", flip, flips), ("the end cut off", cut, cuts)):
        for where, harmed in (("newer", [(harm(newer), older) for _ in range(times)]), ("older", [(newer, harm(older)) for _ in range(times)])):
            row = table.row(f"{what} in the {where} checkpoint: the other is used")
            row.seen = f"of {state.size:,} bytes"
            for problem in each(finished, harmed):
                row.trial(problem)
        row = table.row(f"{what} in both: never a wrong answer")
        for problem in each(not_wrong, [(harm(newer), harm(older)) for _ in range(max(1, times // 2))]):
            row.trial(problem)
