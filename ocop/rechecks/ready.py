"""What the re-check tells the rest of the house when it starts."""

from __future__ import annotations

from core.audit.registry import register_objects, register_vocabulary
from core.desk.registry import register_todos
from core.events.registry import subscribe
from core.jobs.registry import register_periodic
from core.places.events import MapTurned
from core.places.registry import register_use
from market.platforms.pages.registry import register_pages
from ocop.rechecks.actions.drawing import follow_map
from ocop.rechecks.checking import DRAWN_PAGES
from ocop.rechecks.jobs import EVERY, go_round
from ocop.rechecks.todos import recheck_todos
from ocop.rechecks.wording import survival_lines
from ocop.snapshots.registry import register_beside


def register() -> None:
    """Words of the trail and of the map's previews, the hourly round, pages for the robot, to-dos, and what stands on a snapshot's
    page."""
    register_objects({"recheck": "lần rút kiểm tra lại"})
    register_vocabulary(
        {
            "recheck.drawn": "rút dòng để kiểm tra lại",
            "recheck.looked": "ghi kết quả kiểm tra lại trang",
        }
    )
    register_use("ocop.RecheckDraw", "lần rút kiểm tra lại")
    register_use("ocop.RecheckItem", "dòng được rút kiểm tra lại")
    register_periodic("rechecks.round", EVERY, go_round, label="Rút và theo dõi kiểm tra lại")
    register_pages(DRAWN_PAGES)
    register_todos(recheck_todos)
    register_beside(survival_lines)
    subscribe(MapTurned, follow_map)
