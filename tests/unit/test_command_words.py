"""What commands say before they read anything: their help, and what cannot be done."""

import ast
import errno
import re
import sys
from pathlib import Path

import pytest
import typer

from fragility.errors import UsageError
from pipelines import cli
from pipelines.compare_editions import compare_two
from pipelines.options import console, require_writable


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
    for wrong in ("Show this message", " . ", "[default", "[required"):
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


# --- usage errors, on every command --------------------------------------------------------------
def _commands(group, words=()):
    """Words of every command, and its parameters."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*words, name))
        else:
            yield (*words, name), command.params


COMMANDS = dict(_commands(typer.main.get_command(cli.app)))
OPTIONS = [(words, p) for words, params in COMMANDS.items() for p in params
           if p.param_type_name == "option" and p.name != "help"]  # fmt: skip
ENGLISH = re.compile(r"\b(?:Invalid|Missing|No such|Got|Input|should|value error|does not|requires|"
                     r"is a|Usage|Try|Error)\b", re.IGNORECASE)  # fmt: skip


def _refused(call, *typed):
    """Refuse what was typed before anything is read, in French; what is said."""
    code, out, err = call(*typed)
    assert (code, out) == (2, ""), typed
    assert err.startswith("Erreur : ")
    assert "à faire  : « fragility " in err
    assert not ENGLISH.search(err), err
    return err


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_unknown_option_is_named_with_the_command_that_lacks_it(call, words):
    err = _refused(call, *words, "--nulle-part")
    assert "L'option « --nulle-part » n'existe pas." in err
    assert f"« fragility {' '.join(words)} -h »" in err


@pytest.mark.parametrize(("words", "param"), OPTIONS, ids=lambda v: getattr(v, "name", None))
def test_every_option_says_what_it_expects(call, words, param, tmp_path):
    name = max(param.opts, key=len)
    if param.is_flag:
        assert f"« {name} » ne prend pas de valeur" in _refused(call, *words, f"{name}=3")
        return
    assert f"« {name} » attend une valeur" in _refused(call, *words, name)
    kind = str(param.type_descriptor.annotation)
    info = param.type_descriptor.parameter_info
    file, folder = tmp_path / "a.csv", tmp_path / "dossier"
    file.write_text("id\n", "utf-8")
    folder.mkdir()
    wrong = []
    if "int" in kind or "float" in kind:
        wrong.append(("abc", "un nombre"))
    if info.min is not None:
        wrong.append((info.min - 1, f"d'au moins {info.min}"))
    if info.max is not None:
        wrong.append((info.max + 1, f"d'au plus {info.max}"))
    if "datetime" in kind:
        wrong.append(("30/06/2025", "AAAA-MM-JJ"))
    if not info.file_okay:
        wrong.append((file, "un dossier, et non un fichier"))
    if not info.dir_okay:
        wrong.append((folder, "un fichier, et non un dossier"))
    for value, expected in wrong:
        err = _refused(call, *words, name, value)
        assert f"La valeur de l'option « {name} » n'est pas comprise." in err
        assert expected in err
        assert f"trouvé   : {value}" in err


@pytest.mark.parametrize(("words", "params"), COMMANDS.items(), ids=lambda v: None)
def test_what_is_required_or_too_much_is_named(call, words, params):
    needed = [p for p in params if p.required]
    if needed:
        err = _refused(call, *words)
        name = needed[0].metavar if needed[0].param_type_name == "argument" else "--"
        assert "Il manque l'" in err
        assert name in err
    if not any(p.nargs == -1 for p in params):
        given = ["x" for p in params if p.param_type_name == "argument"]
        options = [x for p in needed if p.param_type_name == "option" for x in (p.opts[0], "x")]
        assert "« de trop » est en trop." in _refused(call, *words, *given, *options, "de trop")


def test_an_unknown_command_is_told_from_those_that_are(call):
    err = _refused(call, "runn")
    assert "La commande « runn » n'existe pas." in err
    assert "attendu  : run\n" in err
    assert "explain" in _refused(call, "zzz")
    assert "« fragility edition -h »" in _refused(call, "edition", "neuf")
    err = _refused(call, "edition")
    assert "Il manque une commande, après « fragility edition »." in err
    assert "new, remove" in err


# --- where to write ------------------------------------------------------------------------------
def test_a_folder_where_nothing_can_be_written_is_refused(tmp_path):
    deep = tmp_path / "a" / "b"
    assert require_writable(deep, "--out") == deep
    assert not list(tmp_path.iterdir()), "nothing is left of the trial"
    (tmp_path / "fichier").write_text("")
    with pytest.raises(UsageError, match="est un fichier") as error:
        require_writable(tmp_path / "fichier" / "b", "--dossier")
    assert "--dossier" in error.value.message()


def test_a_folder_without_the_right_to_write_is_refused(tmp_path, monkeypatch):
    def forbidden(dir):  # root writes anywhere: what the system tells the others
        raise PermissionError(errno.EACCES, "Permission denied", str(dir))

    monkeypatch.setattr("pipelines.options.tempfile.TemporaryFile", forbidden)
    with pytest.raises(UsageError, match="le droit d'écrire dans") as error:
        require_writable(tmp_path / "b", "--out")
    assert str(tmp_path) in error.value.message()
    assert "--out" in error.value.message()


@pytest.mark.parametrize(
    "typed",
    [("run", "--out"), ("simulate", "--posts", 1, "--dossier"), ("gpkg", "-d", "00", "--dossier"),
     ("compare", "demo", "demo", "--out"), ("validation", "--docs"), ("fetch", "--raw")],
    ids=lambda typed: typed[0],
)  # fmt: skip
def test_what_cannot_be_written_is_said_before_anything_is_computed(call, typed, tmp_path):
    (tmp_path / "fichier").write_text("")
    code, out, err = call(*typed, tmp_path / "fichier" / "b")
    assert (code, out) == (2, "")
    assert "Rien ne peut être écrit" in err


# --- one declaration -----------------------------------------------------------------------------
def test_options_of_several_commands_are_declared_once():
    declared = {}
    for path in sorted(Path(cli.__file__).parent.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in ("--out", "--raw"):
                declared.setdefault(node.value, set()).add(path.name)
    elsewhere = {name: files - {"options.py"} for name, files in declared.items()}
    # Named in a message, not declared.
    called = {"cli.py", "compare_cli.py", "fiche_cli.py", "site_cli.py"}
    assert all(files <= called for files in elsewhere.values()), elsewhere
    text = "".join(p.read_text("utf-8") for p in Path(cli.__file__).parent.glob("*_cli.py"))
    assert "Dossier des résultats" not in text
