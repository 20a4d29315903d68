"""The drawings of a fiche that are not a map: where a score stands, what each indicator brings."""

from __future__ import annotations

import itertools

from fragility.export.explanation_sections import signed
from fragility.export.fiche_html import Markup, element, number, text
from fragility.export.fiche_store import Local, Store
from fragility.export.fiche_style import ACCENT
from fragility.export.labels import CLASS_COLOURS, french

_W = 400  # width of a scale, in its own units


def scale(local: Local) -> Markup:
    """The score on its scale, its interval, and the classes as bands."""
    told = local.told
    if told.score is None:
        return Markup("")
    low, high = told.bornes_score
    low = local.spread[0] if low is None else low
    high = local.spread[1] if high is None else high
    width = (high - low) or 1.0

    def at(value: float) -> float:
        return round(min(max((value - low) / width, 0.0), 1.0) * (_W - 20) + 10, 1)

    ends = [low, *local.bounds, high]
    bands = "".join(
        f'<rect x="{at(start)}" y="22" width="{round(at(end) - at(start), 1)}" height="14" '
        f'fill="{CLASS_COLOURS[rank]}"/>'
        for rank, (start, end) in enumerate(itertools.pairwise(ends), start=1)
        if rank in CLASS_COLOURS
    )
    between, said = "", f"Score {french(told.score, 2)}"
    sure = told.certitude
    if sure is not None and sure.score_bas is not None and sure.score_haut is not None:
        x, until = at(sure.score_bas), at(sure.score_haut)
        between = (
            f'<path d="M{x} 12v8M{x} 16H{until}M{until} 12v8" stroke="#000" stroke-width="2.5" '
            'fill="none"/>'
        )
        said += f", entre {french(sure.score_bas, 2)} et {french(sure.score_haut, 2)}"
    mark = at(told.score)
    return Markup(
        f'<svg viewBox="0 0 {_W} 56" role="img" aria-label="{text(said)}">{bands}{between}'
        f'<path d="M{mark} 40l-7-32h14z" fill="#d55e00" stroke="#fff" stroke-width="2"/>'
        f'<text x="10" y="52" font-size="13">{number(low, 1)} moins fragile</text>'
        f'<text x="{_W - 10}" y="52" font-size="13" text-anchor="end">plus fragile '
        f"{number(high, 1)}</text></svg>"
    )


def weights(local: Local, store: Store) -> Markup:
    """What each indicator brings to the score, the heaviest first; the lines add up to the score.

    The full line is the average place of France, the dotted line that of the département.
    """
    told, words = local.told, store.words
    counted = [figure for figure in told.indicateurs if figure.contribution is not None]
    if told.score is None or not counted:
        return Markup("")
    ordered = sorted(counted, key=lambda figure: -(figure.contribution or 0))
    everything = [
        value
        for figure in ordered
        for value in (figure.contribution, figure.moyenne, local.average.get(figure.indicateur))
        if value is not None
    ]
    low, high = min(0.0, *everything), max(0.0, *everything)
    near = bool(local.average)
    heads = ["Indicateur", "Valeur", "Sous-score", "", "Apport", words.whole]
    kinds = ["", "n", "n opt", "barre", "n", "n", "n", "n"]
    if near:
        kinds[-1] = "n opt"
    heads += ["Départ.", "Écart"] if near else ["Écart"]
    valued = any(figure.valeur is not None for figure in ordered)
    lines = []
    for figure in ordered:
        value = "" if figure.valeur is None else words.value(figure.indicateur, figure.valeur)
        beside = local.average.get(figure.indicateur)
        own = figure.contribution or 0.0
        cells: list[object] = [
            words.label(figure.indicateur),
            value,
            number(figure.points, 1),
            _bar(own, figure.moyenne, beside, low, high),
            french(own, 2),
            number(figure.moyenne, 2),
            *([number(beside, 2)] if near else []),
            signed(figure.ecart or 0.0),
        ]
        lines.append(_row(cells, kinds, valued))
    total: list[object] = [
        "Score", "", "", "", french(told.score, 2), number(told.score_moyen, 2),
        *([number(sum(local.average.values()), 2)] if near else []),
        signed(told.score - (told.score_moyen or 0.0)),
    ]  # fmt: skip
    lines.append(_row(total, kinds, valued, class_="total"))
    titles = [
        element("th", head, scope="col", **({"class_": kind} if kind else {}))
        for head, kind in zip(heads, kinds, strict=False)
        if valued or head != "Valeur"
    ]
    average = words.average(told.niveau)
    lined = f"trait plein : {average}"
    if near:
        lined += " ; trait pointillé : la commune moyenne du département"
    caption = f"Points du score ; les apports s'additionnent. Barre : apport ; {lined}. Écart : "
    return element(
        "div",
        element(
            "table",
            element("caption", f"{caption}{_to(average)}, chaque territoire comptant pour un."),
            element("thead", element("tr", *titles)),
            element("tbody", *lines),
        ),
        class_="large",
    )


def _row(cells: list[object], kinds: list[str], valued: bool, **attributes: str) -> Markup:
    """One line of the table of contributions, without values where the level has none."""
    written = [element("th", cells[0], scope="row")]
    for at, (cell, kind) in enumerate(zip(cells[1:], kinds[1:], strict=False), start=1):
        if valued or at != 1:
            written.append(element("td", cell, class_=kind))
    return element("tr", *written, **attributes)


def _bar(own: float, mean: float | None, beside: float | None, low: float, high: float) -> Markup:
    """A bar from zero, and the marks of the averages."""
    width = (high - low) or 1.0

    def at(value: float) -> float:
        return round((value - low) / width * 194 + 3, 1)

    start, end = sorted((at(0.0), at(own)))
    lines = [
        f'<rect x="{start}" y="4" width="{round(end - start, 1)}" height="8" fill="{ACCENT}"/>'
    ]
    for value, dashes in ((mean, ""), (beside, ' stroke-dasharray="2.5 2"')):
        if value is not None:
            lines.append(
                f'<path d="M{at(value)} 0V16" stroke="#fff" stroke-width="4"/>'
                f'<path d="M{at(value)} 0V16" stroke="#000" stroke-width="2"{dashes}/>'
            )
    return Markup(
        f'<svg viewBox="0 0 200 16" preserveAspectRatio="none" aria-hidden="true">{"".join(lines)}'
        "</svg>"
    )


def _to(average: str) -> str:
    """Write « à » before a noun and its article: « au département », « à la commune »."""
    return "au " + average.removeprefix("le ") if average.startswith("le ") else f"à {average}"
