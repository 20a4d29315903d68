"""What is wrong in a command as it was typed, said in French: Typer has only English for it.

Every usage error of every command passes here. The kind of an error and the parameter that it is
about are read from it, so that a new command or option needs no words of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import typer

from fragility.errors import UsageError

# Typer has no public name for the parent of its usage errors.
WRONG_USAGE = typer.BadParameter.__mro__[1]
# What a value should have been, by the name that pydantic gives to the error.
_EXPECTED = {
    "int_parsing": "un nombre entier",
    "int_from_float": "un nombre entier",
    "int_parsing_size": "un nombre entier moins grand",
    "float_parsing": "un nombre",
    "finite_number": "un nombre fini",
    "bool_parsing": "oui ou non",
    "greater_than_equal": "un nombre d'au moins {ge}",
    "greater_than": "un nombre plus grand que {gt}",
    "less_than_equal": "un nombre d'au plus {le}",
    "less_than": "un nombre plus petit que {lt}",
}
# What Typer has no kind for: its words, and what it expected.
_SAID = (
    (r".*does not match the formats? '(.*)'", r"une date, écrite \1"),
    (r".*is not one of (.*)\.", r"l'un de ces mots : \1"),
    (r".* is a file\.", "un dossier, et non un fichier"),
    (r".* is a directory\.", "un fichier, et non un dossier"),
    (r".* does not exist\.", "un chemin qui existe"),
    (r".* is not readable\.", "un chemin que vous avez le droit de lire"),
    (r".* is not writable\.", "un chemin où vous avez le droit d'écrire"),
)
_DATES = {"%Y": "AAAA", "%m": "MM", "%d": "JJ"}


def in_french(error: Any, typed: Sequence[str] = ()) -> UsageError:
    """Say a usage error of Typer in French: the option or argument, and what it expects.

    Parameters
    ----------
    error : what Typer raised.
    typed : words after the name of the program; some errors do not say of which command they are.
    """
    # The kinds of error have no public names: each is known by what it carries.
    context = error.ctx if hasattr(error, "ctx") else None
    problem, expected, found = _read(error, context)
    remedy = _remedy(context)
    if context is None and typed and not typed[0].startswith("-"):
        remedy = f"« fragility {typed[0]} -h » dit comment l'écrire"
    return UsageError(problem, expected=expected, found=found, remedy=remedy)


def _read(error: Any, context: Any) -> tuple[str, str | None, str | None]:
    """What is wrong, what was expected and what was found."""
    text = str(error)
    option = error.option_name if hasattr(error, "option_name") else None
    if hasattr(error, "possibilities"):
        near = ", ".join(error.possibilities or ())
        return f"L'option « {option} » n'existe pas.", near or None, None
    if option is not None:
        takes = "attend une valeur" if "requires" in text else "ne prend pas de valeur"
        return f"L'option « {option} » {takes}.", None, None
    param = error.param if hasattr(error, "param") else None
    if param is not None and hasattr(error, "param_type"):
        return f"Il manque {_name(param)}.", param.help, None
    if param is not None:
        return _wrong_value(error, text, param)
    if found := re.match(r"No such command '(.*?)'\.(?: Did you mean (.*)\?)?$", text, re.DOTALL):
        known = found[2] and found[2].replace("'", "").replace(" or ", " ou ")
        return f"La commande « {found[1]} » n'existe pas.", known or _commands(context), None
    if text.startswith("Missing command"):
        words = f"Il manque une commande, après « {_command(context)} »."
        return words, _commands(context), None
    if found := re.match(r".*unexpected extra argument\S* \((.*)\)", text, re.DOTALL):
        return f"« {found[1]} » est en trop.", None, None
    return "La commande est mal écrite.", None, text


def _wrong_value(error: Any, text: str, param: Any) -> tuple[str, str | None, str | None]:
    """Say that a value is not one that an option or an argument takes."""
    problem = f"La valeur de {_name(param)} n'est pas comprise."
    cause = error.__cause__
    details = cause.errors()[0] if cause is not None and hasattr(cause, "errors") else {}
    form = _EXPECTED.get(details.get("type", ""))
    if form:
        expected: str | None = form.format(**details.get("ctx", {}))
    else:
        said = (m.expand(words) for form, words in _SAID if (m := re.match(form, text, re.DOTALL)))
        expected = next(said, param.help)
    for code, letters in _DATES.items():
        expected = expected and expected.replace(code, letters)
    quoted = re.search(r"'(.*)'", text)
    return problem, expected, str(details.get("input", quoted[1] if quoted else "")) or None


def _name(param: Any) -> str:
    """Name of an option or of an argument, as the help shows it."""
    if param.param_type_name == "argument":
        return f"l'argument {param.metavar or param.name.upper()}"
    return f"l'option « {max(param.opts, key=len)} »"


def _commands(context: Any) -> str | None:
    """Commands of the group that was asked."""
    return None if context is None else ", ".join(context.command.list_commands(context))


def _command(context: Any) -> str:
    """What was asked, from the program to the command: `fragility edition new`."""
    words: list[str] = []
    while context is not None and context.parent is not None:
        words.insert(0, str(context.info_name))
        context = context.parent
    return " ".join(["fragility", *words])


def _remedy(context: Any) -> str:
    command = _command(context)
    if command == "fragility":
        return "« fragility -h » liste les commandes"
    groups = context is not None and hasattr(context.command, "list_commands")
    return f"« {command} -h » {'liste ses commandes' if groups else 'décrit ses options'}"
