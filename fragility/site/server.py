"""Serve a site on this machine: files of one folder, read only.

Nothing heavy is imported: the server answers at once.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from fragility.errors import UsageError

LOOPBACK, PORT = "127.0.0.1", 8000
_TRIED = 20


class SiteHandler(SimpleHTTPRequestHandler):
    """Files with the types that browsers ask for; a tile of open sea is empty, not an error."""

    protocol_version = "HTTP/1.1"
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

    def do_GET(self) -> None:
        """Answer a request."""
        path = self.path.split("?", 1)[0]
        if path.endswith(".pbf") and not Path(self.translate_path(path)).is_file():
            self.send_response(HTTPStatus.NO_CONTENT)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        super().do_GET()

    def list_directory(self, path: Any) -> None:
        """Refuse to list folders."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the terminal quiet."""


def open_server(folder: Path, host: str = LOOPBACK, port: int | None = None) -> ThreadingHTTPServer:
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
    handler = partial(SiteHandler, directory=str(folder))
    ports = range(PORT, PORT + _TRIED) if port is None else (port,)
    for number in ports:
        try:
            return ThreadingHTTPServer((host, number), handler)
        except OSError as error:
            reason = error.strerror or str(error)
    raise UsageError(
        "Le serveur ne peut pas écouter à cette adresse.",
        expected="une adresse de cette machine et un port libre",
        found=f"{host}, port {ports[0]} : {reason}",
        remedy="choisissez un autre port avec --port, ou laissez-le choisir avec --port 0",
    )
