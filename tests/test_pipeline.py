"""One whole run on the fictional département, every output opened by a client of someone else."""

import csv
import io
import json
import sqlite3
import subprocess
import sys
import zipfile

import duckdb
import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from fragility.schemas import INDICATORS, TABLES, validate
from fragility.sources.catalogue import find_edition, releases_of
from fragility.sources.demo import DEMO_TRAPS

OUTPUTS = {
    "LISEZMOI.md",
    "carte.qgz",
    "derive.html",
    "rapport.html",
    "communes.csv",
    "communes.csvt",
    "iris.csv",
    "iris.csvt",
    "epci.csv",
    "departements.csv",
    "communes_fragiles_non_couvertes.csv",
    "dictionnaire.csv",
    "fragilite.duckdb",
    "fragilite.gpkg",
    "fragilite.xlsx",
    "execution.json",
    "temps_acces.tif",
}


@pytest.fixture(scope="module")
def tables(demo):
    return demo[1] / "tables"


@pytest.fixture(scope="module")
def communes(tables):
    return gpd.read_parquet(tables / "communes.parquet").set_index("code_commune")


def read_csv(path):
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_every_output_is_there_and_nothing_else(demo):
    _, folder, report = demo
    assert {p.name for p in folder.iterdir() if p.is_file()} == OUTPUTS
    assert not list(folder.parent.glob(".*")), "staging or previous folders are left behind"
    assert report.seconds > 0
    assert report.warnings == []


def test_every_table_respects_its_model(tables):
    for name in TABLES:
        if name != "raw":
            path = tables / f"{name}.parquet"
            geometry = "geometry" in TABLES[name].columns
            validate(gpd.read_parquet(path) if geometry else pd.read_parquet(path), name)


def test_counts_agree_everywhere(demo, communes, tables):
    _, folder, _ = demo
    n, n_iris = len(communes), len(pd.read_parquet(tables / "iris.parquet", columns=["code_iris"]))
    assert (n, n_iris) == (300, 445)
    assert len(read_csv(folder / "communes.csv")) == n
    assert len(read_csv(folder / "iris.csv")) == n_iris
    assert len(gpd.read_file(folder / "fragilite.gpkg", layer="communes")) == n
    with duckdb.connect(folder / "fragilite.duckdb", read_only=True) as base:
        assert base.sql("SELECT count(*) FROM marts.communes").fetchone() == (n,)
        assert base.sql("SELECT count(*) FROM marts.iris").fetchone() == (n_iris,)


def test_traps_of_the_fictional_territory(demo, communes, tables):
    raw, _, _ = demo
    fused = DEMO_TRAPS["fusion_2021_anciens"].split(",")
    new = DEMO_TRAPS["fusion_2021_nouveau"]
    assert set(communes.index) & set(fused) == {new}
    # The fusion's premises are the sum of those of its old communes.
    lines = (raw / "arcep_fixe/demo/commune-debit-beta.csv").read_text("utf-8").splitlines()[1:]
    old = pd.read_csv(io.StringIO("\n".join(lines)), sep=";", dtype={"code_insee": str})
    fixe = pd.read_parquet(tables / "core_fixe.parquet").set_index("code_commune")
    assert fixe.loc[new, "nb_locaux"] == old.loc[old["code_insee"].isin(fused), "nbr"].sum()
    assert communes.loc[DEMO_TRAPS["changement_code_2021_nouveau"], "non_thd_origine"] == "observe"
    # No 2024 fusion on a map of 2021.
    assert set(DEMO_TRAPS["fusion_2024_anciens"].split(",")) <= set(communes.index)
    island = communes.loc[DEMO_TRAPS["ile_sans_epci"]]
    assert island["code_epci"] == "ZZZZZZZZZ"
    # The null geometry is rebuilt from its neighbours, not lost.
    null = communes.loc[DEMO_TRAPS["geometrie_nulle"]]
    assert null["contour_origine"] == "reconstruit"
    assert null.geometry.is_valid
    # Uninhabited: present everywhere, not computed, and it says so.
    for code in DEMO_TRAPS["inhabitees"].split(","):
        assert pd.isna(communes.loc[code, "score"])
        assert communes.loc[code, "motif"] == "Non calculé : aucun habitant au recensement."
        assert not communes.loc[code, "est_fragile"]
    # No premises is unknown, not perfect coverage.
    for code in DEMO_TRAPS["locaux_nuls"].split(","):
        assert communes.loc[code, "non_thd_origine"] == "absent"


