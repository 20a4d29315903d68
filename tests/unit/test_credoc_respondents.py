"""Respondents in our words: what each label becomes, in which waves, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from fragility.errors import BadFileError
from fragility.sources.demo_survey import survey_files
from fragility.sources.readers.credoc import read_respondents
from fragility.sources.readers.credoc_variables import (
    ANSWERS,
    NO_ANSWER,
    REGIONS,
    VARIABLES,
    WAVES,
    plain,
)

EVERYONE = {
    "POND": 1.0, "AGE": 40.0, "SEXE": "Femme", "DIPL5": "BAC", "NBPERS5": "Deux personnes",
    "AGGLO5": "Plus de 100 000 hab.", "FREQTOT": "Tous les jours", "INTERNET": "Oui",
    "MICRO": "Oui, un seul", "US_ADMI": "Oui",
}  # fmt: skip
ASKED = {
    2017: {"ABILITY": "Assez compétent", "ZEAT": "Nord"},
    2019: {"ZEAT": "Méditerranée", "DIFFEADM": "Vous vous débrouillez seul"},
    2020: {
        "RECUEIL": "CAWI", "REGION": "Bretagne", "ZEAT": "Ouest", "ABILITY": "Très compétent",
        "FREINWEB4": "Non", "FREINWEB5": "Oui", "PREFPB": "Vous y arrivez toujours",
    },
    2022: {
        "RECUEIL": "CATI", "REGION": "PACA", "FREINWEB4": "Oui", "FREINWEB5": "Non",
        "PREFPB": "Que quelqu’un fasse la démarche à votre place", "MAITRNUM": "Non, plutôt pas",
        "DIFFINF2": "Vous demandez de l'aide à des collègues",
    },
}  # fmt: skip
TARGETS = list(dict.fromkeys(v.column for v in ANSWERS))


def people(*answers):
    """One respondent per (wave, what differs from the usual answers), beside a usual one."""
    rows = [{**EVERYONE, "ANNEE": float(w), **ASKED[w], **own} for w, own in answers]
    rows += [{**EVERYONE, "ANNEE": float(w), **ASKED[w]} for w in sorted({w for w, _ in answers})]
    names = ["IDENT", "ANNEE", "POND", "AGE", *dict.fromkeys(v.name for v in VARIABLES)]
    return pd.DataFrame(rows, columns=names).assign(IDENT=range(len(rows)))


@pytest.fixture
def read(tmp_path):
    def of(table, **options):
        path = tmp_path / "barometre.parquet"
        table.to_parquet(path)
        return read_respondents(path, **options)[0]

    return of


def test_each_answer_becomes_a_word_of_ours(read):
    row = read(people((2022, {}))).iloc[0]
    assert row[:10].to_dict() == {
        "annee": 2022, "poids": 1.0, "age": 40, "sexe": "femme", "diplome": "bac",
        "mode": "telephone", "taille_menage": "2", "agglomeration": "100000_plus",
        "zone": "Provence-Alpes-Côte d'Azur", "code_region": "93",
    }  # fmt: skip
    answers = row[10:].dropna().to_dict()
    assert answers == {
        "jamais_internet": 0, "connexion_domicile": 1, "ordinateur_domicile": 1,
        "demarches_en_ligne": 1, "manque_maitrise": 1, "frein": 1, "besoin_aide": 1,
        "maitrise_mieux": 0, "demande_aide": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("own", "target", "value"),
    [
        ({"FREQTOT": "Jamais"}, "jamais_internet", 1),
        ({"FREQTOT": "Plus rarement"}, "jamais_internet", 0),
        ({"FREQTOT": "[Nsp]"}, "jamais_internet", None),
        ({"INTERNET": "Non"}, "connexion_domicile", 0),
        ({"MICRO": "Oui, plusieurs"}, "ordinateur_domicile", 1),
        ({"MICRO": "[Nsp]"}, "ordinateur_domicile", None),
        ({"US_ADMI": "Non"}, "demarches_en_ligne", 0),
        # Not asked because they never go online: no procedure online either.
        ({"US_ADMI": None, "FREQTOT": "Jamais"}, "demarches_en_ligne", 0),
        # Not asked because they did not say: unknown.
        ({"US_ADMI": None, "FREQTOT": "[Nsp]"}, "demarches_en_ligne", None),
        ({"US_ADMI": "[Nsp]", "FREQTOT": "Jamais"}, "demarches_en_ligne", None),
        ({"FREINWEB5": "Oui"}, "frein", 0),  # « aucun de ces freins »
        ({"PREFPB": "Vous y arrivez toujours"}, "besoin_aide", 0),
        ({"PREFPB": None}, "besoin_aide", None),
        ({"MAITRNUM": "Oui, tout à fait"}, "maitrise_mieux", 1),
        ({"DIFFINF2": "Vous vous débrouillez seul"}, "demande_aide", 0),
        (
            {"DIFFINF2": "Vous n'utilisez jamais d'outils informatiques et numériques"},
            "demande_aide",
            None,
        ),
    ],
)
def test_who_says_yes_and_who_says_nothing(read, own, target, value):
    found = read(people((2022, own)))[target].iloc[0]
    assert pd.isna(found) if value is None else found == value


def test_before_2015_an_empty_online_procedure_is_the_only_sign_of_a_never_user(read):
    rows = people((2019, {"US_ADMI": None})).assign(ANNEE=2014, FREQTOT=None, ZEAT=None)
    found = read(rows)
    assert found["demarches_en_ligne"].tolist() == [0, 1]
    assert found["jamais_internet"].isna().all()


def test_minors_have_no_diploma(read):
    found = read(people((2019, {"AGE": 15.0, "DIPL5": "12-17 ans"})))
    assert found["diplome"].isna().tolist() == [True, False]


def test_the_mode_is_face_to_face_until_it_is_written(read):
    found = read(people((2019, {}), (2020, {})))
    assert found.groupby("annee")["mode"].unique().map(list).to_dict() == {
        2019: ["face_a_face"],
        2020: ["internet"],
    }


def test_where_one_lives_is_read_where_it_means_something(read):
    rows = people((2017, {}), (2019, {}), (2020, {}))
    zones = read(rows).groupby("annee")["zone"].first()
    assert zones.drop(2017).to_dict() == {2019: "Méditerranée", 2020: "Bretagne"}
    assert pd.isna(zones[2017])
    assert read(rows, broken=True).groupby("annee")["zone"].first()[2017] == "Nord"


def test_the_computers_of_2020_are_not_read_but_to_measure_the_error(read):
    rows = people((2020, {}), (2022, {}))
    assert read(rows)["ordinateur_domicile"].isna().tolist() == [True, False, True, False]
    assert read(rows, broken=True)["ordinateur_domicile"].notna().all()


@pytest.mark.parametrize(
    "label", ["jamais", " Jamais ", "JAMAIS", "Jamais\u00a0", "  JAMAIS  "]
)  # fmt: skip
def test_spelling_does_not_matter(read, label):
    assert read(people((2019, {"FREQTOT": label})))["jamais_internet"].iloc[0] == 1


def test_accents_apostrophes_and_cut_labels_do_not_matter(read):
    told = "Que quelqu'un vous montre, vous explique comment la realiser tout seul, chez vous"
    found = read(people((2022, {"PREFPB": told, "DIPL5": "diplome du superieur"})))
    assert found.loc[0, ["besoin_aide", "diplome"]].tolist() == [1, "superieur"]


def test_an_unknown_label_is_refused_where_the_variable_is_read(read):
    with pytest.raises(BadFileError, match="FREQTOT a un libellé inconnu en 2019") as error:
        read(people((2019, {"FREQTOT": "Souvent"})))
    assert "« Souvent »" in str(error.value)
    assert "« Tous les jours »" in str(error.value.expected)
    assert "credoc_variables.py" in str(error.value.remedy)


def test_an_unknown_label_elsewhere_is_nobody_s_concern(read):
    rows = people((2020, {"MICRO": "Peut-être"}), (2017, {"ZEAT": "Ailleurs"}))
    assert len(read(rows)) == len(read(rows, broken=True)) == 4


def test_a_variable_that_is_empty_in_a_wave_is_refused(read):
    with pytest.raises(BadFileError, match="PREFPB est vide en 2022"):
        read(people((2020, {}), (2022, {})).assign(PREFPB=["Vous y arrivez toujours", None] * 2))


def test_weights_of_zero_leave_with_their_reason(tmp_path):
    path = tmp_path / "b.parquet"
    people((2019, {"POND": 0.0}), (2019, {})).to_parquet(path)
    found, dropped = read_respondents(path)
    assert len(found) == 2
    assert dropped == {"poids nul": 1}
    assert (found["poids"] > 0).all()


def test_a_wave_that_nobody_has_checked_is_left_out_and_counted(tmp_path):
    path = tmp_path / "b.parquet"
    later = people((2022, {"FREQTOT": "Autre libellé"})).assign(ANNEE=2025)
    pd.concat([people((2019, {})), later]).to_parquet(path)
    found, dropped = read_respondents(path)
    assert found["annee"].unique().tolist() == [2019]
    assert dropped == {"vague 2025 : libellés jamais vérifiés": 2}
    later.to_parquet(path)
    with pytest.raises(BadFileError, match="aucune vague connue"):
        read_respondents(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.drop(columns="PREFPB"), "Il manque la colonne PREFPB"),
        (lambda t: t.drop(columns=["AGE", "POND"]), "Il manque les colonnes POND, AGE"),
        (lambda t: t.assign(POND=[-1.0, 1.0]), "La colonne POND"),
        (lambda t: t.assign(POND=["lourd", "1"]), "La colonne POND"),
        (lambda t: t.assign(ANNEE=[np.nan, 2019]), "La colonne ANNEE"),
        (lambda t: t.assign(AGE=[np.nan, 40]), "La colonne AGE"),
        (lambda t: t.assign(AGE=[200, 40]), "La colonne AGE"),
        (lambda t: t.assign(AGE=["quarante", "40"]), "La colonne AGE"),
        (lambda t: t.head(0), "La colonne ANNEE"),
    ],
)
def test_what_cannot_be_read_is_refused(read, change, words):
    with pytest.raises(BadFileError, match=words):
        read(change(people((2019, {}))))


@pytest.mark.parametrize("content", [b"", b"<!DOCTYPE html><html>404</html>", b"PAR1 cut"])
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_what_is_no_survey_is_refused(tmp_path, content, suffix):
    path = tmp_path / f"barometre{suffix}"
    path.write_bytes(content)
    with pytest.raises(BadFileError):
        read_respondents(path)


def test_a_truncated_file_is_refused(tmp_path):
    path = tmp_path / "b.parquet"
    people((2019, {})).to_parquet(path)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(BadFileError, match="Parquet lisible"):
        read_respondents(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize(("sep", "decimal"), [(",", "."), (";", "."), (";", ",")])
def test_the_csv_as_published_gives_the_same_frame(tmp_path, sep, decimal, encoding):
    """Quoted, columns in another order, and two hundred that nobody reads."""
    (tmp_path / "b.parquet").write_bytes(next(iter(survey_files().values())))
    table = pd.read_parquet(tmp_path / "b.parquet").groupby("ANNEE").head(40)
    table.to_parquet(tmp_path / "b.parquet")
    more = pd.DataFrame("à lire, peut-être", table.index, [f"NEUF{i}" for i in range(200)])
    wide = pd.concat([more, table[table.columns[::-1]]], axis=1)
    path = tmp_path / "barometre-du-numerique-2007-2025.csv"
    # A curly apostrophe has its place in Windows-1252 too.
    wide.to_csv(path, sep=sep, decimal=decimal, encoding=encoding, index=False, quoting=2)
    pd.testing.assert_frame_equal(
        read_respondents(path)[0], read_respondents(tmp_path / "b.parquet")[0]
    )


def test_types_are_the_same_whatever_is_missing(read):
    found = read(people((2019, {})))
    assert found["annee"].dtype == found["age"].dtype == "int64"
    assert (found[TARGETS].dtypes == "float64").all()
    assert (found.dtypes.iloc[3:10].astype("str") == "str").all()


def test_the_map_of_variables_is_sound():
    for variable in VARIABLES:
        assert set(variable.waves) <= set(WAVES)
        spelt = [plain(label) for label in (*variable.labels, *NO_ANSWER)]
        assert len(set(spelt)) == len(spelt), variable.name
        assert variable.note.endswith((".", ")."))
    pairs = [(v.column, wave) for v in VARIABLES for wave in v.waves]
    assert len(set(pairs)) == len(pairs)
    assert {v for a in ANSWERS for v in a.labels.values()} <= {0.0, 1.0, None}
    assert len(REGIONS) == 13
