"""A file is recognised by what it holds, never by its name alone."""

import io
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

from fragility.errors import BadFileError, UsageError
from fragility.sources.catalogue import EDITIONS, RELEASES, find_edition, releases_of
from fragility.sources.demo import write_demo
from fragility.sources.demo_producers import mirror_files
from fragility.sources.detect import look
from fragility.sources.detect.cells import level_of, writing_of, years_in
from fragility.sources.detect.families import FAMILIES, families_of
from fragility.sources.detect.recognise import recognise
from fragility.sources.detect.roles import Family, Role, match
from fragility.sources.detect.text import sniff
from fragility.sources.detect.unknown import nearest_release
from fragility.sources.files import on_hand

INCOMES = [
    ("010040101", "19300", "20.1"), ("010040102", "17530", "25.7"), ("010530101", "21000", ""),
    ("2A0040101", "20500", "18"),
]  # fmt: skip
# A release whose year its file does not write, or whose fictional file writes another one.
SILENT = (
    "rp_taux_communes/demo", "bibliotheques/demo", "insee_epci/demo", "insee_densite/demo",
)  # fmt: skip
DATED_OTHERWISE = {"insee_cog_mouvements/demo": 2025, "credoc_barometre/demo": 2022}


def incomes(names, *, sep=";", decimal=".", secret="", years=""):
    rows = [(i, m, p.replace(".", decimal) or secret) for i, m, p in INCOMES * 5]
    table = pd.DataFrame(rows, columns=names)
    table[names[0]] = [i[:5] + f"{100 + n:04d}" for n, i in enumerate(table[names[0]])]
    return table.to_csv(sep=sep, index=False)


def put(folder, name, text, encoding="utf-8"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def zipped(**members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "."), text)
    return stream.getvalue()


# --- text and cells ----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a;b;c\n1,5;2,5;3,5\n", (";", 0)),
        ("a\tb\n1,5\t2\n", ("\t", 0)),
        ("a|b\n1|2\n", ("|", 0)),
        ("Version beta, présentée en l'état\na;b;c\n1;2;3\n4;5;6\n", (";", 1)),
        ('id,nom\n1,"Mairie, annexe; salle"\n2,"Poste"\n', (",", 0)),
        ("Revenus;;\nSource : INSEE ; 2020;\nIRIS;MED;TP\n" + "1;2;3\n" * 9, (";", 2)),
        ("Revenus\n\nIRIS;MED;TP\n" + "1;2;3\n" * 9, (";", 2)),
        (";IRIS;MED\n" + "1;2;3\n" * 9, (";", 0)),
    ],
)
def test_the_separator_is_the_one_that_cuts_every_line_alike(text, expected):
    assert sniff(text) == expected


def test_numbers_and_marks_are_counted():
    cells = pd.DataFrame({
        "a": ["1,5", "ns", "ns", "s", None, ""], "b": ["2", "nr", "nr", "nr", "1 250,5", "?!?"],
    })  # fmt: skip
    found = writing_of(cells)
    assert found.decimal == "virgule"
    assert found.secrets == {"ns": 2, "s": 1}
    assert found.marks == {"nr": 3}, "short and repeated: a mark that readers do not know"
    assert found.empty == 2
    assert found.strange == (1, "?!?")
    assert writing_of(pd.DataFrame({"a": ["1.5", "1e3"]})).decimal == "point"
    assert writing_of(pd.DataFrame({"a": ["1.5", "1,5"]})).decimal == "les deux"
    assert writing_of(pd.DataFrame({"a": ["15", "-3"]})).decimal == "entiers"


@pytest.mark.parametrize("badly", ["18 %", "<5", "42120 €"])
def test_a_mark_holds_no_digit(badly):
    found = writing_of(pd.DataFrame({"a": [badly, badly, badly, "12"]}))
    assert found.marks == {}
    assert found.strange == (3, badly.replace(" ", ""))


