"""How sure a fit is of its parameters, and whether the part of a trace it has not seen looks like its model."""

import numpy as np
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, NullLocator

from . import style, words

ROW_HEIGHT = 0.27      # inches
REACH = 0.4            # how far beyond the band the axis goes, in widths of the band
MOST_PARAMETERS = 24
QUANTITIES = {"requests": "requests", "tokens": "tokens", "prompt_tokens": "prompt tokens", "completion_tokens": "completion tokens",
              "work": "work"}
STATISTICS = {"cv": "CV", "dispersion_1min": "dispersion, 1 min", "dispersion_5min": "dispersion, 5 min",
              "dispersion_15min": "dispersion, 15 min", "lag1": "lag-1 correlation", "q50": "median", "q95": "95% quantile"}
FOR_ALL = ("cv", "lag1")                          # of every quantity; the other statistics are shown of requests and tokens
BAR = {"color": style.ORANGE, "alpha": 0.28, "linewidth": 0}


def draw_verdict(fit):
    """A row a statistic: where the trace's value lies in the model's 90% band."""
    held_out = fit.values.get("verdict")
    verdict = held_out or fit.get("in_sample")
    rows = [(label, verdict[key]) for key, label in _statistics() if verdict.get(key) and verdict[key].get("band90")]
    judged = [row for row in verdict.values() if row and row.get("inside") is not None]
    inside = sum(row["inside"] for row in judged)
    handles = [Patch(label="the model's 90% band", **BAR), style.line_handle(style.ORANGE, "-", "its mean"),
               style.dot_handle(style.BLUE, "the trace, within"), style.dot_handle(style.VERMILION, "outside")]
    figure = style.page(fit.footer, f"{fit.name}: {inside} of {len(judged)} statistics lie in the model's 90% band",
                        _verdict_subtitle(fit, held_out, len(judged)), ROW_HEIGHT * max(len(rows), 2) + 0.7, handles)
    plot = figure.subplots()
    for place, (_, row) in enumerate(rows):
        _verdict_row(plot, place, row)
    _row_labels(plot, [label for label, _ in rows], [_in_numbers(row) for _, row in rows])
    plot.set_xlim(-REACH, 1 + REACH)
    plot.xaxis.set_major_locator(FixedLocator([0, 1]))
    plot.xaxis.set_major_formatter(style.formatter(lambda x: "5%" if x < 0.5 else "95%"))
    plot.set_xlabel("of the model's records lie below")
    return figure


def _statistics():
    """Keys of the shown statistics with their names, in order."""
    for statistic, name in STATISTICS.items():
        for quantity, what in QUANTITIES.items():
            if statistic in FOR_ALL or quantity in ("requests", "tokens"):
                yield f"{quantity}_per_minute_{statistic}", f"{what}: {name}"
    yield "empty_minutes_share", "minutes without a request"


def _verdict_row(plot, place, row):
    """Band, mean and the trace's value, the band from 0 to 1; what lies far outside stands at the edge as an arrow."""
    low, high = row["band90"]
    width = high - low

    def at(value):
        if width <= 0:
            return 0.5 if value == low else np.sign(value - low) * 9
        return (value - low) / width

    plot.barh(place, 1, 0.62, 0, **BAR)
    mean = at(row["model_mean"])
    plot.plot([mean, mean], [place - 0.31, place + 0.31], color=style.ORANGE, linewidth=1.6)
    x = at(row["trace"])
    shown = np.clip(x, -REACH + 0.05, 1 + REACH - 0.05)
    marker = "o" if shown == x else ">" if x > 0 else "<"
    color = style.BLUE if row["inside"] else style.VERMILION
    plot.plot(shown, place, marker=marker, markersize=6.5, color=color, markeredgecolor="white", zorder=5)


def _in_numbers(row):
    """The same as text."""
    low, high = row["band90"]
    return f"{_brief(row['trace'])}  {'in' if row['inside'] else 'not in'}  {_brief(low)} … {_brief(high)}"


def _brief(value):
    """Three digits: 0.327, 12.1, 362k."""
    return words.short(float(f"{value:.3g}")).replace("-", "\N{MINUS SIGN}")


