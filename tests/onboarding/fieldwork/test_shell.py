"""The field app's page: the same for everybody, nothing of anybody in it, small on the wire."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from tests.people import People, make_producer

# Over the wire, all the app loads the first time: 150 KB; the screens with style sheets, icons and page have this much of it.
SCREENS_LIMIT = 90_000
ENGINE = {
    "bundle.js", "drafts.js", "engine.js", "envelope.js", "http.js", "photos.js", "queue.js", "seal.js", "store.js", "sync.js",
    "update.js", "vault.js", "wiping.js",
}  # fmt: skip


def source(address: str) -> Path:
    found = finders.find(address.removeprefix("/static/"))
    assert found, address
    return Path(found)


def test_the_shell_is_the_same_for_everybody(client: Client, people: People) -> None:
    make_producer("Hộ Hồ Văn Lý", people.hamlet)
    nobody = client.get("/thuc-dia/")
    client.force_login(people.users["hanh"])
    signed_in = client.get("/thuc-dia/")
    assert (nobody.status_code, signed_in.status_code) == (200, 200)
    assert nobody.content == signed_in.content
    assert b"csrf" not in nobody.content and "Hanh" not in nobody.content.decode()
    assert (nobody["Cache-Control"], nobody.cookies.keys()) == ("no-cache", signed_in.cookies.keys())


def test_the_manifest_installs_the_app_with_icons_that_are_there(client: Client) -> None:
    answer = client.get("/thuc-dia/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    found = json.loads(answer.content)
    assert (found["start_url"], found["scope"], found["display"]) == ("/thuc-dia/", "/thuc-dia/", "standalone")
    assert (found["lang"], found["short_name"]) == ("vi", "Thực địa")
    drawn = [icon for icon in found["icons"] if icon["type"] == "image/png"]
    assert {(icon["sizes"], icon["purpose"]) for icon in drawn} == {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    for icon in drawn:
        with Image.open(source(icon["src"])) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]
    assert 'rel="manifest" href="/thuc-dia/manifest.webmanifest"' in client.get("/thuc-dia/").content.decode()


def test_the_screens_fit_on_the_wire(client: Client) -> None:
    page = client.get("/thuc-dia/").content
    named = {source(address) for address in re.findall(r'"(/static/[^"?#]+)', page.decode())}
    root = source("field/app.js").parent
    own = {path for path in root.rglob("*") if path.suffix in {".js", ".css", ".png"} and path.name not in ENGINE}
    sizes = {path.name: len(gzip.compress(path.read_bytes(), 9)) for path in named | own}
    assert {"app.js", "register.js", "field.css", "icons.svg", "icon-512.png"} <= set(sizes)
    assert sum(sizes.values()) + len(gzip.compress(page, 9)) <= SCREENS_LIMIT, sizes


def test_no_screen_writes_markup_from_data() -> None:
    root = source("field/app.js").parent
    for path in root.rglob("*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", path.read_text()), path
