"""Archives in archives, gzip, and several members in one pass."""

import gzip
import io
import zipfile

import py7zr
import pytest

from fragility.errors import BadFileError
from fragility.sources import archives, unpack
from fragility.sources.unpack import Limits, Wanted, extract_member, extract_members, refuse_cut

ROWS = b"a;b\n1;2\n"


def zipped(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def seven(members):
    stream = io.BytesIO()
    with py7zr.SevenZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return stream.getvalue()


@pytest.fixture
def place(tmp_path):
    def write(content):
        path = tmp_path / "recu.part"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("pack", [zipped, seven])
def test_a_file_in_a_7z_in_an_archive(place, tmp_path, pack):
    inner = seven({"carreaux_met.csv": ROWS, "carreaux_mart.csv": b"x"})
    path = place(pack({"Filosofi/carreaux.7z": inner, "lisez.txt": b"?"}))
    target = tmp_path / "met.csv"
    extract_member(path, "*.7z//*_met.csv", target, shown=target)
    assert target.read_bytes() == ROWS
    assert sorted(p.name for p in tmp_path.iterdir()) == ["met.csv", "recu.part"]
    with pytest.raises(BadFileError, match="reun"):
        extract_member(path, "*.7z//*_reun.csv", target, shown=target)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["recu.part"]


def test_a_gzip_gives_its_one_content(place, tmp_path):
    path, target = place(gzip.compress(ROWS)), tmp_path / "a.csv"
    extract_member(path, "*", target, shown=target)
    assert target.read_bytes() == ROWS
    with pytest.raises(BadFileError, match="tronquée"):
        extract_member(place(gzip.compress(ROWS)[:-6]), "*", target, shown=target)
    bomb = place(gzip.compress(b"0" * 3_000_000))
    with pytest.raises(BadFileError, match="sans mesure"):
        extract_member(bomb, "*", target, shown=target, limits=Limits(floor=1000))
    assert not target.exists()


@pytest.mark.parametrize(("pack", "kind"), [(zipped, "Zip"), (seven, "SevenZip")])
def test_several_members_are_taken_in_one_pass(place, tmp_path, monkeypatch, pack, kind):
    passes = []
    write = getattr(archives, kind).write

    def counted(self, targets):
        passes.append(sorted(targets))
        return write(self, targets)

    monkeypatch.setattr(getattr(unpack, kind), "write", counted)
    path = place(
        pack({"x/COMMUNE.shp": b"1", "x/COMMUNE.dbf": b"2", "x/CHFLIEU_COMMUNE.shp": b"3"})
    )
    wanted = [
        Wanted(name, tmp_path / name, tmp_path / name)
        for name in ("COMMUNE.shp", "commune.DBF", "ABSENT.shp")
    ]
    problems = extract_members(path, wanted)
    assert [problem is None for problem in problems] == [True, True, False]
    assert "ABSENT.shp" in problems[2].message()
    assert (tmp_path / "COMMUNE.shp").read_bytes() == b"1"
    assert (tmp_path / "commune.DBF").read_bytes() == b"2"
    assert not (tmp_path / "ABSENT.shp").exists()
    assert passes == [["x/COMMUNE.dbf", "x/COMMUNE.shp"]]


def test_a_hostile_archive_gives_nothing_at_all(place, tmp_path):
    path = place(zipped({"a.csv": ROWS, "../evil.csv": ROWS}))
    problems = extract_members(path, [Wanted("a.csv", tmp_path / "a.csv", tmp_path / "a.csv")])
    assert "hors du dossier" in problems[0].message()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["recu.part"]


def test_a_geopackage_of_the_largest_pages_is_whole(place, tmp_path):
    """SQLite writes 65,536 as 1: read as it is, any file would pass."""
    head = bytearray(100)
    head[:16] = b"SQLite format 3\0"
    head[16:18] = (1).to_bytes(2, "big")
    head[28:32] = (2).to_bytes(4, "big")
    refuse_cut(place(bytes(head) + bytes(2 * 65_536 - 100)), tmp_path / "a.gpkg")
    with pytest.raises(BadFileError, match="tronqué"):
        refuse_cut(place(bytes(head) + bytes(65_536)), tmp_path / "a.gpkg")
