"""Sentences of the audit on places: deprivation, départements, hot spots, kinds of communes."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

import pandas as pd

from fragility.export.labels import french, plural
from fragility.index.audit_rows import read_rows
from fragility.index.typology import STABLE
from fragility.validation.audit_words import listed, lower, percent, quoted
from fragility.validation.markup import number

# Below this, groups shade into one another (Kaufman and Rousseeuw 1990).
DISTINCT = 0.5


def say_in_brief(audit: pd.DataFrame, titles: Mapping[str, str]) -> tuple[str, ...]:
    """The findings in a line each; those that the edition does not allow are left out."""
    known = audit.set_index(["theme", "mesure", "indicateur", "autre"])["valeur"]

    def one(*key: str) -> float:
        return float(known.get(key, float("nan")))

    lines = []
    effect = read_rows(audit, "poids", "poids_effectif").droplevel("autre").sort_values()
    if len(effect):
        low, high = str(effect.index[0]), str(effect.index[-1])
        lines.append(
            f"Les indicateurs ne pèsent pas ce qui est écrit : de {percent(100 * effect[low])} "
            f"pour {quoted(titles[low])} à {percent(100 * effect[high])} pour "
            f"{quoted(titles[high])}."
        )
    new = one("defavorisation", "part_nouvelle_pct", "score", "")
    if not isnan(new):
        lines.append(
            f"Le score n'est pas la précarité sous un autre nom : {percent(new)} de ses écarts "
            "n'en viennent pas."
        )
    spots = one("foyers", "nb_foyers", "", "")
    if spots > 0:
        lines.append(
            f"La fragilité fait foyer : {plural(spots, 'ensemble', 'ensembles')} de communes "
            "contiguës que le hasard n'explique pas."
        )
    kinds = one("typologie", "nb_types", "", "")
    back = one("typologie", "stabilite", "", "" if isnan(kinds) else str(int(kinds)))
    if back >= STABLE:
        lines.append(
            f"Les communes fragiles sont de {french(kinds)} types, qui ne demandent pas la même "
            "chose d'abord."
        )
    return tuple(lines)


def say_deprivation(audit: pd.DataFrame, titles: Mapping[str, str]) -> tuple[str, ...]:
    """What the digital index adds to a plain one."""

    def one(measure: str, indicator: str = "", other: str = "") -> float:
        return float(read_rows(audit, "defavorisation", measure)[indicator, other])

    def many(kind: str) -> str:
        people = one("population_sorte", "", kind)
        return f"{french(one('nb_communes_sorte', '', kind))} communes, {french(people)} habitants"

    adds = read_rows(audit, "defavorisation", "apport_pct").droplevel("autre")
    adds = adds.sort_values(ascending=False)
    told, new = one("part_dite_pct", "score"), one("part_nouvelle_pct", "score")
    alone, poor = "fragile seulement", "défavorisée seulement"
    lines = [
        f"Un indice social simple (revenu médian, diplôme, chômage) suffit à dire {percent(told)} "
        f"de ce que dit le score (corrélation des rangs {number(one('spearman', 'score'), 2)}). "
        f"Le reste, {percent(new)}, est ce que l'indice numérique ajoute : "
        + listed([f"{lower(titles[str(k)])} {percent(v)}" for k, v in adds.items()])
        + ".",
    ]
    if one("nb_communes_sorte", "", alone):
        lines.append(
            f"{percent(one('fragiles_non_defavorisees_pct'))} des communes fragiles ne sont pas "
            f"dans le cinquième le plus défavorisé ({many(alone)}) : une politique qui ne "
            "regarderait que la précarité les manquerait."
        )
    if one("nb_communes_sorte", "", poor):
        lines.append(
            f"{percent(one('defavorisees_non_fragiles_pct'))} des communes les plus défavorisées "
            f"ne sont pas fragiles ({many(poor)}) : {_spared(audit, titles, poor)}. Leurs "
            "habitants peuvent avoir autant besoin d'aide : ne retirez pas un conseiller parce "
            "que la carte y est claire."
        )
    lines.append(
        "La part d'ouvriers, quatrième partie de l'indice FDep, n'est pas dans ces données ; le "
        f"revenu, masqué dans {percent(one('revenu_estime_pct'))} des communes, y est déduit du "
        "diplôme et du chômage. Là où il est publié, la corrélation est de "
        f"{number(one('spearman', 'score', 'revenu observé'), 2)}."
    )
    return tuple(lines)


def _spared(audit: pd.DataFrame, titles: Mapping[str, str], kind: str) -> str:
    """Where communes of a kind are better off than those that are fragile and deprived."""
    means = read_rows(audit, "defavorisation", "sous_score_moyen").unstack("autre")
    gap = (means["fragile et défavorisée"] - means[kind]).dropna()
    first = gap.sort_values(ascending=False).head(3).index
    marks = [
        f"{lower(titles[str(k)])} ({french(means.loc[k, kind], 1)} contre "
        f"{french(means.loc[k, 'fragile et défavorisée'], 1)} sur 10)"
        for k in first
    ]
    if not marks:
        return "leurs sous-scores sont plus bas"
    return f"leurs sous-scores sont plus bas, surtout {listed(marks)}"


def say_departements(audit: pd.DataFrame, listed_count: int) -> tuple[str, pd.DataFrame]:
    """Départements that the two indices see most differently, as a sentence and a table."""
    gap = read_rows(audit, "departements", "ecart").droplevel("indicateur").sort_values()
    ranks = [
        read_rows(audit, "departements", name).droplevel("indicateur")
        for name in ("rang_score", "rang_defavorisation")
    ]
    kept = gap.iloc[::-1] if len(gap) <= 2 * listed_count else pd.concat(
        [gap.iloc[::-1].head(listed_count), gap.head(listed_count).iloc[::-1]]
    )  # fmt: skip
    table = pd.DataFrame(
        {
            "Département": kept.index.astype("str"),
            "Rang numérique": ranks[0].reindex(kept.index).astype(int).to_numpy(),
            "Rang de défavorisation": ranks[1].reindex(kept.index).astype(int).to_numpy(),
        }
    )
    return (
        f"Sur {len(gap)} départements, classés par leur habitant moyen (1 = le plus fragile, le "
        f"plus défavorisé) : {gap.index[-1]} est bien plus haut par le numérique que par la "
        f"précarité, {gap.index[0]} l'inverse.",
        table,
    )


def say_clusters(audit: pd.DataFrame) -> tuple[str, ...]:
    """How much fragility gathers."""
    rows = audit[audit["theme"] == "foyers"].set_index(["mesure", "autre"])["valeur"]
    count = {str(k): float(v) for k, v in rows["nb_communes"].items()}
    total = sum(count.values())
    lines = []
    if ("moran_global", "") in rows.index:
        lines.append(
            f"Les communes ressemblent à leurs voisines : indice de Moran "
            f"{number(rows['moran_global', ''], 2)} (0 au hasard, 1 à l'identique), à "
            f"{french(rows['moran_ecart_reduit', ''])} écarts-types du hasard."
        )
    alone = (
        f" ; {plural(count['isole_fragile'], 'est fragile', 'sont fragiles')} au milieu de "
        "communes qui ne le sont pas"
        if count["isole_fragile"]
        else ""
    )
    lines += [
        f"{french(count['fragile'])} communes sont au cœur d'un foyer de fragilité et "
        f"{french(count['peu_fragile'])} au cœur d'une zone peu fragile, sur {french(total)}"
        f"{alone}. En moyenne, au plus 5 % de ces communes y sont par hasard. Contiguës, elles "
        f"forment {plural(rows['nb_foyers', ''], 'foyer', 'foyers')} de trois communes ou plus.",
        "Un foyer appelle une action entre intercommunalités ; une commune isolée, une action à "
        "elle.",
    ]
    return tuple(lines)


def say_types(audit: pd.DataFrame) -> tuple[str, ...]:
    """How sure the kinds are."""
    rows = audit[audit["theme"] == "typologie"].set_index(["mesure", "autre"])["valeur"]
    chosen = int(rows["nb_types", ""])
    total = rows["nb_communes", ""]
    if ("silhouette", str(chosen)) not in rows.index:
        return ("Trop peu de communes fragiles pour distinguer des types.",)
    apart, back = rows["silhouette", str(chosen)], rows["stabilite", str(chosen)]
    low = rows["stabilite_basse", str(chosen)]
    return (
        f"Les {french(total)} communes fragiles se rangent en {chosen} types. Tirées de nouveau "
        f"au sort, avec remise, elles redonnent les mêmes types (indice de Rand ajusté médian "
        f"{number(back, 2)}, dépassant {number(low, 2)} neuf fois sur dix)."
        if back >= STABLE
        else f"Les {french(total)} communes fragiles sont rangées en {chosen} types, mais ils ne "
        f"sont pas sûrs : d'un tirage à l'autre ils changent (indice de Rand ajusté médian "
        f"{number(back, 2)}, il en faudrait {french(STABLE, 1)}).",
        f"Les frontières sont floues (silhouette {number(apart, 2)}, "
        f"{french(DISTINCT, 1)} voudrait dire des groupes distincts) : ce sont des quartiers d'un "
        "même ensemble, pas des espèces. La netteté de chaque commune le dit (0 : entre deux "
        "types)."
        if apart < DISTINCT
        else f"Les groupes sont distincts (silhouette {number(apart, 2)}).",
    )


def candidates(audit: pd.DataFrame) -> pd.DataFrame:
    """The numbers of kinds that were tried, the chosen one marked."""
    rows = audit[(audit["theme"] == "typologie") & (audit["autre"] != "")]
    table = rows.pivot_table(index="autre", columns="mesure", values="valeur")
    table = table.loc[sorted(table.index, key=int)]
    chosen = audit[(audit["theme"] == "typologie") & (audit["mesure"] == "nb_types")]["valeur"]
    return pd.DataFrame(
        {
            "Types": table.index.astype("str"),
            "Silhouette": table["silhouette"].to_numpy(),
            "Rand ajusté, médian": table["stabilite"].to_numpy(),
            "Rand ajusté, 1 sur 10 au plus": table["stabilite_basse"].to_numpy(),
            "Plus petit type (%)": table["plus_petit_pct"].to_numpy(),
            "Retenu": ["oui" if int(k) == int(chosen.iloc[0]) else "" for k in table.index],
        }
    )
