"""One address to one temporary file: resume, retries, and what the server said of it.

Nothing here knows a source or a final name. What a cut leaves is kept beside its validators, and
completed only if the server says that the file has not changed.
"""

from __future__ import annotations

import email.utils
import re
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from fragility import __version__
from fragility.errors import FragilityError, UsageError
from fragility.sources.sidecar import Received, Sidecar

CHUNK = 1 << 18
Tell = Callable[[str, int, int | None], None]
"""Called with what happens (empty for plain progress), bytes there, bytes announced."""


class DownloadError(FragilityError):
    """A file cannot be had from its address."""


class Stopped(Exception):  # noqa: N818 - an order to stop, not an error
    """The user interrupted the command."""


class _Again(Exception):  # noqa: N818 - a step of the loop, not an error
    """This attempt failed, another may not."""

    def __init__(self, problem: str, after: float | None = None, *, answered: bool = True) -> None:
        self.problem, self.after, self.answered = problem, after, answered
        super().__init__(problem)


@dataclass(frozen=True)
class Policy:
    """Patience and bounds.

    Attributes
    ----------
    attempts : tries in a row that bring nothing new before giving up.
    most : tries in all.
    first_wait, longest_wait : seconds; the wait doubles from the first to the longest. A server
        that asks for longer is not waited for.
    timeouts : seconds to connect, and between two packets.
    largest : bytes that no file of the catalogue reaches.
    mirror : address of a server asked instead of the producers', see `mirrored`; empty for none.
    wait : called with seconds; by default a wait that an interruption ends.
    """

    attempts: int = 5
    most: int = 50
    first_wait: float = 1.0
    longest_wait: float = 120.0
    timeouts: tuple[float, float] = (10.0, 60.0)
    largest: int = 8_000_000_000
    mirror: str = ""
    wait: Callable[[float], object] | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.mirror)
        if self.mirror and (parts.scheme not in ("http", "https") or not parts.netloc):
            raise UsageError(
                f"L'adresse du miroir « {self.mirror} » n'en est pas une.",
                expected="une adresse comme http://miroir.exemple.fr/ (FRAGILITY_MIRROR ou "
                "--miroir)",
            )


def mirrored(url: str, mirror: str) -> str:
    """Address of a file on a mirror, which keeps each under its producer's host and path.

    Examples
    --------
    >>> mirrored("https://www.insee.fr/fr/a.zip?v=2", "http://miroir.fr/copies/")
    'http://miroir.fr/copies/www.insee.fr/fr/a.zip?v=2'
    >>> mirrored("https://www.insee.fr/fr/a.zip", "")
    'https://www.insee.fr/fr/a.zip'
    """
    return f"{mirror.rstrip('/')}/{url.partition('://')[2]}" if mirror else url


