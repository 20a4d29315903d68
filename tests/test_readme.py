"""What the READMEs tell a new user to type, typed; and the pictures that they show."""

import re
import shlex
import shutil
import socketserver
import subprocess
from pathlib import Path

import pytest

from fragility.site.pictures import LIMIT

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.fr.md")
PREFIX = ".venv/bin/fragility"


def blocks(name):
    """Commands of each shell block, without their comments."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found = re.findall(r"^```sh\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    return [[shlex.split(line, comments=True) for line in block.splitlines()] for block in found]


def made_by_make(*words):
    """Arguments of `fragility` that make gives to it."""
    done = subprocess.run(
        ["make", "--dry-run", *words], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith(PREFIX)]
    return shlex.split(line)[1:]


@pytest.fixture
def place(demo, tmp_path, monkeypatch):
    """A folder where the demonstration was computed, as a new user has it."""
    shutil.copytree(demo[0], tmp_path / "data" / "raw")
    shutil.copytree(demo[1], tmp_path / "data" / "processed" / "demo")
    for name in ("FRAGILITY_RAW", "FRAGILITY_OUT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_four_steps_lead_to_the_page_of_a_commune(place, call, monkeypatch):
    four, *_ = blocks("README.md")
    assert len(four) == 4
    assert four == blocks("README.fr.md")[0]
    served = []
    monkeypatch.setattr(socketserver.BaseServer, "serve_forever", lambda self: served.append(self))
    said = []
    for program, *words in four:
        assert program in ("make", PREFIX)
        code, out, err = call(*(made_by_make(*words) if program == "make" else words))
        assert code == 0, err
        said.append(out)
    ran, explained, written, shown = said
    assert "data/processed/demo" in ran.replace("\n", "")
    assert "Fontrivelles" in explained
    assert "Fragile" in explained
    (page,) = re.findall(r"Fiche écrite : (\S+\.html)", written.replace("\n", ""))
    title = re.search("<h1.*?</h1>", (place / page).read_text(encoding="utf-8"))
    assert title
    assert ">Fontrivelles<" in title[0]
    assert "http://127.0.0.1:" in shown
    assert len(served) == 1


@pytest.mark.parametrize("name", READMES)
def test_a_command_to_type_is_where_the_installation_puts_it(name):
    for line in [line for block in blocks(name) for line in block if line]:
        assert line[0] in ("make", PREFIX), line


@pytest.mark.parametrize("name", [*READMES, "notebooks/README.md"])
def test_links_lead_somewhere_and_pictures_are_light(name):
    page = ROOT / name
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    local = [page.parent / link for link in links if not link.startswith("http")]
    assert all(path.exists() for path in local), local
    pictures = [path for path in local if path.suffix == ".png"]
    assert len(pictures) == (4 if name in READMES else 0)
    assert all(10_000 < path.stat().st_size < LIMIT for path in pictures)
