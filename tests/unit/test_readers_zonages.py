"""Readers of zonings, on lines written as their producers publish them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from fragility.errors import BadFileError, FragilityError
from fragility.sources.readers.zonages import (
    NOT_CLASSED,
    read_acv,
    read_densite,
    read_frr,
    read_qpv,
    read_zrr,
)


def write(path: Path, text: str, *, bom: bool = False) -> Path:
    path.write_text(text, encoding="utf-8-sig" if bom else "utf-8")
    return path


def test_density_in_seven_levels(tmp_path: Path) -> None:
    text = (
        "insee_com,lib_com,niveau_densite\n1004,Ambérieu,Centres urbains intermédiaires\n"
        "2A004,Ajaccio,Grands centres urbains\n97411,Saint-Denis,Rural à habitat très dispersé\n"
    )
    frame, dropped = read_densite(write(tmp_path / "densite.csv", text, bom=True))
    assert frame["code_commune"].tolist() == ["01004", "2A004", "97411"]
    assert frame["valeur"].tolist() == ["2", "1", "7"]
    assert dropped == {}
    with pytest.raises(BadFileError, match="niveau_densite"):
        read_densite(write(tmp_path / "x.csv", text.replace("Grands centres urbains", "Ville")))


def test_zrr_has_five_lines_above_its_header(tmp_path: Path) -> None:
    above = ["Zones de revitalisation rurale", "Source : ANCT", "", "", "Code Insee"]
    rows = [
        *([line, "", "", ""] for line in above),
        ["CODGEO", "LIBGEO", "ZRR_SIMP", "ZONAGE_ZRR"],
        ["01004", "Ambérieu", "NC - Commune non classée", ""],
        ["01010", "Anglefort", "C - Classée en ZRR", ""],
        ["2A004", "Ajaccio", "P - Commune partiellement classée en ZRR", ""],
    ]
    path = tmp_path / "zrr.xlsx"
    pd.DataFrame(rows).to_excel(
        path, index=False, header=False, sheet_name="Classement ZRR (COG 2021)"
    )
    frame, dropped = read_zrr(path.rename(tmp_path / "diffusion-zonages-zrr-cog2021.xls"))
    assert frame[["code_commune", "valeur"]].to_numpy().tolist() == [
        ["01010", "totale"], ["2A004", "partielle"],
    ]  # fmt: skip
    assert dropped == {NOT_CLASSED: 1}


def test_frr_minus_9999_is_not_classed(tmp_path: Path) -> None:
    text = "codgeo;libgeo;codefrr\n01004;Ambérieu;-9999\n01080;Ceyzérieu;4\n2B033;Bastia;1\n"
    frame, dropped = read_frr(write(tmp_path / "frr.csv", text))
    assert frame["code_commune"].tolist() == ["01080", "2B033"]
    assert frame["valeur"].tolist() == ["4", "1"]
    assert dropped == {NOT_CLASSED: 1}
    with pytest.raises(BadFileError, match="codefrr"):
        read_frr(write(tmp_path / "x.csv", text.replace(";4", ";9")))


@pytest.mark.parametrize("sep", [",", ";"])
def test_action_coeur_de_ville(tmp_path: Path, sep: str) -> None:
    text = (
        "insee_com,lib_com,id_acv,lib_acv,date_signature\n"
        "80001,Abbeville,acv-001,Abbeville,28/09/2018\n80002,Acheux,,,\n"
    )
    frame, dropped = read_acv(write(tmp_path / "acv.csv", text.replace(",", sep)))
    assert frame.to_numpy().tolist() == [["80001", "acv-001", "Action cœur de ville : Abbeville"]]
    assert dropped == {NOT_CLASSED: 1}


def collection(*codes: str, point: bool = False) -> str:
    ring = [[5.0, 46.0], [5.01, 46.0], [5.01, 46.01], [5.0, 46.0]]
    shape = {"type": "Point", "coordinates": [5.0, 46.0]} if point else {
        "type": "MultiPolygon", "coordinates": [[ring]],
    }  # fmt: skip
    features = [
        {"type": "Feature", "geometry": shape, "properties": {
            "code_qp": code, "lib_qp": "Les Iris", "insee_reg": "84", "insee_dep": "01",
            "insee_com": "01004", "lib_com": "Ambérieu", "siren_epci": "240100883"}}
        for code in codes
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_quarters_of_the_producers_archive(tmp_path: Path) -> None:
    archive = tmp_path / "qpv-2024.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("GEOJSON/QP2024_Guyane_RGF95_UTM22N.geojson", collection("QN97301M"))
        opened.writestr(
            "GEOJSON/QP2024_France_Hexagonale_Outre_Mer_WGS84.geojson",
            collection("QN00102M", "QN00101M"),
        )
    frame = read_qpv(archive)
    assert frame["code"].tolist() == ["QN00101M", "QN00102M"]
    assert frame.crs.to_epsg() == 4326
    assert frame.geom_type.tolist() == ["MultiPolygon"] * 2


def test_quarters_as_points(tmp_path: Path) -> None:
    frame = read_qpv(write(tmp_path / "qp.geojson", collection("QP001001", point=True)))
    assert frame.geometry.iloc[0].coords[0] == (5.0, 46.0)


def test_what_holds_no_quarters_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "autre.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("LISEZMOI.txt", "rien")
    for path, word in (
        (archive, "aucun contour"),
        (write(tmp_path / "a.geojson", "<html>404</html>"), "page web"),
        (write(tmp_path / "b.geojson", '{"a": 1}'), "illisibles"),
        (write(tmp_path / "c.geojson", collection("x").replace("code_qp", "code")), "code_qp"),
        (tmp_path / "absent.geojson", "Il manque"),
    ):
        with pytest.raises(FragilityError, match=word):
            read_qpv(path)