@dataclass
class Downloader:
    """Shared by the downloads of one command: patience, interruption, hosts that do not answer."""

    policy: Policy
    stop: threading.Event
    silent: set[str]

    def download(
        self, url: str, part: Path, sidecar: Sidecar, known: dict[str, Any], tell: Tell
    ) -> Received | None:
        """Bring the content of `url` to `part`.

        Parameters
        ----------
        known : validators of the copy that is there, empty to have the file whatever happens.

        Returns
        -------
        What was received, or None when the server says that the copy is still the same.

        Raises
        ------
        DownloadError
            When the address gives nothing, or not in full, after every attempt.
        """
        host = urlsplit(mirrored(url, self.policy.mirror)).netloc
        failures, best, answered = 0, _size(part), False
        with requests.Session() as session:
            for _ in range(self.policy.most):
                if self.stop.is_set():
                    raise Stopped
                if host in self.silent and not answered:
                    raise DownloadError(f"{host} ne répond pas.", remedy="vérifiez le réseau")
                try:
                    return self._attempt(session, url, part, sidecar, known, tell)
                except _Again as again:
                    problem, after = again.problem, again.after
                    answered = answered or again.answered
                reached = _size(part)
                failures = 0 if reached > best else failures + 1
                best = max(best, reached)
                if failures >= self.policy.attempts:
                    break
                pause = self.policy.first_wait * 2 ** max(failures - 1, 0)
                if after is not None and after > self.policy.longest_wait:
                    problem += f" Il demande d'attendre {after:.0f} s."
                    break
                pause = min(max(pause, after or 0), self.policy.longest_wait)
                tell(f"{problem} Nouvel essai dans {pause:.0f} s.", reached, None)
                (self.policy.wait or self.stop.wait)(pause)
        if not answered:
            self.silent.add(host)
        raise DownloadError(problem, remedy="relancez la commande, elle reprendra où elle en est")

    def _attempt(
        self,
        session: requests.Session,
        url: str,
        part: Path,
        sidecar: Sidecar,
        known: dict[str, Any],
        tell: Tell,
    ) -> Received | None:
        started = Received.of(sidecar.get("en_cours", url)) if part.exists() else Received()
        have = _size(part) if started.if_range else 0
        # A content compressed for the transport has neither the length nor the ranges of the file.
        headers = {"User-Agent": f"fragilite/{__version__}", "Accept-Encoding": "identity"}
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": started.if_range}
        elif known.get("etag"):
            headers["If-None-Match"] = known["etag"]
        elif known.get("last_modified"):
            headers["If-Modified-Since"] = known["last_modified"]
        answered = False
        address = mirrored(url, self.policy.mirror)
        try:
            # A mirror that sends elsewhere is no mirror: a closed network has no elsewhere.
            with session.get(
                address,
                headers=headers,
                stream=True,
                timeout=self.policy.timeouts,
                allow_redirects=not self.policy.mirror,
            ) as answer:
                answered = True
                if answer.is_redirect:
                    raise DownloadError(
                        "Le miroir renvoie à une autre adresse au lieu de donner le fichier.",
                        found=answer.headers.get("Location"),
                    )
                if answer.status_code == 304 and not have:
                    return None
                if answer.status_code == 416 and have:
                    return _already_whole(answer, started, have, part)
                _refuse_status(answer)
                return self._receive(answer, started, have, part, sidecar, url, tell)
        except requests.exceptions.SSLError as error:
            raise DownloadError("Le certificat du serveur est refusé.", found=str(error)) from None
        except requests.exceptions.Timeout:
            raise _Again("Le serveur ne répond pas à temps.", answered=False) from None
        except requests.exceptions.ChunkedEncodingError:
            length = sidecar.get("en_cours", url).get("length") or "un nombre inconnu"
            raise _Again(f"Le serveur a coupé après {_size(part)} octets sur {length}.") from None
        except requests.exceptions.ConnectionError:
            problem = (
                f"La connexion a été coupée après {_size(part)} octets."
                if answered
                else f"{urlsplit(address).netloc} ne répond pas, ou le réseau est absent."
            )
            raise _Again(problem, answered=answered) from None
        except (requests.exceptions.RequestException, HTTPError) as error:
            raise DownloadError("La réponse du serveur est illisible.", found=str(error)) from None

    def _receive(
        self,
        answer: requests.Response,
        started: Received,
        have: int,
        part: Path,
        sidecar: Sidecar,
        url: str,
        tell: Tell,
    ) -> Received:
        packed = answer.headers.get("Content-Encoding", "identity").lower() != "identity"
        text = answer.headers.get("Content-Length", "")
        length = int(text) if text.isdecimal() and not packed else None
        if answer.status_code == 206:
            start, length = _content_range(answer)
            if packed or not have or start != have or started.length not in (None, length):
                part.unlink(missing_ok=True)
                raise _Again("Le serveur reprend le fichier au mauvais endroit.")
        else:
            have = 0
        received = Received(
            answer.headers.get("ETag", ""),
            answer.headers.get("Last-Modified", ""),
            length,
            answer.headers.get("Content-Type", "").lower().startswith("text/html"),
            bool(have),
        )
        # Old bytes go before their validators change: a crash between the two leaves no mixture.
        with part.open("ab" if have else "wb") as out:
            # Ranges of a content compressed for the transport are not those of the file.
            sidecar.put("en_cours", url, None if packed else asdict(received))
            tell("", have, length)
            for chunk in answer.iter_content(CHUNK):
                if self.stop.is_set():
                    raise Stopped
                out.write(chunk)
                out.flush()
                have += len(chunk)
                if have > self.policy.largest:
                    out.truncate(0)
                    raise DownloadError("Le serveur envoie un fichier sans fin.")
                tell("", have, length)
        if length is not None and have < length:
            raise _Again(f"Le serveur annonce {length} octets et n'en envoie que {have}.")
        if length is not None and have > length:
            part.unlink()
            raise _Again(f"Le serveur annonce {length} octets et en envoie {have}.")
        return received


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _content_range(answer: requests.Response) -> tuple[int, int | None]:
    """First byte sent and total length, -1 when the header says nothing."""
    match = re.match(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
    if not match:
        return -1, None
    return int(match[1]), None if match[2] == "*" else int(match[2])


def _already_whole(answer: requests.Response, started: Received, have: int, part: Path) -> Received:
    """Nothing follows what is there: it is the whole file, or the server said two lengths."""
    total = answer.headers.get("Content-Range", "").rpartition("/")[2]
    if started.length == have and total in (str(have), ""):
        return Received(**(asdict(started) | {"resumed": True}))
    part.unlink(missing_ok=True)
    raise _Again(f"Le serveur annonce {started.length} octets et n'en a que {total or have}.")


def _refuse_status(answer: requests.Response) -> None:
    """Let 200 and 206 through; try again what may pass, give up on what will not."""
    code = answer.status_code
    if code in (200, 206):
        return
    if code in (408, 429) or code >= 500:
        words = "est trop sollicité" if code == 429 else "est en panne"
        raise _Again(f"Le serveur {words} ({code}).", _retry_after(answer))
    if code in (404, 410):
        raise DownloadError(f"Le fichier n'est plus à son adresse ({code}).")
    raise DownloadError(f"Le serveur refuse de donner le fichier ({code}).")


def _retry_after(answer: requests.Response) -> float | None:
    """Seconds that the server asks to wait, from a number or a date."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(email.utils.parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (TypeError, ValueError):
        return None