def test_codes_tell_the_level_even_when_a_spreadsheet_ate_a_zero():
    assert level_of(pd.Series(["01001", "2B033", "97411"])) == "commune"
    assert level_of(pd.Series(["1001", "75056"])) == "commune"
    assert level_of(pd.Series(["10010000.0", "751010101.0"])) == "iris"
    assert level_of(pd.Series(["1", "2", "3"])) == ""
    assert level_of(pd.Series(["1", "2", "300"]), named=True) == "commune"
    assert level_of(pd.Series(["Ain", "Aisne"])) == ""
    assert level_of(pd.Series([], dtype="str")) == ""


def test_years_are_read_in_names():
    assert years_in("BASE_TD_FILO_IRIS_2021_DISP.csv") == [2021]
    assert years_in("conum_lieux_permanence_20221202.csv") == [2022]
    assert years_in("barometre_2007_2022.parquet") == [2007, 2022]
    assert years_in("siret_20001234567.csv") == []


# --- roles -------------------------------------------------------------------------------------
CENSUS = Family(
    "s", "f", ("texte",),
    (Role("code", "CODGEO"), Role("pop", "P{census}_POP"), Role("men", "C{census}_MEN")),
)  # fmt: skip


def test_the_latest_year_that_is_complete_wins():
    columns = ["CODGEO", "P11_POP", "P16_POP", "P22_POP", "C11_MEN", "C16_MEN"]
    found = match(CENSUS, columns)
    assert found.options == {"census": "16"}, "2022 has no households"
    assert found.columns == {"code": "CODGEO", "pop": "P16_POP", "men": "C16_MEN"}
    assert found.missing == ()


def test_what_misses_is_named():
    found = match(CENSUS, ["CODGEO", "P22_POP"])
    assert found.missing == ("men",)
    told = match(CENSUS, ["CODGEO", "P22_POP", "menages"], {"men": "menages"})
    assert told.missing == ()
    assert told.renamed({"census": "22"}) == {"men": "menages"}


def test_every_role_has_one_name_and_every_pattern_compiles():
    for family in FAMILIES:
        names = [role.name for role in family.roles]
        assert len(set(names)) == len(names), family.form
        assert all(role.patterns() for role in family.roles)
        assert set(family.any_of) <= set(names)


def test_every_source_of_an_edition_can_be_recognised():
    used = {r.source for edition in EDITIONS.values() for r in releases_of(edition)}
    # Only names of EPCI are taken from it, inside its archive.
    assert {s for s in used if not families_of(s)} == {"insee_appartenance"}


# --- incomes by IRIS, year after year ----------------------------------------------------------
def one(source, path, **told):
    (found,) = recognise(source, path, **told)
    return found


def test_incomes_of_2018_and_2020_differ_by_their_cells_alone(tmp_path):
    old = one("insee_filosofi_iris", put(tmp_path, "a.csv", incomes(
        ["IRIS", "DISP_MED18", "DISP_TP6018"])))  # fmt: skip
    new = one("insee_filosofi_iris", put(tmp_path, "b.csv", incomes(
        ["IRIS", "DISP_MED20", "DISP_TP6020"], decimal=",", secret="ns")))  # fmt: skip
    assert old.options == {"column_prefix": "DISP_", "income": "18"}
    assert new.options == {"column_prefix": "DISP_", "income": "20"}
    assert (old.year, new.year) == (2018, 2020)
    assert (old.writing.decimal, old.writing.empty) == ("point", 5)
    assert (new.writing.decimal, new.writing.secrets) == ("virgule", {"ns": 5})
    assert old.dialect == new.dialect == type(old.dialect)(), "their reader needs nothing more"
    assert old.year_from == "nom des colonnes"


def test_the_release_of_a_following_year_in_its_archive(tmp_path):
    text = incomes(["IRIS", "DISP_MED21", "DISP_TP6021"], decimal=",", secret="nd")
    head, *lines = text.splitlines()
    text = "\r\n".join([f"{head};DISP_INCERT21", *(f"{line};0" for line in lines)])
    content = zipped(
        BASE_TD_FILO_IRIS_2021_DISP__csv=f"\ufeff{text}\r\n",
        meta_BASE_TD_FILO_IRIS_2021_DISP__csv="COD_VAR;LIB_VAR\nIRIS;Code\n",
    )
    found = one("insee_filosofi_iris", put(tmp_path, "FILO_2021_CSV.zip", content))
    assert found.look.name == "BASE_TD_FILO_IRIS_2021_DISP.csv"
    assert found.options["income"] == "21"
    assert found.unused == ("DISP_INCERT21",)
    assert (found.writing.decimal, found.writing.secrets) == ("virgule", {"nd": 5})


