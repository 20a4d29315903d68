"""Profiles are data; a wrong one is refused by the name of its key."""

import copy
import tomllib
from importlib import resources

import pytest

from fragility.errors import UsageError
from fragility.index.profile_toml import parse_profile
from fragility.index.profiles import available_profiles, load_profile


@pytest.fixture
def data():
    text = (resources.files("fragility.index") / "profiles" / "ifn-2023.toml").read_text("utf-8")
    return tomllib.loads(text)


def test_profiles_of_the_package_load():
    assert {"ifn-2023", "ifn-2023-publie"} <= set(available_profiles())
    for name in available_profiles():
        assert load_profile(name).id == name


def test_the_two_tie_rules():
    assert load_profile("ifn-2023").ties == "mid"
    assert load_profile("ifn-2023-publie").ties == "upper"


def test_unknown_profile_is_wrong_usage():
    with pytest.raises(UsageError, match="n'existe pas") as error:
        load_profile("ifn-1999")
    assert error.value.exit_code == 2
    assert "ifn-2023" in str(error.value)


def test_a_users_file_is_a_profile(tmp_path, data):
    path = tmp_path / "mien.toml"
    text = (resources.files("fragility.index") / "profiles" / "ifn-2023.toml").read_text("utf-8")
    path.write_text(text.replace('id = "ifn-2023"', 'id = "mien"'), encoding="utf-8")
    assert load_profile(str(path)).id == "mien"
    path.write_text("id = ", encoding="utf-8")
    with pytest.raises(UsageError, match="TOML"):
        load_profile(str(path))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("ties", "max", "ties"),
        ("normalisation", "zscore", "normalisation"),
        ("aggregation", "median", "aggregation"),
        ("fragile_share_pct", 0, "fragile_share_pct"),
        ("fragile_share_pct", "20", "fragile_share_pct"),
        ("min_subscores", 2.5, "min_subscores"),
        ("min_subscores", 6, "min_subscores"),
        ("couleur", "bleu", "couleur"),
    ],
)
def test_a_wrong_value_names_its_key(data, key, value, message):
    data[key] = value
    with pytest.raises(UsageError, match=message):
        parse_profile(data, "essai")


def test_a_missing_key_is_named(data):
    del data["ties"]
    with pytest.raises(UsageError, match="ties"):
        parse_profile(data, "essai")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "wifi"}, "wifi"),
        ({"direction": 0}, "direction"),
        ({"weight": -1}, "weight de non_thd"),
        ({"poids": 2}, "poids"),
    ],
)
def test_a_wrong_indicator_is_named(data, change, message):
    changed = copy.deepcopy(data)
    changed["indicators"][0].update(change)
    with pytest.raises(UsageError, match=message):
        parse_profile(changed, "essai")


def test_an_indicator_cannot_count_twice(data):
    data["indicators"].append(data["indicators"][0])
    with pytest.raises(UsageError, match="deux fois"):
        parse_profile(data, "essai")
