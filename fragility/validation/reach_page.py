"""docs/portee.md: who is within reach of what, and what the travel times are worth."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from fragility.access.coverage import THRESHOLD_MIN
from fragility.access.travel import SPEEDS_KMH
from fragility.access.water import LINKS, RIVERS
from fragility.errors import MissingFileError
from fragility.export.access_raster import CUT_OFF, NOTHING, palette, raster_of
from fragility.export.labels import french
from fragility.territory.crs import METROPOLE
from fragility.validation.blocks import Block, to_markdown
from fragility.validation.reach_readings import national_block, regional_block
from fragility.validation.reach_worth import KINDS, tie_words, worth_block

TABLES = ("access_dispositifs", "access_capacite", "access_moteur")


def reach_blocks(tables: Mapping[str, pd.DataFrame]) -> list[Block]:
    """Say how many people are out of reach of each kind of place, and where.

    Parameters
    ----------
    tables : those of `TABLES`, and the mart `communes`.
    """
    communes = pd.DataFrame(tables["communes"])
    return [
        _kinds(tables["access_dispositifs"], communes),
        national_block(communes),
        regional_block(communes),
        _capacity(communes, tables["access_capacite"]),
        _cut_off(communes),
    ]


def _kinds(table: pd.DataFrame, communes: pd.DataFrame) -> Block:
    own = table[table["niveau"] == "commune"]
    fragile = own["code"].map(communes.set_index("code_commune")["est_fragile"]).fillna(False)
    rows = []
    for kind, words in KINDS.items():
        here = own["dispositif"].eq(kind)
        uncovered = own["couverture"].eq("non_couverte")
        rows.append(
            {
                "Dispositif": words,
                "Habitants à plus de 20 min": own.loc[here, "nb_habitants_hors_portee"].sum(),
                "Communes non couvertes": int((here & uncovered).sum()),
                "Communes incertaines": int((here & own["couverture"].eq("incertaine")).sum()),
                "Fragiles et non couvertes": int((here & uncovered & fragile.astype(bool)).sum()),
            }
        )
    alone = own["dispositif"].eq("conseiller_numerique") & own["couverture"].eq("non_couverte")
    helped = own["dispositif"].eq("mediation") & own["couverture"].eq("couverte")
    both = set(own.loc[alone, "code"]) & set(own.loc[helped, "code"])
    return Block(
        "À portée de quoi",
        (
            f"{french(len(both))} communes non couvertes par un conseiller numérique le sont par "
            "un autre lieu de médiation (même à des vitesses 25 % plus faibles) : une aide "
            "existe, d'une autre nature.",
            *_unknown(own, communes),
        ),
        table=pd.DataFrame(rows).round(0),
        caption="Habitants et communes hors de portée, par dispositif",
    )


def _unknown(own: pd.DataFrame, communes: pd.DataFrame) -> list[str]:
    """How many people are left out for want of knowing where they live."""
    people = communes.set_index("code_commune")["population"]
    blank = own[own["nb_habitants_hors_portee"].isna()]
    lost = float(blank["code"].map(people).groupby(blank["dispositif"]).sum().max())
    if not lost > 0:
        return []
    return [
        f"Jusqu'à {french(lost)} habitants (selon le dispositif) de communes d'outre-mer, connues "
        "par un seul point et dont la couverture est incertaine, ne sont pas comptés au-delà de 20 "
        "minutes : rien ne dit où ils vivent."
    ]


def _capacity(communes: pd.DataFrame, table: pd.DataFrame) -> Block:
    own = table[table["niveau"] == "commune"].set_index("code")
    people = communes.set_index("code_commune")["nb_personnes_en_difficulte"].reindex(own.index)
    people = people.fillna(0.0)
    known = own["capacite_pour_10000"].notna() & people.gt(0)
    value, weight = own.loc[known, "capacite_pour_10000"], people[known]
    ordered = value.sort_values().index
    place = weight.loc[ordered].cumsum() / max(weight.sum(), 1e-9)
    quarter, half, three = (
        float(value.loc[ordered].iloc[int(np.searchsorted(place, share))])
        if len(ordered)
        else float("nan")
        for share in (0.25, 0.5, 0.75)
    )
    served = float(own["nb_personnes_en_difficulte_servies"].sum())
    total = float(people[own["nb_personnes_en_difficulte_servies"].notna()].sum())
    return Block(
        "Combien de postes pour ceux qui en ont besoin",
        (
            f"{french(served, 0)} des {french(total, 0)} personnes en difficulté ont au moins un "
            "poste de conseiller à 20 minutes. Pour 10 000 d'entre elles, partage avec les "
            f"voisins compris : la moitié en ont plus de {french(half, 1)}, un quart moins de "
            f"{french(quarter, 1)}, un quart plus de {french(three, 1)}.",
            "La liste compte un poste par permanence : un conseiller qui reçoit en cinq lieux peut "
            "y être cinq fois. Les capacités se comparent entre elles plus qu'elles ne se lisent.",
        ),
    )


def _cut_off(communes: pd.DataFrame) -> Block:
    own = communes[
        communes["couverture"].eq("non_couverte") & communes["conseiller_plus_proche_min"].isna()
    ].sort_values("population", ascending=False)
    first = own.head(20)
    names = [
        f"{name} ({french(people)})"
        for name, people in zip(first["nom"], first["population"].fillna(0), strict=True)
    ]
    said = (
        f"{french(len(own))} communes, {french(own['population'].sum())} habitants, n'ont aucun "
        "conseiller qui puisse être rejoint par la terre : " + ", ".join(names)
        + (", et d'autres." if len(own) > len(names) else ".")
        if len(own)
        else "Toutes les communes peuplées peuvent en rejoindre un par la terre."
    )  # fmt: skip
    return Block("Les îles", (said,))


def map_block(surface: pd.DataFrame) -> Block | None:
    """Draw the minutes of every pixel of the metropole; None without any."""
    found = raster_of(surface, METROPOLE)
    if found is None:
        return None
    image, _ = found
    colours = np.zeros((256, 4), dtype=np.uint8)
    for value, colour in palette().items():
        colours[value] = colour
    figure = Figure(figsize=(6, 5.6))
    axes = figure.add_subplot()
    step = max(image.shape[1] // 760, 1)
    axes.imshow(colours[image[::step, ::step]], interpolation="nearest")
    axes.set_axis_off()
    figure.tight_layout()
    land = image[image != NOTHING]
    far = 100 * float((land[land != CUT_OFF] > THRESHOLD_MIN).mean()) if len(land) else 0.0
    return Block(
        "Les temps, pixel par pixel",
        (
            f"{french(far)} % du territoire est à plus de 20 minutes ; peu de gens y vivent. Le "
            "fichier temps_acces.tif donne ces minutes. En orange, les îles sans lieu.",
        ),
        figure=figure,
        alt="Carte de la métropole : clair près d'un conseiller numérique, sombre loin.",
    )


def method_block(communes: pd.DataFrame) -> Block:
    """Say how times are made, and what they leave out; `communes` is the mart."""
    speeds = pd.DataFrame(
        [
            {"Habitants par km², à partir de": density, "km/h à vol d'oiseau": speed}
            for density, speed in SPEEDS_KMH.items()
        ]
    )
    return Block(
        "Comment les temps sont faits",
        (
            "Sans réseau routier, on traverse le pays pixel par pixel (500 m), à une vitesse qui "
            "dépend de la densité de l'endroit : une hypothèse, sans source française, d'où la "
            "bande de 25 % qui rend une commune « incertaine ». La mer ne se traverse pas, ni les "
            "eaux que voici, jusqu'à leur premier pont : "
            + " ; ".join(RIVERS)
            + ". Les ponts et digues suivants relient "
            "ce que la mer sépare : " + ", ".join(LINKS) + ".",
            "Avec des extraits OpenStreetMap dans `osm/`, les temps sont ceux des routes "
            "(docs/reseau.md), et la table `access_moteur` dit pour quelle part des habitants.",
            "Cette lecture des routes n'a été essayée que sur des extraits de pays voisins "
            "(Andorre, Liechtenstein) et sur un pays inventé : jamais sur des routes françaises, "
            "faute d'extrait de la France ici. Ses temps sont à vérifier avant de s'en servir.",
            tie_words(communes),
            "Laissés de côté : relief, ferrys, gués (passage du Gois), routes par l'étranger, "
            "transports en commun, horaires d'ouverture. Un fleuve plus étroit est franchi "
            "partout, comme s'il avait des ponts.",
        ),
        table=speeds,
        caption="Vitesses supposées",
    )


def write_reach(folder: Path, docs: Path) -> Path:
    """Write docs/portee.md and its picture from the outputs of one edition.

    Raises
    ------
    MissingFileError
        When the edition was not computed.
    """
    names = [*TABLES, "access_surface", "communes", "lieux"]
    paths = {name: folder / "tables" / f"{name}.parquet" for name in names}
    if not all(path.is_file() for path in paths.values()):
        raise MissingFileError(
            "L'édition n'a pas encore été calculée.",
            path=folder,
            remedy=f"lancez « fragility run --edition {folder.name} »",
        )
    tables = {name: pd.read_parquet(path) for name, path in paths.items()}
    blocks = reach_blocks(tables)
    drawn = map_block(tables["access_surface"])
    worth = worth_block(tables["lieux"], tables["communes"])
    blocks = [
        *blocks[:1],
        worth,
        *([drawn] if drawn else []),
        *blocks[1:],
        method_block(tables["communes"]),
    ]
    run = json.loads((folder / "execution.json").read_text(encoding="utf-8"))
    head = (
        "# Portée : qui est près d'une aide\n\n"
        f"Page écrite par `make portee` le {datetime.date.today():%d/%m/%Y}, édition "
        f"`{run['edition']}`. Ne pas la modifier à la main.\n\n"
    )
    page = docs / "portee.md"
    page.write_text(head + to_markdown(blocks, docs / "images", "portee"), encoding="utf-8")
    return page
