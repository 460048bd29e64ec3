"""Cost, violations and objective over the grid's axes: heat maps over two, lines over one."""

from dataclasses import dataclass

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm, Normalize
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator
from matplotlib.transforms import offset_copy

from . import style, words
from .errors import NothingToDraw

EVEN = 1e-6           # relative difference of steps that still counts as even
FEW_VALUES = 8        # fewer values than this stand side by side, whatever their distances
MOST_TICKS = 8
MOST_NUMBERS = 8, 6   # columns and rows of a heat map whose cells are labelled
MANY_CELLS = 400      # more are a bitmap in the SVG
STAR_LIFT = 6         # points, where a cell holds a star above its number


def draw(result):
    """Three panels over the first two axes that vary, the thresholds before others; all other axes at the best cell."""
    if not result.varying:
        raise NothingToDraw("the grid has no axis with more than one value")
    axes = result.varying[:2]
    panels = _panels(result)
    figure = style.page(result.footer, _title(result), _subtitle(result, axes), 2.7 * len(panels) + 0.3, _handles(result, axes))
    plots = figure.subplots(len(panels), 1, sharex=True)
    for plot, panel in zip(plots, panels):
        if len(axes) == 2:
            _heat_map(figure, plot, result, panel, *axes)
        else:
            _line(plot, result, panel, axes[0])
        plot.set_title(panel.title)
    plots[-1].set_xlabel(axes[0].label)
    return figure


@dataclass(frozen=True)
class Panel:
    """What one panel shows."""

    quantity: str
    title: str
    unit: str
    say: object            # a value in words
    brief: object          # the same, in a cell
    better_high: bool
    is_violation: bool


def _panels(result):
    """What is shown, from top to bottom."""
    share = f"share of {result.promised_unit} that break the promise"
    cost = Panel("cost_usd", f"Mean cost, USD per {result.period}", "USD", words.number, _brief_number, False, False)
    violated = Panel(result.promised_quantity, share.capitalize(), "share", words.percent, _brief_percent, False, True)
    met = Panel("objective_met_share", "Share of realizations that meet the objective", "share", words.percent, _brief_percent,
                True, False)
    return [cost, violated, met]


def _brief_number(value):
    """Three digits."""
    return words.rounded(value, 3)


def _brief_percent(share):
    """Percent in two digits."""
    return words.percent(share, 2)


def _title(result):
    """What the figure says."""
    return f"{result.name}: cost and violations, setting by setting"


def _subtitle(result, axes):
    """The promise, the sample, what is held fixed, and how to read the panels."""
    parts = [result.promise_sentence(), words.sentence(result.sample)]
    fixed = result.describe(result.best.cell, result.varying[len(axes):])
    if fixed:
        parts.append(f"Held at the {result.best_name}: {', '.join(fixed)}")
    if len(axes) == 1 and result.has_intervals:
        parts.append(f"Bands: {result.confidence} intervals of the means")
    if len(axes) == 2:
        parts.append("Brighter is better")
    parts.append(f"{words.sentence(result.best_name)}: {result.best_reason}")
    return ". ".join(parts) + "."


@dataclass(frozen=True)
class Places:
    """Where an axis' values stand in a plot: at their value if evenly spaced, side by side if few or uneven."""

    centres: np.ndarray
    edges: np.ndarray
    ticks: object   # positions, or None for the plot's own
    labels: object


