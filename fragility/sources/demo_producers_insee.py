"""INSEE's files of `france-2024`, for the fictional département: same people, other packing.

Codes are those of 1 January 2024: the fusion of 00290 and 00291, a trap of the demonstration,
has happened here. What the demonstration writes already is read back and given its later form;
what it does not is counted again from the same people.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd
import xlsxwriter

from fragility.sources.demo_census import THEMES
from fragility.sources.demo_formats import comma, csv_bytes, insee_meta, whole, zip_bytes
from fragility.sources.demo_people import (
    SEX_BANDS,
    People,
    band,
    build_people,
    frame_of,
    mean_by,
    sum_by,
)
from fragility.sources.demo_territory import (
    CODE_CHANGE_2021,
    FUSION_2021,
    FUSION_2024,
    build_territory,
)

Files = dict[str, bytes]

_COG: Final = "insee_cog/demo/"
_AGES_CC: Final = ("0014", "1529", "3044", "4559", "6074", "7589", "90P")
_ALONE: Final = ("1524", "2554", "5564", "6579", "80P")
# Theme by commune -> theme by IRIS that has its columns.
_CC: Final = {
    "diplomes-formation": "diplomes-formation", "emploi-pop-active": "activite-residents",
    "logement": "logement",
}  # fmt: skip
# As in the demonstration's comparateur: the largest communes show their poverty.
_SHARE_WITH_POVERTY: Final = 0.35
_SHARE_WITHOUT_MEDIAN: Final = 0.10
_FILOSOFI_PARTS: Final = ("PACT", "PTSA", "PCHO", "PBEN", "PPEN", "PPAT", "PPSOC", "PPFAM",
                          "PPMINI", "PPLOGT", "PIMPOT")  # fmt: skip


def table_of(files: Mapping[str, bytes], name: str, *, sep: str, skip: int = 0) -> pd.DataFrame:
    """Read back the one file of the demonstration whose path begins so, a CSV, as text."""
    (content,) = (content for path, content in files.items() if path.startswith(name))
    return pd.read_csv(
        io.BytesIO(content), sep=sep, dtype=str, keep_default_na=False, skiprows=skip,
        encoding="utf-8-sig",
    )  # fmt: skip


def to_2024(codes: pd.Series) -> pd.Series:
    """Bring commune codes of any year to those of 1 January 2024."""
    return codes.replace(CODE_CHANGE_2021).replace(FUSION_2021).replace(FUSION_2024)


def merged_name() -> str:
    """Name of the commune made by the fusion of 2024."""
    communes = build_territory().communes.set_index("code_commune")["nom"]
    return "-et-".join(communes[list(FUSION_2024)])


def insee_archives(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Map each archive, by base name, to its bytes; `files` are the demonstration's own."""
    people = build_people()
    own = {theme: _as_of_2021(build(people)) for theme, build in THEMES.items()}
    archives = {
        "cog_ensemble_2024_csv.zip": _cog(files),
        "epci_au_01-01-2024.zip": {"EPCI_au_01-01-2024.xlsx": _epci(files)},
        "reference_IRIS_geo2024.zip": {"reference_IRIS_geo2024.xlsx": _iris(files)},
        "base-cc-filosofi-2021-geo2024_csv.zip": _filosofi_communes(people),
        "BASE_TD_FILO_IRIS_2021_DISP_CSV.zip": _filosofi_iris(files),
    }
    for theme, table in own.items():
        archives[f"base-ic-{theme}-2021_csv.zip"] = _base_ic(theme, table)
    themes = {theme: own[source] for theme, source in _CC.items()} | {
        "evol-struct-pop": _ages_by_commune(people),
        "coupl-fam-men": _homes_by_commune(people, own["couples-familles-menages"]),
    }
    for theme, table in themes.items():
        archives[f"base-cc-{theme}-2021_csv.zip"] = _base_cc(theme, table)
    return {name: zip_bytes(members) for name, members in archives.items()}


