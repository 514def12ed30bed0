"""Making a frame, signing it as a second person, replacing it with a reason, taking back one that waits."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from core.audit.actions import record
from core.events.registry import emit
from core.kit import clock
from core.kit.bulk import insert_many
from core.kit.text import squeeze
from core.people.queries import Viewer
from core.places.models import Unit
from ocop.frames.events import FrameSigned
from ocop.frames.models import Frame, FrameHousehold
from ocop.frames.queries import is_untouched, living_in
from ocop.frames.rules import can_cancel, can_make, can_sign, digest, years_open

MAX_DOCUMENT, MAX_REASON, NAMED = 200, 300, 10


class FrameRefused(ValueError):
    """The frame cannot be made, signed or taken back so; the message is a Vietnamese sentence with what to do."""


@transaction.atomic
def make_frame(
    *, unit: Unit, year: int, source: str, document: str, by: Viewer, household_ids: Collection[int] | None = None
) -> Frame:
    """List the households that the rate of a commune and year is measured against: those registered there that live today,
    or those of them with these numbers. It counts once somebody else has signed it.

    `source` is one of `Frame.Source`, `document` the list or decision it follows. Raises PermissionError, FrameRefused.
    """
    unit = _locked(unit)
    if not can_make(by, unit):
        raise PermissionError
    if _in_force(unit, year) is not None:
        raise FrameRefused("Xã đã có mẫu số của năm này. Muốn đổi, hãy lập mẫu số thay thế và ghi lý do.")
    return _make(unit, year, source, document, by, household_ids)


@transaction.atomic
def replace_frame(
    *, frame: Frame, source: str, document: str, reason: str, by: Viewer, household_ids: Collection[int] | None = None
) -> Frame:
    """List the households anew, for a reason people can read. The old frame holds until this one is signed, and its rate
    stays beside the new one's from then on. Raises PermissionError, FrameRefused."""
    unit = _locked(frame.unit)
    if not can_make(by, unit):
        raise PermissionError
    if _in_force(unit, frame.year) != frame:
        raise FrameRefused("Mẫu số này không còn hiệu lực. Hãy mở lại trang và thay mẫu số đang dùng.")
    reason = squeeze(reason)[:MAX_REASON]
    if not reason:
        raise FrameRefused("Hãy ghi lý do thay mẫu số. Lý do hiện cạnh tỷ lệ từ đó về sau.")
    return _make(unit, frame.year, source, document, by, household_ids, replaces=frame, reason=reason)


@transaction.atomic
def sign_frame(*, frame: Frame, by: Viewer) -> Frame:
    """A second person of the province answers for the list: from now on it is the denominator, and the frame it replaces ends.
    Signed already: stays as it is. Raises PermissionError, FrameRefused."""
    unit = _locked(frame.unit)
    frame = Frame.objects.select_related("unit", "replaces").get(pk=frame.pk)
    if not can_sign(by, frame):
        raise PermissionError
    if frame.signed_at is not None:
        return frame
    if frame.cancelled_at is not None:
        raise FrameRefused("Mẫu số này đã được rút lại, không ký được nữa.")
    if frame.year < clock.today().year:
        raise FrameRefused("Năm của mẫu số này đã qua. Mẫu số phải được ký trước khi năm kết thúc.")
    current = _in_force(unit, frame.year)
    if current != frame.replaces:
        raise FrameRefused("Xã đã có mẫu số khác được ký trong lúc này. Hãy mở lại trang.")
    if not is_untouched(frame):
        raise FrameRefused("Danh sách hộ không còn khớp với mã kiểm tra lúc lập. Hãy báo quản trị, đừng ký.")
    now = clock.now()
    if current is not None:
        Frame.objects.filter(pk=current.pk).update(ended_at=now)
    frame.signed_by_id, frame.signed_at = by.user_id, now
    frame.save(update_fields=["signed_by", "signed_at"])
    changes = {"số hộ": (str(current.count) if current else "", str(frame.count))}
    _note("frame.replaced" if current else "frame.signed", frame, by, changes)
    emit(FrameSigned(frame.unit_id, frame.year))
    return frame


