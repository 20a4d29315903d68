"""One place in several lists is one place: each reason, and what must stay apart."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fragility.access.places import (
    DISPOSITIFS,
    LIEUX_COLUMNS,
    build_places,
    old_places_of,
    places_of,
)
from fragility.schemas import PERSONAL_DATA
from fragility.sources.readers.places import COLUMNS

# One commune of 0.2 x 0.2 degree; 0.001 degree of latitude is 111.2 m.
COMMUNES = gpd.GeoDataFrame(
    {"code_commune": ["01001", "01002"], "nom": ["Bury", "Autre"], "code_departement": "01"},
    geometry=[shapely.box(5.0, 46.0, 5.2, 46.2), shapely.box(5.2, 46.0, 5.4, 46.2)],
    crs=4326,
)
COG = pd.DataFrame(
    {c: pd.Series(dtype="str") for c in ("type_commune", "code", "nom", "code_parent")}
)
M = 1 / 111_194.9
_NUMBERS = {"latitude", "longitude", "nb_conseillers"}


def row(id: str, nom: str = "Maison", north: float | None = 0.0, **values: Any) -> dict[str, Any]:
    """A place `north` metres north of a point of Bury; without a point when it is None."""
    at = {"latitude": 46.1 + north * M, "longitude": 5.1} if north is not None else {}
    base = {"id": id, "nom": nom, "commune_declaree": "Bury", "code_postal": "01000"}
    flags = {"itinerance": False, "est_employeur": False}
    missing = dict.fromkeys(COLUMNS) | dict.fromkeys(_NUMBERS, float("nan"))
    return missing | flags | base | at | values


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    texts = [c for c in COLUMNS if c not in _NUMBERS | {"itinerance", "est_employeur"}]
    return pd.DataFrame(list(rows), columns=COLUMNS).astype(dict.fromkeys(texts, "str"))


def built(**lists: list[dict[str, Any]]) -> pd.DataFrame:
    table, ledger = build_places(
        {kind: frame(*rows) for kind, rows in lists.items()}, COMMUNES, COG, day="2023-01-01"
    )
    assert list(table.columns) == LIEUX_COLUMNS
    read = ledger["lignes"][ledger["motif"] == "entrées"].sum()
    assert read == sum(map(len, lists.values())) == ledger["lignes"].sum() - read
    return table.set_index("id")


def merged(
    first: dict[str, Any], second: dict[str, Any], kinds=("conseiller_numerique", "mediation")
) -> str:
    """Why the second is the first, "" when it is another place."""
    one, other = kinds
    if one == other:
        table = built(**{one: [first, second]})
    else:
        table = built(**{one: [first], other: [second]})
    last = table.iloc[-1]
    assert (last["statut"] == "fusionne") == (last["id_lieu"] == table.index[0])
    return "" if pd.isna(last["motif_fusion"]) else last["motif_fusion"]


SIRET = {"siret": "21010001100011"}
FOCH = {"adresse": "3 av. Foch"}


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (row("x"), row("y", "Z", 900, id_origine="cn-x"),
         "même identifiant du producteur, à 900 m"),
        (row("x", **SIRET), row("y", "Z", 40, **SIRET), "même SIRET, à 40 m"),
        (row("x", **SIRET), row("y", "Z", 60, **SIRET), ""),
        (row("x", **SIRET), row("y", "Z", None, **SIRET), "même SIRET, même commune"),
        (row("x", **FOCH), row("y", "Z", 900, adresse="3 AVENUE FOCH"), "même adresse, à 900 m"),
        (row("x", **FOCH), row("y", "Z", 1100, adresse="3 AVENUE FOCH"), ""),
        (row("x", **FOCH), row("y", "Z", 20, adresse="5 AVENUE FOCH"), ""),
        (row("x", adresse="Pl. Foch"), row("y", "Z", adresse="2 place Foch"),
         "même voie, même point, à 0 m"),
        (row("x", adresse="Pl. Foch"), row("y", "Z", 20, adresse="2 place Foch"), ""),
        (row("x", "Mairie de Bury"), row("y", "COMMUNE DE BURY", 290), "même nom, à 290 m"),
        (row("x", "Mairie de Bury"), row("y", "COMMUNE DE BURY", 310), ""),
        # Two numbered streets are two sites, but for a corner.
        (row("x", "CCAS", **FOCH), row("y", "CCAS", 90, adresse="8 av. du Nord"),
         "même nom, à 90 m"),
        (row("x", "CCAS", **FOCH), row("y", "CCAS", 120, adresse="8 av. du Nord"), ""),
        (row("x", "Maison Pagnol"), row("y", "Maison Colucci", 5), ""),
        # The same words in two communes tell nothing.
        (row("x", "Mairie"), row("y", "Mairie", 30, commune_declaree="Autre"), ""),
        # A van parked at the door is another service; a record that says of the same building that
        # a team also sets out from it is not.
        (row("x", "CCAS"), row("y", "Bus du CCAS", 0, itinerance=True), ""),
        (row("x", "Bus du CCAS", 0, itinerance=True), row("y", "CCAS", 0), ""),
        (row("x", "CCAS", 0, itinerance=True), row("y", "Bus du CCAS", 0, itinerance=True),
         "même nom, à 0 m"),
        (row("x", "CCAS"), row("y", "CCAS", 0, itinerance=True), "même nom, à 0 m"),
        # One body, two sites: neither the name nor the street.
        (row("x", "Mairie", adresse="Place Foch", **SIRET),
         row("y", "Médiathèque", None, adresse="12 rue du Lac", **SIRET), ""),
        (row("x", "Mairie", adresse="1 place Foch", **SIRET),
         row("y", "Médiathèque", 44, adresse="12 rue du Lac", **SIRET), ""),
        (row("x", "Mairie annexe de Nord", adresse="Rue du Rieu", **SIRET),
         row("y", "Mairie", None, adresse="26 avenue Foch", **SIRET), ""),
        (row("x", "Mairie", adresse="Place Foch", **SIRET),
         row("y", "Médiathèque", None, adresse="3 PL FOCH", **SIRET), "même SIRET, même commune"),
        (row("x", "Points services de la Dore", adresse="Place Foch", **SIRET),
         row("y", "Point services de la Dore", None, adresse="12 rue du Lac", **SIRET),
         "même SIRET, même commune"),
        # Identifiers exchanged between two places of one kind; a place that moved, in its commune
        # or under a name of its own.
        (row("x", "Maison France Services", adresse="3 rue Foch"),
         row("y", "France services", 9_000, commune_declaree="Autre", id_origine="cn-x"), ""),
        (row("x", "France services", adresse="3 rue Foch"),
         row("y", "France services", 9_000, adresse="7 rue du Lac", id_origine="cn-x"),
         "même identifiant du producteur, à 9000 m"),
        (row("x", "France services Baker"),
         row("y", "France services Baker", 9_000, commune_declaree="Autre", id_origine="cn-x"),
         "même identifiant du producteur, à 9000 m"),
        (row("x", "Maison Pagnol"), row("y", "Maison Colucci", 9_000, id_origine="cn-x"), ""),
    ],
)  # fmt: skip
def test_why_two_rows_are_one_place(first, second, reason: str) -> None:
    assert merged(first, second) == reason


def test_a_body_known_by_its_commune_joins_the_only_place_of_its_name() -> None:
    france_services = [row("1", "France services de Bury")]
    structure = row("a", "FRANCE SERVICES", None)
    table = built(france_services=france_services, aidants_connect=[structure])
    assert table.loc["ac-a", "motif_fusion"] == "même nom, même commune"
    two = [*france_services, row("2", "France services Bury Nord", 2000)]
    table = built(france_services=two, aidants_connect=[structure])
    assert table.loc["ac-a", "statut"] == "retenu"


def test_a_register_lists_a_place_once() -> None:
    libraries = ("bibliotheque", "bibliotheque")
    here = {"adresse": "3 rue Foch"}
    assert merged(row("1", "Bibliothèque"), row("2", "Bibliothèque", 30), libraries) == ""
    assert merged(row("1", "Bibliothèque", **here), row("2", "Bibliothèque", 30, **here), libraries)
    assert merged(row("1", "Les Iris", **here), row("2", "Les Lilas", 0, **here), libraries) == ""


def test_a_france_services_that_hosts_a_conseiller_counts_once_and_in_both() -> None:
    table = built(
        conseiller_numerique=[
            row("a", "Mairie", None, adresse="3 rue Foch", nb_conseillers=2, date_maj="2022-05-01"),
            row("b", "CC du Pays", adresse="3 rue Foch", nb_conseillers=1, date_maj="2022-09-01"),
            row("c", "Ailleurs", 5000, nb_conseillers=1),
        ],
        france_services=[row("1", "France services", 8, adresse="3 rue Foch")],
        bibliotheque=[row("9", "Bibliothèque", 3000)],
    )
    assert table["statut"].to_dict() == {
        "cn-a": "fusionne", "cn-b": "retenu", "cn-c": "retenu", "fs-1": "fusionne",
        "bib-9": "retenu",
    }  # fmt: skip
    place = table.loc["cn-b"]
    assert place["dispositifs"] == "conseiller_numerique|france_services"
    assert (place["nb_conseillers"], place["date_maj"]) == (3, "2022-09-01")
    assert table.loc[["cn-a", "fs-1"], "id_lieu"].tolist() == ["cn-b", "cn-b"]
    assert places_of(table, "conseiller_numerique").sum() == 2
    assert places_of(table, "france_services").sum() == 1
    assert places_of(table).sum() == 2  # a library is no mediation
    assert places_of(table, "conseiller_numerique", "bibliotheque").sum() == 3


def test_a_place_known_by_its_commune_takes_the_point_of_the_other_list() -> None:
    table = built(
        conseiller_numerique=[row("a", "Mairie", None, adresse="3 rue Foch")],
        france_services=[row("1", "France services", 800, adresse="3 rue Foch")],
    )
    place = table.loc["cn-a"]
    assert (place["precision"], place["motif_statut"]) == ("coordonnees", "point de fs-1")
    assert place["geometry"].equals(table.loc["fs-1", "geometry"])


def test_no_chain() -> None:
    """The third is near the second, which is the first's: it is not the first's."""
    table = built(mediation=[row("a", "CCAS"), row("b", "CCAS", 250), row("c", "CCAS", 500)])
    assert table["id_lieu"].tolist() == ["med-a", "med-a", "med-c"]


def test_stale_records() -> None:
    """Eighteen months before 1 January 2023 is 1 July 2021."""
    table = built(
        conseiller_numerique=[
            row("a", north=0, date_maj="2021-06-30"), row("b", north=3000, date_maj="2021-07-01"),
            row("c", north=6000),
        ]
    )  # fmt: skip
    assert table["est_ancien"].tolist() == [True, False, False]
    listed = frame(row("a")).assign(date_liste="2020-11-01")
    aged, _ = build_places({"bibliotheque": listed}, COMMUNES, COG, day="2023-01-01")
    assert aged["est_ancien"].tolist() == [True]
    assert aged["date_maj"].isna().all()


def test_a_conseiller_is_not_made_recent_by_the_france_services_it_sits_in() -> None:
    """The place is one; what it offers is known at dates that differ."""
    old, new = {"date_maj": "2021-06-30"}, {"date_maj": "2022-12-01"}
    table = built(
        conseiller_numerique=[row("a", "CCAS", **old), row("b", "CCAS", **old)],
        france_services=[row("c", "CCAS", **new)],
        aidants_connect=[row("d", "CCAS", **old)],
    )
    place = table.loc["cn-a"]
    assert (place["date_maj"], place["date_connue"], place["est_ancien"]) == (
        "2021-06-30", "2021-06-30", True,
    )  # fmt: skip
    assert place["dispositifs"] == "conseiller_numerique|france_services|aidants_connect"
    assert place["dispositifs_anciens"] == "conseiller_numerique|aidants_connect"
    assert pd.isna(table.loc["fs-c", "dispositifs_anciens"])
    asked = {kind: bool(old_places_of(table, kind)["cn-a"]) for kind in DISPOSITIFS}
    assert asked == dict.fromkeys(DISPOSITIFS, False) | {
        "conseiller_numerique": True, "aidants_connect": True,
    }  # fmt: skip
    # Any help is old where all of it is.
    assert not old_places_of(table)["cn-a"]
    # A later record of a conseiller dates the conseiller.
    again = built(
        conseiller_numerique=[row("a", "CCAS", **old), row("b", "CCAS", **new)],
        france_services=[row("c", "CCAS", **old)],
    )
    assert (again.loc["cn-a", "date_maj"], again.loc["cn-a", "est_ancien"]) == ("2022-12-01", False)
    assert again.loc["cn-a", "dispositifs_anciens"] == "france_services"


def test_an_employer_is_a_place_by_its_siret_alone() -> None:
    employer = row("e", "Mairie", None, est_employeur=True, adresse="3 rue Foch", **SIRET)
    other = row("y", "Mairie", adresse="3 rue Foch")
    assert merged(employer, other) == ""
    assert merged(employer, other | SIRET) == "même SIRET, même commune"


def test_a_place_is_said_to_move_when_one_of_its_records_says_so() -> None:
    table = built(
        conseiller_numerique=[row("a", "CCAS"), row("b", "Maison", 5000)],
        france_services=[row("1", "CCAS", 0, itinerance=True)],
    )
    assert table.loc["fs-1", "id_lieu"] == "cn-a"
    assert table.loc[["cn-a", "cn-b"], "itinerance"].tolist() == [True, False]


def test_nothing_personal_comes_out() -> None:
    table = built(mediation=[row("a", "Mairie", adresse="3 rue Foch, 05 61 00 00 00", **SIRET)])
    text = table.drop(columns="geometry").to_csv()
    assert not pd.Series([text]).str.contains(PERSONAL_DATA, regex=True).any()
    assert "Foch" not in text
    assert SIRET["siret"] not in text


PLACES = st.lists(
    st.tuples(
        st.sampled_from(["conseiller_numerique", "france_services", "bibliotheque", "mediation"]),
        st.sampled_from(["Mairie", "CCAS", "Médiathèque", "Maison Pagnol"]),
        st.sampled_from([0, 30, 200, 900, None]),
        st.sampled_from([None, "3 rue Foch", "5 rue Foch", "Place Foch"]),
        st.sampled_from([None, SIRET["siret"]]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(PLACES)
def test_every_row_is_used_or_merged_into_one_that_is(drawn) -> None:
    lists: dict[str, list[dict[str, Any]]] = {}
    for rank, (kind, nom, north, adresse, siret) in enumerate(drawn):
        counted = 1.0 if kind == "conseiller_numerique" else float("nan")
        lists.setdefault(kind, []).append(
            row(str(rank), nom, north, adresse=adresse, siret=siret, nb_conseillers=counted)
        )
    table = built(**lists)
    used = table[table["statut"] == "retenu"]
    assert set(table["statut"]) <= {"retenu", "fusionne"}
    assert used["id_lieu"].tolist() == used.index.tolist()
    assert table["id_lieu"].isin(used.index).all()
    assert (table["motif_fusion"].notna() == (table["statut"] == "fusionne")).all()
    # Nothing offered is lost, and no conseiller is counted twice.
    for kind, rows in lists.items():
        places = table.loc[table["dispositif"] == kind, "id_lieu"].nunique()
        assert places_of(table, kind).sum() == places <= len(rows)
    assert used["nb_conseillers"].sum() == len(lists.get("conseiller_numerique", []))
