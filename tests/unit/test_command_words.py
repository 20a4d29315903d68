"""What commands say before they read anything: their help, and what cannot be done."""

import sys

import pytest

from fragility.errors import UsageError
from pipelines import cli
from pipelines.compare_editions import compare_two
from pipelines.options import console


@pytest.mark.parametrize(
    "command",
    [[], ["run"], ["profiles"], ["compare"], ["score"], ["explain"], ["edition"],
     ["edition", "new"]],
)  # fmt: skip
def test_the_help_is_in_french_and_whole(command, capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["fragility", *command, "--help"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Afficher cette aide." in said
    for wrong in ("Show this message", " . ", "[default"):
        assert wrong not in said


def test_an_edition_of_the_users_asks_for_its_folder(tmp_path):
    with pytest.raises(UsageError, match="n'existe pas") as error:
        compare_two(console(), "demo", "mienne", tmp_path)
    assert "--raw DOSSIER" in error.value.message()


def test_a_wrong_profile_is_refused_before_anything_is_run(tmp_path, capsys, monkeypatch):
    path = tmp_path / "mine.toml"
    path.write_text('id = "Mon Profil"\ntitle = ""\n', encoding="utf-8")
    monkeypatch.setitem(sys.modules, "pipelines.run_display", None)
    for command in (["run", "--out", str(tmp_path / "out")], ["profiles"]):
        monkeypatch.setattr(sys, "argv", ["fragility", *command, "--profile", str(path)])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        assert stopped.value.code == 2
        said = capsys.readouterr().err
        assert "pour 3 raisons" in said
        assert "docs/profils.md" in said
    assert not (tmp_path / "out").exists()
