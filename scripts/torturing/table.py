"""What was done to runs, how often, and how often they took it."""

import sys
import time

HEADER = ("what was done", "trials", "survived", "seen")
ABOUT = """A trial is survived if the result under its final name is whole or absent at any time, and the run that is started again ends with the digest of an
undisturbed one and leaves nothing but its result."""


class Table:
    """Rows of trials; `fails` lists what went wrong, in words. On the way standard error tells where it is, and what went wrong."""

    def __init__(self):
        self.rows = []
        self.fails = []
        self.start = time.monotonic()

    def tell(self, what):
        """Tells of something at once, and when it was."""
        print(f"{time.monotonic() - self.start:6.0f} s  {what}", file=sys.stderr, flush=True)

    def row(self, what):
        """A new row, to which trials are added."""
        self.tell(what)
        self.rows.append(Row(self, what))
        return self.rows[-1]

    def cells(self):
        """The header and a line a row, as text."""
        return [HEADER, *((row.what, f"{row.trials:,}", f"{row.survived:,}", row.seen) for row in self.rows)]

    def page(self, origin):
        """The table for a reader of the project, `origin` being how it was made."""
        lines = [f"| {' | '.join(line)} |" for line in self.cells()]
        return "\n".join(["# Torture of runs", "", origin, ABOUT, "", lines[0], "|---|---:|---:|---|", *lines[1:], ""])

    def text(self):
        """All rows below each other, columns aligned."""
        cells = self.cells()
        widths = [max(len(line[i]) for line in cells) for i in range(len(HEADER))]
        lines = [f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}  {d}".rstrip() for a, b, c, d in cells]
        return "\n".join([lines[0], "─" * max(map(len, lines)), *lines[1:]])


class Row:
    """Trials of one kind."""

    def __init__(self, table, what):
        self.table, self.what, self.seen = table, what, ""
        self.trials = self.survived = 0

    def trial(self, problem, where=""):
        """Counts a trial; `problem` is None, or what went wrong."""
        self.trials += 1
        if problem is None:
            self.survived += 1
        else:
            self.table.fails.append(f"{self.what}{', ' + where if where else ''}: {problem}")
            self.table.tell(f"NOT SURVIVED: {self.table.fails[-1]}")

    def skip(self, why):
        """Nothing could be tried."""
        self.seen = f"skipped: {why}"
