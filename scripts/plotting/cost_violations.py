"""What every setting costs, and how often it breaks the promise."""

import numpy as np

from . import style, words
from .errors import NothingToDraw

CORNERS = {(0.03, 0.97): ("left", "top"), (0.97, 0.97): ("right", "top"),
           (0.03, 0.10): ("left", "bottom"), (0.97, 0.10): ("right", "bottom")}
LABEL_SIZE = (0.50, 0.24)  # of the best cell's label, in shares of the plot


def draw(result):
    """A point per valid cell, the Pareto frontier with intervals, the budget, the best cell."""
    cost, violated = result.cells("cost_usd_mean"), result.cells(f"{result.promised_quantity}_mean")
    shown = np.flatnonzero(result.valid & np.isfinite(cost) & np.isfinite(violated))
    if shown.size == 0:
        raise NothingToDraw("no cell has a violated share (no requests came in)")
    frontier = shown[pareto(cost[shown], violated[shown])]
    best, budget = result.best, result.budgets[result.best.flat]

    figure = style.page(result, _title(result), _subtitle(result, shown.size), 5.4)
    axes = figure.subplots()
    positive = violated[shown][violated[shown] > 0]
    style.violation_axis(axes, budget, positive.min() if positive.size else None)
    _points(figure, axes, result, cost, violated, shown)
    _frontier(axes, result, cost, violated, frontier)
    style.budget_line(axes, budget, result)
    axes.plot(cost[best.flat], violated[best.flat], **style.STAR,
              label="best setting" if best.keeps_promise else "closest setting")
    _limits(axes, cost[shown], max(violated[shown].max(), budget))
    axes.set_xlabel(f"mean cost (USD per {result.period})")
    axes.set_ylabel(f"{result.promised_unit} that break the promise (share)")
    axes.xaxis.set_major_formatter(style.formatter(words.number))
    axes.grid(True)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncol=3, handletextpad=0.5, columnspacing=1.2, borderpad=0.2)
    _label_best(figure, axes, result, cost, violated, shown, budget)
    return figure


def pareto(cost, violated):
    """Indices of the cells that no other cell beats on both counts, cheapest first."""
    order = np.lexsort((violated, cost))
    least_before = np.minimum.accumulate(np.concatenate(([np.inf], violated[order][:-1])))
    return order[violated[order] < least_before]


def _title(result):
    if result.best.keeps_promise:
        return f"{result.name}: what keeping the promise costs"
    return f"{result.name}: no setting keeps the promise"


def _subtitle(result, shown):
    other = "; the line is its own" if any(axis.key == "sla.objective" for axis in result.varying) else ""
    return (f"Promise: {result.promise(result.best.cell)}{other}. {words.count(shown, 'setting')}, each on the same "
            f"{words.count(result.realizations, 'realization')} of {words.period_length(result.period)}. "
            f"Bars: {result.confidence} confidence intervals of the means.")


def _points(figure, axes, result, cost, violated, shown):
    """All cells, coloured by how often they meet the objective; the good ones on top."""
    met = result.cells("objective_met_share_mean")
    order = shown[np.argsort(met[shown], kind="stable")]
    points = axes.scatter(cost[order], violated[order], c=met[order], cmap=style.quality_colors(), vmin=0, vmax=1,
                          s=np.clip(4000 / order.size, 9, 45), linewidths=0, zorder=2, rasterized=order.size > 2000)
    bar = figure.colorbar(points, ax=axes, aspect=35, pad=0.02)
    bar.set_label("realizations that meet the objective")
    bar.outline.set_visible(False)
    style.percent_axis(bar.ax.yaxis)


def _frontier(axes, result, cost, violated, frontier):
    """The frontier, connected, with an interval each way."""
    axes.plot(cost[frontier], violated[frontier], color=style.INK, linewidth=1, marker="o", markersize=3, markerfacecolor="white",
              markeredgewidth=0.8, zorder=6, label="cheapest for its violations")
    intervals = {axis: _reach(result, quantity, frontier)
                 for axis, quantity in (("xerr", "cost_usd"), ("yerr", result.promised_quantity))}
    axes.errorbar(cost[frontier], violated[frontier], **intervals, fmt="none", ecolor=style.INK, elinewidth=0.8, zorder=5)


def _reach(result, quantity, cells):
    """How far the interval reaches below and above the mean; nothing where there is none."""
    mean, low, high = (result.cells(f"{quantity}_{end}")[cells] for end in ("mean", "low", "high"))
    return np.nan_to_num(np.maximum([mean - low, high - mean], 0))


def _limits(axes, cost, top):
    """Room around the points; zero stands at the bottom."""
    span = np.ptp(cost) or max(abs(cost[0]) * 0.1, 1)
    if cost.min() > 0 and cost.max() > 30 * cost.min():
        axes.set_xscale("log")
    else:
        axes.set_xlim(cost.min() - 0.06 * span, cost.max() + 0.04 * span)
    _, threshold = 0, axes.yaxis.get_transform().linthresh
    axes.set_ylim(-0.25 * threshold, min(1.15, max(top * 2.5, 4 * threshold)))


def _label_best(figure, axes, result, cost, violated, shown, budget):
    """The best cell's settings and figures, in the emptiest corner, tied to its star."""
    best = result.best
    lines = result.describe(best.cell)[:6] or ["the only setting"]
    price = words.with_interval(result, "cost_usd", best.cell, words.usd)
    lines.append(f"{price} per {result.period}")
    share = words.with_interval(result, result.promised_quantity, best.cell, words.percent)
    lines.append(f"{share} violated")
    lines.append(f"objective met in {words.percent(result.at('objective_met_share_mean', best.cell), 3)} of realizations")
    figure.draw_without_rendering()  # places the axes, so that positions below are final
    x, y = _emptiest_corner(axes, cost[shown], violated[shown], budget)
    across, up = CORNERS[x, y]
    axes.annotate("\n".join(lines), (cost[best.flat], violated[best.flat]), (x, y), textcoords="axes fraction",
                  ha=across, va=up, size=style.SMALL, linespacing=1.35, zorder=11,
                  bbox={"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": style.VERMILION, "alpha": 0.95},
                  arrowprops={"arrowstyle": "-", "color": style.VERMILION, "linewidth": 1.2, "shrinkB": 7})


def _emptiest_corner(axes, cost, violated, budget):
    """The corner of the plot that holds the fewest points and not the budget's label."""
    crowd = np.column_stack([cost, violated])
    label = np.column_stack([np.linspace(*axes.get_xlim(), 20), np.full(20, budget)])
    weights = np.concatenate([np.ones(len(crowd)), np.full(20, len(crowd) / 20)])
    places = axes.transAxes.inverted().transform(axes.transData.transform(np.vstack([crowd, label])))

    def crowded(corner):
        far = np.abs(places - corner)
        return weights[(far[:, 0] < LABEL_SIZE[0]) & (far[:, 1] < LABEL_SIZE[1])].sum()

    return min(CORNERS, key=crowded)