@transaction.atomic
def cancel_frame(*, frame: Frame, by: Viewer) -> Frame:
    """Take back a frame that nobody has signed; its list is kept and counts for nothing. Raises PermissionError,
    FrameRefused."""
    _locked(frame.unit)
    frame = Frame.objects.select_related("unit").get(pk=frame.pk)
    if not can_cancel(by, frame):
        raise PermissionError
    if frame.signed_at is not None:
        raise FrameRefused("Mẫu số đã ký không rút lại được. Muốn đổi, hãy lập mẫu số thay thế và ghi lý do.")
    if frame.cancelled_at is None:
        # The frame it was to replace may be replaced by another.
        frame.cancelled_at, frame.replaces = clock.now(), None
        frame.save(update_fields=["cancelled_at", "replaces"])
        _note("frame.cancelled", frame, by, {"số hộ": (str(frame.count), "")})
    return frame


def _make(
    unit: Unit,
    year: int,
    source: str,
    document: str,
    by: Viewer,
    household_ids: Collection[int] | None,
    *,
    replaces: Frame | None = None,
    reason: str = "",
) -> Frame:
    if year not in years_open(clock.today()):
        raise FrameRefused("Chỉ lập được mẫu số cho năm nay hoặc năm sau.")
    if source not in Frame.Source.values:
        raise FrameRefused("Hãy chọn danh sách này lấy từ đâu.")
    if Frame.objects.filter(unit=unit, year=year, signed_at__isnull=True, cancelled_at__isnull=True).exists():
        raise FrameRefused("Xã đã có một mẫu số đang chờ ký. Hãy ký hoặc rút mẫu số đó trước.")
    ids = _chosen(unit, household_ids)
    frame = Frame.objects.create(
        unit=unit,
        year=year,
        source=source,
        document=squeeze(document)[:MAX_DOCUMENT],
        count=len(ids),
        sha256=digest(ids),
        made_by_id=_somebody(by),
        made_at=clock.now(),
        replaces=replaces,
        reason=reason,
    )
    insert_many([FrameHousehold(frame=frame, household_id=pk) for pk in ids])
    _note("frame.made", frame, by, {"số hộ": ("", str(frame.count))} | ({"lý do": ("", reason)} if reason else {}))
    return frame


def _chosen(unit: Unit, household_ids: Collection[int] | None) -> list[int]:
    living = sorted(living_in(unit).values_list("pk", flat=True))
    if household_ids is not None:
        known = set(living)
        strange = sorted(set(household_ids) - known)
        if strange:
            named = ", ".join(str(pk) for pk in strange[:NAMED]) + ("…" if len(strange) > NAMED else "")
            raise FrameRefused(f"Không có hộ còn sản xuất mang số {named} ở xã này. Hãy sửa danh sách rồi gửi lại.")
        living = sorted(set(household_ids))
    if not living:
        raise FrameRefused("Danh sách chưa có hộ nào. Hãy ghi hộ vào sổ trước rồi lập mẫu số.")
    return living


def _in_force(unit: Unit, year: int) -> Frame | None:
    return Frame.objects.filter(unit=unit, year=year, signed_at__isnull=False, ended_at__isnull=True).first()


def _locked(unit: Unit) -> Unit:
    """The frames of a commune are written one after the other."""
    return Unit.objects.select_for_update(no_key=True, of=("self",)).get(pk=unit.pk)


def _somebody(by: Viewer) -> int:
    if by.user_id is None:
        raise PermissionError
    return by.user_id


def _note(word: str, frame: Frame, by: Viewer, changes: dict[str, tuple[str, str]]) -> None:
    record(word, actor_id=by.user_id, object_label=f"frame:{frame.pk}", unit_code=frame.unit.code, changes=changes)
