"""What a family of files looks like, as data, and how a table's columns are matched with it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fragility.sources.detect.look import Kind

Level = str  # "commune", "iris" or "" for points and grids


@dataclass(frozen=True)
class Role:
    """A column that a reader needs, and the names it is published under.

    Attributes
    ----------
    name : our own name of it, which `columns` of a release takes.
    usual : the reader's name of it; `{income}` stands for the reading option of that name.
    others : other published forms, regular expressions whose groups are reading options.
    required : False for a column that some releases have not.
    free : True where the reader finds the column by its form: it is never renamed.
    """

    name: str
    usual: str
    others: tuple[str, ...] = ()
    required: bool = True
    free: bool = False

    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """Expressions that a whole column name must match, the usual one first."""
        usual = re.sub(r"\\\{(\w+)\\\}", _group, re.escape(self.usual))
        return tuple(re.compile(p, re.IGNORECASE) for p in (usual, *self.others))


_GROUPS = {"census": r"\d\d", "income": r"\d\d", "column_prefix": r"(?:DISP|DEC)_"}


def _group(found: re.Match[str]) -> str:
    return f"(?P<{found[1]}>{_GROUPS[found[1]]})"


@dataclass(frozen=True)
class Family:
    """One published form of a source.

    Attributes
    ----------
    source : id of the source.
    form : how it is called in a message.
    kinds : what such a file is, see `look.Kind`.
    roles : its columns; the first one is the key.
    any_of : roles of which one is enough.
    level : what a row is, `""` where codes do not say.
    options : reading options that this form always has.
    part : which of several tables of the release it is, see `Opener`.
    sep : separator that the reader expects.
    geometry : see `Look`; empty where it does not matter.
    sheets : sheets that a workbook of this form has.
    layers : layers of a map that the reader takes, in capitals; the first one by default.
    without : columns that another form has and this one has not, regular expressions.
    dates : columns that tell the year.
    lag : usual years between the figures and the map of their codes.
    defaults : reading options that the usual names need where the file's names carry none.
    """

    source: str
    form: str
    kinds: tuple[Kind, ...]
    roles: tuple[Role, ...]
    any_of: tuple[str, ...] = ()
    level: Level = ""
    options: Mapping[str, object] = field(default_factory=dict)
    part: str = ""
    sep: str = ";"
    geometry: str = ""
    sheets: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    lag: int = 0
    defaults: Mapping[str, str] = field(default_factory=dict)

    def role(self, name: str) -> Role | None:
        """Role of that name, if the family has it."""
        return next((r for r in self.roles if r.name == name), None)


@dataclass(frozen=True)
class Match:
    """Which column of a table plays each role of a family, and the options their names carry."""

    family: Family
    columns: Mapping[str, str]
    options: Mapping[str, str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Roles that no column plays, though the reader needs them."""
        gone = [r.name for r in self.family.roles if r.required and r.name not in self.columns]
        if self.family.any_of and not set(self.family.any_of) & set(self.columns):
            gone.append(" ou ".join(self.family.any_of))
        return tuple(gone)

    def renamed(self, options: Mapping[str, object]) -> dict[str, str]:
        """Roles whose column has not the name that the reader looks for, and its name here."""
        named = {r.name: usual_name(r, options) for r in self.family.roles if not r.free}
        return {
            role: column for role, column in self.columns.items()
            if role in named and named[role] != column
        }  # fmt: skip


def roles_of(
    usual: Mapping[str, str],
    others: Mapping[str, tuple[str, ...]] | None = None,
    optional: Iterable[str] = (),
) -> tuple[Role, ...]:
    """Roles from a reader's own names: usual name -> our name."""
    known, spare = others or {}, set(optional)
    return tuple(
        Role(name, column, known.get(name, ()), name not in spare) for column, name in usual.items()
    )


def usual_name(role: Role, options: Mapping[str, object]) -> str:
    """Name under which a reader looks for a role, with these options.

    Examples
    --------
    >>> usual_name(Role("pauvrete_pct", "TP60{income}"), {"income": "20"})
    'TP6020'
    """
    return re.sub(r"\{(\w+)\}", lambda m: str(options.get(m[1], m[0])), role.usual)


def match(family: Family, columns: Iterable[str], given: Mapping[str, str] | None = None) -> Match:
    """Find the column of each role; of several years in one table, the latest that is complete.

    Parameters
    ----------
    columns : as published.
    given : role -> column, where the user said so.

    Examples
    --------
    >>> income = Family("x", "", ("texte",), (Role("code", "IRIS"), Role("m", "MED{income}")))
    >>> match(income, ["IRIS", "MED18", "MED20"]).options
    {'income': '20'}
    """
    names = list(columns)
    given = {role: c for role, c in (given or {}).items() if family.role(role) and c in names}
    found = {
        role.name: [
            (rank, name, {k: v for k, v in m.groupdict().items() if v is not None})
            for rank, pattern in enumerate(role.patterns())
            for name in names
            if (m := pattern.fullmatch(name.strip()))
        ]
        for role in family.roles
        if role.name not in given
    }
    seen: dict[str, list[str]] = {}
    for hits in found.values():
        for _, _, groups in hits:
            for key, value in groups.items():
                if value not in seen.setdefault(key, []):
                    seen[key].append(value)
    # Latest year first; disposable income before declared income, whose prefix comes first.
    ordered = [sorted(values, reverse=True) for values in seen.values()]
    best: Match | None = None
    for values in itertools.product(*ordered):
        options = dict(zip(seen, values, strict=True))
        chosen = dict(given)
        for role, hits in found.items():
            fitting = [h for h in hits if h[2].items() <= options.items()]
            if fitting:
                chosen[role] = min(fitting, key=lambda hit: (hit[0], names.index(hit[1])))[1]
        attempt = Match(family, chosen, options)
        if best is None or (-len(attempt.missing), len(chosen)) > (
            -len(best.missing), len(best.columns)
        ):  # fmt: skip
            best = attempt
    assert best is not None  # the product of nothing is one empty choice
    return best
