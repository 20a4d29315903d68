"""The audit of the index in sentences and drawings, for the report and docs/audit.md."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import pandas as pd

from fragility.export.labels import INDICATOR_TITLES
from fragility.index.audit import PLAIN, WEIGHTED
from fragility.index.audit_rows import read_rows
from fragility.schemas import INDICATORS
from fragility.validation import audit_figures as figures
from fragility.validation import audit_words as words
from fragility.validation import audit_words_places as places
from fragility.validation.blocks import Block

# Tables that the blocks read; the marts with their contours.
READ = (
    "communes",
    "foyers",
    "index_audit",
    "index_defavorisation",
    "index_foyers",
    "index_typologie",
    "index_typologie_classes",
)
_LISTED = 8
_MIN_DEPARTEMENTS = 4  # fewer have no order to speak of
_HOT_SPOTS = 12


def audit_blocks(
    tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str] = INDICATOR_TITLES
) -> list[Block]:
    """Say what the index measures, repeats and adds, where fragility gathers and of what kinds.

    Parameters
    ----------
    tables : see `READ`; `index_sensibilite` beside them tells what removing an indicator changes.
    titles : words of each indicator in the edition.
    """
    audit = tables["index_audit"]
    titles = {str(key): str(key) for key in audit["indicateur"].unique()} | dict(titles)
    themes = set(audit["theme"])
    brief = places.say_in_brief(audit, titles)
    blocks = [Block("Ce que l'audit a trouvé", brief)] if brief else []
    if "poids" in themes:
        blocks += [_correlations(audit, titles), _weights(tables, titles), _pillars(audit, titles)]
    if "defavorisation" in themes:
        blocks += [_deprivation(tables, titles)]
    if (audit["mesure"] == "ecart").sum() >= _MIN_DEPARTEMENTS:
        sentence, table = places.say_departements(audit, _LISTED)
        blocks.append(
            Block("Les départements que les deux indices voient autrement", (sentence,), table)
        )
    canvas = figures.draw_canvas(gpd.GeoDataFrame(tables["communes"]))
    blocks.append(_clusters(tables, canvas))
    if len(tables["index_typologie_classes"]):
        blocks += _types(tables, titles, canvas)
    return blocks


def _ids(audit: pd.DataFrame) -> list[str]:
    return list(map(str, audit.loc[audit["theme"] == "poids", "indicateur"].unique()))


def _correlations(audit: pd.DataFrame, titles: Mapping[str, str]) -> Block:
    table = words.correlation_matrix(audit, "spearman_sous_scores", _ids(audit))
    return Block(
        "Les indicateurs se répètent-ils ?",
        words.say_correlations(audit, titles),
        figure=figures.draw_correlations(table, titles),
        alt="Corrélations des rangs des sous-scores, deux à deux, écrites dans les cases.",
    )


def _weights(tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str]) -> Block:
    audit, sensitivity = tables["index_audit"], tables.get("index_sensibilite")
    names = {
        "poids_nominal": "poids écrit",
        "part_variance": "part de la variance",
        "poids_effectif": "poids en fait",
    }
    shares = pd.DataFrame(
        {
            name: read_rows(audit, "poids", measure).droplevel("autre").reindex(_ids(audit))
            for measure, name in names.items()
        }
    )
    return Block(
        "Ce que chaque indicateur pèse en fait",
        (
            *words.say_weights(audit, titles),
            *(words.say_removal(audit, sensitivity, titles) if sensitivity is not None else ()),
            "Le poids en fait est la part des écarts du score que l'indicateur explique à lui "
            "seul, rapportée à la somme (rapport de corrélation ; Paruolo, Saisana et Saltelli, "
            "2013). La part de la variance est celle qui vient avec lui.",
        ),
        figure=figures.draw_weights(shares, titles),
        alt="Pour chaque indicateur, trois barres : poids écrit, part de la variance, poids en "
        "fait.",
    )


def _pillars(audit: pd.DataFrame, titles: Mapping[str, str]) -> Block:
    ids = _ids(audit)
    columns = {}
    for how in (PLAIN, WEIGHTED):
        for rank in (1, 2):
            rows = read_rows(audit, "composantes", f"correlation_{rank}")
            values = rows[[other == how for _, other in rows.index]].droplevel("autre")
            columns[f"Dimension {rank}, {how}"] = values.reindex(ids).to_numpy()
    table = pd.DataFrame({"Indicateur": [titles[key] for key in ids], **columns})
    pillars = words.say_pillars(audit) if "piliers" in set(audit["theme"]) else ()
    return Block(
        "Une seule fragilité, ou plusieurs ?",
        (*words.say_components(audit, titles), *pillars),
        table,
        caption="Corrélation de chaque sous-score avec les deux premières dimensions",
    )


def _deprivation(tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str]) -> Block:
    communes = pd.DataFrame(tables["communes"])[["code_commune", "score", "est_fragile"]]
    frame = communes.merge(tables["index_defavorisation"], on="code_commune").dropna(subset="score")
    fragile_from = frame.loc[frame["est_fragile"], "score"].min()
    return Block(
        "Ce que l'indice ajoute à la précarité",
        places.say_deprivation(tables["index_audit"], titles),
        figure=figures.draw_deprivation(frame, float(fragile_from)),
        alt="Score de fragilité selon la défavorisation ; les traits séparent les communes "
        "fragiles et le cinquième le plus défavorisé.",
    )


def _clusters(tables: Mapping[str, pd.DataFrame], canvas: figures.Canvas) -> Block:
    spots = pd.DataFrame(tables["foyers"]).head(_HOT_SPOTS)
    table = pd.DataFrame(
        {
            "Foyer": spots["nom"],
            "Départements": spots["nom_departements"],
            "Communes": spots["nb_communes"],
            "Habitants": spots["population"].round(),
            "Score moyen": spots["score"],
        }
    )
    kinds = tables["index_foyers"].set_index("code_commune")["foyer"]
    return Block(
        "Où la fragilité fait foyer",
        places.say_clusters(tables["index_audit"]),
        table if len(table) else None,
        figures.draw_map(canvas, kinds, figures.CLUSTERS),
        alt="Carte des foyers de fragilité et des zones peu fragiles.",
        caption=f"Les {len(table)} foyers les plus peuplés",
    )


def _types(
    tables: Mapping[str, pd.DataFrame], titles: Mapping[str, str], canvas: figures.Canvas
) -> list[Block]:
    types = tables["index_typologie_classes"]
    kinds = tables["index_typologie"].set_index("code_commune")["nom_type"]
    colours = {
        name: (name, figures.KINDS[rank % len(figures.KINDS)])
        for rank, name in enumerate(types["nom_type"])
    }
    columns = [f"{key}_pct" for key in INDICATORS]
    every = pd.DataFrame(tables["communes"]).dropna(subset="score")[columns]
    means = pd.concat([types[columns], every.mean().to_frame().T], ignore_index=True)
    distance = (means - every.mean()) / every.std()
    actions = pd.DataFrame(
        {
            "Type": types["nom_type"],
            "Communes": types["nb_communes"],
            "Habitants": types["population"].round(),
            "Par quoi commencer": types["quoi_faire"],
        }
    )
    tried = places.candidates(tables["index_audit"])
    blocks = [
        Block(
            "Les types de communes fragiles, et par quoi commencer",
            places.say_types(tables["index_audit"]),
            actions,
            figures.draw_map(canvas, kinds, colours),
            alt="Carte des types de communes fragiles.",
        ),
        Block(
            "Ce qu'est chaque type",
            tuple(f"{row.nom_type}. {row.mots}" for row in types.itertuples()),
            None,
            figures.draw_profiles(
                means, distance, [titles[key] for key in INDICATORS],
                [*types["nom_type"], "Toutes les communes"],
            ),
            alt="Moyenne de chaque indicateur dans chaque type, et dans toutes les communes.",
        ),
    ]  # fmt: skip
    if len(tried):
        blocks.append(Block("Combien de types ? Ce qui a été essayé", (_CHOICE,), tried))
    return blocks


_CHOICE = (
    "Parmi les nombres de types qui reviennent d'un tirage à l'autre (indice de Rand ajusté médian "
    "de 0,8 ou plus), ceux dont la silhouette est à 0,02 de la meilleure ; parmi eux, celui qui "
    "revient le plus sûrement. Si aucun ne revient, celui qui revient le mieux. Les noms viennent "
    "de règles sur le profil (fragility/index/typology_names.py)."
)
