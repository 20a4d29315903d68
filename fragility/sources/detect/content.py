"""What only the cells of a table can tell: its year, its kind of classes, its codes."""

from __future__ import annotations

import itertools

import pandas as pd

from fragility.sources.detect.cells import Writing, commune_codes, writing_of, years_in
from fragility.sources.detect.look import Look
from fragility.sources.detect.roles import Match
from fragility.sources.readers.arcep import SLOW_CLASSES
from fragility.sources.readers.insee_filosofi import LONG_MEASURES

# Roles whose cells are not numbers.
_TEXT = (
    "code", "type", "nom", "id", "date", "mod", "operateur", "note", "niveau", "mesure", "annee",
    "commune", "departement", "coordonnees", "chef", "maille", "pays", "dispositif", "techno",
    "dept",
)  # fmt: skip
_FAST = ("elig_thd30", "elig_thd100", "elig_thd1g")
_ENOUGH = 0.99


def number_columns(match: Match) -> list[str]:
    """Columns of a match that hold numbers."""
    counts = {r.name for r in match.family.roles if r.free and not r.name.startswith(_TEXT)}
    if counts:
        return [column for role, column in match.columns.items() if role in counts]
    return [
        column for role, column in match.columns.items()
        if (role == "niveau_vie_median" or not role.startswith(_TEXT)) and column != "geometry"
    ]  # fmt: skip


def writing(look: Look, match: Match) -> Writing | None:
    """How the numbers of a table are written; None where it is no text."""
    columns = number_columns(match)
    if look.kind not in ("texte", "classeur") or not columns:
        return None
    return writing_of(look.load(columns))


def latest_date(look: Look, match: Match) -> str:
    """Latest date or year of the columns that tell it, as written; empty if there is none."""
    told = [c for c in match.family.dates if c in look.columns]
    if not told or look.sampled:
        return ""
    values = look.load(told)[told[0]].dropna().astype("str").str.strip()
    dated = values[values.str.match(r"(?:19|20)\d\d")].str.replace(r"\.0$", "", regex=True)
    return str(dated.max())[:10] if len(dated) else ""


def name_years(look: Look) -> list[int]:
    """Years that the name of the table carries, else that of its archive."""
    return years_in(look.name) or years_in(look.path.name)


def more_options(look: Look, match: Match) -> tuple[dict[str, str], list[str]]:
    """Reading options that only figures tell, and what is doubtful."""
    if match.family.source == "arcep_fixe":
        return _speed_classes(look, match)
    if match.family.options.get("form") == "longue":
        measures = set(look.load(["FILOSOFI_MEASURE"])["FILOSOFI_MEASURE"].dropna())
        gone = [m for m in LONG_MEASURES if m not in measures]
        return {}, [f"l'indicateur {m} n'est pas dans le fichier" for m in gone]
    return {}, []


def _speed_classes(look: Look, match: Match) -> tuple[dict[str, str], list[str]]:
    """Tell whether speed classes add up to the premises, or include one another."""
    table = look.load(list(match.columns.values())).rename(
        columns={column: role for role, column in match.columns.items()}
    )
    numbers = table.drop(columns="code_commune").apply(pd.to_numeric, errors="coerce")
    numbers = numbers[numbers["nb_locaux"] > 0]
    slow = [c for c in SLOW_CLASSES if c in numbers]
    total = numbers[[*slow, *_FAST]].sum(axis=1)
    exclusive = (total - numbers["nb_locaux"]).abs().le(0.5).mean()
    steps = [numbers["nb_locaux"], *(numbers[c] for c in _FAST)]
    nested = pd.concat(
        [a >= b for a, b in itertools.pairwise(steps)], axis=1
    ).all(axis=1).mean()  # fmt: skip
    doubts = []
    if (numbers["elig_thd30"] == numbers["nb_locaux"]).mean() >= _ENOUGH:
        doubts.append(
            "presque tous les locaux ont 30 Mbit/s : c'est le fichier qui compte le satellite ; "
            "prenez « commune_debit_filaire »"
        )
    if len(slow) == len(SLOW_CLASSES) and exclusive >= _ENOUGH:
        return {"classes": "exclusives"}, doubts
    if nested < _ENOUGH:
        doubts.append("les classes de débit ne s'ajoutent pas et ne s'emboîtent pas")
    return {"classes": "cumulees"}, doubts


def codes_of(look: Look, match: Match, level: str) -> pd.Series:
    """Codes of communes of a table, each once; empty where a row is no territory."""
    types = match.columns.get("type_commune")
    roles = match.family.roles
    key = match.columns.get("code" if types else roles[0].name) if roles else None
    if not (level or types) or key is None:
        return pd.Series(dtype="str")
    table = look.load([key, *([types] if types else [])])
    if types:
        table = table[table[types] == "COM"]
    return commune_codes(table[key], level)
