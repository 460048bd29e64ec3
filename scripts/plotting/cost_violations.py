"""What every setting costs, and how often it breaks the promise."""

import numpy as np

from . import style, words
from .errors import NothingToDraw

MARKED_FRONT = 40      # a longer front is a line without markers
MANY_RINGED = 500      # beside more, rings are thin
MANY_POINTS = 2000     # more are a bitmap in the SVG
MOST_SETTINGS = 6      # in the best cell's label
BUDGET_LABEL = 0.42, 0.06   # width and height of the budget's label, in shares of the plot
BEATEN = "#C9C9C9"


def draw(result):
    """A point per cell in question, the front with intervals, cells that may belong to it, the budget, the best cell."""
    cost, violated = result.cells("cost_usd_mean"), result.cells(f"{result.promised_quantity}_mean")
    shown = np.flatnonzero(result.in_question & np.isfinite(cost) & np.isfinite(violated))
    if shown.size == 0:
        raise NothingToDraw("no cell has a violated share (no requests came in)")
    best, budget, decision = result.best, result.budgets[result.best.flat], result.decision
    front = shown[pareto(cost[shown], violated[shown])]
    beaten, open_cells = (np.intersect1d(shown, np.flatnonzero(which)) if decision else shown[:0]
                          for which in ((decision.front == "no", decision.open) if decision else (None, None)))

    figure = style.page(result.footer, _title(result), _subtitle(result, shown.size), 5.2, _handles(result, front, beaten, open_cells))
    axes = figure.subplots()
    threshold = style.violation_axis(axes, budget, violated[shown])
    axes.scatter(cost[beaten], violated[beaten], c=BEATEN, s=_size(shown), linewidths=0, zorder=1, rasterized=shown.size > MANY_POINTS)
    _points(figure, axes, result, cost, violated, np.setdiff1d(shown, beaten), _size(shown))
    axes.scatter(cost[open_cells], violated[open_cells], s=_size(shown) + 8, facecolors="none", edgecolors=style.VERMILION,
                 linewidths=0.9 if shown.size < MANY_RINGED else 0.4, zorder=7)
    _front(axes, result, cost, violated, front)
    axes.plot(cost[best.flat], violated[best.flat], **style.STAR)
    style.budget_line(axes, budget, result)
    _limits(axes, cost[shown], _reach(result, "cost_usd", front).max())
    axes.set_ylim(-0.3 * threshold, min(1.3, 2.5 * max(violated[shown].max(), budget)))
    axes.set_xlabel(f"mean cost (USD per {result.period})")
    axes.set_ylabel(f"share of {result.promised_unit} that break the promise")
    axes.xaxis.set_major_formatter(style.formatter(words.number))
    axes.grid(True)
    _label_best(figure, axes, result, np.column_stack([cost, violated]), shown, front)
    return figure


def _handles(result, front, beaten, open_cells):
    """What line, dots, rings and star mean."""
    handles = [style.line_handle(style.INK, "-", "front: none is both cheaper and better")] if front.size > 1 else []
    if beaten.size:
        handles += [style.dot_handle(style.quality_colors()(0.75), "may belong to it"), style.dot_handle(BEATEN, "surely beaten")]
    if open_cells.size:
        handles.append(style.ring_handle(style.VERMILION, "may be the cheapest that keeps the promise"))
    return [*handles, style.star_handle(result.best_name)]


def _size(shown):
    """Of a point: many are small."""
    return np.clip(4000 / shown.size, 9, 45)


def pareto(cost, violated):
    """Indices of the cells that no other cell beats on both counts, cheapest first."""
    order = np.lexsort((violated, cost))
    least_before = np.minimum.accumulate(np.concatenate(([np.inf], violated[order][:-1])))
    return order[violated[order] < least_before]


def _title(result):
    """What the figure says."""
    if result.best.keeps_promise:
        return f"{result.name}: what keeping the promise costs"
    return f"{result.name}: {result.no_setting}"


def _subtitle(result, shown):
    """The promise, the sample, and how to read the bars."""
    settings = "One setting" if shown == 1 else f"{words.count(shown, 'setting')}, all on the same traffic"
    if not result.decision and any(axis.key.startswith("workload.") for axis in result.varying):
        settings = words.count(shown, "setting")
    parts = [result.promise_sentence(), f"{settings}; {result.sample}"]
    if result.conditions:
        parts.append(f"Given: {', '.join(result.conditions)}")
    if result.has_intervals:
        parts.append(f"Bars: {result.confidence} intervals of the means")
    parts.append(f"{words.sentence(result.best_name)}: {result.best_reason}")
    return ". ".join(parts) + "."


def _points(figure, axes, result, cost, violated, cells, size):
    """Cells coloured by how often they meet the objective; the good ones on top."""
    met = result.cells("objective_met_share_mean")
    order = cells[np.argsort(met[cells], kind="stable")]
    points = axes.scatter(cost[order], violated[order], c=met[order], cmap=style.quality_colors(), vmin=0, vmax=1, s=size, linewidths=0,
                          zorder=2, rasterized=order.size > MANY_POINTS)
    bar = figure.colorbar(points, ax=axes, aspect=35, pad=0.02)
    bar.set_label("realizations that meet the objective")
    bar.outline.set_visible(False)
    style.percent_axis(bar.ax.yaxis)


