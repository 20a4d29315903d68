"""A file being read: what is corrected, what is set aside, and when it is too much."""

import pandas as pd
import pytest

from fragility.errors import BadFileError, DataCheckError
from fragility.schemas import validate
from fragility.sources.model import Dialect
from fragility.sources.readers.common import parse_table, to_number
from fragility.sources.readers.intake import QUARANTINE, Intake

TEXT = "CODE;NOM;X\n" + "".join(f"01{i:03d};Lieu {i};{i}\n" for i in range(1, 201))


def correction(**changes):
    line = {"cle": "01003", "colonne": "X", "valeur_trouvee": "3", "valeur": "33"} | changes
    return pd.DataFrame([line])


def opened(tmp_path, text=TEXT, **options):
    intake = Intake(tmp_path / "a.csv", **options)
    return intake, parse_table(text, intake, sep=";", key="CODE", required=["X"])


@pytest.mark.parametrize(("rows", "kept"), [(0, 200), (1, 199), (2, 198)])
def test_up_to_one_row_in_a_hundred_may_leave(tmp_path, rows, kept):
    intake, table = opened(tmp_path)
    intake.set_aside(table["X"].head(rows), "faux", expected="vrai")
    frame, dropped = intake.settle(table)
    assert len(frame) == kept
    assert frame.index.tolist() == list(range(kept))
    assert dropped == ({"quarantaine : faux": rows} if rows else {})


def test_more_are_refused_with_the_first_of_the_most_frequent_reason(tmp_path):
    intake, table = opened(tmp_path)
    intake.set_aside(table["NOM"].iloc[[0]], "rare", expected="un nom")
    intake.set_aside(table["X"].iloc[[4, 9]], "fréquent", expected="un nombre", remedy="relisez")
    with pytest.raises(BadFileError) as error:
        intake.settle(table)
    assert error.value.message().splitlines() == [
        "La colonne X : fréquent.",
        f"  fichier  : {tmp_path / 'a.csv'}",
        "  attendu  : un nombre",
        "  trouvé   : « 5 » à la ligne 6 ; lignes fausses : 3 sur 200, dont 2 pour ce motif",
        "  à faire  : relisez",
    ]


def test_a_row_wrong_twice_is_one_row_and_two_cells(tmp_path):
    intake, table = opened(tmp_path)
    intake.set_aside(table["NOM"].iloc[[1]], "nom faux", expected="")
    intake.set_aside(table["X"].iloc[[1]], "nombre faux", expected="")
    frame, dropped = intake.settle(table)
    assert len(frame) == 199
    assert dropped == {"quarantaine : nom faux": 1}
    assert intake.quarantine().to_numpy().tolist() == [
        ["a.csv", 3, "01002", "NOM", "Lieu 2", "nom faux"],
        ["a.csv", 3, "01002", "X", "2", "nombre faux"],
    ]


def test_a_row_already_dropped_is_not_counted_again(tmp_path):
    """A repeated line that is wrong leaves once, by one reason or the other."""
    intake, table = opened(tmp_path)
    intake.set_aside(table["X"].iloc[[0, 1]], "faux", expected="")
    frame, dropped = intake.settle(table.drop(index=[0]))
    assert len(frame) + sum(dropped.values()) == 199


def test_where_no_row_can_be_spared_one_is_too_many(tmp_path):
    intake, table = opened(tmp_path)
    Intake.of(intake, max_share=0)
    intake.set_aside(table["X"].head(1), "faux", expected="")
    with pytest.raises(BadFileError, match="lignes fausses : 1 sur 200"):
        intake.settle(table)


def test_an_intake_without_problem_has_an_empty_quarantine(tmp_path):
    intake, table = opened(tmp_path)
    intake.settle(table)
    assert intake.quarantine().columns.tolist() == QUARANTINE
    assert intake.quarantine().empty


def test_a_table_far_too_long_is_refused(tmp_path):
    intake = Intake(tmp_path / "a.csv")
    with pytest.raises(BadFileError, match="bien plus long") as error:
        parse_table(TEXT, intake, sep=";", key="CODE", usual_rows=66)
    assert error.value.expected == "environ 66 lignes, au plus 198"
    parse_table(TEXT, intake, sep=";", key="CODE", usual_rows=67)


def test_a_correction_applies_before_anything_else(tmp_path):
    intake, table = opened(
        tmp_path, TEXT.replace(";3\n", ";trois\n"), corrections=correction(valeur_trouvee="trois")
    )
    numbers = to_number(table["X"], intake)
    assert numbers.iloc[1:4].tolist() == [2, 33, 4]
    assert intake.quarantine().empty


def test_a_correction_finds_its_key_without_its_zeros_and_can_empty_a_cell(tmp_path):
    _, table = opened(tmp_path, TEXT.replace("\n0", "\n"), corrections=correction(valeur=""))
    assert table["X"].isna().tolist() == [i == 2 for i in range(200)]
    _, table = opened(
        tmp_path, TEXT.replace(";3\n", ";\n"), corrections=correction(valeur_trouvee="")
    )
    assert table.loc[2, "X"] == "33"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"valeur_trouvee": "4"}, "« 3 »"),
        ({"cle": "99999"}, "rien"),
        ({"colonne": "Y"}, "rien"),
        ({"valeur_trouvee": ""}, "« 3 »"),
    ],
)
def test_a_correction_that_no_longer_fits_is_refused(tmp_path, changes, found):
    with pytest.raises(DataCheckError, match="ne convient plus") as error:
        opened(tmp_path, corrections=correction(**changes))
    assert error.value.path == tmp_path / "a.csv"
    assert error.value.found == found
    assert "corrections.csv" in str(error.value)


def test_two_rows_of_the_key_that_disagree_refuse_a_correction(tmp_path):
    with pytest.raises(DataCheckError, match="« 3 » / « 4 »"):
        opened(tmp_path, TEXT + "01003;Ailleurs;4\n", corrections=correction())


def test_a_file_whose_rows_have_no_key_takes_no_correction(tmp_path):
    assert Intake(tmp_path / "g.tif").plain_path() == tmp_path / "g.tif"
    with pytest.raises(DataCheckError, match="pas de clé"):
        Intake(tmp_path / "g.tif", correction()).plain_path()


def test_names_are_those_of_the_file_where_it_has_its_own(tmp_path):
    dialect = Dialect(columns={"X": "habitants"})
    text = TEXT.replace("NOM;X", "NOM;habitants").replace(";3\n", ";trois\n")
    intake, table = opened(tmp_path, text, dialect=dialect)
    to_number(table["X"], intake)
    assert intake.quarantine()["colonne"].tolist() == ["habitants"]
    _, table = opened(
        tmp_path, text, dialect=dialect,
        corrections=correction(colonne="habitants", valeur_trouvee="trois"),
    )  # fmt: skip
    assert table.loc[2, "X"] == "33"


def test_the_quarantine_respects_its_model_and_holds_nothing_personal(tmp_path):
    text = TEXT.replace(";3\n", ";jean@mairie.fr\n").replace("01007;", "05 61 00 00 00;")
    intake, table = opened(tmp_path, text)
    to_number(table["X"], intake)
    intake.set_aside(table["CODE"].iloc[[6]], "code impossible", expected="")
    quarantine = intake.quarantine().assign(source="x/1")
    assert quarantine["valeur"].tolist() == ["…", "…"]
    assert quarantine["cle"].tolist() == ["01003", "…"]
    validate(quarantine, "quarantaine")
    for column in ("cle", "valeur"):
        with pytest.raises(DataCheckError):
            validate(quarantine.assign(**{column: "jean@mairie.fr"}), "quarantaine")
