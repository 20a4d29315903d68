"""The demo's statistics by commune and IRIS: INSEE census and income, CNAF, shipped as they ship.

Each function returns one producer's file as bytes. Secrecy, decimal signs, lost zeros and old
commune codes are reproduced from the real files; the numbers come from `demo_people`.
"""

from typing import Final

import numpy as np
import pandas as pd

from fragility.sources.demo_census import THEMES
from fragility.sources.demo_formats import comma, csv_bytes, insee_zip, whole
from fragility.sources.demo_people import (
    SEX_BANDS,
    band,
    build_people,
    mean_by,
    out_of_school,
    sum_by,
)
from fragility.sources.demo_territory import Territory, build_territory, stream

# Standard normal quantiles of the deciles; living standards are close to log-normal.
_DECILES: Final = dict(zip("12346789", (-1.2816, -0.8416, -0.5244, -0.2533, 0.2533, 0.5244,
                                        0.8416, 1.2816), strict=True))  # fmt: skip
_INCOME_PARTS: Final = ("PACT", "PTSA", "PCHO", "PBEN", "PPEN", "PPAT", "PPSOC", "PPFAM", "PPMINI",
                        "PPLOGT", "PIMPOT")  # fmt: skip
_CAF_COLUMNS: Final = (
    "a", "percou", "ai", "am", "acssenf", "acavenf", "ac3enf", "enf", "enf_2", "enf_3_5",
    "enf_6_10", "enf_11_14", "enf_15_17", "enf_18_24", "a_etud", "a_netud_24", "aal", "aapl",
    "aaah", "appa", "arsas",
)  # fmt: skip
_SHARE_WITH_POVERTY: Final = 0.35  # France has 12 %; 300 communes need more to train a model
_SHARE_WITHOUT_MEDIAN: Final = 0.10


def statistics_files() -> dict[str, bytes]:
    """Map relative path -> content for every statistical source."""
    territory, people = build_territory(), build_people()
    tables = {theme: build(people) for theme, build in THEMES.items()}
    files = {
        "insee_comparateur/demo/base_cc_comparateur_csv.zip": _comparateur(territory, tables),
        "rp_taux_communes/demo/data_merge.csv": _rates_2017(territory, tables),
        "insee_filosofi_communes/demo/FILO2018_DISP_COM.csv": _filosofi_communes(2018),
        "insee_filosofi_communes/demo/FILO2019_DISP_COM.csv": _filosofi_communes(2019),
        "insee_filosofi_iris/demo/BASE_TD_FILO_DISP_IRIS_2018.csv": _filosofi_iris(territory),
        "caf_iris/demo/inseecaf2021.csv": _caf(territory, tables["couples-familles-menages"]),
    }
    for theme, table in tables.items():
        path = f"insee_rp_iris/demo/base-ic-{theme}-2018_csv.zip"
        files[path] = _base_ic(territory, theme, table)
    return files | _habitat(territory, tables)


def _rank_share(population: pd.Series) -> pd.Series:
    """Rank of size between 0 (smallest) and 1 (largest)."""
    return population.rank(method="first") / len(population)


def _medians(keys: pd.Series, year: int) -> pd.Series:
    fields = build_people().fields
    noise = 1 + stream(f"income{year}").normal(0, 0.006, len(fields))
    level = {2018: 0.982, 2019: 1.0}[year]
    values = mean_by(fields["income"] * noise * level, fields["population"], keys)
    return (values / 10).round() * 10


def _poverty(keys: pd.Series) -> pd.Series:
    fields = build_people().fields
    return 100 * mean_by(fields["poverty"], fields["population"], keys)


