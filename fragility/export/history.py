"""What the database remembers: earlier runs of its edition, and the editions published beside it.

A run is one row of `marts.executions`. A database is written anew each time, so the rows of the one
that it replaces are read and carried over.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd

from fragility.export.facts import RunFacts
from fragility.index.redrawn import SEED

DATABASE = "fragilite.duckdb"
CURRENT = "est_actuelle"
_COUNTS = ("nb_communes", "nb_communes_fragiles_non_couvertes")


@dataclass(frozen=True)
class History:
    """What was there before a run, and what made it.

    Attributes
    ----------
    executions : earlier rows of `marts.executions`, the newest first.
    editions : rows of `marts.editions` on the other editions of the folder.
    code : version of the code of the tables, empty if unknown.
    """

    executions: pd.DataFrame = field(default_factory=pd.DataFrame)
    editions: pd.DataFrame = field(default_factory=pd.DataFrame)
    code: str = ""


def read_history(published: Path, code: str = "") -> History:
    """Read what the files of a folder of outputs remember.

    Parameters
    ----------
    published : folder where the edition is or will be published; the other editions are beside it.

    Returns
    -------
    Empty tables where nothing is published, or nothing that can be read: a run does not fail for
    a damaged file that it is about to replace.
    """
    executions, _ = _read(published / DATABASE)
    others = []
    for path in sorted(published.parent.glob(f"*/{DATABASE}")):
        if path.parent.name.startswith(".") or path.parent.name == published.name:
            continue
        runs, editions = _read(path)
        # A copy under another name is not another edition.
        if len(runs) and len(editions) and editions["edition"].iloc[0] == path.parent.name:
            last = runs.reindex(columns=["date", *_COUNTS]).head(1)
            row = editions.head(1).drop(columns=list(last), errors="ignore")
            others.append(row.join(last).assign(fichier=_address(path)))
    editions = pd.concat(others, ignore_index=True) if others else pd.DataFrame()
    return History(executions, editions, code)


def _read(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables `executions` and `editions` of a file, empty if it has none."""
    if not path.is_file():
        return pd.DataFrame(), pd.DataFrame()
    name = str(path).replace("'", "''")
    try:
        # Attached: a file opened otherwise by this process is no obstacle.
        with duckdb.connect() as base:
            base.execute(f"ATTACH '{name}' AS avant (READ_ONLY)")
            runs = base.sql("FROM avant.marts.executions").df()
            editions = base.sql("FROM avant.marts.editions").df()
    except (duckdb.Error, OSError):
        return pd.DataFrame(), pd.DataFrame()
    return runs, editions


def _address(path: Path) -> str:
    """A file of an edition, as seen from the folder of another."""
    return os.path.join("..", path.parent.name, path.name).replace(os.sep, "/")


def execution_row(facts: RunFacts, tables: dict[str, pd.DataFrame], code: str) -> dict[str, object]:
    """Describe one run: when, with what, and its main counts."""
    communes = tables["communes"]
    fragile, flagged = communes["est_fragile"], communes["est_fragile_non_couverte"]
    people = communes["population"]
    return {
        "edition": facts.edition,
        "date": facts.date,
        "version": facts.version,
        "code": code,
        "graine": SEED,
        "profil": facts.profile,
        "autres_profils": ", ".join(facts.others),
        "seuil_score": facts.threshold,
        "nb_communes": len(communes),
        "nb_communes_fragiles": int(fragile.sum()),
        "nb_communes_non_couvertes": int(communes["couverture"].eq("non_couverte").sum()),
        "nb_communes_fragiles_non_couvertes": int(flagged.sum()),
        "population": float(people.sum()),
        "population_fragile_non_couverte": float(people[flagged.astype(bool)].sum()),
        "nb_personnes_en_difficulte": float(communes["nb_personnes_en_difficulte"].sum()),
        "nb_tables": len(tables),
        "nb_lignes": sum(len(frame) for frame in tables.values()),
        "avertissements": "\n".join(facts.warnings),
    }


def all_executions(row: dict[str, object], earlier: pd.DataFrame) -> pd.DataFrame:
    """Put a run before those that came before it, numbered from the oldest.

    Returns
    -------
    The newest first, with `numero` (1 for the oldest) and `est_actuelle`.
    """
    now = pd.DataFrame([row])
    then = earlier.reindex(columns=list(now))
    # A file of an earlier version of the program lacks some columns: unknown, not zero.
    found = pd.concat([now, then.astype(object)], ignore_index=True) if len(then) else now
    for name in now.columns:
        if name.startswith(("nb_", "graine")) and name != "nb_personnes_en_difficulte":
            found[name] = found[name].astype("Int64")
        elif isinstance(row[name], float):
            found[name] = found[name].astype("Float64")
    found["date"] = pd.to_datetime(found["date"]).dt.date
    numbers = range(len(found), 0, -1)
    return found.assign(numero=list(numbers), **{CURRENT: found.index == 0})


def all_editions(facts: RunFacts, row: dict[str, object], others: pd.DataFrame) -> pd.DataFrame:
    """List the edition of the file first, then those published beside it."""
    now = pd.DataFrame(
        [
            {
                "edition": facts.edition,
                "titre": facts.title,
                "bandeau": facts.banner,
                "annee_cog": facts.cog_year,
                "date": facts.date,
                **{name: row[name] for name in _COUNTS},
                "fichier": DATABASE,
            }
        ]
    )
    then = others.reindex(columns=list(now))
    found = pd.concat([now, then.astype(object)], ignore_index=True) if len(then) else now
    for name in ("annee_cog", *_COUNTS):
        found[name] = found[name].astype("Int64")
    found["date"] = pd.to_datetime(found["date"]).dt.date
    return found.assign(**{CURRENT: found.index == 0})
