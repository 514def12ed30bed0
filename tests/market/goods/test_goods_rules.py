"""What the law of a day asks of goods, and that it asks it only on its days."""

from __future__ import annotations

from datetime import date

import pytest

from market.goods.models import Category, GoodsRule
from market.goods.queries import rules_in_force
from market.goods.reference import load_rules
from market.goods.rules import Concern, concerns, is_for_adults, may_be_advertised
from market.goods.tree import nodes
from onboarding.papers.models import PaperKind

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)
ALL = frozenset({"origin", "net_weight", "ingredients", "shelf_life_days", "warning", "alcohol"})


def asked(
    code: str, *, text: str = "", alcohol: int | None = None, papers: tuple[str, ...] = (), filled: frozenset[str] = ALL,
    on: date = DAY,
) -> list[Concern]:  # fmt: skip
    category = Category.objects.get(code=code)
    return concerns(category=category, text={"description": text}, alcohol=alcohol, papers=papers, filled=filled, on=on)


def codes(found: list[Concern]) -> list[str]:
    return [concern.code for concern in found]


class TestTheFile:
    def test_every_rule_names_its_law_and_known_codes(self) -> None:
        fields = {"", "origin", "net_weight", "ingredients", "shelf_life_days", "warning", "alcohol", "papers"}
        for rule in GoodsRule.objects.all():
            assert rule.source and rule.sentence and rule.field in fields, rule.code
            assert set(rule.categories) <= set(nodes()), rule.code
            if rule.kind == GoodsRule.Kind.PAPER:
                assert rule.words and set(rule.words) <= set(PaperKind.values), rule.code

    def test_only_forbidden_words_keep_goods_off_sale(self) -> None:
        assert list(GoodsRule.objects.filter(blocks=True).values_list("kind", flat=True)) == ["claim"]

    def test_loading_again_changes_nothing_and_takes_away_what_left_the_file(self) -> None:
        before = list(GoodsRule.objects.order_by("pk").values())
        GoodsRule.objects.create(code="x", kind="field", sentence="x", source="x", effective_from=DAY)
        load_rules()
        assert list(GoodsRule.objects.order_by("pk").values()) == before


class TestClaims:
    def test_on_food_they_block_and_say_which_word(self) -> None:
        found = asked("mat-ong-nguyen-chat", text="Chữa bệnh dạ dày", papers=("commitment",))
        assert found == [
            Concern(
                "loi-chua-benh",
                "description",
                "Thực phẩm không được viết như thuốc chữa bệnh. Bỏ chữ «chữa bệnh», kể vị, cách làm và cách dùng thay vào đó.",
                True,
                "Luật 75/2025/QH15 sửa Luật Quảng cáo, Nghị định 342/2025/NĐ-CP; danh sách chữ do Lên Sàn đặt",
            )
        ]

    def test_medicine_may_say_what_it_cures(self) -> None:
        assert "loi-chua-benh" not in codes(asked("thuoc-co-truyen", text="Chữa bệnh dạ dày"))
        assert "loi-chua-benh" in codes(asked("thuc-pham-bao-ve", text="Chữa bệnh dạ dày"))

    def test_before_the_law_nothing_was_asked(self) -> None:
        assert asked("mat-ong-nguyen-chat", text="Chữa bệnh", on=date(2025, 12, 31)) == []
        assert codes(asked("mat-ong-nguyen-chat", text="Chữa bệnh", on=date(2026, 1, 1))) == ["loi-chua-benh"]

    def test_what_blocks_stands_first(self) -> None:
        found = asked("mat-ong", text="Chữa bệnh", filled=frozenset())
        assert found[0].blocks and not any(concern.blocks for concern in found[1:])


