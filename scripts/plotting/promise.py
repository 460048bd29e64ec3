"""How a replayed fleet kept its promise over time, and what that cost so far."""

import numpy as np

from . import clock, series, style, words

PANEL_HEIGHT = 1.9     # inches
MOST_BARS = 60
LATENCIES = (("ttft_ms", "Time to first token, ms"), ("tpot_ms", "Time per output token, ms"))


def draw(timeline):
    """Latencies with their limits, violations by time, their share so far, and cost so far."""
    latencies = [(name, title) for name, title in LATENCIES if np.isfinite(timeline.columns.get(name, np.nan)).any()]
    figure = style.page(timeline.footer, _title(timeline), _subtitle(timeline), PANEL_HEIGHT * (3 + len(latencies)), _handles(timeline))
    plots = figure.subplots(3 + len(latencies), 1, sharex=True)
    for plot, (name, title) in zip(plots, latencies):
        _latency(plot, timeline, name, title)
    for plot, panel in zip(plots[len(latencies):], (_violations, _so_far, _cost)):
        panel(plot, timeline)
    for plot in plots:
        style.warm_up(plot, timeline.grid.hours[0])
    clock.axis(plots[-1], timeline.grid.hours[0], timeline.grid.edges[-1])
    return figure


def _latency(plot, timeline, name, title):
    """What a tick's requests met at worst, ticks that break the promise marked, and the limit."""
    grid, values = timeline.grid, np.where(np.isfinite(timeline[name]), timeline[name], np.nan)
    style.means_and_range(plot, grid, values, style.BLUE)
    broken = grid.most(np.where(timeline["violated"] > 0, values, np.nan))
    plot.plot(grid.middle, broken, linestyle="none", marker="o", markersize=2.6, color=style.VERMILION, markeredgewidth=0)
    limit = timeline.limit(name)
    known = values[np.isfinite(values) & (values > 0)]
    low, high = min(known.min(initial=np.inf), limit or np.inf), max(known.max(initial=0), limit or 0)
    if high > 8 * low > 0:
        style.log_axis(plot, low, high)
    else:
        plot.set_ylim(0, 1.15 * high if high > 0 else 1)
    if limit:
        style.limit_line(plot, limit, f"promise: {words.number(limit)} ms", style.quieter_side(plot, grid.middle, grid.most(values), limit))
    plot.yaxis.set_major_formatter(style.formatter(words.number))
    plot.grid(True)
    plot.set_title(title)


def _bar_minutes(timeline):
    """A round length of time, so that there are few bars."""
    span = timeline["minute"][-1] - timeline["minute"][0] + timeline.tick_minutes
    return next((length for length in series.BLOCK_MINUTES if length >= timeline.tick_minutes and span / length <= MOST_BARS),
                np.ceil(span / MOST_BARS))


def _violations(plot, timeline):
    """Share that breaks the promise in each stretch of time."""
    length = _bar_minutes(timeline)
    block = np.floor(timeline["minute"] / length + 1e-6).astype(int)
    first = block[0]
    of_all, broken = (np.bincount(block - first, weights) for weights in (timeline.weights, timeline.violated_weights))
    edges = (first + np.arange(of_all.size + 1)) * length / 60
    with np.errstate(invalid="ignore"):
        plot.stairs(broken / np.where(of_all > 0, of_all, np.nan), edges, color=style.VERMILION, fill=True, alpha=0.75, linewidth=0)
    highest = np.max(broken / np.maximum(of_all, 1e-300), initial=0)
    plot.set_ylim(0, max(1.1 * highest, 0.01))
    style.percent_axis(plot.yaxis)
    plot.grid(True)
    plot.set_title(f"Share of {timeline.unit} that break the promise, every {words.duration(length).removeprefix('1 ')}")


