"""Numbers and names as people read them."""

import numpy as np

NAMES = {"ttft": "TTFT", "tpot": "TPOT", "gpu": "GPU", "gpus": "GPUs", "cv": "CV", "usd": "USD", "sd": "SD"}
UNIT_ENDINGS = {"s": "_seconds", "min": "_minutes", "ms": "_ms", "USD": "_usd", "h": "_hour"}
SIGNAL_UNITS = {"tokens_per_minute": "tokens/min", "tokens_per_replica": "tokens/min/replica", "utilization": "utilization"}


def number(value):
    """Six digits, thousands separated, never an exponent: 222,857 or 0.35."""
    if not np.isfinite(value):
        return "–"
    if abs(value) >= 1e6:
        return f"{value:,.0f}"
    return f"{value:,.6g}" if abs(value) >= 1e-4 or value == 0 else plain(value, 3)


def plain(value, digits):
    """A number with so many significant digits and no exponent."""
    return np.format_float_positional(value, precision=digits, fractional=False, trim="-")


def sentence(text):
    """A text that starts a sentence; a number or a name in capitals stays as it is."""
    return text[:1].upper() + text[1:]


def rounded(value, digits):
    """A number with so many significant digits, whole digits kept: 1,234 or 13.7."""
    if not np.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 10**digits else plain(value, digits)


def short(value):
    """A tick's label: 120k, 1.5M, 0.2."""
    for least, size, letter in ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if abs(value) >= least:
            return f"{value / size:,.4g}{letter}"
    return number(value)


def percent(share, digits=3):
    """A share in percent: 0.438%, 99.8%, 0.00012%; never rounded up to all."""
    if not np.isfinite(share):
        return "–"
    return f"{plain(100 * share, digits + 3 if 0.999 < share < 1 else digits)}%"


def usd(value):
    """Money: cents below 100 dollars."""
    return f"${value:,.2f}" if abs(value) < 100 else f"${value:,.0f}"


def whole_usd(value):
    """Money on an axis: $5,000, $1.5M, $0.5."""
    return f"${short(value) if value >= 1e6 else number(value)}"


def counted(many, thing):
    """A number of things, thousands shortened from a million on: 2.18M requests."""
    return f"{short(many) if many >= 1e6 else number(many)} {thing}{'' if many == 1 else 's'}"


def duration(minutes):
    """A length of time in its largest whole unit: 30 seconds, 5 minutes, 2 hours, 7 days; 58.5 minutes."""
    seconds = round(minutes * 60)
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size and seconds % size == 0:
            return count(seconds // size, name)
    return count(seconds, "second") if seconds < 120 else count(round(seconds / 60, 1), "minute")


def count(many, thing):
    """A number of things: 1 day, 1,000 realizations."""
    return f"{number(many)} {thing}" if many == 1 else f"{number(many)} {thing}s"


def listed(parts):
    """Words in a row: a, b and c."""
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)


def axis_name(key, unit):
    """A sweep key in words, without the table it stands in and without its unit: "startup", "scale up at"."""
    name = key if key.startswith("workload.class") else key.rpartition(".")[2]
    name = name.removeprefix("workload.").removesuffix(UNIT_ENDINGS.get(unit, "\0"))
    return " ".join(NAMES.get(word, word) for word in name.replace(".", "_").split("_"))


def axis_unit(key, unit, signal):
    """The unit of a sweep key, or nothing where its name already says it."""
    if key in ("autoscaler.scale_up_at", "autoscaler.scale_down_at"):
        return SIGNAL_UNITS.get(signal, "")
    return "" if unit == "1" or "/" in unit else unit
