"""docs/competences.md: what the estimate of digital difficulty is worth, and where people are.

The sentences are here; figures come from an edition's tables, and from INSEE's rates by EPCI when
the folder of raw files has them.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from fragility.errors import MissingFileError
from fragility.export.labels import french
from fragility.sources.readers.insee_epci_rates import read_illectronisme
from fragility.validation.blocks import Block, to_markdown
from fragility.validation.pictures import metropole

CONTROL = Path("controles") / "illectronisme_insee_epci_hdf.json"
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
    "age_diplome": "Âge et diplôme (retenu)",
    "gradient": "Arbres (gradient)",
}
RANKING_WORDS = {"score": "le score", "taux": "le taux", "nombre": "le nombre de personnes"}
_RATE_COLOURS = "cividis_r"


@dataclass(frozen=True)
class Agreement:
    """How far the estimate is from rates that INSEE published.

    Attributes
    ----------
    count : EPCI compared.
    spearman : rank correlation.
    error, bias : mean absolute and mean error, points.
    covered : share of the published rates that the 90 % interval holds, percent.
    simple : rank correlation of the plain sum of two standardised shares, 65+ and low diplomas.
    """

    count: int
    spearman: float
    error: float
    bias: float
    covered: float
    simple: float


def compare_with_published(
    competences: pd.DataFrame, published: pd.DataFrame, epci: pd.DataFrame
) -> tuple[Agreement, pd.DataFrame]:
    """Compare EPCI estimates with published rates.

    Parameters
    ----------
    competences : table `index_competences`.
    published : see `readers.insee_epci_rates.read_illectronisme`.
    epci : `code_epci`, `plus_65_pct`, `peu_diplomes_pct`, means of its communes.
    """
    own = competences[competences["niveau"] == "epci"].set_index("code")
    both = (
        published.set_index("code_epci")[["taux_pct"]]
        .join(own, how="inner")
        .join(epci.set_index("code_epci"))
    )
    gap = both["difficulte_numerique_pct"] - both["taux_pct"]
    inside = both["taux_pct"].between(
        both["difficulte_numerique_bas"], both["difficulte_numerique_haut"]
    )
    two = both[["plus_65_pct", "peu_diplomes_pct"]]
    simple = ((two - two.mean()) / two.std()).sum(axis=1)
    found = Agreement(
        len(both),
        float(spearmanr(both["difficulte_numerique_pct"], both["taux_pct"]).statistic),
        float(gap.abs().mean()),
        float(gap.mean()),
        float(100 * inside.mean()),
        float(spearmanr(simple, both["taux_pct"]).statistic),
    )
    return found, both


def epci_shares(indicators: pd.DataFrame, communes: pd.DataFrame) -> pd.DataFrame:
    """65+ and low diplomas of each EPCI: means of its communes, weighted by inhabitants."""
    own = indicators[indicators["niveau"] == "commune"].set_index("code")
    group = communes.set_index("code_commune")["code_epci"].reindex(own.index)
    weight = own["population"].fillna(0)
    total = weight.groupby(group).sum()
    return pd.DataFrame(
        {
            name: (own[name].fillna(0) * weight).groupby(group).sum() / total.where(total > 0)
            for name in ("plus_65_pct", "peu_diplomes_pct")
        }
    ).rename_axis("code_epci").reset_index()  # fmt: skip


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
    blocks.append(_limits(competences))
    return blocks


def _summary(competences: pd.DataFrame, model: pd.DataFrame) -> Block:
    nation = competences[competences["niveau"] == "france"].iloc[0]
    towns = competences[competences["niveau"] == "commune"]
    low, high = (float(towns["difficulte_numerique_pct"].quantile(q)) for q in (0.05, 0.95))
    bounds = towns["difficulte_numerique_haut"] - towns["difficulte_numerique_bas"]
    width = float(bounds.median())
    raw = _measure(model, "taux_brut_pct")
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
            "Ces taux sont eux-mêmes un modèle de l'INSEE : c'est en partie un modèle contre un "
            "autre. Aucun chiffre public ne permet de vérifier en dessous de l'EPCI.",
            f"La somme de deux parts, 65 ans ou plus et sans baccalauréat, range déjà ces EPCI "
            f"presque aussi bien ({french(found.simple, 3)}) : l'estimation ajoute un niveau, un "
            "nombre de personnes et un intervalle.",
        ),
        figure=figure,
        alt="Taux estimé selon le taux publié par l'INSEE : les points suivent la diagonale.",
    )


def _model(model: pd.DataFrame) -> Block:
    wide = model[model["modele"].ne("")].pivot(index="modele", columns="mesure", values="valeur")
    table = wide.reindex([name for name in MODEL_WORDS if name in wide.index])
    table = table[["brier", "pente", "ordonnee"]].round(4).reset_index()
    table["modele"] = table["modele"].map(MODEL_WORDS)
    table["brier"] = table["brier"].map(lambda value: french(value, 4))
    headings = {
        "modele": "Modèle", "brier": "Erreur (Brier)", "pente": "Pente de calibration",
        "ordonnee": "Ordonnée",
    }  # fmt: skip
    return Block(
        "Ce que vaut le modèle sur des zones qu'il n'a pas vues",
        (
            f"{french(_measure(model, 'repondants'))} réponses en face à face, vagues "
            f"{int(_measure(model, 'premiere_vague'))} et "
            f"{int(_measure(model, 'derniere_vague'))}. Chaque grande zone est prédite par un "
            "modèle appris sur les autres. Les vagues en ligne ne servent pas : elles rencontrent "
            "mal celles et ceux dont il est question.",
            "Le diplôme apporte l'essentiel après l'âge ; des arbres de décision ne font pas mieux "
            "qu'une régression logistique dès que 75-79 ans et 80 ans ou plus sont distingués.",
        ),
        table=table.rename(columns=headings),
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


def _limits(competences: pd.DataFrame) -> Block:
    units = competences[competences["niveau"] == "iris"]
    inherited = 100 * units["difficulte_origine"].eq("commune").mean()
    far = competences[
        competences["niveau"].eq("commune") & competences["est_difficulte_extrapolee"]
    ]
    return Block(
        "Limites",
        (
            "Rien n'est vérifiable sous l'EPCI avec des données publiques.",
            f"L'enquête n'interroge personne outre-mer : les {french(len(far))} communes qui y "
            "sont estimées le sont avec les taux de la métropole, et marquées "
            "(`est_difficulte_extrapolee`).",
            f"{french(inherited, 0)} % des IRIS prennent le taux de leur commune "
            "(`difficulte_origine` = commune), faute d'âges et de diplômes publiés : l'âge seul "
            "tromperait, le taux baisserait là où les revenus baissent.",
            "Le recensement a ses propres années, et le niveau national date de "
            f"{int(competences['difficulte_annee'].iloc[0])} : la difficulté a pu reculer depuis.",
            "Le diplôme est demandé aux adultes de 25 ans ou plus ; les taux de 75 ans ou plus "
            "suivent la répartition nationale entre 65-74 ans et 75 ans ou plus là où le "
            "recensement de l'édition ne la donne pas.",
            "Aisance, démarches en ligne et besoin d'aide dépendent peu de l'âge et du diplôme : "
            "ils n'ont que des nombres nationaux et régionaux (table `competences_effectifs`), "
            "jamais de carte.",
            "La connexion et l'ordinateur au domicile n'ont aucun chiffre local publié auquel se "
            "comparer : pas d'estimation communale.",
        ),
    )


def _measure(model: pd.DataFrame, name: str) -> float:
    return float(model.loc[model["mesure"].eq(name) & model["modele"].eq(""), "valeur"].iloc[0])


def map_block(communes: gpd.GeoDataFrame, competences: pd.DataFrame) -> Block:
    """Both maps side by side: the rate, and the people.

    Parameters
    ----------
    communes : mart `communes`.
    competences : table `index_competences`.
    """
    own = competences[competences["niveau"] == "commune"].set_index("code")
    frame = metropole(communes)
    rate = own["difficulte_numerique_pct"].reindex(frame["code_commune"]).to_numpy()
    people = own["nb_personnes_en_difficulte"].reindex(frame["code_commune"]).to_numpy()
    figure = Figure(figsize=(9, 4.8))
    left, right = figure.subplots(1, 2)
    shades = frame.assign(rate=rate)
    shades.plot(
        ax=left, column="rate", cmap=_RATE_COLOURS, linewidth=0, legend=True,
        vmin=float(np.nanquantile(rate, 0.02)), vmax=float(np.nanquantile(rate, 0.98)),
        legend_kwds={"shrink": 0.6, "label": "%"}, missing_kwds={"color": "#d9d9d9"},
    )  # fmt: skip
    left.set_title("Taux : part des 15 ans ou plus", fontsize=10)
    points = frame.geometry.representative_point()
    right.scatter(
        points.x, points.y, s=np.nan_to_num(people) / 800, color="#00224e", alpha=0.5, linewidths=0
    )
    right.set_title("Nombre : surface du disque", fontsize=10)
    for axes in (left, right):
        _bare(axes)
    figure.tight_layout()
    return Block(
        "Les deux cartes",
        ("À gauche où la difficulté est fréquente, à droite où sont les gens.",),
        figure=figure,
        alt="Deux cartes de France : le taux est haut dans le centre, le nombre dans les villes.",
    )


def _bare(axes: Axes) -> None:
    axes.set_aspect("equal")
    axes.set_axis_off()


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
