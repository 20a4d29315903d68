"""Census by commune: INSEE's comparateur and base-cc files, and rates computed by others.

Tables by IRIS are read by `insee_base_ic.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from fragility.errors import BadFileError
from fragility.schemas import COMMUNE_CODE
from fragility.sources.readers.common import (
    check_codes,
    check_range,
    decode,
    drop_duplicates,
    pad_code,
    parse_table,
    read_content,
    read_csv,
    read_zip_member,
    require_columns,
    to_number,
)
from fragility.sources.readers.insee_counts import census_counts

_COMPARATEUR = {
    "P{census}_POP": "population", "SUPERF": "superficie_km2",
    "P{census}_POP1564": "population_1564", "P{census}_CHOM1564": "chomeurs_1564",
    "P{census}_ACT1564": "actifs_1564", "P{census}_MEN": "menages",
    "P{census}_RP": "residences_principales", "P{census}_RP_PROP": "residences_proprietaires",
    "P{census}_LOG": "logements", "P{census}_LOGVAC": "logements_vacants",
    "MED{income}": "niveau_vie_median", "TP60{income}": "pauvrete_pct",
}  # fmt: skip
# Births between two censuses: taken where the file has them.
_BIRTHS = "NAIS{before}{census}"
_RATES = {
    "TX_NSCOL15P": "peu_diplomes_pct", "TX_MENSEUL": "personnes_seules_pct",
    "TX_FAMMONO": "familles_mono_pct", "TX_65ETPLUS": "plus_65_parmi_15_plus_pct",
}  # fmt: skip
# Columns without which a base-cc file is not of the theme it is given for.
_BASE_CC = {
    "evol-struct-pop": ("POP", "POP0014"),
    "coupl-fam-men": ("MEN", "MENPSEUL", "MENFAMMONO"),
    "diplomes-formation": ("NSCOL15P", "NSCOL15P_CAPBEP"),
    "emploi-pop-active": ("ACT1564", "CHOM1564"),
    "logement": ("LOG", "LOGVAC", "RP", "RP_PROP"),
}


def read_comparateur(
    path: Path, *, census: str = "18", income: str = "19"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read INSEE's « comparateur de territoires » (zip: CSV and its dictionary).

    Communes AND the 45 arrondissements of Paris, Lyon and Marseille: never sum it as it is.

    Parameters
    ----------
    path : `base_cc_comparateur_csv.zip`, or the CSV taken out of it.
    census, income : two digits of the census and of the income year.

    Returns
    -------
    `code_commune`, counts of the census (persons, households, dwellings), births of the five
    years before it (missing when the file has none), `superficie_km2`,
    `niveau_vie_median` (euros a year), `pauvrete_pct`; and the rows dropped by reason.

    Raises
    ------
    BadFileError
        When the file is of other years, damaged, or gives one code two contents.
    """
    columns = {old.format(census=census, income=income): new for old, new in _COMPARATEUR.items()}
    births = _BIRTHS.format(census=census, before=f"{(int(census) - 5) % 100:02d}")
    text = decode(read_content(path), path)
    table = parse_table(
        text, path, sep=";", required=["CODGEO", *columns], keep=["CODGEO", *columns, births]
    )
    table["CODGEO"] = pad_code(table["CODGEO"], 5)
    check_codes(table["CODGEO"], COMMUNE_CODE, path)
    table, repeated = drop_duplicates(table, "CODGEO", path)
    frame = pd.DataFrame({new: to_number(table[old], path) for old, new in columns.items()})
    frame["naissances_5_ans"] = to_number(table[births], path) if births in table else np.nan
    counts = [c for c in frame.columns if c != "pauvrete_pct"]
    check_range(frame, counts, path)
    check_range(frame, ["pauvrete_pct"], path, high=100)
    frame.insert(0, "code_commune", table["CODGEO"])
    return frame.reset_index(drop=True), {"ligne répétée": repeated}


def read_taux_communes(path: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the census rates of 2017 computed by Data For Good.

    The file repeats communes (a second line has the poverty rate alone), and keeps codes of
    former communes without any census rate: the lines of one code are put together, the others
    are dropped.

    Returns
    -------
    `code_commune`, then in percent `peu_diplomes_pct`, `personnes_seules_pct`,
    `familles_mono_pct` and `plus_65_parmi_15_plus_pct` (65+ among those aged 15+, not among
    all); and the rows dropped by reason.

    Raises
    ------
    BadFileError
        When two lines of one code contradict each other, or a rate is not a percentage.
    """
    table = read_csv(path, sep=",", required=["CODE_INSEE", *_RATES], keep=["CODE_INSEE", *_RATES])
    code = pad_code(table["CODE_INSEE"], 5).rename("CODE_INSEE")
    check_codes(code, COMMUNE_CODE, path)
    frame = pd.DataFrame({new: to_number(table[old], path) for old, new in _RATES.items()})
    check_range(frame, list(frame.columns), path, high=100)
    filled = frame.notna().any(axis=1)
    groups = frame[filled].groupby(code[filled])
    clash = (groups.nunique() > 1).any(axis=1)
    if clash.any():
        raise BadFileError(
            "Un même code apparaît plusieurs fois avec des valeurs différentes.",
            path=path,
            found=f"{clash.idxmax()} ({int(clash.sum())} codes)",
            remedy="gardez la bonne ligne, ou reprenez le fichier du producteur",
        )
    rates = groups.first().rename_axis("code_commune").reset_index()
    return rates, {
        "sans aucun taux du recensement": int((~filled).sum()),
        "ligne répétée": int(filled.sum()) - len(rates),
    }


def read_base_cc(path: Path, *, theme: str, census: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read one theme of INSEE's `base-cc` (communes, zip with one CSV and its dictionary).

    Each file carries three censuses: only one is kept. The member ending in `-COM.CSV` holds
    overseas collectivities and is left alone.

    Parameters
    ----------
    path : `base-cc-<theme>-20NN_csv.zip`, or the CSV taken out of it.
    theme : evol-struct-pop, coupl-fam-men, diplomes-formation, emploi-pop-active or logement.
    census : two digits of the census.

    Returns
    -------
    `code_commune` and the counts under their bare names (`pop`, `nscol15p_bepc`), long decimals
    because the census is weighted; and the rows dropped by reason.
    """
    if path.suffix.lower() == ".zip":
        content = read_zip_member(path, f"-20{census}.csv")
    else:
        content = read_content(path)
    text = decode(content, path, legacy=True)
    table = parse_table(text, path, sep=";", required=["CODGEO"])
    bare = {str(c)[4:] for c in table.columns if str(c)[:4] in (f"P{census}_", f"C{census}_")}
    if not bare.issuperset(_BASE_CC[theme]):
        require_columns(table, [f"P{census}_{stem}" for stem in _BASE_CC[theme]], path)
    table["CODGEO"] = pad_code(table["CODGEO"], 5)
    check_codes(table["CODGEO"], COMMUNE_CODE, path)
    table, repeated = drop_duplicates(table, "CODGEO", path)
    frame = census_counts(table, census, path)
    frame.insert(0, "code_commune", table["CODGEO"])
    return frame.reset_index(drop=True), {"ligne répétée": repeated}
