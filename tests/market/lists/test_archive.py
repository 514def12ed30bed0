"""A zip of pictures from outside: odd names are found, everything that is meant to hurt is refused or passed over."""

from __future__ import annotations

import bz2
import contextlib
import io
import lzma
import struct
import tracemalloc
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.imports.contract import AttachmentRefused
from market.lists import archive
from market.lists.archive import NO_PICTURES, NO_ZIP, PACKED, SEVERAL, TOO_LARGE, index_of, name_key, revived, told
from tests.market.lists.conftest import picture, zipped


def problems(pictures: Any, **options: Any) -> dict[str, str]:
    """What became of each name."""
    return {key: entry.problem for key, entry in index_of(io.BytesIO(zipped(pictures, **options))).items()}


def test_a_picture_is_known_by_its_name_in_any_case_and_composition_and_with_its_folder() -> None:
    name = unicodedata.normalize("NFD", "Ảnh/Hạt Điều.JPG")
    found = index_of(io.BytesIO(zipped({name: picture(1)})))
    assert sorted(found) == sorted([name_key("ảnh/hạt điều.jpg"), name_key("HẠT ĐIỀU.jpg")])
    assert revived(told(found)) == found


def test_names_in_utf8_that_do_not_say_so_are_read() -> None:
    content = zipped({"Hat dieu.jpg": picture(1)}).replace(b"Hat dieu.jpg", "Hạtdiu.jpg".encode())
    assert name_key("hạtdiu.jpg") in index_of(io.BytesIO(content))


def test_what_systems_lay_beside_pictures_is_passed_over() -> None:
    link = zipfile.ZipInfo("link.jpg")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO(zipped({
        "a.jpg": picture(1), "__MACOSX/._a.jpg": b"x", ".DS_Store": b"x", "._b.jpg": b"x", "Thumbs.db": b"x", "doc.txt": b"x",
        "trong.zip": zipped({"b.jpg": picture(2)}), "folder/": b"",
    }))  # fmt: skip
    with zipfile.ZipFile(out, "a") as more:
        more.writestr(link, "/etc/passwd")
    assert list(index_of(out)) == ["a.jpg"]


def test_names_that_lead_outside_are_only_names(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = problems({"../../ngoai.jpg": picture(1), "/etc/goc.jpg": picture(2), "c:\\win.jpg": picture(3)})
    assert {"ngoai.jpg", "goc.jpg", "win.jpg"} <= set(found) and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"), (b"MZ\x90\x00 no picture", "no_photo"), (b"<svg/>", "no_photo"),
        (zipped({"b.jpg": picture(2)}), "no_photo"), (picture(4, (4, 4)), "too_small"),
    ],
)  # fmt: skip
def test_what_is_called_a_picture_and_is_none_has_the_pipelines_reason(content: bytes, problem: str) -> None:
    found = problems({"a.jpg": content, "b.jpg": picture(1)})
    assert found == {"a.jpg": problem, "b.jpg": ""}
    assert archive.problem_sentence(problem).endswith(".")


def test_two_pictures_of_one_name_are_neither_and_the_same_twice_is_one() -> None:
    assert problems({"x/a.jpg": picture(1), "y/A.JPG": picture(2)}) == {
        "x/a.jpg": "", "y/a.jpg": "", "a.jpg": SEVERAL,
    }  # fmt: skip
    assert problems({"x/a.jpg": picture(1), "y/a.jpg": picture(1)})["a.jpg"] == ""


def test_a_locked_picture_says_so() -> None:
    content = bytearray(zipped({"a.jpg": picture(1)}))
    at = content.rfind(b"PK\x01\x02")
    for place in (6, at + 8):
        content[place] |= 1
    assert index_of(io.BytesIO(bytes(content)))["a.jpg"].problem == "locked"


@pytest.mark.parametrize("content", [b"", b"PK", b"Rar!\x1a\x07", zipped({"a.jpg": picture(1)})[:-30]])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    with pytest.raises(AttachmentRefused, match=NO_ZIP[:20]):
        index_of(io.BytesIO(content))


def test_a_zip_without_pictures_is_refused() -> None:
    with pytest.raises(AttachmentRefused, match=NO_PICTURES[:20]):
        index_of(io.BytesIO(zipped({"a.txt": b"x", "b.zip": b"y"})))


def test_a_bomb_is_read_to_a_bound_and_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "UNPACKED_BYTES_MAXIMUM", 40_000_000)
    bomb = {f"{number}.jpg": bytes(16_000_000) for number in range(4)}
    packed = zipped(bomb, compression=zipfile.ZIP_DEFLATED)
    assert len(packed) < 200_000
    assert problems({"0.jpg": bytes(16_000_000)}, compression=zipfile.ZIP_DEFLATED) == {"0.jpg": "too_heavy"}
    with pytest.raises(AttachmentRefused, match=TOO_LARGE[:20]):
        index_of(io.BytesIO(packed))


