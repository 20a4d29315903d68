"""What CNAF hides is counted, not read as zero."""

from fragility.sources.readers.caf import read_caf_iris


def test_hidden_iris_are_dropped_with_the_reason(tmp_path):
    path = tmp_path / "inseecaf2021.csv"
    path.write_text(
        '"iris_code";"note";"a";"percou";"arsas"\r\n"010040101";"0";493;1184;65\r\n'
        '"010040102";"3";;;\r\n"010040103";"0";12;30;\r\n'
    )
    frame, dropped = read_caf_iris(path)
    assert frame["code_iris"].tolist() == ["010040101", "010040103"]
    assert frame["nb_dependants"].isna().tolist() == [False, True]
    assert dropped == {"ligne répétée": 0, "secret statistique": 1}
