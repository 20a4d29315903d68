"""What the pages of the controls add to the bricks of a page: tables, small drawings, a frame."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from fragility.export.markup import (
    ABSENT,
    MINUS,
    PERCENT,
    Markup,
    element,
    items,
    number,
    text,
)

__all__ = [
    "ABSENT", "MINUS", "PERCENT", "STYLE", "Cell", "Markup", "curves", "element", "heat_cell",
    "items", "join", "number", "page", "signed", "table", "text",
]  # fmt: skip

# Blue falls, orange rises: told apart by every kind of sight, and the sign is written.
FALL, RISE = (27, 79, 138), (186, 84, 0)

STYLE = """
:root{color-scheme:light}
*{box-sizing:border-box}
body{font:16px/1.45 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;color:#1a1a1a;
 background:#fff;max-width:62rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;line-height:1.2;margin:.2rem 0}
h2{font-size:1.25rem;border-bottom:2px solid #00224e;padding-bottom:.2rem;margin:2rem 0 .6rem}
h3{font-size:1.05rem;margin:1.4rem 0 .4rem}
h4{font-size:1rem;margin:.9rem 0 .3rem}
h1,h2,h3,h4,p,li{overflow-wrap:anywhere}
p,ul{margin:.4rem 0}
ul{padding-left:1.2rem}
a{color:#00458b}
.bandeau{background:#00224e;color:#fff;padding:.3rem .6rem;font-weight:600}
.avis{border-left:5px solid #ba5400;background:#fff4ea;padding:.5rem .8rem;margin:.8rem 0}
.calme{border-left:5px solid #1b4f8a;background:#eef4fa;padding:.5rem .8rem;margin:.8rem 0}
.petit{font-size:.85rem;color:#444}
.large{overflow-x:auto}
.cote{display:flex;flex-wrap:wrap;gap:.4rem 1.5rem;align-items:flex-start}
.cote>*{flex:1 1 20rem;min-width:0}
table{border-collapse:collapse;font-size:.85rem;margin:.4rem 0;width:100%}
caption{text-align:left;font-weight:600;padding:.2rem 0;max-width:calc(100vw - 2rem)}
th,td{border-bottom:1px solid #ccc;padding:.18rem .4rem;text-align:left;vertical-align:top}
th{background:#f0f0f0;font-weight:600}
.n{text-align:right;font-variant-numeric:tabular-nums}
td.n{white-space:nowrap}
.carte{font-size:.78rem}
.carte th.n{writing-mode:vertical-rl;transform:rotate(180deg);text-align:left;padding:.4rem .1rem}
.carte td.n{padding:.18rem .3rem}
.saut{background:#ba5400;color:#fff;padding:0 .3rem;border-radius:.2rem;white-space:nowrap}
.bloc{break-inside:avoid}
svg,img{max-width:100%;height:auto}
figure{margin:.6rem 0}
.ample{min-width:54rem}
@media print{
 .ample{min-width:0}
 figure img{max-height:12cm;width:auto}
 @page{size:A4;margin:14mm}
 body{font-size:10pt;max-width:none;padding:0}
 table{font-size:8pt}
 .carte{font-size:7.5pt}
 .large{overflow:visible}
 .cote>*{flex-basis:8cm}
 tr{break-inside:avoid}
 h2,h3,h4,caption{break-after:avoid}
 .avis,.calme,.saut,.bandeau,td,th{print-color-adjust:exact;-webkit-print-color-adjust:exact}
 a{color:inherit;text-decoration:none}
}
"""


class Cell(Markup):
    """A whole cell of a table."""

    __slots__ = ()


def join(*parts: object) -> Markup:
    """Put parts under one another."""
    return Markup("\n".join(text(part) for part in parts if part))


def signed(value: float | None, decimals: int = 0, unit: str = "") -> str:
    """A difference, its sign always written but on zero.

    Examples
    --------
    >>> signed(2.0, 1), signed(-0.01, 1)
    ('+2,0', '0,0')
    """
    written = number(value, decimals, unit)
    positive = value is not None and not math.isnan(value) and round(value, decimals) > 0
    return f"+{written}" if positive else written


def table(
    headers: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Sequence[int] = (),
    caption: str = "",
    kind: str = "",
) -> Markup:
    """A table in a box that scrolls sideways on a narrow screen.

    Parameters
    ----------
    numbers : positions of the columns to align right.
    kind : class of the style sheet.
    """

    def cells(name: str, values: Sequence[object]) -> Markup:
        written = (
            value
            if isinstance(value, Cell)
            else element(name, value, **({"class_": "n"} if rank in numbers else {}))
            for rank, value in enumerate(values)
        )
        return element("tr", *written)

    title = element("caption", caption) if caption else ""
    head = element("thead", cells("th", headers))
    body = element("tbody", *(cells("td", row) for row in rows))
    return element("div", element("table", title, head, body, class_=kind), class_="large")


def heat_cell(value: float, full: float, decimals: int, *, flagged: bool = False) -> Cell:
    """A cell coloured by a difference: deeper as it nears `full`, framed when it stands out."""
    if math.isnan(value):
        return Cell(element("td", ABSENT, class_="n"))
    depth = min(abs(round(value, decimals)) / full, 1.0)
    colour = RISE if value > 0 else FALL
    mixed = [round(255 + (channel - 255) * depth) for channel in colour]
    ink = "#fff" if depth > 0.6 else "#1a1a1a"
    frame = ";outline:2px solid #1a1a1a;outline-offset:-2px;font-weight:700" if flagged else ""
    style = f"background:rgb({mixed[0]},{mixed[1]},{mixed[2]});color:{ink}{frame}"
    return Cell(element("td", signed(value, decimals), class_="n", style=style))


def curves(
    before: Sequence[float], after: Sequence[float], gap: tuple[float, float, float], label: str
) -> Markup:
    """Two cumulated distributions, and their largest gap.

    Parameters
    ----------
    before, after : quantiles 0 to 100, in percent.
    gap : value where the gap is, and the shares below it before and now, in percent.
    label : what a reader who does not see the drawing is told.
    """
    width, height, left, bottom = 340, 170, 34, 24
    top = max(1.0, *(v for v in (*before, *after) if not math.isnan(v)))

    def place(value: float, share: float) -> str:
        x = left + (width - left - 8) * value / top
        y = 8 + (height - bottom - 8) * (1 - share / 100)
        return f"{x:.1f},{y:.1f}"

    def line(values: Sequence[float], style: str) -> str:
        points = " ".join(place(v, share) for share, v in enumerate(values) if not math.isnan(v))
        return f'<polyline points="{points}" fill="none" {style}/>'

    ticks = "".join(
        f'<text x="{left - 4}" y="{float(place(0, share).split(",")[1]) + 4:.1f}" '
        f'text-anchor="end">{share}</text>'
        for share in (0, 50, 100)
    ) + "".join(
        f'<text x="{place(top * part, 0).split(",")[0]}" y="{height - 6}" '
        f'text-anchor="{anchor}">{escape(number(top * part))} %</text>'
        for part, anchor in ((0.0, "start"), (0.5, "middle"), (1.0, "end"))
    )
    (x1, y1), (x2, y2) = (place(gap[0], share).split(",") for share in gap[1:])
    frame = (
        f'<path d="M{place(0, 100).replace(",", " ")} L{place(0, 0).replace(",", " ")} '
        f'L{place(top, 0).replace(",", " ")}" fill="none" stroke="#777"/>'
    )
    return Markup(
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}" '
        'font-family="inherit" font-size="11">'
        + frame
        + ticks
        + line(before, 'stroke="#777" stroke-width="2" stroke-dasharray="5 3"')
        + line(after, 'stroke="#00224e" stroke-width="2"')
        + f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#ba5400" stroke-width="3"/>'
        + "</svg>"
    )


def page(title: str, facts: Mapping[str, str], *parts: object) -> str:
    """A whole document: no script, no other file.

    Parameters
    ----------
    facts : what a program may read of the page, by name.
    """
    known = "".join(
        f'<meta name="{escape(name)}" content="{escape(value)}">\n' for name, value in facts.items()
    )
    return (
        '<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{known}<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"{join(*parts)}\n</body>\n</html>\n"
    )
