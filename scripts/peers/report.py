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
    table = [header, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    line = lambda row: "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths)))
    return "\n".join([line(header), "─" * (sum(widths) + 2 * (len(widths) - 1)), *map(line, rows)]) + "\n"


def markdown_table(header, rows):
    """The same for a page, aligned in its source, too."""
    table = [header, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    line = lambda row: "| " + " | ".join(cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))) + " |"
    rule = "|" + "|".join("-" * (width + 2) if i == 0 else "-" * (width + 1) + ":" for i, width in enumerate(widths)) + "|"
    return "\n".join([line(header), rule, *map(line, rows)]) + "\n"


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
