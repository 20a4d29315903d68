"""What the code of an asset is: every definition of ours that it can reach, and nothing else.

The version of an asset's code must change when what it computes may change, and nobody must have
to remember it. So the source is read: from the asset's function, each name that it uses is followed
to its definition in `fragility` or `pipelines`, then each name of that one, and so on. Comments,
docstrings and layout do not count.

It errs on the side of computing again. A method counts as used as soon as an attribute of its name
is; a module used as a whole counts whole; so do its statements that define nothing. What it cannot
see is a name made at run time (`getattr`, `globals`): a test forbids them.
"""

from __future__ import annotations

import functools
import importlib.metadata
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import dagster as dg

from pipelines.syntax import EFFECTS, Part, Symbol, digest, part_of, top_level

# What is read there counts otherwise (`versions.py`): the catalogue by release, the demonstration
# by the bytes of its files. What runs and stores the assets computes nothing.
NOT_FOLLOWED = (
    "fragility.sources.catalogue",
    "fragility.sources.demo",
    "pipelines.emit",
    "pipelines.versions",
    "pipelines.workspace",
)
# Libraries whose upgrade may change a result.
LIBRARIES = (
    "SALib",
    "duckdb",
    "esda",
    "geopandas",
    "libpysal",
    "numba",
    "numpy",
    "osmium",
    "pandas",
    "pyarrow",
    "pyogrio",
    "pyproj",
    "python-calamine",
    "rasterio",
    "scikit-image",
    "scikit-learn",
    "scipy",
    "shapely",
    "xlsxwriter",
)


@dataclass(frozen=True)
class Reach:
    """What a function can reach.

    Attributes
    ----------
    code : digest of the code.
    names : every name of ours that is used, followed or not, with the modules that use it.
    attributes : every attribute that is read, with the modules that read it.
    """

    code: str
    names: dict[Symbol, set[str]]
    attributes: dict[str, set[str]]


def function_of(definition: dg.AssetsDefinition | dg.AssetChecksDefinition) -> Callable[..., Any]:
    """The function that computes an asset or a check."""
    return cast(Callable[..., Any], cast(Any, definition.node_def).compute_fn.decorated_fn)


def address(function: Callable[..., Any]) -> str:
    """`module.name` of a function, or of the one it is defined in."""
    return f"{function.__module__}.{function.__qualname__.split('.')[0]}"


def code_version(function: Callable[..., Any]) -> str:
    """Digest of the code a function can reach, of the values it closes over, and of the libraries.

    Parameters
    ----------
    function : defined at the top level of a module of ours, or inside a function that is.
    """
    closed = [repr(cell.cell_contents) for cell in function.__closure__ or ()]
    return digest(reach(address(function)).code, *closed, *libraries())


@functools.cache
def libraries() -> tuple[str, ...]:
    """Version of Python and of the libraries that compute."""
    found = [f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES]
    return (f"python {sys.version_info.major}.{sys.version_info.minor}", *found)


def forget_code() -> None:
    """Read the source again the next time."""
    for cached in (reach, part_of, top_level):
        cached.cache_clear()


@functools.cache
def reach(address: str) -> Reach:
    """Follow the names of a function, `module.name`, to every definition it can reach."""
    module, _, name = address.rpartition(".")
    start = (module, name)
    names: dict[Symbol, set[str]] = {}
    attributes: dict[str, set[str]] = {}
    codes: set[str] = set()
    methods: list[tuple[str, str, Part]] = []
    waiting: list[tuple[Symbol, str]] = [(start, module)]

    def take(part: Part, owner: str) -> None:
        codes.add(part.code)
        for attribute in part.attributes:
            attributes.setdefault(attribute, set()).add(owner)
        waiting.extend((used, owner) for used in part.uses)
        methods.extend((owner, name, method) for name, method in part.methods.items())

    while waiting:
        symbol, user = waiting.pop()
        known = symbol in names
        names.setdefault(symbol, set()).add(user)
        for part in () if known else _parts(symbol, start, waiting):
            take(part, symbol[0])
        if not waiting:
            # Methods wait until something reads an attribute of their name.
            used = [m for m in methods if m[1] in attributes or m[1].startswith("__")]
            methods = [m for m in methods if m not in used]
            for owner, _, part in used:
                take(part, owner)
    return Reach(digest(*sorted(codes)), names, attributes)


def _parts(symbol: Symbol, start: Symbol, waiting: list[tuple[Symbol, str]]) -> list[Part]:
    """Definitions of a name; names that stand for others are put in the queue."""
    module, name = symbol
    if module in NOT_FOLLOWED:
        return []
    defined, imported = top_level(module)
    waiting.append(((module, EFFECTS), module))
    if name in defined:
        part = part_of(module, name)
        return [part] if part.called or symbol == start else []
    # Imported from elsewhere; or the module is used as a whole.
    others = [imported[name]] if name in imported else [(module, other) for other in defined]
    waiting.extend((other, module) for other in others)
    return []
