"""Token lengths of a realization's requests against the laws they were drawn from: their bulk, and their tails."""

import numpy as np
from matplotlib.ticker import FixedLocator, NullLocator

from . import laws, style, words
from .errors import NothingToDraw

QUANTITIES = (("prompt_tokens", "prompt", style.GREEN), ("completion_tokens", "completion", style.ORANGE))
BINS_PER_OCTAVE = 4
MOST_CLASSES = 4
ROW_HEIGHT = 1.9       # inches
KS_95 = 1.358          # Kolmogorov's 95% point, over the root of the sample's size


def draw(generated):
    """A row for each class and quantity: shares by length, and the share of longer requests on logarithmic axes."""
    if not generated.requests:
        raise NothingToDraw("there is no requests-K.csv")
    requests = generated.requests[0]
    largest = sorted(requests.classes, key=lambda label: -_size(requests, label))[:MOST_CLASSES]
    shown = [label for label in requests.classes if label in largest]
    rows = [(label, *quantity) for label in shown for quantity in QUANTITIES]
    known = [laws.law_of(generated.sweep, label, name) if generated.sweep else None for label, name, *_ in rows]
    figure = style.page(generated.footer, f"{generated.name}: how long requests are", _subtitle(generated, requests, shown, known),
                        ROW_HEIGHT * len(rows), _handles(known))
    plots = figure.subplots(len(rows), 2, squeeze=False)
    for (bulk, tail), (label, name, word, color), law in zip(plots, rows, known):
        counts = requests.lengths[label, name]
        _bulk(bulk, counts, law, color)
        _tail(tail, counts, law, color)
        bulk.set_title(f"{words.sentence(word)} tokens" + (f", class {label}" if len(requests.classes) > 1 else ""))
        if law:
            chance = words.plain(KS_95 / np.sqrt(counts.sum()), 2)
            tail.set_title(f"KS distance {words.plain(laws.distance(counts, law), 2)} ({chance})", weight="normal", size=style.SMALL)
        for plot in (bulk, tail):
            _length_axis(plot, counts)
    for plot in plots[-1]:
        plot.set_xlabel("tokens of a request")
    return figure


def _size(requests, label):
    """How many requests a class has."""
    return requests.lengths[label, "prompt_tokens"].sum()


def edges_of(longest):
    """Bin borders between integers, evenly spaced in logarithms as far as integers allow."""
    edges = np.unique(np.round(2 ** np.arange(0, np.log2(longest + 1) + 2 / BINS_PER_OCTAVE, 1 / BINS_PER_OCTAVE))) - 0.5
    return np.concatenate([[-0.5], edges]) if edges[0] > -0.5 else edges


def _bulk(plot, counts, law, color):
    """Shares by length, per octave so that unequal bins compare; the law's in the same bins."""
    edges = edges_of(counts.size - 1)
    edges = edges[edges > 0]   # requests of no tokens have no place on a logarithmic axis; the tail shows them
    octaves = np.diff(np.log2(edges))
    cumulative = np.cumsum(counts) / counts.sum()
    upto = cumulative[np.minimum(np.floor(edges).astype(int), counts.size - 1)]
    plot.stairs(np.diff(upto) / octaves, edges, color=color, fill=True, alpha=0.45, linewidth=0)
    if law:
        plot.stairs(np.diff(law(np.floor(edges))) / octaves, edges, color=style.INK, linewidth=1.1, baseline=None)
    plot.set_ylim(bottom=0)
    plot.yaxis.set_major_formatter(style.formatter(words.percent))
    plot.set_ylabel("share per doubling")
    plot.grid(True, axis="y")


def _tail(plot, counts, law, color):
    """Share of requests longer than so many tokens, down to a single request."""
    k = np.unique(np.round(np.geomspace(1, counts.size, 400)).astype(int)) - 1
    longer = 1 - np.cumsum(counts)[k] / counts.sum()
    expected = 1 - law(k) if law else np.zeros(k.size)
    single = 0.5 / counts.sum()
    for shares, look in ((longer, {"color": color, "linewidth": 2.6, "alpha": 0.6}), (expected, {"color": style.INK, "linewidth": 1.0})):
        plot.plot(k[shares > single] + 0.5, shares[shares > single], **look)
    lowest = min(shares[shares > single].min(initial=0.1) for shares in (longer, expected)) / 2
    plot.set_yscale("log")
    plot.set_ylim(lowest, 1.5)
    decades = 10.0 ** np.arange(np.ceil(np.log10(lowest)), 1)
    plot.yaxis.set_major_locator(FixedLocator(decades[::-1][::-(-decades.size // 5)]))
    plot.yaxis.set_minor_locator(NullLocator())
    plot.yaxis.set_major_formatter(style.formatter(words.percent))
    plot.set_ylabel("share longer")
    plot.grid(True)


def _length_axis(plot, counts):
    """Tokens, by powers of ten, from the shortest to the longest seen."""
    filled = np.flatnonzero(counts)
    plot.set_xscale("log")
    plot.set_xlim(max(0.5, 0.8 * filled[0]), 1.25 * (filled[-1] + 1))
    plot.xaxis.set_major_locator(FixedLocator(10.0 ** np.arange(0, 8)))
    plot.xaxis.set_minor_locator(NullLocator())
    plot.xaxis.set_major_formatter(style.formatter(words.short))


def _subtitle(generated, requests, shown, known):
    """The sample, how to read the distance, and what the law leaves out."""
    total = sum(_size(requests, label) for label in requests.classes)
    parts = [f"{words.sentence(requests.label)}: {words.counted(total, 'request')}, warm-up included"]
    if any(known):
        parts.append("KS distance: the largest gap between the two distribution functions, in brackets what chance alone exceeds once in 20 "
                     "times")
        if any(generated.sweep.get(f"workload.{kind}_drift_log_sd", 0) > 0 for kind in ("prompt", "completion")):
            parts.append("Laws are as they are before the drift of lengths, so gaps are wider than by chance")
    if not all(known):
        parts.append("Laws are not known where sweep.toml has no such class, or the lengths it was given are gone" if generated.sweep else
                     "No sweep.toml stands beside it, so the laws are not known")
    if len(requests.classes) > len(shown):
        parts.append(f"The {len(shown)} largest of {len(requests.classes)} classes")
    return ". ".join(parts) + "."


def _handles(known):
    """What bars and lines mean."""
    handles = [style.shade_handle(0.45, "requests as generated")]
    return [*handles, style.line_handle(style.INK, "-", "the law they are drawn from")] if any(known) else handles
