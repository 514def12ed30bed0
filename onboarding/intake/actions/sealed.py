"""Sealed files: what a device could not send, brought by hand. Only the server's key opens them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import DatabaseError, transaction

from core.audit.actions import record
from core.kit import clock
from core.people.queries import Viewer
from onboarding.intake import reading
from onboarding.intake.actions.photos import receive_photo
from onboarding.intake.actions.receiving import receive_submission
from onboarding.intake.envelope import read_json
from onboarding.intake.models import FieldDevice, IntakeKey, IntakePart, Submission
from onboarding.intake.refusals import Invalid, NotTaken, try_again
from onboarding.intake.rules import OFFICERS

MOST_FILE_BYTES = 25_000_000
MOST_PEOPLE = 50
MOST_RECORDS = 2000  # of all people together
# Parsing costs memory by the element, so elements are counted before: a record has one brace and five commas at most.
_MOST_SIGNS = {b"{": MOST_RECORDS + 100, b"[": 100, b",": 6 * MOST_RECORDS + 1000}
_ROOM = threading.BoundedSemaphore(1)
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
_log = logging.getLogger(__name__)
_FAILED = "Máy chủ chưa ghi được bản này. Hãy nhập lại tệp; nếu vẫn vậy, báo người vận hành."
_BROKEN = "Bản ghi này trong tệp bị hỏng hoặc đã bị sửa."


@dataclass
class Imported:
    """What came of a file: counts of submissions and photos newly stored, known before, in conflict; and what was refused,
    each with its sentence. `people` are the names of those whose parts were read, `unproved` the people whose part no open
    app has signed. What was stored has come from `device_id` since `began` (UTC)."""

    device_id: uuid.UUID
    began: datetime
    stored: int = 0
    known: int = 0
    conflicts: int = 0
    refused: list[dict[str, str]] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    unproved: list[int] = field(default_factory=list)
    unproved_names: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The answer of the API."""
        return {"stored": self.stored, "known": self.known, "conflicts": self.conflicts, "refused": self.refused}


@dataclass(frozen=True)
class _Piece:
    """One encrypted record as it stands in the file."""

    kind: str
    submission: uuid.UUID
    sha256: str
    iv: bytes
    data: bytes


def import_sealed(*, raw: bytes, by: Viewer) -> Imported:
    """Take every record of a sealed file the way a device's sending is taken, as its person's; a second time changes
    nothing, and one broken record stops no other. One file at a time. Raises NotTaken (503) while another is read, Invalid
    when it is no sealed file at all."""
    if not _ROOM.acquire(blocking=False):
        raise try_again()
    try:
        return _import(raw, by)
    finally:
        _ROOM.release()


def _import(raw: bytes, by: Viewer) -> Imported:
    if len(raw) > MOST_FILE_BYTES or any(raw.count(sign) > most for sign, most in _MOST_SIGNS.items()):
        raise Invalid("Tệp này quá lớn hoặc có quá nhiều bản ghi. Hãy xuất lại: ứng dụng tự chia thành nhiều tệp.")
    file = read_json(raw)
    if file.get("v") != 1:
        raise Invalid("Đây không phải tệp niêm phong của ứng dụng thực địa. Hãy chọn tệp có đuôi .lensan.")
    device_id = reading.identity(file.get("device"), "mã máy")
    made_at = file.get("made_at")
    people = reading.list_of(file, "people", "người ghi", most=MOST_PEOPLE)
    if not isinstance(made_at, str) or not people:
        raise Invalid("Tệp này không có bản ghi nào. Hãy xuất lại từ ứng dụng.")
    done = Imported(device_id, clock.now())
    try:
        for part in people:
            try:
                _import_part(part, device_id, made_at, by, done)
            except NotTaken as refusal:
                done.refused.append({"submission": "", "reason": refusal.sentence})
    finally:  # what was stored before something broke is on the trail as well
        _note(done, device_id, by)
    return done


@transaction.atomic
def _note(done: Imported, device_id: uuid.UUID, by: Viewer) -> None:
    record(
        "intake.file_imported",
        actor_id=by.user_id,
        object_label=f"device:{device_id}",
        changes={
            "bản ghi và ảnh mới": ("", str(done.stored)),
            "đã có từ trước": ("", str(done.known)),
            "khác nội dung": ("", str(done.conflicts)),
            "không nhận": ("", str(len(done.refused))),
            "không có chữ ký của ứng dụng": ("", ", ".join(map(str, done.unproved)) or "không"),
        },
    )


