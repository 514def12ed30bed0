"""The envelope around every submission: who, when, about what; and in it the body of a form."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from onboarding.intake import reading
from onboarding.intake.models import RecordKind
from onboarding.intake.refusals import Invalid
from onboarding.intake.registry import FormVersion, form_version

VERSION = 1
MOST_BYTES = 64 * 1024
MOST_PHOTOS = 12
_FRAME = frozenset(
    {"v", "submission", "record", "kind", "form", "op", "sequence", "device", "hamlet", "entered_by", "entered_at"}
)


@dataclass(frozen=True)
class Envelope:
    """What stands outside, parsed; `said` is what the form's parser made of the body. `sha256` is of the exact bytes;
    moments are aware UTC by the device's clock."""

    submission: uuid.UUID
    record: uuid.UUID
    kind: str
    form: FormVersion
    op: str
    sequence: int
    device: uuid.UUID
    hamlet: int
    entered_by: int
    entered_at: datetime
    photos: tuple[str, ...]
    said: Any
    sha256: str

    @property
    def is_create(self) -> bool:
        """Whether it begins its record."""
        return self.op == "create"


def read_json(raw: bytes) -> dict[str, Any]:
    """The object in these bytes. Raises Invalid."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
        if b"\\ud" in raw.lower():
            json.dumps(body, ensure_ascii=False).encode()  # half a character cannot be stored
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Invalid("Nội dung gửi lên không đọc được. Hãy cập nhật ứng dụng.")
    return body


def read_envelope(raw: bytes) -> Envelope:
    """The parsed envelope, with the body read by the parser of its form version. Raises Invalid."""
    body = read_json(raw)
    if body.get("v") != VERSION or isinstance(body.get("v"), bool):
        raise Invalid("Máy chủ không biết phiên bản này. Hãy cập nhật ứng dụng.")
    form = form_version(reading.text(body, "form", "mẫu ghi", most=20, least=1))
    kind = reading.choice(body, "kind", "loại bản ghi", RecordKind.values)
    op = reading.choice(body, "op", "việc làm", {"create", "edit"})
    if form.kind != kind:
        raise Invalid("Mẫu ghi không hợp với loại bản ghi. Hãy cập nhật ứng dụng.")
    if op == "edit" and kind != RecordKind.HOUSEHOLD:
        raise Invalid("Lượt đến nhà và buổi tập huấn gửi rồi thì không sửa được. Hãy ghi bản mới.")
    photos = [reading.sha256_of(each) for each in reading.list_of(body, "photos", "ảnh", most=MOST_PHOTOS)]
    if len(set(photos)) != len(photos) or (photos and kind != RecordKind.HOUSEHOLD):
        raise Invalid("Danh sách ảnh không đúng. Hãy cập nhật ứng dụng.")
    return Envelope(
        submission=reading.identity(body.get("submission"), "mã bản gửi"),
        record=reading.identity(body.get("record"), "mã bản ghi"),
        kind=kind,
        form=form,
        op=op,
        sequence=reading.needed_number(body, "sequence", "số thứ tự", most=1_000_000),
        device=reading.identity(body.get("device"), "mã máy"),
        hamlet=reading.needed_number(body, "hamlet", "thôn, ấp"),
        entered_by=reading.needed_number(body, "entered_by", "người ghi"),
        entered_at=reading.moment(body, "entered_at", "thời điểm ghi"),
        photos=tuple(photos),
        said=form.parse({name: value for name, value in body.items() if name not in _FRAME | {"photos"}} | {"op": op}),
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def _no_constant(name: str) -> Any:
    raise ValueError(name)
