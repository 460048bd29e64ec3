"""A fault at every call that touches a checkpoint or a result."""

from . import checks
from .program import JOBS, calls, run
from .stopped import HOW, stop
from .together import each

# Which calls an error can come from
MAKING = "open,mkdir,rename"
WRITING = "write,pwrite,ftruncate,fsync,close"
ERRORS = {"ENOSPC": f"{MAKING},{WRITING}", "EDQUOT": f"{MAKING},{WRITING}", "EROFS": f"{MAKING},write,pwrite,ftruncate,unlink",
          "EIO": f"{MAKING},{WRITING},read,mmap,unlink,flock"}


def numbers(count, most, random):
    """1 … count, or as many of them as may be tried, the first and the last among them."""
    if count <= most:
        return range(1, count + 1)
    return sorted({1, count, *random.sample(range(2, count), max(0, most - 2))})


def count_calls(job, state, folder, names=""):
    """Calls of a stopped run that goes on to its end: reading its checkpoints, writing others, the result, clearing up."""
    output = state.restore(folder)
    log = output.parent.parent / "calls"
    run(job, output, HOW, {"FLEETCAST_FAULTS_LOG": str(log), "FLEETCAST_FAULTS_CALLS": names})
    return calls(log)


def seen(made):
    """Calls by name, most frequent first."""
    names = [name for _, name, _ in made]
    return ", ".join(f"{names.count(name)} {name}" for name in sorted(set(names), key=lambda name: -names.count(name)))


def kill_at_calls(table, folder, undisturbed, random, most):
    """Killed before every call, and within every write."""
    job = JOBS[0]
    state = stop(job, folder)
    made = count_calls(job, state, folder)
    for kind, what in (("kill", "SIGKILL before every call on a file"), ("tear", "SIGKILL at every call, writes made by half")):
        row = table.row(f"{what}, then left alone")
        row.seen = seen(made)

        def killed(number, kind=kind):
            output = state.restore(folder)
            run(job, output, HOW, {"FLEETCAST_FAULTS": f"{kind}:{number}"})
            return checks.whole(output, (undisturbed[job].digest,)) or checks.finish(job, output, undisturbed[job].digest), f"call {number}"

        for problem, where in each(killed, numbers(len(made), most, random)):
            row.trial(problem, where)


def fail_calls(table, folder, undisturbed, random, most):
    """Every call fails, alone or with all that follow; short writes."""
    job = JOBS[0]
    state = stop(job, folder)
    for error, names in ERRORS.items():
        made = count_calls(job, state, folder, names)
        for kind, what in (("fail", "at every call"), ("fail-from", "from every call on")):
            row = table.row(f"{error} {what}, then left alone")
            codes = []

            def failed(number, kind=kind, error=error, names=names, codes=codes):
                output = state.restore(folder)
                end = run(job, output, HOW, {"FLEETCAST_FAULTS": f"{kind}:{number}:{error}", "FLEETCAST_FAULTS_CALLS": names})
                codes.append(end.code)
                digest = undisturbed[job].digest
                return checks.ended_well(end, digest) or checks.whole(output, (digest,)) or checks.finish(job, output, digest), f"call {number}"

            for problem, where in each(failed, numbers(len(made), most, random)):
                row.trial(problem, where)
            row.seen = "exit " + ", ".join(f"{code} {codes.count(code)} ×" for code in sorted(set(codes)))
    row = table.row("short writes: every write takes 1, 7 or 4096 bytes at most")
    for size in (1, 7, 4096):
        output = state.restore(folder)
        end = run(job, output, HOW, {"FLEETCAST_FAULTS": f"short:{size}"})
        row.trial(checks.ended_well(end, undisturbed[job].digest) or checks.finish(job, output, undisturbed[job].digest), f"{size} bytes")
