"""What is allowed in the TOML file of a profile; every error names the key and what is allowed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from fragility.errors import UsageError
from fragility.index.profile_model import RANKED, Axis, Pillar, Profile, ProfileIndicator
from fragility.schemas import INDICATORS
from fragility.schemas.columns import CONTEXT_LABELS

_ALLOWED: dict[str, tuple[str, ...]] = {
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
_REQUIRED = (
    "id",
    "title",
    "normalisation",
    "aggregation",
    "min_subscores",
    "fragile_share_pct",
    "indicators",
)
_OPTIONAL = ("description", "score_range", "axes", "pillars")
_RULES = ("ratio", "coverage", "mirror", "mirror_floor")
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
    required = (*_REQUIRED, "ties") if ranked else _REQUIRED
    _check_keys(name, "le profil", data, required, (*_OPTIONAL, *_ALLOWED))
    chosen = {key: data[key] for key in _ALLOWED if key in data}
    for key, value in chosen.items():
        if value not in _ALLOWED[key]:
            raise _refused(
                name,
                f"la clé « {key} » a une valeur inconnue",
                " ou ".join(_ALLOWED[key]),
                repr(value),
            )
    if "ties" in data and not ranked:
        raise _refused(
            name,
            f"la clé « ties » n'a pas de sens avec normalisation = « {data['normalisation']} »",
            "« ties » avec " + ", ".join(RANKED) + " seulement",
            repr(data["ties"]),
        )
    _check_text(name, "id", data["id"])
    if not _MACHINE_NAME.match(data["id"]):
        raise _refused(
            name,
            "la clé « id » n'est pas un nom de machine",
            "minuscules sans accent, chiffres, tiret",
            repr(data["id"]),
        )
    _check_text(name, "title", data["title"])
    _check_range(name, "fragile_share_pct", data["fragile_share_pct"], 0, 100)
    pillars = tuple(Pillar(**item) for item in _groups(name, "pillars", data, ("id", "title")))
    axes = tuple(Axis(**item) for item in _groups(name, "axes", data, ("id", "title"), ("pillar",)))
    indicators = _indicators(name, data)
    _check_references(name, data, indicators, axes, pillars)
    if isinstance(data["min_subscores"], bool) or not isinstance(data["min_subscores"], int):
        raise _refused(
            name,
            "la clé « min_subscores » n'est pas un entier",
            "un entier",
            repr(data["min_subscores"]),
        )
    _check_range(name, "min_subscores", data["min_subscores"], 0, len(indicators))
    if data["aggregation"] == "geometric" and data["normalisation"] in ("bands", "base_100"):
        raise _refused(
            name,
            "une moyenne géométrique veut des points au-dessus de zéro",
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
        raise _refused(
            name,
            "la clé « indicators » n'est pas une liste",
            "un bloc [[indicators]] par indicateur",
            repr(items),
        )
    found = tuple(_indicator(name, item, data["normalisation"]) for item in items)
    ids = [item.id for item in found]
    if len(set(ids)) != len(ids):
        raise _refused(
            name, "un indicateur est cité deux fois", "des indicateurs distincts", ", ".join(ids)
        )
    return found


def _indicator(name: str, item: Any, normalisation: str) -> ProfileIndicator:
    described = ("label", "definition", "unit")
    what = f"l'indicateur {item.get('id', '')}" if isinstance(item, dict) else "un indicateur"
    _check_keys(name, what, item, ("id", "direction", "weight"), ("axis", "rule", *described))
    known = item["id"] in INDICATORS or item["id"] in CONTEXT_LABELS
    if not known and not all(isinstance(item.get(key), str) for key in described):
        raise _refused(
            name,
            "un indicateur est inconnu",
            ", ".join([*INDICATORS, *CONTEXT_LABELS])
            + ", ou le vôtre avec ses clés label, definition et unit (pct, euros, pour_10000)",
            repr(item["id"]),
        )
    if known and any(key in item for key in described):
        raise _refused(
            name,
            f"l'indicateur {item['id']} a déjà ses mots",
            "ni label, ni definition, ni unit ; ou un autre id",
            ", ".join(key for key in described if key in item),
        )
    if not isinstance(item["id"], str) or not _MACHINE_NAME.match(item["id"]):
        raise _refused(
            name,
            "l'id d'un indicateur n'est pas un nom de machine",
            "minuscules sans accent, chiffres, souligné",
            repr(item["id"]),
        )
    rule = item.get("rule", "ratio")
    if rule not in _RULES or (rule != "ratio" and normalisation != "base_100"):
        raise _refused(
            name,
            f"la clé « rule » de {item['id']} est fausse",
            " ou ".join(_RULES) + ", avec normalisation = « base_100 » seulement",
            repr(rule),
        )
    if item["direction"] not in (1, -1, "published"):
        raise _refused(
            name,
            f"la clé « direction » de {item['id']} est fausse",
            "1 (plus haut = plus fragile), -1, ou « published » (base 100 : 100 x/t quel que soit "
            "le sens, comme l'a publié l'indice de 2020)",
            repr(item["direction"]),
        )
    direction = item["direction"]
    if normalisation == "base_100" and direction != "published":
        if (direction == 1) != (rule == "ratio"):
            raise _refused(
                name,
                f"les clés « direction » et « rule » de {item['id']} se contredisent",
                "direction = 1 avec rule = « ratio », direction = -1 avec coverage, mirror ou "
                "mirror_floor",
                f"direction = {direction}, rule = « {rule} »",
            )
    elif direction == "published":
        if normalisation != "base_100" or rule != "ratio":
            raise _refused(
                name,
                f"la clé « direction » de {item['id']} est fausse",
                "« published » avec normalisation = « base_100 » et rule = « ratio » seulement",
                repr(direction),
            )
        direction = 1
    _check_range(name, f"weight de {item['id']}", item["weight"], 0, math.inf)
    return ProfileIndicator(
        item["id"],
        int(direction),
        float(item["weight"]),
        item.get("axis", ""),
        rule,
        *(item.get(key, "") for key in described),
    )


def _groups(
    name: str,
    key: str,
    data: Mapping[str, Any],
    required: tuple[str, ...],
    optional: tuple[str, ...] = (),
) -> list[dict[str, str]]:
    """Blocks [[axes]] or [[pillars]]: texts only, each id once."""
    items = data.get(key, [])
    if not isinstance(items, list):
        raise _refused(name, f"la clé « {key} » n'est pas une liste", f"[[{key}]]", repr(items))
    for item in items:
        _check_keys(name, f"un bloc [[{key}]]", item, required, optional)
        for field, value in item.items():
            _check_text(name, f"{field} de {key}", value)
    ids = [item["id"] for item in items]
    if len(set(ids)) != len(ids):
        raise _refused(name, f"un id de [[{key}]] est cité deux fois", "des id distincts", str(ids))
    return items


def _check_references(
    name: str,
    data: Mapping[str, Any],
    indicators: tuple[ProfileIndicator, ...],
    axes: tuple[Axis, ...],
    pillars: tuple[Pillar, ...],
) -> None:
    """Every axis and pillar that is named exists and serves; equal groups hold everything."""
    for what, named, known in (
        ("axis", [i.axis for i in indicators], [a.id for a in axes]),
        ("pillar", [a.pillar for a in axes], [p.id for p in pillars]),
    ):
        lost = [value for value in named if value and value not in known]
        if lost:
            raise _refused(
                name,
                f"la clé « {what} » cite un groupe inconnu",
                ", ".join(known) or f"un bloc qui le décrit, puis {what} = son id",
                repr(lost[0]),
            )
        empty = [value for value in known if value not in named]
        if empty:
            raise _refused(
                name,
                f"le groupe « {empty[0]} » n'a aucun indicateur",
                f"{what} = « {empty[0]} » dans un bloc au moins",
                "aucun",
            )
    both = {axis.id for axis in axes} & {pillar.id for pillar in pillars}
    if both:
        raise _refused(
            name,
            "un axe et un pilier ont le même id",
            "des id distincts",
            ", ".join(sorted(both)),
        )
    by = data.get("weights_by", "indicator")
    of_axis = {axis.id: axis.pillar for axis in axes}
    for item in indicators:
        group = {"indicator": "-", "axis": item.axis, "pillar": of_axis.get(item.axis, "")}[by]
        if not group:
            raise _refused(
                name,
                f"l'indicateur {item.id} n'est dans aucun groupe",
                f"un axe{' et son pilier' if by == 'pillar' else ''} pour chaque indicateur, "
                f"puisque weights_by = « {by} »",
                "aucun",
            )


def _score_range(name: str, data: Mapping[str, Any]) -> tuple[float, float] | None:
    value = data.get("score_range")
    if value is None:
        return None
    numbers = isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))
    if not numbers or value[0] >= value[1] or data["normalisation"] == "base_100":
        raise _refused(
            name,
            "la clé « score_range » est fausse",
            "deux nombres croissants, par exemple [-10, 10], et pas en base 100",
            repr(value),
        )
    return float(value[0]), float(value[1])


def _check_keys(
    name: str, what: str, item: Any, required: tuple[str, ...], optional: tuple[str, ...]
) -> None:
    if not isinstance(item, dict):
        raise _refused(name, f"{what} est mal décrit", ", ".join(required), repr(item))
    missing = [key for key in required if key not in item]
    unknown = [key for key in item if key not in (*required, *optional)]
    if missing or unknown:
        raise _refused(
            name,
            f"dans {what}, des clés manquent ou sont inconnues",
            f"{', '.join(required)} ; au besoin {', '.join(optional)}",
            f"manquantes {missing}, inconnues {unknown}",
        )


def _check_text(name: str, key: str, value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        raise _refused(name, f"la clé « {key} » n'est pas un texte", "un texte", repr(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check_range(name: str, key: str, value: Any, low: float, high: float) -> None:
    if not _is_number(value) or not low < value <= high:
        raise _refused(
            name,
            f"la clé « {key} » est hors limites",
            f"un nombre au-dessus de {low:g}" + (f", au plus {high:g}" if high < math.inf else ""),
            repr(value),
        )


def _refused(name: str, problem: str, expected: str, found: str) -> UsageError:
    return UsageError(
        f"Le profil « {name} » est refusé : {problem}.",
        expected=expected,
        found=found,
        remedy="comparez avec docs/profils.md et les fichiers de fragility/index/profiles/",
    )
