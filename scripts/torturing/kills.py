"""SIGKILL at random moments."""

import json
from dataclasses import dataclass
from random import Random

from . import checks
from .program import JOBS, run
from .together import each

# Ways to compute the same
THREADS, SIMD, MEMORY = ("1", "2", "3"), ("baseline", "avx2", "avx512"), ("4M", "8M", "64M")
MOST_IN_A_ROW = 12
COMPUTES = ("resumed", "progress", "look", "checkpoint")  # said by a run that has begun
LIVES = 6  # runs between two looks at how many kills there have been


def any_way(random, levels):
    """Threads, instructions and tiles by chance."""
    return ("--threads", random.choice(THREADS), "--simd", random.choice(levels), "--memory", random.choice(MEMORY))


def events(log):
    """The whole lines of a run's log."""
    lines = log.read_text().splitlines(keepends=True) if log.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def last(told, name):
    """The last event of a kind, or nothing's worth."""
    return next((event for event in reversed(told) if event["event"] == name), {"done": 0, "earlier_seconds": 0.0})


@dataclass
class Life:
    """A run that is killed and started again until it is left to end: what went wrong at each kill and in the end, the most seconds lost."""

    kills: list
    end: str | None
    lost: float


def live(job, folder, undisturbed, levels, seed):
    """One such life. What a checkpoint held that the log had told of must be there when the run goes on."""
    random = Random(seed)
    output = folder() / "torture.h5"
    log = output.parent.parent / "log.jsonl"
    problems, lost = [], 0.0
    spent = None  # seconds of work when the last run was killed, its start included
    for _ in range(random.randint(1, MOST_IN_A_ROW)):
        seen = events(log)
        end = run(job, output, (*any_way(random, levels), "--log", str(log)), kill_after=random.uniform(0.01, undisturbed.seconds))
        if end.code == 0:
            break
        told = events(log)[len(seen):]
        resumed, saved = last(told, "resumed"), last(seen, "checkpoint")
        problem = checks.whole(output, (undisturbed.digest,)) if end.code < 0 else f"it ended with {end.code}: {end.text.strip()[-300:]}"
        if any(event["event"] in COMPUTES for event in told):  # it may have been killed before it told that it goes on
            if resumed["done"] < saved["done"]:
                problem = f"{saved['done']} realizations were saved and it went on from {resumed['done']}"
            if spent is not None:
                lost = max(lost, spent - resumed["earlier_seconds"])
            spent = resumed["earlier_seconds"] + end.seconds
        problems.append(problem)
        if output.exists():
            break  # all was done
    return Life(problems, checks.finish(job, output, undisturbed.digest, any_way(random, levels)), lost)


def kill_at_random(table, folder, undisturbed, random, levels, kills):
    """Kills runs and starts them again, each time another way, until as many kills have met one; every run is then left to end."""
    for job in JOBS:
        killed = table.row(f"SIGKILL at random moments, {job.name}")
        ended = table.row("  then left alone: the digest of an undisturbed run, nothing left behind")
        lost = 0.0
        while killed.trials < kills // len(JOBS):
            for life in each(lambda seed, job=job: live(job, folder, undisturbed[job], levels, seed), [random.random() for _ in range(LIVES)]):
                for problem in life.kills:
                    killed.trial(problem)
                ended.trial(life.end)
                lost = max(lost, life.lost)
        killed.seen = f"at most {lost:.2f} s lost, start-up included, at an interval of {job.every}"
