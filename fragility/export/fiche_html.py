"""Bricks of a fiche: those of every page, with the spaces of French typography; tables, names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fragility.export import markup
from fragility.export.labels import french
from fragility.export.markup import ABSENT, PERCENT, Markup, number

__all__ = [
    "ABSENT", "ESTIMATED", "PERCENT", "Markup", "element", "flow", "items", "join", "minutes_of",
    "name_of", "number", "section", "table", "text",
]  # fmt: skip

_TIGHT = (" %", " :", " ;", " ?", " !", " »")


def text(value: object) -> Markup:
    """Escape a value, or let HTML pass; what French typography joins stays on one line.

    Examples
    --------
    >>> text('3 % de <b>').replace(chr(0xA0), "_")
    '3_% de &lt;b&gt;'
    """
    if isinstance(value, Markup):
        return value
    said = str(value).replace("« ", "«\u00a0")
    for pair in _TIGHT:
        said = said.replace(pair, "\u00a0" + pair[1])
    return markup.text(said)


def element(name: str, *children: object, **attributes: str) -> Markup:
    """An element, see `markup.element`, its text spaced."""
    return markup.element(name, *map(text, children), **attributes)


def join(parts: Iterable[object], between: str = "") -> Markup:
    """Put parts beside one another; the empty ones are left out."""
    return Markup(between.join(text(part) for part in parts if part != ""))


def items(lines: Iterable[object]) -> Markup:
    """A list with bullets, nothing when it is empty."""
    return markup.items(map(text, lines))


def section(title: str, *children: object, **attributes: str) -> Markup:
    """A titled section, nothing when it is empty."""
    inside = join(children)
    return element("section", element("h2", title), inside, **attributes) if inside else Markup("")


def name_of(name: object) -> Markup:
    """A name of the data, kept apart from the direction of the text around it."""
    return element("bdi", str(name))


def table(
    caption: str, heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[object]]
) -> Markup:
    """A table with a caption; the first cell of a row is its title.

    Parameters
    ----------
    heads : title of each column and class of its cells, "n" for numbers.
    """
    kinds = [{"class_": kind} if kind else {} for _, kind in heads]
    lines = [
        element(
            "tr",
            element("th", row[0], scope="row"),
            *(element("td", cell, **kind) for cell, kind in zip(row[1:], kinds[1:], strict=True)),
        )
        for row in rows
    ]
    if not lines:
        return Markup("")
    titles = (
        element("th", title, scope="col", **kind)
        for (title, _), kind in zip(heads, kinds, strict=True)
    )
    return element(
        "div",
        element(
            "table",
            element("caption", caption),
            element("thead", element("tr", *titles)),
            element("tbody", *lines),
        ),
        class_="large",
    )


def minutes_of(value: float | None) -> str:
    """Minutes of travel.

    Examples
    --------
    >>> tuple(minutes_of(value).replace(chr(0xA0), " ") for value in (0.3, 12.4))
    ('< 1 min', '12 min')
    """
    if value is None or value != value:
        return ABSENT
    return "<\u00a01\u00a0min" if value < 1 else f"{french(round(value))}\u00a0min"


def flow(lines: Iterable[str]) -> str:
    """Put lines that were folded for a terminal back in one."""
    return " ".join(line.strip() for line in lines)


ESTIMATED = element("span", "◆ estimé", class_="estime")
"""The mark of what a model made."""
