"""The list of 26/2026, and who says which set a product belongs to."""

from __future__ import annotations

from collections import Counter

import pytest
from django.test import Client

from core.audit.models import AuditEntry
from core.people.models import Role, User
from ocop.register.actions import choose_set
from ocop.register.models import OcopProduct, Taxonomy, TaxonomyNode
from ocop.register.queries import product_sets
from ocop.register.reference import load_taxonomy
from ocop.register.sets import proposed_sets, set_codes
from tests.ocop.conftest import Land, person, product, viewer


def test_six_sectors_seventeen_groups_twenty_six_sets(db: None) -> None:
    before = list(TaxonomyNode.objects.order_by("pk").values())
    load_taxonomy()
    assert list(TaxonomyNode.objects.order_by("pk").values()) == before
    assert Counter(node["level"] for node in before) == {"sector": 6, "group": 17, "set": 26}
    assert f"{Taxonomy.objects.get(decision='26/2026/QĐ-TTg').valid_from}" == "2026-05-22"
    sets = product_sets()
    assert [str(each.number) for each in sets if each.is_service] == ["26"]
    assert Counter(each.parent.parent.number for each in sets) == {1: 13, 2: 4, 3: 3, 4: 2, 5: 3, 6: 1}
    assert {each.lead for each in sets} - {""} and all(each.lead for each in sets)


def test_sets_have_the_codes_of_the_tree_of_goods() -> None:
    codes = set_codes()
    assert (codes[1], codes[9], codes[14], codes[26], len(codes)) == ("1.1", "1.9", "2.1", "6.1", 26)


@pytest.mark.parametrize(
    ("name", "group", "first"),
    [
        ("Nước mắm nhĩ 40 độ đạm", "", 9),
        ("Sầu riêng Đạ Huoai", "", 1),
        ("Sản phẩm đặc biệt", "Nước mắm", 9),
        ("Qwerty", "", None),
    ],
)
def test_words_propose_and_a_longer_word_says_more(name: str, group: str, first: int | None) -> None:
    found = proposed_sets(name, group)
    assert (found[:1] or [None]) == [first]
    assert len(found) <= 3


def test_nothing_is_chosen_until_somebody_chooses(land: Land, chi: User) -> None:
    made = product("Nước mắm nhĩ", unit=land.phu_thuy)
    OcopProduct.objects.filter(pk=made.pk).update(product_group="Gia vị")
    nine = next(each for each in product_sets() if each.number == 9)
    client = Client()
    client.force_login(chi)
    shown = client.get(f"/bang/san-pham/{made.pk}/bo/").content.decode()
    assert "9. Tương, nước mắm, gia vị dạng lỏng khác" in shown and "Đây chỉ là đề nghị." in shown
    assert OcopProduct.objects.get(pk=made.pk).product_set is None
    answer = client.post(f"/bang/san-pham/{made.pk}/bo/", {"product_set": "9"})
    assert (answer.status_code, answer["Location"]) == (302, f"/bang/san-pham/{made.pk}/")
    made = OcopProduct.objects.get(pk=made.pk)
    assert (made.product_set, made.taxonomy_version, made.product_group) == (nine, "26/2026/QĐ-TTg", "Gia vị")
    entry = AuditEntry.objects.get(action="ocop_product.set_chosen")
    assert (entry.actor_id, entry.object_label) == (chi.pk, f"ocop_product:{made.pk}")
    assert "Tương, nước mắm" in client.get(f"/bang/san-pham/{made.pk}/").content.decode()


def test_an_officer_elsewhere_and_an_auditor_choose_nothing(land: Land, dung: User) -> None:
    made = product("Nước mắm nhĩ", unit=land.phu_thuy)
    nine = product_sets()[8]
    for user in (dung, person("Kiểm", Role.AUDITOR, land.lam_dong)):
        with pytest.raises(PermissionError):
            choose_set(product=made, chosen=nine, by=viewer(user))
        client = Client()
        client.force_login(user)
        assert client.post(f"/bang/san-pham/{made.pk}/bo/", {"product_set": "9"}).status_code == 404
    assert OcopProduct.objects.get(pk=made.pk).product_set is None
    assert not AuditEntry.objects.filter(action="ocop_product.set_chosen").exists()


def test_a_group_is_no_set(land: Land, chi: User) -> None:
    made = product("Nước mắm nhĩ", unit=land.phu_thuy)
    with pytest.raises(ValueError, match="belongs to a set"):
        choose_set(product=made, chosen=TaxonomyNode.objects.filter(level="group")[0], by=viewer(chi))


def test_the_list_is_narrowed_to_a_sector(land: Land, phuong: User) -> None:
    sauce, rice, none = (product(name, unit=land.phu_thuy) for name in ("Nước mắm A", "Rượu B", "Không rõ C"))
    sets = product_sets()
    choose_set(product=sauce, chosen=sets[8], by=viewer(phuong))
    choose_set(product=rice, chosen=sets[13], by=viewer(phuong))
    client = Client()
    client.force_login(phuong)

    def named(value: str) -> list[str]:
        text = client.get("/bang/san-pham/", {"nganh": value}).content.decode()
        return [each.name for each in (sauce, rice, none) if each.name in text]

    assert named("1") == ["Nước mắm A"]
    assert named("2") == ["Rượu B"]
    assert named("chua") == ["Không rõ C"]
    assert named("6") == []
    assert named("99") == named("") == ["Nước mắm A", "Rượu B", "Không rõ C"]
