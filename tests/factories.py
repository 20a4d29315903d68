"""Tables that respect their models, on a territory one can draw on squared paper.

The territory is a grid of 10 x 10 square communes (0.05 degree a side), numbered 0 to 99 from the
south-west corner, line by line: commune `n` is in line `n // 10` (0 = south) and column `n % 10`
(0 = west). Facts that tests rely on:

* columns 0-4 are département 01, columns 5-9 département 2A; each quarter of the grid is an EPCI,
  and commune 99 is in none;
* the class is `1 + column // 2`, so that classes are vertical bands two communes wide; column 8
  and 9 (class 5) are fragile; communes of `UNSCORED` have no score;
* lines 0-2 are not covered, line 3 is uncertain, the others are covered: 3 x 2 communes are
  fragile and not covered, less the unscored ones;
* the communes of `SPLIT` (column 3) are split into four IRIS, the others are one IRIS each;
* the first communes have names that break careless writers (`NASTY`).

`make_tables()` gives every table of `schemas.TABLES`: the marts with the facts above, the others
filled from their models, so that a new column needs no change here.
"""

from __future__ import annotations

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely

from fragility import schemas
from fragility.export.contours import lighten, unite_groups
from fragility.export.facts import RunFacts, SourceFact

WEST, SOUTH, SIDE = 3.0, 46.0, 0.05
SIZE = 10
N = SIZE * SIZE
UNSCORED = (0, 37, 74, 9)
SPLIT = tuple(range(3, N, SIZE))
NASTY = (
    "L'Abergement-Clémenciat",
    'Saint-Jean "le Vieux"',
    "<script>alert(1)</script>",
    "=1+1",
    "+Bâgé & Dommartin",
    "-Œuilly",
    "@Ÿ",
    "Ligne; coupée\nen deux",
    "\tTab",
    "Ars & <b>Cie</b>",
)
EPCI = {
    "200000001": "CC du Sud-Ouest",
    "200000002": "CC du Sud-Est",
    "200000003": "CA du Nord-Ouest",
    "200000004": 'CA "Nord-Est"; Métropole',
}
DISPOSITIFS = schemas.TABLES["core_lieux"].columns["dispositifs"]
DEPARTEMENTS = {"01": ("Ain", "84", "Auvergne-Rhône-Alpes"), "2A": ("Corse-du-Sud", "94", "Corse")}


