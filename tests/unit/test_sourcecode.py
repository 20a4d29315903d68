"""The version of an asset's code changes with the code it can reach, and with nothing else."""

import ast
import tomllib
from pathlib import Path

import pytest

from pipelines import sourcecode, syntax
from pipelines.definitions import ASSETS, CHECKS
from pipelines.sourcecode import address, function_of, reach
from pipelines.versions import reads_of

ROOT = Path(__file__).parents[2]
SCIENCE = '''
"""A stage."""
import numpy as np
from fragility import tools
from fragility.tools import LIMIT as ceiling

RATE = 3
UNUSED = 4


class Sized:
    @property
    def size(self):
        return 1

    @size.setter
    def size(self, value):
        self.kept = value


class Reader(Sized):
    """Reads."""

    kind = "csv"

    def fixe(self):
        return tools.clean(RATE)

    def mobile(self):
        return UNUSED


def build(read: Reader):
    """Build.

    Twice.
    """
    # Why.
    return read.fixe() + ceiling + scaled(1) + read.size


def other(build):
    return build


def scaled(x, RATE=RATE):
    return x * RATE
'''
TOOLS = """
LIMIT = 9
TABLE = {}
TABLE["added"] = LIMIT

def clean(x):
    return x

def never(x):
    return -x
"""
ASSET = """
import dagster as dg
from fragility.science import Reader, build

@dg.asset(name="a", description="words")
def a(context):
    return build(Reader())

@dg.asset(name="b")
def b(context, a):
    return a
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small project; calling it with changes gives the code of its assets `a` and `b`."""
    for package in ("fragility", "pipelines"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    texts = {
        "fragility/science": SCIENCE,
        "fragility/tools": TOOLS,
        "pipelines/assets": ASSET,
    }
    monkeypatch.setattr(syntax, "ROOT", tmp_path)

    def codes(module="", old="", new=""):
        for name, text in texts.items():
            assert old in text or name != module
            changed = text.replace(old, new) if name == module else text
            (tmp_path / f"{name}.py").write_text(changed)
        syntax.path_of.cache_clear()
        sourcecode.forget_code()
        return [reach(f"pipelines.assets.{name}").code for name in "ab"]

    yield codes
    monkeypatch.undo()
    syntax.path_of.cache_clear()
    sourcecode.forget_code()


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("fragility/science", "+ ceiling", "- ceiling"),
        ("fragility/science", "RATE = 3", "RATE = 5"),
        ("fragility/science", 'kind = "csv"', 'kind = "zip"'),
        ("fragility/science", "tools.clean(RATE)", "tools.clean(2 * RATE)"),
        ("fragility/tools", "return x", "return 2 * x"),
        ("fragility/science", "RATE=RATE", "RATE=2 * RATE"),
        ("fragility/science", "return 1\n", "return 2\n"),
        ("fragility/science", "self.kept = value", "self.kept = -value"),
        ("fragility/tools", "LIMIT = 9", "LIMIT = 8"),
        ("fragility/tools", 'TABLE["added"]', 'TABLE["other"]'),
        ("pipelines/assets", "build(Reader())", "build(None)"),
    ],
)
def test_what_can_be_reached_counts(project, module, old, new):
    before, after = project(), project(module, old, new)
    assert after[0] != before[0]
    assert after[1] == before[1], "an asset does not call another: it reads its table"


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("fragility/science", '"""Build.', '"""Make.'),
        ("fragility/science", "# Why.", "# Because."),
        ("fragility/science", "RATE = 3", "RATE  =  (3)"),
        ("fragility/science", "return UNUSED", "return -UNUSED"),
        ("fragility/science", "UNUSED = 4", "UNUSED = 5"),
        ("fragility/science", "def other(build):\n    return build", ""),
        ("fragility/tools", "return -x", "return x"),
        ("pipelines/assets", 'description="words"', 'description="other words"'),
    ],
)
def test_what_cannot_be_reached_does_not(project, module, old, new):
    assert project(module, old, new) == project()


def test_a_module_passed_around_counts_whole(project):
    whole = ("fragility/science", "tools.clean(RATE)", "str(tools)")
    first = project(*whole)
    project(*whole)
    path = syntax.path_of("fragility.tools")
    path.write_text(path.read_text().replace("return -x", "return 0"))
    sourcecode.forget_code()
    assert reach("pipelines.assets.a").code != first[0]


def test_names_of_real_assets_are_followed_to_their_readers():
    fixe, places = (reach(f"pipelines.core.{name}").names for name in ("core_fixe", "core_lieux"))
    assert ("fragility.sources.readers.arcep", "read_fixe") in fixe
    assert ("fragility.territory.cog", "build_passage") in fixe
    assert ("fragility.sources.readers.arcep", "read_sites") not in fixe
    assert ("fragility.sources.readers.arcep", "read_fixe") not in places
    assert ("fragility.sources.readers.places", "read_conseillers") in places


def test_reading_a_profile_or_an_edition_is_seen_without_being_declared():
    def reads(name):
        return set(reads_of(reach(f"pipelines.{name}")))

    assert reads("index.index_scores") == {"la liste des profils", "la définition de l'édition"}
    assert reads("core.core_fixe") == {"la définition de l'édition"}
    assert {"la liste des profils", "la date demandée", "le catalogue des sources"} <= reads(
        "exports.export_gpkg"
    )
    assert reads("access.access_portee") == {"les réseaux routiers"}
    assert reads("marts.communes") == set()


def test_every_asset_and_check_can_be_read():
    for definition in [*ASSETS, *CHECKS]:
        function = function_of(definition)
        assert len(reach(address(function)).names) > 1, function


# Modules that run the assets, and compute nothing.
RUNNERS = {"cli.py", "syntax.py", "versions.py"}


def test_no_name_is_made_at_run_time():
    """Such a name would hide from the version of the code, and so would one from `import *`."""
    paths = [*(ROOT / "fragility").rglob("*.py"), *(ROOT / "pipelines").glob("*.py")]
    hidden = {
        "getattr",
        "setattr",
        "globals",
        "vars",
        "eval",
        "exec",
        "__import__",
        "import_module",
    }
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}:{node.lineno}"
                assert node.names[0].name != "*", f"{path}:{node.lineno}"
            elif isinstance(node, ast.Call) and path.name not in RUNNERS:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                assert name not in hidden, f"{path}:{node.lineno}"


def test_an_upgrade_of_a_library_that_computes_counts():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {text.split("=")[0].split(">")[0].strip() for text in project["dependencies"]}
    silent = {
        "dagster", "duckdb-extension-spatial", "matplotlib", "pandera", "pillow", "py7zr",
        "requests", "rich", "threadpoolctl", "typer",
    }  # fmt: skip
    assert names - silent == set(sourcecode.LIBRARIES)
