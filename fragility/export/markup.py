"""Bricks of a page of HTML: elements that escape their text, lists, numbers.

Every text is escaped where it enters, so that a commune may be called `<script>`. What is already
HTML is a `Markup` and passes as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

from fragility.export.labels import french

MINUS = "\u2212"
ABSENT = "–"
PERCENT = "\u00a0%"


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Escape a value, or let HTML pass.

    Examples
    --------
    >>> text('<b> & "c"')
    '&lt;b&gt; &amp; &quot;c&quot;'
    """
    return value if isinstance(value, Markup) else Markup(escape(str(value)))


def element(name: str, *children: object, **attributes: str) -> Markup:
    """An element; `class_` is written class, children and attributes are escaped.

    Examples
    --------
    >>> element("p", "a < b", class_="n", aria_label="c")
    '<p class="n" aria-label="c">a &lt; b</p>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{written}>{''.join(text(child) for child in children)}</{name}>")


def items(lines: Iterable[object]) -> Markup:
    """A list with bullets, nothing when it is empty."""
    written = [element("li", line) for line in lines]
    return element("ul", *written) if written else Markup("")


def number(value: float | None, decimals: int = 0, unit: str = "") -> str:
    """A number as French text does, a dash when it is missing.

    Examples
    --------
    >>> number(-1.26, 1, " h"), number(None), number(float("nan"))
    ('−1,3 h', '–', '–')
    """
    if value is None or math.isnan(value):
        return ABSENT
    # Adding zero turns -0.0 into 0.0.
    written = french(round(value, decimals) + 0.0, decimals)
    return written.replace("-", MINUS) + unit
