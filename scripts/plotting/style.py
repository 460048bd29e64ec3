"""How figures look: the one place for sizes, colours, the page around a plot, and files."""

import os
import tempfile
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from . import words

# Figures are narrow and stacked: on a phone a 6.4-inch page keeps its letters legible.
WIDTH, MARGIN, LEGEND = 6.4, 0.14, 0.26  # inches
LEGEND_HANDLE, LEGEND_PAD, LEGEND_GAP = 2.0, 0.5, 1.4  # letters: a sample's width, from it to its label, from label to sample
DPI = 200
TITLE, TEXT, SMALL, FINE = 14, 10, 9, 8  # points; nothing is smaller than FINE
LINE = 1.35                          # line height, in letters

# Okabe and Ito's colours, told apart by colour-blind readers too
INK, GREY, PALE = "#222222", "#5A5A5A", "#E4E4E4"
BLUE, SKY, ORANGE, GREEN, VERMILION = "#0072B2", "#56B4E9", "#E69F00", "#009E73", "#D55E00"
PURPLE, YELLOW = "#CC79A7", "#F0E442"
HATCH = "////"

RC = {
    "font.family": "DejaVu Sans", "font.size": TEXT, "text.parse_math": False, "axes.unicode_minus": True,
    "axes.labelsize": TEXT, "axes.titlesize": TEXT, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "xtick.labelsize": SMALL, "ytick.labelsize": SMALL, "legend.fontsize": SMALL, "legend.frameon": False, "legend.handlelength": LEGEND_HANDLE,
    "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY, "axes.labelcolor": INK,
    "xtick.color": GREY, "ytick.color": GREY, "text.color": INK, "hatch.linewidth": 0.7,
    "axes.grid": False, "grid.color": "#E0E0E0", "grid.linewidth": 0.6, "axes.axisbelow": True,
    "svg.hashsalt": "fleetcast", "svg.fonttype": "path",
}
STAR = {"marker": "*", "markersize": 17, "markerfacecolor": VERMILION, "markeredgecolor": "white", "markeredgewidth": 1.1,
        "linestyle": "none", "zorder": 10}
LIMIT_DASHES = (0, (5, 3))
# what is excluded: paler, and hatched
EXCLUDED = {"facecolor": (1, 1, 1, 0.45), "edgecolor": (0.13, 0.13, 0.13, 0.55), "hatch": HATCH, "linewidth": 0}
EXCLUDED_ON_WHITE = {"facecolor": "none", "edgecolor": (0.13, 0.13, 0.13, 0.25), "hatch": HATCH, "linewidth": 0}
FAINT_BOX = {"boxstyle": "round,pad=0.15", "facecolor": (1, 1, 1, 0.6), "edgecolor": "none"}
WHITE_BOX = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": "none", "alpha": 0.85}


def quality_colors(better_high=True):
    """Viridis without its palest end, which white paper swallows; bright is better in every figure."""
    viridis = matplotlib.colormaps["viridis"]
    colors = ListedColormap([viridis(i / 255 * 0.93) for i in range(256)])
    return colors if better_high else colors.reversed()


def page(footer_text, title, subtitle, height, handles=()):
    """A figure with a header that says what is seen and a footer that says where it is from.

    @param height   of the plots between them, inches
    @param handles  entries of a legend below the header
    @return         Figure; add axes with `figure.subplots`
    """
    matplotlib.rcParams.update(RC)
    figure = Figure(figsize=(WIDTH, height))
    FigureCanvasAgg(figure)
    lines = [(TITLE, "bold", INK, line) for line in _wrapped(figure, title, TITLE, "bold")]
    lines += [(TEXT, "normal", GREY, line) for line in _wrapped(figure, subtitle, TEXT, "normal")]
    legends = _legend_rows(figure, handles)
    header = sum(size * LINE / 72 for size, *_ in lines) + 2 * MARGIN + LEGEND * len(legends)
    footer = FINE * LINE / 72 + MARGIN
    total = header + height + footer
    figure.set_size_inches(WIDTH, total)
    y = total - MARGIN
    for size, weight, color, line in lines:
        figure.text(MARGIN / WIDTH, (y - size / 72) / total, line, size=size, weight=weight, color=color, va="baseline")
        y -= size * LINE / 72
    for row in legends:
        figure.legend(handles=row, ncol=len(row), loc="upper left", bbox_to_anchor=(MARGIN / WIDTH, (y - 0.5 * MARGIN) / total),
                      borderpad=0, borderaxespad=0, handletextpad=LEGEND_PAD, columnspacing=LEGEND_GAP)
        y -= LEGEND
    figure.text(MARGIN / WIDTH, MARGIN / 2 / total, footer_text, size=FINE, color=GREY, va="bottom")
    figure.set_layout_engine("constrained", rect=(0.01, footer / total, 0.98, height / total), h_pad=0.06, w_pad=0.06)
    return figure


