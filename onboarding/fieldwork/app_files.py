"""The files the field app is made of, with their digests: what a phone keeps to open without a network."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import HashedFilesMixin, staticfiles_storage
from django.template.loader import render_to_string
from django.urls import reverse

SHELL = "onboarding/fieldwork/app.html"
_IN_SHEET = re.compile(r"""url\(["']?([^"'()#?]+)""")
_NAMED = re.compile(r'"(/static/[^"?#]+)')
# What a phone needs; sources of icons and the like stay here.
_KEPT = {".js", ".css", ".svg", ".png", ".webp", ".woff2"}


@dataclass(frozen=True)
class AppFile:
    """An address and the SHA-256 (hex) of what is to be found there."""

    address: str
    sha256: str


@dataclass(frozen=True)
class AppVersion:
    """The whole app: `number` changes with any byte of any file."""

    number: str
    files: tuple[AppFile, ...]


def shell() -> str:
    """The app's one page: the same for everybody."""
    return render_to_string(SHELL)


def app_version() -> AppVersion:
    """The app as it is served now; worked out once, except while developing."""
    return _version() if settings.DEBUG else _version_once()


@cache
def _version_once() -> AppVersion:
    return _version()


def _version() -> AppVersion:
    page = shell()
    static: dict[str, bytes] = {}
    waiting = [*_NAMED.findall(page), *_modules()]
    while waiting:
        address = waiting.pop()
        if address not in static:
            static[address] = _content(address)
            waiting += _named_in_sheet(address, static[address])
    contents = {reverse("field_home"): page.encode(), **dict(sorted(static.items()))}
    files = tuple(AppFile(address, hashlib.sha256(content).hexdigest()) for address, content in contents.items())
    number = hashlib.sha256("".join(f"{file.address} {file.sha256}\n" for file in files).encode()).hexdigest()
    return AppVersion(number[:16], files)


def _modules() -> list[str]:
    root = Path(finders.find("field") or settings.BASE_DIR / "static" / "field")
    names = sorted(path.relative_to(root.parent).as_posix() for path in root.rglob("*") if path.suffix in _KEPT)
    return [staticfiles_storage.url(name) for name in names]


def _named_in_sheet(address: str, content: bytes) -> list[str]:
    """The addresses that a style sheet loads."""
    if not address.endswith(".css"):
        return []
    return [urljoin(address, found) for found in _IN_SHEET.findall(content.decode()) if not found.startswith("data:")]


def _content(address: str) -> bytes:
    """What stands behind a static address: the collected file under its hashed name, or the source."""
    name = address.removeprefix(str(settings.STATIC_URL))
    if isinstance(staticfiles_storage, HashedFilesMixin):
        return Path(staticfiles_storage.path(name)).read_bytes()
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(name)
    return Path(found).read_bytes()
