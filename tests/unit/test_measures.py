"""Seconds and memory of steps: measured, kept from one run to the next, shown in the report."""

import json

import pandas as pd
import pytest

from fragility.validation.markup import Markup
from fragility.validation.report_run import (
    DRIFT,
    HEAVIEST,
    MEASURED,
    MEASURES,
    complete,
    drift_part,
    measures_part,
    pending,
)
from pipelines.measures import _CLEAR, Measure, Meter, as_record, gather, read_measures
from pipelines.plan import Node

MB = 1024**2


@pytest.mark.skipif(not _CLEAR.exists(), reason="this system does not forget its largest memory")
def test_memory_of_a_step_is_its_own():
    meter = Meter()
    meter.start()
    block = bytearray(b"x") * (200 * MB)
    del block
    heavy, added = meter.stop()
    assert 190 < added < 260
    assert heavy > added
    meter.start()
    light, more = meter.stop()
    assert more < 50
    assert light < heavy - 100, "the second step does not bear the memory of the first"
    assert meter.measure_peak() >= heavy, "the run does"


def test_a_system_that_does_not_tell_leaves_the_memory_empty(monkeypatch, tmp_path):
    monkeypatch.setattr("pipelines.measures._CLEAR", tmp_path / "no" / "file")
    meter = Meter()
    meter.start()
    assert meter.stop() == (None, None)


def test_measures_are_read_back_from_a_run(tmp_path):
    known = {"b": Measure(1.5, 300.0, 20.0, "2026-01-02"), "a": Measure(0.1, None, None, "x")}
    path = tmp_path / "execution.json"
    path.write_text(json.dumps({"mesures": as_record(known)}), "utf-8")
    assert read_measures(path) == known
    for wrong in ("{", "[]", "{}", '{"mesures": {"a": {"secondes": 1}}}'):
        path.write_text(wrong, "utf-8")
        assert read_measures(path) == {}
    assert read_measures(tmp_path / "absent.json") == {}


def node(name, results=(), check=False):
    return Node(name, results or (name,), (), frozenset() if check else frozenset("k"),
                frozenset(), "", "")  # fmt: skip


def test_a_step_that_is_kept_keeps_its_measure():
    nodes = [node("un"), node("deux", ("x", "y")), node("essai", check=True), node("jamais")]
    before = {"un": Measure(9.0, 90.0, 9.0, "2026-01-01"), "deux": Measure(8.0, 1, 1, "2026-01-01")}
    now = {"deux": Measure(2.0, 20.0, 2.0, "2026-01-05"), "essai": Measure(0.5, 5.0, 0.0, "2026")}
    assert gather(nodes, before, now).to_numpy().tolist() == [
        ["un", False, False, 9.0, 90.0, 9.0, "2026-01-01"],
        ["x, y", False, True, 2.0, 20.0, 2.0, "2026-01-05"],
        ["essai", True, True, 0.5, 5.0, 0.0, "2026"],
    ]


def steps(count):
    rows = [(f"pas_{k}", False, k > 0, float(k), 100.0 + k, k, "2026-01-02") for k in range(count)]
    checks = [("essai", True, True, 0.25, None, None, "2026-01-02")]
    return pd.DataFrame([*rows, *checks], columns=list(MEASURED))


def test_the_longest_steps_come_first_and_checks_are_counted():
    html = measures_part(steps(HEAVIEST + 3), 61.25, 812)
    assert "61,2 s, 812 Mo de mémoire au plus" in html.replace("\u00a0", " ")
    assert "1 contrôle de données (0,2 s)" in html.replace("\u00a0", " ")
    order = [int(part.split("<")[0]) for part in html.split("pas_")[1:]]
    assert order == list(range(HEAVIEST + 2, -1, -1))
    assert "Les 3 autres étapes" in html
    assert "1 étape, dont la mesure est d" in html
    assert "02/01/2026" in html


def test_steps_and_checks_that_are_kept_are_counted_apart_and_only_what_is_new_is_summed():
    old = [("garde", True, False, 40.0, None, None, "2026-01-01")] * 2
    frame = pd.concat([steps(3), pd.DataFrame(old, columns=list(MEASURED))], ignore_index=True)
    html = measures_part(frame, 61.25, 812).replace("\u00a0", " ")
    assert "3 étapes et 3 contrôles de données (1 refait cette fois, 0,2 s)" in html
    assert "faute de changement : 1 étape et 2 contrôles, dont la mesure" in html
    only = frame[frame["est_refaite"] | frame["est_controle"]]
    assert "faute de changement : 2 contrôles, dont" in measures_part(only, 1.0, 0).replace(
        "\u00a0", " "
    )
    assert "faute de changement" not in measures_part(frame[frame["est_refaite"]], 1.0, 0)


def test_memory_that_is_unknown_is_a_dash():
    frame = steps(2).assign(memoire_mo=None, ajoutee_mo=None)
    html = measures_part(frame, 1.0, 0)
    assert html.count('<td class="n">–</td>') == 4
    assert "de mémoire au plus" not in html.split("Étape")[0]


def test_places_are_filled_and_filled_again(tmp_path):
    path = tmp_path / "rapport.html"
    path.write_text(f"<h1>a</h1>{pending(DRIFT)}<p>b</p>{pending(MEASURES)}<p>c</p>", "utf-8")
    for number in ("1", "2"):
        complete(path, Markup(f"<p>\\g<0> {number}</p>"), Markup(f"<p>mesure {number}</p>"))
        assert path.read_text("utf-8") == (
            f"<h1>a</h1><!--derive--><p>\\g<0> {number}</p><!--/derive--><p>b</p>"
            f"<!--mesures--><p>mesure {number}</p><!--/mesures--><p>c</p>"
        )


def test_a_run_without_a_drift_report_says_so(tmp_path):
    assert "Aucun rapport de dérive" in drift_part(tmp_path / "derive.html")
