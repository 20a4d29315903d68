"""How a column is written: one small constructor per kind of content, and a table of columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow as pa_core
import pyarrow.compute as pc

COMMUNE_CODE = r"^(\d{2}|2[AB])\d{3}$"
IRIS_CODE = r"^(\d{2}|2[AB])\d{7}$"
# An e-mail address or a French phone number: published tables must hold none (RGPD).
PERSONAL_DATA = (
    r"(?i)\bdomicile de (?:m\.|mme\b|mlle\b|monsieur\b|madame\b).*|"
    r"[\w.+-]+@[\w-]+\.[a-z]{2,}|(?:\+33|\b0)[ .-]?[1-9](?:[ .-]?\d\d){4}\b"
)


def matches_pattern(values: pd.Series, pattern: str) -> np.ndarray:
    """Which texts match, by Arrow's engine: linear in time whatever the pattern."""
    found = pc.match_substring_regex(pa_core.array(values, pa_core.string()), pattern)
    return pc.fill_null(found, False).to_numpy(zero_copy_only=False)


def _has_form(pattern: str) -> pa.Check:
    return pa.Check(
        lambda values: pd.Series(matches_pattern(values, pattern), index=values.index),
        error=f"forme {pattern}",
        statistics={"pattern": pattern},
    )


def _not_personal() -> pa.Check:
    return pa.Check(
        lambda values: pd.Series(~matches_pattern(values, PERSONAL_DATA), index=values.index),
        error="adresse électronique ou téléphone",
    )


def text(
    name: str,
    title: str,
    description: str,
    *,
    pattern: str | None = None,
    among: tuple[str, ...] | None = None,
    nullable: bool = False,
) -> pa.Column:
    """A text column; free text is refused when it holds an e-mail address or a phone number."""
    if pattern:
        checks = [_has_form(pattern)]
    elif among:
        checks = [pa.Check.isin(among)]
    else:
        checks = [_not_personal()]
    return pa.Column(
        str, checks, name=name, title=title, description=description, nullable=nullable
    )


def number(
    name: str,
    title: str,
    description: str,
    *,
    low: float | None = 0,
    high: float | None = None,
    nullable: bool = True,
) -> pa.Column:
    """A real number, by default not negative and possibly missing."""
    checks = []
    if low is not None:
        checks.append(pa.Check.ge(low))
    if high is not None:
        checks.append(pa.Check.le(high))
    return pa.Column(
        float, checks, name=name, title=title, description=description, nullable=nullable
    )


def share(name: str, title: str, description: str) -> pa.Column:
    """A percentage between 0 and 100."""
    return number(name, title, description, low=0, high=100)


def count(name: str, title: str, description: str, *, nullable: bool = False) -> pa.Column:
    """A whole number (nullable ones are stored as Int64)."""
    return pa.Column(
        "Int64" if nullable else "int64",
        [pa.Check.ge(0)],
        name=name,
        title=title,
        description=description,
        nullable=nullable,
    )


def flag(name: str, title: str, description: str) -> pa.Column:
    """True or False, never missing."""
    return pa.Column(bool, name=name, title=title, description=description)


def known_flag(name: str, title: str, description: str) -> pa.Column:
    """True or False, missing where nothing says it."""
    return pa.Column("boolean", name=name, title=title, description=description, nullable=True)


def table(
    name: str,
    title: str,
    description: str,
    columns: list[pa.Column],
    *,
    unique: list[str] | None = None,
    geometry: str | None = None,
) -> pa.DataFrameSchema:
    """Assemble a table; `geometry` describes its geometry column, if it has one."""
    if geometry:
        columns = [
            *columns,
            pa.Column(
                "geometry", name="geometry", title="Géométrie", description=geometry, nullable=True
            ),
        ]
    return pa.DataFrameSchema(
        {c.name: c for c in columns},
        name=name,
        title=title,
        description=description,
        unique=unique,
        strict=True,
    )
