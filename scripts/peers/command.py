"""Command lines that fail as fleetcast's does."""

import argparse

EXIT_USAGE, EXIT_NO_INPUT, EXIT_UNAVAILABLE, EXIT_INTERNAL = 64, 66, 69, 70


class Parser(argparse.ArgumentParser):
    """An argument parser that shows a script's docstring and leaves with fleetcast's exit code for wrong usage."""

    def __init__(self, prog, description):
        super().__init__(prog=prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter)

    def error(self, message):
        self.exit(EXIT_USAGE, f"{self.prog}: {message}; try {self.prog} --help\n")


def positive(text):
    """A whole number above 0."""
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")
    return int(text)
