"""From what a person types to a place: a code, one that lost its zero, or a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from fragility.errors import UsageError
from fragility.schemas import COMMUNE_CODE, IRIS_CODE, matches_pattern

_SHOWN = 20
_DEPARTEMENT = re.compile(r"(\d{1,3}|2[AB])")


class UnknownPlaceError(UsageError):
    """Nothing has this code or this name in the edition: another one may have it."""


@dataclass(frozen=True)
class Found:
    """A place that was asked.

    Attributes
    ----------
    niveau, code : level and code of the place.
    note : French sentence on what was understood, "" when the code is exactly that of the place.
    borough : code of the municipal arrondissement, or of the former commune, that was asked.
    """

    niveau: str
    code: str
    note: str = ""
    borough: str = ""


@dataclass(frozen=True)
class Names:
    """Codes and names of an edition, each read when it is needed.

    Attributes
    ----------
    communes : `code_commune`, `nom`, `code_departement`, `nom_departement`, `nom_region`.
    iris : `code_iris`, `nom`, `code_commune`.
    epci, departements : codes and names.
    passage : table `core_passage`, codes of former communes.
    """

    communes: Callable[[], pd.DataFrame]
    iris: Callable[[], pd.DataFrame]
    epci: Callable[[], pd.DataFrame]
    departements: Callable[[], pd.DataFrame]
    passage: Callable[[], pd.DataFrame]


def plain_names(names: pd.Series) -> pd.Series:
    """Write names without accents, capitals, hyphens or abbreviations."""
    joined = names.str.replace("[œŒ]", "oe", regex=True).str.replace("[æÆ]", "ae", regex=True)
    bare = joined.str.normalize("NFKD").str.replace(r"[\u0300-\u036f]", "", regex=True)
    words = bare.str.lower().str.replace(r"[^a-z0-9]+", " ", regex=True).str.strip()
    saints = words.str.replace(r"\bst\b", "saint", regex=True)
    return saints.str.replace(r"\bste\b", "sainte", regex=True)


def plain(text: str) -> str:
    """Write one name plainly, see `plain_names`.

    Examples
    --------
    >>> plain("St-Étienne-du-Bois "), plain("L'Œuf")
    ('saint etienne du bois', 'l oeuf')
    """
    return str(plain_names(pd.Series([text], dtype="str")).iloc[0])


def find_place(asked: str, names: Names) -> Found:
    """Understand a code or a name.

    Parameters
    ----------
    asked : code of a commune (5 characters), an IRIS (9), an EPCI (9) or a département (2 or 3), of
        a municipal arrondissement or a former commune, with or without its leading zero; or a name.

    Raises
    ------
    UnknownPlaceError
        When nothing has this code or name.
    UsageError
        When several places have the name: they are listed.
    """
    code = re.sub(r"\s", "", asked).upper()
    if _DEPARTEMENT.fullmatch(code):
        return _departement(code, names)
    padded = "0" + code if code.isdigit() and len(code) in (4, 8) else code
    lost = "" if padded == code else f"Code {code} lu « {padded} » : son zéro de tête s'est perdu."
    series = pd.Series([padded])
    if matches_pattern(series, COMMUNE_CODE)[0]:
        return _commune(padded, lost, names)
    if matches_pattern(series, IRIS_CODE)[0]:
        if padded in set(names.iris()["code_iris"]):
            return Found("iris", padded, lost)
        if padded in set(names.epci()["code_epci"]):
            return Found("epci", padded, lost)
        raise _unknown(f"Aucun IRIS ni aucune intercommunalité n'a le code « {padded} »", asked)
    return _by_name(asked, names)


def _departement(code: str, names: Names) -> Found:
    padded = code.zfill(2)
    if len(code) == 3 and code.startswith("0"):
        padded = code[1:]
    if padded not in set(names.departements()["code_departement"]):
        raise _unknown(f"Aucun département n'a le code « {padded} »", code)
    why = "il a un zéro de trop" if len(code) > len(padded) else "son zéro de tête s'est perdu"
    lost = "" if padded == code else f"Code {code} lu « {padded} » : {why}."
    return Found("departement", padded, lost)


def _commune(code: str, lost: str, names: Names) -> Found:
    communes = names.communes().set_index("code_commune")["nom"]
    if code in communes.index:
        return Found("commune", code, lost)
    iris = names.iris()
    parents = iris.loc[iris["code_iris"].str.startswith(code), "code_commune"].unique()
    if len(parents) == 1:
        town = str(parents[0])
        note = (
            f"{code} n'est pas une commune, mais un arrondissement municipal ou une ancienne "
            f"commune de {communes.get(town, town)} ({town}) : voici la commune, et les IRIS de "
            f"{code}."
        )
        return Found("commune", town, f"{lost} {note}".strip(), borough=code)
    passage = names.passage()
    after = passage.loc[passage["code_avant"].eq(code), "code_apres"].dropna().unique()
    if len(after) == 1 and after[0] in communes.index:
        town = str(after[0])
        note = (
            f"La commune {code} n'existe plus : voici {town} ({communes[town]}), qui l'a reprise."
        )
        return Found("commune", town, f"{lost} {note}".strip())
    if len(after) > 1:
        raise UsageError(
            f"La commune {code} a été partagée entre plusieurs autres.",
            expected=", ".join(f"{c} ({communes.get(c, '?')})" for c in sorted(after)),
            found=code,
            remedy="donnez le code de l'une d'elles",
        )
    raise _unknown(f"Aucune commune n'a le code « {code} »", code)


def _by_name(asked: str, names: Names) -> Found:
    communes = names.communes()
    wanted = plain(asked)
    spelled = plain_names(communes["nom"])
    same = communes[spelled.eq(wanted)] if wanted else communes.iloc[:0]
    if len(same) == 1:
        row = same.iloc[0]
        read = _read(asked, row["nom"], row["code_commune"])
        other = _namesake(wanted, names)
        if other:
            read = f"« {asked} » : voici la commune, code {row['code_commune']}. {other}"
        return Found("commune", row["code_commune"], read)
    if len(same):
        raise UsageError(
            f"{len(same)} communes s'appellent « {asked} ».",
            expected="le code de l'une d'elles\n" + _listed(same),
            remedy=f"relancez la commande avec ce code. {_namesake(wanted, names)}".strip(". "),
        )
    for niveau, table in (("epci", names.epci), ("departement", names.departements)):
        groups = table()
        own = groups[plain_names(groups[f"nom_{niveau}"]).eq(wanted)]
        if wanted and len(own) == 1:
            code = str(own[f"code_{niveau}"].iloc[0])
            return Found(niveau, code, _read(asked, own[f"nom_{niveau}"].iloc[0], code))
    if region := _region(wanted, names):
        raise UsageError(
            f"« {asked} » est une région : le programme n'explique pas les régions.",
            expected="une commune, un IRIS, une intercommunalité ou un département",
            remedy=f"demandez l'un de ses départements : {region}",
        )
    near = communes[spelled.str.contains(wanted, regex=False)] if wanted else same
    raise UnknownPlaceError(
        f"Aucun territoire ne s'appelle « {asked} » dans cette édition.",
        expected="un code (5 caractères pour une commune, 9 pour un IRIS, 2 ou 3 pour un "
        "département), ou le nom entier d'une commune, d'une intercommunalité ou d'un département"
        + ("\n" + _listed(near) if len(near) else ""),
        remedy="vérifiez l'orthographe, ou donnez le code INSEE",
    )


def _namesake(wanted: str, names: Names) -> str:
    """Say which département or région has the name of a commune, and how to ask for it."""
    groups = names.departements()
    own = groups[plain_names(groups["nom_departement"]).eq(wanted)]
    if len(own):
        code = own["code_departement"].iloc[0]
        return f"Un département a le même nom : pour lui, donnez le code {code}."
    if region := _region(wanted, names):
        return f"Une région a le même nom ; le programme explique ses départements : {region}."
    return ""


def _region(wanted: str, names: Names) -> str:
    """Codes and names of the départements of a région, "" when none has this name."""
    columns = ["code_departement", "nom_departement", "nom_region"]
    groups = names.communes()[columns].drop_duplicates().sort_values("code_departement")
    own = groups[plain_names(groups["nom_region"]).eq(wanted)] if wanted else groups.iloc[:0]
    pairs = zip(own["code_departement"], own["nom_departement"], strict=True)
    return ", ".join(f"{code} ({name})" for code, name in pairs)


def _read(asked: str, name: str, code: str) -> str:
    return "" if asked == name else f"« {asked} » : {name}, code {code}."


def _listed(rows: pd.DataFrame) -> str:
    """Codes, names and départements of some communes, one a line."""
    shown = rows.sort_values("code_commune").head(_SHOWN)
    lines = [
        f"             {code}  {name} ({place})"
        for code, name, place in zip(
            shown["code_commune"], shown["nom"], shown["nom_departement"], strict=True
        )
    ]
    if len(rows) > _SHOWN:
        lines.append(f"             … et {len(rows) - _SHOWN} autres")
    return "\n".join(lines)


def _unknown(problem: str, asked: str) -> UnknownPlaceError:
    return UnknownPlaceError(
        f"{problem} dans cette édition.", found=asked, remedy="vérifiez le code"
    )
