"""Every known way to make a rate look better than it is, tried by somebody who is rated by it, and caught."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.people.models import Role, User
from core.people.queries import SYSTEM
from ocop.certificates.actions.deciding import confirm_entry
from ocop.certificates.actions.entering import enter_paper
from ocop.certificates.entries import EntryFacts
from ocop.certificates.models import CertificateEntry
from ocop.frames.actions import FrameRefused, make_frame, replace_frame, sign_frame
from ocop.frames.queries import left_since
from ocop.indicators.queries import measure, scope_for
from ocop.indicators.registry import INDICATORS
from ocop.presence.actions import LinkRefused, NotByYourself, link_page, look_at_page
from onboarding.accounts.actions import LinkRefused as PageRefused
from onboarding.accounts.actions import OwnClaim, claim_link, observe
from onboarding.accounts.models import Observation, OutsideLink
from onboarding.households.actions import change_household, end_household
from onboarding.households.models import Household
from tests.ocop.conftest import (
    Land,
    account,
    framed,
    household,
    linked,
    listing,
    look,
    moment,
    owner,
    person,
    platform,
    producer,
    product,
    put_on,
    viewer,
)

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False) as clock:
        yield clock


def rate(code: str, user: User, on: date = TODAY) -> tuple[int, int, int]:
    """Numerator, denominator and missing, as the API and the boards say them."""
    [found] = measure([INDICATORS[code]], scope_for(viewer(user), on=on))
    return found.numerator, found.denominator, found.missing


def online(home: Household, code: str = "voso", seen: date = TODAY) -> OutsideLink:
    """The household has an account that was seen."""
    own = account(producer("Hộ thử", home.commune, home), platform(code))
    page = OutsideLink.objects.create(
        platform=own.platform, account=own, url=f"https://{code}.example/{home.pk}", claimed_at=moment(seen)
    )
    look(page, moment(seen))
    return page


class TestDenominator:
    """«Count only whom we have registered», «the hard ones have moved away», «one that suits us better»."""

    def test_without_a_signed_list_there_is_no_rate(self, land: Land, phuong: User) -> None:
        for home in [household(land.phu_thuy) for _ in range(3)]:
            online(home)
        assert rate("I1", phuong) == (0, 0, 3)

    def test_whoever_registers_only_those_who_are_online_gains_nothing(self, land: Land, phuong: User) -> None:
        framed(*[household(land.phu_thuy) for _ in range(4)])
        for _ in range(5):
            online(household(land.phu_thuy))
        assert rate("I1", phuong) == (0, 4, 0)

    def test_whoever_ends_the_hard_ones_gains_nothing_and_is_seen(self, land: Land, phuong: User, chi: User) -> None:
        homes = [household(land.phu_thuy) for _ in range(20)]
        [frame] = framed(*homes)
        online(homes[0])
        assert rate("I1", phuong) == (1, 20, 0)
        end_household(household=homes[1], reason="moved", by=SYSTEM)
        assert rate("I1", phuong) == (1, 20, 0)
        left = left_since(frame)
        assert (left.count, left.of, left.is_many, [each.pk for each in left.latest]) == (1, 20, True, [homes[1].pk])
        client = Client()
        client.force_login(chi)
        page = client.get(f"/bang/mau-so/{frame.pk}/").content.decode()
        assert "Nhiều hộ thôi tính bất thường" in page and f"Hộ số {homes[1].pk}" in page

    def test_an_ended_household_that_was_online_leaves_the_numerator_only(self, land: Land, phuong: User) -> None:
        homes = [household(land.phu_thuy) for _ in range(2)]
        framed(*homes)
        online(homes[0])
        end_household(household=homes[0], reason="moved", by=SYSTEM)
        assert rate("I1", phuong) == (0, 2, 0)

    def test_a_better_list_needs_a_reason_and_another_person_and_shows_both_rates(
        self, land: Land, phuong: User, chi: User
    ) -> None:
        homes = [household(land.phu_thuy) for _ in range(4)]
        [frame] = framed(*homes)
        online(homes[0])
        for home in homes[2:]:
            end_household(household=home, reason="moved", by=SYSTEM)
        again = {"unit": land.phu_thuy, "year": 2026, "source": "review", "document": ""}
        with pytest.raises(FrameRefused):
            make_frame(**again, by=viewer(chi))  # type: ignore[arg-type]
        with pytest.raises(FrameRefused):
            replace_frame(frame=frame, source="review", document="", reason=" ", by=viewer(chi))
        new = replace_frame(frame=frame, source="review", document="", reason="rà soát lại", by=viewer(chi))
        with pytest.raises(PermissionError):
            sign_frame(frame=new, by=viewer(chi))
        assert rate("I1", phuong) == (1, 4, 0)
        sign_frame(frame=new, by=viewer(phuong))
        assert rate("I1", phuong) == (1, 2, 0)
        client = Client()
        client.force_login(phuong)
        page = client.get(f"/bang/mau-so/{new.pk}/").content.decode()
        assert "Tỷ lệ theo mẫu số mới và mẫu số cũ" in page
        assert "1/2" in page and "1/4" in page

    def test_a_list_chosen_after_the_year_is_over_is_refused(self, land: Land, chi: User) -> None:
        household(land.phu_thuy)
        with pytest.raises(FrameRefused):
            make_frame(unit=land.phu_thuy, year=2025, source="review", document="", by=viewer(chi))


class TestHouseholds:
    """«One phone opens fifty shops», «the same household twice», «whoever claims it also sees it»."""

    def test_one_phone_for_many_shops_counts_for_none(self, land: Land, phuong: User) -> None:
        homes = [household(land.phu_thuy) for _ in range(4)]
        for number, home in enumerate(homes):
            online(home)
            whose = "relative" if number else "own"
            change_household(household=home, changes={"phone": "+84912345678", "phone_owner": whose}, by=SYSTEM)
        framed(*Household.objects.all())
        assert rate("I1", phuong) == (0, 4, 0)

    def test_two_accounts_of_one_household_are_one(self, land: Land, phuong: User) -> None:
        home = household(land.phu_thuy)
        framed(home)
        online(home)
        online(home, "postmart")
        assert rate("I1", phuong) == (1, 1, 0)

    def test_a_claim_is_no_account_and_nobody_sees_their_own(self, land: Land, phuong: User, chi: User) -> None:
        home = household(land.phu_thuy)
        framed(home)
        own = account(producer("Hộ thử", land.phu_thuy, home), platform("voso"))
        page = claim_link(account=own, url="https://voso.vn/tieu-p1.html", by=viewer(chi))
        with pytest.raises(OwnClaim):
            observe(link=page, result="live", observer="person", by=viewer(chi))
        assert rate("I1", phuong) == (0, 1, 0)
        assert rate("I1a", phuong)[:2] == (1, 1), "claims are told beside, under their own name"

    def test_what_was_seen_once_fades(self, land: Land, phuong: User) -> None:
        """A shop put up for the day of the audit is no shop half a year later."""
        home = household(land.phu_thuy)
        framed(home)
        page = online(home, seen=TODAY - timedelta(days=181))
        assert rate("I1", phuong) == (0, 1, 0)
        look(page, moment(TODAY))
        assert rate("I1", phuong) == (1, 1, 0)
        look(page, moment(TODAY, hour=10), Observation.Result.GONE)
        assert rate("I1", phuong) == (0, 1, 0)


class TestProducts:
    """«The link still looks good», «one page for all», «we say so ourselves», «the paper was good once»."""

    def test_a_dead_link_an_old_look_and_one_nobody_could_open_count_for_nothing(
        self, land: Land, phuong: User
    ) -> None:
        for name, days, result in (
            ("chết", 1, Observation.Result.GONE),
            ("cũ", 31, Observation.Result.LIVE),
            ("không mở được", 1, Observation.Result.UNCHECKABLE),
        ):
            sold = listing(name, land.phu_thuy)
            linked(product(name, (4, "2025-03-01"), unit=land.phu_thuy), sold)
            look(put_on(sold, "voso"), moment(TODAY - timedelta(days=days)), result)
        assert rate("I2v", phuong) == (0, 3, 0)

    def test_one_page_with_another_tail_is_the_same_page(self, land: Land, phuong: User, chi: User) -> None:
        maker, voso = producer("HTX Phú Hài", land.phu_thuy), platform("voso")
        first = product("Mắm một", (4, "2025-03-01"), unit=land.phu_thuy, maker="HTX Phú Hài")
        second = product("Mắm hai", (4, "2025-03-01"), unit=land.phu_thuy, maker="HTX Phú Hài")
        url = "https://voso.vn/mam-p1.html"
        link_page(product=first, platform=voso, url=url, producer=maker, by=viewer(chi))
        for tail in ("?utm=zalo", "/", "#mam-hai"):
            with pytest.raises(LinkRefused, match="đang gắn với"):
                link_page(product=second, platform=voso, url=url + tail, producer=maker, by=viewer(chi))
        elsewhere = account(producer("Người khác", land.phu_thuy), voso)
        with pytest.raises(PageRefused):
            claim_link(account=elsewhere, url=url, by=viewer(phuong))

    def test_another_products_page_is_noticed_by_its_name(self, land: Land, phuong: User, chi: User) -> None:
        made = product("Nước mắm nhĩ", (4, "2025-03-01"), unit=land.phu_thuy, maker="HTX Phú Hài")
        maker = producer("HTX Phú Hài", land.phu_thuy)
        link = link_page(
            product=made, platform=platform("voso"), url="https://voso.vn/x-p1.html", producer=maker, by=viewer(chi)
        )
        look_at_page(link=link, result="live", seen_title="Hạt tiêu đen", by=viewer(phuong))
        assert rate("I2v", phuong) == (0, 1, 0)

    def test_nobody_certifies_their_own(self, land: Land, phuong: User, chi: User) -> None:
        made = product("Nước mắm nhĩ", (4, "2025-03-01"), unit=land.phu_thuy, maker="HTX Phú Hài")
        maker = producer("HTX Phú Hài", land.phu_thuy)
        link = link_page(
            product=made, platform=platform("voso"), url="https://voso.vn/x-p1.html", producer=maker, by=viewer(chi)
        )
        with pytest.raises(NotByYourself):
            look_at_page(link=link, result="live", seen_title="Nước mắm nhĩ", by=viewer(chi))
        own = listing("Nước mắm", land.phu_thuy)
        owner(phuong, own)
        with pytest.raises(PermissionError):
            link_page(
                product=made, platform=platform("voso"), url="https://voso.vn/y-p2.html", producer=own.shop.producer,
                by=viewer(phuong),
            )  # fmt: skip
        assert rate("I2v", phuong) == (0, 1, 0)

    def test_an_expired_paper_leaves_both_numbers(self, land: Land, phuong: User) -> None:
        """So the rate is not helped by keeping it in the numerator, and letting it die is told apart."""
        sold = listing("A", land.phu_thuy)
        linked(product("A", (4, "2023-11-22"), unit=land.phu_thuy), sold)
        product("B", (4, "2025-01-01"), unit=land.phu_thuy)
        look(put_on(sold, "voso"), moment(TODAY))
        assert rate("I2v", phuong) == (1, 2, 0)
        look(sold.on_platforms.get().link, moment(TODAY + timedelta(days=1)))  # type: ignore[arg-type]
        assert rate("I2v", phuong, TODAY + timedelta(days=1)) == (0, 1, 0)

    def test_one_person_makes_no_paper(self, land: Land, phuong: User) -> None:
        facts = EntryFacts("Nước mắm nhĩ", "HTX Phú Hài", "4", "2503/QĐ-UBND", "2026-01-19", issuer_level="province")
        entry = enter_paper(facts=facts, unit=land.phu_thuy, by=viewer(phuong))
        with pytest.raises(PermissionError):
            confirm_entry(entry=entry, by=viewer(phuong))
        assert rate("I2any", phuong) == (0, 0, 0)
        confirm_entry(entry=CertificateEntry.objects.get(), by=viewer(person("Mai", Role.PROVINCE, land.lam_dong)))
        assert rate("I2any", phuong) == (0, 1, 0)

    def test_what_a_producer_says_and_what_is_proposed_is_no_paper(self, land: Land, phuong: User) -> None:
        for quality in ("B2", "C"):
            made = product(quality, (4, "2025-01-01"), unit=land.phu_thuy)
            made.certificates.update(quality=quality)
        assert rate("I2any", phuong) == (0, 0, 1)


class TestTelling:
    """«We mean something else by it», «no number is a good number»."""

    def test_every_rate_says_its_definition_and_version(self, land: Land, phuong: User) -> None:
        client = Client()
        client.force_login(phuong)
        for code, indicator in INDICATORS.items():
            page = client.get(f"/bang/{code.lower()}/").content.decode()
            assert indicator.definition[:60] in page, code
            assert f"{indicator.version}" in page

    def test_nothing_is_not_zero(self, land: Land, phuong: User) -> None:
        client = Client()
        client.force_login(phuong)
        assert rate("I1", phuong) == (0, 0, 0)
        page = client.get("/bang/").content.decode()
        assert "0,0 %" not in page
        assert "hưa có số liệu" in page

    def test_a_day_before_the_observation_does_not_get_it(self, land: Land, phuong: User) -> None:
        """Looks carry our clock: what is seen today changes no earlier day."""
        sold = listing("A", land.phu_thuy)
        linked(product("A", (4, "2025-01-01"), unit=land.phu_thuy), sold)
        observe(link=put_on(sold, "voso"), result="live", observer="adapter", by=SYSTEM)
        assert rate("I2v", phuong) == (1, 1, 0)
        assert rate("I2v", phuong, TODAY - timedelta(days=1)) == (0, 1, 0)