def crafted(entries: list[tuple[str, int, bytes, int, int]], *, at: int | None = None) -> bytes:
    """A zip by hand of (name, packing, packed bytes, checksum, bytes it says it unpacks to). `at`: where the directory says
    that every one begins."""
    body, directory = b"", b""
    for name, packing, packed, checksum, size in entries:
        facts = struct.pack("<5H3L2H", 20, 0, packing, 0, 33, checksum, len(packed), size, len(name), 0)
        offset = len(body) if at is None else at
        directory += b"PK\x01\x02\x14\0" + facts + struct.pack("<3H2L", 0, 0, 0, 0, offset) + name.encode()
        if at is None or not body:
            body += b"PK\x03\x04" + facts + name.encode() + packed
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, len(entries), len(entries), len(directory), len(body), 0)
    return body + directory + end


@contextlib.contextmanager
def memory_below(maximum: int) -> Iterator[None]:
    """At no moment more bytes are taken than this."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < maximum
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("packing", "pack"), [(zipfile.ZIP_BZIP2, bz2.compress), (zipfile.ZIP_LZMA, lzma.compress)])
def test_packings_that_unpack_without_bound_are_never_opened(packing: int, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(bytes(100_000_000))
    bomb = crafted([("a.jpg", packing, packed, 0, 100_000_000)])
    assert len(bomb) < 20_000
    with memory_below(5_000_000):
        found = index_of(io.BytesIO(bomb))
        with zipfile.ZipFile(io.BytesIO(bomb)) as opened, pytest.raises(archive.PhotoRefused):
            archive.picture_bytes(opened, 0)
    assert found["a.jpg"].problem == PACKED and found["a.jpg"].sentence.endswith("tệp .zip thường.")


def test_a_damaged_lzma_entry_breaks_nothing() -> None:
    content = bytearray(zipped({"a.jpg": b"x" * 5000, "b.jpg": picture(1)}, compression=zipfile.ZIP_LZMA))
    for at in range(60, 75):
        content[at] ^= 0x5A
    assert index_of(io.BytesIO(bytes(content)))["a.jpg"].problem == PACKED


def test_what_fails_at_its_end_was_unpacked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "UNPACKED_BYTES_MAXIMUM", 20_000_000)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(6_000_000)) + packer.flush()
    wrong = [(f"{number}.jpg", zipfile.ZIP_DEFLATED, packed, 1, 6_000_000) for number in range(4)]
    assert {each.problem for each in index_of(io.BytesIO(crafted(wrong[:3]))).values()} == {"unreadable"}
    with memory_below(30_000_000), pytest.raises(AttachmentRefused, match=TOO_LARGE[:20]):
        index_of(io.BytesIO(crafted(wrong)))


def test_entries_that_lie_in_one_another_are_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_pieces", None)
    packed = zlib.compress(bytes(1_000_000), 9)[2:-4]
    one = ("a.jpg", zipfile.ZIP_DEFLATED, packed, 1, 1_000_000)
    for entries, at in (([one] * 60, 0), ([one], 7), ([one], 5_000)):
        with pytest.raises(AttachmentRefused, match=NO_ZIP[:20]):
            index_of(io.BytesIO(crafted(entries, at=at)))


def test_a_zip_damaged_at_any_place_is_refused_or_read_and_never_breaks() -> None:
    content = zipped({"a.jpg": b"x" * 50, "b.jpg": b"y" * 9}, compression=zipfile.ZIP_DEFLATED)
    for at in range(len(content)):
        for value in (0, 0x7F, 0xFF, content[at] ^ 1):
            with contextlib.suppress(AttachmentRefused):
                index_of(io.BytesIO(content[:at] + bytes([value]) + content[at + 1 :]))


def test_a_directory_without_end_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    monkeypatch.setattr(archive.zipfile, "ZipFile", lambda *_: opened.append(1))
    end = struct.Struct("<4s4H2LH")
    tails = [
        end.pack(b"PK\x05\x06", 0, 0, 65_000, 65_000, 100, 0, 0),
        end.pack(b"PK\x05\x06", 0, 0, 1, 1, 200_000_000, 0, 0),
        b"PK\x06\x07" + bytes(16) + end.pack(b"PK\x05\x06", 0, 0, 1, 1, 46, 0, 0),
    ]
    for tail in tails:
        with pytest.raises(AttachmentRefused, match=TOO_LARGE[:20]):
            index_of(io.BytesIO(bytes(100) + tail))
    assert opened == []


def test_a_zip_that_is_too_heavy_is_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "ARCHIVE_BYTES_MAXIMUM", 100)
    with pytest.raises(AttachmentRefused, match="300 MB"):
        index_of(io.BytesIO(zipped({"a.jpg": picture(1)})))
