"""Forms of INSEE's releases: incomes, census, lists of communes and of IRIS."""

from __future__ import annotations

from collections.abc import Iterable

from fragility.sources.detect.look import Kind
from fragility.sources.detect.roles import Family, Role, roles_of
from fragility.sources.readers import insee_census, insee_cog, insee_counts, insee_filosofi

_YY = r"_?(?P<income>\d\d)"
_PREFIX = r"(?P<column_prefix>(?:DISP|DEC)_?)"
_MEDIAN = (
    rf"{_PREFIX}(?:MED|Q2)(?:_SL)?{_YY}",
    rf"(?:MED|Q2)(?:_SL)?{_YY}",
    rf"{_PREFIX}?(?:MED|Q2)(?:_SL)?_?20(?P<income>\d\d)",
    r"(?:MED|Q2)(?:_SL)?",
    "niveau_vie_median",
)
_POVERTY = (
    rf"{_PREFIX}TP60{_YY}",
    rf"TP60{_YY}",
    rf"{_PREFIX}?TP60_?20(?P<income>\d\d)",
    "TP60",
    "PR_MD60",
    "taux_pauvrete",
    "pauvrete_pct",
)
_PERSONS = (rf"NBPERSMENFISC{_YY}", r"NBPERS_?20(?P<income>\d\d)")
IRIS_KEY = ("(?:code|cod|id|dc)?_?iris(?:_code)?", "CODGEO", "GEO")
COMMUNE_KEY = (
    "codgeo", "code_?(?:insee|commune|com|geo)?", "insee_?(?:com|commune)?", "depcom", "com", "geo",
)  # fmt: skip
TEXT: tuple[Kind, ...] = ("texte",)
CLASSEUR: tuple[Kind, ...] = ("classeur",)
_FILOSOFI = {"niveau_vie_median": _MEDIAN, "pauvrete_pct": _POVERTY}


def _census(key: str, keys: tuple[str, ...], stems: Iterable[str]) -> tuple[Role, ...]:
    """Key, and columns of the census by which a theme is known; the reader takes all the others."""
    marks = (
        Role(stem.lower(), f"P{{census}}_{stem}", (rf"C(?P<census>\d\d)_{stem}",), False, free=True)
        for stem in dict.fromkeys(stems)
    )
    return (Role(key, "CODGEO" if key == "code_commune" else "IRIS", keys), *marks)


_IRIS_STEMS = tuple(dict.fromkeys(m[0].upper() for m in insee_counts.THEME_MARKS.values()))
_COMMUNE_STEMS = tuple(dict.fromkeys(stems[0] for stems in insee_census.BASE_CC.values()))
_IRIS_ANY = tuple(map(str.lower, _IRIS_STEMS))
_COMMUNE_ANY = tuple(map(str.lower, _COMMUNE_STEMS))