def _comparateur(territory: Territory, tables: dict[str, pd.DataFrame]) -> bytes:
    keys = territory.units["code_commune"]
    wide = pd.concat(list(tables.values()), axis=1)
    sums = sum_by(wide.loc[:, ~wide.columns.duplicated()], keys)
    population = sums["P18_POP"].round()
    rng = stream("comparateur")
    rank = _rank_share(population)
    births = rng.poisson(0.011 * population)
    deaths = rng.poisson(0.010 * population)
    jobs = sums["P18_ACTOCC1564"] * rng.lognormal(-0.25, 0.35, len(sums))
    firms = rng.poisson(0.045 * population + 0.8)
    kinds = {"ETAZ18": 0.12, "ETBE18": 0.08, "ETFZ18": 0.13, "ETGU18": 0.52, "ETOQ18": 0.15}
    split = np.array([rng.multinomial(n, list(kinds.values())) for n in firms])
    filed = rank > _SHARE_WITHOUT_MEDIAN
    detailed = rank > 1 - _SHARE_WITH_POVERTY
    tax_homes = (0.985 * sums["P18_RP"]).round()
    table = pd.DataFrame({
        "P18_POP": population, "P13_POP": (population * rng.normal(0.99, 0.03, len(sums))).round(),
        "SUPERF": (territory.communes.area.to_numpy() / 1e6).round(2),
        "NAIS1318": births * 5, "DECE1318": deaths * 5, "P18_MEN": sums["P18_MEN"],
        "NAISD20": births, "DECESD20": deaths, "P18_LOG": sums["P18_LOG"], "P18_RP": sums["P18_RP"],
        "P18_RSECOCC": sums["P18_RSECOCC"], "P18_LOGVAC": sums["P18_LOGVAC"],
        "P18_RP_PROP": sums["P18_RP_PROP"], "NBMENFISC19": tax_homes.where(filed),
        "PIMP19": (72 - _poverty(keys)).clip(20).round().where(detailed),
        "MED19": _medians(keys, 2019).where(filed),
        "TP6019": _poverty(keys).round().where(detailed),
        "P18_EMPLT": jobs, "P18_EMPLT_SAL": 0.85 * jobs,
        "P13_EMPLT": jobs * rng.normal(1, 0.04, len(sums)), "P18_POP1564": sums["P18_POP1564"],
        "P18_CHOM1564": sums["P18_CHOM1564"], "P18_ACT1564": sums["P18_ACT1564"], "ETTOT18": firms,
        "ETAZ18": split[:, 0], "ETBE18": split[:, 1], "ETFZ18": split[:, 2], "ETGU18": split[:, 3],
        "ETGZ18": split[:, 3] // 3, "ETOQ18": split[:, 4], "ETTEF118": firms // 4,
        "ETTEFP1018": firms // 20,
    })  # fmt: skip
    table = table.rename_axis("CODGEO").reset_index()
    return insee_zip("base_cc_comparateur", table, "comparateur de territoires")


def _rates_2017(territory: Territory, tables: dict[str, pd.DataFrame]) -> bytes:
    """Percentages by commune of the COG 2020, with the double rows of the real file."""
    keys = territory.units["code_2020"]
    people = build_people()
    sums = sum_by(pd.concat([tables["couples-familles-menages"], pd.DataFrame({
        "adults": band(people.ages, "15P"), "old": band(people.ages, "65P"),
        "young": band(people.ages, "1524"),
        "left": out_of_school(people.ages),
        "low": out_of_school(people.ages) * people.fields["low_diploma"].to_numpy(),
    })], axis=1), keys)  # fmt: skip
    rng = stream("rates2017")
    rank = _rank_share(sum_by(people.fields[["population"]], keys)["population"])

    def percent(part: str, total: str) -> pd.Series:
        drift = 1 + rng.normal(0, 0.015, len(sums))
        return 100 * sums[part] / sums[total].where(sums[total] > 0) * drift

    table = pd.DataFrame({
        "CODE_INSEE": sums.index,
        "TX_POVERTY": (_poverty(keys) + 0.3).where(rank > 1 - _SHARE_WITH_POVERTY),
        "TX_NSCOL15P": percent("low", "left"), "TX_MENSEUL": percent("C18_MENPSEUL", "C18_MEN"),
        "TX_FAMMONO": percent("C18_MENFAMMONO", "C18_MEN"), "TX_65ETPLUS": percent("old", "adults"),
        "TX_25ETMOINS": percent("young", "adults"), "TX_DEMANDEUR_EMPLOIS": np.nan,
        "COUVERTURE_HD_THD": 1.0,
    })  # fmt: skip
    twins = table.iloc[[11, 90, 200]]
    # The real file also has second rows that repeat the poverty rate and nothing else.
    poor_twins = table[table["TX_POVERTY"].notna()].iloc[[7, 40]]
    poor_twins = poor_twins.assign(**dict.fromkeys(list(table.columns[2:7]), np.nan))
    doubled = pd.concat([table, twins, poor_twins]).sort_values("CODE_INSEE", kind="stable")
    return csv_bytes(doubled.reset_index(drop=True), sep=",", index=True)