def test_places_that_lie_about_where_they_are(tables):
    places = gpd.read_parquet(tables / "core_lieux.parquet").set_index("id")

    def place(trap):
        return places.loc[f"cn-{DEMO_TRAPS[trap]}"]

    assert place("conseiller_mal_place")["precision"] == "commune"
    assert place("conseiller_sans_coordonnees")["precision"] == "commune"
    assert place("conseiller_sans_coordonnees_ni_commune")["statut"] == "ecarte"
    assert place("conseiller_lat_lon_inversees")["statut"] == "retenu"
    assert place("conseiller_ile")["code_commune"] == DEMO_TRAPS["ile_sans_epci"]
    assert places["statut"].isin(["retenu", "fusionne", "ecarte"]).all()
    merged = places[places["statut"] == "fusionne"]
    assert (places.loc[merged["id_lieu"], "statut"] == "retenu").all()
    assert places.loc[f"med-{DEMO_TRAPS['mediation_fermee']}", "statut"] == "ecarte"
    assert places.loc[f"med-{DEMO_TRAPS['mediation_ancienne']}", "est_ancien"]
    # Of February 2021 and of August 2022, where the latest list is of February 2023.
    assert place("conseiller_ile")["est_ancien"]
    assert not place("conseiller_lat_lon_inversees")["est_ancien"]
    moved = places[(places["statut"] == "ecarte") | (places["precision"] == "commune")]
    assert moved["motif_statut"].str.len().gt(0).all()


def test_formulas_and_tags_in_names_are_text_everywhere(demo):
    _, folder, _ = demo
    base = duckdb.connect(folder / "fragilite.duckdb", read_only=True)
    names = [n for (n,) in base.sql("SELECT nom FROM marts.lieux").fetchall()]
    base.close()
    assert any(n.startswith("=") for n in names), "the formula is kept as data"
    for path in folder.glob("*.csv"):
        for row in read_csv(path):
            assert not any(v.startswith(("=", "@", "+")) for v in row.values() if v), path.name
    book = openpyxl.load_workbook(folder / "fragilite.xlsx")
    assert not any(cell.data_type == "f" for sheet in book for row in sheet for cell in row)


def test_csv_is_what_a_french_spreadsheet_expects(demo, communes):
    _, folder, _ = demo
    raw = (folder / "communes.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n") == len(communes) + 1
    rows = read_csv(folder / "communes.csv")
    assert [r["code_commune"] for r in rows] == communes.index.tolist()
    assert all(len(r["code_commune"]) == 5 for r in rows)
    assert {r["est_fragile"] for r in rows} == {"oui", "non"}
    first = next(r for r in rows if r["score"])
    expected = communes.loc[first["code_commune"], "score"]
    assert float(first["score"].replace(",", ".")) == pytest.approx(expected, abs=0.006)
    kinds = (folder / "communes.csvt").read_text().strip().split(",")
    assert len(kinds) == len(rows[0])
    assert {k.strip('"') for k in kinds} <= {"String", "Integer", "Real"}


def test_gdal_reads_the_csv_with_text_codes(demo):
    _, folder, _ = demo
    frame = gpd.read_file(folder / "communes.csv", ignore_geometry=True)
    assert frame["code_commune"].str.len().eq(5).all()


