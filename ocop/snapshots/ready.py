"""What snapshots tell the rest of the house when it starts."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import register_todos
from core.jobs.registry import register_job
from core.places.registry import register_use
from ocop.snapshots import jobs
from ocop.snapshots.actions import FREEZE_JOB
from ocop.snapshots.todos import snapshot_todos


def register() -> None:
    """Words of the trail and of the map's previews, the job, and what waits for a signature."""
    register_objects({"snapshot": "bản chốt số"})
    register_vocabulary(
        {
            "snapshot.made": "chốt số",
            "snapshot.first_signed": "ký bản chốt số, người thứ nhất",
            "snapshot.signed": "ký bản chốt số",
            "snapshot.restated": "chốt lại số",
        }
    )
    register_use("ocop.Snapshot", "bản chốt số")
    register_job(FREEZE_JOB, jobs.freeze, label="Ghi các dòng của bản chốt số")
    register_todos(snapshot_todos)
