"""A zip of pictures, looked into where it lies: never unpacked to disk, each entry read to a bound, nothing believed of
what the archive says about itself. Pure, but for reading the file.

A picture is known by its file name alone or with the folder before it, without regard to upper and lower case or to how the
letters are composed; two different pictures of one name are neither.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from core.files.headers import HeaderRefused, checked_kind
from core.files.pipeline import MAX_BYTES, PhotoRefused
from core.imports.contract import AttachmentRefused
from core.kit.text import squeeze

ARCHIVE_BYTES_MAXIMUM = 300_000_000
UNPACKED_BYTES_MAXIMUM = 600_000_000
ENTRIES_MAXIMUM = 20_000
DIRECTORY_BYTES_MAXIMUM = 8_000_000
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")
NO_ZIP = "Tệp này không phải tệp zip, hoặc đã hỏng. Hãy nén các ảnh lại thành một tệp .zip rồi gửi."
TOO_LARGE = "Tệp zip này chứa quá nhiều: nhiều nhất 20.000 tệp và 600 MB khi mở ra. Hãy chia thành vài tệp nhỏ hơn."
TOO_HEAVY = "Tệp zip này nặng quá 300 MB. Hãy chia ảnh thành vài tệp, gửi từng phần cùng các dòng của nó."
NO_PICTURES = "Không thấy ảnh nào trong tệp zip này. Hãy nén chính các tệp ảnh, không nén một tệp nén khác."
LOCKED, SEVERAL, PACKED = "locked", "several", "packed"
_SENTENCES = {
    PACKED: "Ảnh này được nén theo cách hệ thống không mở. Hãy nén lại thành tệp .zip thường.",
    LOCKED: "Ảnh này có mật khẩu trong tệp zip. Hãy nén lại, không đặt mật khẩu.",
    SEVERAL: "Trong tệp zip có nhiều ảnh khác nhau cùng tên này. Hãy đổi tên một ảnh, trong zip và trong bảng.",
}
_END = struct.Struct("<4s4H2LH")
_UTF8_NAMES = 0x800
_ENCRYPTED = 0x1
_LOCAL_HEADER_BYTES = 30  # without the name
# Only of these does the reader unpack no more at once than it was asked for: a few hundred bytes of the others are a gigabyte.
_PACKINGS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_PIECE = 65_536
# What the reader raises over an archive that is damaged or lies.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, LookupError, OverflowError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One picture: its number in the archive's directory, the digest of its bytes, and why it can be none ("" when it may)."""

    number: int
    digest: str
    problem: str = ""

    @property
    def sentence(self) -> str:
        """Why it cannot be used, for people; "" when it can."""
        return problem_sentence(self.problem) if self.problem else ""


Index = dict[str, Entry]


def name_key(written: str) -> str:
    """What a file name is compared by."""
    return squeeze(written.replace("\\", "/").strip("/ ")).casefold()


def problem_sentence(code: str) -> str:
    """A code of ours or of the photo pipeline as a sentence."""
    return _SENTENCES.get(code) or str(PhotoRefused(code))


def index_of(file: IO[bytes]) -> Index:
    """The pictures of an archive by the keys of their names. Every one is read once, to a bound. Raises AttachmentRefused."""
    size = file.seek(0, os.SEEK_END)
    if size > ARCHIVE_BYTES_MAXIMUM:
        raise AttachmentRefused(TOO_HEAVY)
    _check_directory(file, size)
    try:
        with zipfile.ZipFile(file) as archive:
            found = _read_all(archive)
    except _DAMAGE as error:
        raise AttachmentRefused(NO_ZIP) from error
    if not found:
        raise AttachmentRefused(NO_PICTURES)
    return found


def picture_bytes(archive: zipfile.ZipFile, number: int) -> bytes:
    """The bytes of one entry, at most one more than a photo may have. Raises PhotoRefused for a damaged one."""
    return b"".join(_pieces(archive, number))


def told(index: Index) -> str:
    """The index as it is kept."""
    return json.dumps(
        {key: [each.number, each.digest, each.problem] for key, each in index.items()}, ensure_ascii=False
    )


def revived(facts: str) -> Index:
    """The index as it was kept."""
    return {key: Entry(*each) for key, each in json.loads(facts or "{}").items()}


