"""La Poste's contact points: post offices, communal agencies and relays at a shop.

https://www.data.gouv.fr/datasets/liste-des-bureaux-de-poste-agences-postales-et-relais-poste.
Published with the producer's field names (comma) or with their labels (semicolon, the first one
behind a `#`). Telephone numbers are never read further than the header.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fragility.errors import BadFileError
from fragility.sources.readers.common import require_columns
from fragility.sources.readers.intake import Intake
from fragility.sources.readers.place_cells import header_of
from fragility.sources.readers.places import _finish, _read

# Field name -> ours; a label is the same name with accents and capitals.
FIELDS = {
    "libelle_du_site": "nom",
    "caracteristique_du_site": "nature",
    "adresse": "adresse",
    "code_postal": "code_postal",
    "localite": "commune_declaree",
    "latitude": "latitude",
    "longitude": "longitude",
}
_IDS = ("identifiant_a", "identifiant_du_site", "identifiant")
# A relay at a shop hands out parcels: nobody there helps with a procedure.
RELAY = "relais chez un commerçant, sans accompagnement"
_RELAY = r"\brelais\b"


def read_laposte(path: Path | Intake) -> pd.DataFrame:
    """Read the contact points.

    Returns
    -------
    Frame with `places.COLUMNS`, one row per point; relays at a shop have a `motif_ecart`. The
    list does not date its points: `date_maj` is missing.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent or is not that list.
    """
    intake = Intake.of(path)
    sep, header = _dialect(intake)
    plain = {_plain(name): name for name in header}
    key = next((plain[i] for i in _IDS if i in plain), None)
    missing = [name for name in FIELDS if name not in plain]
    if key is None or missing:
        require_columns(pd.DataFrame(columns=list(plain)), [_IDS[0], *FIELDS], intake.path, sep=sep)
    assert key is not None
    columns = {key: "id", **{plain[old]: new for old, new in FIELDS.items()}}
    codes = [plain[c] for c in ("code_insee",) if c in plain]
    frame, intake = _read(intake, sep, columns, optional=codes)
    if codes:
        frame["code_declare"] = frame.pop(codes[0]).str.zfill(5)
    frame["code_postal"] = frame["code_postal"].str.zfill(5)
    relay = frame["nature"].str.contains(_RELAY, case=False, regex=True).fillna(False).astype(bool)
    if relay.all():
        raise BadFileError(
            "Ce fichier n'a ni bureau de poste ni agence postale.",
            path=intake.path,
            expected="caracteristique_du_site = « Bureau de Poste », « Agence Postale Communale »",
            found=f"{len(frame)} relais",
            remedy="vérifiez que c'est le fichier de tous les points de contact",
        )
    frame["motif_ecart"] = pd.Series(RELAY, index=frame.index).where(relay)
    return _finish(frame, intake)


def _dialect(intake: Intake) -> tuple[str, list[str]]:
    """Separator and header: the one of the two forms that parts the most columns."""
    found = {sep: header_of(intake, sep) for sep in (";", ",")}
    sep = max(found, key=lambda s: len(found[s]))
    return sep, found[sep]


def _plain(label: str) -> str:
    """Turn a label into the field's name: « #Identifiant_du_site » -> `identifiant_du_site`."""
    bare = pd.Series([label.lstrip("#").strip().lower()]).str.normalize("NFKD").iloc[0]
    return "".join(c for c in bare if c.isascii()).replace(" ", "_")
