"""Sections of derive.html on one comparison: what breaks it, sources, codes, indicators."""

from __future__ import annotations

from typing import Any

from fragility.export.labels import ORIGIN_LABELS, french, plural
from fragility.sources.catalogue import SOURCES
from fragility.validation.drift import Drift
from fragility.validation.drift_codes import NATURE_WORDS, UNEXPLAINED
from fragility.validation.drift_measures import CORRELATION, DISTANCE, MIN_PAIRS
from fragility.validation.markup import (
    PERCENT,
    Markup,
    curves,
    element,
    join,
    number,
    signed,
    table,
)

STATE_WORDS = {
    "copie": "même livraison, autre fichier",
    "livraison": "autre livraison",
    "ajoutee": "source ajoutée",
    "retiree": "source retirée",
}
LISTED = 200
DECILES = range(10, 100, 10)


def flag(words: str) -> Markup:
    """A mark on what stands out."""
    return element("span", words, class_="saut")


def breaks(drift: Drift) -> list[str]:
    """Why the two publications do not measure the same thing, one sentence each."""
    before, after = drift.before, drift.after
    old, new = before.labels, after.labels
    name = before.edition.name
    lines = [
        f"« {new[key][0]} » ne mesure pas ce que {name} appelait « {old[key][0]} » : l'écart "
        f"n'est pas une évolution. {new[key][1]}"
        for key in drift.redefined
    ]
    if before.profile and before.profile != after.profile:
        lines.append(
            f"Le profil d'indice n'est pas le même ({before.profile}, maintenant "
            f"{after.profile}) : les scores ne se comparent pas."
        )
    if before.edition.cog_year != after.edition.cog_year and not drift.has_passage:
        lines.append(
            f"Aucune table de passage de {before.edition.cog_year} à {after.edition.cog_year} : "
            "seules les communes de même code sont comparées."
        )
    if absent := [key for key in after.indicators if key not in before.indicators]:
        lines.append(f"Sans équivalent dans {name} : {', '.join(absent)}.")
    return lines


def sources(drift: Drift) -> Markup:
    """Releases and files that differ."""
    changed = drift.sources[drift.sources["etat"] != "identique"]
    same = plural(len(drift.sources) - len(changed), "source identique", "sources identiques")
    if changed.empty:
        return element("p", f"{same}, fichier par fichier.", class_="petit")
    rows = [
        (
            SOURCES[row["source"]].title if row["source"] in SOURCES else row["source"],
            row["avant"] or "–",
            row["apres"] or "–",
            STATE_WORDS[row["etat"]],
        )
        for row in changed.to_dict("records")
    ]
    return join(
        element("h3", "Sources qui changent"),
        table(("Source", "Avant", "Maintenant", ""), rows),
        element("p", f"{same}, fichier par fichier.", class_="petit"),
    )


def codes(drift: Drift) -> Markup:
    """Codes lost and gained, counted by reason, then listed, the unexplained ones first."""
    found = drift.codes
    if found.empty:
        return join(
            element("h3", "Codes perdus et gagnés"),
            element("p", "Aucun : mêmes codes de communes et d'IRIS."),
        )
    counts = found.groupby(["nature", "niveau", "sens"]).size()
    kinds = [("commune", "perdu"), ("commune", "gagne"), ("iris", "perdu"), ("iris", "gagne")]
    summary = [
        (
            NATURE_WORDS.get(nature, nature) if nature else flag(UNEXPLAINED),
            *(number(counts.get((nature, *kind), 0)) for kind in kinds),
        )
        for nature in sorted(found["nature"].unique())
    ]
    own = found[found["niveau"].eq("commune") | found["nature"].eq("")]
    rows = [
        (
            row["code"],
            row["nom"],
            "perdu" if row["sens"] == "perdu" else "gagné",
            number(row["population"]),
            row["explication"] if row["nature"] else flag(row["explication"]),
        )
        for row in own.head(LISTED).to_dict("records")
    ]
    more = len(own) - len(rows)
    heads = ("Raison", "Communes perdues", "Communes gagnées", "IRIS perdus", "IRIS gagnés")
    return join(
        element("h3", "Codes perdus et gagnés"),
        table(heads, summary, numbers=range(1, 5)),
        table(("Code", "Nom", "", "Habitants", "Explication"), rows, numbers=(3,)) if rows else "",
        element("p", f"{french(more)} codes de plus ne sont pas listés.", class_="petit")
        if more > 0
        else "",
    )


def indicators(drift: Drift) -> Markup:
    """One block per indicator: means, missing, origins, distance, deciles."""
    rows = drift.indicators.to_dict("records")
    heads = (
        "Indicateur", "Moyenne avant", "Maintenant", "Écart", "Communes changées",
        "Absent avant", "Maintenant", "Distance", "Corrélation", "",
    )  # fmt: skip
    summary = [
        (
            drift.after.labels[row["indicateur"]][0],
            number(row["moyenne_avant"], 1, PERCENT),
            number(row["moyenne"], 1, PERCENT),
            signed(row["moyenne"] - row["moyenne_avant"], 1),
            number(row["change_pct"], 1, PERCENT),
            number(row["absent_avant_pct"], 1, PERCENT),
            number(row["absent_pct"], 1, PERCENT),
            number(row["distance"], 2),
            number(row["correlation"], 2),
            _marks(row),
        )
        for row in rows
    ]
    return join(
        element("h3", "Indicateurs"),
        table(heads, summary, numbers=range(1, 9)),
        element(
            "p",
            "Moyennes pondérées par la population de chaque publication ; une commune est changée "
            "au-delà de 0,05 point ; distance de Kolmogorov-Smirnov entre les deux distributions ; "
            f"corrélation de rang commune à commune (à partir de {MIN_PAIRS} communes).",
            class_="petit",
        ),
        _iris(drift),
        *(_indicator(drift, row) for row in rows),
    )