def places_of(values):
    """Places of an axis' values."""
    steps = np.diff(values)
    if values.size >= FEW_VALUES and np.allclose(steps, steps[0], rtol=EVEN):
        return Places(values, _edges(values), None, None)
    centres = np.arange(values.size, dtype=float)
    ticks = centres[:: -(-values.size // MOST_TICKS)]
    return Places(centres, _edges(centres), ticks, [words.short(values[int(i)]) for i in ticks])


def _edges(centres):
    """Borders half-way between neighbours."""
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate(([2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]))


def _label_ticks(axis, places):
    """Ticks and their labels, on a plot's x or y axis."""
    if places.ticks is None:
        axis.set_major_formatter(style.formatter(words.short))
    else:
        axis.set_major_locator(FixedLocator(places.ticks))
        axis.set_major_formatter(lambda _, position: places.labels[position] if position is not None else "")


def _heat_map(figure, plot, result, panel, across, up):
    """One quantity in colours; hatched where cells are excluded, grey where they are invalid; chosen cells starred."""
    dimensions = (up.dimension, across.dimension)
    cell = result.best.cell
    values = result.grid(f"{panel.quantity}_mean", cell, dimensions)
    values = np.ma.masked_where(~np.isfinite(values) | (result.grid("valid", cell, dimensions) != 1), values)
    x, y = places_of(across.values), places_of(up.values)
    budget = result.budgets[result.best.flat]
    norm, has_zero = _colors(values, panel, budget)
    plot.set_facecolor(style.PALE)
    mesh = plot.pcolormesh(x.edges, y.edges, np.ma.clip(values, norm.vmin, norm.vmax), norm=norm,
                           cmap=style.quality_colors(panel.better_high), rasterized=values.size > MANY_CELLS,
                           edgecolors="face", linewidth=0.1)
    stars = {(cell[up.dimension], cell[across.dimension])}
    excluded = _excluded(result, dimensions)
    if result.decision:
        _hatch(plot, x, y, excluded)
        _border(plot, x, y, excluded, ~np.ma.getmaskarray(values))
        stars |= set(zip(*np.nonzero(result.grid_of(result.decision.chosen, cell, dimensions))))
    lift = 0
    if values.shape[1] <= MOST_NUMBERS[0] and values.shape[0] <= MOST_NUMBERS[1]:
        lift = STAR_LIFT
        _write_numbers(plot, x, y, values, panel, norm, stars, excluded)
    for row, column in stars:
        plot.plot(x.centres[column], y.centres[row], **{**style.STAR, "markersize": 12 if lift else 17},
                  transform=offset_copy(plot.transData, figure, y=lift, units="points"))
    _color_bar(figure, plot, mesh, panel, has_zero)
    _label_ticks(plot.xaxis, x)
    _label_ticks(plot.yaxis, y)
    plot.set_ylabel(up.label.replace(" (", "\n("))


def _hatch(plot, x, y, which):
    """One hatched patch over some cells, a rectangle a run of them in a row."""
    corners = []
    for row, cells in enumerate(which):
        borders = np.flatnonzero(np.diff(np.concatenate(([False], cells, [False])).astype(int)))
        for first, end in borders.reshape(-1, 2):
            left, right, low, high = x.edges[first], x.edges[end], y.edges[row], y.edges[row + 1]
            corners += [(left, low), (right, low), (right, high), (left, high), (left, low)]
    if corners:
        codes = [Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY] * (len(corners) // 5)
        plot.add_patch(PathPatch(Path(corners, codes), **style.EXCLUDED))


def _colors(values, panel, budget):
    """From value to colour, and whether zeros have to share the lowest one."""
    shown = values.compressed()
    if panel.better_high:
        return Normalize(0, 1), False
    if not panel.is_violation:
        low, high = (shown.min(), shown.max()) if shown.size else (0, 1)
        return Normalize(low, high if high > low else low + 1), False
    positive = shown[shown > 0]
    if positive.size == 0:
        return LogNorm(1e-4, 1), bool(shown.size)
    low = max(positive.min(), min(budget, 1e-2) / 1000, 1e-9)
    return LogNorm(low, max(positive.max(), 10 * low)), bool((shown < low).any())


def _color_bar(figure, plot, mesh, panel, has_zero):
    """What the colours mean."""
    bar = figure.colorbar(mesh, ax=plot, aspect=18, pad=0.02, extend="min" if has_zero else "neither")
    if panel.is_violation:
        bar.ax.yaxis.set_major_locator(FixedLocator(_log_ticks(mesh.norm)))
        bar.ax.yaxis.set_minor_locator(FixedLocator([]))
    bar.ax.yaxis.set_major_formatter(style.formatter(panel.say))
    bar.outline.set_visible(False)


def _log_ticks(norm):
    """Powers of ten, with 2 and 5 between them where those are few."""
    decades = 10.0 ** np.arange(np.floor(np.log10(norm.vmin)), np.ceil(np.log10(norm.vmax)) + 1)
    steps = (1,) if norm.vmax > 100 * norm.vmin else (1, 2, 5)
    ticks = np.outer(decades, steps).ravel()
    return ticks[(ticks >= norm.vmin * 0.999) & (ticks <= norm.vmax * 1.001)]


def _border(plot, x, y, excluded, shown):
    """A line between cells that are excluded and their neighbours that aren't."""
    between_columns = (excluded[:, 1:] != excluded[:, :-1]) & shown[:, 1:] & shown[:, :-1]
    between_rows = (excluded[1:] != excluded[:-1]) & shown[1:] & shown[:-1]
    corners = np.stack(np.meshgrid(x.edges, y.edges), axis=-1)  # [row, column]: a cell's lower left one
    lines = [corners[[row, row + 1], column + 1] for row, column in zip(*np.nonzero(between_columns))]
    lines += [corners[row + 1, [column, column + 1]] for row, column in zip(*np.nonzero(between_rows))]
    plot.add_collection(LineCollection(lines, colors="white", linewidths=3.2, capstyle="projecting"))
    plot.add_collection(LineCollection(lines, colors=style.VERMILION, linewidths=1.6, capstyle="projecting"))


def _write_numbers(plot, x, y, values, panel, norm, stars, excluded):
    """Each cell's value in it, dark on bright colours and white on dark ones; below the star where there is one, clear of hatching."""
    for row, column in zip(*np.nonzero(~np.ma.getmaskarray(values))):
        value = values[row, column]
        rank = float(norm(np.clip(value, norm.vmin, norm.vmax)))
        bright = excluded[row, column] or (rank if panel.better_high else 1 - rank) > 0.6
        drop = -STAR_LIFT - 1 if (row, column) in stars else 0
        plot.annotate(panel.brief(value), (x.centres[column], y.centres[row]), (0, drop), textcoords="offset points", ha="center",
                      va="center", size=style.FINE, color=style.INK if bright else "white",
                      bbox=style.FAINT_BOX if excluded[row, column] else None)


def _line(plot, result, panel, axis):
    """One quantity over the only axis that varies, with its interval."""
    cell, places = result.best.cell, places_of(axis.values)
    mean, low, high = (result.grid(f"{panel.quantity}_{end}", cell, (axis.dimension,)) for end in ("mean", "low", "high"))
    valid = result.grid("valid", cell, (axis.dimension,)) == 1
    if panel.is_violation:
        style.violation_axis(plot, result.budgets[result.best.flat], mean[valid & np.isfinite(mean)])
    if result.has_intervals:
        plot.fill_between(places.centres, low, high, where=valid, color=style.BLUE, alpha=0.22, linewidth=0)
    plot.plot(places.centres, np.where(valid, mean, np.nan), color=style.BLUE, marker="o", markersize=3.5)
    for i in np.flatnonzero(~valid):
        plot.axvspan(places.edges[i], places.edges[i + 1], facecolor=style.PALE, linewidth=0)
    for i in np.flatnonzero(_excluded(result, (axis.dimension,))):
        plot.axvspan(places.edges[i], places.edges[i + 1], **style.EXCLUDED_ON_WHITE)
    if panel.is_violation and axis.key != "sla.objective":
        style.budget_line(plot, result.budgets[result.best.flat], result)
    i = cell[axis.dimension]
    plot.plot(places.centres[i], mean[i], **style.STAR)
    plot.set_xlim(min(places.edges), max(places.edges))
    _line_limits(plot, panel, high if result.has_intervals else mean, result.budgets[result.best.flat])
    plot.yaxis.set_major_formatter(style.formatter(panel.say))
    plot.set_ylabel(panel.unit)
    plot.grid(True)
    _label_ticks(plot.xaxis, places)


def _line_limits(plot, panel, high, budget):
    """Money and shares are shown from zero."""
    highest = np.nanmax(high) if np.isfinite(high).any() else 0
    if panel.better_high:
        plot.set_ylim(-0.03, 1.05)
    elif panel.is_violation:
        plot.set_ylim(0, min(1.3, 3 * max(highest, budget, 1e-9)))
    else:
        plot.set_ylim(0, 1.1 * highest if highest > 0 else 1)


def _excluded(result, dimensions):
    """Which cells along some axes are excluded, the others at the best cell; none where that is not known."""
    return result.grid_of(result.decision.excluded if result.decision else ~result.valid & False, result.best.cell, dimensions)


def _handles(result, axes):
    """What the star, the border, hatching and grey mean."""
    handles = [style.star_handle(result.best_name)]
    dimensions = tuple(axis.dimension for axis in axes)
    if _excluded(result, dimensions).any():
        handles.append(style.excluded_handle("excluded: surely breaks the promise, or is dearer", len(axes) == 2))
    if not result.valid.all():
        handles.append(style.invalid_handle())
    return handles
