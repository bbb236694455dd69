"""Scripts, styles, drawings and fonts: served from a list made at the start, under an address that names
their content, so that a browser may keep them for ever and never mixes two versions."""

import hashlib
from pathlib import Path

from aiohttp import web

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_FOREVER = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"


class StaticFiles:
    """Every file of a folder that a browser may load; what else lies there (licences, notes) is not served."""

    def __init__(self, folder: Path) -> None:
        files = sorted(path for path in folder.rglob("*") if path.suffix in _TYPES)
        self._files = {path.relative_to(folder).as_posix(): path for path in files}
        self.version = _digest(self._files)

    def url(self, path: str) -> str:
        """The address of a file; KeyError for one that is not there, so that a dead link shows at once."""
        if path not in self._files:
            raise KeyError(path)
        return f"/console/static/{self.version}/{path}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The file; under an older version's address it is today's, and the browser is told to ask again."""
        path = self._files.get(request.match_info["path"])
        if path is None:
            raise web.HTTPNotFound
        current = request.match_info["version"] == self.version
        headers = {"Cache-Control": _FOREVER if current else _ASK_EACH_TIME, "Content-Type": _TYPES[path.suffix]}
        return web.FileResponse(path, headers=headers)


STATIC: web.AppKey[StaticFiles] = web.AppKey("static", StaticFiles)


def _digest(files: dict[str, Path]) -> str:
    """One name for the content of all files."""
    digest = hashlib.sha256()
    for name, path in files.items():
        digest.update(f"{name}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]
