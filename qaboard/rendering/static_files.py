"""Serve the files below ``static/`` from memory, under addresses with one hash of them all.

The hash stands in the path (``/static/<hash>/js/editor.js``), so what a module imports and what a
style sheet names by a relative address has it too: a browser that keeps files for a year never
runs modules of two releases together.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.request import Request
from pyramid.response import Response

HASH_CHARACTERS = 12
_HASH = re.compile(f"[0-9a-f]{{{HASH_CHARACTERS}}}")

CACHE_CONTROL_OF_RELEASE = "public, max-age=31536000, immutable"
CACHE_CONTROL = "no-cache"

CONTENT_TYPES = {
    ".css": ("text/css", "utf-8"),
    ".js": ("text/javascript", "utf-8"),
    ".png": ("image/png", None),
    ".svg": ("image/svg+xml", "utf-8"),
}
"""Media types and character sets by suffix; any other file, such as a licence, is plain text."""

COMPRESSED_SUFFIXES = (".br", ".gz")
"""What ``deploy/compress-static`` puts beside the files, for nginx."""

SCRIPT_OF_HEAD = "js/scripting.js"
"""The one script that is no module: it runs before the page is drawn."""


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is served."""

    content: bytes
    etag: str
    modified_at: datetime


class StaticFiles:
    """The files below a folder, read once.

    :param directory: the folder.
    :param reloads: whether they are read again when one has changed, for development.
    """

    def __init__(self, directory: Path, *, reloads: bool) -> None:
        self._directory = directory
        self._reloads = reloads
        self._stamps: dict[str, int] = {}
        self.read()

    def read(self) -> None:
        """Read all files and hash them."""
        self._stamps = dict(self._read_stamps())
        self.files: dict[str, StaticFile] = {}
        digest = hashlib.sha256()
        for name in sorted(self._stamps):
            content = (self._directory / name).read_bytes()
            etag = hashlib.sha256(content).hexdigest()[:HASH_CHARACTERS]
            modified_at = datetime.fromtimestamp(self._stamps[name] // 10**9, UTC)
            self.files[name] = StaticFile(content, etag, modified_at)
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        self.release_hash = digest.hexdigest()[:HASH_CHARACTERS]

    def refresh(self) -> None:
        """In development, read them again when one has changed."""
        if self._reloads and dict(self._read_stamps()) != self._stamps:
            self.read()

    def _read_stamps(self) -> Iterator[tuple[str, int]]:
        # It does not follow links, of which an installed folder has one with the name of the hash.
        for path in self._directory.rglob("*"):
            name = path.relative_to(self._directory)
            is_hidden = any(part.startswith(".") for part in name.parts)
            if not is_hidden and path.suffix not in COMPRESSED_SUFFIXES and path.is_file():
                yield name.as_posix(), path.stat().st_mtime_ns

    def module_names(self) -> list[str]:
        """The modules that a page runs: all scripts but one."""
        return [name for name in self.files if name.startswith("js/") and name != SCRIPT_OF_HEAD]


def serve_static_file(request: Request) -> Response:
    """A file; it may be kept for a year only under the hash of what is served now.

    Under any other hash it is served too, since pages of the release before are still open, and
    those of the next one may already be, while processes are restarted.

    :raises HTTPNotFound: when there is no such file.
    """
    static_files: StaticFiles = request.registry["static_files"]
    static_files.refresh()
    names = list(request.subpath)
    sent_hash = names.pop(0) if names and _HASH.fullmatch(names[0]) else ""
    is_lasting = sent_hash == static_files.release_hash
    name = "/".join(names)
    file = static_files.files.get(name)
    if file is None:
        raise HTTPNotFound
    content_type, charset = CONTENT_TYPES.get(Path(name).suffix, ("text/plain", "utf-8"))
    response = Response(
        body=file.content,
        content_type=content_type,
        charset=charset,
        etag=file.etag,
        last_modified=file.modified_at,
        accept_ranges="bytes",
        conditional_response=True,
    )
    response.headers["Cache-Control"] = CACHE_CONTROL_OF_RELEASE if is_lasting else CACHE_CONTROL
    return response


def static_file_path(request: Request, name: str) -> str:
    """The address of a file below ``static/``.

    :param name: its path there, such as ``css/qaboard.css``.
    :raises KeyError: when there is no such file.
    """
    static_files: StaticFiles = request.registry["static_files"]
    static_files.refresh()
    if name not in static_files.files:
        raise KeyError(name)
    return f"{request.script_name}/static/{static_files.release_hash}/{name}"


def script_module_paths(request: Request) -> list[str]:
    """The addresses of all script modules, for pages to have them fetched at once.

    Otherwise a browser finds them one after the other, as each is imported by the one before.
    """
    return [request.static_file_path(n) for n in request.registry["static_files"].module_names()]


def includeme(config: Configurator) -> None:
    config.registry["static_files"] = StaticFiles(
        Path(config.registry["settings"].static_directory),
        reloads=config.registry.settings["reload_templates"],
    )
    config.add_route("static", "/static/*subpath")
    config.add_view(serve_static_file, route_name="static", request_method="GET")
    config.add_request_method(static_file_path)
    config.add_request_method(script_module_paths)


if __name__ == "__main__":
    # deploy/install.sh makes a link of this name, by which nginx knows the hash.
    print(StaticFiles(Path(sys.argv[1]), reloads=False).release_hash)
