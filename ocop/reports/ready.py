"""What reports tell the rest of the house when it starts."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.jobs.registry import register_job
from core.places.registry import register_use
from ocop.reports import jobs
from ocop.reports.actions import SIGN_JOB


def register() -> None:
    """Words of the trail and of the map's previews, and the job."""
    register_objects({"official_report": "báo cáo"})
    register_vocabulary(
        {
            "official_report.made": "lập báo cáo",
            "official_report.replaced": "lập báo cáo thay báo cáo cũ",
            "official_report.signed": "ký số báo cáo",
            "official_report.taken": "tải báo cáo về",
        }
    )
    register_use("ocop.OfficialReport", "báo cáo")
    register_job(SIGN_JOB, jobs.sign, label="Ký số báo cáo")