def test_other_names_separator_and_marks(tmp_path):
    path = put(tmp_path, "revenus_2021.tsv", incomes(
        ["CODE_IRIS", "MED_SL", "PR_MD60"], sep="\t", decimal=",", secret="nr"))  # fmt: skip
    found = one("insee_filosofi_iris", path)
    assert found.dialect.sep == "\t"
    assert found.dialect.secrets == ("nr",)
    assert found.dialect.columns == {
        "IRIS": "CODE_IRIS", "DISP_MED21": "MED_SL", "DISP_TP6021": "PR_MD60",
    }  # fmt: skip
    assert (found.year, found.year_from) == (2021, "nom du fichier")


def test_a_prefix_without_underscore_is_an_option_like_another(tmp_path):
    found = one("insee_filosofi_iris", put(tmp_path, "a.csv", incomes(
        ["IRIS", "DISPMED22", "DISPTP6022"])))  # fmt: skip
    assert found.options == {"column_prefix": "DISP", "income": "22"}
    assert found.dialect.columns == {}


def test_a_key_is_known_by_its_codes_and_the_rest_by_the_user(tmp_path):
    path = put(tmp_path, "r.csv", incomes(["zone", "revenu", "taux"], sep="|"))
    told = {"niveau_vie_median": "revenu", "pauvrete_pct": "taux"}
    found = one("insee_filosofi_iris", path, columns=told, year=2022)
    assert found.match.columns["code_iris"] == "zone"
    assert found.options["income"] == "22"
    assert found.dialect.columns["DISP_MED22"] == "revenu"
    assert sorted(found.codes) == ["01004", "01053", "2A004"]


def test_the_file_of_declared_incomes_is_taken_with_a_warning(tmp_path):
    found = one("insee_filosofi_iris", put(tmp_path, "a.csv", incomes(
        ["IRIS", "DEC_MED20", "DEC_TP6020"])))  # fmt: skip
    assert found.options["column_prefix"] == "DEC_"
    assert any("déclarés" in doubt for doubt in found.doubts)


def test_years_that_disagree_are_said(tmp_path):
    found = one("insee_filosofi_iris", put(tmp_path, "BASE_2019.csv", incomes(
        ["IRIS", "DISP_MED20", "DISP_TP6020"])))  # fmt: skip
    assert found.year == 2020
    assert any("2020 (nom des colonnes), 2019 (nom du fichier)" in d for d in found.doubts)


def test_latin_text_keeps_its_encoding(tmp_path):
    text = "code_insee;nom_com;nbr;type;elig_thd30;elig_thd100;elig_thd1g;date\n"
    rows = [f"0100{n};Bény;10;all;9;8;7;2024-09-30\n" for n in range(1, 10)]
    found = one("arcep_fixe", put(tmp_path, "c.csv", text + "".join(rows), "cp1252"))
    assert found.dialect.encoding == "cp1252"
    assert found.options == {"classes": "cumulees"}
    assert (found.year, found.published) == (2024, "2024-09-30")


# --- what only figures tell --------------------------------------------------------------------
SPEEDS = "code_insee;nbr;inel_hd;elig_hd05;elig_hd3;elig_hd8;elig_thd30;elig_thd100;elig_thd1g;date"


@pytest.mark.parametrize(
    ("row", "classes"),
    [("10;1;0;1;2;3;2;1", "exclusives"), ("10;0;10;10;9;8;7;6", "cumulees")],
)
def test_speed_classes_add_up_or_include_one_another(tmp_path, row, classes):
    lines = [f"0100{n};{row};2019-09-30" for n in range(1, 9)]
    found = one("arcep_fixe", put(tmp_path, "a.csv", "\n".join([SPEEDS, *lines]) + "\n"))
    assert found.options == {"classes": classes}
    assert found.doubts == ()


