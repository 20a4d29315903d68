"""Serve a site on this machine: files of one folder, read only.

Nothing heavy is imported: the server answers at once.
"""

from __future__ import annotations

import hashlib
import socket
import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any, BinaryIO

from fragility.errors import UsageError

LOOPBACK, PORT = "127.0.0.1", 8000
_EVERYWHERE = ("0.0.0.0", "::", "")
_TRIED = 20
_INDEX = "index.html"
_SAID = {
    HTTPStatus.NOT_FOUND: ("Introuvable", "Cette adresse ne mène à aucun fichier de la carte."),
    HTTPStatus.BAD_REQUEST: ("Demande mal formée", "Cette demande ne peut pas être lue."),
    HTTPStatus.NOT_IMPLEMENTED: ("Non permis", "Ce serveur donne des fichiers, et rien d'autre."),
}
_PAGE = """<!doctype html>
<html lang="fr"><meta charset="utf-8"><title>%(message)s</title>
<h1>%(code)d : %(message)s</h1><p>%(explain)s</p></html>
"""


class SiteHandler(SimpleHTTPRequestHandler):
    """Files with the types that browsers ask for; a tile of open sea is empty, not an error."""

    protocol_version = "HTTP/1.1"
    # Headers and content are two writes: the second must not wait for the first to be received.
    disable_nagle_algorithm = True
    error_message_format = _PAGE
    extensions_map = {  # noqa: RUF012
        **SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
        ".js": "text/javascript",
        ".json": "application/json",
        ".pbf": "application/vnd.mapbox-vector-tile",
    }

    def end_headers(self) -> None:
        """Ask browsers to check that a file has not changed: editions are computed again."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def send_head(self) -> BinaryIO | None:
        """Answer with the headers of a file, and return it open if it is to be sent."""
        address = self.path.split("?", 1)[0].split("#", 1)[0]
        path = self._file(address)
        if path is None:
            if address.endswith(".pbf"):
                self._send_empty(HTTPStatus.NO_CONTENT)
            else:
                self.send_error(HTTPStatus.NOT_FOUND)
            return None
        found = path.stat()
        # Not a date: another edition, at the same address, may be older.
        said = f"{path} {found.st_mtime_ns} {found.st_size}"
        tag = f'"{hashlib.sha256(said.encode()).hexdigest()[:20]}"'
        if tag in self.headers.get("If-None-Match", ""):
            self._send_empty(HTTPStatus.NOT_MODIFIED, tag)
            return None
        content = path.open("rb")
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(found.st_size))
        self.send_header("ETag", tag)
        self.end_headers()
        return content

    def _file(self, address: str) -> Path | None:
        """File of an address; None if there is none, or if a link leads out of the site."""
        inside = address + _INDEX if address.endswith("/") else address
        root = Path(self.directory).resolve()
        try:
            path = Path(self.translate_path(inside)).resolve()
            return path if path.is_relative_to(root) and path.is_file() else None
        except (OSError, ValueError):
            return None

    def _send_empty(self, status: HTTPStatus, tag: str = "") -> None:
        self.send_response(status)
        if tag:
            self.send_header("ETag", tag)
        else:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer with an error, in French."""
        own = _SAID.get(HTTPStatus(code), (message, explain))
        super().send_error(code, *own)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the terminal quiet."""


class SiteServer(ThreadingHTTPServer):
    """One thread for each connection, on IPv4 or IPv6."""

    request_queue_size = 64

    def __init__(self, host: str, port: int, folder: Path) -> None:
        known = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM)
        self.address_family = known[0][0]
        super().__init__((host, port), partial(SiteHandler, directory=str(folder)))

    def server_bind(self) -> None:
        """Listen; the name of the machine, which some networks are slow to tell, is not asked."""
        TCPServer.server_bind(self)
        name, port = self.server_address[:2]
        self.server_name, self.server_port = str(name), int(port)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what failed in the terminal; a browser that leaves before the end is no failure."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Address to open in a browser of this machine."""
        host = str(self.server_address[0])
        if host in _EVERYWHERE:
            host = LOOPBACK if self.address_family == socket.AF_INET else "::1"
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server_port}/"


def open_server(folder: Path, host: str = LOOPBACK, port: int | None = None) -> SiteServer:
    """Open a server of a folder; its `serve_forever` answers.

    Parameters
    ----------
    folder : root of the site.
    host : address to listen at; the default is heard by this machine only.
    port : port to listen at, 0 for any; by default the first free one from 8000.

    Raises
    ------
    UsageError
        When the address or the port cannot be had.
    """
    ports = range(PORT, PORT + _TRIED) if port is None else (port,)
    for number in ports:
        try:
            return SiteServer(host, number, folder)
        except OSError as error:
            reason = error.strerror or str(error)
    raise UsageError(
        "Le serveur ne peut pas écouter à cette adresse.",
        expected="une adresse de cette machine et un port libre",
        found=f"{host}, port {ports[0]} : {reason}",
        remedy="choisissez un autre port avec --port, ou laissez-le choisir avec --port 0",
    )