def save(figure, stem):
    """Write STEM.png and STEM.svg, each aside first and then renamed; return their paths."""
    paths = []
    for suffix, metadata in ((".png", None), (".svg", {"Date": None})):
        path = Path(f"{stem}{suffix}")
        handle, aside = tempfile.mkstemp(suffix=suffix, prefix=f".{path.stem}-", dir=path.parent)
        os.close(handle)
        try:
            figure.savefig(aside, dpi=DPI, metadata=metadata)
            os.chmod(aside, 0o644)
            os.replace(aside, path)
        except BaseException:
            os.unlink(aside)
            raise
        paths.append(path)
    return paths


def formatter(words_for):
    """Tick labels from a function of the value."""
    return FuncFormatter(lambda value, _: words_for(value))


def percent_axis(axis):
    """Shares as percent on an axis of a plot."""
    axis.set_major_formatter(formatter(lambda share: words.percent(share, 3)))


def amount_axis(plot, whole=False):
    """Amounts from zero, in thousands and millions, with a grid.

    @param whole  whether they are whole numbers
    """
    plot.set_ylim(bottom=0)
    plot.yaxis.get_major_locator().set_params(integer=whole)
    plot.yaxis.set_major_formatter(formatter(words.short))
    plot.grid(True)


def means_and_range(plot, grid, values, color):
    """Values over time as a line; where blocks of time hold several, the line is their mean and their range lies behind it.

    @param grid  series.Grid of the values
    """
    if grid.rows_per_block > 1:
        plot.fill_between(grid.middle, grid.least(values), grid.most(values), color=color, alpha=0.3, linewidth=0)
    plot.plot(grid.middle, grid.mean(values), color=color, linewidth=0.9, marker="." if grid.hours.size == 1 else None)


def violation_axis(axes, budget, shares):
    """A logarithmic y axis for violated shares that has room for zero.

    @param budget  1 - objective; detail fades out three decades below it
    @param shares  what is shown; sets where the logarithmic part begins
    @return        the share below which the axis is linear
    """
    anchor = budget if budget > 0 else 1e-3
    positive = [share for share in shares if share > 0]
    threshold = 10.0 ** _decade(min(max(min(positive, default=anchor), anchor / 1000), anchor / 10))
    axes.set_yscale("symlog", linthresh=threshold, linscale=0.5)
    axes.yaxis.set_major_locator(FixedLocator([0, *(10.0**k for k in range(_decade(threshold), 1))]))
    axes.yaxis.set_minor_locator(NullLocator())
    percent_axis(axes.yaxis)
    return threshold


def budget_line(axes, budget, result):
    """The most violations that the objective allows, a labelled line across."""
    limit_line(axes, budget, f"budget: {words.percent(budget, 6)} of {result.promised_unit}")


def limit_line(plot, value, label, side="right"):
    """What must not be passed, a labelled line across."""
    plot.axhline(value, color=VERMILION, linewidth=1.4, linestyle=LIMIT_DASHES, zorder=4)
    plot.annotate(label, (1 if side == "right" else 0, value), (-4 if side == "right" else 4, 4), xycoords=("axes fraction", "data"),
                  textcoords="offset points", ha=side, va="bottom", size=SMALL, color=VERMILION, weight="bold", bbox=WHITE_BOX, zorder=9)


