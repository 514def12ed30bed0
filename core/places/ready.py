"""What the slice adds to the registries below it, called once at start."""

from __future__ import annotations

from datetime import time, timedelta

from core.audit.registry import register_objects, register_vocabulary
from core.jobs.registry import register_periodic
from core.places.actions.resolutions import turn_map
from core.places.registry import register_use


def get_places_ready() -> None:
    """Words for the trail and the previews, and the daily job."""
    register_objects({"unit": "đơn vị hành chính", "hamlet": "thôn, ấp, khu phố", "resolution": "nghị quyết địa giới"})
    register_vocabulary(
        {
            "resolution.entered": "nhập nghị quyết địa giới",
            "unit.opened": "lập đơn vị hành chính",
            "unit.ended": "chấm dứt đơn vị hành chính",
            "unit.linked": "ghi đơn vị nhập vào đâu",
            "unit.renamed": "đổi tên đơn vị hành chính",
            "hamlet.opened": "lập thôn, ấp",
            "hamlet.renamed": "đổi tên thôn, ấp",
            "hamlet.merged": "nhập thôn, ấp",
            "hamlet.split": "chia thôn, ấp",
        }
    )
    register_use("core.Grant", "quyền")
    register_periodic("places.turn_map", timedelta(days=1), turn_map, label="Áp dụng địa giới mới", at=time(0, 1))
