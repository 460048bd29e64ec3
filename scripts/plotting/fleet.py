"""A replayed fleet over time: what came in, how many replicas stood, how busy they were, what waited."""

import numpy as np
from matplotlib.patches import Patch

from . import clock, style, words

MOST_UTILIZATION = 3   # rare higher peaks are left to the title
READY, BOOTING = style.BLUE, style.ORANGE
STEADY = {"color": style.YELLOW, "alpha": 0.55, "linewidth": 0, "zorder": 0.5}   # between the thresholds


def draw(timeline):
    """Load, replicas, utilization and, if there ever was one, backlog, over one axis of time."""
    panels = [panel for panel in PANELS if panel[0] is not _backlog or timeline["backlog_seconds"].any()]
    heights = [height for _, height in panels]
    figure = style.page(timeline.footer, _title(timeline), _subtitle(timeline), sum(heights), _handles(timeline))
    plots = figure.subplots(len(panels), 1, sharex=True, gridspec_kw={"height_ratios": heights})
    for plot, (draw_panel, _) in zip(plots, panels):
        draw_panel(plot, timeline)
        style.warm_up(plot, timeline.grid.hours[0])
    clock.axis(plots[-1], timeline.grid.hours[0], timeline.grid.edges[-1])
    return figure


def _load(plot, timeline):
    """Tokens, and between which amounts the autoscaler leaves the fleet as it is."""
    tokens = (timeline["prompt_tokens"] + timeline["completion_tokens"]) / timeline.tick_minutes
    thresholds = _token_thresholds(timeline)
    if thresholds:
        up, down = (timeline.grid.mean(values) for values in thresholds)
        plot.stairs(up, timeline.grid.edges, baseline=np.nan_to_num(down), fill=True, **STEADY)
    style.means_and_range(plot, timeline.grid, tokens, style.GREEN)
    style.amount_axis(plot)
    plot.set_title("Tokens per minute")


def _token_thresholds(timeline):
    """Tokens per minute at which replicas are added and removed, for every row; nothing where another signal decides."""
    signal = timeline.sweep.get("autoscaler.signal") if timeline.sweep else None
    scale = {"tokens_per_minute": np.ones(timeline.replicas.size), "tokens_per_replica": timeline.replicas}.get(signal)
    return [] if scale is None else [timeline.sweep.get(f"autoscaler.scale_{way}_at") * scale for way in ("up", "down")]


def _replicas(plot, timeline):
    """Ready ones, booting ones upon them, and those that are paid for where that is not both."""
    grid = timeline.grid
    ready, standing = grid.mean(timeline["ready"]), grid.mean(timeline.replicas)
    if grid.rows_per_block > 1:
        plot.stairs(grid.most(timeline.replicas), grid.edges, baseline=np.nan_to_num(grid.least(timeline.replicas)), color=READY, alpha=0.25,
                    fill=True, linewidth=0)
    plot.stairs(ready, grid.edges, color=READY, alpha=0.45, fill=True, linewidth=0)
    plot.stairs(standing, grid.edges, baseline=np.nan_to_num(ready), color=BOOTING, alpha=0.85, fill=True, linewidth=0)
    if _pays_otherwise(timeline):
        plot.stairs(grid.mean(np.where(timeline.billed, timeline["billed"], np.nan)), grid.edges, baseline=None, color=style.INK, linewidth=0.9)
    most = timeline.sweep.get("autoscaler.max_replicas") if timeline.sweep else np.inf
    highest = max(timeline.replicas.max(), timeline["billed"].max(), 1)
    if most <= 1.3 * highest:
        plot.axhline(most, color=style.GREY, linewidth=1.0, linestyle=style.LIMIT_DASHES)
        plot.annotate(f"at most {words.number(most)}", (1, most), (-4, 3), xycoords=("axes fraction", "data"), textcoords="offset points",
                      ha="right", va="bottom", size=style.FINE, color=style.GREY)
        highest = max(highest, 1.08 * most)
    style.amount_axis(plot, whole=True)
    plot.set_ylim(0, 1.08 * highest)
    plot.set_title("Replicas" + ("" if _pays_otherwise(timeline) else ", all of them paid for"))


