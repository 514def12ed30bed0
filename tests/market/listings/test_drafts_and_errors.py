"""A newcomer at the listing's form: a draft needs a name only, and what is wrong is said once, in one round, in plain words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.kit import clock
from market.goods.models import Category, GoodsRule
from market.listings.actions import NotReady, publish_listing, write_listing
from market.listings.forms import ListingForm
from market.listings.forms.fields import NumberField
from market.listings.models import Listing, PriceChange
from market.lists.sheet import row_of
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.market.listings.test_listing_actions import facts
from tests.market.listings.test_listing_form import NEW, NOT_A_NUMBER, picture, written
from tests.market.proof import everything
from tests.people import People, make_listing

NAME_ONLY = {"name": "Mật ong rừng", "unit": "kg"}
EVERYTHING = {
    "photos": ["Thêm ít nhất một ảnh chụp sản phẩm."],
    "category": ["Chọn loại hàng."],
    "price": ["Ghi giá bán bằng số đồng, ví dụ 120.000."],
    "description": ["Viết vài dòng mô tả sản phẩm."],
    "stock": ["Ghi số lượng đang có, ít nhất là 1."],
}


def edit(listing: Listing) -> str:
    return reverse("seller_listing_edit", args=[listing.sku])


class TestADraftNeedsANameOnly:
    def test_it_is_kept_shown_and_finished_later(self, shop: Shop, browser: Browser) -> None:
        an = browser("an")
        assert an.post(NEW, NAME_ONLY)["Location"] == reverse("seller_listings")
        draft = Listing.objects.get()
        assert (draft.state, draft.name, draft.category, draft.price, draft.stock) == (
            "draft", "Mật ong rừng", None, 0, 0,
        )  # fmt: skip
        assert not PriceChange.objects.exists(), "nobody has named a price"
        shown = an.get(reverse("seller_listings")).content.decode()
        assert "chưa có giá" in shown and "0\u00a0đ" not in shown
        for name in ("seller_listing_preview", "seller_prices", "seller_stock"):
            page = an.get(reverse(name, args=[draft.sku]))
            assert page.status_code == 200 and ">0\u00a0đ" not in page.content.decode()
        assert an.get(reverse("seller_on_platforms", args=[draft.sku])).status_code == 200
        assert (row_of(draft)["price"], row_of(draft)["category"]) == ("", "")
        page = an.get(edit(draft))
        assert page.context["form"]["price"].value() in (None, "")
        assert "Cần khi đăng bán." in page.content.decode()
        an.post(edit(draft), written(name="Mật ong rừng", photos=[picture(0)], publish="1"))
        draft.refresh_from_db()
        assert (draft.state, draft.price, draft.stock) == ("published", 55_000, 5)
        assert list(PriceChange.objects.values_list("price", flat=True)) == [55_000]

    def test_without_a_name_there_is_nothing_to_keep(self, shop: Shop, browser: Browser) -> None:
        answer = browser("an").post(NEW, {"unit": "kg"})
        assert answer.context["form"].errors == {"name": ["Hãy ghi tên sản phẩm."]}
        assert not Listing.objects.exists()

    def test_publishing_asks_for_everything_at_once_and_keeps_the_draft(self, shop: Shop, browser: Browser) -> None:
        answer = browser("an").post(NEW, NAME_ONLY | {"publish": "1"})
        assert answer.context["form"].errors == EVERYTHING
        assert list(Listing.objects.values_list("state", "name")) == [("draft", "Mật ong rừng")]

    def test_a_size_of_it_may_wait_for_its_price(self, shop: Shop, listing: Listing, browser: Browser) -> None:
        address = reverse("seller_listing_size", args=[listing.sku])
        browser("an").post(address, {"variant_name": "túi 1 kg", "unit": "bag"})
        size = Listing.objects.get(main=listing)
        assert (size.state, size.price, size.stock) == ("draft", 0, 0)
        answer = browser("an").post(edit(size), {"variant_name": "túi 1 kg", "unit": "bag", "publish": "1"})
        assert answer.context["form"].errors == {name: EVERYTHING[name] for name in ("price", "stock")}

    def test_what_is_on_sale_is_never_without(self, people: People, shop: Shop, listing: Listing) -> None:
        an, before = people.viewer("an"), everything()
        photos = [row.photo for row in listing.photos.all()]
        for lacking, field in ((facts(price=0), "price"), (facts(category=None), "category")):
            with pytest.raises(NotReady) as refusal:
                write_listing(shop=shop, facts=lacking, photos=photos, by=an, listing=listing)
            assert [item.field for item in refusal.value.missing] == [field]
        assert everything() == before
        for broken in ({"price": 0}, {"category": None}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Listing.objects.update(**broken)

    def test_a_size_on_sale_keeps_its_main_ones_kind(self, people: People, shop: Shop, listing: Listing) -> None:
        an = people.viewer("an")
        draft = make_listing(shop, name="Điều sống")
        photos = [row.photo for row in draft.photos.all()]
        size = write_listing(shop=shop, facts=facts(variant_name="to"), photos=[], by=an, main=draft)
        publish_listing(listing=size, by=an)
        Listing.objects.filter(pk=draft.pk).update(state="draft")
        before = everything()
        with pytest.raises(NotReady):
            write_listing(shop=shop, facts=facts(category=None), photos=photos, by=an, listing=draft)
        assert everything() == before


class TestOneRound:
    def test_what_cannot_be_read_and_what_is_missing_come_together(self, shop: Shop, browser: Browser) -> None:
        answer = browser("an").post(NEW, NAME_ONLY | {"price": "chín chục", "stock": "ba", "publish": "1"})
        number = "Số lượng là số tròn, từ 0 đến 1.000.000, ví dụ 20."
        assert answer.context["form"].errors == EVERYTHING | {"price": NOT_A_NUMBER, "stock": [number]}
        assert not Listing.objects.exists()
        page = answer.content.decode()
        for sentence in (*NOT_A_NUMBER, number, *EVERYTHING["category"], *EVERYTHING["description"]):
            field = next(name for name, said in answer.context["form"].errors.items() if said == [sentence])
            assert f'<a href="#id_{field}">' in page
            assert page.count(f": {sentence}</a>") == 1 and page.count(f"</span>{sentence}</p>") == 1

    def test_below_the_summary_nothing_is_said_again(self, shop: Shop, browser: Browser) -> None:
        answer = browser("an").post(NEW, NAME_ONLY | {"publish": "1"})
        page = answer.content.decode()
        for name, (sentence,) in EVERYTHING.items():
            assert page.count(sentence) == 2, f"{name}: once in the summary, once at its field"
        again = browser("an").get(edit(Listing.objects.get())).content.decode()
        assert EVERYTHING["price"][0] in again, "who opens it later is told"

    def test_on_sale_too(self, listing: Listing, browser: Browser) -> None:
        kept, before = str(listing.photos.get().photo_id), everything()
        sent = written(kept=kept, price="x", description="")
        answer = browser("an").post(edit(listing), sent)
        assert answer.context["form"].errors == {"price": NOT_A_NUMBER, "description": EVERYTHING["description"]}
        assert everything() == before


class TestNumbers:
    @pytest.mark.parametrize(("text", "number"), [("5", 5), ("1.000", 1_000), ("12 500", 12_500), ("", None)])
    def test_as_people_write_them(self, text: str, number: int | None) -> None:
        assert NumberField(least=0, most=20_000, say="Sai.", required=False).clean(text) == number

    @pytest.mark.django_db
    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("stock", "ba", "Số lượng là số tròn, từ 0 đến 1.000.000, ví dụ 20."),
            ("stock", "1.5", "Số lượng là số tròn, từ 0 đến 1.000.000, ví dụ 20."),
            ("stock", "", "Số lượng là số tròn, từ 0 đến 1.000.000, ví dụ 20."),
            ("net_weight", "0", "Khối lượng là số gam, từ 1 đến 1.000.000, ví dụ 500."),
            ("net_volume", "nửa lít", "Dung tích là số mililít, từ 1 đến 1.000.000, ví dụ 500."),
            ("shelf_life_days", "một năm", "Hạn dùng là số ngày, từ 1 đến 3.650, ví dụ 365."),
            ("alcohol", "mạnh", "Độ cồn là số từ 0 đến 96, thêm một số lẻ được, ví dụ 29,5."),
            ("alcohol", "97", "Độ cồn là số từ 0 đến 96, thêm một số lẻ được, ví dụ 29,5."),
            ("alcohol", "9,55", "Độ cồn là số từ 0 đến 96, thêm một số lẻ được, ví dụ 29,5."),
            ("price", "", "Hãy ghi số đồng, ví dụ 120.000."),
            ("category", "0", "Loại hàng này không còn trong danh sách. Hãy chọn loại khác."),
        ],
    )
    def test_each_has_its_own_sentence(self, field: str, value: str, sentence: str) -> None:
        kind = Category.objects.get(code="ruou").pk
        form = ListingForm(written(category=kind) | {field: value})
        assert not form.is_valid()
        assert form.errors == {field: [sentence]}

    def test_money_comes_back_grouped(self, shop: Shop, browser: Browser) -> None:
        answer = browser("an").post(NEW, written(price="1000000", stock="ba"))
        assert answer.context["form"]["price"].value() == "1.000.000"
        browser("an").post(NEW, written(price="1.000.000"))
        assert Listing.objects.get().price == 1_000_000


class TestLongWords:
    def test_nothing_is_cut(self, shop: Shop, browser: Browser) -> None:
        text = "ngon " * 824  # 4,119 characters without the last space
        answer = browser("an").post(NEW, written(description=text, name="Đ" * 130))
        assert answer.context["form"].errors == {
            "description": ["Mục này dài quá 119 ký tự: tối đa 4.000. Hãy rút ngắn rồi lưu lại."],
            "name": ["Mục này dài quá 10 ký tự: tối đa 120. Hãy rút ngắn rồi lưu lại."],
        }
        assert answer.context["form"]["description"].value() == text
        page = answer.content.decode()
        assert text.strip() in page and "Đ" * 130 in page
        assert "maxlength" not in page, "a browser cuts what is pasted without a word"
        assert 'data-characters="4000"' in page
        assert not Listing.objects.exists()

    def test_what_just_fits_is_kept_as_it_is(self, shop: Shop, browser: Browser) -> None:
        text = "\r\n".join(["a" * 999, "b" * 1000, "c" * 1000, "d" * 998])  # line ends count once
        browser("an").post(NEW, written(description=text))
        assert Listing.objects.get().description == text.replace("\r\n", "\n")


class TestALawfulThingThatLostItsPaper:
    @pytest.fixture
    def rule(self, listing: Listing) -> GoodsRule:
        """From yesterday on these goods must say how to keep them; the listing on sale does not."""
        assert listing.category is not None
        return GoodsRule.objects.create(
            code="thu", kind="paper", categories=[listing.category.code], words=["vietgap"], blocks=True, field="papers",
            sentence="Cần giấy VietGAP còn hạn.", source="bài thử", effective_from=clock.today() - timedelta(days=1),
        )  # fmt: skip

    def sent(self, listing: Listing, **changes: Any) -> dict[str, Any]:
        return written(kept=str(listing.photos.get().photo_id)) | changes

    def test_its_price_and_words_can_be_changed_while_the_concern_is_shown(
        self, listing: Listing, rule: GoodsRule, browser: Browser
    ) -> None:
        an = browser("an")
        an.post(edit(listing), self.sent(listing, price="61.000", stock="7", description="Ngon hơn."))
        listing.refresh_from_db()
        assert (listing.price, listing.stock, listing.description, listing.state) == (
            61_000,
            7,
            "Ngon hơn.",
            "published",
        )
        assert rule.sentence in an.get(edit(listing)).content.decode()
        assert rule.sentence in an.get(reverse("seller_listings")).content.decode()

    def test_a_new_concern_is_refused(self, listing: Listing, rule: GoodsRule, browser: Browser) -> None:
        before = everything()
        cure = self.sent(listing, description="Chữa khỏi ung thư.")
        answer = browser("an").post(edit(listing), cure)
        assert list(answer.context["form"].errors) == ["description"]
        assert everything() == before

    def test_it_is_not_put_on_sale_anew(self, listing: Listing, rule: GoodsRule, browser: Browser) -> None:
        an = browser("an")
        an.post(reverse("seller_listing_pause", args=[listing.sku]))
        an.post(edit(listing), self.sent(listing, publish="1"))
        listing.refresh_from_db()
        assert listing.state == "paused"