def _so_far(plot, timeline):
    """The share of all requests or minutes since the start, against what the objective allows."""
    of_all, broken = np.cumsum(timeline.weights), np.cumsum(timeline.violated_weights)
    with np.errstate(invalid="ignore"):
        share = broken / np.where(of_all > 0, of_all, np.nan)
    grid = timeline.grid
    plot.plot(grid.middle, grid.last(share), color=style.VERMILION, linewidth=1.6)
    late = share[np.isfinite(share)][-max(1, share.size * 9 // 10):]   # the first few ticks swing between none and all
    plot.set_ylim(0, 1.2 * max(late.max(initial=0), 1.2 * (timeline.budget or 0), 1e-4))
    if timeline.budget is not None:
        side = style.quieter_side(plot, grid.middle, grid.last(share), timeline.budget)
        style.limit_line(plot, timeline.budget, f"budget: {words.percent(timeline.budget, 6)} of {timeline.unit}", side)
    style.percent_axis(plot.yaxis)
    plot.grid(True)
    plot.set_title("The same, of all since the start")


def _cost(plot, timeline):
    """Money so far, and what the largest fleet would have cost if it had stood throughout; perfect foresight's sum where it is known."""
    grid, cost = timeline.grid, timeline["cost_usd"]
    plot.plot(grid.middle, grid.last(np.where(timeline.billed, cost, np.nan)), color=style.INK, linewidth=1.6)
    sums = [(cost[-1], "this fleet", style.INK)]
    fixed = _fixed_cost(timeline)
    if fixed is not None:
        plot.plot(grid.middle, grid.last(fixed), color=style.GREY, linewidth=1.1, linestyle=style.LIMIT_DASHES)
        most = words.count(timeline["billed"][timeline.billed].max(), "replica")
        sums.append((fixed[-1], f"{most} all the time (dashed)", style.GREY))
    reference = timeline.summary.get("reference_cost_usd")
    if reference is not None:
        plot.plot(grid.middle[-1], reference, marker="o", markersize=5, color=style.GREEN, clip_on=False, zorder=5)
        sums.append((reference, "perfect foresight (dot)", style.GREEN))
    for line, (usd, label, color) in enumerate(sorted(sums, reverse=True)):   # cost rises, so there is room at the upper left
        plot.annotate(f"{label}: {words.usd(usd)}", (0.015, 1), (0, -2 - 1.4 * style.SMALL * line), xycoords="axes fraction",
                      textcoords="offset points", ha="left", va="top", size=style.SMALL, color=color, weight="bold")
    plot.set_ylim(0, 1.15 * max(max(sums)[0], 0.01))
    plot.yaxis.set_major_formatter(style.formatter(words.whole_usd))
    plot.grid(True)
    plot.set_title("Cost so far, USD")


def _fixed_cost(timeline):
    """Cost so far of the most replicas paid for at once; None where nothing was, or always as many."""
    billed = np.where(timeline.billed, timeline["billed"], 0)
    if billed.sum() == 0 or billed.sum() == billed.max() * timeline.billed.sum() or timeline["cost_usd"][-1] == 0:
        return None
    per_replica_tick = timeline["cost_usd"][-1] / billed.sum()
    return np.where(timeline.billed, billed.max() * per_replica_tick * np.cumsum(timeline.billed), np.nan)


def _title(timeline):
    """What the figure says."""
    share = timeline.violated_share
    late = "no" if share == 0 or not np.isfinite(share) else words.percent(share, 2) + " of"
    return f"{timeline.name}: {late} {timeline.unit} too late, for {words.usd(timeline['cost_usd'][-1])}"


def _subtitle(timeline):
    """The promise, whether it was kept, and how to read thinned lines."""
    parts = []
    if timeline.sweep:
        tpot = f" and {words.number(timeline.limit('tpot_ms'))} ms TPOT" if timeline.limit("tpot_ms") else ""
        limit = words.number(timeline.sweep.get("sla.ttft_ms"))
        parts.append(f"Promise: {words.percent(1 - timeline.budget, 6)} of {timeline.unit} within {limit} ms TTFT{tpot}")
    broken, all_minutes = (words.number(round(rows.sum() * timeline.tick_minutes, 2))
                           for rows in (timeline["violated"][timeline.billed] > 0, timeline.billed))
    kept = "" if timeline.budget is None else "Not kept: " if timeline.violated_share > timeline.budget else "Kept: "
    parts.append(f"{kept}{broken} of {all_minutes} minutes break it")
    if timeline.grid.rows_per_block > 1:
        parts.append(f"Lines of latency are means of {words.duration(timeline.grid.hours_per_block * 60)}, shades their range")
    if timeline.grid.missing:
        parts.append(f"{words.count(timeline.grid.missing, 'tick')} missing: lines break there")
    return ". ".join(parts) + "."


def _handles(timeline):
    """What dots and dashes mean."""
    handles = [style.line_handle(style.BLUE, "-", "worst in the tick"), style.dot_handle(style.VERMILION, "breaks the promise")]
    if timeline.sweep:
        handles.append(style.line_handle(style.VERMILION, style.LIMIT_DASHES, "limits"))
    return [*handles, style.warm_up_handle()] if timeline.grid.hours[0] < 0 else handles
