"""The national map of mediation: only places of conseillers numériques, and where they receive."""

import csv

import pandas as pd
import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.mednum import LONGEST_ID, read_mednum
from fragility.sources.readers.places import COLUMNS

TEXT = (
    "id,pivot,nom,commune,code_postal,code_insee,adresse,complement_adresse,latitude,longitude,"
    "typologie,telephone,courriels,site_web,horaires,presentation_resume,presentation_detail,"
    "source,itinerance,structure_parente,date_maj,services,publics_specifiquement_adresses,"
    "prise_en_charge_specifique,frais_a_charge,dispositif_programmes_nationaux,"
    "formations_labels,autres_formations_labels,modalites_acces,modalites_accompagnement,"
    "fiche_acces_libre,prise_rdv"
)
HEADER = TEXT.split(",")
PLACE = {
    "id": "coop_1", "pivot": "00000000000000", "nom": "Mairie, annexe", "commune": "Bourg",
    "code_postal": "01000", "code_insee": "01053", "latitude": "46.2", "longitude": "5.22",
    "telephone": "+33474000000", "courriels": "contact@exemple.fr", "itinerance": "Fixe",
    "date_maj": "2026-05-02", "dispositif_programmes_nationaux": "Conseillers numériques",
    "modalites_acces": "Se présenter|Téléphoner",
}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    def run(*places, header=HEADER):
        path = tmp_path / "mednum.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, header, quoting=csv.QUOTE_ALL, restval="")
            writer.writeheader()
            for place in places:
                writer.writerow({k: v for k, v in (PLACE | place).items() if k in header})
        return read_mednum(path)

    return run


def test_places_of_other_programmes_alone_are_not_of_the_list(read):
    frame = read(
        {"id": "a"},
        {"id": "b", "dispositif_programmes_nationaux": "France Services|Conseillers numériques"},
        {"id": "c", "dispositif_programmes_nationaux": "France Services"},
        {"id": "d", "dispositif_programmes_nationaux": ""},
        {"id": "e", "dispositif_programmes_nationaux": "Pas des Conseillers numériques"},
    )
    assert frame["id"].tolist() == ["a", "b"]
    assert list(frame.columns) == COLUMNS
    assert frame["nb_conseillers"].isna().all()
    assert not frame["est_employeur"].any()
    first = frame.iloc[0]
    assert (first["code_declare"], first["latitude"], first["longitude"]) == ("01053", 46.2, 5.22)
    assert first["date_maj"] == "2026-05-02"


@pytest.mark.parametrize(
    ("programmes", "own"),
    [
        ("Conseillers numériques", True), (" Conseillers numériques ", True), ("CNFS", True),
        ("France Services|CNFS|Aidants Connect", True), ("CNFS;France Services", True),
        ("CNFS partenaire", False), ("Conseillers numériques bis|France Services", False),
        ("Conseillers numériques, en projet", False), ("Ancien CNFS", False), ("cnfs", False),
    ],
)  # fmt: skip
def test_a_programme_is_a_whole_value_of_the_cell(read, programmes, own):
    frame = read({"id": "sûr"}, {"id": "x", "dispositif_programmes_nationaux": programmes})
    assert ("x" in set(frame["id"])) is own


def test_no_telephone_nor_address_of_a_person_is_kept(read):
    text = read({}).to_csv()
    assert "exemple.fr" not in text
    assert "33474" not in text


def test_a_place_that_receives_nobody_is_set_aside_with_its_reason(read):
    frame = read({"modalites_acces": "Ce lieu n'accueille pas de public"}, {"id": "open"})
    assert frame["motif_ecart"].tolist()[0] == "n'accueille pas de public"
    assert pd.isna(frame["motif_ecart"].tolist()[1])


def test_moving_places_numbers_as_codes_and_endless_identifiers(read):
    long = "__".join(f"structure-{k:020d}" for k in range(9))
    frame = read(
        {"id": long, "code_postal": "1000.0", "itinerance": "Itinérant"},
        {"id": long + "x", "itinerance": "Fixe|Itinérant"},
    )
    assert frame["code_postal"].tolist() == ["01000", "01000"]
    assert frame["itinerance"].tolist() == [True, False]
    assert frame["id"].nunique() == 2
    assert frame["id"].str.len().max() <= LONGEST_ID + 14
    assert read({"id": long})["id"].tolist() == frame["id"].tolist()[:1]


def test_names_of_earlier_drafts_are_known(read):
    old = {
        "dispositif_programmes_nationaux": "labels_nationaux",
        "modalites_acces": "conditions_acces",
    }
    header = [old.get(name, name) for name in HEADER]
    frame = read({"labels_nationaux": "France Services;CNFS"}, header=header)
    assert len(frame) == 1


def test_a_list_without_programmes_is_refused(read):
    with pytest.raises(BadFileError, match="dispositif_programmes_nationaux"):
        read({}, header=[n for n in HEADER if n != "dispositif_programmes_nationaux"])
