"""Where help is: the nearest place of each kind, what the commune has, how sure the verdict is."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from fragility.export import explanation_sections as sentences
from fragility.export.fiche_html import (
    ABSENT,
    Markup,
    element,
    flow,
    minutes_of,
    name_of,
    number,
    section,
    table,
)
from fragility.export.fiche_store import Store
from fragility.export.labels import (
    ACCESS_LABELS,
    COVERAGE_LABELS,
    COVERAGE_SENTENCES,
    DISPOSITIF_LABELS,
    INSIDE_UNKNOWN,
    french,
    plural,
)
from fragility.index.explanation_model import Explanation

# The access to mediation is that to the nearest place of any kind.
_ANY = "mediation"
_HEADS = (
    ("Le plus proche", ""), ("Lieu", ""), ("Trajet", "n"), ("Distance", "n opt"),
    ("À plus de 20 min", "n"), ("Verdict", ""),
)  # fmt: skip


def rows_by_kind(store: Store, code: str) -> dict[str, Mapping[str, object]]:
    """Access of a commune to each dispositif."""
    return {str(row["dispositif"]): row for row in store.access_by_commune.get(code, [])}


def access(told: Explanation, store: Store) -> Markup:
    """The nearest conseiller, France services and place of mediation; those of the commune."""
    found = rows_by_kind(store, told.code)
    rows = []
    for kind, one in found.items():
        name = one.get("plus_proche_nom")
        rows.append(
            (
                ACCESS_LABELS[kind],
                name_of(name) if isinstance(name, str) else ABSENT,
                minutes_of(_number(one["plus_proche_min"])),
                number(_number(one["plus_proche_km"]), 1, "\u00a0km"),
                # A share of nobody, or of a number that is not known, says nothing.
                number(
                    _number(one["population_hors_portee_pct"]) if told.population else None,
                    0,
                    "\u00a0%",
                ),
                _covered(str(one["couverture"]), told.population),
            )
        )
    caption = (
        "Trajet estimé de l'habitant médian ; distance moyenne, à vol d'oiseau ; part des "
        "habitants à plus de 20 min."
    )
    return section(
        "Où trouver de l'aide",
        "" if rows else element("p", flow(sentences.reach(told))),
        table(caption, _HEADS, rows),
        element("p", _here(told, store)),
    )


def _covered(verdict: str, population: float | None) -> str:
    """The verdict on one kind of place; there is none where nobody is known to live."""
    return COVERAGE_LABELS.get(verdict, "Non calculé") if population else ABSENT


def _here(told: Explanation, store: Store) -> str:
    """Say which places the commune has."""
    own = store.hosted_by_commune.get(told.code)
    if own is None:
        return "Aucun lieu d'accueil recensé dans la commune."
    counts = dict(zip(own["dispositif"], own["nombre"], strict=True))
    parts = [
        f"{DISPOSITIF_LABELS[kind]} ({french(counts[kind])})"
        for kind in DISPOSITIF_LABELS
        if kind in counts
    ]
    moving = store.itinerant.get(told.code, 0)
    old = int(own["anciens"].max())
    said = f"Recensés dans la commune : {', '.join(parts)}"
    if moving:
        said += f" ; {plural(moving, 'est itinérant', 'sont itinérants')}"
    if old:
        said += " ; certaines fiches sont anciennes : le lieu a pu fermer, ou le service le quitter"
    return said + "."


def coverage(told: Explanation, row: Mapping[str, object]) -> Markup:
    """The verdict on reach, in words, and what the posts around could serve."""
    reach = told.portee
    # The two sentences differ by what an uninhabited commune cannot have.
    if reach is not None and told.population is None:
        verdict = "La population n'est pas connue : seul le trajet est donné."
    elif reach is not None and told.population == 0:
        verdict = "Sans habitant, il n'y a personne à couvrir : seul le trajet est donné."
    elif reach is None or reach.couverture is None:
        return section("Couverture et confiance", element("p", "Couverture non calculée."))
    else:
        unknown = reach.population_hors_portee_pct is None and reach.est_conseiller_dans_commune
        why = INSIDE_UNKNOWN if unknown else COVERAGE_SENTENCES[reach.couverture]
        verdict = f"{COVERAGE_LABELS[reach.couverture]} : {why}."
    posts, share = _number(row["nb_conseillers_20min"]), _number(row["capacite_pour_10000"])
    around = ""
    if posts == 0 and told.population:
        around = "Aucun conseiller à moins de 20 min de l'habitant médian."
    elif posts is not None and told.population:
        around = (
            f"{plural(posts, 'conseiller', 'conseillers')} à moins de 20 min de l'habitant médian"
        )
        if share is not None:
            shared = "partagé" if posts == 1 else "partagés"
            around += (
                f" ; {shared} avec les communes voisines, {french(share, 1)} pour 10\u202f000 "
                "personnes en difficulté"
            )
        around += "."
    both = _number(row["probabilite_fragile_non_couverte_pct"])
    precise = (
        "Trajets calculés depuis les mailles habitées de la commune."
        if reach.portee_precision == "mailles"
        else "Trajets calculés depuis un seul point de la commune : moins précis."
    )
    return section(
        "Couverture et confiance",
        element("p", element("strong", verdict)),
        element("p", around) if around else "",
        element("p", " ".join(part for part in (_verdict(told, both), precise) if part)),
    )


def _verdict(told: Explanation, both: float | None) -> str:
    """How sure it is that a commune is fragile, or is not, and that it is uncovered too."""
    sure = told.certitude
    if sure is None or not sure.confiance or sure.probabilite_fragile_pct is None:
        return ""
    word = "fragile" if told.est_fragile else "non fragile"
    chance = sure.probabilite_fragile_pct
    agree = chance if told.est_fragile else 100 - chance
    said = f"Verdict {sure.confiance} : la commune est dite {word}, "
    if round(agree) < 50:
        said += (
            f"mais elle ne l'est que dans {percent(agree)} des calculs : un autre choix "
            "raisonnable changerait le verdict."
        )
    else:
        said += (
            f"et elle l'est dans {percent(agree)} des calculs, refaits avec d'autres choix "
            "raisonnables et l'incertitude des données."
        )
    if both is not None and both >= 1:
        said += f" Fragile et non couverte à la fois : {percent(both)}."
    return said


def percent(share: float) -> str:
    """A share of draws; no number of draws proves that something cannot be.

    Examples
    --------
    >>> percent(0.4), percent(72.4), percent(99.2), percent(99.6)
    ('moins de 1 %', '72 %', '99 %', 'plus de 99 %')
    """
    whole = round(share)
    if whole < 1:
        return "moins de 1 %"
    return "plus de 99 %" if whole > 99 else f"{whole} %"


def group_access(told: Explanation, store: Store, members: pd.DataFrame) -> Markup:
    """Places of a territory, and its inhabitants beyond reach of each kind."""
    own = store.hosted[store.hosted["code_commune"].isin(members.index)]
    counts = own.groupby("dispositif")["nombre"].sum()
    communes = own.groupby("dispositif")["code_commune"].nunique()
    reached = store.access[store.access["code"].isin(members.index)]
    beyond = reached.groupby("dispositif")["nb_habitants_hors_portee"].sum()
    # A point tells of nobody in a commune whose verdict is uncertain: at least the others.
    blank = reached[reached["nb_habitants_hors_portee"].isna()]
    lost = blank["code"].map(members["population"]).groupby(blank["dispositif"]).sum()
    people = told.population or 0.0
    rows = []
    for kind, label in DISPOSITIF_LABELS.items():
        if kind not in counts and kind not in beyond:
            continue
        # Those beyond reach of mediation are beyond reach of everything: a line of its own.
        far = None if kind == _ANY else beyond.get(kind)
        here = (number(counts.get(kind, 0)), number(communes.get(kind, 0)))
        rows.append((label, *here, *_beyond(far, people, lost.get(kind, 0.0))))
    every = _beyond(beyond.get(_ANY), people, lost.get(_ANY, 0.0))
    rows.append((ACCESS_LABELS[_ANY], ABSENT, ABSENT, *every))
    heads = (
        ("Dispositif", ""), ("Lieux", "n"), ("Communes qui en ont", "n"),
        ("Habitants à plus de 20 min", "n"), ("soit", "n"),
    )  # fmt: skip
    caption = "Un lieu peut porter plusieurs dispositifs. Trajets estimés."
    if lost.gt(0).any():
        caption += (
            " « Au moins » : rien ne dit où vivent les habitants de certaines communes "
            f"({french(lost.max())} habitants), connues par un seul point."
        )
    return section("Les dispositifs", table(caption, heads, rows))


def _beyond(far: float | None, people: float, lost: float) -> tuple[str, str]:
    """Inhabitants beyond reach, and their share; at least, when it is not known of some."""
    if far is None or not people or lost >= people:
        return ABSENT, ABSENT
    least = "au moins\u00a0" if lost else ""
    if not far or people - far < 0.5:
        share = "100\u00a0%" if far else "0\u00a0%"
    else:
        share = percent(100 * far / people)
    return f"{least}{number(float(far))}", f"{least}{share}"


def _number(value: object) -> float | None:
    """A number of a row, None when it is missing."""
    found = None if value is None or value is pd.NA else float(str(value))
    return None if found is None or found != found else found