def _income_columns(median: pd.Series, poverty: pd.Series, older: pd.Series) -> pd.DataFrame:
    """Quartiles, deciles, inequality and income make-up, in the order of Filosofi files."""
    sigma = 0.32 + 0.45 * poverty
    table = pd.DataFrame({f"D{k}": median * np.exp(z * sigma) for k, z in _DECILES.items()})
    table["Q1"], table["Q3"] = median * np.exp(-0.6745 * sigma), median * np.exp(0.6745 * sigma)
    table = (table / 10).round() * 10
    table["RD"] = table["D9"] / table["D1"]
    table["S80S20"] = 0.92 * table["RD"] + 0.9
    table["GI"] = 0.08 + 0.56 * sigma
    pensions = 27 + 6 * older
    table["PPEN"], table["PPAT"] = pensions, 10 - 12 * poverty
    table["PPMINI"], table["PPLOGT"] = 14 * poverty, 9 * poverty
    table["PPFAM"] = 2.2 + 5 * poverty
    table["PPSOC"] = table["PPMINI"] + table["PPLOGT"] + table["PPFAM"]
    table["PIMPOT"] = -19 + 22 * poverty
    table["PACT"] = 100 - table[["PPEN", "PPAT", "PPSOC", "PIMPOT"]].sum(axis=1)
    table["PCHO"], table["PBEN"] = 2 + 6 * poverty, 4 - 3 * poverty
    table["PTSA"] = table["PACT"] - table["PCHO"] - table["PBEN"]
    return table


def _filosofi_communes(year: int) -> bytes:
    """Write FILO2018 or FILO2019, under the codes in force before the fusion of 2021."""
    units, fields = build_territory().units, build_people().fields
    keys = units["code_2020"]
    yy = str(year)[2:]
    persons = sum_by(fields[["population"]], keys)["population"]
    name = units.drop_duplicates("code_2020").set_index("code_2020")["nom_2020"]
    income = _income_columns(
        _medians(keys, year), _poverty(keys) / 100,
        mean_by(fields["older"], fields["population"], keys),
    )  # fmt: skip
    rank = _rank_share(persons)
    detailed = rank > 1 - 0.3
    codes = persons.index.to_series()
    columns = {
        # A spreadsheet has been through the 2018 file.
        "CODGEO": codes.astype(int).astype(str) if year == 2018 else codes,
        "LIBGEO": name.reindex(persons.index),
    }
    columns[f"NBMEN{yy}"] = whole(persons / 2.21)
    columns[f"NBPERS{yy}"] = whole(persons * 1.006)
    columns[f"NBUC{yy}"] = comma(persons / 1.52, 1)
    money = income.where(detailed)
    columns[f"Q1{yy}"] = whole(money["Q1"])
    columns[f"Q2{yy}"] = whole(_medians(keys, year))
    columns[f"Q3{yy}"] = whole(money["Q3"])
    columns["Q3_Q1"] = whole(money["Q3"] - money["Q1"])
    columns |= {f"D{k}{yy}": whole(money[f"D{k}"]) for k in _DECILES}
    columns["RD"] = comma(income["RD"].where(detailed), 1)
    ratio = income["S80S20"].where(detailed).round(1)
    columns[f"S80S20{yy}"] = comma(ratio, 1 if year == 2018 else 3)
    columns[f"GI{yy}"] = comma(income["GI"].where(detailed), 3)
    columns |= {f"{c}{yy}": comma(income[c].where(detailed), 1) for c in _INCOME_PARTS}
    table = pd.DataFrame(columns).loc[rank > _SHARE_WITHOUT_MEDIAN]
    return csv_bytes(table, bom=True, final_eol=False)


def _filosofi_iris(territory: Territory) -> bytes:
    kept = (territory.units["type_iris"] == "H").to_numpy()
    units = territory.units[kept].reset_index(drop=True)
    fields = build_people().fields[kept].reset_index(drop=True)
    median = (fields["income"] * 0.982 / 10).round() * 10
    income = _income_columns(median, fields["poverty"], fields["older"])
    rng = stream("filosofi_iris")
    columns = {
        # INSEE hides the rate where few people are poor, and at random for secondary secrecy.
        "TP60": (100 * fields["poverty"]).round(1).mask(
            (fields["poverty"] < 0.055) | (rng.random(len(fields)) < 0.04)
        ),
        "Q1": whole(income["Q1"]), "MED": whole(median), "Q3": whole(income["Q3"]),
        "EQ": ((income["Q3"] - income["Q1"]) / median).round(2),
    }  # fmt: skip
    columns |= {f"D{k}": whole(income[f"D{k}"]) for k in _DECILES}
    columns |= {"RD": income["RD"].round(1), "S80S20": income["S80S20"].round(1)}
    columns["GI"] = income["GI"].round(3)
    columns |= {c: income[c].round(1) for c in _INCOME_PARTS}
    table = pd.DataFrame(columns)
    table.columns = [f"DISP_{c}18" for c in table]
    table["DISP_NOTE18"] = 0
    table.loc[5, "DISP_NOTE18"] = 1
    hidden = len(table) - 3
    table.loc[hidden, table.columns[:-1]] = pd.NA
    table.loc[hidden, "DISP_NOTE18"] = 5
    table.insert(0, "IRIS", units["code_iris"])
    return csv_bytes(table, float_format="%.15g")


