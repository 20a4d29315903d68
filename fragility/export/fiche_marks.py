"""What a map of a fiche is read with: the marks of places, and the legend in words."""

from __future__ import annotations

from fragility.export.fiche_html import Markup, element, join
from fragility.export.labels import (
    CLASS_COLOURS,
    CLASS_LABELS,
    DISPOSITIF_LABELS,
    NOT_COMPUTED_COLOUR,
    NOT_COMPUTED_LABEL,
    class_label,
)

HATCH = "Fragile et non couverte"
_MARKS = {
    "conseiller_numerique": '<circle cx="{x}" cy="{y}" r="{r}" fill="#d55e00" stroke="#fff" '
    'stroke-width="2"/>',
    "france_services": '<rect x="{a}" y="{b}" width="{w}" height="{w}" fill="#fff" stroke="#000" '
    'stroke-width="2.5"/>',
}


def mark(kind: str, x: int, y: int, radius: int) -> str:
    """One mark: a disc, or a square of about its surface."""
    side = radius - 1
    return _MARKS[kind].format(x=x, y=y, r=radius, a=x - side, b=y - side, w=2 * side)


def legend() -> Markup:
    """Classes in words beside their colours, then the marks."""
    swatches = [
        (CLASS_COLOURS[rank], class_label(rank)) for rank in sorted(CLASS_LABELS)
    ] + [(NOT_COMPUTED_COLOUR, NOT_COMPUTED_LABEL)]  # fmt: skip
    entries = [
        join([Markup(f'<span class="pastille" style="background:{colour}"></span>'), words])
        for colour, words in swatches
    ]
    hatch = (
        '<svg viewBox="0 0 20 20" aria-hidden="true"><rect width="20" height="20" '
        'fill="#00224e"/><path d="M-2 14L14-2M4 24L24 4" stroke="#fff" stroke-width="4"/></svg>'
    )
    entries.append(join([Markup(hatch), HATCH]))
    for kind in _MARKS:
        drawing = mark(kind, 10, 10, 8)
        drawn = f'<svg viewBox="0 0 20 20" aria-hidden="true">{drawing}</svg>'
        entries.append(join([Markup(drawn), DISPOSITIF_LABELS[kind]]))
    return element("ul", *(element("li", entry) for entry in entries), class_="legende")
