"""What the modules of ours define, and which names each definition uses: read, never run."""

from __future__ import annotations

import ast
import functools
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import fragility

ROOT = Path(fragility.__file__).parents[1]
PACKAGES = ("fragility", "pipelines")
# An asset or a check gives its results to others as tables, not by being called.
NOT_CALLED = ("asset", "multi_asset", "asset_check")
# Stand for all the names of a module, and for what it runs besides defining them.
WHOLE, EFFECTS = "*", ""

Symbol = tuple[str, str]  # module, name
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Scope = _Function | ast.ClassDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True)
class Part:
    """A definition.

    Attributes
    ----------
    code : digest of what it says, without comments, layout and docstrings.
    uses : names of ours that it uses.
    attributes : attributes that it reads, of whatever object.
    methods : of a class; they are not in the rest.
    called : False for assets and checks.
    """

    code: str
    uses: frozenset[Symbol]
    attributes: frozenset[str]
    methods: dict[str, Part] = field(default_factory=dict)
    called: bool = True


def digest(*texts: str) -> str:
    """Short digest of some texts."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


@functools.cache
def path_of(module: str) -> Path | None:
    """File of a module of ours, None for anything else."""
    if module.split(".")[0] not in PACKAGES:
        return None
    stem = ROOT.joinpath(*module.split("."))
    return next((p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()), None)


def read_source(module: str) -> str:
    """Text of a module of ours."""
    path = path_of(module)
    if path is None:
        raise ModuleNotFoundError(module)
    return path.read_text(encoding="utf-8")


@functools.cache
def top_level(module: str) -> tuple[dict[str, list[ast.stmt]], dict[str, Symbol]]:
    """Statements of a module by the name they define, and the names of ours that it imports."""
    tree = ast.parse(read_source(module))
    for node in ast.walk(tree):
        if isinstance(node, _Function | ast.ClassDef | ast.Module):
            node.body = [part for part in node.body if not _is_text(part)]
    defined: dict[str, list[ast.stmt]] = {EFFECTS: []}
    imported: dict[str, Symbol] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imported.update(_bindings(statement))
            continue
        names = _defined(statement)
        for name in names or [EFFECTS]:
            defined.setdefault(name, []).append(statement)
        if not names:
            # A loop, a condition, a call: run at import, whatever name is then used.
            imported.update(b for n in ast.walk(statement) for b in _bindings(n))
            for name in _stored(statement):
                defined.setdefault(name, []).append(statement)
    return defined, imported


@functools.cache
def part_of(module: str, name: str) -> Part:
    """The definition of a top-level name."""
    nodes: Sequence[ast.AST] = top_level(module)[0][name]
    methods: dict[str, Part] = {}
    called = True
    if len(nodes) == 1 and isinstance(made := nodes[0], ast.ClassDef):
        own: dict[str, list[ast.AST]] = {}
        for node in made.body:
            if isinstance(node, _Function):
                own.setdefault(node.name, []).append(node)
        methods = {key: _describe(module, found, f"{name}.{key}") for key, found in own.items()}
        rest = [node for node in made.body if not isinstance(node, _Function)]
        nodes = [*made.bases, *made.keywords, *made.decorator_list, *rest]
    elif len(nodes) == 1 and isinstance(made, _Function):
        called = not any(_name(d) in NOT_CALLED for d in made.decorator_list)
        if not called:
            # The decorator describes it; it is of no consequence for what it computes.
            made.decorator_list = []
    part = _describe(module, nodes, name)
    return Part(part.code, part.uses, part.attributes, methods, called)


def _describe(module: str, nodes: Sequence[ast.AST], label: str) -> Part:
    defined, imported = top_level(module)
    codes, uses, attributes = [module, label], set[Symbol](), set[str]()
    for node in nodes:
        codes.append(ast.dump(node, annotate_fields=False))
        inner = list(ast.walk(node))
        read = [part for part in inner if isinstance(part, ast.Attribute)]
        attributes.update(part.attr for part in read)
        hidden, outside = _local(node), _outside(node)
        bound = imported | {k: v for part in inner for k, v in _bindings(part)}
        qualified = set[int]()
        for part in read:
            if owner := _module(part.value, bound):
                qualified.add(id(part.value))
                if path_of(f"{owner}.{part.attr}") is None:
                    uses.add((owner, part.attr))
        for named in (part for part in inner if isinstance(part, ast.Name)):
            if named.id in hidden and id(named) not in outside:
                continue
            if named.id in bound:
                owner, name = bound[named.id]
                if name or id(named) not in qualified:
                    uses.add((owner, name or WHOLE))
            elif named.id in defined:
                uses.add((module, named.id))
    return Part(digest(*codes), frozenset(uses), frozenset(attributes))


def _bindings(node: ast.AST) -> Iterator[tuple[str, Symbol]]:
    """Names of ours that an import binds: (module, name), or (module, "") for a module."""
    if isinstance(node, ast.ImportFrom):
        owner = node.module or ""
        for alias in node.names if owner.split(".")[0] in PACKAGES else ():
            whole = f"{owner}.{alias.name}"
            symbol = (whole, "") if path_of(whole) else (owner, alias.name)
            yield alias.asname or alias.name, symbol
    elif isinstance(node, ast.Import):
        for alias in node.names:
            if path_of(alias.name):
                root = alias.name.split(".")[0]
                yield alias.asname or root, (alias.name if alias.asname else root, "")


def _module(node: ast.expr, bound: dict[str, Symbol]) -> str:
    """Module of ours that an expression stands for (`gpkg`, `fragility.export.gpkg`), or none."""
    if isinstance(node, ast.Name):
        owner, name = bound.get(node.id, ("", ""))
        return "" if name else owner
    if isinstance(node, ast.Attribute) and (owner := _module(node.value, bound)):
        return f"{owner}.{node.attr}" if path_of(f"{owner}.{node.attr}") else ""
    return ""


def _defined(statement: ast.stmt) -> list[str]:
    """Names that a definition or a plain assignment binds; none for any other statement."""
    if isinstance(statement, _Function | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        targets: list[ast.expr] = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    else:
        return []
    flat = [e for t in targets for e in (t.elts if isinstance(t, ast.Tuple | ast.List) else [t])]
    names = [target.id for target in flat if isinstance(target, ast.Name)]
    return names if len(names) == len(flat) else []


def _stored(node: ast.AST) -> set[str]:
    """Names that the scope of a node binds, those of inner scopes apart."""
    found, waiting = set[str](), [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.add(part.id)
        if isinstance(part, _Scope):
            found.add(part.name) if not isinstance(part, ast.Lambda) else None
        elif not isinstance(part, _Comprehension):
            waiting.extend(ast.iter_child_nodes(part))
    return found


def _local(node: ast.AST) -> set[str]:
    """Names that hide those of the module everywhere inside a function."""
    if not isinstance(node, _Function):
        return set()
    arguments = {a.arg for a in ast.walk(node.args) if isinstance(a, ast.arg)}
    stored = {name for statement in node.body for name in _stored(statement)}
    declared = {n for g in ast.walk(node) if isinstance(g, ast.Global) for n in g.names}
    return (arguments | stored) - declared


def _outside(node: ast.AST) -> set[int]:
    """Nodes of a function that are read before its own names exist: defaults and decorators."""
    if not isinstance(node, _Function):
        return set()
    defaults = [*node.args.defaults, *(d for d in node.args.kw_defaults if d is not None)]
    return {id(part) for top in (*node.decorator_list, *defaults) for part in ast.walk(top)}


def _name(node: ast.expr) -> str:
    """Last name of a decorator: `asset` of `@dg.asset(...)`."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _is_text(node: ast.stmt) -> bool:
    """Whether a statement is a text that stands alone."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
