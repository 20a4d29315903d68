"""Print fiches with the browser of the machine, if it has one: no library does it as well."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from fragility.errors import FragilityError, MissingFileError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
            "msedge", "microsoft-edge")  # fmt: skip
# Where installers put it without telling PATH.
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_SECONDS = 120
_OPTIONS = (
    "--headless", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-pdf-header-footer",
)  # fmt: skip


def find_browser() -> Path:
    """Find Chromium, Chrome or Edge.

    Raises
    ------
    MissingFileError
        When none is installed.
    """
    for name in BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    for place in PLACES:
        if Path(place).is_file():
            return Path(place)
    raise MissingFileError(
        "Aucun navigateur ne peut imprimer les fiches en PDF.",
        expected="Chromium, Chrome ou Edge installé",
        found="aucun des trois",
        remedy="installez-en un, ou relancez sans --pdf : ouvrez la fiche dans votre navigateur, "
        "puis « Imprimer » et « Enregistrer au format PDF »",
    )


def print_pdf(page: Path, browser: Path) -> Path:
    """Print a fiche beside itself.

    Raises
    ------
    FragilityError
        When the browser fails or takes more than two minutes.
    """
    pdf = page.with_suffix(".pdf")
    # As root, in a container, Chromium refuses to start otherwise; a fiche runs no script.
    alone = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="fiche-") as profile:
        draft = Path(profile) / "fiche.pdf"
        command = [
            str(browser), *_OPTIONS, *alone, f"--user-data-dir={profile}/navigateur",
            f"--print-to-pdf={draft}", page.resolve().as_uri(),
        ]  # fmt: skip
        try:
            ended = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=_SECONDS,
                check=False,
            )  # fmt: skip
            said = ended.stderr.strip().splitlines()[-1:] or [f"code {ended.returncode}"]
        except (OSError, subprocess.TimeoutExpired) as error:
            said = [str(error)]
        if not draft.is_file():
            raise FragilityError(
                "Le navigateur n'a pas imprimé la fiche.",
                path=page,
                found=said[0],
                remedy="ouvrez la fiche dans le navigateur et imprimez-la de là",
            )
        shutil.copyfile(draft, pdf)
    return pdf
