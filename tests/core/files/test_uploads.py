"""Requests that are too heavy: what is beyond the limits takes no room, and the answer says what to do."""

from __future__ import annotations

import errno
import io
import os
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client, RequestFactory

from core.files.forms import UploadField
from core.files.models import Photo
from core.files.sheets import SheetRefused, check_sheet_upload
from core.files.uploads import MAX_FILE_BYTES, MAX_REQUEST_BYTES, SENTENCES, RefusedUpload, UploadRefused, shown_name
from core.imports.forms import StartForm
from market.platforms.desk.forms import ResultForm
from tests.core.files.nasty import jpeg
from tests.people import People, make_listing, make_shop

BOUNDARY = "ranh-gioi"
BIG = b"\0" * (MAX_FILE_BYTES + 1)


REQUESTS: list[Any] = []


@pytest.fixture(autouse=True)
def room(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """Where large uploads wait."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(folder)
    yield folder
    while REQUESTS:
        REQUESTS.pop().close()


class Stream(io.RawIOBase):
    """A request body made while it is read, that remembers how much room the server took meanwhile."""

    def __init__(self, parts: list[tuple[str, str, int]], folder: Path) -> None:
        self.pieces = self._pieces(parts)
        self.rest = b""
        self.folder, self.most, self.read_bytes = folder, 0, 0
        self.length = sum(len(piece) for piece in self._pieces(parts))

    @staticmethod
    def _pieces(parts: list[tuple[str, str, int]]) -> Any:
        for field, name, size in parts:
            yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'.encode()
            for start in range(0, size, 1_000_000):
                yield b"\xff" * min(1_000_000, size - start)
            yield b"\r\n"
        yield f"--{BOUNDARY}--\r\n".encode()

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and (piece := next(self.pieces, None)) is not None:
            self.rest += piece
        given, self.rest = self.rest[:size], self.rest[size:]
        self.read_bytes += len(given)
        self.most = max(self.most, sum(path.stat().st_size for path in self.folder.iterdir()))
        return given


def post(stream: Stream, path: str = "/") -> Any:
    request = RequestFactory().generic(
        "POST", path,
        CONTENT_TYPE=f"multipart/form-data; boundary={BOUNDARY}", CONTENT_LENGTH=str(stream.length), **{"wsgi.input": stream},
    )  # fmt: skip
    REQUESTS.append(request)
    return request


def test_a_file_over_the_limit_takes_no_room_and_the_others_stay(room: Path) -> None:
    stream = Stream(
        [("photos", "a.jpg", 3_000_000), ("photos", "b.jpg", 90_000_000), ("photos", "c.jpg", 4_000_000)], room
    )
    tracemalloc.start()
    files = post(stream).FILES.getlist("photos")
    most_memory = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(file.name, file.size, type(file)) for file in files] == [
        ("a.jpg", 3_000_000, TemporaryUploadedFile),
        ("b.jpg", 90_000_000, RefusedUpload),
        ("c.jpg", 4_000_000, TemporaryUploadedFile),
    ]
    assert stream.most <= 3_000_000 + MAX_FILE_BYTES and most_memory < 10_000_000
    with pytest.raises(UploadRefused, match="nặng quá 15 MB"):
        files[1].read()
    assert files[2].read() == b"\xff" * 4_000_000


def test_the_limit_itself_is_allowed(room: Path) -> None:
    (file,) = post(Stream([("photos", "a.jpg", MAX_FILE_BYTES)], room)).FILES.getlist("photos")
    assert type(file) is TemporaryUploadedFile and len(file.read()) == MAX_FILE_BYTES


def test_twenty_one_files_are_one_too_many(room: Path) -> None:
    files = post(Stream([("photos", f"{n}.jpg", 200_000) for n in range(21)], room)).FILES.getlist("photos")
    assert [type(file) for file in files] == [TemporaryUploadedFile] * 20 + [RefusedUpload]
    with pytest.raises(UploadRefused, match="quá 20 tệp"):
        files[20].read()


@pytest.mark.parametrize("step", ["new_file", "receive_data_chunk", "file_complete"])
def test_a_full_disk_while_receiving(room: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    real, calls = getattr(TemporaryFileUploadHandler, step), 0

    def full(self: Any, *args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > (1 if step != "receive_data_chunk" else 50):
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, *args, **options)

    monkeypatch.setattr(TemporaryFileUploadHandler, step, full)
    first, second = post(Stream([("a", "a.jpg", 3_000_000), ("b", "b.jpg", 3_000_000)], room)).FILES.values()
    assert (type(first), type(second)) == (TemporaryUploadedFile, RefusedUpload)
    assert len(first.read()) == 3_000_000
    with pytest.raises(UploadRefused, match="hết chỗ"):
        second.read()
    assert len(list(room.iterdir())) == 1


def test_another_fault_of_the_disk_is_not_hidden(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", broken)
    with pytest.raises(OSError, match="Input/output"):
        _ = post(Stream([("a", "a.jpg", 3_000_000)], room)).FILES


class Untouchable(io.RawIOBase):
    def read(self, size: int = -1) -> bytes:
        raise AssertionError("a body nobody wants was read")


@pytest.mark.parametrize("length", [MAX_REQUEST_BYTES + 1, 2_000_000_000, "-5", "1e3"])
def test_a_request_over_the_limit_is_answered_unread(client: Client, db: None, length: object) -> None:
    body = {"wsgi.input": Untouchable(), "CONTENT_LENGTH": str(length)}
    answer = client.generic("POST", "/nguoi-ban/", b"", "multipart/form-data; boundary=x", **body)
    assert answer.status_code == 413
    assert "nặng quá 125 MB. Hãy gửi ít tệp hơn" in answer.content.decode()
    asked = client.generic("POST", "/api/v1/search", b"", "application/json", **body)
    assert (asked.status_code, asked["Content-Type"]) == (413, "application/json")


def test_a_refused_file_on_the_form(people: People, client: Client) -> None:
    """An error on the photo, the other photo is kept, the listing is not written."""
    listing = make_listing(make_shop(people))
    before = (listing.name, Photo.objects.count())
    client.force_login(people.users["an"])
    files = [
        SimpleUploadedFile("nang\u202egpj.jpg", BIG, "image/jpeg"),
        SimpleUploadedFile("tot.jpg", jpeg(), "image/jpeg"),
    ]
    answer = client.post(f"/nguoi-ban/san-pham/{listing.sku}/", {"name": "Tên khác", "photos": files})
    if answer.status_code == 404:  # the address is the market's own affair
        pytest.fail("the listing form has moved")
    assert (
        "nanggpj.jpg: Ảnh này nặng quá 15 MB. Hãy chụp lại hoặc chọn ảnh khác."
        in answer.context["form"].errors["photos"]
    )
    listing.refresh_from_db()
    assert (listing.name, Photo.objects.count()) == (before[0], before[1] + 1)


def test_a_sheet_over_the_limit() -> None:
    with pytest.raises(SheetRefused) as refused:
        check_sheet_upload(RefusedUpload("bang.xlsx", 16_000_000, "too_heavy"))
    assert refused.value.code == "too_heavy" and "10 MB" in str(refused.value)


def test_a_form_says_why_a_file_was_thrown_away() -> None:
    class Form(forms.Form):
        file = UploadField()

    form = Form({}, {"file": RefusedUpload("bang.xlsx", 100, "no_room")})
    assert form.errors == {"file": [SENTENCES["no_room"]]}
    assert Form({}, {"file": SimpleUploadedFile("bang.csv", b"a,b")}).is_valid()


def test_every_form_for_sheets_has_that_field() -> None:
    assert isinstance(ResultForm().fields["file"], UploadField)
    kinds = [field for field in StartForm.base_fields.values() if isinstance(field, forms.FileField)]
    assert kinds and all(isinstance(field, UploadField) for field in kinds)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\r\nb\tc.jpg", "a b c.jpg"),
        ("x" * 300, "x" * 60),
        ("\u200b", "tệp không tên"),
    ],
)
def test_a_name_in_a_sentence(name: str, shown: str) -> None:
    assert shown_name(SimpleUploadedFile(name, b"")) == shown


def test_who_forgets_to_ask_gets_a_400() -> None:
    refused = RefusedUpload("a.jpg", 1, "too_heavy")
    for read in (refused.read, refused.open, lambda: list(refused.chunks())):
        with pytest.raises(UploadRefused):
            read()


def test_temporary_files_go_away_with_the_request(room: Path) -> None:
    request = post(Stream([("a", "a.jpg", 3_000_000), ("b", "b.jpg", 20_000_000)], room))
    assert len(request.FILES) == 2 and len(list(room.iterdir())) == 1
    request.close()
    assert list(room.iterdir()) == []
    assert tempfile.gettempdir() != str(room) and os.path.isdir(room)