def _import_part(part: Any, device_id: uuid.UUID, made_at: str, by: Viewer, done: Imported) -> None:
    if not isinstance(part, dict):
        raise Invalid("Một phần của tệp không đọc được.")
    person = reading.needed_number(part, "person", "người ghi")
    is_officer = by.has_role(*OFFICERS)
    if person != by.user_id and not is_officer:
        raise Invalid("Phần này của người khác. Hãy nộp tệp cho cán bộ xã.")
    key = _data_key(part)
    pieces = [_piece(each) for each in reading.list_of(part, "records", "bản ghi", most=MOST_RECORDS)]
    device = FieldDevice.objects.select_related("user").filter(device_id=device_id, user_id=person).first()
    if device is None:
        raise Invalid("Máy này chưa được ghi nhận cho người ghi của phần này. Hãy nộp tệp do đúng máy đó xuất ra.")
    is_proved = _is_proved(part, device, made_at, pieces)
    if not is_proved:
        if not is_officer:
            raise Invalid("Phần này chưa có chữ ký của ứng dụng. Hãy nộp tệp cho cán bộ xã.")
        done.unproved.append(person)
        done.unproved_names.append(str(device.user))
    done.people.append(str(device.user))
    via = Submission.Via.FILE if is_proved else Submission.Via.BARE
    # Envelopes first: photos are checked against them.
    for piece in sorted(pieces, key=lambda each: each.kind != "submission"):
        try:
            _take(piece, _opened(piece, key), person, by, via, done)
        except NotTaken as refusal:
            if refusal.code == "other_bytes":
                done.conflicts += 1
            else:
                done.refused.append({"submission": str(piece.submission), "reason": refusal.sentence})
        except DatabaseError:
            _log.exception("a record of a sealed file could not be stored")
            done.refused.append({"submission": str(piece.submission), "reason": _FAILED})


def _take(piece: _Piece, plain: bytes, person: int, by: Viewer, via: str, done: Imported) -> None:
    if piece.kind == "photo":
        known = Submission.objects.filter(submission_id=piece.submission).exists()
        if not known:
            raise Invalid("Ảnh này không có bản ghi đi cùng trong tệp.")
        before = IntakePart.objects.filter(submission_id=piece.submission, sha256=piece.sha256).exists()
        receive_photo(submission_id=piece.submission, sha256=piece.sha256, raw=plain, by=by, rescued_for=person)
        is_new = not before
    else:
        if read_json(plain).get("submission") != str(piece.submission):
            raise Invalid(_BROKEN)
        is_new = receive_submission(raw=plain, by=by, via=via, rescued_for=person).is_new
    done.stored += is_new
    done.known += not is_new


def _piece(body: Any) -> _Piece:
    if not isinstance(body, dict):
        raise Invalid("Một bản ghi trong tệp không đọc được.")
    kind = reading.choice(body, "kind", "loại", {"submission", "photo"})
    return _Piece(
        kind=kind,
        submission=reading.identity(body.get("submission"), "mã bản gửi"),
        sha256=reading.sha256_of(body.get("sha256")) if kind == "photo" else "",
        iv=_bytes(body.get("iv")),
        data=_bytes(body.get("data")),
    )


def _data_key(part: Mapping[str, Any]) -> bytes:
    row = IntakeKey.objects.filter(pk=reading.needed_number(part, "key", "khóa")).first()
    try:
        if row is None:
            raise ValueError
        private = serialization.load_pem_private_key(row.private_key.encode(), password=None)
        assert isinstance(private, rsa.RSAPrivateKey)
        return private.decrypt(_bytes(part.get("wrapped")), _OAEP)
    except ValueError as error:
        raise Invalid("Máy chủ này không mở được phần này của tệp. Hãy nộp đúng nơi đã cấp máy.") from error


def _opened(piece: _Piece, key: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(piece.iv, piece.data, f"lensan:1:{piece.kind}:{piece.submission}".encode())
    except (InvalidTag, ValueError) as error:
        raise Invalid(_BROKEN) from error


def _is_proved(part: Mapping[str, Any], device: FieldDevice, made_at: str, pieces: list[_Piece]) -> bool:
    """Whether the person's enrolled app has signed this; "" says that it was locked. A wrong signature is refused."""
    if part.get("mac") == "":
        return False
    signature = _bytes(part.get("mac"))
    said = f"lensan-file:1:{device.device_id}:{device.user_id}:{made_at}:" + "".join(
        f"{each.kind}:{each.submission}:{hashlib.sha256(each.data).hexdigest()};" for each in pieces
    )
    wanted = hmac.new(base64.b64decode(device.secret), said.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(wanted, signature):
        raise Invalid("Chữ ký của phần này không đúng: tệp đã bị sửa. Hãy xuất lại từ máy.")
    return True


def _bytes(value: Any) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except ValueError as error:
        raise Invalid(_BROKEN) from error
