"""A fit's report: trace and model side by side, lengths, burst structure, parameters, and the verdict."""

import numpy as np
from matplotlib.ticker import FixedLocator, NullLocator

from . import clock, fit_verdict, series, style, words
from .fit_files import open_fit

TRACE, MODEL = style.BLUE, style.ORANGE
BAND = {"color": MODEL, "alpha": 0.28, "linewidth": 0}
TRACE_LINE, LAW_LINE = {"color": TRACE, "linewidth": 2.6, "alpha": 0.6}, {"color": style.INK, "linewidth": 1.0}
PANEL_HEIGHT = 1.9     # inches


def draw(folder):
    """The pictures of a report's folder, one after the other, as (stem, figure)."""
    fit = open_fit(folder)
    yield "fit-traffic", _traffic(fit)
    if fit.lengths:
        yield "fit-lengths", _lengths(fit)
    if fit.structure:
        yield "fit-structure", _structure(fit)
    if fit.get("parameters"):
        yield "fit-parameters", fit_verdict.draw_parameters(fit)
    yield "fit-verdict", fit_verdict.draw_verdict(fit)


def _traffic(fit):
    """The trace and one record of the model, in the same scale, over the model's band."""
    minutes = fit.minutes
    has_tokens = (minutes["prompt_tokens"] + minutes["completion_tokens"]).any()
    quantities = [("requests", "Requests per minute", minutes["requests"], minutes["model_requests"])]
    if has_tokens:
        quantities.append(("tokens", "Tokens per minute", minutes["prompt_tokens"] + minutes["completion_tokens"],
                           minutes["model_prompt_tokens"] + minutes["model_completion_tokens"]))
    banded = [name for name, *_ in quantities if f"model_{name}_low" in minutes]
    handles = [style.line_handle(TRACE, "-", "the trace"), style.line_handle(MODEL, "-", "one record of the model")]
    if banded:
        handles.append(style.shade_handle(BAND["alpha"], "90% of the model's records", MODEL))
    panels = 2 * len(quantities)
    figure = style.page(fit.footer, f"{fit.name}: the trace and a record of its model", _traffic_subtitle(fit), PANEL_HEIGHT * panels, handles)
    grid = series.grid(minutes["minute"])
    plots = figure.subplots(panels, 1, sharex=True)
    for pair, (name, title, *records) in zip(plots.reshape(-1, 2), quantities):
        band = [grid.mean(minutes[f"model_{name}_{end}"] / fit.bin_minutes) for end in ("low", "high")] if name in banded else []
        highest = max(np.nanmax(values) / fit.bin_minutes for values in records)
        for plot, values, color, whose in zip(pair, records, (TRACE, MODEL), ("the trace", "the model")):
            if band:
                plot.fill_between(grid.middle, *band, **BAND)
            style.means_and_range(plot, grid, values / fit.bin_minutes, color)
            style.amount_axis(plot)
            plot.set_ylim(0, 1.08 * max(highest, *(np.nanmax(end) for end in band), 1e-9))
            plot.set_title(f"{title}: {whose}")
    clock.axis(plots[-1], grid.hours[0], grid.edges[-1])
    return figure


def _traffic_subtitle(fit):
    """How long the trace is, and how well its variation is met."""
    parts = [f"{words.counted(fit.get('requests'), 'request')} in {words.duration(round(fit.get('duration_minutes')))}"]
    cv = fit.values.get("tokens_per_minute_cv")
    if cv and cv.get("trace") is not None and cv.get("model_mean") is not None:
        parts.append(f"Coefficient of variation of tokens per minute: trace {words.rounded(cv['trace'], 3)}, "
                     f"model {words.rounded(cv['model_mean'], 3)}, plain Poisson {words.rounded(cv['poisson'], 2)}")
    return ". ".join(parts) + "."


