"""What must hold after anything was done to a run. Each check gives None, or what is wrong in words."""

from .program import digest_of, leftovers, run

GOOD_ENDS = (73, 74)  # can't be created, can't be written
HAS_A_RESULT = 65  # of a run that can't be gone on with, where that would be replaced


def finish(job, output, digest, how=()):
    """The run, started again and left alone, ends with the digest of one that nothing happened to, and leaves nothing else behind."""
    end = run(job, output, how)
    had_ended = end.code == HAS_A_RESULT and digest_of(output) == digest  # a race that is over is not run again unasked
    if end.code != 0 and not had_ended:
        return f"started again it ended with {end.code}: {end.text.strip()[-300:]}"
    if not had_ended and end.digest != digest:
        return f"started again it gave the digest {end.digest}, not {digest}"
    if digest_of(output) != digest:
        return "the result does not bear the digest that was told"
    left = leftovers(output.parent, output)
    return f"it left {', '.join(left)}" if left else None


def whole(output, digests):
    """A result stands under its final name whole, or not at all. `digests` are those it may bear."""
    if not output.exists():
        return None
    digest = digest_of(output)
    return None if digest in digests else f"{output.name} stands there and " + ("can't be read" if digest is None else f"bears the digest {digest}")


def ended_well(end, digest):
    """A run that met an error told of it, or got past it."""
    if end.code in GOOD_ENDS and end.text.strip():
        return None
    if end.code == 0 and end.digest == digest:
        return None
    return f"it ended with {end.code} and said: {end.text.strip()[-300:] or 'nothing'}"
