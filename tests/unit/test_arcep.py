"""Speed classes that add up or that nest, sites in metres or degrees: told apart, never guessed."""

import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.arcep import read_fixe, read_sites

BETA = (
    "Version beta : les données sont présentées en l’état\n"
    "code_insee;nom_com;code_dep;code_reg;nbr;type;inel_hd;elig_hd05;elig_hd3;elig_hd8;"
    "elig_thd30;elig_thd100;elig_thd1g;date\n"
    "1001;L'A;1;84;100;logloc;5;10;15;20;25;5;20;2019-09-30\n"
    "2A004;Ajaccio;2A;94;0;logloc;0;0;0;0;0;0;0;2019-09-30\n"
)
WIRED = (
    "code_insee;nom_com;code_dep;code_reg;nbr;type;inel_hd;elig_hd05;elig_hd3;elig_bhd8;"
    "elig_thd30;elig_thd100;elig_thd1g;date\n"
    "01001;L'A;01;84;100;all;5;95;90;80;50;25;20;2026-03-31\n"
)


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_the_same_commune_in_both_forms(tmp_path):
    beta, _ = read_fixe(write(tmp_path / "beta.csv", BETA))
    wired, _ = read_fixe(write(tmp_path / "commune_debit_filaire.csv", WIRED), classes="cumulees")
    assert beta["code_commune"].tolist() == ["01001", "2A004"]
    assert beta.loc[0, ["nb_locaux", "nb_locaux_thd"]].tolist() == [100, 50]
    assert wired.loc[0, ["nb_locaux", "nb_locaux_thd"]].tolist() == [100, 50]


def test_a_beta_that_lost_its_warning_is_read(tmp_path):
    frame, _ = read_fixe(write(tmp_path / "beta.csv", BETA.split("\n", 1)[1]))
    assert len(frame) == 2


def test_classes_of_the_wrong_kind_are_refused(tmp_path):
    with pytest.raises(BadFileError, match="elig_hd8"):
        read_fixe(write(tmp_path / "a.csv", "avertissement\n" + WIRED))
    cumulative = BETA.replace("5;10;15;20;25;5;20", "5;95;90;80;50;25;20")
    with pytest.raises(BadFileError, match="exclusives"):
        read_fixe(write(tmp_path / "b.csv", cumulative))
    exclusive = WIRED.replace("50;25;20", "25;5;20")
    with pytest.raises(BadFileError, match="cumulées"):
        read_fixe(write(tmp_path / "c.csv", exclusive), classes="cumulees")


def test_the_warning_alone_is_no_table(tmp_path):
    with pytest.raises(BadFileError):
        read_fixe(write(tmp_path / "a.csv", "Version beta : les données sont présentées"))


def test_sites_of_three_generations(tmp_path):
    paths = [
        # The origin of Lambert 93 (3° E, 46.5° N) is at x = 700 km, y = 6600 km.
        write(
            tmp_path / "2018_01_Sites_L93.csv",
            "Operateur;x;y;2G;3G;4G\n"
            "20801;700000;6600000;1;1;1\n20801;700000;6600000;1;1;0\n20815;#N/A;#N/A;0;1;0\n"
            "20815;#N/A;#N/A;0;1;1\n",
        ),
        write(
            tmp_path / "GUA_sites_mobiles_2020_T2.csv",
            "Operateur;X;Y;C2G;C3G;C4G\r\n34020;-61.4525945;16.2544169;1;1;1\r\n",
        ),
        write(
            tmp_path / "2024_T1_sites_Metropole.csv",
            "code_op;x;y;latitude;longitude;site_4g\n20820;652000;6862000;48.85;2.35;1\n",
        ),
    ]
    frame, dropped = read_sites(paths)
    assert frame["operateur"].tolist() == ["20801", "34020", "20820"]
    assert frame["longitude"].tolist() == pytest.approx([3, -61.4525945, 2.35], abs=1e-6)
    assert frame["latitude"].tolist() == pytest.approx([46.5, 16.2544169, 48.85], abs=1e-6)
    assert frame["annee"].tolist() == [2018, 2020, 2024]
    assert dropped == {"hors de France": 0, "sans 4G": 2, "sans coordonnées": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "vide"),
        ("<html></html>", "page web"),
        ("Operateur;x;y;3G\n1;2;3;1\n", "4G"),
        ("Operateur,x,y,4G\n1,2,3,1\n", "séparé par"),
        ("Operateur;X;Y;C4G\n34020;652000;6862000;1\n", "hors de France"),
        ("Operateur;X;Y;C4G\n34020;ouest;16;1\n", "autre chose qu'un nombre"),
    ],
)
def test_wrong_site_files_are_refused(tmp_path, text, message):
    path = write(tmp_path / "sites_2018.csv", text)
    with pytest.raises(BadFileError, match=message) as error:
        read_sites([path])
    assert "sites_2018.csv" in str(error.value)


def test_a_site_file_without_a_year_needs_one(tmp_path):
    path = write(tmp_path / "sites.csv", "Operateur;X;Y;C4G\n34020;-61;16;1\n")
    with pytest.raises(BadFileError, match="année"):
        read_sites([path])
    assert read_sites([path], year=2020)[0].loc[0, "annee"] == 2020