def square(n: int) -> shapely.Polygon:
    """Contour of commune `n`."""
    x, y = WEST + SIDE * (n % SIZE), SOUTH + SIDE * (n // SIZE)
    return shapely.box(x, y, x + SIDE, y + SIDE)


def commune_code(n: int) -> str:
    """Code of commune `n`: 01001 for 0, 2A006 for 5."""
    return f"{'01' if n % SIZE < 5 else '2A'}{n + 1:03d}"


def filled(column: pa.Column, n: int) -> pd.Series:
    """`n` legal values of a column, from its type and its checks."""
    rank = np.arange(n)
    stats: dict[str, object] = {}
    for check in column.checks:
        stats |= check.statistics
    kind = str(column.dtype)
    if column.name == "geometry":
        return gpd.GeoSeries([square(i % N) for i in rank], crs=4326)
    if kind == "bool":
        return pd.Series(rank % 2 == 0)
    if kind == "boolean":
        return pd.Series(rank % 2 == 0, dtype="boolean")
    if kind in {"int64", "Int64"}:
        years = str(column.name).endswith("annee")
        low, high = int(stats.get("min_value", 0)), stats.get("max_value")  # type: ignore[call-overload]
        whole = rank if high is None else low + rank % (int(high) - low + 1)  # type: ignore[call-overload]
        return pd.Series(np.full(n, 2018) if years else whole).astype(kind)
    if kind == "float64":
        low = float(stats.get("min_value", 0.0))  # type: ignore[arg-type]
        high = float(stats.get("max_value", low + 100.0))  # type: ignore[arg-type]
        return pd.Series(low + (high - low) * ((rank * 7919) % 1000) / 999)
    if "allowed_values" in stats:
        allowed = list(stats["allowed_values"])  # type: ignore[call-overload]
        return pd.Series([allowed[i % len(allowed)] for i in rank], dtype="str")
    pattern = str(stats.get("pattern", ""))
    if pattern == schemas.COMMUNE_CODE:
        return pd.Series([commune_code(i % N) for i in rank], dtype="str")
    if pattern == schemas.IRIS_CODE:
        return pd.Series([f"{commune_code(i % N)}{i // N:04d}" for i in rank], dtype="str")
    if "0-9a-f" in pattern:
        return pd.Series([f"{i:064x}" for i in rank], dtype="str")
    if pattern == str(DISPOSITIFS.checks[0].statistics["pattern"]):
        return pd.Series(["bibliotheque|mediation"] * n, dtype="str")
    if "d{4}-" in pattern:
        return pd.Series(["2022-12-01"] * n, dtype="str")
    return pd.Series([f"{column.title} {i + 1}" for i in rank], dtype="str")


def assemble(table: str, known: dict[str, object], n: int) -> pd.DataFrame:
    """Build a frame of `table` from the columns that are known; its model gives the others."""
    columns = schemas.TABLES[table].columns
    series = {}
    for name, column in columns.items():
        if name not in known:
            series[name] = filled(column, n)
        elif name == "geometry":
            series[name] = gpd.GeoSeries(known[name], crs=4326)
        else:
            series[name] = pd.Series(known[name], index=range(n)).astype(str(column.dtype))
    frame = pd.DataFrame(series)
    if "geometry" in columns:
        frame = gpd.GeoDataFrame(frame, geometry="geometry", crs=4326)
    return schemas.validate(frame, table)


def _area_columns(n: np.ndarray) -> dict[str, object]:
    """Columns that `communes` and `iris` share, for the communes of numbers `n`."""
    line, column = n // SIZE, n % SIZE
    unscored = np.isin(n, UNSCORED)
    departement = np.where(column < 5, "01", "2A")
    quarter = np.where(line < 5, 0, 2) + np.where(column < 5, 0, 1)
    codes = np.array([*EPCI, "ZZZZZZZZZ"])
    epci = codes[np.where(n == N - 1, 4, quarter)]
    class_ = 1 + column // 2
    fragile = (class_ == 5) & ~unscored
    coverage = np.select([line < 3, line == 3], ["non_couverte", "incertaine"], "couverte")
    masked = pd.array(np.where(unscored, -1, class_), dtype="Int64")
    masked[unscored] = pd.NA
    score = np.where(unscored, np.nan, 1 + 0.9 * column + 0.037 * line)
    rank = pd.Series(score).rank(ascending=False, method="min").astype("Int64")
    names = {**EPCI, "ZZZZZZZZZ": "Sans intercommunalité"}
    return {
        "code_epci": epci,
        "nom_epci": [names[e] for e in epci],
        "code_departement": departement,
        "nom_departement": [DEPARTEMENTS[d][0] for d in departement],
        "code_region": [DEPARTEMENTS[d][1] for d in departement],
        "nom_region": [DEPARTEMENTS[d][2] for d in departement],
        "population": 100.0 * (1 + n),
        "non_thd_pct": 100 * column / 9,
        "non_thd_origine": "observe",
        "non_thd_annee": 2019,
        "pauvrete_pct": np.where(line == 9, np.nan, 12.345),
        "pauvrete_origine": np.select([line == 9, line % 2 == 0], ["absent", "impute"], "observe"),
        "score": score,
        "rang": rank,
        "classe": masked,
        "quintile_region": masked,
        "quintile_departement": masked,
        "est_fragile": fragile,
        "est_petit_effectif": n < 2,
        "est_non_thd_douteux": n == 3,
        "conseiller_plus_proche_min": 40.0 - 4 * line,
        "conseiller_plus_proche_km": 20.0 - 2 * line,
        "conseiller_plus_proche_nom": np.where(unscored, None, "Médiathèque d'Œuilly"),
        "est_conseiller_dans_commune": line == 9,
        "population_hors_portee_pct": np.clip(100.0 - 20 * line, 0, 100),
        "couverture": np.where(unscored, None, coverage),
        "portee_precision": "mailles",
        "est_fragile_non_couverte": fragile & (coverage == "non_couverte"),
        "motif": [
            f"Classe {c}, à {40 - 4 * i} min d'un conseiller."
            for c, i in zip(class_, line, strict=True)
        ],
        "contour_origine": "ign",
    }


def make_communes() -> gpd.GeoDataFrame:
    """The `communes` mart, 100 rows."""
    n = np.arange(N)
    names = [*NASTY, *(f"Commune-{i}" for i in range(len(NASTY), N))]
    return assemble(
        "communes",
        {
            "code_commune": [commune_code(i) for i in n],
            "nom": names,
            **_area_columns(n),
            "geometry": [square(i) for i in n],
        },
        N,
    )


def make_iris() -> gpd.GeoDataFrame:
    """The `iris` mart: 90 unsplit communes and 10 x 4 quarters, 130 rows."""
    number, code, kind, contour = [], [], [], []
    half = SIDE / 2
    for i in range(N):
        parts = [square(i)]
        if i in SPLIT:
            x, y = parts[0].bounds[:2]
            parts = [
                shapely.box(x + dx, y + dy, x + dx + half, y + dy + half)
                for dy in (0, half)
                for dx in (0, half)
            ]
        for rank, part in enumerate(parts):
            number.append(i)
            code.append(commune_code(i) + (f"010{rank + 1}" if i in SPLIT else "0000"))
            kind.append("H" if i in SPLIT else "Z")
            contour.append(part)
    n = np.array(number)
    names = make_communes()["nom"].to_numpy()
    return assemble(
        "iris",
        {
            "code_iris": code,
            "nom": [f"{names[i]} ({c[5:]})" for i, c in zip(n, code, strict=True)],
            "type_iris": kind,
            "code_commune": [c[:5] for c in code],
            "nom_commune": names[n],
            **_area_columns(n),
            "geometry": contour,
        },
        len(n),
    )


def make_group(table: str, communes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The `epci` or `departements` mart: sums, and means weighted by population."""
    key = {"epci": "code_epci", "departements": "code_departement"}[table]
    name = key.replace("code_", "nom_")
    kept = communes[communes[key] != "ZZZZZZZZZ"].reset_index(drop=True)
    uncovered = kept["est_fragile_non_couverte"]
    weight = kept["population"].where(kept["score"].notna())
    sums = (
        pd.DataFrame(
            {
                key: kept[key],
                "population": kept["population"],
                "nb_communes": 1,
                "nb_communes_fragiles": kept["est_fragile"].astype("int64"),
                "nb_communes_fragiles_non_couvertes": uncovered.astype("int64"),
                "population_fragile_non_couverte": kept["population"].where(uncovered, 0.0),
                "weighted": kept["score"] * weight,
                "weight": weight,
            }
        )
        .groupby(key)
        .sum()
    )
    outline = kept.dissolve(key)["geometry"]
    known = {
        column: sums[column].to_numpy()
        for column in sums
        if column in schemas.TABLES[table].columns
    }
    return assemble(
        table,
        {
            key: sums.index.to_numpy(),
            name: kept.drop_duplicates(key).set_index(key)[name].loc[sums.index].to_numpy(),
            **known,
            "score": (sums["weighted"] / sums["weight"]).to_numpy(),
            "geometry": outline.loc[sums.index].to_numpy(),
        },
        len(sums),
    )


def make_lieux() -> gpd.GeoDataFrame:
    """The `lieux` mart: nine places in the northern line, three of each kind, the last unplaced."""
    n = np.arange(90, 99)
    kinds = ["conseiller_numerique", "france_services", "bibliotheque"] * 3
    points = [square(i).centroid for i in n]
    points[-1] = None
    return assemble(
        "lieux",
        {
            "id": [f"{k}-{i}" for k, i in zip(kinds, n, strict=True)],
            "nom": ["Médiathèque d'Œuilly", "=HYPERLINK(1)", *(f"Lieu {i}" for i in n[2:])],
            "dispositif": kinds,
            "dispositifs": ["conseiller_numerique|france_services", *kinds[1:]],
            "code_commune": [commune_code(i) for i in n],
            "itinerance": n % 2 == 0,
            "nb_conseillers": [1.0, np.nan, np.nan] * 3,
            "precision": "coordonnees",
            "geometry": points,
        },
        len(n),
    )


def make_uncovered(communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """The action list, drawn from `communes`, in the order of people out of reach."""
    rows = communes[communes["est_fragile_non_couverte"]].copy()
    rows["population_hors_portee"] = rows["population"] * rows["population_hors_portee_pct"] / 100
    rows = rows.sort_values("population_hors_portee", ascending=False).reset_index(drop=True)
    rows["ordre"] = np.arange(1, len(rows) + 1)
    wanted = list(schemas.TABLES["communes_fragiles_non_couvertes"].columns)
    frame = pd.DataFrame(rows.assign(nb_france_services=0).reindex(columns=wanted))
    return schemas.validate(frame, "communes_fragiles_non_couvertes")


def most_rows(table: str) -> int:
    """Rows of a table before `filled` repeats its key, if that is made of a few words; else 0."""
    model = schemas.TABLES[table]
    words = [
        [check.statistics.get("allowed_values") for check in model.columns[name].checks]
        for name in model.unique or []
    ]
    few = [len(values[0]) for values in words if values and values[0]]
    return max(few) if few and len(few) == len(words) else 0


def make_tables(rows: int = 40) -> dict[str, pd.DataFrame]:
    """Every table of `schemas.TABLES`; those that are not marts hold `rows` generic rows."""
    communes = make_communes()
    tables: dict[str, pd.DataFrame] = {
        "communes": communes,
        "iris": make_iris(),
        "epci": make_group("epci", communes),
        "departements": make_group("departements", communes),
        "lieux": make_lieux(),
        "communes_fragiles_non_couvertes": make_uncovered(communes),
    }
    tables["core_groupes"] = unite_groups(communes)
    tables["core_contours"] = lighten(communes, tables["iris"], tables["core_groupes"])
    for name in schemas.TABLES:
        if name not in tables:
            tables[name] = assemble(name, {}, min(rows, most_rows(name) or rows))
    return tables


def make_facts(**changes: object) -> RunFacts:
    """Facts of a fictional run; keyword arguments replace the ones given here."""
    known: dict[str, object] = {
        "edition": "demo",
        "title": "Démonstration",
        "banner": "Territoire fictif",
        "cog_year": 2021,
        "date": date(2024, 5, 17),
        "version": "0.1.0",
        "profile": "ifn-2023",
        "threshold": 7.4,
        "sources": (
            SourceFact(
                "Recensement de la population",
                "INSEE",
                "Licence Ouverte 2.0",
                "INSEE, recensement 2018",
                2018,
                "https://www.insee.fr/",
            ),
            SourceFact(
                "Ma connexion internet",
                "ARCEP",
                "Licence Ouverte 2.0",
                "ARCEP, 3e trimestre 2019",
                2019,
                "https://www.data.gouv.fr/",
            ),
        ),
        "warnings": ("Le recensement de Mayotte manque.",),
    }
    return RunFacts(**{**known, **changes})  # type: ignore[arg-type]
