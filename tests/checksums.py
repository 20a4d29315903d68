"""Checksums of published files, whatever the run took."""

import hashlib
import re

# Places of the report that say what moved and what the run took; the rest of the page is compared.
_OF_THE_RUN = re.compile(rb"<!--(derive|mesures)-->.*?<!--/\1-->", re.DOTALL)


def checksum(path):
    """SHA-256 of a file, the report's two places on the run left out."""
    content = path.read_bytes()
    if path.name == "rapport.html":
        content = _OF_THE_RUN.sub(b"", content)
    return hashlib.sha256(content).hexdigest()


def checksums(folder):
    """Checksum of every file of a folder, hidden ones too, by relative path."""
    return {
        str(path.relative_to(folder)): checksum(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
