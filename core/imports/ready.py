"""What this slice tells the registries of others; called once from `ready()`."""

from __future__ import annotations

from datetime import timedelta

from core.audit.registry import register_objects, register_vocabulary
from core.events.registry import subscribe
from core.imports import jobs
from core.imports.actions.applying import APPLY_JOB
from core.imports.actions.ending import erase_old_imports, remove_stray_attachments
from core.imports.actions.moving import follow_map
from core.imports.actions.previewing import PREVIEW_JOB, fail_stopped_previews
from core.imports.actions.undoing import UNDO_JOB
from core.imports.hamlets.kind import HamletKind
from core.imports.registry import register_import_kind
from core.jobs.registry import register_job, register_periodic
from core.places.events import MapTurned


def get_imports_ready() -> None:
    """Words of the trail, jobs, and the kinds of import of this storey."""
    register_objects({"import_batch": "bảng nhập"})
    register_vocabulary(
        {
            "import.started": "gửi bảng để nhập",
            "import.mapped": "chọn cột cho bảng nhập",
            "import.applied": "bấm nhập bảng",
            "import.finished": "nhập xong bảng",
            "import.undone": "bấm hoàn tác bảng nhập",
            "import.undo_finished": "hoàn tác xong bảng nhập",
            "import.cancelled": "huỷ bảng nhập",
            "import.refused_taken": "tải các dòng chưa nhận",
            "import.erased": "xóa nội dung bảng nhập theo thời hạn",
            "hamlet.removed": "bỏ thôn, ấp đã thêm nhầm",
            "hamlet.name_taken_back": "trả lại tên cũ cho thôn, ấp",
        }
    )
    register_job(PREVIEW_JOB, jobs.preview, label="Xem trước bảng nhập")
    register_job(APPLY_JOB, jobs.apply, label="Nhập bảng")
    register_job(UNDO_JOB, jobs.undo, label="Hoàn tác bảng nhập")
    register_periodic("imports.erase_old", timedelta(hours=6), erase_old_imports, label="Xóa bảng nhập đã quá hạn")
    register_periodic(
        "imports.remove_stray", timedelta(hours=6), remove_stray_attachments, label="Xóa tệp kèm bảng nhập bị bỏ lại"
    )
    register_periodic(
        "imports.fail_stopped", timedelta(minutes=5), fail_stopped_previews, label="Báo xem trước bị dừng"
    )
    register_import_kind(HamletKind())
    subscribe(MapTurned, follow_map)
