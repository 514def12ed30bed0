"""The result page, as a buyer meets it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import pause_listing, take_stock
from market.shops.models import Shop
from search.engines.contract import Answer, Question
from search.engines.registry import search
from search.pages import views
from tests.search.goods import Places, make_category, make_shop, put_on_sale
from tests.search.papers import put_paper

pytestmark = pytest.mark.django_db


def words_of_page(html: str) -> str:
    """What a reader sees, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_product_says_what_who_where_how_much_and_how_certified(client: Client, shop: Shop) -> None:
    listing = put_on_sale(shop, "Nước mắm nhĩ", price=1_234_000, stars=4)
    html = page(client, "/tim-kiem?q=nuoc mam phan thiet")
    text = words_of_page(html)
    assert "Tìm thấy 1 kết quả cho «nuoc mam phan thiet», xếp theo: phù hợp nhất." in text
    assert "Nước mắm nhĩ Gian hàng thử, phường Phan Thiết, Lâm Đồng OCOP 4 sao 1.234.000 đ / chai" in text
    assert f'href="/san-pham/{listing.slug}"' in html
    assert re.search(r'<img src="/media/photos/[^"]+" alt="Nước mắm nhĩ, ảnh 1"', html)


def test_everything_newest_first_when_nothing_is_asked(client: Client, shop: Shop) -> None:
    put_on_sale(shop, "Muối tôm")
    put_on_sale(shop, "Muối ớt")
    text = words_of_page(page(client, "/tim-kiem"))
    assert "Có 3 kết quả, xếp theo: mới nhất." in text
    assert text.index("Muối ớt") < text.index("Muối tôm")
    assert "Phù hợp nhất" not in text  # nothing to fit
    assert page(client, "/tim-kiem/?q=muoi") == page(client, "/tim-kiem?q=muoi")


def test_the_form_has_a_label_and_keeps_the_words(client: Client, shop: Shop) -> None:
    html = page(client, "/tim-kiem?q=" + '"><script>alert(1)</script>')
    assert re.search(
        r'<label[^>]* for="site-search">[^<]+</label>\s*<input id="site-search" type="search" name="q"', html
    )
    assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in html
    assert "<script>alert" not in html


def test_names_are_text_never_html(client: Client, places: Places) -> None:
    shop = make_shop(places.phan_thiet, "<b>Bà Hai</b> & con")
    put_on_sale(shop, "Mắm <img src=x onerror=alert(1)>", category=make_category("x-thu", "<i>Loại</i>"))
    for address in ("/tim-kiem", "/tim-kiem?q=mam&category=x-thu", "/tim-kiem?q=bà hai"):
        html = re.sub("</?mark>", "", page(client, address))
        assert "&lt;b&gt;Bà Hai&lt;/b&gt; &amp; con" in html
        assert not re.search(r"<(b|i)>(Bà Hai|Loại)|<img src=x", html)


def test_facets_narrow_without_javascript_and_chips_take_back(client: Client, shop: Shop) -> None:
    category = make_category("mam-thu", "Mắm thử")
    put_on_sale(shop, "Mắm nêm", category=category, stars=3)
    put_on_sale(shop, "Mắm ruốc", category=category)
    html = page(client, "/tim-kiem?q=mam&category=mam-thu&stars=3&sort=price_up")
    text = words_of_page(html)
    assert "Mắm nêm" in text
    assert "Mắm ruốc" not in text
    assert re.search(r'<input type="checkbox" name="stars" value="3" checked>', html)
    assert re.search(r'<input type="radio" name="sort" value="price_up" checked>', html)
    assert 'href="/tim-kiem?q=mam&amp;category=mam-thu&amp;sort=price_up"' in html
    assert 'href="/tim-kiem?q=mam&amp;sort=price_up"' in html
    assert "xếp theo: giá tăng dần" in text


def test_too_narrow_says_what_to_do_and_what_is_chosen(client: Client, shop: Shop, places: Places) -> None:
    put_on_sale(shop, "Mắm nêm")
    put_on_sale(make_shop(places.loc_ninh), "Hạt điều")
    html = page(client, "/tim-kiem?q=mam&stars=5&category=khong-co&province=75")
    chips = words_of_page(html[html.index('<ul class="chips"') :].split("</ul>")[0])
    assert chips == "Bỏ lọc Loại hàng Bỏ lọc Đồng Nai Bỏ lọc 5 sao Bỏ tất cả"
    assert "Không có gì khớp với bộ lọc đang chọn. Bỏ bớt bộ lọc để thấy thêm." in words_of_page(html)
    assert '<a class="button" href="/tim-kiem?q=mam">' in html


