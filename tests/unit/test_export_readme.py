"""LISEZMOI.md says what the run's figures say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd

from fragility.export.labels import french
from fragility.export.origins import origin_shares
from fragility.export.readme import headline, how_to_read, limits, lisezmoi
from fragility.index.profile_words import ProfileWords
from fragility.index.profiles import load_profile
from fragility.schemas import indicator_labels
from tests.factories import make_communes, make_facts, make_tables


def test_headline_counts_by_hand() -> None:
    # Population is 100 x rank: 100 x 5050 in all. Fragile and not covered: ranks 9, 19, 20, 29, 30.
    lines = [line.replace("\u202f", " ") for line in headline(make_communes(), make_facts())]
    assert lines[0] == "100 communes, 505 000 habitants (recensement de 2018)."
    assert lines[1].startswith("19 communes fragiles : ")
    assert lines[2] == (
        "5 communes fragiles et non couvertes : 10 700 habitants (2,1 % de la population)."
    )
    # 35, 54, 46, 73 and 65 %: none is sure, two are less likely than not.
    assert lines[3].startswith("Cette liste est un choix, non un constat. Probabilité")
    assert (
        " : 90 % ou plus pour 0 des 5, moins de 50 % pour 2 ; et 50 % ou plus pour 46" in lines[3]
    )
    assert lines[4].startswith("Âge des chiffres : sans très haut débit fixe (2019), ")
    assert lines[5] == (
        "Environ 5 000 personnes de 15 ans ou plus seraient en difficulté numérique (estimation) ; "
        "21 % d'entre elles vivent dans les communes fragiles."
    )
    assert lines[6] == "4 communes sans score, faute de données (Ain, Corse-du-Sud)."


def test_a_list_whose_doubt_was_not_computed_says_nothing_of_it() -> None:
    unknown = make_communes().assign(probabilite_fragile_non_couverte_pct=float("nan"))
    none = make_communes().assign(est_fragile_non_couverte=False)
    for communes in (unknown, none):
        assert "est un choix" not in " ".join(headline(communes, make_facts()))


def test_limits_are_those_of_what_the_edition_holds() -> None:
    communes = make_communes()
    facts = replace(make_facts(), estimates_ages=True)

    def said(communes: pd.DataFrame) -> str:
        return " ".join(limits(communes, facts))

    published = communes.assign(plus_65_origine="observe")
    assert "La part des 65 ans ou plus est publiée" not in said(published)
    published.loc[published.index[0], "plus_65_origine"] = "impute"
    assert "La part des 65 ans ou plus est publiée" in said(published)
    assert "Guadeloupe" not in said(communes)
    assert "Guadeloupe" in said(communes.assign(code_departement="973"))


def test_origin_shares_of_poverty() -> None:
    # Line 9 is absent, lines 0, 2, 4, 6, 8 are modelled, the four others are observed.
    row = origin_shares(make_communes(), make_facts()).set_index("indicateur").loc["Pauvreté"]
    shares = ["observe_pct", "derive_pct", "impute_pct", "absent_pct"]
    assert row[shares].tolist() == [40, 0, 50, 10]


def test_zonings_not_given_are_named_with_what_to_do() -> None:
    tables = make_tables()
    assert "Zonages non fournis" not in lisezmoi(tables, make_facts())
    tables["communes"] = tables["communes"].assign(
        est_frr=pd.array([pd.NA] * 100, "boolean"), nb_qpv=pd.array([pd.NA] * 100, "Int64")
    )
    line = next(
        line
        for line in lisezmoi(tables, make_facts()).splitlines()
        if "Zonages non fournis" in line
    )
    assert "calcul : FRR, quartiers prioritaires (QPV). " in line
    assert "ce qui n'est pas « non »" in line
    assert "« fragility edition new NOM --from demo --set SOURCE=FICHIER »" in line
    assert "(SOURCE : anct_frr, anct_qpv)" in line


def test_the_score_of_the_fragile_is_said_as_it_parts_communes() -> None:
    def said(threshold: float) -> str:
        lines = how_to_read(make_facts(threshold=threshold))
        (found,) = [line for line in lines if "dite fragile" in line]
        return found

    assert said(7.2).startswith("Une commune est dite fragile quand son score est de 7,20 ou plus")
    assert "son score est de plus de 7,20 (au plus 20 %" in said(7.2017)
    assert said(float("inf")).startswith("Aucune commune n'est dite fragile : le score le plus")


def test_iris_that_no_map_shows_are_counted() -> None:
    tables = make_tables()
    tables["iris"] = tables["iris"].assign(contour_origine="ign")
    assert "sans contour publié" not in lisezmoi(tables, make_facts())
    tables["iris"].loc[:2, "contour_origine"] = "absent"
    people = french(tables["iris"]["population"].iloc[:3].sum())
    assert "3 IRIS sans contour publié" in lisezmoi(tables, make_facts())
    assert f"{people} habitants : leurs chiffres sont dans" in lisezmoi(tables, make_facts())


def test_the_text_holds_what_a_reader_must_know() -> None:
    text = lisezmoi(make_tables(), make_facts())
    assert text.startswith("# Territoire fictif — ")
    for needed in (
        "17/05/2024",
        "0.1.0",
        "ifn-2023",
        "Licence Ouverte 2.0",
        "ARCEP, 3e trimestre",
        "Le recensement de Mayotte manque.",
        "| Pauvreté | 40,0 | 0,0 | 50,0 | 10,0 |",
        "7,40",
        "approximation",
        "estimé par la terre",
        "Ne lisez pas un rang nu",
    ):
        assert needed in text, needed
    for name in (
        "fragilite.gpkg",
        "carte.qgz",
        "fragilite.duckdb",
        "fragilite.xlsx",
        "dictionnaire.csv",
        "tables/",
    ):
        assert name in text


def test_a_real_territory_has_no_banner() -> None:
    text = lisezmoi(make_tables(), make_facts(banner="", title="France 2021", warnings=()))
    assert text.startswith("# Fragilité numérique — France 2021\n")
    assert "fictif" not in text
    assert "Avertissements" not in text


def test_equal_runs_give_equal_text() -> None:
    assert lisezmoi(make_tables(), make_facts()) == lisezmoi(make_tables(), make_facts())


def test_an_indicator_measured_otherwise_is_named_and_defined_otherwise() -> None:
    # An edition whose fixed network is known by its fibre, not by 30 Mbit/s.
    text = lisezmoi(make_tables(), make_facts(indicators=indicator_labels(["arcep_fibre"])))
    assert "sans très haut débit" not in text.lower()
    assert "| Sans fibre optique |" in text
    assert "ni le câble ni le cuivre rapide n'y comptent" in text
    assert "loin d'un site 4G" in text  # the four others keep their names


def test_a_profile_within_a_territory_is_said_in_the_first_lines() -> None:
    words = ProfileWords(load_profile("ifn-2023:departement"))
    facts = replace(make_facts(), words=words)
    assert headline(make_communes(), facts)[1] == words.compared
    assert "comparé à ceux de son département seulement" in lisezmoi(make_tables(), facts)
    assert "comparé à ceux" not in lisezmoi(make_tables(), make_facts())


def test_what_coverage_owes_to_old_or_moving_places_is_said():
    communes = make_communes()
    near = communes["couverture"].eq("couverte")
    first, second = communes.index[near][:2]
    communes["conseiller_plus_proche_ancien"] = False
    communes["est_couverture_itinerante"] = False
    words = " ".join(headline(communes, make_facts()))
    assert "lieu connu en" not in words
    assert "lieux itinérants" not in words
    communes.loc[first, "conseiller_plus_proche_ancien"] = True
    communes.loc[second, "est_couverture_itinerante"] = True
    assert "avait plus de 18 mois au jour de l'édition : il" in headline(communes, make_facts())[-2]
    dated = replace(make_facts(), places_day=date(2025, 1, 1))
    old, moving = headline(communes, dated)[-2:]
    assert "avait plus de 18 mois au 01/01/2025 : il" in old
    assert old.startswith(f"{100 / near.sum():.0f} % des communes couvertes")
    assert moving.startswith("1 commune serait moins bien classée sans les lieux itinérants")
    assert "(dont 1 dites couvertes)" in moving
