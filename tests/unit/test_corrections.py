"""Corrections: one complete line per wrong cell, aimed at a file of the catalogue."""

import pandas as pd
import pytest

from fragility.errors import BadFileError, DataCheckError
from fragility.schemas import validate
from fragility.sources.catalogue import RELEASES
from fragility.sources.corrections import (
    COLUMNS,
    NAME,
    SHIPPED,
    load_corrections,
    read_corrections,
    require_applied,
)

LINE = {
    "source": "insee_filosofi_communes", "release": "demo-2019", "fichier": "FILO2019_DISP_COM.csv",
    "cle": "00011", "colonne": "Q219", "valeur_trouvee": "-5", "valeur": "21000",
    "motif": "une médiane négative", "reference": "le fichier d'origine", "date": "2026-11-21",
}  # fmt: skip


def written(folder, *lines, sep=";", encoding="utf-8"):
    rows = [COLUMNS, *([line[c] for c in COLUMNS] for line in lines)]
    path = folder / NAME
    path.write_bytes(("\n".join(sep.join(row) for row in rows) + "\n").encode(encoding))
    return path


@pytest.mark.parametrize("sep", [";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_of_any_spreadsheet_is_read(tmp_path, sep, encoding):
    table = read_corrections(written(tmp_path, LINE, sep=sep, encoding=encoding))
    assert table.to_dict("records") == [LINE]


def test_an_empty_value_is_an_empty_cell_and_an_empty_file_has_no_line(tmp_path):
    table = read_corrections(written(tmp_path, LINE | {"valeur": ""}))
    assert table.loc[0, "valeur"] == ""
    assert read_corrections(written(tmp_path)).empty


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"release": "demo-1900"}, "La colonne release : livraison inconnue."),
        ({"source": "ailleurs"}, "La colonne release : livraison inconnue."),
        ({"fichier": "autre.csv"}, "La colonne fichier : fichier inconnu."),
        ({"cle": ""}, "La colonne cle : case vide."),
        ({"colonne": ""}, "La colonne colonne : case vide."),
        ({"motif": " "}, "La colonne motif : case vide."),
        ({"reference": ""}, "La colonne reference : case vide."),
        ({"date": ""}, "La colonne date : date illisible."),
        ({"date": "21/11/2026"}, "La colonne date : date illisible."),
        ({"date": "2026-02-30"}, "La colonne date : date illisible."),
        ({"valeur": "-5"}, "La colonne valeur : valeur qui ne change rien."),
    ],
)
def test_an_incomplete_line_is_refused_with_its_number(tmp_path, changes, words):
    path = written(tmp_path, LINE, LINE | {"cle": "00012"} | changes)
    with pytest.raises(BadFileError) as error:
        load_corrections(tmp_path)
    assert words in str(error.value)
    assert "à la ligne 3 ;" in str(error.value)
    assert f"fichier  : {path}" in str(error.value)


def test_a_cell_is_corrected_once(tmp_path):
    written(tmp_path, LINE, LINE | {"valeur": "22000"})
    with pytest.raises(BadFileError, match="case corrigée plusieurs fois"):
        load_corrections(tmp_path)
    shipped = read_corrections(SHIPPED).iloc[0].to_dict()
    written(tmp_path, shipped | {"valeur": "AILLEURS"})
    with pytest.raises(BadFileError, match="à la fois par le projet et par votre fichier"):
        load_corrections(tmp_path)


def test_a_missing_column_is_named(tmp_path):
    for lines in ("", "insee_cog;demo\n"):
        (tmp_path / NAME).write_text("source;release\n" + lines)
        with pytest.raises(BadFileError, match=r"Il manque les colonnes .*fichier"):
            load_corrections(tmp_path)


def test_what_no_reader_applied_is_refused(tmp_path):
    written(tmp_path, LINE)
    known = load_corrections(tmp_path)
    own = known.tail(1)
    releases = [f"{LINE['source']}/{LINE['release']}"]
    require_applied(known, own, releases)
    require_applied(known, own.head(0), ["insee_cog/demo"])
    with pytest.raises(DataCheckError, match="ne s'applique à aucun fichier lu"):
        require_applied(known, own.head(0), releases)


def test_the_project_s_own_lines_are_complete_and_hold_nothing_personal(tmp_path):
    table = load_corrections(tmp_path)
    assert len(table) > 0
    validate(table, "corrections")
    assert (table["source"] + "/" + table["release"]).isin(list(RELEASES)).all()


def test_the_project_s_own_lines_still_fit_the_real_files(pack):
    """A producer that corrects its file, or a line mistyped here, stops this test."""
    from fragility.sources.readers.common import read_csv
    from fragility.sources.readers.intake import Intake

    table = read_corrections(SHIPPED)
    lines = table[table["source"] == "anct_conseillers"]
    path = pack / "raw/anct_conseillers/2022-12/conum_lieux_permanence_20221202.csv"
    read = read_csv(Intake(path, lines), sep=",", key="id", required=["commune"])
    corrected = read.set_index("id").loc[lines["cle"], "commune"]
    pd.testing.assert_series_equal(
        corrected.reset_index(drop=True), lines["valeur"].reset_index(drop=True), check_names=False
    )
