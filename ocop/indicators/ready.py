"""What indicators tell the rest of the house when it starts."""

from __future__ import annotations

from datetime import time, timedelta

from core.audit.registry import register_objects, register_vocabulary
from core.events.registry import subscribe
from core.jobs.registry import register_periodic
from core.places.events import HamletOpened, HamletsChanged, MapTurned
from core.places.registry import register_use
from ocop.certificates.events import CertificatesChanged
from ocop.frames.events import FrameSigned
from ocop.frames.registry import register_rate
from ocop.indicators.actions import count_day, marking, recount_due
from ocop.indicators.households import verified_of
from ocop.presence.events import PresenceChanged
from ocop.register.actions import fill_former_provinces
from ocop.register.events import ProductsMoved
from onboarding.accounts.events import AccountChanged, LinkSeen, PlatformChanged
from onboarding.households.events import HouseholdsChanged, HouseholdsEnded
from onboarding.markets.events import StallsChanged
from onboarding.matching.events import SharedPhonesTurned
from onboarding.teams.events import TeamsChanged
from onboarding.visits.events import VisitsChanged

# A change is on the boards within five seconds: this, the counting itself, and half a second until a worker looks.
RECOUNT_EVERY = timedelta(seconds=2)


def register() -> None:
    """Words, the rate of a frame, what changes a count, and the counting itself. Called after those who follow the map."""
    register_objects({"target": "chỉ tiêu"})
    register_vocabulary({"target.set": "giao chỉ tiêu", "target.removed": "bỏ chỉ tiêu"})
    for table, words in (("Target", "chỉ tiêu"), ("Tally", ""), ("Recount", "")):
        register_use(f"ocop.{table}", words)
    register_rate("Hộ có gian hàng đã được xác minh", verified_of)
    subscribe(HouseholdsChanged, marking.on_household, together=marking.on_households)
    subscribe(HouseholdsEnded, marking.on_household, together=marking.on_households)
    subscribe(AccountChanged, marking.on_account, together=marking.on_accounts)
    subscribe(LinkSeen, marking.on_link, together=marking.on_links)
    subscribe(CertificatesChanged, marking.on_product, together=marking.on_products)
    subscribe(PresenceChanged, marking.on_product, together=marking.on_products)
    subscribe(ProductsMoved, marking.on_products_moved)
    subscribe(SharedPhonesTurned, marking.on_phones)
    subscribe(FrameSigned, marking.on_frame)
    subscribe(TeamsChanged, marking.on_teams)
    subscribe(VisitsChanged, marking.on_teams)
    subscribe(HamletOpened, marking.on_teams)
    subscribe(StallsChanged, marking.on_stalls)
    for news in (PlatformChanged, MapTurned, HamletsChanged):
        subscribe(news, marking.mark_everything)
    register_periodic("indicators.recount", RECOUNT_EVERY, recount_due, label="Đếm lại số trên bảng")
    register_periodic(
        "indicators.former_areas",
        timedelta(days=1),
        fill_former_provinces,
        label="Ghi khu vực cũ cho sản phẩm OCOP còn thiếu",
        at=time(0, 1),
    )
    register_periodic("indicators.day", timedelta(days=1), count_day, label="Đếm số của ngày", at=time(0, 5))
