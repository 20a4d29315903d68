"""An explanation as a text for people, or as JSON for programs."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from fragility.export import explanation_sections as sections
from fragility.export.explanation_sections import bullets, less_fragile, wrap
from fragility.export.explanation_words import (
    Words,
    cautions,
    class_words,
    likeness,
    origin_words,
    people_words,
    source_of,
)
from fragility.export.labels import CLASS_LABELS, french, plural
from fragility.index.explanation_model import Certainty, Explanation

_UNCOVERED = ("hors de portée d'un conseiller numérique",) * 2


def explanation_text(told: Explanation, words: Words, note: str = "", borough: str = "") -> str:
    """Write an explanation in plain French, the most important first.

    Parameters
    ----------
    note : what was understood of the code that was asked.
    borough : code of the arrondissement or former commune that was asked: its IRIS are listed.
    """
    parts = [
        [wrap(note)] if note else [],
        _head(told),
        [wrap(words.compared)] if words.compared and told.score is not None else [],
        bullets("À savoir avant de citer ces chiffres", cautions(told, words)),
        _brief(told, words),
        sections.contributions(told, words),
        sections.standings(told, words),
        sections.origins(told, words),
        sections.changes(told, words),
        sections.similar(told),
        sections.people(told),
        sections.reach(told),
        sections.units(told, borough),
        [f"Édition {words.edition} ({words.title}), indice {told.profil}."],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _where(told: Explanation) -> str:
    around = [told.appartenance.get(f"nom_{of}") for of in ("departement", "region", "epci")]
    # Overseas, a département and its region have one name.
    places = ", ".join(dict.fromkeys(name for name in around if name))
    town = told.appartenance.get("nom_commune")
    return f"IRIS de {town}, {places}" if town else places


def _head(told: Explanation) -> list[str]:
    where = _where(told)
    lines = [f"{told.nom} ({told.code})" + (f" – {where}" if where else "")]
    if told.population is not None:
        lines.append(people_words(told))
    if told.score is None or told.classe is None:
        return [*lines, wrap(told.motif)] if told.motif else [*lines, "Score non calculé."]
    low, high = told.bornes_score
    limited = low is not None and high is not None
    scale = f" sur une échelle de {french(low or 0)} à {french(high or 0)}" if limited else ""
    fragile = ", parmi les fragiles de l'édition" if told.est_fragile else ""
    lines.append(
        wrap(
            f"Score de fragilité numérique : {french(told.score, 2)}{scale} – "
            f"{class_words(told.classe)}{fragile}."
        )
    )
    return lines


def _brief(told: Explanation, words: Words) -> list[str]:
    """Where the score stands, how sure it is, and the sentence of the list."""
    lines: list[str] = []
    if told.score is None:
        return lines
    whole = next((s for s in told.places if s.perimetre == "france"), None)
    if whole is not None:
        share = less_fragile(whole, told.niveau)
        lines.append(f"{share[0].upper()}{share[1:]}, {words.within}.")
    if told.certitude is not None:
        lines.append(wrap(_certainty(told)))
    if told.motif:
        lines.append(wrap(f"En bref : {told.motif}"))
    if told.nb_communes is not None:
        fragile = told.nb_communes_fragiles or 0
        uncovered = plural(told.nb_communes_fragiles_non_couvertes or 0, *_UNCOVERED)
        lines.append(
            f"{plural(told.nb_communes, 'commune', 'communes')} : "
            f"{plural(fragile, 'fragile', 'fragiles')}"
            + (f", dont {uncovered}." if fragile else ".")
        )
    if told.type_fragilite:
        lines.append(wrap(f"Ressemble au type : {told.type_fragilite}."))
    return lines


def _certainty(told: Explanation) -> str:
    sure = told.certitude
    assert sure is not None
    parts = []
    if sure.score_bas is not None and sure.score_haut is not None:
        low, high = french(sure.score_bas, 2), french(sure.score_haut, 2)
        parts.append(f"score entre {low} et {high} neuf fois sur dix")
    if sure.rang_bas is not None and sure.rang_haut is not None:
        parts.append(f"rang entre {french(sure.rang_bas)} et {french(sure.rang_haut)}")
    if sure.probabilite_fragile_pct is not None:
        parts.append(
            f"{_chance(sure.probabilite_fragile_pct)} d'être fragile"
            + (f" (verdict {sure.confiance})" if sure.confiance else "")
        )
    return "Avec ses incertitudes : " + ", ".join(parts) + "."


def _chance(pct: float) -> str:
    """Say a probability as people do: no draw out of two thousand proves that it cannot be.

    Examples
    --------
    >>> _chance(0.4), _chance(1.2)
    ("moins d'une chance sur 100", '1 chance sur 100')
    >>> _chance(72.4), _chance(99.8)
    ('72 chances sur 100', 'plus de 99 chances sur 100')
    """
    whole = round(pct)
    if whole < 1:
        return "moins d'une chance sur 100"
    if whole > 99:
        return "plus de 99 chances sur 100"
    return f"{plural(whole, 'chance', 'chances')} sur 100"


def explanation_json(
    told: Explanation, words: Words, asked: str = "", note: str = ""
) -> dict[str, Any]:
    """Make an explanation ready for `json.dumps`: machine names, numbers, None for missing.

    Returns
    -------
    The fields of `Explanation`; `contributions` adds up to the score; `origines` has one entry per
    indicator; `avertissements` are the sentences to read first.
    """
    whole = asdict(told)
    figures = whole.pop("indicateurs")
    # Bounds and probability are beside the score, as in the tables.
    certain = whole.pop("certitude") or dict.fromkeys(f.name for f in fields(Certainty))
    return {
        **whole,
        **certain,
        "demande": asked or told.code,
        "note": note or None,
        "edition": words.edition,
        "titre_edition": words.title,
        "comparaison": words.compared or None,
        "classe_libelle": None if told.classe is None else CLASS_LABELS[told.classe],
        "avertissements": cautions(told, words),
        "contributions": told.contributions,
        "contributions_moyennes": {
            f.indicateur: f.moyenne for f in told.indicateurs if f.contribution is not None
        },
        "sous_scores": {f["indicateur"]: f["points"] for f in figures},
        "poids": {f["indicateur"]: f["poids"] for f in figures},
        "origines": {
            f.indicateur: {
                "libelle": words.label(f.indicateur),
                "valeur": f.valeur,
                "unite": words.units[f.indicateur],
                "origine": f.origine,
                "origine_libelle": origin_words(f),
                "annee": f.annee,
                "source": source_of(f, told.niveau, words.releases) or None,
                "erreur_90": f.erreur,
            }
            for f in told.indicateurs
        },
        "semblables": [{**asdict(s), "ressemblance": likeness(s)} for s in told.semblables],
    }
