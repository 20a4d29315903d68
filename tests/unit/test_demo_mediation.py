"""The demo's lists that repeat places of others end as they were planted to."""

from __future__ import annotations

import pandas as pd
import pytest

from fragility.access.places import build_places
from fragility.schemas import PERSONAL_DATA
from fragility.sources.demo_mediation import MEDIATION_TRAPS, mediation_files
from fragility.sources.demo_places import place_files
from fragility.sources.demo_territory import DEPARTEMENT, build_territory
from fragility.sources.readers import aidants, hubs, places, zonages

COG = pd.DataFrame(
    {c: pd.Series(dtype="str") for c in ("type_commune", "code", "nom", "code_parent")}
)
READERS = {
    "conseiller_numerique": ("anct_conseillers", places.read_conseillers),
    "france_services": ("anct_france_services", places.read_france_services),
    "aidants_connect": ("aidants_connect", aidants.read_aidants),
    "bibliotheque": ("bibliotheques", places.read_bibliotheques),
    "mediation": ("lieux_mediation", hubs.read_mediation),
}  # fmt: skip


@pytest.fixture(scope="module")
def lieux(tmp_path_factory) -> pd.DataFrame:
    raw, lists = tmp_path_factory.mktemp("raw"), {}
    for name, content in (place_files() | mediation_files()).items():
        path = raw / name.replace("/", "-")
        path.write_bytes(content)
        for kind, (source, read) in READERS.items():
            if name.startswith(f"{source}/"):
                lists[kind] = read(path)
    communes = build_territory().communes.to_crs(4326).assign(code_departement=DEPARTEMENT)
    ordered = {kind: lists[kind] for kind in READERS}
    table, ledger = build_places(ordered, communes, COG, day="2022-12-02")
    read = ledger.loc[ledger["motif"] == "entrées", "lignes"].sum()
    assert read == sum(map(len, lists.values())) == ledger["lignes"].sum() - read
    return table.set_index("id")


def test_what_is_repeated_is_merged_and_what_is_new_is_kept(lieux: pd.DataFrame) -> None:
    mediation = lieux[lieux["dispositif"] == "mediation"]
    assert mediation["statut"].value_counts().to_dict() == {"fusionne": 6, "retenu": 2, "ecarte": 1}
    reasons = mediation["motif_fusion"].dropna().str.extract(r"^([^,]*)")[0]
    assert reasons.value_counts().to_dict() == {
        "même identifiant du producteur": 4, "même adresse": 1, "même nom": 1,
    }  # fmt: skip
    new = lieux.loc[f"med-{MEDIATION_TRAPS['mediation_nouvelle']}"]
    assert (new["statut"], new["est_ancien"]) == ("retenu", False)
    assert lieux.loc[f"med-{MEDIATION_TRAPS['mediation_fermee']}", "statut"] == "ecarte"
    assert lieux.loc[f"med-{MEDIATION_TRAPS['mediation_ancienne']}", "est_ancien"]


def test_structures_of_aidants_connect(lieux: pd.DataFrame) -> None:
    own = lieux[lieux["dispositif"] == "aidants_connect"].set_index("nom")
    assert own["statut"].value_counts().to_dict() == {"retenu": 2, "fusionne": 1, "ecarte": 1}
    assert own.loc[MEDIATION_TRAPS["aidants_sans_commune"], "statut"] == "ecarte"
    assert own.loc[MEDIATION_TRAPS["aidants_en_double"], "statut"] == "retenu"


def test_no_conseiller_is_lost_and_nothing_is_personal(lieux: pd.DataFrame) -> None:
    conseillers = lieux[lieux["dispositif"] == "conseiller_numerique"]
    assert set(conseillers["statut"]) == {"retenu", "ecarte"}
    text = pd.Series([c.decode() for c in mediation_files().values()])
    assert not text.str.contains(PERSONAL_DATA, regex=True).any()


def test_the_density_grid_has_its_seven_levels(tmp_path) -> None:
    path = tmp_path / "densite.csv"
    path.write_bytes(mediation_files()["insee_densite/demo/densite.csv"])
    frame, dropped = zonages.read_densite(path)
    assert len(frame) == len(build_territory().communes)
    assert sorted(frame["valeur"].unique()) == list("1234567")
    assert dropped == {}