def _pays_otherwise(timeline):
    """Whether other replicas are paid for than those that are ready or booting: those that drain, or only those that are ready."""
    return bool((timeline["billed"] != timeline.replicas)[timeline.billed].any())


def _utilization(plot, timeline):
    """Load over capacity; waiting work counts, so it may pass 1."""
    busy = timeline["utilization"]
    shown = np.minimum(busy, MOST_UTILIZATION)
    style.means_and_range(plot, timeline.grid, shown, style.PURPLE)
    plot.axhline(1, color=style.VERMILION, linewidth=1.0, linestyle=style.LIMIT_DASHES)
    if timeline.sweep and timeline.sweep.get("autoscaler.signal") == "utilization":
        plot.axhspan(*(timeline.sweep.get(f"autoscaler.scale_{way}_at") for way in ("down", "up")), **STEADY)
    beyond = int((busy > MOST_UTILIZATION).sum())
    plot.set_ylim(0, max(1.1, 1.05 * np.nanmax(shown, initial=0)))
    style.percent_axis(plot.yaxis)
    plot.grid(True)
    unseen = f" ({words.count(beyond, 'tick')} above {MOST_UTILIZATION * 100}%)" if beyond else ""
    plot.set_title(f"Utilization, work that waits included{unseen}")


def _backlog(plot, timeline):
    """Work left waiting at the end of a tick."""
    grid = timeline.grid
    plot.stairs(grid.most(timeline["backlog_seconds"]), grid.edges, color=style.VERMILION, edgecolor=style.VERMILION, fill=True,
                linewidth=0.8)
    style.amount_axis(plot)
    plot.set_ylim(0, max(1, 1.08 * timeline["backlog_seconds"].max()))
    most = f", at most in {words.duration(grid.hours_per_block * 60)}" if grid.rows_per_block > 1 else ""
    plot.set_title(f"Work left waiting, seconds of one replica{most}")


PANELS = ((_load, 2.1), (_replicas, 2.6), (_utilization, 1.9), (_backlog, 1.7))   # heights in inches


def _title(timeline):
    """What the figure says."""
    standing = timeline.replicas[timeline.billed]
    if standing.min() == standing.max():
        return f"{timeline.name}: {words.count(standing.max(), 'replica')} all the time"
    return (f"{timeline.name}: {words.number(standing.min())} to {words.count(standing.max(), 'replica')}, "
            f"{words.rounded(timeline['billed'][timeline.billed].mean(), 3)} on average")


def _subtitle(timeline):
    """What was served, with how many changes, and how to read thinned lines."""
    ups, downs = timeline.changes
    workload = f" of {timeline.workload}" if timeline.workload else ""
    changes = f"the fleet grew {words.count(ups, 'time')} and shrank {words.count(downs, 'time')}" if ups + downs else "the fleet never changed"
    parts = [f"{words.counted(timeline['requests'][timeline.billed].sum(), 'request')}{workload} in "
             f"{words.duration(timeline.billed.sum() * timeline.tick_minutes)}; {changes}"]
    if timeline.sweep and not timeline["backlog_seconds"].any():
        memoryless = not timeline.sweep.get("service.backlog", True)
        parts.append("Memoryless: no work waits for the next tick" if memoryless else "No work was ever left waiting")
    grid = timeline.grid
    if grid.rows_per_block > 1:
        parts.append(f"Lines and full colours are means of {words.duration(grid.hours_per_block * 60)}, shades their range")
    if grid.missing:
        parts.append(f"{words.count(grid.missing, 'tick')} missing: left blank")
    return ". ".join(parts) + "."


def _handles(timeline):
    """What areas and lines mean."""
    handles = [Patch(facecolor=READY, alpha=0.45, linewidth=0, label="ready"), Patch(facecolor=BOOTING, alpha=0.85, linewidth=0, label="booting")]
    if _pays_otherwise(timeline):
        handles.append(style.line_handle(style.INK, "-", "paid for"))
    if timeline.sweep:
        handles.append(Patch(**STEADY, label="no change wanted"))
    if timeline.grid.hours[0] < 0:
        handles.append(style.warm_up_handle())
    return handles
