"""docs/competences.md: what the estimate of digital difficulty is worth, and where people are.

The sentences are here; figures come from an edition's tables, and from INSEE's rates by EPCI when
the folder of raw files has them.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
from matplotlib.figure import Figure

from fragility.errors import MissingFileError
from fragility.export.labels import french
from fragility.skills.estimate import AREA_RESIDUAL
from fragility.skills.residual import check_residual
from fragility.sources.readers.insee_epci_rates import read_illectronisme
from fragility.validation.blocks import Block, to_markdown
from fragility.validation.skills_agreement import (
    CONTROL,
    Agreement,
    compare_with_published,
    epci_shares,
)
from fragility.validation.skills_map import map_block
from fragility.validation.skills_words import limits, measure, tried_words, what_adds

TABLES = (
    "index_competences", "competences_modele", "competences_taux", "competences_concentration",
)  # fmt: skip
DIPLOMA_WORDS = {
    "aucun": "Sans diplôme",
    "brevet_cap": "Brevet, CAP, BEP",
    "bac": "Baccalauréat",
    "superieur": "Supérieur",
}
MODEL_WORDS = {
    "age": "Âge seul",
    "diplome": "Diplôme seul",
    "age_diplome": "Âge et diplôme (retenu)",
    "age_diplome_taille_menage": "… et taille du ménage",
    "age_diplome_sexe": "… et sexe",
    "age_diplome_agglomeration": "… et taille d'agglomération",
    "gradient": "Âge et diplôme, arbres (gradient)",
}
RANKING_WORDS = {"score": "le score", "taux": "le taux", "nombre": "le nombre de personnes"}


def skill_blocks(
    tables: Mapping[str, pd.DataFrame],
    agreement: Agreement | None = None,
    compared: pd.DataFrame | None = None,
) -> list[Block]:
    """Say what the estimate is, what it is worth and where people are.

    Parameters
    ----------
    tables : those of `TABLES`.
    agreement, compared : see `compare_with_published`; left out without published rates.
    """
    competences = tables["index_competences"]
    if competences.empty:
        return [Block("Difficulté numérique", ("Aucune enquête n'est lue dans cette édition.",))]
    blocks = [_summary(competences, tables["competences_modele"])]
    if agreement is not None and compared is not None:
        blocks.append(_agreement(agreement, compared))
    blocks += [_model(tables["competences_modele"]), _rates(tables["competences_taux"])]
    blocks.append(_concentration(tables["competences_concentration"]))
    blocks.append(limits(competences, tables["competences_modele"]))
    return blocks


def _summary(competences: pd.DataFrame, model: pd.DataFrame) -> Block:
    nation = competences[competences["niveau"] == "france"].iloc[0]
    towns = competences[competences["niveau"] == "commune"]
    low, high = (float(towns["difficulte_numerique_pct"].quantile(q)) for q in (0.05, 0.95))
    bounds = towns["difficulte_numerique_haut"] - towns["difficulte_numerique_bas"]
    width = float(bounds.median())
    raw = measure(model, "taux_brut_pct")
    people = round(float(nation["nb_personnes_en_difficulte"]), -3)
    return Block(
        "Ce qu'il faut retenir",
        (
            f"{french(people)} personnes de 15 ans ou plus sont estimées en difficulté numérique, "
            f"{french(nation['difficulte_numerique_pct'], 1)} % d'entre elles : c'est la mesure "
            f"nationale de l'INSEE pour {int(nation['difficulte_annee'])}, sur laquelle "
            "l'estimation est calée.",
            f"L'enquête donne {french(raw, 1)} % de personnes qui n'utilisent jamais internet : "
            "elle dit où et chez qui, l'INSEE dit combien.",
            f"D'une commune à l'autre le taux va de {french(low, 1)} % (une sur vingt est en "
            f"dessous) à {french(high, 1)} % (une sur vingt au-dessus) ; la moitié des intervalles "
            f"à 90 % ont plus de {french(width, 1)} points de large, surtout parce que les "
            "communes sont petites.",
        ),
    )


def _agreement(found: Agreement, compared: pd.DataFrame) -> Block:
    figure = Figure(figsize=(6, 5.2))
    axes = figure.add_subplot()
    low = compared["difficulte_numerique_pct"] - compared["difficulte_numerique_bas"]
    high = compared["difficulte_numerique_haut"] - compared["difficulte_numerique_pct"]
    axes.errorbar(
        compared["taux_pct"],
        compared["difficulte_numerique_pct"],
        yerr=[low, high],
        fmt="o",
        markersize=3.5,
        linewidth=0.6,
        color="#00224e",
        ecolor="#bcae6c",
    )
    residual = check_residual(compared)
    ends = [compared["taux_pct"].min() - 1, compared["taux_pct"].max() + 1]
    axes.plot(ends, ends, color="#7c7b78", linewidth=1)
    axes.set_xlabel("INSEE, illectronisme publié (%)")
    axes.set_ylabel("Estimation et intervalle à 90 % (%)")
    figure.tight_layout()
    return Block(
        "Accord avec l'INSEE, EPCI des Hauts-de-France",
        (
            f"Sur {found.count} EPCI : corrélation des rangs {french(found.spearman, 3)}, "
            f"erreur absolue moyenne {french(found.error, 2)} point, biais "
            f"{french(found.bias, 2)} point ; l'intervalle à 90 % contient "
            f"{french(found.covered)} % des taux publiés.",
            "La largeur de l'intervalle compte ce que des territoires semblables ont chacun en "
            f"propre : un écart type de {french(AREA_RESIDUAL, 2)} (échelle logit), appris de ces "
            f"mêmes EPCI ({french(residual.learnt, 3)}). Appris d'une moitié d'entre eux, tirée "
            f"au sort, l'intervalle contient {french(residual.held)} % des taux de l'autre (entre "
            f"{french(residual.held_low)} et {french(residual.held_high)} % neuf fois sur dix).",
            "Ces taux sont eux-mêmes un modèle de l'INSEE : c'est en partie un modèle contre un "
            "autre, et l'intervalle dit où serait le taux de l'INSEE, pas la vérité. Aucun chiffre "
            "public ne permet de vérifier en dessous de l'EPCI.",
            f"La somme de deux parts, 65 ans ou plus et sans baccalauréat, range déjà ces EPCI "
            f"presque aussi bien ({french(found.simple, 3)}) : l'estimation ajoute un niveau, un "
            "nombre de personnes et un intervalle.",
        ),
        figure=figure,
        alt="Taux estimé selon le taux publié par l'INSEE : les points suivent la diagonale.",
    )


def _model(model: pd.DataFrame) -> Block:
    zones, held = measure(model, "residu_zones"), measure(model, "zones_couvertes_pct")
    wide = model[model["modele"].ne("")].pivot(index="modele", columns="mesure", values="valeur")
    table = wide[["brier", "pente", "ordonnee"]].round(4).reset_index()
    shown = table[table["modele"].isin(list(MODEL_WORDS))]
    shown = shown.set_index("modele").loc[list(MODEL_WORDS)].reset_index()
    shown = shown.assign(
        modele=shown["modele"].map(MODEL_WORDS),
        brier=shown["brier"].map(lambda value: french(value, 4)),
    )
    headings = {
        "modele": "Modèle", "brier": "Erreur (Brier)", "pente": "Pente de calibration",
        "ordonnee": "Ordonnée",
    }  # fmt: skip
    return Block(
        "Ce que vaut le modèle sur des zones qu'il n'a pas vues",
        (
            f"{french(measure(model, 'repondants'))} réponses en face à face, vagues "
            f"{int(measure(model, 'premiere_vague'))} et "
            f"{int(measure(model, 'derniere_vague'))}. Chaque grande zone est prédite par un "
            "modèle appris sur les autres. Les vagues en ligne ne servent pas : elles rencontrent "
            "mal celles et ceux dont il est question.",
            what_adds(table.set_index("modele")["brier"]),
            "Des arbres de décision ne font pas mieux qu'une régression logistique dès que 75-79 "
            "ans et 80 ans ou plus sont distingués.",
            "Les zones de l'enquête diffèrent davantage entre elles que ne le disent nos "
            f"intervalles : ils n'en contiendraient que {french(held)} %, et elles demanderaient "
            f"un écart type de {french(zones, 2)} (échelle logit). Une part vient de l'enquête "
            "elle-même, dont les personnes sont rencontrées par grappes.",
            tried_words(table.set_index("modele")),
        ),
        table=shown.rename(columns=headings),
    )


def _rates(rates: pd.DataFrame) -> Block:
    shown = rates.assign(taux_pct=rates["taux_pct"].map(lambda value: french(value, 1)))
    wide = shown.pivot(index="age", columns="diplome", values="taux_pct")
    table = wide.reindex(rates["age"].unique())[list(DIPLOMA_WORDS)].rename(columns=DIPLOMA_WORDS)
    return Block(
        "Taux par âge et diplôme",
        ("En pourcentage des personnes de cet âge et de ce diplôme, calé sur le niveau national.",),
        table=table.rename_axis(None, axis=1).rename_axis("Âge").reset_index(),
    )


def _concentration(table: pd.DataFrame) -> Block:
    written = table["part_personnes_pct"].map(lambda value: french(value, 1))
    wide = table.assign(part_personnes_pct=written).pivot(
        index="part_communes_pct", columns="classement", values="part_personnes_pct"
    )
    fifth = table[table["part_communes_pct"].eq(20)].set_index("classement")
    by = fifth["part_personnes_pct"].to_dict()
    shown = wide[list(RANKING_WORDS)].rename(
        columns={key: f"Rangées par {words} (%)" for key, words in RANKING_WORDS.items()}
    )
    return Block(
        "Le taux et le nombre sont deux cartes",
        (
            f"Le cinquième des communes au score le plus haut compte {french(by['score'])} % des "
            f"personnes en difficulté ; celui au taux le plus haut, {french(by['taux'])} % ; celui "
            f"qui en compte le plus, {french(by['nombre'])} %.",
            "Aller où le taux est haut atteint peu de monde ; aller où sont les gens laisse de "
            "côté les lieux où beaucoup ont besoin d'aide. Les deux se regardent ensemble.",
        ),
        table=shown.rename_axis(None, axis=1).rename_axis("Premières communes (%)").reset_index(),
        caption="Part des personnes en difficulté qui vivent dans les premières communes",
    )


def write_skills(folder: Path, raw: Path, docs: Path) -> Path:
    """Write docs/competences.md and its pictures.

    Parameters
    ----------
    folder : outputs of one edition.
    raw : folder of the raw files, where INSEE's control may be.
    docs : folder of the page.

    Raises
    ------
    MissingFileError
        When the edition was not computed.
    """
    paths = {name: folder / "tables" / f"{name}.parquet" for name in TABLES}
    if not paths["index_competences"].is_file():
        raise MissingFileError(
            "L'édition n'a pas encore été calculée.",
            path=folder,
            remedy=f"lancez « fragility run --edition {folder.name} »",
        )
    tables = {name: pd.read_parquet(path) for name, path in paths.items()}
    communes = gpd.read_parquet(folder / "tables" / "communes.parquet")
    agreement = compared = None
    if (raw / CONTROL).is_file():
        indicators = pd.read_parquet(folder / "tables" / "index_indicateurs.parquet")
        agreement, compared = compare_with_published(
            tables["index_competences"],
            read_illectronisme(raw / CONTROL),
            epci_shares(indicators, communes),
        )
    blocks = skill_blocks(tables, agreement, compared)
    if len(blocks) > 1:
        blocks.insert(-1, map_block(communes, tables["index_competences"]))
    run = json.loads((folder / "execution.json").read_text(encoding="utf-8"))
    head = (
        "# Personnes en difficulté numérique\n\n"
        f"Page écrite par `make competences` le {datetime.date.today():%d/%m/%Y}, édition "
        f"`{run['edition']}`. Ne pas la modifier à la main.\n\n"
    )
    page = docs / "competences.md"
    page.write_text(head + to_markdown(blocks, docs / "images", "competences"), encoding="utf-8")
    return page