def test_nothing_found_offers_the_nearest_words(client: Client, shop: Shop) -> None:
    put_on_sale(shop, "Mắm nêm")
    html = page(client, "/tim-kiem?q=mamm nem")
    assert "Chưa có gì khớp với «mamm nem». Đây là kết quả cho «mam nem»." in words_of_page(html)
    assert html.count('class="product-card"') == 1
    assert "Thử bớt từ" in words_of_page(page(client, "/tim-kiem?q=zzzzzzz"))


def test_empty_market(client: Client) -> None:
    assert "Chưa có sản phẩm nào đang bán." in words_of_page(page(client, "/tim-kiem"))


def test_what_has_left_the_sale_is_not_shown(client: Client, shop: Shop) -> None:
    listing = put_on_sale(shop, "Rượu mật ong")
    assert "Rượu mật ong" in page(client, "/tim-kiem")
    pause_listing(listing=listing, by=SYSTEM)
    assert "Rượu mật ong" not in page(client, "/tim-kiem")


def test_sold_out_is_said(client: Client, shop: Shop) -> None:
    listing = put_on_sale(shop, "Mắm nêm", stock=1)
    take_stock([(listing, 1)])
    assert "Tạm hết hàng" in page(client, "/tim-kiem?q=mam")


def test_shops_are_rows_with_their_place(client: Client, places: Places) -> None:
    shop = make_shop(places.loc_ninh, "HTX Lộc Phát")
    put_on_sale(shop, "Hạt điều")
    html = page(client, "/tim-kiem?q=loc phat")
    assert f'<a href="/gian-hang/{shop.slug}">HTX <mark>Lộc Phát</mark></a>' in html
    assert "phường Lộc Ninh, Đồng Nai" in html


def test_pages_keep_the_question_and_a_page_too_far_is_the_last(client: Client, shop: Shop) -> None:
    for number in range(30):
        put_on_sale(shop, f"Muối số {number}")
    html = page(client, "/tim-kiem?q=muoi&stars=")
    assert html.count('class="product-card"') == 24
    assert re.search(r'rel="next" href="\?q=muoi&amp;stars=&amp;page=2"', html)
    last = page(client, "/tim-kiem?q=muoi&page=2")
    assert last.count('class="product-card"') == 6
    assert words_of_page(page(client, "/tim-kiem?q=muoi&page=99")) == words_of_page(last)


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=²", "stars=9", "sort=x", "category=" + "x" * 999, "q=%00"]
)
def test_mistyped_addresses_still_answer(client: Client, shop: Shop, query: str) -> None:
    put_on_sale(shop, "Mắm nêm")
    assert "Mắm nêm" in page(client, f"/tim-kiem?{query}")


def test_only_reading(client: Client) -> None:
    assert client.post("/tim-kiem").status_code == 405


@pytest.mark.parametrize("goods", [1, 25])
def test_query_budget(client: Client, shop: Shop, django_assert_num_queries: object, goods: int) -> None:
    for number in range(goods):
        put_on_sale(shop, f"Muối tôm {number}", stars=4)
    # Facets and total, hits, goods, photos, badges, sizes, promotions; with a shop among the hits one more.
    with django_assert_num_queries(8):  # type: ignore[operator]
        page(client, "/tim-kiem?q=muoi+tom")
    with django_assert_num_queries(9):  # type: ignore[operator]
        page(client, "/tim-kiem?province=68&sort=newest" if goods == 1 else "/tim-kiem?page=2")
    # Limit, facets and total, hits, the papers' stars and ends.
    today = clock.today()
    for number in range(goods):
        put_paper(number, f"Mắm tôm {number}", today)
    with django_assert_num_queries(4):  # type: ignore[operator]
        page(client, "/tim-kiem?q=mam+tom&kind=ocop")


