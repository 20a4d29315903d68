"""The commune of a place that declares none: from its SIRET, its postal code, its own words.

Aidants Connect gives a name, a SIRET, a street and a postal code. The postal codes of communes are
learnt from the other lists, so that no file more is needed.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fragility.access.names import departements_of_postal, normalise_name
from fragility.access.places_names import street_words
from fragility.territory.crs import departement_of

FROM_NAME = "commune déduite du code postal et du nom"
FROM_SIRET = "commune déduite du code postal et du SIRET"
FROM_OTHER = "commune d'un lieu de même code postal et de même SIRET ou de même adresse"
FROM_POSTAL = "commune déduite du code postal"


def deduce_communes(places: pd.DataFrame, declared: pd.Series, names: pd.Series) -> pd.DataFrame:
    """Find the commune of the places that say neither its code nor its name, nor a point.

    Parameters
    ----------
    places : tidy lists, all together (`readers/places.py`).
    declared : commune that each declares (`names.declared_commune`), missing where none.
    names : name of each commune of the edition, indexed by code.

    Returns
    -------
    On the index of `places`: `code` and `motif`, missing where nothing is deduced. Among the
    communes that other places of the postal code are in: the one that the place's name names, else
    the one whose own SIRET it is, else that of a place of the same SIRET or of the same number and
    street, else the only one.
    """
    out = pd.DataFrame({"code": None, "motif": None}, index=places.index, dtype="str")
    point = places["latitude"].notna() & places["longitude"].notna()
    lost = declared.isna() & ~point & places["commune_declaree"].fillna("").eq("")
    lost &= places["code_declare"].isna()
    if not lost.any():
        return out
    rows = places[lost]
    postal = rows["code_postal"].astype("str")
    pairs = _candidates(places["code_postal"], declared)
    alone = pairs[~pairs.duplicated("code_postal", keep=False)].set_index("code_postal")["code"]
    found = {
        FROM_NAME: _named_in(rows["nom"], postal, pairs, names),
        FROM_SIRET: _of_siret(rows["siret"], postal, pairs),
        FROM_OTHER: _of_another(places, declared, lost),
        FROM_POSTAL: postal.map(alone),
    }
    for motif, code in found.items():
        new = code[code.notna()].index.difference(out.index[out["code"].notna()])
        out.loc[new, "code"], out.loc[new, "motif"] = code[new], motif
    return out.astype("str")


def _of_siret(siret: pd.Series, postal: pd.Series, pairs: pd.DataFrame) -> pd.Series:
    """The candidate whose own SIRET it is.

    The SIREN of a commune is 21, its département, its number and a check digit; not in Aisne and
    Oise, whose numbers are others: only a candidate is believed.
    """
    parts = siret.astype("str").str.extract(r"^21(\d{2})(\d)(\d{3})")
    # « 21 97 4016 » is 97416, Saint-Pierre of La Réunion; « 21 34 0150 » is 34150.
    overseas = parts[0] + parts[1] + parts[2].str[1:]
    code = (parts[0] + parts[2]).where(parts[0] != "97", overseas)
    asked = postal.astype("str") + "|" + code.astype("str")
    known = pairs["code_postal"] + "|" + pairs["code"]
    return code.where(asked.isin(known)).astype("str")


def _of_another(places: pd.DataFrame, declared: pd.Series, lost: pd.Series) -> pd.Series:
    """The commune of the places that share the postal code and the SIRET, or else the address."""
    street = street_words(places["adresse"])
    keys = {
        "siret": places["code_postal"] + "|" + places["siret"],
        "adresse": places["code_postal"] + "|" + street["numero"] + "|" + street["voie"],
    }
    found = pd.Series(None, index=places.index[lost], dtype="str")
    for key in keys.values():
        pairs = pd.DataFrame({"key": key, "code": declared}).dropna().drop_duplicates()
        code = pairs.drop_duplicates("key", keep=False).set_index("key")["code"]
        found = found.fillna(key[lost].map(code).astype("str"))
    return found.astype("str")


def _candidates(postal: pd.Series, declared: pd.Series) -> pd.DataFrame:
    """Communes that some place declares with each postal code of their département."""
    pairs = pd.DataFrame({"code_postal": postal.astype("str"), "code": declared.astype("str")})
    pairs = pairs.dropna().drop_duplicates()
    own = departements_of_postal(pairs["code_postal"]) == departement_of(pairs["code"])
    return pairs[own.to_numpy(dtype=bool)].reset_index(drop=True)


def _named_in(
    texts: pd.Series, postal: pd.Series, pairs: pd.DataFrame, names: pd.Series
) -> pd.Series:
    """The candidate whose name is in the text; of two, the longer one if it holds the other."""
    said = pd.DataFrame({
        "row": texts.index, "code_postal": postal.to_numpy(), "text": _words(texts).to_numpy(),
    })  # fmt: skip
    asked = pairs.assign(name=_words(pairs["code"].map(names)).to_numpy())
    both = said.merge(asked, on="code_postal")
    there = [
        len(name) > 2 and name in text
        for name, text in zip(both["name"], both["text"], strict=True)
    ]
    both = both[np.array(there, dtype=bool)].assign(length=lambda f: f["name"].str.len())
    both = both.sort_values(["row", "length"], ascending=[True, False], kind="stable")
    first = both.drop_duplicates("row")
    rivals = both.merge(first[["row", "name"]], on="row", suffixes=("", "_best"))
    rival = [n not in best for n, best in zip(rivals["name"], rivals["name_best"], strict=True)]
    unsure = rivals["row"][np.array(rival, dtype=bool)]
    sure = first[~first["row"].isin(unsure)].set_index("row")["code"]
    return sure.reindex(texts.index).astype("str")


def _words(texts: pd.Series) -> pd.Series:
    """Texts as `names.normalise_name` writes them, between spaces."""
    return " " + normalise_name(texts).fillna("") + " "
