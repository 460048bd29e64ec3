"""Request patterns over time: requests, tokens and the busiest seconds of a realization, over the band of all."""

import numpy as np

from . import bands, clock, series, style, words, workload
from .errors import NothingToDraw

PEAK = "peak_requests_per_second"
PANELS = (*workload.PANELS, (PEAK, "Requests in the minute's busiest second", style.PURPLE))
BAND_BLOCKS = 300      # a day in steps of five minutes
PANEL_HEIGHT = 1.9     # inches


def draw(generated, result_bands=None):
    """The first realization minute by minute, over where all realizations lie.

    @param result_bands  workload.ResultBands to draw it over; without them, the input's own realizations
    """
    if not generated.minutes:
        raise NothingToDraw("there is no minutes-K.csv")
    shown = generated.minutes[0]
    panels = [panel for panel in PANELS if panel[0] in shown.columns]
    grid = series.grid(shown["minute"])
    spread = {name: result_bands.of(name) if result_bands else _own_band(generated.minutes, name) for name, *_ in panels}
    figure = style.page(generated.footer, _title(generated), _subtitle(generated, grid, result_bands), PANEL_HEIGHT * len(panels),
                        _handles(shown, grid, spread["requests"]))
    plots = np.atleast_1d(figure.subplots(len(panels), 1, sharex=True))
    for plot, (name, title, color) in zip(plots, panels):
        if spread[name]:
            spread[name].draw(plot, color, mean_width=0.9)
        style.means_and_range(plot, grid, _per_minute(shown, name), color)
        style.warm_up(plot, grid.hours[0])
        style.amount_axis(plot, whole=name == PEAK)
        plot.set_title(title)
    clock.axis(plots[-1], grid.hours[0], grid.edges[-1], generated.sweep.start_weekday if generated.sweep else None)
    return figure


def _own_band(minutes, name):
    """The spread of the realizations that are as long as the longest, in steps of some minutes; None of a single one."""
    longest = max((each["minute"] for each in minutes), key=len)
    alike = [each for each in minutes if name in each.columns and np.array_equal(each["minute"], longest)]
    if len(alike) < 2:
        return None
    return bands.of_rows(series.grid(longest, BAND_BLOCKS), [_per_minute(each, name) for each in alike])


def _per_minute(minutes, name):
    """A quantity by the minute, whatever a row's length; the busiest second is as it is."""
    return minutes[name] if name == PEAK else minutes[name] / series.row_minutes(minutes["minute"])


def _title(generated):
    """What the figure says."""
    shown = generated.minutes[0]
    rate = _per_minute(shown, "requests")[shown.billed]
    return f"{generated.name}: {words.rounded(rate.mean(), 3)} requests a minute, {words.rounded(rate.max(), 3)} in the busiest"


def _subtitle(generated, grid, result_bands):
    """Sums, whose shades they are, and what is not shown."""
    shown = generated.minutes[0]
    requests, prompt, completion = (shown[name][shown.billed].sum() for name in ("requests", "prompt_tokens", "completion_tokens"))
    parts = [f"{words.sentence(shown.label)}: {words.counted(requests, 'request')} with {words.short(prompt)} prompt and "
             f"{words.short(completion)} completion tokens"]
    if shown["minute"][0] < 0 < shown.billed.sum():
        parts[0] += " after the warm-up"
    if result_bands:
        parts.append(result_bands.sentence)
    if grid.rows_per_block > 1:
        parts.append(f"Lines are means of {words.duration(grid.hours_per_block * 60)}, shades about them the range of their minutes")
    if grid.missing:
        parts.append(f"{words.counted(grid.missing, 'minute')} missing: lines break there")
    return ". ".join(parts) + "."


def _handles(shown, grid, band):
    """What lines and shades mean."""
    handles = [style.line_handle(style.BLUE, "-", shown.label)]
    if band:
        handles += band.handles()
    if grid.hours[0] < 0:
        handles.append(style.warm_up_handle())
    return handles
