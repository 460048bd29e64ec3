"""Cost, violations and objective over the grid's axes: heat maps over two, lines over one."""

from dataclasses import dataclass

import numpy as np
from matplotlib import patheffects
from matplotlib.colors import LogNorm, Normalize
from matplotlib.ticker import FixedLocator, LogLocator

from . import style, words
from .errors import NothingToDraw

EVEN = 1e-6           # relative difference of steps that still counts as even
FEW_VALUES = 8        # fewer values than this stand side by side, whatever their distances
MOST_TICKS = 8
MOST_NUMBERS = 8, 12  # columns and rows of a heat map whose cells are labelled
CONTOUR_LEVELS = 3    # rows and columns a contour needs


def draw(result):
    """Three panels over the first two axes that vary, the thresholds before others; all other axes at the best cell."""
    if not result.varying:
        raise NothingToDraw("the grid has no axis with more than one value")
    axes = result.varying[:2]
    panels = _panels(result)
    figure = style.page(result, _title(result), _subtitle(result, axes), 2.7 * len(panels) + 0.3, _handles(result, axes))
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
    say: object            # value in words
    better_high: bool
    is_violation: bool


def _panels(result):
    share = f"share of {result.promised_unit} that break the promise"
    return [Panel("cost_usd", f"Mean cost, USD per {result.period}", "USD", words.number, False, False),
            Panel(result.promised_quantity, share.capitalize(), "share", words.percent, False, True),
            Panel("objective_met_share", "Share of realizations that meet the objective", "share", words.percent, True, False)]


def _title(result):
    return f"{result.name}: cost and violations, setting by setting"


def _subtitle(result, axes):
    parts = [f"Promise: {result.promise(result.best.cell)}", words.sentence(result.sample)]
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
    if places.ticks is None:
        axis.set_major_formatter(style.formatter(words.short))
    else:
        axis.set_major_locator(FixedLocator(places.ticks))
        axis.set_major_formatter(lambda _, position: places.labels[position] if position is not None else "")


def _heat_map(figure, plot, result, panel, across, up):
    """One quantity in colours; hatched where cells are invalid; the best cell starred."""
    dimensions = (up.dimension, across.dimension)
    cell = result.best.cell
    values = result.grid(f"{panel.quantity}_mean", cell, dimensions)
    values = np.ma.masked_where(~np.isfinite(values) | (result.grid("valid", cell, dimensions) != 1), values)
    x, y = places_of(across.values), places_of(up.values)
    budget = result.budgets[result.best.flat]
    norm, has_zero = _colors(values, panel, budget)
    style.hatch_background(plot)
    mesh = plot.pcolormesh(x.edges, y.edges, np.ma.clip(values, norm.vmin, norm.vmax), norm=norm,
                           cmap=style.quality_colors(panel.better_high), rasterized=values.size > 400, edgecolors="face", linewidth=0.1)
    if panel.is_violation:
        _budget_contour(plot, x, y, values, budget)
    if values.shape[1] <= MOST_NUMBERS[0] and values.shape[0] <= MOST_NUMBERS[1]:
        _write_numbers(plot, x, y, values, panel, norm)
    plot.plot(x.centres[cell[across.dimension]], y.centres[cell[up.dimension]], **style.STAR)
    _color_bar(figure, plot, mesh, panel, has_zero)
    _label_ticks(plot.xaxis, x)
    _label_ticks(plot.yaxis, y)
    plot.set_ylabel(up.label.replace(" (", "\n("))


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
    bar = figure.colorbar(mesh, ax=plot, aspect=18, pad=0.02, extend="min" if has_zero else "neither")
    if panel.is_violation:
        bar.ax.yaxis.set_major_locator(LogLocator())
        bar.ax.yaxis.set_minor_locator(FixedLocator([]))
    bar.ax.yaxis.set_major_formatter(style.formatter(panel.say))
    bar.outline.set_visible(False)


def _budget_contour(plot, x, y, values, budget):
    """The border of the settings whose mean share is within the budget."""
    if min(values.shape) < CONTOUR_LEVELS or not values.min() < budget < values.max():
        return
    outline = [patheffects.withStroke(linewidth=3.2, foreground="white")]
    contour = plot.contour(x.centres, y.centres, values, [budget], colors=[style.VERMILION], linewidths=1.6)
    for line in contour.collections:
        line.set_path_effects(outline)


def _write_numbers(plot, x, y, values, panel, norm):
    """Each cell's value in it, dark on bright colours and white on dark ones."""
    for row, column in zip(*np.nonzero(~np.ma.getmaskarray(values))):
        share = float(norm(np.clip(values[row, column], norm.vmin, norm.vmax)))
        bright = (share if panel.better_high else 1 - share) > 0.6
        text = words.short(float(words.plain(values[row, column], 3))) if panel.unit == "USD" else words.percent(values[row, column], 2)
        plot.annotate(text, (x.centres[column], y.centres[row]), (0, -9), textcoords="offset points", ha="center", va="center",
                      size=style.FINE, color=style.INK if bright else "white")


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
        plot.axvspan(places.edges[i], places.edges[i + 1], facecolor=style.PALE, hatch=style.HATCH, edgecolor=style.HATCH_INK, linewidth=0)
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


def _handles(result, axes):
    """What the star, the contour and the hatching mean."""
    handles = [style.star_handle(result.best_name)]
    if len(axes) == 2:
        handles.append(style.budget_handle(result.budgets[result.best.flat], result))
    if not result.valid.all():
        handles.append(style.invalid_handle())
    return handles
