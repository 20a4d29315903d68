"""Profiles are data; a wrong one is refused by the name of its key and what is allowed."""

import copy
import json
import math
import tomllib
from importlib import resources

import pytest

from fragility.errors import BadFileError, UsageError
from fragility.index.profile_model import BASES, UNITS
from fragility.index.profile_toml import parse_profile
from fragility.index.profiles import (
    available_profiles,
    load_profile,
    load_profiles,
    profile_record,
    published_profile,
    with_share,
)

SHIPPED = {
    "deux-piliers",
    "ifn-2020",
    "ifn-2020-calcul",
    "ifn-2020-publie",
    "ifn-2021",
    "ifn-2023",
    "ifn-2023-publie",
    "jeune",
    "senior",
}


def toml(name):
    text = (resources.files("fragility.index") / "profiles" / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@pytest.fixture
def data():
    return toml("ifn-2023")


@pytest.fixture
def grouped():
    return toml("ifn-2020")


# --- what is shipped ------------------------------------------------
def test_profiles_of_the_package_load():
    assert set(available_profiles()) == SHIPPED
    for name in available_profiles():
        assert load_profile(name).id == name


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_file_says_first_what_is_sure_and_what_is_not(name):
    text = (resources.files("fragility.index") / "profiles" / f"{name}.toml").read_text("utf-8")
    comment = text[: text.index("\nid = ")]
    assert all(line.startswith("#") for line in comment.splitlines())
    assert any(word in comment for word in ("Exact", "Known", "Inferred", "Open", "proposal"))


def test_the_two_tie_rules():
    assert load_profile("ifn-2023").ties == "mid"
    assert load_profile("ifn-2023-publie").ties == "upper"


@pytest.mark.parametrize(
    ("name", "indicators"),
    [
        ("senior", ["plus_75_50p", "peu_diplomes_50_plus", "pauvrete_50_plus"]),
        ("jeune", ["neet_16_25", "peu_diplomes_15_25", "pauvrete_moins_30"]),
    ],
)
def test_the_variants_by_age_change_the_indicators_of_people_only(name, indicators):
    variant, usual = load_profile(name), load_profile("ifn-2023")
    assert variant.ids == ["non_thd", "non_4g", *indicators]
    for key in ("normalisation", "ties", "aggregation", "min_subscores", "universe", "base"):
        assert vars(variant)[key] == vars(usual)[key]


def test_the_bounds_of_each_scale():
    assert load_profile("ifn-2023").bounds == (1, 10)
    assert load_profile("ifn-2021").bounds == (-10, 10)
    assert load_profile("ifn-2020").bounds == (-math.inf, math.inf)


# --- how one is asked for ------------------------------------------------
def test_unknown_profile_is_wrong_usage():
    with pytest.raises(UsageError, match="n'existe pas") as error:
        load_profile("ifn-1999")
    assert error.value.exit_code == 2
    assert "ifn-2023" in str(error.value)


def test_a_users_file_is_a_profile(tmp_path):
    path = tmp_path / "mien.toml"
    text = (resources.files("fragility.index") / "profiles" / "ifn-2023.toml").read_text("utf-8")
    path.write_text(text.replace('id = "ifn-2023"', 'id = "mien"'), encoding="utf-8")
    assert load_profile(str(path)).id == "mien"
    assert load_profile(f"{path}@12,5").fragile_share_pct == 12.5
    assert load_profile(with_share(str(path), 30)).fragile_share_pct == 30
    path.write_text("id = ", encoding="utf-8")
    with pytest.raises(UsageError, match="TOML"):
        load_profile(str(path))


@pytest.mark.parametrize("base", sorted(BASES))
def test_another_base_is_asked_for_by_name(base):
    profile = load_profile(f"ifn-2020:{base}")
    assert profile.base == base
    assert profile.id == ("ifn-2020" if base == "region" else f"ifn-2020-{base}")


def test_base_and_share_at_once():
    profile = load_profile("ifn-2020:epci@15")
    assert (profile.base, profile.fragile_share_pct) == ("epci", 15)
    assert with_share("ifn-2020:epci@15", 10) == "ifn-2020:epci@10"
    assert with_share("ifn-2020:epci@15", None) == "ifn-2020:epci@15"


@pytest.mark.parametrize(
    "wrong", ["ifn-2020:commune", "ifn-2020@0", "ifn-2020@101", "ifn-2020@1.2.3"]
)
def test_a_wrong_base_or_share_is_refused(wrong):
    with pytest.raises(UsageError):
        load_profile(wrong)
    with pytest.raises(UsageError, match="pourcentage"):
        with_share("ifn-2020", -5)


def test_two_profiles_of_one_id_are_refused():
    assert [p.id for p in load_profiles(["ifn-2020", "ifn-2020:epci"])] == [
        "ifn-2020",
        "ifn-2020-epci",
    ]
    with pytest.raises(UsageError, match="même id, « ifn-2020 »"):
        load_profiles(["ifn-2020", "ifn-2020@10"])


# --- what is refused, key by key ------------------------------------------------
CHOICES = {
    "normalisation": ("deciles", "percentiles", "min_max", "base_100", "bands"),
    "ties": ("mid", "upper"),
    "aggregation": ("mean", "geometric"),
    "base": ("france", "region", "departement", "epci"),
    "universe": ("iris", "commune"),
    "divided": ("mean", "own"),
    "weights_by": ("indicator", "axis", "pillar"),
    "missing": ("ignore", "zero"),
    "classes": ("quintiles", "equal_width"),
}
REQUIRED = (
    "id",
    "title",
    "normalisation",
    "ties",
    "aggregation",
    "min_subscores",
    "fragile_share_pct",
    "indicators",
)


@pytest.mark.parametrize("key", CHOICES)
@pytest.mark.parametrize("value", ["autre", "", 1, True, ["mid"], {"a": 1}])
def test_a_choice_that_does_not_exist_is_refused_with_those_that_do(data, key, value):
    data[key] = value
    with pytest.raises(UsageError, match=f"« {key} »") as error:
        parse_profile(data, "essai")
    assert all(choice in str(error.value) for choice in CHOICES[key])


@pytest.mark.parametrize("key", REQUIRED)
def test_a_missing_key_is_named(data, key):
    del data[key]
    with pytest.raises(UsageError, match=key) as error:
        parse_profile(data, "essai")
    assert "manquantes" in str(error.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", 12),
        ("id", ""),
        ("id", "Mon Profil"),
        ("title", 12),
        ("title", "  "),
        ("description", 3),
        ("fragile_share_pct", 0),
        ("fragile_share_pct", 101),
        ("fragile_share_pct", "20"),
        ("fragile_share_pct", True),
        ("fragile_share_pct", math.nan),
        ("min_subscores", 0),
        ("min_subscores", 2.5),
        ("min_subscores", 6),
        ("min_subscores", True),
        ("min_subscores", "4"),
        ("score_range", [10, -10]),
        ("score_range", [1]),
        ("score_range", 10),
        ("score_range", ["a", "b"]),
        ("score_range", [0, math.inf]),
        ("axes", "aucun"),
        ("pillars", 3),
        ("indicators", []),
        ("indicators", "non_thd"),
        ("couleur", "bleu"),
    ],
)
def test_a_wrong_value_names_its_key(data, key, value):
    data[key] = value
    with pytest.raises(UsageError, match=key) as error:
        parse_profile(data, "essai")
    assert "attendu" in str(error.value)
    assert "docs/profils.md" in str(error.value)