def test_the_file_that_counts_satellite_is_pointed_out(tmp_path):
    header = "code_insee;nbr;elig_thd30;elig_thd100;elig_thd1g;date"
    lines = [f"0100{n};10;10;4;2;2023-06-30" for n in range(1, 9)]
    found = one("arcep_fixe", put(tmp_path, "a.csv", "\n".join([header, *lines]) + "\n"))
    assert any("satellite" in doubt for doubt in found.doubts)


def test_incomes_in_long_form_are_dated_by_their_own_column(tmp_path):
    header = "GEO;GEO_OBJECT;FILOSOFI_MEASURE;UNIT_MEASURE;CONF_STATUS;TIME_PERIOD;OBS_VALUE"
    lines = [
        f"0100{n};COM;{measure};X;F;2023;{value}"
        for n in range(1, 6) for measure, value in (("MED_SL", 21000), ("PR_MD60", 12.5))
    ]  # fmt: skip
    path = put(tmp_path, "DS_FILOSOFI_CC_2023_data.csv", "\n".join([header, *lines]) + "\n")
    found = one("insee_filosofi_communes", path)
    assert found.options == {"form": "longue", "income": "23"}


# --- maps with several layers ------------------------------------------------------------------
SQUARE = shapely.box(0, 0, 1, 1)


def layered(path, **layers):
    """A GeoPackage whose layers have these codes, in that order."""
    for name, codes in layers.items():
        field = "code_siren" if name == "epci" else "code_insee"
        table = gpd.GeoDataFrame({field: codes}, geometry=[SQUARE] * len(codes), crs=4326)
        pyogrio.write_dataframe(table, path, layer=name, driver="GPKG")
    return path


@pytest.mark.parametrize("first", ["epci", "arrondissement"])
def test_the_layers_that_the_reader_takes_are_looked_at(tmp_path, first):
    codes = {"epci": ["200000172"], "arrondissement": ["0101", "0102", "0103"]}[first]
    path = layered(tmp_path / "ADE_2024.gpkg", **{first: codes},
                   commune=["01001", "01002", "2A004", "97411"],
                   arrondissement_municipal=["75101"])  # fmt: skip
    found = one("ign_communes", path)
    assert found.look.rows == 4
    assert found.options == {"form": "admin-express"}
    assert sorted(found.codes) == ["01001", "01002", "2A004", "97411"], "they tell the map"


def test_a_map_without_layer_of_communes_is_refused(tmp_path):
    path = layered(tmp_path / "a.gpkg", epci=["200000172"], arrondissement=["0101", "0102"])
    with pytest.raises(BadFileError, match=r"a\.gpkg"):
        recognise("ign_communes", path)
    with pytest.raises(BadFileError, match=r"a\.gpkg"):
        recognise("ign_iris", path)


# --- what is not recognised --------------------------------------------------------------------
def refused(source, path, **told):
    with pytest.raises(BadFileError) as error:
        recognise(source, path, **told)
    return str(error.value)


def test_it_says_what_was_recognised_what_misses_and_how_to_name_it(tmp_path):
    said = refused("insee_filosofi_iris", put(tmp_path, "r.csv", incomes(
        ["IRIS", "DISP_MED20", "part_de_pauvres_pct"])))  # fmt: skip
    assert "Aucune colonne n'est reconnue pour : pauvrete_pct." in said
    assert "reconnu : code_iris = IRIS, niveau_vie_median = DISP_MED20" in said
    assert "autres colonnes : part_de_pauvres_pct" in said
    assert "--colonne pauvrete_pct=part_de_pauvres_pct" in said
    assert "insee_filosofi_iris/" in said, "the nearest known release and its columns"


def test_it_says_when_the_file_is_plainly_of_another_source(tmp_path):
    header = "iris_code;note;a;arsas\n"
    rows = [f"01004010{n};0;500;60\n" for n in range(1, 9)]
    said = refused("insee_filosofi_iris", put(tmp_path, "caf.csv", header + "".join(rows)))
    assert "on dirait plutôt caf_iris (allocataires par IRIS)" in said
    assert "à faire  : essayez --set caf_iris=…" in said