def quieter_side(plot, x, y, level):
    """The end of a level line, "left" or "right", above which fewer points of a curve would lie under its label; limits must be set."""
    to_share = plot.transScale + plot.transLimits
    known = np.isfinite(y) & ((y > 0) | (plot.get_yscale() == "linear"))
    across, up = to_share.transform(np.column_stack([x[known], y[known]])).T
    line = to_share.transform((x[0], level))[1]
    hidden = (up > line - 0.03) & (up < line + 0.2)
    return "left" if (hidden & (across < 0.4)).sum() < (hidden & (across > 0.6)).sum() else "right"


def log_axis(plot, low, high):
    """A logarithmic y axis from below the lowest to above the highest value, with round ticks."""
    plot.set_yscale("log")
    plot.set_ylim(low / 1.3, high * 1.5)
    steps = (1, 2, 5) if high < 200 * low else (1,)
    plot.yaxis.set_major_locator(LogLocator(subs=steps))
    plot.yaxis.set_minor_locator(NullLocator())


def star_handle(label):
    """A legend's entry for the starred cell."""
    return Line2D([], [], label=label, **{**STAR, "markersize": 13})


def line_handle(color, linestyle, label):
    """A legend's entry for a line."""
    return Line2D([], [], color=color, linewidth=1.6, linestyle=linestyle, label=label)


def dot_handle(color, label):
    """A legend's entry for dots."""
    return Line2D([], [], color=color, linestyle="none", marker="o", markersize=5, markeredgewidth=0, label=label)


def ring_handle(color, label):
    """A legend's entry for rings."""
    return Line2D([], [], color=color, linestyle="none", marker="o", markersize=5.5, markerfacecolor="none", markeredgewidth=0.9, label=label)


def warm_up(plot, first_hour):
    """Grey where time has not begun to count."""
    if first_hour < 0:
        plot.axvspan(first_hour, 0, color=PALE, alpha=0.6, linewidth=0, zorder=0)


def warm_up_handle():
    """A legend's entry for it."""
    return Patch(facecolor=PALE, alpha=0.6, linewidth=0, label="warm-up")


def shade_handle(opacity, label, color=INK):
    """A legend's entry for a band; in ink for bands of any colour."""
    return Patch(facecolor=color, alpha=opacity, linewidth=0, label=label)


def invalid_handle():
    """A legend's entry for cells without a value."""
    return Patch(facecolor=PALE, linewidth=0, label="contradictory settings, not run")


def excluded_handle(label, on_colors):
    """A legend's entry for settings that are excluded.

    @param on_colors  whether they lie on colours, or on white
    """
    sample = {**EXCLUDED, "facecolor": (*quality_colors()(0.6)[:3], 0.5)} if on_colors else EXCLUDED_ON_WHITE
    return Patch(label=label, **sample)


def _decade(value):
    """The power of ten at or below a positive number."""
    exponent = 0
    while 10.0**exponent > value * (1 + 1e-9):
        exponent -= 1
    return exponent


def _legend_rows(figure, handles):
    """A legend's entries in rows that fit the page."""
    width_of = _measure(figure, SMALL, "normal")
    letter = SMALL / 72 * figure.dpi
    rows, left = [], 0
    for handle in handles:
        width = width_of(handle.get_label()) + (LEGEND_HANDLE + LEGEND_PAD + LEGEND_GAP) * letter
        if not rows or width > left:
            rows.append([])
            left = (WIDTH - 2 * MARGIN) * figure.dpi + LEGEND_GAP * letter
        rows[-1].append(handle)
        left -= width
    return rows


def _measure(figure, size, weight):
    """A function that tells how many pixels wide a text is."""
    def width(text):
        probe = figure.text(0, 0, text, size=size, weight=weight)
        extent = probe.get_window_extent(figure.canvas.get_renderer()).width
        probe.remove()
        return extent

    return width


def _wrapped(figure, text, size, weight):
    """Lines of a text that fit the page."""
    room = (WIDTH - 2 * MARGIN) * figure.dpi
    width = _measure(figure, size, weight)
    lines = []
    for word in text.split():
        while width(word) > room:  # a name longer than the page
            fits = next(n for n in range(len(word), 0, -1) if n == 1 or width(word[:n]) <= room)
            lines.append(word[:fits])
            word = word[fits:]
        if lines and width(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
