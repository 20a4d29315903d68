"""Lists of mediation places of all programmes: the standard and the forms of two hubs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.aidants import read_aidants
from fragility.sources.readers.hubs import ONLINE, read_mediation
from fragility.sources.readers.laposte import RELAY, read_laposte
from fragility.sources.readers.mednum import read_mednum
from fragility.sources.readers.places import COLUMNS

STANDARD = {
    "id": "b9cf-dora", "pivot": "00000000000000", "nom": "Parkour", "commune": "Roubaix",
    "code_postal": "59100", "code_insee": "59512", "adresse": "Rue de Babylone",
    "latitude": "50.69", "longitude": "3.19", "telephone": "+33320000000",
    "courriels": "contact@exemple.fr", "source": "dora", "date_maj": "2022-11-22",
    "conditions_acces": "", "labels_nationaux": "",
}  # fmt: skip
HINAURA = {
    "datetime_create": "05/05/2021 14:29:42", "datetime_latest": "29/04/2022 12:32:28",
    "Nom du lieu ou de la structure *": "MSAP d'Abondance", "Adresse postale *": "Champ de foire",
    "Code postal": "74360", "Ville *": "ABONDANCE", "bf_latitude": "46.27",
    "bf_longitude": "6.72", "Géolocalisation": "", "Site Web": "http://",
}  # fmt: skip
PACA = {
    "nom": "Bibliothèque", "structure_porteuse": "", "siret": "", "adresse_brut": "",
    "adresse_numero": "4", "adresse_rue": "rue Jean Rouget", "adresse_code_postal": "6810",
    "adresse_code_insee": "", "adresse_commune": "Auribeau", "latitude": "43.38",
    "longitude": "4.80", "itinerant": "Non", "en_ligne": "Non", "date": "01/01/1970",
}  # fmt: skip
AIDANTS = {
    "Name": "Médiathèque Beauvoir", "SIRET": "21 260 281 500 018",
    "Adresse": "1, rue Sabaton", "Code postal": "2610", "Département": "Aisne",
    "Région": "Hauts-de-France", "Nombre de mandats": "1 094", "Nombre d'usagers accompagnés": "1",
    "Nombre d'agents formés": "4", "commune": "", "date_maj": "15/03/2021",
}  # fmt: skip
LAPOSTE = {
    "identifiant_a": "100A", "libelle_du_site": "NOMEXY BP",
    "caracteristique_du_site": "Bureau de Poste", "adresse": "1 PLACE DE LA MAIRIE",
    "complement_d_adresse": "", "code_postal": "1440", "localite": "NOMEXY",
    "code_insee": "1327", "latitude": "48.3", "longitude": "6.4", "numero_de_telephone": "3631",
}  # fmt: skip


def write(path: Path, base: dict[str, str], *changes: dict[str, str], sep: str = ",") -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(base), delimiter=sep, restval="")
        writer.writeheader()
        writer.writerows([base | change for change in changes or ({},)])
    return path


def test_the_standard_is_read_whole_and_says_whose_places_it_repeats(tmp_path: Path) -> None:
    path = write(
        tmp_path / "di.csv", STANDARD,
        {"nom": "Pôle"},
        {"id": "627a2a-mediation-numerique-conseiller-numerique", "source": "conseiller-numerique",
         "labels_nationaux": "CNFS"},
        {"id": "770-mediation-numerique-france-services__x", "source": "france-services",
         "pivot": "21590512400019", "conditions_acces": "Ce lieu n'accueille pas de public"},
    )  # fmt: skip
    frame = read_mediation(path)
    assert list(frame.columns) == COLUMNS
    assert frame["id_origine"].fillna("").tolist() == ["", "cn-627a2a", "fs-770"]
    assert frame["siret"].fillna("").tolist() == ["", "", "21590512400019"]
    assert frame["motif_ecart"].notna().tolist() == [False, False, True]
    text = frame.to_csv()
    assert "exemple.fr" not in text
    assert "3320" not in text
    # The same file as a list of conseillers holds their places alone.
    assert read_mednum(path)["nom"].tolist() == ["Parkour"]


def test_two_hubs_have_a_form_of_their_own(tmp_path: Path) -> None:
    place = read_mediation(write(tmp_path / "h.csv", HINAURA)).iloc[0]
    assert place["nom"] == "MSAP d'Abondance"
    assert (place["commune_declaree"], place["date_maj"]) == ("ABONDANCE", "2022-04-29")
    assert (place["latitude"], place["longitude"]) == (46.27, 6.72)

    changes = ({}, {"itinerant": "oui"}, {"en_ligne": "Oui", "adresse_rue": "avenue Foch"})
    frame = read_mediation(write(tmp_path / "p.csv", PACA, *changes))
    assert frame["adresse"].tolist()[:2] == ["4 rue Jean Rouget"] * 2
    assert frame["code_postal"].tolist() == ["06810"] * 3
    assert frame["itinerance"].tolist() == [False, True, False]
    assert frame["motif_ecart"].fillna("").tolist() == ["", "", ONLINE]
    assert frame["date_maj"].isna().all()  # 1 January 1970 on every row
    # Known by its name and address: the same twice has one id, another address another one.
    assert frame["id"].tolist()[0] == frame["id"].tolist()[1] != frame["id"].tolist()[2]


def test_another_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="code_postal"):
        read_mediation(write(tmp_path / "x.csv", {"id": "1", "nom": "a", "commune": "b"}))


def test_aidants_connect_has_neither_point_nor_commune(tmp_path: Path) -> None:
    frame = read_aidants(
        write(
            tmp_path / "ac.csv", AIDANTS,
            {}, {"SIRET": "1", "Adresse": "29 rue Draye de Meyne, 26110, NYONS"},
            {"SIRET": "828 213 371", "Name": "CCAS de Roanne"},
            {"Name": "MAIRIE D'ESPEZEL", "Adresse": "Hôtel de Ville\n6 av. Pasteur\n33270 Floirac"},
            {"Name": "Monsieur Jean Martin", "Adresse": "2 rue A"},
        )
    )  # fmt: skip
    assert frame["siret"].fillna("").tolist() == ["21260281500018", "", "", *["21260281500018"] * 2]
    assert frame["commune_declaree"].fillna("").tolist() == ["", "NYONS", "Roanne", "Floirac", ""]
    assert frame["code_postal"].tolist() == ["02610"] * 5
    assert frame["latitude"].isna().all()
    assert frame["date_maj"].isna().all()
    assert frame["nom"].tolist()[4] == "Lieu sans nom"
    assert frame["id"].is_unique


@pytest.mark.parametrize("labelled", [False, True])
def test_the_post_is_read_with_field_names_or_labels(tmp_path: Path, labelled: bool) -> None:
    kinds = {"100A": "Bureau de Poste", "2": "Relais Poste Commerçant",
             "3": "Agence Postale Communale"}  # fmt: skip
    rows = [{"identifiant_a": i, "caracteristique_du_site": k} for i, k in kinds.items()]
    path = write(tmp_path / "lp.csv", LAPOSTE, *rows, sep=";" if labelled else ",")
    if labelled:
        text = path.read_text(encoding="utf-8")
        for name, label in {
            "identifiant_a": "#Identifiant_du_site", "libelle_du_site": "Libellé_du_site",
            "caracteristique_du_site": "Caractéristique_du_site", "localite": "Localité",
            "latitude": "Latitude", "code_postal": "Code_postal",
        }.items():  # fmt: skip
            text = text.replace(name, label, 1)
        path.write_text(text, encoding="utf-8")
    frame = read_laposte(path)
    assert frame["id"].tolist() == ["100A", "2", "3"]
    assert frame["motif_ecart"].fillna("").tolist() == ["", RELAY, ""]
    assert (frame.loc[0, "code_declare"], frame.loc[0, "code_postal"]) == ("01327", "01440")
    assert "3631" not in frame.to_csv()


def test_a_list_of_relays_alone_or_without_kinds_is_refused(tmp_path: Path) -> None:
    relay = {"caracteristique_du_site": "La Poste Relais"}
    with pytest.raises(BadFileError, match="bureau de poste"):
        read_laposte(write(tmp_path / "a.csv", LAPOSTE, relay))
    bare = {k: v for k, v in LAPOSTE.items() if k != "caracteristique_du_site"}
    with pytest.raises(BadFileError, match="caracteristique_du_site"):
        read_laposte(write(tmp_path / "b.csv", bare))
