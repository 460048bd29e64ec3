"""Axes of time: whole hours or minutes within a day, midnights over several."""

import numpy as np
from matplotlib.ticker import FixedLocator

from . import style

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOUR_STEPS = (1 / 60, 2 / 60, 5 / 60, 10 / 60, 0.25, 0.5, 1, 2, 3, 4)
WEEKDAY_STEPS = (1, 2, 7, 14, 28, 56, 91, 182, 364)
DAY_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)
MOST_TICKS = 9


def axis(plot, first_hour, last_hour, start_weekday=None):
    """Tick and label a plot's x axis, whose values are hours from the first midnight; negative ones are warm-up.

    @param start_weekday  of hour 0; None where hour 0 is no midnight: time is then counted from it
    """
    plot.set_xlim(first_hour, last_hour)
    several_days = last_hour - min(first_hour, 0) > 30
    step = _step(last_hour - first_hour, several_days, DAY_STEPS if start_weekday is None else WEEKDAY_STEPS)
    ticks = np.arange(np.ceil(first_hour / step - 1e-9), np.floor(last_hour / step + 1e-9) + 1) * step
    plot.xaxis.set_major_locator(FixedLocator(ticks))
    if several_days:
        plot.xaxis.set_major_formatter(style.formatter(lambda hour: _day(hour, last_hour, start_weekday)))
        plot.set_xlabel("days" if start_weekday is None else "clock time (a weekday's name stands at its midnight)")
    else:
        plot.xaxis.set_major_formatter(style.formatter(lambda hour: _time(hour, start_weekday)))
        plot.set_xlabel("time (hours:minutes)" if start_weekday is None else "clock time")


def _step(length, several_days, day_steps):
    """Hours between ticks, so that there are few."""
    if not several_days:
        return next(step for step in HOUR_STEPS if length / step < MOST_TICKS)
    if length <= 12 * MOST_TICKS:
        return 12
    return 24 * next((days for days in day_steps if length / 24 / days < MOST_TICKS), -(-length // (24 * MOST_TICKS)))


def _time(hour, start_weekday):
    """15:00; 24:00 ends a day; before the first midnight it is 23:00 where the clock is known, else -1:00."""
    minutes = round(abs(hour) * 60)
    if hour < 0 and start_weekday is not None:
        minutes = (24 * 60 - minutes) % (24 * 60)
    sign = "\N{MINUS SIGN}" if hour < 0 and start_weekday is None else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}"


def _day(hour, last_hour, start_weekday):
    """A midnight's name: Mon, or day 8; noon between them as 12:00."""
    if round(hour) % 24:
        return f"{int(round(hour) % 24):02d}:00"
    day = round(hour / 24)
    if start_weekday is None:
        return f"{day}"
    weekday = WEEKDAYS[(WEEKDAYS.index(start_weekday) + day) % 7][:3].capitalize()
    return weekday if last_hour <= 7 * 24 else f"{weekday}\nday {day + 1}"
