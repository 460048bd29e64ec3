"""What can go wrong, with the exit code it ends in."""


class PlotError(Exception):
    """A problem told in one line: what, where, why, what to do."""

    exit_code = 70


class BadData(PlotError):
    """The file can't be drawn, or is not one that this version reads."""

    exit_code = 65


class NoInput(PlotError):
    """There is no such file, or it may not be read."""

    exit_code = 66


class NothingToDraw(Exception):
    """A figure has nothing to show for this input; the text says why."""
