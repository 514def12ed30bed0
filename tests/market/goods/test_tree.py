"""The tree of goods: its shape, its words, and finding a place in it."""

from __future__ import annotations

from collections import Counter

import pytest

from core.kit.text import fold_words
from market.goods.models import Category
from market.goods.queries import offered_categories
from market.goods.tree import Level, branch_of, category_named, find_category, nodes, under


def test_the_decision_has_six_sectors_seventeen_groups_twenty_six_sets() -> None:
    counted = Counter(node.level for node in nodes().values())
    assert (counted[Level.SECTOR], counted[Level.GROUP], counted[Level.SET]) == (6, 17, 26)
    assert counted[Level.LEAF] >= 60


def test_each_level_stands_under_the_one_above_it() -> None:
    above = {Level.GROUP: Level.SECTOR, Level.SET: Level.GROUP, Level.LEAF: Level.SET}
    for node in nodes().values():
        assert (node.level == Level.SECTOR) == (node.parent == "")
        if node.parent:
            assert nodes()[node.parent].level == above[node.level], node.code
        if node.level == Level.LEAF:
            assert node.ocop_set == nodes()[node.parent].ocop_set, node.code


def test_sets_are_numbered_once_in_each_sector() -> None:
    sets = [node.ocop_set for node in nodes().values() if node.level == Level.SET]
    assert Counter(number.split(".")[0] for number in sets) == {"1": 13, "2": 4, "3": 3, "4": 2, "5": 3, "6": 1}
    assert len(set(sets)) == 26


def test_no_name_stands_for_two_goods() -> None:
    """A sheet's cell must lead to one place."""
    names = Counter(node.name.casefold() for node in nodes().values() if node.level in {Level.SET, Level.LEAF})
    words = Counter(word.casefold() for node in nodes().values() for word in {node.name.casefold(), *node.words})
    assert [name for name, times in names.items() if times > 1] == []
    shared = {word for word, times in words.items() if times > 1}
    # In a sector or group and its only set the same name may stand; those are not chosen.
    assert [node.name for node in nodes().values() if node.level == Level.LEAF and shared & set(node.words)] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("dứa", "dua-thom"), ("thơm", "dua-thom"), ("trái khóm", "dua-thom"), ("KHOM", "dua-thom"),
        ("đậu phộng", "lac-dau-phong"), ("dau phong", "lac-dau-phong"), ("lạc", "lac-dau-phong"),
        ("bắp", "ngo-bap"), ("ngô nếp", "ngo-bap"), ("thịt heo", "thit-heo"), ("lợn", "thit-heo"),
        ("cá quả", "ca-tuoi"), ("cá lóc", "ca-tuoi"), ("khô cá lóc", "ca-kho"), ("mè đen", "me-vung"),
        ("hột vịt", "trung"), ("bánh tráng phơi sương", "banh-trang"), ("rượu đế", "ruou-gao-nep"),
        ("dừa xiêm", "dua-trai"), ("bán sầu riêng Ri6", "sau-rieng"), ("vải thiều", "nhan-vai"), ("bông cúc", "hoa-cat-canh"),
    ],
)  # fmt: skip
def test_people_find_goods_by_the_words_of_their_region(words: str, code: str) -> None:
    assert find_category(words)[0].code == code


def test_marks_that_were_written_count() -> None:
    """«dừa» (coconut) and «dứa» (pineapple) fold alike."""
    assert find_category("dừa tươi")[0].code == "dua-trai"
    assert find_category("dứa")[0].code == "dua-thom"
    assert {node.code for node in find_category("dua")} >= {"dua-thom", "dua-trai"}


def test_nothing_is_found_for_nothing() -> None:
    assert find_category("") == find_category(" .") == find_category("máy bay phản lực xyz") == []
    assert len(find_category("trà", limit=3)) == 3


def test_only_what_may_be_chosen_is_found() -> None:
    assert {node.level for words in ("thực phẩm", "gia vị", "du lịch") for node in find_category(words, 99)} <= {
        Level.SET, Level.LEAF,
    }  # fmt: skip


def test_a_sheets_cell_names_one_category_or_none() -> None:
    assert category_named("Hạt điều rang").code == "hat-dieu-rang"  # type: ignore[union-attr]
    assert category_named("hat dieu rang").code == "hat-dieu-rang"  # type: ignore[union-attr]
    assert category_named("mat-ong").code == "mat-ong"  # type: ignore[union-attr]
    assert category_named("Đậu phụng").code == "lac-dau-phong"  # type: ignore[union-attr]
    assert category_named("nganh-thuc-pham") is None
    assert category_named("hàng") is None


def test_a_branch_goes_up_and_what_is_under_it_down() -> None:
    assert branch_of("ruou-can") == {"ruou-can", "do-uong-co-con", "nhom-co-con", "nganh-do-uong"}
    assert branch_of("khong-co") == {"khong-co"}
    assert {"ruou", "ruou-can", "bia-thu-cong"} < under("nhom-co-con")
    assert "nuoc-ep" not in under("nhom-co-con")


@pytest.mark.django_db
def test_the_table_is_the_file() -> None:
    rows = Category.objects.select_related("parent")
    assert {row.code: (row.name, row.parent.code if row.parent else "", row.sector, row.words) for row in rows} == {
        node.code: (node.name, node.parent, node.sector, list(node.words)) for node in nodes().values()
    }
    assert {row.code for row in offered_categories()} == {
        node.code for node in nodes().values() if node.level in {Level.SET, Level.LEAF}
    }
    assert all(fold_words(row.name) for row in rows)