def _iris(drift: Drift) -> Markup:
    """The same by IRIS: a release published at that level changes nothing above."""
    heads = (
        "Indicateur", "Années avant", "Maintenant", "Moyenne avant", "Maintenant",
        "IRIS comparés", "Changés", "Apparus", "Disparus",
    )  # fmt: skip
    rows = [
        (
            "Score" if row["indicateur"] == "score" else drift.after.labels[row["indicateur"]][0],
            row["annees_avant"],
            row["annees"],
            number(row["moyenne_avant"], 2),
            number(row["moyenne"], 2),
            number(row["nb_compares"]),
            number(row["nb_changes"]),
            number(row["nb_apparus"]),
            number(row["nb_disparus"]),
        )
        for row in drift.iris.to_dict("records")
    ]
    return join(
        element("h3", "Dans les IRIS"),
        table(heads, rows, numbers=range(3, 9)),
        element(
            "p",
            "Mêmes codes d'IRIS, changés au-delà de 0,05. Le sous-score d'une commune découpée est "
            "la moyenne de ceux de ses IRIS : il peut bouger quand son propre taux ne bouge pas.",
            class_="petit",
        ),
    )


def _marks(row: dict[Any, Any]) -> Markup:
    marks = [flag("saut")] if row["est_saut"] else []
    marks += [flag("plus d'absents")] if row["est_plus_absent"] else []
    return Markup(" ".join(marks))


def _indicator(drift: Drift, row: dict[Any, Any]) -> Markup:
    key = row["indicateur"]
    origins = drift.origins[drift.origins["indicateur"] == key]
    title = element("h4", drift.after.labels[key][0], " ", _marks(row))
    if (
        not row["change_pct"]
        and not row["distance"]
        and origins["avant_pct"].equals(origins["apres_pct"])
    ):
        return element(
            "section", title, _facts(drift, key), element("p", "Inchangé."), class_="bloc"
        )
    origin_rows = [
        (
            ORIGIN_LABELS[row["origine"]],
            number(row["avant_pct"], 1, PERCENT),
            number(row["apres_pct"], 1, PERCENT),
        )
        for row in origins.to_dict("records")
    ]
    parts = [
        _facts(drift, key),
        table(("Origine", "Avant", "Maintenant"), origin_rows, numbers=(1, 2)),
    ]
    quantiles = drift.quantiles[drift.quantiles["indicateur"] == key]
    sides = {side: quantiles[side].tolist() for side in ("avant", "apres")}
    deciles = table(
        ("Déciles (%)", *(f"D{d // 10}" for d in DECILES)),
        [
            (words, *(number(sides[side][d], 1) for d in DECILES))
            for side, words in (("avant", "Avant"), ("apres", "Maintenant"))
        ],
        numbers=range(1, 10),
    )
    return element(
        "section",
        title,
        element("div", element("div", *parts), _drawing(row, sides), class_="cote"),
        deciles,
        class_="bloc",
    )


def _facts(drift: Drift, key: str) -> Markup:
    """Releases and years, before and now."""

    def side(publication: Any) -> str:
        years = publication.communes[f"{key}_annee"].dropna().unique()
        when = ", ".join(str(int(year)) for year in sorted(years)) or "aucune année"
        return f"{', '.join(publication.releases(key)) or 'sources inconnues'} (années {when})"

    old, new = side(drift.before), side(drift.after)
    if old == new:
        return element("p", f"Des deux côtés : {new}.", class_="petit")
    return element("p", f"Avant : {old}. Maintenant : {new}.", class_="petit")


def _drawing(row: dict[Any, Any], sides: dict[str, list[float]]) -> Markup:
    """The two cumulated curves, and their largest gap in words."""
    if row["distance"] != row["distance"]:
        return element("p", "Rien à dessiner : aucune valeur d'un côté.")
    words = (
        f"Plus grand écart : jusqu'à {number(row['seuil_pct'], 2, PERCENT)}, il y avait "
        f"{number(row['sous_seuil_avant_pct'], 1, PERCENT)} des communes, il y en a "
        f"{number(row['sous_seuil_pct'], 1, PERCENT)}."
    )
    why = ""
    if row["distance"] >= DISTANCE:
        why = f" La distance atteint {number(DISTANCE, 2)}."
    if row["correlation"] < CORRELATION:
        why += f" La corrélation de rang est sous {number(CORRELATION, 2)}."
    gap = (row["seuil_pct"], row["sous_seuil_avant_pct"], row["sous_seuil_pct"])
    return element(
        "div",
        curves(sides["avant"], sides["apres"], gap, words),
        element(
            "p",
            f"Part des communes jusqu'à chaque valeur : tirets avant, trait plein maintenant. "
            f"{words}{why}",
            class_="petit",
        ),
    )