def test_workbook_keeps_codes_and_explains_itself(demo):
    _, folder, _ = demo
    book = openpyxl.load_workbook(folder / "fragilite.xlsx", read_only=True)
    assert book.sheetnames[0] == "Lisez-moi"
    assert "fictif" in str([c.value for r in book["Lisez-moi"].iter_rows() for c in r]).lower()
    rows = list(book["Communes"].iter_rows(values_only=True))
    header = next(i for i, row in enumerate(rows) if "Code commune" in row)
    column = rows[header].index("Code commune")
    codes = [row[column] for row in rows[header + 1 :]]
    assert len(codes) == 300
    assert all(isinstance(c, str) and len(c) == 5 for c in codes)


def test_a_plain_duckdb_reads_every_table_offline(demo):
    """In another process, with extensions forbidden."""
    _, folder, _ = demo
    script = (
        "import duckdb, sys\n"
        "c = duckdb.connect(sys.argv[1], read_only=True, config={"
        "'autoinstall_known_extensions': False, 'autoload_known_extensions': False})\n"
        'names = c.sql("SELECT table_schema, table_name FROM information_schema.tables '
        "WHERE table_catalog = 'fragilite'\").fetchall()\n"
        'for s, t in names: c.sql(f\'SELECT * FROM "{s}"."{t}"\').fetchall()\n'
        'assert not c.sql("SELECT * FROM duckdb_tables() WHERE schema_name IN '
        "('marts', 'core', 'science') AND comment IS NULL\").fetchall()\n"
        'assert not c.sql("SELECT * FROM duckdb_columns() WHERE schema_name IN '
        "('marts', 'core', 'science') AND comment IS NULL\").fetchall()\n"
        "print(len(names))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder / "fragilite.duckdb")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 25


def test_the_map_project_holds_styled_layers(demo):
    _, folder, _ = demo
    with zipfile.ZipFile(folder / "carte.qgz") as project:
        (name,) = [n for n in project.namelist() if n.endswith(".qgs")]
        text = project.read(name).decode("utf-8")
    assert "fictif" in text.lower()
    assert str(folder) not in text, "the path to the layers must be relative"
    with sqlite3.connect(folder / "fragilite.gpkg") as base:
        styled = {t for (t,) in base.execute("SELECT f_table_name FROM layer_styles")}
        listed = {
            t
            for (t,) in base.execute(
                "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"
            )
        }
    layers = {
        "communes", "iris", "epci", "departements", "lieux", "communes_fragiles_non_couvertes",
        "foyers",
    }  # fmt: skip
    assert styled == listed == layers


def test_the_notice_lists_what_exists_and_says_fictional(demo):
    _, folder, _ = demo
    text = (folder / "LISEZMOI.md").read_text("utf-8")
    assert "fictif" in text.splitlines()[0].lower()
    for name in OUTPUTS - {"LISEZMOI.md", "execution.json", "communes.csvt", "iris.csvt"}:
        assert name in text, name
    for said in ("`site/`", "fragility serve"):
        assert said in text


def test_every_row_is_accounted_for(tables):
    lines = pd.read_parquet(tables / "registre.parquet")
    kinds = lines.assign(
        kind=lines["motif"].where(lines["motif"].isin(["entrées", "sorties"]), "écart")
    )
    totals = kinds.pivot_table(
        index=["etape", "source"], columns="kind", values="lignes", aggfunc="sum", fill_value=0
    )
    assert (totals["entrées"] == totals["sorties"] + totals["écart"]).all()
    read = set(lines["source"])
    expected = {
        r.id
        for r in releases_of(find_edition("demo"))
        if r.source
        in (
            "insee_comparateur",
            "rp_taux_communes",
            "insee_filosofi_iris",
            "insee_filosofi_communes",
            "caf_iris",
            "arcep_fixe",
            "arcep_mobile_sites",
            "insee_rp_iris",
        )
    }
    assert expected <= read


def test_the_ledger_counts_what_is_in_the_files(demo, tables):
    """Against the files themselves, not against what the readers say they read."""
    raw, _, _ = demo
    lines = pd.read_parquet(tables / "registre.parquet")
    entered = lines[lines["motif"] == "entrées"].set_index(["etape", "source"])["lignes"]

    def rows(path, above=1):
        text = (raw / path).read_text("utf-8-sig")
        return len(text.strip().splitlines()) - above

    expected = {
        ("core_recensement", "rp_taux_communes/demo"): rows("rp_taux_communes/demo/data_merge.csv"),
        ("core_fixe", "arcep_fixe/demo"): rows("arcep_fixe/demo/commune-debit-beta.csv", 2),
        ("core_revenus", "caf_iris/demo"): rows("caf_iris/demo/inseecaf2021.csv"),
        ("core_revenus", "insee_filosofi_iris/demo"): rows(
            "insee_filosofi_iris/demo/BASE_TD_FILO_DISP_IRIS_2018.csv"
        ),
        ("core_mobile", "arcep_mobile_sites/demo"): rows(
            "arcep_mobile_sites/demo/2018_01_Sites_mobiles_2G_3G_4G_France_metropolitaine_L93.csv"
        ),
        ("core_communes", "code officiel géographique"): rows("insee_cog/demo/commune_2021.csv"),
        ("core_iris", "liste des IRIS"): rows("insee_cog/demo/iris_2021.csv"),
    }
    assert {key: entered[key] for key in expected} == expected


def test_epci_and_departement_are_population_weighted_means(communes, tables):
    for level, key in (("epci", "code_epci"), ("departements", "code_departement")):
        table = pd.read_parquet(tables / f"{level}.parquet").set_index(key)
        assert "ZZZZZZZZZ" not in table.index
        for code, row in table.iterrows():
            own = communes[communes[key] == code]
            for indicator in INDICATORS:
                score = own[f"score_{indicator}"]
                known = score.notna()
                people = own["population"][known]
                mean = (score[known] * people).sum() / people.sum()
                assert row[f"score_{indicator}"] == pytest.approx(mean)
            parts = [row[f"score_{indicator}"] for indicator in INDICATORS]
            assert row["score"] == pytest.approx(sum(parts) / 5)
            assert row["nb_communes_fragiles"] == own["est_fragile"].sum()


def test_modelled_poverty_is_marked_and_dated_by_its_incomes(communes):
    modelled = communes["pauvrete_origine"] == "impute"
    assert 0.4 < modelled.mean() < 0.8
    assert communes.loc[modelled, "pauvrete_annee"].eq(2019).all()
    assert communes.loc[~modelled & communes["pauvrete_pct"].notna(), "pauvrete_origine"].isin(
        ["observe", "iris"]).all()  # fmt: skip


def test_published_census_tables_give_iris_figures(tables):
    """The demonstration ships INSEE's base-ic: its IRIS must be observed, not inherited."""
    iris = pd.read_parquet(tables / "iris.parquet")
    divided = iris[(iris["type_iris"] == "H") & (iris["population"] > 0)]
    assert divided["plus_65_origine"].eq("observe").mean() > 0.95
    assert divided["peu_diplomes_origine"].eq("observe").mean() > 0.95
    assert divided.groupby("code_commune")["peu_diplomes_pct"].nunique().gt(1).all()


def test_a_divided_commune_is_the_weighted_mean_of_its_iris(communes, tables):
    iris = pd.read_parquet(tables / "iris.parquet")
    city = DEMO_TRAPS["ville"]
    own = iris[iris["code_commune"] == city]
    for key in INDICATORS:
        column = f"score_{key}"
        mean = (own[column] * own["population"]).sum() / own["population"].sum()
        assert communes.loc[city, column] == pytest.approx(mean)


def test_the_action_list_is_the_flagged_communes_most_people_first(communes, tables):
    actions = pd.read_parquet(tables / "communes_fragiles_non_couvertes.parquet")
    flagged = communes[communes["est_fragile_non_couverte"]]
    assert set(actions["code_commune"]) == set(flagged.index)
    assert len(actions) > 0
    expected = actions["population_hors_portee"] * actions["probabilite_fragile_pct"]
    assert expected.is_monotonic_decreasing
    assert actions["ordre"].tolist() == list(range(1, len(actions) + 1))
    assert flagged["est_fragile"].all()
    assert flagged["couverture"].eq("non_couverte").all()
    assert communes["est_fragile"].mean() <= 0.2


def test_hot_spots_and_bounds_of_people_are_in_every_output(demo, communes, tables):
    _, folder, _ = demo
    spots = pd.read_parquet(tables / "foyers.parquet").set_index("id_foyer")
    members = communes.groupby("id_foyer")
    assert members.size().to_dict() == spots["nb_communes"].to_dict()
    assert members["population"].sum().to_dict() == pytest.approx(spots["population"].to_dict())
    people = "nb_personnes_en_difficulte"
    actions = pd.read_parquet(tables / "communes_fragiles_non_couvertes.parquet")
    assert (actions[f"{people}_bas"] <= actions[people]).all()
    assert (actions[people] <= actions[f"{people}_haut"]).all()
    wanted = {
        "communes": ["id_foyer"],
        "communes_fragiles_non_couvertes": [people, f"{people}_bas", f"{people}_haut"],
    }
    sheets = {"communes": "Communes", "communes_fragiles_non_couvertes": "Fragiles non couvertes"}
    book = openpyxl.load_workbook(folder / "fragilite.xlsx", read_only=True)
    with duckdb.connect(folder / "fragilite.duckdb", read_only=True) as base:
        for table, columns in wanted.items():
            assert set(columns) <= set(read_csv(folder / f"{table}.csv")[0])
            layer = gpd.read_file(folder / "fragilite.gpkg", layer=table, rows=1)
            assert set(columns) <= set(layer.columns)
            assert set(columns) <= set(base.table(f"marts.{table}").columns)
            described = base.sql(f"FROM marts.dictionnaire WHERE \"table\" = '{table}'").df()
            assert set(columns) <= set(described["colonne"])
            titles = next(book[sheets[table]].iter_rows(max_row=1, values_only=True))
            assert {TABLES[table].columns[name].title for name in columns} <= set(titles)


def test_zonings_not_given_are_empty_and_not_no(demo, communes):
    _, folder, _ = demo
    absent = ["est_zrr", "est_frr", "est_acv", "nb_qpv"]
    assert communes[absent].isna().all(axis=None)
    assert {row[name] for row in read_csv(folder / "communes.csv") for name in absent} == {""}
    layer = gpd.read_file(folder / "fragilite.gpkg", layer="communes", columns=absent)
    assert layer[absent].isna().all(axis=None)
    text = (folder / "LISEZMOI.md").read_text("utf-8")
    assert "Zonages non fournis à ce calcul : ZRR, FRR, Action cœur de ville, quartiers" in text
    with duckdb.connect(folder / "fragilite.duckdb", read_only=True) as base:
        zonings = base.sql(
            "SELECT DISTINCT zonage FROM marts.v_fragiles_non_couvertes_par_zonage"
        ).fetchall()
    assert zonings == [("Densité",)]


def test_scores_are_the_golden_ones(communes):
    """After a change meant: `python -m tests.test_pipeline FOLDER` writes the new ones."""
    from pathlib import Path

    golden = json.loads((Path(__file__).parent / "golden" / "scores.json").read_text("utf-8"))
    found = summary(communes)
    assert found.keys() == golden.keys()
    changed = {k: (golden[k], found[k]) for k in golden if golden[k] != found[k]}
    assert not changed, f"{len(changed)} communes changed, for example {list(changed.items())[:3]}"


def summary(communes):
    columns = ["score", "classe", "couverture", "est_fragile_non_couverte"]
    rows = communes[columns].round(6).astype(object).where(communes[columns].notna(), None)
    return {
        code: [str(v) for v in row]
        for code, row in zip(rows.index, rows.to_numpy().tolist(), strict=True)
    }


if __name__ == "__main__":
    from pathlib import Path

    frame = gpd.read_parquet(Path(sys.argv[1]) / "tables" / "communes.parquet")
    target = Path(__file__).parent / "golden" / "scores.json"
    target.write_text(
        json.dumps(summary(frame.set_index("code_commune")), indent=0) + "\n", encoding="utf-8"
    )
