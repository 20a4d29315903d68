"""Find the commune a person wrote: "ST ETIENNE", "Marseille 11", "AURILLAC CEDEX"."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from fragility.territory.crs import departement_of

_COMMUNE = r"(?:\d{2}|2[AB])\d{3}"


def normalise_name(names: pd.Series) -> pd.Series:
    """Write names of communes in one way: capitals, no accent, no article, SAINT in full.

    The number of an arrondissement, CEDEX and a postal code in front are dropped.

    Examples
    --------
    >>> normalise_name(pd.Series(["St-Étienne", "LYON 9EME", "L'Haÿ-les-Roses"])).tolist()
    ['SAINT ETIENNE', 'LYON', 'HAY LES ROSES']
    """
    text = names.astype("str").str.upper().str.replace("Œ", "OE", regex=False)
    text = text.str.replace("Æ", "AE", regex=False).str.normalize("NFKD")
    text = text.str.replace(r"[\u0300-\u036f]", "", regex=True)
    for pattern, by in (
        (r"\(.*?\)", " "),
        (r"[^A-Z0-9]+", " "),
        (r"^ ?\d{5} ", " "),
        (r"\bCEDEX\b.*", " "),
        (r"\bSTES?\b", "SAINTE"),
        (r"\bSTS?\b", "SAINT"),
        (r"\bS/S?\b", "SUR"),
        # "PARIS 12E ARRONDISSEMENT", "LYON 9EME", "MARSEILLE 1ER"
        (r"^ ?(PARIS|LYON|MARSEILLE) \d{1,2} ?(?:E|ER|EME|IEME)?( ARR\w*)?\s*$", r"\1"),
        (r"^ ?(?:LE|LA|LES|L) (?=\w)", ""),
        (r"\s+", " "),
    ):
        text = text.str.replace(pattern, by, regex=True)
    return text.str.strip()


def without_visits(names: pd.Series) -> pd.Series:
    """Cut the days of past visits out of names of places.

    Parameters
    ----------
    names : names as lists publish them; the lists themselves keep them whole (`raw_*`).

    Examples
    --------
    >>> without_visits(pd.Series(["MDF (19/10 - 16/11)", "Bus : Passage le 8/12/22"])).tolist()
    ['MDF', 'Bus']
    """
    day = r"\b\d{1,2} ?/ ?(?:0[1-9]|1[0-2])(?!\d)"
    bare = names
    for pattern in (rf"\s*\([^()]*{day}[^()]*(?:\)|$)", r"\s*:\s*[Pp]assages? les? \d.*$"):
        bare = bare.str.replace(pattern, "", regex=True)
    bare = bare.str.strip()
    return bare.where(bare.ne(""), names)


def departements_of_postal(postal: pd.Series) -> pd.Series:
    """Return the département of postal codes: 20xxx is "2A" or "2B", overseas has three digits.

    Saint-Barthélemy (97133) and Saint-Martin (97150) are parted from Guadeloupe.
    """
    code = postal.astype("str").str.strip().str.zfill(5)
    code = code.where(code.str.fullmatch(r"\d{5}").fillna(False).astype(bool))
    found = departement_of(code)
    found = found.where(~code.str.match(r"20[01]").fillna(False).astype(bool), "2A")
    found = found.where(~code.str.match(r"20[2-6]").fillna(False).astype(bool), "2B")
    return found.replace({"20": None}).where(
        ~code.isin(["97133", "97150"]), code.map({"97133": "977", "97150": "978"})
    )


def declared_departement(places: pd.DataFrame) -> pd.Series:
    """The département a place declares: by its INSEE code, else postal code, else its own column.

    Parameters
    ----------
    places : `code_declare`, `code_postal`, `departement_declare` (text or missing).
    """
    code = places["code_declare"]
    valid = code.str.fullmatch(_COMMUNE).fillna(False).astype(bool)
    own = places["departement_declare"].astype("str").str.zfill(2)
    return (
        departement_of(code.where(valid))
        .fillna(departements_of_postal(places["code_postal"]))
        .fillna(own)
        .astype("str")
    )


def declared_commune(
    places: pd.DataFrame, core_communes: gpd.GeoDataFrame, cog: pd.DataFrame
) -> pd.Series:
    """The commune a place declares, when one and only one fits.

    Parameters
    ----------
    places : `commune_declaree`, `code_declare`, `code_postal`, `departement_declare`.
    core_communes : communes of the edition.
    cog : `type_commune`, `code`, `nom`, `code_parent`, `code_departement`; arrondissements,
        delegated and associated communes stand for the commune they are part of.

    Returns
    -------
    Commune codes on the index of `places`, missing when none or several fit.
    """
    known = core_communes["code_commune"]
    parts = _parts(core_communes, cog)
    to_commune = dict(zip(parts["code"], parts["code_parent"], strict=True))
    to_commune |= dict(zip(known, known, strict=True))
    found = places["code_declare"].map(to_commune).astype("str")
    return found.fillna(named_commune(places, core_communes, cog))


def named_commune(
    places: pd.DataFrame, core_communes: gpd.GeoDataFrame, cog: pd.DataFrame
) -> pd.Series:
    """The commune whose name a place declares, whatever code it declares beside it.

    Parameters
    ----------
    places, core_communes, cog : see `declared_commune`.

    Returns
    -------
    The one commune of the declared département that bears the name, or else that a part of bears
    it; codes on the index of `places`, missing when none or several fit.
    """
    parts = _parts(core_communes, cog)
    key = declared_departement(places) + "|" + normalise_name(places["commune_declaree"])
    whole = _unique_names(
        core_communes["code_departement"], core_communes["nom"], core_communes["code_commune"]
    )
    part = _unique_names(departement_of(parts["code_parent"]), parts["nom"], parts["code_parent"])
    return key.map(whole).astype("str").fillna(key.map(part).astype("str"))


def _parts(core_communes: gpd.GeoDataFrame, cog: pd.DataFrame) -> pd.DataFrame:
    """Arrondissements, delegated and associated communes of the communes of the edition."""
    known = core_communes["code_commune"]
    return cog[cog["type_commune"].isin(["ARM", "COMD", "COMA"]) & cog["code_parent"].isin(known)]


def _unique_names(departements: pd.Series, names: pd.Series, codes: pd.Series) -> pd.Series:
    """Map "département|name" -> code, for the names that one commune of the département bears."""
    table = pd.DataFrame(
        {
            "key": departements.to_numpy() + "|" + normalise_name(names).to_numpy(),
            "code": codes.to_numpy(),
        }
    ).drop_duplicates()
    return table.drop_duplicates("key", keep=False).set_index("key")["code"]
