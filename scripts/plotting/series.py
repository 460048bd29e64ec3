"""Values over time, thinned to what a page can show, with gaps where minutes are missing."""

from dataclasses import dataclass

import numpy as np

MOST_BLOCKS = 1500   # about a page's width in pixels
DAYS_ALONE = 60      # of more days, the course of each can't be seen: blocks are whole days
BLOCK_MINUTES = (1, 2, 3, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)


@dataclass(frozen=True)
class Grid:
    """Where rows of a table fall among equal blocks of time; blocks without a row are gaps."""

    hours: np.ndarray      # start of each block, from minute 0
    hours_per_block: float
    block_of: np.ndarray   # of each row
    rows_per_block: int    # as many as a whole block has
    missing: int           # rows that a table without gaps would have besides

    @property
    def middle(self):
        """Middle of each block."""
        return self.hours + self.hours_per_block / 2

    @property
    def edges(self):
        """Starts of the blocks and the end of the last."""
        return np.append(self.hours, self.hours[-1] + self.hours_per_block)

    def mean(self, values):
        """Mean of each block; NaN in a gap."""
        known = np.isfinite(values)
        count = np.bincount(self.block_of[known], minlength=self.hours.size)
        with np.errstate(invalid="ignore"):
            return np.bincount(self.block_of[known], values[known], self.hours.size) / np.where(count > 0, count, np.nan)

    def least(self, values):
        """Smallest of each block; NaN in a gap."""
        return self._extreme(np.fmin, values)

    def most(self, values):
        """Largest of each block; NaN in a gap."""
        return self._extreme(np.fmax, values)

    def last(self, values):
        """The block's last row; NaN in a gap."""
        out = np.full(self.hours.size, np.nan)
        out[self.block_of] = values
        return out

    def _extreme(self, pick, values):
        out = np.full(self.hours.size, np.nan)
        pick.at(out, self.block_of, values)
        return out


def grid(minute, most_blocks=MOST_BLOCKS):
    """Blocks for rows at these minutes, ascending: one a row where the rows are few, else of a round number of minutes."""
    step = row_minutes(minute)
    span = minute[-1] - minute[0] + step
    per_block = 1
    if span / step > most_blocks:
        least = 1440 if span > DAYS_ALONE * 1440 else step
        round_ones = [block for block in BLOCK_MINUTES if block >= least and abs(block / step - round(block / step)) < 1e-6]
        per_block = next((round(block / step) for block in round_ones if span / block <= most_blocks), int(np.ceil(span / step / most_blocks)))
    width = per_block * step
    first = np.floor(minute[0] / width + 1e-6)
    block_of = np.floor(minute / width + 1e-6).astype(int) - int(first)
    hours = (first + np.arange(block_of[-1] + 1)) * width / 60
    return Grid(hours, width / 60, block_of, per_block, int(round(span / step)) - minute.size)


def row_minutes(minute):
    """Minutes from a row to the next: the commonest distance; 1 for a single row."""
    if minute.size < 2:
        return 1.0
    steps, counts = np.unique(np.round(np.diff(minute), 4), return_counts=True)
    commonest = steps[np.argmax(counts)]
    return float(np.round(commonest * 60)) / 60 if commonest * 60 >= 0.5 else float(commonest)
