"""The latency curve of a sweep with its limit, and where the ticks of a replay fell on it."""

import numpy as np
from matplotlib.lines import Line2D

from . import latency, style, words
from .errors import NothingToDraw

CURVES = (("ttft", "Time to first token"), ("tpot", "Time per output token"))
PANEL_HEIGHT, TIMES_HEIGHT = 3.4, 1.4   # inches
BARS = 50
CURVE = {"color": style.INK, "linewidth": 1.6, "zorder": 4}
CURVE_BEHIND = {"color": "#B4B4B4", "linewidth": 5, "zorder": 2, "solid_capstyle": "butt"}   # under dots
MOST_DOTS = 20000      # more are drawn once for each place of a fine raster
MANY_DOTS = 2000       # more are a bitmap in the SVG


def draw(footer, name, sweep, timeline=None):
    """A panel for each curve: latency over utilization, the limit, the largest utilization within it, ticks as dots.

    @param timeline  a replay's ticks, or None
    """
    curves = [(which, title, latency.of_sweep(sweep, which)) for which, title in CURVES] if sweep else []
    curves = [entry for entry in curves if entry[2]]
    if not curves:
        raise NothingToDraw("no sweep.toml stands beside it" if sweep is None else "the sweep has no latency curve")
    heights = [PANEL_HEIGHT] * len(curves) + ([TIMES_HEIGHT] if timeline else [])
    figure = style.page(footer, _title(name, sweep, curves), _subtitle(sweep, curves, timeline), sum(heights), _handles(timeline))
    plots = np.atleast_1d(figure.subplots(len(heights), 1, sharex=True, gridspec_kw={"height_ratios": heights}))
    right = 1.0 if timeline is None else max(1.0, _dots(timeline, "utilization")[0].max(initial=0))
    for plot, (which, title, curve) in zip(plots, curves):
        _panel(plot, sweep, which, curve, timeline, 1.03 * right)
        plot.set_title(f"{title}, ms")
    if timeline:
        _times(plots[-1], timeline, right)
    plots[-1].set_xlim(0, 1.03 * right)
    style.percent_axis(plots[-1].xaxis)
    plots[-1].set_xlabel("utilization: work, waiting work included, over capacity")
    return figure


def _panel(plot, sweep, which, curve, timeline, right):
    """One curve."""
    x, y, broken = _thinned(*_dots(timeline, f"{which}_ms"))
    rho = np.linspace(0, right if curve.goes_on else 1, 2000)
    values = curve.at(rho)
    for color, which_dots in ((style.BLUE, ~broken), (style.VERMILION, broken)):
        plot.plot(x[which_dots], y[which_dots], linestyle="none", marker="o", markersize=3, markeredgewidth=0, alpha=0.5, color=color,
                  rasterized=x.size > MANY_DOTS, zorder=3)
    plot.plot(rho, values, **(CURVE if timeline is None else CURVE_BEHIND))
    limit = sweep.get(f"sla.{which}_ms", 0)
    if limit:
        style.limit_line(plot, limit, f"promise: {words.number(limit)} ms", side="left")
        _mark_highest(plot, curve, limit, right)
    low, high = min(values.min(), limit or np.inf), max(values.max(), y.max(initial=0), limit or 0)
    if high > 8 * low > 0:
        style.log_axis(plot, low, high)
    else:
        plot.set_ylim(0, 1.12 * high if high > 0 else 1)
    plot.yaxis.set_major_formatter(style.formatter(words.number))
    plot.grid(True)


def _dots(timeline, column):
    """Utilization, a column's value and whether they break the promise, of a replay's ticks with requests."""
    if timeline is None or column not in timeline.columns:
        return np.zeros(0), np.zeros(0), np.zeros(0, bool)
    x, y, broken = timeline["utilization"], timeline[column], timeline["violated"] > 0
    seen = np.isfinite(x) & np.isfinite(y) & (timeline["requests"] > 0) & timeline.billed
    return x[seen], y[seen], broken[seen]


def _thinned(x, y, broken):
    """Few enough to draw: one in each place of a fine raster."""
    if x.size > MOST_DOTS:
        raster = np.column_stack([np.round(x * 500), np.round(np.log(np.maximum(y, 1e-3)) * 100), broken])
        kept = np.unique(raster, axis=0, return_index=True)[1]
        x, y, broken = x[kept], y[kept], broken[kept]
    return x, y, broken


def _times(plot, timeline, right):
    """How often the fleet was how busy."""
    x, _, broken = _dots(timeline, "utilization")
    edges = np.linspace(0, right, BARS + 1)
    below = np.zeros(BARS)
    for color, dots in ((style.BLUE, ~broken), (style.VERMILION, broken)):
        share = np.histogram(x[dots], edges)[0] / max(x.size, 1)
        plot.stairs(below + share, edges, baseline=below, color=color, alpha=0.6, fill=True, linewidth=0)
        below = below + share
    plot.set_title("How often the fleet was how busy")
    plot.set_ylabel("share of ticks")
    style.percent_axis(plot.yaxis)
    plot.grid(True, axis="y")


def _mark_highest(plot, curve, limit, right):
    """Where the curve meets the limit, with its utilization."""
    highest = latency.highest_within(curve, limit)
    if highest is None or highest >= 1:
        return
    plot.plot([highest, highest], [0, limit], color=style.VERMILION, linewidth=1.0, linestyle=":", zorder=5)
    plot.plot(highest, limit, marker="o", markersize=6, color=style.VERMILION, markeredgecolor="white", zorder=6)
    side = "left" if highest < 0.9 * right else "right"   # the curve rises, so there is room below and to the right
    plot.annotate(words.percent(highest), (highest, 0), (5 if side == "left" else -5, 5), xycoords=("data", "axes fraction"),
                  textcoords="offset points", ha=side, va="bottom", size=style.SMALL, color=style.VERMILION, weight="bold", zorder=7)


def _title(name, sweep, curves):
    """What the figure says."""
    which, _, curve = curves[0]
    what = words.NAMES[which]
    limit = sweep.get(f"sla.{which}_ms", 0)
    highest = latency.highest_within(curve, limit) if limit else 1.0
    if not limit:
        return f"{name}: {what} over utilization"
    if highest is None:
        return f"{name}: even an idle fleet exceeds {words.number(limit)} ms"
    if highest >= 1:
        return f"{name}: {what} within {words.number(limit)} ms up to full load"
    return f"{name}: {what} within {words.number(limit)} ms up to {words.percent(highest)} utilization"


def _subtitle(sweep, curves, timeline):
    """Which curve it is, and why dots may lie above it."""
    parts = [words.sentence(curve.name) for *_, curve in curves]
    if timeline is not None and timeline["backlog_seconds"].any():
        parts.append("Dots above the curve waited for a backlog besides")
    return ". ".join(parts) + "."


def _handles(timeline):
    """What line and dots mean."""
    handles = [Line2D([], [], label="the curve", **(CURVE if timeline is None else CURVE_BEHIND))]
    if timeline is not None:
        handles += [style.dot_handle(style.BLUE, "a tick within the promise"), style.dot_handle(style.VERMILION, "a tick that breaks it")]
    return handles