def test_all_that_is_wrong_in_a_file_is_said_at_once(data):
    data |= {"couleur": "bleu", "title": "", "fragile_share_pct": 150, "normalisation": "decile"}
    data["indicators"][0] |= {"direction": 2, "weight": -1}
    data["indicators"][1] |= {"id": "cafes"}
    with pytest.raises(UsageError, match="refusé, pour 7 raisons") as error:
        parse_profile(data, "essai")
    message = str(error.value)
    for word in ("couleur", "title", "fragile_share_pct", "decile", "direction", "weight", "cafes"):
        assert word in message
    # What only follows from another error is not said.
    assert "« ties »" not in message
    assert "7. " in message
    assert "8. " not in message


OWN = {"id": "wifi", "direction": 1, "weight": 1, "label": "Wifi", "definition": "x", "unit": "pct"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "wifi"}, "wifi"),
        ({"id": 3}, "id d'un indicateur"),
        ({"id": ["a"]}, "id d'un indicateur"),
        ({"direction": 0}, "direction"),
        ({"direction": "haut"}, "direction"),
        ({"direction": True}, "direction"),
        ({"weight": -1}, "weight de non_thd"),
        ({"weight": 0}, "weight de non_thd"),
        ({"weight": "1"}, "weight de non_thd"),
        ({"weight": math.inf}, "weight de non_thd"),
        ({"poids": 2}, "poids"),
        ({"axis": "nulle-part"}, "nulle-part"),
        ({"axis": 4}, "axis d'un indicateur"),
        ({"rule": "coverage"}, "rule"),
        ({"rule": 1}, "rule"),
        ({"inherit": "non"}, "« inherit » de non_thd"),
        ({"inherit": 0}, "« inherit » de non_thd"),
        ({"label": "Mon nom"}, "déjà ses mots"),
        ({"id": "wifi", "label": "Wifi", "definition": "x"}, "wifi"),
        ({**OWN, "unit": "litres"}, "unit"),
        ({**OWN, "label": 3}, "label"),
        ({**OWN, "id": "Mon Wifi"}, "Mon Wifi"),
        ({"direction": "published"}, "published"),
    ],
)
def test_a_wrong_indicator_is_named(data, change, message):
    changed = copy.deepcopy(data)
    changed["indicators"][0].update(change)
    with pytest.raises(UsageError, match=message):
        parse_profile(changed, "essai")