class TestDrink:
    @pytest.mark.parametrize(("degree", "may"), [(149, True), (150, False), (400, False), (None, False), (0, True)])
    def test_from_fifteen_degrees_on_it_may_not_be_advertised(self, degree: int | None, may: bool) -> None:
        rules = rules_in_force(DAY)
        assert may_be_advertised(Category.objects.get(code="ruou-trai-cay"), degree, rules) is may

    def test_other_goods_may(self) -> None:
        rules = rules_in_force(DAY)
        assert may_be_advertised(Category.objects.get(code="nuoc-ep"), None, rules)
        assert not is_for_adults(Category.objects.get(code="nuoc-ep"), rules)

    def test_all_of_it_is_for_adults(self) -> None:
        rules = rules_in_force(DAY)
        assert is_for_adults(Category.objects.get(code="bia-thu-cong"), rules)
        assert is_for_adults(Category.objects.get(code="ruou"), rules)

    def test_it_asks_for_degree_warning_and_licence(self) -> None:
        found = codes(asked("ruou-can", filled=ALL - {"warning", "alcohol"}))
        assert found == ["ruou-ghi-do-con", "ruou-giay-phep", "ruou-canh-bao"]
        assert asked("ruou-can", papers=("alcohol",)) == []


class TestPapers:
    def test_any_of_the_kinds_serves(self) -> None:
        assert codes(asked("rau-an-la")) == ["attp-nong-san"]
        for paper in ("commitment", "vietgap", "organic"):
            assert asked("rau-an-la", papers=(paper,)) == []
        assert codes(asked("rau-an-la", papers=("trademark",))) == ["attp-nong-san"]

    def test_the_old_decree_is_applied_again_from_the_day_the_new_one_was_suspended(self) -> None:
        assert "attp-nong-san" not in codes(asked("rau-an-la", on=date(2026, 2, 3)))
        assert "attp-nong-san" in codes(asked("rau-an-la", on=date(2026, 2, 4)))


class TestDays:
    def made(self, **days: date) -> None:
        GoodsRule.objects.create(
            code="thu", kind="field", categories=["hoa"], field="origin", sentence="x", source="x",
            effective_from=date(2026, 1, 10), **days,
        )  # fmt: skip

    def in_force(self, on: date) -> bool:
        return "thu" in {rule.code for rule in rules_in_force(on)}

    def test_from_its_first_day_until_before_its_last(self) -> None:
        self.made(effective_to=date(2026, 3, 1))
        days = [date(2026, 1, 9), date(2026, 1, 10), date(2026, 2, 28), date(2026, 3, 1)]
        assert [self.in_force(day) for day in days] == [False, True, True, False]

    def test_not_on_the_day_it_is_suspended(self) -> None:
        self.made(suspended_from=date(2026, 2, 4))
        days = [date(2026, 2, 3), date(2026, 2, 4), date(2030, 1, 1)]
        assert [self.in_force(day) for day in days] == [True, False, False]

    def test_again_on_the_day_the_suspension_ends(self) -> None:
        self.made(suspended_from=date(2026, 2, 4), suspended_until=date(2026, 4, 6))
        days = [date(2026, 4, 5), date(2026, 4, 6)]
        assert [self.in_force(day) for day in days] == [False, True]

    def test_it_is_asked_of_its_branch_only(self) -> None:
        self.made()
        found = {code: "thu" in codes(asked(code, filled=frozenset())) for code in ("hoa", "hoa-lan", "cay-canh")}
        assert found == {"hoa": True, "hoa-lan": True, "cay-canh": False}


def test_given_rules_cost_no_query(django_assert_num_queries: object) -> None:
    category = Category.objects.get(code="rau-an-la")
    facts = {"category": category, "text": {}, "alcohol": None, "papers": (), "filled": (), "on": DAY}
    rules = rules_in_force(DAY)
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert codes(concerns(**facts, rules=rules)) == [
            "nhan-han-dung",
            "nhan-khoi-luong",
            "nhan-xuat-xu",
            "attp-nong-san",
        ]  # type: ignore[arg-type]
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert concerns(**facts) == concerns(**facts, rules=rules)  # type: ignore[arg-type]