def _check_directory(file: IO[bytes], size: int) -> None:
    """A directory of millions of entries fits into a small archive, and whoever opens it makes an object of each."""
    tail_bytes = min(size, _END.size + 65_535 + 20)
    file.seek(size - tail_bytes)
    tail = file.read(tail_bytes)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise AttachmentRefused(NO_ZIP)
    _, _, _, _, entries, directory_bytes, _, _ = _END.unpack_from(tail, at)
    # The large form of the directory may say other numbers, and an archive of this size has no need of it.
    is_large_form = b"PK\x06\x07" in tail
    if is_large_form or entries > ENTRIES_MAXIMUM or directory_bytes > DIRECTORY_BYTES_MAXIMUM:
        raise AttachmentRefused(TOO_LARGE)
    file.seek(0)


def _read_all(archive: zipfile.ZipFile) -> Index:
    entries = archive.infolist()
    if len(entries) > ENTRIES_MAXIMUM:
        raise AttachmentRefused(TOO_LARGE)
    _check_apart(entries, archive.start_dir)
    room, found = UNPACKED_BYTES_MAXIMUM, Index()
    for number, entry in enumerate(entries):
        name = _name_of(entry)
        if _is_beside_the_point(entry, name):
            continue
        read, room = _looked_at(archive, number, entry, room)
        for key in {name_key(name), name_key(name.rpartition("/")[2])}:
            known = found.setdefault(key, read)
            if known.digest != read.digest:
                found[key] = Entry(number, "", SEVERAL)
    return found


def _check_apart(entries: list[zipfile.ZipInfo], directory_at: int) -> None:
    """Entries that lie in one another unpack the same few bytes again and again; no program makes them."""
    begins = [*sorted((entry.header_offset, entry.compress_size) for entry in entries), (directory_at, 0)]
    for (begin, size), (following, _) in itertools.pairwise(begins):
        if begin < 0 or begin + _LOCAL_HEADER_BYTES + size > following:
            raise AttachmentRefused(NO_ZIP)


def _name_of(entry: zipfile.ZipInfo) -> str:
    """The name, slashes forward. Programs that do not say that their names are UTF-8 mostly write it all the same."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAMES:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _is_beside_the_point(entry: zipfile.ZipInfo, name: str) -> bool:
    """Folders, links, what macOS and Windows lay beside pictures, and everything that is not called a picture."""
    last = name.rpartition("/")[2]
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    hidden = last.startswith(".") or name.startswith("__MACOSX/")
    return entry.is_dir() or is_link or hidden or not last.lower().endswith(ENDINGS)


def _looked_at(archive: zipfile.ZipFile, number: int, entry: zipfile.ZipInfo, room: int) -> tuple[Entry, int]:
    """The entry, and how many bytes may still be unpacked. Raises AttachmentRefused when it was too many."""
    unread = f"entry {number}"  # two that cannot be read are not the same
    if entry.flag_bits & _ENCRYPTED:
        return Entry(number, unread, LOCKED), room
    if entry.compress_type not in _PACKINGS:
        return Entry(number, unread, PACKED), room
    pieces: list[bytes] = []
    try:
        for piece in _pieces(archive, number):
            pieces.append(piece)
            room = _less(room, len(piece))
    except PhotoRefused as refused:
        return Entry(number, unread, refused.code), _less(room, _PIECE)  # the last piece was unpacked and is not seen
    raw = b"".join(pieces)
    if len(raw) > MAX_BYTES:
        return Entry(number, unread, "too_heavy"), room
    digest = hashlib.sha256(raw).hexdigest()
    try:
        checked_kind(raw)
    except HeaderRefused as refused:
        return Entry(number, digest, refused.code), room
    return Entry(number, digest), room


def _less(room: int, unpacked: int) -> int:
    if unpacked > room:
        raise AttachmentRefused(TOO_LARGE)
    return room - unpacked


def _pieces(archive: zipfile.ZipFile, number: int) -> Iterator[bytes]:
    left = MAX_BYTES + 1
    try:
        entry = archive.infolist()[number]
        if entry.compress_type not in _PACKINGS:
            raise PhotoRefused("unreadable")
        with archive.open(entry) as stream:
            while left and (piece := stream.read(min(left, _PIECE))):
                left -= len(piece)
                yield piece
    except _DAMAGE as error:
        raise PhotoRefused("unreadable") from error