def test_a_name_with_a_space_can_be_pasted(tmp_path):
    said = refused("insee_filosofi_iris", put(tmp_path, "r.csv", incomes(
        ["IRIS", "DISP_MED20", "part de pauvres"])))  # fmt: skip
    assert "--colonne 'pauvrete_pct=part de pauvres'" in said


def test_a_role_that_the_source_has_not_is_wrong_usage(tmp_path):
    path = put(tmp_path, "a.csv", incomes(["IRIS", "DISP_MED20", "DISP_TP6020"]))
    with pytest.raises(UsageError, match="zzz") as error:
        recognise("insee_filosofi_iris", path, columns={"zzz": "IRIS"})
    assert "niveau_vie_median" in error.value.expected


def test_a_header_alone_has_no_row(tmp_path):
    path = put(tmp_path, "a.csv", "IRIS;DISP_MED20;DISP_TP6020\n")
    assert "aucune ligne" in refused("insee_filosofi_iris", path)


def test_a_workbook_of_a_source_that_is_text_is_to_be_saved_as_csv(tmp_path):
    path = tmp_path / "a.xlsx"
    pd.DataFrame({"IRIS": ["010040101"], "DISP_MED20": ["1"]}).to_excel(path, index=False)
    assert "enregistrez la feuille en CSV" in refused("insee_filosofi_iris", path)


def test_utf16_without_its_mark_is_said(tmp_path):
    path = put(tmp_path, "a.csv", incomes(["IRIS", "DISP_MED20", "DISP_TP6020"]), "utf-16-le")
    assert "encodage" in refused("insee_filosofi_iris", path)


def test_uneven_lines_are_said_in_french(tmp_path):
    said = refused("insee_filosofi_iris", put(tmp_path, "a.csv", "a;b\n" + "1;2\n" * 9 + "1;2;3\n"))
    assert "2 colonnes séparées par « ; »" in said
    assert "3 colonnes à la ligne 11" in said
    assert "Error" not in said


def test_a_list_of_programmes_is_no_column_of_numbers(tmp_path):
    header = (
        "id,nom,commune,code_postal,latitude,longitude,date_maj,dispositif_programmes_nationaux"
    )
    rows = [f"a{n},Mairie,Bény,01370,46.3,5.2,2024-05-01,Conseillers numériques" for n in range(9)]
    path = put(tmp_path, "m.csv", "\n".join([header, *rows]) + "\n")
    found = one("anct_conseillers", path)
    assert found.options["form"] == "mednum"
    assert found.doubts == ()
    assert found.writing.numbers == 18, "latitudes and longitudes"


def test_it_says_when_rows_are_of_another_level(tmp_path):
    table = pd.DataFrame({"IRIS": ["Ain", "Aisne", "Allier"], "DISP_MED20": [1, 2, 3],
                          "DISP_TP6020": [4, 5, 6]})  # fmt: skip
    said = refused("insee_filosofi_iris", put(tmp_path, "a.csv", table.to_csv(sep=";")))
    assert "Les lignes du fichier ne sont pas des IRIS." in said


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Le fichier est vide."),
        (b"<!DOCTYPE html><html>404</html>", "page web"),
        (b"PK\x03\x04", "tronqu"),
        (b"7z\xbc\xaf\x27\x1c", "zip"),
        (zipped(meta_a__csv="a;b\n1;2\n"), "aucun tableau"),
        (b"PAR1", "illisible"),
        (b"II*\0abc", "illisible"),
    ],
)
def test_what_is_no_table_is_refused_by_name(tmp_path, content, words):
    path = put(tmp_path, "a.csv", content)
    said = refused("caf_iris", path)
    assert words in said
    assert str(path) in said


def test_a_table_of_iris_is_not_taken_for_one_of_communes(tmp_path):
    rows = [f"01004010{n};01004;H;{100 + n};{n}\n" for n in range(1, 9)]
    path = put(tmp_path, "a.csv", "IRIS;COM;TYP_IRIS;P21_POP;P21_POP0014\n" + "".join(rows))
    assert "on dirait plutôt insee_rp_iris" in refused("insee_rp_communes", path)
    assert one("insee_rp_iris", path).options == {"census": "21", "form": "base-ic"}


