"""A good file for every reader of delimited text, 200 rows each, and how to spoil it.

Facts that the tests rely on: row `i` has the `i`-th code, `label` (if any) says « Lieu i », every
count is a whole number and every share is under 100, so that one wrong cell is the only one.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fragility.errors import BadFileError
from fragility.sources.readers import (
    aidants,
    arcep,
    arcep_fibre,
    caf,
    hubs,
    insee_base_ic,
    insee_census,
    insee_cog,
    insee_filosofi,
    insee_filosofi_cc,
    laposte,
    mednum,
    places,
    zonages,
)

Rows = list[list[str]]
ROW = 7  # the row that is spoilt where one is
# What is no workbook, map, grid nor survey, and a word of the refusal.
NOT_IT = {
    "vide": (b"", "Le fichier est vide."),
    "page web": (b"<!DOCTYPE html><html>404</html>", "page web"),
    "tableur": (b"code;type\n01001;COM\n", "illisible"),
    "zip": (b"PK\x03\x04", "illisible"),
}


def commune(i: int) -> str:
    """The `i`-th commune: 01001, 01002 ..."""
    return f"{i // 900 % 90 + 1:02d}{i % 900 + 1:03d}"


def iris(i: int) -> str:
    """The one divided IRIS of the `i`-th commune."""
    return commune(i) + "0101"


@dataclass(frozen=True)
class Sample:
    """How one family of files is written.

    Attributes
    ----------
    name : reader, and form if it reads several.
    file : name of the file; a `.zip` holds one CSV and its dictionary.
    header, row : names of the columns, and the cells of row `i`.
    read : the reader.
    key : column that names a row. `pattern` is False where any text can be a key.
    count, share : columns where a negative number, a number above 100 cannot be.
    label : column of a name and what the reader calls it.
    above : line above the header.
    rows, usual : rows of the sample, and of an ordinary release.
    lossless : no row may be lost.
    legacy : read as Windows-1252 where it is not UTF-8.
    repeats : what an exact repetition becomes: counted and dropped, dropped, or kept.
    contents : whether two rows may not share a key.
    either : whether the comma and the semicolon are read alike.
    """

    name: str
    file: str
    sep: str
    header: list[str]
    row: Callable[[int], list[str]]
    read: Callable[[Any], Any]
    key: str
    usual: int
    count: str | None = None
    share: str | None = None
    label: tuple[str, str] | None = None
    above: str = ""
    rows: int = 200
    pattern: bool = True
    lossless: bool = False
    legacy: bool = False
    repeats: str = "comptée"
    contents: bool = True
    either: bool = False

    def table(self, rows: int | None = None) -> Rows:
        """Header and cells."""
        return [list(self.header), *(list(self.row(i)) for i in range(rows or self.rows))]

    def line(self, row: int) -> int:
        """Line of the file that holds row `row`."""
        return row + 2 + bool(self.above)

    def text(self, table: Rows, sep: str = "") -> str:
        """The table as its producer writes it."""
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=sep or self.sep, lineterminator="\n").writerows(table)
        return self.above + stream.getvalue()

    def write(self, folder: Path, content: str | bytes) -> Path:
        """Write a file of this family."""
        data = content.encode() if isinstance(content, str) else content
        path = folder / self.file
        if path.suffix == ".zip":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(path.stem.removesuffix("_csv") + ".CSV", data)
                archive.writestr(f"meta_{path.stem}.CSV", "COD_VAR;LIB_VAR\n")
        else:
            path.write_bytes(data)
        return path


def spoilt(table: Rows, column: str, value: str, rows: tuple[int, ...]) -> Rows:
    """The table with one cell replaced in some rows."""
    at = table[0].index(column)
    for row in rows:
        table[1 + row][at] = value
    return table


def refused(read: Callable[[Any], Any], path: Path) -> str:
    """Message of the refusal, which names the file."""
    with pytest.raises(BadFileError) as error:
        read(path)
    assert f"fichier  : {path}" in str(error.value)
    return str(error.value)


def with_cell(
    frame: pd.DataFrame, column: str, value: object, rows: tuple[int, ...] = (ROW,)
) -> Any:
    """The frame with one cell replaced in some rows."""
    values = frame[column].astype(object)
    values.iloc[list(rows)] = value
    return frame.assign(**{column: values})


def _dipper(i: int) -> list[str]:
    """Six classes that are empty, and the fastest that holds every one of 100 + i premises."""
    return [commune(i), str(100 + i), "0", "0", "0", "0", "0", "0", str(100 + i)]


def _place(i: int) -> tuple[str, str]:
    return f"{46 + i / 1000:.3f}", f"{5 + i / 1000:.3f}"


_COG = Sample(
    "communes", "commune.csv", ",", ["TYPECOM", "COM", "REG", "DEP", "LIBELLE", "COMPARENT"],
    lambda i: ["COM", commune(i), "84", "01", f"Lieu {i}", ""], insee_cog.read_communes,
    "COM", 36_000, label=("LIBELLE", "nom"), lossless=True, repeats="effacée",
)  # fmt: skip
_RATES = ["CODE_INSEE", "TX_NSCOL15P", "TX_MENSEUL", "TX_FAMMONO", "TX_65ETPLUS"]
_COMPARATEUR = [
    "CODGEO", "P18_POP", "SUPERF", "P18_POP1564", "P18_CHOM1564", "P18_ACT1564", "P18_MEN",
    "P18_RP", "P18_RP_PROP", "P18_LOG", "P18_LOGVAC", "MED19", "TP6019",
]  # fmt: skip
_FIXE = [
    "code_insee", "nbr", "inel_hd", "elig_hd05", "elig_hd3", "elig_hd8", "elig_thd30",
    "elig_thd100", "elig_thd1g",
]  # fmt: skip

# What a hub writes in the columns of its own form.
_HUB: dict[str, Callable[[int], str]] = {
    "nom": lambda i: f"Lieu {i}",
    "adresse": lambda i: f"{i + 1} rue A",
    "numero": lambda i: str(i + 1),
    "rue": lambda i: "rue A",
    "code_postal": lambda i: "09000",
    "code_declare": lambda i: "09122",
    "commune_declaree": lambda i: "Foix",
    "latitude": lambda i: _place(i)[0],
    "longitude": lambda i: _place(i)[1],
    "date_maj": lambda i: "15/04/2022 14:29:42",
}

SAMPLES = (
    _COG,
    replace(
        _COG, name="departements", file="departement.csv", header=["DEP", "REG", "LIBELLE"],
        row=lambda i: [f"{i + 1:02d}", "84", f"Lieu {i}"], read=insee_cog.read_departements,
        key="DEP", usual=101, rows=90,
    ),
    replace(
        _COG, name="regions", file="region.csv", header=["REG", "CHEFLIEU", "LIBELLE"],
        row=lambda i: [f"{i + 1:02d}", "01001", f"Lieu {i}"], read=insee_cog.read_regions,
        key="REG", usual=18, rows=18,
    ),
    replace(
        _COG, name="iris", file="iris.csv", sep=";",
        header=["CODE_IRIS", "LIB_IRIS", "TYP_IRIS", "DEPCOM"],
        row=lambda i: [iris(i), f"Lieu {i}", "H", commune(i)], read=insee_cog.read_iris_list,
        key="CODE_IRIS", usual=50_000, label=("LIB_IRIS", "nom"),
    ),
    replace(
        _COG, name="epci", file="EPCI.csv", sep=";", header=["COM", "LIBGEO", "EPCI", "LIBEPCI"],
        row=lambda i: [commune(i), f"Commune {i}", "200069193", f"Lieu {i}"],
        read=insee_cog.read_epci, key="COM", label=("LIBEPCI", "nom_epci"),
    ),
    replace(
        _COG, name="mouvements", file="mvt.csv",
        header=["MOD", "DATE_EFF", "TYPECOM_AV", "COM_AV", "TYPECOM_AP", "COM_AP"],
        row=lambda i: ["32", "2019-01-01", "COM", commune(i), "COM", "01033"],
        read=insee_cog.read_movements, key="COM_AV", usual=14_000, label=None, contents=False,
    ),
    Sample(
        "comparateur", "base_cc_comparateur_csv.zip", ";", _COMPARATEUR,
        lambda i: [commune(i), *[str(100 + i)] * 11, "18,5"], insee_census.read_comparateur,
        "CODGEO", 36_000, count="P18_MEN", share="TP6019",
    ),
    Sample(
        "taux", "data_merge.csv", ",", _RATES,
        lambda i: [commune(i), "47.7", "22.3", "9.3", f"{20 + i / 10}"],
        insee_census.read_taux_communes, "CODE_INSEE", 36_000, count="TX_NSCOL15P",
        share="TX_MENSEUL",
    ),
    Sample(
        "base_cc", "base-cc-evol-struct-pop-2022_csv.zip", ";",
        ["CODGEO", "P22_POP", "P22_POP0014", "P16_POP"],
        lambda i: [commune(i), str(100 + i), "20", "90"],
        lambda p: insee_census.read_base_cc(p, theme="evol-struct-pop", census="22"),
        "CODGEO", 36_000, count="P22_POP", legacy=True,
    ),
    Sample(
        "base_ic", "base-ic-evol-struct-pop-2018_csv.zip", ";",
        ["IRIS", "COM", "TYP_IRIS", "P18_POP", "P18_POP6579", "P18_POP80P"],
        lambda i: [iris(i), commune(i), "H", f"{100 + i}.25", "30", "9"],
        lambda p: insee_base_ic.read_base_ic(p, census="18"), "IRIS", 50_000, count="P18_POP6579",
    ),
    Sample(
        "habitat", "IRIS_population_IR_Hab.csv", ",",
        ["", "IRIS", "LIBCOM", "TYP_IRIS", "P16_POP0014", "P16_POP75P"],
        lambda i: [str(i), iris(i), "Foix", "H", f"{100 + i}", "20"], insee_base_ic.read_habitat,
        "IRIS", 50_000, count="P16_POP0014",
    ),
    Sample(
        "filosofi_communes", "FILO2018_DISP_COM.csv", ";",
        ["CODGEO", "LIBGEO", "NBPERS18", "Q218", "TP6018"],
        lambda i: [commune(i), "Foix", str(808 + i), "20420,5", "18,5"],
        insee_filosofi.read_filosofi_communes, "CODGEO", 36_000, count="Q218", share="TP6018",
    ),
    Sample(
        "filosofi_iris", "BASE_TD_FILO_DISP_IRIS_2018.csv", ";",
        ["IRIS", "DISP_TP6018", "DISP_MED18"], lambda i: [iris(i), "20.1", str(19_300 + i)],
        insee_filosofi.read_filosofi_iris, "IRIS", 50_000, count="DISP_MED18", share="DISP_TP6018",
    ),
    Sample(
        "caf", "inseecaf2021.csv", ";", ["iris_code", "note", "a", "arsas"],
        lambda i: [iris(i), "0", str(493 + i), "65"], caf.read_caf_iris, "iris_code", 50_000,
        count="arsas",
    ),
    Sample(
        "fixe", "commune-debit-beta.csv", ";", _FIXE, _dipper, arcep.read_fixe, "code_insee",
        36_000, count="elig_hd3", legacy=True,
        above="Version beta : les données sont présentées en l’état\n",
    ),
    Sample(
        "fixe cumulé", "commune_debit_filaire.csv", ";",
        ["code_insee", "nbr", "elig_thd30", "elig_thd100", "elig_thd1g"],
        lambda i: [commune(i), str(100 + i), "90", "80", "70"],
        lambda p: arcep.read_fixe(p, classes="cumulees"), "code_insee", 36_000,
        count="elig_thd1g", legacy=True,
    ),
    Sample(
        "sites", "2018_01_Sites_mobiles_L93.csv", ";", ["Operateur", "x", "y", "2G", "3G", "4G"],
        lambda i: ["20801", str(700_000 + i), "6600000", "1", "1", "1"],
        lambda p: arcep.read_sites([p]), "Operateur", 100_000, count="4G", repeats="gardée",
        contents=False,
    ),
    Sample(
        "fibre", "fibre.csv", ",",
        ["code_insee", "fibre_pct", "population", "surface_km2", "lat", "lon"],
        lambda i: [commune(i), "80.5", str(100 + i), "12.5", *_place(i)], arcep_fibre.read_fibre,
        "code_insee", 36_000, count="population", share="fibre_pct",
    ),
    Sample(
        "filosofi_cc", "cc_filosofi_2021_COM.csv", ";",
        ["CODGEO", "NBPERSMENFISC21", "MED21", "TP6021"],
        lambda i: [commune(i), str(808 + i), "23110", "18"],
        insee_filosofi_cc.read_filosofi_cc, "CODGEO", 36_000, count="MED21", share="TP6021",
    ),
    Sample(
        "mednum", "mednum.csv", ",",
        [*mednum.MEDNUM, "dispositif_programmes_nationaux", "courriels"],
        lambda i: [f"Coop_{i}", f"Lieu {i}", "Foix", "09000", *_place(i), "2024-04-15",
                   "Conseillers numériques", "a@b.fr"],
        mednum.read_mednum, "id", 20_000, label=("nom", "nom"), pattern=False, repeats="gardée",
        contents=False,
    ),
    Sample(
        "conseillers", "conum.csv", ",", [*places.CONSEILLERS, "courriels"],
        lambda i: [f"a{i}", f"Lieu {i}", "Foix", "09000", *_place(i), "2022-04-15", "2", "a@b.fr"],
        places.read_conseillers, "id", 20_000, count="nb_conseillers", label=("nom", "nom"),
        pattern=False, repeats="gardée", contents=False,
    ),
    Sample(
        "structures", "structures.csv", ",", list(places.STRUCTURES),
        lambda i: [f"2{i:013d}", f"Lieu {i}", "01001", "01000", "2"], places.read_structures,
        "Siret", 20_000, count="Nb de conseillers recrutés", label=("structure", "nom"),
        pattern=False, repeats="gardée", contents=False,
    ),
    Sample(
        "france_services", "liste-fs.csv", ",", list(places.FRANCE_SERVICES),
        lambda i: [str(i), f"Lieu {i}", "Foix", "09122", "09000", "09", *_place(i)],
        places.read_france_services, "id_fs", 20_000, label=("lib_fs", "nom"), pattern=False,
        repeats="gardée", contents=False,
    ),
    Sample(
        "bibliotheques", "bibliotheques.csv", ";", list(places.BIBLIOTHEQUES),
        lambda i: [f"{i}.0", f"Lieu {i}", "Foix", "09122", "09000", "09", ",".join(_place(i)),
                   places.OPEN_LIBRARY],
        places.read_bibliotheques, "code_bib", 20_000, label=("Libelle1", "nom"), pattern=False,
        repeats="gardée", contents=False,
    ),
    Sample(
        "aidants_connect", "aidants.csv", ",", list(aidants.AIDANTS),
        lambda i: [f"Lieu {i}", f"2{i:013d}", f"{i + 1} rue A", "9000", "Foix"],
        aidants.read_aidants, "Name", 20_000, label=("Name", "nom"), pattern=False,
        repeats="gardée", contents=False,
    ),
    Sample(
        "lieux de médiation", "mediation.csv", ",", [*mednum.MEDNUM, "source", "courriels"],
        lambda i: [f"Coop_{i}", f"Lieu {i}", "Foix", "09000", *_place(i), "2024-04-15", "dora",
                   "a@b.fr"],
        hubs.read_mediation, "id", 20_000, label=("nom", "nom"), pattern=False,
        repeats="gardée", contents=False,
    ),
    *(
        Sample(
            f"lieux de médiation, {name}", f"{name}.csv", ",", list(form.columns),
            lambda i, form=form: [_HUB[ours](i) for ours in form.columns.values()],
            hubs.read_mediation, form.key, 20_000, label=(form.key, "nom"), pattern=False,
            repeats="gardée", contents=False,
        )
        for name, form in hubs.FORMS.items()
    ),
    Sample(
        "la_poste", "laposte.csv", ";", ["identifiant_a", *laposte.FIELDS],
        lambda i: [f"{i}A", f"Lieu {i}", "Bureau de Poste", f"{i + 1} rue A", "09000", "Foix",
                   *_place(i)],
        laposte.read_laposte, "identifiant_a", 20_000, label=("libelle_du_site", "nom"),
        pattern=False, repeats="gardée", contents=False, either=True,
    ),
    Sample(
        "densité", "densite.csv", ",", ["insee_com", "lib_com", "niveau_densite"],
        lambda i: [commune(i), f"Commune {i}", zonages.DENSITY[i % 7]], zonages.read_densite,
        "insee_com", 36_000,
    ),
    Sample(
        "FRR", "frr_com2025.csv", ";", ["codgeo", "libgeo", "codefrr"],
        lambda i: [commune(i), f"Commune {i}", str(1 + i % 5)], zonages.read_frr, "codgeo", 36_000,
    ),
    Sample(
        "Action cœur de ville", "acv.csv", ",", ["insee_com", "id_acv", "lib_acv"],
        lambda i: [commune(i), f"acv-{i:03d}", f"Ville {i}"], zonages.read_acv, "insee_com",
        36_000, either=True,
    ),
)  # fmt: skip
