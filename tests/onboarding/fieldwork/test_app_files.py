"""The field app on a phone is of one version: hashed modules that import each other, and a service worker that knows them all."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.test import Client

from config.static_files import FieldModuleStorage
from onboarding.fieldwork import app_files
from onboarding.fieldwork.app_files import app_version, shell

ROOT = Path(__file__).resolve().parents[3]
IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?["'](\.[^"']+)["'];""", re.MULTILINE)


def listed(text: str) -> dict[str, str]:
    """The files of a service worker: {address: SHA-256}."""
    found = re.search(r"const FILES = new Map\((.*)\);", text)
    assert found
    return dict(json.loads(found[1]))


@pytest.mark.django_db
def test_the_service_worker_lists_every_file_with_its_digest(client: Client) -> None:
    answer = client.get("/thuc-dia/sw.js")
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    files = listed(answer.content.decode())
    assert next(iter(files)) == "/thuc-dia/"
    assert files.pop("/thuc-dia/") == hashlib.sha256(shell().encode()).hexdigest()
    names = {path.relative_to(ROOT / "static").as_posix() for path in (ROOT / "static" / "field").rglob("*.js")}
    assert {f"/static/{name}" for name in names} <= set(files)
    for address, digest in files.items():
        found = finders.find(address.removeprefix("/static/"))
        assert found and hashlib.sha256(Path(found).read_bytes()).hexdigest() == digest, address
    assert not [address for address in files if address.startswith("/api")]


@pytest.mark.django_db
def test_any_changed_byte_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = app_version().number
    app_files._version_once.cache_clear()
    real = app_files._content
    monkeypatch.setattr(app_files, "_content", lambda address: real(address) + b" " * address.endswith("engine.js"))
    assert app_version().number != before
    app_files._version_once.cache_clear()


def collect(folder: Path, changed: dict[str, str] | None = None) -> dict[str, str]:
    """The field app's files through the production storage: {plain name: hashed name}."""
    source, target = StaticFilesStorage(location=ROOT / "static"), FieldModuleStorage(location=folder)
    names = [path.relative_to(ROOT / "static").as_posix() for path in (ROOT / "static" / "field").rglob("*.js")]
    for name in names:
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text((changed or {}).get(name) or source.open(name).read().decode())
    paths: dict[str, Any] = {name: (target, name) for name in names}
    results = list(target.post_process(paths))
    assert [result for result in results if isinstance(result[2], Exception)] == []
    hashed: dict[str, str] = target.hashed_files
    return {name: hashed[name] for name in names}


def test_in_production_modules_import_each_other_by_hashed_names(tmp_path: Path) -> None:
    hashed = collect(tmp_path)
    seen = 0
    for name in hashed.values():
        module = tmp_path / name
        for imported in IMPORT.findall(module.read_text()):
            seen += 1
            there = (module.parent / imported).resolve().relative_to(tmp_path).as_posix()
            assert there in hashed.values(), f"{name} imports {imported}"
    assert seen > 20


def test_a_changed_module_renames_all_that_lead_to_it(tmp_path: Path) -> None:
    before = collect(tmp_path / "before")
    store = (ROOT / "static" / "field" / "store.js").read_text() + "\n// changed\n"
    after = collect(tmp_path / "after", {"field/store.js": store})
    assert before["field/engine.js"] != after["field/engine.js"]
    assert before["field/photos.js"] == after["field/photos.js"]
