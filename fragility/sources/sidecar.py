"""What servers said of the files of a folder, kept to ask less the next time.

Losing it costs a download, never a wrong file: a damaged sidecar is as none.
"""

from __future__ import annotations

import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Received:
    """What a server said of a file: validators, length, and whether it was sent in pieces."""

    etag: str = ""
    last_modified: str = ""
    length: int | None = None
    web_page: bool = False
    resumed: bool = False

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Received:
        """Read an entry of the sidecar; one that is not ours says nothing."""
        try:
            return cls(**entry)
        except TypeError:
            return cls()

    @property
    def if_range(self) -> str:
        """Validator a resumption may rely on: a weak ETag does not promise the same bytes."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified


class Sidecar:
    """`.fetch.json` of a folder: by address, what was received and what is half received."""

    _lock = threading.Lock()

    def __init__(self, folder: Path) -> None:
        self.path = folder / ".fetch.json"

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            content = json.loads(self.path.read_text(encoding="utf-8"))
            return {k: dict(content.get(k, {})) for k in ("recus", "en_cours")}
        except (OSError, ValueError, AttributeError, TypeError):
            return {"recus": {}, "en_cours": {}}  # it only saves time: damaged is absent

    def get(self, section: str, url: str) -> dict[str, Any]:
        """Entry of an address, empty if there is none."""
        with self._lock:
            entry = self._read()[section].get(url, {})
            return entry if isinstance(entry, dict) else {}

    def put(self, section: str, url: str, entry: dict[str, Any] | None) -> None:
        """Replace an entry, or remove it."""
        with self._lock:
            content = self._read()
            content[section].pop(url, None)
            if entry is not None:
                content[section][url] = entry
            temporary = self.path.with_name(f"{self.path.name}.tmp")
            text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
            temporary.write_text(text + "\n", encoding="utf-8")
            os.replace(temporary, self.path)