def test_papers_are_rows_with_stars_maker_place_and_their_end(client: Client) -> None:
    today = clock.today()
    yesterday = today - timedelta(days=1)
    put_paper(1, "Mắm nêm", today, stars=5, producer="HTX Biển")
    put_paper(2, "Mắm ruốc", yesterday, stars=3)
    html = page(client, "/tim-kiem?q=mam")
    text = words_of_page(html)
    assert (
        f"Mắm nêm HTX Biển, xã Thử, Lâm Đồng OCOP 5 sao Giấy chứng nhận còn hạn đến {today:%d/%m/%Y}. "
        "Mắm ruốc HTX Thử, xã Thử, Lâm Đồng OCOP 3 sao, đã hết hạn "
        f"Giấy chứng nhận đã hết hạn ngày {yesterday:%d/%m/%Y}."
    ) in text
    assert '<a href="/ocop/OCOP-1"><mark>Mắm</mark> nêm</a>' in html


def test_kinds_stand_together_the_best_hits_kind_first(client: Client, places: Places) -> None:
    shop = make_shop(places.loc_ninh, "Hạt điều")
    put_on_sale(shop, "Bánh hạt điều rang")
    put_paper(1, "Điều rang muối hạt to", clock.today())
    html = page(client, "/tim-kiem?q=hat+dieu")
    assert re.findall(r"<h2[^>]*>([^<]+)</h2>", html) == ["Gian hàng", "Sản phẩm", "Giấy chứng nhận OCOP"]


def test_long_facets_unfold_without_javascript_and_what_is_chosen_is_never_hidden(client: Client, shop: Shop) -> None:
    for number in range(12):
        put_on_sale(shop, f"Mắm {number}", category=make_category(f"loai-{number:02}", f"Loại {number:02}"))
    html = page(client, "/tim-kiem?q=mam&category=loai-11")
    group = html[html.index('<legend class="visually-hidden">Loại hàng') :].split("</fieldset>")[0]
    first, more = group.split('<details class="filter-more">')
    values = r'value="loai-(\d\d)"'
    assert re.findall(values, first) == ["00", "01", "02", "03", "04", "05", "06", "07", "11"]
    assert re.findall(values, more) == ["08", "09", "10"]
    assert "Xem thêm 3" in more


def test_a_facet_that_cannot_narrow_is_left_out(client: Client, shop: Shop) -> None:
    put_on_sale(shop, "Mắm nêm", stars=4)
    put_on_sale(shop, "Mắm ruốc")
    names = re.findall(r'name="(\w+)" value', page(client, "/tim-kiem?q=mam"))
    assert "stars" in names
    assert "province" not in names
    assert "province" in re.findall(r'name="(\w+)" value', page(client, "/tim-kiem?q=mam&province=68"))


def test_nothing_at_all_helps_on(client: Client, shop: Shop) -> None:
    put_on_sale(shop, "Mắm nêm")
    html = page(client, "/tim-kiem?q=mam+kim+cuong")
    assert "Thử bớt từ" in html
    assert "Gõ có dấu hay không dấu đều được." in html
    html = page(client, "/tim-kiem?q=mam+xyzxyz")
    assert "Bớt một từ thì có" in html
    assert '<a href="/tim-kiem?q=mam">mam</a>' in html
    assert "1 kết quả" in html


def test_a_nearest_question_that_the_filters_hide_is_offered(client: Client, shop: Shop) -> None:
    put_on_sale(shop, "Mắm nêm")
    html = page(client, "/tim-kiem?q=mamm nem&stars=5")
    assert 'Ý bạn là <a href="/tim-kiem?q=mam+nem">mam nem</a>?' in html


def test_the_last_page_says_so_and_page_four_hundred_is_there(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_on_sale(shop, "Mắm nêm")

    def deep(question: Question) -> Answer:
        return replace(search(replace(question, page=1)), count=400 * 24)

    monkeypatch.setattr(views, "search", deep)
    assert "Trang 400/400" in page(client, "/tim-kiem?q=mam&page=400")
    text = words_of_page(page(client, "/tim-kiem?q=mam&page=400"))
    assert "Bạn đã xem hết danh sách." in text
    assert "Bạn đã xem hết danh sách." not in words_of_page(page(client, "/tim-kiem?q=mam&page=399"))


def test_an_engine_that_stands_in_is_named(client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    put_on_sale(shop, "Mắm nêm")
    said = "Máy tìm kiếm chính đang bận; kết quả lấy từ máy dự phòng."
    assert said not in page(client, "/tim-kiem?q=mam")
    monkeypatch.setattr(views, "search", lambda question: replace(search(question), stands_in=True))
    assert said in page(client, "/tim-kiem?q=mam")
