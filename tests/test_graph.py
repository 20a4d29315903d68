"""The asset graph is a reviewed diff: names, groups and arrows."""

import json
from pathlib import Path

import dagster as dg

from fragility.schemas import TABLES
from fragility.sources.catalogue import EDITIONS
from pipelines.definitions import build_defs

GOLDEN = Path(__file__).parent / "golden" / "graph.json"


def graph():
    nodes = build_defs().resolve_asset_graph()
    return {
        key.to_user_string(): {
            "group": nodes.get(key).group_name,
            "from": sorted(parent.to_user_string() for parent in nodes.get(key).parent_keys),
        }
        for key in sorted(nodes.get_all_asset_keys())
    }


def test_graph_is_the_reviewed_one():
    """After a change meant: `python -m tests.test_graph` writes the new one."""
    assert graph() == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_every_asset_is_described_and_partitioned_by_edition():
    nodes = build_defs().resolve_asset_graph()
    for key in nodes.get_all_asset_keys():
        node = nodes.get(key)
        assert node.description, key
        assert node.partitions_def.get_partition_keys() == list(EDITIONS), key


def test_every_table_has_a_blocking_check_of_its_model():
    checks = {
        key.asset_key.to_user_string(): spec
        for definition in build_defs().asset_checks or []
        for spec in definition.check_specs
        for key in [spec.key]
        if key.name == "modele"
    }
    assert set(checks) == set(TABLES) - {"raw"}
    assert all(spec.blocking for spec in checks.values())


def test_the_names_of_the_contract_exist():
    names = set(graph())
    assert {
        "core_communes",
        "core_iris",
        "core_recensement",
        "core_revenus",
        "core_fixe",
        "core_mobile",
        "core_enquete",
        "core_lieux",
        "core_population_grille",
        "index_indicateurs",
        "index_scores",
        "access_couts",
        "access_portee",
        "access_fragiles_non_couvertes",
        "export_gpkg",
        "export_csv",
        "export_duckdb",
        "export_dictionnaire",
    } <= names
    assert all(
        group in {"raw", "core", "index", "access", "marts", "export"}
        for group in {node["group"] for node in graph().values()}
    )


def test_definitions_load_as_dagster_loads_them():
    assert isinstance(build_defs(), dg.Definitions)
    dg.Definitions.validate_loadable(build_defs())


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(graph(), indent=1) + "\n", encoding="utf-8")
