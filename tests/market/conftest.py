"""What the market's tests share: An's shop, Dũng's shop next door, people with their own browsers, a listener."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import Client

from core.events import registry
from core.events.registry import Event
from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM, Viewer, viewer_for
from market.listings.events import ListingChanged
from market.listings.models import Listing
from market.payments.events import PaymentSettled
from market.platforms.models import SheetBatch
from market.shops.events import ShopChanged
from market.shops.models import Shop
from onboarding.producers.actions import add_member
from tests.market.payments.till import accountant
from tests.people import People, make_listing, make_producer, make_shop, shop_for
from tests.remembered import Standing

Browser = Callable[[str], Client]
Signed = Callable[[Viewer], Client]


@pytest.fixture(autouse=True)
def sheets_stay_in_the_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model's storage is chosen once, when the model is made: settings of a test come too late for it."""
    field = SheetBatch._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FileSystemStorage(tmp_path / "private"))


@pytest.fixture
def shop(people: People, standing: Standing) -> Shop:
    """An's shop."""
    return standing("shop", lambda: make_shop(people))


@pytest.fixture
def listing(shop: Shop, standing: Standing) -> Listing:
    """An's cashews: 50,000 đ a kilogram, ten of them."""
    return standing("listing", lambda: make_listing(shop))


@pytest.fixture
def other_shop(people: People, standing: Standing) -> Shop:
    """Dũng's shop: he sells as well, so an outsider here is somebody who really uses these pages."""
    return standing("Dũng's shop", lambda: _shop_of_dung(people))


def _shop_of_dung(people: People) -> Shop:
    producer = make_producer("Hộ Trần Văn Dũng", people.hamlet)
    add_member(user=people.users["dung"], producer=producer, right="owner", by=SYSTEM, how="bài thử")
    return shop_for(producer, "Nhà Dũng", people.viewer("dung"))


@pytest.fixture
def browser(people: People) -> Browser:
    """Makes a signed-in browser for one of the people."""

    def make(name: str) -> Client:
        client = Client()
        client.force_login(people.users[name])
        return client

    return make


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """The market's events in the order of their sending; the real handlers still run."""
    events: list[Event] = []
    for kind in (ListingChanged, ShopChanged, PaymentSettled):
        monkeypatch.setitem(registry._handlers, kind, [*registry._handlers[kind], events.append])
    return events


@pytest.fixture
def ngan(db: None) -> Viewer:
    """She keeps the books."""
    return accountant("ngan")


@pytest.fixture
def tam(db: None) -> Viewer:
    """And so does he."""
    return accountant("tam")


@pytest.fixture
def kiem(db: None) -> Viewer:
    """He audits the whole country: he reads."""
    user = User.objects.create_user(username="kiem", full_name="Kiểm")
    give_grant(user=user, role=Role.AUDITOR, unit=None, given_by=SYSTEM)
    return viewer_for(user)


@pytest.fixture
def signed() -> Signed:
    """Makes a browser for one of them."""

    def make(viewer: Viewer) -> Client:
        client = Client()
        client.force_login(User.objects.get(pk=viewer.user_id))
        return client

    return make