def _base_ic(territory: Territory, theme: str, table: pd.DataFrame) -> bytes:
    sums = sum_by(table, territory.units["code_iris"]).reset_index(drop=True)
    iris = territory.iris
    keys = pd.DataFrame({
        "IRIS": iris["code_iris"], "COM": iris["code_commune"], "TYP_IRIS": iris["type_iris"],
        "MODIF_IRIS": "00", "LAB_IRIS": np.where(iris["type_iris"] == "Z", 5, 1),
    })  # fmt: skip
    return insee_zip(f"base-ic-{theme}-2018", pd.concat([keys, sums], axis=1), theme)


def _habitat(territory: Territory, tables: dict[str, pd.DataFrame]) -> dict[str, bytes]:
    """RP 2016 of residential IRIS, as re-exported by pandas: index column, no commune code."""
    groups = [f"CS{k}" for k in range(1, 9)]
    homes = ("MENSFAM", "MENHSEUL", "MENFSEUL", "MENCOUPSENF", "MENCOUPAENF", "MENFAMMONO")
    wanted = {
        "population": [f"P18_POP{b}" for b in SEX_BANDS[:6]] + [f"C18_POP15P_{g}" for g in groups],
        "household": [f"C18_PMEN_{k}" for k in (*homes, *groups)],
        "housing": ["P18_RPMAISON", "P18_RPAPPART", "P18_RP_LOCHLMV"],
    }
    wide = pd.concat(list(tables.values()), axis=1)
    sums = sum_by(wide.loc[:, ~wide.columns.duplicated()], territory.units["code_iris"])
    iris = territory.iris
    drift = 0.985 * stream("rp2016").normal(1, 0.01, (len(sums), 1))
    residential = (iris["type_iris"] == "H").to_numpy()
    files = {}
    for name, columns in wanted.items():
        table = (sums[columns] * drift).rename(columns=lambda c: c.replace("18_", "16_", 1))
        table.insert(0, "IRIS", iris["code_iris"].to_numpy())
        table.insert(1, "LIBCOM", iris["nom"].to_numpy())
        table.insert(2, "TYP_IRIS", iris["type_iris"].to_numpy())
        table = table.set_axis(range(2, len(table) + 2))[residential]
        path = f"insee_rp_iris_habitat/demo/IRIS_{name}_IR_Hab.csv"
        files[path] = csv_bytes(table, sep=",", eol="\n", index=True)
    return files


def _caf(territory: Territory, homes: pd.DataFrame) -> bytes:
    """Benefit recipients by IRIS of split communes; a note other than 0 means nothing shown."""
    split = (territory.units["type_iris"] != "Z").to_numpy()
    units = territory.units[split].reset_index(drop=True)
    people = build_people()
    ages, fields = people.ages[split], people.fields[split].reset_index(drop=True)
    poverty = fields["poverty"].to_numpy()
    children, men = band(ages, "0017"), homes["C18_MEN"].to_numpy()[split]
    paid = men * (0.3 + 0.6 * poverty)
    parts = {
        "a": 1.0, "percou": 2.4, "ai": 0.46, "am": 0.13, "acssenf": 0.05, "acavenf": 0.34,
        "ac3enf": 0.1, "a_etud": 0.05, "a_netud_24": 0.07, "aal": 0.45, "aapl": 0.3, "aaah": 0.09,
    }  # fmt: skip
    columns = {name: paid * part for name, part in parts.items()}
    bands = {"enf": 1.05, "enf_2": 0.15, "enf_3_5": 0.16, "enf_6_10": 0.28, "enf_11_14": 0.2,
             "enf_15_17": 0.14, "enf_18_24": 0.12}  # fmt: skip
    columns |= {name: children * part for name, part in bands.items()}
    columns["appa"] = paid * (0.12 + 0.7 * poverty)
    columns["arsas"] = paid * (0.06 + 0.75 * poverty)
    table = pd.DataFrame({name: whole(pd.Series(columns[name])) for name in _CAF_COLUMNS})
    table = table.mask(table < 5)  # below five recipients CNAF shows nothing
    note = pd.Series("0", index=table.index).mask(units["type_iris"] != "H", "3")
    note = note.mask(table.index == 20, "4").mask(table.index == 75, "2")
    table[note != "0"] = pd.NA
    body = csv_bytes(table).decode().splitlines()[1:]
    # Text fields are quoted and numbers are not, so that empty numbers stay bare.
    header = ";".join(f'"{c}"' for c in ("iris_code", "note", *_CAF_COLUMNS))
    lines = [f'"{code}";"{n}";{rest}'
             for code, n, rest in zip(units["code_iris"], note, body, strict=True)]  # fmt: skip
    return ("\r\n".join([header, *lines]) + "\r\n").encode()
