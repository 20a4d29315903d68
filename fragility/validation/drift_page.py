"""derive.html: what moved since the previous publication, for whoever must trust the new one.

The page is whole in itself: no script, no other file, readable on a phone and on A4. It computes
nothing: every figure is in the tables of `drift.py`, every sentence here.
"""

from __future__ import annotations

import datetime
import re
from html.parser import HTMLParser
from pathlib import Path

from fragility.export.files import write_text
from fragility.export.labels import french, plural
from fragility.sources.model import Edition
from fragility.validation import drift_blocks as blocks
from fragility.validation import drift_places as places
from fragility.validation.drift import TOTALS, Drift, count_totals
from fragility.validation.drift_measures import (
    CORRELATION,
    DISTANCE,
    MIN_GROUPS,
    MIN_POINTS,
    OUTLIER,
)
from fragility.validation.drift_report import PAGE, DriftReport, list_alerts, name_of
from fragility.validation.markup import (
    Markup,
    element,
    items,
    join,
    number,
    page,
    signed,
    table,
)

_ALERT = "alerte-"
# Around what the report of the run shows too.
_BRIEF = ("<!--bref-->", "<!--/bref-->")
NOT_SAID = (
    "Un écart n'est pas une évolution : d'une édition à l'autre, les millésimes, les définitions "
    "et les modèles changent avec les lieux. Une part de locaux sans fibre ne continue pas une "
    "part de locaux sous 30 Mbit/s ; la pauvreté de deux années n'a pas le même seuil en euros.",
    "Le score et le rang sont relatifs : une commune peut monter parce que les autres descendent. "
    "« Fragile » désigne toujours un cinquième des communes au plus.",
    "Un écart sur un chiffre estimé (« impute ») peut venir du modèle seul.",
    "Aucun écart ne prouve que les chiffres sont justes : une erreur présente des deux côtés ne se "
    "voit pas ici.",
    "Les communes réunies ou partagées entre-temps sont comparées à ce que donnait l'ancienne "
    "publication : effectifs additionnés, taux et scores pondérés par la population.",
)


def write_page(path: Path, report: DriftReport, date: datetime.date) -> Path:
    """Write the page.

    Parameters
    ----------
    path : file to write, replaced whole.
    report : see `drift_report.build_report`.
    date : day of the run.
    """
    return write_text(path, render(report, date))


