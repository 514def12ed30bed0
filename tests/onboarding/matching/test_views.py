"""The pages of an officer: pairs, side by side, choosing, undoing; shared phones."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.places.models import Unit
from onboarding.households.actions import change_household
from onboarding.households.facts import ProductionFacts
from onboarding.households.models import Household
from onboarding.matching.models import DuplicatePair, HouseholdMerge, SharedPhone
from tests.onboarding.matching.households import dump, household, matching_facts, twins
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture
def chi(people: People) -> Client:
    client = Client()
    client.force_login(people.users["chi"])
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_pairs_of_my_area_the_likeliest_first(people: People, chi: Client) -> None:
    twins(people.hamlet)
    household(people.hamlet, "Lê Thị Bé", phone="+84912345678")
    household(people.hamlet, "Lê Bé", phone="+84912345678", birth_year=1970)
    seen = page(chi, "/xa/trung/")
    assert seen.index("Lê Thị Bé – Lê Bé") < seen.index("Trần Văn Hòa – Trần Văn Hòa")
    assert "Cùng số điện thoại; họ tên gần giống, cùng thôn ấp" in seen and "85/100" in seen
    assert "+84912345678" not in seen and "0912345678" not in seen
    narrowed = page(chi, "/xa/trung/?q=hoà")
    assert "Trần Văn Hòa" in narrowed and "Lê Bé" not in narrowed
    assert "Trần Văn Hòa" not in page(chi, "/xa/trung/?muc=80")
    assert "Không có cặp nào như vậy" in page(chi, "/xa/trung/?state=distinct")
    assert "Hộ có thể trùng" in page(chi, "/xa/")


def test_an_officer_of_elsewhere_sees_none(people: People) -> None:
    facts = matching_facts(people)
    other = Unit.objects.filter(level="commune", valid_to=None).exclude(pk=people.commune.pk)[0]
    cuc = User.objects.create_user(username="cuc", full_name="Cúc")
    give_grant(user=cuc, role=Role.COMMUNE, unit=other, given_by=SYSTEM)
    client = Client()
    client.force_login(cuc)
    before = dump()
    assert "Không có cặp hộ nào chờ xem" in page(client, "/xa/trung/")
    assert "Chưa gộp hộ nào" in page(client, "/xa/trung/da-gop/") and "Không có số nào" in page(
        client, "/xa/trung/dien-thoai/"
    )
    addresses = (
        f"{facts['pair']}/", f"{facts['pair']}/gop/thu-hai/", f"da-gop/{facts['merge']}/tach-lai/",
        f"dien-thoai/{facts['shared_phone']}/",
    )  # fmt: skip
    for address in addresses:
        assert client.get(f"/xa/trung/{address}").status_code == 404
        assert client.post(f"/xa/trung/{address}", {"sure": "1", "reason": "x"}).status_code in {404, 405}
    assert client.post(f"/xa/trung/{facts['pair']}/khac-nhau/", {"note": "x"}).status_code == 404
    assert dump() == before


def test_side_by_side_what_is_the_same_and_what_differs(people: People, chi: Client) -> None:
    pair, first, _second = twins(
        people.hamlet, phone="+84912345678", birth_year=1970, bank_bin="970436", bank_account="0071000123456",
        personal_id="077203000123", production=(ProductionFacts("trees", "điều", area_m2=15_000),),
    )  # fmt: skip
    seen = page(chi, f"/xa/trung/{pair.pk}/")
    for words in ("091… …678, của chủ hộ", "1970", "… 456", "… 123", "điều, 1,5 ha", "Giống 50/100 điểm", "Khác nhau"):
        assert words in seen, words
    for secret in ("0071000123456", "077203000123", "0912345678", "+84912345678"):
        assert secret not in seen
    assert f"Gộp, giữ hộ số {first.pk}" in seen


def test_two_households_with_a_word_why(people: People, chi: Client) -> None:
    pair = twins(people.hamlet)[0]
    empty = chi.post(f"/xa/trung/{pair.pk}/khac-nhau/", {"note": ""})
    assert empty.status_code == 200 and DuplicatePair.objects.get().state == "open"
    answer = chi.post(f"/xa/trung/{pair.pk}/khac-nhau/", {"note": "hai anh em"}, follow=True)
    assert "đây là hai hộ khác nhau" in answer.content.decode()
    assert (DuplicatePair.objects.get().state, DuplicatePair.objects.get().note) == ("distinct", "hai anh em")
    again = chi.post(f"/xa/trung/{pair.pk}/khac-nhau/", {"note": "nữa"}, follow=True).content.decode()
    assert "đã có người quyết" in again and "hai anh em" in again


def test_choosing_reading_merging_and_undoing(people: People, chi: Client) -> None:
    pair, first, second = twins(people.hamlet, birth_year=1970, phone="+84912345678")
    address = f"/xa/trung/{pair.pk}/gop/thu-nhat/"
    form = page(chi, address)
    assert "Hộ giữ lại: chưa có" in form and "Hộ gộp vào: 1970" in form
    choices = {"birth_year": "other", "phone": "keep", "seen": f"{first.pk}.1-{second.pk}.1"}
    confirm = chi.post(address, choices).content.decode()
    assert "Xem lại trước khi gộp" in confirm and f"Hộ số {second.pk} (Trần Văn Hòa) thôi được tính" in confirm
    assert not HouseholdMerge.objects.exists()
    done = chi.post(address, choices | {"sure": "1"}, follow=True).content.decode()
    assert "Đã gộp thành một hộ" in done and "Tách lại" in done
    first.refresh_from_db()
    assert (first.birth_year, first.phone) == (1970, "")
    assert "đã gộp hai hộ này" in page(chi, f"/xa/trung/{pair.pk}/")
    merge = HouseholdMerge.objects.get()
    assert "lại được tính" in page(chi, f"/xa/trung/da-gop/{merge.pk}/tach-lai/")
    undone = chi.post(f"/xa/trung/da-gop/{merge.pk}/tach-lai/", follow=True).content.decode()
    assert "Đã tách lại thành hai hộ" in undone and "Chi đã tách lại" in undone
    assert Household.objects.filter(pk=second.pk, ended_on=None).exists()
    assert "đã được tách lại rồi" in chi.post(f"/xa/trung/da-gop/{merge.pk}/tach-lai/", follow=True).content.decode()


def test_who_looked_at_an_older_version_looks_again(people: People, chi: Client) -> None:
    pair, first, second = twins(people.hamlet)
    address = f"/xa/trung/{pair.pk}/gop/thu-hai/"
    seen = f"{second.pk}.1-{first.pk}.1"
    assert f'value="{seen}"' in page(chi, address)
    change_household(household=first, changes={"has_e_wallet": True}, by=SYSTEM)
    answer = chi.post(address, {"seen": seen, "has_e_wallet": "keep", "sure": "1"}, follow=True).content.decode()
    assert "vừa được sửa" in answer and not HouseholdMerge.objects.exists()
    assert chi.get(f"/xa/trung/{pair.pk}/gop/thu-ba/").status_code == 404


def test_a_phone_is_looked_at_and_cleared(people: People, chi: Client) -> None:
    names = ("Phạm Thị Hai", "Hồ Ba", "Đỗ Quang Tư", "Vũ Minh Năm")
    for name in names:
        household(people.hamlet, name, phone="+84987654321")
    row = SharedPhone.objects.get()
    assert "098… …321: 4 hộ" in page(chi, "/xa/trung/dien-thoai/")
    seen = page(chi, f"/xa/trung/dien-thoai/{row.pk}/")
    assert all(name in seen for name in names) and "0987654321" not in seen and "098… …321" in seen
    shown = chi.post(f"/hien-so/shared-phone/{row.pk}/").content.decode()
    assert "0987 654 321" in shown
    assert chi.post(f"/xa/trung/dien-thoai/{row.pk}/", {"reason": ""}).status_code == 200
    done = chi.post(f"/xa/trung/dien-thoai/{row.pk}/", {"reason": "một đại gia đình"}, follow=True).content.decode()
    assert "lại được tính" in done and "Không có số nào" in done
    assert "một đại gia đình" in page(chi, "/xa/trung/dien-thoai/?xem=roi")


def test_lists_cost_the_same_for_one_and_for_many(people: People, chi: Client) -> None:
    def more(count: int, start: int) -> None:
        for number in range(start, start + count):
            name = f"Lê Văn {chr(65 + number)}{number}"
            for _ in range(2):
                household(people.hamlet, name)
            for each in range(4):
                household(
                    people.hamlet,
                    f"{['Hồ', 'Bùi', 'Vũ', 'Đỗ'][each]} {chr(70 + number)}",
                    phone=f"+8498765{number:04d}",
                )

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            page(chi, address)
        return len(queries)

    def merge_open(count: int) -> None:
        for pair in list(DuplicatePair.objects.filter(state="open")[:count]):
            chi.post(f"/xa/trung/{pair.pk}/gop/thu-nhat/", {"sure": "1"})

    addresses = ("/xa/trung/", "/xa/trung/da-gop/", "/xa/trung/dien-thoai/")
    more(1, 0)
    merge_open(2)
    more(1, 1)
    few = [cost(address) for address in addresses]
    more(8, 2)
    merge_open(5)
    assert [cost(address) for address in addresses] == few == [6, 6, 6]