def _lengths(fit):
    """Distribution functions and tails of prompt and completion lengths, beside the fitted mixtures."""
    chosen = fit.get("lengths")["law"] == "parametric"
    title = "log-normal mixtures fit its lengths" if chosen else "its measured lengths are taken"
    handles = [style.line_handle(TRACE, "-", "the trace"),
               style.line_handle(style.INK, "-", "log-normal mixture" + ("" if chosen else " (not taken: too far from the trace)"))]
    subtitle = ("KS: the largest gap between the two distribution functions; on held-out blocks of minutes, in brackets for the measured "
                "lengths of the other blocks.")
    figure = style.page(fit.footer, f"{fit.name}: {title}", subtitle, PANEL_HEIGHT * len(fit.lengths), handles)
    for (share, tail), (kind, rows) in zip(figure.subplots(len(fit.lengths), 2, squeeze=False), fit.lengths.items()):
        tokens = np.maximum(rows["tokens"], 0.5)
        for values, look in ((rows["trace"], TRACE_LINE), (rows["law"], LAW_LINE)):
            share.plot(tokens, values, **look)
            longer = 1 - values
            tail.plot(tokens[longer > 1e-9], longer[longer > 1e-9], **look)
        share.set_title(f"{words.sentence(kind)} tokens")
        tail.set_title(_distance(fit.get("lengths").get(kind, {})), weight="normal", size=style.SMALL)
        _share_axes(share, tail, tokens)
    return figure


def _distance(margin):
    """The law's distance to the trace, as the report has it."""
    held_out = margin.get("held_out_blocks_ks")
    if held_out:
        return f"KS held out {words.plain(held_out['parametric'], 2)} ({words.plain(held_out['empirical'], 2)})"
    return f"KS {words.plain(margin['trace_ks'], 2)}" if margin.get("trace_ks") is not None else ""


def _share_axes(share, tail, tokens):
    """Tokens by powers of ten, shares in percent, of the longest few logarithmically."""
    for plot in (share, tail):
        plot.set_xscale("log")
        plot.set_xlim(0.8 * tokens.min(), 1.25 * tokens.max())
        plot.xaxis.set_major_locator(FixedLocator(10.0 ** np.arange(0, 8)))
        plot.xaxis.set_minor_locator(NullLocator())
        plot.xaxis.set_major_formatter(style.formatter(words.short))
        plot.set_xlabel("tokens of a request")
        plot.grid(True)
    share.set_ylim(0, 1.03)
    share.set_ylabel("share at most as long")
    tail.set_yscale("log")
    tail.set_ylim(1e-3, 1.5)
    tail.yaxis.set_minor_locator(NullLocator())
    tail.set_ylabel("share longer")
    for plot in (share, tail):
        style.percent_axis(plot.yaxis)


def _structure(fit):
    """Autocorrelation and index of dispersion of the trace, in the model's bands; plain Poisson's line."""
    panels = [(name, title, label, level) for name, title, label, level in (
        ("autocorrelation", "How long a busy time is remembered", "autocorrelation", 0),
        ("dispersion", "Index of dispersion: variance of counts over their mean", "variance / mean", 1)) if name in fit.structure]
    handles = [style.line_handle(TRACE, "-", "the trace"), style.line_handle(MODEL, "-", "the model's median"),
               style.shade_handle(BAND["alpha"], "90% of its records", MODEL), style.line_handle(style.VERMILION, "-", "plain Poisson")]
    within = [(rows["trace"] >= rows["model_low"]) & (rows["trace"] <= rows["model_high"]) for rows in fit.structure.values()]
    subtitle = f"{words.percent(np.concatenate(within).mean(), 2)} of the trace's points lie within the band of the model fitted to all of it."
    figure = style.page(fit.footer, f"{fit.name}: burst structure of trace and model", subtitle, 2.4 * len(panels), handles)
    for plot, (name, title, label, poisson) in zip(np.atleast_1d(figure.subplots(len(panels), 1)), panels):
        rows = fit.structure[name]
        plot.fill_between(rows["minutes"], rows["model_low"], rows["model_high"], **BAND)
        plot.plot(rows["minutes"], rows["model_median"], color=MODEL, linewidth=1.2)
        plot.axhline(poisson, color=style.VERMILION, linewidth=1.2)
        plot.plot(rows["minutes"], rows["trace"], color=TRACE, linewidth=1.6, marker="o" if rows["minutes"].size < 30 else None, markersize=3.5)
        plot.set_title(title)
        plot.set_ylabel(label)
        plot.grid(True)
        if name == "dispersion":
            style.log_axis(plot, min(0.5, max(rows["model_low"].min(), 1e-2)), max(rows["model_high"].max(), rows["trace"].max(), 2))
            plot.yaxis.set_major_formatter(style.formatter(words.number))
        plot.set_xlabel("minutes later" if name == "autocorrelation" else "minutes in a window")
        plot.set_xlim(0, 1.02 * rows["minutes"].max())
    return figure