class _Alerts(HTMLParser):
    """Collect the alerts that the head of a page carries."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        name = named.get("name") or ""
        if tag == "meta" and name.startswith(_ALERT):
            self.found[name.removeprefix(_ALERT)] = named.get("content") or ""


def read_alerts(path: Path) -> dict[str, str]:
    """Alerts of a page, as `drift_report.list_alerts` gave them: the checks say what it says."""
    parser = _Alerts()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser.found


def read_brief(path: Path) -> Markup:
    """What a page has to say in brief, as it says it: what to check, and the totals."""
    begin, end = map(re.escape, _BRIEF)
    found = re.findall(f"{begin}(.*?){end}", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return Markup("\n".join(found))


def _brief(part: Markup) -> Markup:
    begin, end = _BRIEF
    return Markup(f"{begin}{part}{end}")


def render(report: DriftReport, date: datetime.date) -> str:
    """Return the page as HTML."""
    edition = report.now.edition
    title = f"Dérive — {edition.title}"
    alerts = list_alerts(report)
    return page(
        title,
        {f"{_ALERT}{name}": text for name, text in alerts.items()},
        element("p", edition.banner, class_="bandeau") if edition.banner else "",
        element("h1", title),
        element(
            "p",
            f"Édition {edition.name}, code géographique {edition.cog_year}, calcul du "
            f"{date:%d/%m/%Y}, profil {report.now.profile}. Ce qui a changé depuis les "
            "publications antérieures, et ce qu'il faut vérifier avant de diffuser celle-ci.",
        ),
        _brief(_warnings(report, alerts)),
        element("ul", *(element("li", note) for note in report.notes), class_="petit")
        if report.notes
        else "",
        _contents(report),
        _totals(report),
        *(_comparison(drift, rank) for rank, drift in enumerate(report.drifts, start=1)),
        element("h2", "Ce que cette page ne dit pas", id="limites"),
        items(NOT_SAID),
        _method() if report.drifts else "",
    )


def _warnings(report: DriftReport, alerts: dict[str, str]) -> Markup:
    """What to read first: other definitions, then the alerts."""
    lines: list[str] = []
    for drift in report.drifts:
        lines += blocks.breaks(drift)
    lines += [text.removesuffix(f" Voir {PAGE}.") for text in alerts.values()]
    if lines:
        return element("div", element("strong", "À vérifier"), items(lines), class_="avis")
    calm = (
        "Aucune dérive à vérifier. La quarantaine et les copies inconnues sont dans LISEZMOI.md et "
        "dans le résumé du calcul."
        if report.drifts
        else "Aucune publication antérieure à comparer : seuls les totaux sont montrés."
    )
    return element("div", calm, class_="calme")


def _contents(report: DriftReport) -> Markup:
    links = [("#totaux", "Totaux")]
    links += [
        (f"#c{rank}", f"Depuis {name_of(drift)}")
        for rank, drift in enumerate(report.drifts, start=1)
    ]
    links += [("#limites", "Ce que cette page ne dit pas")]
    parts = [element("a", words, href=address) for address, words in links]
    return element("p", Markup(" · ".join(parts)), class_="petit")


def _totals(report: DriftReport) -> Markup:
    """Totals of every publication, with the published ones."""
    now = count_totals(report.now)
    earlier = [(drift, count_totals(drift.before)) for drift in report.drifts]
    headers = ["", "Ce calcul", "Total publié"]
    for drift, _ in earlier:
        headers += [_short(drift), "Écart"]
    rows = []
    for key, label in TOTALS.items():
        row: list[object] = [label, number(now[key]), _control(report.now.edition, key, now[key])]
        for _, then in earlier:
            row += [number(then[key]), signed(now[key] - then[key])]
        rows.append(row)
    return join(
        element("h2", "Totaux", id="totaux"),
        _brief(
            table(
                headers,
                rows,
                numbers=range(1, len(headers)),
                caption="Totaux, et écarts avec les publications antérieures",
            )
        ),
        element(
            "p",
            "Un total qui n'est pas celui publié arrête le calcul : il n'est alors pas diffusé.",
            class_="petit",
        ),
    )


def _short(drift: Drift) -> str:
    return "Calcul précédent" if drift.is_same_edition else drift.before.edition.name


def _control(edition: Edition, key: str, found: float) -> str:
    """The published total, and whether it is met."""
    if key not in edition.controls:
        return "–"
    expected = edition.controls[key]
    verdict = "ok" if round(found) == expected else f"écart {signed(round(found) - expected)}"
    return f"{french(expected)} ({verdict})"


def _comparison(drift: Drift, rank: int) -> Markup:
    """Everything on one comparison."""
    before = drift.before.edition
    head = element("h2", f"Depuis {name_of(drift)}", id=f"c{rank}")
    what = (
        f"{before.title} (code géographique {before.cog_year}) : "
        f"{plural(len(drift.pairs), 'commune comparée', 'communes comparées')}"
    )
    recomposed = int(drift.pairs["est_recompose_avant"].sum())
    if recomposed:
        what += f", dont {french(recomposed)} avec les chiffres de communes réunies ou partagées"
    intro = element("p", what + ".")
    if drift.is_still:
        calm = "Rien n'a changé : mêmes codes, mêmes chiffres, mêmes lieux."
        return join(head, intro, element("p", calm, class_="calme"), blocks.sources(drift))
    return join(
        head,
        intro,
        blocks.sources(drift),
        blocks.codes(drift),
        blocks.indicators(drift),
        places.departements(drift),
        places.movers(drift),
        places.flips(drift),
    )


def _method() -> Markup:
    """How the alerts are decided."""
    lines = (
        f"Un indicateur saute quand sa distance atteint {french(DISTANCE, 2)} ou que la "
        f"corrélation de rang, commune à commune, passe sous {french(CORRELATION, 2)}. La distance "
        "(Kolmogorov-Smirnov) est le plus grand écart entre les deux courbes cumulées : 0,10, "
        "c'est un dixième des communes passé d'un côté à l'autre d'une valeur, soit toute une "
        "classe de sous-score. Sous 0,70, moins de la moitié de l'ordre des communes est gardée.",
        f"Un département saute quand il s'écarte du département médian de {french(MIN_POINTS)} "
        f"points au moins et de plus de {french(OUTLIER, 1)} écarts robustes (Iglewicz et Hoaglin, "
        f"1993) ; sous {MIN_GROUPS} départements, rien n'est signalé.",
    )
    return join(element("h3", "Comment les alertes sont décidées"), items(lines))