INSEE: tuple[Family, ...] = (
    Family(
        "insee_filosofi_iris",
        "revenus par IRIS, une colonne par indicateur",
        TEXT,
        roles_of(insee_filosofi.IRIS_COLUMNS, {"code_iris": IRIS_KEY, **_FILOSOFI}),
        level="iris",
        lag=1,
        defaults={"column_prefix": "DISP_"},
    ),
    Family(
        "insee_filosofi_communes",
        "revenus par commune (base-cc)",
        TEXT,
        roles_of(
            {
                "CODGEO": "code_commune",
                "NBPERSMENFISC{income}": "nb_personnes",
                "MED{income}": "niveau_vie_median",
                "TP60{income}": "pauvrete_pct",
            }
        ),
        level="commune",
        lag=3,
        options={"form": "base-cc"},
    ),
    Family(
        "insee_filosofi_communes",
        "revenus par commune, une colonne par indicateur",
        TEXT,
        roles_of(
            insee_filosofi.COMMUNE_COLUMNS,
            {"code_commune": COMMUNE_KEY, "nb_personnes": _PERSONS, **_FILOSOFI},
            ("niveau_vie_median", "pauvrete_pct", "nb_personnes"),
        ),
        any_of=("niveau_vie_median", "pauvrete_pct"),
        level="commune",
        lag=1,
        without=(r"fibre_pct",),
    ),
    Family(
        "insee_filosofi_communes",
        "revenus par commune, une ligne par indicateur",
        TEXT,
        roles_of(insee_filosofi.LONG_COLUMNS),
        dates=("TIME_PERIOD",),
        lag=4,
        options={"form": "longue"},
    ),
    Family(
        "insee_filosofi_communes",
        "revenus par commune, à côté de la fibre",
        TEXT,
        roles_of(
            {
                "code_insee": "code_commune",
                "population": "nb_personnes",
                "revenu_median_20{income}": "niveau_vie_median",
                "taux_pauvrete_20{income}": "pauvrete_pct",
            }
        ),
        level="commune",
        lag=4,
        sep=",",
        options={"form": "fibre"},
    ),
    Family(
        "insee_comparateur",
        "comparateur de territoires",
        TEXT,
        (Role("code_commune", "CODGEO", COMMUNE_KEY), *roles_of(insee_census.COMPARATEUR)),
        level="commune",
        lag=3,
    ),
    Family(
        "insee_rp_iris",
        "recensement par IRIS, publication de l'INSEE",
        (*TEXT, *CLASSEUR),
        _census("code_iris", IRIS_KEY, _IRIS_STEMS),
        any_of=_IRIS_ANY,
        level="iris",
        options={"form": "base-ic"},
        lag=2,
    ),
    Family(
        "insee_rp_iris",
        "recensement par IRIS, atlas du Grand Paris",
        CLASSEUR,
        _census("code_iris", IRIS_KEY, _IRIS_STEMS),
        any_of=_IRIS_ANY,
        level="iris",
        options={"form": "grand-paris"},
        sheets=("IRIS", "META"),
        lag=4,
    ),
    Family(
        "insee_rp_iris",
        "âges des IRIS d'habitat",
        TEXT,
        (*_census("code_iris", IRIS_KEY, ("POP0014",)), Role("type_iris", "TYP_IRIS")),
        any_of=("pop0014",),
        level="iris",
        options={"form": "habitat"},
        part="population",
        sep=",",
        lag=2,
        without=(r"P\d\d_POP",),
    ),
    Family(
        "insee_rp_communes",
        "recensement par commune (base-cc)",
        TEXT,
        _census("code_commune", COMMUNE_KEY, _COMMUNE_STEMS),
        any_of=_COMMUNE_ANY,
        level="commune",
        lag=3,
    ),
    Family(
        "rp_taux_communes",
        "taux communaux du recensement",
        TEXT,
        (Role("code_commune", "CODE_INSEE", COMMUNE_KEY), *roles_of(insee_census.RATES)),
        level="commune",
        sep=",",
        lag=3,
    ),
    Family(
        "insee_cog",
        "communes",
        TEXT,
        roles_of(insee_cog.COMMUNES_COLUMNS),
        part="commune",
        sep=",",
    ),
    Family(
        "insee_cog",
        "départements",
        TEXT,
        roles_of({"DEP": "code", "REG": "code_region", "CHEFLIEU": "chef_lieu", "LIBELLE": "nom"}),
        part="departement",
        sep=",",
    ),
    Family(
        "insee_cog",
        "régions",
        TEXT,
        roles_of({"REG": "code", "CHEFLIEU": "chef_lieu", "LIBELLE": "nom"}),
        part="region",
        sep=",",
        without=("DEP",),
    ),
    Family(
        "insee_iris",
        "liste des IRIS",
        TEXT,
        roles_of(insee_cog.IRIS_COLUMNS),
        level="iris",
        part="iris",
    ),
    Family(
        "insee_iris",
        "liste des IRIS, en classeur",
        CLASSEUR,
        roles_of(insee_cog.IRIS_COLUMNS),
        level="iris",
        part="iris",
        options={"form": "classeur"},
    ),
    Family(
        "insee_epci",
        "composition des intercommunalités",
        TEXT,
        roles_of(insee_cog.EPCI_COLUMNS, {"code_commune": ("CODGEO",)}),
        level="commune",
        part="epci",
        options={"form": "liste"},
    ),
    Family(
        "insee_epci",
        "composition des intercommunalités, en classeur",
        CLASSEUR,
        roles_of({"CODGEO": "code_commune", "EPCI": "code_epci", "LIBEPCI": "nom_epci"}),
        level="commune",
        options={"form": "classeur"},
    ),
    Family(
        "insee_epci",
        "intercommunalité de chaque commune, dans les contours de l'IGN",
        ("parquet",),
        roles_of({"code": "code", "type": "type_commune", "epci": "code_epci"}),
        options={"form": "membres"},
    ),
    Family(
        "insee_cog_mouvements",
        "mouvements de communes",
        TEXT,
        roles_of(insee_cog.MOVEMENTS_COLUMNS),
        part="mvt",
        sep=",",
        dates=("DATE_EFF",),
    ),
)
