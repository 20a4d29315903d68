"""The sections that every fiche has; their sentences are those of `explain`."""

from __future__ import annotations

from collections.abc import Sequence

from fragility.export import explanation_sections as sentences
from fragility.export.explanation_sections import less_fragile
from fragility.export.explanation_words import (
    cautions,
    class_words,
    people_words,
    shift_words,
)
from fragility.export.fiche_bars import scale
from fragility.export.fiche_html import (
    ESTIMATED,
    Markup,
    element,
    flow,
    items,
    join,
    name_of,
    number,
    section,
)
from fragility.export.fiche_store import Local, Store
from fragility.export.labels import CLASS_COLOURS, french, plural
from fragility.export.spans import below
from fragility.index.explanation_model import Certainty, Explanation
from fragility.index.thresholds import LESS

_UNITS_SHOWN = 5
_KINDS = {"commune": "Commune", "epci": "Intercommunalité", "departement": "Département"}


def header(told: Explanation, store: Store, within: Sequence[str] = ()) -> Markup:
    """Name, place, people, edition.

    Parameters
    ----------
    within : names of the territories around, where the explanation has none.
    """
    around = [told.appartenance.get(f"nom_{of}") for of in ("epci", "departement", "region")]
    around += within
    names = [name_of(name) for name in dict.fromkeys(name for name in around if name)]
    kind = f"{_KINDS[told.niveau]} {told.code}"
    return element(
        "header",
        element("p", store.words.banner, class_="bandeau") if store.words.banner else "",
        element("h1", name_of(told.nom)),
        element("p", join([kind, *names, people_words(told)], " · ")),
        element(
            "p",
            f"Fragilité numérique – édition {store.words.edition} ({store.words.title}), calculée "
            f"le {store.computed:%d/%m/%Y}",
            class_="petit",
        ),
    )


def score(local: Local, store: Store) -> Markup:
    """The score in words, with its interval and its verdict."""
    told = local.told
    if told.score is None or told.classe is None:
        why = told.motif or "Score non calculé."
        return section("Le score", element("p", why, class_="avis"))
    low, high = told.bornes_score
    # The lowest score is 1, not 0: « 5,53 sur 10 » alone would mislead.
    out_of = "" if low is None or high is None else f" de {french(low)} à {french(high)}"
    pastille = Markup(
        f'<span class="pastille" style="background:{CLASS_COLOURS[told.classe]}"></span>'
    )
    said = class_words(told.classe)
    whole = next((place for place in told.places if place.perimetre == "france"), None)
    share = less_fragile(whole, told.niveau) if whole is not None else ""
    place = f"{share[0].upper()}{share[1:]}, {store.words.within}." if share else ""
    if whole is not None and told.niveau != "commune":
        rank = f"Rang {french(whole.rang)} sur {french(whole.nombre)} {store.words.within}"
        place = f"{rank} : {share}. L'intervalle n'est calculé que pour les communes."
    # The sentence of a commune gives its score again.
    brief = told.motif if told.niveau == "commune" else ""
    kind = f"Ressemble au type : {told.type_fragilite}." if told.type_fragilite else ""
    return section(
        "Le score",
        element(
            "p", french(told.score, 2), element("small", f" sur une échelle{out_of}"),
            class_="gros",
        ) if out_of else element("p", french(told.score, 2), class_="gros"),
        element("p", pastille, said[0].upper() + said[1:], class_="classe"),
        scale(local),
        element("p", place) if place else "",
        element("p", _interval(told.certitude)) if told.certitude else "",
        element("p", brief) if brief else "",
        element("p", kind) if kind else "",
        element("p", store.words.compared) if store.words.compared else "",
    )  # fmt: skip


def _interval(sure: Certainty) -> str:
    """Bounds of the score and of the rank."""
    parts = []
    if sure.score_bas is not None and sure.score_haut is not None:
        parts.append(
            f"Entre {french(sure.score_bas, 2)} et {french(sure.score_haut, 2)} neuf fois sur dix"
        )
    if sure.rang_bas is not None and sure.rang_haut is not None:
        parts.append(f"rang national entre {french(sure.rang_bas)} et {french(sure.rang_haut)}")
    return ", ".join(parts) + "." if parts else ""


def warnings(told: Explanation, store: Store) -> Markup:
    """What to know before quoting the figures; the banner is above the title already."""
    said = [line for line in cautions(told, store.words) if not _is_banner(line, store)]
    if not said:
        return Markup("")
    return element("div", element("strong", "À savoir avant de citer ces chiffres"), items(said),
                   class_="avis bloc")  # fmt: skip


def _is_banner(line: str, store: Store) -> bool:
    return bool(store.words.banner) and line.startswith(store.words.banner)


def people(told: Explanation) -> Markup:
    """How many are in digital difficulty, with bounds."""
    said = flow(sentences.people(told))
    if not said or told.difficulte is None:
        return section(
            "Personnes en difficulté numérique", element("p", "Estimation non calculée ici.")
        )
    # The number is above the sentence.
    sentence = "soit" + said.partition("soit")[2]
    found = told.difficulte
    people = round(found.nb_personnes_en_difficulte or 0)
    noun = " personne" if people < 2 else " personnes"
    low, high = found.nb_personnes_en_difficulte_bas, found.nb_personnes_en_difficulte_haut
    bounds = (
        f"{noun}, de {french(low)} à {french(high)}"
        if low is not None and high is not None
        else noun
    )
    return section(
        "Personnes en difficulté numérique",
        element("p", french(people), element("small", bounds, " ", ESTIMATED), class_="gros"),
        element("p", sentence[0].upper() + sentence[1:]),
    )


def networks(told: Explanation, store: Store) -> Markup:
    """What better networks would change to the class: what can be acted upon."""
    known = {f.indicateur: f for f in told.indicateurs if f.contribution is not None}
    if told.score is None or told.niveau != "commune":
        return Markup("")
    down = [s for s in told.changements if s.sens == LESS and s.indicateur in known]
    levers = [shift_words(s, known[s.indicateur], store.words) for s in down if s.levier]
    if not levers:
        return Markup("")
    whole = ""
    if told.score_reseaux is not None and told.classe_reseaux is not None:
        whole = (
            f" Avec des réseaux parfaits, le score serait de {french(told.score_reseaux, 2)} : "
            f"{class_words(told.classe_reseaux)}."
        )
    title = f"Pour passer en {class_words(down[0].classe)} (score de {below(down[0].borne, 2)})"
    return element("p", f"{title}, par les réseaux : {' ; '.join(levers)}.{whole}", class_="petit")


def quarters(told: Explanation) -> Markup:
    """The IRIS of a divided commune, the most fragile first."""
    lines = sentences.units(told, "")
    if len(told.iris) < 2 or not lines:
        return Markup("")
    named = [
        f"{unit.nom} ({number(unit.score, 2)} ; {number(unit.population)} hab.)"
        for unit in told.iris[:_UNITS_SHOWN]
    ]
    more = len(told.iris) - len(named)
    rest = f" ; et {plural(more, 'autre', 'autres')}" if more else ""
    return element("p", f"{lines[0]} : {' ; '.join(named)}{rest}.", class_="petit")
