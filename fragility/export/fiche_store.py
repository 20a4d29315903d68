"""What the fiches of an edition are made of, read once for all of them."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from fragility.errors import MissingFileError
from fragility.export.explanation_words import Words, words_of
from fragility.export.fiche_map import Atlas
from fragility.export.run_facts import published_day
from fragility.index.composite import contributions
from fragility.index.explain import explain
from fragility.index.explain_tables import LEVELS, ExplainTables, read_columns, read_tables
from fragility.index.explanation_model import Explanation
from fragility.index.profile_model import Profile
from fragility.index.profiles import published_profile
from fragility.sources.model import Edition
from fragility.stored import read_stored

# Folder of each level that has fiches.
FOLDERS = {"commune": "communes", "epci": "epci", "departement": "departements"}
# Places of the map: those that the access is measured to, and that are few enough to be told apart.
DRAWN = ("conseiller_numerique", "france_services")
_COMMUNES = [
    "code_commune", "nom", "code_epci", "nom_epci", "code_departement", "nom_departement",
    "nom_region",
    "population", "score", "score_bas", "score_haut", "classe", "est_fragile", "couverture",
    "est_fragile_non_couverte", "probabilite_fragile_pct", "nb_personnes_en_difficulte",
    "conseiller_plus_proche_min", "conseiller_plus_proche_nom", "population_hors_portee_pct",
    "probabilite_fragile_non_couverte_pct",
    "nb_conseillers_20min", "capacite_pour_10000",
]  # fmt: skip
_DRAWN = ["nom", "population", "classe", "est_fragile_non_couverte"]


@dataclass(frozen=True)
class Local:
    """What a fiche says of a place beside its explanation.

    Attributes
    ----------
    told : the explanation.
    average : contribution of each indicator for the average commune of the département, knowing
        what the place knows; empty for an EPCI and a département.
    row : what lists take of a commune, empty for an EPCI and a département.
    bounds : lowest score of the classes 2 to 5.
    spread : lowest and highest score of the level, where the scale has no limit.
    """

    told: Explanation
    average: dict[str, float]
    row: dict[str, object]
    bounds: tuple[float, ...]
    spread: tuple[float, float]


@dataclass(frozen=True)
class Store:
    """An edition, ready for its fiches.

    Attributes
    ----------
    computed : day the edition was computed.
    communes : every commune (index: code) with what lists and maps take of it.
    """

    folder: Path
    edition: Edition
    profile: Profile
    words: Words
    computed: datetime.date
    communes: pd.DataFrame

    @cached_property
    def atlas(self) -> Atlas:
        """Communes to be drawn, and the places that are drawn on them."""
        shapes = _shapes(self.folder, "commune").reindex(self.communes.index)
        points = shapely.from_wkb(self.places["geometry"].to_numpy())
        spots = pd.DataFrame(
            {"lon": shapely.get_x(points), "lat": shapely.get_y(points)}, index=self.places.index
        ).assign(dispositifs=self.places["dispositifs"].str.split("|"))
        spots = spots.explode("dispositifs").rename(columns={"dispositifs": "dispositif"})
        spots = spots[spots["dispositif"].isin(DRAWN) & spots["lon"].notna()]
        # Conseillers over what else is at the same address.
        return Atlas(
            self.communes[_DRAWN], shapes.to_numpy(),
            spots.sort_values("dispositif", ascending=False, kind="stable", ignore_index=True),
        )  # fmt: skip

    @cached_property
    def places(self) -> pd.DataFrame:
        """Places that receive the public, with their contour as bytes."""
        columns = [
            "nom",
            "dispositifs",
            "code_commune",
            "itinerance",
            "dispositifs_anciens",
            "geometry",
        ]
        return read_stored(self.folder, "lieux", columns)

    @cached_property
    def hosted(self) -> pd.DataFrame:
        """Places of each dispositif in each commune: `code_commune`, `dispositif`, `nombre`, of
        which `anciens` whose record is old.
        """
        rows = self.places.drop(columns="geometry")
        rows = rows.assign(
            dispositif=rows["dispositifs"].str.split("|"),
            dispositifs_anciens=rows["dispositifs_anciens"].fillna("").str.split("|"),
        ).explode("dispositif")
        pairs = zip(rows["dispositif"], rows["dispositifs_anciens"], strict=True)
        rows["ancien"] = [kind in old for kind, old in pairs]
        return rows.groupby(["code_commune", "dispositif"], as_index=False).agg(
            nombre=("nom", "size"), anciens=("ancien", "sum")
        )

    @cached_property
    def itinerant(self) -> dict[str, int]:
        """Itinerant places of each commune that has some, each place once."""
        moving = self.places.loc[self.places["itinerance"].fillna(False).astype(bool)]
        return {str(code): int(n) for code, n in moving["code_commune"].value_counts().items()}

    @cached_property
    def hosted_by_commune(self) -> dict[str, pd.DataFrame]:
        """Rows of `hosted`, by commune."""
        return {str(code): rows for code, rows in self.hosted.groupby("code_commune")}

    @cached_property
    def access(self) -> pd.DataFrame:
        """Access of each commune to each dispositif (`access_dispositifs`), empty in an edition
        that an older version computed.
        """
        name = "access_dispositifs"
        if not (self.folder / "tables" / f"{name}.parquet").is_file():
            return pd.DataFrame(columns=["code", "dispositif", "nb_habitants_hors_portee"])
        return read_columns(self.folder, name, None, ("niveau", ["commune"]))

    @cached_property
    def access_by_commune(self) -> dict[str, list[dict[str, object]]]:
        """Rows of `access`, by commune."""
        found: dict[str, list[dict[str, object]]] = {}
        for row in self.access.to_dict("records"):
            found.setdefault(str(row["code"]), []).append({str(k): v for k, v in row.items()})
        return found

    @cached_property
    def outlines(self) -> dict[str, pd.Series]:
        """Contours of the EPCI and of the départements, by level."""
        return {level: _shapes(self.folder, level) for level in ("epci", "departement")}

    def members(self, niveau: str, code: str) -> pd.DataFrame:
        """Communes of a territory, the most fragile first, those without score last."""
        own = self.communes[self.communes[f"code_{niveau}"].eq(code)]
        return own.sort_values("score", ascending=False, na_position="last", kind="stable")


def read_store(folder: Path, edition: Edition) -> Store:
    """Read what the fiches of an edition share.

    Raises
    ------
    MissingFileError
        When the edition is not computed.
    """
    if not (folder / "tables" / "communes.parquet").is_file():
        raise MissingFileError(
            f"L'édition « {edition.name} » n'a pas encore été calculée.",
            path=folder,
            remedy=f"lancez « fragility run --edition {edition.name} »",
        )
    profile = published_profile(folder)
    facts = [f"{item.id}_{of}" for item in profile.indicators for of in ("origine", "annee")]
    communes = read_columns(folder, "communes", [*_COMMUNES, *facts])
    return Store(
        folder=folder,
        edition=edition,
        profile=profile,
        words=words_of(edition, profile),
        computed=published_day(folder),
        communes=communes.set_index("code_commune").sort_index(),
    )


def explain_all(store: Store, niveau: str, codes: Sequence[str]) -> dict[str, Local]:
    """Explain places of one level, beside the average commune of their département."""
    tables = read_tables(store.folder, store.profile, niveau, codes)
    average = _averages(tables, codes) if niveau == "commune" else pd.DataFrame()
    known = average.to_dict("index")
    own = store.communes.loc[average.index].to_dict("index")
    scores = tables.places["score"].dropna()
    spread = (float(scores.min()), float(scores.max())) if len(scores) else (0.0, 1.0)
    return {
        code: Local(
            told,
            {str(key): float(value) for key, value in known.get(code, {}).items()
             if value == value},
            {str(key): value for key, value in own.get(code, {}).items()},
            tuple(tables.bounds),
            spread,
        )
        for code, told in explain(tables, codes).items()
    }  # fmt: skip


def _averages(tables: ExplainTables, codes: Collection[str]) -> pd.DataFrame:
    """Contributions of the average commune of the département of each place, knowing what the
    place knows, as `explain` does for France.
    """
    ids = tables.profile.ids
    asked = tables.points.index.intersection(pd.Index(list(codes)), sort=False)
    around = tables.places["code_departement"]
    scored = tables.points.loc[tables.places["score"].notna(), ids]
    means = scored.groupby(around.reindex(scored.index)).mean()
    points = tables.points.loc[asked, ids]
    beside = means.reindex(around.reindex(asked).to_numpy()).set_axis(asked)
    found = contributions(beside.where(points.notna()), tables.profile)
    return pd.DataFrame(np.asarray(found, dtype=float), index=asked, columns=ids)


def _shapes(folder: Path, niveau: str) -> pd.Series:
    """Contours of a level as geometries, by code."""
    table, code, _ = LEVELS[niveau]
    raw = read_stored(folder, table, [code, "geometry"])
    return pd.Series(shapely.from_wkb(raw["geometry"].to_numpy()), index=raw[code].astype(str))
