"""What is allowed in the blocks [[indicators]] of the TOML file of a profile."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from fragility.index.profile_checks import Refusals, check_keys, check_range, check_text, refused
from fragility.index.profile_model import UNITS, ProfileIndicator
from fragility.schemas import INDICATORS, TABLES
from fragility.schemas.columns import CONTEXT_LABELS

DESCRIBED = ("label", "definition", "unit")
OPTIONAL_OF_INDICATOR = ("axis", "rule", "inherit", *DESCRIBED)
RULES = ("ratio", "coverage", "mirror", "mirror_floor")
_COLUMNS = frozenset(str(name) for model in TABLES.values() for name in model.columns)
MACHINE_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*$")


def read_indicators(
    name: str, data: Mapping[str, Any], scale: str, found: Refusals
) -> tuple[ProfileIndicator, ...]:
    """Indicators of a profile, those that are not refused."""
    items = data.get("indicators")
    if not isinstance(items, list) or not items:
        if "indicators" in data:
            found.append(
                refused(
                    name,
                    "la clé « indicators » n'est pas une liste",
                    "un bloc [[indicators]] par indicateur",
                    repr(items),
                )
            )
        return ()
    read = []
    for item in items:
        before = len(found)
        _check_indicator(name, item, scale, found)
        if len(found) == before:
            read.append(_indicator(item))
    ids = [item.id for item in read]
    if len(set(ids)) != len(ids):
        found.append(
            refused(
                name,
                "un indicateur est cité deux fois",
                "des indicateurs distincts",
                ", ".join(ids),
            )
        )
    return tuple(read)


def _indicator(item: Mapping[str, Any]) -> ProfileIndicator:
    """One indicator, of a block that was checked."""
    return ProfileIndicator(
        item["id"],
        1 if item["direction"] == "published" else int(item["direction"]),
        float(item["weight"]),
        item.get("axis", ""),
        item.get("rule", "ratio"),
        item.get("inherit", True),
        *(item.get(key, "") for key in DESCRIBED),
    )


def _check_indicator(name: str, item: Any, scale: str, found: Refusals) -> None:
    """Note what is wrong in one block [[indicators]].

    Parameters
    ----------
    scale : normalisation of the profile, "" when it is wrong itself.
    """
    what = f"l'indicateur {item.get('id', '')}" if isinstance(item, dict) else "un indicateur"
    before = len(found)
    with found.gather():
        check_keys(name, what, item, ("id", "direction", "weight"), OPTIONAL_OF_INDICATOR)
    if not isinstance(item, dict):
        return
    for key in ("id", *(key for key in ("axis", "rule", *DESCRIBED) if key in item)):
        if key in item:
            with found.gather():
                check_text(name, f"{key} d'un indicateur", item[key])
    if isinstance(item.get("id"), str) and len(found) == before:
        with found.gather():
            _check_words(name, item)
    if "direction" in item:
        with found.gather():
            _check_direction(name, item, scale)
    if "weight" in item:
        with found.gather():
            weight = f"weight de {item.get('id', 'cet indicateur')}"
            check_range(name, weight, item["weight"], 0, math.inf)
    if not isinstance(item.get("inherit", True), bool):
        found.append(
            refused(
                name,
                f"la clé « inherit » de {item.get('id', 'cet indicateur')} est fausse",
                "true ou false",
                repr(item["inherit"]),
            )
        )


def _check_words(name: str, item: Mapping[str, Any]) -> None:
    """The id is that of an indicator, or the block says what its own is."""
    known = item["id"] in INDICATORS or item["id"] in CONTEXT_LABELS
    if not known and not all(key in item for key in DESCRIBED):
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
    if known and any(key in item for key in DESCRIBED):
        raise refused(
            name,
            f"l'indicateur {item['id']} a déjà ses mots",
            "ni label, ni definition, ni unit ; ou un autre id",
            ", ".join(key for key in DESCRIBED if key in item),
        )
    if not MACHINE_NAME.match(item["id"]):
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


def _check_direction(name: str, item: Mapping[str, Any], scale: str) -> None:
    """The direction and the rule are allowed, and go together on the scale of the profile."""
    which, direction = item.get("id", "cet indicateur"), item["direction"]
    rule = item.get("rule", "ratio")
    if rule not in RULES or (rule != "ratio" and scale and scale != "base_100"):
        raise refused(
            name,
            f"la clé « rule » de {which} est fausse",
            " ou ".join(RULES) + ", avec normalisation = « base_100 » seulement",
            repr(rule),
        )
    if isinstance(direction, bool) or direction not in (1, -1, "published"):
        raise refused(
            name,
            f"la clé « direction » de {which} est fausse",
            "1 (plus haut = plus fragile), -1, ou « published » (base 100 : 100 x/t quel que soit "
            "le sens, comme l'a publié l'indice de 2020)",
            repr(direction),
        )
    if scale == "base_100" and direction != "published":
        if (direction == 1) != (rule == "ratio"):
            raise refused(
                name,
                f"les clés « direction » et « rule » de {which} se contredisent",
                "direction = 1 avec rule = « ratio », direction = -1 avec coverage, mirror ou "
                "mirror_floor",
                f"direction = {direction}, rule = « {rule} »",
            )
    elif direction == "published" and scale and (scale != "base_100" or rule != "ratio"):
        raise refused(
            name,
            f"la clé « direction » de {which} est fausse",
            "« published » avec normalisation = « base_100 » et rule = « ratio » seulement",
            repr(direction),
        )
