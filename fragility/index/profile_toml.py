"""What is allowed in the TOML file of a profile; every error names the key and what is allowed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from fragility.index.profile_checks import (
    check_keys,
    check_range,
    check_text,
    is_number,
    refused,
)
from fragility.index.profile_groups import check_references, read_groups
from fragility.index.profile_model import (
    RANKED,
    UNITS,
    Axis,
    Pillar,
    Profile,
    ProfileIndicator,
)
from fragility.schemas import INDICATORS, TABLES
from fragility.schemas.columns import CONTEXT_LABELS

ALLOWED: dict[str, tuple[str, ...]] = {
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
    "aggregation",
    "min_subscores",
    "fragile_share_pct",
    "indicators",
)
OPTIONAL = ("description", "score_range", "axes", "pillars")
RULES = ("ratio", "coverage", "mirror", "mirror_floor")
_COLUMNS = frozenset(str(name) for model in TABLES.values() for name in model.columns)
_MACHINE_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*$")


def parse_profile(data: dict[str, Any], name: str) -> Profile:
    """Validate a profile's keys and values.

    Parameters
    ----------
    data : content of the file.
    name : what the user calls the profile, for messages.

    Raises
    ------
    UsageError
        Naming the key, what is allowed and what was found.
    """
    ranked = data.get("normalisation") in RANKED
    required = (*REQUIRED, "ties") if ranked else REQUIRED
    check_keys(name, "le profil", data, required, (*OPTIONAL, *ALLOWED))
    chosen = {key: data[key] for key in ALLOWED if key in data}
    for key, value in chosen.items():
        if value not in ALLOWED[key]:
            raise refused(
                name,
                f"la clé « {key} » a une valeur inconnue",
                " ou ".join(ALLOWED[key]),
                repr(value),
            )
    if "ties" in data and not ranked:
        raise refused(
            name,
            f"la clé « ties » n'a pas de sens avec normalisation = « {data['normalisation']} »",
            "« ties » avec " + ", ".join(RANKED) + " seulement",
            repr(data["ties"]),
        )
    check_text(name, "id", data["id"])
    if not _MACHINE_NAME.match(data["id"]):
        raise refused(
            name,
            "la clé « id » n'est pas un nom de machine",
            "minuscules sans accent, chiffres, tiret",
            repr(data["id"]),
        )
    check_text(name, "title", data["title"])
    if "description" in data:
        check_text(name, "description", data["description"])
    check_range(name, "fragile_share_pct", data["fragile_share_pct"], 0, 100)
    pillars = tuple(Pillar(**item) for item in read_groups(name, "pillars", data, ("id", "title")))
    axes = tuple(
        Axis(**item) for item in read_groups(name, "axes", data, ("id", "title"), ("pillar",))
    )
    indicators = _indicators(name, data)
    check_references(name, data, indicators, axes, pillars)
    if isinstance(data["min_subscores"], bool) or not isinstance(data["min_subscores"], int):
        raise refused(
            name,
            "la clé « min_subscores » n'est pas un entier",
            "un entier",
            repr(data["min_subscores"]),
        )
    check_range(name, "min_subscores", data["min_subscores"], 0, len(indicators))
    if data["aggregation"] == "geometric" and data.get("missing") == "zero":
        raise refused(
            name,
            "les clés « aggregation » et « missing » se contredisent : une moyenne géométrique "
            "veut des points au-dessus de zéro",
            "missing = « ignore », ou aggregation = « mean »",
            "geometric, zero",
        )
    if data["aggregation"] == "geometric" and data["normalisation"] in ("bands", "base_100"):
        raise refused(
            name,
            "les clés « aggregation » et « normalisation » se contredisent : une moyenne "
            "géométrique veut des points au-dessus de zéro",
            "normalisation = deciles, percentiles ou min_max",
            repr(data["normalisation"]),
        )
    return Profile(
        id=data["id"],
        title=data["title"],
        description=str(data.get("description", "")),
        ties=chosen.pop("ties", "mid"),
        min_subscores=data["min_subscores"],
        fragile_share_pct=float(data["fragile_share_pct"]),
        score_range=_score_range(name, data),
        indicators=indicators,
        axes=axes,
        pillars=pillars,
        **chosen,
    )


def _indicators(name: str, data: Mapping[str, Any]) -> tuple[ProfileIndicator, ...]:
    items = data["indicators"]
    if not isinstance(items, list) or not items:
        raise refused(
            name,
            "la clé « indicators » n'est pas une liste",
            "un bloc [[indicators]] par indicateur",
            repr(items),
        )
    found = tuple(_indicator(name, item, data["normalisation"]) for item in items)
    ids = [item.id for item in found]
    if len(set(ids)) != len(ids):
        raise refused(
            name, "un indicateur est cité deux fois", "des indicateurs distincts", ", ".join(ids)
        )
    return found


def _indicator(name: str, item: Any, normalisation: str) -> ProfileIndicator:
    described = ("label", "definition", "unit")
    what = f"l'indicateur {item.get('id', '')}" if isinstance(item, dict) else "un indicateur"
    optional = ("axis", "rule", "inherit", *described)
    check_keys(name, what, item, ("id", "direction", "weight"), optional)
    for key in ("id", *(key for key in ("axis", "rule", *described) if key in item)):
        check_text(name, f"{key} d'un indicateur", item[key])
    known = item["id"] in INDICATORS or item["id"] in CONTEXT_LABELS
    if not known and not all(key in item for key in described):
        raise refused(
            name,
            "un indicateur est inconnu (clé « id »)",
            ", ".join([*INDICATORS, *CONTEXT_LABELS])
            + f", ou le vôtre avec ses clés label, definition et unit ({', '.join(UNITS)})",
            repr(item["id"]),
        )
    if not known and item["unit"] not in UNITS:
        raise refused(
            name,
            f"la clé « unit » de {item['id']} a une valeur inconnue",
            " ou ".join(UNITS),
            repr(item["unit"]),
        )
    if known and any(key in item for key in described):
        raise refused(
            name,
            f"l'indicateur {item['id']} a déjà ses mots",
            "ni label, ni definition, ni unit ; ou un autre id",
            ", ".join(key for key in described if key in item),
        )
    if not _MACHINE_NAME.match(item["id"]):
        raise refused(
            name,
            "l'id d'un indicateur n'est pas un nom de machine",
            "minuscules sans accent, chiffres, souligné",
            repr(item["id"]),
        )
    if item["id"] in _COLUMNS:
        raise refused(
            name,
            "l'id d'un indicateur est déjà celui d'une colonne des tables",
            "un autre nom",
            repr(item["id"]),
        )
    rule = item.get("rule", "ratio")
    if rule not in RULES or (rule != "ratio" and normalisation != "base_100"):
        raise refused(
            name,
            f"la clé « rule » de {item['id']} est fausse",
            " ou ".join(RULES) + ", avec normalisation = « base_100 » seulement",
            repr(rule),
        )
    if isinstance(item["direction"], bool) or item["direction"] not in (1, -1, "published"):
        raise refused(
            name,
            f"la clé « direction » de {item['id']} est fausse",
            "1 (plus haut = plus fragile), -1, ou « published » (base 100 : 100 x/t quel que soit "
            "le sens, comme l'a publié l'indice de 2020)",
            repr(item["direction"]),
        )
    direction = item["direction"]
    if normalisation == "base_100" and direction != "published":
        if (direction == 1) != (rule == "ratio"):
            raise refused(
                name,
                f"les clés « direction » et « rule » de {item['id']} se contredisent",
                "direction = 1 avec rule = « ratio », direction = -1 avec coverage, mirror ou "
                "mirror_floor",
                f"direction = {direction}, rule = « {rule} »",
            )
    elif direction == "published":
        if normalisation != "base_100" or rule != "ratio":
            raise refused(
                name,
                f"la clé « direction » de {item['id']} est fausse",
                "« published » avec normalisation = « base_100 » et rule = « ratio » seulement",
                repr(direction),
            )
        direction = 1
    check_range(name, f"weight de {item['id']}", item["weight"], 0, math.inf)
    if not isinstance(item.get("inherit", True), bool):
        raise refused(
            name,
            f"la clé « inherit » de {item['id']} est fausse",
            "true ou false",
            repr(item["inherit"]),
        )
    return ProfileIndicator(
        item["id"],
        int(direction),
        float(item["weight"]),
        item.get("axis", ""),
        rule,
        item.get("inherit", True),
        *(item.get(key, "") for key in described),
    )


def _score_range(name: str, data: Mapping[str, Any]) -> tuple[float, float] | None:
    value = data.get("score_range")
    if value is None:
        return None
    numbers = isinstance(value, list) and len(value) == 2 and all(map(is_number, value))
    if not numbers or value[0] >= value[1] or data["normalisation"] == "base_100":
        raise refused(
            name,
            "la clé « score_range » est fausse",
            "deux nombres croissants, par exemple [-10, 10], et pas en base 100",
            repr(value),
        )
    return float(value[0]), float(value[1])
