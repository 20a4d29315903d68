"""The fictional département as the producers of `france-2024` would publish it.

Every address of that edition has its file here, under its exact name, in its exact archive, with
its exact header: what `fragility fetch` then `fragility run` do of them is what they do of the
real ones. Each is put under the path that a mirror keeps it at (`download.mirrored`).

Traps besides those of `demo.py`: a fusion that has happened between the map of the IRIS census
and that of the edition; three censuses in one file, and collectivities under a name that looks
like communes; secrecy as `s`, `ns` and `nd`; decimal commas; a code beside which lies another
file of the same stem (`CHFLIEU_COMMUNE`); levels of coverage that overlap; cells of other
countries, empty or hidden; places of other programmes, or that receive nobody; identifiers joined
by the merging of doubles; a survey in Windows-1252.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit

import numpy as np
import pandas as pd

from fragility.sources.catalogue_2024 import RELEASES_2024
from fragility.sources.demo import demo_files
from fragility.sources.demo_formats import csv_bytes
from fragility.sources.demo_producers_insee import insee_archives, table_of, to_2024
from fragility.sources.demo_producers_maps import map_archives
from fragility.sources.demo_survey import survey_files

BAROMETRE: Final = "barometre-du-numerique-2007-2022.csv"
_SPEEDS: Final = ("elig_hd05", "elig_hd3", "elig_bhd8", "elig_thd30", "elig_thd100", "elig_thd1g")
_MEDNUM: Final = (
    "id", "pivot", "nom", "commune", "code_postal", "code_insee", "adresse", "complement_adresse",
    "latitude", "longitude", "typologie", "telephone", "courriels", "site_web", "horaires",
    "presentation_resume", "presentation_detail", "source", "itinerance", "structure_parente",
    "date_maj", "services", "publics_specifiquement_adresses", "prise_en_charge_specifique",
    "frais_a_charge", "dispositif_programmes_nationaux", "formations_labels",
    "autres_formations_labels", "modalites_acces", "modalites_accompagnement", "fiche_acces_libre",
    "prise_rdv",
)  # fmt: skip
_PROGRAMMES: Final = {
    "CNFS": "Conseillers numériques", "France Services": "France Services",
    "Aidants Connect": "Aidants Connect",
}  # fmt: skip
_FRANCE_SERVICES: Final = (
    "id_fs", "insee_dep", "lib_fs", "adresse", "complement_adresse", "insee_com", "code_postal",
    "lib_com", "latitude", "longitude", "mail", "telephone", "h_lundi", "h_mardi", "h_mercredi",
    "h_jeudi", "h_vendredi", "h_samedi", "prise_rdv", "commentaire", "type_fs", "format_fs",
    "groupe_fs", "labellisation_fs",
)  # fmt: skip


def mirror_files() -> dict[str, bytes]:
    """Map host and path of every address of `france-2024` to what it would send."""
    own = demo_files()
    contents = insee_archives(own) | map_archives(own) | _single_files(own)
    files = {}
    for file in (file for release in RELEASES_2024 for file in release.files):
        if file.url is not None:
            place = urlsplit(file.url)
            name = PurePosixPath(place.path).name
            files[f"{place.netloc}{place.path}"] = contents[name]
    return files


def write_mirror(folder: Path) -> None:
    """Write the files of `mirror_files` under a folder that a server may serve."""
    for name, content in mirror_files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def survey_csv() -> bytes:
    """Write the survey as CRÉDOC's CSV: comma, quoted, Windows-1252."""
    (content,) = survey_files().values()
    table = pd.read_parquet(io.BytesIO(content))
    text = table.to_csv(index=False, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    return text.encode("cp1252")


def _single_files(own: Mapping[str, bytes]) -> dict[str, bytes]:
    by_name = {
        file.name: PurePosixPath(urlsplit(file.url).path).name
        for release in RELEASES_2024 for file in release.files if file.url
    }  # fmt: skip
    return {
        "commune_debit_filaire.csv": _wired(own),
        by_name["liste-fs.csv"]: _france_services(own),
        by_name["lieux-de-mediation-numerique-national.csv"]: _mednum(own),
    }


def _wired(files: Mapping[str, bytes]) -> bytes:
    """Premises by cumulative class, on the map of 2024."""
    beta = table_of(files, "arcep_fixe/", sep=";", skip=1)
    code = to_2024(beta["code_insee"])
    exclusive = beta[[
        "inel_hd", "elig_hd05", "elig_hd3", "elig_hd8", "elig_thd30", "elig_thd100", "elig_thd1g",
    ]].astype(int).groupby(code).sum()  # fmt: skip
    counts = exclusive.iloc[:, :0:-1].cumsum(axis=1).iloc[:, ::-1].set_axis(list(_SPEEDS), axis=1)
    name = beta.assign(code=code).drop_duplicates("code").set_index("code")["nom_com"]
    table = pd.DataFrame({
        "code_insee": counts.index, "nom_com": name.reindex(counts.index).to_numpy(),
        "code_dep": "00", "code_reg": "00", "nbr": exclusive.sum(axis=1).to_numpy(),
        "type": "all", "inel_hd": exclusive["inel_hd"].to_numpy(),
        **{c: counts[c].to_numpy() for c in _SPEEDS}, "date": "2024-09-30",
    })  # fmt: skip
    # The producer's own names are damaged here and there.
    return csv_bytes(table, eol="\n").decode().encode("cp1252", errors="replace")


def _mednum(files: Mapping[str, bytes]) -> bytes:
    """The national map: places of conseillers, of others, and one that receives nobody."""
    own = table_of(files, "anct_conseillers/", sep=",")
    table = pd.DataFrame({c: own.get(c, "") for c in _MEDNUM}, index=own.index)
    labels = own["labels_nationaux"].str.split(";")
    table["dispositif_programmes_nationaux"] = [
        "|".join(_PROGRAMMES[label] for label in kinds) for kinds in labels
    ]
    table["services"] = own["services"].str.replace(";", "|", regex=False)
    table["frais_a_charge"], table["itinerance"] = "Gratuit", "Fixe"
    table["modalites_acces"] = "Se présenter|Téléphoner"
    table["courriels"], table["source"] = "contact@exemple.fr", "coop-numerique"
    table["telephone"] = "+33100000000"
    sample = table.head(4).copy()
    sample["id"] = ["closed", "services", "__".join(f"{k:024x}" for k in range(9)), "rien"]
    sample["nom"] = [f"{n} (autre)" for n in sample["nom"]]
    sample["dispositif_programmes_nationaux"] = [
        "Conseillers numériques", "France Services", "Conseillers numériques|France Services", "",
    ]  # fmt: skip
    sample["modalites_acces"] = ["Ce lieu n'accueille pas de public", "", "Téléphoner", ""]
    both = pd.concat([table, sample], ignore_index=True)
    return csv_bytes(both, sep=",", eol="\n", quoting=csv.QUOTE_ALL)


def _france_services(files: Mapping[str, bytes]) -> bytes:
    """France services in the form of 2024, separated by semicolons."""
    own = table_of(files, "anct_france_services/", sep=",")
    table = pd.DataFrame({c: own.get(c, "") for c in _FRANCE_SERVICES}, index=own.index)
    moving = own["itinerance"].str.strip().str.lower().eq("oui")
    table["format_fs"] = np.where(moving, "Itinérante", "Fixe")
    table["type_fs"], table["mail"] = "Principal", "contact@exemple.fr"
    return csv_bytes(table, eol="\n")
