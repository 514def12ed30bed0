"""What there is to see of the platforms: on «Sàn thử (mô phỏng)» listings in every state, of VoSo and Postmart files on their way.

Everything is done as people and workers do it. «Sàn thử» is another process: it is asked over HTTP and its reviewer decides
over its control API. Where it does not run, only the files are made.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings

from config.demo.batches import send_files
from core.kit import clock, outbound
from core.people.models import User
from core.people.queries import SYSTEM, Viewer, viewer_for
from market.listings.actions import ListingFacts, write_listing
from market.listings.models import Listing
from market.platforms.contract import (
    HealthState,
    ListingReference,
    PlatformAdapter,
    RemoteIds,
    adapter_for,
)
from market.platforms.engine.documents import document_of, settings_of
from market.platforms.engine.look import look_at_due
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, PlatformListing, SheetBatch
from market.platforms.reconcile.finding import reconcile
from market.platforms.reference import ADAPTERS
from market.platforms.seller.actions import sell_there
from onboarding.accounts.models import Platform

PATIENCE = 10.0  # seconds until the simulated platform answers
ROUNDS = 40
# On «Sàn thử»: by name, what became of the listing there. All others are live.
REFUSED = "Mật ong hoa điều"
WAITING = ("Hạt điều sống", "Cà phê Rin")
EDITED, REMOVED = "Hạt điều rang muối ớt", "Kẹo hạt điều mè đen"
OFF = "Cơm cháy chiên nước mắm"
STOPPED = ("Trứng gà tươi TAFA hộp 10 quả", "Kẹo hạt điều Hà Mỵ")
DOUBLED = "Gạo sạch Bắc Ruộng ST25"
REASONS = [
    {"field": "detail", "text": "Mô tả chưa ghi mật của hoa nào và thu hoạch tháng mấy."},
    {"field": "images", "text": "Ảnh chụp thiếu nhãn có tên và địa chỉ nhà sản xuất."},
]


def show_platforms() -> None:
    """Once, in a fresh demo world: every state that a listing, a batch, a drift and a connection can be in."""
    if SheetBatch.objects.exists() or PlatformListing.objects.exclude(submission="").exists():
        return
    operator = viewer_for(User.objects.get(username="sanops", is_demo=True))
    _keep_a_paused_connection(operator)
    connection = Connection.objects.select_related("platform").get(platform__is_simulation=True, is_enabled=True)
    is_there = _answers(connection)
    if not is_there:
        Connection.objects.filter(pk=connection.pk).update(is_enabled=False)
    _work_until_quiet()
    if is_there:
        _Practice(connection).play()
    else:
        Connection.objects.filter(pk=connection.pk).update(is_enabled=True)
    send_files(operator)


def _keep_a_paused_connection(operator: Viewer) -> None:
    """A second connection to the simulated platform that an operator has paused: its key is none."""
    platform, _ = Platform.objects.get_or_create(
        code="santhu-2",
        defaults={
            "name": "Sàn thử số hai",
            "operator": "Lên Sàn",
            "is_simulation": True,
            "note": "Kết nối mẫu đang tạm dừng. Không tính vào mục tiêu nào.",
        },
    )
    Connection.objects.get_or_create(
        platform=platform,
        defaults={
            "adapter": ADAPTERS["santhu"],
            "is_enabled": False,
            "credentials": '{"key": "ban-mau-chua-co-khoa"}',
            "authorised_at": clock.now(),
            "authorised_by_id": operator.user_id,
        },
    )


def _answers(connection: Connection) -> bool:
    deadline = time.monotonic() + PATIENCE
    adapter = adapter_for(connection.adapter)
    while adapter.health(settings_of(connection)).state is not HealthState.OK:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _work_until_quiet() -> None:
    """What the worker does, until nothing is due."""
    for _ in range(ROUNDS):
        if not push_due():
            return


def _add_to_description(listing: Listing, words: str) -> None:
    facts = {name: getattr(listing, name) for name in ListingFacts.__dataclass_fields__.keys() - {"papers"}}
    facts["description"] = f"{listing.description} {words}"
    photos = [each.photo for each in listing.photos.all()]
    write_listing(shop=listing.shop, facts=ListingFacts(**facts), photos=photos, by=SYSTEM, listing=listing)


class _Practice:
    """The simulated platform, its reviewer, and somebody who works in its own pages."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.settings = settings_of(connection)
        self.adapter: PlatformAdapter = adapter_for(connection.adapter)

    def play(self) -> None:
        """From the first review to the nightly comparison."""
        self._review()
        self._look()
        sell_there(listing=self._listing(OFF), connection=self.connection, is_off=True, by=SYSTEM)
        _work_until_quiet()
        self._stop(STOPPED)
        self._work_there_by_hand()
        reconcile(self.connection)

    def _review(self) -> None:
        for row in PlatformListing.objects.filter(connection=self.connection).exclude(remote_id=""):
            name = row.listing.name
            if name == REFUSED:
                self._control("review", {"id": int(row.remote_id), "decision": "reject", "reasons": REASONS})
            elif name not in WAITING:
                self._control("review", {"id": int(row.remote_id), "decision": "approve"})

    def _look(self) -> None:
        """As after the few seconds until the worker asks what the reviewer said."""
        soon = PlatformListing.objects.filter(connection=self.connection, observed=PlatformListing.Observed.PENDING)
        for _ in range(ROUNDS):
            undecided = soon.exclude(listing__name__in=WAITING)
            if not undecided.update(next_try_at=clock.now() - timedelta(seconds=1)):
                return
            look_at_due()

    def _stop(self, names: Sequence[str]) -> None:
        """The platform refuses new words of some goods and does not say why."""
        rows = [self._row(name) for name in names]
        refusal = {"error": {"code": "refused", "message": "Không nhận."}}
        self._control(
            "faults",
            {
                "faults": [
                    {
                        "method": "PUT",
                        "path": f"/api/listings/{row.remote_id}",
                        "kind": "answer",
                        "status": 400,
                        "body": refusal,
                    }
                    for row in rows
                ]
            },
        )
        for row in rows:
            _add_to_description(row.listing, "Hàng đóng gói trong ngày.")
        _work_until_quiet()
        self._control("faults", {"faults": []})

    def _work_there_by_hand(self) -> None:
        """Somebody edits, removes and adds in the platform's own pages."""
        edited, removed, doubled = (self._row(name) for name in (EDITED, REMOVED, DOUBLED))
        document = document_of(edited.listing, self.connection.platform)
        changed = replace(
            document,
            title="Hạt điều rang muối ớt loại 1",
            description=f"{document.description} Mua 2 hũ tặng 1 gói nhỏ.",
        )
        self.adapter.put_content(self.settings, changed, RemoteIds(edited.remote_id, edited.url), "by-hand-1")
        self.adapter.withdraw(self.settings, RemoteIds(removed.remote_id, removed.url), "by-hand-2")
        twin = document_of(doubled.listing, self.connection.platform)
        self.adapter.put_content(self.settings, twin, None, "by-hand-3")
        stranger = replace(
            twin,
            reference=ListingReference("", "TU-DANG-01"),
            title="Gạo nếp than tự đăng",
            description="Tin này ai đó đăng thẳng trên sàn.",
        )
        self.adapter.put_content(self.settings, stranger, None, "by-hand-4")
        known = set(PlatformListing.objects.filter(connection=self.connection).values_list("remote_id", flat=True))
        for remote in self.adapter.list_remote(self.settings).items:
            if remote.remote.product_id == edited.remote_id or remote.remote.product_id not in known:
                self._control("review", {"id": int(remote.remote.product_id), "decision": "approve"})

    def _listing(self, name: str) -> Listing:
        return Listing.objects.select_related("shop").get(name=name, is_demo=True)

    def _row(self, name: str) -> PlatformListing:
        rows = PlatformListing.objects.select_related("listing__shop")
        return rows.get(connection=self.connection, listing__name=name, listing__is_demo=True)

    def _control(self, path: str, body: dict[str, Any]) -> None:
        address = f"{settings.SANDBOX_MARKET['url'].rstrip('/')}/_control/{path}"
        answer = outbound.send("POST", address, json=body, allow_private=True)
        if answer.status >= 300:
            raise RuntimeError(f"the simulated platform answers {answer.status} to {path}")