@pytest.mark.parametrize("key", ["id", "direction", "weight"])
def test_a_missing_key_of_an_indicator_is_named(data, key):
    del data["indicators"][0][key]
    with pytest.raises(UsageError, match=key):
        parse_profile(data, "essai")


@pytest.mark.parametrize("item", ["non_thd", 3, None])
def test_an_indicator_that_is_no_block_is_refused(data, item):
    data["indicators"][0] = item
    with pytest.raises(UsageError, match="mal décrit"):
        parse_profile(data, "essai")


def test_an_indicator_of_ones_own_is_kept_with_its_words(data):
    data["indicators"][0] = OWN
    found = parse_profile(data, "essai").indicators[0]
    assert (found.label, found.definition, found.unit) == ("Wifi", "x", "pct")
    assert OWN["unit"] in UNITS


def test_an_indicator_cannot_count_twice(data):
    data["indicators"].append(data["indicators"][0])
    with pytest.raises(UsageError, match="deux fois"):
        parse_profile(data, "essai")


# --- keys that contradict each other ------------------------------------------------
@pytest.mark.parametrize(
    ("rule", "direction"),
    [("ratio", -1), ("mirror", 1), ("mirror_floor", 1), ("coverage", 1), ("mirror", "published")],
)
def test_a_rule_against_its_direction_is_refused(grouped, rule, direction):
    grouped["indicators"][2].update(rule=rule, direction=direction)
    with pytest.raises(UsageError, match="direction"):
        parse_profile(grouped, "essai")


@pytest.mark.parametrize("normalisation", ["base_100", "min_max"])
def test_ties_without_ranks_are_refused(data, normalisation):
    data["normalisation"] = normalisation
    with pytest.raises(UsageError, match="ties"):
        parse_profile(data, "essai")


def test_a_geometric_mean_wants_points_above_zero(data):
    data |= {"normalisation": "bands", "aggregation": "geometric"}
    with pytest.raises(UsageError, match="géométrique"):
        parse_profile(data, "essai")


def test_a_range_in_base_100_is_refused(grouped):
    grouped["score_range"] = [0, 10]
    with pytest.raises(UsageError, match="score_range"):
        parse_profile(grouped, "essai")


@pytest.mark.parametrize("by", ["axis", "pillar"])
def test_equal_groups_hold_every_indicator(data, by):
    data["weights_by"] = by
    with pytest.raises(UsageError, match="non_thd n'est dans aucun groupe"):
        parse_profile(data, "essai")


@pytest.mark.parametrize(
    ("block", "change", "message"),
    [
        ("axes", {"pillar": "ailleurs"}, "ailleurs"),
        ("axes", {"id": "interfaces"}, "deux fois"),
        ("axes", {"id": "acces"}, "acces"),
        ("axes", {"title": 3}, "title de axes"),
        ("axes", {"poids": 1}, "poids"),
        ("pillars", {"id": "autre"}, "acces"),
        ("pillars", {"title": ""}, "title de pillars"),
    ],
)
def test_a_wrong_group_is_named(grouped, block, change, message):
    grouped[block][0].update(change)
    with pytest.raises(UsageError, match=message):
        parse_profile(grouped, "essai")


def test_a_group_without_indicator_is_refused(grouped):
    grouped["axes"].append({"id": "vide", "title": "Vide", "pillar": "acces"})
    with pytest.raises(UsageError, match="« vide » n'a aucun indicateur"):
        parse_profile(grouped, "essai")


@pytest.mark.parametrize("name", available_profiles())
def test_a_published_edition_gives_its_profile_back(tmp_path, name):
    profile = load_profile(name)
    account = {"profil": "disparu.toml", "definition": profile_record(profile)}
    (tmp_path / "execution.json").write_text(json.dumps(account), encoding="utf-8")
    assert published_profile(tmp_path) == profile


def test_an_edition_that_does_not_say_its_profile_is_refused(tmp_path):
    with pytest.raises(BadFileError, match="n'est pas dit"):
        published_profile(tmp_path)


def test_a_users_profile_does_not_take_the_name_of_ours(tmp_path):
    text = (resources.files("fragility.index") / "profiles" / "ifn-2023.toml").read_text("utf-8")
    own = tmp_path / "mien.toml"
    own.write_text(text, encoding="utf-8")
    assert load_profile(str(own)).id == "ifn-2023", "the same rules are the same profile"
    own.write_text(text.replace("fragile_share_pct = 20", "fragile_share_pct = 10"), "utf-8")
    with pytest.raises(UsageError, match="prend l'id d'un profil fourni"):
        load_profile(str(own))
