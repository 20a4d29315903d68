"""docs/audit.md: what the audit of an edition found."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd

from fragility.errors import MissingFileError
from fragility.schemas import indicator_labels
from fragility.sources.catalogue import find_edition, releases_of
from fragility.validation.audit_blocks import READ, audit_blocks
from fragility.validation.blocks import Block, to_markdown

_METHOD = (
    "Tout est mesuré sur les sous-scores des communes qui les ont tous, sauf mention contraire ; "
    "les tables sont index_audit, index_defavorisation, index_foyers, index_typologie et "
    "index_typologie_classes de fragilite.duckdb.",
    "Foyers : voisines dont les contours se touchent ; une île est rattachée à la commune la plus "
    "proche de son territoire, chaque département d'outre-mer est à part. 99 999 voisinages tirés "
    "au hasard pour chaque commune, test des deux côtés, fausses découvertes tenues à 5 % "
    "(Benjamini et Hochberg). Avec 999 tirages, le nombre de communes en foyer changerait de 15 % "
    "d'une graine à l'autre.",
    "Types : k-moyennes sur les sous-scores centrés et réduits des communes fragiles ; un "
    "sous-score absent est pris à la moyenne.",
)


def write_audit(folder: Path, docs: Path) -> Path:
    """Write docs/audit.md and its pictures.

    Parameters
    ----------
    folder : outputs of one edition.
    docs : folder of the page; pictures go to `docs/images`.

    Raises
    ------
    MissingFileError
        When the edition was not computed, or by a version that did not audit.
    """
    if not (folder / "tables" / "index_audit.parquet").is_file():
        raise MissingFileError(
            "L'édition n'a pas encore été calculée, ou sans son audit.",
            path=folder,
            remedy=f"lancez « fragility run --edition {folder.name} »",
        )
    tables = {
        name: (gpd if name in ("communes", "foyers") else pd).read_parquet(
            folder / "tables" / f"{name}.parquet"
        )
        for name in READ
    }
    run = json.loads((folder / "execution.json").read_text(encoding="utf-8"))
    edition = find_edition(run["edition"])
    labels = indicator_labels(release.source for release in releases_of(edition))
    titles = {key: label for key, (label, _) in labels.items()}
    head = (
        "# Audit de l'indice\n\n"
        f"Page écrite par `make audit` le {datetime.date.today():%Y-%m-%d}, édition "
        f"`{edition.name}` ({edition.title}), profil `{run['profil']}`. Ne pas la modifier à la "
        "main.\n\n"
    )
    blocks = [*audit_blocks(tables, titles), Block("Comment c'est mesuré", _METHOD)]
    page = docs / "audit.md"
    page.write_text(head + to_markdown(blocks, docs / "images", "audit"), encoding="utf-8")
    return page
