"""Where realizations lie, minute by minute: shades between quantiles, and their mean."""

from dataclasses import dataclass

import numpy as np

from . import style, words

ENOUGH = 20            # realizations for quantiles; of fewer the whole range is shown
LEVELS = (0.05, 0.25, 0.75, 0.95)


@dataclass(frozen=True)
class Band:
    """The spread of one quantity over realizations."""

    hours: np.ndarray
    mean: np.ndarray       # None of so few realizations that it would say little
    levels: tuple          # of the quantiles; 0 and 1 are the whole range
    quantiles: np.ndarray  # level by hour
    realizations: int

    def draw(self, plot, color, mean_width=1.2):
        """Shades between paired quantiles, lines for the others and the mean."""
        pairs, alone = paired(self.levels)
        for depth, (low, high) in enumerate(pairs):
            plot.fill_between(self.hours, self.quantiles[low], self.quantiles[high], color=color, alpha=_opacity(depth), linewidth=0)
        for i in alone:
            plot.plot(self.hours, self.quantiles[i], color=style.INK, linewidth=0.8, linestyle=":")
        if self.mean is not None:
            plot.plot(self.hours, self.mean, color=style.INK, linewidth=mean_width, marker="o" if self.hours.size == 1 else None, markersize=4)

    def handles(self):
        """What line and shades mean; nothing where there is the mean alone."""
        pairs, alone = paired(self.levels)
        handles = [style.line_handle(style.INK, "-", "mean")] if (pairs or alone) and self.mean is not None else []
        for depth, (low, high) in enumerate(pairs):
            handles.append(style.shade_handle(_opacity(depth), _between(self.levels[low], self.levels[high], self.realizations)))
        if alone:
            names = words.listed(["median" if self.levels[i] == 0.5 else words.percent(self.levels[i], 6) for i in alone])
            handles.append(style.line_handle(style.INK, ":", names))
        return handles


def of_rows(grid, rows):
    """The band of several realizations: of many, quantiles over them, averaged in each block of time; of few, all there is in the block.

    @param grid  series.Grid of the rows' values
    @param rows  one a realization
    """
    if len(rows) < ENOUGH:
        return Band(grid.middle, None, (0.0, 1.0), np.array([grid.least(np.min(rows, axis=0)), grid.most(np.max(rows, axis=0))]), len(rows))
    quantiles = np.array([grid.mean(row) for row in np.quantile(rows, LEVELS, axis=0)])
    return Band(grid.middle, grid.mean(np.mean(rows, axis=0)), LEVELS, quantiles, len(rows))


def paired(levels):
    """Quantiles that make a band with their mirror image, the widest first, and those that have none.

    @return  pairs of indices, and indices
    """
    levels = np.asarray(levels, float)
    order = np.argsort(levels)
    pairs = [(int(low), int(high)) for low in order for high in order
             if levels[low] < 0.5 and np.isclose(levels[low] + levels[high], 1)]
    inside = {i for pair in pairs for i in pair}
    return pairs, [int(i) for i in order if int(i) not in inside]


def _between(low, high, realizations):
    """What a shade covers, in words."""
    if (low, high) == (0, 1):
        return f"range of all {words.number(realizations)}"
    return f"{words.percent(low, 6).rstrip('%')}–{words.percent(high, 6)} of realizations"


def _opacity(depth):
    """Of a band: inner ones lie on outer ones and so come out darker."""
    return 0.22 + 0.12 * depth
