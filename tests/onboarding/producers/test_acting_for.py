"""Acting for: Bình helps An, Chi works for households that let her in, and both names are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.audit.models import AuditEntry
from core.kit import clock
from core.messages.models import Message
from core.people.models import User
from core.people.queries import SYSTEM
from core.places.models import Hamlet, Unit
from market.listings.actions import pause_listing
from market.listings.models import Listing
from market.shops.actions import NotYourProducer, change_shop
from market.shops.models import Shop
from onboarding.producers.actions import MemberRefused, add_member, end_member, let_act
from onboarding.producers.models import Membership, Producer
from onboarding.producers.queries import may_act_for, on_behalf_of, producers_at_work
from tests.people import People, make_listing, make_producer, make_shop, shop_for

pytestmark = pytest.mark.django_db


def signed_in(people: People, name: str) -> Client:
    client = Client()
    client.force_login(people.users[name])
    return client


def state() -> list[Any]:
    return [
        list(Membership.objects.order_by("pk").values_list()),
        list(Shop.objects.order_by("pk").values_list()),
        AuditEntry.objects.count(),
    ]


def page(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def next_year() -> Any:
    return clock.today() + timedelta(days=365)


def let_chi_act(people: People, producer: Producer | None = None) -> Membership:
    return let_act(
        user=people.users["chi"],
        producer=producer or people.producer,
        right="acting",
        by=people.viewer("an") if producer is None else SYSTEM,
        how="Chủ tự ghi",
        valid_to=next_year(),
    )


def last_entry(action: str) -> tuple[Any, ...]:
    entry = AuditEntry.objects.filter(action=action).latest("pk")
    return entry.actor_id, entry.on_behalf_of_id, entry.on_behalf_of_label


def test_both_names_are_kept_on_everything_done(people: People) -> None:
    shop, an = make_shop(people), people.users["an"]
    label = f"producer:{people.producer.pk}"
    let_chi_act(people)
    for name, behalf in (("an", (None, "")), ("binh", (an.pk, label)), ("chi", (an.pk, label))):
        change_shop(shop=shop, name="Vườn anh An", story=name, by=people.viewer(name))
        assert last_entry("shop.changed") == (people.users[name].pk, *behalf)
    listing = make_listing(shop)
    pause_listing(listing=listing, by=people.viewer("binh"))
    assert last_entry("listing.paused") == (people.users["binh"].pk, an.pk, label)


def test_without_an_owner_the_producer_alone_stands_there(people: People) -> None:
    producer = make_producer("Hộ Không Máy", people.hamlet)
    let_chi_act(people, producer)
    shop_for(producer, "Nhà Không Máy", people.viewer("chi"))
    assert last_entry("shop.opened") == (people.users["chi"].pk, None, f"producer:{producer.pk}")


def test_staff_in_their_own_office_act_for_nobody(people: People) -> None:
    assert on_behalf_of(people.viewer("chi"), people.producer.pk) == {}
    assert on_behalf_of(SYSTEM, people.producer.pk) == {}
    assert on_behalf_of(people.viewer("an"), people.producer.pk) == {}


def test_an_officer_without_a_membership_acts_for_nobody(people: People) -> None:
    shop = make_shop(people)
    before = state()
    with pytest.raises(NotYourProducer):
        change_shop(shop=shop, name="Của Chi", story="", by=people.viewer("chi"))
    assert state() == before


def test_who_lets_whom_act(people: People) -> None:
    dung = people.users["dung"]
    far = Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent).order_by("pk")[0]
    elsewhere = make_producer("Hộ Xa", Hamlet.objects.create(commune=far, name="Thôn xa"))
    for name in ("binh", "dung", "hanh", "buu"):
        before = state()
        with pytest.raises(PermissionError):
            let_act(
                user=dung,
                producer=people.producer,
                right="acting",
                by=people.viewer(name),
                how="x",
                valid_to=next_year(),
            )
        assert state() == before
    before = state()
    for name, right, producer, person in (
        ("chi", "acting", people.producer, "chi"),  # nobody lets themselves in
        ("chi", "owner", people.producer, "dung"),  # nor gives a shop away
        ("chi", "acting", elsewhere, "dung"),
        ("phuong", "helper", elsewhere, "dung"),
    ):
        with pytest.raises(PermissionError):
            let_act(
                user=people.users[person], producer=producer, right=right, by=people.viewer(name), how="x",
                valid_to=next_year(),
            )  # fmt: skip
    assert state() == before
    let_act(
        user=dung, producer=people.producer, right="helper", by=people.viewer("phuong"), how="x", valid_to=next_year()
    )
    assert may_act_for(people.viewer("dung"), people.producer.pk)


def test_it_ends_by_itself_and_by_hand(people: People) -> None:
    membership = let_chi_act(people)
    with time_machine.travel(clock.now() + timedelta(days=366), tick=False):
        assert not may_act_for(people.viewer("chi"), people.producer.pk)
    for name in ("dung", "binh", "buu"):
        before = state()
        with pytest.raises(PermissionError):
            end_member(membership=membership, by=people.viewer(name))
        assert state() == before
    for _ in range(2):
        end_member(membership=membership, by=people.viewer("an"))
    assert not may_act_for(people.viewer("chi"), people.producer.pk)
    assert AuditEntry.objects.filter(action="membership.ended").count() == 1
    let_chi_act(people)  # and may begin again the same day


def test_nobody_ends_an_owner(people: People) -> None:
    owner = Membership.objects.get(user=people.users["an"])
    for name in ("chi", "phuong", "binh", "an"):
        with pytest.raises(PermissionError):
            end_member(membership=owner, by=people.viewer(name))


def test_periods_and_doubles_are_refused(people: People) -> None:
    let_chi_act(people)
    before = state()
    for right, days, words in (("acting", 365, "đang được làm"), ("helper", 365, "đang được làm")):
        with pytest.raises(MemberRefused, match=words):
            let_act(
                user=people.users["chi"], producer=people.producer, right=right, by=people.viewer("an"), how="x",
                valid_to=clock.today() + timedelta(days=days),
            )  # fmt: skip
    for days in (0, -1, 800):
        with pytest.raises(MemberRefused, match="hai năm"):
            let_act(
                user=people.users["dung"], producer=people.producer, right="helper", by=people.viewer("an"), how="x",
                valid_to=clock.today() + timedelta(days=days),
            )  # fmt: skip
    assert state() == before


def test_one_works_for_one_at_a_time(people: People) -> None:
    """Chi acts for two households; nothing of the one is seen or changed while she works for the other."""
    first = make_shop(people)
    make_listing(first, name="Điều của An")
    ly = make_producer("Hộ Lý", people.hamlet)
    let_chi_act(people)
    let_chi_act(people, ly)
    shop_for(ly, "Nhà Lý", people.viewer("chi"))
    chi = signed_in(people, "chi")
    assert [found.pk for found in producers_at_work(people.viewer("chi"))] == [people.producer.pk]
    home = page(chi.get("/nguoi-ban/"))
    assert "Bạn đang làm thay cho Hộ Nguyễn Văn An" in home and "Vườn anh An" in home
    assert chi.post(f"/lam-thay/{ly.pk}/chon/").status_code == 302
    home = page(chi.get("/nguoi-ban/"))
    assert "Bạn đang làm thay cho Hộ Lý" in home and "Nhà Lý" in home
    assert "Điều của An" not in page(chi.get("/nguoi-ban/san-pham/"))
    assert "Đang làm cho nhà này" in page(chi.get("/lam-thay/"))
    # A choice is no right: taken from her, it is worth nothing.
    Membership.objects.filter(user=people.users["chi"], producer=ly).update(valid_to=clock.today())
    assert "Bạn đang làm thay cho Hộ Nguyễn Văn An" in page(chi.get("/nguoi-ban/"))
    dung = signed_in(people, "dung")
    assert dung.post(f"/lam-thay/{ly.pk}/chon/").status_code == 404
    assert "works_for" not in dung.session


def test_a_new_helper_is_told_and_finds_the_house_on_the_home_page(people: People) -> None:
    own = make_producer("Hộ Của Dung", people.hamlet)
    add_member(user=people.users["dung"], producer=own, right="owner", by=SYSTEM, how="x")
    dung = signed_in(people, "dung")
    line = "Bạn cũng được làm cho: Hộ Nguyễn Văn An."
    assert line not in page(dung.get("/nguoi-ban/"))
    until = next_year()
    let_act(
        user=people.users["dung"], producer=people.producer, right="helper", how="x", by=people.viewer("an"), valid_to=until
    )  # fmt: skip
    [told] = Message.objects.filter(kind="member.added")
    assert (told.user, told.title, told.link) == (
        people.users["dung"],
        "Bạn được giúp bán hàng cho Hộ Nguyễn Văn An",
        "/lam-thay/",
    )
    assert told.text.startswith(f"An đã ghi bạn, làm được từ hôm nay đến trước ngày {until:%d/%m/%Y}.")
    assert line in page(dung.get("/nguoi-ban/")) and 'href="/lam-thay/"' in page(dung.get("/nguoi-ban/"))
    assert "Bạn cũng được làm cho" not in page(signed_in(people, "an").get("/nguoi-ban/"))


def test_owners_see_no_banner(people: People) -> None:
    make_shop(people)
    assert "làm thay" not in page(signed_in(people, "an").get("/nguoi-ban/san-pham/"))
    assert "Bạn đang làm thay cho Hộ Nguyễn Văn An" in page(signed_in(people, "binh").get("/nguoi-ban/san-pham/"))


def test_the_pages(people: People) -> None:
    an = signed_in(people, "an")
    address = f"/lam-thay/{people.producer.pk}/nguoi/"
    facts = {
        "login": "dung", "full_name": "dung", "right": "helper", "how": "Chủ tự ghi", "last_day": f"{next_year()}",
    }  # fmt: skip
    own = page(an.get(address))
    assert "Binh, người giúp" in own
    assert "Ai được giúp bạn bán hàng?" in own and "Chủ đã đồng ý bằng cách nào?" not in own
    office = page(signed_in(people, "chi").get(address))
    assert "Ai được làm cho Hộ Nguyễn Văn An?" in office and "Chủ đã đồng ý bằng cách nào?" in office
    assert "Chủ tự ghi" not in office.split("Ghi thêm một người")[1]
    before = state()
    for wrong in ({"login": "khong-co"}, {"full_name": "Người Khác"}):
        assert "Không có tài khoản nào khớp" in page(an.post(address, facts | wrong))
    assert "không tự ghi cho mình" in page(
        signed_in(people, "chi").post(address, facts | {"login": "chi", "full_name": "Chi", "how": "Giấy ủy quyền"})
    )
    assert state() == before
    assert "Dung, người giúp" in page(an.post(address, facts, follow=True))
    membership = Membership.objects.get(user=people.users["dung"])
    assert membership.recorded_how == "Chủ tự ghi"
    assert signed_in(people, "binh").post(f"/lam-thay/nguoi/{membership.pk}/ket-thuc/").status_code == 404
    assert "Đã kết thúc" in page(an.post(f"/lam-thay/nguoi/{membership.pk}/ket-thuc/", follow=True))
    chi = signed_in(people, "chi")
    assert "Hộ Nguyễn Văn An" in page(chi.get("/ban-viec/lam-thay/?q=van an"))
    assert "Không có chủ thể nào như vậy" in page(chi.get("/ban-viec/lam-thay/?q=khong co"))
    for name in ("dung", "binh", "hanh", "buu"):
        assert signed_in(people, name).get(address).status_code == 404
        assert signed_in(people, name).get("/ban-viec/lam-thay/").status_code == 404
        assert signed_in(people, name).post(address, facts).status_code == 404


def test_judging_ones_own_goods_stays_barred_whomever_one_works_for(people: People) -> None:
    """The rules that keep people from confirming their own goods look at all memberships, not at the choice."""
    ly = make_producer("Hộ Lý", people.hamlet)
    let_chi_act(people)
    add_member(user=people.users["chi"], producer=ly, right="acting", by=SYSTEM, how="x")
    client = signed_in(people, "chi")
    client.post(f"/lam-thay/{ly.pk}/chon/")
    viewer = people.viewer("chi")
    assert may_act_for(viewer, people.producer.pk) and may_act_for(viewer, ly.pk)
    assert Listing.objects.count() == 0 and User.objects.filter(username="chi").exists()


def test_staff_without_a_shop_are_led_to_their_desk(people: People) -> None:
    phuong, an = signed_in(people, "phuong"), signed_in(people, "an")
    assert 'class="back" href="/ban-viec/"' in page(phuong.get("/lam-thay/"))
    home = page(phuong.get("/nguoi-ban/"))
    assert "không có gian hàng riêng" in home and 'href="/ban-viec/"' in home and "Hãy nhờ tổ công nghệ số" not in home
    assert 'class="back" href="/nguoi-ban/"' in page(an.get("/lam-thay/"))
