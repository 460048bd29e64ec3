"""Rates and ratios as people and programs read them."""

import json
import re


def rate(value):
    """Per second, two digits and a power: 6.2e8."""
    mantissa, power = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(power)}"


def times(ratio):
    """A ratio: 1,234 ×, 11.6 ×, 0.93 ×."""
    return f"{ratio:,.0f} ×" if ratio >= 100 else f"{ratio:.1f} ×" if ratio >= 10 else f"{ratio:.2f} ×"


def text_table(header, rows):
    """Columns that line up, the first to the left, the others to the right."""
    lines, widths = _aligned([header, *rows])
    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([*map("  ".join, lines[:1]), rule, *map("  ".join, lines[1:])]) + "\n"


def markdown_table(header, rows):
    """The same for a page, aligned in its source, too."""
    lines, widths = _aligned([header, *rows])
    rules = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "".join(f"| {' | '.join(line)} |\n" for line in (lines[0], rules, *lines[1:]))


def _aligned(table):
    """Cells filled up to the width of their column, and the widths."""
    widths = [max(len(row[i]) for row in table) for i in range(len(table[0]))]
    return [[row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))] for row in table], widths


def write_json(path, record):
    """A record, its folder made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n")


def replace_section(page, name, text):
    """Puts `text` between <!-- name --> and <!-- /name --> of a page."""
    pattern = re.compile(rf"(<!-- {re.escape(name)} -->\n).*?(<!-- /{re.escape(name)} -->)", re.DOTALL)
    old = page.read_text()
    if not pattern.search(old):
        raise ValueError(f"{page.name}: has no <!-- {name} --> … <!-- /{name} -->, so the table has no place; put the markers in")
    page.write_text(pattern.sub(lambda found: found[1] + text + found[2], old))