def _front(axes, result, cost, violated, cells):
    """The front, connected, with an interval each way."""
    ring = {"marker": "o", "markersize": 3.5, "markerfacecolor": "none", "markeredgewidth": 0.9}
    marker = ring if cells.size <= MARKED_FRONT else {}
    axes.plot(cost[cells], violated[cells], color=style.INK, linewidth=1.3, zorder=6, **marker)
    axes.errorbar(cost[cells], violated[cells], xerr=_reach(result, "cost_usd", cells),
                  yerr=_reach(result, result.promised_quantity, cells), fmt="none", ecolor=style.INK,
                  elinewidth=0.9 if marker else 0.5, zorder=5)


def _reach(result, quantity, cells):
    """How far the interval reaches below and above the mean; nothing where there is none."""
    if not result.has_intervals:
        return np.zeros((2, cells.size))
    mean, low, high = (result.cells(f"{quantity}_{end}")[cells] for end in ("mean", "low", "high"))
    return np.nan_to_num(np.maximum([mean - low, high - mean], 0))


def _limits(axes, cost, reach):
    """Room beside the points and their intervals; a wide range of costs is shown by its logarithm."""
    if cost.min() > 0 and cost.max() > 30 * cost.min():
        axes.set_xscale("log")
        axes.set_xlim(cost.min() / 1.2, cost.max() * 1.2)
    else:
        span = np.ptp(cost) or max(0.1 * abs(cost[0]), 1)
        room = max(0.06 * span, 1.1 * reach)
        axes.set_xlim(cost.min() - room, cost.max() + room)


def _label_best(figure, axes, result, places, shown, front):
    """The best cell's settings and figures, where they hide the least, tied to its star.

    @param places  cost and violated share, a row per cell
    """
    best = places[result.best.flat]
    label = axes.annotate(_best_in_words(result), best, (0.5, 0.5), textcoords="axes fraction", ha="center", va="center",
                          multialignment="left", size=style.SMALL, linespacing=1.35, zorder=11,
                          bbox={"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": style.VERMILION},
                          arrowprops={"arrowstyle": "-", "color": style.VERMILION, "linewidth": 1.2, "shrinkB": 7})
    figure.draw_without_rendering()  # places the axes, so that what follows is measured on final positions
    star = axes.transAxes.inverted().transform(axes.transData.transform(best))
    box = label.get_bbox_patch().get_window_extent(figure.canvas.get_renderer())
    label.set_position(_least_crowded((box.width / axes.bbox.width, box.height / axes.bbox.height), star,
                                      _drawn(axes, result, places, shown, front)))


def _best_in_words(result):
    """The best cell's label, a line a fact."""
    cell, settings = result.best.cell, result.describe(result.best.cell)
    more = ["…"] if len(settings) > MOST_SETTINGS else []
    return "\n".join([*settings[:MOST_SETTINGS], *more,
                      f"{result.estimate('cost_usd', cell, words.usd)} per {result.period}",
                      f"{result.estimate(result.promised_quantity, cell, words.percent)} violated",
                      f"objective met in {words.percent(result.at('objective_met_share_mean', cell))} of realizations"])


def _drawn(axes, result, places, shown, front):
    """What a label should not cover, as points in shares of the plot; lines weigh more than the cells on them."""
    def on_plot(data):
        return axes.transAxes.inverted().transform(axes.transData.transform(data))

    reach = _reach(result, result.promised_quantity, front)
    bars = [on_plot([(x, max(y - down, 0)), (x, y + up)]) for (x, y), down, up in zip(places[front], *reach)]
    corners = on_plot(places[front])
    budget = on_plot([(x, result.budgets[result.best.flat]) for x in axes.get_xlim()])
    star = on_plot(places[[result.best.flat, result.best.flat]])
    label = np.array([[1 - BUDGET_LABEL[0], budget[0][1]], [1, budget[0][1]]])   # above the line, at its right end
    labels = [label + [0, up] for up in np.linspace(0, BUDGET_LABEL[1], 4)]
    lines = [_segment(*ends) for ends in [budget, star, *labels, *zip(corners[:-1], corners[1:]), *bars]]
    return np.vstack([on_plot(places[shown]), np.repeat(np.vstack(lines), 1 + shown.size // 60, axis=0)])


def _segment(start, end):
    """Points along a line, 0.02 apart."""
    return np.linspace(start, end, 2 + int(np.hypot(*(end - start)) / 0.02))


def _least_crowded(size, star, hidden):
    """Centre of a label of this size that covers the fewest points, and is near the star; all in shares of the plot."""
    half = np.divide(size, 2) + 0.025

    def badness(centre):
        return (np.abs(hidden - centre) < half).all(axis=1).sum(), np.hypot(*(centre - star))

    return min((np.array([x, y]) for x in np.linspace(half[0], 1 - half[0], 15) for y in np.linspace(half[1], 1 - half[1], 15)),
               key=badness)
