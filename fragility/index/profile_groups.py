"""Axes and pillars of the TOML file of a profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fragility.index.profile_checks import Refusals, check_keys, check_text, refused
from fragility.index.profile_model import Axis, Pillar, ProfileIndicator


def read_groups(
    name: str,
    key: str,
    data: Mapping[str, Any],
    required: tuple[str, ...],
    optional: tuple[str, ...] = (),
) -> list[dict[str, str]]:
    """Blocks [[axes]] or [[pillars]]: texts only, each id once."""
    items = data.get(key, [])
    if not isinstance(items, list):
        raise refused(name, f"la clé « {key} » n'est pas une liste", f"[[{key}]]", repr(items))
    for item in items:
        check_keys(name, f"un bloc [[{key}]]", item, required, optional)
        for field, value in item.items():
            check_text(name, f"{field} de {key}", value)
    ids = [item["id"] for item in items]
    if len(set(ids)) != len(ids):
        raise refused(name, f"un id de [[{key}]] est cité deux fois", "des id distincts", str(ids))
    return items


def check_references(
    name: str,
    data: Mapping[str, Any],
    indicators: tuple[ProfileIndicator, ...],
    axes: tuple[Axis, ...],
    pillars: tuple[Pillar, ...],
    found: Refusals,
) -> None:
    """Every axis and pillar that is named exists and serves; equal groups hold everything.

    Parameters
    ----------
    found : where what is wrong is noted.
    """
    for what, named, known in (
        ("axis", [i.axis for i in indicators], [a.id for a in axes]),
        ("pillar", [a.pillar for a in axes], [p.id for p in pillars]),
    ):
        lost = [value for value in named if value and value not in known]
        if lost:
            found.append(
                refused(
                    name,
                    f"la clé « {what} » cite un groupe inconnu",
                    ", ".join(known) or f"un bloc qui le décrit, puis {what} = son id",
                    repr(lost[0]),
                )
            )
        empty = [value for value in known if value not in named]
        if empty:
            found.append(
                refused(
                    name,
                    f"le groupe « {empty[0]} » n'a aucun indicateur",
                    f"{what} = « {empty[0]} » dans un bloc au moins",
                    "aucun",
                )
            )
    both = {axis.id for axis in axes} & {pillar.id for pillar in pillars}
    if both:
        found.append(
            refused(
                name,
                "un axe et un pilier ont le même id",
                "des id distincts",
                ", ".join(sorted(both)),
            )
        )
    by = data.get("weights_by", "indicator")
    if by not in ("indicator", "axis", "pillar"):
        return
    of_axis = {axis.id: axis.pillar for axis in axes}
    for item in indicators:
        group = {"indicator": "-", "axis": item.axis, "pillar": of_axis.get(item.axis, "")}[by]
        if not group:
            found.append(
                refused(
                    name,
                    f"l'indicateur {item.id} n'est dans aucun groupe",
                    f"un axe{' et son pilier' if by == 'pillar' else ''} pour chaque indicateur, "
                    f"puisque weights_by = « {by} »",
                    "aucun",
                )
            )
