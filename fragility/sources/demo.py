"""The embedded default data: a fictional département written in the producers' own formats.

What belongs here: the list of files and of the traps planted in them. Shapes and codes come from
`demo_territory`, people from `demo_people` and `demo_census`, files from `demo_cog`, `demo_files`,
`demo_supply`, `demo_places`, `demo_mediation` and `demo_survey`, dialects of CSV and zip from
`demo_formats`.
What does not belong here: reading. The readers of the real files read these too, or one is wrong.

Traps, each met in a real file, and why it is here
--------------------------------------------------
* département "00": a code read as a number is lost, whatever is padded later; EPCI.csv and
  FILO2018 have lost their zeros already and must be padded back to five.
* a fusion of three communes and a change of code on 2021-01-01: ARCEP, the RP 2017 rates and
  Filosofi carry the old codes; summing counts and weighting rates brings them to the COG 2021.
  Base-ic tables are in the map of 2021 already, so that IRIS add up to the comparateur.
* a fusion of 2024 in the movements, later than the map: applying it would lose a commune; a
  re-creation of 2010 and a fusion of 1973, earlier than every file: applying them would too.
* COMD rows in the COG: without a filter on TYPECOM the fused communes are counted twice.
* an island without EPCI, a commune without geometry, two communes without inhabitants, and two
  whose number of premises is 0: shares that are unknown, not 0 and not 100.
* rows published twice in the RP 2017 rates, secrecy written as an empty cell or an absent row.
* conseillers without coordinates, in the wrong commune, with latitude and longitude swapped; a name
  that is a spreadsheet formula and one that is HTML: exports must neutralise both.
* places that a second list repeats by identifier, address or name, one that receives nobody, one
  whose record is old, a structure whose commune cannot be known.
* IRIS contours for part of the split communes, centroids for all.
* business (A) and other (D) IRIS with almost nobody: their rates are noise.
"""

import os
from pathlib import Path
from typing import Final

from fragility.sources.demo_cog import CONTOURED_TOWNS, cog_files
from fragility.sources.demo_files import statistics_files
from fragility.sources.demo_indicators import brought_files
from fragility.sources.demo_mediation import MEDIATION_TRAPS, mediation_files
from fragility.sources.demo_places import PLACE_TRAPS, place_files
from fragility.sources.demo_supply import supply_files
from fragility.sources.demo_survey import survey_files
from fragility.sources.demo_territory import (
    AMPERSAND,
    CITY,
    CODE_CHANGE_2021,
    DEPARTEMENT,
    FUSION_2021,
    FUSION_2024,
    ISLAND,
    LIGATURE,
    NO_PREMISES,
    NULL_GEOMETRY,
    RECREATION_2010,
    REGION,
    TOWNS,
    UNINHABITED,
)

DEMO_TRAPS: Final[dict[str, str]] = {
    "departement": DEPARTEMENT,
    "region": REGION,
    "ville": CITY,
    "ile_sans_epci": ISLAND,
    "geometrie_nulle": NULL_GEOMETRY,
    "esperluette": AMPERSAND,
    "ligature": LIGATURE,
    "inhabitees": ",".join(UNINHABITED),
    "locaux_nuls": ",".join(NO_PREMISES),
    "fusion_2021_anciens": ",".join(FUSION_2021),
    "fusion_2021_nouveau": next(iter(FUSION_2021.values())),
    "changement_code_2021_ancien": next(iter(CODE_CHANGE_2021)),
    "changement_code_2021_nouveau": next(iter(CODE_CHANGE_2021.values())),
    "fusion_2024_anciens": ",".join(FUSION_2024),
    "retablissement_2010": ",".join(RECREATION_2010),
    "communes_irisees": ",".join(sorted(TOWNS)),
    "communes_contours_iris": ",".join(sorted(CONTOURED_TOWNS)),
    **PLACE_TRAPS,
    **MEDIATION_TRAPS,
}
"""Codes and identifiers that a trap concerns; several are joined by commas."""


def demo_files() -> dict[str, bytes]:
    """Build every file of the demo, by path relative to the folder of raw data."""
    return (
        cog_files()
        | statistics_files()
        | supply_files()
        | place_files()
        | mediation_files()
        | survey_files()
        | brought_files()
    )


def write_demo(raw: Path, under: str = "") -> list[Path]:
    """Write the demo's raw files under `raw/<source>/demo/`, the same bytes on every call.

    Parameters
    ----------
    raw : folder of raw data; made if need be. Files already there are replaced one by one,
        never left half written.
    under : folder of `raw` to write alone, by default everything.

    Returns
    -------
    Paths written, sorted.
    """
    written = []
    for name, content in sorted(demo_files().items()):
        if not name.startswith(under):
            continue
        path = raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_bytes(content)
        temporary.replace(path)
        written.append(path)
    return written