def _as_of_2021(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(columns=lambda name: name.replace("18_", "21_", 1))


# --- official geographic code ------------------------------------------------------------------
def _cog(files: Mapping[str, bytes]) -> Files:
    communes = table_of(files, _COG + "commune_2021.csv", sep=",")
    before = communes[communes["COM"].isin(FUSION_2024) & communes["TYPECOM"].eq("COM")]
    new = next(iter(FUSION_2024.values()))
    parts = before.assign(TYPECOM="COMD", COMPARENT=new, REG="", DEP="", CTCD="", ARR="", CAN="")
    gone = [code for code in FUSION_2024 if code != new]
    kept = communes[~communes["COM"].isin(gone)].copy()
    kept.loc[kept["COM"] == new, "LIBELLE"] = merged_name()
    both = pd.concat([kept, parts]).sort_values(["COM", "TYPECOM"], kind="stable")
    events = table_of(files, "insee_cog_mouvements/demo/v_mvt_commune_2026.csv", sep=",")
    events = events[events["DATE_EFF"] <= "2024-01-01"]
    return {
        "v_commune_2024.csv": csv_bytes(both, sep=",", eol="\n"),
        "v_departement_2024.csv": files[_COG + "departement2021.csv"],
        "v_region_2024.csv": files[_COG + "region2021.csv"],
        "v_mvt_commune_2024.csv": csv_bytes(events, sep=",", eol="\n"),
    }


def _workbook(sheets: Mapping[str, pd.DataFrame], title: str) -> bytes:
    """Write sheets as INSEE does: title, source and labels above the codes, which are on row 6."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"title": title, "created": datetime(2024, 1, 1)})
        for name, table in sheets.items():
            sheet = book.add_worksheet(name)
            for row, text in enumerate((title, "Territoire fictif", "Mise en ligne : 2024")):
                sheet.write_string(row, 0, text)
            for column, code in enumerate(table.columns):
                sheet.write_string(4, column, f"Libellé de {code.lower()}")
                sheet.write_column(5, column, [code, *table[code]])
    return buffer.getvalue()


def _epci(files: Mapping[str, bytes]) -> bytes:
    members = table_of(files, _COG + "EPCI.csv", sep=";")
    members["COM"] = members["COM"].str.zfill(5)
    members["DEP"], members["REG"] = members["DEP"].str.zfill(2), members["REG"].str.zfill(2)
    gone = [old for old, new in FUSION_2024.items() if old != new]
    members = members[~members["COM"].isin(gone)].rename(columns={"COM": "CODGEO"})
    members.loc[members["CODGEO"].isin(FUSION_2024), "LIBGEO"] = merged_name()
    groups = members[members["EPCI"] != "ZZZZZZZZZ"].drop_duplicates("EPCI")[["EPCI", "LIBEPCI"]]
    groups["NATURE_EPCI"] = groups["LIBEPCI"].str[:2]
    groups["NB_COM"] = groups["EPCI"].map(members["EPCI"].value_counts()).astype(str)
    return _workbook(
        {"EPCI": groups, "Composition_communale": members},
        "Intercommunalité - Composition communale au 1er janvier 2024",
    )


def _iris(files: Mapping[str, bytes]) -> bytes:
    listed = table_of(files, _COG + "iris_2021.csv", sep=";")
    gone = [old for old, new in FUSION_2024.items() if old != new]
    listed = listed[~listed["DEPCOM"].isin(gone)]
    merged = listed["DEPCOM"].isin(FUSION_2024)
    listed.loc[merged, "LIBCOM"] = merged_name()
    listed.loc[merged, "LIB_IRIS"] = f"{merged_name()} (commune non irisée)"
    return _workbook({"Emboitements_IRIS": listed}, "Table de référence des IRIS de 2024")


# --- census ------------------------------------------------------------------------------------
def _census_zip(member: str, data: pd.DataFrame, subject: str, others: Files) -> Files:
    meta = insee_meta([str(c) for c in data.columns[1:]], subject)
    return {
        f"{member}.CSV": csv_bytes(data, float_format="%.15g"),
        f"meta_{member}.CSV": csv_bytes(meta).decode().encode("latin-1"),
    } | others


def _base_ic(theme: str, table: pd.DataFrame) -> Files:
    """Write one theme by IRIS, on the map of 2023: the fusion of 2024 is still to come."""
    territory = build_territory()
    sums = sum_by(table, territory.units["code_iris"]).reset_index(drop=True)
    iris = territory.iris
    keys = pd.DataFrame({
        "IRIS": iris["code_iris"], "COM": iris["code_commune"], "TYP_IRIS": iris["type_iris"],
        "LAB_IRIS": np.where(iris["type_iris"] == "Z", 5, 1),
    })  # fmt: skip
    return _census_zip(f"base-ic-{theme}-2021", pd.concat([keys, sums], axis=1), theme, {})


def _base_cc(theme: str, table: pd.DataFrame) -> Files:
    """Write one theme by commune: three censuses side by side, collectivities in another file."""
    sums = sum_by(table, to_2024(build_territory().units["code_commune"]))
    older = []
    for year, scale in (("15", 0.985), ("10", 0.97)):
        names = [name.replace("21_", f"{year}_", 1) for name in sums.columns]
        older.append((sums * scale).set_axis(names, axis=1))
    data = pd.concat([sums, *older], axis=1).rename_axis("CODGEO").reset_index()
    overseas = data.head(5).assign(CODGEO=["97501", "97502", "97701", "97801", "98735"])
    member = f"base-cc-{theme}-2021"
    others = {f"{member}-COM.CSV": csv_bytes(overseas, float_format="%.15g")}
    return _census_zip(member, data, theme, others)


def _ages_by_commune(people: People) -> pd.DataFrame:
    """`evol-struct-pop` by commune has other bands than by IRIS, and none that begins at 65."""
    men = people.ages - people.women
    columns = {"P21_POP": people.ages.sum(axis=1)}
    columns |= {f"P21_POP{name}": band(people.ages, name) for name in _AGES_CC}
    for letter, counts in (("H", men), ("F", people.women)):
        columns[f"P21_POP{letter}"] = counts.sum(axis=1)
        columns |= {f"P21_{letter}{name}": band(counts, name) for name in _AGES_CC}
        columns |= {f"P21_{letter}{name}": band(counts, name) for name in SEX_BANDS[6:]}
    return frame_of(columns)


def _homes_by_commune(people: People, families: pd.DataFrame) -> pd.DataFrame:
    """`coupl-fam-men` by commune: the bands of 65 and over are here."""
    alone = families["P21_POP15P_PSEUL"].to_numpy(float)
    shares = dict(zip(_ALONE, (0.08, 0.33, 0.2, 0.2, 0.19), strict=True))
    columns = {f"P21_POP{name}": band(people.ages, name) for name in ("15P", *_ALONE)}
    columns |= {f"P21_POP{name}_PSEUL": alone * part for name, part in shares.items()}
    homes = [c for c in families.columns if c.startswith("C21_")]
    return pd.concat([families[homes], frame_of(columns)], axis=1)


# --- incomes -----------------------------------------------------------------------------------
def _filosofi_communes(people: People) -> Files:
    keys = to_2024(build_territory().units["code_commune"])
    fields = people.fields
    persons = sum_by(fields[["population"]], keys)["population"]
    poverty = mean_by(fields["poverty"], fields["population"], keys)
    median = (mean_by(fields["income"], fields["population"], keys) / 10).round() * 10
    rank = persons.rank(method="first") / len(persons)
    shown, detailed = rank > _SHARE_WITHOUT_MEDIAN, rank > 1 - _SHARE_WITH_POVERTY
    spread = 0.32 + 0.45 * poverty
    columns = {
        "NBMENFISC21": (whole(persons / 2.21), shown),
        "NBPERSMENFISC21": (whole(persons), shown), "MED21": (whole(median), shown),
        "PIMP21": (whole(72 - 100 * poverty), detailed),
        "TP6021": (whole(100 * poverty), detailed),
    }  # fmt: skip
    columns |= {f"TP60AGE{k}21": (whole(100 * poverty * (1.3 - 0.1 * k)), detailed)
                for k in range(1, 7)}  # fmt: skip
    columns |= {f"TP60TOL{k}21": (whole(100 * poverty * (0.3 + 0.6 * k)), detailed) for k in (1, 2)}
    columns |= {f"{part}21": (comma(60 - 40 * poverty, 1), detailed) for part in _FILOSOFI_PARTS}
    columns |= {
        "D121": (whole(median * np.exp(-1.2816 * spread)), detailed),
        "D921": (whole(median * np.exp(1.2816 * spread)), detailed),
        "RD21": (comma(np.exp(2 * 1.2816 * spread), 1), detailed),
    }
    table = pd.DataFrame({
        name: values.astype("str").where(kept, "s") for name, (values, kept) in columns.items()
    }).rename_axis("CODGEO").reset_index()  # fmt: skip
    meta = insee_meta(list(table.columns[1:]), "Filosofi 2021")
    return {
        "cc_filosofi_2021_COM.csv": csv_bytes(table, bom=True),
        "cc_filosofi_2021_DEP.csv": csv_bytes(table.head(1).assign(CODGEO="00"), bom=True),
        "meta_cc_filosofi_2021.csv": csv_bytes(meta),
    }


def _filosofi_iris(files: Mapping[str, bytes]) -> Files:
    """Give the incomes of 2018 the form of 2021: decimal comma, letters for secrecy."""
    old = table_of(files, "insee_filosofi_iris/", sep=";")
    table = old.rename(columns=lambda name: f"{name[:-2]}21" if name.endswith("18") else name)
    values = [c for c in table.columns if c not in ("IRIS", "DISP_NOTE21")]
    hidden = table["DISP_MED21"].eq("")
    for column in values:
        text = table[column].str.replace(".", ",", regex=False)
        table[column] = text.mask(text.eq(""), "ns").mask(hidden, "nd")
    table.insert(2, "DISP_INCERT21", table["DISP_TP6021"].where(hidden, "1"))
    return {
        "BASE_TD_FILO_IRIS_2021_DISP.csv": csv_bytes(table),
        "meta_BASE_TD_FILO_IRIS_2021_DISP.csv": csv_bytes(insee_meta(values, "Filosofi 2021")),
    }