def test_a_source_that_no_reader_knows_is_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="arcep_ftth") as error:
        recognise("arcep_ftth", put(tmp_path, "a.csv", "a;b\n1;2\n"))
    assert "caf_iris" in error.value.expected


def test_the_nearest_release_has_the_same_form_then_the_nearest_year():
    assert nearest_release("insee_filosofi_iris", 2019).id == "insee_filosofi_iris/2020"
    assert nearest_release("insee_filosofi_iris", 2017).id == "insee_filosofi_iris/2018"
    assert nearest_release("insee_rp_iris", 2018, "habitat").id == "insee_rp_iris/2016-habitat"
    assert nearest_release("nulle", 2018) is None


# --- every form that the project ships ---------------------------------------------------------
@pytest.fixture(scope="module")
def demo_raw(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    write_demo(folder)
    return folder


@pytest.mark.parametrize("release", releases_of(find_edition("demo")), ids=lambda r: r.id)
def test_the_fictional_files_are_recognised_as_the_catalogue_describes_them(release, demo_raw):
    for file in release.files:
        found = one(release.source, demo_raw / release.folder / file.name)
        assert found.options == dict(release.options)
        expected = None if release.id in SILENT else DATED_OTHERWISE.get(release.id, release.year)
        assert found.year == expected
        if found.family.part:
            assert file.is_part(found.family.part)


def test_the_forms_that_producers_ship_today_are_recognised_in_their_archives(tmp_path):
    mirror = {Path(url).name: content for url, content in mirror_files().items()}
    seen = set()
    for release in releases_of(find_edition("france-2024")):
        for file in release.files:
            name = Path(file.url or "").name
            if name not in mirror or name.endswith(".7z"):
                continue
            found = recognise(release.source, put(tmp_path, name, mirror[name]))
            assert found[0].options == dict(release.options), name
            seen.add(release.source)
    assert seen >= {
        "insee_cog", "insee_iris", "insee_epci", "insee_rp_communes", "insee_rp_iris",
        "insee_filosofi_communes", "insee_filosofi_iris", "arcep_fixe", "eurostat_grille",
        "anct_conseillers", "anct_france_services",
    }  # fmt: skip


def test_a_very_long_text_is_judged_by_its_beginning(tmp_path, monkeypatch):
    monkeypatch.setattr(look, "WHOLE", 1000)
    monkeypatch.setattr(look, "_BEGINNING", 1000)
    lines = [f"01004{n:04d};20000;12.5\n" for n in range(500)]
    path = put(tmp_path, "a.csv", "IRIS;DISP_MED20;DISP_TP6020\n" + "".join(lines))
    found = one("insee_filosofi_iris", path)
    assert found.look.rows == 500
    assert 0 < found.look.sampled < 60


@pytest.mark.national
@pytest.mark.parametrize("edition", ["france-2021", "france-2025"])
def test_the_real_files_are_recognised_as_the_catalogue_describes_them(edition, pack):
    wrong = []
    whole = find_edition(edition)
    read = on_hand(whole, pack / "raw")
    # Lists that no pack holds.
    zonings = {"anct_zrr", "anct_frr", "anct_acv", "anct_qpv"}
    assert {r.source for r in releases_of(whole)} - {r.source for r in releases_of(read)} <= zonings
    for release in releases_of(read):
        # Of several files, the first one is what the release is: sites overseas are later lists.
        file = release.files[0]
        if not families_of(release.source):
            continue
        found = one(release.source, pack / "raw" / release.folder / file.name)
        stated = {k: v for k, v in release.options.items() if not k.startswith("zeros_")}
        if found.options != stated or found.year != release.year:
            wrong.append((release.id, dict(found.options), found.year))
    assert wrong == []


def test_what_is_recognised_is_known_to_the_catalogue_at_all():
    assert {f.source for f in FAMILIES} <= {r.source for r in RELEASES.values()}