def _row_labels(plot, left, right):
    """Names of rows to the left, figures to the right, the first on top."""
    plot.set_ylim(len(left) - 0.4, -0.6)
    plot.yaxis.set_major_locator(FixedLocator(range(len(left))))
    plot.yaxis.set_major_formatter(lambda place, _: left[int(place)])
    numbers = plot.secondary_yaxis("right")
    numbers.yaxis.set_major_locator(FixedLocator(range(len(right))))
    numbers.yaxis.set_major_formatter(lambda place, _: right[int(place)])
    for axis in (plot.yaxis, numbers.yaxis):
        axis.set_tick_params(length=0, labelsize=style.FINE, labelcolor=style.INK)
    for spine in (plot.spines["left"], numbers.spines["right"]):
        spine.set_visible(False)
    plot.grid(True, axis="x")


def _verdict_subtitle(fit, held_out, judged):
    """What was fitted and judged, and how many misses chance makes."""
    expected = (f"Of a true model the band holds about {words.number(round(0.9 * judged))} of {judged}, though not independently. "
                "CV: standard deviation over mean; all of sums per minute or per bin")
    if held_out:
        fitted, rest = (words.duration(round(fit.get(key))) for key in ("fitted_minutes", "judged_minutes"))
        return f"Fitted on the first {fitted}, judged on the {rest} after that. {expected}."
    return f"Too short to be judged on a part of its own: fitted and judged on all of it. {expected}."


def draw_parameters(fit):
    """A row a parameter: its estimate and 95% interval; positive ones relative to the estimate, correlations as they are."""
    every = fit.get("parameters")
    shown = every if len(every) <= MOST_PARAMETERS else {key: value for key, value in every.items() if ".mixture." not in key}
    shown = dict(list(shown.items())[:MOST_PARAMETERS])
    signed = {key: value for key, value in shown.items() if "correlation" in key}
    positive = {key: value for key, value in shown.items() if key not in signed}
    parts = ["Dots: estimates. Bars: 95% intervals"]
    if len(shown) < len(every):
        parts.append(f"{words.count(len(every) - len(shown), 'parameter')} of token lengths stand in fit.json alone")
    panels = [(rows, way) for rows, way in ((positive, _relative), (signed, _absolute)) if rows]
    heights = [ROW_HEIGHT * max(len(rows), 2) + 0.6 for rows, _ in panels]
    figure = style.page(fit.footer, f"{fit.name}: the model's parameters, and how sure they are", ". ".join(parts) + ".", sum(heights))
    plots = np.atleast_1d(figure.subplots(len(panels), 1, gridspec_kw={"height_ratios": heights}))
    for plot, (rows, way) in zip(plots, panels):
        way(plot, list(rows.values()))
        _row_labels(plot, [_name(key, value.get("unit", "")) for key, value in rows.items()], [_estimate(value) for value in rows.values()])
    return figure


def _relative(plot, rows):
    """Intervals as multiples of the estimate, on a logarithmic axis."""
    for place, row in enumerate(rows):
        if row["value"] > 0:
            _whisker(plot, place, 1, max(row["low"] / row["value"], 1e-3), row["high"] / row["value"])
    plot.set_xscale("log")
    plot.set_xlim(1 / 6, 6)
    plot.xaxis.set_major_locator(FixedLocator([0.2, 0.5, 1, 2, 5]))
    plot.xaxis.set_minor_locator(NullLocator())
    plot.xaxis.set_major_formatter(style.formatter(lambda x: f"× {words.number(x)}"))
    plot.set_xlabel("relative to the estimate")


def _absolute(plot, rows):
    """Intervals as they are, of correlations."""
    for place, row in enumerate(rows):
        _whisker(plot, place, row["value"], row["low"], row["high"])
    plot.set_xlim(-1.05, 1.05)
    plot.set_xlabel("correlation")


def _whisker(plot, place, value, low, high):
    """An interval with its estimate."""
    plot.plot([low, high], [place, place], color=style.BLUE, linewidth=3, alpha=0.5, solid_capstyle="butt")
    plot.plot(value, place, marker="o", markersize=6, color=style.BLUE, markeredgecolor="white", zorder=5)


def _name(key, unit):
    """A sweep key in words, all of it but the unit: "drift 0 log SD"."""
    name = key.removeprefix("workload.").removesuffix(words.UNIT_ENDINGS.get(unit, "\0")).replace("half_life", "half-life")
    return " ".join(words.NAMES.get(word, word) for word in name.replace(".", "_").split("_"))


def _estimate(row):
    """Estimate, unit and interval."""
    unit = row.get("unit", "")
    unit = f" {unit}" if unit and not unit.startswith("1/") else unit.removeprefix("1")
    return f"{_brief(row['value'])}{unit}  [{_brief(row['low'])}, {_brief(row['high'])}]"
