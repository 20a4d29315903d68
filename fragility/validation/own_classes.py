"""Our figures at the level of a published file, as classes under its method and ours.

Only the tables that every edition publishes are read, and the classes are computed here: they are
those of the IFN of 2023 whatever profile the edition was computed with.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fragility.errors import BadFileError, MissingFileError
from fragility.index.composite import aggregate, class_bounds, score_deciles
from fragility.index.indicators import SMALL_POPULATION
from fragility.index.profile_model import Ties
from fragility.schemas import INDICATORS
from fragility.sources.catalogue import find_edition
from fragility.sources.model import Edition

MIN_SUBSCORES = 4
FRAGILE_SHARE_PCT = 20
# Ties in the middle or at the top of their range, among IRIS and undivided communes; the same
# among communes alone.
CLASS_KINDS: dict[str, Ties] = {
    "milieu": "mid",
    "haut": "upper",
    "seules": "mid",
    "seules_haut": "upper",
}
_PLACES = ("code_commune", "nom", "code_epci", "nom_epci", "code_departement", "nom_departement",
           "code_region", "nom_region")  # fmt: skip
_CELLS = ("{}_pct", "{}_origine", "{}_annee")
_GROUPS = {"epci": "code_epci", "departement": "code_departement"}


def read_columns(path: Path, required: Sequence[str], optional: Sequence[str] = ()) -> pd.DataFrame:
    """Read the columns required of a published table, and the optional ones that are there.

    Raises
    ------
    BadFileError
        When the table is missing, damaged, or lacks a column.
    """
    try:
        names = pq.read_schema(path).names
        if missing := [name for name in required if name not in names]:
            raise _unreadable(path, f"colonnes absentes : {', '.join(missing)}")
        columns = [*required, *(name for name in optional if name in names)]
        return pq.read_table(path, columns=columns).to_pandas(ignore_metadata=True)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unreadable(path, str(error).splitlines()[0]) from error


def _unreadable(path: Path, found: str) -> BadFileError:
    return BadFileError(
        "Une table de l'édition ne peut être lue.",
        path=path,
        expected="une table de cette version du programme",
        found=found,
        remedy=f"recalculez l'édition avec « fragility run --edition {path.parents[1].name} »",
    )


@dataclass(frozen=True)
class Own:
    """The published tables of one edition.

    Attributes
    ----------
    folder : folder of the edition, which holds `tables`.
    """

    folder: Path

    @classmethod
    def of(cls, folder: Path) -> Own:
        """Open an edition.

        Raises
        ------
        UsageError
            When no edition has that name.
        MissingFileError
            When it was not computed.
        """
        find_edition(folder.name)
        if not (folder / "tables" / "communes.parquet").is_file():
            raise MissingFileError(
                f"L'édition « {folder.name} » n'a pas encore été calculée.",
                path=folder,
                remedy=f"lancez « fragility run --edition {folder.name} »",
            )
        return cls(folder)

    @property
    def edition(self) -> Edition:
        """The edition."""
        return find_edition(self.folder.name)

    @property
    def profile(self) -> str:
        """Profile of the run, "" where it cannot be read."""
        try:
            said = json.loads((self.folder / "execution.json").read_text(encoding="utf-8"))
            return str(said["profil"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def table(self, name: str) -> Path:
        """Path of a table."""
        return self.folder / "tables" / f"{name}.parquet"

    @cached_property
    def communes(self) -> pd.DataFrame:
        """Communes, indexed by code: places, population, and the cells of each indicator."""
        cells = [form.format(key) for key in INDICATORS for form in _CELLS]
        extra = ["score", "est_fragile", "est_petit_effectif"]
        frame = read_columns(self.table("communes"), [*_PLACES, "population", *cells], extra)
        small = frame["population"] < SMALL_POPULATION
        frame["est_petit_effectif"] = frame.get("est_petit_effectif", small)
        return (
            frame.set_index("code_commune", drop=False)
            .rename_axis("code")
            .assign(nb_iris=lambda f: self.iris.groupby("code_commune").size().reindex(f.index))
        )

    @cached_property
    def iris(self) -> pd.DataFrame:
        """IRIS, indexed by code: as `communes`, with `code_arrondissement`."""
        cells = [form.format(key) for key in INDICATORS for form in _CELLS]
        frame = read_columns(
            self.table("iris"), ["code_iris", "nom", "code_commune", "population", *cells],
            ["score", "est_fragile", "est_petit_effectif", *_PLACES[2:]],
        )  # fmt: skip
        frame["est_petit_effectif"] = frame.get(
            "est_petit_effectif", frame["population"] < SMALL_POPULATION
        )
        parts = read_columns(self.table("core_iris"), ["code_iris"], ["code_arrondissement"])
        if "code_arrondissement" not in parts:
            parts["code_arrondissement"] = None
        frame = frame.merge(parts, on="code_iris", how="left")
        return frame.set_index("code_iris", drop=False).rename_axis("code")

    @cached_property
    def unit_classes(self) -> pd.DataFrame:
        """Classes of the IRIS and undivided communes: `<indicator>_milieu`, `<indicator>_haut`."""
        return pd.DataFrame({
            f"{key}_{kind}": score_deciles(self.iris[f"{key}_pct"], ties=CLASS_KINDS[kind])
            for key in INDICATORS for kind in ("milieu", "haut")
        })  # fmt: skip

    @cached_property
    def commune_classes(self) -> pd.DataFrame:
        """Classes of communes: those of their IRIS, then those among communes alone."""
        classes = aggregate(
            self.unit_classes, self.iris["population"], self.iris["code_commune"]
        ).reindex(self.communes.index)  # fmt: skip
        for key in INDICATORS:
            value = self.communes[f"{key}_pct"]
            for kind in ("seules", "seules_haut"):
                classes[f"{key}_{kind}"] = score_deciles(value, ties=CLASS_KINDS[kind])
        return classes

    def score_of(self, classes: pd.DataFrame, kind: str = "milieu") -> pd.Series:
        """Mean of the five classes of one kind, where four at least are known."""
        values = classes[[f"{key}_{kind}" for key in INDICATORS]]
        return values.mean(axis=1).where(values.notna().sum(axis=1) >= MIN_SUBSCORES)

    @cached_property
    def fragile_from(self) -> float:
        """Lowest score of the fragile fifth of the communes of France, by our classes."""
        return class_bounds(self.score_of(self.commune_classes), FRAGILE_SHARE_PCT)[-1]

    @cached_property
    def sources(self) -> frozenset[str]:
        """Sources of which the edition has read a file."""
        paths = sorted((self.folder / "tables").glob("raw_*.parquet"))
        return frozenset(
            path.stem.removeprefix("raw_") for path in paths if pq.read_metadata(path).num_rows
        )

    @cached_property
    def model_error(self) -> float:
        """Error that nineteen modelled poverty rates in twenty do not exceed, in points."""
        path = self.table("index_residus")
        if not path.is_file():
            return 0.0
        residuals = read_columns(path, ["observe", "predit"])
        return float((residuals["observe"] - residuals["predit"]).abs().quantile(0.95))

    def limits_of(self, key: str) -> tuple[pd.Series, pd.Series]:
        """Values that each class of an indicator goes from and to, indexed by class 1 to 10.

        A class that nobody has begins where the next one does, and ends where the one before does.
        """
        value, given = self.iris[f"{key}_pct"], self.unit_classes[f"{key}_milieu"]
        low = value.groupby(given).min().reindex(range(1, 11)).bfill()
        return low, value.groupby(given).max().reindex(range(1, 11)).ffill()

    def at_level(self, level: str) -> pd.DataFrame:
        """Our figures at a level, indexed by code.

        Parameters
        ----------
        level : `commune`, `iris`, `epci`, `departement`, `france` or `arrondissement`.

        Returns
        -------
        `nom`, `population`, `est_petit_effectif`, `score`, and for each indicator `_pct`,
        `_origine`, `_annee` and the classes of `CLASS_KINDS` (alone: communes only). Of groups,
        values and classes are population-weighted means, the origin and year those of most members.
        """
        if level in ("commune", "iris"):
            frame = self.communes if level == "commune" else self.iris
            classes = self.commune_classes if level == "commune" else self.unit_classes
        else:
            frame, classes = self._grouped(level)
        classes = classes.reindex(columns=[f"{k}_{c}" for k in INDICATORS for c in CLASS_KINDS])
        kept = ["nom", "population", "est_petit_effectif"]
        kept += [form.format(key) for key in INDICATORS for form in _CELLS]
        out = pd.concat([frame[kept], classes], axis=1)
        return out.assign(score=self.score_of(classes))

    def _grouped(self, level: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Members of each group put together."""
        if level == "arrondissement":
            members, classes = self.iris, self.unit_classes
            group = self.iris["code_arrondissement"].where(
                self.iris["code_arrondissement"] != self.iris["code_commune"]
            )
            names = pd.Series(dtype="str")
        else:
            members, classes = self.communes, self.commune_classes
            if level == "france":
                group = pd.Series("FR", index=members.index)
                names = pd.Series({"FR": "France"})
            else:
                group = members[_GROUPS[level]]
                names = members.drop_duplicates(group.name).set_index(group.name)[
                    f"nom_{level}"]  # fmt: skip
        values = members[[f"{key}_pct" for key in INDICATORS]]
        frame = aggregate(values, members["population"], group)
        frame["population"] = members["population"].groupby(group).sum(min_count=1)
        frame["nom"] = names.reindex(frame.index).fillna("")
        frame["est_petit_effectif"] = frame["population"] < SMALL_POPULATION
        for key in INDICATORS:
            for part in ("origine", "annee"):
                counts = members.groupby([group, f"{key}_{part}"], dropna=True).size()
                most = counts.sort_values().groupby(level=0).tail(1).reset_index(level=1)
                column = most[f"{key}_{part}"]
                frame[f"{key}_{part}"] = column.reindex(frame.index)
        means = aggregate(classes, members["population"], group)
        return frame, means.drop(columns=[c for c in means if "_seules" in str(c)])
