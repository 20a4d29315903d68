"""The sections of an explanation in plain French, each a list of lines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from fragility.export.explanation_words import (
    NOUNS,
    Words,
    class_words,
    likeness,
    origin_words,
    shift_words,
    source_of,
)
from fragility.export.labels import (
    COVERAGE_SENTENCES,
    INSIDE_UNKNOWN,
    about,
    french,
    plural,
    rounded,
)
from fragility.export.spans import at_least, below
from fragility.index.explanation_model import Explanation, Figure, Shift, Standing
from fragility.index.thresholds import LESS, MORE

WIDTH = 98
_IRIS_SHOWN = 5
_FACTS = (
    "L'âge, les diplômes et les revenus se constatent, ils ne se décident pas : ce qui aide ces "
    "habitants, c'est l'accompagnement, que le score ne compte pas."
)


def wrap(text: str, indent: str = "", first: str | None = None) -> str:
    """Fold a sentence; what French typography keeps together stays on one line."""
    for apart in ("« ", " »", " %", " ?", " :", " ;"):
        text = text.replace(apart, apart.replace(" ", "\u00a0"))
    return textwrap.fill(
        text, WIDTH, initial_indent=indent if first is None else first, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def bullets(title: str, sentences: Iterable[str], indent: str = "") -> list[str]:
    """A title and a list, nothing when the list is empty."""
    lines = [wrap(sentence, indent + "    ", indent + "  - ") for sentence in sentences]
    return [wrap(title, indent), *lines] if lines else []


def signed(value: float) -> str:
    """Write a gap with its sign."""
    return ("+" if value >= 0 else "−") + french(abs(value), 2)


def less_fragile(place: Standing, niveau: str) -> str:
    """Say how many places are less fragile, by a hundred or one by one."""
    below = place.nombre - place.rang - place.ex_aequo
    others = place.nombre - 1
    if others <= 0:
        return "seul de son territoire"
    if others <= 100:
        if below == others:
            return f"plus fragile que {NOUNS[niveau][3]}"
        return f"plus fragile que {below} des {others} autres" if below else "le moins fragile"
    share = int(100 * below / others)  # 99.97 is not 100
    one, several = NOUNS[niveau][:2]
    if share == 100:
        return f"plus fragile que {NOUNS[niveau][3]}"
    if not share:
        return "parmi les moins fragiles"
    return f"plus fragile que {share} {one if share == 1 else several} sur 100"


def contributions(told: Explanation, words: Words) -> list[str]:
    """Points that each indicator brings, beside those of the average place."""
    if told.score is None or told.score_moyen is None:
        return []
    counted = [f for f in told.indicateurs if f.contribution is not None]
    ordered = sorted(counted, key=lambda f: -(f.contribution or 0))
    width = max(len(words.label(f.indicateur)) for f in ordered)
    lines = [
        "D'où vient le score (points)",
        f"  {'':{width}}  {'valeur':>12} {'sous-score':>11} {'apport':>8} {'moyenne':>8} "
        f"{'écart':>7}",
    ]
    for f in ordered:
        value = "" if f.valeur is None else words.value(f.indicateur, f.valeur)
        lines.append(
            f"  {words.label(f.indicateur):{width}}  {value:>12} {french(f.points or 0, 1):>11} "
            f"{french(f.contribution or 0, 2):>8} {french(f.moyenne or 0, 2):>8} "
            f"{signed(f.ecart or 0):>7}"
        )
    total = told.score - told.score_moyen
    lines.append(
        f"  {'Score':{width}}  {'':>12} {'':>11} {french(told.score, 2):>8} "
        f"{french(told.score_moyen, 2):>8} {signed(total):>7}"
    )
    lines += [wrap(text, "  ") for text in _pushes(ordered, words)]
    average = words.average(told.niveau)
    lines.append(wrap(f"« Moyenne » : {average}, chaque territoire comptant pour un.", "  "))
    if told.est_decoupee:
        lines.append(
            wrap(
                f"La commune est découpée en {len(told.iris)} IRIS : chaque sous-score est la "
                "moyenne des leurs, pondérée par leurs habitants.",
                "  ",
            )
        )
    elif told.niveau in ("epci", "departement"):
        lines.append(
            "  Chaque sous-score est la moyenne de ceux des communes, pondérée par leurs habitants."
        )
    return lines


def _pushes(figures: list[Figure], words: Words) -> list[str]:
    """Which indicators make it more or less fragile than the average place."""
    found = []
    for sign, verb in ((1, "Plus fragile que la moyenne par"), (-1, "Moins fragile par")):
        own = sorted(
            (f for f in figures if sign * (f.ecart or 0) >= 0.005),
            key=lambda f: -sign * (f.ecart or 0),
        )
        if own:
            names = ", ".join(
                f"« {words.label(f.indicateur)} » ({signed(f.ecart or 0)})" for f in own
            )
            found.append(f"{verb} : {names}.")
    return found


def standings(told: Explanation, words: Words) -> list[str]:
    """Ranks, from the widest territory to the closest."""
    lines = []
    for place in told.places:
        tied = f", ex æquo avec {french(place.ex_aequo)}" if place.ex_aequo else ""
        lines.append(
            f"{words.place(place)} : rang {french(place.rang)} sur {french(place.nombre)}{tied} ; "
            f"{less_fragile(place, told.niveau)}"
        )
    # Overseas, a région and its only département are one line.
    return bullets("Sa place (rang 1 = le plus fragile)", dict.fromkeys(lines))


def origins(told: Explanation, words: Words) -> list[str]:
    """Origin, year and source of each figure."""
    lines = []
    for f in told.indicateurs:
        if f.origine is None:
            continue
        source = source_of(f, told.niveau, words.releases)
        year = f", {f.annee}" if f.annee is not None else ""
        whose = f" – {source}" if source else ""
        # A place without score has no table that shows its values.
        alone = told.score is None and f.valeur is not None
        value = f"{words.value(f.indicateur, f.valeur or 0.0)}, " if alone else ""
        lines.append(f"{words.label(f.indicateur)} : {value}{origin_words(f)}{year}{whose}")
    return bullets("D'où viennent les chiffres", lines)


def changes(told: Explanation, words: Words) -> list[str]:
    """What would change the class: what can be acted upon, apart from what is."""
    if told.score is None or told.niveau not in ("commune", "iris"):
        return []
    known = {f.indicateur: f for f in told.indicateurs if f.contribution is not None}
    shifts = [s for s in told.changements if s.indicateur in known]

    def say(some: Iterable[Shift]) -> list[str]:
        return [shift_words(s, known[s.indicateur], words) + "." for s in some]

    lines = ["Ce qui changerait sa classe (un indicateur à la fois, tout le reste égal)"]
    down = [s for s in shifts if s.sens == LESS]
    if down:
        levers = say(s for s in down if s.levier)
        if levers and told.score_reseaux is not None and told.classe_reseaux is not None:
            levers.append(
                f"Avec des réseaux parfaits, le score serait de {french(told.score_reseaux, 2)} : "
                f"{class_words(told.classe_reseaux)}."
            )
        bound = f"de {below(down[0].borne, 2)}"
        title = f"Passer en {class_words(down[0].classe)} : il faut un score {bound}."
        lines.append(wrap(title, "  "))
        lines += bullets("Par les réseaux :", levers, "  ")
        facts = say(s for s in down if not s.levier and s.possible)
        lines += bullets(f"{_FACTS} Le score serait {bound} avec :", facts, "  ")
        if not facts:
            lines.append(wrap(f"{_FACTS} Aucun d'eux ne suffirait à lui seul.", "  "))
    else:
        lines.append("  Sa classe est déjà la moins fragile.")
    up = [s for s in shifts if s.sens == MORE and s.possible]
    if up:
        title = f"Le territoire passerait en {class_words(up[0].classe)} (score de "
        lines += bullets(f"{title}{at_least(up[0].borne, 2)}), avec :", say(up), "  ")
    return lines


def similar(told: Explanation) -> list[str]:
    """Places that resemble, and how their scores compare."""
    if not told.semblables:
        return []
    low, high = told.bande
    size = (
        f"{french(low)} habitants ou plus"
        if high is None
        else f"{french(low)} à {french(high)} habitants"
    )
    wide = " et des tailles voisines" if any(s.bandes_voisines for s in told.semblables) else ""
    title = (
        f"Qui lui ressemble par ses indicateurs, parmi les {NOUNS[told.niveau][1]} de {size}{wide}"
    )
    width = max(len(f"{s.nom} ({s.code})") for s in told.semblables)
    lines = [title]
    for s in told.semblables:
        name = f"{s.nom} ({s.code})"
        score = french(round(s.score, 2) + 0.0, 2)  # never -0,00
        lines.append(
            f"  {name:{width}}  {s.nom_departement}, "
            f"{plural(s.population or 0, 'habitant', 'habitants')}, score {score} "
            f"({signed(s.ecart)}) – {likeness(s)}"
        )
    mean = sum(s.score for s in told.semblables) / len(told.semblables)
    gap = (told.score or 0) - mean
    side = (
        "le même"
        if abs(gap) < 0.005
        else f"{french(abs(gap), 2)} plus {'haut' if gap > 0 else 'bas'}"
    )
    return [*lines, f"  Leur score moyen est {french(mean, 2)} ; le sien est {side}."]


def reach(told: Explanation) -> list[str]:
    """The nearest conseiller, in a sentence."""
    reach = told.portee
    if reach is None:
        return []
    # Where nobody is known to live there is no verdict, and still a trip.
    lacking = reach.couverture is None and bool(told.population)
    if lacking:
        return ["Un conseiller numérique à portée ? Non calculé."]
    if reach.conseiller_plus_proche_min is None:
        crow = reach.conseiller_plus_proche_km
        away = "" if crow is None else f" (le plus proche, à {french(crow)} km à vol d'oiseau)"
        return [wrap(f"Un conseiller numérique à portée ? Aucun par la terre{away}.")]
    km = reach.conseiller_plus_proche_km or 0.0
    far = "moins d'un km" if km < 1 else f"{french(km)} km"
    nearest = (
        f"{reach.conseiller_plus_proche_nom}, à {french(reach.conseiller_plus_proche_min)} min"
    )
    said = f"Un conseiller numérique à portée ? Le plus proche : {nearest} ({far})"
    if not told.population or reach.couverture is None:
        return [wrap(f"{said}.")]
    verdict = COVERAGE_SENTENCES[reach.couverture]
    out = reach.population_hors_portee_pct
    if out is None:
        if reach.est_conseiller_dans_commune:
            verdict = INSIDE_UNKNOWN
        return [wrap(f"{said}, mesuré d'un seul point : {verdict}.")]
    return [wrap(f"{said} ; {french(out)} % des habitants à plus de 20 min : {verdict}.")]


def people(told: Explanation) -> list[str]:
    """How many people are in digital difficulty, and how far to trust it."""
    found = told.difficulte
    if found is None or found.nb_personnes_en_difficulte is None:
        return []
    low, high = found.difficulte_numerique_bas or 0.0, found.difficulte_numerique_haut or 0.0
    few, many = found.nb_personnes_en_difficulte_bas, found.nb_personnes_en_difficulte_haut
    within = (
        ""
        if few is None or many is None
        else f" (de {french(rounded(few, 3))} à {french(rounded(many, 3))})"
    )
    said = (
        "Personnes en difficulté numérique : "
        f"{about(found.nb_personnes_en_difficulte, 3)}{within}, soit "
        f"{french(found.difficulte_numerique_pct, 1)} % des 15 ans ou plus (entre "
        f"{french(low, 1)} et {french(high, 1)} % neuf fois sur dix). Estimation d'après "
    )
    if found.difficulte_origine == "commune":
        said += "le taux de la commune"
    else:
        said += "les âges et les diplômes"
    if found.est_difficulte_extrapolee:
        said += ", avec les taux de la métropole : l'enquête n'interroge personne outre-mer"
    return [wrap(f"{said} ; rien ne permet de la vérifier sous l'intercommunalité.")]


def units(told: Explanation, borough: str) -> list[str]:
    """The IRIS of a divided commune, those of the arrondissement that was asked."""
    units = [u for u in told.iris if u.code.startswith(borough)]
    scores = [u.score for u in units if u.score is not None]
    if not scores:
        return []
    whose = f"IRIS de {borough}" if borough else "IRIS"
    low, high = french(min(scores), 2), french(max(scores), 2)
    spread = f"tous le même score, {low}" if low == high else f"scores de {low} à {high}"
    title = f"Ses {len(units)} {whose} : {spread}" if len(units) > 1 else f"Son {whose} : {low}"
    shown = units if borough else units[:_IRIS_SHOWN]
    if len(shown) < len(units) and low != high:
        title += ", d'abord les plus fragiles"
    if any(unit.est_population_estimee for unit in shown):
        title += " ; habitants estimés"
    return [
        title,
        *(
            f"  {u.code}  {u.nom}, {plural(u.population or 0, 'habitant', 'habitants')} : "
            f"{'non calculé' if u.score is None else french(u.score, 2)}"
            for u in shown
        ),
    ]
