"""What is allowed in the TOML file of a profile; every error names the key and what is allowed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from fragility.index.profile_checks import (
    Refusals,
    check_keys,
    check_range,
    check_text,
    is_number,
    refused,
)
from fragility.index.profile_groups import check_references, read_groups
from fragility.index.profile_indicators import MACHINE_NAME, read_indicators
from fragility.index.profile_model import RANKED, Axis, Pillar, Profile

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


def parse_profile(data: dict[str, Any], name: str) -> Profile:
    """Validate a profile's keys and values.

    Parameters
    ----------
    data : content of the file.
    name : what the user calls the profile, for messages.

    Raises
    ------
    UsageError
        Naming every key that is wrong, what is allowed and what was found.
    """
    found = Refusals()
    scale = data.get("normalisation")
    ranked = scale in RANKED
    required = (*REQUIRED, "ties") if ranked else REQUIRED
    with found.gather():
        check_keys(name, "le profil", data, required, (*OPTIONAL, *ALLOWED))
    chosen = {key: data[key] for key in ALLOWED if key in data}
    for key, value in chosen.items():
        if value not in ALLOWED[key]:
            found.append(
                refused(
                    name,
                    f"la clé « {key} » a une valeur inconnue",
                    " ou ".join(ALLOWED[key]),
                    repr(value),
                )
            )
    known_scale = scale in ALLOWED["normalisation"]
    if "ties" in data and known_scale and not ranked:
        found.append(
            refused(
                name,
                f"la clé « ties » n'a pas de sens avec normalisation = « {scale} »",
                "« ties » avec " + ", ".join(RANKED) + " seulement",
                repr(data["ties"]),
            )
        )
    with found.gather():
        _check_id(name, data)
    for key in ("title", "description"):
        if key in data:
            with found.gather():
                check_text(name, key, data[key])
    if "fragile_share_pct" in data:
        with found.gather():
            check_range(name, "fragile_share_pct", data["fragile_share_pct"], 0, 100)
    pillars, axes = _groups(name, data, found)
    before = len(found)
    indicators = read_indicators(name, data, str(scale) if known_scale else "", found)
    if len(found) == before and pillars is not None and axes is not None:
        check_references(name, data, indicators, axes, pillars, found)
    if "min_subscores" in data:
        with found.gather():
            blocks = data.get("indicators")
            written = len(blocks) if isinstance(blocks, list) else 0
            _check_number(name, data["min_subscores"], written)
    _check_geometric(name, data, found)
    span = None
    with found.gather():
        span = _score_range(name, data)
    found.settle(name)
    return Profile(
        id=data["id"],
        title=data["title"],
        description=str(data.get("description", "")),
        ties=chosen.pop("ties", "mid"),
        min_subscores=data["min_subscores"],
        fragile_share_pct=float(data["fragile_share_pct"]),
        score_range=span,
        indicators=indicators,
        axes=axes or (),
        pillars=pillars or (),
        **chosen,
    )


def _check_id(name: str, data: Mapping[str, Any]) -> None:
    if "id" not in data:
        return
    check_text(name, "id", data["id"])
    if not MACHINE_NAME.match(data["id"]):
        raise refused(
            name,
            "la clé « id » n'est pas un nom de machine",
            "minuscules sans accent, chiffres, tiret",
            repr(data["id"]),
        )


def _check_number(name: str, value: Any, indicators: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise refused(
            name, "la clé « min_subscores » n'est pas un entier", "un entier", repr(value)
        )
    check_range(name, "min_subscores", value, 0, indicators or math.inf)


def _check_geometric(name: str, data: Mapping[str, Any], found: Refusals) -> None:
    """A geometric mean wants points above zero."""
    if data.get("aggregation") != "geometric":
        return
    if data.get("missing") == "zero":
        found.append(
            refused(
                name,
                "les clés « aggregation » et « missing » se contredisent : une moyenne géométrique "
                "veut des points au-dessus de zéro",
                "missing = « ignore », ou aggregation = « mean »",
                "geometric, zero",
            )
        )
    if data.get("normalisation") in ("bands", "base_100"):
        found.append(
            refused(
                name,
                "les clés « aggregation » et « normalisation » se contredisent : une moyenne "
                "géométrique veut des points au-dessus de zéro",
                "normalisation = deciles, percentiles ou min_max",
                repr(data["normalisation"]),
            )
        )


def _groups(
    name: str, data: Mapping[str, Any], found: Refusals
) -> tuple[tuple[Pillar, ...] | None, tuple[Axis, ...] | None]:
    """Pillars and axes, None for those that are wrong."""
    pillars: tuple[Pillar, ...] | None = None
    axes: tuple[Axis, ...] | None = None
    with found.gather():
        groups = read_groups(name, "pillars", data, ("id", "title"))
        pillars = tuple(Pillar(**item) for item in groups)
    with found.gather():
        groups = read_groups(name, "axes", data, ("id", "title"), ("pillar",))
        axes = tuple(Axis(**item) for item in groups)
    return pillars, axes


def _score_range(name: str, data: Mapping[str, Any]) -> tuple[float, float] | None:
    value = data.get("score_range")
    if value is None:
        return None
    numbers = isinstance(value, list) and len(value) == 2 and all(map(is_number, value))
    if not numbers or value[0] >= value[1] or data.get("normalisation") == "base_100":
        raise refused(
            name,
            "la clé « score_range » est fausse",
            "deux nombres croissants, par exemple [-10, 10], et pas en base 100",
            repr(value),
        )
    return float(value[0]), float(value[1])
