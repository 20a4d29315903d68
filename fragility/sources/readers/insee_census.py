"""Census by commune: INSEE's comparateur and base-cc files, and rates computed by others.

Tables by IRIS are read by `insee_base_ic.py`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from fragility.schemas import COMMUNE_CODE
from fragility.sources.readers.common import (
    KEEP_ONE,
    ONE_LINE,
    TWO_CONTENTS,
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
from fragility.sources.readers.intake import COMMUNES, Intake

COMPARATEUR = {
    "P{census}_POP": "population", "SUPERF": "superficie_km2",
    "P{census}_POP1564": "population_1564", "P{census}_CHOM1564": "chomeurs_1564",
    "P{census}_ACT1564": "actifs_1564", "P{census}_MEN": "menages",
    "P{census}_RP": "residences_principales", "P{census}_RP_PROP": "residences_proprietaires",
    "P{census}_LOG": "logements", "P{census}_LOGVAC": "logements_vacants",
    "MED{income}": "niveau_vie_median", "TP60{income}": "pauvrete_pct",
}  # fmt: skip
# Births between two censuses: taken where the file has them.
_BIRTHS = "NAIS{before}{census}"
RATES = {
    "TX_NSCOL15P": "peu_diplomes_pct", "TX_MENSEUL": "personnes_seules_pct",
    "TX_FAMMONO": "familles_mono_pct", "TX_65ETPLUS": "plus_65_parmi_15_plus_pct",
}  # fmt: skip
# Taken where the file has it.
_YOUNG = {"TX_25ETMOINS": "jeunes_pct"}
# Columns without which a base-cc file is not of the theme it is given for.
BASE_CC = {
    "evol-struct-pop": ("POP", "POP0014"),
    "coupl-fam-men": ("MEN", "MENPSEUL", "MENFAMMONO"),
    "diplomes-formation": ("NSCOL15P", "NSCOL15P_CAPBEP"),
    "emploi-pop-active": ("ACT1564", "CHOM1564"),
    "logement": ("LOG", "LOGVAC", "RP", "RP_PROP"),
}


def read_comparateur(
    path: Path | Intake, *, census: str = "18", income: str = "19"
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
        When the file is of other years, damaged, or has too many impossible rows.
    """
    columns = {old.format(census=census, income=income): new for old, new in COMPARATEUR.items()}
    births = _BIRTHS.format(census=census, before=f"{(int(census) - 5) % 100:02d}")
    intake = Intake.of(path)
    table = parse_table(
        decode(read_content(intake.path), intake), intake, sep=";", key="CODGEO",
        required=list(columns), keep=["CODGEO", *columns, births], usual_rows=COMMUNES,
    )  # fmt: skip
    table["CODGEO"] = pad_code(table["CODGEO"], 5)
    check_codes(table["CODGEO"], COMMUNE_CODE, intake)
    table, repeated = drop_duplicates(table, "CODGEO", intake)
    frame = pd.DataFrame({old: to_number(table[old], intake) for old in columns})
    frame[births] = to_number(table[births], intake) if births in table else np.nan
    poverty = f"TP60{income}"
    check_range(frame, [c for c in frame.columns if c != poverty], intake)
    check_range(frame, [poverty], intake, high=100)
    frame = frame.rename(columns={**columns, births: "naissances_5_ans"})
    frame.insert(0, "code_commune", table["CODGEO"])
    frame, dropped = intake.settle(frame)
    return frame, {"ligne répétée": repeated, **dropped}


def read_taux_communes(path: Path | Intake) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the census rates of 2017 computed by Data For Good.

    The file repeats communes (a second line has the poverty rate alone), and keeps codes of
    former communes without any census rate: the lines of one code are put together, the others
    are dropped.

    Returns
    -------
    `code_commune`, then in percent `peu_diplomes_pct`, `personnes_seules_pct`,
    `familles_mono_pct`, `plus_65_parmi_15_plus_pct` (65+ among those aged 15+, not among
    all) and `jeunes_pct` (15-24 among the same; missing when the file has none); and the rows
    dropped by reason.

    Raises
    ------
    BadFileError
        When too many lines of one code contradict each other, or too many rates cannot be.
    """
    intake = Intake.of(path)
    table = read_csv(
        intake, sep=",", key="CODE_INSEE", required=list(RATES),
        keep=["CODE_INSEE", *RATES, *_YOUNG], usual_rows=COMMUNES,
    )  # fmt: skip
    code = pad_code(table["CODE_INSEE"], 5)
    check_codes(code, COMMUNE_CODE, intake)
    own = [*RATES, *(column for column in _YOUNG if column in table)]
    frame = pd.DataFrame({old: to_number(table[old], intake) for old in own})
    check_range(frame, own, intake, high=100)
    clash = (frame.groupby(code).transform("nunique") > 1).any(axis=1)
    intake.set_aside(code[clash], TWO_CONTENTS, expected=ONE_LINE, remedy=KEEP_ONE)
    frame, dropped = intake.settle(frame.rename(columns=RATES | _YOUNG).assign(code_commune=code))
    rates = frame.set_index("code_commune")
    filled = rates[rates.notna().any(axis=1)]
    result = filled.groupby(level=0).first().reset_index()
    result = result.reindex(columns=["code_commune", *RATES.values(), *_YOUNG.values()])
    return result, {
        "sans aucun taux du recensement": len(rates) - len(filled),
        "ligne répétée": len(filled) - len(result),
        **dropped,
    }


def read_base_cc(
    path: Path | Intake, *, census: str, theme: str | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read one theme of INSEE's `base-cc` (communes, zip with one CSV and its dictionary).

    Each file carries three censuses: only one is kept. The member ending in `-COM.CSV` holds
    overseas collectivities and is left alone.

    Parameters
    ----------
    path : `base-cc-<theme>-20NN_csv.zip`, or the CSV taken out of it.
    census : two digits of the census.
    theme : evol-struct-pop, coupl-fam-men, diplomes-formation, emploi-pop-active or logement;
        the one that its columns tell by default.

    Returns
    -------
    `code_commune` and the counts under their bare names (`pop`, `nscol15p_bepc`), long decimals
    because the census is weighted; and the rows dropped by reason.
    """
    intake = Intake.of(path)
    file = intake.path
    if file.suffix.lower() == ".zip":
        content = read_zip_member(file, f"-20{census}.csv")
    else:
        content = read_content(file)
    text = decode(content, intake, legacy=True)
    table = parse_table(text, intake, sep=";", key="CODGEO", usual_rows=COMMUNES)
    bare = {str(c)[4:] for c in table.columns if str(c)[:4] in (f"P{census}_", f"C{census}_")}
    themes = [t for t, stems in BASE_CC.items() if bare.issuperset(stems)]
    if (theme or next(iter(themes), "")) not in themes:
        wanted = BASE_CC[theme or next(iter(BASE_CC))]
        require_columns(table, [f"P{census}_{stem}" for stem in wanted], file)
    code = pad_code(table["CODGEO"], 5)
    check_codes(code, COMMUNE_CODE, intake)
    table, repeated = drop_duplicates(table.assign(CODGEO=code), "CODGEO", intake)
    frame = census_counts(table, census, intake)
    frame.insert(0, "code_commune", table["CODGEO"])
    frame, dropped = intake.settle(frame)
    return frame, {"ligne répétée": repeated, **dropped}
