"""Try a family on a table: its kind, its columns, and the codes of its key."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fragility.sources.detect.cells import level_of
from fragility.sources.detect.look import Look
from fragility.sources.detect.roles import Family, Match, match

# A column of codes that come back is that of a wider territory: COM in a table of IRIS.
_DISTINCT = 0.9


def attempt(family: Family, look: Look, given: Mapping[str, str]) -> Match | None:
    """Match a table with a family of its kind; the key may be known by its codes alone."""
    if look.kind not in family.kinds or (family.geometry and look.geometry != family.geometry):
        return None
    if any(sheet not in look.sheets for sheet in family.sheets) or not _is_read(family, look):
        return None
    if any(re.fullmatch(p, c) for p in family.without for c in look.columns):
        return None
    if not family.roles:
        return Match(family, {}, {})
    found = match(family, look.columns, given)
    key = family.roles[0].name
    if key not in found.columns and family.level:
        # A SIREN has the width of the code of an IRIS.
        spare = [
            c for c in look.columns
            if c not in (*found.columns.values(), "geometry") and "siren" not in c.lower()
        ]  # fmt: skip
        of_level = (c for c in spare if level_of(look.load([c])[c]) == family.level)
        if (column := next(of_level, None)) is not None:
            found = match(family, look.columns, {**given, key: column})
    return found


def _is_read(family: Family, look: Look) -> bool:
    """Tell whether the reader of a family takes that layer: those it names, else the first."""
    if not look.layers:
        return True
    if family.layers:
        return look.layer.upper() in family.layers
    return look.layer == look.layers[0]


def fits(found: Match, look: Look) -> bool:
    """Check that the key holds codes of the level of the family, one row each or nearly."""
    level = found.family.level
    key = found.columns.get(found.family.roles[0].name) if found.family.roles else None
    if not level or key is None:
        return not level
    codes = look.load([key])[key]
    return level_of(codes, named=True) == level and codes.nunique() >= _DISTINCT * codes.count()
