"""Where places are put: every case of a bad coordinate, and names as people write them."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from fragility import schemas
from fragility.access.names import departements_of_postal, normalise_name, without_visits
from fragility.access.places import DISPOSITIFS, KNOWN, LIEUX_COLUMNS, build_places
from fragility.sources.readers.places import COLUMNS

DAY = "2023-01-01"
TOWNS = {
    "01001": ("Saint-Étienne-du-Bois", "01", (5.0, 46.0)),
    "01002": ("L'Abergement", "01", (5.1, 46.0)),
    "13055": ("Marseille", "13", (5.3, 43.2)),
    "38001": ("Les Abrets", "38", (5.6, 45.5)),
    "38002": ("Sans-Contour", "38", None),
}


@pytest.fixture
def communes() -> gpd.GeoDataFrame:
    shapes = [
        None if at is None else shapely.box(at[0], at[1], at[0] + 0.1, at[1] + 0.1)
        for _, _, at in TOWNS.values()
    ]
    return gpd.GeoDataFrame(
        {
            "code_commune": list(TOWNS),
            "nom": [t[0] for t in TOWNS.values()],
            "code_departement": [t[1] for t in TOWNS.values()],
        },
        geometry=shapes,
        crs=4326,
    )


@pytest.fixture
def cog() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "type_commune": ["ARM", "COMD"],
            "code": ["13211", "01099"],
            "nom": ["Marseille 11e Arrondissement", "Vieux-Bourg"],
            "code_parent": ["13055", "01002"],
        }
    )


def place(**values: object) -> pd.DataFrame:
    row = (
        dict.fromkeys(COLUMNS)
        | {
            "id": "x",
            "nom": "Mairie",
            "itinerance": False,
            "est_employeur": False,
            "nb_conseillers": 1.0,
            "latitude": float("nan"),
            "longitude": float("nan"),
        }
        | values
    )
    text = {
        c: "str"
        for c in COLUMNS
        if c not in {"itinerance", "est_employeur", "latitude", "longitude", "nb_conseillers"}
    }
    return pd.DataFrame([row]).astype(text)


def built(communes: gpd.GeoDataFrame, cog: pd.DataFrame, **values: object) -> pd.Series:
    lists = {"conseiller_numerique": place(**values)}
    frame, ledger = build_places(lists, communes, cog, day=DAY)
    assert list(frame.columns) == LIEUX_COLUMNS
    assert set(frame.columns) == set(schemas.TABLES["core_lieux"].columns)
    assert ledger["lignes"].iloc[0] == 1
    return frame.iloc[0]


def test_a_good_point_is_kept(communes: gpd.GeoDataFrame, cog: pd.DataFrame) -> None:
    row = built(communes, cog, latitude=46.05, longitude=5.05, code_postal="01370")
    assert row[["id", "code_commune", "precision", "statut"]].tolist() == [
        "cn-x",
        "01001",
        "coordonnees",
        "retenu",
    ]
    assert (row["geometry"].x, row["geometry"].y) == (5.05, 46.05)


@pytest.mark.parametrize(
    ("lat", "lon", "reason"),
    [
        (float("nan"), float("nan"), "absentes"),
        (5.05, 46.05, "inversées"),
        (43.25, 5.35, "autre département"),
        (60.0, 5.0, "hors des communes"),
    ],
)
def test_a_bad_point_goes_to_the_declared_commune(
    communes: gpd.GeoDataFrame, cog: pd.DataFrame, lat: float, lon: float, reason: str
) -> None:
    row = built(
        communes,
        cog,
        latitude=lat,
        longitude=lon,
        code_postal="01370",
        commune_declaree="ST ETIENNE DU BOIS CEDEX 2",
    )
    assert row[["code_commune", "precision", "statut"]].tolist() == ["01001", "commune", "retenu"]
    assert reason in row["motif_statut"]
    assert communes.geometry.iloc[0].contains(row["geometry"])


@pytest.mark.parametrize(
    ("name", "code", "postal", "expected"),
    [
        ("MARSEILLE 11", None, "13011", "13055"),
        ("x", "13211", "13011", "13055"),
        ("abergement", None, "01640", "01002"),
        ("Vieux Bourg", None, "01640", "01002"),
        ("ABRETS", None, "38490", "38001"),
    ],
)
def test_communes_as_people_write_them(
    communes: gpd.GeoDataFrame,
    cog: pd.DataFrame,
    name: str,
    code: str | None,
    postal: str,
    expected: str,
) -> None:
    row = built(communes, cog, commune_declaree=name, code_declare=code, code_postal=postal)
    assert row["code_commune"] == expected


def test_a_point_far_from_its_commune_is_the_mistake(cog: pd.DataFrame) -> None:
    """Two communes of one département, 1 km and 40 km from the point."""

    def square(west: float) -> object:
        return shapely.box(west, 46.0, west + 0.1, 46.1)

    drawn = gpd.GeoDataFrame(
        {
            "code_commune": ["01001", "01002", "01003"],
            "nom": ["Ici", "Voisine", "Loin"],
            "code_departement": "01",
        },
        geometry=[square(5.0), square(5.1), square(5.6)],
        crs=4326,
    )
    here = {"latitude": 46.05, "longitude": 5.05, "code_postal": "01370"}
    near = built(drawn, cog, **here, commune_declaree="Voisine")
    assert near["code_commune"] == "01001"
    assert near["precision"] == "coordonnees"
    far = built(drawn, cog, **here, commune_declaree="Loin")
    assert far["code_commune"] == "01003"
    assert far["precision"] == "commune"
    assert "plus de 10 km" in far["motif_statut"]


@pytest.fixture
def far_apart() -> gpd.GeoDataFrame:
    """Three communes of one département; a point of 01001 is 5 km from 01002, 43 km from 01003."""
    return gpd.GeoDataFrame(
        {
            "code_commune": ["01001", "01002", "01003"],
            "nom": ["Ici", "Voisine", "Loin"],
            "code_departement": "01",
        },
        geometry=[shapely.box(w, 46.0, w + 0.1, 46.1) for w in (5.0, 5.113, 5.6)],
        crs=4326,
    )


# A point in the middle of 01001.
HERE = {"latitude": 46.05, "longitude": 5.05, "code_postal": "01370"}


def test_a_point_beside_the_commune_of_its_record_says_so(
    far_apart: gpd.GeoDataFrame, cog: pd.DataFrame
) -> None:
    near = built(far_apart, cog, **HERE, commune_declaree="Voisine")
    assert near[["code_commune", "precision"]].tolist() == ["01001", "coordonnees"]
    said = "coordonnées publiées, dans une autre commune que celle de la fiche (Voisine, à 5 km)"
    assert near["motif_statut"] == said
    closer = built(far_apart, cog, **HERE | {"longitude": 5.0999}, commune_declaree="Voisine")
    assert closer["motif_statut"].endswith("(Voisine, à 1 km)")
    own = built(far_apart, cog, **HERE, commune_declaree="Ici", code_declare="01001")
    assert own["motif_statut"] == "coordonnées publiées"


def test_a_point_in_the_commune_that_is_named_is_right_whatever_the_code(
    far_apart: gpd.GeoDataFrame, cog: pd.DataFrame
) -> None:
    row = built(far_apart, cog, **HERE, commune_declaree="Ici", code_declare="01003")
    assert row[["code_commune", "precision"]].tolist() == ["01001", "coordonnees"]
    assert row["motif_statut"] == (
        "coordonnées publiées, dans la commune que nomme la fiche et non dans celle de son code "
        "(Loin, à 43 km)"
    )


def test_a_point_found_from_a_mistaken_code_goes_to_the_commune_that_is_named(
    far_apart: gpd.GeoDataFrame, cog: pd.DataFrame
) -> None:
    said = HERE | {"commune_declaree": "Loin", "code_declare": "01001"}
    row = built(far_apart, cog, **said)
    assert row[["code_commune", "precision", "statut"]].tolist() == ["01003", "commune", "retenu"]
    assert "plus de 10 km" in row["motif_statut"]
    # Unless another record knows this postal code in the commune that is coded.
    other = {"id": "y", "nom": "Salle", "commune_declaree": "Ici", "code_declare": "01001"}
    rows = pd.concat([place(**said), place(**HERE | other)], ignore_index=True)
    frame, _ = build_places({"conseiller_numerique": rows}, far_apart, cog, day=DAY)
    kept = frame.set_index("id").loc["cn-x"]
    assert kept[["code_commune", "precision"]].tolist() == ["01001", "coordonnees"]
    assert kept["motif_statut"].endswith("que celle de la fiche (Loin, à 43 km)")


def test_without_a_point_the_postal_code_tells_which_of_two_communes(
    far_apart: gpd.GeoDataFrame, cog: pd.DataFrame
) -> None:
    lost = place(commune_declaree="Voisine", code_declare="01001", code_postal="01500")
    known = place(id="y", nom="Salle", commune_declaree="Voisine", code_declare="01002",
                  code_postal="01500")  # fmt: skip
    alone, _ = build_places({"mediation": lost}, far_apart, cog, day=DAY)
    assert alone["code_commune"].tolist() == ["01001"]
    both = pd.concat([lost, known], ignore_index=True)
    frame, _ = build_places({"mediation": both}, far_apart, cog, day=DAY)
    assert frame["code_commune"].tolist() == ["01002", "01002"]


def test_a_place_is_known_at_the_date_of_its_record_or_of_its_list(
    communes: gpd.GeoDataFrame, cog: pd.DataFrame
) -> None:
    at = {"latitude": 46.05, "longitude": 5.05, "code_postal": "01370"}
    old = built(communes, cog, **at, date_maj="2020-05-01", date_liste="2022-12-01")
    assert (old["date_connue"], old["est_ancien"]) == ("2020-05-01", True)
    listed = built(communes, cog, **at, date_liste="2022-12-01")
    assert (listed["date_connue"], listed["est_ancien"]) == ("2022-12-01", False)
    assert pd.isna(listed["date_maj"])


def test_what_cannot_be_placed_is_set_aside(communes: gpd.GeoDataFrame, cog: pd.DataFrame) -> None:
    lost = built(communes, cog, commune_declaree="Atlantide", code_postal="01000")
    assert lost[["statut", "precision"]].tolist() == ["ecarte", "absente"]
    assert lost["geometry"] is None
    closed = built(
        communes, cog, latitude=46.05, longitude=5.05, motif_ecart="n'accueille pas de public"
    )
    assert closed["motif_statut"] == "n'accueille pas de public"


def test_a_trial_of_the_tool_is_set_aside_and_counted(
    communes: gpd.GeoDataFrame, cog: pd.DataFrame
) -> None:
    at = {"latitude": 46.05, "longitude": 5.05, "code_postal": "01370"}
    rows = pd.concat([place(**at), place(**at, id="t", nom="ANCT Test")], ignore_index=True)
    frame, ledger = build_places({"mediation": rows}, communes, cog, day=DAY)
    trial = frame.set_index("id").loc["med-t"]
    assert trial[["statut", "motif_statut"]].tolist() == ["ecarte", "enregistrement d'essai"]
    assert trial["geometry"] is None
    told = ledger.set_index("motif")["lignes"]
    assert told[["entrées", "enregistrement d'essai", "sorties"]].tolist() == [2, 1, 1]


def test_a_person_s_name_is_not_published(communes: gpd.GeoDataFrame, cog: pd.DataFrame) -> None:
    at = {"latitude": 46.05, "longitude": 5.05, "code_postal": "01370"}
    row = built(communes, cog, **at, nom="Mon assistant - Dupont Ludovic")
    assert row["nom"] == "Mon assistant"


def test_a_mistyped_postal_code_does_not_move_a_place_that_bears_its_commune_s_name(
    communes: gpd.GeoDataFrame, cog: pd.DataFrame
) -> None:
    row = built(
        communes,
        cog,
        latitude=45.55,
        longitude=5.65,
        code_postal="83490",
        commune_declaree="Les Abrets",
    )
    assert row[["code_commune", "precision"]].tolist() == ["38001", "coordonnees"]


def test_a_point_in_a_commune_without_contour_is_believed(
    communes: gpd.GeoDataFrame, cog: pd.DataFrame
) -> None:
    row = built(communes, cog, latitude=45.0, longitude=5.0, code_declare="38002")
    assert row[["code_commune", "precision"]].tolist() == ["38002", "coordonnees"]


@pytest.mark.parametrize(("offset_deg", "kept"), [(0.004, True), (0.009, False)])
def test_a_quay_is_in_its_commune_and_the_open_sea_in_none(
    communes: gpd.GeoDataFrame, cog: pd.DataFrame, offset_deg: float, kept: bool
) -> None:
    # South of Marseille; 0.004 degree of latitude is 444 m, 0.009 is 999 m.
    row = built(communes, cog, latitude=43.2 - offset_deg, longitude=5.35, code_postal="13001")
    assert (row["statut"] == "retenu") is kept


def test_every_row_ends_in_one_bucket(communes: gpd.GeoDataFrame, cog: pd.DataFrame) -> None:
    good = place(latitude=46.05, longitude=5.05, code_postal="01370")
    lost = place(id="y")
    rows = pd.concat([good, good, lost], ignore_index=True)
    lists = {"conseiller_numerique": rows, "france_services": good}
    frame, ledger = build_places(lists, communes, cog, day=DAY)
    assert frame["id"].tolist() == ["cn-x", "cn-y", "fs-x"]
    assert frame["statut"].tolist() == ["retenu", "ecarte", "fusionne"]
    assert frame["id_lieu"].fillna("").tolist() == ["cn-x", "", "cn-x"]
    counts = ledger[ledger["source"] == "conseiller_numerique"].set_index("motif")["lignes"]
    assert counts["entrées"] == 3
    assert counts["sorties"] == 1
    assert counts["identifiant en double"] == 1
    assert counts.drop("entrées").sum() == 3


def test_no_list_gives_an_empty_valid_table(communes: gpd.GeoDataFrame, cog: pd.DataFrame) -> None:
    frame, ledger = build_places({}, communes, cog, day=DAY)
    assert list(frame.columns) == LIEUX_COLUMNS
    assert frame.empty
    assert ledger.empty


def test_a_place_that_declares_no_commune_goes_where_its_postal_code_is_known(
    communes: gpd.GeoDataFrame, cog: pd.DataFrame
) -> None:
    known = place(latitude=46.05, longitude=5.05, code_postal="01370", code_declare="01001")
    frame, _ = build_places(
        {"bibliotheque": known, "aidants_connect": place(nom="Les Iris", code_postal="01370")},
        communes, cog, day=DAY,
    )  # fmt: skip
    structure = frame.set_index("id").loc["ac-x"]
    assert structure[["code_commune", "precision"]].tolist() == ["01001", "commune"]
    assert structure["motif_statut"] == "coordonnées absentes : commune déduite du code postal"


def test_the_model_knows_every_list() -> None:
    assert schemas.core.PLACE_KINDS == DISPOSITIFS
    among = schemas.TABLES["core_lieux"].columns["dispositif"].checks[0].statistics
    assert among["allowed_values"] == DISPOSITIFS


def test_the_days_of_past_visits_are_no_name() -> None:
    names = {
        "Maison des associations (19/10 - 16/11 - 21/12)": "Maison des associations",
        "MDF Nord itinérante : Passage le 2/12/ 22 - 30/12/22": "MDF Nord itinérante",
        "MDF Nord itinérante (Passage les 15/11/22 - 13/12": "MDF Nord itinérante",
        "MDF Sud itinérante (30 /11/22 - 25/01/23)": "MDF Sud itinérante",
        "Mairie (07/12)": "Mairie",
        # What is no day stays.
        "1/3 LIEU NUMERIQUE": "1/3 LIEU NUMERIQUE",
        "Bibliothèque le Passage": "Bibliothèque le Passage",
        "Kiosque (24/24, 7/7)": "Kiosque (24/24, 7/7)",
        "(07/12)": "(07/12)",
    }
    assert without_visits(pd.Series(list(names))).tolist() == list(names.values())


def test_names_and_postal_codes() -> None:
    names = pd.Series(
        [
            "Paris 12e",
            "Lyon 9EME",
            "PARIS 12E ARRONDISSEMENT",
            "49350 GENNES",
            "Œuilly",
            "La Baule (44)",
            "STE PAZANNE",
            "Stains",
            None,
        ]
    )
    assert normalise_name(names).tolist()[:8] == [
        "PARIS",
        "LYON",
        "PARIS",
        "GENNES",
        "OEUILLY",
        "BAULE",
        "SAINTE PAZANNE",
        "STAINS",
    ]
    postal = pd.Series(["20000", "20137", "20200", "20620", "97411", "97150", "1000", "0null"])
    found = departements_of_postal(postal)
    assert found.tolist()[:7] == ["2A", "2A", "2B", "2B", "974", "978", "01"]
    assert found.isna().tolist()[7]


def test_an_employer_counts_only_where_no_place_is_published(
    communes: gpd.GeoDataFrame, cog: pd.DataFrame
) -> None:
    both = pd.concat(
        [
            place(id="a", latitude=46.05, longitude=5.05, code_postal="01370"),  # in 01001
            place(id="b", code_declare="01001", est_employeur=True),
            place(id="c", code_declare="01002", est_employeur=True),
        ],
        ignore_index=True,
    )
    frame, ledger = build_places({"conseiller_numerique": both}, communes, cog, day=DAY)
    rows = frame.set_index("id")
    assert rows["statut"].to_dict() == {"cn-a": "retenu", "cn-b": "ecarte", "cn-c": "retenu"}
    assert rows.loc["cn-b", "motif_statut"] == KNOWN
    assert rows.loc["cn-c", ["code_commune", "precision"]].tolist() == ["01002", "commune"]
    assert ledger["lignes"].tolist() == [3, 2, 1]


def test_an_employer_that_still_hires_dates_the_place_of_its_siret(
    communes: gpd.GeoDataFrame, cog: pd.DataFrame
) -> None:
    at = {"latitude": 46.05, "longitude": 5.05, "code_postal": "01370"}
    siret, other = "21010001800010", "21010001800028"
    hires = {"code_declare": "01001", "est_employeur": True, "date_liste": "2022-11-01"}

    def seen(**employer: object) -> tuple[str, str, bool]:
        rows = [
            place(id="a", **at, siret=siret, date_maj="2020-05-01"),
            place(id="b", **{"siret": siret, "nb_conseillers": 2.0, **hires, **employer}),
        ]
        both = pd.concat(rows, ignore_index=True)
        frame, _ = build_places({"conseiller_numerique": both}, communes, cog, day=DAY)
        own = frame.set_index("id").loc["cn-a"]
        return own["date_maj"], own["date_connue"], bool(own["est_ancien"])

    assert seen() == ("2020-05-01", "2022-11-01", False)
    old = ("2020-05-01", "2020-05-01", True)
    # Another employer of the commune, one that hires nobody any more, an older list.
    assert seen(siret=other) == old
    assert seen(nb_conseillers=0.0) == old
    assert seen(date_liste="2019-01-01") == old
