"""The published forms of every source that a reader knows: what `recognise` compares a file with.

A new form that needs other reading options is an entry here; usual names come from the readers.
"""

from __future__ import annotations

from fragility.sources.detect.families_insee import INSEE, IRIS_KEY, TEXT
from fragility.sources.detect.look import Kind
from fragility.sources.detect.roles import Family, Role, roles_of
from fragility.sources.readers import (
    aidants,
    arcep,
    caf,
    credoc,
    hubs,
    laposte,
    mednum,
    places,
)

_MAP: tuple[Kind, ...] = ("carte",)
_ANSWERS = roles_of({name: name.lower() for name in ("ANNEE", "POND", *credoc.QUESTIONS)})
_FIBRE = {
    "code_insee": "code_commune", "fibre_pct": "fibre_pct", "population": "population",
    "surface_km2": "superficie_km2", "lat": "latitude", "lon": "longitude",
}  # fmt: skip

_OTHERS: tuple[Family, ...] = (
    Family(
        "caf_iris",
        "allocataires par IRIS",
        TEXT,
        (Role("code_iris", "iris_code", IRIS_KEY), Role("note", "note"), *roles_of(caf.COLUMNS)),
        level="iris",
    ),
    Family(
        "arcep_fixe",
        "locaux par classe de débit",
        TEXT,
        roles_of(arcep.FIXED_COLUMNS, optional=arcep.SLOW_CLASSES),
        level="commune",
        dates=("date",),
    ),
    Family("arcep_fibre", "fibre par commune", TEXT, roles_of(_FIBRE), level="commune", sep=","),
    *(
        Family("arcep_mobile_sites", "sites mobiles", TEXT, roles_of(layout))
        for layout in arcep.SITE_COLUMNS
    ),
    Family(
        "arcep_couverture",
        "couverture 4G d'un opérateur",
        _MAP,
        roles_of({c: c for c in ("operateur", "techno", "niveau", "dept")}),
        geometry="contours",
    ),
    Family(
        "credoc_barometre",
        "réponses individuelles du Baromètre",
        ("parquet", "texte"),
        _ANSWERS,
        dates=("ANNEE",),
        sep=",",
    ),
    Family("eurostat_grille", "population par maille de 1 km", ("grille",), ()),
    Family(
        "eurostat_grille",
        "population par maille de 1 km, en tableau",
        TEXT,
        roles_of({"GRD_ID": "maille", "T": "population", "CNTR_ID": "pays"}),
        sep=",",
        options={"form": "csv"},
    ),
    Family(
        "anct_conseillers",
        "lieux des conseillers numériques",
        TEXT,
        roles_of(places.CONSEILLERS),
        sep=",",
        dates=("date_maj",),
    ),
    Family(
        "anct_conseillers",
        "structures qui emploient des conseillers numériques",
        TEXT,
        roles_of(places.STRUCTURES),
        sep=",",
        options={"form": "structures"},
    ),
    Family(
        "anct_conseillers",
        "lieux de médiation numérique, tous dispositifs",
        TEXT,
        (
            *roles_of(mednum.MEDNUM),
            Role("dispositif", "dispositif_programmes_nationaux", ("labels_nationaux",), free=True),
        ),
        sep=",",
        dates=("date_maj",),
        options={"form": "mednum"},
    ),
    Family(
        "anct_france_services",
        "lieux France services",
        TEXT,
        roles_of(places.FRANCE_SERVICES),
        sep=",",
    ),
    Family("bibliotheques", "bibliothèques publiques", TEXT, roles_of(places.BIBLIOTHEQUES)),
    Family(
        "aidants_connect", "structures Aidants Connect", TEXT, roles_of(aidants.AIDANTS), sep=","
    ),
    Family(
        "lieux_mediation",
        "lieux de médiation numérique",
        TEXT,
        roles_of(mednum.MEDNUM),
        sep=",",
    ),
    *(
        Family(
            "lieux_mediation",
            f"lieux de médiation numérique, forme {name}",
            TEXT,
            tuple(Role(ours, usual, free=True) for usual, ours in form.columns.items()),
            sep=",",
        )
        for name, form in hubs.FORMS.items()
    ),
    Family(
        "laposte_points",
        "points de contact de La Poste",
        TEXT,
        (
            Role("id", "identifiant_a", ("#?identifiant_du_site", "identifiant"), free=True),
            # A label is the name of the field, with accents.
            *(
                Role(ours, usual, (usual.replace("e", "[eéè]"),), free=True)
                for usual, ours in laposte.FIELDS.items()
            ),
        ),
    ),
    Family(
        "insee_densite",
        "grille communale de densité",
        TEXT,
        roles_of({"insee_com": "code_commune", "niveau_densite": "valeur"}),
        level="commune",
        sep=",",
    ),
    Family(
        "anct_zrr",
        "classement en ZRR",
        ("classeur",),
        (Role("code_commune", "CODGEO", free=True), Role("valeur", "ZRR_SIMP", free=True)),
        level="commune",
    ),
    Family(
        "anct_frr",
        "classement en FRR",
        TEXT,
        roles_of({"codgeo": "code_commune", "codefrr": "valeur"}),
        level="commune",
    ),
    Family(
        "anct_acv",
        "villes d'Action cœur de ville",
        TEXT,
        (Role("code_commune", "insee_com", free=True), Role("valeur", "id_acv", free=True)),
        level="commune",
    ),
    Family(
        "anct_qpv",
        "contours des quartiers prioritaires",
        _MAP,
        (
            Role("code", "code_qp", free=True),
            Role("libelle", "lib_qp", free=True),
            Role("geometry", "geometry"),
        ),
    ),
    Family(
        "ign_communes",
        "contours de communes et d'arrondissements",
        ("parquet",),
        roles_of({"code": "code", "type": "type_commune", "geometry": "geometry"}),
        geometry="contours",
    ),
    Family(
        "ign_communes",
        "contours ADMIN-EXPRESS",
        _MAP,
        (Role("code", "INSEE_COM", ("CODE_INSEE", "INSEE_ARM"), free=True),),
        level="commune",
        layers=("COMMUNE", "ARRONDISSEMENT_MUNICIPAL"),
        geometry="contours",
        options={"form": "admin-express"},
        without=("(?i)code_iris",),
    ),
    Family(
        "ign_iris",
        "contours d'IRIS",
        _MAP,
        roles_of({"CODE_IRIS": "code_iris", "geometry": "geometry"}),
        level="iris",
        geometry="contours",
    ),
    Family(
        "ign_iris",
        "contours d'IRIS, livraison 3-0",
        _MAP,
        (
            Role("code_iris", "code_iris", free=True),
            Role("type_iris", "type_iris", free=True),
            Role("geometry", "geometry"),
        ),
        level="iris",
        geometry="contours",
        options={"form": "contours-iris"},
    ),
    Family(
        "ign_iris",
        "centres d'IRIS",
        _MAP,
        roles_of(
            {
                "CODE_IRIS": "code_iris",
                "INSEE_COM": "code_arrondissement",
                "geometry": "geometry",
            }
        ),
        level="iris",
        geometry="points",
        part="centroid",
    ),
)
FAMILIES: tuple[Family, ...] = (*INSEE, *_OTHERS)


def families_of(source: str) -> list[Family]:
    """Forms of a source; none if no reader knows it."""
    return [family for family in FAMILIES if family.source == source]
