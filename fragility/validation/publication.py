"""One published edition as the drift report reads it: its tables, without their shapes.

A publication may come from an older version of the program or from a damaged disk: what cannot be
read is refused with its file, so that the report can say so and go on without it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fragility.errors import BadFileError
from fragility.schemas import INDICATORS, indicator_labels
from fragility.sources.model import Edition

_TEXTS = ("code_commune", "nom", "code_departement", "nom_departement", "couverture")
_NUMBERS = ("population", "score", "rang", "est_fragile", "est_fragile_non_couverte")
_BY_INDICATOR = ("{}_pct", "{}_origine", "{}_annee", "score_{}")
_FILES = ("release", "fichier", "sha256")
_PASSAGE = ("code_avant", "code_apres", "part", "nature")
# Tables whose ledger names the releases behind an indicator.
_STEPS = {
    "non_thd": ("core_fixe",),
    "non_4g": ("core_mobile", "core_couverture_4g"),
    "plus_65": ("core_recensement",),
    "peu_diplomes": ("core_recensement",),
    "pauvrete": ("core_revenus",),
}
# Read cell by cell, so that no ledger line bears its release.
_UNNAMED = {"non_4g": "eurostat_grille"}

_IRIS = (
    "code_iris", "nom", "code_commune", "population", "score",
    *(f"{key}_{part}" for key in INDICATORS for part in ("pct", "annee")),
)  # fmt: skip


@dataclass(frozen=True)
class Publication:
    """The tables of one edition.

    Attributes
    ----------
    edition : what was computed.
    profile : index profile, "" when the run did not say.
    communes : what is compared of the table `communes`, one row per code.
    iris : `code_iris`, `nom`, `code_commune`, `population`, `score`, and the value and year of each
        indicator.
    places : number of places that offer each `dispositif`.
    files : `release`, `fichier`, `sha256` of every raw file read.
    steps : `etape`, `source` of the ledger.
    passage : table `core_passage`, None where the edition has none.
    """

    edition: Edition
    profile: str
    communes: pd.DataFrame
    iris: pd.DataFrame
    places: pd.Series
    files: pd.DataFrame
    steps: pd.DataFrame
    passage: pd.DataFrame | None = None

    @property
    def indicators(self) -> tuple[str, ...]:
        """Indicators of today that the publication holds."""
        held = set(self.communes.columns)
        return tuple(
            key for key in INDICATORS if held >= {form.format(key) for form in _BY_INDICATOR}
        )

    @property
    def labels(self) -> dict[str, tuple[str, str]]:
        """Label and definition of each indicator, as the sources read then measure it."""
        return indicator_labels(self.files["release"].str.split("/").str[0])

    def releases(self, key: str) -> tuple[str, ...]:
        """Releases behind an indicator, sorted."""
        read = set(self.files["release"])
        named = set(self.steps.loc[self.steps["etape"].isin(_STEPS[key]), "source"])
        grid = {r for r in read if r.split("/")[0] == _UNNAMED.get(key)}
        return tuple(sorted(named & read | grid))


def read_publication(folder: Path, edition: Edition, profile: str | None = None) -> Publication:
    """Read the tables of an edition, published or being computed.

    Parameters
    ----------
    folder : folder of the edition, the one that holds `tables/`.
    profile : index profile; by default the one that the published run has written.

    Raises
    ------
    BadFileError
        When a table is missing, damaged, or not in today's form.
    """
    tables = folder / "tables"
    raw = [_read(path, _FILES) for path in sorted(tables.glob("raw_*.parquet"))]
    none = pd.DataFrame(columns=list(_FILES), dtype="str")
    passage = tables / "core_passage.parquet"
    ways = _read(passage, _PASSAGE, ("motif",)) if passage.is_file() else None
    return Publication(
        edition=edition,
        profile=profile_of(folder) if profile is None else profile,
        communes=_communes(tables / "communes.parquet"),
        iris=_read(tables / "iris.parquet", _IRIS),
        places=_offered(_read(tables / "lieux.parquet", ("dispositif",), ("dispositifs",))),
        files=pd.concat(raw, ignore_index=True) if raw else none,
        steps=_read(tables / "registre.parquet", ("etape", "source")).drop_duplicates(),
        # Empty where there is no edition before; older publications have no such table.
        passage=None if ways is None or ways.empty else ways,
    )


def _offered(places: pd.DataFrame) -> pd.Series:
    """Count the places that offer each thing; older publications have one per place."""
    if "dispositifs" not in places:
        return places["dispositif"].value_counts()
    return places["dispositifs"].str.split("|").explode().value_counts()


def _communes(path: Path) -> pd.DataFrame:
    measures = tuple(form.format(key) for key in INDICATORS for form in _BY_INDICATOR)
    frame = _read(path, (*_TEXTS, *_NUMBERS), measures)
    numbers = [c for c in frame.columns if c not in _TEXTS and not c.endswith("_origine")]
    wrong = [c for c in numbers if not pd.api.types.is_numeric_dtype(frame[c])]
    wrong += [c for c in _TEXTS if not pd.api.types.is_string_dtype(frame[c])]
    if wrong:
        raise _unreadable(path, f"colonnes d'un autre type : {', '.join(wrong)}")
    if not frame["code_commune"].is_unique or frame["code_commune"].isna().any():
        raise _unreadable(path, "codes de communes vides ou répétés")
    if not any(f"{key}_pct" in frame for key in INDICATORS):
        raise _unreadable(path, "aucun des indicateurs d'aujourd'hui")
    return frame


def _read(path: Path, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> pd.DataFrame:
    """Read the columns required, and the optional ones that are there."""
    try:
        names = pq.read_schema(path).names
        if missing := [name for name in required if name not in names]:
            raise _unreadable(path, f"colonnes absentes : {', '.join(missing)}")
        columns = [*required, *(name for name in optional if name in names)]
        return pq.read_table(path, columns=columns).to_pandas(ignore_metadata=True)
    # Arrow raises an OSError for a page that does not decompress, its own kinds for the rest.
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _unreadable(path, str(error).splitlines()[0]) from error


def profile_of(folder: Path) -> str:
    """Profile that the published run has written, "" when it cannot be read."""
    try:
        said = json.loads((folder / "execution.json").read_text(encoding="utf-8"))
        return str(said["profil"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _unreadable(path: Path, found: str) -> BadFileError:
    return BadFileError(
        "Une table déjà publiée ne peut être relue.",
        path=path,
        expected="une table de cette version du programme",
        found=found,
        remedy="la dérive se mesurera de nouveau après le prochain calcul de cette édition",
    )
