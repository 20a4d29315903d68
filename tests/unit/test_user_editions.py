"""`editions.toml`: what is written is what is read, and what is wrong in it is said."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fragility.errors import BadFileError, MissingFileError
from fragility.sources.catalogue import (
    EDITION_NAMES,
    EDITIONS,
    RELEASES,
    find_edition,
    register,
    releases_of,
)
from fragility.sources.files import require_edition
from fragility.sources.model import Dialect, Edition, RawFile, Release
from fragility.sources.readers.insee_filosofi import read_filosofi_iris
from fragility.sources.readers.intake import Intake
from fragility.sources.user_editions import (
    NAME,
    load_user_editions,
    parse_user_editions,
    register_user_editions,
)
from fragility.sources.user_toml import remove_edition, toml_value, write_edition

BASE = find_edition("demo")
RELEASE = Release(
    "insee_filosofi_iris",
    "essai",
    (
        RawFile(
            "revenus_2021.tsv", 12, "a" * 64,
            dialect=Dialect(
                sep="\t", encoding="cp1252", skip_rows=2, secrets=("nr", '"x"'),
                columns={"DISP_MED21": "MED_SL", "IRIS": "zone"},
            ),
        ),
    ),
    year=2021,
    geography_year=2022,
    options={"income": "21", "column_prefix": "DISP_"},
    note="Fichier d'essai.",
)  # fmt: skip
EDITION = Edition(
    "essai", "Essai « 2021 »", 2021,
    tuple(RELEASE.id if r == "insee_filosofi_iris/demo" else r for r in BASE.releases),
    banner=BASE.banner, without_census=BASE.without_census, controls={"communes": 300},
    previous="demo",
)  # fmt: skip


@pytest.fixture(autouse=True)
def forget():
    yield
    register((), ())


@pytest.fixture
def raw(tmp_path):
    write_edition(tmp_path, EDITION, "demo", (RELEASE,), {RELEASE.id: {"lignes": 4}})
    return tmp_path


def damaged(raw, before, after):
    path = raw / NAME
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(BadFileError) as error:
        load_user_editions(raw)
    assert f"fichier  : {path}" in str(error.value)
    return str(error.value)


# --- there and back ----------------------------------------------------------------------------
def test_what_is_written_is_what_is_read(raw):
    found = load_user_editions(raw)
    assert found.releases == {RELEASE.id: RELEASE}
    assert found.editions == {"essai": EDITION}
    assert found.bases == {"essai": "demo"}


def test_columns_are_written_under_the_names_people_use(raw):
    text = (raw / NAME).read_text(encoding="utf-8")
    assert '"niveau_vie_median" = "MED_SL"' in text
    assert '"code_iris" = "zone"' in text


@given(
    st.recursive(
        st.text() | st.booleans() | st.integers(-(2**60), 2**60),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=12,
    )
)
def test_any_value_goes_through_toml(value):
    assert tomllib.loads(f"a = {toml_value(value)}")["a"] == value


def test_no_file_is_no_edition(tmp_path):
    assert load_user_editions(tmp_path).editions == {}


def test_an_edition_without_its_own_list_reads_what_its_base_reads(tmp_path):
    found = parse_user_editions(b'[edition.copie]\nbase = "demo"\n', tmp_path / NAME)
    assert found.editions["copie"].releases == BASE.releases
    assert found.editions["copie"].banner == BASE.banner
    assert found.editions["copie"].controls == {}, "totals are never taken for granted"


# --- known to the catalogue --------------------------------------------------------------------
def test_registered_editions_are_found_like_the_others(raw, tmp_path_factory):
    register_user_editions(raw)
    assert RELEASE in releases_of(find_edition("essai"))
    assert list(EDITIONS) == EDITION_NAMES
    assert EDITION_NAMES[-1] == "essai"
    register_user_editions(tmp_path_factory.mktemp("other"))
    assert "essai" not in EDITIONS
    assert RELEASE.id not in RELEASES
    assert list(EDITIONS) == EDITION_NAMES


def test_registering_does_not_touch_the_catalogue():
    with pytest.raises(ValueError, match="of the catalogue"):
        register([RELEASES["caf_iris/demo"]], [])
    with pytest.raises(ValueError, match="of the catalogue"):
        register([], [BASE])


def test_a_file_that_vanished_is_missed_like_any_other(raw):
    write_edition(raw, Edition("seule", "Seule", 2021, (RELEASE.id,)), "demo", (RELEASE,), {})
    register_user_editions(raw)
    with pytest.raises(MissingFileError) as error:
        require_edition(find_edition("seule"), raw)
    assert str(raw / "insee_filosofi_iris" / "essai" / "revenus_2021.tsv") in str(error.value)
    assert "https://www.insee.fr" in str(error.value)


# --- by hand -----------------------------------------------------------------------------------
def test_the_rest_of_the_file_stays_as_it_was(raw):
    path = raw / NAME
    mine = '\n# à moi\n[edition.copie]\nbase = "essai"  # la mienne\ntitle = "Copie"\n'
    path.write_text(path.read_text(encoding="utf-8") + mine, encoding="utf-8")
    other = Edition("autre", "Autre", 2021, BASE.releases)
    write_edition(raw, other, "demo", (), {})
    text = path.read_text(encoding="utf-8")
    assert "# à moi" in text
    assert "# la mienne" in text
    assert list(load_user_editions(raw).editions) == ["essai", "copie", "autre"]
    assert load_user_editions(raw).editions["copie"].releases == EDITION.releases


def test_writing_again_replaces(raw):
    changed = Edition("essai", "Autre titre", 2021, EDITION.releases)
    write_edition(raw, changed, "demo", (RELEASE,), {})
    found = load_user_editions(raw)
    assert found.editions["essai"].title == "Autre titre"
    assert (raw / NAME).read_text(encoding="utf-8").count("[edition.essai]") == 1
    assert (raw / NAME).read_text(encoding="utf-8").count("[[release.") == 1


def test_removing_takes_the_releases_that_nothing_else_picks(raw):
    write_edition(raw, Edition("deux", "Deux", 2021, EDITION.releases), "demo", (), {})
    assert remove_edition(raw, "essai") == [], "« deux » reads it too"
    assert [r.id for r in remove_edition(raw, "deux")] == [RELEASE.id]
    assert load_user_editions(raw).releases == {}


# --- what is wrong in it -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("cog_year = 2021", "cog_year = = 2021", "ligne 7, colonne 12"),
        ("cog_year = 2021", "carte = 2021", "carte"),
        ('base = "demo"', 'base = "nulle"', "nulle"),
        ('base = "demo"', "", "base"),
        ("year = 2021\ngeography", 'year = "an"\ngeography', "an"),
        ("edition.essai", "edition.demo", "demo"),
        ("edition.essai", 'edition."Été"', "Été"),
        ('    "insee_filosofi_iris/essai"', '    "insee_filosofi_iris/nulle"', "nulle"),
        ("a" * 64, "abc", "sha256"),
        ('"communes" = 300', '"menages" = 300', "menages"),
        ("sep = ", "separateur = ", "separateur"),
        ('base = "demo"', 'base = ["a"]', "un texte entre guillemets"),
        ("cog_year = 2021", "cog_year = 1700", "de 1943 à 2100"),
        ('"communes" = 300', '"communes" = "beaucoup"', "nombres entiers"),
        ('options = { "income"', 'options = 3 #', "options = 3"),
        ('options = { "income"', 'options = { "revenu"', "revenu"),
        ("year = 2021\ngeography", "year = true\ngeography", "une année"),
        ('note = "', 'note = 4 # "', "note = 4"),
        ('columns = {', 'columns = "abc" # {', "columns = « abc »"),
        ('secrets = [', 'secrets = 4 # [', "secrets = 4"),
        ('encoding = "cp1252"', 'encoding = "zz9"', "encoding = « zz9 »"),
        ('sep = "', 'sep = "ab', "un seul caractère"),
        ("size = 12", 'size = "12"', "un nombre entier"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_the_file(raw, before, after, words):
    assert words in damaged(raw, before, after)


def test_one_release_in_the_place_of_their_list_is_said_whole(tmp_path):
    text = b'[edition.a]\nbase = "demo"\nreleases = "insee_cog/2024"\n'
    with pytest.raises(BadFileError, match="insee_cog/2024") as error:
        parse_user_editions(text, tmp_path / NAME)
    assert "entre crochets" in error.value.expected


@pytest.mark.parametrize("text", ["edition = 3", "[edition]\na = 3", "[[release]]\nfiles = 3",
                                  '[release."caf_iris/a"]\nyear = 2020\nfiles = [3]'])  # fmt: skip
def test_what_is_no_block_is_said(tmp_path, text):
    with pytest.raises(BadFileError, match=r"editions\.toml"):
        parse_user_editions(text.encode(), tmp_path / NAME)


def test_a_release_of_no_known_source_is_refused(tmp_path):
    text = b'[release."nulle/1"]\nyear = 2021\n[[release."nulle/1".files]]\nname = "a"\n'
    with pytest.raises(BadFileError, match="aucune source connue"):
        parse_user_editions(text, tmp_path / NAME)


def test_a_damaged_file_leaves_the_catalogue_alone(raw):
    register_user_editions(raw)
    (raw / NAME).write_text("[edition", encoding="utf-8")
    with pytest.raises(BadFileError, match="abîmé"):
        register_user_editions(raw)
    assert "essai" not in EDITIONS


# --- a dialect is all that a reader needs ------------------------------------------------------
def test_a_copy_written_otherwise_reads_the_same(tmp_path):
    usual = tmp_path / "a.csv"
    usual.write_text("IRIS;DISP_MED21;DISP_TP6021\n010040101;19300;20.1\n010040102;ns;s\n")
    other = tmp_path / "b.tsv"
    other.write_text(
        "Données provisoires\nzone\tMED_SL\tDISP_TP6021\tnoté\n"
        "010040101\t19300\t20,1\tx\n010040102\tnr\tnr\ty\n", encoding="cp1252",
    )  # fmt: skip
    dialect = Dialect(
        sep="\t", encoding="cp1252", skip_rows=1, secrets=("NR",),
        columns={"IRIS": "zone", "DISP_MED21": "MED_SL"},
    )  # fmt: skip
    expected, _ = read_filosofi_iris(usual, income="21")
    found, _ = read_filosofi_iris(Intake(other, dialect=dialect), income="21")
    assert found.equals(expected)


def test_a_message_names_the_column_as_the_copy_does(tmp_path):
    path = tmp_path / "b.csv"
    path.write_text("IRIS;MED_SL;DISP_TP6021\n" + "010040101;beaucoup;20\n" * 3)
    dialect = Dialect(columns={"DISP_MED21": "MED_SL"})
    with pytest.raises(BadFileError, match="MED_SL"):
        read_filosofi_iris(Intake(path, dialect=dialect), income="21")
